"""Links and trips as the peers get them; left out where a peer is not installed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from sim.bench.bottleneck import bottleneck
from sim.bench.case import TRIPS_PER_ROUTE, Case
from sim.bench.comparison import build_case
from sim.bench.own_engine import run_own
from sim.bench.sumo_meso import run_sumo, write_network, write_routes
from sim.bench.uxsim_peer import build_world, run_uxsim

pytestmark = pytest.mark.slow

needs_sumo = pytest.mark.skipif(find_spec("sumo") is None, reason="eclipse-sumo is not installed")
needs_uxsim = pytest.mark.skipif(find_spec("uxsim") is None, reason="uxsim is not installed")


@pytest.fixture(scope="module")
def grid() -> Case:
    """A thousand trips on a grid of eight by eight crossings."""
    return build_case("grid8:1000")


@needs_sumo
def test_sumo_gets_every_link_with_its_length_lanes_and_speed(grid: Case, tmp_path: Path) -> None:
    """One edge a link, and a way from each edge to each that starts where it ends."""
    root = ET.parse(write_network(grid, tmp_path)).getroot()
    edges = {edge.attrib["id"]: edge for edge in root.iter("edge") if edge.get("function") is None}
    assert sorted(edges) == sorted(f"e{row}" for row in range(grid.n_links))
    for row in range(grid.n_links):
        lanes = edges[f"e{row}"].findall("lane")
        assert len(lanes) == grid.lanes[row]
        assert float(lanes[0].attrib["length"]) == pytest.approx(grid.length_m[row], abs=0.01)
        assert float(lanes[0].attrib["speed"]) == pytest.approx(grid.free_speed_mps[row], abs=0.01)
    ways = {(way.attrib["from"], way.attrib["to"]) for way in root.iter("connection")}
    meant = {
        (f"e{row}", f"e{other}")
        for row in range(grid.n_links)
        for other in np.flatnonzero(grid.from_node == grid.to_node[row])
    }
    assert meant <= ways


@needs_sumo
def test_sumo_gets_every_trip_with_its_route_and_departure(grid: Case, tmp_path: Path) -> None:
    """As many vehicles as trips, each on the route of its group."""
    root = ET.parse(write_routes(grid, tmp_path / "routes.xml")).getroot()
    vehicles = root.findall("vehicle")
    assert len(vehicles) == grid.n_trips
    routes = {route.attrib["id"]: route.attrib["edges"].split() for route in root.findall("route")}
    trips = grid.trips()
    for vehicle in vehicles[::97]:
        trip = int(vehicle.attrib["id"])
        links = trips.routes_flat[trips.route_start[trip] : trips.route_start[trip + 1]]
        assert routes[vehicle.attrib["route"]] == [f"e{link}" for link in links]
        assert float(vehicle.attrib["depart"]) == grid.depart_s[trip]


@needs_uxsim
@pytest.mark.parametrize("platoon", [1, TRIPS_PER_ROUTE])
def test_uxsim_gets_every_link_and_trip(grid: Case, platoon: int) -> None:
    """One link a link; vehicles times their size are the trips, whatever the size."""
    world, vehicles, depart_s = build_world(grid, platoon, grid.horizon_s)
    assert len(world.LINKS) == grid.n_links
    assert len(vehicles) * platoon == len(depart_s) * platoon == grid.n_trips
    assert world.LINKS[3].length == grid.length_m[3]
    assert world.LINKS[3].capacity_out * 3600.0 == pytest.approx(grid.capacity_veh_per_h[3])
    driven = np.zeros(grid.n_links)
    for vehicle in vehicles:
        driven[[link.id for link in vehicle.specified_route]] += platoon
    np.testing.assert_array_equal(driven, grid.volumes())


@needs_sumo
def test_sumo_has_the_bottleneck_that_theory_has(tmp_path: Path) -> None:
    """Capacities are matched: mean travel time within half a per cent of the exact one."""
    outcome = run_sumo(bottleneck(), tmp_path)
    assert outcome.mean_travel_s == pytest.approx(680.0, rel=0.005)
    assert (outcome.arrived, outcome.forced_moves) == (700, 0)
    assert outcome.peak_memory_mb > 10.0


@needs_uxsim
@pytest.mark.parametrize("platoon", [1, TRIPS_PER_ROUTE])
def test_uxsim_has_the_bottleneck_that_theory_has(platoon: int) -> None:
    """Capacities are matched: mean travel time within half a per cent of the exact one."""
    outcome = run_uxsim(bottleneck(), platoon, 3600.0)
    assert outcome.mean_travel_s == pytest.approx(680.0, rel=0.005)
    assert outcome.arrived == 700


@needs_sumo
@needs_uxsim
def test_mean_travel_times_agree_on_a_grid(grid: Case, tmp_path: Path) -> None:
    """All trips arrive everywhere; ours is within 1 % of SUMO or UXsim, or between them."""
    own, sumo = run_own(grid), run_sumo(grid, tmp_path)
    uxsim = run_uxsim(grid, 1, own.end_s + 300.0)
    assert own.arrived == sumo.arrived == uxsim.arrived == grid.n_trips
    means = np.array([sumo.mean_travel_s, uxsim.mean_travel_s])
    is_near = (np.abs(means / own.mean_travel_s - 1.0) <= 0.01).any()
    assert is_near or means.min() <= own.mean_travel_s <= means.max()
