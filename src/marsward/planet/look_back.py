"""Earth, Moon and stars as a camera far away sees them: the truth behind the look-back picture.

Bodies are drawn where their light comes from (light time) and where it seems to come from (stellar
aberration), with the Sun as it stood for them then; each as an ellipsoid turned by its IAU frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import Body, body
from marsward.core.constants import ASTRONOMICAL_UNIT, SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.frames import rotation
from marsward.data.stars import StarCatalogue
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.geometry.pinhole import Pinhole, aim
from marsward.physics.light import Band
from marsward.planet.globes import (
    DRAWN,
    GEOMETRIC_ALBEDO,
    EarthLook,
    earth_levels,
    grey_levels,
    law_tables,
    level_for,
    moon_levels,
)
from marsward.planet.kernels.globe import backplane, render_earth, render_rock
from marsward.planet.star_field import aberrated, star_field

if TYPE_CHECKING:
    from marsward.core.time import Epoch

Array = NDArray[np.float64]
PANCHROMATIC = Band(450e-9, 800e-9)
EARTH_GEOMETRIC_ALBEDO = 0.434  # V band, Mallama et al. 2017, doi:10.1016/j.icarus.2016.09.023
_PLANES = ("incidence", "emission", "phase", "lon", "lat")
_AU = float(ASTRONOMICAL_UNIT)

add_fields(
    FieldRow("star_x", "pixel", "column of a star", low=-1e6, high=1e6),
    FieldRow("star_y", "pixel", "row of a star", low=-1e6, high=1e6),
    FieldRow("star_photons", "m-2 s-1", "photons of a star in the band", low=0.0),
    FieldRow("star_v", "mag", "Johnson V of a star"),
    FieldRow("star_hip", "1", "Hipparcos number of a star"),
    FieldRow("star_direction", "1", "apparent unit vector of a star, J2000"),
)


@dataclass(frozen=True)
class Seen:
    """One body as the observer sees it; vectors in J2000 unless said otherwise.

    body : its constants; apparent : from observer to centre with light time and aberration [m]
    light_time [s]; sun : unit vector from the body to the Sun, turned as the picture is
    sun_distance [m]; to_body : (3, 3), J2000 as seen to the body's own frame
    """

    body: Body
    apparent: Array
    light_time: float
    sun: Array
    sun_distance: float
    to_body: Array

    @property
    def distance(self) -> float:
        """Distance from the observer to the centre [m]."""
        return float(np.linalg.norm(self.apparent))

    @property
    def phase(self) -> float:
        """Phase angle at the centre [rad]."""
        towards = -self.apparent / self.distance
        return math.acos(min(1.0, max(-1.0, float(towards @ self.sun))))


def _minimal_turn(start: Array, end: Array) -> Array:
    """The smallest rotation (3, 3) that takes one unit vector to another near it."""
    v = np.cross(start, end)
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    return np.eye(3) + skew + skew @ skew / (1.0 + float(start @ end))


def seen(
    which: str, observer_state: ArrayLike, at: Epoch, *, ephemeris: Ephemeris | None = None
) -> Seen:
    """A body as an observer with this barycentric state (6,) [m, m/s] sees it at one epoch.

    The whole scene of the body, Sun direction and orientation included, is turned by the small
    angle of aberration, so that its shape and light stay as they are.
    """
    ephemeris = ephemeris or default_ephemeris()
    state = np.asarray(observer_state, dtype=np.float64)
    if state.shape != (6,):
        raise InputError(f"observer_state must have shape (6,), not {state.shape}")
    target = body(which)
    light_time = 0.0
    for _ in range(4):
        line = ephemeris.position(which, wrt="ssb", at=at - light_time) - state[:3]
        light_time = float(np.linalg.norm(line)) / float(SPEED_OF_LIGHT)
    sent = at - light_time
    distance = float(np.linalg.norm(line))
    straight = line / distance
    apparent = aberrated(straight, state[3:])
    turn = _minimal_turn(straight, apparent)
    sunward = -ephemeris.position(which, wrt="sun", at=sent)
    sun_distance = float(np.linalg.norm(sunward))
    return Seen(
        body=target,
        apparent=apparent * distance,
        light_time=light_time,
        sun=turn @ (sunward / sun_distance),
        sun_distance=sun_distance,
        to_body=rotation("J2000", f"IAU_{target.name.upper()}", sent) @ turn.T,
    )


def frame_bodies(
    observer_state: ArrayLike,
    at: Epoch,
    *,
    bodies: tuple[str, ...] = ("earth", "moon"),
    ephemeris: Ephemeris | None = None,
    roll: float = 0.0,
) -> Array:
    """Attitude (3, 3) that looks midway between bodies, the first to the left of the last.

    roll : further turn of the camera about its boresight [rad]. One body: north of J2000 is up.
    """
    lines = [seen(name, observer_state, at, ephemeris=ephemeris).apparent for name in bodies]
    units = [line / np.linalg.norm(line) for line in lines]
    middle = np.sum([units[0], units[-1]], axis=0)
    across = units[-1] - units[0]
    if np.linalg.norm(across) > 1e-9:
        attitude = aim(middle, up=np.cross(across, middle))
    else:
        attitude = aim(middle)
    c, s = math.cos(roll), math.sin(roll)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) @ attitude


def _box(pinhole: Pinhole, centre: Array, radius: float) -> NDArray[np.int64]:
    """Pixels (x0, x1, y0, y1), ends excluded, that may show a sphere; empty if it is out of view.

    Raises PhysicsError for a camera inside the sphere.
    """
    distance = float(np.linalg.norm(centre))
    if distance <= radius:
        raise PhysicsError("the camera is inside the body it should look at")
    sine = radius / distance
    cosine = math.sqrt(1.0 - sine * sine)
    axis = centre / distance
    side = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    angle = np.linspace(0.0, 2.0 * math.pi, 73)[:, None]
    limb = cosine * axis + sine * (np.cos(angle) * side + np.sin(angle) * other)
    whole = np.array([0, pinhole.width, 0, pinhole.height])
    if (limb[:, 2] <= 0.02).any():
        return whole if (limb[:, 2] > 0.0).any() else np.zeros(4, dtype=np.int64)
    pixel = pinhole.project(limb)
    low, high = np.floor(pixel.min(axis=0)) - 2, np.ceil(pixel.max(axis=0)) + 3
    edges = np.array([low[0], high[0], low[1], high[1]])
    limits = np.repeat([pinhole.width, pinhole.height], 2)
    return np.clip(edges, 0, limits).astype(np.int64)


def lens_numbers(pinhole: Pinhole) -> tuple[Array, bool]:
    """Focal length, principal point and distortion as the kernels take them; True if distorted.

    Raises InputError for another lens than Brown and Conrady's, which the kernels know alone.
    """
    if pinhole.model != "brown-conrady":
        raise InputError(
            f"a picture of whole bodies takes a brown-conrady lens, not {pinhole.model!r}; choose "
            "another camera or lens_model"
        )
    numbers = np.array([pinhole.focal_px, pinhole.cx, pinhole.cy, *pinhole.distortion])
    return numbers, bool(np.any(numbers[3:] != 0.0))


@dataclass(frozen=True)
class Drawn:
    """A body in the form that the kernels take."""

    seen: Seen
    box: NDArray[np.int64]
    view: Array
    eye: Array
    inverse: Array
    sun: Array
    centre: Array
    shape: Array


def placed(item: Seen, pinhole: Pinhole, attitude: Array, margin: float = 0.0) -> Drawn:
    """A seen body in the picture; margin widens its box for air above the limb [m]."""
    centre = attitude @ item.apparent
    view = item.to_body @ attitude.T
    inverse = 1.0 / np.array(item.body.radii)
    return Drawn(
        seen=item,
        box=_box(pinhole, centre, max(item.body.radii) + margin),
        view=np.ascontiguousarray(view),
        eye=-item.to_body @ item.apparent,
        inverse=inverse,
        sun=item.to_body @ item.sun,
        centre=centre,
        shape=inverse[:, None] * view,
    )


def _blockers(nearer: list[Drawn]) -> tuple[Array, Array]:
    if not nearer:
        return np.zeros((0, 3)), np.zeros((0, 3, 3))
    return np.array([d.centre for d in nearer]), np.array([d.shape for d in nearer])


def earthshine(moon: Seen, earth: Seen, band: Band) -> tuple[Array, float]:
    """Unit vector from the Moon to Earth and the light of Earth there, in the band [W m-2].

    Earth as a Lambert sphere of the published geometric albedo.
    """
    line = earth.apparent - moon.apparent
    distance = float(np.linalg.norm(line))
    towards = line / distance
    phase = math.acos(min(1.0, max(-1.0, float(-towards @ earth.sun))))
    share = (math.sin(phase) + (math.pi - phase) * math.cos(phase)) / math.pi
    flux = band.solar_irradiance * (_AU / earth.sun_distance) ** 2
    size = (earth.body.radius / distance) ** 2
    return towards, flux * EARTH_GEOMETRIC_ALBEDO * share * size


def _shade(image, item: Drawn, others, lens, bent, *, samples, band, law, look, blockers) -> None:
    """Add one body to the picture."""
    radius = item.seen.body.radius
    flux = band.solar_irradiance * (_AU / item.seen.sun_distance) ** 2
    footprint = item.seen.distance / (lens[0] * samples)
    if item.seen.body.name == "earth":
        render_earth(
            image, item.box, samples, lens, bent, item.view, item.eye, item.inverse, item.sun, flux,
            look.city_lights, level_for(earth_levels(), radius, footprint),
            look.numbers(band.rayleigh_depth), radius / look.scale_height, look.rim, *blockers,
        )  # fmt: skip
        return
    name = item.seen.body.name
    number, numbers, curve, step = law_tables(law if name == "moon" else "lambert")
    levels = moon_levels(law) if name == "moon" else grey_levels(name)
    second, second_flux = np.array([1.0, 0.0, 0.0]), 0.0
    for other in others:
        if other.body.name == "earth" and name == "moon":
            towards, second_flux = earthshine(item.seen, other, band)
            second = item.seen.to_body @ towards
    render_rock(
        image, item.box, samples, lens, bent, item.view, item.eye, item.inverse, item.sun, flux,
        second, second_flux, level_for(levels, radius, footprint), number, numbers,
        curve, step, *blockers,
    )  # fmt: skip


def scene(
    pinhole: Pinhole,
    attitude: ArrayLike,
    observer_state: ArrayLike,
    at: Epoch,
    *,
    ephemeris: Ephemeris | None = None,
    bodies: tuple[str, ...] = ("earth", "moon"),
    supersampling: int = 4,
    band: Band = PANCHROMATIC,
    law: str = "hapke",
    look: EarthLook | None = None,
    stars: StarCatalogue | None = None,
    backplanes: bool = True,
) -> xr.Dataset:
    """The scene in front of a camera, in absolute units.

    Parameters
    ----------
    attitude : (3, 3), v_cam = attitude @ v_J2000
    observer_state : barycentric state of the camera (6,) [m, m/s], J2000
    at : one epoch
    bodies : names in any order; Earth and Moon have textures, planets and the moons of Mars are
        even grey Lambert globes of their published geometric albedo (no rings, no maps)
    supersampling : samples along each side of a pixel
    law : "hapke", "lunar-lambert" or "lambert" for the Moon
    backplanes : also give body, incidence, emission, phase, lon and lat at pixel centres

    Returns
    -------
    Dataset with radiance (y, x) [W m-2 sr-1] in the band, stars (star) with pixel, photons and
    Johnson V, the backplanes, and attributes: band, photon energy, boxes of light, geometry.
    """
    if supersampling < 1:
        raise InputError(f"supersampling must be 1 or more, not {supersampling}")
    unknown = [name for name in bodies if name not in DRAWN]
    if unknown:
        raise InputError(
            f"no look is known for {', '.join(map(str, unknown))}: choose among {', '.join(DRAWN)}"
        )
    law_tables(law)
    turn = np.ascontiguousarray(attitude, dtype=np.float64)
    look = look or EarthLook()
    items = [seen(name, observer_state, at, ephemeris=ephemeris) for name in bodies]
    margin = 10.0 * look.scale_height if look.rim else 0.0
    drawn = [placed(item, pinhole, turn, margin) for item in items]
    drawn.sort(key=lambda d: d.seen.distance)
    lens, bent = lens_numbers(pinhole)
    image = np.zeros((pinhole.height, pinhole.width))
    for k, item in enumerate(drawn):
        _shade(
            image, item, [o for o in items if o is not item.seen], lens, bent,
            samples=supersampling, band=band, law=law, look=look, blockers=_blockers(drawn[:k]),
        )  # fmt: skip
    field_of_stars = star_field(pinhole, turn, observer_state, at, band=band, stars=stars)
    clear = ~_covered(field_of_stars.direction, items)
    variables = {"radiance": field("radiance", image, ("y", "x"), check=False)}
    variables |= _star_variables(field_of_stars, clear)
    if backplanes:
        variables |= _planes(pinhole, drawn, lens, bent)
    return xr.Dataset(variables, attrs=_attributes(band, drawn, turn, at, law))


def _covered(directions: Array, items: list[Seen]) -> NDArray[np.bool_]:
    """Which unit vectors (n, 3) from the observer meet a body."""
    out = np.zeros(len(directions), dtype=bool)
    for item in items:
        inverse = 1.0 / np.array(item.body.radii)[:, None]
        ray = (inverse * item.to_body) @ directions.T
        place = (inverse[:, 0] * (item.to_body @ item.apparent))[:, None]
        along = np.sum(ray * place, axis=0)
        gap = float(np.sum(place * place)) - 1.0
        out |= (along > 0.0) & (along**2 >= gap * np.sum(ray * ray, axis=0))
    return out


def _star_variables(stars, clear) -> dict[str, xr.DataArray]:
    columns = {
        "star_x": stars.pixel[clear, 0],
        "star_y": stars.pixel[clear, 1],
        "star_photons": stars.photons[clear],
        "star_v": stars.v[clear],
        "star_hip": stars.hip[clear],
    }
    out = {name: field(name, values, ("star",)) for name, values in columns.items()}
    out["star_direction"] = field(
        "star_direction", stars.direction[clear], ("star", "axis"), frame="J2000"
    )
    return out


def _planes(pinhole: Pinhole, drawn: list[Drawn], lens, bent) -> dict[str, xr.DataArray]:
    shape = (pinhole.height, pinhole.width)
    number = np.zeros(shape, dtype=np.int32)
    planes = [np.full(shape, np.nan, dtype=np.float32) for _ in _PLANES]
    for k, item in enumerate(drawn):
        backplane(
            item.seen.body.naif_id, item.box, lens, bent, item.view, item.eye, item.inverse,
            item.sun, *_blockers(drawn[:k]), number, *planes,
        )  # fmt: skip
    out = {"body": field("body", number, ("y", "x"))}
    for name, values in zip(_PLANES, planes, strict=True):
        out[name] = field(name, values, ("y", "x"), check=False)
    return out


def _attributes(band: Band, drawn: list[Drawn], attitude: Array, at, law) -> dict[str, object]:
    out: dict[str, object] = {
        "band_nm": [band.lo * 1e9, band.hi * 1e9],
        "photon_energy_J": band.solar_photon_energy,
        "boxes": [int(v) for d in drawn for v in d.box],
        "attitude": [float(v) for v in attitude.ravel()],
        "et": float(at.et),
        "utc": str(at.utc),
        "moon_law": law,
        "even_grey": " ".join(
            d.seen.body.name for d in drawn if d.seen.body.name in GEOMETRIC_ALBEDO
        ),
    }
    for item in drawn:
        name = item.seen.body.name
        out[f"{name}_distance_m"] = item.seen.distance
        out[f"{name}_phase_deg"] = math.degrees(item.seen.phase)
        out[f"{name}_direction"] = [float(v) for v in item.seen.apparent / item.seen.distance]
        out[f"{name}_light_time_s"] = item.seen.light_time
    return out
