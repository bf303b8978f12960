"""
Outcomes by group among the outcomes of a study: hours cut at the windows that the study asks about.

A row is an outcome with the name `ASPECT/GROUP/MEASURE`, such as `carrier_size/1-2 vans/cost_per_order`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, field_validator

from sim.measures.distribution import BIN_S
from sim.policy.time_window import read_window
from sim.units import SECONDS_PER_DAY

IN_HOURS, BESIDE_HOURS, OTHER_HOURS = "in the hours", "just before or after", "other hours"
"""Parts of the day, by the windows of the study."""


class DistributionSpec(BaseModel, frozen=True, extra="forbid"):
    """Where and when a study looks for what moved."""

    zone_role: str = Field("centre", min_length=1, description="Zones whose inside and neighbourhood are told apart")
    windows: tuple[str, ...] = Field(min_length=1, description="Windows HH:MM-HH:MM on half hours")
    margin_min: float = Field(
        60.0, ge=0.0, le=720.0, multiple_of=30.0, description="Time before and after a window that is beside it [min]"
    )

    @field_validator("windows")
    @classmethod
    def _on_half_hours(cls, windows: tuple[str, ...]) -> tuple[str, ...]:
        for text in windows:
            window = read_window(text)
            if window.from_s % BIN_S or window.until_s % BIN_S:
                raise ValueError(f"expected windows that begin and end on half hours, found {text!r}")
        return windows

    def part_of_day(self) -> np.ndarray:
        """Part of the day of each half hour, shape (48,)."""
        n_bins = int(SECONDS_PER_DAY / BIN_S)
        margin = int(self.margin_min * 60.0 / BIN_S)
        part = np.full(n_bins, OTHER_HOURS, dtype=object)
        windows = [read_window(text) for text in self.windows]
        bins = [(int(window.from_s / BIN_S), int(window.until_s / BIN_S)) for window in windows]
        for first, end in bins:
            part[np.arange(first - margin, end + margin) % n_bins] = BESIDE_HOURS
        for first, end in bins:
            part[np.arange(first, end) % n_bins] = IN_HOURS
        return part


def distribution_outcomes(path: Path, spec: DistributionSpec) -> list[tuple[str, float, str]]:
    """
    Name, value and unit of the outcomes by group of a run.

    Parameters
    ----------
    path
        `distribution.csv` of the run.
    spec
        What the study asks about.
    """
    table = pd.read_csv(path)
    zone = table["aspect"] == f"zone:{spec.zone_role}"
    by_hour = table[zone]
    part = spec.part_of_day()[(by_hour["from_s"].to_numpy(np.float64) / BIN_S).astype(np.int64)]
    found: list[tuple[str, float, str]] = []
    for (group, when), own in by_hour.groupby([by_hour["group"], pd.Series(part, index=by_hour.index)], sort=False):
        found.append((f"place/{group}, {when}/van_km", float(own["value"].sum()), "km"))
    whole: list[dict[Any, Any]] = table[table["from_s"].isna()].to_dict("records")
    for row in whole:
        found.append((f"{row['aspect']}/{row['group']}/{row['measure']}", float(row["value"]), str(row["unit"])))
    return sorted(found, key=lambda outcome: _ORDER.index(outcome[0].split("/")[0]))


_ORDER = ("place", "carrier_size", "shop_type", "night")
