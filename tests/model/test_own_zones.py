"""A scenario's own zones: rules hold in them, the manifest names their file, and without a file nothing changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import NetworkError
from sim.network import read_network
from sim.policy.zone import links_of_zones

QUICK = ("network=grid", "traffic=off", "policy=all_day_ban")
RULE = "policy.rules.light_vans_by_day"


@pytest.fixture
def zones_file(tmp_path: Path) -> Path:
    """A zone about a node of the grid."""
    nodes = read_network("grid").nodes
    lon, lat = nodes[["lon", "lat"]].iloc[len(nodes) // 2].tolist()
    ring = [[lon + 5e-4 * x, lat + 5e-4 * y] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    zone = {
        "type": "Feature",
        "properties": {"zone_id": "market"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "my_zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [zone]}), encoding="utf-8")
    return path


def test_a_rule_holds_in_a_zone_of_the_file(zones_file: Path) -> None:
    """Links of the rule are those that meet the polygon; the file and its hash are among the inputs."""
    own = (f"network.zones_file={zones_file}", f"{RULE}.where.zone_roles=[]", f"+{RULE}.where.zone_ids=[market]")
    model = sim.DeliveryModel(sim.load_scenario("baseline", [*QUICK, *own]), seed=1)
    row = model.network.zones["zone_id"].tolist().index("market")
    (rule,) = model.rules()["rules"]
    assert rule["link_ids"] == np.flatnonzero(links_of_zones(model.network)[row]).tolist()
    assert 0 < len(rule["link_ids"]) < model.network.n_links
    assert model.input_sha256()[str(zones_file)] == hashlib.sha256(zones_file.read_bytes()).hexdigest()


def test_a_scenario_without_file_keeps_its_content() -> None:
    """The key counts only where it is set, so that earlier results keep their names."""
    assert "zones_file" not in sim.load_scenario("baseline", QUICK).content()["network"]
    assert sim.load_scenario("baseline", [*QUICK, "network.zones_file=a.geojson"]).content()["network"]["zones_file"]


def test_a_faulty_file_ends_the_set_up(tmp_path: Path) -> None:
    """Faults come with the network, before anything is planned."""
    with pytest.raises(NetworkError, match="cannot be read"):
        sim.DeliveryModel(sim.load_scenario("baseline", [*QUICK, f"network.zones_file={tmp_path}/no.geojson"]), seed=1)


def test_a_study_refuses_a_faulty_file_first_and_results_of_another_file(zones_file: Path, tmp_path: Path) -> None:
    """A file that cannot be used is a fault of the design; runs that read another content are not mixed in."""
    from sim.errors import ResultsError
    from sim.experiment.design import composed_runs, study_rows
    from sim.experiment.study_file import StudyError, read_study
    from sim.experiment.study_runs import check_same_code

    folder = tmp_path / "zones_study"
    folder.mkdir()
    levels = f"own: [], file: ['network.zones_file={zones_file}']"
    text = f"question: Q?\nfixed: [network=grid, traffic=off]\nfactors: {{zones: {{options: {{{levels}}}}}}}\n"
    (folder / "study.yaml").write_text(text + "base: {zones: own}\nmeasures: [cost_per_order]\n", encoding="utf-8")
    (folder / "seeds.csv").write_text("seed\n1\n", encoding="utf-8")
    study = read_study(str(folder))
    runs = composed_runs(study, study_rows(study))
    made = tmp_path / "runs" / runs[1].run_id
    made.mkdir(parents=True)
    manifest = {"status": "complete", "code_sha256": None, "input_sha256": {str(zones_file): "0" * 64}}
    (made / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResultsError, match=f"before {zones_file} changed"):
        check_same_code(tmp_path / "runs", runs)
    zones_file.unlink()
    with pytest.raises(StudyError, match=r"zones=file: .*cannot be read"):
        composed_runs(study, study_rows(study))
