"""How a body looks from a craft: distance, size, phase, sub-points, light, local time.

The definitions are those of the SPICE routines of the same purpose (NAIF: subpnt and subslr with
"near point: ellipsoid", phaseq, illumf). Light time runs to the point on the surface; the axes of
the body are those of the moment when the light left it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from marsward.core import frames
from marsward.core.bodies import Body, body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.readings import check_epoch
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.geometry.apparent import apparent, barycentric, stellar_aberration
from marsward.geometry.ellipsoid import angles, direction, nearest_point, normal

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["look"]

_C = float(SPEED_OF_LIGHT)
_ROUNDS = 4

add_fields(
    FieldRow("sub_observer_lon", "degrees_east", "longitude under the observer", "", 0, 360),
    FieldRow("sub_observer_lat", "degrees_north", "planetocentric latitude under the observer",
             "", -90, 90),
    FieldRow("sub_solar_lon", "degrees_east", "longitude under the Sun", "", 0, 360),
    FieldRow("sub_solar_lat", "degrees_north", "planetocentric latitude under the Sun",
             "", -90, 90),
    FieldRow("illuminated_fraction", "1", "lit part of the disc", low=0.0, high=1.0),
    FieldRow("sun_range", "m", "distance of the target from the Sun", low=0.0),
)  # fmt: skip


def look(
    trajectory: Any,
    epoch: Epoch,
    *,
    target: str | int | Body = "mars",
    correction: str = "LT+S",
    lon: Any = None,
    lat: Any = None,
    ephemeris: Ephemeris | None = None,
) -> xr.Dataset:
    """Observation geometry of a target from a craft or body.

    Parameters
    ----------
    trajectory
        The observer: a trajectory, body name, NAIF id, or states (..., 6) relative to the
        barycentre [m, m/s].
    epoch
        Epochs at the observer, of any shape.
    target
        A body that has a size and a rotation.
    correction
        "NONE", "LT", "LT+S", "CN" or "CN+S".
    lon, lat
        A point of the target's ellipsoid [deg east, deg planetocentric] for which incidence,
        emission and local time are wanted; the point under the observer when not given.
    ephemeris
        DE440 when not given.

    Returns
    -------
    Dataset
        Along the epochs: range, range_rate, light_time, altitude, right_ascension, declination,
        apparent_diameter (of the mean sphere), sub_observer_lon/lat, sub_solar_lon/lat, phase,
        illuminated_fraction, elongation, incidence, emission, sun_range; for Mars also ltst,
        lmst and ls.

    Raises
    ------
    InputError
        For a target without size or rotation, an unknown correction, or one of lon and lat alone.
    DataError
        When the ephemeris does not cover an epoch.
    """
    check_epoch(epoch, "epoch")
    seen_body = body(target)
    if not seen_body.radii or seen_body.rotation is None:
        raise InputError(
            f"{seen_body.name} has no size or rotation, so there is nothing to look at; "
            "type for example target='mars'"
        )
    if (lon is None) != (lat is None):
        raise InputError("a point needs both lon and lat [deg]; give both or neither")
    if lon is not None:
        lon, lat = _place(lon, lat, epoch.shape)
    correction = str(correction).replace(" ", "").upper()
    if correction.startswith("X"):
        raise InputError(f"a look receives light: type {correction[1:]}, not {correction}")
    ephemeris = ephemeris or default_ephemeris()
    scene = _Geometry(trajectory, epoch, seen_body, correction, ephemeris)
    values = scene.values(lon, lat)
    dims = tuple(f"epoch_{i}" for i in range(epoch.ndim)) if epoch.ndim > 1 else ("epoch",)
    dims = dims[: epoch.ndim]
    data = {name: field(name, np.asarray(value), dims) for name, value in values.items()}
    attrs = {
        "target": seen_body.name,
        "correction": str(correction).upper(),
        "kernels": ", ".join(path.name for path in ephemeris.paths),
        "radii_m": list(seen_body.radii),
        "source": seen_body.source,
    }
    return xr.Dataset(data, coords={"et": field("et", np.asarray(epoch.et), dims)}, attrs=attrs)


def _place(lon: Any, lat: Any, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude [deg] that fit the epochs; InputError where they do not."""
    place = []
    for name, value, most in (("lon", lon, 360.0), ("lat", lat, 90.0)):
        try:
            angle = np.broadcast_to(np.asarray(value, dtype=float), shape)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{name} = {value!r} is neither one angle in degrees nor one for each of the "
                f"epochs, shape {shape}"
            ) from error
        if not np.all(np.abs(angle) <= most):
            raise InputError(f"{name} = {value} is no angle in degrees within {most:g} of zero")
        place.append(angle)
    return place[0], place[1]


