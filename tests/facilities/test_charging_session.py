"""A session gives the same energy in the same time wherever it is cut; shares of a site's power are fair."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.energy import ChargingCurve, TariffParams, charging_cost_cny, charging_curve_of, session_cost_cny
from sim.facilities.charging_session import ChargingSession
from sim.facilities.site_power import SitePower, fair_shares

CURVES = {
    "lfp_van": charging_curve_of("lfp_van", 38.0),
    "generic_car": charging_curve_of("generic_car", 50.0),
    "flat": ChargingCurve((0.0, 1.0), (40.0, 40.0)),
}
TARIFF = TariffParams.model_validate(
    {
        "bands": [
            {"from": "00:00", "until": "09:00", "price_cny_per_kwh": 0.5},
            {"from": "09:00", "until": "24:00", "price_cny_per_kwh": 1.5},
        ]
    }
)


def _session(
    curve: str = "lfp_van", soc: float = 0.2, target: float = 0.9, kw: float = 60.0, plug_s: float = 0.0
) -> ChargingSession:
    return ChargingSession(
        CURVES[curve],
        battery_kwh=45.0,
        soc=soc,
        soc_target=target,
        connector_kw=kw,
        efficiency=0.92,
        plug_s=plug_s,
    )


def test_taper_by_hand() -> None:
    """38 kW to 80 %, then linear to a fifth at 100 %: 45 kWh from 20 to 90 % by the logarithm of the powers."""
    flat_h = 45.0 * 0.6 / 38.0
    slope_kw = 0.8 * 38.0 / 0.2
    taper_h = 45.0 / slope_kw * math.log(38.0 / (38.0 - 0.1 * slope_kw))
    session = _session()
    assert session.end_s() == pytest.approx((flat_h + taper_h) * 3600.0, rel=1e-12)
    session.finish(session.end_s())
    assert session.soc == 0.9
    assert session.grid_kwh == pytest.approx(0.7 * 45.0 / 0.92, rel=1e-12)


@given(
    curve=st.sampled_from(sorted(CURVES)),
    soc=st.floats(0.0, 0.7),
    kw=st.floats(3.0, 80.0),
    cuts=st.lists(st.floats(0.01, 0.99), max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_a_session_cut_anywhere_is_the_same_session(curve: str, soc: float, kw: float, cuts: list[float]) -> None:
    """Setting the same limit again at any times changes neither end, energy, cost nor what is drawn by hour."""
    whole, cut = _session(curve, soc, 0.95, kw, 30_000.0), _session(curve, soc, 0.95, kw, 30_000.0)
    end_s = whole.end_s()
    for share in sorted(cuts):
        cut.soc_at(30_000.0 + share * (end_s - 30_000.0) * 0.999)
        cut.set_limit(kw, 30_000.0 + share * (end_s - 30_000.0))
    assert cut.end_s() == pytest.approx(end_s, abs=1e-6)
    whole.finish(end_s)
    cut.finish(cut.end_s())
    assert cut.soc == whole.soc == 0.95
    assert cut.grid_kwh == pytest.approx(whole.grid_kwh, abs=1e-9)
    assert cut.cost_cny(TARIFF) == pytest.approx(whole.cost_cny(TARIFF), abs=1e-7)
    for session in (whole, cut):
        assert math.fsum(draw.energy_kwh for draw in session.draws()) == pytest.approx(session.grid_kwh, abs=1e-9)


@given(arrivals=st.lists(st.tuples(st.floats(0.0, 3600.0), st.floats(0.05, 0.8)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_looking_at_a_shared_site_changes_nothing(arrivals: list[tuple[float, float]]) -> None:
    """Under a shared limit: every van has the same end and energy whether or not the site is looked at in between."""
    plain, looked_at = _run_site(arrivals, looks=0), _run_site(arrivals, looks=7)
    assert plain == looked_at
    for end_s, grid_kwh, soc_start in plain:
        assert grid_kwh == pytest.approx((0.85 - soc_start) * 45.0 / 0.92 if soc_start < 0.85 else 0.0, abs=1e-9)
        assert end_s >= 0.0


def _run_site(arrivals: list[tuple[float, float]], looks: int) -> list[tuple[float, float, float]]:
    """Vans at a site of 50 kW, by hand: end [s], energy from the grid [kWh] and first state of charge of each."""
    site: SitePower[int] = SitePower(50.0)
    sessions: dict[int, ChargingSession] = {}
    ends: dict[int, float] = {}
    coming = sorted((at_s, van, soc) for van, (at_s, soc) in enumerate(arrivals))
    now_s = 0.0
    while coming or len(ends) < len(sessions):
        due = [(site.end_s(van), van) for van in sessions if van not in ends]
        next_end = min(due) if due else (math.inf, -1)
        next_s = min(next_end[0], coming[0][0] if coming else math.inf)
        for look in range(looks):
            for van in sessions:
                if van not in ends:
                    sessions[van].soc_at(now_s + (next_s - now_s) * look / looks)
        now_s = max(now_s, next_s)
        if coming and coming[0][0] <= next_end[0]:
            at_s, van, soc = coming.pop(0)
            sessions[van] = _session(soc=soc, target=0.85, plug_s=at_s)
            site.plug(van, sessions[van], at_s)
        else:
            ends[next_end[1]] = now_s
            site.unplug(next_end[1], now_s)
    return [(ends[van], sessions[van].grid_kwh, sessions[van].soc_start) for van in sorted(sessions)]


def test_two_vans_share_a_site_by_hand() -> None:
    """30 kW for two equal vans: 15 kW each; when the first has left, the second has 30 kW."""
    site: SitePower[str] = SitePower(30.0)
    first, second = _session(soc=0.5, target=0.6), _session(soc=0.5, target=0.7)
    site.plug("first", first, 0.0)
    assert site.plug("second", second, 0.0) == ["first", "second"]
    at_15_kw_s = 0.1 * 45.0 / (15.0 * 0.92) * 3600.0
    assert site.end_s("first") == pytest.approx(at_15_kw_s)
    assert site.unplug("first", site.end_s("first")) == ["second"]
    assert site.end_s("second") == pytest.approx(at_15_kw_s * 1.5)


def test_a_site_without_a_limit_gives_each_its_connector() -> None:
    """Nobody's end depends on the others."""
    site: SitePower[str] = SitePower()
    alone_s = _session().end_s()
    assert site.plug("first", _session(), 0.0) == ["first"]
    assert site.plug("second", _session(), 0.0) == ["second"]
    assert site.end_s("first") == site.end_s("second") == alone_s


