"""A grid has the links that its rows and columns say, of the length that its spacing says."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.network import grid_network, links_in_zone
from sim.network.grid import GridParams
from sim.network.road_classes import road_class_of


@settings(max_examples=15, deadline=None)
@given(rows=st.integers(2, 6), columns=st.integers(2, 6), spacing_m=st.sampled_from([50.0, 200.0, 333.0]))
def test_counts_and_lengths(rows: int, columns: int, spacing_m: float) -> None:
    """A grid of n x m nodes has 2 (n (m - 1) + m (n - 1)) links, each one spacing long, and is strongly connected."""
    network = grid_network(GridParams(rows=rows, columns=columns, spacing_m=spacing_m))
    assert network.n_nodes == rows * columns
    assert network.n_links == 2 * (rows * (columns - 1) + columns * (rows - 1))
    assert np.all(network.length_m == spacing_m)
    assert nx.is_strongly_connected(network.to_graph())


def test_signals_stand_where_arterials_cross() -> None:
    """Of 4 x 4 crossings of arterials in the 10 x 10 grid, the four corners need no signal."""
    network = grid_network()
    assert int(network.nodes["is_signal"].sum()) == 12
    is_signalised = network.signal_delay_s > 0
    assert np.array_equal(is_signalised, network.nodes["is_signal"].to_numpy()[network.to_node])


def test_grid_without_signals_passes_what_its_classes_carry() -> None:
    """Without signals a lane carries what its class says, within the saturation flow, and there is no delay."""
    network = grid_network(GridParams(is_signalised=False))
    by_lane = {road_class_of(name).capacity_veh_per_h_lane for name in network.links["road_class"]}
    assert set(network.capacity_veh_per_h / network.lanes) == by_lane
    assert np.all(network.capacity_veh_per_h <= network.saturation_flow_veh_per_h)
    assert not network.signal_delay_s.any()


def test_most_shops_lie_in_the_centre_and_no_hub_does() -> None:
    """The zone `centre` holds more than half of the shops and none of the hubs."""
    network = grid_network()
    inside = links_in_zone(network, "centre")
    assert inside[network.places_of("shop")["link"]].mean() > 0.5
    assert not inside[network.places_of("hub")["link"]].any()


def test_street_speed_reaches_the_links() -> None:
    """36 km/h on a grid without arterials are 10 m/s on every link."""
    network = grid_network(GridParams(rows=3, columns=3, arterial_every=0, free_speed_kph=36.0))
    assert np.allclose(network.free_speed_mps, 10.0)


def test_one_row_is_no_grid() -> None:
    """A grid needs two rows and two columns."""
    with pytest.raises(ValidationError, match="rows"):
        GridParams(rows=1)
