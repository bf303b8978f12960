"""
A network of a named place, from servers on the loopback that answer as Nominatim and Overpass do.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote_plus

import pytest

from sim.errors import NetworkError
from sim.network import build_network

ox = pytest.importorskip("osmnx")

CORNERS = {1: (14.000, 45.000), 2: (14.002, 45.000), 3: (14.002, 45.002), 4: (14.000, 45.002), 5: (14.001, 45.000)}
AREA = [[13.99, 44.99], [14.01, 44.99], [14.01, 45.01], [13.99, 45.01], [13.99, 44.99]]


def node(number: int, **tags: str) -> dict[str, Any]:
    """A node as Overpass gives it."""
    lon, lat = CORNERS[number]
    return {"type": "node", "id": number, "lat": lat, "lon": lon, **({"tags": tags} if tags else {})}


def way(number: int, nodes: list[int], **tags: str) -> dict[str, Any]:
    """A way as Overpass gives it."""
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


STREETS = [
    *(node(number) for number in (1, 2, 3, 4)),
    node(5, highway="traffic_signals"),
    way(10, [1, 5, 2, 3], highway="tertiary", name="Obala", lanes="2", maxspeed="50"),
    way(11, [3, 4, 1], highway="residential", oneway="yes"),
    way(12, [3, 1], highway="residential"),
]
SHOP = {"type": "node", "id": 90, "lat": 45.0001, "lon": 14.0005, "tags": {"shop": "bakery", "name": "Pekarna"}}


class MapServer(BaseHTTPRequestHandler):
    """Knows one town."""

    shops: ClassVar[list[dict[str, Any]]] = [SHOP]
    broken: ClassVar[bool] = False

    def do_GET(self) -> None:
        """Nominatim: the area of the town, or nothing."""
        found = {
            "place_id": 1,
            "osm_type": "relation",
            "osm_id": 1,
            "lat": "45.0",
            "lon": "14.0",
            "class": "boundary",
            "type": "administrative",
            "place_rank": 16,
            "importance": 0.5,
            "addresstype": "town",
            "name": "Piran",
            "display_name": "Piran",
            "boundingbox": ["44.99", "45.01", "13.99", "14.01"],
            "geojson": {"type": "Polygon", "coordinates": [AREA]},
        }
        self._answer([] if "Atlantis" in self.path else [found])

    def do_POST(self) -> None:
        """Overpass: streets, or points of interest when the query asks for shops."""
        query = unquote_plus(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer({"version": 0.6, "elements": self.shops if "shop" in query else STREETS})

    def _answer(self, content: object) -> None:
        body = b"<html>down for repairs</html>" if self.broken else json.dumps(content).encode()
        self.send_response(500 if self.broken else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[MapServer]]:
    """OSMnx pointed at a server of our own."""

    class Server(MapServer):
        pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{http.server_port}"
    monkeypatch.setattr(ox.settings, "nominatim_url", f"{url}/")
    monkeypatch.setattr(ox.settings, "overpass_url", f"{url}/api")
    monkeypatch.setattr(ox.settings, "overpass_rate_limit", False)
    monkeypatch.setattr(ox.settings, "use_cache", False)
    monkeypatch.setattr(ox.settings, "doh_url_template", None)
    monkeypatch.setattr("time.sleep", lambda _: None)
    yield Server
    http.shutdown()
    http.server_close()
    thread.join()


def test_streets_signals_and_shops_of_a_place(server: type[MapServer]) -> None:
    """The tertiary street is cut at its signal, node 2 is a bend, and the bakery lies on the street."""
    network = build_network("place", path="Piran, Slovenia")
    ends = set(zip(network.links["from_node_id"], network.links["to_node_id"], strict=True))
    assert ends == {(1, 5), (5, 1), (5, 3), (3, 5), (3, 1), (1, 3)}
    assert network.n_links == 7  # the one-way by way of node 4 runs beside the residential street
    street = network.links.query("from_node_id == 1 and to_node_id == 5").iloc[0]
    assert (street["name"], street["lanes"], street["signal_delay_s"]) == ("Obala", 1.0, pytest.approx(2.7))
    shops = network.places_of("shop")
    assert shops["name"].tolist() == ["Pekarna"]
    assert network.links["name"].iloc[shops["link"].iloc[0]] == "Obala"
    assert (network.name, network.label) == ("piran", "Piran")


def test_place_without_shops_gets_sampled_ones(server: type[MapServer]) -> None:
    """An answer without points of interest is no error: shops are sampled and said to be so."""
    server.shops = []
    network = build_network("place", path="Piran, Slovenia")
    assert len(network.places_of("shop")) >= 20
    assert any("sampled" in note and "shop" in note for note in network.notes)


def test_unknown_place(server: type[MapServer]) -> None:
    """A place that the map does not know is named in the message."""
    with pytest.raises(NetworkError, match="Atlantis"):
        build_network("place", path="Atlantis")


def test_server_that_fails(server: type[MapServer]) -> None:
    """A server error is told as such."""
    server.broken = True
    with pytest.raises(NetworkError, match="refused"):
        build_network("place", path="Piran, Slovenia")


def test_no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a way to the servers the message says so and tells what to do."""
    monkeypatch.setattr(ox.settings, "nominatim_url", "http://127.0.0.1:9/")
    monkeypatch.setattr(ox.settings, "use_cache", False)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(NetworkError, match=r"cannot be reached .*sim network build pbf"):
        build_network("place", path="Piran, Slovenia")
