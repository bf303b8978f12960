"""
The overrides of a command line: the scenario's name on one side, Hydra's overrides on the other.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from sim.config.load import PRIMARY, explain, load_scenario, search_own_configs_first
from sim.config.schema import Scenario
from sim.errors import ConfigError
from sim.resources import shipped_folder

_SCENARIO = "scenario="
_NAMES = "scenario.names="
_FULL_ERROR = "HYDRA_FULL_ERROR"


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

    Raises
    ------
    ConfigError
        If a combination is wrong: before any is run.
    """
    import sys

    import hydra
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import DictConfig

    def task(_: DictConfig) -> None:
        chosen = [str(text) for text in HydraConfig.get().overrides.task]
        named = [_SCENARIO + text.removeprefix(_NAMES) if text.startswith(_NAMES) else text for text in chosen]
        run_one(scenario_from_overrides(named))

    check_sweep(overrides)
    search_own_configs_first()
    arguments = [_NAMES + text.removeprefix(_SCENARIO) if text.startswith(_SCENARIO) else text for text in overrides]
    before, full_before = sys.argv, os.environ.get(_FULL_ERROR)
    sys.argv = ["sim", "--multirun", *arguments]
    os.environ[_FULL_ERROR] = "1"  # faults come out as they are, instead of ending the program with a text of Hydra's
    try:
        hydra.main(version_base="1.3", config_path=str(shipped_folder("configs")), config_name=PRIMARY)(task)()
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(explain(error)) from error
    finally:
        sys.argv = before
        os.environ.pop(_FULL_ERROR)
        if full_before is not None:
            os.environ[_FULL_ERROR] = full_before


def check_sweep(overrides: Sequence[str]) -> None:
    """
    Compose and validate every combination of a sweep before the first is run; those that differ in the seed alone once.

    Raises
    ------
    ConfigError
        With the faults of every combination that is wrong.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser

    split_overrides(overrides)
    own = [text for text in overrides if not text.lstrip("+~").startswith("hydra")]
    try:
        parsed = OverridesParser.create().parse_overrides(own)
        choices = [
            [f"{one.get_key_element()}={value}" for value in one.sweep_string_iterator()]
            if one.is_sweep_override()
            else [text]
            for one, text in zip(parsed, own, strict=True)
        ]
    except HydraException as error:
        raise ConfigError(explain(error)) from error
    faults: dict[str, None] = {}
    for combination in {_without_seed(one): one for one in itertools.product(*choices)}.values():
        try:
            scenario_from_overrides(combination)
        except ConfigError as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise ConfigError(list(faults))


def _without_seed(combination: Sequence[str]) -> tuple[str, ...]:
    """A combination with its seed told apart only where it is no whole number."""
    return tuple(
        text for text in combination if not (text.startswith("seed=") and text.removeprefix("seed=").isdecimal())
    )
