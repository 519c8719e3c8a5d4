"""A buried rock from the hyperbola of its echo: where it is, how deep, how fast waves are.

A radar that goes by over a small body hears it late to both sides: with antennas on the ground
t^2 = t0^2 + 4 (x - x0)^2 / v^2. That straight line in squares is the first answer. The fit then
knows that the antennas stand apart and above the ground, that rays break at its surface (Snell),
and that a round body is met at its top, not its centre: it is a least squares with the
derivatives that Fermat's principle gives, for a ray's time does not change with where it breaks.
Ground over the body counts as even: over layers the speed is their mean along the ray. A radius
that is not known leaves speed and depth less well known; its sigma goes into theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import OptimizeResult, least_squares

from marsward.core.asked import number, numbers
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.physics.ground_waves import RadarPulse

__all__ = ["Hyperbola", "HyperbolaPicks", "buried_body", "echo_delay", "hyperbola_picks"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_STEPS = 50
_DENSE = 100.0  # greatest permittivity, above water's
_OUTLYING = 4.0  # sigmas; a pick that is further off is of another echo
_FIRST = 0.4  # of a trace's greatest echo is what the first one has
_PEAK = math.sqrt(1.0 / 12.0) / (2.0 * math.pi * (1.0 / 12.0 - 0.5 / math.pi**2))
"""Bandwidth times sigma of the delay of a peak whose noise is one: slope of noise that is even over
the band over the bend of a pulse whose spectrum is a Hann window."""


@dataclass(frozen=True)
class HyperbolaPicks:
    """Two-way delay [s] of a body's echo by place of the source [m]; sigma (n,) [s]."""

    source_x: Array
    delay: Array
    sigma: Array


