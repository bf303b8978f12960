"""
Credit of operators: a score from what they did on a day, carried on, and what it brings them the day after.

    score  = 100 x (w1 compliance + w2 punctuality + w3 reliability + w4 load) / (w1 + w2 + w3 + w4)
    credit = memory x credit before + (1 - memory) x score

Each part lies in [0, 1]: compliance falls with fined trips a van, punctuality is the share of deliveries within their
window, reliability falls with the share of orders not delivered, load is the load factor against a full one. Credit
gives a level; a level gives a share of the carrier's permits, and a reward.

Source of the idea: row 10 of the district's demonstration plan (operators appraised, rewarded and penalised). Formula
and weights are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, Field, model_validator


class CreditParams(BaseModel, frozen=True, extra="forbid"):
    """How credit is counted, and what it brings."""

    weight_compliance: float = Field(ge=0.0, le=1.0, description="Weight of keeping the access rules [-]")
    weight_punctuality: float = Field(ge=0.0, le=1.0, description="Weight of deliveries within their window [-]")
    weight_reliability: float = Field(ge=0.0, le=1.0, description="Weight of orders delivered [-]")
    weight_load: float = Field(ge=0.0, le=1.0, description="Weight of the load factor [-]")
    violations_per_van_at_zero: float = Field(
        gt=0.0, le=1000.0, description="Fined trips for each van used at which compliance counts nothing [-]"
    )
    failed_share_at_zero: float = Field(
        gt=0.0, le=1.0, description="Share of orders not delivered at which reliability counts nothing [-]"
    )
    full_load_factor: float = Field(gt=0.0, le=1.0, description="Load factor that counts in full [-]")
    memory: float = Field(ge=0.0, lt=1.0, description="Weight of the credit before against the score of the day [-]")
    start_credit: float = Field(ge=0.0, le=100.0, description="Credit before the first day [-]")
    levels: tuple[float, ...] = Field(description="Credit from which a carrier is of level 1, 2 and so on [-]")
    permit_share: tuple[float, ...] = Field(description="Share of its permits that a carrier of each level gets [-]")
    reward_cny_per_day: tuple[float, ...] = Field(description="What the city pays a carrier of each level [CNY/d]")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        faults = []
        if list(self.levels) != sorted(set(self.levels)) or any(not 0.0 < level <= 100.0 for level in self.levels):
            faults.append(f"levels must rise within 0 to 100, found {list(self.levels)}")
        for name in ("permit_share", "reward_cny_per_day"):
            found = getattr(self, name)
            if len(found) != len(self.levels) + 1:
                faults.append(f"{name} needs {len(self.levels) + 1} values, one for each level from 0 on; "
                              f"found {len(found)}")  # fmt: skip
            if any(value < 0.0 or (name == "permit_share" and value > 1.0) for value in found):
                faults.append(f"{name} must not be negative, nor a share above 1; found {list(found)}")
        if self._weights() <= 0.0:
            faults.append("weights must not all be 0")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _weights(self) -> float:
        return self.weight_compliance + self.weight_punctuality + self.weight_reliability + self.weight_load

    def score(self, record: CarrierRecord) -> float:
        """Score of a day, 0 to 100 [-]."""
        compliance = 1.0 - min(1.0, record.fined_per_van / self.violations_per_van_at_zero)
        reliability = 1.0 - min(1.0, record.failed_share / self.failed_share_at_zero)
        load = min(1.0, record.load_factor / self.full_load_factor)
        whole = self.weight_compliance * compliance + self.weight_punctuality * record.on_time_share
        whole += self.weight_reliability * reliability + self.weight_load * load
        return 100.0 * whole / self._weights()

    def next_credit(self, before: float, record: CarrierRecord | None) -> float:
        """Credit after a day; as before for a carrier that had nothing to do."""
        if record is None:
            return before
        return self.memory * before + (1.0 - self.memory) * self.score(record)

    def level(self, credit: float) -> int:
        """Level of a credit, 0 for the lowest."""
        return sum(credit >= bound for bound in self.levels)


@dataclass(frozen=True, slots=True)
class CarrierRecord:
    """
    What a carrier did on a day.

    Parameters
    ----------
    vans_used
        Vans that made a trip.
    fined_trips
        Violations that were noticed and fined.
    on_time_share
        Share of delivered orders whose unloading began within their window [-].
    failed_share
        Share of its orders not delivered [-].
    load_factor
        Load against payload, weighted by distance [-].
    """

    vans_used: int
    fined_trips: int
    on_time_share: float
    failed_share: float
    load_factor: float

    @property
    def fined_per_van(self) -> float:
        """Fined trips for each van used [-]."""
        return self.fined_trips / max(1, self.vans_used)
