"""
What carriers and drivers believe of the rules: who has heard of a rule, and who has its hours wrong.

A carrier that has not heard of a rule plans as if there were none; its drivers learn of it at the sign. A driver who
has a rule's hours wrong believes that they begin and end earlier or later than they do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, Field

from sim.policy.access_rule import AccessRuleParams
from sim.policy.time_window import read_window
from sim.units import SECONDS_PER_DAY, s_to_clock

_MOST_S = SECONDS_PER_DAY - 60.0


class BeliefParams(BaseModel, frozen=True, extra="forbid"):
    """Who knows the rules."""

    notice_share: float = Field(ge=0.0, le=1.0, description="Share of carriers who know a rule from its first day [-]")
    misunderstanding_share: float = Field(
        ge=0.0, le=1.0, description="Share of drivers who have a rule's hours wrong [-]"
    )
    misread_min: float = Field(ge=0.0, le=720.0, description="By how much they have them wrong [min]")

    @property
    def is_common_knowledge(self) -> bool:
        """Whether everybody knows every rule as it is."""
        return self.notice_share >= 1.0 and (self.misunderstanding_share <= 0.0 or self.misread_min == 0.0)

    def misread_s(self, luck: float) -> float:
        """
        By how much a driver has the hours of a rule wrong [s]; negative is earlier.

        Parameters
        ----------
        luck
            Uniform draw in (0, 1) that belongs to the driver and the rule: below the share are those who have it wrong,
            the lower half of them too early.

        Examples
        --------
        >>> params = BeliefParams(notice_share=1.0, misunderstanding_share=0.2, misread_min=30.0)
        >>> params.misread_s(0.05), params.misread_s(0.15), params.misread_s(0.25)
        (-1800.0, 1800.0, 0.0)
        """
        if luck >= self.misunderstanding_share:
            return 0.0
        return (-60.0 if luck < self.misunderstanding_share / 2.0 else 60.0) * self.misread_min


def believed_rules(
    rules: Mapping[str, AccessRuleParams], known: Collection[str], misread_s: Mapping[str, float] | None = None
) -> dict[str, AccessRuleParams]:
    """
    The rules as somebody believes them.

    Parameters
    ----------
    rules
        Rules as they are.
    known
        Names of those that were heard of.
    misread_s
        By how much the hours of a rule are thought to lie later [s].
    """
    wrong = misread_s or {}
    return {
        rule_id: _shifted(rule, wrong[rule_id]) if wrong.get(rule_id) else rule
        for rule_id, rule in rules.items()
        if rule_id in known
    }


def _shifted(rule: AccessRuleParams, by_s: float) -> AccessRuleParams:
    """The rule with its windows earlier or later; a window does not leave its day, and the whole day stays."""
    windows = tuple(_shifted_window(text, by_s) for text in rule.when.windows)
    return rule.model_copy(update={"when": rule.when.model_copy(update={"windows": windows})})


def _shifted_window(text: str, by_s: float) -> str:
    window = read_window(text)
    length_s = window.until_s - window.from_s
    if length_s >= SECONDS_PER_DAY:
        return text
    from_s = min(max(window.from_s + by_s, 0.0), _MOST_S)
    until_s = from_s + length_s
    return f"{s_to_clock(from_s)}-{s_to_clock(until_s - SECONDS_PER_DAY if until_s > SECONDS_PER_DAY else until_s)}"
