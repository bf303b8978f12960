"""Electric vans and the chargers they share: supply, waits, use and vans left on the road."""

from __future__ import annotations

import numpy as np

from sim.measures.context import KpiContext
from sim.measures.intervals import ratio, time_within_s
from sim.measures.tables import RunTables

NEW_ENERGY = ("bev", "phev")
"""Powertrains of new-energy vehicles."""


def charging_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Share of electric vans, vans per connector, waits [min] and use of public connectors.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Connectors and the operating day.
    """
    vans, charging = tables["vans"], tables["charging"]
    nev = int(vans["powertrain"].isin(NEW_ENERGY).sum())
    public = charging[charging["purpose"] == "public"]
    wait_min = (public["plug_s"] - public["arrive_s"]).to_numpy(dtype=np.float64) / 60.0
    plugged_s = time_within_s(public["plug_s"], public["unplug_s"], context.day_from_s, context.day_until_s)
    return {
        "nev_share": ratio(nev, len(vans)),
        "nev_per_charger": ratio(nev, context.public_connectors),
        "depot_connectors": context.depot_connectors,
        "charger_wait_mean": float(wait_min.mean()) if len(wait_min) else None,
        "charger_wait_p95": float(np.percentile(wait_min, 95.0)) if len(wait_min) else None,
        "charger_utilisation": ratio(plugged_s, context.public_connectors * context.operating_day_s),
        "vans_stranded": int(tables["stranded"]["van_id"].nunique()),
    }
