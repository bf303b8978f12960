"""
Runs and what can be said of them: seeds, provenance, results on disk.

Asks the model to simulate scenarios and writes what they leave behind; the manifest comes first.
"""

from sim.experiment.fleet_response import FleetResponse as FleetResponse
from sim.experiment.fleet_response import follow_fleets as follow_fleets
from sim.experiment.fleet_response import response_manifest as response_manifest
from sim.experiment.provenance import run_id_of as run_id_of
from sim.experiment.runner import FinishedRun as FinishedRun
from sim.experiment.runner import run_folder as run_folder
from sim.experiment.runner import run_scenario as run_scenario
from sim.experiment.traffic_calibration import CalibratedTrips as CalibratedTrips
from sim.experiment.traffic_calibration import calibrate_car_trips as calibrate_car_trips
from sim.experiment.traffic_calibration import write_calibration as write_calibration
