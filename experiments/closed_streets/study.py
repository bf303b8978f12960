"""
Two curves about the peak ban, on paired seeds in Helsinki: its width, and how well it is enforced.

    python experiments/closed_streets/study.py width        # against hours closed, with cars
    python experiments/closed_streets/study.py detection    # against what the fence notices

`width`: light fuel vans are kept out of the centre for so many hours in the morning (about 07:45) and as many in the
evening (about 18:00); drivers keep the rules and do what costs least at a closed street. `detection`: the ban as it
is, every driver weighs a violation against its expected fine. All levels of a factor have the same seeds, so the same
orders and the same luck. Written beside this file: FACTOR_outcomes.csv (a row for each run and indicator),
FACTOR_differences.csv (mean by level, and differences from the first level with 95 % intervals) and FACTOR.png. What
follows are overrides as for `sim run`.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.experiment.paired_comparison import outcomes, paired_differences
from sim.terminal import progress_bar
from sim.units import s_to_clock
from sim.view.paired_figure import draw_against_levels

FOLDER = Path(__file__).parent
MORNING_S, EVENING_S = 7.75 * 3600.0, 18.0 * 3600.0
"""Middles of the two closed windows; 07:45 and 18:00 are those of the ban of the default policy."""


@dataclass(frozen=True)
class Factor:
    """A factor, its levels, and what is shown of it."""

    axis: str
    levels: tuple[float, ...]
    shown: Mapping[str, str]
    overrides: tuple[str, ...]

    def at(self, level: float) -> list[str]:
        """Overrides of a level."""
        raise NotImplementedError


class Width(Factor):
    """Hours for which the centre is closed, in the morning and again in the evening."""

    def at(self, level: float) -> list[str]:
        """Overrides of a level."""
        if level == 0.0:
            return ["policy=none", *self.overrides]
        half_s = level * 1800.0
        windows = [f"'{s_to_clock(mid - half_s)}-{s_to_clock(mid + half_s)}'" for mid in (MORNING_S, EVENING_S)]
        key = "policy.rules.light_vans_at_peak.when.windows"
        return ["policy=peak_ban", f"{key}=[{','.join(windows)}]", *self.overrides]


class Detection(Factor):
    """Probability that the fence notices a van that comes into closed streets."""

    def at(self, level: float) -> list[str]:
        """Overrides of a level."""
        return ["policy=peak_ban", f"enforcement.fence_detection={level}", *self.overrides]


FACTORS = {
    "width": Width(
        "Centre closed, morning and evening [h]",
        (0.0, 1.0, 2.0, 3.0, 4.0),
        {
            "cost_per_order": "Cost per order",
            "van_km": "Distance of vans",
            "car_delay_hours": "Delay of cars",
            "co2_total": "Carbon dioxide of vans",
            "on_time_share": "Orders on time",
            "orders_failed": "Orders not delivered",
        },
        ("behaviour=adaptive",),
    ),
    "detection": Detection(
        "Probability of detection at the fence [%]",
        (0.0, 0.02, 0.05, 0.1, 0.2, 0.3),
        {
            "violations": "Entries into closed streets",
            "fines": "Fines",
            "cost_per_order": "Cost per order",
            "van_km": "Distance of vans",
            "on_time_share": "Orders on time",
            "orders_failed": "Orders not delivered",
        },
        ("behaviour=opportunist", "behaviour.violator_share=1", "traffic=off"),
    ),
}


def main() -> None:
    """Run a study, or draw it anew from its outcomes with `--draw-only`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("factor", choices=list(FACTORS), help="what is varied")
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, from 1 on")
    parser.add_argument("--draw-only", action="store_true", help="tables and figure from the outcomes as they are")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the files")
    parser.add_argument("overrides", nargs="*", help="overrides as for `sim run`")
    arguments = parser.parse_args()
    factor = FACTORS[arguments.factor]
    path = arguments.folder / f"{arguments.factor}_outcomes.csv"
    if not arguments.draw_only:
        levels = {level: ["network=helsinki", *factor.at(level), *arguments.overrides] for level in factor.levels}
        with progress_bar() as bar:
            table = outcomes(levels, range(1, arguments.seeds + 1), tuple(factor.shown), progress=bar)
        table.to_csv(path, index=False, float_format="%.8g")
    table = pd.read_csv(path)
    base = factor.levels[0]
    found = paired_differences(table, base=base)
    found.to_csv(arguments.folder / f"{arguments.factor}_differences.csv", index=False, float_format="%.6g")
    seeds = table["seed"].nunique()
    draw_against_levels(
        found,
        arguments.folder / f"{arguments.factor}.png",
        titles=dict(factor.shown),
        base=base,
        axis=factor.axis,
        scale=100.0 if arguments.factor == "detection" else 1.0,
        caption=f"Helsinki, {seeds} paired seeds; bars: 95 % intervals of the difference from {base:g}",
    )


if __name__ == "__main__":
    main()
