"""
Traffic as a sequence of events: arrays in, arrays out, compiled by numba.

Kinematic wave theory on each link (Newell 1993) in the form of the link transmission model (Yperman 2007), with
single vehicles and continuous time. Links that lead into the same link share it by capacity while they queue
(Daganzo 1995), by start-time fair queueing: the approach goes first that has had least, relative to its capacity.
An approach that comes back after an idle time is served as if it had had as much as the one served last, so that
one which asks for less than its share does not wait in line.

`sim.traffic.plain_twin` runs this very source as plain Python. No random draws, no dictionary, nothing whose order
could differ between two machines.
"""

from __future__ import annotations

from sim.traffic.box_junction import MOST_STORAGE, is_locked_circle
from sim.traffic.compiled import compiled, inlined
from sim.traffic.event_calendar import next_event, schedule, take_out
from sim.traffic.link_moves import enter, headway_of, is_open, leave, opening_us, pcu_of, ready_us, slot_of
from sim.traffic.store import (
    ARRIVED,
    DONE,
    ENTERED,
    ENTRY_HEADWAY,
    EVENT_US,
    FORCED,
    FOREVER,
    FULL_LINK,
    GIVEN_BACK,
    LEFT,
    LIMITS,
    NEXT_APPROACH,
    NEXT_CHANGE,
    NEXT_DEPARTURE,
    OUTSIDE,
    OWED,
    POINTER_SHIFT,
    POSITION,
    RELEASED,
    RING,
    RING_FULL,
    SINCE,
    SLOT_TIME,
    SLOT_WORD,
    SOURCE_FIRST,
    SOURCE_LAST,
    STOP_HEADWAY,
    STOP_READY,
    STORAGE,
    STUCK_TIME,
    TARGET,
    TRACKED,
    TRIP_CLASS,
    TRIP_PLACE,
    TRIP_WORD,
    TURN_BEGIN,
    TURNED,
    VANS,
    VIRTUAL,
    WAITERS,
    Store,
)
from sim.traffic.tracked_moves import MET_CLOSED_LINK, give_back, goes_on, is_closed_to

WIDEN = 0
"""Added to links read from routes, so that kernels are compiled for 64-bit links alone."""


@inlined
def _plan_opening(net: Store, link: int, now_us: int) -> None:
    """Schedule when one of those that wait may enter `link`, or is to be forced on."""
    when_us = opening_us(net.links, net.slots, link)
    approach = net.links[link, WAITERS]
    while approach >= 0:
        if approach < len(net.links):
            when_us = min(when_us, net.approaches[approach, SINCE] + net.clock[STUCK_TIME])
        approach = net.approaches[approach, NEXT_APPROACH]
    when_us = max(when_us, now_us)
    if when_us != net.events[2 * link, EVENT_US]:
        schedule(net.clock, net.slices, net.events, when_us, 2 * link)


@inlined
def _wait(net: Store, approach: int, target: int, now_us: int) -> None:
    """Let the first vehicle of an approach wait to enter `target`."""
    first = net.links[target, WAITERS]
    net.approaches[approach, TARGET] = target
    net.approaches[approach, SINCE] = now_us
    net.approaches[approach, NEXT_APPROACH] = first
    net.links[target, WAITERS] = approach
    turn = net.merges[target, TURN_BEGIN] + net.approaches[approach, POSITION]
    net.turn_share[turn] = max(net.turn_share[turn], net.merges[target, VIRTUAL])
    if first < 0 or net.events[2 * target, EVENT_US] == FOREVER:
        _plan_opening(net, target, now_us)


@inlined
def _stop_waiting(net: Store, approach: int) -> None:
    target = net.approaches[approach, TARGET]
    following = net.approaches[approach, NEXT_APPROACH]
    other = net.links[target, WAITERS]
    if other == approach:
        net.links[target, WAITERS] = following
    else:
        while net.approaches[other, NEXT_APPROACH] != approach:
            other = net.approaches[other, NEXT_APPROACH]
        net.approaches[other, NEXT_APPROACH] = following
    net.approaches[approach, TARGET] = -1


