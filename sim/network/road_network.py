"""
The road network: nodes, links, zones and places as tables, and the arrays that models read.

Rows are the identity inside the program: link `l` is row `l` of `links`, node `n` row `n` of `nodes`.
Column names follow the General Modeling Network Specification (GMNS) with units as suffixes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.contracts import FloatArray, IntArray, LinkArray

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

NODE_COLUMNS = ("node_id", "lon", "lat", "x_m", "y_m", "is_signal")
LINK_NUMBERS = (
    "length_m",
    "lanes",
    "free_speed_mps",
    "capacity_veh_per_h",
    "saturation_flow_veh_per_h",
    "signal_delay_s",
)
LINK_COLUMNS = ("link_id", "from_node_id", "to_node_id", *LINK_NUMBERS, "road_class", "name", "geometry")
OPTIONAL_LINK_COLUMNS = ("restrictions",)
"""Kept where a source has them: restrictions for goods vehicles and hours, as JSON of OpenStreetMap's tags."""
ZONE_COLUMNS = ("zone_id", "role", "name", "geometry")
PLACE_COLUMNS = ("place_id", "kind", "type", "name", "lon", "lat", "link", "geometry", "attributes")
PLACE_KINDS = ("shop", "charger", "parking", "loading", "hub", "distribution_centre", "station_site")
METRES_PER_DEGREE = 111_195.0
"""Length of a degree of latitude [m] on a sphere of radius 6,371 km."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """
    A road network with the places on it.

    Parameters
    ----------
    name
        Short name, as the folder is called.
    label
        Name for maps and reports; says SCHEMATIC where the network is no survey of a real one.
    is_schematic
        Whether streets or places are made up.
    crs_metric
        Projected coordinate system of `x_m`, `y_m`, such as `EPSG:32650`.
    nodes, links, zones, places
        Tables with the columns `NODE_COLUMNS`, `LINK_COLUMNS`, `ZONE_COLUMNS`, `PLACE_COLUMNS`; geometry
        and `lon`, `lat` are WGS84. Links may have `OPTIONAL_LINK_COLUMNS` too.
    source, licence
        Where the data come from and under what terms.
    notes
        What was assumed, sampled or dropped when the network was built, one sentence each.
    """

    name: str
    label: str
    is_schematic: bool
    crs_metric: str
    nodes: pd.DataFrame
    links: pd.DataFrame
    zones: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def n_links(self) -> int:
        """Number of links."""
        return len(self.links)

    @cached_property
    def from_node(self) -> LinkArray:
        """Row of the node at which each link starts."""
        return self._node_rows("from_node_id")

    @cached_property
    def to_node(self) -> LinkArray:
        """Row of the node at which each link ends."""
        return self._node_rows("to_node_id")

    @cached_property
    def length_m(self) -> FloatArray:
        """Length [m]."""
        return self._numbers("length_m")

    @cached_property
    def lanes(self) -> FloatArray:
        """Lanes in the direction of travel."""
        return self._numbers("lanes")

    @cached_property
    def road_classes(self) -> tuple[str, ...]:
        """Class of road of each link."""
        return tuple(self.links["road_class"].tolist())

    @cached_property
    def free_speed_mps(self) -> FloatArray:
        """Free-flow speed [m/s]."""
        return self._numbers("free_speed_mps")

    @cached_property
    def capacity_veh_per_h(self) -> FloatArray:
        """Capacity at the stop line after green share, all lanes [veh/h]."""
        return self._numbers("capacity_veh_per_h")

    @cached_property
    def saturation_flow_veh_per_h(self) -> FloatArray:
        """Flow while the light is green, all lanes [veh/h]."""
        return self._numbers("saturation_flow_veh_per_h")

    @cached_property
    def signal_delay_s(self) -> FloatArray:
        """Mean delay of a lone vehicle at the signal at the end of the link [s]."""
        return self._numbers("signal_delay_s")

    @cached_property
    def free_flow_time_s(self) -> FloatArray:
        """Travel time on the empty link, signal included [s]."""
        return _frozen(self.length_m / self.free_speed_mps + self.signal_delay_s)

    @cached_property
    def out_start(self) -> IntArray:
        """Row pointer of `out_link` by node, shape (n_nodes + 1,)."""
        return _row_pointer(self.from_node, self.n_nodes)

    @cached_property
    def out_link(self) -> LinkArray:
        """Links that leave each node, by node and link."""
        return _frozen(np.argsort(self.from_node, kind="stable").astype(np.int32))

    @cached_property
    def in_start(self) -> IntArray:
        """Row pointer of `in_link` by node, shape (n_nodes + 1,)."""
        return _row_pointer(self.to_node, self.n_nodes)

    @cached_property
    def in_link(self) -> LinkArray:
        """Links that enter each node, by node and link."""
        return _frozen(np.argsort(self.to_node, kind="stable").astype(np.int32))

    def places_of(self, kind: str) -> gpd.GeoDataFrame:
        """Places of one kind, in the order of the table."""
        return self.places[self.places["kind"] == kind]

    def zones_of(self, role: str) -> gpd.GeoDataFrame:
        """Zones of one role; empty when the network has none."""
        return self.zones[self.zones["role"] == role]

    def to_graph(self) -> nx.MultiDiGraph[int]:
        """The network as a graph in OSMnx conventions; needs NetworkX."""
        from sim.network.graph import graph_of

        return graph_of(self)

    def sha256(self) -> str:
        """Hash of the content [hex]: equal for equal tables, whatever file holds them."""
        import shapely

        digest = hashlib.sha256()
        digest.update("\x1f".join((self.name, self.label, str(self.is_schematic), self.crs_metric)).encode())
        for table in (self.nodes, self.links, self.zones, self.places):
            digest.update(str(len(table)).encode())
            for column in table.columns:
                digest.update(f"\x1e{column}\x1e".encode())
                values: Any = table[column].to_numpy()
                if column == "geometry":
                    for wkb in shapely.to_wkb(np.asarray(values), byte_order=1):
                        digest.update(wkb)
                elif values.dtype.kind in "iufb":
                    digest.update(np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes())
                else:
                    digest.update("\x1f".join(str(value) for value in values).encode())
        return digest.hexdigest()

    def _numbers(self, column: str) -> FloatArray:
        return _frozen(self.links[column].to_numpy(dtype=np.float64, copy=True))

    def _node_rows(self, column: str) -> LinkArray:
        rows = pd.Index(self.nodes["node_id"]).get_indexer(self.links[column])
        return _frozen(rows.astype(np.int32))


def link_columns(links: pd.DataFrame) -> list[str]:
    """Columns of a table of links that a network keeps, in order."""
    return [*LINK_COLUMNS, *(name for name in OPTIONAL_LINK_COLUMNS if name in links)]


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values


def _row_pointer(rows: LinkArray, n: int) -> IntArray:
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=start[1:])
    return _frozen(start)
