"""
Benchmarks: this engine against SUMO's mesoscopic model and UXsim, on the same links and trips.

Decides which cases are compared, how links and trips are put to each simulator, and what counts as its time. Asks
networks and the traffic engine, and the figures' look. Emits a table, and a figure of how time grows.
"""

from sim.bench.arguments import add_arguments as add_arguments
from sim.bench.arguments import run_from as run_from
from sim.bench.comparison import build_case as build_case
from sim.bench.comparison import run_bench as run_bench
from sim.bench.report import missed_targets as missed_targets
