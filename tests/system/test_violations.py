"""Drivers who break the rules, seen from the traces, and drivers who do not know them."""

from __future__ import annotations

import hashlib
import json
from functools import cache

import pandas as pd

import sim
from tests.system.conftest import RunMaker
from tests.system.test_access_ban import _closed_entries

HELSINKI = ("network=helsinki", "traffic=off")


@cache
def _day(*overrides: str, scenario: str = "peak_ban") -> sim.DeliveryModel:
    model = sim.DeliveryModel(sim.load_scenario(scenario, [*HELSINKI, *overrides]), seed=1)
    model.run()
    return model


def _hashes(model: sim.DeliveryModel) -> dict[str, str]:
    tables = {name: hashlib.sha256(table.to_csv().encode()).hexdigest() for name, table in model.tables().items()}
    return tables | {"kpis": json.dumps(model.kpis())}


def test_every_entry_into_a_closed_link_is_a_violation_and_no_other(run_dir: RunMaker) -> None:
    """Entries counted from the traces and the published rules are the rows of `violations`, all of willing vans."""
    run = run_dir(
        "scenario=peak_ban", *HELSINKI, "behaviour=opportunist", "behaviour.violator_share=0.5", "enforcement=none"
    )
    entries = _closed_entries(run, rules=run)
    violations = pd.read_parquet(run / "violations.parquet")
    assert len(violations) >= 50
    key = ["van_id", "link_id", "time_s"]
    seen = entries.rename(columns={"enter_s": "time_s"})[key].sort_values(key, ignore_index=True)
    told = violations[key].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(seen.astype({"van_id": object}), told.astype({"van_id": object}))
    model = _day("behaviour=opportunist", "behaviour.violator_share=0.5", "enforcement=none")
    willing = {van.van_id for van in model.vans if van.weighs_violations}
    assert 0.25 < len(willing) / len(model.vans) < 0.75
    assert set(violations["van_id"]) <= willing


def test_nobody_violates_without_willing_drivers_even_where_nobody_looks() -> None:
    """A share of 0 and no detection: no violation, whatever else a driver may do."""
    day = _day("behaviour=adaptive", "enforcement=none")
    assert day.kpis()["violations"]["value"] == 0
    assert day.kpis()["fines"]["value"] == 0.0


def test_a_certain_fine_keeps_everybody_out() -> None:
    """A fine of 2,000 CNY for sure is above any gain."""
    day = _day(
        "behaviour=opportunist",
        "behaviour.violator_share=1",
        "enforcement.fence_detection=1",
        "enforcement.fine_cny=2000",
    )
    assert day.kpis()["violations"]["value"] == 0


def test_fines_are_paid_by_whoever_was_seen() -> None:
    """A cheap fine at each entry: the fines of the table are those of the cost, and one a trip at most."""
    day = _day("behaviour=opportunist", "behaviour.violator_share=1", "enforcement.fence_detection=0.5",
               "enforcement.fine_cny=5")  # fmt: skip
    rows, costs = day.tables()["violations"], day.tables()["costs"]
    assert rows["detected"].any()
    assert not rows["detected"].all()
    assert set(rows["fine_cny"]) == {0.0, 5.0}
    fines = float(costs.loc[costs["component"] == "fines", "cost_cny"].sum())
    assert fines == float(rows["fine_cny"].sum()) == day.kpis()["fines"]["value"]


def test_common_knowledge_equals_the_default_to_the_byte() -> None:
    """Notice 1 and misunderstanding 0, whatever the hours they would have wrong: every table and indicator is equal."""
    told = _day("behaviour.notice_share=1", "behaviour.misunderstanding_share=0", "behaviour.misread_min=240")
    assert _hashes(told) == _hashes(_day())


def test_without_rules_behaviour_and_enforcement_change_nothing() -> None:
    """No rule: nobody can know less of it, or break it; every table and indicator is equal."""
    plain = _day(scenario="baseline")
    unruly = _day(
        "behaviour=unfamiliar", "behaviour.violator_share=1", "enforcement.camera_share=0.5", scenario="baseline"
    )
    assert _hashes(unruly) == _hashes(plain)


def test_a_carrier_that_has_not_heard_of_a_rule_plans_as_if_there_were_none() -> None:
    """With notice 0 the tours are those of the day without the rule; on the road drivers meet the signs."""
    unaware, free = _day("behaviour=adaptive", "behaviour.notice_share=0"), _day(scenario="baseline")

    def tours(model: sim.DeliveryModel) -> list[tuple[object, ...]]:
        return [(tour.tour_id, tour.start_s, tour.stops) for tour in model.plan_day().tours]

    assert tours(unaware) == tours(free)
    assert len(unaware.tables()["closed_links"]) >= 10
    assert unaware.kpis()["violations"]["value"] == 0


def test_drivers_with_the_hours_wrong_meet_signs_and_keep_out() -> None:
    """All have the hours wrong by an hour: signs are met, nobody enters."""
    day = _day("behaviour=adaptive", "behaviour.misunderstanding_share=1", "behaviour.misread_min=60")
    assert len(day.tables()["closed_links"]) > len(_day().tables()["closed_links"])
    assert day.kpis()["violations"]["value"] == 0
