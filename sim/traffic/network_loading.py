"""
Fixed trips through a network: when each arrives, and what happened on each link.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pandas as pd

from sim.contracts import FloatArray, IntArray
from sim.errors import NetworkError, TripError, faults_message
from sim.traffic import kernels as compiled_kernels
from sim.traffic import store as s
from sim.traffic.link_counts import BinnedCounts, link_table
from sim.traffic.link_model import SignalDelay, headway_us, link_parameters
from sim.traffic.new_store import new_store
from sim.traffic.routed_trips import RoutedTrips, pack_trips
from sim.traffic.transmission import LinkTransmission
from sim.traffic.travel_times import BinnedTravelTimes
from sim.units import MICROSECONDS_PER_SECOND, to_us

CHANGE_COLUMNS = ("link_id", "time_s", "capacity_veh_per_h")


@dataclass(frozen=True)
class LoadingResult:
    """
    What came of the trips.

    Parameters
    ----------
    arrival_s
        Arrival of each trip, in the order given [s from midnight]; NaN where it has not arrived by the horizon.
    links
        Counts and travel times by link and bin, in the columns of `links.parquet`.
    forced_moves
        Vehicles forced on after standing for longer than the stuck time; 0 in a sane scenario.
    circle_moves
        Vehicles that moved on together with all others of a full circle of short links, such as the box of a crossing.
    stored_veh
        Vehicles under way at the end: departed and not arrived.
    waiting_veh
        Of those, vehicles held outside their first link.
    counts
        The same counts as arrays, with vehicle-seconds.
    times
        Travel times by bin of entry, those of the empty link where nobody drove.
    traversals
        Links left behind by all vehicles together.
    """

    arrival_s: FloatArray
    links: pd.DataFrame
    forced_moves: int
    circle_moves: int
    stored_veh: int
    waiting_veh: int
    counts: BinnedCounts
    times: BinnedTravelTimes
    traversals: int


def load_network(
    links: pd.DataFrame,
    trips: pd.DataFrame | RoutedTrips,
    capacity_changes: pd.DataFrame | None = None,
    horizon_s: float | None = None,
    stuck_time_s: float = 300.0,
    *,
    bin_s: float = 900.0,
    signal_delay: SignalDelay = "constant",
    kernels: ModuleType = compiled_kernels,
) -> LoadingResult:
    """
    Drive every trip along its route, queues and spillback included.

    Parameters
    ----------
    links
        Columns `link_id, from_node_id, to_node_id, length_m, lanes, free_speed_mps, capacity_veh_per_h` (all lanes, at
        the stop line, after the green share) and optionally `saturation_flow_veh_per_h`, `signal_delay_s`.
    trips
        Columns `trip_id, depart_s, route` (a sequence of `link_id`) and optionally `pcu`; or the same in flat arrays.
    capacity_changes
        Columns `link_id, time_s, capacity_veh_per_h`: the capacity from that time on, 0 for closed.
    horizon_s
        When to stop [s from midnight]; None to run until nobody moves any more.
    stuck_time_s
        A vehicle that stands longer at the head of its link is forced on [s]; infinity for never.
    bin_s
        Width of the bins of `links` [s].
    signal_delay
        Whether the delay at signals is that of a lone vehicle ("constant") or grows with the flow ("uniform").
    kernels
        The compiled kernels, or their plain twin.

    Raises
    ------
    NetworkError
        If links or capacity changes cannot be used; the message names every fault.
    TripError
        If trips cannot be used, or horizon, stuck time or bin are out of range.

    Examples
    --------
    >>> road = pd.DataFrame({"link_id": [0], "from_node_id": [0], "to_node_id": [1], "length_m": [500.0],
    ...                      "lanes": [1], "free_speed_mps": [12.5], "capacity_veh_per_h": [900.0]})
    >>> trips = pd.DataFrame({"trip_id": [0, 1], "depart_s": [0.0, 1.0], "route": [[0], [0]]})
    >>> load_network(road, trips).arrival_s.tolist()
    [40.0, 44.0]
    """
    _refuse_settings(horizon_s, stuck_time_s, bin_s)
    parameters = link_parameters(links, signal_delay=signal_delay)
    ids = links["link_id"].to_numpy()
    from_id, to_id = links["from_node_id"].to_numpy(), links["to_node_id"].to_numpy()
    nodes = pd.factorize(np.concatenate([from_id, to_id]))[0].astype(np.int64)
    routed = RoutedTrips.from_table(trips) if isinstance(trips, pd.DataFrame) else trips
    packed = pack_trips(routed, ids, from_id, to_id)
    last_us = int(packed.departure_us[-1]) if len(packed.departure_us) else 0
    bin_us = to_us(bin_s)
    store = new_store(
        parameters,
        nodes[: len(ids)],
        nodes[len(ids) :],
        packed,
        _changes(capacity_changes, ids),
        closures=(),
        consumption=np.zeros((0, 0, 0)),
        bin_us=bin_us,
        n_bins=(to_us(horizon_s) if horizon_s is not None else last_us) // bin_us + 2,
        stuck_us=min(round(min(stuck_time_s, 1e9) * MICROSECONDS_PER_SECOND), s.FOREVER // 4),
        smallest_pcu=1.0 if routed.pcu is None else float(np.min(routed.pcu, initial=1.0)),
    )
    traffic = LinkTransmission(store, kernels)
    if horizon_s is None:
        traffic.run_until(s.FOREVER)
    else:
        traffic.run_until(to_us(horizon_s), last_bin=max(math.ceil(to_us(horizon_s) / bin_us) - 1, 0))
    return _result(traffic, packed.order, ids, bin_s, parameters.free_time_us)


def _result(
    traffic: LinkTransmission, order: IntArray, ids: IntArray, bin_s: float, free_time_us: IntArray
) -> LoadingResult:
    store = traffic.store
    arrival_s = np.full(len(order), np.nan)
    has_arrived = store.arrival_us >= 0
    arrival_s[order[has_arrived]] = store.arrival_us[has_arrived] / s.MICROSECONDS
    counts = traffic.counts.so_far(store, traffic.now_us)
    on_links = int((store.links[:, s.ENTERED] - store.links[:, s.LEFT]).sum())
    outside = int(store.clock[s.OUTSIDE])
    return LoadingResult(
        arrival_s=arrival_s,
        links=link_table(counts, ids, bin_s),
        forced_moves=int(store.clock[s.FORCED]),
        circle_moves=int(store.clock[s.TURNED]),
        stored_veh=on_links + outside,
        waiting_veh=outside,
        counts=counts,
        times=counts.times(free_time_us, to_us(bin_s)),
        traversals=int(store.links[:, s.LEFT].sum()),
    )


def _refuse_settings(horizon_s: float | None, stuck_time_s: float, bin_s: float) -> None:
    faults = []
    if horizon_s is not None and not (horizon_s >= 0.0 and math.isfinite(horizon_s)):
        faults.append(f"horizon_s is {horizon_s}, expected 0 or more, or None")
    if not stuck_time_s > 0.0:
        faults.append(f"stuck_time_s is {stuck_time_s}, expected above 0; infinity for never")
    if not (bin_s >= 1.0 and math.isfinite(bin_s)):
        faults.append(f"bin_s is {bin_s}, expected 1 or more")
    if faults:
        raise TripError(faults)


def _changes(changes: pd.DataFrame | None, ids: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Times [us], link rows and headways [us] of capacity changes, in order of time."""
    if changes is None:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    missing = [column for column in CHANGE_COLUMNS if column not in changes.columns]
    if missing:
        found = ", ".join(map(str, changes.columns))
        raise NetworkError(f"capacity_changes: missing columns {', '.join(missing)}; found {found}")
    rows = pd.Index(ids).get_indexer(pd.Index(changes["link_id"])).astype(np.int64)
    time_s = pd.to_numeric(changes["time_s"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    capacity = pd.to_numeric(changes["capacity_veh_per_h"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    names = changes["link_id"].to_numpy()
    faults = [f"row {row}: link {names[row]} is unknown" for row in np.flatnonzero(rows < 0)]
    for name, values in (("time_s", time_s), ("capacity_veh_per_h", capacity)):
        wrong = ~((values >= 0.0) & np.isfinite(values))
        faults += [f"row {row}: {name} is {values[row]:g}, expected 0 or more" for row in np.flatnonzero(wrong)]
    if faults:
        raise NetworkError(faults_message("capacity_changes", faults))
    order = np.argsort(time_s, kind="stable")
    return np.round(time_s[order] * MICROSECONDS_PER_SECOND).astype(np.int64), rows[order], headway_us(capacity[order])
