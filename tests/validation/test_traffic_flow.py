"""
The traffic engine against exact solutions of kinematic wave theory.

A triangular fundamental diagram throughout: free speed v, jam density k = lanes / 7.5 m, saturation flow s at its
apex, backward wave w = s / (k - s / v). Cumulative counts follow Newell (1993), "A simplified theory of kinematic
waves in highway traffic", Transportation Research B 27: N(x, t) is the least of what has come from upstream at v and
what the stop line lets through, seen a distance d upstream d / w later and k d vehicles higher.

Tolerances: flows 0.5 %; cumulative counts within the vehicles that rounding can move (one, and one for each storage
that is no whole number), since vehicles are whole and the theory is a fluid.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sim.contracts import FloatArray
from sim.traffic import load_network
from tests.traffic.roads import road, trips_on

V, W, K, S = 15.0, 5.0, 2 / 7.5, 1.0
"""Two lanes, 3,600 veh/h at saturation: free speed [m/s], wave [m/s], jam density [veh/m], saturation [veh/s]."""

CELL_M, N_CELLS = 150.0, 12
"""Links of 150 m hold 40 vehicles exactly, so that no rounding of storage adds up along the road."""


def _street() -> pd.DataFrame:
    return road(N_CELLS, length_m=CELL_M, lanes=2, free_speed_mps=V, capacity_veh_per_h=3600.0 * S)


def _counts_at_link_ends(
    changes: pd.DataFrame, flow_per_s: float, until_s: float, bin_s: float = 5.0
) -> tuple[FloatArray, FloatArray]:
    """Times and vehicles past the downstream end of each link, shape (n_times, n_links)."""
    depart_s = np.arange(0.0, until_s, 1.0 / flow_per_s)
    found = load_network(
        _street(),
        trips_on(range(N_CELLS), depart_s),
        changes,
        horizon_s=until_s,
        bin_s=bin_s,
        stuck_time_s=float("inf"),
    )
    passed = np.cumsum(found.counts.outflow_veh, axis=0).astype(float)
    return np.arange(1, len(passed) + 1) * bin_s, passed


def _exact_counts(time_s: FloatArray, flow_per_s: float, let_through: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Newell's cumulative counts at the ends of the links, the last of which is the stop line."""
    ends_m = np.arange(1, N_CELLS + 1) * CELL_M
    back_m = ends_m[-1] - ends_m
    arrived = np.maximum(flow_per_s * (time_s[:, None] - ends_m / V), 0.0)
    return np.minimum(arrived, let_through(time_s[:, None] - back_m / W) + K * back_m)


def test_free_flow_takes_length_over_speed_and_the_signals_delay() -> None:
    """T = sum of L/v + C (1-g)^2 / 2 (Webster 1958 at zero flow); to the microsecond a link that times are kept in."""
    delay_s = 90.0 * (1 - 0.45) ** 2 / 2
    links = road(
        5, length_m=[5.0, 50.0, 123.4, 500.0, 2000.0], free_speed_mps=13.7, signal_delay_s=[0, delay_s, 0, 0, 8]
    )
    arrival_s = load_network(links, trips_on(range(5), [0.0, 1000.0])).arrival_s
    expected_s = 2678.4 / 13.7 + delay_s + 8.0
    assert arrival_s == pytest.approx([expected_s, 1000.0 + expected_s], abs=5e-6)


@pytest.mark.parametrize("saturation", [900.0, 1800.0])
def test_bottleneck_mean_travel_time_and_last_arrival(saturation: float) -> None:
    """
    5 links of 500 m, lanes 2-2-1-2-2, 900 veh/h a lane, 1,400 veh/h for half an hour, 50 km/h.

    Free flow 180 s; the 700 vehicles take 700 / 900 h = 2,800 s through one lane, 1,000 s longer than they take to
    come, so the mean delay is 500 s (deterministic queue: triangle between the cumulative curves) and the mean travel
    time 680 s; the last arrives at 180 + 2,800 s. Within 0.5 %: whole vehicles make it half a headway less. The queue
    spills back over links 1 and 0 and out, which moves the wait and not its sum, whatever the speed of the wave.
    """
    lanes = np.array([2, 2, 1, 2, 2])
    links = road(
        5,
        lanes=lanes,
        free_speed_mps=50 / 3.6,
        capacity_veh_per_h=900.0 * lanes,
        saturation_flow_veh_per_h=saturation * lanes,
    )
    depart_s = np.arange(700) * 3600.0 / 1400.0
    found = load_network(links, trips_on(range(5), depart_s))
    assert np.mean(found.arrival_s - depart_s) == pytest.approx(680.0, rel=0.005)
    assert found.arrival_s.max() == pytest.approx(2980.0, rel=0.005)
    assert found.forced_moves == 0


