"""
Findings from the literature and pilots, each with its sign and range, beside ours.

No parameter is tuned to them. Where a source gives a single figure, the range is from half of it to twice; where it
gives a sign, any size counts. Conditions elsewhere were others, so a finding that does not hold
asks for an explanation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.experiment.intervals import t_interval
from sim.experiment.study_tables import relative_change, values_by_point

Values = Mapping[str, pd.DataFrame]
"""Values of each case of the study: a row a seed, a column a measure."""


def _percent(case: str, against: str, measure: str) -> Callable[[Values], NDArray[np.float64]]:
    """Relative change of a measure between two cases on the same seeds [%]."""
    return lambda values: 100.0 * relative_change(values[case], values[against], measure)


def _second_step(low: str, middle: str, high: str, measure: str) -> Callable[[Values], NDArray[np.float64]]:
    """How much more the second of two equal steps changes a measure than the first, in its unit."""

    def measured(values: Values) -> NDArray[np.float64]:
        start, half, end = (values[case][measure] for case in (low, middle, high))
        return ((end - half) - (half - start)).to_numpy(np.float64)

    return measured


def _difference(
    one: Callable[[Values], NDArray[np.float64]], other: Callable[[Values], NDArray[np.float64]]
) -> Callable[[Values], NDArray[np.float64]]:
    return lambda values: one(values) - other(values)


def _step(case: str, against: str, measure: str) -> Callable[[Values], NDArray[np.float64]]:
    """Change of a measure between two cases on the same seeds, in its unit."""
    return lambda values: (values[case][measure] - values[against][measure]).to_numpy(np.float64)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What was observed elsewhere.

    Parameters
    ----------
    claim
        What was found, in words.
    source
        Who found it.
    unit
        Of what is measured.
    low, high
        Range expected; infinite where the source gives a sign alone.
    measured
        The same in the study, a value a seed.
    """

    claim: str
    source: str
    unit: str
    low: float
    high: float
    measured: Callable[[Values], NDArray[np.float64]]

    @property
    def expected(self) -> str:
        """
        The range in words.

        Examples
        --------
        >>> FINDINGS[0].expected, FINDINGS[5].expected
        ('above 0 %', '-86 to -21.5 %')
        """
        if math.isinf(self.high):
            return f"above {self.low:g} {self.unit}"
        if math.isinf(self.low):
            return f"below {self.high:g} {self.unit}"
        return f"{self.low:+g} to {self.high:+g} {self.unit}"

    def holds(self, mean: float, low: float, high: float) -> bool:
        """
        Whether a mean lies in the range, and its interval on the side of zero that the range is on.

        Parameters
        ----------
        mean, low, high
            What was measured, with its 95 % interval.
        """
        on_side = (self.low < 0.0 or low > 0.0) and (self.high > 0.0 or high < 0.0)
        return self.low <= mean <= self.high and on_side


_ANY = math.inf
_PERCENT = "%"

