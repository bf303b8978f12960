"""The platform's match against all possible matches."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.planning import VanSpec
from sim.planning.sharing_match import Lot, Taker, best_matches


def _lot(carrier: int, kg: float, value: float, *, depot: int = 0, tour_id: str = "") -> Lot:
    return Lot(carrier, depot, (0,), (5,), kg, 0.0, 0.0, value, tour_id)


def _taker(carrier: int, kg: float, km: list[float], *, opening: float = 0.0, depot: int = 0, tour: str = "") -> Taker:
    """Driving costs 1 CNY a km; time costs nothing."""
    way_m = 1e3 * np.array(km)
    return Taker(
        carrier,
        depot,
        (0,),
        kg,
        9.0,
        1e6,
        opening,
        1e-3,
        0.0,
        np.zeros(len(km)),
        way_m,
        VanSpec("van", carrier, "diesel_van", depot),
        "day",
        tour,
    )


def test_a_lot_goes_where_it_costs_least() -> None:
    """Two takers, the second is nearer; the gain is value less cost."""
    lots = [_lot(0, 100.0, 50.0)]
    (match,) = best_matches(lots, [_taker(1, 200.0, [20.0]), _taker(2, 200.0, [5.0])])
    assert (match.lot, match.taker, match.extra_cny) == (0, 1, 5.0)


@pytest.mark.parametrize(
    "taker",
    [
        _taker(0, 200.0, [1.0]),
        _taker(1, 99.0, [1.0]),
        _taker(1, 200.0, [51.0]),
        _taker(1, 200.0, [1.0], depot=7),
        _taker(1, 200.0, [1.0], opening=60.0),
    ],
    ids=["its own carrier", "no room", "dearer than its value", "another hub", "a van that costs more"],
)
def test_no_deal(taker: Taker) -> None:
    """Each of these keeps a lot worth 50 CNY where it is."""
    assert best_matches([_lot(0, 100.0, 50.0)], [taker]) == []


def test_two_lots_pay_for_a_van_that_one_cannot() -> None:
    """A van at home costs 60: for lots worth 50 each it goes out, and they bear it by value."""
    lots = [_lot(0, 10.0, 50.0), _lot(2, 10.0, 50.0)]
    found = best_matches(lots, [_taker(1, 100.0, [1.0, 1.0], opening=60.0)])
    assert [(match.lot, match.extra_cny) for match in found] == [(0, 31.0), (1, 31.0)]


def test_a_tour_that_is_given_away_takes_nothing() -> None:
    """Each of two tours could take the other: one does."""
    lots = [_lot(0, 10.0, 50.0, tour_id="a"), _lot(1, 10.0, 40.0, tour_id="b")]
    takers = [_taker(0, 100.0, [1.0, 1.0], tour="a"), _taker(1, 100.0, [1.0, 1.0], tour="b")]
    (match,) = best_matches(lots, takers)
    assert (match.lot, match.taker) == (0, 1)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(1, 60), st.floats(1, 60)), min_size=1, max_size=3),
    st.lists(st.tuples(st.floats(1, 100), st.lists(st.floats(0, 60), min_size=3, max_size=3)), min_size=1, max_size=3),
)
def test_no_match_of_all_is_better(offered: list[tuple[float, float]], room: list[tuple[float, list[float]]]) -> None:
    """Gain of the found match equals the best over every way to give lots to takers."""
    lots = [_lot(0, kg, value) for kg, value in offered]
    takers = [_taker(1, kg, km[: len(lots)]) for kg, km in room]
    gain = sum(lots[m.lot].value_cny - m.extra_cny for m in best_matches(lots, takers))
    best = 0.0
    for choice in itertools.product(range(-1, len(takers)), repeat=len(lots)):
        load = [sum(lots[i].weight_kg for i, t in enumerate(choice) if t == taker) for taker in range(len(takers))]
        if all(kg <= taker.spare_kg for kg, taker in zip(load, takers, strict=True)):
            own = [lots[i].value_cny - takers[t].distance_m[i] / 1e3 for i, t in enumerate(choice) if t >= 0]
            best = max(best, sum(own))
    assert gain == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("seed", [1, 2])
def test_many_vans_alike_do_not_hold_up_the_day(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    30 lots and 20 equal vans at home, bound by weight, volume and time: 20! names of one match.

    The search is cut off at its limit of nodes, with lots that fit, given once, and a gain not below that of giving
    each lot, dearest first, to the first van with room.
    """
    from scipy import optimize

    searches: list[tuple[int, int]] = []
    real = optimize.milp

    def counted(*args: object, **options: object) -> object:
        found = real(*args, **options)
        searches.append((int(found.mip_node_count), int(found.status)))
        return found

    monkeypatch.setattr(optimize, "milp", counted)
    rng = np.random.default_rng(seed)
    size = np.stack([rng.uniform(200, 500, 30), rng.uniform(0.5, 3.0, 30), rng.uniform(600, 4000, 30)], axis=1)
    value, way_m = rng.uniform(30, 80, 30), rng.uniform(1e3, 20e3, 30)
    lots = [Lot(0, 0, (0,), (5,), *row, cny) for row, cny in zip(size.tolist(), value.tolist(), strict=True)]
    room, van = np.array([1000.0, 6.0, 14_000.0]), VanSpec("van", 1, "diesel_van", 0)
    takers = [Taker(1, 0, (0,), *room.tolist(), 70.0, 1e-3, 0.0, np.zeros(30), way_m, van, "day") for _ in range(20)]
    found = best_matches(lots, takers)
    (nodes, status), *more = searches
    assert not more and nodes == 100 and status != 0
    assert len({match.lot for match in found}) == len(found)
    for taker in range(20):
        own = [match.lot for match in found if match.taker == taker]
        assert (size[own].sum(axis=0) <= room * (1.0 + 1e-9)).all()
    given: list[list[int]] = [[] for _ in takers]
    for lot in np.argsort(-value).tolist():
        if value[lot] > way_m[lot] / 1e3:
            next(own for own in given if (size[[*own, lot]].sum(axis=0) <= room).all()).append(lot)
    by_hand = sum(max(float((value[own] - way_m[own] / 1e3).sum()) - 70.0, 0.0) for own in given if own)
    assert sum(lots[m.lot].value_cny - m.extra_cny for m in found) >= by_hand - 1e-6
