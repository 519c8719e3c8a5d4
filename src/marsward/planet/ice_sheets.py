"""Ice sheets that radar has found on Mars, as the truth that an orbiter's sounder looks for.

Each is a record of published figures: where it is, how thick, how much of it is ice, and how it
treats radio waves. Outlines are drawn here through the published latitudes (and longitudes where
those are told) so that areas or volumes come out as published; within them thickness and share of
ice run smoothly between the published bounds, by a seed. The layered deposits of the poles are
domes of the published volume.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.planet.inertia_field import InertiaField

__all__ = ["ICE_SHEETS", "IceSheet", "ice_sheet_at", "ice_sheet_summary"]

_RADIUS = body("mars").radius
_FIELD_DEG = 2.0  # correlation length of thickness and of the share of ice; assumed
_WAVES = 256
_STREAMS = {"thickness": 1, "share": 2, "cover": 3}


@dataclass(frozen=True)
class IceSheet:
    """One body of ice.

    name, title : for programs and for people
    outline : corners (east longitude, latitude) [deg], joined by straight lines on a plain map
    thickness : least and most [m]
    ice_share : least and most share of volume that is ice
    permittivity, permittivity_sigma : real part and its published error
    loss_tangent : imaginary over real part of the permittivity
    burial : least and most depth of its top under dry ground [m]
    dome : thickness falls from the most at the pole to nothing at the edge, as a parabola
    cover : share of the outline that has ice, the rest bare, in patches
    area : published [m2], or None
    volume : published [m3], of the ice in a buried sheet, of all layers at a pole; or None
    assumed : what of this is not published
    source : the papers
    """

    name: str
    title: str
    outline: tuple[tuple[float, float], ...]
    thickness: tuple[float, float]
    ice_share: tuple[float, float]
    permittivity: float
    permittivity_sigma: float
    loss_tangent: float
    burial: tuple[float, float]
    dome: bool = False
    cover: float = 1.0
    area: float | None = None
    volume: float | None = None
    assumed: str = ""
    source: str = ""

    def within(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Whether places [deg] that broadcast lie in the outline."""
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        east = np.mod(lon, 360.0)
        inside = np.zeros(east.shape, dtype=bool)
        corners = self.outline
        for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
            if y0 == y1:
                continue
            across = x0 + (lat - y0) * (x1 - x0) / (y1 - y0)
            inside ^= ((y0 > lat) != (y1 > lat)) & (east < across)
        return inside

    @cached_property
    def outline_area(self) -> float:
        """Area of the outline on the sphere [m2], by cells of a twentieth of a degree."""
        lons, lats = zip(*self.outline, strict=True)
        step = 0.05
        lat = np.arange(np.floor(min(lats)), np.ceil(max(lats)), step) + 0.5 * step
        lon = np.arange(np.floor(min(lons)), np.ceil(max(lons)), step) + 0.5 * step
        inside = self.within(lon[None, :], lat[:, None])
        cell = (_RADIUS * np.radians(step)) ** 2 * np.cos(np.radians(lat))
        return float(np.sum(inside * cell[:, None]))

    def thickness_at(self, lon: ArrayLike, lat: ArrayLike, *, seed: int = 0) -> NDArray[np.float64]:
        """Thickness [m] at places [deg]; 0 outside and where a patchy sheet is bare."""
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        out = np.zeros(lon.shape)
        inside = self.within(lon, lat)
        if not inside.any():
            return out
        low, high = self.thickness
        if self.dome:
            edge = 90.0 - min(abs(each[1]) for each in self.outline)
            reach = (90.0 - np.abs(lat[inside])) / edge
            out[inside] = high * np.maximum(0.0, 1.0 - reach**2)
            return out
        share = self._even("thickness", lon[inside], lat[inside], seed)
        value = low + (high - low) * share
        if self.cover < 1.0:
            value[self._even("cover", lon[inside], lat[inside], seed) > self.cover] = 0.0
        out[inside] = value
        return out

    def ice_share_at(self, lon: ArrayLike, lat: ArrayLike, *, seed: int = 0) -> NDArray[np.float64]:
        """Share of the volume that is ice at places [deg]; 0 outside."""
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        out = np.zeros(lon.shape)
        inside = self.within(lon, lat)
        low, high = self.ice_share
        out[inside] = low + (high - low) * self._even("share", lon[inside], lat[inside], seed)
        return out

    def _even(self, what: str, lon: NDArray, lat: NDArray, seed: int) -> NDArray[np.float64]:
        """A smooth field whose values are spread evenly over 0 to 1."""
        from scipy.special import ndtr

        number = [each.name for each in ICE_SHEETS].index(self.name)
        own = (int(seed) * 101 + number) * 7 + _STREAMS[what]
        even: NDArray[np.float64] = ndtr(InertiaField(own, _FIELD_DEG, _WAVES).at(lon, lat))
        return even

    @property
    def summary(self) -> str:
        """One sentence for people."""
        thick = f"{self.thickness[0]:g} to {self.thickness[1]:g} m"
        if self.dome:
            thick = f"a dome {self.thickness[1]:g} m high"
        share = " to ".join(f"{100 * each:g}" for each in dict.fromkeys(self.ice_share))
        return (
            f"{self.title}: {thick}, {share} % ice, permittivity {self.permittivity:g} ± "
            f"{self.permittivity_sigma:g}, {100 * self.cover:.0f} % of "
            f"{self.outline_area / 1e12:.2g} million km2; {self.source}; assumed: {self.assumed}"
        )


