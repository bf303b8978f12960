"""A study on a Ray cluster: same bytes as on one machine, a lost node costs only time, strangers are refused."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.config import load_scenario
from sim.experiment.cluster import Expected, Returned, _hand_out, differences, pack
from sim.experiment.design import PlannedRun
from sim.experiment.provenance import code_sha256, package_versions
from sim.network import find_network

TABLES = ("design", "outcomes", "summary", "comparison", "failures")
STUDY = """
question: What does a ban on the grid cost?
scenario: baseline
fixed: [network=grid, traffic=off, planning.iterations=20]
factors:
  ban: {options: {none: [policy=none], peak: [policy=peak_ban], cordon: [policy=cordon_charge]}}
base: {ban: none}
measures: [van_km, cost_per_tonne, orders_delivered]
"""


def _expected(**changes: Any) -> Expected:
    return Expected(**{"code": code_sha256(), "packages": package_versions(), "inputs": {}} | changes)


def test_a_node_that_differs_is_told_in_what() -> None:
    """Other code, another package, a missing file and one of other content: each is a difference, and named."""
    assert differences(_expected()) == []
    packages = package_versions() | {"numpy": "0.9"}
    inputs = {"nowhere.csv": "0" * 64, "pyproject.toml": "0" * 64}
    found = differences(_expected(code="0" * 64, packages=packages, inputs=inputs))
    assert len(found) == 4
    for word in ("other code", "numpy", "nowhere.csv", "pyproject.toml"):
        assert any(word in fault for fault in found), word


def test_the_parcel_of_a_study_holds_code_network_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a scenario names by a relative path travels; what lies elsewhere is only known by its hash."""
    monkeypatch.chdir(tmp_path)
    zones = (find_network("grid") / "zones.geojson").read_bytes()
    Path("inputs").mkdir()
    Path("inputs/zones.geojson").write_bytes(zones)
    elsewhere = tmp_path / "elsewhere.geojson"
    elsewhere.write_bytes(zones)
    (tmp_path / "parcel").mkdir()
    scenarios = [
        load_scenario("baseline", ["network=grid", f"network.zones_file={file}"])
        for file in ("inputs/zones.geojson", elsewhere)
    ]
    inputs = pack(scenarios, tmp_path / "parcel")
    parcel = {str(file.relative_to(tmp_path / "parcel")) for file in (tmp_path / "parcel").rglob("*") if file.is_file()}
    assert {"sim/cli.py", "networks/grid/links.parquet", "networks/grid/network.yaml", "inputs/zones.geojson"} <= parcel
    assert not any("__pycache__" in file or "elsewhere" in file for file in parcel)
    assert {"networks/grid/links.parquet", "inputs/zones.geojson", str(elsewhere)} <= set(inputs)


def test_an_address_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--on` takes `ray` or `ray://HOST:PORT`; anything else is said before a run is begun."""
    from sim.cli import main

    _write_study(tmp_path)
    pytest.importorskip("ray")
    assert main(["study", str(tmp_path / "toy"), "--on", "head:10001", "--out", str(tmp_path / "out")]) == 2
    assert "expected ray, or ray://HOST:PORT" in capsys.readouterr().err


def _write_study(folder: Path) -> None:
    (folder / "toy").mkdir()
    (folder / "toy" / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "toy" / "seeds.csv").write_text("seed\n1\n2\n3\n4\n", encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _command(folder: Path, out: str, *options: str) -> list[str]:
    study, results = str(folder / "toy"), str(folder / out)
    return [sys.executable, "-m", "sim.cli", "study", study, "--out", results, *options]


@pytest.fixture
def two_nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any, str]]:
    """A cluster of two nodes on loopback with a processor each: the cluster, the node to lose, the address."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # whether or not whoever tests has a token
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    port = _free_port()
    head = {"num_cpus": 1, "ray_client_server_port": port, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        yield cluster, cluster.add_node(num_cpus=1), f"ray://127.0.0.1:{port}"
    finally:
        cluster.shutdown()


@pytest.mark.slow
def test_two_nodes_one_of_them_killed_leave_the_bytes_of_one_machine(
    tmp_path: Path, two_nodes: tuple[Any, Any, str]
) -> None:
    """The node dies while it simulates; its runs are done again elsewhere, and the tables are those of one worker."""
    cluster, doomed, address = two_nodes
    _write_study(tmp_path)
    subprocess.run(_command(tmp_path, "one", "--workers", "1"), check=True, capture_output=True)
    with subprocess.Popen(
        _command(tmp_path, "cluster", "--on", address), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        finished = tmp_path / "cluster" / "runs"
        deadline = time.monotonic() + 240.0
        while running.poll() is None and len(list(finished.glob("*/kpis.json"))) < 3:
            assert time.monotonic() < deadline, "no run came back"
            time.sleep(0.05)
        assert running.poll() is None, running.stdout and running.stdout.read()
        cluster.remove_node(doomed, allow_graceful=False)
        told, _ = running.communicate(timeout=240)
    assert running.returncode == 0, told
    assert "12 of 12 runs finished" in told
    for table in TABLES:
        here, there = (tmp_path / folder / f"{table}.csv" for folder in ("one", "cluster"))
        assert here.read_bytes() == there.read_bytes(), table


class _Lost(Exception):
    """Stands for a worker that died."""


class _Ray:
    """What the driver sees of a cluster: runs land at once, and those of some seeds lose their worker so many times."""

    class exceptions:
        RayError = _Lost
        RaySystemError = _Lost

    def __init__(self, dies: dict[int, int]) -> None:
        self.dies = dies

    def remote(self, **options: Any) -> Any:
        assert options["max_retries"] == 0
        return lambda function: SimpleNamespace(remote=lambda scenario, seed, expected: (seed, object()))

    def put(self, value: Any) -> Any:
        return value

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 1.0}

    def wait(self, jobs: list[Any], num_returns: int) -> tuple[list[Any], list[Any]]:
        return jobs[:num_returns], jobs[num_returns:]

    def get(self, job: Any) -> Returned:
        seed = job[0]
        if self.dies.get(seed, 0):
            self.dies[seed] -= 1
            raise _Lost("worker died")
        if seed == 3:
            return Returned({}, "a fault of its own")
        return Returned(
            {"manifest.json": json.dumps({"code_sha256": code_sha256()}).encode(), "kpis.json": b"{}"}, None
        )


def test_a_run_is_handed_out_three_times_at_most_and_stops_no_other(tmp_path: Path) -> None:
    """Lost twice: simulated the third time. Lost always: told as failed, as is a run with a fault; others finish."""
    point: Any = SimpleNamespace(scenario=None)
    runs = [PlannedRun(f"run{seed}", point, seed, seed) for seed in range(1, 6)]
    ended: dict[str, str | None] = {}
    ray = _Ray({2: 2, 4: 99})
    _hand_out(ray, runs, _expected(), tmp_path, lambda run, fault: ended.update({run.run_id: fault}))
    assert set(ended) == {run.run_id for run in runs}
    assert [name for name, fault in sorted(ended.items()) if fault is None] == ["run1", "run2", "run5"]
    assert ended["run3"] == "a fault of its own"
    assert "3 times" in str(ended["run4"])
    assert ray.dies == {2: 0, 4: 96}
    assert sorted(path.parent.name for path in tmp_path.glob("*/kpis.json")) == ["run1", "run2", "run5"]
