"""
From YAML to a validated scenario.

Gathers the parameters of every room under one root, composes them with Hydra from `configs/` (the
user's own folder first), adds up scenarios by name, and says what is wrong in plain words.
"""

from sim.config.load import load_scenario as load_scenario
from sim.config.load import search_own_configs_first as search_own_configs_first
from sim.config.load import validate_scenario as validate_scenario
from sim.config.scenarios import add_up as add_up
from sim.config.schema import Scenario as Scenario
