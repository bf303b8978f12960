"""Credit by hand: score, memory, levels, and faults of its parameters."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.policy.credit import CarrierRecord, CreditParams

VALUES: dict[str, Any] = {
    "weight_compliance": 0.4,
    "weight_punctuality": 0.2,
    "weight_reliability": 0.2,
    "weight_load": 0.2,
    "violations_per_van_at_zero": 0.5,
    "failed_share_at_zero": 0.1,
    "full_load_factor": 0.5,
    "memory": 0.5,
    "start_credit": 75.0,
    "levels": (60.0, 75.0, 90.0),
    "permit_share": (0.0, 0.5, 1.0, 1.0),
    "reward_cny_per_day": (0.0, 0.0, 0.0, 200.0),
}
PARAMS = CreditParams(**VALUES)
PERFECT = CarrierRecord(vans_used=10, fined_trips=0, on_time_share=1.0, failed_share=0.0, load_factor=0.5)


def test_a_perfect_day_scores_a_hundred() -> None:
    """No fine, all in time, all delivered, a full load factor; a higher one gains nothing."""
    assert PARAMS.score(PERFECT) == pytest.approx(100.0)
    assert PARAMS.score(CarrierRecord(10, 0, 1.0, 0.0, 0.9)) == pytest.approx(100.0)


def test_every_part_counts_by_its_weight() -> None:
    """2 fines on 10 vans: 0.2 of 0.5, compliance 0.6; on time 0.9; 5 % failed: 0.5; load 0.25 of 0.5: 0.5."""
    record = CarrierRecord(vans_used=10, fined_trips=2, on_time_share=0.9, failed_share=0.05, load_factor=0.25)
    assert PARAMS.score(record) == pytest.approx(100.0 * (0.4 * 0.6 + 0.2 * 0.9 + 0.2 * 0.5 + 0.2 * 0.5))


def test_nothing_counts_below_zero() -> None:
    """More fines and failures than the scale has: 0, not less."""
    assert PARAMS.score(CarrierRecord(1, 50, 0.0, 1.0, 0.0)) == 0.0


def test_credit_remembers() -> None:
    """Half of 75 and half of 100; a carrier with nothing to do keeps what it has."""
    assert PARAMS.next_credit(75.0, PERFECT) == pytest.approx(87.5)
    assert PARAMS.next_credit(75.0, None) == 75.0


def test_levels_begin_at_their_bounds() -> None:
    """Below 60, from 60, from 75, from 90."""
    assert [PARAMS.level(credit) for credit in (59.9, 60.0, 75.0, 90.0)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"levels": (75.0, 60.0, 90.0)}, "levels must rise"),
        ({"permit_share": (0.0, 1.0)}, "permit_share needs 4 values"),
        ({"permit_share": (0.0, 0.5, 1.0, 1.5)}, "permit_share must not"),
        ({f"weight_{part}": 0.0 for part in ("compliance", "punctuality", "reliability", "load")}, "weights must not"),
    ],
)
def test_faults_are_told(change: dict[str, Any], told: str) -> None:
    """Levels out of order, values that do not fit the levels, no weight at all."""
    with pytest.raises(ValidationError, match=told):
        CreditParams(**VALUES | change)
