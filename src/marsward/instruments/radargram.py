"""The product of a radar sounder along a track: coherent columns, speckled clutter, noise, looks.

Every compressed line is the sum of the column's coherent echo and of complex Gaussian speckle whose
mean power is clutter plus noise at each delay and whose neighbouring samples hang together as the
compressed pulse makes them. Looks are averages of powers with independent speckle. Delays count
from a datum: a delay of 0 is the echo of the datum surface straight below the spacecraft.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.radar_echo import BLOCK, CORRECTIONS, GUARD, Plan, coherent, delay_axis
from marsward.physics.ionosphere import Ionosphere
from marsward.physics.layered_reflection import RadarColumns

if TYPE_CHECKING:
    from marsward.instruments.radar_sounder import RadarSounder

__all__ = ["CORRECTIONS", "radargram", "white"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
_C = float(SPEED_OF_LIGHT)
_LOWEST = 1e-30  # of power
MARS_RADIUS = 3_389_500.0  # m, mean; Archinal et al. 2018, doi:10.1007/s10569-017-9805-5
add_fields(FieldRow("noise_level", "dB", "mean noise power over that of a flat perfect mirror"))


def white(seed: int, traces: int, count: int) -> Complex:
    """Complex Gaussian numbers of mean power 1 (trace, count), each trace by its own stream."""
    return np.stack([_normal(_stream(seed, i), count) for i in range(traces)])


def radargram(
    sounder: RadarSounder,
    track: xr.Dataset,
    columns: RadarColumns,
    *,
    clutter_power: xr.Dataset | xr.DataArray | ArrayLike | None = None,
    delays: ArrayLike | None = None,
    seed: int = 0,
    looks: int = 1,
    presum: int | None = None,
    ionosphere: Ionosphere | None = None,
    correction: str = "scaled",
    surface: bool = True,
    planet_radius: float | None = MARS_RADIUS,
    workers: int = 2,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Echo power along a track with clutter, speckle and noise.

    Parameters
    ----------
    track : Dataset over `trace` as `geometry.radar_track` makes it: height_above_ground [m];
        optional solar_zenith_angle [deg] (else there is no ionosphere) and datum_delay [s], the
        two-way delay of the datum (else the ground of each trace is its own datum); all that the
        track holds is carried along
    columns : what lies under each trace
    clutter_power : mean power over that of the mirror at the same height: the Dataset of
        `geometry.radar_facets.cluttergram`, which brings its delays and datum, or (trace, delay)
    delays : (n,) even, from the datum [s]; from 10 us before the first surface to 40 us after the
        last if left out
    seed : of speckle and noise; a trace's numbers depend on the seed and its number alone
    looks : powers with independent speckle that are averaged
    presum : pulses summed coherently; the sounder's own if left out
    correction : of the ionosphere: one of CORRECTIONS
    planet_radius : [m] of the ground's curve, by which a mirror returns less; None for a plane.
        Levels of the product count from a mirror as curved, so that surfaces stand at their
        reflectivity; clutter and noise, which count from a flat one, are lifted by (1 + h/radius)^2
    surface : whether the coherent echo of the surface is in, as the columns' roughness leaves
        it; clutter by facets is the rest, scattered and so some 15 dB weaker at its peak. False for
        clutter that stands for all that the surface returns
    workers : threads; results do not depend on them

    Returns
    -------
    Dataset with echo_power (trace, delay) [dB], noise_level (trace) [dB], and the track

    Raises
    ------
    InputError : a track without heights or with gaps, columns or clutter that do not fit it
    """
    flown = _Track.of(track, columns, clutter_power)
    axis, clutter = _clutter(clutter_power, delays, sounder, flown)
    if looks < 1 or workers < 1:
        raise InputError("looks and workers of a radargram must be at least 1")
    plan = Plan.of(sounder, columns, axis, correction=correction, surface=surface)
    lift = np.ones_like(flown.height)
    if planet_radius is not None:
        lift = (1.0 + flown.height / planet_radius) ** 2
    noise = sounder.noise_level(flown.height, presum=presum) * lift
    shape = _speckle_shape(sounder, axis.size)
    out = np.empty((len(columns), axis.size), dtype=np.float32)
    layer = ionosphere or Ionosphere()

    def piece(first: int) -> int:
        rows = slice(first, min(first + BLOCK, len(columns)))
        zenith = None if flown.sza is None else flown.sza[rows]
        line = coherent(plan, columns.take(rows), flown.surface_delay[rows], zenith, layer)
        for i in range(rows.start, rows.stop):
            mean = noise[i] if clutter is None else clutter[i] * lift[i] + noise[i]
            power = _looked(line[i - first], np.sqrt(mean), shape, looks, seed, flown.number[i])
            out[i] = 10.0 * np.log10(np.maximum(power, _LOWEST))
        return rows.stop

    with ThreadPoolExecutor(workers) as pool:
        for done in pool.map(piece, range(0, len(columns), BLOCK)):
            if progress is not None:
                progress(done / len(columns))
    options = {"seed": seed, "looks": looks, "correction": correction, "surface": int(surface)}
    options |= {"level": "0 dB: perfect mirror at the same height, as curved as the ground"}
    options |= {} if presum is None else {"presum": presum}
    return _product(sounder, track, flown, axis, out, noise, options)


