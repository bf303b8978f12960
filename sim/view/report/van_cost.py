"""
Cost of each van [CNY]: what its carrier bore, shared out by what caused it.

Fuel by litres, electricity by energy used, drivers by time on the way, maintenance by distance, everything else equally
over the vans that were used. The shares add up to `cost_total`.
"""

from __future__ import annotations

import pandas as pd

from sim.view.run_folder import RunFolder

KEYS = {"fuel": "fuel_l", "electricity": "energy_kwh", "driver": "duty_s", "maintenance": "distance_m"}
"""What a component of the cost goes by; the others go equally over the vans used."""


def van_costs(run: RunFolder) -> pd.Series[float]:
    """
    Cost of each van by `van_id` [CNY].

    Carriers whose cost has no van that could bear it are left out.

    Parameters
    ----------
    run
        The run.
    """
    vans, trips = run.vans, run.trips
    used = trips.groupby("van_id").agg(
        fuel_l=("fuel_l", "sum"),
        energy_kwh=("energy_kwh", "sum"),
        distance_m=("distance_m", "sum"),
        first_s=("depart_s", "min"),
        last_s=("arrive_s", "max"),
    )
    used = used.reindex(vans.index)
    keys = used.assign(duty_s=used["last_s"] - used["first_s"], used=used["first_s"].notna().astype("float64")).fillna(
        0.0
    )
    carrier = vans["carrier_id"].astype(object)
    total = pd.Series(0.0, index=vans.index)
    for component, rows in run.table("costs").groupby("component"):
        by_carrier = rows.groupby(rows["carrier_id"].astype(object))["cost_cny"].sum()
        for name in dict.fromkeys((KEYS.get(str(component), "used"), "used")):
            weight = keys[name]
            whole = weight.groupby(carrier).sum()
            share = (weight / carrier.map(whole)).where(carrier.map(whole) > 0.0, 0.0)
            total += share * carrier.map(by_carrier).fillna(0.0)
            by_carrier = by_carrier[~by_carrier.index.isin(whole.index[whole > 0.0])]
            if by_carrier.empty:
                break
    return total
