"""Where the car trips of a day come from: a gravity model, a table of trips between zones, or a list of trips."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, Field, model_validator

from sim.demand.background_traffic import BackgroundParams, TripTable, gravity_trips
from sim.demand.calibration import scaled_trips
from sim.demand.od_table import trips_from_od_files
from sim.demand.reachable import without_a_way
from sim.demand.trip_table import read_trip_list
from sim.errors import DemandError
from sim.network import RoadNetwork
from sim.units import MICROSECONDS_PER_SECOND

_FILES = {"gravity": (), "od_table": ("od_file", "zones_file"), "trip_list": ("trips_file",)}
"""Files that each source of trips reads."""


class CarTripsParams(BaseModel, frozen=True, extra="forbid"):
    """The source of the car trips."""

    trips_from: Literal["gravity", "od_table", "trip_list"] = Field(
        "gravity",
        description="gravity: made by the gravity model of `background`; od_table: trips between zones, of od_file and "
        "zones_file; trip_list: single trips, of trips_file",
    )
    od_file: str | None = Field(None, description="CSV or Parquet table of car trips between zones; with od_table")
    zones_file: str | None = Field(None, description="GeoJSON polygons of its zones; with od_table")
    trips_file: str | None = Field(None, description="CSV or Parquet list of car trips; with trip_list")

    @model_validator(mode="after")
    def _files_fit_the_source(self) -> CarTripsParams:
        given = [name for name in ("od_file", "zones_file", "trips_file") if getattr(self, name) is not None]
        wanted = list(_FILES[self.trips_from])
        if given != wanted:
            found, expected = (", ".join(names) if names else "no file" for names in (given, wanted))
            raise ValueError(f"trips_from={self.trips_from} reads {expected}, found {found}")
        return self

    @property
    def trip_files(self) -> tuple[str, ...]:
        """Paths of the files that the trips are read from."""
        return tuple(str(getattr(self, name)) for name in _FILES[self.trips_from])


def car_trips(
    network: RoadNetwork, source: CarTripsParams, background: BackgroundParams, *, sample: float = 1.0
) -> TripTable:
    """
    Car trips of a day, or a sample of them, in the order of departure.

    Parameters
    ----------
    network
        Road network.
    source
        Which trips.
    background
        The gravity model; of it, a table of trips without hours takes the hourly profile, and all take the seed.
    sample
        Share of the trips that is made [-].

    Raises
    ------
    DemandError
        With every fault of a file, or if there is no way for some trips.
    """
    if source.trips_file is not None:
        listed = read_trip_list(source.trips_file, network)
        return listed if sample == 1.0 else scaled_trips(listed, np.full(len(listed), sample), seed=background.seed)[0]
    if source.od_file is not None and source.zones_file is not None:
        trips = trips_from_od_files(
            source.od_file,
            source.zones_file,
            network,
            hourly_share=background.hourly_share,
            seed=background.seed,
            sample=sample,
        )
    else:
        free_flow_us = np.round(network.free_flow_time_s * MICROSECONDS_PER_SECOND).astype(np.int64)
        trips = gravity_trips(network, background, free_flow_us=free_flow_us, sample=sample)
    is_lost = without_a_way(network, trips.origin_link, trips.target_link)
    if is_lost.any():
        row = int(np.flatnonzero(is_lost)[0])
        raise DemandError(
            f"{source.od_file or 'gravity model'}: found {is_lost.sum():,} trips with no way, the first from link "
            f"{trips.origin_link[row]} to link {trips.target_link[row]}; expected a network on which all zones reach "
            f"each other (see sim network check {network.name})"
        )
    return trips
