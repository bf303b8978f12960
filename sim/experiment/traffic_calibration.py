"""
Car trips of a scenario scaled to counts, in rounds: assign, see what passes, scale, assign again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.contracts import FloatArray, Progress, no_progress
from sim.demand import CalibrationParams, calibrate_demand, car_trips, passages_of, scaled_trips
from sim.demand.background_traffic import TripTable
from sim.demand.traffic_zones import zones_of_links
from sim.errors import ConfigError, CountsError
from sim.measures import CountsComparison, compare_counts, model_by_hour, read_counts, without_vans
from sim.network import RoadNetwork, read_network
from sim.traffic import AssignedDay, assigned_day, links_for_sample, load_network
from sim.units import MICROSECONDS_PER_SECOND, SECONDS_PER_HOUR

_LEAST_ARRIVED_SHARE = 0.99


@dataclass(frozen=True, slots=True)
class CalibrationRound:
    """
    A demand, assigned and held against the counts.

    Parameters
    ----------
    trips_by_hour
        Car trips by hour of departure, all that a sample stands for, shape (n_hours,).
    forced_moves
        Cars forced on after standing too long.
    arrived_share
        Share of the cars that arrived [-].
    relative_gap
        Of the assignment [-].
    comparison
        Counts and speeds beside those of these cars.
    """

    trips_by_hour: FloatArray
    forced_moves: int
    arrived_share: float
    relative_gap: float
    comparison: CountsComparison

    @property
    def trips(self) -> float:
        """Car trips of the day."""
        return float(self.trips_by_hour.sum())


@dataclass(frozen=True, slots=True)
class CalibratedTrips:
    """
    Car trips scaled to counts, and how each round met them.

    Parameters
    ----------
    trips
        The trips of the last round, all that a sample stands for.
    rounds
        The demand as it was, and after each scaling.
    """

    trips: TripTable
    rounds: tuple[CalibrationRound, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the last demand flows: counts of a jam say nothing of the demand behind it."""
        last = self.rounds[-1]
        return last.forced_moves == 0 and last.arrived_share >= _LEAST_ARRIVED_SHARE

    def warnings(self) -> tuple[str, ...]:
        """What a user should know before trusting the trips."""
        found = []
        for number, each in enumerate(self.rounds):
            when = "as it was" if number == 0 else f"after round {number}"
            if each.forced_moves or each.arrived_share < _LEAST_ARRIVED_SHARE:
                found.append(
                    f"the demand {when} jams ({each.forced_moves:,} vehicles forced on, {each.arrived_share:.1%} "
                    "arrived): its passages of counted links are not to be trusted"
                )
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """One row for the demand as it was and one a round: trips, GEH, errors of counts and speeds, gap, jams."""
        return pd.DataFrame(
            [
                {
                    "round": number,
                    "trips": round(each.trips),
                    "share_geh_below_5": each.comparison.summary["share_geh_below_5"],
                    "mean_geh": each.comparison.summary["mean_geh"],
                    "rmse_veh": each.comparison.summary["rmse_veh"],
                    "rmse_kph": each.comparison.summary["rmse_kph"],
                    "relative_gap": each.relative_gap,
                    "forced_moves": each.forced_moves,
                    "arrived_share": each.arrived_share,
                }
                for number, each in enumerate(self.rounds)
            ]
        )

    def by_hour(self) -> pd.DataFrame:
        """Trips by hour of departure before and after, and the factor between them."""
        before, after = self.rounds[0].trips_by_hour, self.rounds[-1].trips_by_hour
        length = max(len(before), len(after))
        before, after = (np.pad(each, (0, length - len(each))) for each in (before, after))
        factor = np.divide(after, before, out=np.full(length, np.nan), where=before > 0.0)
        return pd.DataFrame({"hour": range(length), "trips_before": before, "trips_after": after, "factor": factor})

    def by_count(self) -> pd.DataFrame:
        """Each count and speed with those of the model before and after."""
        before, after = self.rounds[0].comparison.table, self.rounds[-1].comparison.table
        model = ["model_veh", "geh", "model_kph"]
        names = ["before_veh", "geh_before", "before_kph", "after_veh", "geh_after", "after_kph"]
        sides = [before[model].set_axis(names[:3], axis=1), after[model].set_axis(names[3:], axis=1)]
        return pd.concat([before[["link_id", "hour", "count_veh", "speed_kph"]], *sides], axis=1)


