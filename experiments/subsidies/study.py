"""
Electric share and public spending against the purchase subsidy: fleets followed to 2025 on ten seeds.

    python experiments/subsidies/study.py                             # Helsinki, 4 amounts x 10 seeds, about 20 minutes
    python experiments/subsidies/study.py --amounts 0,5000,15000 --seeds 3 demand.orders_per_day=800

For every seed and amount the fleets of `base_2022` respond to the subsidy as in `sim fleet-response`. Written to
`experiments/subsidies/`: NAME_outcomes.csv (a row for each seed, amount and measure), NAME_curve.csv (mean and 95 %
interval by amount, and of the differences from no subsidy with the same seed) and NAME.png. After the options come
overrides as for `sim run`; the day is one of 300 orders for three carriers, without cars, unless they say otherwise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from sim.config import load_scenario
from sim.experiment import FleetResponse, follow_fleets
from sim.experiment.fleet_days import KnownDays
from sim.experiment.paired_comparison import mean_and_half_width, paired_differences
from sim.terminal import progress_bar
from sim.view.curve_figure import draw_curves

FOLDER = Path(__file__).parent
SMALL = (
    "network=helsinki", "demand.orders_per_day=300", "fleet.carriers=3", "planning.iterations=10",
    "fleet_response.iteration.tolerance=0.01",
)  # fmt: skip
SHOWN = {
    "electric_share": ("Electric vans at the end of 2025", "%"),
    "spending_cny": ("Spending of the city, three years", "CNY"),
    "co2_saved_t": ("Carbon dioxide saved, three years", "t"),
    "cost_reduction_percent": ("Cost per t km, reduction", "%"),
}


def measures(found: FleetResponse) -> dict[str, float]:
    """What a response is worth: electric share in the last year, and the budget of all years."""
    rows = found.shares
    last = rows[(rows["carrier"] == "all") & (rows["year"] == rows["year"].max())].set_index("vehicle_type")["share"]
    budget = found.budget.iloc[-1]
    return {
        "electric_share": 100.0 * float(last["electric_van"]),
        "spending_cny": float(budget["spending_cny"]),
        "co2_saved_t": float(budget["co2_saved_t"]),
        "cost_reduction_percent": float(budget["cost_reduction_percent"]),
        "largest_last_residual": float(found.rounds.groupby("year")["residual"].last().max()),
        "rounds": float(len(found.rounds)),
    }


def curve(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95 % interval of each measure by amount, beside the differences from no subsidy."""
    found = paired_differences(table, base=0.0)
    halves = table.groupby(["measure", "level"])["value"].apply(lambda own: mean_and_half_width(own)[1])
    half = halves.reindex(pd.MultiIndex.from_frame(found[["measure", "level"]])).to_numpy()
    return found.assign(ci_low=found["mean"] - half, ci_high=found["mean"] + half)


def main() -> None:
    """Run the study, or draw it anew from its outcomes with `--draw-only`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="helsinki", help="name of the files")
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, from 1 on")
    parser.add_argument("--amounts", default="0,10000,20000,40000", help="CNY a new electric van; 0 must be among them")
    parser.add_argument("--draw-only", action="store_true", help="tables and figure from the outcomes as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("overrides", nargs="*", help="overrides as for `sim run`")
    arguments = parser.parse_args()
    overrides = ["traffic=off", *SMALL, *arguments.overrides]
    path = arguments.folder / f"{arguments.name}_outcomes.csv"
    if not arguments.draw_only:
        base = load_scenario("base_2022", overrides)
        rows = []
        for seed in range(1, arguments.seeds + 1):
            known: KnownDays = {}
            for amount in (float(text) for text in arguments.amounts.split(",")):
                paid = f"incentives.purchase_subsidy_cny.electric_van={amount}"
                with progress_bar() as bar:
                    found = follow_fleets(
                        base, load_scenario("base_2022", [*overrides, paid]), [seed], known=known, progress=bar
                    )
                for name, value in measures(found).items():
                    unit = SHOWN.get(name, ("", "-"))[1]
                    rows.append({"level": amount, "seed": seed, "measure": name, "value": value, "unit": unit})
            pd.DataFrame(rows).to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    found_curve = curve(table)
    found_curve.to_csv(arguments.folder / f"{arguments.name}_curve.csv", index=False, float_format="%.6g")
    caption = (
        f"{arguments.name}, {table['seed'].nunique()} seeds, no cars; base_2022 with a purchase subsidy against "
        "base_2022; bars: 95 % intervals of the mean"
    )
    draw_curves(
        found_curve,
        arguments.folder / f"{arguments.name}.png",
        titles=SHOWN,
        axis="Purchase subsidy [1,000 CNY a van]",
        scale=1e-3,
        caption=caption,
    )


if __name__ == "__main__":
    main()