@dataclass(frozen=True)
class _Track:
    height: Array
    surface_delay: Array
    sza: Array | None
    number: NDArray[np.int64]
    datum: str

    @classmethod
    def of(cls, track: xr.Dataset, columns: RadarColumns, clutter: Any) -> _Track:
        if "trace" not in track.sizes or "height_above_ground" not in track:
            raise InputError(
                "a radar track needs a dimension trace and height_above_ground, the spacecraft's "
                "height above the ground [m]: see geometry.radar_track"
            )
        count = track.sizes["trace"]
        if count != len(columns):
            raise InputError(
                f"the track has {count} traces and the ground {len(columns)} columns: give one "
                "column a trace"
            )
        height = _row(track, "height_above_ground", count)
        if np.any(height <= 0.0):
            i = int(np.argmax(height <= 0.0))
            raise InputError(f"trace {i} is {height[i]:g} m above the ground; it must be above it")
        late, datum = np.zeros(count), "the ground of each trace"
        at = clutter if isinstance(clutter, xr.Dataset) and "datum_delay" in clutter else track
        if "datum_delay" in at:
            late = 2.0 / _C * height - _row(at, "datum_delay", count)
            datum = str(at["datum_delay"].attrs.get("datum", "datum_delay of each trace"))
        sza = _row(track, "solar_zenith_angle", count) if "solar_zenith_angle" in track else None
        number = np.arange(count)
        if "trace" in track.coords and track["trace"].dtype.kind in "iu":
            number = track["trace"].values.astype(np.int64)
        return cls(height, late, sza, number, datum)


def _row(track: xr.Dataset, name: str, count: int) -> Array:
    held = np.asarray(track[name].values, dtype=np.float64)
    if held.shape != (count,):
        raise InputError(f"{name} of a radar track must have one number a trace")
    gaps = ~np.isfinite(held)
    if gaps.any():
        raise InputError(f"{name} of trace {int(np.argmax(gaps))} of the radar track is no number")
    return held