@inlined
def _next_link(net: Store, word: int) -> int:
    """Link that a vehicle goes to after the one it is on, below 0 at the end of its route."""
    pointer = word >> POINTER_SHIFT
    if word & TRACKED:
        target: int = net.van_routes[net.trips[pointer, TRIP_PLACE] + 1] + WIDEN
    else:
        target = net.routes[pointer + 1] + WIDEN
    return target


@inlined
def _first_word(net: Store, link: int) -> int:
    """Word of the first vehicle of `link`."""
    word: int = net.slots[slot_of(net.links[link, RING], net.links[link, LEFT]), SLOT_WORD]
    return word


@compiled
def _limited_until(net: Store, link: int, word: int) -> int:
    """Until when a speed limit at the hour of its entry keeps the first vehicle on `link` [us]; 0 without a limit."""
    vehicle_class = len(net.limit_begin) - 1
    if word & TRACKED:
        vehicle_class = net.trips[word >> POINTER_SHIFT, TRIP_CLASS]
    enter_us = net.slots[slot_of(net.links[link, RING], net.links[link, LEFT]), SLOT_TIME]
    begin = net.limit_begin[vehicle_class]
    for row in range(begin[link], begin[link + 1]):
        if enter_us < net.limit_from_us[row]:
            return 0
        if enter_us < net.limit_until_us[row]:
            until_us: int = enter_us + net.limit_least_us[row]
            return until_us
    return 0


@inlined
def _enter(net: Store, link: int, word: int, now_us: int) -> None:
    enter(net.clock, net.links, net.slots, net.slices, net.events, link, word, now_us)
    if word & TRACKED:
        net.merges[link, VANS] += 1


@inlined
def _pass_stop_line(net: Store, link: int, target: int, now_us: int) -> None:
    """Move the first vehicle of `link` into `target`, or out of the network if that is its end."""
    word = _first_word(net, link)
    enter_us = leave(net.clock, net.links, net.slots, net.late_us, link, now_us)
    if net.links[link, WAITERS] >= 0:
        _plan_opening(net, link, now_us)
    is_staying = target >= 0
    if word & TRACKED:
        is_staying = goes_on(net, word, link, target, enter_us, now_us)
    elif is_staying:
        word += 1 << POINTER_SHIFT
    else:
        net.arrival_us[-target - 1] = now_us
        net.clock[ARRIVED] += 1
    if is_staying:
        _enter(net, target, word, now_us)
    schedule(net.clock, net.slices, net.events, ready_us(net.links, net.slots, link), 2 * link + 1)


@inlined
def _may_pass(net: Store, word: int, target: int, now_us: int) -> bool:
    """Whether a vehicle that is ready at the stop line has nothing to wait for."""
    if target < 0 or (net.links[target, WAITERS] < 0 and is_open(net.links, net.slots, target, now_us)):
        return True
    return word & TRACKED != 0 and is_closed_to(net, word >> POINTER_SHIFT, target, now_us)


@inlined
def _chosen(net: Store, link: int, now_us: int, is_forced: bool) -> int:
    """
    The approach that enters `link` next, -1 if none.

    The one that has had least, relative to its capacity; of equals the one that has waited longest. Forced: of the
    links whose first vehicle is stuck the one that has waited longest.
    """
    best = -1
    best_share = FOREVER
    best_since = FOREVER
    approach = net.links[link, WAITERS]
    while approach >= 0:
        since = net.approaches[approach, SINCE]
        share = 0
        if not is_forced:
            share = net.turn_share[net.merges[link, TURN_BEGIN] + net.approaches[approach, POSITION]]
        elif approach >= len(net.links) or since + net.clock[STUCK_TIME] > now_us:
            share = FOREVER
        if share < FOREVER and (share, since, approach) < (best_share, best_since, best):
            best_share = share
            best_since = since
            best = approach
        approach = net.approaches[approach, NEXT_APPROACH]
    return best


