"""Days with speed limits for some vehicles and hours, checked from the traces by code of this file."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pytest
import shapely

import sim
from sim.config.load import validate_scenario
from sim.model import DeliveryModel

SMALL = ["network=grid", "planning.iterations=10", "run.workers=1", "paths.cache_dir=null"]
KPH = 12.0
SLACK_S = 1e-5


@cache
def small_city(traffic: str) -> dict[str, Any]:
    """The settings of a day without a rule."""
    return sim.load_scenario("baseline", [*SMALL, f"traffic={traffic}"]).model_dump(mode="json", by_alias=True)


@cache
def day(traffic: str, who: str | None, windows: tuple[str, ...]) -> DeliveryModel:
    """A day on which 12 km/h hold in the centre for the powertrain `who`, or for everybody."""
    content = deepcopy(small_city(traffic))
    rule: dict[str, Any] = {
        "effect": "speed_limit",
        "where": {"zone_roles": ["centre"]},
        "who": {} if who is None else {"powertrain": [who]},
        "when": {"weekdays": ["mo-su"], "windows": list(windows)},
        "speed_kph": KPH,
    }
    content["policy"] = {"rules": {"slow": rule} if windows else {}}
    model = DeliveryModel(validate_scenario(content), seed=1)
    model.run()
    return model


def too_fast(model: DeliveryModel, who: str | None, from_h: float, until_h: float) -> tuple[int, int]:
    """Passages of links of the centre by vans of a powertrain in some hours, and those faster than 12 km/h."""
    network, tables = model.network, model.tables()
    centre = network.zones.loc[network.zones["role"] == "centre", "geometry"].to_numpy()
    in_centre = np.zeros(network.n_links, dtype=bool)
    for polygon in centre:
        in_centre |= shapely.intersects(network.links["geometry"].to_numpy(), polygon)
    traces = tables["traces"].merge(tables["vans"][["van_id", "powertrain"]], on="van_id")
    link = traces["link_id"].to_numpy()
    chosen = in_centre[link] & (traces["enter_s"] >= from_h * 3600.0) & (traces["enter_s"] < until_h * 3600.0)
    if who is not None:
        chosen &= traces["powertrain"] == who
    time_s = (traces["exit_s"] - traces["enter_s"])[chosen]
    least_s = network.length_m[link[chosen]] / (KPH / 3.6)
    return int(chosen.sum()), int((time_s < least_s - SLACK_S).sum())


@pytest.mark.parametrize("traffic", ["off", "queue"])
def test_vans_keep_their_limit_and_no_other(traffic: str) -> None:
    """Diesel vans at all hours: none is faster in the centre, petrol vans are."""
    model = day(traffic, "diesel", ("00:00-24:00",))
    passages, faster = too_fast(model, "diesel", 0.0, 24.0)
    assert passages > 20 and faster == 0
    assert too_fast(model, "petrol", 0.0, 24.0)[1] > 0


def test_a_limit_by_hours_holds_in_them_alone() -> None:
    """09:00-12:00 for everybody: nobody is faster then, and many are before and after."""
    model = day("off", None, ("09:00-12:00",))
    passages, faster = too_fast(model, None, 9.0, 12.0)
    assert passages > 20 and faster == 0
    assert too_fast(model, None, 5.0, 9.0)[1] > 0 or too_fast(model, None, 12.0, 22.0)[1] > 0


def test_believed_times_are_those_under_the_limit() -> None:
    """Plans and drivers reckon with it: tours on empty streets take the time that was planned for their legs."""
    model = day("off", None, ("09:00-12:00",))
    times = model.believed_times_of("diesel_van")
    traces = model.tables()["traces"]
    link, enter_us = traces["link_id"].to_numpy(), np.round(traces["enter_s"] * 1e6).astype(np.int64).to_numpy()
    believed_us = times.link_time_us[(enter_us // times.bin_us) % len(times.link_time_us), link]
    driven_us = np.round((traces["exit_s"] - traces["enter_s"]) * 1e6)
    assert np.abs(driven_us - believed_us).max() <= 1