def test_bottleneck_queue_length() -> None:
    """
    At the end of arrivals 1,400 - 900 veh/h over half an hour have made a queue of 250 vehicles.

    Vehicles upstream of the lane drop's stop line, less those that free flow would have there (108 s of 1,400 veh/h =
    42), when the last has departed: 1,400/3,600 x 1,800 - 900/3,600 x (1,800 - 108) - 42 = 235; within one vehicle.
    """
    lanes = np.array([2, 2, 1, 2, 2])
    links = road(5, lanes=lanes, free_speed_mps=50 / 3.6, capacity_veh_per_h=900.0 * lanes)
    depart_s = np.arange(700) * 3600.0 / 1400.0
    found = load_network(links, trips_on(range(5), depart_s), horizon_s=1800.0)
    upstream = found.waiting_veh + int((found.counts.inflow_veh - found.counts.outflow_veh)[:, :3].sum())
    assert upstream - 42 == pytest.approx(235, abs=1)


def test_shock_wave_of_a_closed_lane() -> None:
    """
    From 400 s on one of two lanes is closed, and only 900 of 1,800 veh/h pass.

    The queue has density k - q/w = 13/60 veh/m, the arriving stream 1/30, so its tail runs back at
    (0.5 - 0.25) / (13/60 - 1/30) = 1.364 m/s. Counts at every link end, every 5 s, within 1.5 vehicles of Newell's.
    """
    changes = pd.DataFrame({"link_id": [N_CELLS - 1], "time_s": [400.0], "capacity_veh_per_h": [900.0]})
    time_s, passed = _counts_at_link_ends(changes, 0.5, 1500.0)
    at_closure = 0.5 * (400.0 - N_CELLS * CELL_M / V)
    exact = _exact_counts(
        time_s, 0.5, lambda t: np.where(t < 400.0, np.inf, at_closure + 0.25 * np.maximum(t - 400.0, 0.0))
    )
    assert np.abs(passed - exact).max() <= 1.5
    undisturbed = 0.5 * (time_s[:, None] - np.arange(1, N_CELLS + 1) * CELL_M / V)
    seen_s = [time_s[np.flatnonzero(passed[:, link] < undisturbed[:, link] - 2.0)[0]] for link in (5, 9)]
    assert seen_s[0] - seen_s[1] == pytest.approx(4 * CELL_M / (0.25 / (11 / 60)), rel=0.03)


def test_shock_waves_of_a_red_phase() -> None:
    """
    Red from 400 to 460 s on a stream of 1,800 veh/h.

    The standing queue grows back at 0.5 / (k - 1/30) = 2.143 m/s; from 460 s on it discharges at saturation and its
    head runs back at w = 5 m/s; they meet 225 m upstream at 505 s. Counts within 1.5 vehicles of Newell's: 150 m
    upstream 10 vehicles are held up (from 470 to 490 s), beyond 225 m nobody.
    """
    changes = pd.DataFrame(
        {"link_id": [N_CELLS - 1] * 2, "time_s": [400.0, 460.0], "capacity_veh_per_h": [0.0, 3600.0]}
    )
    time_s, passed = _counts_at_link_ends(changes, 0.5, 900.0)
    at_red = 0.5 * (400.0 - N_CELLS * CELL_M / V)
    exact = _exact_counts(time_s, 0.5, lambda t: np.where(t < 400.0, np.inf, at_red + S * np.maximum(t - 460.0, 0.0)))
    assert np.abs(passed - exact).max() <= 1.5
    undisturbed = np.maximum(0.5 * (time_s[:, None] - np.arange(1, N_CELLS + 1) * CELL_M / V), 0.0)
    held_up = (undisturbed - passed).max(axis=0)
    assert held_up[-2] == pytest.approx(0.5 * (60.0 + CELL_M / W - CELL_M / (0.5 / (K - 0.5 / V))), abs=1.5)
    assert (held_up[: N_CELLS - 2] < 1.6).all()


