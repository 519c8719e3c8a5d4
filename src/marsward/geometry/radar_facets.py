"""Surface clutter of a radar sounder: what the ground beside the track sends back, by facets.

The ground below each trace is a strip of facets across the track. A facet of area A at range R,
whose normal stands at theta to the line of sight, adds

    p = |Gamma|^2 sigma(theta) A h^2 / (pi R^4) w(squint) cos^n(off nadir)

to the power at its delays, in units of the echo of a flat perfect mirror at the height h (the radar
equation of an area over that of the image of the radar, 2 h away). The sum over a wide rough plane
is |Gamma|^2, whatever the roughness; over a sphere it is |Gamma|^2 / (1 + h/a)^2, as of a mirror.
w = exp(-pi (2 L sin(squint) / wavelength)^2) is the along-track window of a synthetic aperture of
length L, whose width on the ground is lambda R / (2 L).

Laws of the roughness below the size of a facet, with s the rms slope along a line:

    gaussian   exp(-tan^2 theta / 2 s^2) / (2 s^2 cos^4 theta)     (geometric optics)
    hagfors    C / 2 (cos^4 theta + C sin^2 theta)^(-3/2), C = 1/s^2

and a diffuse part of Lambert's law, 4 cos^2 theta, in the share that is asked for.

Sources: facet method for orbiting sounders, Nouvel et al. 2004, doi:10.1029/2003RS002903, and
Choudhary, Holt & Kempf 2016, doi:10.1109/LGRS.2016.2581799; geometric optics, Barrick 1968,
doi:10.1109/TAP.1968.1139220; Hagfors 1964, doi:10.1029/JZ069i018p03779.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.geometry.kernels.radar_facets import GAUSSIAN, HAGFORS, facet_traces
from marsward.geometry.terrain import Terrain
from marsward.geometry.terrain_window import TerrainWindow

__all__ = ["LAWS", "cluttergram", "pulse_power"]

Array = NDArray[np.float64]
LAWS = {"gaussian": GAUSSIAN, "hagfors": HAGFORS}
"""Laws of roughness by name."""
_C = float(SPEED_OF_LIGHT)
_FINE = 4  # bins of delay in a sample
_REACH = 1.5  # widths of the along-track window on either side
_ROUNDING = 1e-6  # by which a whole number of facets may be missed
_BLOCK = 16  # traces of one piece of work
_PULSE_REACH = 10.0  # in 1/bandwidth: the Hann pulse is 110 dB down there
_MOST_FACETS = 4_000_000


def pulse_power(time: ArrayLike, bandwidth: float, weighting: str = "hann") -> Array:
    """Power of a compressed chirp at times from its peak [s], 1 at the peak.

    weighting : of the spectrum, "hann" or "uniform" (the bare sinc)

    Raises InputError for another weighting.
    """
    x = np.asarray(time, dtype=float) * bandwidth
    if weighting == "uniform":
        return np.sinc(x) ** 2
    if weighting == "hann":
        return (np.sinc(x) + 0.5 * np.sinc(x - 1.0) + 0.5 * np.sinc(x + 1.0)) ** 2
    raise InputError(f"weighting = {weighting!r}; type 'hann' or 'uniform'")


def cluttergram(
    track: xr.Dataset,
    terrain: Terrain | TerrainWindow,
    *,
    centre_frequency: float,
    bandwidth: float,
    sample_spacing: float,
    window: tuple[int, int] = (200, 800),
    datum: ArrayLike | None = None,
    swath: float = 45e3,
    facet: float = 100.0,
    aperture: float | None = None,
    law: Literal["gaussian", "hagfors"] = "gaussian",
    rms_slope: float = 2.0,
    diffuse: float = 0.0,
    reflectivity: ArrayLike = 1.0,
    beam: float = 4.0,
    weighting: Literal["hann", "uniform"] = "hann",
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Echo power of the bare surface along a radar track, split into both sides of it.

    Parameters
    ----------
    track
        `spacecraft` (trace, axis) body-fixed [m], as `radar_track` makes it. The zero-Doppler plane
        holds the centre of the planet.
    terrain
        The ground. What is smoother in it than in nature must stand in ``rms_slope``.
    centre_frequency, bandwidth
        [Hz]
    sample_spacing
        Of the delay [s].
    window
        Samples before and after the datum.
    datum
        Two-way delay of the datum of each trace [s]; that of the ground at nadir when not given.
        `datum_of_radius` gives that of an areoid.
    swath
        Distance to either side [m].
    facet
        Size of a facet across the track [m]; along it, at most twice that.
    aperture
        Length of the synthetic aperture [m]; when not given, that of an unfocused one,
        sqrt(h lambda / 2), which sees the first Fresnel zone.
    law, rms_slope, diffuse
        Roughness below the facets' size: see above; slope [deg].
    reflectivity
        Of power at normal incidence, for all traces or each.
    beam
        Power n of the cosine of the angle off nadir in the two-way pattern; 4 is a short dipole
        across the track.
    weighting
        Of the spectrum in range compression.
    workers
        Threads; the result does not depend on it.
    progress
        Called with the share done, from 0 to 1.

    Returns
    -------
    Dataset
        power, left, right (trace, delay) float32 over the echo of a flat mirror at nadir; delay [s]
        from the datum; datum_delay, nadir_delay [s] (trace), the latter from the datum too.

    Raises
    ------
    InputError
        A value out of range, a track without places, or one whose swath leaves the terrain.
    """
    numbers = {
        "centre_frequency": centre_frequency, "bandwidth": bandwidth, "swath": swath,
        "sample_spacing": sample_spacing, "facet": facet, "rms_slope": rms_slope,
    }  # fmt: skip
    _check(numbers, law, diffuse, aperture, window, beam)
    craft, ahead, height = _flight(track, terrain)
    gain = _per_trace("reflectivity", reflectivity, height.size)
    if not (np.all(gain >= 0.0) and np.all(gain <= 1.0)):
        raise InputError("reflectivity is a share of power, 0 to 1 on every trace")
    wavelength = _C / centre_frequency
    lengths = aperture or float(np.sqrt(np.median(height) * wavelength / 2.0))
    nadir = np.asarray(2.0 * height / _C, dtype=float)
    before, after = int(window[0]), int(window[1])
    from_datum: Array = nadir if datum is None else _per_trace("datum", datum, height.size)
    start = (from_datum - before * sample_spacing) * _C / 2.0
    width = wavelength * float(height.max()) / (2.0 * lengths)
    mean_radius = float(np.median(np.linalg.norm(craft, axis=1) - height))
    betas, alphas = _corners(swath, facet, width, mean_radius)
    pulse = _pulse(bandwidth, sample_spacing, weighting)
    sides = np.zeros((2, height.size, before + after), dtype=np.float32)
    ground = _ground(terrain)
    given = (
        craft, ahead, height, start, betas, alphas, *ground, LAWS[law],
        np.array([math.radians(rms_slope), diffuse]), math.pi * (2.0 * lengths / wavelength) ** 2,
        float(beam), sample_spacing * _C / 2.0 / _FINE, _FINE, pulse, sides[0], sides[1],
    )  # fmt: skip
    _run(given, height.size, track, workers, progress)
    sides *= gain[None, :, None].astype(np.float32)
    delay = np.arange(-before, after, dtype=np.float64) * sample_spacing
    attrs = numbers | {
        "aperture": lengths, "along_track_resolution": width, "law": law, "diffuse": diffuse,
        "beam": beam, "weighting": weighting, "terrain": terrain.source or repr(terrain),
        "zero_db": "flat perfect mirror at the nadir height",
    }  # fmt: skip
    return _labelled(track, sides, delay, from_datum, nadir - from_datum, attrs)


