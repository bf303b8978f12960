"""
How a driver finds a place to unload: off the street, in a berth, or in the second row.

The rule: a shop's own dock or yard comes first. Then the berth that was booked, if its slot is still kept. Else the
nearest berth in reach with a free space is taken, of those that are kept free for such vans at that hour, after driving
round to it if it lies on another link. When none is free, a share of the
drivers double-parks before the shop; the others go to the nearest berth and wait there, and
double-park when the wait gets too long. Where no berth is in reach at all, a share of the stops on
side streets finds room at the kerb, off the lane; the others double-park.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.agents.berth import Berth
from sim.events import LinkBlocked, Parking, RuleViolated
from sim.units import SECONDS_PER_HOUR, to_s, to_us

if TYPE_CHECKING:
    from sim.agents.shop import Shop
    from sim.agents.vehicle import Vehicle

SIDE_STREETS = ("residential", "living_street", "unclassified", "service")
"""Road classes on which a van may find room at the kerb."""

_MOST_TRIES = 3
"""Berths a driver goes round to before queueing at the last. Assumption."""


class ParkingPlace:
    """
    The search for a place to unload at one stop, and the place found.

    Parameters
    ----------
    van
        The van.
    shop
        The shop.
    visit
        Name of the visit in the books of berths.
    expected_stay_s
        Time for which the driver reckons to stand, walks not counted [s].
    choice_luck
        Uniform draw of the driver's choice when no berth is free [-].
    kerb_luck
        Uniform draw for room at the kerb of a side street [-].
    fine_luck
        Uniform draw for a fine at the kerb [-].
    on_parked
        Called when the van stands.
    """

    def __init__(
        self,
        van: Vehicle,
        shop: Shop,
        *,
        visit: str,
        expected_stay_s: float,
        choice_luck: float,
        kerb_luck: float,
        fine_luck: float,
        on_parked: Callable[[], None],
    ) -> None:
        self._van = van
        self._city = van.city
        self._shop = shop
        self._visit = visit
        self._stay_s = expected_stay_s
        self._choice_luck = choice_luck
        self._kerb_luck = kerb_luck
        self._fine_luck = fine_luck
        self._on_parked = on_parked
        self._tries = 0
        self._came_us = self._city.clock.now_us
        self._berth: Berth | None = None
        self._is_waiting = False
        self._blocks_link: int | None = None
        self.parked_us = self._came_us
        self.parking: Parking = "offstreet"
        self.walk_m = 0.0

    @property
    def berth_id(self) -> str | None:
        """The berth the van stands in."""
        return self._berth.spec.berth_id if self._berth is not None else None

    @property
    def wait_s(self) -> float:
        """Time from coming to the shop until parked [s]: going round and waiting."""
        return to_s(self.parked_us - self._came_us)

    def search(self) -> None:
        """Look for a place from where the van stands now."""
        if self._shop.has_offstreet:
            self._stand("offstreet")
            return
        if self._go_to_booked():
            return
        now_us = self._city.clock.now_us
        berths = self._open_berths()
        for berth, distance_m in berths:
            stay_s = self._stay_at(distance_m)
            if not berth.has_room(self._visit, now_us, stay_s):
                continue
            if self._is_at(berth):
                berth.park(self._visit, self._came_us, now_us, stay_s)
                self._berth, self.walk_m = berth, distance_m
                self._stand("berth")
                return
            if self._tries < _MOST_TRIES:
                self._go_round_to(berth)
                return
        if not berths:
            self._stop_at_kerb()
        elif not self._may_wait() or (
            self._choice_luck < self._city.berth_params.double_parking_share and not self._fears_fine()
        ):
            self._double_park()
        else:
            self._wait_at_nearest(*berths[0])

    def _open_berths(self) -> list[tuple[Berth, float]]:
        """Berths in reach that are kept free for the van now, nearest first, with the way on foot [m]."""
        now_us, kind = self._city.clock.now_us, self._van.vehicle_type.access_class
        found = ((self._city.berths[row], distance_m) for row, distance_m in self._shop.berths)
        return [(berth, distance_m) for berth, distance_m in found if berth.admits(kind, now_us)]

    def _stay_at(self, distance_m: float) -> float:
        return self._stay_s + 2.0 * distance_m / self._city.berth_params.walking_speed_mps

    def stop_outside(self, walk_m: float) -> None:
        """Stop where the van stands, outside a closed zone, and walk to the shop [m]."""
        self.walk_m = walk_m
        self._stop_at_kerb()

    def _may_wait(self) -> bool:
        """Whether drivers wait in line; where there are bookings, others have a claim on the next space."""
        params = self._city.berth_params
        return params.max_wait_min > 0.0 and not params.booking

    def _fears_fine(self) -> bool:
        """Whether the fine to expect for the stay is dearer than the longest wait for a berth."""
        params = self._city.berth_params
        met = -math.expm1(-params.double_parking_patrols_per_h * self._stay_s / SECONDS_PER_HOUR)
        wait_cny = params.max_wait_min / 60.0 * self._city.behaviour.driver_cny_per_h
        return met * params.double_parking_fine_cny > wait_cny

    def _go_to_booked(self) -> bool:
        """Use the slot that was booked; False when there is none, or it has been given away."""
        row = self._van.booked_berths.get(self._visit)
        if row is None:
            return False
        berth = self._city.berths[row]
        from_us = berth.slot_from_us(self._visit)
        if from_us is None:
            del self._van.booked_berths[self._visit]
            return False
        if not self._is_at(berth):
            if self._tries < _MOST_TRIES:
                self._tries += 1
                if self._van.drive_to(berth.spec.link, "cruise", self.search):
                    return True
            self._give_up_slot(berth)
            return False
        now_us = self._city.clock.now_us
        distance_m = dict(self._shop.berths)[row]
        stay_s = self._stay_at(distance_m)
        if berth.park(self._visit, self._came_us, now_us, stay_s):
            self._berth, self.walk_m = berth, distance_m
            self._stand("berth")
        elif from_us > now_us + to_us(self._city.berth_params.max_wait_min * 60.0):
            self._give_up_slot(berth)
            return False
        elif from_us > now_us:
            self._city.clock.schedule(from_us, self.search)
        else:
            self._join_queue(berth, distance_m)
        return True

    def _give_up_slot(self, berth: Berth) -> None:
        berth.cancel(self._visit)
        del self._van.booked_berths[self._visit]

    def _stop_at_kerb(self) -> None:
        """Off the lane on a side street if there is room, else in the second row."""
        is_side_street = self._city.network.road_classes[self._van.link] in SIDE_STREETS
        if is_side_street and self._kerb_luck < self._city.berth_params.kerb_stopping_share:
            self._stand("offstreet")
        else:
            self._double_park()

    def _is_at(self, berth: Berth) -> bool:
        """Berths on the link driven last, and those on the shop's link, are at hand."""
        return berth.spec.link in (self._van.link, self._shop.link)

    def _go_round_to(self, berth: Berth) -> None:
        self._tries += 1
        way_found = self._van.drive_to(berth.spec.link, "cruise", self.search)
        if not way_found:
            self._double_park()

    def _wait_at_nearest(self, berth: Berth, distance_m: float) -> None:
        if self._is_at(berth):
            self._join_queue(berth, distance_m)
        elif not self._van.drive_to(berth.spec.link, "cruise", lambda: self._join_queue(berth, distance_m)):
            self._double_park()

    def _join_queue(self, berth: Berth, distance_m: float) -> None:
        now_us = self._city.clock.now_us
        self._berth, self.walk_m = berth, distance_m
        stay_s = self._stay_at(distance_m)
        if berth.park(self._visit, self._came_us, now_us, stay_s):
            self._stand("berth")
            return
        self._is_waiting = True
        berth.wait(self._visit, self._came_us, stay_s, self._called_in)
        patience_us = to_us(self._city.berth_params.max_wait_min * 60.0)
        self._city.clock.schedule(now_us + patience_us, self._lose_patience)

    def _called_in(self) -> None:
        self._is_waiting = False
        self._stand("berth")

    def _lose_patience(self) -> None:
        if self._is_waiting and self._berth is not None:
            self._is_waiting = False
            self._berth.give_up(self._visit)
            self._berth, self.walk_m = None, 0.0
            self._double_park()

    def _double_park(self) -> None:
        self._blocks_link = self._van.link
        self._city.double_park(self._blocks_link, +1)
        self._stand("double")

    def _stand(self, parking: Parking) -> None:
        self.parking = parking
        self.parked_us = self._city.clock.now_us
        self._on_parked()

    def leave(self) -> None:
        """Drive off: the berth or the lane is free again."""
        now_us = self._city.clock.now_us
        params = self._city.berth_params
        if self._berth is not None:
            over_s = self._berth.leave(self._visit, self._van.van_id, now_us)
            if over_s > 0.0 and self._fine_luck < params.overstay_detection:
                self._fine("berth_overstay", self._berth.spec.link, params.overstay_fine_cny)
        if self._blocks_link is not None:
            self._city.double_park(self._blocks_link, -1)
            self._city.announce(LinkBlocked(self._blocks_link, to_s(self.parked_us), to_s(now_us)))
            hours = to_s(now_us - self.parked_us) / SECONDS_PER_HOUR
            if self._fine_luck < -math.expm1(-params.double_parking_patrols_per_h * hours):
                self._fine("double_parking", self._blocks_link, params.double_parking_fine_cny)

    def _fine(self, rule_id: str, link: int, fine_cny: float) -> None:
        now_s = to_s(self._city.clock.now_us)
        self._city.announce(RuleViolated(self._van.van_id, rule_id, link, now_s, True, fine_cny))
