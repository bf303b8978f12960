"""The assigned day of cars: it settles, does not depend on threads, and is kept by its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sim.contracts import IntArray, LinkArray
from sim.network import GridParams, RoadNetwork, grid_network
from sim.network.path_trees import RouteSet, without_turning_back
from sim.traffic import load_network
from sim.traffic.assigned_day import AssignedDay, DayAssignmentParams, assign_day, links_for_sample
from sim.traffic.assigned_day_cache import assigned_day, assigned_day_key, read_assigned_day
from tests.traffic.roads import road

PARAMS = DayAssignmentParams(
    max_iterations=12,
    relative_gap=0.005,
    first_step=0.4,
    bin_min=15.0,
    warm_iterations=3,
    volume_delay_factor=2.0,
    volume_delay_power=4.0,
    signal_delay="uniform",
    stuck_time_s=300.0,
    horizon_h=24.0,
)


@dataclass
class _Trips:
    origin_link: LinkArray
    target_link: LinkArray
    depart_us: IntArray


def _trips(network: RoadNetwork, n_trips: int, seed: int = 1) -> _Trips:
    """Trips between random links within two hours of the morning."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, network.n_links, (2, n_trips)).astype(np.int32)
    return _Trips(ends[0], ends[1], np.sort(rng.integers(7 * 3_600_000_000, 9 * 3_600_000_000, n_trips)))


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """A grid of streets."""
    return grid_network(GridParams())


@pytest.fixture(scope="module")
def trips(network: RoadNetwork) -> _Trips:
    """Enough cars for queues."""
    return _trips(network, 9000)


@pytest.fixture(scope="module")
def day(network: RoadNetwork, trips: _Trips) -> AssignedDay:
    """These cars, assigned by one thread."""
    return assign_day(network, trips, PARAMS)


def test_gap_falls_in_trend_and_nobody_is_forced_on(day: AssignedDay) -> None:
    """The gap of the second half of the iterations is below that of the first, and all arrive."""
    gaps = np.concatenate([day.warm_gaps, day.gaps])
    half = len(gaps) // 2
    assert gaps[half:].mean() < gaps[:half].mean()
    assert day.relative_gap == day.gaps.min() <= 0.03
    assert day.forced_moves == 0
    assert day.arrived_share == 1.0


def test_routes_lead_from_origin_to_target(day: AssignedDay, network: RoadNetwork, trips: _Trips) -> None:
    """A route runs over the street where it starts and that where it ends, link after link."""
    links, start = day.routes.links, day.routes.start
    inner = np.ones(len(links) - 1, dtype=bool)
    inner[start[1:-1] - 1] = False
    assert (network.to_node[links[:-1]] == network.from_node[links[1:]])[inner].all()
    first, last = links[start[:-1]], links[start[1:] - 1]

    def same_street(a: LinkArray, b: LinkArray) -> np.ndarray:
        ends_a = np.sort(np.stack([network.from_node[a], network.to_node[a]]), axis=0)
        ends_b = np.sort(np.stack([network.from_node[b], network.to_node[b]]), axis=0)
        return (ends_a == ends_b).all(axis=0)

    left_early = network.to_node[trips.origin_link] == network.from_node[first]
    assert (same_street(first, trips.origin_link) | left_early).all()
    assert (
        same_street(last, trips.target_link) | (network.to_node[last] == network.from_node[trips.target_link])
    ).all()


def test_loading_the_day_again_gives_its_travel_times(day: AssignedDay, network: RoadNetwork) -> None:
    """Routes and times belong together: the trips loaded once more lead to the same times."""
    loaded = load_network(network.links, day.trips, horizon_s=24 * 3600.0, signal_delay="uniform")
    n_bins = len(day.times.link_time_us)
    assert (loaded.times.link_time_us[:n_bins] <= day.times.link_time_us).all()
    driven = loaded.counts.inflow_veh[:n_bins] > 0
    assert np.abs(loaded.times.link_time_us[:n_bins] - day.times.link_time_us)[driven].max() <= 1


def test_threads_change_no_byte(day: AssignedDay, network: RoadNetwork, trips: _Trips) -> None:
    """One thread and two give the same routes and the same times."""
    other = assign_day(network, trips, PARAMS, threads=2)
    assert other.routes.links.tobytes() == day.routes.links.tobytes()
    assert other.routes.start.tobytes() == day.routes.start.tobytes()
    assert other.times.link_time_us.tobytes() == day.times.link_time_us.tobytes()
    assert other.gaps.tobytes() == day.gaps.tobytes()


def test_speed_falls_while_cars_drive(day: AssignedDay) -> None:
    """Speeds are at most those of empty links, below them in the busy hours, and unknown when nobody drives."""
    assert np.nanmax(day.speed_ratio) <= 1.0 + 1e-6
    assert np.nanmin(day.speed_ratio) < 0.99
    assert np.isnan(day.speed_ratio[:28]).all()


def test_gap_table_names_the_stage_of_each_iteration(day: AssignedDay) -> None:
    """Gaps of both stages one after the other, each counted from 1."""
    table = day.gap_table()
    assert table["stage"].tolist() == ["volume-delay"] * len(day.warm_gaps) + ["queues"] * len(day.gaps)
    assert table.groupby("stage")["iteration"].max().to_dict() == {
        "queues": len(day.gaps),
        "volume-delay": len(day.warm_gaps),
    }


