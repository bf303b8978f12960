"""
How far tour plans are from a long search: cost and time against the number of iterations.

    python benchmarks/tour_plans.py [OVERRIDES] [--districts 12] [--iterations 50 150 500 5000]

Takes districts of the default day at even distances, plans each with every number of iterations, and
prints the mean gap to the best plan found and the time for each. Fixed costs of the vans used count.
"""

from __future__ import annotations

import argparse
import dataclasses
import time

import numpy as np

from sim.config.overrides import scenario_from_overrides
from sim.model import DeliveryModel
from sim.planning import plan_tours
from sim.planning.tour_problem import PRIZE


def main() -> None:
    """Print a table: iterations, gap, drops left out, seconds a district."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("overrides", nargs="*", help="as for `sim run`")
    parser.add_argument("--districts", type=int, default=12)
    parser.add_argument("--iterations", type=int, nargs="+", default=[50, 150, 500, 5000])
    arguments = parser.parse_args()
    scenario = scenario_from_overrides(arguments.overrides)
    problems = DeliveryModel(scenario).tour_problems()
    rows = np.unique(np.linspace(0, len(problems) - 1, arguments.districts).round().astype(int))
    chosen = [problems[row] for row in rows]
    cost = np.zeros((len(arguments.iterations), len(chosen)))
    left_out = np.zeros_like(cost)
    seconds = np.zeros_like(cost)
    for i, iterations in enumerate(arguments.iterations):
        for j, problem in enumerate(chosen):
            began = time.perf_counter()
            plan = plan_tours(dataclasses.replace(problem, iterations=iterations))
            seconds[i, j] = time.perf_counter() - began
            left_out[i, j] = len(plan.left_out)
            cost[i, j] = plan.cost + PRIZE * len(plan.left_out)
    best = cost.min(axis=0)
    same_drops = (left_out == left_out[-1]).all(axis=0)
    print(f"{len(chosen)} of {len(problems)} districts, {sum(p.drops for p in chosen)} drops")
    print("iterations  mean gap %  worst gap %  left out  s a district")
    for i, iterations in enumerate(arguments.iterations):
        gap = (cost[i] / best - 1.0)[same_drops] * 100.0
        print(
            f"{iterations:10d}  {gap.mean():10.2f}  {gap.max():11.2f}  {int(left_out[i].sum()):8d}"
            f"  {np.median(seconds[i]):12.2f}"
        )


if __name__ == "__main__":
    main()
