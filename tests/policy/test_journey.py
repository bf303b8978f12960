"""Answers for a drive along the strip: ten links of 500 m, a minute each; the core is on links 1 to 4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from sim.cli import main
from sim.contracts import Powertrain
from sim.network import RoadNetwork, read_network
from sim.policy import AccessRuleParams, JourneyAnswer, explain_journey
from sim.traffic.travel_times import free_flow_times

RuleOf = Callable[..., AccessRuleParams]


@dataclass
class Minutes:
    """Every link takes a minute."""

    bin_us: int = 86_400_000_000
    link_time_us: Any = None

    def __post_init__(self) -> None:
        self.link_time_us = np.full((1, 10), 60_000_000, dtype=np.int64)


def ask(strip: RoadNetwork, rules: dict[str, AccessRuleParams], time_s: float, **changes: Any) -> JourneyAnswer:
    """From the begin of link 0 to the end of link 9, by a light diesel van on a Monday."""
    network = replace(strip, links=strip.links.assign(length_m=500.0, name="High Street", road_class="primary"))
    vehicle = {"access_class": "light", "powertrain": "diesel", "weekday": "mo", "value_cny_per_h": 34.0, **changes}
    return explain_journey(rules, network, Minutes(), source_node=0, target_link=9, time_s=time_s, **vehicle)


def test_a_closed_street_is_waited_for_at_home(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """At 08:10 the core is closed until 08:30, and link 1 lies a minute ahead: leave at 08:29, arrive at 08:39."""
    answer = ask(strip, {"ban": rule_of()}, 8 * 3600 + 600)
    assert not answer.may_go_now
    assert (answer.depart_s, answer.arrive_s, answer.wait_s) == (8 * 3600 + 1740, 8 * 3600 + 2340, 1140)
    (closed,) = answer.closed
    assert (closed.rules, closed.enter_s, closed.opens_s) == (("ban",), 8 * 3600 + 660, 8.5 * 3600)
    assert answer.lines()[0] == "Not now: wait 19 min and leave at 08:29."


def test_an_open_way_is_told_with_its_price(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """Exempt from the ban, charged 2 km at 0.5 CNY."""
    toll = rule_of(effect="charge", charge={"by": "km", "cny": 0.5}, who={})
    answer = ask(strip, {"ban": rule_of(exempt={"powertrain": ["bev"]}), "toll": toll}, 8 * 3600, powertrain="bev")
    assert answer.may_go_now and answer.closed == ()
    assert answer.km == pytest.approx(5.0)
    assert answer.charges_cny == {"toll": 1.0}
    assert [leg.street for leg in answer.legs] == ["High Street"]


def test_a_way_round_a_charge_is_told_with_what_it_saves(rule_of: RuleOf) -> None:
    """On the grid from west to east: a van that pays 30 CNY/km in the centre goes round it, a free one does not."""
    network = read_network("grid")
    toll = rule_of(
        effect="charge",
        where={"zone_roles": ["centre"]},
        who={"powertrain": ["diesel"]},
        when={"weekdays": ["mo-su"], "windows": ["07:00-19:00"]},
        charge={"by": "km", "cny": 30.0},
    )
    times = free_flow_times(network.length_m, network.free_speed_mps, network.signal_delay_s)
    x_m, y_m = network.nodes["x_m"], network.nodes["y_m"]
    off_axis_m = (y_m - y_m.mean()).abs()
    west, east = int((off_axis_m + x_m).argmin()), int((off_axis_m - x_m).argmin())
    target = int(np.flatnonzero(network.to_node == east)[0])

    def answer(powertrain: Powertrain, hour: float) -> JourneyAnswer:
        return explain_journey(
            {"toll": toll},
            network,
            times,
            access_class="light",
            powertrain=powertrain,
            weekday="mo",
            source_node=west,
            target_link=target,
            time_s=hour * 3600.0,
            value_cny_per_h=34.0,
        )

    round_it, early, free = answer("diesel", 8.0), answer("diesel", 5.0), answer("bev", 8.0)
    assert early.links == free.links and early.dear is None and free.dear is None
    assert early.charges_cny == free.charges_cny == {}
    assert round_it.dear is not None
    paid = sum(round_it.charges_cny.values())
    spared = sum(round_it.dear.charges_cny.values()) - paid
    assert spared > round_it.dear.saved_s / 3600.0 * 34.0 > 0.0
    assert any(line.startswith("goes round a charge") for line in round_it.lines())


def test_a_way_that_never_opens(strip: RoadNetwork, rule_of: RuleOf) -> None:
    """No lawful way, and the street that is in the way."""
    answer = ask(strip, {"ban": rule_of(when={"weekdays": ["mo-su"], "windows": ["00:00-24:00"]})}, 0.0)
    assert answer.depart_s is None and answer.closed[0].opens_s is None
    assert answer.lines()[0] == "No: there is no lawful way."


def test_the_command_tells_all_faults_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Vehicle, place and time are wrong: three lines, exit code 2."""
    code = main(["policy", "explain", "--vehicle", "ox", "--from", "moon", "--to", "1", "--at", "8x", "network=grid"])
    assert code == 2
    told = capsys.readouterr().err
    assert all(option in told for option in ("--vehicle", "--from", "--at"))
