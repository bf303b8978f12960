"""
Reads one uploaded file within limits: a task as JSON on standard input, an answer as JSON on the last line of output.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from sim.errors import InputError


def main() -> int:
    """Set the limits, read the file, tell what was found."""
    task = json.loads(sys.stdin.read())
    resource.setrlimit(resource.RLIMIT_AS, (task["memory_bytes"], task["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["time_s"], task["time_s"]))
    try:
        answer = _READERS[task["kind"]](Path(task["path"]), task["options"])
    except InputError as error:
        answer = {"faults": list(error.faults)}
    except MemoryError:
        answer = {"faults": ["file: needs more memory than an upload may take; expected a smaller file"]}
    except Exception as error:  # whatever a stranger's file does to a library, the answer is a sentence
        answer = {"faults": [f"file: could not be read: {type(error).__name__}"]}
    print(json.dumps({"faults": [], "notes": []} | answer), flush=True)  # noqa: T201
    return 0


def _survey(path: Path, options: dict[str, str]) -> dict[str, Any]:
    from sim.demand import read_survey
    from sim.network import read_network

    shops = read_survey(path, read_network(options["network"]))
    return {"rows": len(shops), "use": f"demand.source=survey demand.survey_file={path}"}


def _network(path: Path, options: dict[str, str]) -> dict[str, Any]:
    from sim.app.scenario_files import write_network_option
    from sim.network import build_network, write_network

    source = {".graphml": "graphml", ".osm": "osm", ".pbf": "pbf"}[path.suffix]
    network = build_network(source, path=str(path), name=options["name"])
    folder = write_network(network, Path("networks") / options["name"])
    use = f"network={options['name']}"
    write_network_option(Path.cwd(), options["name"], str(folder), {})
    return {"notes": list(network.notes), "rows": network.n_links, "use": use}


def _trips(path: Path, options: dict[str, str]) -> dict[str, Any]:
    from sim.demand import read_trip_list
    from sim.network import read_network

    trips = read_trip_list(path, read_network(options["network"]))
    return {"rows": len(trips.depart_us), "use": f"traffic=cars traffic.trips_from=trip_list traffic.trips_file={path}"}


def _positions(path: Path, options: dict[str, str]) -> dict[str, Any]:
    from sim.app.positions import FARTHEST_M, match_positions, read_positions
    from sim.network import read_network

    network = read_network(options["network"])
    found = match_positions(read_positions(path), network)
    out = path.with_suffix(".matched.csv")
    found.to_csv(out, index=False)
    matched = found["link_id"].notna()
    far = int((~matched).sum())
    return {
        "rows": len(found),
        "vehicles": int(found["vehicle_id"].nunique()),
        "matched": int(matched.sum()),
        "notes": [f"{far} positions lie farther than {FARTHEST_M:g} m from any street"] if far else [],
        "file": out.name,
    }


_READERS = {"survey": _survey, "network": _network, "trips": _trips, "positions": _positions}

if __name__ == "__main__":
    sys.exit(main())
