"""Speed limits on the strip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.policy import AccessRuleParams
from sim.policy.speed_limit import with_speed_limits

RuleOf = Callable[..., AccessRuleParams]
ALWAYS = {"weekdays": ["mo-su"], "windows": ["00:00-24:00"]}


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


def test_limits_for_some_are_refused(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Both faults are told at once."""
    rule = rule_of(effect="speed_limit", speed_kph=30.0)
    with pytest.raises(ConfigError) as caught:
        with_speed_limits(strip, {"slow": rule})
    assert [fault.split("found ")[1].split(";")[0] for fault in caught.value.faults] == ["some vehicles", "some hours"]
