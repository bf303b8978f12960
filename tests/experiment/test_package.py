"""Design package: sets of levers and orders of joining, shares that are right in the mean, files that are refused."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ResultsError
from sim.experiment.attribution import attribution_table, shapley_values
from sim.experiment.design import composed_runs, study_rows
from sim.experiment.intervals import t_interval
from sim.experiment.lever_sets import joining_orders, sampled_shapley, set_name, sets_along, shared_sets
from sim.experiment.study_file import Study, StudyFile

LEVERS = ("a", "b", "c", "d")
FILE: dict[str, Any] = {
    "question": "?",
    "design": "package",
    "samples": 1,
    "levers": {name: (f"scenario+={name}",) for name in LEVERS},
    "package": "plan",
    "measures": ["van_km"],
}


def _game(chosen: frozenset[int]) -> float:
    """-10, -20, 0 and +5 % alone; a and b overlap by 6, b and d by 3 points, a, c and d lose 2 together."""
    alone = sum((-0.10, -0.20, 0.0, 0.05)[lever] for lever in chosen)
    return alone + 0.06 * ({0, 1} <= chosen) + 0.03 * ({1, 3} <= chosen) - 0.02 * ({0, 2, 3} <= chosen)


def _tables(file: StudyFile, seeds: tuple[int, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    design, outcomes = [], []
    for row in study_rows(Study(name="s", folder=Path(), file=file, seeds=seeds)):
        run_id = f"{row.levels['case']}-{row.seed}"
        chosen = frozenset(i for i, lever in enumerate(LEVERS) if lever in row.scenario.split("+"))
        design.append({"run_id": run_id, **row.levels, "replication": row.replication, "seed": row.seed})
        value = (100.0 + row.seed) * (1.0 + _game(chosen))
        outcomes.append({"run_id": run_id, "measure": "van_km", "value": value, "unit": "km"})
    return pd.DataFrame(design), pd.DataFrame(outcomes)


@given(st.integers(2, 12), st.integers(1, 3), st.integers(0, 99), st.integers(0, 2**40))
def test_orders_are_of_all_levers_and_of_one_seed(n: int, samples: int, design_seed: int, seed: int) -> None:
    """Each order has every lever once and its reverse beside it; the same seed always draws the same."""
    orders = joining_orders(n, samples, design_seed, seed)
    assert len(orders) == 2 * samples
    assert all(sorted(order) == list(range(n)) for order in orders)
    assert all(orders[i + 1] == orders[i][::-1] for i in range(0, len(orders), 2))
    assert orders == joining_orders(n, samples, design_seed, seed)
    sets = [*shared_sets(n), *sets_along(orders)]
    names = {set_name(chosen, [f"lever {i}" for i in range(n)], "plan") for chosen in sets}
    assert len(names) == len(set(sets))


def test_every_seed_has_the_shared_sets_and_its_own() -> None:
    """Ten shared sets of four levers, and at most two more pairs of levers along an order and its reverse."""
    rows = study_rows(Study(name="s", folder=Path(), file=StudyFile.model_validate(FILE), seeds=(1, 2, 3)))
    for replication in (1, 2, 3):
        own = [str(row.levels["case"]) for row in rows if row.replication == replication]
        assert own[:10] == ["base", *LEVERS, *(f"all but {name}" for name in LEVERS), "plan"]
        assert 1 <= len(own) - 10 <= 2 and all(name.count(" + ") == 1 for name in own[10:])
    assert (
        rows[0].scenario == "baseline" and rows[1].scenario == "baseline+a" and rows[9].scenario == "baseline+a+b+c+d"
    )


@given(st.lists(st.floats(-1e3, 1e3), min_size=31, max_size=31), st.integers(0, 999))
def test_sampled_shares_add_up_in_any_game(worths: list[float], seed: int) -> None:
    """Whatever the orders, contributions add up to the worth of all."""
    sets = [frozenset(s) for size in range(6) for s in itertools.combinations(range(5), size)]
    worth = dict(zip(sets, [0.0, *worths], strict=True))
    shares = sampled_shapley(worth, joining_orders(5, 1, 1, seed))
    assert shares.sum() == pytest.approx(worth[frozenset(range(5))], abs=1e-8)


def test_all_orders_give_the_exact_shares() -> None:
    """The mean over all 24 orders is the Shapley value."""
    worth = {frozenset(s): _game(frozenset(s)) for k in range(5) for s in itertools.combinations(range(4), k)}
    exact = [float(value[0]) for value in shapley_values(4, lambda s: np.array([worth[s]]))]
    assert sampled_shapley(worth, list(itertools.permutations(range(4)))) == pytest.approx(exact, abs=1e-12)


def test_intervals_hold_the_exact_shares() -> None:
    """Of 400 studies of ten seeds, the 95 % interval of the first share holds its exact value in 91.7 to 98.3 %."""
    worth = {frozenset(s): _game(frozenset(s)) for k in range(5) for s in itertools.combinations(range(4), k)}
    exact = float(shapley_values(4, lambda s: np.array([worth[s]]))[0][0])
    held = 0
    for study in range(400):
        rng = np.random.default_rng(study)
        shares = []
        for seed in range(10 * study, 10 * study + 10):
            noisy = {chosen: value + (rng.normal(0.0, 0.02) if chosen else 0.0) for chosen, value in worth.items()}
            shares.append(sampled_shapley(noisy, joining_orders(4, 1, 1, seed))[0])
        own = t_interval(np.array(shares))
        held += own.low <= exact <= own.high
    assert 0.917 <= held / 400 <= 0.983


def test_attribution_of_a_package_by_hand() -> None:
    """Alone, last and the rest are exact on each seed; shares add up to the package and lie near the exact ones."""
    file = StudyFile.model_validate(FILE)
    table = attribution_table(file, *_tables(file, tuple(range(60))))
    found = table.set_index(["reading", "lever"])["change"]
    assert found["package"]["all"] == pytest.approx(-0.18, abs=1e-12)
    assert found["alone"].to_dict() == pytest.approx({"a": -0.10, "b": -0.20, "c": 0.0, "d": 0.05}, abs=1e-12)
    assert found["last"].to_dict() == pytest.approx({"a": -0.06, "b": -0.11, "c": -0.02, "d": 0.06}, abs=1e-12)
    assert found["interaction"]["a x the rest"] == pytest.approx(0.04, abs=1e-12)
    assert found["shapley"].sum() == pytest.approx(-0.18, abs=1e-12)
    exact = {"a": -0.10 + 0.03 - 0.02 / 3, "b": -0.20 + 0.03 + 0.015, "c": -0.02 / 3, "d": 0.05 + 0.015 - 0.02 / 3}
    rows = table[table["reading"] == "shapley"].set_index("lever")
    assert all(rows.at[name, "low"] - 1e-9 <= exact[name] <= rows.at[name, "high"] + 1e-9 for name in LEVERS)
    assert rows["n"].eq(60).all()


def test_orders_may_be_drawn_for_the_first_seeds_alone() -> None:
    """Shares rest on three seeds, all else on five; later seeds have the shared sets and no others."""
    file = StudyFile.model_validate(FILE | {"order_seeds": 3})
    design, outcomes = _tables(file, (4, 5, 6, 7, 8))
    assert (design[design["replication"] > 3].groupby("replication").size() == 10).all()
    assert (design[design["replication"] <= 3].groupby("replication").size() > 10).all()
    seeds = attribution_table(file, design, outcomes).groupby("reading")["n"].unique()
    assert {reading: list(n) for reading, n in seeds.items()} == {
        "package": [5], "shapley": [3], "alone": [5], "last": [5], "interaction": [5],
    }  # fmt: skip


def test_a_seed_without_one_of_its_sets_is_left_out() -> None:
    """Half an order gives no share; without any whole seed there is no attribution."""
    file = StudyFile.model_validate(FILE)
    design, outcomes = _tables(file, (1, 2, 3))
    lost = design[design["seed"] == 2]["run_id"].iloc[-1]
    table = attribution_table(file, design, outcomes[outcomes["run_id"] != lost])
    assert table["n"].eq(2).all()
    with pytest.raises(ResultsError, match="no seed has a finished run of every set of levers"):
        attribution_table(file, design, outcomes[~outcomes["run_id"].str.startswith("plan")])


def test_faulty_packages_are_refused() -> None:
    """Everything that is wrong at once."""
    wrong = FILE | {"levers": {"base": (), "a + b": ()}, "cases": {"x": {}}, "base": {"case": "x"}, "attribution": True}
    with pytest.raises(ValueError) as error:
        StudyFile.model_validate(wrong)
    for told in (
        "cases: design package has `levers`",
        "attribution: design package has `levers`",
        "base: design package is compared with `case: base`, found {'case': 'x'}",
        "levers: 'base' names two sets",
        "levers: 'a + b' holds ' + '",
    ):
        assert told in str(error.value)
    with pytest.raises(ValueError, match="levers: design package needs two or more, found 1"):
        StudyFile.model_validate(FILE | {"levers": {"a": ()}})
    with pytest.raises(ValueError, match="levers: need design package, found grid"):
        StudyFile.model_validate(FILE | {"design": "grid"})


def test_a_faulty_lever_is_told_once_per_set() -> None:
    """Before anything is run, with the set that it stands in."""
    content = FILE | {
        "levers": {"a": ("scenario+=nowhere",), "b": ("berths.booking=maybe",)},
        "fixed": ("network=grid",),
    }
    study = Study(name="s", folder=Path(), file=StudyFile.model_validate(content), seeds=(1, 2))
    with pytest.raises(ValueError) as error:
        composed_runs(study, study_rows(study))
    assert "study s, case=a" in str(error.value) and "study s, case=b: berths.booking" in str(error.value)
