"""
How far tour plans are from a long search, and how long they take: by number of iterations, and by carrier.

    python benchmarks/tour_plans.py [OVERRIDES] [--districts 12] [--iterations 50 150 500 5000] [--by-carrier]

Takes districts of the day at even distances, plans each with every number of iterations, and prints the mean gap to the
best plan found and the processor time for each. With `--by-carrier` it plans all districts of each carrier as
configured, and some of them with the largest number of iterations. Fixed costs of the vans used count.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config.overrides import scenario_from_overrides
from sim.model import DeliveryModel
from sim.planning import TourProblem, plan_tours
from sim.planning.tour_problem import PRIZE


def evenly(problems: Sequence[TourProblem], number: int) -> list[TourProblem]:
    """So many of the problems at even distances."""
    rows = np.unique(np.linspace(0, len(problems) - 1, min(number, len(problems))).round().astype(int))
    return [problems[row] for row in rows]


def search(problem: TourProblem, iterations: int) -> tuple[float, int, float]:
    """Planning cost with the price of drops left out, drops left out, and processor time taken [s]."""
    began = time.process_time()
    plan = plan_tours(dataclasses.replace(problem, iterations=iterations))
    left_out = len(plan.left_out)
    return float(plan.cost + PRIZE * left_out), left_out, time.process_time() - began


def gaps_to_best(cost: NDArray[np.float64], left_out: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gap of each search to the best of its problem [%], where as many drops are left out; shape (n_searches, n)."""
    same = (left_out == left_out[-1]).all(axis=0)
    gaps: NDArray[np.float64] = (cost[:, same] / cost[:, same].min(axis=0) - 1.0) * 100.0
    return gaps


def gap_table(problems: Sequence[TourProblem], iterations: Sequence[int]) -> None:
    """Print a table: iterations, gap, drops left out, seconds a district."""
    found = np.array([[search(problem, number) for problem in problems] for number in iterations])
    gaps = gaps_to_best(found[:, :, 0], found[:, :, 1])
    print("iterations  mean gap %  worst gap %  left out  s a district")
    for row, number in enumerate(iterations):
        print(
            f"{number:10d}  {gaps[row].mean():10.2f}  {gaps[row].max():11.2f}  {int(found[row, :, 1].sum()):8d}"
            f"  {np.median(found[row, :, 2]):12.2f}"
        )


def carrier_table(problems: dict[str, list[TourProblem]], iterations: int, sample: int) -> None:
    """Print a table: carrier, drops, vans, districts, seconds for all, gap of a sample to a long search."""
    print(f"{'carrier':12s}  drops  vans  districts  s to plan  mean gap % to {iterations} iterations")
    for carrier_id, own in problems.items():
        if not own:
            continue
        as_planned = {id(problem): search(problem, problem.iterations) for problem in own}
        chosen = evenly(own, sample)
        found = np.array(
            [[as_planned[id(problem)] for problem in chosen], [search(problem, iterations) for problem in chosen]]
        )
        gaps = gaps_to_best(found[:, :, 0], found[:, :, 1])[0]
        planned_s = sum(seconds for _, _, seconds in as_planned.values())
        vans = sum(kind.count for problem in own for kind in problem.vehicles)
        print(
            f"{carrier_id:12s}  {sum(problem.drops for problem in own):5d}  {vans:4d}  {len(own):9d}"
            f"  {planned_s:9.1f}  {gaps.mean():10.2f} ({len(gaps)} districts)"
        )


def main() -> None:
    """Print the table asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("overrides", nargs="*", help="as for `sim run`")
    parser.add_argument("--districts", type=int, default=12, help="districts searched for long, of all or of a carrier")
    parser.add_argument("--iterations", type=int, nargs="+", default=[50, 150, 500, 5000])
    parser.add_argument("--by-carrier", action="store_true")
    arguments = parser.parse_args()
    by_carrier = DeliveryModel(scenario_from_overrides(arguments.overrides)).tour_problems()
    if arguments.by_carrier:
        carrier_table(by_carrier, max(arguments.iterations), arguments.districts)
        return
    problems = [problem for own in by_carrier.values() for problem in own]
    chosen = evenly(problems, arguments.districts)
    print(f"{len(chosen)} of {len(problems)} districts, {sum(p.drops for p in chosen)} drops")
    gap_table(chosen, arguments.iterations)


if __name__ == "__main__":
    main()
