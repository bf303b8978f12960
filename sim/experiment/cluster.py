"""
Runs of a study on a Ray cluster: code and inputs travel with the study, results come back without a shared disk.

A node is trusted with a run only after the hashes of its code and inputs and the versions of its packages are found to
be those of the machine that asks. A run whose worker or node is lost is handed out again, as one whose process died is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from sim.config import Scenario
from sim.errors import InputError, ResultsError
from sim.experiment.design import PlannedRun
from sim.experiment.provenance import PACKAGES, code_sha256, package_versions, source_state, write_json
from sim.experiment.study_runs import TRIES, Told, simulate_to
from sim.network import find_network
from sim.resources import checkout_folder, shipped_folder

_IN_FLIGHT_PER_CPU = 3
"""Runs handed to the cluster at a time, for each of its processors: enough that none waits for the next run."""

_LEAST_IN_FLIGHT = 64
"""Runs handed to the cluster at a time at least, so that one that grows by demand sees the demand."""

_CACHE = "cache"
"""Folder of plans and assigned cars on a node, in the folder where Ray unpacks the study."""


_TOKENS = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
"""Where Ray looks for the token of a cluster that asks for one, besides the file in the home directory."""


class ClusterError(InputError):
    """A cluster that cannot be used."""


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What a node must have for its results to be ours.

    Parameters
    ----------
    code
        SHA-256 of the source that decides what a run computes.
    packages
        Version of each package that counts.
    inputs
        SHA-256 of each file by its path, as a node finds it.
    """

    code: str
    packages: dict[str, str | None]
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Returned:
    """What a node gives back: the files of a run by name, or what went wrong."""

    files: dict[str, bytes]
    fault: str | None


def simulate_on_cluster(
    address: str,
    runs: Sequence[PlannedRun],
    runs_folder: Path,
    told: Told,
) -> None:
    """
    Simulate runs on a Ray cluster and write their folders here.

    Parameters
    ----------
    address
        `ray` for the cluster named by `RAY_ADDRESS` or else one on this machine, or `ray://HOST:PORT`.
    runs
        Runs, each with an identifier of its own.
    runs_folder
        Folder that holds a folder for each run.
    told
        Told of each run that ended, and what went wrong.

    Raises
    ------
    ClusterError
        If Ray is not installed, or there is no such cluster.
    ResultsError
        If the cluster is lost; runs that came back stay finished.
    """
    if not runs:
        return
    with tempfile.TemporaryDirectory(prefix="urban_freight_study_") as parcel:
        inputs = pack([run.point.scenario for run in runs], Path(parcel))
        expected = Expected(code_sha256(), package_versions(), inputs)
        with _connected(address, parcel) as ray:
            _hand_out(ray, runs, expected, runs_folder, told)


def pack(scenarios: Sequence[Scenario], folder: Path) -> dict[str, str]:
    """
    Put code and inputs of scenarios into a folder that a node unpacks and works in.

    Files named by a path relative to the current directory travel; those with an absolute path, or outside of it, have
    to lie on every node already.

    Parameters
    ----------
    scenarios
        What is to be simulated.
    folder
        An empty folder.

    Returns
    -------
    dict[str, str]
        SHA-256 of each input by its path as a node finds it.
    """
    package, root = Path(sim.__file__).resolve().parent, checkout_folder()
    shutil.copytree(package, folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    if root is not None:
        shutil.copy(root / "pyproject.toml", folder)
        shutil.copytree(shipped_folder("configs"), folder / "configs")
        (folder / "networks").mkdir()
    inputs: dict[str, str] = {}
    for place, file in sorted(_input_files(scenarios).items()):
        inputs[place] = hashlib.sha256(file.read_bytes()).hexdigest()
        if not Path(place).is_absolute() and ".." not in Path(place).parts:
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / place)
    return inputs


def _input_files(scenarios: Sequence[Scenario]) -> dict[str, Path]:
    """Files that scenarios name, networks among them, by the path at which a node finds them."""
    files: dict[str, Path] = {}
    shipped = Path(sim.__file__).resolve().parent.parent
    for scenario in scenarios:
        for text in set(_texts(scenario.content())):
            if len(text) < 1024 and Path(text).is_file():  # names of files are shorter than that
                files[text] = Path(text)
        network = find_network(scenario.network.name)
        place = network.relative_to(shipped) if network.is_relative_to(shipped) else network
        files |= {str(place / file.name): file for file in network.iterdir() if file.is_file()}
    return files


