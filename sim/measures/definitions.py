"""
What each indicator is: name, unit, which way is better, meaning and formula, in one table.

`kpis.json`, outcome tables, axis labels and the documentation read their names and units here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True)
class Measure:
    """
    An indicator.

    Parameters
    ----------
    name
        Key in `kpis.json`.
    unit
        Unit of its value.
    better
        Which way is better; None where a planner may want either.
    meaning
        What it says, in a sentence.
    formula
        How it comes from the result tables.
    """

    name: str
    unit: str
    better: Better | None
    meaning: str
    formula: str


_ORDERS = (
    Measure("orders_total", "orders", None, "Orders of the day.", "rows of orders"),
    Measure("orders_delivered", "orders", "higher", "Orders handed over.", "status delivered"),
    Measure(
        "orders_failed",
        "orders",
        "lower",
        "Orders not delivered, whatever the reason; those below are among them.",
        "orders_total - orders_delivered",
    ),
    Measure("orders_refused", "orders", "lower", "Orders that came too late for the shop.", "status refused"),
    Measure("orders_on_board", "orders", "lower", "Orders still on board at the end.", "status on_board"),
    Measure(
        "orders_returned",
        "orders",
        "lower",
        "Orders that were on board and came back to the depot.",
        "orders with returned_s",
    ),
    Measure(
        "delivery_retries",
        "stops",
        None,
        "Visits to shops with orders not accepted at an earlier visit of the day.",
        "stops with attempt above 1",
    ),
    Measure(
        "failed_share",
        "-",
        "lower",
        "Share of orders not delivered, whatever the reason.",
        "orders_failed / orders_total",
    ),
    Measure("orders_unplanned", "orders", "lower", "Orders that found no place on a tour.", "status unplanned"),
    Measure(
        "on_time_share",
        "-",
        "higher",
        "Share of delivered orders whose unloading started within their window.",
        "delivered orders with earliest_s <= service_start_s of their stop <= latest_s / delivered orders",
    ),
    Measure(
        "night_delivery_share",
        "-",
        None,
        "Share of the delivered weight whose unloading started in the night window.",
        "weight with service_start_s in the night window / weight of delivered orders",
    ),
    Measure(
        "night_delivery_share_shops",
        "-",
        None,
        "Share of the shops that received goods that received some in the night window.",
        "shops of delivered orders with service_start_s in the night window / shops of delivered orders",
    ),
    Measure(
        "joint_share_volume",
        "-",
        "higher",
        "Share of the freight volume of shops (tonnes, as in transport statistics) that came by joint delivery.",
        "weight of delivered orders with joint / weight of delivered orders, parcels left out",
    ),
    Measure(
        "joint_share_shops",
        "-",
        "higher",
        "Share of the shops that received goods that received joint deliveries.",
        "shops of delivered orders with joint / shops of delivered orders, homes and stations left out",
    ),
    Measure(
        "joint_share_chains_shops",
        "-",
        "higher",
        "Share of the supermarkets and chain stores that received goods that received joint deliveries.",
        "as joint_share_shops, over shops of type supermarket or chain_store",
    ),
    Measure(
        "joint_share_chains_volume",
        "-",
        "higher",
        "Share of the freight volume of supermarkets and chain stores that came by joint delivery.",
        "as joint_share_volume, over shops of type supermarket or chain_store",
    ),
    Measure(
        "parcels_at_stations_share",
        "-",
        "higher",
        "Share of the delivered weight of parcels that was handed over at terminal stations.",
        "weight of delivered orders with shop_type station / the same with shop_type home or station",
    ),
    Measure(
        "visits_per_shop",
        "visits/shop",
        "lower",
        "Visits of vans to a shop that is visited, without those that try again.",
        "stops with attempt 1 / shops in stops with attempt 1",
    ),
    Measure(
        "visits_per_joint_shop",
        "visits/shop",
        "lower",
        "The same for shops that take part in joint delivery; 1 but for loads and windows that take two visits.",
        "stops with attempt 1 at shops of orders with joint / such shops",
    ),
    Measure(
        "orders_shared",
        "orders",
        None,
        "Orders that another carrier delivered, against payment, without joint delivery.",
        "delivered orders without joint whose stop is by another carrier",
    ),
)

_OUTPUT = (
    Measure("van_km", "km", "lower", "Distance of all vans.", "sum of distance_m of trips"),
    Measure(
        "tonne_km",
        "t km",
        None,
        "Transport performed, as driven: detours count.",
        "sum over trips of payload_kg x distance_m",
    ),
    Measure(
        "tonne_km_shipment",
        "t km",
        None,
        "Transport performed on the fixed shipment distance: detours do not count, so it is equal for equal goods.",
        "sum over delivered orders of weight_kg x shipment_distance_m (hub to shop, shortest path)",
    ),
    Measure("tonnes_delivered", "t", "higher", "Weight of delivered orders.", "sum of weight_kg, status delivered"),
    Measure("vans_used", "vans", None, "Vans that made a trip.", "vans in trips"),
    Measure("vans_total", "vans", None, "Vans of all fleets.", "rows of vans"),
    Measure("orders_per_van", "orders", "higher", "Orders delivered per van used.", "orders_delivered / vans_used"),
    Measure("stops_per_van", "stops", None, "Stops per van that made one.", "rows of stops / vans in stops"),
    Measure(
        "load_factor",
        "-",
        "higher",
        "Load against payload, weighted by distance; trucks between hubs and centres count.",
        "sum over trips of payload_kg x distance_m / sum of the van's payload x distance_m",
    ),
    Measure(
        "load_factor_volume",
        "-",
        "higher",
        "Space taken against load space, weighted by distance.",
        "sum over trips of load_m3 x distance_m / sum of the van's load space x distance_m",
    ),
    Measure(
        "empty_km_share",
        "-",
        "lower",
        "Share of the distance that vans drive without goods.",
        "distance_m of trips without payload / sum of distance_m of trips",
    ),
    Measure("trunk_km", "km", "lower", "Distance between hubs and distribution centres.", "distance_m, purpose trunk"),
    Measure("bulk_transfers", "trucks", None, "Truckloads brought to distribution centres.", "docks, purpose unload"),
    Measure(
        "dock_wait_mean",
        "min",
        "lower",
        "Mean wait of trucks for a dock of a hub or centre; from the booked slot for those that came before it.",
        "mean of start_s - arrive_s of docks",
    ),
    Measure(
        "time_utilisation",
        "-",
        "higher",
        "Share of the operating day that the vans used are out.",
        "time from first departure to last return within the operating day / (vans_used x operating day)",
    ),
    Measure(
        "van_km_per_van_day",
        "km",
        "higher",
        "Distance per van used and day: the wording of the official target, which rewards extra driving.",
        "van_km / vans_used",
    ),
    Measure(
        "tonne_km_per_van_day", "t km", "higher", "Transport performed per van used and day.", "tonne_km / vans_used"
    ),
)

_COST = (
    Measure(
        "cost_total",
        "CNY",
        "lower",
        "Cost of delivery to the carriers, fines and charges included, subsidies deducted.",
        "sum of costs: fixed, driver, fuel, electricity, maintenance, handling, failed, recovery, parking, fines, "
        "charges, subsidies",
    ),
    Measure("cost_handling", "CNY", "lower", "Handling at distribution centres.", "sum of costs, component handling"),
    Measure(
        "sharing_paid",
        "CNY",
        None,
        "Paid between carriers for deliveries; cost of some and income of others.",
        "sum of costs above 0, component sharing",
    ),
    Measure(
        "subsidies",
        "CNY",
        None,
        "What the city pays for the vans of the day; a cost to the city, not to the carriers.",
        "- sum of costs, component subsidies",
    ),
    Measure(
        "subsidies_purchase",
        "CNY",
        None,
        "Part of purchase subsidies that falls to the day.",
        "annuity by working day, vans in trips of subsidised types",
    ),
    Measure(
        "subsidies_operating",
        "CNY",
        None,
        "Part of the month's operating subsidies that falls to the day.",
        "by van: payment of the month at distance_m of trips x working days a month, by working day",
    ),
    Measure(
        "subsidies_tariff",
        "CNY",
        None,
        "The city's share of what public charging costs.",
        "discount x cost_cny of charging, purpose public",
    ),
    Measure(
        "cost_per_tonne_km",
        "CNY/(t km)",
        "lower",
        "Cost index of the plan, on transport as driven.",
        "cost_total / tonne_km",
    ),
    Measure(
        "cost_per_tonne_km_shipment",
        "CNY/(t km)",
        "lower",
        "Cost index on the fixed shipment distance.",
        "cost_total / tonne_km_shipment",
    ),
    Measure("cost_per_tonne", "CNY/t", "lower", "Cost per tonne delivered.", "cost_total / tonnes_delivered"),
    Measure("cost_per_order", "CNY/order", "lower", "Cost per order delivered.", "cost_total / orders_delivered"),
)

_ENERGY = (
    Measure(
        "energy_total",
        "MJ",
        "lower",
        "Fuel (lower heating value) and electricity from the grid.",
        "sum of fuel_l x MJ/L + energy_kwh / charging efficiency x 3.6",
    ),
    Measure("energy_total_kwh", "kWh", "lower", "The same in kilowatt-hours.", "energy_total / 3.6"),
    Measure(
        "energy_per_tonne_km",
        "MJ/(t km)",
        "lower",
        "Energy per unit turnover of the plan, on transport as driven.",
        "energy_total / tonne_km",
    ),
    Measure(
        "energy_per_tonne_km_kwh", "kWh/(t km)", "lower", "The same in kilowatt-hours.", "energy_total_kwh / tonne_km"
    ),
    Measure(
        "energy_per_tonne_km_shipment",
        "MJ/(t km)",
        "lower",
        "Energy per unit turnover on the fixed shipment distance.",
        "energy_total / tonne_km_shipment",
    ),
    Measure("energy_per_tonne", "MJ/t", "lower", "Energy per tonne delivered.", "energy_total / tonnes_delivered"),
    Measure(
        "energy_per_tonne_kwh", "kWh/t", "lower", "The same in kilowatt-hours.", "energy_total_kwh / tonnes_delivered"
    ),
    Measure(
        "co2_total",
        "kg",
        "lower",
        "Carbon dioxide of exhaust and of the electricity drawn from the grid.",
        "sum of co2_g + energy_kwh / charging efficiency x grid factor; where that goes by hour, what was charged "
        "counts by charging_power, the rest at its mean",
    ),
    Measure("nox_total", "g", "lower", "Nitrogen oxides of exhaust.", "sum of nox_g"),
    Measure("pm_total", "g", "lower", "Particles of exhaust, tyres, brakes and road.", "sum of pm_g"),
    *(
        Measure(
            f"energy_per_km_{name}",
            "MJ/km",
            "lower",
            f"Energy per kilometre of {label}.",
            f"as energy_total / distance_m, trips of vans with powertrain {name}",
        )
        for name, label in (
            ("diesel", "diesel vans"),
            ("petrol", "petrol vans"),
            ("bev", "electric vans, from the grid"),
            ("phev", "plug-in hybrids"),
        )
    ),
)

_ELECTRIC = (
    Measure(
        "nev_share", "-", "higher", "Share of electric and plug-in vans in all fleets.", "bev and phev / rows of vans"
    ),
    Measure(
        "nev_per_charger",
        "vans/connector",
        "lower",
        "Electric and plug-in vans per public connector they can use.",
        "bev and phev vans / public connectors",
    ),
    Measure("depot_connectors", "connectors", None, "Connectors at depots, not open to the public.", "as built"),
    Measure(
        "charger_wait_mean", "min", "lower", "Mean wait for a public connector.", "mean of plug_s - arrive_s, public"
    ),
    Measure(
        "charger_wait_p95",
        "min",
        "lower",
        "Wait for a public connector that 1 in 20 sessions exceeds.",
        "95th percentile of plug_s - arrive_s, public",
    ),
    Measure(
        "charger_utilisation",
        "-",
        None,
        "Share of the operating day that public connectors are in use.",
        "plugged time within the operating day / (public connectors x operating day)",
    ),
    Measure("public_sessions", "sessions", None, "Charging sessions at public sites.", "rows of charging, public"),
    Measure(
        "public_charging_share",
        "-",
        None,
        "Share of the electricity charged that comes from public sites.",
        "energy_kwh of charging, public / energy_kwh of charging",
    ),
    Measure(
        "public_peak_power",
        "kW",
        "lower",
        "Highest mean power of a quarter of an hour of all public sites together.",
        "highest mean of 15 min of charging_power at sites of charging, public",
    ),
    Measure("charging_cost", "CNY", "lower", "Paid for charging sessions.", "sum of cost_cny of charging"),
    Measure(
        "charging_cost_per_kwh", "CNY/kWh", "lower", "Mean price paid.", "cost_cny of charging / energy_kwh of charging"
    ),
    Measure("charging_cost_per_kwh_public", "CNY/kWh", "lower", "Mean price paid at public sites.", "the same, public"),
    Measure(
        "charging_trips_km", "km", "lower", "Distance of drives to public sites.", "distance_m of trips, purpose charge"
    ),
    Measure(
        "orders_missed_for_charge",
        "orders",
        "lower",
        "Orders not delivered because the van ran empty, or came too late by no more than public charging had taken.",
        "rows of orders, missed_for charge",
    ),
    Measure("vans_stranded", "vans", "lower", "Vans that ended their day on the road.", "vans in stranded"),
)

_KERB = (
    Measure(
        "berth_wait_mean",
        "min",
        "lower",
        "Mean wait for a berth of the stops at the kerb.",
        "mean of berth_wait_s, parking berth or double",
    ),
    Measure(
        "berth_wait_p95",
        "min",
        "lower",
        "Wait for a berth that 1 in 20 stops at the kerb exceeds.",
        "95th percentile of berth_wait_s, parking berth or double",
    ),
    Measure(
        "berth_occupancy",
        "-",
        None,
        "Share of berth space and berth hours in use.",
        "stays within the hours of berths / (spaces x hours)",
    ),
    Measure(
        "double_parking_hours",
        "h",
        "lower",
        "Time that vans stood in the second row.",
        "sum of depart_s - parked_s, parking double",
    ),
    Measure(
        "double_parking_share",
        "-",
        "lower",
        "Share of stops at the kerb that stood in the second row.",
        "stops, parking double / (parking berth or double)",
    ),
    Measure(
        "blocked_lane_hours",
        "h",
        "lower",
        "Time in which a lane was blocked by one van or more.",
        "sum of blocked_s of links",
    ),
    Measure(
        "cruising_km", "km", "lower", "Driven in search of a place to unload.", "distance_m of trips, purpose cruise"
    ),
    Measure("berth_booked_share", "-", None, "Share of stays in berths that had been booked.", "stays, booked / stays"),
    Measure(
        "berth_overstay_share",
        "-",
        "lower",
        "Share of stays in berths beyond their limit.",
        "stays, over_limit_s > 0 / stays",
    ),
)

_TRAFFIC = (
    Measure(
        "network_mean_speed",
        "km/h",
        "higher",
        "Mean speed of all vehicles, distance over time; of the vans alone when no cars are simulated.",
        "sum of inflow_veh x length_m / sum of inflow_veh x travel_time_s of links; without cars "
        "sum of distance_m / sum of arrive_s - depart_s of trips",
    ),
    Measure(
        "car_delay_hours",
        "h",
        "lower",
        "Time cars lose against empty streets; none when no cars are simulated.",
        "sum over links of (inflow_veh - vans) x (travel_time_s - free-flow time)",
    ),
    Measure(
        "violations",
        "entries",
        "lower",
        "Entries into closed links, and fined stays at the kerb.",
        "rows of violations",
    ),
    Measure("fines", "CNY", "lower", "Fines for what was detected.", "sum of fine_cny, detected"),
    Measure(
        "access_charges",
        "CNY",
        None,
        "What access rules charge for driving in parts of the city: a cost of the carriers, income of the city.",
        "sum of cost_cny in access_charges",
    ),
    Measure("terminal_stations", "stations", "higher", "Terminal joint delivery stations in use.", "as built"),
)

GROUPS: dict[str, tuple[Measure, ...]] = {
    "Orders and service": _ORDERS,
    "Transport and vans": _OUTPUT,
    "Cost": _COST,
    "Energy and emissions": _ENERGY,
    "Electric vans and chargers": _ELECTRIC,
    "Kerb": _KERB,
    "Traffic, rules and nodes": _TRAFFIC,
}
"""Indicators in the order in which they are shown."""

MEASURES: dict[str, Measure] = {measure.name: measure for group in GROUPS.values() for measure in group}
"""Indicators by name."""
