"""May this vehicle drive there at that time."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

CENTRE, NORTH = [24.9443, 60.1692], [24.9516, 60.1762]


def asked(client: TestClient, **changes: Any) -> Any:
    """Answer to a question about a diesel van in the centre at 08:10 under the peak ban, changed."""
    question = {
        "network": "helsinki",
        "scenario": "peak_ban",
        "access_class": "light",
        "powertrain": "diesel",
        "weekday": "tu",
        "time": "08:10",
        "to": CENTRE,
    }
    return client.post("/api/explain", json=question | changes).json()


def test_a_diesel_van_may_not_and_an_electric_one_may(client: TestClient) -> None:
    """The rule that says no is named with the time at which the street opens; the exempt vehicle may enter."""
    no = asked(client)
    assert (no["may_enter"], no["denied_by"], no["opens"]) == (False, ["light_vans_at_peak"], "08:30")
    assert asked(client, powertrain="bev")["may_enter"]
    assert asked(client, time="08:31")["may_enter"]
    assert asked(client, scenario="baseline")["may_enter"]


def test_the_way_waits_for_the_street_to_open(client: TestClient) -> None:
    """From the north the diesel van arrives after 08:30, the electric one drives at once; both take a real way."""
    diesel, electric = asked(client, **{"from": NORTH}), asked(client, powertrain="bev", **{"from": NORTH})
    assert diesel["arrive"] >= "08:30" and diesel["waits_min"] > 10
    assert electric["waits_min"] == 0.0 and electric["arrive"] < "08:20"
    assert len(electric["way"]) > 3 and electric["distance_m"] > 300


def test_the_way_has_its_price(client: TestClient) -> None:
    """Into the cordon a diesel van pays 15 CNY on a Tuesday morning, an electric one nothing; without it nobody."""
    into = {"scenario": "cordon_charge", "from": NORTH}
    assert asked(client, **into)["charges_cny"] == {"cordon": 15.0}
    assert asked(client, powertrain="bev", **into)["charges_cny"] == {}
    assert asked(client, scenario="baseline", **{"from": NORTH})["charges_cny"] == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"time": "25:00"}, "time"),
        ({"access_class": "tank"}, "access_class"),
        ({"to": [0, 0]}, "within 300 m"),
        ({"to": "x"}, "longitude"),
        ({"network": "../x"}, "network"),
        ({"scenario": "nothing"}, "nothing"),
    ],
)
def test_a_question_with_a_fault_says_which(client: TestClient, changes: dict[str, Any], told: str) -> None:
    """Wrong times, vehicles, places and names are sentences."""
    assert any(told in fault for fault in asked(client, **changes)["faults"])


def test_a_limit_of_stay_is_told(client: TestClient) -> None:
    """Fifteen minutes from 08:10, or from arrival; who parks in the evening has them next morning; else no limit."""
    short = asked(client, scenario="stay_limit")
    assert (short["stay_until"], short["stay_rule"]) == ("08:25", "short_stays")
    driven = asked(client, scenario="stay_limit", **{"from": NORTH})
    assert driven["arrive"] > "08:10" and driven["stay_until"] > "08:25"
    assert asked(client, scenario="stay_limit", time="20:00")["stay_until"] == "07:15"
    assert asked(client)["stay_until"] is None
