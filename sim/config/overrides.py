"""
The overrides of a command line: the scenario's name on one side, Hydra's overrides on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.config.load import PRIMARY, load_scenario, search_own_configs_first
from sim.config.schema import Scenario
from sim.errors import ConfigError
from sim.resources import shipped_folder

_SCENARIO = "scenario="
_NAMES = "scenario.names="


def split_overrides(overrides: Sequence[str]) -> tuple[str, list[str]]:
    """
    The scenario asked for and the other overrides; without one it is `baseline`, or none beside an experiment.

    Raises
    ------
    ConfigError
        If an argument is no `KEY=VALUE`.
    """
    faulty = [text for text in overrides if "=" not in text]
    if faulty:
        raise ConfigError([f"expected KEY=VALUE, found {text!r}" for text in faulty])
    names = [text.removeprefix(_SCENARIO) for text in overrides if text.startswith(_SCENARIO)]
    rest = [text for text in overrides if not text.startswith((_SCENARIO, _NAMES))]
    is_experiment = any(text.startswith("experiment=") for text in rest)
    return (names[-1] if names else "" if is_experiment else "baseline"), rest


def scenario_from_overrides(overrides: Sequence[str]) -> Scenario:
    """
    A validated scenario from the arguments of a command line.

    Raises
    ------
    ConfigError
        If anything is wrong with them.
    """
    name, rest = split_overrides(overrides)
    return load_scenario(name, rest)


def sweep(overrides: Sequence[str], run_one: Callable[[Scenario], None]) -> None:
    """
    Run every combination of a Hydra multirun, such as `scenario=baseline,peak_ban seed=1,2`.

    Parameters
    ----------
    overrides
        Arguments of the command line; commas sweep.
    run_one
        Called with each scenario, in the launcher that `hydra/launcher` names.
    """
    import sys

    import hydra
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import DictConfig

    def task(_: DictConfig) -> None:
        chosen = [str(text) for text in HydraConfig.get().overrides.task]
        named = [_SCENARIO + text.removeprefix(_NAMES) if text.startswith(_NAMES) else text for text in chosen]
        run_one(scenario_from_overrides(named))

    search_own_configs_first()
    arguments = [_NAMES + text.removeprefix(_SCENARIO) if text.startswith(_SCENARIO) else text for text in overrides]
    before = sys.argv
    sys.argv = ["sim", "--multirun", *arguments]
    try:
        hydra.main(version_base="1.3", config_path=str(shipped_folder("configs")), config_name=PRIMARY)(task)()
    finally:
        sys.argv = before
