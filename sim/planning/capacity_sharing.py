"""
Capacity sharing: carriers offer what they deliver badly, and others with room take it at a price.

Offered are orders that fit on no tour of their carrier, and tours with a low load. Takers are tours with room and vans
that stay at home, of carriers at the same hub: goods need not be moved. A platform matches both so that the gain of all
is greatest, by a mixed-integer linear programme. A tour that is given away is not driven; the shift that takes its
orders is planned anew with them. Deals that leave an order without a tour, or do not pay, are undone. All other tours
stay as they are, so that what sharing saves is not mixed up with the luck of another search.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pydantic import BaseModel, Field

from sim.contracts import Progress, no_progress
from sim.planning.day_plan import DayPlan, DayPlanner
from sim.planning.district_problem import VanShift
from sim.planning.drops import OrderLoads
from sim.planning.fleet import CarrierSpec, FleetParams, VanSpec
from sim.planning.planning_params import PlanningParams, PlanningView
from sim.planning.sharing_match import Lot, Match, Taker, best_matches
from sim.planning.sharing_offers import SharingMarket
from sim.planning.van_tour import VanTour


class SharingParams(BaseModel, frozen=True, extra="forbid"):
    """A platform on which carriers at one hub share capacity."""

    enabled: bool = Field(description="Whether carriers share capacity")
    offered_below: float = Field(
        ge=0.0, le=1.0, description="Tours with a load factor below this are offered, by weight or volume [-]"
    )
    gain_share: float = Field(
        ge=0.0,
        le=1.0,
        description="Share of the gain of a deal that goes to the taker [-]; the rest stays with the seller",
    )
    least_gain: float = Field(
        ge=0.0, le=1.0, description="Least estimated gain of a deal, of what delivering would cost the seller [-]"
    )
    rounds: int = Field(
        ge=1, le=10, description="Times that a shift is planned anew to undo deals that do not work [-]"
    )

    def content(self) -> dict[str, Any]:
        """What results depend on: nothing where nobody shares."""
        return self.model_dump(mode="json") if self.enabled else {}


@dataclass(frozen=True, slots=True)
class Deal:
    """
    Orders that one carrier delivers for another.

    Parameters
    ----------
    seller, taker
        Rows of the carriers.
    orders
        Rows of the orders.
    price_cny
        What the seller pays the taker [CNY].
    gain_share
        Estimated gain of both as a share of what delivering would cost the seller [-].
    """

    seller: int
    taker: int
    orders: tuple[int, ...]
    price_cny: float
    gain_share: float


@dataclass(frozen=True, slots=True)
class SharedPlan:
    """
    The plan of a day after sharing.

    Parameters
    ----------
    plan
        Tours of all carriers.
    deals
        What was shared.
    """

    plan: DayPlan
    deals: tuple[Deal, ...]

    def payments_cny(self, carriers: Sequence[CarrierSpec]) -> dict[str, float]:
        """What each carrier pays for sharing [CNY], negative for what it earns; adds up to 0."""
        paid = {spec.carrier_id: 0.0 for spec in carriers}
        for deal in self.deals:
            paid[carriers[deal.seller].carrier_id] += deal.price_cny
            paid[carriers[deal.taker].carrier_id] -= deal.price_cny
        return {carrier_id: amount for carrier_id, amount in paid.items() if amount != 0.0}


class SharingPlatform:
    """
    Finds deals between carriers and plans with them.

    Parameters
    ----------
    params
        Rules of the platform.
    view
        What carriers believe of travel times.
    fleet
        Vehicle types and their cost.
    planning
        Driver cost and time at stops.
    failed_order_cny
        What an order without a tour costs its carrier [CNY].
    """

    def __init__(
        self,
        params: SharingParams,
        view: PlanningView,
        fleet: FleetParams,
        planning: PlanningParams,
        *,
        failed_order_cny: float,
    ) -> None:
        self._params = params
        self._view = view
        self._fleet = fleet
        self._planning = planning
        self._failed_order_cny = failed_order_cny

    def share(
        self,
        plan: DayPlan,
        planner: DayPlanner,
        carriers: Sequence[CarrierSpec],
        orders: pd.DataFrame,
        shops: pd.DataFrame,
        progress: Progress = no_progress,
    ) -> SharedPlan:
        """
        The plan with shared capacity; as it was when no deal is worth it.

        Parameters
        ----------
        plan
            Plan without sharing.
        planner
            Plans shifts anew.
        carriers, orders, shops
            As for `DayPlanner.plan`.
        progress
            Told after each shift.
        """
        market = SharingMarket(
            carriers, orders, shops, self._fleet, self._planning, failed_order_cny=self._failed_order_cny
        )
        lots = market.lots(plan, self._params.offered_below)
        loads = OrderLoads(orders, shops["link"].to_numpy())
        takers = market.takers(
            plan, lots, self._view, lambda name, wave, rows: planner.can_serve(name, wave, rows, loads)
        )
        takes = self._takes(best_matches(lots, takers), lots, takers, plan)
        shifts = _Shifts(plan, planner, market, carriers, self._fleet, loads)
        agreed: list[_Take] = []
        for done, ((van, wave), offered) in enumerate(takes.items(), start=1):
            agreed += shifts.take(van, wave, offered, self._params.rounds)
            progress("sharing capacity", done, len(takes))
        sold = {take.lot.tour_id for take in agreed if take.lot.tour_id}
        given_away = {tour for tour in plan.tours if tour.tour_id in sold}
        moved = {row for take in agreed for row in take.lot.orders}
        shared = replace(
            plan,
            tours=_in_order([tour for tour in shifts.tours if tour not in given_away]),
            unplanned=tuple(row for row in plan.unplanned if row not in moved),
            problems=plan.problems + shifts.problems,
        )
        deals = sorted((take.deal for take in agreed), key=lambda deal: deal.orders)
        return SharedPlan(shared if deals else plan, tuple(deals))

    def _takes(
        self, matches: Sequence[Match], lots: Sequence[Lot], takers: Sequence[Taker], plan: DayPlan
    ) -> dict[tuple[VanSpec, str], list[_Take]]:
        """What each shift is to take, by van and wave; nothing where a tour of the shift is given away itself."""
        shift_of = {tour.tour_id: (tour.van, tour.wave) for tour in plan.tours}
        busy = {shift_of[lots[match.lot].tour_id] for match in matches if lots[match.lot].tour_id}
        takes: dict[tuple[VanSpec, str], list[_Take]] = {}
        for match in matches:
            deal, taker = self._deal(match, lots, takers), takers[match.taker]
            if deal is not None and (taker.van, taker.wave) not in busy:
                takes.setdefault((taker.van, taker.wave), []).append(_Take(deal, lots[match.lot]))
        return takes

    def _deal(self, match: Match, lots: Sequence[Lot], takers: Sequence[Taker]) -> Deal | None:
        """What a match comes to; None where the gain is too small for an estimate."""
        lot, taker = lots[match.lot], takers[match.taker]
        gain_cny = lot.value_cny - match.extra_cny
        if gain_cny < self._params.least_gain * lot.value_cny:
            return None
        price_cny = round(match.extra_cny + self._params.gain_share * gain_cny, 2)
        return Deal(lot.carrier, taker.carrier, lot.orders, price_cny, gain_cny / lot.value_cny)


@dataclass(frozen=True, slots=True)
class _Take:
    """A deal, and the lot that it is about."""

    deal: Deal
    lot: Lot


class _Shifts:
    """
    Tours of a day while shifts take orders of other carriers, one shift after the other.

    Parameters
    ----------
    plan
        Plan without sharing.
    planner, market, carriers, fleet, loads
        What plans, prices and describes them.
    """

    def __init__(
        self,
        plan: DayPlan,
        planner: DayPlanner,
        market: SharingMarket,
        carriers: Sequence[CarrierSpec],
        fleet: FleetParams,
        loads: OrderLoads,
    ) -> None:
        self.tours = list(plan.tours)
        self.problems = 0
        self._planner = planner
        self._market = market
        self._carriers = carriers
        self._fleet = fleet
        self._loads = loads

    def take(self, van: VanSpec, wave: str, offered: Sequence[_Take], rounds: int) -> list[_Take]:
        """
        Plan a shift with what it is offered; gives what it takes.

        Where an order is left without a tour, or the shift costs more than the lots are worth, the less promising half
        of what is offered goes and the rest is tried again, at most so many times.
        """
        own = [tour for tour in self.tours if tour.van == van and tour.wave == wave]
        elsewhere = [tour for tour in self.tours if tour.van == van and tour.wave != wave]
        before_cny = math.fsum(self._market.way_cny(tour) for tour in own)
        opening_cny = 0.0 if own or elsewhere else self._market.van_cny(van)
        shift = VanShift(van, self._fleet.wave_named(wave))
        rows = [row for tour in own for stop in tour.stops for row in stop.orders]
        left_to_try = sorted(offered, key=lambda take: (-take.deal.gain_share, take.deal.orders))
        for _ in range(rounds):
            if not left_to_try:
                break
            found, without = self._planner.plan_shift(
                self._carriers[van.carrier],
                shift,
                [*rows, *(row for take in left_to_try for row in take.lot.orders)],
                self._loads,
                driven_m=math.fsum(_length_m(tour) for tour in elsewhere),
            )
            self.problems += 1
            extra_cny = math.fsum(self._market.way_cny(tour) for tour in found) - before_cny + opening_cny
            if not without and extra_cny < math.fsum(take.lot.value_cny for take in left_to_try):
                self.tours = [tour for tour in self.tours if tour.van != van or tour.wave != wave] + found
                return left_to_try
            fitting = [take for take in left_to_try if not set(without) & set(take.lot.orders)]
            left_to_try = fitting if len(fitting) < len(left_to_try) else left_to_try[: len(left_to_try) // 2]
        return []


def _length_m(tour: VanTour) -> float:
    return tour.home_m + math.fsum(stop.leg_m for stop in tour.stops)


def _in_order(tours: Sequence[VanTour]) -> tuple[VanTour, ...]:
    """Tours by name of the van and start, numbered anew for each van."""
    ordered, number = [], Counter[VanSpec]()
    for tour in sorted(tours, key=lambda tour: (tour.van.van_id, tour.start_s)):
        number[tour.van] += 1
        ordered.append(replace(tour, tour_id=f"{tour.van.van_id}-tour-{number[tour.van]}"))
    return tuple(ordered)
