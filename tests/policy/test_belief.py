"""What is believed of the rules: rules nobody has heard of, and hours that are thought to lie earlier or later."""

from __future__ import annotations

import pytest

from sim.policy import AccessRuleParams
from sim.policy.belief import BeliefParams, believed_rules

RULE = AccessRuleParams.model_validate(
    {
        "effect": "deny",
        "where": {"zone_roles": ["centre"]},
        "who": {"access_class": ["light"]},
        "when": {"weekdays": ["mo-su"], "windows": ["07:00-08:30", "23:00-05:00", "00:00-24:00"]},
    }
)


def test_whoever_knows_the_rules_believes_them_as_they_are() -> None:
    """The rules themselves, not copies."""
    found = believed_rules({"a": RULE, "b": RULE}, {"a", "b"})
    assert found["a"] is RULE
    assert found["b"] is RULE


def test_a_rule_not_heard_of_is_not_there() -> None:
    """Known: b alone."""
    assert list(believed_rules({"a": RULE, "b": RULE}, {"b"})) == ["b"]


@pytest.mark.parametrize(
    ("by_min", "windows"),
    [
        (30.0, ("07:30-09:00", "23:30-05:30", "00:00-24:00")),
        (-30.0, ("06:30-08:00", "22:30-04:30", "00:00-24:00")),
    ],
)
def test_hours_thought_wrong_keep_their_length(by_min: float, windows: tuple[str, ...]) -> None:
    """Half an hour later or earlier, also across midnight; a whole day stays a whole day."""
    found = believed_rules({"a": RULE}, {"a"}, {"a": 60.0 * by_min})
    assert found["a"].when.windows == windows


def test_a_window_does_not_leave_its_day() -> None:
    """Twelve hours earlier than 07:00 is midnight; twelve later than 23:00 is the last minute."""
    early = believed_rules({"a": RULE}, {"a"}, {"a": -12 * 3600.0})["a"].when.windows
    late = believed_rules({"a": RULE}, {"a"}, {"a": 12 * 3600.0})["a"].when.windows
    assert early[0] == "00:00-01:30"
    assert late[1] == "23:59-05:59"


def test_common_knowledge() -> None:
    """All have heard of every rule, and nobody has it wrong."""
    common = BeliefParams(notice_share=1.0, misunderstanding_share=0.0, misread_min=30.0)
    assert common.is_common_knowledge
    assert not common.model_copy(update={"notice_share": 0.9}).is_common_knowledge
    assert not common.model_copy(update={"misunderstanding_share": 0.1}).is_common_knowledge