def test_links_of_a_sample_keep_speed_and_length() -> None:
    """Lanes and flows shrink with the sample to the power 0.75 (a sixteenth: an eighth); lengths and speeds stay."""
    links = road(2, lanes=2, capacity_veh_per_h=900.0, saturation_flow_veh_per_h=1800.0)
    scaled = links_for_sample(links, 1 / 16)
    assert scaled["capacity_veh_per_h"].tolist() == pytest.approx([112.5, 112.5])
    assert scaled["saturation_flow_veh_per_h"].tolist() == pytest.approx([225.0, 225.0])
    assert scaled["lanes"].tolist() == pytest.approx([0.25, 0.25])
    assert scaled["length_m"].tolist() == links["length_m"].tolist()


def test_turns_on_the_own_street_are_left_out() -> None:
    """Links 0 and 1 are one street, 2 and 3 the next: the ways round are cut, a way straight on stays."""

    @dataclass
    class _Graph:
        from_node = np.array([0, 1, 1, 2], dtype=np.int32)
        to_node = np.array([1, 0, 2, 1], dtype=np.int32)
        length_m = np.ones(4)
        out_start = np.array([0, 1, 3, 4], dtype=np.int64)
        out_link = np.arange(4, dtype=np.int32)

    routes = [[1, 0, 2], [0, 2, 3], [0, 1], [0, 2], [2], []]
    flat = np.array([link for route in routes for link in route], dtype=np.int32)
    start = np.concatenate([[0], np.cumsum([len(route) for route in routes])]).astype(np.int64)
    cut = without_turning_back(_Graph(), RouteSet(flat, start))
    assert [cut.of(trip).tolist() for trip in range(len(routes))] == [[0, 2], [0, 2], [1], [0, 2], [2], []]


def _kept(network: RoadNetwork, trips: _Trips, folder: Path) -> tuple[AssignedDay, Path]:
    quick = PARAMS.model_copy(update={"max_iterations": 2, "warm_iterations": 1})
    day = assigned_day(network, trips, quick, cache_dir=folder)
    return day, next((folder / "assigned_days").iterdir())


def _same(one: AssignedDay, other: AssignedDay) -> bool:
    return (
        one.routes.links.tobytes() == other.routes.links.tobytes()
        and one.routes.start.tobytes() == other.routes.start.tobytes()
        and one.times.bin_us == other.times.bin_us
        and one.times.link_time_us.tobytes() == other.times.link_time_us.tobytes()
        and one.speed_ratio.tobytes() == other.speed_ratio.tobytes()
        and one.depart_us.tobytes() == other.depart_us.tobytes()
        and one.gaps.tobytes() == other.gaps.tobytes()
        and (one.forced_moves, one.arrived_share, one.sample) == (other.forced_moves, other.arrived_share, other.sample)
    )


def test_a_kept_day_comes_back_byte_by_byte(network: RoadNetwork, tmp_path: Path) -> None:
    """The second time the day is read, not assigned, and it is the same; no temporary file is left."""
    few = _trips(network, 500)
    day, file = _kept(network, few, tmp_path)
    before = file.stat().st_mtime_ns
    again, _ = _kept(network, few, tmp_path)
    assert _same(day, again)
    assert file.stat().st_mtime_ns == before
    assert [path.suffix for path in file.parent.iterdir()] == [".npz"]


@pytest.mark.parametrize("fault", ["cut", "empty", "byte", "other"])
def test_a_damaged_day_is_made_anew(network: RoadNetwork, tmp_path: Path, fault: str) -> None:
    """A file cut short, emptied, changed in one byte or of another key is rebuilt, to the same bytes."""
    few = _trips(network, 500)
    day, file = _kept(network, few, tmp_path)
    whole = file.read_bytes()
    if fault == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif fault == "empty":
        file.write_bytes(b"")
    elif fault == "byte":
        file.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    else:
        _kept(network, _trips(network, 500, seed=2), tmp_path / "other")
        file.write_bytes(next((tmp_path / "other" / "assigned_days").iterdir()).read_bytes())
    assert read_assigned_day(file, file.stem) is None
    again, _ = _kept(network, few, tmp_path)
    assert _same(day, again)
    assert file.read_bytes() == whole


def test_key_follows_everything_that_matters(network: RoadNetwork) -> None:
    """Another trip, setting, seed or sample is another day."""
    few = _trips(network, 50)
    keys = {
        assigned_day_key(network, few, PARAMS, seed=0, sample=1.0),
        assigned_day_key(network, _trips(network, 50, seed=2), PARAMS, seed=0, sample=1.0),
        assigned_day_key(network, few, PARAMS.model_copy(update={"first_step": 0.3}), seed=0, sample=1.0),
        assigned_day_key(network, few, PARAMS, seed=1, sample=1.0),
        assigned_day_key(network, few, PARAMS, seed=0, sample=0.5),
    }
    assert len(keys) == 5
    assert assigned_day_key(network, few, PARAMS, seed=0, sample=1.0) in keys


def test_a_cache_that_cannot_be_written_is_no_fault(network: RoadNetwork, tmp_path: Path) -> None:
    """Where the folder of the cache is a file, the day is assigned all the same."""
    (tmp_path / "assigned_days").write_text("in the way")
    quick = PARAMS.model_copy(update={"max_iterations": 1, "warm_iterations": 1})
    assert len(assigned_day(network, _trips(network, 50), quick, cache_dir=tmp_path).routes) == 50
