"""
Scenarios: named lists of option overrides that add up from left to right.

`peak_ban+electric` takes the overrides of `peak_ban`, then those of `electric`. Two scenarios that
set one key to different values contradict each other: an error that names the key, unless the later
one lists it under `overrides_earlier`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml
from pydantic import BaseModel, Field, ValidationError

from sim.errors import ConfigError
from sim.resources import find_resource, resource_names

_ASSIGNMENT = re.compile(r"^(?P<key>[A-Za-z_][\w./@-]*)=(?P<value>.*)$", re.DOTALL)


class ScenarioFile(BaseModel, frozen=True, extra="forbid"):
    """Content of `configs/scenario/NAME.yaml`."""

    description: str = Field(min_length=1, description="What the scenario is, in a sentence")
    sum_of: tuple[str, ...] = Field(default=(), description="Scenarios that it adds up, before its own overrides")
    overrides: tuple[str, ...] = Field(default=(), description="Overrides, each KEY=VALUE")
    overrides_earlier: tuple[str, ...] = Field(
        default=(), description="Keys that this scenario may set against an earlier one"
    )


@dataclass(frozen=True, slots=True)
class ScenarioSum:
    """
    Scenarios added up.

    Parameters
    ----------
    names
        Their names from left to right.
    overrides
        Their overrides, one a key.
    """

    names: tuple[str, ...]
    overrides: tuple[str, ...]


def read_scenario(name: str) -> ScenarioFile:
    """
    One scenario file.

    Raises
    ------
    ConfigError
        If there is no such file, or it is malformed.
    """
    path = find_resource("configs", f"scenario/{name}.yaml")
    if path is None:
        raise ConfigError(
            f"scenario: there is no scenario {name!r}; known: {', '.join(resource_names('configs', 'scenario'))}"
        )
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        scenario = ScenarioFile.model_validate(content or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        raise ConfigError([f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]) from error
    faulty = [text for text in scenario.overrides if not _ASSIGNMENT.match(text)]
    if faulty:
        raise ConfigError([f"{path}: overrides: expected KEY=VALUE, found {text!r}" for text in faulty])
    return scenario


def parts_of(name: str, within: tuple[str, ...] = ()) -> tuple[str, ...]:
    """
    Names of the scenarios that one is made of, from left to right, itself last.

    Raises
    ------
    ConfigError
        If a name is unknown, or a scenario is a part of itself.
    """
    if name in within:
        raise ConfigError(f"scenario: {' > '.join((*within, name))}: a scenario cannot be a part of itself")
    parts = [part for own in read_scenario(name).sum_of for part in parts_of(own, (*within, name))]
    return (*dict.fromkeys(parts), name)


def add_up(text: str) -> ScenarioSum:
    """
    The overrides of scenarios joined by `+`; none for an empty text.

    Raises
    ------
    ConfigError
        If a name is unknown or two scenarios contradict each other.
    """
    names = tuple(name.strip() for name in text.split("+")) if text else ()
    taken: dict[str, tuple[str, str]] = {}
    faults = []
    for name in [part for whole in names for part in parts_of(whole)]:
        scenario = read_scenario(name)
        for override in scenario.overrides:
            match = _ASSIGNMENT.match(override)
            assert match is not None
            key, value = match["key"], match["value"]
            if key in taken and taken[key][0] != value and key not in scenario.overrides_earlier:
                earlier_value, earlier = taken[key]
                faults.append(
                    f"scenario {text!r}: {earlier} sets {key}={earlier_value}, {name} sets {key}={value}; "
                    f"list {key} under overrides_earlier in {name}.yaml if it is meant to win"
                )
            taken[key] = (value, name)
    if faults:
        raise ConfigError(faults)
    return ScenarioSum(names, tuple(f"{key}={value}" for key, (value, _) in taken.items()))
