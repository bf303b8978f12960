"""Every tour of every scenario can be carried out, says a checker that shares no code with the planner."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.planning import DayPlan, VanTour
from sim.resources import resource_names
from tests.planning.plan_checker import checked_day, plan_faults

SMALL = ["network=helsinki", "traffic=off", "run.workers=1", "planning.iterations=20", "paths.cache_dir=null"]
SCENARIOS = sorted(resource_names("configs", "scenario"))


def _check(scenario: str, *overrides: str, seed: int = 1) -> tuple[sim.DeliveryModel, DayPlan]:
    model = sim.DeliveryModel(sim.load_scenario(scenario, [*SMALL, *overrides]), seed=seed)
    plan = model.plan_day()
    assert plan.tours
    assert plan_faults(checked_day(model), plan.tours, plan.unplanned) == []
    return model, plan


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_tour_of_every_scenario_can_be_carried_out(scenario: str) -> None:
    """Load, volume, windows, access, hours, range; each order once or left out."""
    _check(scenario)


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize(
    ("scenario", "fleet"),
    [
        ("joint_100+night_delivery+capacity_sharing+peak_ban", "default"),
        ("joint_stations+joint_50+night_heavy", "default"),
        ("stations_40+electric+winter+cordon_charge", "default"),
        ("low_emission_zone+night_delivery", "waves"),
        ("joint_100+all_day_ban", "mixed"),
    ],
)
def test_every_tour_of_sums_of_scenarios_can_be_carried_out(scenario: str, fleet: str, seed: int) -> None:
    """Scenarios and fleets together, on the grid."""
    _check(scenario, "network=grid", *([] if fleet == "default" else [f"fleet={fleet}"]), seed=seed)


@pytest.mark.parametrize("rules", ["none", "peak_ban", "all_day_ban"])
@pytest.mark.parametrize("fleet", ["mixed", "waves"])
def test_every_fleet_under_every_rule(fleet: str, rules: str) -> None:
    """All vehicle types; three waves a day."""
    _, plan = _check("baseline", f"fleet={fleet}", f"policy={rules}")
    if fleet == "waves":
        assert {tour.wave for tour in plan.tours} >= {"morning", "afternoon"}


def test_reloads_make_several_tours_of_one_shift() -> None:
    """Tricycles alone, which carry little, come back for more."""
    mix = {"diesel_van": 0.0, "petrol_van": 0.0, "electric_van": 0.0, "cargo_tricycle": 1.0}
    only_tricycles = [f"fleet.mix.{name}={share}" for name, share in mix.items()]
    _, once = _check("baseline", *only_tricycles)
    _, plan = _check("baseline", *only_tricycles, "planning.max_reloads=3")
    tours_of = {van: sum(tour.van == van for tour in plan.tours) for van in {tour.van for tour in plan.tours}}
    assert max(tours_of.values()) > 1
    assert len(plan.unplanned) < len(once.unplanned)


def test_night_orders_go_with_quiet_vehicles_of_the_night() -> None:
    """Shops that receive at night have tours of the night wave, others none of it."""
    model, plan = _check("night_delivery")
    night = [tour for tour in plan.tours if tour.wave == "night"]
    assert night and len(night) < len(plan.tours)
    assert {model.settings.fleet.vehicle_types[tour.van.vehicle_type].is_quiet for tour in night} == {True}


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    shift_h=st.floats(1.5, 10.0),
    payload_kg=st.floats(60.0, 1000.0),
    kwh_per_km=st.floats(0.1, 4.0),
    max_reloads=st.integers(0, 2),
    largest_district=st.integers(5, 40),
    cut=st.integers(7, 17),
)
def test_whatever_the_vehicles_and_hours_the_plan_can_be_carried_out(
    shift_h: float, payload_kg: float, kwh_per_km: float, max_reloads: int, largest_district: int, cut: int
) -> None:
    """Short shifts, small vans, empty batteries, two waves with the cut anywhere: what does not fit is left out."""
    waves = f'[{{name:a,start:"05:00",end:"{cut:02d}:00"}},{{name:b,start:"{cut:02d}:00",end:"22:00"}}]'
    _check(
        "peak_ban",
        "network=grid",
        f"fleet.waves={waves}",
        f"fleet.shift_h={shift_h}",
        "fleet.orders_per_van=15",
        f"fleet.vehicle_types.diesel_van.payload_kg={payload_kg}",
        f"fleet.vehicle_types.electric_van.planned_kwh_per_km={kwh_per_km}",
        f"planning.max_reloads={max_reloads}",
        f"planning.largest_district={largest_district}",
    )


@cache
def _planned() -> tuple[sim.DeliveryModel, DayPlan]:
    return _check("peak_ban", "fleet=waves")


def _longest(plan: DayPlan) -> VanTour:
    return max(plan.tours, key=lambda tour: len(tour.stops))


def _swap(tour: VanTour) -> VanTour:
    stops = list(tour.stops)
    stops[0], stops[-1] = stops[-1], stops[0]
    return dataclasses.replace(tour, stops=tuple(stops))


def _shift(tour: VanTour, seconds: float) -> VanTour:
    stops = tuple(dataclasses.replace(stop, arrival_s=stop.arrival_s + seconds) for stop in tour.stops)
    return dataclasses.replace(tour, start_s=tour.start_s + seconds, stops=stops)


def _twice(tour: VanTour) -> VanTour:
    return dataclasses.replace(tour, stops=(*tour.stops, tour.stops[-1]))


@pytest.mark.parametrize(
    ("corrupt", "message"),
    [
        (lambda tour: dataclasses.replace(tour, stops=tour.stops[1:]), "left out 0 times"),
        (_twice, "left out 2 times"),
        (_swap, "cannot be before"),
        (lambda tour: _shift(tour, 6 * 3600.0), "outside its wave"),
        (lambda tour: _shift(tour, 12 * 3600.0), "outside"),
        (lambda tour: dataclasses.replace(tour, start_s=tour.start_s + 7200.0), "cannot be before"),
        (lambda tour: dataclasses.replace(tour, start_s=tour.start_s - 8 * 3600.0), "driver at work"),
        (lambda tour: dataclasses.replace(tour, wave="noon"), "no such wave"),
        (lambda tour: dataclasses.replace(tour, home_m=0.0), "way home"),
        (lambda tour: dataclasses.replace(tour, van=dataclasses.replace(tour.van, van_id="x")), "no such van"),
    ],
)  # fmt: skip
def test_the_checker_finds_a_corrupted_tour(corrupt: Callable[[VanTour], VanTour], message: str) -> None:
    """One tour is changed; the fault is named."""
    model, plan = _planned()
    worst = _longest(plan)
    tours = [corrupt(tour) if tour is worst else tour for tour in plan.tours]
    assert any(message in fault for fault in plan_faults(checked_day(model), tours, plan.unplanned))


def _with(settings: dict[str, Any], group: str, name: str, **values: Any) -> dict[str, Any]:
    part = dict(settings[group])
    if name:
        part[name] = {key: value | values for key, value in part[name].items()}
    else:
        part |= values
    return settings | {group: part}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"payload_kg": 50.0}, "kg of"),
        ({"volume_m3": 0.1}, "m3 of"),
        ({"planned_kwh_per_km": 9.0}, "kWh"),
        ({"powertrain": "diesel", "access_class": "light"}, "not allowed there"),
    ],
)
def test_the_checker_finds_a_plan_for_other_vehicles(change: dict[str, Any], message: str) -> None:
    """The same plan with vehicles that carry less, reach less far or fall under the ban."""
    model, plan = _planned()
    day = checked_day(model)
    other = dataclasses.replace(day, settings=_with(dict(day.settings), "fleet", "vehicle_types", **change))
    assert any(message in fault for fault in plan_faults(other, plan.tours, plan.unplanned))


def test_the_checker_finds_goods_that_are_not_there_yet_and_tours_of_others() -> None:
    """Release and operator of the orders are read."""
    model, plan = _planned()
    day = checked_day(model)
    late = dataclasses.replace(day, orders=day.orders.assign(release_s=13 * 3600.0))
    assert any("before its goods" in fault for fault in plan_faults(late, plan.tours, plan.unplanned))
    others = dataclasses.replace(day, orders=day.orders.assign(operator=day.orders["carrier"] + 1))
    assert any("another carrier" in fault for fault in plan_faults(others, plan.tours, plan.unplanned))


def test_the_checker_finds_tours_of_one_van_that_overlap() -> None:
    """A tour given to a van that is out already."""
    model, plan = _planned()
    first, second = [t for t in plan.tours if t.van.vehicle_type == "diesel_van" and t.wave == "morning"][:2]
    moved = dataclasses.replace(second, van=first.van)
    tours = sorted(
        [moved if tour is second else tour for tour in plan.tours], key=lambda tour: (tour.van.van_id, tour.start_s)
    )
    assert any("from before" in fault for fault in plan_faults(checked_day(model), tours, plan.unplanned))
