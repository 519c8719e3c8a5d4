"""Radar waves over ground in two dimensions: layers, rocks and what they send back up.

A line source above the ground, across the plane of the section, sends the electric field Ez with
Hx and Hy; Maxwell's equations go in steps over a grid of squares (Yee 1966,
doi:10.1109/TAP.1966.1138693), single precision. Ground is a permittivity and a loss tangent, which
holds at the centre of the band and is carried as a conductivity. Around the section lies a rim that
absorbs: a perfectly matched layer by convolution (Roden & Gedney 2000,
doi:10.1002/1098-2760(20001205)27:5<334::AID-MOP14>3.0.CO;2-A), into which the ground at the
section's edge goes on. Waves spread as from a line, by the root of the distance, not as from an
antenna's point; delays, phases between echoes and reflections are those of the plane of the
section. Sections are painted with `physics.ground_section`.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers, whole
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.dielectric import complex_permittivity
from marsward.physics.kernels.ground_waves import advance

__all__ = ["IMPEDANCE", "LEAST_CELLS", "RadarPulse", "ground_waves"]

Array = NDArray[np.float64]
Single = NDArray[np.float32]
_C = float(SPEED_OF_LIGHT)

IMPEDANCE = 4e-7 * math.pi * _C
"""Of empty space [ohm], by the magnetic constant before 2019, which holds to 1e-9."""
LEAST_CELLS = 10.0
"""Cells that the shortest wave must have; waves then run late by 1.6 % at most: the grid's
dispersion, (pi / cells)^2 / 6 along an axis in steps of time that are short (Taflove & Hagness
2005, Computational Electrodynamics)."""
_MOST_BYTES = 2e9
_COURANT = 0.99  # of the greatest stable step
_CLEAR = 10  # cells between the antenna and the rim above it
_RICKER_TOP = 2.8  # its spectrum is 40 dB down at this many of its centre frequency
_SIDE = 6.0  # a compressed sweep is followed over this many 1/bandwidth to each side
_TAPER = 3.0  # and let fade out from here

add_fields(
    FieldRow("electric_field", "V m-1", "electric field at the receiver, across the section"),
    FieldRow("source_current", "A", "current of the line source"),
)


@dataclass(frozen=True)
class RadarPulse:
    """The current that goes into the line source, its centre at time 0, its peak 1 A.

    kind : "sweep", what a sweep from low to high compresses to under a Hann window; "ricker", the
        second derivative of a Gaussian with its spectrum's peak in the middle of low to high
    """

    low: float
    high: float
    kind: str = "sweep"

    def __post_init__(self) -> None:
        low, high = number(self.low, "low", "Hz"), number(self.high, "high", "Hz")
        if not 0.0 < low < high:
            raise InputError(
                f"a pulse goes from {low:g} to {high:g} Hz: give two frequencies above 0, the "
                "lower one as low"
            )
        if self.kind not in ("sweep", "ricker"):
            raise InputError(f'a pulse is "sweep" or "ricker", not {self.kind!r}')

    @property
    def centre(self) -> float:
        """Centre frequency [Hz]."""
        return 0.5 * (self.low + self.high)

    @property
    def top(self) -> float:
        """Highest frequency that matters [Hz]."""
        return self.high if self.kind == "sweep" else _RICKER_TOP * self.centre

    @property
    def before(self) -> float:
        """Time that the pulse begins before its centre [s]."""
        return _SIDE / (self.high - self.low) if self.kind == "sweep" else 1.5 / self.centre

    def current(self, time: ArrayLike) -> Array:
        """Current [A] at times [s] from the pulse's centre, any shape."""
        t = np.asarray(time, dtype=np.float64)
        if self.kind == "ricker":
            square = (math.pi * self.centre * t) ** 2
            return np.asarray((1.0 - 2.0 * square) * np.exp(-square))
        x = np.abs(t) * (self.high - self.low)
        near = np.abs(x - 1.0) < 1e-9
        shape = np.where(near, 0.5, np.sinc(x) / np.where(near, 1.0, 1.0 - x * x))
        fade = np.cos(0.5 * math.pi * np.clip((x - _TAPER) / (_SIDE - _TAPER), 0.0, 1.0)) ** 2
        return np.asarray(shape * fade * np.cos(2.0 * math.pi * self.centre * t))