def _labelled(
    track: xr.Dataset, sides: NDArray[np.float32], delay: Array, datum: Array, nadir: Array,
    attrs: dict[str, Any],
) -> xr.Dataset:  # fmt: skip
    dims = ("trace", "delay")
    unit = {"units": "1", "long_name": "echo power over that of a flat mirror"}
    seconds = {"units": "s"}
    coords = {name: track[name] for name in ("et", "lon", "lat") if name in track}
    return xr.Dataset(
        {
            "power": (dims, sides[0] + sides[1], unit),
            "left": (dims, sides[0], {**unit, "side": "left of the flight"}),
            "right": (dims, sides[1], {**unit, "side": "right of the flight"}),
            "datum_delay": (
                "trace", datum, {**seconds, "long_name": "two-way delay of the datum"},
            ),
            "nadir_delay": (
                "trace", nadir, {**seconds, "long_name": "delay of the ground at nadir"},
            ),
        },
        coords=coords | {"delay": ("delay", delay, {**seconds, "long_name": "from the datum"})},
        attrs=attrs,
    )  # fmt: skip


def _check(numbers, law, diffuse, aperture, window, beam) -> None:
    for name, value in numbers.items():
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"{name} is {value!r}; it is a number above 0")
    if law not in LAWS:
        raise InputError(f"law = {law!r} is none of {', '.join(LAWS)}")
    if numbers["rms_slope"] > 45.0:
        raise InputError(f"rms_slope is {numbers['rms_slope']:g} deg; these laws hold below 45")
    if not 0.0 <= diffuse <= 1.0:
        raise InputError(f"diffuse is {diffuse!r}; it is a share, 0 to 1")
    if aperture is not None and not (math.isfinite(aperture) and aperture > 0.0):
        raise InputError(f"aperture is {aperture!r}; it is a length above 0 m, or left out")
    if len(window) != 2 or window[0] < 0 or window[1] < 1:
        raise InputError(f"window is {window}; give samples before (0 or more) and after the datum")
    if not (math.isfinite(beam) and beam >= 0.0):
        raise InputError(f"beam is {beam!r}; it is a power of the cosine, 0 or more")
    if numbers["sample_spacing"] * numbers["bandwidth"] > 1.0:
        raise InputError(
            f"samples every {numbers['sample_spacing']:g} s are too coarse for a band of "
            f"{numbers['bandwidth']:g} Hz; give at most {1.0 / numbers['bandwidth']:g} s"
        )


