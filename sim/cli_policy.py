"""The commands `sim policy`: what the access rules mean for a drive, and rules in the formats of others."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ConfigError
from sim.terminal import ANSWER_IS_NO, DONE, Commands, add_command

if TYPE_CHECKING:
    import pandas as pd

    from sim.network import RoadNetwork
    from sim.policy import AccessRuleParams

FORMATS = ("mds", "osm")
"""Formats of others in which rules are read and written."""


def explain(arguments: argparse.Namespace) -> int:
    """`sim policy explain`: may this vehicle go there at that time, by which way, at what price."""
    from sim.config.overrides import scenario_from_overrides
    from sim.network import read_network
    from sim.policy import VehicleTraits, explain_journey
    from sim.policy.speed_limit import with_speed_limits
    from sim.policy.stay_limit import stay_at
    from sim.traffic.travel_times import free_flow_times
    from sim.units import clock_to_s, s_to_clock, to_s

    scenario = scenario_from_overrides(arguments.overrides)
    kind = scenario.fleet.vehicle_types.get(arguments.vehicle)
    network = with_speed_limits(read_network(scenario.network.name, scenario.network.zones_file), scenario.policy.rules)
    faults, ends = [], []
    if kind is None:
        known = ", ".join(scenario.fleet.vehicle_types)
        faults.append(f"--vehicle: found {arguments.vehicle!r}, expected a vehicle type: {known}")
    for option, text in (("--from", arguments.from_place), ("--to", arguments.to_place)):
        try:
            ends.append(_link_of(network, text))
        except ValueError as error:
            faults.append(f"{option}: {error}")
    try:
        time_s = clock_to_s(arguments.at)
    except ValueError as error:
        faults.append(f"--at: {error}")
    unknown = [name for name in arguments.permit or () if name not in scenario.policy.permits]
    faults += [f"--permit: found {name!r}, expected one of {sorted(scenario.policy.permits)}" for name in unknown]
    if faults or kind is None:
        raise ConfigError(faults)
    answer = explain_journey(
        scenario.policy.rules,
        network,
        free_flow_times(network.length_m, network.free_speed_mps, network.signal_delay_s),
        access_class=kind.access_class,
        powertrain=kind.powertrain,
        traits=VehicleTraits(kind.emission_standard, kind.gross_kg, frozenset(arguments.permit or ())),
        weekday=scenario.weekday,
        day=scenario.day_1,
        source_node=int(network.to_node[ends[0]]),
        target_link=ends[1],
        time_s=time_s,
        value_cny_per_h=scenario.behaviour.driver_cny_per_h,
    )
    traits = VehicleTraits(kind.emission_standard, kind.gross_kg, frozenset(arguments.permit or ()))
    vehicle = (kind.access_class, kind.powertrain, traits)
    stay = stay_at(
        scenario.policy.rules, network, ends[1], answer.arrive_s, vehicle, weekday=scenario.weekday, day=scenario.day_1
    )
    if arguments.json:
        told = None if stay is None else {"until_s": to_s(stay.deadline_us), "rule_id": stay.rule_id}
        print(json.dumps(answer.document() | {"stay": told}, ensure_ascii=False, indent=2))
    else:
        print(f"{kind.label}, {scenario.weekday} {arguments.at}, on empty streets of {network.label}")
        print("\n".join(answer.lines()))
        if stay is not None:
            print(f"stay: until {s_to_clock(to_s(stay.deadline_us))} at the kerb there, by {stay.rule_id}")
    return DONE if answer.may_go_now else ANSWER_IS_NO


def export(arguments: argparse.Namespace) -> int:
    """`sim policy export`: the rules of a scenario as MDS Policy files or tags of OpenStreetMap, ready to publish."""
    from sim.config.overrides import scenario_from_overrides
    from sim.experiment.provenance import write_json
    from sim.network import read_network
    from sim.policy.mds import mds_documents
    from sim.policy.osm_conditional import osm_tags_of

    scenario = scenario_from_overrides(arguments.overrides)
    network = read_network(scenario.network.name, scenario.network.zones_file)
    folder = Path(arguments.out)
    if arguments.format == "osm":
        tags = osm_tags_of(scenario.policy.rules, network)
        ends = network.links[["link_id", "from_node_id", "to_node_id", "name"]]
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / ".osm_tags.csv.part"
        tags.merge(ends, on="link_id").to_csv(part, index=False)
        part.replace(folder / "osm_tags.csv")
        print(f"files: {folder / 'osm_tags.csv'} ({len(tags)} links)")
        return DONE
    policies, geographies = mds_documents(scenario.policy.rules, network, published_ms=int(time.time() * 1000))
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "policies.json", policies)
    write_json(folder / "geographies.json", geographies)
    print(f"files: {folder / 'policies.json'}, {folder / 'geographies.json'}")
    return DONE


def import_rules(arguments: argparse.Namespace) -> int:
    """`sim policy import`: MDS Policy files or tags of OpenStreetMap as an option of the group `policy`."""
    import yaml

    from sim.network import read_network

    network = read_network(arguments.network, arguments.zones)
    if arguments.format == "osm":
        from sim.policy.osm_conditional import rules_from_osm, tags_of_network

        tags = tags_of_network(network) if arguments.source is None else _tag_table(Path(arguments.source))
        found = rules_from_osm(tags, network)
        for note in found.notes:
            print(f"note: {note}", file=sys.stderr)
        rules = found.rules
    elif arguments.source is None:
        raise ConfigError("expected DIR with policies.json and geographies.json, found none")
    else:
        rules = _rules_of_feed(Path(arguments.source), network)
    content = {"rules": {name: rule.model_dump(mode="json", exclude_none=True) for name, rule in rules.items()}}
    out = Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    part.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    part.replace(out)
    zones = "" if arguments.zones is None else f" network.zones_file={arguments.zones}"
    print(f"{len(rules)} rules in {out}; use them on this network alone: sim run network={arguments.network}{zones}")
    return DONE


def _tag_table(path: Path) -> pd.DataFrame:
    """Tags by link from a CSV."""
    import pandas as pd

    from sim.policy.osm_conditional import TAG_COLUMNS

    try:
        table = pd.read_csv(path, dtype={"tag": str, "value": str})
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}; expected a table {', '.join(TAG_COLUMNS)}") from error
    missing = [name for name in TAG_COLUMNS if name not in table]
    if missing:
        raise ConfigError(f"{path}: found columns {', '.join(table.columns)}; expected also {', '.join(missing)}")
    if table["link_id"].dtype.kind not in "iu":
        raise ConfigError(f"{path}: link_id: found {table['link_id'].dtype} values, expected whole numbers")
    lacking = table.index[table[["tag", "value"]].isna().any(axis=1)]
    if len(lacking):
        raise ConfigError(f"{path}: line {lacking[0] + 2}: found no tag or no value, expected both")
    return table[list(TAG_COLUMNS)]


def _rules_of_feed(folder: Path, network: RoadNetwork) -> dict[str, AccessRuleParams]:
    """Rules of a folder with files of MDS Policy."""
    from sim.policy.mds import rules_from_mds

    documents, faults = [], []
    for name in ("policies.json", "geographies.json"):
        path = folder / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            documents.append(content if isinstance(content, dict) else {})
        except (OSError, ValueError) as error:
            faults.append(f"{path}: cannot be read: {error}; expected a file of MDS Policy 2")
    if faults:
        raise ConfigError(faults)
    return rules_from_mds(documents[0], documents[1], network)


def _link_of(network: RoadNetwork, text: str) -> int:
    """Row of the link at a position LON,LAT, a node_id, or a place by its id or name."""
    from sim.network.nearest_link import find_links_near

    parts = text.split(",")
    if len(parts) == 2:
        try:
            lon, lat = (float(part) for part in parts)
        except ValueError:
            raise ValueError(f"found {text!r}, expected LON,LAT in degrees") from None
        west, east = float(network.nodes["lon"].min()), float(network.nodes["lon"].max())
        south, north = float(network.nodes["lat"].min()), float(network.nodes["lat"].max())
        if not (west - 0.05 <= lon <= east + 0.05 and south - 0.05 <= lat <= north + 0.05):
            raise ValueError(
                f"found {text!r}, expected a position in network {network.name}: "
                f"{west:.4f} to {east:.4f}, {south:.4f} to {north:.4f}"
            )
        return int(find_links_near(network, lon, lat)[0])
    if text.isdecimal():
        into = (network.links["to_node_id"] == int(text)).to_numpy(dtype=bool).nonzero()[0]
        if len(into):
            return int(into[0])
        raise ValueError(f"found node {text}, expected a node_id of network {network.name}")
    places = network.places
    found = places[(places["place_id"] == text) | (places["name"] == text)]
    if len(found) == 0:
        raise ValueError(f"found {text!r}, expected LON,LAT, a node_id, or a place of network {network.name}")
    return int(found["link"].iloc[0])


def add_policy_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim policy` among the other commands."""
    group = commands.add_parser("policy", help="Access rules: what they mean for a drive.").add_subparsers(
        metavar="COMMAND", required=True
    )
    command = add_command(
        group,
        "explain",
        explain,
        "May this vehicle go there at that time, by which way, what is closed, at what price? "
        "Exit code 0: yes, at once; 1: not now.",
        "examples:\n  sim policy explain --vehicle diesel_van --from hub_00000 --to shop_00010 --at 08:10 "
        "scenario=peak_ban network=helsinki\n"
        "  sim policy explain --vehicle electric_van --from 24.93,60.17 --to 24.95,60.18 --at 08:10 "
        "policy=cordon_charge network=helsinki --json",
    )
    command.add_argument("--vehicle", required=True, metavar="TYPE", help="vehicle type of the fleet")
    place = "LON,LAT, a node_id, or a place by id or name"
    command.add_argument("--from", dest="from_place", required=True, metavar="PLACE", help=f"start: {place}")
    command.add_argument("--to", dest="to_place", required=True, metavar="PLACE", help=f"end: {place}")
    command.add_argument("--at", required=True, metavar="HH:MM", help="time of departure")
    command.add_argument("--permit", action="append", metavar="NAME", help="a permit that the vehicle holds")
    command.add_argument("--json", action="store_true", help="the answer as JSON")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="GROUP=OPTION or KEY=VALUE, as in sim run")

    command = add_command(
        group,
        "export",
        export,
        "Write the rules of a scenario as MDS Policy 2.0 (policies.json, geographies.json), or as tags of "
        "OpenStreetMap by link (osm_tags.csv).",
        "examples:\n  sim policy export --out feed policy=peak_ban network=helsinki\n"
        "  sim policy export --format osm --out feed policy=tricycle_phase_out network=helsinki",
    )
    command.add_argument("--format", choices=FORMATS, default="mds", help="what is written (default: mds)")
    command.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="GROUP=OPTION or KEY=VALUE, as in sim run")
    command = add_command(
        group,
        "import",
        import_rules,
        "Read MDS Policy 2.0 files, or conditional restrictions of OpenStreetMap, into an option of the group policy.",
        "examples:\n  sim policy import feed --network helsinki --out configs/policy/from_feed.yaml\n"
        "  sim policy import --format osm --network my_city --out configs/policy/as_signed.yaml\n"
        "  sim policy import feed/osm_tags.csv --format osm --network helsinki --out configs/policy/as_tagged.yaml",
    )
    command.add_argument(
        "source",
        nargs="?",
        metavar="PATH",
        help="mds: folder with policies.json and geographies.json; osm: table link_id, tag, value, or left out for the "
        "restrictions that the network has from its source",
    )
    command.add_argument("--format", choices=FORMATS, default="mds", help="what is read (default: mds)")
    command.add_argument("--network", required=True, help="name of a network or path to its folder")
    command.add_argument("--zones", metavar="FILE", help="GeoJSON of zones besides those of the network")
    command.add_argument("--out", required=True, metavar="FILE", help="YAML file to write")
