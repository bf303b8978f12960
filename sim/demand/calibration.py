"""
Demand scaled to traffic counts: factors for the day, for hours of departure and for zones of origin.

Which trips pass a counted link in which hour is read off their routes and travel times; factors are then found by
weighted least squares within bounds. Routes are held: after a large change, assign again and calibrate again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from sim.contracts import FloatArray, IntArray
from sim.demand.background_traffic import TripTable
from sim.demand.od_table import whole_numbers
from sim.demand.passages import US_PER_HOUR, Passages
from sim.errors import CountsError
from sim.random_streams import RandomStreams

SPREAD_US = 900 * 1_000_000
"""Copies of a trip leave within this time of it, in the same hour [us]. Assumption."""


class CalibrationParams(BaseModel, frozen=True, extra="forbid"):
    """How freely demand may be scaled to counts."""

    lowest_factor: float = Field(0.2, gt=0.0, le=1.0, description="Least factor on trips [-]. Assumption.")
    highest_factor: float = Field(5.0, ge=1.0, le=100.0, description="Largest factor on trips [-]. Assumption.")
    hour_penalty: float = Field(
        1e-4,
        ge=0.0,
        le=1e3,
        description="Weight on hours keeping the factor of the day, relative to all counts [-]. Assumption.",
    )
    zone_penalty: float = Field(
        0.05,
        ge=0.0,
        le=1e3,
        description="Weight on zones keeping a factor of 1, relative to all counts [-]. Assumption.",
    )
    rounds: int = Field(
        5, ge=1, le=100, description="Turns of weighing the counts anew, and between hours and zones [-]"
    )

    @model_validator(mode="after")
    def _bounds_differ(self) -> CalibrationParams:
        if self.lowest_factor >= self.highest_factor:
            raise ValueError("lowest_factor must be below highest_factor")
        return self


@dataclass(frozen=True, slots=True)
class DemandScale:
    """
    Factors on demand, and how they meet the counts.

    Parameters
    ----------
    day_factor
        One factor for all trips, when nothing else may change [-].
    hour_factor
        By hour of departure [-], shape (n_hours,).
    zone_factor
        By zone of origin, on top of the hour [-], shape (n_zones,); None without zones.
    trip_weight
        Product of the factors of each trip [-], shape (n_trips,).
    total_factor
        Scaled number of trips over that before [-].
    fit
        `link_id, hour, count_veh, before_veh, after_veh`.
    """

    day_factor: float
    hour_factor: FloatArray
    zone_factor: FloatArray | None
    trip_weight: FloatArray
    total_factor: float
    fit: pd.DataFrame


def calibrate_demand(
    passages: Passages,
    depart_us: IntArray,
    *,
    origin_zone: IntArray | None = None,
    params: CalibrationParams | None = None,
) -> DemandScale:
    """
    Factors on trips with which the routes pass counted links as often as counted.

    Parameters
    ----------
    passages
        Which trips pass which counted link and hour.
    depart_us
        Departures of all trips [us], shape (n_trips,).
    origin_zone
        Zone of each trip, 0 or more, shape (n_trips,); no factors by zone when None.
    params
        Bounds and penalties.

    Raises
    ------
    CountsError
        If no trip passes any counted link in its hour, or nothing at all was counted.

    Notes
    -----
    Least squares of (model - count) / sqrt(expected + 1), the weight of a Poisson count, where the expected count is
    that of the round before. Weights from the counts themselves would favour counts that came out low by chance, and
    lose demand. The factor of the day makes the sum of the model's counts that of yours. Source: Cascetta (1984),
    "Estimation of trip matrices from traffic counts and survey data", Transportation Research B 18(4/5), generalised
    least squares with the prior as penalty.
    """
    params = params or CalibrationParams()
    count = passages.count_veh
    if len(passages.trip) == 0 or count.sum() <= 0.0:
        found = "no trip that passes a counted link in its hour" if count.sum() > 0.0 else "counts that are all 0"
        raise CountsError(f"calibration: found {found}, expected counts on links and hours that trips pass")
    hour = depart_us // US_PER_HOUR
    n_hours = int(hour.max()) + 1
    ones = np.ones(len(depart_us))
    day = float(np.clip(count.sum() / passages.modelled(ones).sum(), params.lowest_factor, params.highest_factor))
    zone_factor = None if origin_zone is None else np.ones(int(origin_zone.max()) + 1)
    of_hour, of_zone = day * ones, ones
    for _ in range(params.rounds):
        expected = passages.modelled(of_hour * of_zone)
        hour_factor = _factors(
            passages, hour, of_zone, n_hours, expected, params, prior=day, penalty=params.hour_penalty
        )
        of_hour = hour_factor[hour]
        if origin_zone is not None and zone_factor is not None:
            expected = passages.modelled(of_hour * of_zone)
            n_zones, penalty = len(zone_factor), params.zone_penalty
            zone_factor = _factors(
                passages, origin_zone, of_hour, n_zones, expected, params, prior=1.0, penalty=penalty
            )
            of_zone = zone_factor[origin_zone]
    weight = of_hour * of_zone
    fit = passages.observations.assign(before_veh=passages.modelled(ones), after_veh=passages.modelled(weight))
    return DemandScale(day, hour_factor, zone_factor, weight, float(weight.mean()), fit)


def scaled_trips(trips: TripTable, weight: FloatArray, *, seed: int) -> tuple[TripTable, IntArray]:
    """
    Trips repeated or left out so that each counts as often as its weight says, in the order of departure.

    Parameters
    ----------
    trips
        Trips before.
    weight
        How often each is wanted [-], 0 or more, shape (n_trips,).
    seed
        Seed of the draws that round weights and spread the departures of copies.

    Returns
    -------
    scaled, source
        The trips, and the row of each among those before, so that routes can be taken over.
    """
    streams = RandomStreams(seed)
    copies = whole_numbers(weight, float(streams.generator("calibration.rounding").random()))
    source = np.repeat(np.arange(len(trips)), copies)
    is_copy = np.concatenate([[False], source[1:] == source[:-1]]) if len(source) else np.zeros(0, dtype=bool)
    shift = (2.0 * streams.generator("calibration.departures").random(len(source)) - 1.0) * SPREAD_US
    old = trips.depart_us[source]
    first = old // US_PER_HOUR * US_PER_HOUR
    moved = np.clip(old + np.round(shift).astype(np.int64), first, first + US_PER_HOUR - 1)
    depart_us = np.where(is_copy, moved, old)
    order = np.argsort(depart_us, kind="stable")
    source = source[order]
    return TripTable(trips.origin_link[source], trips.target_link[source], depart_us[order]), source


def _factors(
    passages: Passages,
    group: NDArray[np.int64],
    trip_weight: FloatArray,
    n_groups: int,
    expected_veh: FloatArray,
    params: CalibrationParams,
    *,
    prior: float,
    penalty: float,
) -> FloatArray:
    """Factors of groups of trips: least squares weighed by expected counts, bounded, with a pull towards `prior`."""
    from scipy.optimize import lsq_linear

    count = passages.count_veh
    cell = passages.observation * n_groups + group[passages.trip]
    volumes = np.bincount(cell, weights=trip_weight[passages.trip], minlength=len(count) * n_groups)
    matrix = volumes.reshape(len(count), n_groups)
    root = 1.0 / np.sqrt(expected_veh + 1.0)
    rows, wanted = matrix * root[:, None], count * root
    # A pull in the units of the counts: that of each group grows with its share of the trips.
    share = np.bincount(group, weights=trip_weight, minlength=n_groups) / max(float(trip_weight.sum()), 1e-12)
    pull = np.sqrt(penalty * float((rows**2).sum()) * share)
    rows = np.vstack([rows, np.diag(pull)])
    wanted = np.concatenate([wanted, pull * prior])
    found = np.full(n_groups, prior)
    is_seen = (rows > 0.0).any(axis=0)
    bounds = (params.lowest_factor, params.highest_factor)
    found[is_seen] = lsq_linear(rows[:, is_seen], wanted, bounds=bounds, method="bvls").x
    return found
