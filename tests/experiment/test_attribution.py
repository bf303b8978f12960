"""Attribution: Shapley values of games with known answers, and shares of a study that add up."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ResultsError
from sim.experiment.attribution import attribution_table, shapley_values
from sim.experiment.study_file import StudyFile

FILE: dict[str, Any] = {
    "question": "?",
    "attribution": True,
    "factors": {"a": [0, 1], "b": [0, 1], "c": {"options": {"off": [], "on": ["policy=none"]}}},
    "base": {"a": 0, "b": 0, "c": "off"},
    "measures": ["van_km"],
}


def test_airport_game() -> None:
    """Runways of length 1, 2 and 3: players pay 1/3, 1/3 + 1/2 and 1/3 + 1/2 + 1."""
    values = shapley_values(3, lambda coalition: np.array([float(max(coalition, default=-1) + 1)]))
    assert [float(value[0]) for value in values] == pytest.approx([1 / 3, 5 / 6, 11 / 6], abs=1e-12)


def test_glove_game() -> None:
    """One left and two right gloves: the left one is worth 2/3, each right one 1/6."""
    values = shapley_values(3, lambda s: np.array([float(0 in s and len(s) > 1)]))
    assert [float(value[0]) for value in values] == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-12)


@given(st.lists(st.floats(-1e3, 1e3), min_size=15, max_size=15))
def test_shares_add_up_in_any_game(worths: list[float]) -> None:
    """Of four players with any worths of their 15 coalitions, the shares are the mean over all 24 orders and add up."""
    sets = [frozenset(s) for size in range(5) for s in itertools.combinations(range(4), size)]
    worth = dict(zip(sets, (np.array([w]) for w in [0.0, *worths]), strict=True))
    values = [float(value[0]) for value in shapley_values(4, worth.__getitem__)]
    assert sum(values) == pytest.approx(worths[-1], abs=1e-8)
    orders = list(itertools.permutations(range(4)))
    for player in range(4):
        joined = [frozenset(order[: order.index(player)]) for order in orders]
        mean = sum(float(worth[s | {player}][0] - worth[s][0]) for s in joined) / len(orders)
        assert values[player] == pytest.approx(mean, abs=1e-8)


def _tables(seeds: tuple[int, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """100 km; a takes 10 %, b 20 %, both together 6 % less than that, c nothing; and a little more by seed."""
    design, outcomes = [], []
    for seed in seeds:
        for a, b, c in itertools.product((0.0, 1.0), (0.0, 1.0), ("off", "on")):
            run_id = f"{seed}-{a}-{b}-{c}"
            value = 100.0 * (1.0 - 0.1 * a - (0.2 + 0.001 * seed) * b + 0.06 * a * b)
            design.append({"run_id": run_id, "a": a, "b": b, "c": c, "replication": 1, "seed": seed})
            outcomes.append({"run_id": run_id, "measure": "van_km", "value": value, "unit": "km"})
    return pd.DataFrame(design), pd.DataFrame(outcomes)


def test_shares_of_a_study_by_hand() -> None:
    """Shares -7 and -17 %: each alone plus half of the interaction; the idle lever has none; they add up."""
    table = attribution_table(StudyFile.model_validate(FILE), *_tables((-1, 1)))
    found = table.set_index(["reading", "lever"])["change"]
    assert found["shapley"].to_dict() == pytest.approx({"a": -0.07, "b": -0.17, "c": 0.0}, abs=1e-12)
    assert found["alone"].to_dict() == pytest.approx({"a": -0.1, "b": -0.2, "c": 0.0}, abs=1e-12)
    assert found["last"].to_dict() == pytest.approx({"a": -0.04, "b": -0.14, "c": 0.0}, abs=1e-12)
    assert found["interaction"].to_dict() == pytest.approx({"a x b": 0.06, "a x c": 0.0, "b x c": 0.0}, abs=1e-12)
    assert found["package"]["all"] == pytest.approx(found["shapley"].sum(), abs=1e-12)
    row = table.set_index(["reading", "lever"]).loc[("shapley", "b")]
    assert row["high"] - row["change"] == pytest.approx(12.706 * 0.001, abs=1e-6)


def test_a_missing_combination_is_told() -> None:
    """Shares of half a package would be wrong without a sign of it."""
    design, outcomes = _tables((1,))
    with pytest.raises(ResultsError, match="1 combinations have no finished run, the first is a \\+ b"):
        attribution_table(StudyFile.model_validate(FILE), design, outcomes[outcomes["run_id"] != "1-1.0-1.0-off"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"base": {}}, "needs `base`"),
        ({"factors": FILE["factors"] | {"a": [0, 1, 2]}}, "factor 'a' needs two levels, off and on, found 3"),
        ({"cases": {"x": {}}, "base": FILE["base"] | {"case": "x"}}, "no cases"),
    ],
)
def test_studies_without_every_combination_are_refused(change: dict[str, Any], told: str) -> None:
    """Before anything is run."""
    with pytest.raises(ValueError, match=told):
        StudyFile.model_validate(FILE | change)
