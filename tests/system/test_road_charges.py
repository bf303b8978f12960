"""Days with a cordon charge on a small city: entries against its price, and a price of nothing."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import sim
from sim.config.load import validate_scenario
from sim.model import DeliveryModel

SMALL = ["network=grid", "traffic=off", "planning.iterations=10", "run.workers=1", "paths.cache_dir=null"]


@cache
def small_city() -> dict[str, Any]:
    """The settings of a day without a rule."""
    return sim.load_scenario("baseline", SMALL).model_dump(mode="json", by_alias=True)


@cache
def day_with_cordon(cny: float | None, *, who: str | None = None, notice: float = 1.0) -> DeliveryModel:
    """A day on which fuel vehicles, or a class, pay for driving into the centre 07:00-19:00; no rule for None."""
    content = deepcopy(small_city())
    rule: dict[str, Any] = {
        "effect": "charge",
        "where": {"zone_roles": ["centre"]},
        "who": {"powertrain": ["diesel", "petrol", "phev"]} if who is None else {"access_class": [who]},
        "when": {"weekdays": ["mo-su"], "windows": ["07:00-19:00"]},
        "charge": {"by": "entry", "cny": cny},
    }
    content["policy"] = {"rules": {} if cny is None else {"cordon": rule}}
    content["behaviour"]["notice_share"] = notice
    model = DeliveryModel(validate_scenario(content), seed=1)
    model.run()
    return model


def entries(model: DeliveryModel) -> int:
    """Entries that the rule counts."""
    return int(model.tables()["access_charges"]["passages"].sum())


def test_a_price_of_nothing_is_no_rule_to_the_byte() -> None:
    """Every table but that of the charges, which counts the entries at no cost."""
    none, free = day_with_cordon(None).tables(), day_with_cordon(0.0).tables()
    assert set(none) == set(free)
    assert [name for name in none if name != "access_charges" and not none[name].equals(free[name])] == []
    assert len(none["access_charges"]) == 0 and free["access_charges"]["cost_cny"].sum() == 0.0


def test_vans_keep_out_of_a_cordon_the_more_it_costs() -> None:
    """Entries fall by a fifth or more at 5 CNY, are no more at 50 CNY than at 5, and all orders are served."""
    free, cheap, dear = (day_with_cordon(cny) for cny in (0.0, 5.0, 50.0))
    assert entries(free) >= 30
    assert entries(dear) <= entries(cheap) <= 0.8 * entries(free)
    for model in (free, cheap, dear):
        assert model.kpis()["orders_delivered"]["value"] == model.kpis()["orders_total"]["value"]
    paid = cheap.tables()["access_charges"]
    assert (paid["cost_cny"] == 5.0 * paid["passages"]).all()


def test_a_charge_for_others_is_no_rule_to_the_byte() -> None:
    """50 CNY for heavy trucks, of which the city has none: nobody goes round, nothing is paid."""
    none, others = day_with_cordon(None).tables(), day_with_cordon(50.0, who="heavy").tables()
    assert [name for name in none if not none[name].equals(others[name])] == []


def test_who_has_not_heard_of_a_charge_drives_as_without_it_and_learns_from_the_bill() -> None:
    """Nobody knows of 50 CNY: the entries of the day without a price, paid in full, and known on the next day."""
    free, unknown = day_with_cordon(0.0), day_with_cordon(50.0, notice=0.0)
    paid = unknown.tables()["access_charges"]
    assert entries(unknown) == entries(free)
    assert paid["cost_cny"].sum() == 50.0 * entries(unknown)
    carriers = unknown.tables()["vans"].set_index("van_id")["carrier_id"]
    assert unknown.end_state().learnt == {(carrier, "cordon") for carrier in carriers[paid["van_id"]]}
