"""
Waiting, missed orders and cost against public connectors per van, on paired seeds.

    python experiments/chargers/study.py                        # Helsinki, 8 levels x 10 seeds, minutes
    python experiments/chargers/study.py --name coquimbo --seeds 3 network=coquimbo

The fleet is electric, nobody has a charger at the depot, and it is a winter day. Every level is run with the same
seeds. Written to `experiments/chargers/`: NAME_outcomes.csv (a row for each run and indicator), NAME_differences.csv
(mean by level, and mean and 95 % interval of the differences from the same seed at the most connectors), NAME_knee.csv
and NAME.png. What follows the options are overrides as for `sim run`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from sim.experiment.knee import enough, knee
from sim.experiment.paired_comparison import outcomes, paired_differences
from sim.terminal import progress_bar
from sim.view.paired_figure import draw_against_levels

FOLDER = Path(__file__).parent
SCENARIO = "owner_drivers+electric+winter"
OWN = (
    "network=helsinki", "traffic=off", "planning.iterations=60", "charging.public_power_kw=30",
    "charging.soc_morning_min=0.3",
)  # fmt: skip
LEVELS = "0.02,0.04,0.06,0.08,0.12,0.2,0.33,0.5"
ENOUGH_MIN = 1.0
"""A mean wait within so much of that with the most connectors counts as the same [min]. Assumption."""
SHOWN = {
    "charger_wait_mean": "Mean wait for a connector",
    "charger_wait_p95": "Wait that 1 in 20 exceeds",
    "charger_utilisation": "Use of connectors",
    "failed_share": "Orders not delivered",
    "charging_trips_km": "Drives to chargers",
    "cost_per_order": "Cost per order",
}
KEPT = (
    *SHOWN, "nev_per_charger", "public_sessions", "orders_missed_for_charge", "vans_stranded", "on_time_share",
    "orders_total", "orders_delivered", "charging_cost_per_kwh_public", "public_peak_power", "cost_total", "van_km",
)  # fmt: skip


def main() -> None:
    """Run the study, or draw it anew from its outcomes with `--draw-only`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="helsinki", help="name of the files")
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, from 1 on")
    parser.add_argument("--levels", default=LEVELS, help="public connectors per electric van")
    parser.add_argument("--draw-only", action="store_true", help="tables and figure from the outcomes as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("overrides", nargs="*", help="overrides as for `sim run`")
    arguments = parser.parse_args()
    overrides = {text.split("=", 1)[0]: text for text in [*OWN, *arguments.overrides]}.values()
    path = arguments.folder / f"{arguments.name}_outcomes.csv"
    if not arguments.draw_only:
        levels = {
            float(text): [f"charging.vans_per_connector={1.0 / float(text)}", *overrides]
            for text in arguments.levels.split(",")
        }
        with progress_bar() as bar:
            table = outcomes(levels, range(1, arguments.seeds + 1), KEPT, scenario=SCENARIO, progress=bar)
        table.to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    base = float(table["level"].max())
    found = paired_differences(table, base=base)
    found.to_csv(arguments.folder / f"{arguments.name}_differences.csv", index=False, float_format="%.6g")
    marks = _marks(found, base)
    marks.to_csv(arguments.folder / f"{arguments.name}_knee.csv", index=False, float_format="%.6g")
    draw_against_levels(
        found,
        arguments.folder / f"{arguments.name}.png",
        titles=SHOWN,
        base=base,
        axis="Public connectors per 100 electric vans",
        scale=100.0,
        caption=f"{arguments.name}, {table['seed'].nunique()} paired seeds; bars: 95 % intervals of the difference "
        f"from {100 * base:g} connectors; dashed: knee, the level furthest below the line between the ends",
        marks={"charger_wait_mean": float(marks["knee"].iloc[0]), "charger_wait_p95": float(marks["knee"].iloc[1])},
    )


def _marks(found: pd.DataFrame, base: float) -> pd.DataFrame:
    """Knee of both waits, and the level from which on waits are as with the most connectors."""
    rows = []
    for measure, tolerance in (("charger_wait_mean", ENOUGH_MIN), ("charger_wait_p95", 5.0 * ENOUGH_MIN)):
        own = found[found["measure"] == measure].sort_values("level")
        rows.append(
            {
                "measure": measure,
                "unit": own["unit"].iloc[0],
                "knee": knee(own["level"].tolist(), own["mean"].tolist()),
                "enough": enough(found, measure, base=base, tolerance=tolerance),
                "tolerance": tolerance,
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
