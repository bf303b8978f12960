"""Differences on the same seeds, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiment.paired_comparison import mean_and_half_width, outcomes, paired_differences


def test_differences_by_hand() -> None:
    """Values 10, 20, 30 and 12, 22, 35: differences 2, 2, 5; mean 3, half width 4.303 x sqrt(3) / sqrt(3)."""
    table = pd.DataFrame(
        {
            "level": [0.0] * 3 + [1.0] * 3,
            "seed": [1, 2, 3] * 2,
            "measure": "van_km",
            "value": [10.0, 20.0, 30.0, 12.0, 22.0, 35.0],
            "unit": "km",
        }
    )
    found = paired_differences(table.sample(frac=1.0, random_state=1), base=0.0).set_index("level")
    assert found.loc[1.0, ["n", "mean", "paired_difference"]].tolist() == [3, 23.0, 3.0]
    assert found.loc[1.0, "pd_ci_high"] == pytest.approx(3.0 + 4.3027, abs=1e-3)
    assert found.loc[1.0, "relative_difference"] == pytest.approx((0.2 + 0.1 + 5 / 30) / 3)
    assert found.loc[0.0, ["paired_difference", "pd_ci_low", "pd_ci_high"]].tolist() == [0.0, 0.0, 0.0]


def test_one_seed_has_no_interval() -> None:
    """A single pair has a mean, and nothing to say how sure it is."""
    mean, half = mean_and_half_width(pd.Series([2.5]))
    assert mean == 2.5
    assert np.isnan(half)


def test_pairs_vary_less_than_days() -> None:
    """Without berths vans double-park for longer on every seed, whatever the day is like."""
    small = ["network=grid", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]
    levels = {spaces: [*small, f"berths.spaces_per_shop={spaces}"] for spaces in (0.0, 1.0)}
    table = outcomes(levels, (1, 2, 3), ["double_parking_hours", "orders_total"])
    found = paired_differences(table, base=0.0).set_index(["measure", "level"])
    assert found.loc[("double_parking_hours", 1.0), "pd_ci_high"] < 0.0
    assert found.loc[("orders_total", 1.0), "pd_ci_high"] == 0.0
