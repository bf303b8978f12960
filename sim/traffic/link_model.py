"""
The parameters of a link: what its length, lanes, speed and capacity mean for single vehicles.

Triangular fundamental diagram with the saturation flow `s` at its apex, free speed `v`, jam density
`k = lanes / 7.5 m`: gaps travel back at `w = s / (k - s / v)`, 4 to 6 m/s in town. The capacity `q` at the stop line
is what is left of `s` after the green share; it never enters `w`, which would make queues crawl.

Sources: Newell (1993), "A simplified theory of kinematic waves in highway traffic", Transportation Research B 27;
Yperman (2007), "The link transmission model for dynamic network loading", PhD thesis, KU Leuven; storage raised for
short links as in MATSim (Horni, Nagel and Axhausen 2016, ch. 50); the delay of a signal that grows with the flow is the
uniform term of Webster (1958), "Traffic signal settings", Road Research Technical Paper 39.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray
from sim.errors import NetworkError, faults_message
from sim.traffic.store import FOREVER, PCU_UNIT
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR

SignalDelay = Literal["constant", "uniform"]

VEHICLE_SPACE_M = 7.5
"""Road taken by a standing passenger car with the gap before it [m]. Source: MATSim's default effective cell size."""

REQUIRED_COLUMNS = (
    "link_id",
    "from_node_id",
    "to_node_id",
    "length_m",
    "lanes",
    "free_speed_mps",
    "capacity_veh_per_h",
)


@dataclass(frozen=True, slots=True)
class LinkParameters:
    """
    Links as the kernels see them; arrays of shape (n_links,).

    Parameters
    ----------
    length_m, lanes
        As in the table of links.
    free_speed_mps
        Free speed [m/s].
    wave_speed_mps
        Speed at which gaps travel back [m/s].
    capacity_veh_per_h
        Capacity at the stop line [veh/h].
    free_time_us
        Least time on the link, signal included [us].
    signal_delay_us
        Delay of a lone vehicle at the signal, part of `free_time_us` [us].
    signal_grows
        Whether that delay grows with the flow.
    wave_time_us
        Time a gap takes from the stop line to the upstream end [us].
    stop_headway_us, entry_headway_us
        Time a passenger car takes at the stop line and at the upstream end [us].
    storage_pcu
        Room on the link [pcu].
    """

    length_m: FloatArray
    lanes: FloatArray
    free_speed_mps: FloatArray
    wave_speed_mps: FloatArray
    capacity_veh_per_h: FloatArray
    free_time_us: IntArray
    signal_delay_us: IntArray
    signal_grows: bool
    wave_time_us: IntArray
    stop_headway_us: IntArray
    entry_headway_us: IntArray
    storage_pcu: FloatArray


def headway_us(flow_veh_per_h: FloatArray) -> IntArray:
    """
    Time that one passenger car takes at a flow [us], FOREVER for a flow of zero.

    Examples
    --------
    >>> headway_us(np.array([900.0, 0.0])).tolist() == [4_000_000, FOREVER]
    True
    """
    flow = np.asarray(flow_veh_per_h, dtype=np.float64)
    headway = np.full(flow.shape, FOREVER, dtype=np.int64)
    positive = flow > 0.0
    per_hour_us = SECONDS_PER_HOUR * MICROSECONDS_PER_SECOND
    headway[positive] = np.clip(np.round(per_hour_us / flow[positive]), 1.0, 1e15).astype(np.int64)
    return headway


