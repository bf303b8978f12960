"""
Vans, cost and visits against the share of shops in joint delivery, on paired seeds.

    python experiments/joint_share/study.py                                   # Helsinki, 5 shares x 10 seeds, minutes
    python experiments/joint_share/study.py --name zhangdian --seeds 3 --shares 0,0.5,1 network=zhangdian

Every share is run with the same seeds, so the same orders. Written to `experiments/joint_share/`: NAME_outcomes.csv (a
row for each run and indicator), NAME_differences.csv (mean by share, and mean and 95 % interval of the differences from
the same seed at share 0) and NAME.png. What follows the options are overrides as for `sim run`.
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
    "van_km": "Distance of vans and trucks",
    "visits_per_shop": "Visits per shop and day",
    "load_factor": "Load factor by weight",
    "load_factor_volume": "Load factor by volume",
    "cost_per_tonne": "Cost per tonne",
    "cost_handling": "Handling at centres",
}
KEPT = (
    *SHOWN,
    "visits_per_joint_shop", "joint_share_volume", "joint_share_shops", "orders_total", "orders_delivered",
    "failed_share", "on_time_share", "vans_used", "stops_per_van", "orders_per_van", "empty_km_share", "trunk_km",
    "bulk_transfers", "dock_wait_mean", "time_utilisation", "cost_total", "cost_per_order", "energy_per_tonne",
    "co2_total", "double_parking_hours", "tonne_km", "tonnes_delivered",
)  # fmt: skip


def main() -> None:
    """Run the study, or draw it anew from its outcomes with `--draw-only`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="helsinki", help="name of the files")
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, from 1 on")
    parser.add_argument("--shares", default="0,0.25,0.5,0.75,1", help="shares of shops; 0 must be among them")
    parser.add_argument("--draw-only", action="store_true", help="tables and figure from the outcomes as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("overrides", nargs="*", help="overrides as for `sim run`")
    arguments = parser.parse_args()
    overrides = ["network=helsinki", "traffic=off", *arguments.overrides]
    path = arguments.folder / f"{arguments.name}_outcomes.csv"
    if not arguments.draw_only:
        shares = [float(text) for text in arguments.shares.split(",")]
        levels = {share: [f"joint.share={share}", *overrides] for share in shares}
        seeds = range(1, arguments.seeds + 1)
        with progress_bar() as bar:
            table = outcomes(levels, seeds, KEPT, scenario="joint_0", progress=bar)
        table.to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    found = paired_differences(table, base=0.0)
    found.to_csv(arguments.folder / f"{arguments.name}_differences.csv", index=False, float_format="%.6g")
    caption = (
        f"{arguments.name}, {table['seed'].nunique()} paired seeds; bars: 95 % intervals of the difference from share 0"
    )
    draw_against_levels(
        found,
        arguments.folder / f"{arguments.name}.png",
        titles=SHOWN,
        base=0.0,
        axis="Shops in joint delivery [%]",
        scale=100.0,
        caption=caption,
    )


if __name__ == "__main__":
    main()
