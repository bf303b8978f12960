"""The kerb: waits for berths, how full they are, and double parking."""

from __future__ import annotations

import numpy as np

from sim.measures.context import KpiContext
from sim.measures.intervals import ratio, time_within_s
from sim.measures.tables import RunTables
from sim.units import SECONDS_PER_HOUR


def kerb_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """
    Waits [min] of stops at the kerb, occupancy of berths [-] and double parking [h].

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Spaces and hours of the berths.
    """
    stops, berths = tables["stops"], tables["berths"]
    at_kerb = stops[stops["parking"] != "offstreet"]
    wait_min = at_kerb["berth_wait_s"].to_numpy(dtype=np.float64) / 60.0
    double = stops[stops["parking"] == "double"]
    cruises = tables["trips"][tables["trips"]["purpose"] == "cruise"]
    hours_s = context.berth_until_s - context.berth_from_s
    in_use_s = time_within_s(berths["park_s"], berths["leave_s"], context.berth_from_s, context.berth_until_s)
    return {
        "berth_wait_mean": float(wait_min.mean()) if len(wait_min) else None,
        "berth_wait_p95": float(np.percentile(wait_min, 95.0)) if len(wait_min) else None,
        "berth_occupancy": ratio(in_use_s, context.berth_spaces * hours_s),
        "double_parking_hours": float((double["depart_s"] - double["parked_s"]).sum()) / SECONDS_PER_HOUR,
        "double_parking_share": ratio(float(len(double)), float(len(at_kerb))),
        "blocked_lane_hours": float(tables["links"]["blocked_s"].sum()) / SECONDS_PER_HOUR,
        "cruising_km": float(cruises["distance_m"].sum()) / 1000.0,
        "berth_booked_share": ratio(float(berths["booked"].sum()), float(len(berths))),
        "berth_overstay_share": ratio(float((berths["over_limit_s"] > 0.0).sum()), float(len(berths))),
    }
