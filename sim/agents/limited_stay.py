"""
A stand under a limit of stay: how far the unloading gets, and whether the driver stays on.

A driver drives off by the limit and comes again with the rest, after a drive round the block; an order that one call
is too short for is carried in over several. A driver who weighs violations stays on where the fine to expect costs him
less than the further calls. He knows the limit from the sign, whatever his carrier has heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.closed_zone import expected_fine_of_rules
from sim.demand.shops import stable_number
from sim.planning.further_calls import FURTHER_CALL_S, further_calls
from sim.policy.enforcement import ClosedStretch
from sim.policy.stay_limit import StayEnds
from sim.units import SECONDS_PER_HOUR, to_s

if TYPE_CHECKING:
    from sim.agents.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class CallWork:
    """
    What is unloaded at one call.

    Parameters
    ----------
    done
        Orders that are carried in whole, in their order.
    rest
        Orders left for a further call.
    served_s
        Time already spent on the first of the rest [s].
    end_us
        End of unloading [us].
    """

    done: tuple[int, ...]
    rest: tuple[int, ...]
    served_s: float
    end_us: int


def work_until(
    rows: Sequence[int], service_s: Sequence[float], *, start_us: int, last_us: int, served_s: float = 0.0
) -> CallWork:
    """
    How far unloading gets by a time.

    Parameters
    ----------
    rows, service_s
        Orders, and the time that each takes [s].
    start_us, last_us
        Begin, and the time by which the last hand is taken off [us].
    served_s
        Time already spent on the first order at earlier calls [s].
    """
    left_s = max(0.0, to_s(last_us - start_us))
    for number, (_, order_s) in enumerate(zip(rows, service_s, strict=True)):
        needed_s = order_s - (served_s if number == 0 else 0.0)
        if needed_s > left_s + 1e-6:
            spent_s = left_s + (served_s if number == 0 else 0.0)
            return CallWork(tuple(rows[:number]), tuple(rows[number:]), spent_s, max(start_us, last_us))
        left_s -= needed_s
    return CallWork(tuple(rows), (), 0.0, last_us)


def overstay(link: int, ends: StayEnds, leave_us: int) -> ClosedStretch:
    """The time beyond a limit as enforcement sees it: a fence or camera may notice it once, patrols by its length."""
    return ClosedStretch(
        link=np.array([link], dtype=np.int32),
        enter_us=np.array([ends.deadline_us], dtype=np.int64),
        time_us=np.array([min(leave_us, ends.until_us) - ends.deadline_us], dtype=np.int64),
        is_from_outside=np.array([True]),
    )


def stays_on(vehicle: Vehicle, link: int, ends: StayEnds, leave_us: int, *, call_s: float) -> bool:
    """
    Whether the driver stays beyond the limit: he weighs violations, and the expected fine is below the further calls.

    Parameters
    ----------
    vehicle
        The van.
    link
        Row of the link at which it stands.
    ends
        By when it has to drive off.
    leave_us
        When it would drive off with everything done [us].
    call_s
        Time for unloading in one call [s]; 0 where walking takes all of it.
    """
    if not vehicle.weighs_violations:
        return False
    city = vehicle.city
    expected_cny = expected_fine_of_rules(vehicle, overstay(link, ends, leave_us), {ends.rule_id})
    if call_s <= 0.0:
        return expected_cny < city.behaviour.missed_order_cny
    calls = further_calls(call_s + to_s(leave_us - ends.deadline_us), call_s)
    return expected_cny < calls * FURTHER_CALL_S / SECONDS_PER_HOUR * city.behaviour.driver_cny_per_h


def tell_overstay(vehicle: Vehicle, stop_id: int, link: int, ends: StayEnds, leave_us: int) -> None:
    """Tell that a van has stood for longer than allowed, and what was noticed of it."""
    key = stable_number(f"stay/{vehicle.van_id}/{stop_id}", bits=63)
    stretch = overstay(link, ends, leave_us)
    for violation in vehicle.city.enforcement.violations(vehicle.van_id, key, stretch, lambda row, at: [ends.rule_id]):
        vehicle.city.announce(violation)
