"""For how long double-parked vans blocked each link in each time bin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.events import LinkBlocked


def blocked_time(blocked: Sequence[LinkBlocked], bin_s: float) -> dict[tuple[int, int], float]:
    """
    Time in which a link was blocked by one van or more [s], by (link, number of the bin).

    Parameters
    ----------
    blocked
        Stays of double-parked vans, in any order.
    bin_s
        Width of a bin [s].
    """
    by_bin: dict[tuple[int, int], float] = {}
    reached: dict[int, float] = {}
    for stay in sorted(blocked, key=lambda stay: (stay.link_id, stay.from_s, stay.until_s)):
        start_s = max(stay.from_s, reached.get(stay.link_id, 0.0))
        reached[stay.link_id] = max(reached.get(stay.link_id, 0.0), stay.until_s)
        row = int(start_s // bin_s)
        while row * bin_s < stay.until_s:
            overlap_s = min(stay.until_s, (row + 1) * bin_s) - max(start_s, row * bin_s)
            if overlap_s > 0.0:
                key = (stay.link_id, row)
                by_bin[key] = by_bin.get(key, 0.0) + overlap_s
            row += 1
    return by_bin


def add_blocked_time(links: pd.DataFrame, blocked: Sequence[LinkBlocked], bin_s: float) -> pd.DataFrame:
    """
    Traffic counts with the time that links were blocked; bins without traffic are added where a link was.

    Parameters
    ----------
    links
        Table `links`.
    blocked
        Stays of double-parked vans.
    bin_s
        Width of a bin [s].
    """
    by_bin = blocked_time(blocked, bin_s)
    if not by_bin:
        return links.sort_values(["link_id", "bin_start_s"], kind="stable", ignore_index=True)
    found = pd.DataFrame(
        {
            "link_id": np.array([link for link, _ in by_bin], dtype=np.int64),
            "bin_start_s": np.array([row * bin_s for _, row in by_bin]),
            "heard_s": list(by_bin.values()),
        }
    )
    merged = links.merge(found, on=["link_id", "bin_start_s"], how="outer", sort=True)
    merged["blocked_s"] = merged["blocked_s"].fillna(0.0) + merged.pop("heard_s").fillna(0.0)
    merged["bin_s"] = merged["bin_s"].fillna(bin_s)
    for column in ("inflow_veh", "outflow_veh", "vans"):
        merged[column] = merged[column].fillna(0.0)
    return merged
