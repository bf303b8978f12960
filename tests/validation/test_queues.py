"""
The queue of berths and chargers, alone, against queueing theory: exact formulas within a margin of equivalence.

A case passes when the whole 95 % interval of a long run lies within 2 % of the formula (5 % at a load of 0.95): a run
that is too short fails. `docs/validation.md` has the table that `python -m tests.validation.test_queues` prints.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sim.facilities.queue_theory import (
    constant_service_correction,
    erlang_b,
    mean_wait_mg1,
    mean_wait_mgc,
    mean_wait_mmc,
)
from tests.validation.queue_simulation import Estimate, lost_share, mean_wait

LOADS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
SERVERS = 4
RUN = 2_000_000
VARIATION = {"constant": 0.0, "erlang": 0.5, "exponential": 1.0, "lognormal": 1.2}


def margin(rho: float) -> float:
    """Relative margin of equivalence: 2 %, at 0.95 5 %."""
    return 0.05 if rho > 0.94 else 0.02


def _seed(number: int, rho: float) -> int:
    """A seed for each case, so that chance in one says nothing about another."""
    return 100 * number + round(100 * rho)


@dataclass(frozen=True)
class Case:
    """A queue, a formula, and how many runs make the interval narrow enough."""

    name: str
    rho: float
    formula: float
    simulate: Callable[[int], Estimate]
    runs: int

    def estimate(self) -> Estimate:
        """Mean over all runs."""
        return self.simulate(self.runs)


def _erlang_b(rho: float) -> Case:
    load = SERVERS * rho
    return Case(
        "Erlang B, 4 servers, constant services",
        rho,
        erlang_b(SERVERS, load),
        lambda runs: lost_share(SERVERS, load, "constant", RUN, _seed(1, rho), runs),
        2 if rho < 0.4 else 1,
    )


def _erlang_c(rho: float) -> Case:
    load = SERVERS * rho
    return Case(
        "Erlang C, 4 servers",
        rho,
        mean_wait_mmc(SERVERS, load),
        lambda runs: mean_wait(SERVERS, load, "exponential", RUN, _seed(2, rho), runs),
        {0.3: 3, 0.5: 2, 0.7: 2, 0.8: 2, 0.9: 6, 0.95: 5}[rho],
    )


def _mg1(kind: str) -> Callable[[float], Case]:
    def case(rho: float) -> Case:
        return Case(
            f"M/G/1, {kind} services",
            rho,
            mean_wait_mg1(rho, VARIATION[kind]),
            lambda runs: mean_wait(1, rho, kind, RUN, _seed(3, rho), runs),
            _RUNS_MG1[kind][rho],
        )

    return case


_RUNS_MG1 = {
    "constant": {0.3: 1, 0.5: 1, 0.7: 1, 0.8: 1, 0.9: 3, 0.95: 3},
    "lognormal": {0.3: 2, 0.5: 1, 0.7: 2, 0.8: 3, 0.9: 7, 0.95: 5},
}

EXACT = [make(rho) for make in (_erlang_b, _erlang_c, _mg1("constant"), _mg1("lognormal")) for rho in LOADS]

NEAR = [(kind, rho) for kind in ("constant", "lognormal") for rho in (0.5, 0.7, 0.9)]
KNOWN_ERROR = {0.5: 0.16, 0.7: 0.10, 0.9: 0.05}
"""
Lee and Longton's approximation for four servers, by load: it gives too short a wait for constant services, by what
Cosmetatos's correction says (14, 6 and 1 %), and too long a one for services more variable than exponential ones.
"""


@pytest.mark.slow
@pytest.mark.parametrize("case", EXACT, ids=lambda case: f"{case.name}, {case.rho}")
def test_queue_is_equivalent_to_theory(case: Case) -> None:
    """The interval lies within the margin, all of it."""
    found = case.estimate()
    assert found.is_within(case.formula, margin(case.rho)), f"{found} against {case.formula}"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "rho"), NEAR)
def test_several_servers_and_any_service_are_near_the_approximation(kind: str, rho: float) -> None:
    """Lee and Longton's formula errs by no more than is known of it."""
    found = mean_wait(SERVERS, SERVERS * rho, kind, RUN, _seed(4, rho), 1 if rho < 0.9 else 2)
    assert found.is_within(mean_wait_mgc(SERVERS, SERVERS * rho, VARIATION[kind]), KNOWN_ERROR[rho]), found


@pytest.mark.slow
@pytest.mark.parametrize("rho", (0.5, 0.7, 0.8, 0.9))
def test_the_error_for_constant_services_is_the_known_one(rho: float) -> None:
    """With Cosmetatos's correction the formula is within 3 %."""
    load = SERVERS * rho
    corrected = mean_wait_mgc(SERVERS, load, 0.0) * constant_service_correction(SERVERS, load)
    found = mean_wait(SERVERS, load, "constant", RUN, _seed(5, rho), 1 if rho < 0.9 else 4)
    assert found.is_within(corrected, 0.03), f"{found} against {corrected}"


@pytest.mark.parametrize("rho", (0.5, 0.8))
def test_short_runs_cover_theory(rho: float) -> None:
    """In seconds: the intervals of Erlang C and Pollaczek and Khinchine's formula hold the exact value, times 1.5."""
    for servers, kind, formula in (
        (SERVERS, "exponential", mean_wait_mmc(SERVERS, SERVERS * rho)),
        (1, "lognormal", mean_wait_mg1(rho, 1.2)),
    ):
        found = mean_wait(servers, servers * rho, kind, 100_000, 6, 1)
        assert abs(found.mean - formula) < 1.5 * (found.high - found.mean), f"{found} against {formula}"


def main() -> None:
    """Write the table of the documentation."""
    _row("queue", "load", "theory", "long run, 95 % interval", "difference", "margin")
    _row(*["---"] * 6)
    for case in EXACT:
        _compare(case.name, case.rho, case.formula, case.estimate(), margin(case.rho))
    for kind, rho in NEAR:
        found = mean_wait(SERVERS, SERVERS * rho, kind, RUN, _seed(4, rho), 1 if rho < 0.9 else 2)
        formula = mean_wait_mgc(SERVERS, SERVERS * rho, VARIATION[kind])
        _compare(f"M/G/4, {kind} services, Lee and Longton", rho, formula, found, KNOWN_ERROR[rho])


def _compare(name: str, rho: float, formula: float, found: Estimate, allowed: float) -> None:
    difference = f"{found.mean / formula - 1.0:+.2%}"
    _row(name, f"{rho:g}", f"{formula:.5f}", f"{found.low:.5f} to {found.high:.5f}", difference, f"{allowed:.0%}")


def _row(*cells: str) -> None:
    sys.stdout.write("| " + " | ".join(cells) + " |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
