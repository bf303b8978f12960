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
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

import sim
from sim.measures.definitions import MEASURES
from sim.view.style import BLUE, GREY, add_caption, figure_style, new_figure, save_figure

logger = logging.getLogger(__name__)

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


def outcomes(shares: Sequence[float], seeds: Sequence[int], overrides: Sequence[str]) -> pd.DataFrame:
    """Indicators of every share and seed: columns `share`, `seed`, `measure`, `value`, `unit`."""
    rows = []
    for seed in seeds:
        for share in shares:
            scenario = sim.load_scenario("joint_0", [f"joint.share={share}", *overrides])
            model = sim.DeliveryModel(scenario, seed=seed)
            model.run()
            kpis = model.kpis()
            rows += [
                {"share": share, "seed": seed, "measure": n, "value": kpis[n]["value"], "unit": kpis[n]["unit"]}
                for n in KEPT
            ]
            logger.info(f"seed {seed}, share {share:g}: {kpis['van_km']['value']:.0f} km")
    return pd.DataFrame(rows)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """
    Mean of each indicator by share, and of its differences from share 0 on the same seeds with 95 % t intervals.

    `relative` columns are of differences over the value at share 0.
    """
    rows = []
    for measure, own in table.groupby("measure", sort=False):
        wide = own.pivot(index="seed", columns="share", values="value").astype("float64")
        for share in wide:
            change = wide[share] - wide[0.0]
            mean, half = mean_and_half_width(change)
            relative, relative_half = mean_and_half_width(change / wide[0.0].where(wide[0.0] != 0.0))
            rows.append(
                {
                    "measure": measure,
                    "unit": own["unit"].iloc[0],
                    "share": share,
                    "n": int(wide[share].notna().sum()),
                    "mean": wide[share].mean(),
                    "paired_difference": mean,
                    "pd_ci_low": mean - half,
                    "pd_ci_high": mean + half,
                    "relative_difference": relative,
                    "rd_ci_low": relative - relative_half,
                    "rd_ci_high": relative + relative_half,
                }
            )
    return pd.DataFrame(rows)


def mean_and_half_width(values: pd.Series[float]) -> tuple[float, float]:
    """Mean and half the width of its 95 % interval by Student's t."""
    known = values.dropna().to_numpy(dtype=np.float64)
    if len(known) < 2:
        return (float(known.mean()) if len(known) else float("nan")), float("nan")
    return float(known.mean()), float(stats.t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))


def draw(table: pd.DataFrame, path: Path, *, caption: str) -> Path:
    """Indicators against the share: mean at share 0 plus the paired differences, with their intervals."""
    with figure_style():
        figure = new_figure(width_in=9.0, height_in=6.6)
        for axes, (measure, title) in zip(figure.subplots(2, 3).ravel(), SHOWN.items(), strict=True):
            own = table[table["measure"] == measure]
            base = float(own.loc[own["share"] == 0.0, "mean"].iloc[0])
            low, high = own["paired_difference"] - own["pd_ci_low"], own["pd_ci_high"] - own["paired_difference"]
            axes.errorbar(
                100 * own["share"], own["mean"], yerr=[low, high], fmt="o-", color=BLUE, ecolor=GREY, capsize=3
            )
            axes.axhline(base, color=GREY, linestyle=":", linewidth=1)
            axes.set_title(title, fontsize=10)
            axes.set_xlabel("Shops in joint delivery [%]")
            axes.set_ylabel(f"[{MEASURES[measure].unit}]")
            axes.set_ylim(bottom=0.0)
        add_caption(figure, caption)
        return save_figure(figure, path)


def main() -> None:
    """Run the study, or draw it anew from its outcomes with `--draw-only`."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
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
        table = outcomes(shares, range(1, arguments.seeds + 1), overrides)
        table.to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    found = differences(table)
    found.to_csv(arguments.folder / f"{arguments.name}_differences.csv", index=False, float_format="%.6g")
    caption = (
        f"{arguments.name}, {table['seed'].nunique()} paired seeds; bars: 95 % intervals of the difference from share 0"
    )
    draw(found, arguments.folder / f"{arguments.name}.png", caption=caption)


if __name__ == "__main__":
    main()