ICE_SHEETS = (
    IceSheet(
        name="utopia",
        title="buried ice of south-western Utopia Planitia",
        outline=(
            (82.4, 41.2), (86.1, 39.0), (93.0, 39.3), (99.9, 41.0), (102.6, 44.5), (101.0, 47.6),
            (95.7, 49.0), (88.8, 48.2), (84.0, 45.6),
        ),
        thickness=(80.0, 170.0),
        ice_share=(0.50, 0.85),
        permittivity=2.8,
        permittivity_sigma=0.8,
        loss_tangent=0.002,
        burial=(1.0, 10.0),
        cover=0.37,
        area=375_000e6,
        volume=1.2e13,
        assumed="longitudes of the outline, patches of ice over 0.37 of it (to the published "
        "water, as much as Lake Superior's), loss tangent, depth of the top",
        source="Stuurman et al. 2016, doi:10.1002/2016GL070138; water NASA photojournal PIA21137",
    ),
    IceSheet(
        name="arcadia",
        title="excess ice of Arcadia Planitia",
        outline=(
            (189.4, 42.0), (193.4, 39.2), (198.6, 39.0), (202.1, 42.0), (201.6, 46.0),
            (197.7, 48.4), (192.5, 48.0), (189.7, 45.6),
        ),
        thickness=(30.0, 80.0),
        ice_share=(0.60, 0.90),
        permittivity=2.5,
        permittivity_sigma=0.3,
        loss_tangent=0.002,
        burial=(1.0, 10.0),
        volume=1.0e13,
        assumed="outline (to the published volume of ice, about 10 000 km3), share of ice, loss "
        "tangent, depth of the top",
        source="Bramson et al. 2015, doi:10.1002/2015GL064844",
    ),
    IceSheet(
        name="deuteronilus",
        title="debris-covered glaciers of Deuteronilus Mensae",
        outline=((18.0, 39.5), (24.0, 38.5), (31.0, 39.5), (31.5, 44.0), (25.0, 45.5),
                 (18.5, 44.0)),
        thickness=(200.0, 450.0),
        ice_share=(0.80, 0.95),
        permittivity=3.0,
        permittivity_sigma=0.2,
        loss_tangent=0.002,
        burial=(0.5, 10.0),
        cover=0.3,
        assumed="outline, patches of ice over 0.3 of it, loss tangent",
        source="Plaut et al. 2009, doi:10.1029/2008GL036379; Petersen et al. 2018, "
        "doi:10.1029/2018GL079759",
    ),
    IceSheet(
        name="east-hellas",
        title="debris-covered glaciers east of Hellas",
        outline=((101.0, -39.0), (106.0, -37.5), (112.0, -38.5), (112.5, -44.0), (106.0, -46.5),
                 (101.0, -44.5)),
        thickness=(250.0, 450.0),
        ice_share=(0.80, 0.95),
        permittivity=3.0,
        permittivity_sigma=0.2,
        loss_tangent=0.002,
        burial=(0.5, 10.0),
        cover=0.2,
        assumed="outline, patches of ice over 0.2 of it, loss tangent",
        source="Holt et al. 2008, doi:10.1126/science.1164246",
    ),
    IceSheet(
        name="north-polar",
        title="north polar layered deposits",
        outline=((0.0, 80.44), (360.0, 80.44), (360.0, 90.1), (0.0, 90.1)),
        thickness=(0.0, 1642.0),
        ice_share=(0.95, 1.0),
        permittivity=3.10,
        permittivity_sigma=0.12,
        loss_tangent=0.0026,
        burial=(0.0, 0.0),
        dome=True,
        area=1.0e12,
        volume=8.21e14,
        assumed="a dome around the pole instead of the mapped thickness; the loss tangent is an "
        "upper bound",
        source="Grima et al. 2009, doi:10.1029/2008GL036326; area and volume Putzig et al. 2009, "
        "doi:10.1016/j.icarus.2009.07.034",
    ),
    IceSheet(
        name="south-polar",
        title="south polar layered deposits",
        outline=((0.0, -90.1), (360.0, -90.1), (360.0, -80.0), (0.0, -80.0)),
        thickness=(0.0, 2925.0),
        ice_share=(0.90, 1.0),
        permittivity=3.0,
        permittivity_sigma=0.3,
        loss_tangent=0.003,
        burial=(0.0, 0.0),
        dome=True,
        volume=1.6e15,
        assumed="a dome around the pole of the published volume, loss tangent, error of the "
        "permittivity",
        source="Plaut et al. 2007, doi:10.1126/science.1139672",
    ),
)  # fmt: skip
"""The sheets, in the order of their index."""


def ice_sheet_at(
    lon: ArrayLike, lat: ArrayLike, *, seed: int = 0
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64]]:
    """Which sheet lies under places, how thick it is and how much of it is ice.

    Parameters
    ----------
    lon, lat : east longitude and planetocentric latitude [deg]; they broadcast
    seed : of the fields of thickness and share; the same places are the same in every call

    Returns
    -------
    index : int8, number in `ICE_SHEETS`, -1 where there is none
    thickness : [m], 0 where there is none
    ice_share : share of the volume, 0 where there is none

    Raises InputError for places that are not numbers or a seed below 0.
    """
    lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    if not (np.isfinite(lon).all() and np.all(np.abs(lat) <= 90.0)):
        raise InputError("a place is no longitude and latitude in degrees")
    index = np.full(lon.shape, -1, dtype=np.int8)
    thickness, share = np.zeros(lon.shape), np.zeros(lon.shape)
    for number, sheet in enumerate(ICE_SHEETS):
        thick = sheet.thickness_at(lon, lat, seed=seed)
        here = thick > 0.0
        if here.any():
            index[here] = number
            thickness[here] = thick[here]
            share[here] = sheet.ice_share_at(lon[here], lat[here], seed=seed)
    return index, thickness, share


def ice_sheet_summary() -> str:
    """One line for each sheet."""
    return "\n".join(sheet.summary for sheet in ICE_SHEETS)
