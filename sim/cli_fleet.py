"""The command `sim fleet-response`: what fleets become under a scenario, and what the city spends for it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sim.terminal import ANSWER_IS_NO, DONE, Commands, add_command, progress_bar

if TYPE_CHECKING:
    import pandas as pd

_BUDGET = {
    "year": "year",
    "spending_cny": "spending [CNY]",
    "co2_saved_t": "CO2 saved [t]",
    "cost_reduction_percent": "cost down [%]",
    "cny_per_tonne_co2": "CNY/t CO2",
    "cny_per_percent_cost": "CNY per 1 % cost",
}
"""Columns of the budget that a terminal has room for."""


def fleet_response(arguments: argparse.Namespace) -> int:
    """`sim fleet-response`: shares of vehicle types by year, cost of ownership, budget and figure."""
    from sim.config import load_scenario
    from sim.errors import ResultsError
    from sim.experiment import follow_fleets, response_manifest
    from sim.experiment.provenance import write_json
    from sim.view import print_table
    from sim.view.fleet_response_figure import draw_fleet_response

    scenario = load_scenario(arguments.scenario, arguments.overrides)
    without = [text for text in arguments.overrides if not text.lstrip("+").startswith("incentives")]
    base = load_scenario(arguments.base, without)
    seeds = tuple(range(scenario.seed, scenario.seed + arguments.days))
    with progress_bar() as progress:
        found = follow_fleets(base, scenario, seeds, progress=progress)
    folder = Path(arguments.out) if arguments.out else Path("results") / "fleet_response" / arguments.scenario
    figure = folder / "fleet_response.png"
    caption = (
        f"{arguments.scenario} against {arguments.base} on {scenario.network.name}; {arguments.days} simulated "
        f"{'day' if arguments.days == 1 else 'days'} a round from seed {scenario.seed}"
    )
    labels = {name: kind.label for name, kind in scenario.fleet.vehicle_types.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in (("fleet_response", found.shares), ("rounds", found.rounds), ("budget", found.budget)):
            _write_csv(table, folder / f"{name}.csv")
        write_json(folder / "manifest.json", response_manifest(base, scenario, seeds, found))
        draw_fleet_response(folder, figure, labels=labels, caption=caption)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot write results: {error.strerror or error}") from error
    print_table(_shares_by_year(found.shares), title=f"Share of each vehicle type, {caption}")
    budget = found.budget[list(_BUDGET)].astype({"year": str}).rename(columns=_BUDGET)
    print_table(budget, title="Budget of the city")
    print(f"{found.days} days simulated; files: {folder}, {figure}")
    if found.is_settled:
        return DONE
    for year, own in found.rounds.groupby("year"):
        if not own["is_settled"].iloc[-1]:
            print(f"not settled: {year} ends with a residual of {own['residual'].iloc[-1]:.3f} after {len(own)} rounds")
    return ANSWER_IS_NO


def _shares_by_year(shares: pd.DataFrame) -> pd.DataFrame:
    together = shares[shares["carrier"] == "all"]
    wide = together.pivot(index="year", columns="vehicle_type", values="share")
    base = together.pivot(index="year", columns="vehicle_type", values="base_share")
    return wide.join(base.add_suffix(" (base)")).round(4).reset_index().astype({"year": str})


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table under a temporary name, then rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    table.to_csv(temporary, index=False, float_format="%.8g")
    temporary.replace(path)


def add_fleet_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """
    Add the command.

    Parameters
    ----------
    commands
        All commands.
    """
    command = add_command(
        commands,
        "fleet-response",
        fleet_response,
        "Follow what carriers buy under a scenario, year by year, and what the city spends.",
        "Fleets and simulated days are iterated to a fixed point in each year. Exit code 1: some year did not settle.\n"
        "Overrides hold for base and scenario alike, but for those of incentives, which hold for the scenario.\n\n"
        "examples:\n  sim fleet-response base_2022 incentives=zibo\n"
        "  sim fleet-response base_2022+subsidies network=helsinki traffic=off --days 3\n"
        "  sim fleet-response base_2022 incentives.purchase_subsidy_cny.electric_van=20000 --out results/buy_20000",
    )
    command.add_argument("scenario", metavar="SCENARIO", help="what is in force after the base year, NAME or NAME+NAME")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="GROUP=OPTION or KEY=VALUE")
    command.add_argument("--base", default="base_2022", help="reference (default: base_2022)")
    command.add_argument(
        "--days", type=_days, default=1, metavar="N", help="days of different seeds averaged in each round (default: 1)"
    )
    command.add_argument("--out", metavar="DIR", help="folder to write (default: results/fleet_response/SCENARIO)")


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 100, found {text!r}")
    return int(text)
