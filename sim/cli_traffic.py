"""The commands of car traffic: `sim traffic compare` and `sim traffic calibrate`."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.terminal import ANSWER_IS_NO, DONE, Commands, add_command, progress_bar, share

_SHORT = {
    "share_geh_below_5": "GEH < 5",
    "mean_geh": "GEH",
    "rmse_veh": "veh/h off",
    "rmse_kph": "km/h off",
    "relative_gap": "gap",
    "forced_moves": "forced",
}
"""Headings that fit on a terminal; what is off is a root-mean-square error."""


def compare(arguments: argparse.Namespace) -> int:
    """`sim traffic compare`: counts and speeds measured on the street beside those of a run."""
    from sim.measures import compare_run_with_counts
    from sim.view import draw_counts_comparison, print_table, summary_table, worst_counts, worst_speeds

    comparison = compare_run_with_counts(arguments.run, arguments.counts)
    folder = Path(arguments.out) if arguments.out else Path(arguments.run)
    folder.mkdir(parents=True, exist_ok=True)
    comparison.table.to_csv(folder / "counts_comparison.csv", index=False, float_format="%.6g")
    caption = f"{Path(arguments.counts).name} against run {Path(arguments.run).resolve().name}"
    figure = draw_counts_comparison(comparison, folder / "figures" / "counts_comparison.png", caption=caption)
    print_table(summary_table(comparison), title=caption)
    for title, worst in (("largest GEH", worst_counts(comparison)), ("speeds furthest off", worst_speeds(comparison))):
        if len(worst):
            print_table(worst, title=title)
    print(f"files: {folder / 'counts_comparison.csv'}, {figure}")
    met = comparison.share_good or 0.0
    if arguments.min_share is None or met >= arguments.min_share:
        return DONE
    print(f"missed: {met:.1%} of the counts have a GEH below 5, wanted {arguments.min_share:.1%}")
    return ANSWER_IS_NO


def calibrate(arguments: argparse.Namespace) -> int:
    """`sim traffic calibrate`: the car trips of a scenario scaled to counts, as a list of trips for runs."""
    from sim.config.overrides import scenario_from_overrides
    from sim.experiment import calibrate_car_trips, write_calibration
    from sim.view import draw_calibration, print_table

    has_traffic = any(text.startswith("traffic=") for text in arguments.overrides)
    scenario = scenario_from_overrides([*([] if has_traffic else ["traffic=cars"]), *arguments.overrides])
    with progress_bar() as progress:
        found = calibrate_car_trips(
            scenario,
            arguments.counts,
            rounds=arguments.rounds,
            by_zone=arguments.by_zone,
            vans_of=arguments.vans,
            progress=progress,
        )
    folder = Path(arguments.out)
    trips = write_calibration(found, folder)
    caption = f"{Path(arguments.counts).name} on {scenario.network.name}, {arguments.rounds} rounds"
    figure = draw_calibration(found.rounds[0].comparison, found.rounds[-1].comparison, folder, caption=caption)
    shown = found.table().drop(columns="arrived_share").round({"relative_gap": 4, "rmse_kph": 3})
    print_table(shown.rename(columns=_SHORT), title=f"Car trips scaled to {caption}")
    for warning in found.warnings():
        print(f"warning: {warning}")
    print(f"files: {folder}, {figure}")
    print(f"use: sim run traffic=cars traffic.trips_from=trip_list traffic.trips_file={trips}")
    return DONE if found.is_sound else ANSWER_IS_NO


def add_traffic_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim traffic` with its commands among the others."""
    group = commands.add_parser("traffic", help="Car traffic.").add_subparsers(metavar="COMMAND", required=True)
    command = add_command(group, "compare", compare, "Hold counts and speeds measured on the street against a run.")
    command.add_argument("run", help="folder of a run, such as results/runs/RUN_ID")
    command.add_argument("counts", help="CSV or Parquet with link_id, hour and count_veh, speed_kph or both")
    command.add_argument("--min-share", type=share, help="exit with 1 unless this share of the counts has GEH below 5")
    command.add_argument("--out", metavar="DIR", help="where the files go (default: the folder of the run)")

    command = add_command(
        group,
        "calibrate",
        calibrate,
        "Scale the car trips of a scenario to counts, and write them as a list of trips for runs.",
        "examples:\n  sim traffic calibrate counts.csv network=helsinki\n"
        "  sim traffic calibrate counts.csv network=helsinki --rounds 3 --by-zone --out results/calibration",
    )
    command.add_argument("counts", help="CSV or Parquet with link_id, hour and count_veh, and speed_kph if you have it")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="scenario as for sim run")
    command.add_argument("--rounds", type=_rounds, default=2, help="times that demand is scaled (default: 2)")
    command.add_argument("--by-zone", action="store_true", help="scale zones of origin too; needs counts all over town")
    command.add_argument("--vans", metavar="RUN", help="folder of a run whose vans are taken off the counts")
    command.add_argument(
        "--out", metavar="DIR", default="results/calibration", help="where the files go (default: results/calibration)"
    )


def _rounds(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 20:
        raise argparse.ArgumentTypeError(f"expected 1 to 20, found {text}")
    return value
