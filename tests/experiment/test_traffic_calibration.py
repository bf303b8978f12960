"""Car trips scaled to counts that a run of known demand left behind, and read back by a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.config import Scenario, load_scenario
from sim.demand import car_trips, read_trip_list
from sim.demand.background_traffic import TripTable
from sim.errors import ConfigError, CountsError
from sim.experiment import calibrate_car_trips, write_calibration
from sim.experiment.traffic_calibration import CalibratedTrips
from sim.measures import model_by_hour
from sim.network import RoadNetwork, read_network
from sim.traffic import assigned_day, load_network

TRUE_TRIPS = 30_000
OTHER_HOURS = "[2,1,1,1,1,2,2.5,5,6,7,6,6,5,5,5,5,5,6,6,6,6,5,3,2]"
WRONG = (
    "network.car_trips_per_day=45000",
    "traffic.background.seed=7",
    f"traffic.background.hourly_share={OTHER_HOURS}",
)


def grid_with_cars(*overrides: str) -> Scenario:
    """The default cars on the grid."""
    return load_scenario("baseline", ["network=grid", "traffic=cars", "paths.cache_dir=null", *overrides])


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """The grid."""
    return read_network("grid")


@pytest.fixture(scope="module")
def model(network: RoadNetwork) -> pd.DataFrame:
    """Vehicles and speeds by link and hour of a known demand."""
    traffic = grid_with_cars(f"network.car_trips_per_day={TRUE_TRIPS}").traffic
    assert traffic.background is not None and traffic.assignment is not None
    trips = car_trips(network, traffic, traffic.background)
    day = assigned_day(network, trips, traffic.assignment, cache_dir=None)
    loaded = load_network(network.links, day.trips)
    assert len(trips) == TRUE_TRIPS and loaded.forced_moves == 0
    return model_by_hour(loaded.links, network.links)


@pytest.fixture(scope="module")
def counts_file(model: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counts with an error of 5 % and speeds, on 40 of the 160 busiest links, all day."""
    rng = np.random.default_rng(1)
    busy = model.groupby("link_id")["model_veh"].sum().nlargest(160).index.to_numpy()
    counted = model[model["link_id"].isin(rng.choice(busy, 40, replace=False)) & (model["hour"] < 24)]
    error = rng.normal(1.0, 0.05, len(counted))
    table = counted.assign(count_veh=(counted["model_veh"] * error).round(), speed_kph=counted["model_kph"])
    path = tmp_path_factory.mktemp("counts") / "counts.csv"
    table[["link_id", "hour", "count_veh", "speed_kph"]].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def found(counts_file: Path) -> CalibratedTrips:
    """A demand half as large again, of other trips in other hours, scaled to the counts."""
    return calibrate_car_trips(grid_with_cars(*WRONG), counts_file, rounds=2)


def test_the_known_demand_comes_back(found: CalibratedTrips) -> None:
    """Total to 3 %, busy hours to 10 %, nearly all counts met that were not, speeds to 0.5 km/h, no jam."""
    before, after = found.rounds[0], found.rounds[-1]
    assert before.trips == 45_000
    assert after.trips == pytest.approx(TRUE_TRIPS, rel=0.03) == len(found.trips)
    share = np.array(grid_with_cars().traffic.background.hourly_share)  # type: ignore[union-attr]
    hours = found.by_hour()
    wanted = TRUE_TRIPS * share / share.sum()
    busy = wanted > 0.04 * TRUE_TRIPS
    assert hours["trips_after"].to_numpy()[busy] == pytest.approx(wanted[busy], rel=0.1)
    assert hours["factor"].to_numpy() == pytest.approx(hours["trips_after"] / hours["trips_before"])
    assert (before.comparison.share_good or 0.0) < 0.9 < 0.99 < (after.comparison.share_good or 0.0)
    assert (after.comparison.summary["rmse_kph"] or 9.0) < 0.5
    assert found.is_sound and not found.warnings()
    assert len(found.table()) == len(found.rounds) == 3


def test_the_list_of_trips_is_what_a_run_reads(found: CalibratedTrips, network: RoadNetwork, tmp_path: Path) -> None:
    """Trips come back to the byte; the tables say what was counted, modelled before and after."""
    again = read_trip_list(write_calibration(found, tmp_path), network)
    assert _bytes(again) == _bytes(found.trips)
    table = pd.read_csv(tmp_path / "calibration.csv")
    assert list(table) == [
        "link_id", "hour", "count_veh", "speed_kph",
        "before_veh", "geh_before", "before_kph", "after_veh", "geh_after", "after_kph",
    ]  # fmt: skip
    assert table["geh_after"].mean() < table["geh_before"].mean()
    assert len(pd.read_csv(tmp_path / "rounds.csv")) == 3
    assert len(pd.read_csv(tmp_path / "demand_by_hour.csv")) == 24


def test_a_sample_gives_the_whole_demand(counts_file: Path) -> None:
    """A fifth of the cars is calibrated; the trips written are all that they stand for."""
    sampled = calibrate_car_trips(grid_with_cars(*WRONG, "traffic.sample=0.2"), counts_file, rounds=1, by_zone=True)
    assert sampled.rounds[0].trips == pytest.approx(45_000, abs=5)
    assert len(sampled.trips) == pytest.approx(sampled.rounds[-1].trips, abs=5)
    assert len(sampled.trips) == pytest.approx(TRUE_TRIPS, rel=0.05)


def test_a_demand_that_jams_is_not_trusted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts far above what streets can carry: exit code 1, with a warning that says so."""
    counts = tmp_path / "counts.csv"
    counts.write_text("link_id,hour,count_veh\n" + "".join(f"{link},8,30000\n" for link in range(0, 360, 10)))
    quick = ("traffic.assignment.max_iterations=1", "traffic.assignment.warm_iterations=1", "paths.cache_dir=null")
    arguments = ("network=grid", "network.car_trips_per_day=60000", *quick, "--rounds", "1", "--out", str(tmp_path))
    assert main(["traffic", "calibrate", str(counts), *arguments]) == 1
    assert "warning: the demand after round 1 jams" in capsys.readouterr().out
    assert (tmp_path / "figures" / "calibration.png").stat().st_size > 5000


def test_what_cannot_be_calibrated_is_told(tmp_path: Path, counts_file: Path) -> None:
    """No cars in the scenario, no counts in the file."""
    with pytest.raises(ConfigError, match="no cars to calibrate"):
        calibrate_car_trips(load_scenario("baseline", ["network=grid", "traffic=off"]), counts_file)
    speeds = tmp_path / "speeds.csv"
    speeds.write_text("link_id,hour,speed_kph\n1,8,20\n")
    with pytest.raises(CountsError, match="found speeds only"):
        calibrate_car_trips(grid_with_cars(), speeds)


def _bytes(trips: TripTable) -> tuple[bytes, ...]:
    return tuple(array.astype(np.int64).tobytes() for array in (trips.origin_link, trips.target_link, trips.depart_us))
