"""Survey tables: what is read, and how faults are told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.demand import SHOP_COLUMNS, DemandParams, load_shops, read_survey, write_survey_template
from sim.demand.survey_schema import SURVEY_COLUMNS, survey_page
from sim.errors import SurveyError
from sim.network.road_network import RoadNetwork
from sim.random_streams import RandomStreams

GOOD = (
    "shop_id,name,shop_type,lon,lat,delivery_from,delivery_until,orders_per_week,mean_service_min,has_offstreet\n"
    "A,人民路便利店,convenience,118.0411,36.80001,06:00,10:30,12.5,8,no\n"
    "B,,pharmacy,118.0451,36.80601,,,,,yes\n"
    "C,三号店,other,118.04,36.8,,,,,\n"
)


def faults_of(path: Path, network: RoadNetwork) -> tuple[str, ...]:
    """The faults that reading the file reports, without the file's name in front."""
    with pytest.raises(SurveyError) as caught:
        read_survey(path, network)
    assert all(fault.startswith(f"{path}: ") for fault in caught.value.faults)
    return tuple(fault.removeprefix(f"{path}: ") for fault in caught.value.faults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_usual_encodings(tmp_path: Path, network: RoadNetwork, encoding: str) -> None:
    """UTF-8 with and without a byte order mark and GB18030 give the same shops."""
    path = tmp_path / "shops.csv"
    path.write_text(GOOD, encoding=encoding)
    shops = read_survey(path, network)
    assert shops["name"].tolist() == ["人民路便利店", "", "三号店"]
    assert shops["earliest_s"].tolist()[0] == 6 * 3600
    assert shops["latest_s"].tolist()[0] == 10.5 * 3600
    assert shops["mean_service_s"].tolist()[0] == 480
    assert shops["has_offstreet"].tolist() == [False, True, None]
    assert np.isnan(shops["orders_per_week"].tolist()[1])


def test_shops_lie_on_the_nearest_link(tmp_path: Path, network: RoadNetwork) -> None:
    """The first shop lies beside the street between nodes 0 and 1, the second beside that of nodes 15 and 14."""
    path = tmp_path / "shops.csv"
    path.write_text(GOOD, encoding="utf-8")
    link = read_survey(path, network)["link"]
    assert link.dtype == np.int32
    ends = [set(network.links.loc[row, ["from_node_id", "to_node_id"]]) for row in link[:2]]
    assert ends == [{0, 1}, {14, 15}]


def test_geojson_gives_the_same_shops(tmp_path: Path, network: RoadNetwork) -> None:
    """Points with the columns as properties, numbers or text."""
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    expected = read_survey(tmp_path / "a.csv", network)
    rows = [line.split(",") for line in GOOD.splitlines()]
    features = []
    for row in rows[1:]:
        cells = dict(zip(rows[0], row, strict=True))
        place = [float(cells.pop("lon")), float(cells.pop("lat"))]
        properties = {key: value or None for key, value in cells.items()}
        if properties["orders_per_week"]:
            properties["orders_per_week"] = float(properties["orders_per_week"])
        features.append(
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": properties}
        )
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    pd.testing.assert_frame_equal(read_survey(path, network), expected)


def test_a_survey_is_a_source_of_shops(tmp_path: Path, network: RoadNetwork, params: DemandParams) -> None:
    """What the survey leaves open comes from the type of shop."""
    path = tmp_path / "shops.csv"
    path.write_text(GOOD, encoding="utf-8")
    chosen = params.model_copy(update={"source": "survey", "survey_file": str(path)})
    shops = load_shops(chosen, network, RandomStreams(1))
    assert tuple(shops.columns) == SHOP_COLUMNS
    assert shops.loc[0, "orders_per_week"] == 12.5
    assert shops.loc[1, "mean_service_s"] == 60 * params.shop_types["pharmacy"].mean_service_min
    assert not shops.isna().any().any()


def test_all_faults_are_told_at_once(tmp_path: Path, network: RoadNetwork) -> None:
    """Each fault has its row, column, what was found and what was expected."""
    path = tmp_path / "shops.csv"
    path.write_text(
        "shop_id,shop_type,lon,lat,delivery_from,delivery_until,mean_weight_kg,orders_per_week\n"
        "A,convenience,118.041,36.801,06:00,10:00,18,10\n"
        "A,boutique,118.041,36.801,,,-3,ten\n"
        "\n"
        "B,other,36.801,118.041,,,,\n"
        "C,other,36.801,89.041,,,,\n"
        ",other,36.801,18.041,12:00,08:00,nan,\n"
        "D,other,118.041,36.801,09:00,,,1,extra\n"
        "E,other,118.041,36.801,25:99,26:00,,1\n",
        encoding="utf-8",
    )
    text = "\n".join(faults_of(path, network))
    for expected in (
        "row 8: found 9 cells, expected 8 as in the heading",
        "row 3: column shop_id: found 'A' again, expected a name that no other row has (row 2 has it)",
        "row 3: column shop_type: found 'boutique', expected one of convenience, supermarket",
        "row 3: column mean_weight_kg: found '-3', expected a number above 0",
        "row 3: column orders_per_week: found 'ten', expected a number from 0 to 500",
        "row 5: column lon, lat: found 36.801, 118.041; lon and lat look swapped, expected a place on the map of block",
        "row 6: column lon, lat: found 36.801, 89.041; ",
        "row 7: column shop_id: found an empty cell",
        "row 7: column mean_weight_kg: found 'nan'",
        "row 7: column delivery_until: found 08:00, not after delivery_from 12:00",
        "row 8: column delivery_until: found no clock time, expected both ends",
        "row 9: column delivery_from: found '25:99', expected a clock time HH:MM",
        "row 9: column delivery_until: found '26:00', expected a clock time HH:MM",
    ):
        assert expected in text
    assert "row 9: column delivery_from: found no clock time" not in text


def test_an_end_of_a_window_that_cannot_be_read_is_one_fault(tmp_path: Path, network: RoadNetwork) -> None:
    """A clock time of nonsense is not told a second time as missing, when the other end is fine."""
    path = tmp_path / "shops.csv"
    path.write_text(
        "shop_id,shop_type,lon,lat,delivery_from,delivery_until\nA,other,118.041,36.801,25:00,12:00\n", encoding="utf-8"
    )
    faults = faults_of(path, network)
    assert len(faults) == 1
    assert "row 2: column delivery_from: found '25:00', expected a clock time HH:MM" in faults[0]


def test_swapped_coordinates_are_recognised(tmp_path: Path, network: RoadNetwork) -> None:
    """Where the two exchanged would lie on the map, the message says so."""
    path = tmp_path / "shops.csv"
    path.write_text("shop_id,shop_type,lon,lat\nA,other,36.801,118.041\n", encoding="utf-8")
    assert "lon and lat look swapped" in "\n".join(faults_of(path, network))


def test_faults_of_columns_and_cells_are_told_together(tmp_path: Path, network: RoadNetwork) -> None:
    """A missing column does not hide what is wrong in the others, and is told once, not in every row."""
    path = tmp_path / "shops.csv"
    path.write_text(
        "shop_id,lon,lat,mean_weight_kg\nA,118.041,36.801,-1\nA,36.801,118.041\n,,36.8,2\n", encoding="utf-8"
    )
    faults = faults_of(path, network)
    text = "\n".join(faults)
    assert [fault for fault in faults if "shop_type" in fault] == [
        "row 1: column shop_type: found no such column, expected a column shop_type; the columns are listed in "
        "docs/survey.md"
    ]
    for words in (
        "row 2: column mean_weight_kg: found '-1'",
        "row 3: column shop_id: found 'A' again",
        "row 3: column lon, lat: found 36.801, 118.041; lon and lat look swapped",
        "row 4: column shop_id: found an empty cell",
        "row 4: column lon: found an empty cell",
    ):
        assert words in text


def test_features_need_their_properties(tmp_path: Path, network: RoadNetwork) -> None:
    """A GeoJSON feature without a type of shop is at fault, as a row with an empty cell is."""
    feature = {"geometry": {"type": "Point", "coordinates": [118.041, 36.801]}, "properties": {"shop_id": "A"}}
    path = tmp_path / "shops.geojson"
    path.write_text(json.dumps({"features": [feature]}), encoding="utf-8")
    assert faults_of(path, network)[0].startswith("feature 1: column shop_type: found an empty cell")


def test_columns_are_checked(tmp_path: Path, network: RoadNetwork) -> None:
    """Missing, misspelt and repeated columns are all named."""
    path = tmp_path / "shops.csv"
    path.write_text("shop_id,shop_typ,lon,lon,mean_wieght_kg\nA,other,118.041,36.801,1\n", encoding="utf-8")
    text = "\n".join(faults_of(path, network))
    assert "column shop_type: found no such column" in text
    assert "column lat: found no such column" in text
    assert "column lon: found 2 columns of this name" in text
    assert "is mean_weight_kg meant?" in text


def test_many_faults_of_one_column_are_counted(tmp_path: Path, network: RoadNetwork) -> None:
    """25 wrong cells: 20 are spelled out and 5 counted, and another column's fault is still shown."""
    path = tmp_path / "shops.csv"
    rows = "".join(f"S{i},other,118.041,36.801,heavy\n" for i in range(25))
    path.write_text(f"shop_id,shop_type,lon,lat,mean_weight_kg\n{rows}Z,?,118.041,36.801,1\n", encoding="utf-8")
    faults = faults_of(path, network)
    assert len(faults) == 22
    assert "column mean_weight_kg: and 5 more faults" in faults
    assert any("found '?'" in fault for fault in faults)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "found an empty file"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "found an empty file"),
        (
            "a.csv",
            b"SHOP_ID\nA\n",
            "column SHOP_ID: found an unknown column, expected one of the known columns (is shop_id",
        ),
        ("a.csv", b"shop_id,shop_type,lon,lat,orders_per_week\nA,other,118.04,36.8,1_0\n", "found '1_0'"),
        ("a.geojson", b"[" * 200_000, "lists within lists"),
        ("a.geojson", b'{"features": [%s]}' % (b"9" * 5000), "a number of too many digits"),
        (
            "a.geojson",
            b'{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]},'
            b' "properties": {"name": "\\ud800"}}]}',
            "feature 1: column name: found '\\ud800', expected any text",
        ),
        ("a.csv", b"shop_id,shop_type,lon,lat\n", "found no row"),
        ("a.csv", b"shop_id;shop_type;lon;lat\nA;other;1;2\n", "semicolons or tabs between columns, expected commas"),
        ("a.csv", b'shop_id,shop_type,lon,lat\n"A,other,1,2\n', "expected a CSV table"),
        ("a.csv", "shop_id,name".encode("utf-16"), "another encoding"),
        ("a.xlsx", b"PK\x03\x04\x00", "spreadsheet workbook"),
        ("a.geojson", b'{"type": "FeatureCollection", ', "expected valid JSON"),
        ("a.geojson", b'{"type": "Point"}', "expected a GeoJSON FeatureCollection"),
        ("a.geojson", b'{"features": [], "crs": {"properties": {"name": "EPSG:32650"}}}', "expected WGS84 longitude"),
        (
            "a.geojson",
            b'{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": [3]}]}',
            "feature 1: column properties: found [3]",
        ),
        ("a.geojson", b'{"features": [{"geometry": {"type": "LineString"}}, 3]}', "feature 1: column geometry"),
    ],
)
def test_unreadable_files_are_explained(
    tmp_path: Path, network: RoadNetwork, name: str, content: bytes, words: str
) -> None:
    """Empty, mislabelled, binary and broken files end with a survey error, never with a traceback."""
    (tmp_path / name).write_bytes(content)
    assert words in "\n".join(faults_of(tmp_path / name, network))


def test_a_missing_file_is_explained(tmp_path: Path, network: RoadNetwork) -> None:
    """The message names the file."""
    assert "No such file" in faults_of(tmp_path / "none.csv", network)[0]


def test_the_template_has_every_column_and_no_row(tmp_path: Path, network: RoadNetwork) -> None:
    """An untouched template reads as a table without rows; with one row of examples it is a survey."""
    path = tmp_path / "template.csv"
    write_survey_template(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "found no row" in faults_of(path, network)[0]
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(column.example for column in SURVEY_COLUMNS))
    assert read_survey(path, network)["orders_per_week"].tolist() == [10.0]


def test_the_page_of_the_schema_is_up_to_date() -> None:
    """docs/survey.md is what the schema writes; otherwise write it again from `survey_page()`."""
    page = Path(__file__).resolve().parents[2] / "docs" / "survey.md"
    assert page.read_text(encoding="utf-8") == survey_page()
