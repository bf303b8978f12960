"""
What a search asks: levers, what they cost the public, and the targets they have to meet.
"""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from sim.experiment.asked_file import content_faults, read_asked
from sim.experiment.study_file import Factor, Level, Study, StudyError, StudyFile, read_seeds
from sim.measures.definitions import MEASURES
from sim.measures.scorecard import TARGETS, Target

NUMBERS = ("trial", "public_cost", "shortfall", "targets_met", "is_front", "is_cheapest")
"""Columns of `trials.csv` beside the levers and the targets."""


class Lever(Factor, frozen=True, extra="forbid"):
    """Something the public can do: levels of a config key or named options, the first of which is doing nothing."""

    public_cost_cny_per_year: dict[str, float] = Field(
        default={}, description="What a level costs the public beyond what runs count [CNY/year]; not named: 0"
    )

    @field_validator("public_cost_cny_per_year", mode="before")
    @classmethod
    def _levels_as_text(cls, costs: Any) -> Any:
        """YAML reads the level 0.5 as a number."""
        return {str(level): cost for level, cost in costs.items()} if isinstance(costs, dict) else costs

    @model_validator(mode="after")
    def _has_levels(self) -> Self:
        names = list(self.options) if self.options is not None else [str(level) for level in self.levels or ()]
        if len(names) < 2:
            raise ValueError("a lever needs two levels or more, the first of which is doing nothing")
        for name, cost in self.public_cost_cny_per_year.items():
            if name not in names:
                raise ValueError(f"public_cost_cny_per_year: there is no level {name!r}; known: {names}")
            if not (math.isfinite(cost) and cost >= 0.0):
                raise ValueError(f"public_cost_cny_per_year: expected 0 or more for {name!r} [CNY/year], found {cost}")
        return self


class TargetSpec(BaseModel, frozen=True, extra="forbid"):
    """A target of one's own; the official ones need none."""

    measure: str = Field(description="Indicator")
    reading: Literal["change", "value"] = Field(description="Relative change from doing nothing, or the value itself")
    at_least: float | None = Field(default=None, description="Least value that meets it: a share for a change")
    at_most: float | None = Field(default=None, description="Largest value that meets it")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("expected one of at_least and at_most")
        if not all(math.isfinite(limit) for limit in (self.at_least, self.at_most) if limit is not None):
            raise ValueError("expected a finite limit")
        if self.measure not in MEASURES:
            raise ValueError(f"there is no indicator {self.measure!r}")
        return self

    def target(self, name: str) -> Target:
        """The target as the scorecard knows it."""
        is_at_least = self.at_least is not None
        limit = self.at_least if self.at_least is not None else self.at_most
        assert limit is not None
        return Target("", name, name, self.measure, self.reading, is_at_least, limit, (), source="search.yaml")


