"""
What a day looks like while it is being simulated, for who watches: it reads the model and changes nothing in it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.agents import Vehicle
    from sim.model.delivery_model import DeliveryModel

VAN_STATES = ("driving", "standing", "depot", "stranded")
"""States of a van, in the order of their codes: on the road, at a stop or waiting, at its depot, out of energy."""


def live_state(model: DeliveryModel) -> dict[str, Any]:
    """
    The day at this moment.

    Parameters
    ----------
    model
        A model whose day has begun.

    Returns
    -------
    dict[str, Any]
        `network`, `day` from 1, `time_s` of that day, `horizon_s`; `vans` by state; `queues` and `in_use` at `berths`
        and `chargers`; `orders` by status, those under way as `open`; `positions`, one entry a van that is not at
        its depot: row of its link, share of the link behind it [-], code in `VAN_STATES`.
    """
    driving = {
        vehicle: (link, share)
        for vehicle, link, share in zip(*(values.tolist() for values in model.engine.van_positions()), strict=True)
    }
    states = [_state(van, van.number in driving) for van in model.vans]
    places = [
        [*driving.get(van.number, (van.link, 1.0)), VAN_STATES.index(state)]
        for van, state in zip(model.vans, states, strict=True)
        if state != "depot"
    ]
    orders = model.recorder.orders_closed()
    counts = Counter(states)
    return {
        "network": model.network.name,
        "day": model.state.day + 1,
        "time_s": round(model.clock.now_us / 1e6, 1),
        "horizon_s": model.settings.horizon_h * 3600.0,
        "vans": {state: counts[state] for state in VAN_STATES},
        "queues": {
            "berths": sum(berth.waiting for berth in model.berths),
            "chargers": sum(site.waiting for site in model.charging_sites),
        },
        "in_use": {
            "berths": sum(berth.in_use for berth in model.berths),
            "chargers": sum(site.in_use for site in model.charging_sites),
        },
        "orders": orders | {"open": len(model.order_table) - sum(orders.values())},
        "positions": [[int(link), round(float(share), 3), code] for link, share, code in places],
    }


def _state(van: Vehicle, is_driving: bool) -> str:
    if van.is_stranded:
        return "stranded"
    if is_driving:
        return "driving"
    return "depot" if van.is_home or (van.link == van.depot_link and van.stop_id is None) else "standing"
