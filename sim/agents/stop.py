"""
A stop at a shop: the van parks, and the driver carries the goods in.

What the shop does not accept, and what comes too late for it, stays on board.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.agents.berth_booking import expected_stay_s, visit_name
from sim.agents.limited_stay import CallWork, stays_on, tell_overstay, work_until
from sim.agents.open_stop import OpenStop
from sim.agents.parking import ParkingPlace
from sim.agents.shop import Reception
from sim.agents.vehicle import Vehicle
from sim.events import StopEnded, StopOutcome
from sim.policy.stay_limit import StayEnds
from sim.units import to_s, to_us


@dataclass(frozen=True, slots=True)
class Handover:
    """
    What became of the orders of a stop.

    Parameters
    ----------
    delivered, not_accepted, refused
        Rows of the orders handed over, of those that nobody took in, and of those that came too late.
    end_s
        End of unloading [s].
    weight_kg
        Weight handed over [kg].
    rest
        Rows of the orders for which the limit of stay was too short.
    served_s
        Time already spent on the first of the rest [s].
    """

    delivered: tuple[int, ...]
    not_accepted: tuple[int, ...]
    refused: tuple[int, ...]
    end_s: float
    weight_kg: float
    rest: tuple[int, ...] = ()
    served_s: float = 0.0


class ShopStop:
    """
    One visit to a shop, from coming to driving off.

    Parameters
    ----------
    van
        The vehicle, which has just come to the shop.
    tour_id
        The tour it is on.
    stop
        What it is to do there.
    stop_id
        Number in the tables.
    on_left
        Called when the van is ready to drive on.
    walk_m
        Walk to the shop from where the van stands, outside a closed zone [m]; None: the driver looks for a place.
    walks
        Times he walks there and back.
    """

    def __init__(
        self,
        van: Vehicle,
        *,
        tour_id: str,
        stop: OpenStop,
        stop_id: int,
        on_left: Callable[[Handover], None],
        walk_m: float | None = None,
        walks: int = 1,
    ) -> None:
        self._van = van
        self._walk_m = walk_m
        self._further_walks = walks - 1
        self._overstays: StayEnds | None = None
        self._city = van.city
        self._tour_id = tour_id
        self._stop = stop
        self._stop_id = stop_id
        self._on_left = on_left
        self._shop = self._city.shops[stop.shop]
        self._came_us = self._city.clock.now_us
        luck, order_id = self._city.luck.parking_choice, self._city.orders.order_id[stop.orders[0]]
        draw = 2 * (stop.attempt - 1)
        self._place = ParkingPlace(
            van,
            self._shop,
            visit=visit_name(self._city, stop),
            expected_stay_s=expected_stay_s(self._city, stop, 0.0),
            choice_luck=luck.uniform_one(order_id, draw=draw),
            kerb_luck=luck.uniform_one(order_id, draw=draw + 1),
            fine_luck=self._city.luck.kerb_fine.uniform_one(order_id, draw=stop.attempt - 1),
            on_parked=self._start_unloading,
        )

    def begin(self) -> None:
        """Look for a place to park; the rest follows."""
        if self._walk_m is None:
            self._place.search()
        else:
            self._place.stop_outside(self._walk_m)

    def _start_unloading(self) -> None:
        orders = self._city.orders
        walk_us = to_us(self._place.walk_m / self._city.berth_params.walking_speed_mps)
        earliest_s, latest_s = self._stop.window_s(self._city)
        start_us = max(self._place.parked_us + walk_us, to_us(earliest_s))
        is_refused = self._shop.receive(to_s(start_us), earliest_s, latest_s) is Reception.TOO_LATE
        service_s = 0.0 if is_refused else math.fsum(orders.service_s[row] for row in self._stop.orders)
        end_us = start_us + to_us(max(0.0, service_s - self._stop.served_s))
        walks_us = 0 if is_refused else 2 * self._further_walks * walk_us
        work = CallWork(self._stop.orders, (), 0.0, end_us + walks_us)
        ends = self._stay_ends()
        if ends is not None and not is_refused and work.end_us + walk_us > ends.deadline_us:
            work = self._within_limit(ends, work, start_us, walk_us + walks_us, walk_us)
        leave_us = work.end_us + walk_us
        if work.rest and ends is not None:
            leave_us = min(leave_us, ends.deadline_us)
        self._city.clock.schedule(leave_us, lambda: self._end(start_us, work, is_refused))

    def _stay_ends(self) -> StayEnds | None:
        """By when the van has to drive off; None when it may stay, as at a dock."""
        if self._shop.has_offstreet and self._walk_m is None:
            return None
        return self._city.stay_ends(self._van.type_name, self._van.link, self._place.parked_us)

    def _within_limit(self, ends: StayEnds, work: CallWork, start_us: int, walking_us: int, walk_us: int) -> CallWork:
        """All the work where the driver stays on; else what can be done until he has to go back to the van."""
        last_us = ends.deadline_us - walking_us
        leave_us = work.end_us + walk_us
        call_s = to_s(max(0, last_us - start_us))
        if stays_on(self._van, self._van.link, ends, leave_us, call_s=call_s):
            self._overstays = ends
            return work
        rows = self._stop.orders
        service_s = [self._city.orders.service_s[row] for row in rows]
        found = work_until(rows, service_s, start_us=start_us, last_us=last_us, served_s=self._stop.served_s)
        if last_us <= start_us:  # nothing can be done at this call: the driver does not even begin
            return replace(found, end_us=self._place.parked_us)
        return replace(found, end_us=ends.deadline_us - walk_us)

    def _end(self, start_us: int, work: CallWork, is_refused: bool) -> None:
        orders, rows, end_us = self._city.orders, work.done, work.end_us
        if self._overstays is not None:
            tell_overstay(self._van, self._stop_id, self._van.link, self._overstays, self._city.clock.now_us)
        delivered = () if is_refused else tuple(row for row in rows if self._is_accepted(row))
        left = tuple(row for row in rows if row not in delivered)
        self._place.leave()
        weight_kg = math.fsum(orders.weight_kg[row] for row in delivered)
        self._city.announce(
            StopEnded(
                stop_id=self._stop_id,
                van_id=self._van.van_id,
                carrier_id=self._van.carrier_id,
                shop_id=self._shop.shop_id,
                tour_id=self._tour_id,
                planned_arrival_s=self._stop.planned.arrival_s,
                arrival_s=to_s(self._came_us),
                parked_s=to_s(self._place.parked_us),
                service_start_s=to_s(min(start_us, end_us)),
                service_end_s=to_s(end_us),
                depart_s=to_s(self._city.clock.now_us),
                berth_id=self._place.berth_id,
                parking=self._place.parking,
                berth_wait_s=self._place.wait_s,
                weight_kg=weight_kg,
                volume_m3=math.fsum(orders.volume_m3[row] for row in delivered),
                orders=len(rows),
                outcome="partial" if work.rest else _outcome(len(delivered), len(rows), is_refused=is_refused),
                attempt=self._stop.attempt,
            )
        )
        not_accepted, refused = ((), left) if is_refused else (left, ())
        self._on_left(Handover(delivered, not_accepted, refused, to_s(end_us), weight_kg, work.rest, work.served_s))

    def _is_accepted(self, row: int) -> bool:
        luck = self._city.luck.failed_attempt
        return self._shop.accepts(luck.uniform_one(self._city.orders.order_id[row], draw=self._stop.attempt - 1))


def _outcome(delivered: int, brought: int, *, is_refused: bool) -> StopOutcome:
    if is_refused:
        return "refused"
    if delivered == brought:
        return "delivered"
    return "partial" if delivered else "failed"