class SearchFile(BaseModel, frozen=True, extra="forbid"):
    """Content of `experiments/NAME/search.yaml`."""

    question: str = Field(min_length=1, description="What the search asks, in a sentence")
    scenario: str = Field(default="baseline", description="Scenario of every run, names joined by +")
    fixed: tuple[str, ...] = Field(default=(), description="Overrides of every run, KEY=VALUE each")
    levers: dict[str, Lever] = Field(min_length=1, description="Levers by name")
    targets: dict[str, TargetSpec] = Field(default={}, description="Targets by name; none: the official ones")
    daily_measures: tuple[str, ...] = Field(
        default=("subsidies",), description="Indicators that count as public cost, in CNY a day"
    )
    days_per_year: float = Field(default=300.0, gt=0.0, le=366.0, description="Days of such cost in a year [d]")
    trials: int = Field(default=64, ge=2, le=100_000, description="Sets of levers tried, rounded up to whole batches")
    batch: int = Field(default=8, ge=1, le=1000, description="Sets chosen at a time, and then simulated side by side")
    confirmation_seeds: int = Field(
        default=10, ge=0, le=1000, description="Fresh seeds on which the chosen set is appraised again; 0: not at all"
    )
    search_seed: int = Field(default=1, ge=0, le=2**32 - 1, description="Seed of the search itself")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        columns = [f"{name}{end}" for name in self.target_names for end in ("", " low", " high", " verdict")]
        taken = {*NUMBERS, *columns, "run_id", "replication", "seed"}
        faults = [f"levers: {name!r} is the name of a column" for name in self.levers if name in taken]
        faults += [
            f"targets: {name!r} is the name of another column"
            for name in self.targets
            if name in NUMBERS or columns.count(name) > 1
        ]
        faults += [
            f"daily_measures: {name!r} is given twice"
            for name in dict.fromkeys(self.daily_measures)
            if self.daily_measures.count(name) > 1
        ]
        for name in self.daily_measures:
            if name not in MEASURES:
                faults.append(f"daily_measures: there is no indicator {name!r}")
            elif MEASURES[name].unit != "CNY":
                faults.append(f"daily_measures: expected an indicator in CNY, found {name!r} in {MEASURES[name].unit}")
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def aims(self) -> dict[str, Target]:
        """Targets by name: those of the file, or the official readings of the scorecard."""
        if self.targets:
            return {name: spec.target(name) for name, spec in self.targets.items()}
        return {target.measure: target for target in TARGETS if target.reported}

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of the targets."""
        return tuple(self.aims)

    @property
    def measures(self) -> tuple[str, ...]:
        """Indicators that the search reads, in the order of their definition."""
        wanted = {*self.daily_measures, *(target.measure for target in self.aims.values())}
        return tuple(name for name in MEASURES if name in wanted)

    def levels_of(self, lever: str) -> tuple[Level, ...]:
        """Levels of a lever; the first is doing nothing."""
        own = self.levers[lever]
        return tuple(own.options) if own.options is not None else own.levels or ()

    def nothing(self) -> dict[str, Level]:
        """The set in which no lever is pulled."""
        return {name: self.levels_of(name)[0] for name in self.levers}

    def size(self) -> int:
        """Number of sets of levers there are."""
        return math.prod(len(self.levels_of(name)) for name in self.levers)

    def standing_cost(self, levels: dict[str, Level]) -> float:
        """What the levels cost the public beyond what the runs count [CNY/year]."""
        return math.fsum(
            self.levers[name].public_cost_cny_per_year.get(str(level), 0.0) for name, level in levels.items()
        )


class Search(BaseModel, frozen=True, extra="forbid"):
    """A search that has been read."""

    name: str
    folder: Path
    file: SearchFile
    seeds: tuple[int, ...]

    @property
    def fresh_seeds(self) -> tuple[int, ...]:
        """Seeds of the confirmation: those that follow the highest of the search."""
        first = max(self.seeds) + 1
        return tuple(range(first, first + self.file.confirmation_seeds))

    def study(self) -> Study:
        """The study whose points are the sets of levers."""
        file = self.file
        factors = {
            name: Factor.model_validate(lever.model_dump(exclude={"public_cost_cny_per_year"}))
            for name, lever in file.levers.items()
        }
        content = StudyFile(
            question=file.question, scenario=file.scenario, fixed=file.fixed, factors=factors, base=file.nothing(),
            measures=file.measures,
        )  # fmt: skip
        return Study(name=self.name, folder=self.folder, file=content, seeds=self.seeds)


def is_search(name: str) -> bool:
    """Whether a name, or a path, is that of a search and not of a study."""
    kinds = [kind for path in _tried(name) for kind in ("study", "search") if (path / f"{kind}.yaml").is_file()]
    return kinds[:1] == ["search"]


def _tried(name: str) -> tuple[Path, ...]:
    """Folders that a name may mean; none for one that is longer than a file's may be."""
    tried = (Path("experiments") / name, Path(name))
    with suppress(OSError):
        return tuple(path for path in tried if path.exists())
    return ()


def read_search(name: str) -> Search:
    """
    A search with its seeds, checked: `experiments/NAME`, or a path to such a folder.

    Raises
    ------
    StudyError
        If there is none, or listing every fault of its files.
    """
    tried = (Path("experiments") / name, Path(name))
    folder = next((path for path in _tried(name) if (path / "search.yaml").is_file()), None)
    if folder is None:
        known = sorted(path.parent.name for path in Path("experiments").glob("*/search.yaml"))
        raise StudyError(
            f"search {name!r}: found no search.yaml in {' or '.join(map(str, tried))}; "
            f"known here: {', '.join(known) or 'none'}"
        )
    path = folder / "search.yaml"
    file: SearchFile | None = None
    content, faults = read_asked(path)
    try:
        file = None if faults else SearchFile.model_validate(content)
        if file is not None:
            Search(name=folder.name, folder=folder, file=file, seeds=(0,)).study()  # levers that undo each other
    except ValidationError as error:
        faults += content_faults(path, error, "search")
    seeds: tuple[int, ...] = ()
    try:
        seeds = read_seeds(folder / "seeds.csv")
    except StudyError as error:
        faults += error.faults
    if faults or file is None:
        raise StudyError(faults)
    return Search(name=folder.resolve().name, folder=folder, file=file, seeds=seeds)
