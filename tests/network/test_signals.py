"""Signals: Webster's delay by hand, and which streets a signal faces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.network.signals import SignalParams, neighbours, signal_delay_s, signal_junction, signalised_values

PARAMS = SignalParams()


@pytest.mark.parametrize(("cycle_s", "green_share", "delay_s"), [(100, 0.5, 12.5), (90, 1.0, 0.0), (60, 0.7, 2.7)])
def test_delay_by_hand(cycle_s: float, green_share: float, delay_s: float) -> None:
    """A vehicle that meets red (share 1 - g) waits half of it: C (1 - g) (1 - g) / 2."""
    assert signal_delay_s(cycle_s, green_share) == pytest.approx(delay_s)


@given(st.floats(0.05, 0.95))
def test_delay_is_the_mean_over_arrivals(green_share: float) -> None:
    """The formula is the mean wait of arrivals spread evenly over the cycle."""
    arrival = (np.arange(20_000) + 0.5) / 20_000
    wait = np.maximum(1.0 - green_share - arrival, 0.0)  # red first, then green
    assert float(signal_delay_s(1.0, green_share)) == pytest.approx(wait.mean(), abs=1e-4)


def cross(road_class: list[str]) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Four arms of 100 m that lead to node 0, each with a link out again; classes of the arms."""
    to_centre = [(arm, 0) for arm in (1, 2, 3, 4)]
    ends = np.array(to_centre + [(b, a) for a, b in to_centre], dtype=np.int32)
    links = pd.DataFrame(
        {"road_class": road_class * 2, "length_m": 100.0, "lanes": 1.0, "capacity_veh_per_h": 1000.0},
        index=range(8),
    )
    return links, ends[:, 0], ends[:, 1]


def values(links: pd.DataFrame, from_node: np.ndarray, to_node: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Capacity and delay of the cross with a signal at node 0."""
    is_signal = np.arange(5) == 0
    return signalised_values(
        links,
        from_node=from_node,
        to_node=to_node,
        is_signal_node=is_signal,
        is_signalised=is_signal[to_node],
        params=PARAMS,
    )


def test_the_larger_road_gets_more_green() -> None:
    """Primary crossing residential: 55 % and 35 % of 1,500 veh/h; links away from the signal keep all of theirs."""
    capacity, delay_s = values(*cross(["primary", "residential", "primary", "residential"]))
    assert capacity.tolist() == pytest.approx([825, 525, 825, 525, 1000, 1000, 1000, 1000])
    assert delay_s[:2] == pytest.approx([90 * 0.45**2 / 2, 90 * 0.65**2 / 2])
    assert not delay_s[4:].any()


def test_roads_of_one_class_share_evenly() -> None:
    """Four secondary arms get 45 % each of what a lane sheds over the stop line."""
    capacity, _ = values(*cross(["secondary"] * 4))
    assert capacity[:4].tolist() == pytest.approx([675.0] * 4)


def street_to_junction(stop_line_m: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two-way street 1 - 5 - 0 with a signal at node 5, `stop_line_m` before junction 0 with arms 2 and 3."""
    pairs = [(1, 5, 100.0), (5, 0, stop_line_m), (0, 2, 100.0), (0, 3, 100.0)]
    both = pairs + [(b, a, length_m) for a, b, length_m in pairs]
    table = np.array(both)
    return table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2]


def test_signal_at_a_stop_line_serves_the_junction_behind_it() -> None:
    """A signal 10 m before a junction serves it for those who drive there, and not those who come from it."""
    from_node, to_node, length_m = street_to_junction(10.0)
    served = signal_junction(from_node, to_node, length_m, 6, PARAMS)
    assert served[0] == 0  # 1 > 5: stop line
    assert served[5] == -1  # 0 > 5: leaves the junction


def test_signal_far_from_junctions_is_a_pedestrian_crossing() -> None:
    """A signal 80 m from the junction stops both directions at its own node."""
    from_node, to_node, length_m = street_to_junction(80.0)
    served = signal_junction(from_node, to_node, length_m, 6, PARAMS)
    assert served[0] == 5
    assert served[5] == 5


def test_neighbours_count_nodes_and_not_links() -> None:
    """Two-way and double links to one node count once, loops not at all."""
    from_node = np.array([0, 1, 0, 0, 2], dtype=np.int32)
    to_node = np.array([1, 0, 1, 2, 2], dtype=np.int32)
    assert neighbours(from_node, to_node, 3).tolist() == [2, 1, 1]


def test_no_more_passes_the_stop_line_than_the_road_carries() -> None:
    """A lane of 600 veh/h between junctions, 55 % of 1,500 over the stop line: 600. One of 2,000: 55 % of that."""
    links, from_node, to_node = cross(["primary", "residential", "primary", "residential"])
    links["capacity_veh_per_h"] = [600.0, 600.0, 2000.0, 600.0] * 2
    capacity, _ = values(links, from_node, to_node)
    assert capacity[:4].tolist() == pytest.approx([600.0, 525.0, 1100.0, 525.0])