def test_spillback_over_three_links() -> None:
    """
    A link of 600 veh/h after three of 300 m; 1,200 veh/h want to enter.

    Once the queue has filled the three links, the first is entered at the rate of the bottleneck, N_in(t) =
    N_out(t - 900 m / w) + k 900 m; within one vehicle a link. Before, it is entered as asked.
    """
    links = road(4, length_m=300.0, free_speed_mps=12.5, capacity_veh_per_h=[1800.0, 1800.0, 600.0, 1800.0])
    links["saturation_flow_veh_per_h"] = 1800.0
    wave_mps = 0.5 / (1 / 7.5 - 0.5 / 12.5)
    found = load_network(links, trips_on(range(4), np.arange(1200) * 3.0), bin_s=10.0, horizon_s=3600.0)
    entered = np.cumsum(found.counts.inflow_veh[:, 0])
    time_s = np.arange(1, 361) * 10.0
    let_out = np.maximum((time_s - 900.0 / wave_mps - 72.0) / 6.0, 0.0)
    exact = np.minimum(time_s / 3.0, let_out + 900.0 / 7.5)
    assert np.abs(entered - exact).max() <= 3.0
    assert found.counts.inflow_veh[-100:, 0].sum() == pytest.approx(1000.0 / 6.0, abs=1.0)
    assert found.forced_moves == 0


def _merge(demands: list[float]) -> tuple[pd.Series, FloatArray]:
    """
    Approaches of 3 lanes and 1 lane into 2 lanes, 900 veh/h a lane.

    Returns the flows over the second half hour [veh/h], and the delays of those that have arrived [s].
    """
    links = pd.DataFrame(
        {
            "link_id": [0, 1, 2],
            "from_node_id": [0, 1, 2],
            "to_node_id": [2, 2, 3],
            "length_m": 500.0,
            "lanes": [3, 1, 2],
            "free_speed_mps": 12.5,
            "capacity_veh_per_h": [2700.0, 900.0, 1800.0],
        }
    )
    departures = [np.arange(0.0, 3600.0, 3600.0 / demand) for demand in demands]
    trips = pd.concat([trips_on([link, 2], depart_s) for link, depart_s in enumerate(departures)], ignore_index=True)
    found = load_network(links, trips, bin_s=1800.0, horizon_s=3600.0)
    delay_s = found.arrival_s - trips["depart_s"].to_numpy() - 80.0
    flows = found.links[found.links["bin_start_s"] == 1800.0].set_index("link_id")["outflow_veh"] * 2.0
    return flows, delay_s[np.isfinite(delay_s)]


def test_merge_of_two_saturated_approaches_shares_by_capacity() -> None:
    """
    3 lanes and 1 lane, both queued, into 2 lanes of 900 veh/h: 1,800 x 3/4 and 1,800 x 1/4.

    Source: Daganzo (1995), "The cell transmission model, part II", Transportation Research B 29, with priorities by
    capacity. Within 0.5 %.
    """
    flows, _ = _merge([2700.0, 900.0])
    assert flows[0] == pytest.approx(1350.0, rel=0.005)
    assert flows[1] == pytest.approx(450.0, rel=0.005)


def test_merge_where_one_approach_asks_for_less_than_its_share() -> None:
    """300 veh/h of a share of 450 get through without a queue; the other approach has the rest, 1,500 (Daganzo)."""
    flows, _ = _merge([2700.0, 300.0])
    assert flows[1] == pytest.approx(300.0, rel=0.01)
    assert flows[0] == pytest.approx(1500.0, rel=0.005)


def test_merge_where_the_larger_approach_asks_for_less_than_its_share() -> None:
    """1,000 veh/h of a share of 1,350 pass; the small approach has the rest, 800 (Daganzo)."""
    flows, _ = _merge([1000.0, 900.0])
    assert flows[0] == pytest.approx(1000.0, rel=0.005)
    assert flows[1] == pytest.approx(800.0, rel=0.005)


def test_merge_below_capacity_delays_nobody_for_long() -> None:
    """1,000 and 500 veh/h into 1,800: all pass, and nobody waits longer than two headways of 2 s."""
    flows, delay_s = _merge([1000.0, 500.0])
    assert flows.tolist() == pytest.approx([1000.0, 500.0, 1500.0], rel=0.005)
    assert delay_s.max() <= 4.0