@given(total=st.floats(0.1, 500.0), wanted=st.lists(st.floats(0.0, 120.0), min_size=1, max_size=12))
def test_shares_are_max_min_fair(total: float, wanted: list[float]) -> None:
    """All is given or all are content; whoever gets less than wanted gets no less than anybody."""
    shares = fair_shares(total, wanted)
    assert math.fsum(shares) == pytest.approx(min(total, math.fsum(wanted)))
    for share, want in zip(shares, wanted, strict=True):
        assert share <= want
        if share < want - 1e-9:
            assert share >= max(shares) - 1e-6


def test_each_band_of_the_tariff_pays_what_is_drawn_in_it() -> None:
    """Flat power over 09:00: the mean price of the hours; taper: as the exact integral of the session."""
    plug_s = 8.5 * 3600.0
    flat = _session("flat", 0.1, 0.9, 60.0, plug_s)
    end_s = flat.end_s()
    flat.finish(end_s)
    assert flat.cost_cny(TARIFF) == pytest.approx(charging_cost_cny(TARIFF, plug_s, end_s, flat.grid_kwh))
    taper = _session("lfp_van", 0.7, 0.95, 60.0, plug_s)
    taper.finish(taper.end_s())
    by_session = session_cost_cny(
        TARIFF, CURVES["lfp_van"], plug_s=plug_s, soc_start=0.7, soc_end=0.95, battery_kwh=45.0, efficiency=0.92
    )
    assert taper.cost_cny(TARIFF) == pytest.approx(by_session)


def test_faults_are_refused() -> None:
    """No power, time running backwards, a site without power."""
    session = _session(plug_s=100.0)
    with pytest.raises(ValueError, match="above 0"):
        session.set_limit(0.0, 200.0)
    with pytest.raises(ValueError, match="before"):
        session.set_limit(10.0, 50.0)
    with pytest.raises(ValueError, match="above 0"):
        SitePower(0.0)
