"""Shares by type of shop, and what a configuration of joint delivery comes to."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.planning.joint_settings import joint


def test_a_type_may_have_a_share_of_its_own() -> None:
    """Chains at 50 %, all others at none."""
    params = joint(share_by_type={"supermarket": 0.5, "clothing": None})
    assert params.share_of("supermarket") == 0.5
    assert params.share_of("clothing") == params.share_of("pharmacy") == 0.0


def test_an_operator_whom_nobody_uses_is_no_content() -> None:
    """Results do not depend on it, so neither does the name of the run; its night does count."""
    assert joint(share=0.0).content() == joint(operator=False, orders_per_van=99.0).content() == {}
    assert set(joint(night_share=0.1).content()) >= {"night_share", "night_window"}
    assert "mix" not in joint(night_share=0.1).content()
    assert joint(share=0.1).content()["share"] == 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"operator": False, "share": 0.5}, "need an operator"),
        ({"share_by_type": {"bakery": 0.5}}, "unknown shop types.*bakery"),
        ({"mix": {"electric_van": 0.7}}, "add up to 1, found 0.7"),
        ({"night_window": "22:00-05:30"}, "write times after midnight as 24:00"),
        ({"transfer_window": "early"}, "HH:MM-HH:MM"),
    ],
)
def test_contradictions(change: dict[str, object], message: str) -> None:
    """Each is refused with what was expected."""
    with pytest.raises(ValidationError, match=message):
        joint(**change)
