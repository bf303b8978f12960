"""The command `sim network site`: where terminal stations or distribution centres would serve best."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.terminal import DONE, Commands, add_command


def site(arguments: argparse.Namespace) -> int:
    """`sim network site`: propose sites, write them as a table that a run can use, and draw the map."""
    from sim.facilities import propose_centres, propose_stations, write_sites
    from sim.network import read_network
    from sim.view import draw_site_map

    network = read_network(arguments.network)
    is_stations = arguments.stations is not None
    number = arguments.stations if is_stations else arguments.centres
    propose = propose_stations if is_stations else propose_centres
    proposal = propose(network, number, objective=arguments.objective, radius_m=arguments.radius_m)
    found = proposal.siting
    who, what = ("residents", "terminal stations") if is_stations else ("shops", "distribution centres")
    caption = (
        f"{number} by {arguments.objective}: mean straight way {found.mean_distance_m:.0f} m, "
        f"{found.covered_share:.1%} of {who} within {arguments.radius_m:g} m; optimality gap {found.gap:.2%}"
    )
    out = write_sites(proposal.sites, arguments.out)
    figure = draw_site_map(
        network,
        proposal.sites,
        proposal.demand,
        Path(arguments.map) if arguments.map else out.with_suffix(".png"),
        radius_m=arguments.radius_m,
        title=f"proposed {what}",
        caption=caption,
    )
    print(caption)
    print(f"files: {out}, {figure}")
    if is_stations:
        print(f"use them: sim run scenario=parcels stations.number={number} stations.sites_file={out}")
    else:
        print(f"use them: sim run scenario=joint_50 joint.centre.sites_file={out}")
    return DONE


def add_site_command(networks: Commands[argparse.ArgumentParser]) -> None:
    """
    Add the command to those of road networks.

    Parameters
    ----------
    networks
        The group `sim network`.
    """
    command = add_command(
        networks,
        "site",
        site,
        "Propose sites for stations or distribution centres.",
        "examples:\n  sim network site --network zhangdian --stations 40 --out sites.geojson\n"
        "  sim network site --network zhangdian --stations 40 --objective coverage --radius-m 300 --out sites.csv\n"
        "  sim network site --network zhangdian --centres 3 --radius-m 3000 --out centres.csv",
    )
    command.add_argument("--network", required=True, help="name of a network or path to its folder")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--stations", type=_count, metavar="N", help="terminal stations, near residents")
    what.add_argument("--centres", type=_count, metavar="N", help="distribution centres, near shops")
    command.add_argument("--out", required=True, metavar="FILE", help="CSV or GeoJSON to write, which a run can read")
    command.add_argument(
        "--objective",
        choices=("p-median", "coverage"),
        default="p-median",
        help="least mean way (default), or most demand within the radius",
    )
    command.add_argument("--radius-m", type=_metres, default=500.0, help="what counts as near (default: 500 m)")
    command.add_argument("--map", metavar="FILE", help="where to draw the map (default: beside FILE, as PNG)")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, found {text!r}")
    return int(text)


def _metres(text: str) -> float:
    try:
        metres = float(text)
    except ValueError:
        metres = -1.0
    if not 0.0 < metres <= 1e5:
        raise argparse.ArgumentTypeError(f"expected metres above 0, up to 100,000, found {text!r}")
    return metres
