"""Speed limits on the strip: link l runs from (l, 0) to (l + 1, 0), the core meets links 1 to 4, the ring 1 to 6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.contracts import Powertrain, SpeedLimits
from sim.network import RoadNetwork
from sim.policy import AccessRuleParams, VehicleTraits
from sim.policy.speed_limit import compile_speed_limits, limited_times, with_speed_limits

RuleOf = Callable[..., AccessRuleParams]
ALWAYS = {"weekdays": ["mo-su"], "windows": ["00:00-24:00"]}
HOUR_US = 3_600_000_000


def compiled(
    strip: RoadNetwork, rules: dict[str, AccessRuleParams], *, powertrain: Powertrain | None = "diesel"
) -> SpeedLimits:
    """Limits of a light van on a Monday, or of cars for None, on links of 100 m at 20 m/s with a signal of 3 s."""
    links = strip.links.assign(length_m=100.0, free_speed_mps=20.0, signal_delay_s=3.0)
    vehicle = None if powertrain is None else ("light", powertrain, VehicleTraits())
    network = with_speed_limits(replace(strip, links=links), rules)
    return compile_speed_limits(rules, network, vehicle=vehicle, weekday="mo", horizon_us=24 * HOUR_US)


def test_the_lowest_limit_holds_and_none_is_raised(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """36 km/h in the ring, 18 km/h in the core: links 1 to 4 at 5 m/s, 5 and 6 at 10 m/s, link 6 was slower before."""
    speeds = np.full(10, 20.0)
    speeds[6] = 4.0
    network = replace(strip, links=strip.links.assign(free_speed_mps=speeds))
    rules = {
        "core": rule_of(effect="speed_limit", who={}, when=ALWAYS, speed_kph=18.0),
        "ring": rule_of(effect="speed_limit", who={}, when=ALWAYS, speed_kph=36.0, where={"zone_ids": ["ring"]}),
    }
    limited = with_speed_limits(network, rules)
    assert limited.free_speed_mps.tolist() == pytest.approx([20, 5, 5, 5, 5, 10, 4, 20, 20, 20])
    assert with_speed_limits(network, {"ban": rule_of()}) is network


def test_a_limit_for_some_vehicles_is_a_least_time_on_the_link(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """18 km/h for diesel: 100 m take 20 s, the signal 3 s, at all hours; streets, electric vans and cars as before."""
    rules = {"slow": rule_of(effect="speed_limit", who={"powertrain": ["diesel"]}, when=ALWAYS, speed_kph=18.0)}
    assert with_speed_limits(strip, rules) is strip
    limits = compiled(strip, rules)
    assert [limits.least_time_us(link, 5 * HOUR_US) for link in (0, 1, 4, 5)] == [0, 23_000_000, 23_000_000, 0]
    assert compiled(strip, rules, powertrain="bev").is_empty
    assert compiled(strip, rules, powertrain=None).is_empty


def test_a_limit_for_some_hours_holds_for_entries_in_them(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """07:00 is in, 08:30 is out; for everybody also for cars; the lowest of two limits holds while both do."""
    rules = {
        "peak": rule_of(effect="speed_limit", who={}, speed_kph=36.0),
        "later": rule_of(effect="speed_limit", speed_kph=18.0, when={"weekdays": ["mo"], "windows": ["08:00-10:00"]}),
    }
    limits, cars = compiled(strip, rules), compiled(strip, rules, powertrain=None)
    times_h = (7.0 - 1e-9, 7.0, 8.0 - 1e-9, 8.0, 8.5, 10.0)
    of_van = [limits.least_time_us(2, int(hour * HOUR_US)) for hour in times_h]
    assert of_van == [0, 13_000_000, 13_000_000, 23_000_000, 23_000_000, 0]
    of_car = [cars.least_time_us(2, int(hour * HOUR_US)) for hour in times_h]
    assert of_car == [0, 13_000_000, 13_000_000, 13_000_000, 0, 0]


def test_a_limit_above_the_speed_of_the_street_is_none(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """90 km/h where 72 km/h are driven."""
    assert compiled(strip, {"fast": rule_of(effect="speed_limit", speed_kph=90.0)}).is_empty


def test_believed_times_are_as_fine_as_the_hours_ask_for(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """One table for the day becomes half hours for 07:00-08:30; what was slower already stays."""
    limits = compiled(strip, {"peak": rule_of(effect="speed_limit", speed_kph=36.0)})
    whole = np.full((1, 10), 8_000_000, dtype=np.int64)
    whole[0, 2] = 60_000_000
    bin_us, times = limited_times(whole, 24 * HOUR_US, limits)
    assert bin_us == HOUR_US // 2
    assert times.shape == (48, 10)
    assert (np.flatnonzero(times[:, 1] == 13_000_000) == [14, 15, 16]).all()
    assert (times[:, 0] == 8_000_000).all() and (times[:, 2] == 60_000_000).all()
