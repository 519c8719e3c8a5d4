"""What the picture figures share: the picture stretched for the eye, and where the bodies lie.

Positions, the direction to the Sun and north are read off the per-pixel maps of picture.nc (body,
incidence, lat), so nothing is computed here that the picture does not carry.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from marsward.views.stored_run import Missing, StoredPhase

NAMES = {10: "Sun", 399: "Earth", 301: "Moon", 499: "Mars", 4: "Mars", 401: "Phobos", 402: "Deimos"}
SUMMARY_NAMES = {399: "earth", 301: "moon", 499: "mars", 4: "mars"}


@dataclass(frozen=True)
class Seen:
    """A body in the picture: its whole disc [px], distance [m], diameter and phase [rad]."""

    naif_id: int
    name: str
    centre: tuple[float, float]
    radius: float
    distance: float | None
    diameter: float | None
    phase: float | None


@dataclass(frozen=True)
class Exposure:
    """The picture as counts, with its bodies, largest first."""

    counts: np.ndarray
    star_counts: np.ndarray | None
    bodies: tuple[Seen, ...]
    pixel_angle: float | None
    to_sun: np.ndarray | None
    to_north: np.ndarray | None

    def whole(self) -> np.ndarray:
        """The frame as 8-bit grey; where a star frame exists, the sky is taken from it."""
        near = stretched(self.counts, sky_level(self.counts), floor=3.0, softening=0.006)
        if self.star_counts is None or self.star_counts.shape != self.counts.shape:
            return near
        level, noise = sky_level(self.star_counts)
        sky = stretched(
            self.star_counts, (level, noise), floor=4.0, softening=0.3, top=level + 40.0 * noise
        )
        grey = spread(sky)
        for seen in self.bodies:
            rows, columns = self._around(seen, 1.3)
            grey[rows, columns] = near[rows, columns]
        return grey

    def crop(self, seen: Seen, wide: float) -> tuple[np.ndarray, tuple[slice, slice]]:
        """A body out to `wide` radii as 8-bit grey, nearly linear, and where it was cut."""
        window = self._around(seen, wide)
        tile = self.counts[window]
        top = float(np.percentile(tile, 99.8))
        return stretched(tile, sky_level(self.counts), floor=1.0, softening=0.35, top=top), window

    def _around(self, seen: Seen, wide: float) -> tuple[slice, slice]:
        half = int(np.ceil(wide * seen.radius)) + 3
        x, y = (round(c) for c in seen.centre)
        return slice(max(y - half, 0), max(y + half + 1, 0)), slice(
            max(x - half, 0), max(x + half + 1, 0)
        )


def stretched(
    counts: np.ndarray,
    sky: tuple[float, float],
    *,
    floor: float,
    softening: float,
    top: float | None = None,
) -> np.ndarray:
    """Counts as 8-bit grey: black at `floor` sigma over the sky, then an asinh stretch to `top`."""
    level, noise = sky
    most = float(np.percentile(counts, 99.99)) if top is None else top
    scaled = np.clip((counts - level - floor * noise) / max(most - level, 1.0), 0.0, 1.0)
    bright = np.arcsinh(scaled / softening) / np.arcsinh(1.0 / softening)
    return np.round(255.0 * bright).astype(np.uint8)


def spread(grey: np.ndarray) -> np.ndarray:
    """Every pixel as bright as the brightest of its eight neighbours, so that stars can be seen."""
    tall = np.maximum(grey, np.maximum(np.roll(grey, 1, 0), np.roll(grey, -1, 0)))
    return np.maximum(tall, np.maximum(np.roll(tall, 1, 1), np.roll(tall, -1, 1)))


def coloured(grey: np.ndarray) -> np.ndarray:
    """Grey (y, x) as red, green and blue (y, x, 3), which the figure takes as it is."""
    return np.repeat(grey[:, :, None], 3, axis=2)


def sky_level(counts: np.ndarray) -> tuple[float, float]:
    """Median of the sky and its noise (from the quartiles), in counts."""
    sample = counts[::7, ::7]
    low, middle, high = np.percentile(sample, [25, 50, 75])
    return float(middle), max(float(high - low) / 1.349, 0.5)


def read(phase: StoredPhase) -> Exposure:
    """The exposure of a look-back phase; raises Missing without picture.nc and its counts."""
    counts = phase.values("picture", "dn").astype(np.float32)
    bodies = tuple(sorted(_bodies(phase), key=lambda seen: -seen.radius))
    to_sun = _direction(phase, bodies, "sun_direction_px", _sunward)
    to_north = _direction(phase, bodies, "north_direction_px", _northward)
    stars = phase.values("star_frame", "dn") if "star_frame" in phase.products else None
    return Exposure(counts, stars, bodies, _pixel_angle(phase, bodies), to_sun, to_north)


def _bodies(phase: StoredPhase) -> list[Seen]:
    try:
        body = phase.values("picture", "body")
    except Missing:
        return _from_navigation(phase)
    found = []
    for code in (int(c) for c in np.unique(body) if c > 0):
        y, x = np.nonzero(body == code)
        centre = (float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2)
        radius = float(np.sqrt(len(x) / np.pi))
        found.append(_seen(phase, code, centre, radius))
    return found


def _from_navigation(phase: StoredPhase) -> list[Seen]:
    centres = phase.values("navigation", "truth_centre")
    radii = phase.values("navigation", "truth_radius_px")
    codes = phase.values("navigation", "naif_id")
    return [
        _seen(phase, int(code), (float(c[0]), float(c[1])), float(r))
        for code, c, r in zip(codes, centres, radii, strict=True)
    ]


def _seen(phase: StoredPhase, code: int, centre: tuple[float, float], radius: float) -> Seen:
    stem = SUMMARY_NAMES.get(code, NAMES.get(code, str(code)).lower())
    return Seen(
        code, NAMES.get(code, f"body {code}"), centre, radius,
        phase.si(f"{stem}_range"), phase.si(f"{stem}_diameter", f"{stem}_diameter_deg"),
        phase.si(f"{stem}_phase"),
    )  # fmt: skip


def _pixel_angle(phase: StoredPhase, bodies: tuple[Seen, ...]) -> float | None:
    """Angle of one pixel [rad]: from the picture's attributes, else from the largest disc."""
    attributes = phase.product("picture").attrs
    for key in ("pixel_angle", "pixel_angle_rad", "ifov", "ifov_rad"):
        if key in attributes:
            return float(attributes[key])
    if "focal_px" in attributes:
        return 1.0 / float(attributes["focal_px"])
    if bodies and bodies[0].diameter:
        return bodies[0].diameter / (2 * bodies[0].radius)
    return None


