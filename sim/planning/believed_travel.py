"""
Times and distances between the places of a routing problem, as carriers believe them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.contracts import FOREVER_US, FloatArray, IntArray
from sim.network.shortest_path import travel_matrix
from sim.planning.access_windows import mostly_open
from sim.planning.planning_params import PlanningView
from sim.planning.tour_problem import FORBIDDEN
from sim.planning.wave import Wave
from sim.units import MICROSECONDS_PER_SECOND, to_us


def believed_matrices(
    view: PlanningView, links: Sequence[int], profiles: Sequence[tuple[str, Wave]], shut_out: Sequence[Sequence[int]]
) -> tuple[IntArray, IntArray]:
    """
    Durations [s] and distances [m] between places, each of shape (n_profiles, n_places, n_places).

    Parameters
    ----------
    view
        What carriers believe.
    links
        Link of each place.
    profiles
        Vehicle type and wave of each profile: who drives when.
    shut_out
        Places that each profile may not reach; they lie `FORBIDDEN` far for it.
    """
    place_link, of_place = np.unique(np.array(links, dtype=np.int32), return_inverse=True)
    found: dict[tuple[str, bytes], tuple[IntArray, FloatArray]] = {}
    durations, distances = [], []
    for (vehicle_type, wave), shut in zip(profiles, shut_out, strict=True):
        is_open = mostly_open(view.closures[vehicle_type], to_us(wave.start_s), to_us(wave.end_s))
        key = wave.name, is_open.tobytes()
        if key not in found:
            found[key] = travel_matrix(
                view.network,
                view.link_time_us[wave.name],
                source_nodes=view.network.to_node[place_link],
                target_links=place_link,
                is_open=is_open,
            )
            for matrix in found[key]:
                np.fill_diagonal(matrix, 0)
        time_us, distance_m = found[key]
        is_way = time_us < FOREVER_US
        time_s = np.where(is_way, -(-time_us // MICROSECONDS_PER_SECOND), FORBIDDEN)
        metres = np.where(is_way, np.round(np.where(is_way, distance_m, 0.0)), FORBIDDEN)
        duration = np.minimum(time_s, FORBIDDEN)[np.ix_(of_place, of_place)]
        distance = metres.astype(np.int64)[np.ix_(of_place, of_place)]
        for whole in (duration, distance):
            whole[list(shut), :] = FORBIDDEN
            whole[:, list(shut)] = FORBIDDEN
            np.fill_diagonal(whole, 0)
        durations.append(duration)
        distances.append(distance)
    if not profiles:
        return (np.zeros((0, len(links), len(links)), dtype=np.int64),) * 2
    return np.stack(durations).astype(np.int64), np.stack(distances).astype(np.int64)
