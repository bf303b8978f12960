"""
What cars lose when vans find no berth: delay of cars against the supply of loading berths, on paired seeds.

    python experiments/berths_and_cars/study.py                       # the default day, 5 levels x 5 seeds
    python experiments/berths_and_cars/study.py --seeds 3 --name helsinki network=helsinki

Every level is run with the same seeds. Written to `experiments/berths_and_cars/`: NAME_outcomes.csv,
NAME_differences.csv (against no berths, 95 % intervals) and NAME.png. What follows the options are overrides as for
`sim run`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from sim.experiment.paired_comparison import outcomes, paired_differences
from sim.terminal import progress_bar
from sim.view.paired_figure import draw_against_levels

FOLDER = Path(__file__).parent
SHOWN = {
    "car_delay_hours": "Delay of all traffic",
    "double_parking_hours": "Double parking",
    "berth_wait_mean": "Wait for a berth",
}
KEPT = (*SHOWN, "berth_occupancy", "orders_delivered", "cost_per_order", "network_mean_speed")


def main() -> None:
    """Run the study, or draw it anew from its outcomes with `--draw-only`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="zhangdian", help="name of the files")
    parser.add_argument("--seeds", type=int, default=5, help="number of seeds, from 1 on")
    parser.add_argument("--spaces", default="0,0.06,0.12,0.25,0.5", help="spaces per shop; 0 must be among them")
    parser.add_argument("--draw-only", action="store_true", help="tables and figure from the outcomes as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("overrides", nargs="*", help="overrides as for `sim run`")
    arguments = parser.parse_args()
    path = arguments.folder / f"{arguments.name}_outcomes.csv"
    if not arguments.draw_only:
        levels = {
            float(text): [f"berths.spaces_per_shop={text}", *arguments.overrides]
            for text in arguments.spaces.split(",")
        }
        with progress_bar() as bar:
            table = outcomes(levels, range(1, arguments.seeds + 1), KEPT, progress=bar)
        table.to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    found = paired_differences(table, base=0.0)
    found.to_csv(arguments.folder / f"{arguments.name}_differences.csv", index=False, float_format="%.6g")
    draw_against_levels(
        found,
        arguments.folder / f"{arguments.name}.png",
        titles=SHOWN,
        base=0.0,
        axis="Spaces in berths per shop",
        caption=(
            f"{arguments.name}, {table['seed'].nunique()} paired seeds; "
            "bars: 95 % intervals of the difference from no berths"
        ),
    )


if __name__ == "__main__":
    main()
