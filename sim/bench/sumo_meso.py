"""
SUMO's mesoscopic model on a case.

Every edge gets the type of its capacity and speed: in meso the time between two vehicles is `tau` plus the time the
vehicle's own length takes, divided by the lanes, so `tau = lanes / q - 7.5 m / v` makes the edge carry our capacity,
queued or not; `tau` between two jammed segments is the time our gaps take over a vehicle's space, `7.5 m / w`. One
queue for all lanes, no junction control and no penalties, because our links have none. Routes are fixed, and a
vehicle that stands for 300 s is teleported, as ours is forced on.

Sources: Eissfeldt (2004), "Vehicle-based modelling of traffic", PhD thesis, Cologne; Lopez et al. (2018),
"Microscopic traffic simulation using SUMO", ITSC.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from sim.bench.case import TRIPS_PER_ROUTE, Case
from sim.bench.outcome import Outcome
from sim.contracts import IntArray
from sim.traffic.link_model import VEHICLE_SPACE_M, link_parameters
from sim.units import SECONDS_PER_HOUR

STUCK_TIME_S = 300
BIN_S = 900
CLOCK_STEP_S = 0.01
"""SUMO tells its time in hundredths of a second."""

_MEASURE = (
    "import json, resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "cpu = used.ru_utime + used.ru_stime\n"
    "print(json.dumps([done.returncode, used.ru_maxrss, cpu, done.stderr[-2000:]]))\n"
)
"""A small process in between, whose own memory is not counted into that of SUMO."""


def _tool(name: str) -> str:
    spec = find_spec("sumo")
    assert spec is not None and spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "bin" / name)


def write_network(case: Case, folder: Path) -> Path:
    """
    Write the links as a SUMO network; returns its file.

    Edge `e<row>` is link `row`; every edge leads to every edge that starts where it ends, turning back included.
    """
    kinds, kind_of = _types(case)
    _write(folder / "types.add.xml", ["<additional>", *kinds, _link_output(), "</additional>"])
    _write(
        folder / "case.nod.xml",
        [
            "<nodes>",
            *(
                f'<node id="n{row}" x="{x:.2f}" y="{y:.2f}" type="unregulated"/>'
                for row, (x, y) in enumerate(zip(case.x_m, case.y_m, strict=True))
            ),
            "</nodes>",
        ],
    )
    edges, connections = ["<edges>"], ["<connections>"]
    for row in range(case.n_links):
        edges.append(
            f'<edge id="e{row}" from="n{case.from_node[row]}" to="n{case.to_node[row]}" type="t{kind_of[row]}" '
            f'numLanes="{int(case.lanes[row])}" speed="{case.free_speed_mps[row]:.6f}" '
            f'length="{case.length_m[row]:.3f}"/>'
        )
    order = np.argsort(case.from_node, kind="stable")
    begin = np.searchsorted(case.from_node[order], np.arange(len(case.x_m) + 1))
    for row in range(case.n_links):
        node = case.to_node[row]
        for other in order[begin[node] : begin[node + 1]]:
            connections.append(f'<connection from="e{row}" to="e{other}" fromLane="0" toLane="0"/>')
    _write(folder / "case.edg.xml", [*edges, "</edges>"])
    _write(folder / "case.con.xml", [*connections, "</connections>"])
    net = folder / "case.net.xml"
    parts = {"node": "nod", "edge": "edg", "connection": "con"}
    files = [f"--{part}-files={folder / f'case.{suffix}.xml'}" for part, suffix in parts.items()]
    command = [_tool("netconvert"), *files, "--no-internal-links", "--no-turnarounds", "--offset.disable-normalization"]
    subprocess.run([*command, "--no-warnings", "--output-file", str(net)], check=True, capture_output=True, text=True)
    return net


def _types(case: Case) -> tuple[list[str], IntArray]:
    """Types of edges by speed, capacity and wave speed, and the type of each link."""
    wave_mps = link_parameters(case.links()).wave_speed_mps
    per_lane = case.lanes * SECONDS_PER_HOUR / case.capacity_veh_per_h
    free_s = per_lane - VEHICLE_SPACE_M / case.free_speed_mps
    jam_s = VEHICLE_SPACE_M / wave_mps
    values = np.round(np.column_stack([free_s, jam_s]), 3)
    rows, kind_of = np.unique(values, axis=0, return_inverse=True)
    kinds = [
        f'<type id="t{kind}"><meso tauff="{free:.3f}" taufj="{free:.3f}" taujf="{free:.3f}" taujj="{jam:.3f}" '
        'jamThreshold="-1" junctionControl="false" tlsPenalty="0" tlsFlowPenalty="0" minorPenalty="0" '
        'overtaking="false"/></type>'
        for kind, (free, jam) in enumerate(rows)
    ]
    return kinds, kind_of.reshape(-1).astype(np.int64)


def _link_output() -> str:
    return f'<edgeData id="bins" period="{BIN_S}" file="links.xml" excludeEmpty="true"/>'


def write_routes(case: Case, path: Path) -> Path:
    """Write routes, and vehicles in the order of their departures."""
    lines = [
        "<routes>",
        '<vType id="car" length="5" minGap="2.5" tau="1" maxSpeed="100" speedFactor="1" speedDev="0" sigma="0"/>',
    ]
    for row in range(case.n_routes):
        places = case.routes_flat[case.route_start[row] : case.route_start[row + 1]].tolist()
        lines.append(f'<route id="r{row}" edges="{" ".join(f"e{place}" for place in places)}"/>')
    for trip in np.argsort(case.depart_s, kind="stable").tolist():
        lines.append(
            f'<vehicle id="{trip}" type="car" route="r{trip // TRIPS_PER_ROUTE}" depart="{case.depart_s[trip]:.0f}" '
            'departSpeed="max"/>'
        )
    return _write(path, [*lines, "</routes>"])


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run_sumo(case: Case, folder: Path) -> Outcome:
    """
    Drive the case's trips.

    SUMO reads its routes in the first step and counts that as simulation; a second run of that step alone tells how
    long it takes, and is taken off.

    Parameters
    ----------
    case
        The case.
    folder
        Where its input and output files are put.

    Raises
    ------
    RuntimeError
        If SUMO stops with an error; the message is SUMO's.
    """
    net = write_network(case, folder)
    routes = write_routes(case, folder / "case.rou.xml")
    command = [
        *(_tool("sumo"), "--mesosim", "--net-file", str(net), "--route-files", str(routes)),
        *("--additional-files", str(folder / "types.add.xml"), "--route-steps", "0"),
        *("--meso-multi-queue", "false", "--meso-junction-control", "false"),
        *("--time-to-teleport", str(STUCK_TIME_S), "--duration-log.statistics", "true"),
        *("--no-step-log", "true", "--no-warnings", "true", "--statistic-output"),
    ]
    first, whole = folder / "first_step.xml", folder / "statistics.xml"
    _, first_cpu_s = _run_apart([*command, str(first), "--end", "1"])
    began = time.perf_counter()
    peak_mb, cpu_s = _run_apart([*command, str(whole)])
    wall_s = time.perf_counter() - began
    simulation_s = _number(whole, "performance", "clockDuration") - _number(first, "performance", "clockDuration")
    return Outcome(
        simulation_s=max(simulation_s, CLOCK_STEP_S),
        cpu_s=max(cpu_s - first_cpu_s, 0.0),
        loading_s=wall_s - simulation_s,
        mean_travel_s=_number(whole, "vehicleTripStatistics", "duration")
        + _number(whole, "vehicleTripStatistics", "departDelay"),
        arrived=int(_number(whole, "vehicleTripStatistics", "count")),
        forced_moves=int(_number(whole, "teleports", "total")),
        end_s=_number(whole, "performance", "end"),
        peak_memory_mb=peak_mb,
    )


def _run_apart(command: list[str]) -> tuple[float, float]:
    """Run SUMO and wait; returns the most memory it held [MB] and its processor time [s]."""
    done = subprocess.run([sys.executable, "-S", "-c", _MEASURE, *command], check=True, capture_output=True, text=True)
    code, peak_kb, cpu_s, message = json.loads(done.stdout)
    if code != 0:
        raise RuntimeError(f"sumo: {message.strip()}")
    return float(peak_kb) / 1024.0, float(cpu_s)


def _number(path: Path, element: str, name: str) -> float:
    found = ET.parse(path).getroot().find(element)
    if found is None:
        raise RuntimeError(f"{path}: no element {element}")
    return float(found.attrib[name])
