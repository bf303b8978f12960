"""
How much each factor of a model counts: elementary effects (Morris) and shares of variance (Sobol), by SALib.

Works on any function of points in the unit cube, so that its answers can be held against functions with known ones.
"""

from __future__ import annotations

from types import ModuleType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import InputError

Method = Literal["morris", "saltelli"]

LEVELS = 4
"""Levels of each factor in trajectories: 0, 1/3, 2/3 and 1, steps of 2/3. Source: Morris (1991); Campolongo (2007)."""

RESAMPLES = 1_000
"""Resamples of the bootstrap behind the 95 % half widths. Assumption: enough for two digits."""

INDICES: dict[str, tuple[str, ...]] = {
    "morris": ("mu", "mu_star", "mu_star_conf", "sigma"),
    "saltelli": ("s1", "s1_conf", "st", "st_conf"),
}
"""Columns of each method."""


def unit_sample(method: str, factors: int, samples: int, seed: int) -> NDArray[np.float64]:
    """
    Points in the unit cube that a method needs, a row a point.

    Parameters
    ----------
    method
        `morris`: `samples` trajectories of `factors + 1` points; `saltelli`: `samples` times `factors + 2` points.
    factors
        Number of factors.
    samples
        Trajectories, or size of the base sample, a power of two.
    seed
        Seed of the design.

    Raises
    ------
    InputError
        If SALib is not installed.

    Notes
    -----
    Source: Morris (1991), Technometrics 33, 161-174; Saltelli and others (2010), Computer Physics Communications 181,
    259-270.
    """
    cube = _unit_cube(factors)
    if method == "morris":
        points = _salib("sample.morris").sample(cube, samples, num_levels=LEVELS, seed=_seed(seed))
    else:
        points = _salib("sample.sobol").sample(cube, samples, calc_second_order=False, seed=_seed(seed))
    return np.asarray(points, dtype=np.float64)


def indices(method: str, points: NDArray[np.float64], values: NDArray[np.float64], seed: int) -> pd.DataFrame:
    """
    What each factor counts for, a row a factor; half widths (`_conf`) of 95 %, by bootstrap over the sample.

    Morris: `mu_star`, mean size of the change of the value when the factor goes over its range; `mu`, the same with its
    sign; `sigma`, how much that differs from point to point. Sobol: `s1`, share of the variance that goes with the
    factor alone; `st`, with all that it takes part in.

    Parameters
    ----------
    method
        `morris` or `saltelli`.
    points
        As from `unit_sample`.
    values
        Value of the model at each point, in any unit; NaN anywhere leaves all indices unknown.
    seed
        Seed of the bootstrap.
    """
    names = INDICES[method]
    factors = points.shape[1]
    if not np.isfinite(values).all():
        return pd.DataFrame(np.nan, index=range(factors), columns=list(names))
    if np.ptp(values) == 0.0:
        return pd.DataFrame(0.0, index=range(factors), columns=list(names))
    cube = _unit_cube(factors)
    kept = {"num_resamples": RESAMPLES, "conf_level": 0.95, "seed": _seed(seed)}
    if method == "morris":
        found = _salib("analyze.morris").analyze(cube, points, values, num_levels=LEVELS, **kept)
    else:
        found = _salib("analyze.sobol").analyze(cube, values, calc_second_order=False, **kept)
    keys = {"s1": "S1", "s1_conf": "S1_conf", "st": "ST", "st_conf": "ST_conf"}
    return pd.DataFrame({name: np.asarray(found[keys.get(name, name)], dtype=np.float64) for name in names})


def _unit_cube(factors: int) -> dict[str, object]:
    return {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _seed(seed: int) -> int:
    """A seed that SALib takes for one: it reads 0 as none."""
    return seed + 1


def _salib(module: str) -> ModuleType:
    """A module of SALib, which is loaded only where it is needed."""
    import importlib

    try:
        return importlib.import_module(f"SALib.{module}")
    except ImportError as error:
        raise InputError("designs morris and saltelli need SALib: pip install 'urban-freight-sim[studies]'") from error
