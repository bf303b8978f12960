"""
Assigned days kept by the content of what they follow from, so that a policy sweep pays for the assignment once.

The name of a file is the hash of network, trips and settings. A file that was cut short or tampered with is
made anew; a reader never sees half of one.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from sim.contracts import Progress, no_progress
from sim.network.path_trees import RouteSet
from sim.network.road_network import RoadNetwork
from sim.traffic.assigned_day import AssignedDay, DayAssignmentParams, assign_day
from sim.traffic.assignment import Trips
from sim.traffic.travel_times import BinnedTravelTimes

logger = logging.getLogger(__name__)

_FORMAT = 3
"""To be raised whenever the same input leads to another assigned day."""

_ARRAYS = ("depart_us", "route_links", "route_start", "link_time_us", "speed_ratio", "gaps", "warm_gaps", "numbers")
_LIGHTLY = 1


def assigned_day(
    network: RoadNetwork,
    trips: Trips,
    params: DayAssignmentParams,
    *,
    cache_dir: Path | None,
    seed: int = 0,
    sample: float = 1.0,
    threads: int = 1,
    progress: Progress = no_progress,
) -> AssignedDay:
    """
    The assigned day of these trips: from the cache, or assigned now and kept.

    Parameters
    ----------
    network, trips, params, seed, sample, threads, progress
        As for `assign_day`.
    cache_dir
        Folder of the cache; None keeps nothing.
    """
    if cache_dir is None:
        return assign_day(network, trips, params, seed=seed, sample=sample, threads=threads, progress=progress)
    key = assigned_day_key(network, trips, params, seed=seed, sample=sample)
    file = cache_dir / "assigned_days" / f"{key}.npz"
    kept = read_assigned_day(file, key)
    if kept is not None:
        return kept
    if file.exists():
        logger.warning("%s: found a damaged file where cars of this day were kept; they are assigned anew", file)
    day = assign_day(network, trips, params, seed=seed, sample=sample, threads=threads, progress=progress)
    write_assigned_day(day, file, key)
    return day


def assigned_day_key(
    network: RoadNetwork, trips: Trips, params: DayAssignmentParams, *, seed: int, sample: float
) -> str:
    """Hash of all that an assigned day follows from, 40 hexadecimal digits."""
    digest = hashlib.sha256(f"assigned day/{_FORMAT}/{network.sha256()}/{seed}/{sample!r}/".encode())
    digest.update(params.model_dump_json().encode())
    for name in ("origin_link", "target_link", "depart_us"):
        _add(digest, name, getattr(trips, name))
    return digest.hexdigest()[:40]


def write_assigned_day(day: AssignedDay, file: Path, key: str) -> None:
    """Keep an assigned day under its key, all at once; a full or read-only disk is no fault."""
    arrays = {
        "depart_us": day.depart_us,
        "route_links": day.routes.links,
        "route_start": day.routes.start,
        "link_time_us": day.times.link_time_us,
        "speed_ratio": day.speed_ratio,
        "gaps": day.gaps,
        "warm_gaps": day.warm_gaps,
        "numbers": np.array([day.times.bin_us, day.forced_moves, day.arrived_share, day.sample], dtype=np.float64),
    }
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=_LIGHTLY) as archive:
            for name, array in {**arrays, "digest": _digest(arrays, key)}.items():
                content = io.BytesIO()
                np.save(content, np.asarray(array), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getbuffer(), zipfile.ZIP_DEFLATED, _LIGHTLY)
        temporary.replace(file)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def read_assigned_day(file: Path, key: str) -> AssignedDay | None:
    """The assigned day kept in a file, None if there is none or it is not what was kept under the key."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in _ARRAYS}
            digest = kept["digest"]
    # A damaged archive may fail in any way: bad headers, bad checksums, sizes that no memory holds.
    except Exception:
        return None
    if digest.tobytes() != _digest(arrays, key).tobytes():
        return None
    bin_us, forced_moves, arrived_share, sample = arrays["numbers"].tolist()
    return AssignedDay(
        depart_us=arrays["depart_us"],
        routes=RouteSet(arrays["route_links"], arrays["route_start"]),
        times=BinnedTravelTimes(int(bin_us), arrays["link_time_us"]),
        speed_ratio=arrays["speed_ratio"],
        gaps=arrays["gaps"],
        warm_gaps=arrays["warm_gaps"],
        forced_moves=int(forced_moves),
        arrived_share=arrived_share,
        sample=sample,
    )


def _digest(arrays: dict[str, Any], key: str) -> np.ndarray:
    digest = hashlib.sha256(key.encode())
    for name in _ARRAYS:
        _add(digest, name, arrays[name])
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _add(digest: Any, name: str, array: np.ndarray) -> None:
    digest.update(f"{name}{array.dtype}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).tobytes())
