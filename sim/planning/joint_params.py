"""
Joint delivery and night delivery: who takes part, who delivers, and how goods get to the distribution centres.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from sim.demand import SHOP_TYPES
from sim.facilities.distribution_centre import CentreParams
from sim.facilities.docks import DockParams
from sim.units import clock_to_s

Share = Annotated[float, Field(ge=0.0, le=1.0)]


def read_window(text: str) -> tuple[float, float]:
    """
    Bounds of a window [s from midnight of day 1], from `HH:MM-HH:MM` up to 47:59.

    Raises
    ------
    ValueError
        If the text is no such window, or it does not end after it begins.

    Examples
    --------
    >>> read_window("22:00-29:30")
    (79200.0, 106200.0)
    """
    parts = text.split("-")
    if len(parts) != 2:
        raise ValueError(f"expected a window HH:MM-HH:MM, found {text!r}")
    from_s, until_s = (clock_to_s(part) for part in parts)
    if from_s >= until_s:
        raise ValueError(
            f"expected a window that ends after it begins, found {text!r}; "
            "write times after midnight as 24:00 and later"
        )
    return from_s, until_s


def _checked(text: str) -> str:
    read_window(text)
    return text


Window = Annotated[str, AfterValidator(_checked)]


class JointParams(BaseModel, frozen=True, extra="forbid"):
    """Joint delivery between carriers by a neutral operator, and delivery at night."""

    operator: bool = Field(description="Whether there is a neutral operator with vans at the distribution centres")
    share: Share = Field(description="Share of shops that take part in joint delivery [-], unless their type says more")
    share_by_type: dict[str, Share | None] = Field(description="The same by type of shop [-]; null: as share")
    station_share: Share = Field(description="Share of terminal stations whose parcels all come by the operator [-]")
    night_share: Share = Field(description="Share of shops that receive at night [-], unless their type says more")
    night_share_by_type: dict[str, Share | None] = Field(description="The same by type [-]; null: as night_share")
    night_window: Window = Field(description="Start of unloading at night [HH:MM-HH:MM], after midnight as 24:00 on")
    night_vehicle_type: str = Field(
        min_length=1, description="Quiet vehicle type by which fleets replace vans that the night needs"
    )
    orders_per_van: float = Field(
        gt=0.0, le=2000.0, description="Expected orders a van of the operator and day, sizes its fleet [-]"
    )
    mix: dict[str, Share] = Field(min_length=1, description="Share of each type in its fleet [-]; adds up to 1")
    truck_type: str = Field(min_length=1, description="Vehicle type that carries goods from hubs to centres")
    transfer_window: Window = Field(description="When trucks carry goods from hubs to centres [HH:MM-HH:MM]")
    further_order_time: Share = Field(
        description="Time at the door of each further order of one visit that does not grow with weight, of that of "
        "the first [-]"
    )
    hub: DockParams = Field(description="Docks of each hub")
    centre: CentreParams = Field(description="Docks and sorting of each distribution centre")

    @model_validator(mode="after")
    def _types_are_known(self) -> Self:
        faults = [
            f"{name} names unknown shop types {sorted(unknown)}; known: {', '.join(SHOP_TYPES)}"
            for name in ("share_by_type", "night_share_by_type")
            if (unknown := set(getattr(self, name)) - set(SHOP_TYPES))
        ]
        if not self.operator and self.is_used:
            faults.append("shares above 0 need an operator, as with joint=operator; found operator=false")
        if abs(sum(self.mix.values()) - 1.0) > 1e-6:
            faults.append(f"shares in mix must add up to 1, found {sum(self.mix.values()):g}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def share_of(self, shop_type: str) -> float:
        """Share of the shops of a type that take part in joint delivery [-]."""
        own = self.share_by_type.get(shop_type)
        return self.share if own is None else own

    def night_share_of(self, shop_type: str) -> float:
        """Share of the shops of a type that receive at night [-]."""
        own = self.night_share_by_type.get(shop_type)
        return self.night_share if own is None else own

    @property
    def is_used(self) -> bool:
        """Whether anybody may take part in joint delivery."""
        return self.station_share > 0.0 or any(self.share_of(name) > 0.0 for name in SHOP_TYPES)

    @property
    def has_night(self) -> bool:
        """Whether any shop may receive at night."""
        return any(self.night_share_of(name) > 0.0 for name in SHOP_TYPES)

    def content(self) -> dict[str, Any]:
        """What results depend on: an operator whom nobody uses changes nothing, and neither does an empty night."""
        dump = self.model_dump(mode="json")
        night = ("night_share", "night_share_by_type", "night_window", "night_vehicle_type")
        kept = (dump.keys() - set(night) if self.is_used else set()) | (set(night) if self.has_night else set())
        return {name: value for name, value in dump.items() if name in kept}
