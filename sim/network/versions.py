"""
The list of committed networks: for each file its source, licence, sha256 and the command that built it.

`python -m sim.network.versions networks/versions.csv` brings the hashes up to date after a rebuild.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

VERSION_COLUMNS = ("network", "file", "source", "licence", "sha256", "built_with")


def read_versions(file: Path) -> list[dict[str, str]]:
    """Rows of the list, keys `VERSION_COLUMNS`."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sha256_of(file: Path) -> str:
    """Hash of the bytes of a file [hex]."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def changed_files(file: Path) -> list[str]:
    """Files whose hash is not the one listed, or that are not there, as `network/file`."""
    changed = []
    for row in read_versions(file):
        path = file.parent / row["network"] / row["file"]
        if not path.is_file() or sha256_of(path) != row["sha256"]:
            changed.append(f"{row['network']}/{row['file']}")
    return changed


def update_versions(file: Path) -> None:
    """Write the list anew, with the hashes of the files as they are."""
    rows = read_versions(file)
    for row in rows:
        row["sha256"] = sha256_of(file.parent / row["network"] / row["file"])
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, VERSION_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    update_versions(Path(sys.argv[1]))
