"""
What the day costs, by carrier and component.

- `fixed`: capital and insurance of the vans used; vans that stay at home are taken to earn elsewhere.
- `driver`: wage from first departure to last arrival or departure of each driver (one a van and wave), waiting at
  closed zones and unloading at docks included.
- `fuel`: litres times price; plug-in hybrids burn petrol.
- `electricity`: what was paid for charging sessions, those of the night at the depot included; what a van used but did
  not charge again within the simulated time is priced as charged later, what it gained is credited. So the cost is that
  of the energy used, whatever the state of charge in the morning.
- `maintenance`: by distance. - `handling`: joint orders that were delivered, at the distribution centre.
- `sharing`: paid to carriers that deliver for others, less what is earned so; adds up to zero over all carriers.
- `subsidies`: what the city pays, as a negative cost.
- `failed`: another attempt for each order not delivered. - `recovery`: stranded vans. - `parking`: paid for
  berths. - `fines`: those detected.
- `charges`: what access rules charge for driving in parts of the city.

Handling and failed orders fall on the carrier of the order, the rest on that of the van.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.measures.context import KpiContext
from sim.measures.conversion import conform
from sim.measures.subsidies import subsidies_by_van
from sim.measures.tables import RunTables
from sim.units import SECONDS_PER_HOUR

COMPONENTS = (
    "fixed",
    "driver",
    "fuel",
    "electricity",
    "maintenance",
    "handling",
    "sharing",
    "failed",
    "recovery",
    "parking",
    "fines",
    "charges",
    "subsidies",
)
"""Parts of the cost, in the order in which they are shown."""


def cost_table(tables: RunTables, context: KpiContext) -> pd.DataFrame:
    """
    Cost of the day by carrier (rows, sorted) and component (columns) [CNY].

    Parameters
    ----------
    tables
        Tables of the run.
    context
        Prices.

    Raises
    ------
    ValueError
        If a vehicle type has no cost, or a trip belongs to a van that is not in the vans.
    """
    by_van = cost_by_van(tables, context)
    carrier_of = tables["vans"].set_index("van_id")["carrier_id"].astype(object)
    table = by_van.groupby(carrier_of.reindex(by_van.index)).sum()
    orders = tables["orders"]
    is_delivered = orders["status"] == "delivered"
    handled = orders[is_delivered & orders["joint"]].groupby("carrier_id").size()
    failed = orders[~is_delivered].groupby("carrier_id").size()
    carriers = sorted({*carrier_of, *orders["carrier_id"]})
    table = table.reindex(carriers).fillna(0.0)
    table["handling"] = handled.reindex(carriers).fillna(0.0) * context.cost.handling_cny_per_order
    table["sharing"] = [context.sharing_cny.get(carrier, 0.0) for carrier in carriers]
    table["failed"] = failed.reindex(carriers).fillna(0.0) * context.cost.failed_order_cny
    table.index.name = "carrier_id"
    table.columns.name = "component"
    return table[list(COMPONENTS)].astype("float64")


def cost_by_van(tables: RunTables, context: KpiContext) -> pd.DataFrame:
    """Parts of the cost that fall on vans, by van (rows as in table `vans`) and component (columns) [CNY]."""
    vans, trips, stops, charging = (tables[name] for name in ("vans", "trips", "stops", "charging"))
    prices = context.cost
    by_van = vans.set_index("van_id")
    strangers = sorted(set(trips["van_id"]) - set(by_van.index))
    unpriced = sorted(set(by_van["vehicle_type"]) - set(context.vehicle_costs))
    faults = [f"trips: {len(strangers)} vans are not in the vans, such as {strangers[0]}"] if strangers else []
    faults += [f"vehicle type {name!r} has no cost; known: {sorted(context.vehicle_costs)}" for name in unpriced]
    if faults:
        raise ValueError("\n".join(faults))

    driven = trips.groupby("van_id")[["distance_m", "fuel_l", "energy_kwh"]].sum().reindex(by_van.index).fillna(0.0)
    is_used = by_van.index.isin(trips["van_id"])
    fixed = by_van["vehicle_type"].map({name: kind.fixed_cny_per_day for name, kind in context.vehicle_costs.items()})
    per_km = by_van["vehicle_type"].map(
        {name: kind.maintenance_cny_per_km for name, kind in context.vehicle_costs.items()}
    )
    is_diesel = by_van["powertrain"] == "diesel"
    fuel_price = np.where(is_diesel, prices.diesel_cny_per_l, prices.petrol_cny_per_l)
    cost = pd.DataFrame(index=by_van.index)
    cost["fixed"] = fixed.astype("float64") * is_used
    cost["driver"] = (
        duty_s(trips, stops, tables["tours"], tables["docks"]).reindex(by_van.index).fillna(0.0)
        / SECONDS_PER_HOUR
        * prices.driver_cny_per_h
    )
    cost["fuel"] = driven["fuel_l"] * fuel_price
    sessions = charging.groupby("van_id")[["energy_kwh", "cost_cny"]].sum().reindex(by_van.index).fillna(0.0)
    later_kwh = driven["energy_kwh"] / context.charger_efficiency - sessions["energy_kwh"]
    cost["electricity"] = sessions["cost_cny"] + later_kwh * prices.later_charging_cny_per_kwh
    cost["maintenance"] = driven["distance_m"] / 1000.0 * per_km.astype("float64")
    is_stranded = by_van.index.isin(tables["stranded"]["van_id"])
    cost["recovery"] = is_stranded * prices.stranded_van_cny
    paid = tables["berths"].groupby("van_id")["price_cny"].sum()
    cost["parking"] = paid.reindex(by_van.index).fillna(0.0)
    violations = tables["violations"]
    fines = violations[violations["detected"]].groupby("van_id")["fine_cny"].sum()
    cost["fines"] = fines.reindex(by_van.index).fillna(0.0)
    cost["charges"] = charges_by_van(tables).reindex(by_van.index).fillna(0.0)
    cost["subsidies"] = 0.0 - subsidies_by_van(tables, context.subsidies).sum(axis=1)
    return cost.astype("float64")


def charges_by_van(tables: RunTables) -> pd.Series[float]:
    """What access rules charged each van that paid [CNY]."""
    charges = tables.get("access_charges")
    if charges is None or charges.empty:
        return pd.Series(dtype="float64")
    return charges.groupby("van_id")["cost_cny"].sum()


def duty_spans(
    trips: pd.DataFrame, stops: pd.DataFrame, tours: pd.DataFrame, docks: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    First departure and last return of each driver, by van and wave: columns `from_s`, `until_s` [s].

    The last return is the last arrival, or the last departure from a stop or a dock if that is later.
    """
    keys = [trips["van_id"], _wave_of(trips, tours)]
    spans = trips.groupby(keys).agg(from_s=("depart_s", "min"), until_s=("arrive_s", "max"))
    left = stops[["van_id", "depart_s"]]
    if docks is not None and len(docks):
        at_docks = docks[["van_id", "end_s"]].rename(columns={"end_s": "depart_s"})
        left = pd.concat([left, at_docks], ignore_index=True)
    left_s = left.groupby([left["van_id"], _wave_of(left, tours)])["depart_s"].max().reindex(spans.index)
    spans["until_s"] = spans["until_s"].where(~(left_s > spans["until_s"]), left_s)
    return spans