def ground_waves(
    permittivity: ArrayLike, loss_tangent: ArrayLike, cell: float, *,
    source_x: ArrayLike, height: float, low: float, high: float, time: float,
    receiver_offset: float = 0.0, pulse: str = "sweep", step: float | None = None,
    absorber: int = 12, workers: int = 2,
) -> xr.Dataset:  # fmt: skip
    """Traces of a radar over a section of ground.

    Parameters
    ----------
    permittivity : (ny, nx) relative, by cell, row 0 just under the surface, x from 0 at the left
        edge; 1 is empty space, infinity is metal, a perfect mirror
    loss_tangent : (ny, nx) or one number, at the centre of the band
    cell : side of a cell [m]
    source_x : (trace,) place of the source [m]; receiver_offset : of the receiver from it, in x [m]
    height : of both over the top of the grid [m]
    low, high : ends of the band [Hz]; pulse : "sweep" or "ricker", see `RadarPulse`
    time : how long after the pulse's centre to listen [s]
    step : of time [s]; None takes 0.99 of what is stable
    absorber : cells of the rim; workers : threads, which the answer does not depend on

    Returns
    -------
    Dataset (trace, time): electric_field [V/m] for a peak current of 1 A; source_current (time) [A]
    half a step earlier than its time; coordinates time [s] from the pulse's centre, source_x and
    receiver_x [m]: nodes of the grid, at most half a cell from what was asked.

    Raises
    ------
    InputError : permittivity below 1, gaps, antennas beyond the section, a step of time that is not
        stable, cells too coarse for the shortest wave, more memory than 2 GB
    """
    shape = RadarPulse(low, high, pulse)
    eps, loss, side = _section(permittivity, loss_tangent, cell)
    listen, up = _above(time, "time", "s", 0.0), _above(height, "height", "m", -1e-12)
    dt = _stable(step, side, eps)
    _refuse_coarse(eps, side, shape)
    rim = whole(absorber, "absorber", 4)
    places = _places(source_x, receiver_offset, side, eps.shape[1])
    steps = math.ceil((listen + shape.before) / dt)
    row = rim + _CLEAR
    above = row + round(up / side)
    threads = whole(workers, "workers")
    size = (above + eps.shape[0] + rim + 1, eps.shape[1] + 2 * rim + 1)
    _refuse_big(size, min(threads, len(places)), len(places), steps)
    grid = _grid(eps, loss, above, rim, side, dt, shape.centre)
    current = shape.current((np.arange(steps) + 0.5) * dt - shape.before)
    drive = (current * (IMPEDANCE / side)).astype(np.float32)

    def trace(at: NDArray[np.int64]) -> Single:
        return _trace(grid, drive, row, rim + at)

    with ThreadPoolExecutor(threads) as pool:
        heard = np.stack(list(pool.map(trace, places)))
    up = round(up / side) * side
    return _labelled(heard, current, dt, shape, side * places.astype(float), up, side)


@dataclass(frozen=True)
class _Grid:
    """Factors of the update at each node and of the rim."""

    keep: Single
    gain: Single
    fade: Single
    feed: Single
    courant: np.float32


def _trace(grid: _Grid, drive: Single, row: int, columns: NDArray[np.int64]) -> Single:
    """What the receiver hears at each step."""
    rows, wide = grid.keep.shape
    rim = grid.fade.shape[1]

    def bare(*shape: int) -> Single:
        return np.zeros(shape, dtype=np.float32)

    heard = bare(drive.size)
    advance(
        bare(rows, wide), bare(rows, wide), bare(rows, wide), grid.keep, grid.gain, grid.courant,
        bare(2 * rim, wide), bare(rows, 2 * rim), bare(rows, 2 * rim), bare(2 * rim, wide),
        grid.fade, grid.feed, drive, np.array([row, columns[0]]), np.array([row, columns[1]]),
        0, drive.size, heard,
    )  # fmt: skip
    return heard


def _grid(
    eps: Array, loss: Array, above: int, rim: int, cell: float, dt: float, centre: float
) -> _Grid:
    """The section with empty space over it and a rim about it, at the nodes between the cells."""
    sides = (rim, rim)
    whole_eps = np.pad(np.pad(eps, ((0, rim), sides), "edge"), ((above, 0), (0, 0)),
                       constant_values=1.0)  # fmt: skip
    metal = np.isinf(whole_eps)
    lost = np.where(metal, 0.0, np.where(metal, 1.0, whole_eps))
    lost *= np.pad(np.pad(loss, ((0, rim), sides), "edge"), ((above, 0), (0, 0)))
    at, sigma = _nodes(whole_eps), _nodes(lost)
    half = np.where(np.isinf(at), 0.0, math.pi * centre * dt * sigma / at)
    courant = _C * dt / cell
    keep = np.where(np.isinf(at), 0.0, (1.0 - half) / (1.0 + half))
    gain = courant / (at * (1.0 + half))
    real = eps[np.isfinite(eps)]
    fade, feed = _rim(rim, cell, dt, centre, float(real.mean()) if real.size else 1.0)
    singles = [np.ascontiguousarray(a, dtype=np.float32) for a in (keep, gain, fade, feed)]
    return _Grid(singles[0], singles[1], singles[2], singles[3], np.float32(courant))


def _nodes(cells: Array) -> Array:
    """Mean of the four cells about each node, of one or two at the outermost nodes."""
    wide = np.pad(cells, 1, "edge")
    return 0.25 * (wide[1:, 1:] + wide[1:, :-1] + wide[:-1, 1:] + wide[:-1, :-1])


_POWER = 3.0
_STRENGTH = 0.8
_SHIFT = 0.1


