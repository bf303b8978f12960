"""
Capacity sharing: carriers offer what they deliver badly, and others with room take it at a price.

Offered are orders that fit on no tour of their carrier, and tours with a low load. Takers are tours with room and vans
that stay at home, of carriers at the same hub: goods need not be moved. A platform matches both so that the gain of all
is greatest, by a mixed-integer linear programme. Tours of those who take part are planned anew; deals that leave
an order without a tour, or do not pay, are undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field

from sim.contracts import FloatArray, Progress, no_progress
from sim.planning.day_plan import DayPlan, DayPlanner
from sim.planning.fleet import CarrierSpec, FleetParams
from sim.planning.planning_params import PlanningParams, PlanningView
from sim.planning.sharing_match import Lot, Match, Taker, best_matches
from sim.planning.sharing_offers import SharingMarket


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
    rounds: int = Field(ge=1, le=10, description="Times that plans are made anew to undo deals that do not work [-]")

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
            Plans anew.
        carriers, orders, shops
            As for `DayPlanner.plan`.
        progress
            Told after each district.
        """
        market = SharingMarket(
            carriers, orders, shops, self._fleet, self._planning, failed_order_cny=self._failed_order_cny
        )
        lots = market.lots(plan, self._params.offered_below)
        takers = market.takers(plan, lots, self._view)
        deals = [deal for match in best_matches(lots, takers) if (deal := self._deal(match, lots, takers)) is not None]
        before_cny = market.planned_cost_cny(plan)
        for _ in range(self._params.rounds):
            if not deals:
                break
            shared = _plan_with(deals, plan, planner, carriers, orders, shops, progress)
            gain_cny = before_cny - market.planned_cost_cny(shared)
            kept = _kept(deals, plan, shared, gain_cny)
            if len(kept) == len(deals):
                return SharedPlan(shared, tuple(deals))
            deals = kept
        return SharedPlan(plan, ())

    def _deal(self, match: Match, lots: Sequence[Lot], takers: Sequence[Taker]) -> Deal | None:
        """What a match comes to; None where the gain is too small for an estimate."""
        lot, taker = lots[match.lot], takers[match.taker]
        gain_cny = lot.value_cny - match.extra_cny
        if gain_cny < self._params.least_gain * lot.value_cny:
            return None
        price_cny = round(match.extra_cny + self._params.gain_share * gain_cny, 2)
        return Deal(lot.carrier, taker.carrier, lot.orders, price_cny, gain_cny / lot.value_cny)


def _plan_with(
    deals: Sequence[Deal],
    plan: DayPlan,
    planner: DayPlanner,
    carriers: Sequence[CarrierSpec],
    orders: pd.DataFrame,
    shops: pd.DataFrame,
    progress: Progress,
) -> DayPlan:
    """Tours of those with deals planned anew, those of others as they were."""
    operator = orders["operator" if "operator" in orders else "carrier"].to_numpy().copy()
    involved = {row for deal in deals for row in (deal.seller, deal.taker)}
    is_kept = ~np.isin(operator, list(involved))
    for deal in deals:
        operator[list(deal.orders)] = deal.taker
    anew = planner.plan(carriers, orders.assign(operator=np.where(is_kept, -1, operator)), shops, progress)
    kept_tours = [tour for tour in plan.tours if tour.van.carrier not in involved]
    kept_unplanned = [row for row in plan.unplanned if is_kept[row]]
    return replace(
        anew,
        tours=tuple(sorted([*kept_tours, *anew.tours], key=lambda tour: (tour.van.van_id, tour.start_s))),
        unplanned=tuple(sorted([*kept_unplanned, *anew.unplanned])),
        problems=plan.problems + anew.problems,
    )


def _kept(deals: Sequence[Deal], before: DayPlan, after: DayPlan, gain_cny: FloatArray) -> list[Deal]:
    """
    Deals that work: no order of theirs is without a tour, none that had one is, and planned costs of all fall.

    Carriers that deal with each other are judged together. Where they lose, the less promising half of deals goes.
    """
    import networkx as nx

    without = set(after.unplanned)
    newly = without - set(before.unplanned)
    carrier_of = {row: tour.van.carrier for tour in before.tours for stop in tour.stops for row in stop.orders}
    troubled = {carrier_of[row] for row in newly}
    works = [
        deal for deal in deals if not without.intersection(deal.orders) and not {deal.seller, deal.taker} & troubled
    ]
    kept: list[Deal] = []
    for carriers in nx.connected_components(nx.Graph([(deal.seller, deal.taker) for deal in deals])):
        own = sorted((deal for deal in works if deal.seller in carriers), key=lambda deal: -deal.gain_share)
        gains = float(gain_cny[sorted(carriers)].sum()) > 0.0
        kept += own if gains else own[: len(own) // 2]
    return sorted(kept, key=lambda deal: deal.orders)
