"""
The operating subsidy: paid by the month to vans that ran far enough, as Zibo does from 1,600 km on.
"""

from __future__ import annotations

from sim.incentives.incentive_params import OperatingSubsidyParams

MONTHS_PER_YEAR = 12
"""Months in a year [-]."""


def operating_subsidy_cny_per_month(km_per_month: float, params: OperatingSubsidyParams) -> float:
    """
    Paid for a van in a month [CNY].

    Parameters
    ----------
    km_per_month
        Distance of the van in the month [km].
    params
        Thresholds and payments; the highest threshold that is reached counts.

    Examples
    --------
    >>> from sim.incentives.incentive_params import OperatingTier
    >>> tier = OperatingTier(from_km_per_month=1600.0, cny_per_month=320.0)
    >>> zibo = OperatingSubsidyParams(vehicle_types=("electric_van",), tiers=(tier,))
    >>> [operating_subsidy_cny_per_month(km, zibo) for km in (1599.9, 1600.0, 4000.0)]
    [0.0, 320.0, 320.0]
    """
    reached = [tier.cny_per_month for tier in params.tiers if km_per_month >= tier.from_km_per_month]
    return reached[-1] if reached else 0.0


def operating_subsidy_cny_per_day(
    km_per_day: float, params: OperatingSubsidyParams, *, working_days_per_year: float
) -> float:
    """
    Part of the month's subsidy that falls to a day [CNY].

    Assumption: the van runs as far on every working day, so that the day stands for its month.

    Parameters
    ----------
    km_per_day
        Distance of the van on the day [km].
    params
        Thresholds and payments.
    working_days_per_year
        Days on which vans work [1/year].
    """
    days_per_month = working_days_per_year / MONTHS_PER_YEAR
    return operating_subsidy_cny_per_month(km_per_day * days_per_month, params) / days_per_month