@dataclass(frozen=True)
class Hyperbola:
    """What a hyperbola says of a body and of the ground over it.

    x : of the body [m]; depth : of its top [m]; permittivity : of the ground over it
    covariance : (3, 3) of these three; radius : the fit's, [m]
    chi_square : per degree of freedom; kept : (n,) which picks it stands on, the others lie more
        than 4 sigma off; straight : (x, depth, permittivity) of the line in squares
    """

    x: float
    depth: float
    permittivity: float
    covariance: Array
    radius: float
    chi_square: float
    kept: NDArray[np.bool_]
    straight: tuple[float, float, float]

    @property
    def sigma(self) -> Array:
        """1 sigma of x [m], depth [m] and permittivity."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def speed(self) -> float:
        """Speed of the waves over the body [m/s]."""
        return _C / math.sqrt(self.permittivity)

    @property
    def speed_sigma(self) -> float:
        """1 sigma of the speed [m/s]."""
        return float(0.5 * self.speed / self.permittivity * self.sigma[2])


@dataclass(frozen=True)
class _Legs:
    """Ways from an antenna to a body's centre: through air and ground [m], and angle's parts."""

    air: Array
    ground: Array
    sine: Array
    cosine: Array


def _legs(across: Array, height: float, depth: float, index: float) -> _Legs:
    """Rays that break at the surface, over distances `across` [m], by Newton's steps.

    With the tangent s of its angle in air a ray gets h s + d s / sqrt(n^2 + (n^2 - 1) s^2) far,
    which is concave, so that steps from s = 0 never go beyond the answer.
    """
    far = np.abs(across)
    if height <= 0.0:
        ground = np.hypot(far, depth)
        return _Legs(np.zeros_like(far), ground, across / ground, depth / ground)
    s, square = np.zeros_like(far), index * index
    for _ in range(_STEPS):
        root = np.sqrt(square + (square - 1.0) * s * s)
        miss = far - s * (height + depth / root)
        s += miss / (height + depth * square / root**3)
        if np.all(np.abs(miss) <= 1e-12 * (far + depth)):
            break
    slant = np.sqrt(1.0 + s * s)
    sine = s / (slant * index)
    cosine = np.sqrt(1.0 - sine * sine)
    return _Legs(height * slant, depth / cosine, np.copysign(sine, across), cosine)


def echo_delay(
    source_x: ArrayLike, *, x: float, depth: float, permittivity: float, radius: float = 0.0,
    receiver_offset: float = 0.0, height: float = 0.0,
) -> Array:  # fmt: skip
    """Two-way delay of a round body's echo [s] at places of the source [m], any shape.

    Parameters
    ----------
    x, depth : of the body, its top [m]; permittivity : of the ground over it; radius : [m]
    receiver_offset : of the receiver from the source, in x [m]; height : of both [m]

    Raises
    ------
    InputError : depth or permittivity that cannot be, negative radius or height
    """
    state = np.array([number(v, n) for v, n in ((x, "x"), (depth, "depth"),
                                               (permittivity, "permittivity"),
                                               (radius, "radius"))])  # fmt: skip
    up = number(height, "height", "m")
    if not (state[1] > 0.0 and state[2] >= 1.0 and state[3] >= 0.0 and up >= 0.0):
        raise InputError(
            f"a body at a depth of {depth:g} m with a radius of {radius:g} m, under permittivity "
            f"{permittivity:g} and antennas at {up:g} m, cannot be"
        )
    at = numbers(source_x, "source_x", "m")
    late, _ = _modelled(state, at.ravel(), number(receiver_offset, "receiver_offset", "m"), up)
    return late.reshape(at.shape)


def _modelled(state: Array, at: Array, offset: float, height: float) -> tuple[Array, Array]:
    """Delays (n,) and their derivatives (n, 4) by x, depth of the top, permittivity, radius."""
    x, top, eps, radius = state
    index = math.sqrt(eps)
    legs = _legs(x - np.stack([at, at + offset]), height, top + radius, index)
    ground = legs.ground.sum(axis=0) - 2.0 * radius
    late = (legs.air.sum(axis=0) + index * ground) / _C
    cosines = legs.cosine.sum(axis=0)
    by = [
        index * legs.sine.sum(axis=0), index * cosines, 0.5 * ground / index,
        index * (cosines - 2.0),
    ]  # fmt: skip
    return np.asarray(late), np.stack(by, axis=1) / _C


def buried_body(
    picks: HyperbolaPicks, *, receiver_offset: float = 0.0, height: float = 0.0,
    radius: float = 0.0, radius_sigma: float = 0.0,
) -> Hyperbola:  # fmt: skip
    """Body and ground from the delays of its echo.

    Parameters
    ----------
    picks : five or more, their delays from when the waves left the source
    receiver_offset, height : of the antennas [m]
    radius, radius_sigma : what is known of the body's radius [m]; sigma 0 holds it fast

    Raises
    ------
    InputError : too few picks, or none that can be used
    PhysicsError : delays that are no hyperbola: they do not grow to the sides
    """
    at, late, sigma = _checked(picks)
    off, up = number(receiver_offset, "receiver_offset", "m"), number(height, "height", "m")
    if not (up >= 0.0 and radius >= 0.0 and radius_sigma >= 0.0):
        raise InputError("height, radius and radius_sigma of a hyperbola are at least 0 m")
    first = _straight(at + 0.5 * off, late, sigma, off, up)
    scan = _Scan(at, late, sigma, off, up, radius, radius_sigma)
    rough = scan.fitted(np.array([*first, radius]), "cauchy")
    kept = np.abs(scan.misfit(rough.x)[: at.size]) < _OUTLYING
    if kept.sum() < max(5, at.size // 2):
        kept[:] = True
    fit = scan.of(kept).fitted(np.concatenate([rough.x, [radius]])[:4], "linear")
    cov = np.linalg.pinv(fit.jac.T @ fit.jac)
    size = float(fit.x[3]) if fit.x.size == 4 else radius
    return Hyperbola(
        float(fit.x[0]), float(fit.x[1]), float(fit.x[2]), cov[:3, :3], size,
        float(2.0 * fit.cost / max(int(kept.sum()) - 3, 1)), kept, first,
    )  # fmt: skip


@dataclass(frozen=True)
class _Scan:
    """Picks to be fitted, with the antennas' and the body's known sizes."""

    at: Array
    late: Array
    sigma: Array
    offset: float
    height: float
    radius: float
    radius_sigma: float

    def of(self, kept: NDArray[np.bool_]) -> _Scan:
        """The same with some of the picks."""
        return replace(self, at=self.at[kept], late=self.late[kept], sigma=self.sigma[kept])

    def misfit(self, state: Array) -> Array:
        """Residuals over their sigma, the radius' prior as the last where it is free."""
        full = np.concatenate([state, [self.radius]])[:4]
        model, _ = _modelled(full, self.at, self.offset, self.height)
        prior = (state[3:] - self.radius) / (self.radius_sigma or 1.0)
        return np.concatenate([(model - self.late) / self.sigma, prior])

    def slopes(self, state: Array) -> Array:
        """Derivatives of the residuals by the state."""
        full = np.concatenate([state, [self.radius]])[:4]
        _, by = _modelled(full, self.at, self.offset, self.height)
        rows = by[:, : state.size] / self.sigma[:, None]
        prior = np.zeros((state.size - 3, state.size))
        prior[:, 3:] = 1.0 / (self.radius_sigma or 1.0)
        return np.concatenate([rows, prior])

    def fitted(self, start: Array, loss: str) -> OptimizeResult:
        """Least squares from a start (4,), the radius held fast where it has no sigma."""
        free = 4 if self.radius_sigma > 0.0 else 3
        low, high = np.array([-np.inf, 1e-4, 1.0, 0.0]), np.array([np.inf, np.inf, _DENSE, np.inf])
        begin = np.clip(start, low, high)[:free]
        return least_squares(
            self.misfit, begin, self.slopes, bounds=(low[:free], high[:free]), x_scale="jac",
            loss=loss,
        )  # fmt: skip