@pytest.mark.parametrize("length_m", [5.0, 7.5, 12.0, 20.0, 37.0, 80.0, 150.0, 333.0, 500.0])
@pytest.mark.parametrize(
    ("lanes", "saturation", "green"), [(1, 1800.0, 1.0), (1, 1700.0, 0.4), (2, 3500.0, 0.45), (3, 5400.0, 1.0)]
)
def test_links_of_any_length_carry_their_capacity(length_m: float, lanes: int, saturation: float, green: float) -> None:
    """
    Q = g s, with and without a signal of 90 s cycle, whatever the length; within 0.5 %.

    The storage k L alone would choke a short link: N is raised to q (L/v + D + L/w). Measured at the stop line of a
    link between two long ones, while vehicles wait to enter it.
    """
    q = saturation * green
    links = road(
        3,
        length_m=[500.0, length_m, 500.0],
        lanes=lanes,
        free_speed_mps=50 / 3.6,
        capacity_veh_per_h=[saturation, q, saturation],
        saturation_flow_veh_per_h=saturation,
        signal_delay_s=[0.0, 90.0 * (1 - green) ** 2 / 2, 0.0],
    )
    depart_s = np.arange(0.0, 3600.0, 3600.0 / (1.1 * q))
    counts = load_network(links, trips_on(range(3), depart_s), bin_s=1800.0, horizon_s=3600.0).counts
    assert counts.outflow_veh[1, 1] * 2.0 == pytest.approx(q, rel=0.005)


def test_a_chain_of_short_links_carries_capacity_too() -> None:
    """Twenty links of 13 m, none a whole number of vehicles, at exactly saturation: 1,800 veh/h, within 0.5 %."""
    links = road(20, length_m=13.0, free_speed_mps=50 / 3.6, capacity_veh_per_h=1800.0)
    counts = load_network(
        links, trips_on(range(20), np.arange(2200) * 3600 / 2200), bin_s=1800.0, horizon_s=3600.0
    ).counts
    assert counts.outflow_veh[1] * 2.0 == pytest.approx(np.full(20, 1800.0), rel=0.005)


@pytest.mark.parametrize(("length_m", "lanes"), [(8.0, 1), (15.0, 2), (30.0, 1), (30.0, 2)])
def test_a_full_box_of_a_crossing_turns_by_itself(length_m: float, lanes: int) -> None:
    """
    Four short links in a ring, as a crossing of divided roads is drawn, full, each driver bound for the third.

    All move on together and nobody is forced. Eighty vehicles with three stop lines each, four of which serve side by
    side, make 60 rounds: at least the headway each, at most that, the drive over a link and a gap's way back at 5 m/s.
    """
    links = road(4, length_m=length_m, free_speed_mps=10.0, capacity_veh_per_h=1800.0 * lanes)
    links["lanes"] = lanes
    links["to_node_id"] = [1, 2, 3, 0]
    trips = pd.DataFrame(
        {
            "trip_id": np.arange(80),
            "depart_s": 0.0,
            "route": [[(start + step) % 4 for step in range(3)] for start in np.arange(80) % 4],
        }
    )
    found = load_network(links, trips)
    assert found.forced_moves == 0
    assert found.circle_moves > 0 and found.circle_moves % 4 == 0
    assert np.isfinite(found.arrival_s).all()
    headway_s = 3600.0 / (1800.0 * lanes)
    assert 60.0 * headway_s <= found.arrival_s.max() <= 60.0 * (headway_s + length_m / 10.0 + length_m / 5.0)


def _ring(n_vehicles: int, stuck_time_s: float = 300.0, horizon_s: float | None = None) -> tuple[FloatArray, int]:
    """Four links of 75 m in a ring, 10 vehicles each; everybody goes round three links, all at once."""
    links = road(4, length_m=75.0, free_speed_mps=15.0, capacity_veh_per_h=1800.0)
    links["to_node_id"] = [1, 2, 3, 0]
    routes = [[(start + step) % 4 for step in range(3)] for start in np.arange(n_vehicles) % 4]
    trips = pd.DataFrame({"trip_id": np.arange(n_vehicles), "depart_s": 0.0, "route": routes})
    found = load_network(links, trips, stuck_time_s=stuck_time_s, horizon_s=horizon_s)
    return found.arrival_s, found.forced_moves


def test_gridlock_on_a_ring_resolves_and_is_counted() -> None:
    """
    Forty vehicles fill a ring of four links of ten, each wanting the next: no move is possible.

    After the stuck time the first are forced on, and the ring empties. Without forcing it stands for ever; with room
    to spare nobody is forced.
    """
    arrival_s, forced_moves = _ring(80)
    assert np.isfinite(arrival_s).all()
    assert forced_moves > 0
    assert arrival_s.min() > 300.0
    stuck_s, never_forced = _ring(80, stuck_time_s=float("inf"), horizon_s=20_000.0)
    assert np.isnan(stuck_s).all()
    assert never_forced == 0
    assert _ring(20)[1] == 0
