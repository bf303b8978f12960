"""
What a second worker gains on a study, beside two processes started by hand with half of the seeds each.

All three simulate the same runs with an empty cache, one way after the other, and leave the same numbers. Needs two
free cores and takes about three minutes; every process pays a few seconds for its start, so few runs flatter nobody.
Run from the repository:

    python benchmarks/study_workers.py --study time_windows --seeds 4
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd


def command(study: Path, out: Path, workers: int) -> list[str]:
    """The command line of a study with results and cache of its own."""
    options = ["--workers", str(workers), "--out", str(out), f"paths.cache_dir={out / 'cache'}"]
    return [sys.executable, "-m", "sim.cli", "study", str(study), *options]


def seconds(commands: list[list[str]]) -> float:
    """Wall time until all of the commands, started together, have ended [s]."""
    began = time.perf_counter()
    running = [
        subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for line in commands
    ]
    for process in running:
        _, told = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"exit {process.returncode}: {' '.join(process.args)}\n{told}")  # type: ignore[arg-type]
    return time.perf_counter() - began


def copy_of(study: Path, folder: Path, seeds: list[int]) -> Path:
    """The study with some of its seeds."""
    folder.mkdir(parents=True)
    shutil.copy(study / "study.yaml", folder / "study.yaml")
    pd.DataFrame({"seed": seeds}).to_csv(folder / "seeds.csv", index=False)
    return folder


def outcomes(*folders: Path) -> pd.DataFrame:
    """Numbers of a study, or of its two halves, in one order."""
    tables = [pd.read_csv(folder / "outcomes.csv", dtype=str, keep_default_na=False) for folder in folders]
    return pd.concat(tables).sort_values(["run_id", "measure"]).reset_index(drop=True)


def main() -> None:
    """Print the three times, the gain, and the distance from two processes by hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", default="time_windows", help="a folder under experiments/ (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=4, help="its first seeds, an even number (default: %(default)s)")
    arguments = parser.parse_args()
    study = Path("experiments") / arguments.study
    seeds = pd.read_csv(study / "seeds.csv")["seed"].head(arguments.seeds).tolist()
    if len(seeds) < 2 or len(seeds) % 2:
        parser.error(f"--seeds: expected an even number up to the seeds of the study, found {arguments.seeds}")
    with tempfile.TemporaryDirectory(prefix="study_workers_") as work:
        folder = Path(work)
        whole = copy_of(study, folder / "whole" / "study", seeds)
        halves = [copy_of(study, folder / f"half{n}" / "study", seeds[n::2]) for n in (0, 1)]
        both = [folder / "by_hand0", folder / "by_hand1"]
        seconds([[*command(whole, folder / "warm", 1), "--runs", "1"]])  # compiles what is to be compiled
        one = seconds([command(whole, folder / "one", 1)])
        two = seconds([command(whole, folder / "two", 2)])
        by_hand = seconds([command(half, out, 1) for half, out in zip(halves, both, strict=True)])
        numbers = outcomes(folder / "one")
        runs = numbers["run_id"].nunique()
        is_same = numbers.equals(outcomes(folder / "two")) and numbers.equals(outcomes(*both))
    print(f"{arguments.study}: {runs} runs, {len(seeds)} seeds; same numbers: {'yes' if is_same else 'NO'}")
    print(f"one worker                 {one:7.1f} s")
    print(f"two workers                {two:7.1f} s   {one / two:.2f} x one worker")
    print(f"two processes by hand      {by_hand:7.1f} s   two workers {100 * (two / by_hand - 1):+.1f} %")


if __name__ == "__main__":
    main()
