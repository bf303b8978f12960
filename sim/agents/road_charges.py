"""
What a driver reckons that streets cost: the charges as believed, less what the most of a day spares.

A driver takes the way of least generalised cost, which is time at the wage (`behaviour.driver_cny_per_h`) and the
charges due at the hour of entry. Where a rule has a most by day and the van has paid it, its streets are free for the
rest of the day. Simplification: kilometres do not count in the choice of a way, with charges or without.
"""

from __future__ import annotations

from sim.contracts import IntArray, LinkArray, LinkPrices
from sim.policy.charge import VehicleCharges


class RoadCharges:
    """
    Charges of one vehicle as its driver believes them.

    Parameters
    ----------
    charges
        Those that it has to pay.
    """

    def __init__(self, charges: VehicleCharges) -> None:
        self._charges = charges
        self._limited = [charge for charge in charges.charges if charge.price.most_cny_per_day is not None]
        self._paid_cny: dict[str, float] = {}
        self.prices: LinkPrices | None = charges.prices()

    def note(self, link: LinkArray, enter_us: IntArray, exit_us: IntArray) -> None:
        """Count what a drive has cost against the most of a day."""
        if self.prices is None or not self._limited:
            return
        for charge in self._limited:
            cny = float(charge.cost_cny(link.astype("int64"), enter_us, exit_us).sum())
            if cny > 0.0:
                self._paid_cny[charge.rule_id] = self._paid_cny.get(charge.rule_id, 0.0) + cny
        self.prices = self._charges.prices(self._paid_cny)
