"""State of charge of the fleet over the day, from what was driven and charged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.view.by_time import Floats, time_bins
from sim.view.run_folder import RunFolder
from sim.view.style import BLUE, INK, add_caption, figure_style, hour_axis, new_figure, save_figure, say_empty

STEP_S = 900.0
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)


def charge_of_vans(
    vans: pd.DataFrame, trips: pd.DataFrame, power: pd.DataFrame, *, charger_efficiency: float, times_s: Floats
) -> Floats:
    """
    State of charge of the battery vans that are out today [-], shape (n_vans, n_times).

    Parameters
    ----------
    vans, trips, power
        Tables `vans`, `trips` and `charging_power` of a run; a drive is taken to draw evenly.
    charger_efficiency
        Energy into the battery per energy from the grid [-].
    times_s
        Times [s], rising.
    """
    own = vans[vans["soc_morning"].notna()]
    row_of = {van: row for row, van in enumerate(own["van_id"])}
    stored = np.repeat((own["soc_morning"] * own["battery_kwh"]).to_numpy(np.float64)[:, None], len(times_s), axis=1)
    drives = trips[["van_id", "depart_s", "arrive_s", "energy_kwh"]].set_axis(power.columns.drop("site_id"), axis=1)
    for rows, sign in ((drives, -1.0), (power, charger_efficiency)):
        for van, from_s, until_s, kwh in rows[["van_id", "from_s", "until_s", "energy_kwh"]].itertuples(index=False):
            if van in row_of:
                share = np.clip((times_s - from_s) / max(until_s - from_s, 1e-9), 0.0, 1.0)
                stored[row_of[van]] += sign * kwh * share
    charge: Floats = stored / own["battery_kwh"].to_numpy(np.float64)[:, None]
    return charge


def draw_state_of_charge(run: RunFolder, path: Path) -> Path:
    """Quantiles of the state of charge of the battery vans that are out, by time of day."""
    vans, trips, power = run.table("vans"), run.trips, run.table("charging_power")
    is_out = vans["soc_morning"].notna()
    with figure_style():
        figure = new_figure()
        axes = figure.subplots()
        if not is_out.any() or trips.empty:
            say_empty(axes, "no battery van left its depot")
        else:
            ends_s = [float(trips["arrive_s"].max()), *power["until_s"].tail(1)]
            times_s = time_bins(float(trips["depart_s"].min()) - STEP_S, max(ends_s), STEP_S)
            efficiency = float(run.config["charging"]["charger_efficiency"])
            charge = charge_of_vans(vans, trips, power, charger_efficiency=efficiency, times_s=times_s)
            low, quarter, middle, upper, high = 100.0 * np.quantile(charge, QUANTILES, axis=0)
            hours = times_s / 3600.0
            axes.fill_between(hours, low, high, color=BLUE, alpha=0.18, linewidth=0.0, label="9 in 10 vans")
            axes.fill_between(hours, quarter, upper, color=BLUE, alpha=0.35, linewidth=0.0, label="middle half")
            axes.plot(hours, middle, color=INK, label="median")
            reserve = run.config["charging"].get("soc_reserve")
            if reserve is not None:
                axes.axhline(100.0 * float(reserve), color=INK, linestyle=":", linewidth=1.0, label="reserve")
            axes.set_ylim(0.0, 100.0)
            axes.set_ylabel("State of charge [%]")
            hour_axis(axes, float(times_s[0]), float(times_s[-1]))
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        axes.set_title("State of charge of the electric vans by time of day")
        add_caption(figure, f"n = {int(is_out.sum()):,} battery vans that are out; {run.name}")
        return save_figure(figure, path)