def calibrate_car_trips(
    scenario: Scenario,
    counts_file: Path | str,
    *,
    rounds: int = 2,
    by_zone: bool = False,
    vans_of: Path | str | None = None,
    params: CalibrationParams | None = None,
    progress: Progress = no_progress,
) -> CalibratedTrips:
    """
    Car trips of a scenario scaled to counts.

    Parameters
    ----------
    scenario
        Scenario with cars; its trips are the demand to begin with, whatever their source.
    counts_file
        File for `sim.measures.read_counts`.
    rounds
        Times that the demand is scaled; each is followed by an assignment.
    by_zone
        Whether zones of origin get factors of their own.
    vans_of
        Folder of a run whose vans are taken off the counts; None where cars were counted.
    params
        Bounds and penalties.
    progress
        Told how far the assignments have come.

    Raises
    ------
    ConfigError
        If the scenario has no cars.
    InputError
        If network, trips or counts cannot be used.
    """
    traffic = scenario.traffic
    if traffic.background is None or traffic.assignment is None:
        raise ConfigError("traffic: found no cars to calibrate, expected traffic=cars")
    network = read_network(scenario.network.name, scenario.network.zones_file)
    counts = read_counts(counts_file, network.links["link_id"])
    if counts["count_veh"].isna().all():
        raise CountsError(f"{counts_file}: found speeds only, expected counts in the column count_veh")
    if vans_of is not None:
        counts = without_vans(counts, vans_of)
    zone = zones_of_links(network, traffic.background.zone_size_m)
    trips = car_trips(network, traffic, traffic.background, sample=traffic.sample)
    done: list[CalibrationRound] = []
    for number in range(rounds + 1):
        day = assigned_day(
            network,
            trips,
            traffic.assignment,
            cache_dir=Path(scenario.paths.cache_dir) if scenario.paths.cache_dir else None,
            seed=traffic.background.seed,
            sample=traffic.sample,
            threads=scenario.run.workers or os.cpu_count() or 1,
            progress=progress,
        )
        done.append(_round(network, trips, day, counts, scenario))
        progress("calibrating", number + 1, rounds + 1)
        if number < rounds:
            of_sample = counts.assign(count_veh=counts["count_veh"] * traffic.sample)
            passages = passages_of(day.routes, trips.depart_us, day.times, of_sample)
            origin_zone = zone[trips.origin_link] if by_zone else None
            scale = calibrate_demand(passages, trips.depart_us, origin_zone=origin_zone, params=params)
            trips, _ = scaled_trips(trips, scale.trip_weight, seed=traffic.background.seed + number)
    if traffic.sample != 1.0:
        whole = np.full(len(trips), 1.0 / traffic.sample)
        trips, _ = scaled_trips(trips, whole, seed=traffic.background.seed + rounds)
    return CalibratedTrips(trips, tuple(done))


def write_calibration(found: CalibratedTrips, folder: Path) -> Path:
    """
    Write `car_trips.parquet`, a list of trips that runs read, and the tables of the calibration.

    Parameters
    ----------
    found
        What was found.
    folder
        Where to; made if there is none.

    Returns
    -------
    Path
        The list of trips.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (
        ("rounds", found.table()),
        ("demand_by_hour", found.by_hour()),
        ("calibration", found.by_count()),
    ):
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
    path = folder / "car_trips.parquet"
    trips = found.trips
    pd.DataFrame(
        {
            "trip_id": np.arange(len(trips)),
            "depart_s": trips.depart_us / MICROSECONDS_PER_SECOND,
            "origin_link": trips.origin_link,
            "target_link": trips.target_link,
        }
    ).to_parquet(path, index=False)
    return path


def _round(
    network: RoadNetwork, trips: TripTable, day: AssignedDay, counts: pd.DataFrame, scenario: Scenario
) -> CalibrationRound:
    """What the cars of an assigned day make of the counts."""
    assert scenario.traffic.assignment is not None
    loaded = load_network(
        links_for_sample(network.links, day.sample),
        day.trips,
        horizon_s=scenario.traffic.assignment.horizon_h * SECONDS_PER_HOUR,
        stuck_time_s=scenario.traffic.assignment.stuck_time_s,
    )
    hour = trips.depart_us // round(SECONDS_PER_HOUR * MICROSECONDS_PER_SECOND)
    return CalibrationRound(
        trips_by_hour=np.bincount(hour, minlength=24) / day.sample,
        forced_moves=loaded.forced_moves,
        arrived_share=day.arrived_share,
        relative_gap=day.relative_gap,
        comparison=compare_counts(counts, model_by_hour(loaded.links, network.links, sample=day.sample)),
    )
