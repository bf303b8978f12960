"""
Counts and speeds measured on the street, held against those of a run.

A count belongs to a link and an hour; the model's is the number of vehicles, cars and vans, that entered the link in
that hour. A speed is that of the mean travel time of those vehicles over the length of the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.contracts import FloatArray
from sim.errors import CountsError, ResultsError
from sim.measures.tables import read_table
from sim.units import SECONDS_PER_HOUR, mps_to_kph
from sim.user_table import UserColumn, UserTable

GOOD_GEH = 5.0
"""
A count is met when its GEH is below this [-].

Source: Department for Transport (2020), TAG unit M3.1, Highway Assignment Modelling, table 2: a GEH below 5 for
individual flows in more than 85 % of cases.
"""

COUNT_COLUMNS: tuple[UserColumn, ...] = (
    UserColumn("link_id", "Link", "the link_id of a link of the network", "17"),
    UserColumn("hour", "Hour that starts then, counted from midnight", "a whole number from 0 to 47", "8"),
    UserColumn("count_veh", "Vehicles in that hour", "a number from 0 to 50,000", "830", False),
    UserColumn("speed_kph", "Mean speed in that hour [km/h]", "a number above 0, up to 200", "27.5", False),
)
"""Columns of a table of counts; it has one of the last two or both, and each row fills at least one of them."""


@dataclass(frozen=True, slots=True)
class CountsComparison:
    """
    Counts and speeds beside those of a run.

    Parameters
    ----------
    table
        One row a link and hour: `link_id, hour, count_veh, model_veh, difference_veh, geh, speed_kph, model_kph,
        difference_kph`; missing where nothing was measured, or nobody drove.
    summary
        Indicators of the whole: how many, totals, share with GEH below 5, root-mean-square errors, R2. None where
        undefined.
    """

    table: pd.DataFrame
    summary: dict[str, float | None]

    @property
    def share_good(self) -> float | None:
        """Share of the counts with GEH below 5 [-]; None without counts."""
        return self.summary["share_geh_below_5"]


def geh(model_veh: ArrayLike, count_veh: ArrayLike) -> FloatArray:
    """
    GEH statistic of hourly volumes [-].

    Parameters
    ----------
    model_veh, count_veh
        Vehicles in an hour, 0 or more.

    Notes
    -----
    sqrt(2 (M - C)^2 / (M + C)), 0 where both are 0, NaN where one is missing. It forgives a large relative error on
    a small street and a large absolute error on a large one. Source: Department for Transport (2020), TAG unit M3.1,
    Highway Assignment Modelling; named after its author, Geoffrey E. Havers.

    Examples
    --------
    >>> geh([800.0, 0.0], [1000.0, 0.0]).round(3).tolist()
    [6.667, 0.0]
    """
    model, count = np.asarray(model_veh, dtype=np.float64), np.asarray(count_veh, dtype=np.float64)
    total = model + count
    square = np.divide(2.0 * (model - count) ** 2, total, out=np.asarray(0.0 * total), where=total > 0.0)
    return np.asarray(np.sqrt(square), dtype=np.float64)


def read_counts(path: Path | str, link_ids: ArrayLike) -> pd.DataFrame:
    """
    Counts and speeds of a user, by link and hour.

    Parameters
    ----------
    path
        CSV or Parquet file with the columns `COUNT_COLUMNS`.
    link_ids
        Links that there are.

    Returns
    -------
    pandas.DataFrame
        `link_id, hour, count_veh, speed_kph` in the order of link and hour, NaN where nothing was measured.

    Raises
    ------
    CountsError
        With every fault: missing columns, unknown links, hours out of range, counts that are negative or no
        numbers, rows without count and speed, a link and hour given twice.
    """
    table = UserTable(path, COUNT_COLUMNS, CountsError)
    if not table.has("count_veh") and not table.has("speed_kph"):
        table.refuse_table("neither a column count_veh nor speed_kph", "one of them or both")
        table.raise_any()
    empty = np.full(len(table), np.nan)
    link = table.numbers("link_id", is_whole=True)
    known = np.isin(link, np.asarray(link_ids, dtype=np.float64))
    table.refuse("link_id", ~np.isnan(link) & ~known)
    hour = table.numbers("hour", 0.0, 47.0, is_whole=True)
    count = table.numbers("count_veh", 0.0, 50_000.0, may_be_empty=True) if table.has("count_veh") else empty
    speed = table.numbers("speed_kph", 1e-9, 200.0, may_be_empty=True) if table.has("speed_kph") else empty
    table.raise_any()
    name = "count_veh" if table.has("count_veh") else "speed_kph"
    table.refuse(name, np.isnan(count) & np.isnan(speed), "a count or a speed in each row")
    counts = pd.DataFrame(
        {"link_id": link.astype(np.int64), "hour": hour.astype(np.int64), "count_veh": count, "speed_kph": speed}
    )
    is_again = counts.duplicated(["link_id", "hour"]).to_numpy(dtype=bool)
    table.refuse("link_id, hour", is_again, "each link and hour once")
    table.raise_any()
    return counts.sort_values(["link_id", "hour"], ignore_index=True)


def model_by_hour(links: pd.DataFrame, network_links: pd.DataFrame, *, sample: float = 1.0) -> pd.DataFrame:
    """
    Vehicles and speeds of a run by link and hour.

    Parameters
    ----------
    links, network_links
        Result tables of these names.
    sample
        Share of the cars that `links` holds [-]; each stands for 1 / sample. Vans are all there. A run's own table
        holds all that its sample stands for.

    Returns
    -------
    pandas.DataFrame
        `link_id, hour, model_veh, model_kph`; hours in which nobody entered the link may be missing.

    Raises
    ------
    ResultsError
        If a time bin reaches over the end of an hour.
    """
    hour = (links["bin_start_s"] // SECONDS_PER_HOUR).astype(np.int64)
    if (links["bin_start_s"] + links["bin_s"] > (hour + 1) * SECONDS_PER_HOUR + 1e-6).any():
        widest = links["bin_s"].max()
        raise ResultsError(f"links: found time bins of {widest:g} s, expected bins that divide an hour")
    veh = links["inflow_veh"].to_numpy(np.float64)
    if sample != 1.0:
        vans = links["vans"].to_numpy(np.float64)
        veh = (veh - vans) / sample + vans
    time_s = links["travel_time_s"].to_numpy(np.float64)
    timed = np.isfinite(time_s) & (time_s > 0.0)
    sums = (
        pd.DataFrame(
            {
                "link_id": links["link_id"],
                "hour": hour,
                "model_veh": veh,
                "timed_veh": np.where(timed, veh, 0.0),
                "vehicle_s": np.where(timed, veh * time_s, 0.0),
            }
        )
        .groupby(["link_id", "hour"], as_index=False)
        .sum()
    )
    length_m = network_links.set_index("link_id")["length_m"].reindex(sums["link_id"]).to_numpy(np.float64)
    vehicle_s = sums["vehicle_s"].to_numpy(np.float64)
    metres = length_m * sums["timed_veh"].to_numpy(np.float64)
    speed_mps = np.divide(metres, vehicle_s, out=np.full(len(sums), np.nan), where=vehicle_s > 0.0)
    return sums[["link_id", "hour", "model_veh"]].assign(model_kph=mps_to_kph(1.0) * speed_mps)


def compare_counts(counts: pd.DataFrame, model: pd.DataFrame) -> CountsComparison:
    """
    Counts and speeds beside those of a run.

    Parameters
    ----------
    counts
        As from `read_counts`.
    model
        As from `model_by_hour`; where it has no row, no vehicle passed.
    """
    table = counts.merge(model, how="left", on=["link_id", "hour"], validate="one_to_one")
    table["model_veh"] = table["model_veh"].fillna(0.0)
    table["difference_veh"] = table["model_veh"] - table["count_veh"]
    table["geh"] = geh(table["model_veh"], table["count_veh"])
    table["difference_kph"] = table["model_kph"] - table["speed_kph"]
    order = ("link_id", "hour", "count_veh", "model_veh", "difference_veh", "geh")
    table = table[[*order, "speed_kph", "model_kph", "difference_kph"]]
    return CountsComparison(table, _summary(table))


def compare_run_with_counts(run: Path | str, path: Path | str) -> CountsComparison:
    """
    A file of counts beside the run of a folder.

    Parameters
    ----------
    run
        Folder of the run, with `links.parquet` and `network_links.parquet`.
    path
        File for `read_counts`.

    Raises
    ------
    ResultsError
        If the folder lacks these tables, or no traffic was recorded.
    CountsError
        If the counts cannot be used.
    """
    network_links = read_table(run, "network_links")
    links = read_table(run, "links")
    if links.empty:
        raise ResultsError(f"{run}: found no traffic in links.parquet, expected a run with cars")
    return compare_counts(read_counts(path, network_links["link_id"]), model_by_hour(links, network_links))


def without_vans(counts: pd.DataFrame, run: Path | str) -> pd.DataFrame:
    """
    Counts less the vans of a run on these links in these hours, so that cars are left.

    Parameters
    ----------
    counts
        As from `read_counts`.
    run
        Folder of a run with the vans that were among the vehicles counted.

    Raises
    ------
    ResultsError
        If the folder lacks the table `links`.
    """
    links = read_table(run, "links")
    hour = (links["bin_start_s"] // SECONDS_PER_HOUR).astype(np.int64)
    vans = links["vans"].groupby([links["link_id"], hour]).sum()
    passed = vans.reindex(pd.MultiIndex.from_frame(counts[["link_id", "hour"]]), fill_value=0).to_numpy(np.float64)
    return counts.assign(count_veh=(counts["count_veh"] - passed).clip(lower=0.0))


def _summary(table: pd.DataFrame) -> dict[str, float | None]:
    counted = table[table["count_veh"].notna()]
    timed = table[table["speed_kph"].notna() & table["model_kph"].notna()]
    count, model = (counted[name].to_numpy(np.float64) for name in ("count_veh", "model_veh"))
    rmse_veh = _rmse(model, count)
    mean = float(count.mean()) if len(count) else 0.0
    speed, model_kph = (timed[name].to_numpy(np.float64) for name in ("speed_kph", "model_kph"))
    return {
        "counts": len(counted),
        "counted_veh": float(count.sum()),
        "model_veh": float(model.sum()),
        "share_geh_below_5": float((counted["geh"] < GOOD_GEH).mean()) if len(counted) else None,
        "mean_geh": float(counted["geh"].mean()) if len(counted) else None,
        "rmse_veh": rmse_veh,
        "rmse_share_of_mean": rmse_veh / mean if rmse_veh is not None and mean > 0.0 else None,
        "r2_counts": _r2(model, count),
        "speeds": len(timed),
        "mean_difference_kph": float((model_kph - speed).mean()) if len(timed) else None,
        "rmse_kph": _rmse(model_kph, speed),
        "r2_speeds": _r2(model_kph, speed),
    }


def _rmse(model: FloatArray, measured: FloatArray) -> float | None:
    return float(np.sqrt(np.mean((model - measured) ** 2))) if len(measured) else None


def _r2(model: FloatArray, measured: FloatArray) -> float | None:
    """Share of the variance of the measurements that the model explains; below 0 when their mean does better."""
    spread = float(((measured - measured.mean()) ** 2).sum()) if len(measured) else 0.0
    return 1.0 - float(((model - measured) ** 2).sum()) / spread if spread > 0.0 else None
