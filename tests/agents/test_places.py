"""The table of places: where the other tables' names lie."""

from __future__ import annotations

import sim


def test_every_name_of_a_place_is_in_the_table() -> None:
    """Shops, berths, sites and depots that the other tables name are places, on links of the network."""
    model = sim.DeliveryModel(sim.load_scenario("baseline", ["network=grid", "traffic=off"]), seed=1)
    model.run()
    tables = model.tables()
    places = tables["places"]
    assert places["place_id"].is_unique
    known = {kind: set(own["place_id"]) for kind, own in places.groupby("kind")}
    public = tables["charging"].query("purpose == 'public'")
    assert set(tables["stops"]["shop_id"]) <= known["shop"]
    assert set(tables["berths"]["berth_id"]) <= known["berth"]
    assert set(public["site_id"]) <= known.get("charger", set())
    assert set(tables["vans"]["depot_id"]) <= known["hub"]
    assert set(places["link_id"]) <= set(model.network.links["link_id"])
    stays = tables["berths"].merge(places, left_on="berth_id", right_on="place_id")
    assert (stays["link_id_x"] == stays["link_id_y"]).all()
