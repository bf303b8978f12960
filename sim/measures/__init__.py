"""
Measures: what is recorded of a day, and what each indicator means.

It hears events and is handed the tables of vans, orders and link counts; it never holds the model. Out come the result
tables with one schema, the indicators with one list of definitions, and the pages of the documentation on both.
"""

from __future__ import annotations

from sim.measures.columns import TABLES as TABLES
from sim.measures.columns import Column as Column
from sim.measures.columns import Table as Table
from sim.measures.conservation import conservation_faults as conservation_faults
from sim.measures.conservation import order_balance as order_balance
from sim.measures.context import KpiContext as KpiContext
from sim.measures.context import VehicleCost as VehicleCost
from sim.measures.conversion import SCHEMA_VERSION as SCHEMA_VERSION
from sim.measures.conversion import TableStamp as TableStamp
from sim.measures.conversion import empty_table as empty_table
from sim.measures.cost import COMPONENTS as COMPONENTS
from sim.measures.cost import cost_rows as cost_rows
from sim.measures.cost import cost_table as cost_table
from sim.measures.cost_params import CostParams as CostParams
from sim.measures.definitions import GROUPS as GROUPS
from sim.measures.definitions import MEASURES as MEASURES
from sim.measures.definitions import Measure as Measure
from sim.measures.kpis import compute_kpis as compute_kpis
from sim.measures.recorder import Recorder as Recorder
from sim.measures.tables import RunTables as RunTables
from sim.measures.tables import read_stamp as read_stamp
from sim.measures.tables import read_table as read_table
from sim.measures.tables import read_tables as read_tables
from sim.measures.tables import write_network_links as write_network_links
from sim.measures.tables import write_tables as write_tables
from sim.measures.traffic_counts import COUNT_COLUMNS as COUNT_COLUMNS
from sim.measures.traffic_counts import CountsComparison as CountsComparison
from sim.measures.traffic_counts import compare_counts as compare_counts
from sim.measures.traffic_counts import compare_run_with_counts as compare_run_with_counts
from sim.measures.traffic_counts import geh as geh
from sim.measures.traffic_counts import model_by_hour as model_by_hour
from sim.measures.traffic_counts import read_counts as read_counts
from sim.measures.traffic_counts import without_vans as without_vans
