"""
Content of a page as compressed bytes: plain data as JSON, long rows of numbers as arrays behind it.

Layout before compression: length of the JSON (4 bytes, little end first), the JSON, the arrays. In the JSON an array
stands as `{"$array": number}`; `$arrays` lists type, offset, length and manner of each. Integers of four bytes are
stored as differences from the one before, and byte by byte (all lowest bytes first), which compresses several times
better. `assets/unpack.js` reads it.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"int32": "i4", "uint8": "u1", "float32": "f4"}


def pack(content: Mapping[str, Any]) -> bytes:
    """
    Content as zlib-compressed bytes.

    Parameters
    ----------
    content
        Plain data with NumPy arrays of int32, uint8 or float32 anywhere inside.

    Raises
    ------
    ValueError
        If an array has another type.

    Examples
    --------
    >>> unpack(pack({"links": np.array([5, 6, 9], dtype=np.int32)}))["links"].tolist()
    [5, 6, 9]
    """
    arrays: list[NDArray[Any]] = []

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            arrays.append(value)
            return {"$array": len(arrays) - 1}
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value

    tree = plain(content)
    directory: list[list[Any]] = []
    bodies: list[bytes] = []
    offset = 0
    for array in arrays:
        name = str(array.dtype)
        if name not in _TYPES:
            raise ValueError(f"expected an array of {sorted(_TYPES)}, found {name}")
        body = _encode(np.ascontiguousarray(array).reshape(-1))
        directory.append([_TYPES[name], offset, int(array.size)])
        bodies.append(body)
        offset += len(body)
    text = json.dumps({"$arrays": directory, "content": tree}, ensure_ascii=False, separators=(",", ":")).encode()
    return zlib.compress(len(text).to_bytes(4, "little") + text + b"".join(bodies), 6)


def unpack(data: bytes) -> Any:
    """Content from the bytes of `pack`; for tests and for readers in Python."""
    raw = zlib.decompress(data)
    length = int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4 : 4 + length])
    base = 4 + length

    def array_of(number: int) -> NDArray[Any]:
        kind, offset, size = head["$arrays"][number]
        width = 1 if kind == "u1" else 4
        body = np.frombuffer(raw, dtype=np.uint8, count=size * width, offset=base + offset)
        if kind == "u1":
            return body.copy()
        words = np.ascontiguousarray(body.reshape(4, size).T).view("<i4" if kind == "i4" else "<f4").reshape(-1)
        return np.cumsum(words, dtype=np.int32) if kind == "i4" else words.copy()

    def full(value: Any) -> Any:
        if isinstance(value, dict):
            return array_of(value["$array"]) if set(value) == {"$array"} else {k: full(v) for k, v in value.items()}
        return [full(item) for item in value] if isinstance(value, list) else value

    return full(head["content"])


def _encode(array: NDArray[Any]) -> bytes:
    if array.dtype == np.uint8:
        return array.tobytes()
    if array.dtype == np.int32:
        array = np.diff(array, prepend=np.int32(0)).astype("<i4")
    return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")).view(np.uint8).reshape(-1, 4).T).tobytes()
