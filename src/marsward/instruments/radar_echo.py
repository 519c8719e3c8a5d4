"""The coherent echo of layered columns, compressed: column, ionosphere, delay and filter in one.

What the pulse, its matched filter and window do to an echo is one real factor at each frequency of
the band, so a compressed line is the transform of column times ionosphere times that factor, and
the voltage in between need not be made. Delays count from a datum; the phase of the carrier is that
of the first delay of the axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from marsward.core.errors import InputError
from marsward.core.machine import machine_memory
from marsward.core.registry import unknown
from marsward.physics.ionosphere import Ionosphere, phase_fit
from marsward.physics.layered_reflection import RadarColumns, echo_delays, reflectivity

if TYPE_CHECKING:
    from marsward.instruments.radar_sounder import RadarSounder

__all__ = ["BLOCK", "CORRECTIONS", "GUARD", "Plan", "coherent", "column_spectrum", "delay_axis"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
BLOCK = 64  # traces in one piece of work
GUARD = 12.0  # compressed pulses kept free beside a line
CORRECTIONS = {
    "none": "the ionosphere's phase stays in",
    "focused": "its quadratic term is taken out; the delay stays",
    "aligned": "its quadratic term and its delay are taken out",
    "scaled": "its delay and a term that falls as 1/f, the law of thin plasma, are taken out",
}


@dataclass(frozen=True)
class Plan:
    """What is the same for all traces of one radargram.

    delays : (n,) of the samples from the datum [s]
    count : samples of the transforms, longer than the line so that late echoes do not come round
    frequency : (m,) in the band [Hz], rising
    place : (m,) of those in the transform
    response : (m,) of the compressed pulse
    """

    delays: Array
    count: int
    frequency: Array
    place: NDArray[np.intp]
    response: Array
    correction: str
    surface: bool

    @classmethod
    def of(
        cls,
        sounder: RadarSounder,
        columns: RadarColumns,
        delays: ArrayLike,
        *,
        correction: str = "scaled",
        surface: bool = True,
    ) -> Plan:
        """Checks the axis and lays out the band."""
        if correction not in CORRECTIONS:
            raise InputError(unknown("ionosphere correction", correction, CORRECTIONS))
        axis = delay_axis(delays, sounder.sample_spacing)
        dt = sounder.sample_spacing
        latest = float(echo_delays(columns).max(initial=0.0))
        extra = math.ceil((1.5 * latest + GUARD / sounder.bandwidth) / dt)
        short = axis.size + extra
        chirp = sounder.chirp
        count = int(fft.next_fast_len(max(short, chirp.samples)))
        require_room(len(columns), count)
        offsets = chirp.offsets(count)
        place = np.flatnonzero(chirp.weights(offsets) > 0.0)
        place = place[np.argsort(offsets[place])]
        frequency = sounder.center_frequency + offsets[place]
        response = chirp.response(count)[place]
        return cls(axis, count, frequency, place, response, correction, surface)


def coherent(
    plan: Plan,
    columns: RadarColumns,
    surface_delay: ArrayLike,
    sza: ArrayLike | None,
    ionosphere: Ionosphere,
) -> Complex:
    """Compressed echo of columns, amplitude over the mirror's (trace, delay)."""
    late = np.broadcast_to(np.asarray(surface_delay, dtype=np.float64), (len(columns),))
    start, end = plan.delays[0], plan.delays[-1]
    off = ~((late >= start) & (late <= end))
    if off.any():
        i = int(np.argmax(off))
        raise InputError(
            f"the surface of trace {i} lies at {late[i] * 1e6:.4g} us, outside the delays of "
            f"{start * 1e6:.4g} to {end * 1e6:.4g} us: widen the delays"
        )
    band = reflectivity(columns, plan.frequency, surface=plan.surface)
    band *= plan.response
    if sza is not None:
        band *= _passage(plan, np.broadcast_to(np.asarray(sza, float), late.shape), ionosphere)
    band *= np.exp(-2j * math.pi * (late - start)[:, None] * plan.frequency)
    spectrum = np.zeros((len(columns), plan.count), dtype=np.complex128)
    spectrum[:, plan.place] = band
    return np.asarray(fft.ifft(spectrum, axis=1)[:, : plan.delays.size])


def _passage(plan: Plan, sza: Array, ionosphere: Ionosphere) -> Complex:
    """What two passages through the ionosphere leave in the band after correction."""
    phase = ionosphere.phase(sza, plan.frequency)
    if plan.correction != "none":
        found, residual = phase_fit(
            plan.frequency,
            phase,
            weight=plan.response,
            law="inverse" if plan.correction == "scaled" else "quadratic",
        )
        if plan.correction == "focused":
            g = np.linspace(-1.0, 1.0, plan.frequency.size)
            phase = phase - found[:, 2:] * g * g
        else:
            phase = residual
    return np.where(np.isfinite(phase), np.exp(1j * np.nan_to_num(phase)), 0.0)


def column_spectrum(
    sounder: RadarSounder,
    columns: RadarColumns,
    count: int,
    lead: float,
    sza: ArrayLike | None,
    ionosphere: Ionosphere | None,
) -> Complex:
    """Spectrum by which the ground and the way to it multiply the pulse's (trace, count)."""
    offsets = sounder.chirp.offsets(count)
    f = sounder.center_frequency + offsets
    order = np.argsort(f)
    order = order[f[order] > 0.0]
    out = np.zeros((len(columns), count), dtype=np.complex128)
    out[:, order] = reflectivity(columns, f[order])
    if sza is not None:
        zenith = np.broadcast_to(np.asarray(sza, dtype=np.float64), (len(columns),))
        phase = (ionosphere or Ionosphere()).phase(zenith, f[order])
        out[:, order] *= np.where(np.isfinite(phase), np.exp(1j * np.nan_to_num(phase)), 0.0)
    return out * np.exp(-2j * math.pi * lead * f)


def delay_axis(delays: Any, spacing: float) -> Array:
    """A row of even delays [s], checked against the spacing of a sounder's samples."""
    axis = np.asarray(delays, dtype=np.float64)
    if axis.ndim != 1 or axis.size < 2 or not np.all(np.isfinite(axis)):
        raise InputError("delays of a radargram are one row of at least two numbers [s]")
    if np.max(np.abs(np.diff(axis) - spacing)) > 1e-3 * spacing:
        raise InputError(
            f"delays of this sounder come every {spacing * 1e9:.6g} ns: take them from "
            "delays(earliest, latest)"
        )
    return axis


def require_room(traces: int, count: int) -> None:
    """Refuse, before it is begun, what the memory cannot hold: a line of 12 bytes a sample for each
    trace and a few blocks of spectra.

    Raises InputError that says how many traces fit.
    """
    needed = traces * count * 12.0 + 4 * BLOCK * count * 64.0
    room = 0.5 * machine_memory()
    if needed > room:
        fits = max(1, int(traces * room / needed))
        raise InputError(
            f"a radargram of {traces} traces of {count} samples needs {needed / 1e9:.3g} GB and "
            f"{room / 1e9:.3g} GB are free for it: take at most {fits} traces or fewer delays"
        )
