"""
A day of 40,000 orders and 1,000 vans on the default network: how long set-up, planning, the day and its tables take.

    python benchmarks/large_day.py [OVERRIDES] [--orders 40000] [--vans 1000] [--workers 2] [--districts 8]

Shops of the default network get three times their suppliers, since each supplier calls once a day at most, and there
are 30 carriers. Nothing is read from a cache. Some districts are planned again with a long search, for the gap.
"""

from __future__ import annotations

import argparse
import resource
import time

from joblib.externals.loky import get_reusable_executor
from tour_plans import evenly, gap_table

from sim.config.overrides import scenario_from_overrides
from sim.model import DeliveryModel

SUPPLIERS = 3
CARRIERS = 30


def main() -> None:
    """Print a table of times, and what came of the orders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("overrides", nargs="*", help="as for `sim run`")
    parser.add_argument("--orders", type=int, default=40_000)
    parser.add_argument("--vans", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--districts", type=int, default=8, help="districts searched for long, 0 for none")
    parser.add_argument("--long", type=int, default=5000, help="iterations of the long search")
    arguments = parser.parse_args()
    began = time.perf_counter()
    model = DeliveryModel(scenario_from_overrides(_large(arguments) + arguments.overrides))
    laps = [("set-up", time.perf_counter())]
    plan = model.plan_day()
    laps.append(("planning", time.perf_counter()))
    model.run()
    laps.append(("the day", time.perf_counter()))
    kpis = model.kpis()
    laps.append(("tables and indicators", time.perf_counter()))

    vans = sum(len(fleet.vans) for fleet in model.fleets)
    used = len({tour.van for tour in plan.tours})
    print(f"{len(model.order_table)} orders, {vans} vans, {used} of them out on {len(plan.tours)} tours")
    print(f"{plan.problems} districts, {model.settings.planning.iterations} iterations each")
    print(f"{len(plan.unplanned)} orders fitted on no tour, {kpis['orders_delivered']['value']:.0f} were delivered")
    before = began
    for name, at in laps:
        print(f"{name:22s} {at - before:7.1f} s")
        before = at
    print(f"{'together':22s} {before - began:7.1f} s")
    get_reusable_executor().shutdown(wait=True)  # processes count once they have ended
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"{'processor time':22s} {sum(use.ru_utime + use.ru_stime for use in usage):7.1f} s")
    print(f"{'peak memory':22s} {usage[0].ru_maxrss / 1024.0:7.0f} MB")
    if arguments.districts:
        problems = [problem for own in model.tour_problems().values() for problem in own]
        gap_table(evenly(problems, arguments.districts), [model.settings.planning.iterations, arguments.long])


def _large(arguments: argparse.Namespace) -> list[str]:
    """Overrides that make the day large."""
    vans_asked = arguments.vans - CARRIERS / 2  # the vans of each carrier are rounded up
    types = scenario_from_overrides(arguments.overrides).demand.shop_types
    return [
        "paths.cache_dir=null",
        f"run.workers={arguments.workers}",
        f"demand.orders_per_day={arguments.orders}",
        f"fleet.carriers={CARRIERS}",
        f"fleet.orders_per_van={arguments.orders / vans_asked}",
        *(f"demand.shop_types.{name}.suppliers_low={SUPPLIERS * kind.suppliers_low}" for name, kind in types.items()),
        *(f"demand.shop_types.{name}.suppliers_high={SUPPLIERS * kind.suppliers_high}" for name, kind in types.items()),
    ]


if __name__ == "__main__":
    main()