@inlined
def _admit_from_outside(net: Store, approach: int, link: int, turn: int, now_us: int) -> None:
    vehicle = net.merges[link, SOURCE_FIRST]
    net.merges[link, SOURCE_FIRST] = net.source_next[vehicle]
    net.clock[OUTSIDE] -= 1
    if net.merges[link, SOURCE_FIRST] < 0:
        _stop_waiting(net, approach)
    else:
        net.approaches[approach, SINCE] = now_us
    trip = vehicle - len(net.departure_us)
    word = net.departure_word[vehicle] if trip < 0 else net.trips[trip, TRIP_WORD]
    if trip >= 0 and is_closed_to(net, trip, link, now_us):
        give_back(net, trip, MET_CLOSED_LINK, now_us)
        return
    net.turn_share[turn] += headway_of(net.links[link, ENTRY_HEADWAY], pcu_of(word))
    _enter(net, link, word, now_us)


@inlined
def _admit(net: Store, link: int, now_us: int) -> int:
    """Choose one of those that wait to enter `link`: a link, returned; or a trip that starts here, put on the road."""
    may_enter = is_open(net.links, net.slots, link, now_us)
    approach = _chosen(net, link, now_us, not may_enter)
    if approach < 0:
        return -1
    turn = net.merges[link, TURN_BEGIN] + net.approaches[approach, POSITION]
    net.merges[link, VIRTUAL] = net.turn_share[turn]
    if approach >= len(net.links):
        _admit_from_outside(net, approach, link, turn, now_us)
        return -1
    net.clock[FORCED] += not may_enter
    net.turn_share[turn] += headway_of(net.links[approach, STOP_HEADWAY], pcu_of(_first_word(net, approach)))
    _stop_waiting(net, approach)
    return approach


@compiled
def _turn_circle(net: Store, start: int, now_us: int) -> None:
    """Move the first vehicle of each link of a locked circle into the next link; nothing where there is no such."""
    if not is_locked_circle(net.links, net.slots, net.approaches, start, now_us):
        return
    link = start
    while True:
        target = net.approaches[link, TARGET]
        turn = net.merges[target, TURN_BEGIN] + net.approaches[link, POSITION]
        net.merges[target, VIRTUAL] = net.turn_share[turn]
        net.turn_share[turn] += headway_of(net.links[link, STOP_HEADWAY], pcu_of(_first_word(net, link)))
        net.clock[TURNED] += 1
        _stop_waiting(net, link)
        _pass_stop_line(net, link, target, now_us)
        link = target
        if link == start:
            break


@compiled
def _depart(net: Store, vehicle: int, link: int, word: int, now_us: int) -> None:
    """Put a vehicle on its first link, or hold it outside behind those that wait there."""
    if net.links[link, WAITERS] < 0 and is_open(net.links, net.slots, link, now_us):
        _enter(net, link, word, now_us)
        return
    net.clock[OUTSIDE] += 1
    net.source_next[vehicle] = -1
    if net.merges[link, SOURCE_FIRST] < 0:
        net.merges[link, SOURCE_FIRST] = vehicle
        _wait(net, len(net.links) + link, link, now_us)
    else:
        net.source_next[net.merges[link, SOURCE_LAST]] = vehicle
    net.merges[link, SOURCE_LAST] = vehicle


@compiled
def depart_tracked(net: Store, trip: int, now_us: int) -> None:
    """Put a tracked vehicle on its way; it is given back at once if its first link is closed to it."""
    link = net.van_routes[net.trips[trip, TRIP_PLACE]] + WIDEN
    if is_closed_to(net, trip, link, now_us):
        give_back(net, trip, MET_CLOSED_LINK, now_us)
    else:
        _depart(net, len(net.departure_us) + trip, link, net.trips[trip, TRIP_WORD], now_us)


