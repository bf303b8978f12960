"""
What a study asks: the files of `experiments/NAME/` read and checked as a whole.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from sim.errors import InputError
from sim.experiment.asked_file import content_faults, read_asked
from sim.experiment.distribution_rows import DistributionSpec
from sim.experiment.lever_sets import NO_LEVER, joining_orders, set_name, shared_sets
from sim.experiment.study_tables import level_text, levels_named
from sim.measures.definitions import MEASURES
from sim.measures.distribution import GROUP_MEASURES

Level = bool | int | float | str

MOST_RUNS = 1_000_000
"""Runs of a study beyond which it is taken for a mistake: at a second each they take twelve days."""

COLUMNS = frozenset(
    (
        *("run_id", "replication", "seed", "measure", "value", "unit", "n", "mean", "ci_low", "ci_high"),
        *("paired_difference", "pd_ci_low", "pd_ci_high", "relative_change", "t_low", "t_high"),
        *("boot_low", "boot_high", "p_value", "p_holm", "needed_replications"),
    )
)
"""Columns of the tables of a study beside its factors, whose names no factor may have."""

_FILE_NAME = re.compile(r"\w[\w .+-]*")


class StudyError(InputError):
    """A study whose files are missing, malformed or contradict each other."""


class Factor(BaseModel, frozen=True, extra="forbid"):
    """One thing that a study varies: levels of a config key, named options, or a range to sample."""

    key: str | None = Field(default=None, description="Key of the configuration; null: the factor's name")
    levels: tuple[Level, ...] | None = Field(default=None, min_length=1, description="Values of the key")
    options: dict[str, tuple[str, ...]] | None = Field(
        default=None, min_length=1, description="Named levels, each a list of KEY=VALUE"
    )
    low: float | None = Field(default=None, description="Lower end of a sampled range")
    high: float | None = Field(default=None, description="Upper end of a sampled range")
    is_whole: bool = Field(default=False, description="Whether sampled values are rounded to whole numbers")
    label: str | None = Field(default=None, description="Name on axes, with its unit in brackets")
    source: str | None = Field(default=None, description="Where the range is from, or `assumption`")

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        has_range = self.low is not None and self.high is not None
        if [self.levels is not None, self.options is not None, has_range].count(True) != 1:
            raise ValueError("expected one of `levels`, `options`, or `low` with `high`")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low must be below high, found {self.low:g} and {self.high:g}")
        numbers = [value for value in (self.low, self.high, *(self.levels or ())) if isinstance(value, float)]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"expected finite numbers, found {next(v for v in numbers if not math.isfinite(v))}")
        twice = _named_twice(self.levels if self.levels is not None else tuple(self.options or ()))
        if twice:
            raise ValueError(f"a level is given twice: {', '.join(twice)}")
        return self


class Case(BaseModel, frozen=True, extra="forbid"):
    """A named case: a sum of scenarios and further overrides."""

    scenario: str | None = Field(default=None, description="Names joined by +; null: the scenario of the study")
    overrides: tuple[str, ...] = Field(default=(), description="KEY=VALUE each")


class FigureSpec(BaseModel, frozen=True, extra="forbid"):
    """A figure of the study."""

    kind: Literal["curve", "difference", "tornado", "pareto", "attribution", "groups", "sensitivity"] = Field(
        description="What is drawn"
    )
    measures: tuple[str, ...] = Field(
        min_length=1, description="Indicators drawn; for pareto x then y; for groups ASPECT/MEASURE"
    )
    x: str | None = Field(default=None, description="Factor along the axis, for a curve")
    by: str | None = Field(default=None, description="Factor that makes the lines, for a curve")
    knee: tuple[str, ...] = Field(default=(), description="Measures of a curve whose knee is marked, one a line")
    title: str = Field(default="", description="Title of the figure")


class StudyFile(BaseModel, frozen=True, extra="forbid"):
    """Content of `experiments/NAME/study.yaml`."""

    question: str = Field(min_length=1, description="What the study asks, in a sentence")
    scenario: str = Field(default="baseline", description="Scenario of every run, names joined by +")
    fixed: tuple[str, ...] = Field(default=(), description="Overrides of every run, KEY=VALUE each")
    design: Literal["grid", "latin_hypercube", "sobol", "morris", "saltelli", "package"] = Field(
        default="grid", description="How factors are combined; package: sets of levers"
    )
    samples: int = Field(
        default=16,
        ge=1,
        le=100_000,
        description="Points of a sampled design; trajectories of morris, base of saltelli, orders a seed of package",
    )
    design_seed: int = Field(default=1, ge=0, description="Seed of a sampled design")
    cases: dict[str, Case] = Field(default={}, description="Named cases; each is combined with every point of factors")
    factors: dict[str, Factor] = Field(default={}, description="Factors by name")
    levers: dict[str, tuple[str, ...]] = Field(
        default={}, description="Levers of design package by name, each a list of KEY=VALUE or scenario+=NAME"
    )
    order_seeds: int | None = Field(
        default=None, ge=2, description="Seeds for which orders of joining are drawn, the first; null: all"
    )
    package: str = Field(default="all levers", min_length=1, description="Name of all levers together")
    base: dict[str, Level] = Field(default={}, description="Level of each factor that the others are compared with")
    measures: tuple[str, ...] = Field(default=(), description="Indicators in the tables; none: all")
    figures: dict[str, FigureSpec] = Field(default={}, description="Figures by name")
    attribution: bool = Field(default=False, description="Share changes out among factors, each a lever of two levels")
    distribution: DistributionSpec | None = Field(
        default=None, description="Keep outcomes by place and hour, carrier size and shop type, and at night"
    )
    scorecard: str | None = Field(default=None, description="Case or scenario level whose scorecard is written")

    @model_validator(mode="before")
    @classmethod
    def _short_factors(cls, content: Any) -> Any:
        """A factor that is a plain list is a list of levels; one that maps names to lists has named options."""
        if isinstance(content, dict) and isinstance(content.get("factors"), dict):
            factors = {
                name: {"levels": value} if isinstance(value, list) else value
                for name, value in content["factors"].items()
            }
            return content | {"factors": factors}
        return content

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        faults = []
        names = list(self.factor_names)
        faults += [f"factors: {name!r} is the name of a column" for name in names if name.lower() in COLUMNS]
        faults += [f"cases: {name} is the name of another case" for name in _named_twice(tuple(self.cases))]
        keys = [key for own in self.keys_by_factor().values() for key in own]
        faults += [
            f"{'levers' if self.levers else 'factors'}: {key!r} is set by {' and '.join(map(repr, setters))}, "
            "expected a key of one only"
            for key in dict.fromkeys(keys)
            if len(setters := [name for name, own in self.keys_by_factor().items() if key in own]) > 1
        ]
        if any("seed" in own for name, own in self.keys_by_factor().items() if name != "case"):
            faults.append("factors: 'seed' comes from seeds.csv, expected another key")
        if "case" in self.factors and self.cases:
            faults.append("factors: 'case' is the column of the cases")
        if not names:
            faults.append("expected `factors` or `cases`, found neither")
        sampled = [name for name, factor in self.factors.items() if factor.low is not None]
        if sampled and self.design == "grid":
            faults.append(f"factors {sampled} have ranges: expected a sampled design, found grid")
        if self.is_sensitivity:
            faults += self._sensitivity_faults()
        if self.is_package or self.levers:
            faults += self._package_faults()
        faults += [f"measures: there is no indicator {name!r}" for name in self.measures if name not in MEASURES]
        faults += [f"measures: {name!r} is given twice" for name in _repeated(self.measures)]
        for name, figure in self.figures.items():
            if not _FILE_NAME.fullmatch(name):
                faults.append(f"figures.{name}: expected a name that a file can have, of letters, digits, _ and -")
            drawable = set(GROUP_MEASURES if figure.kind == "groups" else MEASURES)
            faults += [f"figures.{name}: there is no indicator {m!r}" for m in figure.measures if m not in drawable]
            faults += [f"figures.{name}: {m!r} is given twice" for m in _repeated(figure.measures)]
            faults += [
                f"figures.{name}: {m!r} is not among `measures`, so that no table has it"
                for m in figure.measures
                if m in MEASURES and m not in self.kept_measures
            ]
            if figure.kind == "groups" and not (self.distribution and self.compared_with):
                faults.append(f"figures.{name}: groups need `distribution` and `base`")
            faults += [
                f"figures.{name}: there is no factor {f!r}; known: {names}"
                for f in (figure.x, figure.by)
                if f is not None and f not in names
            ]
            if figure.kind == "curve" and figure.x is None:
                faults.append(f"figures.{name}: a curve needs `x`, the factor along its axis")
            if figure.kind == "curve":
                free = [f for f in names if f not in (figure.x, figure.by) and f not in self.base]
                faults += [
                    f"figures.{name}: factor {f!r} is neither `x` nor `by` and has no base to be held at" for f in free
                ]
            faults += [
                f"figures.{name}: knee of {m!r}, which is not drawn" for m in figure.knee if m not in figure.measures
            ]
            if figure.knee and (figure.kind != "curve" or not _are_rising(self.levels_of(figure.x or ""))):
                faults.append(f"figures.{name}: a knee needs a curve over three or more rising numbers")
            if figure.kind in ("difference", "tornado") and not self.compared_with:
                faults.append(f"figures.{name}: a {figure.kind} needs `base`, what the points are compared with")
            if figure.kind == "sensitivity" and not self.is_sensitivity:
                faults.append(f"figures.{name}: needs design morris or saltelli, found {self.design}")
            if figure.kind == "attribution" and not self.has_attribution:
                faults.append(f"figures.{name}: needs `attribution: true` or design package")
            if figure.kind == "pareto":
                aimless = [m for m in figure.measures if m in MEASURES and MEASURES[m].better is None]
                faults += [f"figures.{name}: neither way is better for {m!r}, so there is no front" for m in aimless]
                if len(figure.measures) != 2:
                    faults.append(f"figures.{name}: pareto needs two measures, found {len(figure.measures)}")
        if self.base and sampled and not self.is_sensitivity:
            faults.append(f"base: factors {sampled} have ranges, of which no level is known before they are sampled")
        elif self.base:
            faults += [f"base: there is no factor {name!r}; known: {names}" for name in self.base if name not in names]
            needed = ["case"] if self.is_sensitivity else names
            faults += [f"base: level of factor {name!r} is missing" for name in needed if name not in self.base]
            for name, value in self.base.items():
                known = self.levels_of(name)
                if known is not None and str(value) not in map(str, known):
                    faults.append(f"base: factor {name!r} has no level {value!r}; known: {list(known)}")
        if self.attribution:
            faults += self._attribution_faults()
        if self.scorecard is not None and not self.compared_with:
            faults.append("scorecard: needs `base`, what it is held against")
        elif self.scorecard is not None and self._points_named(self.scorecard) != 1:
            faults.append(
                f"scorecard: expected LEVEL or FACTOR=LEVEL,FACTOR=LEVEL of one point, found {self.scorecard!r} of "
                f"{self._points_named(self.scorecard)}; factors: {names}"
            )
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def keys_by_factor(self) -> dict[str, set[str]]:
        """Keys of the configuration that each factor or lever sets, and `case`; scenarios tell where they clash."""
        options = {name: itertools.chain(*(factor.options or {}).values()) for name, factor in self.factors.items()}
        keys = {name: set(map(_key_of, own)) for name, own in (options | dict(self.levers)).items()}
        for name, factor in self.factors.items():
            keys[name] |= {factor.key or name} if factor.options is None else set()
        if self.cases:
            keys["case"] = {_key_of(text) for case in self.cases.values() for text in case.overrides}
        return {name: own - {"scenario"} for name, own in keys.items()}

    def check_overrides(self, overrides: Sequence[str]) -> None:
        """
        Refuse overrides of every run that make all levels of a factor the same.

        Parameters
        ----------
        overrides
            KEY=VALUE each.

        Raises
        ------
        StudyError
            Naming each override and the factor that sets its key.
        """
        faults = [
            f"override {text!r}: found a key that {name!r} of the study sets, expected another: its levels would be one"
            for text in overrides
            for name, own in self.keys_by_factor().items()
            if _key_of(text) in own
        ]
        if faults:
            raise StudyError(faults)

    def _points_named(self, chosen: str) -> int:
        """Points that a text means, read as in `sim.experiment.appraisal`; 1 where points are sampled."""
        levels = {name: [level_text(level) for level in self.levels_of(name) or ()] for name in self.factor_names}
        if not all(levels.values()) or self.design not in ("grid", "package"):
            return 1
        wanted = levels_named(chosen, list(levels))
        by_name = math.prod(
            len(own) if name not in wanted else own.count(level_text(wanted[name])) for name, own in levels.items()
        )
        others = math.prod(len(own) - own.count(level_text(chosen)) for own in levels.values())
        by_level = math.prod(map(len, levels.values())) - others
        return by_level or (by_name if wanted and wanted.keys() <= levels.keys() else 0)

    def _attribution_faults(self) -> list[str]:
        faults = [] if self.compared_with else ["attribution: needs `base`, the package without its levers"]
        if self.cases or self.design != "grid":
            faults.append("attribution: needs every combination of levers: design grid, no cases")
        if len(self.factors) > 8:
            faults.append(f"attribution: at most 8 levers, found {len(self.factors)}")
        for name in self.factors:
            n = len(self.levels_of(name) or ())
            faults += [f"attribution: factor {name!r} needs two levels, off and on, found {n}"] if n != 2 else []
        return faults

    def _package_faults(self) -> list[str]:
        if not self.is_package:
            return [f"levers: need design package, found {self.design}"]
        taken = [name for name in ("cases", "factors", "attribution") if getattr(self, name)]
        faults = [f"{name}: design package has `levers` and their attribution instead" for name in taken]
        if len(self.levers) < 2:
            faults.append(f"levers: design package needs two or more, found {len(self.levers)}")
        if self.base not in ({}, {"case": NO_LEVER}):
            faults.append(f"base: design package is compared with `case: {NO_LEVER}`, found {self.base}")
        names = [set_name(chosen, list(self.levers), self.package) for chosen in shared_sets(len(self.levers))]
        faults += [f"levers: {name!r} names two sets" for name in dict.fromkeys(names) if names.count(name) > 1]
        faults += [f"levers: {name!r} holds ' + ', which joins names" for name in self.levers if " + " in name]
        return faults

    def _sensitivity_faults(self) -> list[str]:
        faults = []
        for name, factor in self.factors.items():
            if factor.low is None or factor.is_whole:
                faults.append(f"factors.{name}: design {self.design} needs a range of a number, `low` and `high`")
            if factor.source is None:
                faults.append(f"factors.{name}: design {self.design} needs `source`, or `source: assumption`")
        if self.design == "morris" and self.samples < 2:
            faults.append(f"samples: morris needs 2 trajectories or more, found {self.samples}")
        if self.design == "saltelli" and self.samples & (self.samples - 1):
            faults.append(f"samples: saltelli needs a power of two, found {self.samples}")
        if len(self.factors) < 2:
            faults.append(f"factors: design {self.design} needs two or more, found {len(self.factors)}")
        if set(self.base) - {"case"}:
            faults.append(f"base: design {self.design} takes the case alone, factors are compared at each point")
        return faults

    @property
    def is_sensitivity(self) -> bool:
        """Whether the design asks how much each factor counts, by elementary effects or variance."""
        return self.design in ("morris", "saltelli")

    @property
    def is_package(self) -> bool:
        """Whether the points are sets of levers, some of them drawn for each seed."""
        return self.design == "package"

    @property
    def has_attribution(self) -> bool:
        """Whether changes are shared out among levers."""
        return self.attribution or self.is_package

    @property
    def compared_with(self) -> dict[str, Level] | None:
        """The point that all others are compared with; None where there is none, as in designs of sensitivity."""
        if self.is_package:
            return {"case": NO_LEVER}
        return None if self.is_sensitivity else self.base or None

    @property
    def factor_names(self) -> tuple[str, ...]:
        """Columns of the design, `case` first where there are cases or sets of levers."""
        return (*(("case",) if self.cases or self.is_package else ()), *self.factors)

    def label_of(self, name: str) -> str:
        """Name of a factor on axes."""
        factor = self.factors.get(name)
        return (factor.label if factor is not None else None) or name

    def axis_labels(self, figure: FigureSpec) -> dict[str, str]:
        """`x_label` and `line_label` of a figure, as `draw_study_figure` takes them."""
        x_label = "|".join(figure.measures) if figure.kind == "pareto" else self.label_of(figure.x) if figure.x else ""
        return {"x_label": x_label, "line_label": self.label_of(figure.by) if figure.by else ""}

    def levels_of(self, name: str) -> tuple[Level, ...] | None:
        """Levels of a factor in their order; None for a sampled range or an unknown name."""
        if name == "case" and self.cases:
            return tuple(self.cases)
        if name == "case" and self.is_package:
            return tuple(self.set_name(chosen) for chosen in shared_sets(len(self.levers)))
        factor = self.factors.get(name)
        if factor is None:
            return None
        return tuple(factor.options) if factor.options is not None else factor.levels

    def orders_of(self, replication: int, seed: int) -> list[tuple[int, ...]]:
        """Orders in which the levers of a package join on a seed; none where the study asks for none."""
        if self.order_seeds is not None and replication > self.order_seeds:
            return []
        return joining_orders(len(self.levers), self.samples, self.design_seed, seed)

    def set_name(self, chosen: frozenset[int]) -> str:
        """Case of design package with these levers, given by their places."""
        return set_name(chosen, list(self.levers), self.package)

    def points_at_most(self) -> int:
        """Number of points of the design on one seed; of a package with drawn orders an upper bound."""
        n, k = len(self.levers), len(self.factors)
        if self.is_package:
            return 2 * n + 2 + min(1 << n, 2 * self.samples * (n + 1))
        sampled = {"morris": self.samples * (k + 1), "saltelli": self.samples * (k + 2)}.get(self.design, self.samples)
        levels = [len(self.levels_of(name) or ()) for name in self.factors]
        return max(len(self.cases), 1) * (math.prod(levels) if self.design == "grid" else sampled)

    @property
    def kept_measures(self) -> tuple[str, ...]:
        """Indicators of the tables in their order."""
        return self.measures or tuple(MEASURES)


class Study(BaseModel, frozen=True, extra="forbid"):
    """A study that has been read."""

    name: str
    folder: Path
    file: StudyFile
    seeds: tuple[int, ...]


def find_study(name: str) -> Path:
    """
    Folder of a study: `experiments/NAME`, or a path to such a folder.

    Raises
    ------
    StudyError
        If there is none.
    """
    tried = (Path("experiments") / name, Path(name))
    for folder in tried:
        with suppress(OSError):  # a name longer than a file may have
            if (folder / "study.yaml").is_file():
                return folder
    known = sorted(path.parent.name for path in Path("experiments").glob("*/study.yaml"))
    raise StudyError(
        f"study {name!r}: found no study.yaml in {' or '.join(map(str, tried))}; "
        f"known here: {', '.join(known) or 'none'}"
    )


def read_study(name: str) -> Study:
    """
    A study with its seeds, checked.

    Raises
    ------
    StudyError
        Listing every fault of its files.
    """
    folder = find_study(name)
    path = folder / "study.yaml"
    file = None
    content, faults = read_asked(path)
    try:
        file = None if faults else StudyFile.model_validate(content)
    except ValidationError as error:
        faults += content_faults(path, error, "study")
    seeds: tuple[int, ...] = ()
    try:
        seeds = read_seeds(folder / "seeds.csv")
    except StudyError as error:
        faults += error.faults
    if file is not None and seeds and file.points_at_most() * len(seeds) > MOST_RUNS:
        found = f"{file.points_at_most():,} points on {len(seeds):,} seeds"
        faults.append(f"{path}: expected {MOST_RUNS:,} runs or fewer, found {found}; a sampled design needs fewer")
    if faults or file is None:
        raise StudyError(faults)
    return Study(name=folder.resolve().name, folder=folder, file=file, seeds=seeds)


def read_seeds(path: Path) -> tuple[int, ...]:
    """
    Seeds of a study in the order of its replications, from a table with the column `seed`.

    Raises
    ------
    StudyError
        If the file is missing, a seed is no whole number from 0, or one is repeated.
    """
    try:
        rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise StudyError(f"{path}: expected a table with the column seed, found {error}") from error
    names = [name.strip() for name in rows[0]] if rows else []
    if names.count("seed") != 1 or not any(any(row) for row in rows[1:]):
        raise StudyError(f"{path}: expected one column seed with at least one row, found {names}")
    faults: list[str] = []
    seeds: dict[int, None] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        text = row[names.index("seed")].strip() if len(row) == len(names) else ""
        if len(row) != len(names):
            faults.append(f"{path}: line {line}: expected {len(names)} cells as in the heading, found {len(row)}")
        elif not text.isdecimal() or len(text) > 30 or int(text) >= 2**63:
            short = text if len(text) <= 30 else f"{text[:27]}..."
            faults.append(f"{path}: line {line}: expected a whole number from 0 to 2^63 - 1, found {short!r}")
        elif int(text) in seeds:
            faults.append(f"{path}: line {line}: seed {text} is there already; repeated seeds are no replications")
        else:
            seeds[int(text)] = None
    if faults:
        raise StudyError(faults)
    return tuple(seeds)


def _key_of(override: str) -> str:
    """Key of KEY=VALUE, `scenario` of `scenario+=NAME`."""
    return override.partition("=")[0].strip("+~ ")


def _repeated(names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _named_twice(levels: Sequence[Level]) -> list[str]:
    """Levels that tables cannot tell apart: 1 and 1.0 are one, and so are true and 1."""
    seen: set[Level] = set()
    same: dict[str, None] = {}
    for level in levels:
        if level in seen or level_text(level) in seen:
            same[str(level)] = None
        seen |= {level, level_text(level)}
    return list(same)


def _are_rising(levels: Sequence[Any] | None) -> bool:
    """Whether levels are numbers that rise, three or more."""
    if levels is None or len(levels) < 3 or not all(isinstance(level, int | float) for level in levels):
        return False
    return all(before < after for before, after in itertools.pairwise(levels))
