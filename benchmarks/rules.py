"""
What access rules cost in time: the same day without a rule and with 50 that close links by night.

The rules hold for all vehicles, in all zones, at staggered hours before 05:00, when no van is on the road: every link
has closures that planning, routing and driving look at, and both runs drive nearly the same ways (van-km are printed),
so the difference is the price of the rules. A day runs in one process; its processor time is taken, which other work on
the machine disturbs less than the time on the wall. Run from the repository:

    python benchmarks/rules.py --network helsinki --repeats 3
"""

from __future__ import annotations

import argparse
import time

from sim.config import load_scenario
from sim.config.load import validate_scenario
from sim.config.schema import Scenario
from sim.model import DeliveryModel

ROLES = ("centre", "inner_ring", "residential")


def fifty_rules() -> dict[str, object]:
    """Bans and charges in the small hours, for all vehicles."""
    rules: dict[str, object] = {}
    for number in range(50):
        hour, minute = divmod(5 * number, 60)
        is_charge = number % 5 == 4
        rules[f"rule_{number:02d}"] = {
            "effect": "charge" if is_charge else "deny",
            "where": {"zone_roles": [ROLES[number % 3]]},
            "who": {},
            "when": {"weekdays": ["mo-su"], "windows": [f"{hour:02d}:{minute:02d}-{hour:02d}:{minute + 4:02d}"]},
            **({"charge": {"by": "km", "cny": 1.0}} if is_charge else {}),
        }
    return rules


def seconds(scenario: Scenario) -> tuple[float, float]:
    """Processor time [s] and van-km of a day."""
    began = time.process_time()
    model = DeliveryModel(scenario)
    model.run()
    van_km = float(model.kpis()["van_km"]["value"])
    return time.process_time() - began, van_km


def main() -> None:
    """Run both, in turn, and print the ratio of the least times, which other work has disturbed least."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="grid")
    parser.add_argument("--traffic", default="off")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    overrides = [
        f"network={arguments.network}",
        f"traffic={arguments.traffic}",
        "run.workers=1",
        "paths.cache_dir=null",
    ]
    without = load_scenario("baseline", overrides)
    content = without.model_dump(mode="json", by_alias=True)
    with_rules = validate_scenario({**content, "policy": {"rules": fifty_rules()}})
    for scenario in (without, with_rules):
        seconds(scenario)  # compiles the kernels
    pairs = [(seconds(without), seconds(with_rules)) for _ in range(arguments.repeats)]
    none_s = min(none[0] for none, _ in pairs)
    fifty_s = min(fifty[0] for _, fifty in pairs)
    print(
        f"{arguments.network}, traffic={arguments.traffic}: none {none_s:.2f} s, 50 rules {fifty_s:.2f} s, "
        f"ratio {fifty_s / none_s:.3f}; "
        f"van-km {pairs[0][0][1]:.1f} and {pairs[0][1][1]:.1f}"
    )


if __name__ == "__main__":
    main()
