"""
The demonstration plan against the base year, all levers together and each alone, on paired seeds.

    python experiments/plan_2025/study.py                         # Helsinki, 12 scenarios x 10 seeds, about 20 minutes
    python experiments/plan_2025/study.py --name zhangdian --seeds 3 network=zhangdian

All runs of a seed have the same shops and, but for the demand of 2025, the same orders. Written to
`experiments/plan_2025/`: NAME_outcomes.csv (a row for each run and indicator), NAME_differences.csv (mean, and mean
and 95 % interval of the differences from the base with the same seed) and NAME.png. What follows the options are
overrides as for `sim run`; without any the day is one of 600 orders of shops and parcels beside them, without cars.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from sim.experiment.paired_comparison import outcomes, paired_differences
from sim.terminal import progress_bar
from sim.view.lever_figure import draw_levers

FOLDER = Path(__file__).parent
BASE = "base_2022+parcels"
LEVERS = {
    "base": BASE,
    "demand of 2025": f"{BASE}+demand_2025",
    "access by class": f"{BASE}+access_by_class",
    "twice the berths": f"{BASE}+berths_double",
    "joint delivery": f"{BASE}+joint_chains",
    "night delivery": f"{BASE}+night_delivery",
    "40 stations": f"{BASE}+stations_40",
    "60 % electric": f"{BASE}+electric_60",
    "chargers below 3:1": f"{BASE}+chargers_below_3",
    "subsidies": f"{BASE}+subsidies",
    "shared capacity": f"{BASE}+capacity_sharing",
    "plan 2025": "plan_2025",
}
"""Scenarios by the name that the figure shows; the base first, the whole plan last."""

SHOWN = {
    "cost_per_tonne_km_shipment": "Cost per t km (target -10 %)",
    "energy_per_tonne_km_shipment": "Energy per t km (target -3 %)",
    "van_km_per_van_day": "Km per van and day (target +20 %)",
    "tonne_km_per_van_day": "t km per van and day",
    "co2_total": "Carbon dioxide",
    "double_parking_hours": "Double parking",
}
KEPT = (
    *SHOWN, "cost_total", "cost_per_order", "cost_per_tonne", "van_km", "vans_used", "vans_total", "load_factor",
    "time_utilisation", "orders_total", "failed_share", "on_time_share", "nev_share", "nev_per_charger",
    "joint_share_volume", "joint_share_shops", "night_delivery_share_shops", "parcels_at_stations_share",
    "terminal_stations", "berth_wait_mean", "charger_wait_mean", "vans_stranded", "nox_total", "subsidies",
    "tonnes_delivered", "tonne_km_shipment",
)  # fmt: skip


def main() -> None:
    """Run the study, or draw it anew from its outcomes with `--draw-only`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="helsinki", help="name of the files")
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, from 1 on")
    parser.add_argument("--draw-only", action="store_true", help="tables and figure from the outcomes as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("overrides", nargs="*", help="overrides as for `sim run`")
    arguments = parser.parse_args()
    small = ["network=helsinki", "demand.orders_per_day=600", "fleet.carriers=6", "planning.iterations=60"]
    overrides = ["traffic=off", *(arguments.overrides or small)]
    path = arguments.folder / f"{arguments.name}_outcomes.csv"
    if not arguments.draw_only:
        parts = []
        for seed in range(1, arguments.seeds + 1):
            for name, scenario in LEVERS.items():
                with progress_bar() as bar:
                    found = outcomes({0.0: overrides}, [seed], KEPT, scenario=scenario, progress=bar)
                parts.append(found.assign(level=name))
                pd.concat(parts).to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    differences = paired_differences(table, base="base")
    differences.to_csv(arguments.folder / f"{arguments.name}_differences.csv", index=False, float_format="%.6g")
    caption = (
        f"{arguments.name}, {table['seed'].nunique()} paired seeds, no cars; against {BASE}; bars: 95 % intervals "
        "of the mean relative difference"
    )
    levers = [name for name in LEVERS if name != "base"]
    draw_levers(differences, arguments.folder / f"{arguments.name}.png", levers=levers, titles=SHOWN, caption=caption)


if __name__ == "__main__":
    main()
