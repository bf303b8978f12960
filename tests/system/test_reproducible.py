"""Same seed, same bytes; another seed, another day; a policy changes nothing that it does not touch."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.measures import TABLES
from tests.system.conftest import RunMaker, sim


def _bytes(folder: Path) -> dict[str, bytes]:
    names = [*sorted(path.name for path in folder.glob("*.parquet")), "kpis.json"]
    return {name: (folder / name).read_bytes() for name in names}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_with_one_or_two_workers(tmp_path: Path) -> None:
    """All parquet files and kpis.json, planned anew each time; seed 2 differs."""
    results = []
    for number, (seed, workers) in enumerate([(1, 1), (1, 2), (2, 1)]):
        folder = tmp_path / str(number)
        done = sim(
            "run", "scenario=baseline", "network=helsinki", f"seed={seed}", f"run.workers={workers}",
            f"paths.run_dir={folder}", "paths.cache_dir=null", "run.figures=false",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        results.append(_bytes(folder))
    assert len(results[0]) == len(TABLES) + 1
    assert results[0] == results[1]
    assert all(results[0][name] != results[2][name] for name in ("orders.parquet", "trips.parquet", "kpis.json"))


@pytest.mark.slow
def test_orders_are_the_same_under_every_policy(run_dir: RunMaker) -> None:
    """Paired scenarios serve the same orders with the same loads and windows."""
    columns = ["order_id", "shop_id", "carrier_id", "weight_kg", "volume_m3", "earliest_s", "latest_s"]
    base = pd.read_parquet(run_dir("scenario=baseline", "network=helsinki", "seed=1") / "orders.parquet")
    for scenario in ("peak_ban", "electric"):
        other = pd.read_parquet(run_dir(f"scenario={scenario}", "network=helsinki", "seed=1") / "orders.parquet")
        pd.testing.assert_frame_equal(base[columns], other[columns])