FINDINGS: tuple[Finding, ...] = (
    Finding("Bans at the peaks raise what carriers pay", "Quak and de Koster 2006", _PERCENT, 0.0, _ANY,
            _percent("ban 7 h", "base", "cost_total")),
    Finding("A wider ban is not cheaper: 7 h against 3.5 h", "Quak and de Koster 2006", _PERCENT, 0.0, _ANY,
            _percent("ban 7 h", "ban 3.5 h", "cost_total")),
    Finding("Time windows of half of the shops raise it", "Quak and de Koster 2006", _PERCENT, 0.0, _ANY,
            _percent("windows 50 %", "windows 0 %", "cost_total")),
    Finding("They raise carbon dioxide too", "Quak and de Koster 2006", _PERCENT, 0.0, _ANY,
            _percent("windows 50 %", "windows 0 %", "co2_total")),
    Finding("Cost is convex in the share of shops with windows: the second half adds more",
            "Quak and de Koster 2006", "CNY", 0.0, _ANY,
            _second_step("windows 0 %", "windows 50 %", "windows 100 %", "cost_total")),
    Finding("A ban of fuel trucks by day cuts nitrogen oxides", "São Paulo, -43 % (FAPESP)", _PERCENT, -86.0, -21.5,
            _percent("ban all day", "base", "nox_total")),
    Finding("A ban of some hours moves driving to the hours beside them, in the zone", "Medellín (TRID 1644732)", "km",
            0.0, _ANY, _step("peak_ban", "no_rule", "place/inside, just before or after/van_km")),
    Finding("A ban costs fleets with few electric vans more than fleets with many",
            "by the exemption of electric vans", "points", 0.0, _ANY,
            _difference(_percent("ban 7 h", "base", "cost_total"),
                        _percent("electric 80 %, ban 7 h", "electric 80 %", "cost_total"))),
    Finding("Joint delivery cuts visits to shops that take part", "Bristol, -50 to -80 % (CIVITAS)", _PERCENT,
            -80.0, -50.0, _percent("joint 100 %", "base", "visits_per_shop")),
    Finding("Its effect on all van-km is small",
            "London -14 %, Rotterdam +0.25 %", _PERCENT, -28.0, 0.5, _percent("joint 100 %", "base", "van_km")),
    Finding("It cuts carbon dioxide, with electric vans on the last leg", "London, -55 %", _PERCENT, -100.0, -27.5,
            _percent("joint 100 %", "base", "co2_total")),
    Finding("Without subsidy it does not pay", "Allen and others 2012, 114 schemes", _PERCENT, 0.0, _ANY,
            _percent("joint 100 %", "base", "cost_total")),
    Finding("Night delivery adds van-km", "Toronto (TR-D 2022)", _PERCENT, 0.0, _ANY,
            _percent("night", "base", "van_km")),
    Finding("Stops get shorter at night only where berths were short: the wait falls more than with ample berths",
            "New York and Peel, opposite signs", "min", -_ANY, 0.0,
            _difference(_step("night", "base", "berth_wait_mean"),
                        _step("berths ample, night", "berths ample", "berth_wait_mean"))),
    Finding("More berths cut the search for one", "Seattle (Transport Policy 97)", _PERCENT, -_ANY, 0.0,
            _percent("berths twice", "base", "cruising_km")),
    Finding("More berths cut double parking", "Seattle; Lisbon", _PERCENT, -_ANY, 0.0,
            _percent("berths twice", "base", "double_parking_hours")),
    Finding("They do so less and less: the second step cuts less than the first", "by a queue's form", "h", 0.0, _ANY,
            _second_step("no berths", "base", "berths twice", "double_parking_hours")),
    Finding("Knowing of a free berth cuts the search", "Seattle, -10 to -30 %", _PERCENT, -30.0, -10.0,
            _percent("berths booked", "base", "cruising_km")),
    Finding("The wait for chargers grows ever faster with vans per connector", "Erlang C", "min", 0.0, _ANY,
            _second_step("vans per connector 4", "vans per connector 8", "vans per connector 12", "charger_wait_mean")),
    Finding("An electric fleet costs more without subsidy", "Berlin, +17 to +23 % (ETRR 2022)", _PERCENT, 17.0, 23.0,
            _percent("electric only", "fuel only", "cost_total")),
    Finding("It cuts carbon dioxide with the grid's mix", "Berlin, -25 % (ETRR 2022)", _PERCENT, -50.0, -12.5,
            _percent("electric only", "fuel only", "co2_total")),
    Finding("A programme cuts cost per t km", "Suzhou, audited, -12.6 %", _PERCENT, -25.2, -6.3,
            _percent("plan 2025", "base 2022", "cost_per_tonne_km_shipment")),
    Finding("It cuts energy per t km", "Suzhou, audited, -19.2 %", _PERCENT, -38.4, -9.6,
            _percent("plan 2025", "base 2022", "energy_per_tonne_km_shipment")),
    Finding("It raises the use of vans (km a van and day)", "Suzhou, audited, +21 %", _PERCENT, 10.5, 42.0,
            _percent("plan 2025", "base 2022", "van_km_per_van_day")),
)  # fmt: skip
"""Findings in the order of the table; `docs/validation.md` has the references and explains those that do not hold."""


def values_of_cases(design: pd.DataFrame, outcomes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """
    Values of each case of a study, a row a seed and a column a measure.

    Parameters
    ----------
    design, outcomes
        Its tables.

    Raises
    ------
    ResultsError
        If a case has no finished run on every seed.
    """
    values = {key[0]: table.sort_index() for key, table in values_by_point(design, outcomes, ["case"]).items()}
    seeds = sorted(set(design["seed"]))
    lacking = [case for case, table in values.items() if list(table.index) != seeds]
    if lacking or not values:
        raise ResultsError(f"plausibility: cases without a finished run on every seed: {', '.join(lacking) or 'all'}")
    return values


def plausibility_table(values: Values) -> pd.DataFrame:
    """
    Each finding beside ours, with its 95 % interval by Student's t over paired seeds, and the verdict.

    Columns `finding, source, expected, mean, low, high, unit, n, verdict`; verdicts `holds` and `does not hold`.

    Parameters
    ----------
    values
        As from `values_of_cases`, of the studies `plausibility` and `displacement` together.

    Raises
    ------
    ResultsError
        If a case or measure is missing.
    """
    rows = []
    for finding in FINDINGS:
        try:
            own = t_interval(finding.measured(values))
        except KeyError as error:
            raise ResultsError(f"plausibility: {finding.claim}: the results have no case or measure {error}") from error
        verdict = "holds" if finding.holds(own.mean, own.low, own.high) else "does not hold"
        head = (finding.claim, finding.source, finding.expected)
        rows.append((*head, own.mean, own.low, own.high, finding.unit, own.n, verdict))
    columns = ["finding", "source", "expected", "mean", "low", "high", "unit", "n", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def plausibility_page(table: pd.DataFrame) -> str:
    """
    The table as Markdown, numbered, as in `docs/validation.md`.

    Parameters
    ----------
    table
        As from `plausibility_table`.
    """
    lines = ["| | finding | source | expected | measured, 95 % interval | verdict |", "|---|---|---|---|---|---|"]
    for number, row in enumerate(table.to_dict("records"), start=1):
        digits = 0 if abs(row["mean"]) >= 1000.0 else 1 if abs(row["mean"]) >= 1.0 else 3
        mean, low, high = (f"{row[name]:+,.{digits}f}" for name in ("mean", "low", "high"))
        found = f"{mean} {row['unit']} ({low} to {high})"
        lines.append(
            f"| {number} | {row['finding']} | {row['source']} | {row['expected']} | {found} | {row['verdict']} |"
        )
    return "\n".join(lines) + "\n"
