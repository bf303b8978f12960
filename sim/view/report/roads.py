"""Streets of the page: lines in metres on a flat map, and how fast each link was in each quarter of an hour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.network.road_network import METRES_PER_DEGREE
from sim.units import mps_to_kph
from sim.view.run_folder import RunFolder

FASTEST = 250
"""Speed code of free flow and above; 255 means that nobody drove there."""

NOBODY = 255
BINS_MOST = 20_000_000
"""Cells of the speed layer at most; where there are more, quarters of an hour become hours."""


class FlatGround:
    """
    Whole decimetres east and north of the south-west corner of the streets.

    Parameters
    ----------
    lines
        All streets, WGS84.
    """

    def __init__(self, lines: NDArray[Any]) -> None:
        self.west, self.south, _east, north = (float(edge) for edge in shapely.total_bounds(lines))
        self.stretch = float(np.cos(np.radians((self.south + north) / 2.0)))

    def flat(self, lon_lat: NDArray[np.float64]) -> NDArray[np.int32]:
        """Decimetres from rows of longitude and latitude."""
        scale = 10.0 * METRES_PER_DEGREE
        metres = (np.asarray(lon_lat, dtype=np.float64).reshape(-1, 2) - (self.west, self.south)) * (
            self.stretch * scale,
            scale,
        )
        return np.rint(np.nan_to_num(metres)).astype(np.int32)


def road_lines(links: pd.DataFrame, ground: FlatGround) -> dict[str, Any]:
    """
    Geometry and attributes of all links.

    Parameters
    ----------
    links
        As `RunFolder.links`.
    ground
        The flat map.
    """
    points, row = shapely.get_coordinates(links["geometry"].to_numpy(), return_index=True)
    flat = ground.flat(points)
    starts = np.searchsorted(row, np.arange(len(links) + 1)).astype(np.int32)
    classes, class_of = _numbered(links["road_class"])
    names, name_of = _numbered(links["name"].fillna(""))
    return {
        "x": np.ascontiguousarray(flat[:, 0]),
        "y": np.ascontiguousarray(flat[:, 1]),
        "starts": starts,
        "link_id": links["link_id"].to_numpy().astype(np.int32)
        if links["link_id"].max() < 2**31
        else np.arange(len(links), dtype=np.int32),
        "classes": classes,
        "class": class_of,
        "names": names,
        "name": name_of,
        "free_kph": np.rint([mps_to_kph(speed) for speed in links["free_speed_mps"]]).clip(0, 255).astype(np.uint8),
        "lanes": np.rint(links["lanes"].to_numpy()).clip(0, 255).astype(np.uint8),
        "length_dm": np.rint(links["length_m"].to_numpy() * 10.0).astype(np.int32),
        "capacity": np.rint(links["capacity_veh_per_h"].to_numpy()).astype(np.int32),
    }


def speed_layer(run: RunFolder, row_of: pd.Series[int]) -> dict[str, Any] | None:
    """
    Speed over free speed by link and bin, as codes 0 to 250, and vehicles by link and bin; None without traffic.

    Parameters
    ----------
    run
        The run.
    row_of
        Row of each link_id.
    """
    table = run.table("links")
    table = table[(table["travel_time_s"] > 0.0) & table["link_id"].isin(row_of.index)]
    if table.empty:
        return None
    bin_s = float(table["bin_s"].iloc[0])
    first = int(table["bin_start_s"].min() // bin_s)
    bins = int(table["bin_start_s"].max() // bin_s) - first + 1
    if len(row_of) * bins > BINS_MOST:
        together = max(1, round(3600.0 / bin_s))
        bin_s *= together
        first, bins = int(first // together), -(-bins // together) + 1
    row = row_of.reindex(table["link_id"]).to_numpy(dtype=np.int64)
    column = (table["bin_start_s"].to_numpy() // bin_s).astype(np.int64) - first
    vehicles = table["inflow_veh"].to_numpy(dtype=np.float64)
    free_s = (run.links["length_m"] / run.links["free_speed_mps"]).to_numpy()[row]
    ratio = np.clip(free_s / table["travel_time_s"].to_numpy(), 0.0, 1.0)
    weight = np.zeros((len(row_of), bins))
    total = np.zeros((len(row_of), bins))
    np.add.at(weight, (row, column), vehicles)
    np.add.at(total, (row, column), ratio * vehicles)
    codes = np.full(weight.shape, NOBODY, dtype=np.uint8)
    driven = weight > 0.0
    codes[driven] = np.rint(total[driven] / weight[driven] * FASTEST).astype(np.uint8)
    return {
        "bin_s": bin_s,
        "first_s": first * bin_s,
        "bins": bins,
        "codes": codes,  # rows are links
        "veh": np.rint(weight.sum(axis=1)).astype(np.int32),
        "vans": np.bincount(row, table["vans"].to_numpy(dtype=np.float64), minlength=len(row_of)).astype(np.int32),
    }


def _numbered(values: pd.Series[Any]) -> tuple[list[str], NDArray[np.int32]]:
    codes, names = pd.factorize(values.astype(str))
    return [str(name) for name in names], codes.astype(np.int32)
