"""
Files that users hand in: limited in size and kind, kept under a name of ours, read by a process of its own.

The process has a limit on memory and time; what it says about the file, in the importer's own words, is the answer.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.app.workspace import Workspace
from sim.errors import InputError

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class UploadKind:
    """
    A kind of file that may be handed in.

    Parameters
    ----------
    endings
        How its name may end.
    bytes_most
        Largest size.
    """

    endings: tuple[str, ...]
    bytes_most: int


KINDS = {
    "survey": UploadKind((".csv", ".geojson"), 20 * MEGABYTE),
    "network": UploadKind((".graphml", ".osm", ".pbf"), 50 * MEGABYTE),
    "trips": UploadKind((".csv", ".parquet"), 50 * MEGABYTE),
    "positions": UploadKind((".csv", ".gpx"), 20 * MEGABYTE),
}
MEMORY_BYTES = 3_000_000_000
"""Address space of the reading process, libraries and compiled code included."""

TIME_S = 90
"""Time of the reading process."""

_XML = (".graphml", ".osm", ".gpx")
_ENCODINGS = ("utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252")
"""Encodings of XML in which tags are what they are in ASCII."""


def keep_upload(workspace: Workspace, kind: str, file_name: str, content: bytes) -> Path:
    """
    Keep a file under a name of ours; only the ending of the given name is used.

    Raises
    ------
    InputError
        If the kind, the ending, the size or the first bytes are not as expected.
    """
    if kind not in KINDS:
        raise InputError(f"kind: expected one of {', '.join(KINDS)}, found {kind[:40]!r}")
    wanted = KINDS[kind]
    ending = next((end for end in wanted.endings if file_name.lower().endswith(end)), None)
    if ending is None:
        raise InputError(f"file: expected a name that ends in {', '.join(wanted.endings)}, found {file_name[-40:]!r}")
    if not content:
        raise InputError("file: expected content, found an empty file")
    if len(content) > wanted.bytes_most:
        most = wanted.bytes_most / MEGABYTE
        raise InputError(f"file: expected at most {most:g} MB, found {len(content) / MEGABYTE:.1f} MB")
    _check_content(ending, content)
    path = workspace.own_folder("uploads") / f"{kind}-{secrets.token_hex(8)}{ending}"
    path.write_bytes(content)
    return path


def _check_content(ending: str, content: bytes) -> None:
    if ending == ".parquet" and not content.startswith(b"PAR1"):
        raise InputError("file: expected a parquet file, found other content")
    if ending in (".csv", ".geojson", *_XML) and b"\0" in content[:65536]:
        raise InputError("file: expected text, found binary content")
    if ending in _XML:
        _check_encoding(content)
    if ending in _XML and (b"<!doctype" in content.lower() or b"<!entity" in content.lower()):
        raise InputError("file: expected XML without document type and entities, found a declaration of them")


def _check_encoding(content: bytes) -> None:
    """Refuse XML in an encoding in which a declaration of entities would not look like one."""
    stated = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]*)[\"']", content[:400])
    encoding = stated[1].decode().lower() if stated else "utf-8"
    if encoding not in _ENCODINGS or not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise InputError(f"file: expected XML in one of {', '.join(_ENCODINGS)}, found {encoding[:40] or 'none'}")


def read_upload(workspace: Workspace, kind: str, path: Path, options: dict[str, str]) -> dict[str, Any]:
    """
    What the importer makes of a file, read in a process of its own.

    Parameters
    ----------
    workspace
        The workspace.
    kind
        Key of `KINDS`.
    path
        From `keep_upload`.
    options
        `network` for surveys, trips and positions; `name` for networks.

    Returns
    -------
    dict
        `faults`, none when it can be used; `notes`; and what the importer made.

    Raises
    ------
    InputError
        If reading takes too long or too much memory.
    """
    task = {"kind": kind, "path": str(path), "options": options, "memory_bytes": MEMORY_BYTES, "time_s": TIME_S}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sim.app.upload_process"],
            input=json.dumps(task),
            cwd=workspace.folder,
            env={
                **os.environ,
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                "ARROW_DEFAULT_MEMORY_POOL": "system",
            },
            capture_output=True,
            text=True,
            timeout=TIME_S + 15,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"file: reading it took more than {TIME_S} s; expected a smaller file") from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise InputError(
            "file: could not be read within the limits of memory and time; expected a smaller file"
        ) from error
    return answer
