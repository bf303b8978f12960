"""
The command line: `sim run`, `sim network`, `sim demand`, `sim traffic`, `sim bench`.

Exit codes: 0 done; 1 ran but the answer is no; 2 the input is wrong, with one line for each fault.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli_app import add_app_command
from sim.cli_chargers import add_chargers_command
from sim.cli_fleet import add_fleet_command
from sim.cli_plot import add_plot_command
from sim.cli_policy import add_policy_commands
from sim.cli_report import add_report_command
from sim.cli_reproduce import add_reproduce_command
from sim.cli_scorecard import add_scorecard_command
from sim.cli_search import add_search_command
from sim.cli_site import add_site_command
from sim.cli_study import add_study_commands
from sim.cli_traffic import add_traffic_commands
from sim.errors import InputError
from sim.terminal import ANSWER_IS_NO, DONE, INPUT_IS_WRONG, LIVE_FILE, add_command, progress_bar

if TYPE_CHECKING:
    from sim.config import Scenario


def _run_one(scenario: Scenario) -> None:
    from rich.console import Console

    from sim.config.scenarios import parts_of
    from sim.experiment import run_scenario
    from sim.experiment.live_file import live_file
    from sim.view import draw_run_figures, print_kpis

    with progress_bar() as progress:
        live = os.environ.get(LIVE_FILE)
        finished = run_scenario(scenario, progress=progress, watch=live_file(Path(live)) if live else None)
        figures = draw_run_figures(finished.folder) if scenario.run.figures else []
    console = Console()
    names = "+".join(scenario.scenario.names) or "run"
    title = f"{names} on {scenario.network.name}, seed {scenario.seed}"
    print_kpis(finished.kpis, title=title, console=console)
    for name in scenario.scenario.names:
        made_of = parts_of(name)[:-1]
        if made_of:
            console.print(f"{name} is {' + '.join(made_of)}", soft_wrap=True)
    for warning in finished.warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    parts = ", ".join(f"{part.replace('_', ' ')} {value:.1f} s" for part, value in finished.wall_s.items())
    console.print(f"run {finished.run_id}: {parts}", soft_wrap=True)
    console.print(f"files: {finished.folder}" + (f" (with {len(figures)} figures)" if figures else ""), soft_wrap=True)


def run(arguments: argparse.Namespace) -> int:
    """`sim run`: simulate one scenario, or with `-m` every combination of a sweep."""
    from sim.config.overrides import scenario_from_overrides, sweep

    if arguments.multirun:
        sweep(arguments.overrides, _run_one)
    else:
        _run_one(scenario_from_overrides(arguments.overrides))
    return DONE


def network_build(arguments: argparse.Namespace) -> int:
    """`sim network build`: a road network from a source, written to a folder."""
    from sim.network import build_network, write_network

    options = {
        key: value
        for key, value in vars(arguments).items()
        if key not in ("run_command", "source", "out") and value is not None
    }
    network = build_network(arguments.source, **options)
    folder = Path(arguments.out) if arguments.out else Path("networks") / network.name
    write_network(network, folder)
    for note in network.notes:
        print(f"note: {note}")
    print(f"{network.label}: {network.n_nodes} nodes, {network.n_links} links written to {folder}")
    return DONE


def network_check(arguments: argparse.Namespace) -> int:
    """`sim network check`: every fault of a network's files."""
    from sim.network import check_network, find_network, is_warning

    find_network(arguments.network)
    findings = check_network(arguments.network)
    for finding in findings:
        print(finding)
    if any(not is_warning(finding) for finding in findings):
        return ANSWER_IS_NO
    print(f"{arguments.network}: no faults")
    return DONE


def network_info(arguments: argparse.Namespace) -> int:
    """`sim network info`: what is in a network, and its map."""
    from sim.network import network_table, read_network
    from sim.view import draw_network_map, print_table

    network = read_network(arguments.network, arguments.zones)
    print_table(network_table(network), title=network.label)
    path = Path(arguments.map) if arguments.map else Path("results") / f"network_{network.name}.png"
    draw_network_map(network, path)
    print(f"map: {path}")
    return DONE


def demand_template(arguments: argparse.Namespace) -> int:
    """`sim demand template`: an empty survey table with its schema."""
    from sim.demand import write_survey_template

    path = Path(arguments.out)
    write_survey_template(path)
    print(f"{path}: fill in a row for each shop, then run with demand.source=survey demand.survey_file={path}")
    return DONE


