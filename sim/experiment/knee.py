"""
How much of something is enough: the knee of a curve of means over paired seeds.

It says where the curve bends, not where it is good: a curve may bend early and still fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def knee(levels: Sequence[float], values: Sequence[float]) -> float:
    """
    Level at which a curve bends most: where it lies furthest below the straight line between its ends.

    Of a falling curve that is where more begins to help less, of a rising one where less begins to hurt more.

    Levels and values are first scaled to [0, 1].

    Parameters
    ----------
    levels
        Levels of the factor, rising.
    values
        Mean of the measure at each level.

    Raises
    ------
    ValueError
        If there are fewer than three levels, or they do not rise.

    Notes
    -----
    Source: Satopää, Albrecht, Irwin and Raghavan (2011), "Finding a 'kneedle' in a haystack", without smoothing.

    Examples
    --------
    >>> knee([1.0, 2.0, 3.0, 4.0, 5.0], [10.0, 2.0, 1.0, 0.5, 0.0])
    2.0
    >>> knee([1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.5, 1.0, 2.0, 10.0])
    4.0
    """
    if len(levels) < 3 or any(after <= before for before, after in pairwise(levels)):
        raise ValueError(f"a knee needs three or more rising levels, found {list(levels)}")
    x, y = (np.asarray(series, dtype=np.float64) for series in (levels, values))
    span = float(y.max() - y.min())
    if span == 0.0:
        return float(x[0])
    way = (x - x[0]) / (x[-1] - x[0])
    line = way if y[-1] > y[0] else 1.0 - way
    below = line - (y - y.min()) / span
    return float(x[int(np.argmax(below))])