def _texts(content: Any) -> Iterator[str]:
    """Every text among the values of a configuration."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


@contextmanager
def _connected(address: str, parcel: str) -> Iterator[Any]:
    """Ray, connected to a cluster whose workers have unpacked the parcel; disconnected at the end."""
    if address != "ray" and not address.startswith("ray://"):
        raise ClusterError(f"--on: found {address!r}, expected ray, or ray://HOST:PORT of a cluster")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # tells nobody about anything
    if any(name in os.environ for name in _TOKENS) or (Path.home() / ".ray" / "auth_token").is_file():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # read once, when Ray is imported
    try:
        import ray
    except ImportError as error:
        raise ClusterError("--on: Ray is not installed; expected the extra: pip install '.[cluster]'") from error
    options: dict[str, Any] = {"runtime_env": {"working_dir": parcel}, "log_to_driver": False, "logging_level": "ERROR"}
    if address == "ray":
        options["include_dashboard"] = False
    try:
        with warnings.catch_warnings(action="ignore"):  # what matters is in the error
            ray.init(address=None if address == "ray" else address, **options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise ClusterError(
            f"--on {address}: found no cluster that can be used ({_first_line(error)}); expected one there, "
            "of this release of Ray and Python, and its token in RAY_AUTH_TOKEN or ~/.ray/auth_token if it asks for one"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _hand_out(
    ray: Any,
    runs: Sequence[PlannedRun],
    expected: Expected,
    runs_folder: Path,
    told: Told,
) -> None:
    """Keep the cluster busy until every run came back, or was lost as often as a run may be."""
    # Ray's own retries are off: it would try a run for ever that needs more memory than its node has.
    simulate = ray.remote(num_cpus=1, max_retries=0)(simulate_here)
    try:
        agreed = ray.put(expected)
        waiting, flying, lost = list(runs), dict[Any, PlannedRun](), dict[str, int]()
        while waiting or flying:
            cpus = ray.cluster_resources().get("CPU", 1.0)
            while waiting and len(flying) < max(_LEAST_IN_FLIGHT, _IN_FLIGHT_PER_CPU * cpus):
                run = waiting.pop(0)
                flying[simulate.remote(run.point.scenario, run.seed, agreed)] = run
            landed, _ = ray.wait(list(flying), num_returns=1)
            for job in landed:
                run = flying.pop(job)
                try:
                    returned: Returned = ray.get(job)
                except ConnectionError:
                    raise
                except ray.exceptions.RayError as error:
                    lost[run.run_id] = lost.get(run.run_id, 0) + 1
                    if lost[run.run_id] < TRIES:
                        waiting.append(run)
                    else:
                        told(run, f"its worker was lost {TRIES} times, the last time by {type(error).__name__}")
                    continue
                told(run, returned.fault or _keep(returned, expected, runs_folder / run.run_id))
    except (ConnectionError, ray.exceptions.RaySystemError) as error:
        raise ResultsError(
            f"the cluster was lost ({_first_line(error)}); runs that came back are kept, the same command goes on"
        ) from error


def _keep(returned: Returned, expected: Expected, folder: Path) -> str | None:
    """Write what a node gave back, the manifest last; gives what speaks against it."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = json.loads(returned.files["manifest.json"])
    if manifest["code_sha256"] != expected.code:
        return "a node gave back a manifest that is not of this code"
    (folder / "manifest.json").unlink(missing_ok=True)
    for name, content in returned.files.items():
        if name != "manifest.json":
            temporary = folder / f".{name}.{os.getpid()}.tmp"
            temporary.write_bytes(content)
            temporary.replace(folder / name)
    # A node has the source without its history; that the source is the same was checked.
    write_json(folder / "manifest.json", manifest | source_state())
    return None


def simulate_here(scenario: Scenario, seed: int, expected: Expected) -> Returned:
    """
    Simulate on the node where this is called and give the files back.

    Parameters
    ----------
    scenario
        The scenario; its cache of plans is that of the node.
    seed
        Root seed.
    expected
        What the node must have.
    """
    faults = differences(expected)
    if faults:
        return Returned({}, f"node {socket.gethostname()}: {'; '.join(faults)}")
    if scenario.paths.cache_dir is not None:
        paths = scenario.paths.model_copy(update={"cache_dir": _CACHE})
        scenario = scenario.model_copy(update={"paths": paths})
    with tempfile.TemporaryDirectory(prefix="urban_freight_run_") as folder:
        fault = simulate_to(folder, scenario, seed)
        if fault is not None:
            return Returned({}, fault)
        return Returned({file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}, None)


def differences(expected: Expected) -> list[str]:
    """What this node has otherwise than expected: code, packages, files."""
    faults = []
    if code_sha256() != expected.code:
        faults.append(f"found other code at {Path(sim.__file__).parent}, expected that of the study")
    found = package_versions()
    for name in PACKAGES:
        if found[name] != expected.packages[name]:
            faults.append(f"found {name} {found[name] or 'not installed'}, expected {expected.packages[name]}")
    for place, sha256 in expected.inputs.items():
        try:
            same = hashlib.sha256(Path(place).read_bytes()).hexdigest() == sha256
        except OSError:
            same = False
        if not same:
            faults.append(f"found no file {place} with the content of the study's; relative paths are sent along")
    return faults


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
