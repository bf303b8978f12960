"""
Times, distances and charges between the places of a routing problem, as carriers believe them.

Ways cost what they do on average over the times of entry in the wave: a charge that holds in half of the wave counts at
half its price, every time, also where the most of a day is reached. Simplification.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.contracts import FOREVER_US, FloatArray, IntArray, LinkArray
from sim.network.priced_paths import priced_matrix
from sim.network.shortest_path import travel_matrix
from sim.planning.access_windows import mostly_open
from sim.planning.planning_params import PlanningView
from sim.planning.tour_problem import FORBIDDEN
from sim.planning.wave import Wave
from sim.units import MICROSECONDS_PER_SECOND, to_us


def believed_matrices(
    view: PlanningView,
    links: Sequence[int],
    profiles: Sequence[tuple[str, Wave]],
    shut_out: Sequence[Sequence[int]],
    *,
    value_cny_per_h: float,
) -> tuple[IntArray, IntArray, FloatArray | None]:
    """
    Durations [s], distances [m] and charges [CNY] between places, each of shape (n_profiles, n_places, n_places).

    The charges are None where no profile ever pays one.

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
    value_cny_per_h
        Value of a van's time, for which ways that cost less are taken [CNY/h].
    """
    place_link, of_place = np.unique(np.array(links, dtype=np.int32), return_inverse=True)
    found: dict[tuple[str, str, bytes, bytes], tuple[IntArray, FloatArray, FloatArray]] = {}
    durations, distances, charges = [], [], []
    for (vehicle_type, wave), shut in zip(profiles, shut_out, strict=True):
        is_open = mostly_open(view.closures[vehicle_type], to_us(wave.start_s), to_us(wave.end_s))
        link_cny = view.link_cny.get((vehicle_type, wave.name))
        own_us = view.own_link_time_us.get((vehicle_type, wave.name))
        times_us = view.link_time_us[wave.name] if own_us is None else own_us
        whose = "" if own_us is None else vehicle_type
        key = whose, wave.name, is_open.tobytes(), b"" if link_cny is None else link_cny.tobytes()
        if key not in found:
            found[key] = _matrices(view, times_us, place_link, is_open, link_cny, value_cny_per_h)
        time_us, distance_m, cny = found[key]
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
        charges.append(cny[np.ix_(of_place, of_place)])
    if not profiles:
        return *(np.zeros((0, len(links), len(links)), dtype=np.int64),) * 2, None
    whole_cny = np.stack(charges)
    return (
        np.stack(durations).astype(np.int64),
        np.stack(distances).astype(np.int64),
        whole_cny if whole_cny.any() else None,
    )


def _matrices(
    view: PlanningView,
    times_us: IntArray,
    place_link: LinkArray,
    is_open: NDArray[np.bool_],
    link_cny: FloatArray | None,
    value_cny_per_h: float,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Times [us], distances [m] and charges [CNY] between places; nothing from a place to itself."""
    nodes = view.network.to_node[place_link]
    if link_cny is None:
        time_us, distance_m = travel_matrix(
            view.network, times_us, source_nodes=nodes, target_links=place_link, is_open=is_open
        )
        cny = np.zeros_like(distance_m)
    else:
        time_us, distance_m, cny = priced_matrix(
            view.network,
            times_us,
            link_cny,
            value_cny_per_h=value_cny_per_h,
            source_nodes=nodes,
            target_links=place_link,
            is_open=is_open,
        )
    for matrix in (time_us, distance_m, cny):
        np.fill_diagonal(matrix, 0)
    return time_us, distance_m, cny
