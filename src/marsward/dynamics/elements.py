"""Osculating elements of an orbit, from states and back.

The plane and the node count from the axes of a frame at rest at each epoch: for Mars MARS_MEOD,
the mean equator and node of date, for other bodies J2000 unless told. States are turned into
those axes as vectors; the frame's own slow turn is not taken off the velocity, as GMAT's
"BodyInertial" and the published vectors of Tianwen-1 have it.

Vallado 2013, Fundamentals of Astrodynamics and Applications, 4th ed., section 2.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.kepler import mean_anomaly, true_anomaly

__all__ = ["Elements", "elements_along", "osculating"]

_FRAMES = {"mars": "MARS_MEOD"}
_ROUND = 1e-11
"""Eccentricity, and sine of the inclination, below which no apse or node is told."""


@dataclass(frozen=True, eq=False)
class Elements:
    """Osculating elements, arrays (...) of one shape.

    Parameters
    ----------
    semi_major_axis : [m], negative on a hyperbola
    eccentricity : 0 or more, not 1
    inclination, node, argument_of_periapsis, true_anomaly : [deg]; node, argument and anomaly in
        [0, 360). Without an apse (a circle) the argument is 0, without a node (an orbit in the
        equator) the node is 0
    body : name of the centre
    frame : whose x-y plane and x axis the angles count from
    epoch : of each set, or None; needed to turn into J2000 or body-fixed axes that move
    gm : [m3/s2], the body's when None
    """

    semi_major_axis: np.ndarray
    eccentricity: np.ndarray
    inclination: np.ndarray
    node: np.ndarray
    argument_of_periapsis: np.ndarray
    true_anomaly: np.ndarray
    body: str = "mars"
    frame: str = "MARS_MEOD"
    epoch: Epoch | None = None
    gm: float | None = None

    def __post_init__(self) -> None:
        names = (
            "semi_major_axis", "eccentricity", "inclination", "node", "argument_of_periapsis",
            "true_anomaly",
        )  # fmt: skip
        try:
            arrays = np.broadcast_arrays(*(np.asarray(getattr(self, n), float) for n in names))
        except (TypeError, ValueError) as error:
            raise InputError(f"elements are numbers or arrays of one shape: {error}") from None
        for name, array in zip(names, arrays, strict=True):
            object.__setattr__(self, name, array)
        a, e = self.semi_major_axis, self.eccentricity
        if not np.all((e >= 0.0) & (a * (1.0 - e) > 0.0)):
            raise InputError(
                "an orbit has a semi-major axis above 0 m with an eccentricity below 1, or both "
                "beyond: a negative axis with an eccentricity above 1"
            )
        if self.gm is None:
            object.__setattr__(self, "gm", float(known_body(self.body).gm))

    # shape and size -------------------------------------------------------------------------
    @property
    def mean_motion(self) -> np.ndarray:
        """Mean motion (...) [deg/s]."""
        return np.degrees(np.sqrt(self._gm / np.abs(self.semi_major_axis) ** 3))

    @property
    def period(self) -> np.ndarray:
        """Period (...) [s]; infinite on a hyperbola."""
        return np.where(self.eccentricity < 1.0, 360.0 / self.mean_motion, np.inf)

    @property
    def mean_anomaly(self) -> np.ndarray:
        """Mean anomaly (...) [deg]: in [0, 360) on an ellipse, of either sign on a hyperbola."""
        nu = np.radians((self.true_anomaly + 180.0) % 360.0 - 180.0)
        mean = np.degrees(mean_anomaly(nu, self.eccentricity))
        return np.where(self.eccentricity < 1.0, mean % 360.0, mean)

    @property
    def periapsis_radius(self) -> np.ndarray:
        """Least distance from the centre (...) [m]."""
        return self.semi_major_axis * (1.0 - self.eccentricity)

    @property
    def apoapsis_radius(self) -> np.ndarray:
        """Greatest distance from the centre (...) [m]; infinite on a hyperbola."""
        far = self.semi_major_axis * (1.0 + self.eccentricity)
        return np.where(self.eccentricity < 1.0, far, np.inf)

    @property
    def periapsis_altitude(self) -> np.ndarray:
        """Least distance less the equatorial radius (...) [m], as missions publish it."""
        return self.periapsis_radius - known_body(self.body).equatorial_radius

    @property
    def apoapsis_altitude(self) -> np.ndarray:
        """Greatest distance less the equatorial radius (...) [m]."""
        return self.apoapsis_radius - known_body(self.body).equatorial_radius

    # place of the periapsis -----------------------------------------------------------------
    @property
    def periapsis_latitude(self) -> np.ndarray:
        """Latitude of the periapsis above the frame's equator (...) [deg]."""
        sine = np.sin(np.radians(self.inclination))
        return np.degrees(np.arcsin(sine * np.sin(np.radians(self.argument_of_periapsis))))

    @property
    def periapsis_longitude(self) -> np.ndarray:
        """East longitude (...) [deg], body-fixed, over which the periapsis stands at the epoch."""
        far = replace(self, true_anomaly=np.zeros_like(self.true_anomaly)).state()[..., :3]
        fixed = f"IAU_{known_body(self.body).name.upper()}"
        x, y, _ = np.moveaxis(_turned(rotation("J2000", fixed, self._when()), far), -1, 0)
        return np.degrees(np.arctan2(y, x)) % 360.0

    # states ---------------------------------------------------------------------------------
    def state(self, *, frame: str = "J2000") -> np.ndarray:
        """States (..., 6) [m, m/s] in the axes of a frame ("J2000") or of the elements' own."""
        nu, node, i, w = (
            np.radians(x)
            for x in (self.true_anomaly, self.node, self.inclination, self.argument_of_periapsis)
        )
        p = self.semi_major_axis * (1.0 - self.eccentricity**2)
        r = p / (1.0 + self.eccentricity * np.cos(nu))
        u = w + nu
        ascending = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=-1)
        across = np.stack([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.sin(i)], axis=-1)
        out = np.empty((*np.shape(p), 6))
        out[..., :3] = _mixed(r * np.cos(u), ascending, r * np.sin(u), across)
        speed = np.sqrt(self._gm / p)
        out[..., 3:] = _mixed(
            -speed * (np.sin(u) + self.eccentricity * np.sin(w)), ascending,
            speed * (np.cos(u) + self.eccentricity * np.cos(w)), across,
        )  # fmt: skip
        if frame == self.frame:
            return out
        turn = rotation(self.frame, frame, self._when() if self._moves(frame) else None)
        return np.concatenate([_turned(turn, out[..., :3]), _turned(turn, out[..., 3:])], axis=-1)

    def after(self, seconds: Any) -> Elements:
        """The same orbit flown on by two-body motion for ``seconds`` (...)."""
        seconds = np.asarray(seconds, dtype=float)
        mean = self.mean_anomaly + self.mean_motion * seconds
        nu = true_anomaly(np.radians(mean), self.eccentricity)
        epoch = None if self.epoch is None else self.epoch + seconds
        return replace(self, true_anomaly=np.degrees(nu) % 360.0, epoch=epoch)

    @property
    def _gm(self) -> float:
        return float(self.gm)  # type: ignore[arg-type]

    def _moves(self, frame: str) -> bool:
        still = ("J2000", "ICRF", "EME2000", "ECLIPJ2000")
        return not (frame in still and self.frame in still)

    def _when(self) -> Epoch:
        if self.epoch is None:
            raise InputError(
                f"elements in {self.frame} need their epoch to be turned into other axes; "
                "write Elements(..., epoch=...)"
            )
        return self.epoch