def bench(arguments: argparse.Namespace) -> int:
    """`sim bench`: this engine beside other simulators on the same trips."""
    from sim.bench import missed_targets, run_from

    table = run_from(arguments, lambda line: print(line, flush=True))
    for line in missed_targets(table):
        print(f"missed: {line}")
    print(f"files: {arguments.out}")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sim", description="Agent-based simulation of urban deliveries: traffic, freight and access rules."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = add_command(
        commands,
        "run",
        run,
        "Simulate one scenario and write its files, KPI table and figures.",
        "examples:\n  sim run\n  sim run scenario=peak_ban network=helsinki seed=2\n"
        "  sim run scenario=peak_ban+electric berths.spaces_per_shop=0.2\n"
        "  sim run -m scenario=baseline,peak_ban seed=1,2,3",
    )
    command.add_argument("-m", "--multirun", action="store_true", help="sweep over values given with commas")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="GROUP=OPTION or KEY=VALUE")

    networks = commands.add_parser("network", help="Build, check and show road networks.").add_subparsers(
        metavar="COMMAND", required=True
    )
    _add_network_build(add_command(networks, "build", network_build, "Make a road network from a source."))
    command = add_command(networks, "check", network_check, "List every fault of a network.")
    command.add_argument("network", help="name of a network or path to its folder")
    command = add_command(networks, "info", network_info, "Show a table of a network and draw its map.")
    command.add_argument("network", help="name of a network or path to its folder")
    command.add_argument("--map", metavar="FILE", help="where to draw the map (default: results/network_NAME.png)")
    command.add_argument("--zones", metavar="FILE", help="GeoJSON of zones besides those of the network")
    add_site_command(networks)
    add_chargers_command(networks)

    demand = commands.add_parser("demand", help="Demand tables.").add_subparsers(metavar="COMMAND", required=True)
    command = add_command(demand, "template", demand_template, "Write an empty survey table with its schema.")
    command.add_argument("out", nargs="?", default="survey.csv", help="file to write (default: survey.csv)")
    add_traffic_commands(commands)
    add_fleet_command(commands)
    add_policy_commands(commands)
    add_report_command(commands)
    add_study_commands(commands)
    add_search_command(commands)
    add_reproduce_command(commands)
    add_plot_command(commands)
    add_scorecard_command(commands)
    add_app_command(commands)
    _add_bench(
        add_command(commands, "bench", bench, "Run the traffic engine beside other simulators on the same trips.")
    )
    return parser


def _add_bench(command: argparse.ArgumentParser) -> None:
    from sim.bench import add_arguments

    add_arguments(command)


def _add_network_build(command: argparse.ArgumentParser) -> None:
    from sim.network.build import SOURCES

    command.add_argument("source", choices=SOURCES, help="where the network comes from")
    command.add_argument("path", nargs="?", help="file, or the name of a place or network; none for schematic and grid")
    command.add_argument("--name", help="short name of the network (default: from the source)")
    command.add_argument("--label", help="name for maps and reports (default: from the short name)")
    command.add_argument("--out", metavar="DIR", help="folder to write (default: networks/NAME)")
    command.add_argument("--bbox", help="west,south,east,north in degrees (pbf, osm, network)")
    command.add_argument("--polygon", metavar="FILE", help="GeoJSON polygon to cut out (pbf, osm, network)")
    command.add_argument("--seed", type=int, help="seed of sampled places")


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; KEY=VALUE may stand before and after options, which argparse alone refuses."""
    parser = _parser()
    arguments, left = parser.parse_known_args(argv)
    is_override = [("=" in word and not word.startswith("-")) for word in left]
    if left and (not all(is_override) or "overrides" not in arguments):
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    if left:
        arguments.overrides = [*arguments.overrides, *left]
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Parameters
    ----------
    argv
        Arguments; those of the process when None.

    Returns
    -------
    int
        Exit code.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    arguments = _parsed(argv)
    try:
        code: int = arguments.run_command(arguments)
    except InputError as error:
        for fault in error.faults:
            print(f"error: {fault}", file=sys.stderr)
        return INPUT_IS_WRONG
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # a full disk, a name that is too long: what no command tells with more of its own
        print(f"error: {error.filename or 'files'}: {error.strerror or error}", file=sys.stderr)
        return INPUT_IS_WRONG
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