def _checked(picks: HyperbolaPicks) -> tuple[Array, Array, Array]:
    at = numbers(picks.source_x, "source_x of the picks", "m")
    late = numbers(picks.delay, "delay of the picks", "s")
    if at.ndim != 1 or at.size < 5 or late.shape != at.shape:
        raise InputError(
            f"a hyperbola needs five picks or more, with a delay each, not {at.size} places and "
            f"{late.size} delays"
        )
    sigma = np.broadcast_to(numbers(picks.sigma, "sigma of the picks", "s"), at.shape)
    if not (late.min() > 0.0 and sigma.min() > 0.0):
        raise InputError("delays of a hyperbola and their sigmas are above 0 s")
    return at, late, sigma


def _straight(
    middle: Array, late: Array, sigma: Array, offset: float, height: float
) -> tuple[float, float, float]:
    """x, depth and permittivity by the parabola in x of the squared delays, air taken off above.

    Half of the offset spreads the rays: t^2 = (4 d^2 + o^2) / v^2 + 4 (x - x0)^2 / v^2.
    """
    square = np.maximum(late - 2.0 * height / _C, 0.1 * late) ** 2
    mean, wide = float(middle.mean()), float(np.ptp(middle)) or 1.0
    weight = 1.0 / (late * sigma)
    two, one, zero = np.polyfit((middle - mean) / wide, square, 2, w=weight / weight.max())
    if not two > 0.0:
        raise PhysicsError(
            "the delays do not grow to both sides, so they are no hyperbola of a buried body: pick "
            "another echo or a wider stretch"
        )
    slow = 0.25 * two / wide**2 * _C**2  # permittivity, were there no air
    x = mean - 0.5 * one / two * wide
    apex = max(zero - 0.25 * one**2 / two, 0.01 * float(square.min()))
    eps = float(np.clip(slow, 1.0, _DENSE))
    depth = math.sqrt(max(apex * _C**2 / eps - offset**2, 1e-6)) / 2.0
    return float(x), depth, eps


