"""
The recorder: hears every event of a day and turns what it heard into the result tables.

It never asks the model anything. Events are kept as they come (a list append each); columns are built at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.events import (
    BerthLeft,
    ChargingEnded,
    ClosedLinkMet,
    DockLeft,
    Event,
    LinkBlocked,
    LinksTraversed,
    OrderClosed,
    OrderReturned,
    PowerDrawn,
    RuleViolated,
    StopEnded,
    TourEnded,
    TripEnded,
    VanStranded,
)
from sim.measures.blocked_links import add_blocked_time
from sim.measures.conversion import conform, empty_table
from sim.units import MICROSECONDS_PER_SECOND

BIN_S = 900.0
"""Width of the time bins of link counts [s] unless the links table says otherwise."""

_TABLE_OF: dict[type[Any], tuple[str, list[str]]] = {
    TripEnded: ("trips", ["trip_id"]),
    StopEnded: ("stops", ["stop_id"]),
    TourEnded: ("tours", ["start_s", "tour_id"]),
    ChargingEnded: ("charging", ["plug_s", "van_id"]),
    PowerDrawn: ("charging_power", ["from_s", "van_id"]),
    BerthLeft: ("berths", ["park_s", "van_id"]),
    DockLeft: ("docks", ["start_s", "place_id", "dock"]),
    RuleViolated: ("violations", ["time_s", "van_id", "link_id"]),
    ClosedLinkMet: ("closed_links", ["time_s", "van_id"]),
    VanStranded: ("stranded", ["time_s", "van_id"]),
}
"""Events that are rows of a table, and what the table is sorted by."""


class Recorder:
    """
    What was heard of one day.

    Examples
    --------
    >>> recorder = Recorder()
    >>> recorder.hear(VanStranded("van-1", 17, 36_000.0))
    >>> recorder.tables()["stranded"]["time_s"].tolist()
    [36000.0]
    """

    def __init__(self) -> None:
        kinds = (*_TABLE_OF, LinksTraversed, OrderClosed, OrderReturned, LinkBlocked)
        self._heard: dict[type[Any], list[Any]] = {kind: [] for kind in kinds}
        self._note: dict[type[Any], Callable[[Any], None]] = {
            kind: events.append for kind, events in self._heard.items()
        }
        self._vans: pd.DataFrame | None = None
        self._orders: pd.DataFrame | None = None
        self._links: pd.DataFrame | None = None

    def hear(self, event: Event) -> None:
        """
        Take note of an event.

        Raises
        ------
        KeyError
            If events of this type are unknown.
        """
        self._note[type(event)](event)

    def orders_closed(self) -> dict[str, int]:
        """Orders that have met their fate so far, by status."""
        return dict(sorted(Counter(str(event.status) for event in self._heard[OrderClosed]).items()))

    def set_vans(self, vans: pd.DataFrame) -> None:
        """Take over the vans of all fleets, with the columns of table `vans`."""
        self._vans = conform("vans", vans)

    def set_orders(self, orders: pd.DataFrame) -> None:
        """
        Take over the orders of the day: columns of table `orders` up to `latest_s`.

        `joint` is false where it is not given; `shipment_distance_m` and `shop_type` may be given.

        Raises
        ------
        ValueError
            If an order stands in the table twice.
        """
        twice = orders.loc[orders["order_id"].duplicated(), "order_id"]
        if len(twice):
            raise ValueError(f"orders: {len(twice)} numbers stand twice, such as {twice.iloc[0]}")
        filled = orders.assign(status="unplanned", delivered_s=np.nan, stop_id=None)
        if "joint" not in filled.columns:
            filled["joint"] = False
        self._orders = conform("orders", filled)

    def set_links(self, links: pd.DataFrame) -> None:
        """Take over the traffic counts by link and time bin, with the columns of table `links`."""
        self._links = conform("links", links if "blocked_s" in links.columns else links.assign(blocked_s=0.0))

    def tables(self) -> dict[str, pd.DataFrame]:
        """
        The result tables of what was heard so far, each in the schema of its file; `network_links` is not among them.

        Raises
        ------
        ValueError
            If an order was closed twice, or one was closed that is not in the orders.
        """
        tables = {name: self._rows(kind, name, by) for kind, (name, by) in _TABLE_OF.items()}
        tables["vans"] = self._vans if self._vans is not None else empty_table("vans")
        tables["orders"] = self._closed_orders()
        tables["traces"] = self._traces()
        tables["links"] = self._link_bins()
        tables["access_charges"] = empty_table("access_charges")
        tables["costs"] = empty_table("costs")
        tables["places"] = empty_table("places")
        return tables

    def _rows(self, kind: type[Any], name: str, sorted_by: list[str]) -> pd.DataFrame:
        events = self._heard[kind]
        columns = {field.name: [getattr(event, field.name) for event in events] for field in fields(kind)}
        frame = pd.DataFrame(columns)
        if kind is TripEnded:
            frame["delay_s"] = frame["arrive_s"] - frame["depart_s"] - frame["free_flow_s"]
        return conform(name, frame.sort_values(sorted_by, kind="stable", ignore_index=True))

    def _closed_orders(self) -> pd.DataFrame:
        orders = self._orders if self._orders is not None else empty_table("orders")
        closed: list[OrderClosed] = self._heard[OrderClosed]
        row_of = {order_id: row for row, order_id in enumerate(orders["order_id"].tolist())}
        numbers = [event.order_id for event in closed]
        unknown = [number for number in numbers if number not in row_of]
        if unknown:
            raise ValueError(f"orders: {len(unknown)} closed that are not in the table, such as {unknown[0]}")
        if len(set(numbers)) < len(numbers):
            repeated = next(number for number in numbers if numbers.count(number) > 1)
            raise ValueError(f"orders: {len(numbers) - len(set(numbers))} closed twice, such as {repeated}")
        status = orders["status"].astype(object).tolist()
        delivered_s: list[float | None] = [None] * len(orders)
        stop_id: list[int | None] = [None] * len(orders)
        missed_for: list[str | None] = [None] * len(orders)
        for event in closed:
            row = row_of[event.order_id]
            missed_for[row] = event.missed_for
            status[row], delivered_s[row], stop_id[row] = event.status, event.delivered_s, event.stop_id
        returned_s = {event.order_id: event.time_s for event in self._heard[OrderReturned]}
        filled = orders.assign(
            status=status,
            delivered_s=np.array(delivered_s, dtype=np.float64),
            stop_id=pd.array(stop_id, dtype="Int64"),
            returned_s=orders["order_id"].map(returned_s).astype("float64"),
            missed_for=pd.array(missed_for, dtype="string"),
        )
        return conform("orders", filled)

    def _traces(self) -> pd.DataFrame:
        heard: list[LinksTraversed] = sorted(self._heard[LinksTraversed], key=lambda event: event.trip_id)
        if not heard:
            return empty_table("traces")
        counts = np.array([len(event.link) for event in heard])
        van_ids = pa.array([event.van_id for event in heard], pa.string()).take(
            pa.array(np.repeat(np.arange(len(heard)), counts))
        )
        frame = pd.DataFrame(
            {
                "van_id": van_ids.to_pandas(),
                "trip_id": np.repeat(np.array([event.trip_id for event in heard], dtype=np.int64), counts),
                "link_id": np.concatenate([event.link for event in heard]).astype(np.int64),
                "enter_s": np.concatenate([event.enter_us for event in heard]) / MICROSECONDS_PER_SECOND,
                "exit_s": np.concatenate([event.exit_us for event in heard]) / MICROSECONDS_PER_SECOND,
            }
        )
        return conform("traces", frame)

    def _link_bins(self) -> pd.DataFrame:
        links = self._links if self._links is not None else empty_table("links")
        bin_s = float(links["bin_s"].iloc[0]) if len(links) else BIN_S
        return conform("links", add_blocked_time(links, self._heard[LinkBlocked], bin_s))
