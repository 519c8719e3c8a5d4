"""Windows, tours, links and arrays against figures that stand elsewhere."""

from __future__ import annotations

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.dynamics.launch_choice import choose
from marsward.dynamics.window import window
from marsward.vehicles.ground_station import GroundStation
from marsward.vehicles.radio_link import RadioLink, link_rates
from marsward.vehicles.solar_array import SolarArray


def least_c3(launch: list[str], arrive: list[str]) -> float:
    """Least C3 of a window from Earth to Mars, between the days too [km2/s2]."""
    grid = window("earth", "mars", launch=tuple(launch), arrive=tuple(arrive), quantities=["c3"])
    return float(choose(grid, "least c3").c3) / 1e6


def flight(launch: str, arrive: str, quantity: str, per: float = 1.0) -> float:
    """A figure of the conic from Earth to Mars between two dates, SI or [deg], over `per`."""
    grid = window("earth", "mars", launch=launch, arrive=arrive)
    return float(grid[quantity].values.item()) / per


def bit_rate(radio: str, station: str, distance: float) -> float:
    """Rate of a radio of a preset to a station at a distance [m] at night [bit/s]."""
    found = link_rates(RadioLink(preset=radio), GroundStation(preset=station), distance)
    return float(found.rate)


def array_power(array: str, distance: float, years: float) -> float:
    """Power of a solar array of a preset at a distance from the Sun [au] after years [W]."""
    return float(SolarArray(preset=array).watts(distance * float(ASTRONOMICAL_UNIT), years=years))