def link_parameters(links: pd.DataFrame, *, signal_delay: SignalDelay = "constant") -> LinkParameters:
    """
    Parameters of every link of a table.

    The storage is `k L`, raised where it would choke the link's own capacity: to `q (L/v + D + L/w)`, what is on the
    link with its gaps when it carries `q`, and to one vehicle. A vehicle may enter while less than that is taken, so
    a link holds whole vehicles, rounded up.

    Parameters
    ----------
    links
        Columns `REQUIRED_COLUMNS` and optionally `saturation_flow_veh_per_h` (all lanes, pcu/h; the capacity where it
        is missing) and `signal_delay_s` (delay of a lone vehicle; 0 where it is missing).
    signal_delay
        "constant": every vehicle has the delay of a lone one; "uniform": it grows with the flow as Webster's uniform
        delay does, D / (1 - y) with y the flow over the saturation flow.

    Raises
    ------
    NetworkError
        With all faults: a missing column, a number that is missing, not finite or not above zero, a saturation flow
        below the capacity, or one that the jam density cannot carry at free speed (`s >= k v`).
    """
    missing = [column for column in REQUIRED_COLUMNS if column not in links.columns]
    if missing:
        found = ", ".join(map(str, links.columns))
        raise NetworkError(f"links: missing columns {', '.join(missing)}; found {found}")
    length_m, lanes, speed_mps, capacity = (_numbers(links, column) for column in REQUIRED_COLUMNS[3:])
    saturation = _numbers(links, "saturation_flow_veh_per_h", capacity)
    delay_s = _numbers(links, "signal_delay_s", np.zeros(len(links)))
    _refuse_faults(links, length_m, lanes, speed_mps, capacity, saturation, delay_s)
    jam_per_m = lanes / VEHICLE_SPACE_M
    saturation_per_s = saturation / SECONDS_PER_HOUR
    wave_mps = saturation_per_s / (jam_per_m - saturation_per_s / speed_mps)
    free_s = length_m / speed_mps + delay_s
    grows = signal_delay == "uniform"
    most_delay_s = delay_s / np.maximum(1.0 - capacity / saturation, 0.1) if grows else delay_s
    occupied = capacity / SECONDS_PER_HOUR * (length_m / speed_mps + most_delay_s + length_m / wave_mps)
    return LinkParameters(
        length_m=length_m,
        lanes=lanes,
        free_speed_mps=speed_mps,
        wave_speed_mps=wave_mps,
        capacity_veh_per_h=capacity,
        free_time_us=_microseconds(free_s),
        signal_delay_us=np.minimum(np.round(delay_s * MICROSECONDS_PER_SECOND), 2.0**31 - 1).astype(np.int64),
        signal_grows=grows,
        wave_time_us=_microseconds(length_m / wave_mps),
        stop_headway_us=headway_us(capacity),
        entry_headway_us=headway_us(saturation),
        storage_pcu=np.round(np.maximum(np.maximum(jam_per_m * length_m, occupied), 1.0) * PCU_UNIT) / PCU_UNIT,
    )


def _numbers(links: pd.DataFrame, column: str, default: FloatArray | None = None) -> FloatArray:
    if column not in links.columns and default is not None:
        return default
    numbers: FloatArray = pd.to_numeric(links[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers if default is None else np.where(np.isnan(numbers), default, numbers)


def _microseconds(seconds: FloatArray) -> IntArray:
    """Whole microseconds, at least one, so that no vehicle passes a link in no time."""
    return np.maximum(np.round(seconds * MICROSECONDS_PER_SECOND), 1.0).astype(np.int64)


def _refuse_faults(
    links: pd.DataFrame,
    length_m: FloatArray,
    lanes: FloatArray,
    speed_mps: FloatArray,
    capacity: FloatArray,
    saturation: FloatArray,
    delay_s: FloatArray,
) -> None:
    ids = links["link_id"].to_numpy()
    faults: list[str] = []

    def note(rows: np.ndarray, what: str, found: FloatArray, expected: str) -> None:
        faults.extend(f"link {ids[row]}: {what} is {found[row]:g}, expected {expected}" for row in np.flatnonzero(rows))

    for name, values in zip(REQUIRED_COLUMNS[3:], (length_m, lanes, speed_mps, capacity), strict=True):
        note(~((values > 0.0) & np.isfinite(values)), name, values, "a number above 0")
    note(~((delay_s >= 0.0) & np.isfinite(delay_s)), "signal_delay_s", delay_s, "0 or more")
    note(saturation < capacity * (1.0 - 1e-9), "saturation_flow_veh_per_h", saturation, "at least the capacity")
    if not faults:
        bound = lanes / VEHICLE_SPACE_M * speed_mps * SECONDS_PER_HOUR
        note(
            ~(saturation < bound),
            "saturation_flow_veh_per_h",
            saturation,
            f"less than the lanes carry nose to tail at free speed (lanes / {VEHICLE_SPACE_M} m x free_speed_mps)",
        )
    counts = pd.Series(ids).value_counts()
    faults += [f"link {link}: link_id occurs {count} times" for link, count in counts[counts > 1].items()]
    if faults:
        raise NetworkError(faults_message("links", faults))
