"""Parts of intervals and ratios that may be undefined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.units import SECONDS_PER_DAY


def time_within_s(start_s: pd.Series[Any], end_s: pd.Series[Any], low_s: float, high_s: float) -> float:
    """Total time of intervals within [low, high] [s]."""
    low, high = (np.clip(values.to_numpy(dtype=np.float64), low_s, high_s) for values in (start_s, end_s))
    return float(np.maximum(high - low, 0.0).sum())


def is_in_daily_window(time_s: pd.Series[Any], from_s: float, until_s: float) -> pd.Series[bool]:
    """Whether times fall into a window of every day, [from, until); it may run past midnight."""
    of_day = time_s % SECONDS_PER_DAY
    if from_s <= until_s:
        return (of_day >= from_s) & (of_day < until_s)
    return (of_day >= from_s) | (of_day < until_s)


def ratio(value: float | None, base: float | None) -> float | None:
    """Value over base; None where either is undefined or the base is zero."""
    if value is None or base is None or base == 0.0:
        return None
    return float(value) / float(base)