def _rim(
    rim: int, cell: float, dt: float, centre: float, permittivity: float
) -> tuple[Array, Array]:
    """Factors of the absorbing layer's memory, half a cell off the nodes and on them (2, rim).

    Conductivity grows with the cube of the depth up to 0.8 (3 + 1) / (impedance x cell) by the root
    of the mean permittivity (Taflove & Hagness 2005); the shift of the pole, which
    takes up what hardly moves, falls from a tenth of the centre frequency's to 0.
    """
    depth = (np.arange(rim) + np.array([[0.5], [0.0]])) / rim
    most = _STRENGTH * (_POWER + 1.0) * _C / (cell * math.sqrt(permittivity))
    rate = most * depth**_POWER
    shift = 2.0 * math.pi * centre * _SHIFT * (1.0 - depth)
    fade = np.exp(-(rate + shift) * dt)
    return fade, rate / (rate + shift) * (fade - 1.0)


def _labelled(
    heard: Single, current: Array, dt: float, pulse: RadarPulse, places: Array, height: float,
    cell: float,
) -> xr.Dataset:  # fmt: skip
    late = (np.arange(current.size) + 1.0) * dt - pulse.before
    return xr.Dataset(
        {
            "electric_field": field("electric_field", heard, ("trace", "time")),
            "source_current": field("source_current", current, ("time",)),
        },
        {
            "time": ("time", late, {"units": "s"}),
            "source_x": ("trace", places[:, 0], {"units": "m"}),
            "receiver_x": ("trace", places[:, 1], {"units": "m"}),
        },
        {
            "pulse": pulse.kind, "low": pulse.low, "high": pulse.high, "height": height,
            "cell": cell, "step": dt,
        },
    )  # fmt: skip


def _section(permittivity: ArrayLike, loss: ArrayLike, cell: float) -> tuple[Array, Array, float]:
    eps = numbers(permittivity, "permittivity", finite=False)
    tan = numbers(loss, "loss tangent")
    if eps.ndim != 2 or min(eps.shape) < 2:
        raise InputError(
            f"a section of ground is a permittivity (ny, nx) of two cells or more each way, not of "
            f"shape {eps.shape}"
        )
    complex_permittivity(np.where(np.isposinf(eps), 1.0, eps))  # refuses what cannot be
    complex_permittivity(1.0, tan)
    try:
        spread = np.broadcast_to(tan, eps.shape)
    except ValueError as error:
        raise InputError(
            f"the loss tangent is one number or has the shape {eps.shape} of the permittivity, not "
            f"{tan.shape}"
        ) from error
    return eps, np.asarray(spread), _above(cell, "cell", "m", 0.0)


def _above(value: float, name: str, unit: str, least: float) -> float:
    given = number(value, name, unit)
    if not given > least:
        raise InputError(
            f"{name} is {given:g} {unit}; it must be {'above 0' if least == 0.0 else 'at least 0'}"
        )
    return given


def _stable(step: float | None, cell: float, eps: Array) -> float:
    """Step of time; empty space above the ground sets what is stable."""
    most = cell / (_C * math.sqrt(2.0))
    dt = _COURANT * most if step is None else _above(step, "step", "s", 0.0)
    if dt > most:
        raise InputError(
            f"a step of {dt:.4g} s is not stable on cells of {cell:g} m: give at most {most:.4g} "
            "s, or none"
        )
    return dt


def _refuse_coarse(eps: Array, cell: float, pulse: RadarPulse) -> None:
    most = float(np.where(np.isinf(eps), 1.0, eps).max())
    shortest = _C / (pulse.top * math.sqrt(most))
    if shortest < LEAST_CELLS * cell * (1.0 - 1e-9):
        raise InputError(
            f"cells of {cell:g} m are too coarse: the shortest wave, at {pulse.top:.4g} Hz in "
            f"permittivity {most:g}, has {shortest / cell:.2g} of them; give cells of at most "
            f"{shortest / LEAST_CELLS:.3g} m"
        )


def _places(source_x: ArrayLike, offset: float, cell: float, cells: int) -> NDArray[np.int64]:
    """Columns of source and receiver by trace (trace, 2)."""
    x = np.atleast_1d(numbers(source_x, "source_x", "m"))
    if x.ndim != 1 or not x.size:
        raise InputError("source_x is a row of one place or more [m]")
    apart = round(number(offset, "receiver_offset", "m") / cell)
    at = np.rint(x / cell).astype(np.int64)[:, None] + np.array([0, apart])
    if at.min() < 0 or at.max() > cells:
        worst = cell * at.flat[np.argmax(np.abs(at - 0.5 * cells))]
        raise InputError(
            f"an antenna at x = {worst:g} m is beyond the section, which goes from 0 to "
            f"{cells * cell:g} m"
        )
    return np.asarray(at)


def _refuse_big(shape: tuple[int, ...], workers: int, traces: int, steps: int) -> None:
    nodes = math.prod(shape)
    needed = 4.0 * (nodes * (14 + 3 * workers) + 2.0 * (traces + 6) * steps)
    if needed > _MOST_BYTES:
        raise InputError(
            f"{traces} traces of {steps} steps on {shape[0]} by {shape[1]} nodes, {workers} at a "
            f"time, need {needed / 1e9:.2g} GB, more than {_MOST_BYTES / 1e9:g}: give a smaller "
            "section, coarser cells, fewer workers, fewer traces or less time"
        )
