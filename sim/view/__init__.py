"""
Figures, maps and tables of runs, from their result files alone.

Decides how results look; reads a run's folder or a network, never a running model; may ask the foundation, the
network's tables and the definitions of measures. Emits pictures, and tables on the terminal.
"""

from sim.view.figures import draw_run_figures as draw_run_figures
from sim.view.kpi_table import comparison_table as comparison_table
from sim.view.kpi_table import kpi_table as kpi_table
from sim.view.kpi_table import print_kpis as print_kpis
from sim.view.kpi_table import print_table as print_table
from sim.view.network_map import draw_network_map as draw_network_map
from sim.view.report import write_report as write_report
from sim.view.site_map import draw_site_map as draw_site_map
from sim.view.traffic_counts import draw_calibration as draw_calibration
from sim.view.traffic_counts import draw_counts_comparison as draw_counts_comparison
from sim.view.traffic_counts import summary_table as summary_table
from sim.view.traffic_counts import worst_counts as worst_counts
from sim.view.traffic_counts import worst_speeds as worst_speeds
from sim.view.zone_figure import draw_rule_against_base as draw_rule_against_base
