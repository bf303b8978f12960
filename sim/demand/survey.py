"""Shops from a survey: a CSV or GeoJSON table read with every fault reported at once."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from sim.contracts import LinkArray
from sim.demand.survey_file import SurveyFaults, shown, survey_rows
from sim.demand.survey_schema import SURVEY_COLUMNS, CellValue, SurveyColumn
from sim.network import RoadNetwork, distance_to_links_m, find_links_near
from sim.network.places import may_stop
from sim.units import s_to_clock

FURTHEST_FROM_STREET_M = 1000.0
"""A shop further than this from every street is outside the map [m]. Assumption."""

_NAMES = [column.name for column in SURVEY_COLUMNS]


def read_survey(path: str | Path, network: RoadNetwork) -> pd.DataFrame:
    """
    The shops of a survey table on a road network.

    Parameters
    ----------
    path
        CSV or GeoJSON file, UTF-8 or GB18030; columns as in `docs/survey.md`.
    network
        Road network; each shop is put on the nearest link.

    Returns
    -------
    pandas.DataFrame
        `shop_id, name, shop_type, lon, lat, link` and `earliest_s, latest_s, orders_per_week, mean_weight_kg,
        mean_service_s, has_offstreet`, missing where the survey says nothing; in the order of the file.

    Raises
    ------
    SurveyError
        Listing every fault of the file: row, column, what was found, what was expected.
    """
    path = Path(path)
    faults = SurveyFaults(path)
    rows = survey_rows(path, faults)
    table: dict[str, list[CellValue | None]] = {name: [] for name in _NAMES}
    for where, cells in rows:
        for column in SURVEY_COLUMNS:
            table[column.name].append(_value(column, cells, where, faults))
    wheres = [where for where, _ in rows]
    _check_identities(table, wheres, faults)
    _check_windows(table, rows, faults)
    link = _links_of(table, wheres, network, faults)
    faults.raise_any()
    service_min = np.array(table["mean_service_min"], dtype=np.float64)
    return pd.DataFrame(
        {
            "shop_id": np.array(table["shop_id"], dtype=object),
            "name": np.array([name or "" for name in table["name"]], dtype=object),
            "shop_type": np.array(table["shop_type"], dtype=object),
            "lon": np.array(table["lon"], dtype=np.float64),
            "lat": np.array(table["lat"], dtype=np.float64),
            "link": link,
            "earliest_s": np.array(table["delivery_from"], dtype=np.float64),
            "latest_s": np.array(table["delivery_until"], dtype=np.float64),
            "orders_per_week": np.array(table["orders_per_week"], dtype=np.float64),
            "mean_weight_kg": np.array(table["mean_weight_kg"], dtype=np.float64),
            "mean_service_s": service_min * 60.0,
            "has_offstreet": np.array(table["has_offstreet"], dtype=object),
        }
    )


def write_survey_template(path: str | Path) -> None:
    """
    Write an empty survey table: the names of the columns.

    The file starts with a byte order mark, so that spreadsheets read it as UTF-8.
    """
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(_NAMES)


def _value(column: SurveyColumn, cells: dict[str, str], where: str, faults: SurveyFaults) -> CellValue | None:
    cell = cells.get(column.name, "")
    if not cell:
        if column.is_required and column.name in cells:
            faults.add(column.name, where, "an empty cell", column.expected)
        return None
    try:
        return column.read(cell)
    except ValueError:
        faults.add(column.name, where, shown(cell), column.expected)
        return None


def _check_identities(table: dict[str, list[CellValue | None]], wheres: list[str], faults: SurveyFaults) -> None:
    first: dict[CellValue, str] = {}
    for shop_id, where in zip(table["shop_id"], wheres, strict=True):
        if shop_id is not None and first.setdefault(shop_id, where) != where:
            expected = f"a name that no other row has ({first[shop_id]} has it)"
            faults.add("shop_id", where, f"{shop_id!r} again", expected)


def _check_windows(
    table: dict[str, list[CellValue | None]], rows: list[tuple[str, dict[str, str]]], faults: SurveyFaults
) -> None:
    """Faults of windows with one end or none between their ends; an end that cannot be read is a fault already."""
    for start, end, (where, cells) in zip(table["delivery_from"], table["delivery_until"], rows, strict=True):
        if start is not None and end is not None:
            if float(end) <= float(start):
                found = f"{s_to_clock(float(end))}, not after delivery_from {s_to_clock(float(start))}"
                faults.add("delivery_until", where, found, "a window that ends after it begins, on the same day")
            continue
        missing = [column for column in ("delivery_from", "delivery_until") if not cells.get(column)]
        if len(missing) == 1:
            faults.add(missing[0], where, "no clock time", "both ends of a delivery window or none")


def _links_of(
    table: dict[str, list[CellValue | None]], wheres: list[str], network: RoadNetwork, faults: SurveyFaults
) -> LinkArray:
    """Nearest link of each row; faults for positions off the map."""
    lon = np.array(table["lon"], dtype=np.float64)
    lat = np.array(table["lat"], dtype=np.float64)
    known = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat))
    link = np.zeros(len(lon), dtype=np.int32)
    if len(known) == 0:
        return link
    link[known] = find_links_near(network, lon[known], lat[known], is_allowed=may_stop(network))
    distance_m = distance_to_links_m(network, lon[known], lat[known], link[known])
    nodes = network.nodes
    box = (nodes["lon"].min(), nodes["lon"].max(), nodes["lat"].min(), nodes["lat"].max())
    shape = "longitude {:.3f} to {:.3f} and latitude {:.3f} to {:.3f}".format(*box)
    for row, off_m in zip(known.tolist(), distance_m.tolist(), strict=True):
        if off_m > FURTHEST_FROM_STREET_M:
            swapped = box[0] <= lat[row] <= box[1] and box[2] <= lon[row] <= box[3]
            hint = "; lon and lat look swapped" if swapped else f"; {off_m / 1000.0:,.1f} km from the nearest street"
            found = f"{lon[row]:g}, {lat[row]:g}{hint}"
            faults.add("lon, lat", wheres[row], found, f"a place on the map of {network.name}: {shape}")
    return link
