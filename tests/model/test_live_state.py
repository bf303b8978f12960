"""The day as shown while it goes on: nothing is lost in it, and looking changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.config import load_scenario
from sim.experiment.live_file import live_file
from sim.model import DeliveryModel
from sim.model.live_state import VAN_STATES, live_state

FAST = ["network=grid", "planning.iterations=5", "run.workers=1", "paths.cache_dir=null"]


@pytest.mark.parametrize("traffic", ["off", "cars"])
def test_every_van_and_order_is_somewhere_and_nobody_is_disturbed(traffic: str) -> None:
    """Vans by state add up to all vans, orders to all orders; positions lie on links; the day stays the same."""
    scenario = load_scenario("baseline", [*FAST, f"traffic={traffic}"])
    shown: list[dict[str, Any]] = []
    watched = DeliveryModel(scenario, watch=lambda model: shown.append(live_state(model)))
    watched.run()
    assert len(shown) > 30
    for state in shown:
        assert sum(state["vans"].values()) == len(watched.vans)
        assert sum(state["orders"].values()) == len(watched.order_table)
        assert len(state["positions"]) == len(watched.vans) - state["vans"]["depot"]
        for link, share, code in state["positions"]:
            assert 0 <= link < watched.network.n_links
            assert 0.0 <= share <= 1.0
            assert VAN_STATES[code] != "depot"
    times = [state["time_s"] for state in shown]
    assert times == sorted(times)
    assert max(state["vans"]["driving"] for state in shown) > 0
    assert max(state["vans"]["standing"] for state in shown) > 0
    alone = DeliveryModel(scenario)
    alone.run()
    assert alone.kpis() == watched.kpis()


def test_driving_vans_are_where_their_traces_say() -> None:
    """Without cars: at each moment shown, the links with vans on the road are those of the traces at that time."""
    scenario = load_scenario("baseline", [*FAST, "traffic=off"])
    shown: list[dict[str, Any]] = []
    model = DeliveryModel(scenario, watch=lambda model: shown.append(live_state(model)))
    model.run()
    traces = model.tables()["traces"]
    compared = 0
    for state in shown:
        now = state["time_s"]
        inside = traces[(traces["enter_s"] < now - 0.1) & (traces["exit_s"] > now + 0.1)]
        driving = {link for link, _, code in state["positions"] if VAN_STATES[code] == "driving"}
        assert set(inside["link_id"]) <= driving
        compared += len(inside)
    assert compared > 20


def test_the_file_holds_a_state_or_another_never_half(tmp_path: Path) -> None:
    """The file is replaced, not written over, and holds what `live_state` gives; a lost folder stops nothing."""
    scenario = load_scenario("baseline", [*FAST, "traffic=off"])
    DeliveryModel(scenario, watch=live_file(tmp_path / "live.json")).run()
    found = json.loads((tmp_path / "live.json").read_text(encoding="utf-8"))
    assert found["network"] == "grid"
    assert set(found["vans"]) == set(VAN_STATES)
    assert [path.name for path in tmp_path.iterdir()] == ["live.json"]
    DeliveryModel(scenario, watch=live_file(tmp_path / "gone" / "live.json")).run()
