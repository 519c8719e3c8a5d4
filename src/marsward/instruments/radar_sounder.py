"""A radar sounder: chirps sent down, echoes of surface and layers, noise, compressed range lines.

Levels: 0 dB is what a flat perfect mirror at the height of the spacecraft above the ground returns,

    mirror:  P G^2 (wavelength/(8 pi h))^2 e      image of the antenna at a distance 2 h,
    facet:   P G^2 wavelength^2 s e/((4 pi)^3 R^4)    target of cross section s at a distance R,

with P the power of the pulse, G the gain of the antenna, e the efficiency of both ways. A layered
column scales the mirror by its reflectivity; facets, which make clutter, go by the second law.
Noise is the sky's, k T B in a band, T from the galactic background of Dulk et al. 2001,
doi:10.1051/0004-6361:20000006, after Cane 1979, doi:10.1093/mnras/189.3.465; the quiet sky towards
the galactic poles, in wide beams some 3 dB below the galactic plane.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import fft

from marsward.core.constants import BOLTZMANN, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.preset_files import Preset
from marsward.instruments import radar_echo
from marsward.instruments import radargram as products
from marsward.instruments.chirp import Chirp
from marsward.instruments.radar_presets import radar_preset, radar_preset_names
from marsward.instruments.radar_settings import RadarSettings
from marsward.physics.dielectric import attenuation, complex_permittivity, reflection
from marsward.physics.ionosphere import Ionosphere
from marsward.physics.layered_reflection import RadarColumns

__all__ = ["RadarSounder", "sky_temperature"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
_C, _K = float(SPEED_OF_LIGHT), float(BOLTZMANN)

_MOST_DELAYS = 1_000_000

add_fields(FieldRow("radar_voltage", "W0.5", "received wave, complex envelope at the carrier"))


def sky_temperature(frequency: ArrayLike) -> Array:
    """Brightness temperature of the quiet sky [K] at a frequency [Hz], 0.2 to 100 MHz.

    I = Ig f^-0.52 (1 - exp(-t))/t + Ie f^-0.8 exp(-t), t = 5 f^-2.1, f in MHz, Ig = 2.48e-20 and
    Ie = 1.06e-20 W m-2 Hz-1 sr-1: Dulk et al. 2001, doi:10.1051/0004-6361:20000006, equation 1.
    """
    hertz = np.asarray(frequency, dtype=np.float64)
    if not np.all(hertz > 0.0):
        raise InputError("the sky's noise needs a positive frequency [Hz]")
    f = hertz * 1e-6
    depth = 5.0 * f**-2.1
    galaxy = 2.48e-20 * f**-0.52 * -np.expm1(-depth) / depth
    beyond = 1.06e-20 * f**-0.8 * np.exp(-depth)
    return np.asarray((galaxy + beyond) * (_C / hertz) ** 2 / (2.0 * _K))


class RadarSounder(RadarSettings):
    """A nadir-looking radar that sounds the ground below its surface.

    `radargram` makes a track's product, with clutter and noise; `echo` the noise-free compressed
    lines; `trace` and `compress` the same in two steps by way of the received voltage.
    """

    kind: ClassVar[str] = "radar-sounder"

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Sounders that have flown, to be named in a mission file: preset = "sharad"."""
        return tuple(radar_preset(name) for name in radar_preset_names())

    # the pulse ---------------------------------------------------------------------------------
    @property
    def chirp(self) -> Chirp:
        """The pulse and its filter in the band that is used."""
        band = self.chosen
        return Chirp(band.bandwidth, self.pulse_length, band.spacing, self.window, self.falling)

    @property
    def center_frequency(self) -> float:
        """Carrier [Hz]."""
        return self.chosen.center_frequency

    @property
    def bandwidth(self) -> float:
        """Width of the band [Hz]."""
        return self.chosen.bandwidth

    @property
    def sample_spacing(self) -> float:
        """Spacing of complex samples in the products [s]."""
        return self.chosen.spacing

    @property
    def wavelength(self) -> float:
        """In empty space at the carrier [m]."""
        return _C / self.chosen.center_frequency

    @property
    def gain(self) -> float:
        """Gain of the antenna towards nadir in the band that is used [-]."""
        own = self.chosen.antenna_gain
        return self.antenna_gain if own is None else own

    # levels ------------------------------------------------------------------------------------
    def mirror_power(self, height: ArrayLike) -> Array:
        """Received power [W] of a flat perfect mirror at a height below [m]."""
        h = _positive("height above the ground", height)
        spread = (self.wavelength / (8.0 * math.pi * h)) ** 2
        return np.asarray(self.power * self.gain**2 * spread * self.efficiency)

    def facet_power(self, distance: ArrayLike, cross_section: ArrayLike) -> Array:
        """Received power [W] of a target of a cross section [m2] at a distance [m]."""
        r = _positive("distance of a facet", distance)
        section = np.asarray(cross_section, dtype=np.float64)
        if not np.all((section >= 0.0) & (section < math.inf)):
            raise InputError("the cross section of a facet must be 0 m2 or more, without gaps")
        link = self.power * self.gain**2 * self.wavelength**2 * self.efficiency
        return np.asarray(link * section / ((4.0 * math.pi) ** 3 * r**4))

    @property
    def noise_temperature(self) -> float:
        """Noise at the antenna's terminals, sky and receiver [K]."""
        sky = float(sky_temperature(self.center_frequency))
        return self.sky_share * sky + self.receiver_noise

    def noise_level(self, height: ArrayLike, *, presum: int | None = None) -> Array:
        """Mean noise power of a compressed line over the mirror's peak power at a height [-].

        N0 w/(E n): noise density N0 = k T, energy E of the mirror's echo of one pulse, pulses n,
        loss w of the window.
        """
        pulses = self.presum if presum is None else _count("presum", presum)
        energy = self.mirror_power(height) * self.pulse_length * pulses
        return np.asarray(_K * self.noise_temperature * self.chirp.window_loss() / energy)

    def dynamic_range(self, height: ArrayLike, *, presum: int | None = None) -> Array:
        """Mirror over noise [dB]: a surface of power reflectivity R stands 10 log10(R) lower."""
        return np.asarray(-10.0 * np.log10(self.noise_level(height, presum=presum)))

    def range_resolution(self, permittivity: ArrayLike = 1.0, *, windowed: bool = False) -> Array:
        """Depth that can be told apart [m]: c/(2 B sqrt(eps)); windowed: half-power width."""
        eps = np.asarray(permittivity, dtype=np.float64)
        if not np.all(eps >= 1.0):
            raise InputError("the permittivity of a medium is at least 1; dry soil has 3 to 4")
        width = self.chirp.width() if windowed else 1.0 / self.bandwidth
        return np.asarray(0.5 * _C * width / np.sqrt(eps))

    def penetration(
        self,
        permittivity: float,
        loss_tangent: float,
        *,
        height: float = 300e3,
        base: float = 8.0,
        margin: float = 10.0,
        floor: float | None = None,
    ) -> float:
        """Depth [m] from which a smooth base still returns an echo a margin above the floor.

        Parameters
        ----------
        base : permittivity below the layer; 8 for solid basalt
        margin : [dB]
        floor : level below the mirror that hides echoes [dB], such as clutter; noise if left out
        """
        eps = complex(complex_permittivity(permittivity, loss_tangent))
        surface = abs(complex(reflection(1.0, eps))) ** 2
        returned = (1.0 - surface) ** 2 * abs(complex(reflection(eps, base))) ** 2
        low = -float(self.dynamic_range(height)) if floor is None else -abs(floor)
        if returned <= 0.0:
            return 0.0
        spare = 10.0 * math.log10(returned) - margin - low
        rate = 2.0 * float(attenuation(permittivity, loss_tangent, self.center_frequency))
        if spare <= 0.0:
            return 0.0
        return math.inf if rate == 0.0 else spare / rate

    # echoes ------------------------------------------------------------------------------------
    def delays(self, earliest: float, latest: float) -> Array:
        """Even delays from the datum [s], whole samples, that cover both ends."""
        if not (math.isfinite(earliest) and math.isfinite(latest) and earliest < latest):
            raise InputError("delays go from an earlier to a later time, both in seconds")
        dt = self.sample_spacing
        if (latest - earliest) / dt > _MOST_DELAYS:
            raise InputError(
                f"delays over {latest - earliest:g} s are more than {_MOST_DELAYS} samples of "
                f"{dt * 1e9:.4g} ns: take a shorter time"
            )
        return np.asarray(dt * np.arange(math.floor(earliest / dt), math.ceil(latest / dt) + 1))

    def echo(
        self,
        columns: RadarColumns,
        delays: ArrayLike,
        surface_delay: ArrayLike = 0.0,
        *,
        sza: ArrayLike | None = None,
        ionosphere: Ionosphere | None = None,
        correction: str = "scaled",
        surface: bool = True,
    ) -> Complex:
        """Compressed coherent echo of columns (trace, delay), amplitude over the mirror's.

        Parameters
        ----------
        delays : (n,) even, [s]
        surface_delay : of the surface on that axis, (trace,) [s]
        sza : solar zenith angle (trace,) [deg]; without it there is no ionosphere
        correction : what processing takes out of the ionosphere's phase: one of
            `radar_echo.CORRECTIONS`
        surface : False leaves out the surface's own echo

        Raises
        ------
        InputError : uneven delays, a surface that is not on the axis
        """
        plan = radar_echo.Plan.of(self, columns, delays, correction=correction, surface=surface)
        return radar_echo.coherent(plan, columns, surface_delay, sza, ionosphere or Ionosphere())

    def trace(
        self,
        columns: RadarColumns,
        height: ArrayLike,
        *,
        sza: ArrayLike | None = None,
        ionosphere: Ionosphere | None = None,
        lead: float = 5e-6,
        seed: int | None = None,
        presum: int | None = None,
    ) -> xr.Dataset:
        """Received voltage in the receive window, before any processing (trace, sample).

        The window opens `lead` seconds before the mirror's echo would begin. Noise is added when a
        seed is given, that of the mean of `presum` pulses. |voltage|^2 is power in W.
        """
        h = np.broadcast_to(_positive("height above the ground", height), (len(columns),))
        count = int(fft.next_fast_len(round(self.receive_window / self.sample_spacing)))
        radar_echo.require_room(len(columns), count)
        delays = self.sample_spacing * np.arange(count) - lead
        spectrum = radar_echo.column_spectrum(self, columns, count, lead, sza, ionosphere)
        spectrum *= self.chirp.spectrum(count)
        voltage = fft.ifft(spectrum, axis=1) * np.sqrt(self.mirror_power(h))[:, None]
        if seed is not None:
            pulses = self.presum if presum is None else _count("presum", presum)
            density = _K * self.noise_temperature / pulses / self.sample_spacing
            voltage += math.sqrt(density) * products.white(seed, len(columns), count)
        coords = {"delay": field("two_way_delay", delays, "delay")}
        data = {
            "radar_voltage": field("radar_voltage", voltage, ("trace", "delay"), coords),
            "altitude": field("altitude", h, "trace"),
        }
        return xr.Dataset(data, attrs=self._attributes() | {"datum": "the surface of each trace"})

    def compress(self, voltage: xr.Dataset) -> xr.Dataset:
        """Pulse compression of `trace`: power [dB] and complex amplitude over the mirror's."""
        held = voltage["radar_voltage"]
        count = held.sizes["delay"]
        h = _positive("height above the ground", voltage["altitude"].values)
        line = fft.ifft(fft.fft(held.values, axis=1) * self.chirp.filter(count), axis=1)
        line /= np.sqrt(self.mirror_power(h))[:, None]
        power = 10.0 * np.log10(np.maximum(np.abs(line) ** 2, 1e-30))
        dims = ("trace", "delay")
        coords = {"delay": voltage["delay"]}
        data = {
            "echo_power": field("echo_power", power, dims, coords),
            "amplitude": xr.DataArray(line, dims=dims, coords=coords, attrs={"units": "1"}),
        }
        return xr.Dataset(data, attrs=dict(voltage.attrs))

    def clutter_options(self) -> dict[str, Any]:
        """What `geometry.radar_facets.cluttergram` needs to know of this sounder.

        Raises InputError for a window that it does not have: it knows "hann" and "uniform".
        """
        if self.window not in ("hann", "uniform"):
            raise InputError(
                f"clutter is made for a hann or uniform window, not {self.window!r}: choose one"
            )
        return {
            "centre_frequency": self.center_frequency,
            "bandwidth": self.bandwidth,
            "sample_spacing": self.sample_spacing,
            "weighting": self.window,
        }

    def radargram(self, track: xr.Dataset, columns: RadarColumns, **options: Any) -> xr.Dataset:
        """Echo power along a track (trace, delay) with clutter and noise; see `radargram`."""
        return products.radargram(self, track, columns, **options)

    def _attributes(self) -> dict[str, Any]:
        return {
            "instrument": self.name,
            "band": self.chosen.name,
            "center_frequency_Hz": self.center_frequency,
            "bandwidth_Hz": self.bandwidth,
            "sample_spacing_s": self.sample_spacing,
            "window": self.window,
            "presum": self.presum,
            "level": "0 dB: flat perfect mirror at the same height",
        }


def _positive(what: str, given: ArrayLike) -> Array:
    held = np.asarray(given, dtype=np.float64)
    if not np.all(np.isfinite(held) & (held > 0.0)):
        raise InputError(f"the {what} must be a positive number of metres, without gaps")
    return held


def _count(what: str, given: int) -> int:
    if given < 1:
        raise InputError(f"{what} is {given}; it must be at least 1")
    return int(given)
