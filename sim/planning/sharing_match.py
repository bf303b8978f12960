"""
The platform's match: which lot of orders goes to which tour with room or van at home.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.contracts import FloatArray
from sim.planning.fleet import VanSpec

_MOST_TAKERS = 10
"""Takers that a lot is offered to, those whom it would cost least. Assumption: others hardly ever get it."""

_FEW_PAIRS = 200
"""Up to so many pairs of lot and taker the match is the best one. Assumption: that takes less than a second."""

_CLOSE = 0.01
"""With more pairs a match that gains within this share of the best will do [-]. Assumption: gains are estimates."""

_MOST_NODES = 100
"""Nodes of the search tree: many vans alike at one hub make the proof of the best match take minutes. Assumption."""


@dataclass(frozen=True, slots=True)
class Lot:
    """
    Orders offered together.

    Parameters
    ----------
    carrier
        Row of the carrier that offers them.
    depot_link
        Where they are.
    orders
        Rows of the orders.
    links
        Links of their shops in driving order.
    weight_kg, volume_m3, service_s
        Load and time at the stops.
    value_cny
        What the carrier saves when another delivers them [CNY].
    tour_id
        The tour that would not be driven; empty for orders without one.
    """

    carrier: int
    depot_link: int
    orders: tuple[int, ...]
    links: tuple[int, ...]
    weight_kg: float
    volume_m3: float
    service_s: float
    value_cny: float
    tour_id: str = ""


@dataclass(frozen=True, slots=True)
class Taker:
    """
    A tour with room, or a van that stays at home.

    Parameters
    ----------
    carrier
        Row of its carrier.
    depot_link
        Where it is loaded.
    links
        Links of the depot and of its shops.
    spare_kg, spare_m3, spare_s
        Room and time left.
    opening_cny
        Cost of a van that would stay at home otherwise [CNY].
    cny_per_m
        Cost of driving besides the driver [CNY/m].
    driver_cny_per_s
        Cost of time [CNY/s].
    time_s, distance_m
        Extra way for each lot, shape (n_lots,); infinite where it cannot take it.
    van, wave
        The van, and the name of the wave in which it would take a lot.
    tour_id
        The tour; empty for a van at home.
    """

    carrier: int
    depot_link: int
    links: tuple[int, ...]
    spare_kg: float
    spare_m3: float
    spare_s: float
    opening_cny: float
    cny_per_m: float
    driver_cny_per_s: float
    time_s: FloatArray
    distance_m: FloatArray
    van: VanSpec
    wave: str
    tour_id: str = ""

    def extra_cny(self, lot: int, service_s: float) -> float:
        """Cost of taking a lot, without that of a van that would stay at home [CNY]."""
        return float(self.distance_m[lot] * self.cny_per_m + (self.time_s[lot] + service_s) * self.driver_cny_per_s)


@dataclass(frozen=True, slots=True)
class Match:
    """A lot, who takes it, and what that costs the taker [CNY]."""

    lot: int
    taker: int
    extra_cny: float


def best_matches(lots: Sequence[Lot], takers: Sequence[Taker]) -> list[Match]:
    """
    Who takes which lot so that what all gain together is greatest.

    Room, time, and vans to be sent out are kept to; a tour that is given away takes nothing. The cost of a van that is
    sent out is borne by its lots in proportion to their value. Each lot is offered to the ten takers whom it would cost
    least. Small matches are solved to the end, others to within 1 %, or 100 nodes of the search tree: in a part of
    Zhangdian this gains 1 to 2 % less than the best match of all, in a tenth of its time. Of made-up vans all alike,
    whose bound is weak, it can be a third away.

    Raises
    ------
    RuntimeError
        If the search fails.

    Notes
    -----
    Source: Huangfu and Hall (2018), "Parallelizing the dual revised simplex method", Mathematical Programming
    Computation 10 (the HiGHS solver, by way of `scipy.optimize.milp`).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    pairs = [(row, column) for row, lot in enumerate(lots) for column in _best_takers(row, lot, takers)]
    if not pairs:
        return []
    extra = np.array([takers[column].extra_cny(row, lots[row].service_s) for row, column in pairs])
    value = np.array([lots[row].value_cny for row, _ in pairs])
    opening = np.array([taker.opening_cny for taker in takers])
    n_pairs = len(pairs)
    entries: list[tuple[int, int, float]] = []
    upper: list[float] = []
    for row in sorted({row for row, _ in pairs}):
        entries += [(len(upper), p, 1.0) for p, pair in enumerate(pairs) if pair[0] == row]
        upper.append(1.0)
    lot_of_tour = {lot.tour_id: row for row, lot in enumerate(lots) if lot.tour_id}
    for column in sorted({column for _, column in pairs}):
        taker = takers[column]
        own = [p for p, pair in enumerate(pairs) if pair[1] == column]
        for room, used in (
            (taker.spare_kg, [lots[pairs[p][0]].weight_kg for p in own]),
            (taker.spare_m3, [lots[pairs[p][0]].volume_m3 for p in own]),
            (taker.spare_s, [taker.time_s[pairs[p][0]] + lots[pairs[p][0]].service_s for p in own]),
        ):
            entries += [(len(upper), p, float(size)) for p, size in zip(own, used, strict=True)]
            upper.append(room)
        given_away = [p for p, pair in enumerate(pairs) if pair[0] == lot_of_tour.get(taker.tour_id, -1)]
        for p in own:
            if taker.opening_cny > 0.0:
                entries += [(len(upper), p, 1.0), (len(upper), n_pairs + column, -1.0)]
                upper.append(0.0)
            if given_away:
                entries += [(len(upper), p, 1.0), *((len(upper), q, 1.0) for q in given_away)]
                upper.append(1.0)
    rows, columns, values = zip(*entries, strict=True)
    matrix = coo_array((values, (rows, columns)), shape=(len(upper), n_pairs + len(takers))).tocsr()
    found = milp(
        np.concatenate([extra - value, opening]),
        constraints=LinearConstraint(matrix, ub=np.array(upper)),
        bounds=Bounds(0.0, 1.0),
        integrality=np.ones(n_pairs + len(takers), dtype=np.int64),
        options={"node_limit": _MOST_NODES, "mip_rel_gap": 0.0 if n_pairs <= _FEW_PAIRS else _CLOSE},
    )
    if found.x is None:
        raise RuntimeError(f"matching of shared capacity failed: {found.message}")
    chosen = [p for p in range(n_pairs) if found.x[p] > 0.5]
    taken_value = np.bincount([pairs[p][1] for p in chosen], weights=value[chosen], minlength=len(takers))
    return [
        Match(row, column, float(extra[p] + opening[column] * value[p] / taken_value[column]))
        for p, (row, column) in ((p, pairs[p]) for p in chosen)
    ]


def _best_takers(row: int, lot: Lot, takers: Sequence[Taker]) -> list[int]:
    """Columns of the takers whom a lot would cost least, of those who can take it at a gain."""
    cost = {
        column: taker.extra_cny(row, lot.service_s)
        for column, taker in enumerate(takers)
        if lot.carrier != taker.carrier
        and lot.depot_link == taker.depot_link
        and math.isfinite(taker.time_s[row])
        and lot.weight_kg <= taker.spare_kg
        and lot.volume_m3 <= taker.spare_m3
        and taker.time_s[row] + lot.service_s <= taker.spare_s
    }
    gaining = [column for column in cost if cost[column] < lot.value_cny]
    return sorted(sorted(gaining, key=lambda column: (cost[column], column))[:_MOST_TAKERS])