def _wave_of(rows: pd.DataFrame, tours: pd.DataFrame) -> pd.Series[str]:
    """Wave in which a van made its trips or stops: that of its last tour begun by their departure."""
    by_time = rows[["van_id", "depart_s"]].astype({"van_id": object}).reset_index()
    begun = tours[["van_id", "start_s", "wave"]].astype({"van_id": object, "wave": object})
    found = pd.merge_asof(
        by_time.sort_values("depart_s"),
        begun.sort_values("start_s"),
        left_on="depart_s",
        right_on="start_s",
        by="van_id",
    )
    return found.set_index("index")["wave"].fillna("").reindex(rows.index)


def duty_s(
    trips: pd.DataFrame, stops: pd.DataFrame, tours: pd.DataFrame, docks: pd.DataFrame | None = None
) -> pd.Series[float]:
    """Time from first departure to last return, added up over the drivers of each van that made a trip [s]."""
    spans = duty_spans(trips, stops, tours, docks)
    return (spans["until_s"] - spans["from_s"]).groupby(level="van_id").sum()


def cost_rows(table: pd.DataFrame) -> pd.DataFrame:
    """A cost table as rows of result table `costs`."""
    return conform("costs", table.reset_index().melt("carrier_id", var_name="component", value_name="cost_cny"))


def cost_measures(tables: RunTables, context: KpiContext) -> dict[str, float | None]:
    """Total cost and what is paid for handling and sharing [CNY]; ratios to what was transported are made in `kpis`."""
    table = cost_table(tables, context)
    return {
        "cost_total": float(table.to_numpy().sum()),
        "cost_handling": float(table["handling"].sum()),
        "access_charges": float(table["charges"].sum()),
        "sharing_paid": float(table["sharing"].clip(lower=0.0).sum()),
    }