def _per_trace(name: str, value: ArrayLike, traces: int) -> Array:
    out = np.asarray(value, dtype=float)
    if (out.ndim and out.shape != (traces,)) or not np.isfinite(out).all():
        raise InputError(f"{name} has the shape {out.shape}; give one number for {traces} traces")
    return np.broadcast_to(out, (traces,)).copy()


def _flight(track: xr.Dataset, terrain: Terrain | TerrainWindow) -> tuple[Array, Array, Array]:
    """Places of the craft, level unit vectors along the track and heights above the ground."""
    if "spacecraft" not in track:
        raise InputError(
            "this track has no `spacecraft` (trace, axis) [m]; give one that radar_track made"
        )
    craft = np.ascontiguousarray(track["spacecraft"].values, dtype=np.float64)
    if craft.ndim != 2 or craft.shape[1] != 3 or craft.shape[0] < 2:
        raise InputError(f"a track has places (trace, 3) on 2 traces or more, not {craft.shape}")
    if not np.isfinite(craft).all():
        raise InputError("the places of this track are not all numbers; leave the gaps out")
    r = np.linalg.norm(craft, axis=1)
    up = craft / r[:, None]
    lat = np.degrees(np.arcsin(np.clip(up[:, 2], -1.0, 1.0)))
    lon = np.degrees(np.arctan2(up[:, 1], up[:, 0])) % 360.0
    height = np.asarray(r - np.linalg.norm(terrain.point_at(lon, lat), axis=1), dtype=float)
    if not np.all(height > 0.0):
        worst = int(np.argmin(height))
        raise InputError(
            f"trace {worst} of the track is {-height[worst]:.0f} m below the ground; are its "
            "places in metres from the centre of the planet?"
        )
    ahead = np.gradient(up, axis=0)
    ahead -= np.sum(ahead * up, axis=1, keepdims=True) * up
    size = np.linalg.norm(ahead, axis=1, keepdims=True)
    if not np.all(size > 1e-12):
        raise InputError("the track stands still somewhere; give traces at places that differ")
    return craft, np.ascontiguousarray(ahead / size, dtype=np.float64), height


def _corners(swath: float, facet: float, width: float, radius: float) -> tuple[Array, Array]:
    """Angles of the facets' corners across and along the track [rad]."""
    across = max(2, math.ceil(swath / facet - _ROUNDING))
    along = max(3, math.ceil(_REACH * width / min(0.5 * width, 2.0 * facet) - _ROUNDING))
    if 4 * across * along > _MOST_FACETS:
        raise InputError(
            f"a swath of {swath / 1e3:g} km in facets of {facet:g} m is {4 * across * along} "
            "facets a trace; give larger ones or a narrower swath"
        )
    betas = np.arange(-across, across + 1, dtype=np.float64) * (swath / across / radius)
    return betas, np.linspace(-_REACH * width, _REACH * width, 2 * along + 1) / radius


def _pulse(bandwidth: float, spacing: float, weighting: str) -> Array:
    half = _FINE * math.ceil(_PULSE_REACH / bandwidth / spacing)
    offsets = np.arange(-half, half + 1) / _FINE * spacing
    return np.ascontiguousarray(pulse_power(offsets, bandwidth, weighting))


def _ground(terrain: Terrain | TerrainWindow) -> tuple[NDArray[np.float32], Array, Array]:
    """What the kernel takes: heights, where their grid lies, radii."""
    radii = np.array([terrain.radii[0], terrain.radii[2]])
    if isinstance(terrain, TerrainWindow):
        grid = np.array([terrain.west, terrain.north, terrain.ppd, -0.5])
        return terrain.height, grid, radii
    return terrain.padded, np.array([0.0, 90.0, terrain.ppd, 0.5]), radii


def _run(given: tuple, traces: int, track: xr.Dataset, workers: int | None, progress: Any) -> None:
    workers = workers or os.cpu_count() or 1
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one thread has to work")
    blocks = range(0, traces, _BLOCK)
    with ThreadPoolExecutor(workers) as pool:
        works = [pool.submit(facet_traces, i, min(i + _BLOCK, traces), *given) for i in blocks]
        try:
            for done, work in enumerate(works, start=1):
                off = work.result()
                if off >= 0:
                    craft = given[0][off]
                    lat = math.degrees(math.asin(craft[2] / np.linalg.norm(craft)))
                    lon = math.degrees(math.atan2(craft[1], craft[0])) % 360.0
                    raise InputError(
                        f"the swath of trace {off}, at {lat:.3f} north and {lon:.3f} east, leaves "
                        "the window of terrain; give a wider window, a narrower swath or fewer "
                        "traces"
                    )
                if progress is not None:
                    progress(done / len(works))
        except BaseException:
            for work in works:
                work.cancel()
            raise
