"""One flight of a window at any pair of dates, off the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.lambert import SOLVED, lambert
from marsward.dynamics.window_cells import SUN, Branch, WindowCells

__all__ = ["CAPTURE_ALTITUDE", "PARKING_ALTITUDE", "ROMAN", "WindowFlight", "transfer_dv"]

Array = NDArray[np.float64]
PARKING_ALTITUDE = 200e3
"""Of the circular orbit that a flight leaves from [m]: a choice, usual for parking orbits."""
CAPTURE_ALTITUDE = 400e3
"""Of the circular orbit that a flight ends in [m]: a choice, near that of mapping orbiters."""
ROMAN = tuple(
    tens + ones
    for tens in ("", "X", "XX", "XXX", "XL")
    for ones in ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
)
"""Types of flights by the half turns that lie behind: "I" below one."""


@dataclass(frozen=True)
class WindowFlight:
    """A family of flights between two bodies.

    origin, target : names of bodies; branch : the family
    """

    origin: str
    target: str
    branch: Branch
    ephemeris: Ephemeris

    @classmethod
    def of_cell(
        cls, grid: xr.Dataset, place: tuple[Any, ...], ephemeris: Ephemeris | None
    ) -> WindowFlight:
        """The family that a cell of a window belongs to."""
        branch = Branch()
        if "branch" in grid.dims:
            row = grid.isel(branch=int(place[0]))
            branch = Branch(int(row["revolutions"]), str(row["side"].item()),
                            bool(row["retrograde"]))  # fmt: skip
        names = [str(grid.attrs[name]) for name in ("origin", "target")]
        return cls(names[0], names[1], branch, ephemeris or default_ephemeris())

    def at(self, launch: float, arrival: float) -> dict[str, Any]:
        """Hyperbolas at both ends of a flight between two TDB times past J2000 [s].

        Raises PhysicsError where there is no such flight.
        """
        cells = WindowCells(
            body(self.origin), body(self.target), Epoch.et([launch]), Epoch.et([arrival]),
            self.ephemeris,
        )  # fmt: skip
        left, reached = cells.leaves[0], cells.arrives[0]
        pole = -cells.pole if self.branch.retrograde else cells.pole
        legs = lambert(
            left[:3], reached[:3], arrival - launch, gm=float(body(SUN).gm), about=pole,
            revolutions=self.branch.revolutions,
            branch="high" if self.branch.branch == "high" else "low",
        )  # fmt: skip
        if int(legs.status) != SOLVED:
            raise PhysicsError(
                f"no flight of the branch {self.branch.name} from {Epoch.et(launch)} to "
                f"{Epoch.et(arrival)}: {legs.told()}; choose dates of a cell that is flown"
            )
        away, into = legs.departure - left[3:], legs.arrival - reached[3:]
        c3 = float(away @ away)
        across = np.cross(left[:3], reached[:3])
        turn = np.degrees(np.arctan2(np.linalg.norm(across), left[:3] @ reached[:3]))
        return {
            "c3": c3,
            "v_infinity_arrival": float(np.linalg.norm(into)),
            "dla": float(np.degrees(np.arctan2(away[2], np.hypot(away[0], away[1])))),
            "rla": float(np.degrees(np.arctan2(away[1], away[0])) % 360.0),
            "declination": float(np.degrees(np.arctan2(away[2], np.hypot(away[0], away[1])))),
            "time_of_flight": arrival - launch,
            "arrival": arrival,
            "transfer_angle": float(turn if across @ pole > 0.0 else 360.0 - turn),
            "outgoing": away,
            "incoming": into,
        }

    def cost(self, launch: float, arrival: float, by: str) -> float:
        """The quantity of a flight that is to be small, SI."""
        found = self.at(launch, arrival)
        if by == "total_dv":
            return float(
                transfer_dv(self.origin, self.target, found["c3"], found["v_infinity_arrival"])
            )
        return float(found[by])


def transfer_dv(
    origin: str, target: str, c3: ArrayLike, v_infinity: ArrayLike,
    *, parking_altitude: float = PARKING_ALTITUDE, capture_altitude: float = CAPTURE_ALTITUDE,
) -> Array:  # fmt: skip
    """Velocity to leave one circular orbit and be caught in another [m/s].

    dv = sqrt(v_infinity^2 + 2 gm/r) - sqrt(gm/r) at either end, by one impulse each.

    Parameters
    ----------
    c3 : (...) [m2/s2]; v_infinity : (...) at the target [m/s]
    parking_altitude, capture_altitude : above the equatorial radii [m]
    """
    total: Any = 0.0
    squares = np.asarray(c3, dtype=float), np.asarray(v_infinity, dtype=float) ** 2
    for name, square, height in zip(
        (origin, target), squares, (parking_altitude, capture_altitude), strict=True
    ):
        about = body(name)
        well = float(about.gm) / (float(about.equatorial_radius) + height)
        total = total + np.sqrt(square + 2.0 * well) - np.sqrt(well)
    return np.asarray(total)