def _direction(
    phase: StoredPhase,
    bodies: tuple[Seen, ...],
    attribute: str,
    derive: Callable[[StoredPhase, Seen], np.ndarray | None],
) -> np.ndarray | None:
    """Unit vector in the picture: as its attribute gives it, else derived from the largest disc."""
    given = phase.product("picture").attrs.get(attribute)
    vector = None if given is None else np.asarray(given, dtype=float)
    if vector is None and bodies:
        vector = derive(phase, bodies[0])
    if vector is None or not np.isfinite(vector).all() or np.linalg.norm(vector) < 1e-9:
        return None
    return vector / np.linalg.norm(vector)


def _window(phase: StoredPhase, seen: Seen, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offsets from the disc's centre [px] and the values of a map, where the body is."""
    values, body = phase.values("picture", name), phase.values("picture", "body")
    y, x = np.nonzero((body == seen.naif_id) & np.isfinite(values))
    return x - seen.centre[0], y - seen.centre[1], values[y, x]


def _sunward(phase: StoredPhase, seen: Seen) -> np.ndarray | None:
    """Toward the Sun: the cosine of incidence is linear in the offset, plus an even part."""
    try:
        x, y, angle = _window(phase, seen, "incidence")
    except Missing:
        return None
    cosine = np.cos(angle if np.nanmax(angle, initial=0.0) < 3.2 else np.deg2rad(angle))
    return np.array([np.sum(x * cosine), np.sum(y * cosine)])


def _northward(phase: StoredPhase, seen: Seen) -> np.ndarray | None:
    """Toward the north pole: the sine of latitude is linear in the offset in the same way."""
    try:
        x, y, lat = _window(phase, seen, "lat")
    except Missing:
        return None
    sine = np.sin(lat if np.nanmax(np.abs(lat), initial=0.0) < 1.6 else np.deg2rad(lat))
    return np.array([np.sum(x * sine), np.sum(y * sine)])