class _Geometry:
    """One observer, one target, many epochs: the vectors that all answers are made of."""

    def __init__(self, observer, at, target: Body, correction: str, ephemeris: Ephemeris):
        self.at, self.target, self.ephemeris = at, target, ephemeris
        self.correction = str(correction).upper()
        self.centre = apparent(
            target, observer=observer, at=at, correction=correction, ephemeris=ephemeris
        )
        self.observer = observer
        state = barycentric(observer, at, ephemeris)
        self.place, self.velocity = state[..., :3], state[..., 3:]
        self.stellar = self.correction.endswith("+S")
        self.frame = f"IAU_{target.name.upper()}"

    def settled(self, point_of):
        """Where a point of the surface is seen.

        ``point_of(epoch, body-fixed observer, rotation)`` gives the point (..., 3). Its own light
        time and aberration decide the epoch at which it is taken, hence the rounds.
        """
        light_time = self.centre.light_time
        surface = np.zeros((*self.at.shape, 3))
        for _ in range(_ROUNDS):
            then, line = self.at, self.centre.state[..., :3]
            if self.correction != "NONE":
                then = self.at - light_time
                line = self.ephemeris.position(self.target, wrt="ssb", at=then) - self.place
            turn = frames.rotation("J2000", self.frame, then)
            if self.stellar:
                line = line + stellar_aberration(line + surface, self.velocity)
            observer = -_apply(turn, line)
            point = point_of(then, observer, turn)
            light_time = np.linalg.norm(observer - point, axis=-1) / _C
            surface = _apply(np.swapaxes(turn, -1, -2), point)
        return then, observer, point

    def sun(self, then, point):
        """Body-fixed vector from the centre to the Sun as a point of the surface sees it.

        The point moves with the rotation of the body, which turns the light by up to 1.6e-6 rad.
        """
        turn = frames.state_rotation("J2000", self.frame, then)
        axes, rates = turn[..., :3, :3], turn[..., 3:, :3]
        carried = [_apply(np.swapaxes(m, -1, -2), point) for m in (axes, rates)]
        place = barycentric(self.target, then, self.ephemeris) + np.concatenate(carried, axis=-1)
        seen = apparent(
            "sun", observer=place, at=then, correction=self.correction, ephemeris=self.ephemeris
        )
        return _apply(axes, seen.state[..., :3]) + point

    def below_sun(self, then, _observer, _turn):
        """Point nearest to the Sun, found twice since the point decides its own motion."""
        point = np.zeros((*self.at.shape, 3))
        for _ in range(2):
            point = nearest_point(self.sun(then, point), self.target.radii)[0]
        return point

    def values(self, lon, lat) -> dict[str, Any]:
        radii = self.target.radii
        line, rate = self.centre.state[..., :3], self.centre.state[..., 3:]
        distance = np.linalg.norm(line, axis=-1)
        _, observer, below = self.settled(lambda _t, x, _r: nearest_point(x, radii)[0])
        height = nearest_point(observer, radii)[1]
        _, _, noon = self.settled(self.below_sun)
        then = self.at if self.correction == "NONE" else self.at - self.centre.light_time
        centre_sun = apparent(
            "sun", observer=self.target, at=then, correction=self.correction,
            ephemeris=self.ephemeris,
        ).state[..., :3]  # fmt: skip
        phase = _angle(-line, centre_sun)
        sub_lon, sub_lat = angles(below)
        sun_lon, sun_lat = angles(noon)
        ra, dec = angles(line)
        values = {
            "range": distance,
            "range_rate": np.einsum("...i,...i->...", line, rate) / distance,
            "light_time": self.centre.light_time,
            "altitude": height,
            "right_ascension": ra,
            "declination": dec,
            "apparent_diameter": np.degrees(
                2.0 * np.arcsin(np.minimum(self.target.radius / distance, 1.0))
            ),
            "sub_observer_lon": sub_lon,
            "sub_observer_lat": sub_lat,
            "sub_solar_lon": sun_lon,
            "sub_solar_lat": sun_lat,
            "phase": phase,
            "illuminated_fraction": 0.5 * (1.0 + np.cos(np.radians(phase))),
            "elongation": self._elongation(line),
            "sun_range": np.linalg.norm(centre_sun, axis=-1),
        }
        return values | self._at_point(lon, lat, below)

    def _elongation(self, line):
        """Angle between target and Sun [deg]; 0 for the Sun itself and for who stands in it."""
        if self.target.naif_id == 10:
            return np.zeros(self.at.shape)
        sun = apparent(
            "sun",
            observer=self.observer,
            at=self.at,
            correction=self.correction,
            ephemeris=self.ephemeris,
        ).state[..., :3]
        inside = np.linalg.norm(sun, axis=-1) < self.target.radius * 1e-9
        return np.where(inside, 0.0, _angle(line, np.where(inside[..., None], line, sun)))

    def _at_point(self, lon, lat, below) -> dict[str, Any]:
        radii = np.asarray(self.target.radii)
        if lon is not None:
            u = direction(lon, lat)
            below = u / np.sqrt(np.sum((u / radii) ** 2, axis=-1, keepdims=True))
            below = np.broadcast_to(below, (*self.at.shape, 3))
        then, observer, point = self.settled(lambda _t, _x, _r: below)
        up = normal(point, radii)
        values = {
            "incidence": _angle(up, self.sun(then, point) - point),
            "emission": _angle(up, observer - point),
        }
        if self.target.naif_id == 499:
            where = angles(point)[0]
            values |= {"ltst": then.ltst(where), "lmst": then.lmst(where), "ls": then.ls}
        return values


def _apply(turn, vector):
    return np.einsum("...ij,...j->...i", turn, vector)


def _angle(a, b):
    """Angle between vectors [deg], exact for small angles too (Kahan's formula)."""
    a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    return np.degrees(
        2.0 * np.arctan2(np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1))
    )
