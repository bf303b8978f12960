"""
From names and overrides to a validated scenario: Hydra composes the YAML, pydantic checks the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError

from sim.config.scenarios import add_up
from sim.config.schema import Scenario
from sim.errors import ConfigError
from sim.resources import resource_folders, resource_names, shipped_folder

PRIMARY = "config"


class OwnConfigsFirst(SearchPathPlugin):
    """A `configs/` folder in the current directory is searched before the one that is shipped."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Put the user's folder in front."""
        for folder in reversed(resource_folders("configs")[:-1]):
            search_path.prepend("own configs", f"file://{folder}")


def search_own_configs_first() -> None:
    """Tell Hydra to look into the user's own configs first; calling it again changes nothing."""
    plugins = Plugins.instance()
    if OwnConfigsFirst not in plugins.discover(SearchPathPlugin):
        plugins.register(OwnConfigsFirst)


def load_scenario(name: str = "baseline", overrides: Sequence[str] = ()) -> Scenario:
    """
    A validated scenario.

    Parameters
    ----------
    name
        Scenario, or several joined by `+`.
    overrides
        Further overrides in Hydra's grammar, such as `policy=peak_ban`, `seed=3` or
        `berths.spaces_per_shop=0.2`. They win over the scenario.

    Raises
    ------
    ConfigError
        If a name, key, type or value is wrong; all faults found at one stage are listed.
    """
    scenario = add_up(name)
    composed = _compose([*scenario.overrides, *overrides])
    composed["scenario"] = {"names": list(scenario.names)}
    return validate_scenario(composed)


def validate_scenario(content: dict[str, Any]) -> Scenario:
    """
    A composed configuration as a scenario.

    Raises
    ------
    ConfigError
        Listing every key that is unknown, missing, of the wrong type or out of range.
    """
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise ConfigError([_fault(entry) for entry in error.errors()]) from error


def _fault(entry: Any) -> str:
    where = ".".join(str(part) for part in entry["loc"]) or "configuration"
    if entry["type"] == "extra_forbidden":
        return f"{where}: unknown key (found value {entry['input']!r})"
    if entry["type"] == "missing":
        return f"{where}: missing"
    message = str(entry["msg"]).removeprefix("Value error, ")
    is_told = "found" in message or isinstance(entry["input"], dict | list)
    found = "" if is_told else f", found {entry['input']!r}"
    return f"{where}: {message}{found}"


def _compose(overrides: list[str]) -> dict[str, Any]:
    search_own_configs_first()
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(shipped_folder("configs")), version_base="1.3"):
            config = compose(PRIMARY, overrides=overrides)
            container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(explain(error)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid YAML: {' '.join(str(error).split())}") from error
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def explain(error: Exception) -> str:
    """Hydra's message in one line, with the names that would have been right."""
    text = str(error)
    group = re.search(r"In '[^']*': Could not find '([\w/]+)/([^']*)'", text)
    if group is None:
        group = re.search(r"Could not find '([\w/]+)/([^']*)'", text)
    if group:
        known = ", ".join(resource_names("configs", group[1]) or re.findall(r"^\t(\w+)$", text, re.MULTILINE))
        return f"{group[1]}: there is no option {group[2]!r}; known: {known}"
    key = re.search(r"Key '([^']+)' (?:is not in struct|not in)", text)
    full = re.search(r"full_key: (\S+)", text)
    if key:
        return f"{full[1] if full else key[1]}: unknown key"
    could_not = re.search(r"Could not override '([^']+)'", text)
    if could_not:
        return f"{could_not[1]}: unknown key" + (f" (full key {full[1]})" if full else "")
    missing = re.search(r"Missing mandatory value: (\S+)", text)
    if missing:
        return f"{missing[1]}: missing; give {missing[1]}=VALUE"
    override = getattr(error, "override", None)
    where = f"override {override!r}" if override else "configuration"
    lines = [line.strip() for line in text.splitlines() if line.strip() and "://" not in line]
    return f"{where}: " + " ".join(lines[:3])
