"""
Every column of every result table, with its type, unit and meaning.

Times are seconds from midnight of day 1. A unit `-` is a share or a count, an empty one a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["int64", "float64", "string", "bool", "binary"]


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a result table.

    Parameters
    ----------
    name
        Name in the file.
    type
        Type of its values.
    unit
        Unit; empty for names, `-` for shares and counts.
    meaning
        What it says, in a sentence.
    is_nullable
        Whether values may be missing.
    is_optional
        Whether those who fill the table may leave it out; it is then written without values.
    """

    name: str
    type: ColumnType
    unit: str
    meaning: str
    is_nullable: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """
    A result table.

    Parameters
    ----------
    name
        Name of the file without its ending.
    meaning
        What one row is.
    columns
        Columns in the order of the file.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]


def _name(name: str, meaning: str, is_nullable: bool = False) -> Column:
    return Column(name, "string", "", meaning, is_nullable)


def _number(name: str, meaning: str, is_nullable: bool = False) -> Column:
    return Column(name, "int64", "", meaning, is_nullable)


def _time(name: str, meaning: str, is_nullable: bool = False) -> Column:
    return Column(name, "float64", "s", meaning, is_nullable)


def _quantity(name: str, unit: str, meaning: str, is_nullable: bool = False) -> Column:
    return Column(name, "float64", unit, meaning, is_nullable)


_VAN = _name("van_id", "Van")
_LINK = _number("link_id", "Link, as in network_links")

_TABLES = (
    Table(
        "vans",
        "A van of the fleets, used or not.",
        (
            _VAN,
            _name("carrier_id", "Carrier that owns it"),
            _name("vehicle_type", "Type, a key of fleet.vehicle_types"),
            _name("powertrain", "diesel, petrol, bev, phev or human"),
            _name("access_class", "Class in access rules: tricycle, light (up to 4.5 t), medium or heavy"),
            _quantity("payload_kg", "kg", "Payload"),
            _quantity("volume_m3", "m3", "Load space"),
            _quantity("battery_kwh", "kWh", "Usable battery; 0 without a traction battery"),
            _name("depot_id", "Place where it stands at night"),
            Column(
                "soc_morning",
                "float64",
                "-",
                "State of charge at the start; none unless a battery van that is out today",
                True,
                is_optional=True,
            ),
            Column("soc_evening", "float64", "-", "State of charge at the end, as soc_morning", True, is_optional=True),
        ),
    ),
    Table(
        "orders",
        "An order of a shop for this day.",
        (
            _number("order_id", "Order"),
            _name("shop_id", "Shop that receives it"),
            _name("carrier_id", "Carrier that the shop's supplier has hired"),
            _quantity("weight_kg", "kg", "Weight"),
            _quantity("volume_m3", "m3", "Volume"),
            _time("earliest_s", "Start of the window in which unloading may start"),
            _time("latest_s", "End of the window in which unloading may start"),
            Column("joint", "bool", "", "Whether it goes through joint delivery"),
            _name(
                "status",
                "delivered; failed (not accepted, or its stop was given up); refused (came too late); "
                "on_board (or waiting for its tour when the simulated time ended); unplanned (on no tour)",
            ),
            _time("delivered_s", "End of its unloading; none unless delivered", is_nullable=True),
            _number("stop_id", "Stop at which it was delivered, failed or refused; none if there was no stop", True),
            Column("shipment_distance_m", "float64", "m", "Shortest path from hub to shop", True, is_optional=True),
            Column("shop_type", "string", "", "Type of the shop", True, is_optional=True),
            Column(
                "returned_s",
                "float64",
                "s",
                "When it was back at the depot; none when it was delivered, never left or never came back",
                True,
                is_optional=True,
            ),
            Column(
                "missed_for",
                "string",
                "",
                "charge when it was not delivered because its van ran out of charge, or came too late by no more than "
                "the time that it had lost to charging in public; none otherwise",
                True,
                is_optional=True,
            ),
        ),
    ),
    Table(
        "stops",
        "A visit of a van to a shop.",
        (
            _number("stop_id", "Stop"),
            _VAN,
            _name("carrier_id", "Carrier of the van"),
            _name("shop_id", "Shop"),
            _name("tour_id", "Tour it belongs to"),
            _time("planned_arrival_s", "Arrival in the tour plan"),
            _time("arrival_s", "Arrival at the shop's link"),
            _time("parked_s", "Standing in a berth, off the street or in the second row"),
            _time("service_start_s", "Start of unloading at the door"),
            _time("service_end_s", "End of unloading"),
            _time("depart_s", "Departure"),
            _name("berth_id", "Berth; none when the van did not park in one", is_nullable=True),
            _name("parking", "berth, double or offstreet"),
            _quantity("berth_wait_s", "s", "Time spent waiting for a berth"),
            _quantity("weight_kg", "kg", "Weight handed over"),
            _quantity("volume_m3", "m3", "Volume handed over"),
            Column("orders", "int64", "-", "Orders that were to be handed over"),
            _name("outcome", "delivered, failed, refused or partial"),
            Column("attempt", "int64", "-", "1 at the first visit, 2 when it is tried again", True, is_optional=True),
        ),
    ),
    Table(
        "tours",
        "A tour of a van: from its depot and back.",
        (
            _name("tour_id", "Tour"),
            _VAN,
            _name("carrier_id", "Carrier of the van"),
            _name("wave", "Wave of the day; tours of one van and wave have one driver"),
            _time("planned_start_s", "Planned departure from the depot"),
            _time("start_s", "Loaded and ready to leave"),
            _time("end_s", "Return to the depot, or when the tour ended elsewhere"),
            Column("stops", "int64", "-", "Planned stops"),
            Column("is_home", "bool", "", "Whether it ended at the depot"),
        ),
    ),
    Table(
        "trips",
        "A drive of a van from one place to the next.",
        (
            _number("trip_id", "Trip"),
            _VAN,
            _number("from_stop_id", "Stop it left; none when it came from elsewhere", is_nullable=True),
            _number("to_stop_id", "Stop it drove to; none when it went elsewhere", is_nullable=True),
            _time("depart_s", "Departure"),
            _time("arrive_s", "Arrival"),
            _quantity("distance_m", "m", "Distance"),
            _quantity("free_flow_s", "s", "Time that the same links take on empty streets, signals included"),
            _quantity("delay_s", "s", "Time beyond that: arrive_s - depart_s - free_flow_s"),
            _quantity("energy_kwh", "kWh", "Electricity drawn from the battery"),
            _quantity("fuel_l", "L", "Fuel burnt"),
            _quantity("co2_g", "g", "Carbon dioxide from the exhaust; that of electricity is not in it"),
            _quantity("nox_g", "g", "Nitrogen oxides from the exhaust"),
            _quantity("pm_g", "g", "Particles from exhaust, tyres, brakes and road"),
            _quantity("payload_kg", "kg", "Load on board"),
            _name("purpose", "delivery (to a shop), trunk (hub to centre), charge, cruise (looking for parking), home"),
            _quantity("load_m3", "m3", "Space that the load on board takes"),
        ),
    ),
    Table(
        "traces",
        "A link driven by a van: replay, fences and independent checks read it.",
        (
            _VAN,
            _number("trip_id", "Trip"),
            _LINK,
            _time("enter_s", "Entry"),
            _time("exit_s", "Exit"),
        ),
    ),
    Table(
        "charging",
        "A charging session.",
        (
            _VAN,
            _name("site_id", "Site"),
            _name("connector_id", "Connector"),
            _time("arrive_s", "Arrival at the site"),
            _time("plug_s", "Start of charging"),
            _time("unplug_s", "End of charging"),
            _quantity("energy_kwh", "kWh", "Electricity from the grid, losses included"),
            _quantity("soc_start", "-", "State of charge at the start"),
            _quantity("soc_end", "-", "State of charge at the end"),
            _quantity("cost_cny", "CNY", "Price by the tariff, before what the city pays of it"),
            _name("purpose", "depot or public"),
        ),
    ),
    Table(
        "charging_power",
        "Electricity drawn from the grid by a charging van, at constant power or as the mean of up to 5 minutes.",
        (
            _VAN,
            _name("site_id", "Site, as in charging"),
            _time("from_s", "Start"),
            _time("until_s", "End"),
            _quantity("energy_kwh", "kWh", "Electricity from the grid, losses included"),
        ),
    ),
    Table(
        "berths",
        "A stay of a van in a loading berth.",
        (
            _name("berth_id", "Berth"),
            _LINK,
            _VAN,
            _time("arrive_s", "Arrival at the shop it serves, from which a wait counts"),
            _time("park_s", "Start of the stay"),
            _time("leave_s", "End of the stay"),
            _quantity("over_limit_s", "s", "Time beyond the limit of the berth"),
            Column("booked", "bool", "", "Whether the space had been booked"),
            _quantity("price_cny", "CNY", "Price of the stay"),
        ),
    ),
    Table(
        "docks",
        "A stay of a bulk truck at a dock of a hub or a distribution centre.",
        (
            _name("place_id", "Hub or distribution centre"),
            Column("dock", "int64", "", "Number of the dock"),
            _name("transfer_id", "Bulk transfer"),
            _VAN,
            _time("arrive_s", "Arrival at the place; a wait counts from then, or from a booked slot"),
            _time("start_s", "Start of loading or unloading"),
            _time("end_s", "End of it"),
            Column("booked", "bool", "", "Whether it came in time for the slot it had booked"),
            _name("purpose", "load or unload"),
            _quantity("weight_kg", "kg", "Load"),
        ),
    ),
    Table(
        "violations",
        "A van that entered a link closed to it.",
        (
            _VAN,
            _name("rule_id", "Rule"),
            _LINK,
            _time("time_s", "Entry"),
            Column("detected", "bool", "", "Whether enforcement noticed"),
            _quantity("fine_cny", "CNY", "Fine; 0 when not detected, and when the rule has fined the trip already"),
        ),
    ),
    Table(
        "closed_links",
        "A van that came to a link closed to it, and what its driver did.",
        (
            _VAN,
            _LINK,
            _time("time_s", "Time at which it stood before the link"),
            _number("stop_id", "Stop it was on the way to; none when it was going elsewhere", is_nullable=True),
            _name("option", "wait, detour, violate, park_outside, skip or retry"),
        ),
    ),
    Table(
        "access_charges",
        "What a van paid by one rule that charges for driving in part of the city.",
        (
            _VAN,
            _name("rule_id", "Rule"),
            _number("passages", "Links charged for, each time they were driven"),
            _quantity("cost_cny", "CNY", "What it paid, at most the most of a day"),
        ),
    ),
    Table(
        "stranded",
        "A van that ran out of energy or of ways and ended its day on the road.",
        (_VAN, _LINK, _time("time_s", "Time")),
    ),
    Table(
        "costs",
        "One component of the cost of one carrier.",
        (
            _name("carrier_id", "Carrier that bears it"),
            _name(
                "component",
                "fixed, driver, fuel, electricity, maintenance, handling, sharing, failed, recovery, parking, fines, "
                "charges (of access rules) or subsidies (below 0)",
            ),
            _quantity("cost_cny", "CNY", "Cost of the day"),
        ),
    ),
    Table(
        "links",
        "Traffic on a link in a time bin; bins without traffic may be left out.",
        (
            _LINK,
            _time("bin_start_s", "Start of the bin"),
            _quantity("bin_s", "s", "Width of the bin"),
            _quantity("inflow_veh", "veh", "Vehicles that entered, cars and vans"),
            _quantity("outflow_veh", "veh", "Vehicles that left"),
            _quantity("travel_time_s", "s", "Mean time on it of those that entered in the bin; none without any", True),
            Column("vans", "int64", "-", "Delivery vans among those that entered"),
            _quantity("blocked_s", "s", "Time in which a double-parked van blocked a lane"),
        ),
    ),
    Table(
        "places",
        "A place of the day: a receiver, a berth or charger in use, a hub or centre.",
        (
            _name("place_id", "Place, as shop_id, berth_id, site_id or depot_id in the other tables"),
            _name("kind", "shop, home, station, berth, charger, hub or centre"),
            _name("type", "Type of the receiver", True),
            _name("name", "Name in the network or the survey", True),
            _LINK,
            _quantity("lon", "deg", "Longitude, WGS84"),
            _quantity("lat", "deg", "Latitude, WGS84"),
            _quantity("capacity", "-", "Van spaces of a berth, connectors of a charging site", True),
        ),
    ),
    Table(
        "network_links",
        "A link of the road network.",
        (
            _number("link_id", "Link"),
            _number("from_node_id", "Node at which it starts"),
            _number("to_node_id", "Node at which it ends"),
            _quantity("length_m", "m", "Length"),
            _quantity("lanes", "-", "Lanes in the direction of travel"),
            _quantity("free_speed_mps", "m/s", "Free-flow speed"),
            _quantity("capacity_veh_per_h", "veh/h", "Capacity at the stop line after green share, all lanes"),
            _name("road_class", "Class of road"),
            _name("name", "Street name; none where it has no name", is_nullable=True),
            Column("geometry", "binary", "", "Line in well-known binary, WGS84"),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
"""Result tables by name, in the order in which they are documented."""
