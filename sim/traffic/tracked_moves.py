"""
Tracked vehicles: what a link takes from tank and battery, closed links, and giving a vehicle back to its agent.
"""

from __future__ import annotations

from sim.energy.consumption import link_consumption
from sim.traffic.compiled import compiled, inlined
from sim.traffic.store import (
    GIVEN_BACK,
    LOAD_BUDGET,
    LOAD_PAYLOAD,
    LOAD_USED,
    MICROSECONDS,
    N_QUANTITIES,
    POINTER_SHIFT,
    TRIP_CLASS,
    TRIP_END,
    TRIP_PLACE,
    TRIP_REASON,
    Store,
)

ARRIVED_AT_END = 0
MET_CLOSED_LINK = 1
RAN_OUT_OF_ENERGY = 2
"""Values of `sim.contracts.ArrivalReason`."""


@compiled
def is_closed_to(net: Store, trip: int, link: int, now_us: int) -> bool:
    """Whether the class of a tracked trip may not enter `link` now."""
    begin = net.closed_begin[net.trips[trip, TRIP_CLASS]]
    for row in range(begin[link], begin[link + 1]):
        if now_us < net.closed_from_us[row]:
            return False
        if now_us < net.closed_until_us[row]:
            return True
    return False


@inlined
def give_back(net: Store, trip: int, reason: int, now_us: int) -> None:
    """End a tracked trip."""
    net.trips[trip, TRIP_REASON] = reason
    net.trips[trip, TRIP_END] = now_us
    net.given_back[net.clock[GIVEN_BACK]] = trip
    net.clock[GIVEN_BACK] += 1


@compiled
def goes_on(net: Store, word: int, link: int, target: int, enter_us: int, now_us: int) -> bool:
    """Count the link that a tracked vehicle has just left; whether it drives on into `target`."""
    trip = word >> POINTER_SHIFT
    place = net.trips[trip, TRIP_PLACE]
    net.van_enter_us[place] = enter_us
    net.van_exit_us[place] = now_us
    net.trips[trip, TRIP_PLACE] = place + 1
    vehicle_class = net.trips[trip, TRIP_CLASS]
    time_s = (now_us - enter_us) / MICROSECONDS
    for quantity in range(N_QUANTITIES):
        net.loads[trip, LOAD_USED + quantity] += link_consumption(
            net.consumption, vehicle_class, quantity, net.length_m[link], time_s, net.loads[trip, LOAD_PAYLOAD]
        )
    is_empty = net.loads[trip, LOAD_USED] > net.loads[trip, LOAD_BUDGET]
    if is_empty:
        net.loads[trip, LOAD_USED] = net.loads[trip, LOAD_BUDGET]
    reason = -1
    if target < 0:
        reason = ARRIVED_AT_END
    elif is_closed_to(net, trip, target, now_us):
        reason = MET_CLOSED_LINK
    elif is_empty:
        reason = RAN_OUT_OF_ENERGY
    if reason >= 0:
        give_back(net, trip, reason, now_us)
    return reason < 0
