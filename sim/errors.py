"""
Errors that a user can mend, each with what is wrong, where, what was found and what was expected.

The command line prints the message of any `InputError` on one line each and exits with code 2.
"""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """
    Input that cannot be used.

    Parameters
    ----------
    faults
        One message, or every fault found in one file or configuration. All are shown at once.
    """

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class NetworkError(InputError):
    """A road network that cannot be read, or that breaks a rule of its format."""


class ConfigError(InputError):
    """A configuration with an unknown key, a wrong type or a value out of range."""


class SurveyError(InputError):
    """A demand table (survey, orders, points of interest) with unusable rows or columns."""


class SitesError(InputError):
    """A table of sites for stations or centres that cannot be used."""


class TripError(InputError):
    """Trips or routes that the traffic engine cannot load."""


class DemandError(InputError):
    """A table of trips between zones or a list of trips that cannot be used."""


class CountsError(InputError):
    """Traffic counts or measured speeds that cannot be used."""


class ResultsError(InputError):
    """A run or study folder that is missing, incomplete or of another schema version."""


class WriteError(ResultsError):
    """Results that cannot be written: a full disk, a folder that may only be read."""


class DuplicateStreamError(ValueError):
    """Two decisions asked for a random stream of the same name."""


def faults_message(what: str, faults: list[str], limit: int = 20) -> list[str]:
    """
    Faults of one input, headed by what they belong to, shortened after `limit` lines.

    Parameters
    ----------
    what
        The file or object at fault.
    faults
        One line a fault.
    limit
        Number of faults spelled out; the rest are counted.
    """
    shown = [f"{what}: {fault}" for fault in faults[:limit]]
    if len(faults) > limit:
        shown.append(f"{what}: and {len(faults) - limit} more faults of this kind")
    return shown