def hyperbola_picks(
    radargram: xr.Dataset, *, first: float, last: float, noise: float = 0.0,
    background: xr.Dataset | None = None, weakest: float = 0.3,
    between: tuple[float, float] | None = None,
) -> HyperbolaPicks:  # fmt: skip
    """Delays of the first strong echo of each trace within a window.

    What all traces share, the wave in air and level layers, is taken off first: the median over the
    traces, which wants a scan that is much wider than the top of the hyperbola. Of what is left,
    within the pulse's band, the envelope's first peak counts that has 0.4 of its greatest, for the
    back of a body, where waves focus, may return more than its top; between samples by a parabola
    through three.

    Parameters
    ----------
    radargram : (trace, time) with electric_field and source_x, as `physics.ground_waves` gives it
    first, last : ends of the window [s] from the pulse's centre
    noise : of a sample [V/m] (1 sigma, white), for the picks' sigma: that of the peak of the
        envelope of a compressed sweep, 1.41 / bandwidth times noise within the band over
        amplitude; a thirtieth of a period comes on top, for the body's own shape
    background : traces of the same ground without the body, taken off instead of the median
    weakest : echoes below this share of the strongest are left out: from beyond the critical angle
        no ray comes to antennas in air, and what leaks there keeps no ray's time
    between : ends of the stretch whose traces are picked [m]; all serve for the median

    Raises
    ------
    InputError : no such radargram or window; DataError : no echo in it
    """
    traces, time = _traces(radargram), radargram["time"].values
    inside = np.flatnonzero((time >= first) & (time <= last))
    if inside.size < 5:
        raise InputError(
            f"a window from {first:g} to {last:g} s holds {inside.size} samples of traces that go "
            f"from {time[0]:g} to {time[-1]:g} s"
        )
    shared = np.median(traces, axis=0) if background is None else _traces(background)
    if shared.shape[-1] != time.size or shared.size not in (time.size, traces.size):
        raise InputError(
            f"a background of shape {shared.shape} does not fit traces of shape {traces.shape}: "
            "give one trace, or as many, with the same times"
        )
    step = float(time[1] - time[0])
    pulse = RadarPulse(*(radargram.attrs[name] for name in ("low", "high", "pulse")))
    size = _envelope(traces - shared, step, pulse)
    peak = np.clip(inside[0] + _first_peak(size[:, inside]), 1, time.size - 2)
    before, top, after = (size[np.arange(peak.size), peak + i] for i in (-1, 0, 1))
    if not np.all(top > 0.0):
        raise DataError("a trace has no echo in the window that its background leaves")
    bend = before - 2.0 * top + after
    shift = np.where(bend < 0.0, 0.5 * (before - after) / np.where(bend < 0.0, bend, 1.0), 0.0)
    wide = pulse.high - pulse.low
    spread = _PEAK / wide * noise * math.sqrt(2.0 * wide * step) / top
    least = 1.0 / pulse.centre / 30.0
    x = radargram["source_x"].values.astype(np.float64)
    good = (x >= between[0]) & (x <= between[1]) if between else np.ones(x.size, dtype=bool)
    good &= top >= weakest * top[good].max(initial=0.0)
    return HyperbolaPicks(
        x[good], (time[peak] + np.clip(shift, -1.0, 1.0) * step)[good],
        np.hypot(spread, least)[good],
    )  # fmt: skip


def _first_peak(size: Array) -> NDArray[np.int64]:
    """Index of the first high peak of each row; of the greatest value where there is none."""
    inner = size[:, 1:-1]
    high = (inner >= size[:, :-2]) & (inner > size[:, 2:])
    high &= inner >= _FIRST * size.max(axis=1, keepdims=True)
    return np.where(high.any(axis=1), np.argmax(high, axis=1) + 1, np.argmax(size, axis=1))


def _traces(radargram: xr.Dataset) -> Array:
    """Traces (trace, time), checked."""
    wanted = {"electric_field", "source_x", "time", "low", "high", "pulse"}
    missing = sorted(wanted - {*radargram.variables, *radargram.attrs})
    if missing:
        raise InputError(f"these are no traces of ground waves: {missing[0]} is missing")
    traces = np.asarray(radargram["electric_field"].values, dtype=np.float64)
    if traces.ndim != 2 or not traces.size or not np.isfinite(traces).all():
        raise InputError("traces of ground waves are (trace, time) without gaps")
    return traces


def _envelope(traces: Array, step: float, pulse: RadarPulse) -> Array:
    """Size of the analytic signal within the pulse's band."""
    count = traces.shape[1]
    f = np.fft.fftfreq(2 * count, step)
    inside = (f >= (pulse.low if pulse.kind == "sweep" else 0.0)) & (f <= pulse.top)
    analytic = np.fft.ifft(2.0 * inside * np.fft.fft(traces, 2 * count, axis=1), axis=1)
    return np.asarray(np.abs(analytic[:, :count]))
