"""The traction battery of a vehicle: what is in it, what can be drawn, what can be put in."""

from __future__ import annotations


class Battery:
    """
    A battery followed in kilowatt-hours, never below its usable window by drawing nor above it by charging.

    What is put in minus what is taken out is what is stored: losses of charging occur outside, see
    `charging_curve.grid_draw`. Ageing and self-discharge are left out.

    Parameters
    ----------
    capacity_kwh
        Energy between state of charge 0 and 1 [kWh].
    soc
        State of charge at the start [-].
    soc_floor, soc_ceiling
        Window in which the battery may be used [-].

    Raises
    ------
    ValueError
        If a value is out of range; all such values are named.
    """

    __slots__ = ("_stored_kwh", "capacity_kwh", "soc_ceiling", "soc_floor")

    def __init__(self, capacity_kwh: float, soc: float, *, soc_floor: float = 0.0, soc_ceiling: float = 1.0) -> None:
        faults = []
        if not capacity_kwh > 0.0:
            faults.append(f"capacity_kwh must be above 0 [kWh], found {capacity_kwh}")
        if not 0.0 <= soc <= 1.0:
            faults.append(f"soc must lie in [0, 1], found {soc}")
        if not 0.0 <= soc_floor < soc_ceiling <= 1.0:
            faults.append(f"expected 0 <= soc_floor < soc_ceiling <= 1, found {soc_floor} and {soc_ceiling}")
        if faults:
            raise ValueError("\n".join(f"battery: {fault}" for fault in faults))
        self.capacity_kwh = capacity_kwh
        self.soc_floor = soc_floor
        self.soc_ceiling = soc_ceiling
        self._stored_kwh = soc * capacity_kwh

    @property
    def stored_kwh(self) -> float:
        """Energy in the battery [kWh], what lies below the window included."""
        return self._stored_kwh

    @property
    def soc(self) -> float:
        """State of charge [-], in [0, 1]."""
        return self._stored_kwh / self.capacity_kwh

    @property
    def available_kwh(self) -> float:
        """Energy that can be drawn [kWh]."""
        return max(0.0, self._stored_kwh - self.soc_floor * self.capacity_kwh)

    @property
    def room_kwh(self) -> float:
        """Energy that can be put in [kWh]."""
        return max(0.0, self.soc_ceiling * self.capacity_kwh - self._stored_kwh)

    def draw(self, energy_kwh: float) -> float:
        """
        Take energy out; returns what was there to be taken [kWh], at most `energy_kwh`.

        Raises
        ------
        ValueError
            If the energy is negative.
        """
        if not energy_kwh >= 0.0:
            raise ValueError(f"battery: energy drawn must be 0 or more [kWh], found {energy_kwh}")
        if energy_kwh >= self.available_kwh:
            drawn = self.available_kwh
            self._stored_kwh = min(self._stored_kwh, self.soc_floor * self.capacity_kwh)
            return drawn
        self._stored_kwh -= energy_kwh
        return energy_kwh

    def charge(self, energy_kwh: float) -> float:
        """
        Put energy in; returns what found room [kWh], at most `energy_kwh`.

        Raises
        ------
        ValueError
            If the energy is negative.
        """
        if not energy_kwh >= 0.0:
            raise ValueError(f"battery: energy charged must be 0 or more [kWh], found {energy_kwh}")
        if energy_kwh >= self.room_kwh:
            accepted = self.room_kwh
            self._stored_kwh = max(self._stored_kwh, self.soc_ceiling * self.capacity_kwh)
            return accepted
        self._stored_kwh += energy_kwh
        return energy_kwh
