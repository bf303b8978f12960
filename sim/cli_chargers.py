"""The command `sim network chargers`: public charging sites as an OCPI file that runs and other programs can read."""

from __future__ import annotations

import argparse

from sim.terminal import DONE, Commands, add_command


def chargers(arguments: argparse.Namespace) -> int:
    """`sim network chargers`: write the sites of a network, or as many connectors as asked for, as OCPI locations."""
    from sim.config import load_scenario
    from sim.facilities import public_charging_sites
    from sim.facilities.ocpi_locations import write_locations
    from sim.network import read_network

    network = read_network(arguments.network)
    wanted = arguments.connectors
    own = ["charging.sites_from=places"] if wanted is None else ["charging.vans_per_connector=1"]
    if arguments.site_power_kw is not None:
        own.append(f"charging.site_power_kw={arguments.site_power_kw}")
    params = load_scenario("", own).charging
    sites = public_charging_sites(network, params, plug_in_vans=wanted or 0)
    path = write_locations(sites, arguments.out)
    connectors = sum(site.connectors for site in sites)
    print(
        f"{len(sites)} locations with {connectors} EVSEs of up to {max((s.power_kw for s in sites), default=0.0):g} kW"
    )
    print(f"files: {path}")
    print(f"use them: sim run charging.sites_from=ocpi charging.locations_file={path}")
    return DONE


def add_chargers_command(networks: Commands[argparse.ArgumentParser]) -> None:
    """
    Add the command to those of road networks.

    Parameters
    ----------
    networks
        The group `sim network`.
    """
    command = add_command(
        networks,
        "chargers",
        chargers,
        "Write public charging sites as OCPI locations.",
        "examples:\n  sim network chargers --network zhangdian --out chargers.json\n"
        "  sim network chargers --network zhangdian --connectors 120 --site-power-kw 200 --out chargers.json",
    )
    command.add_argument("--network", required=True, help="name of a network or path to its folder")
    command.add_argument("--out", required=True, metavar="FILE", help="JSON to write, which a run can read")
    command.add_argument(
        "--connectors",
        type=_count,
        metavar="N",
        help="so many connectors at its chargers (default: as the map has them)",
    )
    command.add_argument(
        "--site-power-kw", type=_power, metavar="KW", help="most that a site draws (default: no limit)"
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, found {text!r}")
    return int(text)


def _power(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a power above 0 [kW], found {text!r}")
    return value