def osculating(
    state: Any,
    epoch: Epoch | None,
    *,
    body: Any = "mars",
    frame: str | None = None,
    axes: str = "J2000",
    gm: float | None = None,
) -> Elements:
    """Osculating elements of states about a body.

    Parameters
    ----------
    state : (..., 6) relative to the body [m, m/s]
    epoch : of the states, of a shape that fits; may be None when no moving frame is involved
    body : name or NAIF id
    frame : in which the elements count; MARS_MEOD for Mars, J2000 for others when left out
    axes : frame in whose axes ``state`` is given
    gm : [m3/s2]; the body's when left out

    Raises
    ------
    InputError : states of the wrong shape
    PhysicsError : a state at the centre or of radial or parabolic motion, which has no elements
    """
    y = np.asarray(state, dtype=float)
    if y.shape[-1:] != (6,):
        raise InputError(f"a state has 6 numbers, this one has shape {y.shape}: give (..., 6)")
    centre = known_body(body)
    frame = frame or _FRAMES.get(centre.name, "J2000")
    mu = float(centre.gm) if gm is None else float(gm)
    r, v = y[..., :3], y[..., 3:]
    if frame != axes:
        turn = rotation(axes, frame, epoch)
        r, v = _turned(turn, r), _turned(turn, v)
    a, e, *angles = _angles(r, v, mu)
    i, node, argument, anomaly = (np.degrees(x) for x in angles)
    return Elements(a, e, i, node, argument, anomaly, centre.name, frame, epoch, mu)


def elements_along(
    trajectory: Any,
    epoch: Epoch,
    *,
    body: Any = "mars",
    frame: str | None = None,
    ephemeris: Any = None,
) -> Elements:
    """Osculating elements of a trajectory at epochs of any shape; other arguments as above."""
    state = trajectory.at(epoch, wrt=known_body(body).naif_id, ephemeris=ephemeris)
    return osculating(state, epoch, body=body, frame=frame)


def _angles(r: np.ndarray, v: np.ndarray, mu: float) -> tuple[np.ndarray, ...]:
    """a [m], e, inclination, node, argument of periapsis, true anomaly [rad] of vectors."""
    distance = np.linalg.norm(r, axis=-1)
    h = np.cross(r, v)
    size = np.linalg.norm(h, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 2.0 / distance - np.einsum("...i,...i", v, v) / mu
        along = np.einsum("...i,...i", r, v)
        sine = size * along / (mu * distance)
        cosine = size * size / (mu * distance) - 1.0
        e = np.hypot(sine, cosine)
        told = (size > 0.0) & (np.abs(inverse) * distance > 1e-14) & (e != 1.0)
    if not np.all(told):
        raise PhysicsError(
            "a state at the centre, on a straight line through it or on a parabola has no "
            "elements of an orbit; give one that moves around the body"
        )
    tilt = np.hypot(h[..., 0], h[..., 1])
    inclined = tilt > _ROUND * size
    node = np.where(inclined, np.arctan2(h[..., 0], -h[..., 1]), 0.0)
    x = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=-1)
    y = np.cross(h / size[..., None], x)
    latitude = np.arctan2(np.einsum("...i,...i", r, y), np.einsum("...i,...i", r, x))
    anomaly = np.where(e > _ROUND, np.arctan2(sine, cosine), latitude)
    turn = 2.0 * np.pi
    return (
        1.0 / inverse, e, np.arctan2(tilt, h[..., 2]), node % turn, (latitude - anomaly) % turn,
        anomaly % turn,
    )  # fmt: skip


def _turned(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return np.einsum("...ij,...j->...i", matrix, vector)


def _mixed(a: np.ndarray, x: np.ndarray, b: np.ndarray, y: np.ndarray) -> np.ndarray:
    return a[..., None] * x + b[..., None] * y