def _clutter(
    given: xr.Dataset | xr.DataArray | ArrayLike | None,
    delays: ArrayLike | None,
    sounder: RadarSounder,
    flown: _Track,
) -> tuple[Array, NDArray[Any] | None]:
    """The delay axis and the mean clutter power on it."""
    if isinstance(given, xr.Dataset):
        if "power" not in given:
            raise InputError("this clutter has no power (trace, delay): give that of cluttergram")
        given = given["power"]
    named = isinstance(given, xr.DataArray) and "delay" in given.coords
    own = given["delay"].values if isinstance(given, xr.DataArray) and named else None
    if delays is None and own is None:
        early, late = float(flown.surface_delay.min()), float(flown.surface_delay.max())
        delays = sounder.delays(early - 10e-6, late + 40e-6)
    axis = delay_axis(own if delays is None else delays, sounder.sample_spacing)
    if given is None:
        return axis, None
    power = np.asarray(given.values if isinstance(given, xr.DataArray) else given)
    if power.shape != (flown.height.size, axis.size):
        raise InputError(
            f"clutter has the shape {power.shape}, but the radargram has {flown.height.size} "
            f"traces of {axis.size} delays"
        )
    if own is not None and np.max(np.abs(own - axis)) > 1e-3 * sounder.sample_spacing:
        raise InputError("the delays of the clutter are not those of the radargram: give the same")
    if not np.all(np.isfinite(power)) or power.min(initial=0.0) < 0.0:
        raise InputError("clutter power must be numbers of at least 0, without gaps; it is not dB")
    return axis, power


def _speckle_shape(sounder: RadarSounder, size: int) -> tuple[int, NDArray[np.intp], Array]:
    """Transform length, places and amplitudes that give noise of mean power 1 and of the band."""
    chirp = sounder.chirp
    count = int(fft.next_fast_len(max(size + math.ceil(GUARD / (chirp.bandwidth * chirp.spacing)),
                                      chirp.samples)))  # fmt: skip
    shape = chirp.noise_response(count)
    place = np.flatnonzero(shape > 0.0)
    amplitude = shape[place] * (count / math.sqrt(np.sum(shape[place] ** 2)))
    return count, place, amplitude


def _looked(
    line: Complex,
    scale: Any,
    shape: tuple[int, NDArray[np.intp], Array],
    looks: int,
    seed: int,
    number: int,
) -> Array:
    """Mean power of looks at one line with speckle of a standard deviation `scale`."""
    count, place, amplitude = shape
    stream = _stream(seed, int(number))
    spectrum = np.zeros((looks, count), dtype=np.complex128)
    spectrum[:, place] = _normal(stream, (looks, place.size)) * amplitude
    speckle = fft.ifft(spectrum, axis=1)[:, : line.size]
    return np.asarray(np.mean(np.abs(line + scale * speckle) ** 2, axis=0))


def _stream(seed: int, number: int) -> np.random.Generator:
    if seed < 0 or number < 0:
        raise InputError("seed and trace numbers of a radargram must not be negative")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, number))))


def _normal(stream: np.random.Generator, shape: int | tuple[int, ...]) -> Complex:
    pairs = stream.standard_normal((*np.atleast_1d(shape), 2)) * math.sqrt(0.5)
    return pairs[..., 0] + 1j * pairs[..., 1]


def _product(
    sounder: RadarSounder,
    track: xr.Dataset,
    flown: _Track,
    axis: Array,
    power: NDArray[np.float32],
    noise: Array,
    options: dict[str, Any],
) -> xr.Dataset:
    coords = {"delay": field("two_way_delay", axis, "delay")}
    made = track.drop_vars(["delay", "echo_power", "noise_level"], errors="ignore")
    made = made.assign_coords(coords)
    made["datum_delay"] = xr.DataArray(
        2.0 / _C * flown.height - flown.surface_delay,
        dims="trace",
        attrs={"units": "s", "long_name": "two-way delay of the datum"},
    )
    made["echo_power"] = field("echo_power", power, ("trace", "delay"), check=False)
    made["noise_level"] = field("noise_level", 10.0 * np.log10(noise), "trace")
    made.attrs |= sounder._attributes() | options | {"datum": flown.datum}
    if flown.sza is None:
        made.attrs["ionosphere"] = "none: the track has no solar_zenith_angle"
    return made
