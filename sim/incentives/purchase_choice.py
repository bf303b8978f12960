"""
Which vehicle types are bought: a multinomial logit on cost, pivoted on what is bought in the reference case.

The share of type i goes with its share in the reference, times exp(-(cost - cost in the reference) / scale). So what a
cost model leaves out (habit, brands, workshops) stays as it is in the reference, and costs that stay change nothing. A
type that nobody buys in the reference is not bought afterwards either. Source: the incremental logit of the literature
on discrete choice (Ben-Akiva and Lerman 1985), by memory.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping


def purchase_shares(
    reference_shares: Mapping[str, float],
    cost_change_cny_per_year: Mapping[str, float],
    *,
    scale_cny_per_year: float,
    among: Collection[str] | None = None,
) -> dict[str, float]:
    """
    Share of each vehicle type in what is bought [-], adding up to 1; empty where none of them can be bought.

    Parameters
    ----------
    reference_shares
        Shares in the reference case [-].
    cost_change_cny_per_year
        Yearly cost less that in the reference, by type [CNY/year].
    scale_cny_per_year
        Difference of cost by which the odds of two types change e-fold [CNY/year].
    among
        Types to choose from; all when None.

    Examples
    --------
    >>> base = {"diesel_van": 0.5, "electric_van": 0.5}
    >>> cheaper = purchase_shares(base, {"diesel_van": 0.0, "electric_van": -1000.0}, scale_cny_per_year=1000.0)
    >>> round(cheaper["electric_van"] / cheaper["diesel_van"], 4)
    2.7183
    """
    open_to = [name for name, share in reference_shares.items() if share > 0.0 and (among is None or name in among)]
    if not open_to:
        return {}
    utility = {name: -cost_change_cny_per_year[name] / scale_cny_per_year for name in open_to}
    highest = max(utility.values())
    weight = {name: reference_shares[name] * math.exp(utility[name] - highest) for name in open_to}
    total = sum(weight.values())
    return {name: weight.get(name, 0.0) / total for name in reference_shares}