@compiled
def change_capacity(net: Store, link: int, car_headway_us: int, now_us: int) -> None:
    """
    Let the stop line of `link` serve a passenger car in `car_headway_us` from now on; FOREVER closes it.

    The vehicle that is being served keeps the part that it has been served already.
    """
    before_us = net.links[link, STOP_HEADWAY]
    if before_us == car_headway_us:
        return
    if before_us != FOREVER:
        owed_us = max(net.links[link, STOP_READY] - now_us, 0)
        net.merges[link, OWED] = int(owed_us / before_us * 1e9 + 0.5)
    net.links[link, STOP_HEADWAY] = car_headway_us
    if car_headway_us == FOREVER:
        net.links[link, STOP_READY] = FOREVER
        if net.approaches[link, TARGET] >= 0:
            _stop_waiting(net, link)
    else:
        net.links[link, STOP_READY] = now_us + int(net.merges[link, OWED] * (car_headway_us / 1e9) + 0.5)
    if net.approaches[link, TARGET] < 0:
        when_us = ready_us(net.links, net.slots, link)
        if when_us != FOREVER:
            when_us = max(when_us, now_us)
        schedule(net.clock, net.slices, net.events, when_us, 2 * link + 1)


@compiled
def run(net: Store, until_us: int) -> int:
    """
    Let everything happen up to `until_us`, or to the end of the first time at which tracked vehicles end trips.

    At one time: events of links by (link, opening before stop line), then changes of capacity, then departures,
    each in the order of their arrays. Answers RING_FULL, before the event, when a vehicle is to be forced onto a link
    without a slot for it.
    """
    clock = net.clock
    events = net.events
    links = net.links
    while True:
        change_us = FOREVER
        if clock[NEXT_CHANGE] < len(net.change_us):
            change_us = net.change_us[clock[NEXT_CHANGE]]
        departure_us = FOREVER
        if clock[NEXT_DEPARTURE] < len(net.departure_us):
            departure_us = net.departure_us[clock[NEXT_DEPARTURE]]
        outer_us = min(change_us, departure_us)
        event, before = next_event(clock, net.slices, events, min(outer_us, until_us))
        event_us = events[event, EVENT_US] if event >= 0 else FOREVER
        if min(event_us, outer_us) > until_us or min(event_us, outer_us) == FOREVER:
            break
        if event_us <= outer_us:
            link = event >> 1
            is_opening = event & 1 == 0
            if is_opening and links[link, ENTERED] - links[link, RELEASED] >= 1 << (links[link, RING] & 63):
                clock[FULL_LINK] = link
                return RING_FULL
            take_out(clock, net.slices, events, event, before)
            target = link
            if is_opening:
                passing = _admit(net, link, event_us)
            else:
                word = _first_word(net, link)
                if clock[LIMITS] != 0:
                    held_us = _limited_until(net, link, word)
                    if held_us > event_us:  # slower than the street allows: those behind it wait for it
                        schedule(clock, net.slices, events, held_us, event)
                        continue
                target = _next_link(net, word)
                passing = link
                if not _may_pass(net, word, target, event_us):
                    passing = -1
                    _wait(net, link, target, event_us)
            if passing >= 0:
                _pass_stop_line(net, passing, target, event_us)
            if is_opening and links[link, WAITERS] >= 0:
                _plan_opening(net, link, event_us)
            if (is_opening or passing < 0) and links[target, STORAGE] <= MOST_STORAGE and links[target, WAITERS] >= 0:
                _turn_circle(net, target, event_us)
            if clock[GIVEN_BACK] > 0:
                until_us = min(until_us, event_us)
        elif change_us <= departure_us:
            row = clock[NEXT_CHANGE]
            clock[NEXT_CHANGE] = row + 1
            change_capacity(net, net.change_link[row], net.change_headway[row], change_us)
        else:
            vehicle = clock[NEXT_DEPARTURE]
            clock[NEXT_DEPARTURE] = vehicle + 1
            word = net.departure_word[vehicle]
            _depart(net, vehicle, net.routes[word >> POINTER_SHIFT] + WIDEN, word, departure_us)
    return DONE
