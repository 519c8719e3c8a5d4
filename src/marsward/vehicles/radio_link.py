"""The radio of a craft that speaks to Earth: power, antenna, codes, and the bits that arrive.

Every code of the radio is tried and the one that carries most is taken: a strong code at a low
signal, a weak one where the transmitter's symbols, not the signal, set the limit. Radios that have
flown are presets, files in `presets/radio-link/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import fitting, numbers
from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.link_budget import (
    CODES,
    atmospheric_loss,
    bit_rate,
    code,
    decibel,
    dish_beamwidth,
    dish_gain,
    free_space_loss,
    noise_density,
    pointing_loss,
)
from marsward.vehicles.ground_station import GroundStation

__all__ = ["LinkRates", "RadioLink", "budget_rows", "link_rates"]

Array = NDArray[np.float64]
_FILES = PresetFiles("radio link", "radio-link", room="marsward.vehicles")
_CHOICE = "a choice"
_MOST = Annotated[float, QuantityRule("bit/s", gt=0.0)]
_LEVEL = Annotated[float, QuantityRule("", ge=0.0, le=30.0)]


class RadioLink(PresetPart):
    """A radio link to Earth, each value with its source."""

    kind: ClassVar[str] = "radio-link"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the radio's name, where there is one",
        description="radio that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("radio", description="name of the radio")
    power: Annotated[float, QuantityRule("W", gt=0.0, lt=1e4)] = value(
        "35 W", unit="W", ref=_CHOICE, description="radio power at the amplifier's output"
    )
    frequency: Annotated[float, QuantityRule("Hz", gt=1e8, lt=1e11)] = value(
        "8420 MHz", unit="Hz", ref="downlinks from deep space in X-band, 8.40 to 8.45 GHz: CCSDS "
        "401.0-B", description="of the downlink",
    )  # fmt: skip
    diameter: Annotated[float, QuantityRule("m", gt=0.0, lt=50.0)] = value(
        "1.5 m", unit="m", ref=_CHOICE, description="of the antenna"
    )
    efficiency: float = value(
        0.6, unit="1", ref="usual of dishes", gt=0.0, le=1.0,
        description="of the aperture, where no gain is given",
    )  # fmt: skip
    gain: Annotated[float, QuantityRule("", ge=-10.0, le=80.0)] | None = value(
        None, unit="1", ref="as of the diameter and the efficiency",
        description="of the antenna on its axis, where it is known [dBi]",
    )  # fmt: skip
    line_loss: _LEVEL = value(
        1.0, unit="1", ref="usual", description="between amplifier and antenna [dB]"
    )
    pointing_error: Annotated[float, QuantityRule("deg", ge=0.0, lt=30.0)] = value(
        "0.1 deg", unit="deg", ref=_CHOICE, description="of the antenna from the Earth"
    )
    polarisation_loss: _LEVEL = value(0.1, unit="1", ref="usual", description="[dB]")
    codes: tuple[str, ...] = value(
        ("turbo-1/6", "turbo-1/3", "turbo-1/2", "ldpc-4/5"), ref="those that CCSDS 131.0-B has",
        description="of which that is taken which carries most",
    )  # fmt: skip
    demodulation_loss: _LEVEL = value(
        1.0, unit="1", ref="modulation, subcarrier and receiver together, usual: Yuen 1983, "
        "chapter 5", description="between the signal and the decoder [dB]",
    )  # fmt: skip
    margin: _LEVEL = value(
        3.0, unit="1", origin="published",
        ref="nominal margin asked by ECSS-E-ST-50-05C, section 8, from memory",
        description="kept over the threshold [dB]",
    )  # fmt: skip
    symbol_rate: Annotated[float, QuantityRule("1/s", gt=0.0)] = value(
        "12e6 1/s", unit="1/s", ref=_CHOICE, description="most symbols a second it sends"
    )
    most: _MOST = value("6 Mbit/s", unit="bit/s", ref=_CHOICE, description="highest bit rate")
    least: _MOST = value("10 bit/s", unit="bit/s", ref=_CHOICE, description="lowest bit rate")
    steps: Literal["any", "halves"] = value(
        "any", ref=_CHOICE, description="bit rates it has: any, or the highest and its halves"
    )
    blackout: Annotated[float, QuantityRule("deg", ge=0.0, lt=45.0)] = value(
        "2 deg", unit="deg", origin="published", ref="NASA sends no commands to Mars while it is "
        "within 2 deg of the Sun (JPL, June 2015), where too telemetry in X-band degrades: "
        "Acta Astronautica 118, 246, 2016; ESA reckons with 3 to 4 deg (November 2023)",
        description="angle of craft and Sun, at Earth, within which nothing is sent",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.codes:
            raise ValueError("codes of a radio needs one code at least")
        for each in self.codes:
            try:
                code(each)
            except InputError as error:
                raise ValueError(str(error)) from error
        if self.least > self.most:
            raise ValueError("least of a radio's bit rates lies above most; exchange them")
        return self

    @property
    def antenna(self) -> float:
        """Gain on the axis [dBi]."""
        if self.gain is not None:
            return self.gain
        return dish_gain(self.diameter, self.frequency, self.efficiency)

    @property
    def eirp(self) -> float:
        """Power towards Earth over an isotropic antenna's [dBW], without the pointing error."""
        return float(decibel(self.power)) + self.antenna - self.line_loss

    @property
    def pointing(self) -> float:
        """Loss by the pointing error [dB]."""
        return float(pointing_loss(self.pointing_error, dish_beamwidth(self.antenna)))

    def rates(self, power_to_noise: ArrayLike) -> tuple[Array, Array]:
        """Bit rate [bit/s] and place of its code in `codes`, -1 for none.

        power_to_noise : of the whole signal over the noise density [dB Hz]
        """
        level = numbers(power_to_noise, "the power over the noise density", "dB Hz")
        best, which = np.zeros(level.shape), np.full(level.shape, -1)
        for place, name in enumerate(self.codes):
            each = CODES[name]
            can = bit_rate(level, each.threshold, losses=self.demodulation_loss, margin=self.margin)
            can = self._step(np.minimum(can, min(self.most, self.symbol_rate * each.rate)))
            better = can > best
            best, which = np.where(better, can, best), np.where(better, place, which)
        return best, which

    def _step(self, can: Array) -> Array:
        if self.steps == "halves":
            down = np.ceil(np.log2(self.most / np.maximum(can, 1e-30)) - 1e-9)
            can = self.most * 0.5**down
        return np.where(can >= self.least * (1.0 - 1e-12), can, 0.0)


@dataclass(frozen=True, eq=False)
class LinkRates:
    """What a link carries, arrays of one shape.

    rate : [bit/s]; zero in the blackout and where no rate of the radio fits
    code : place in the radio's codes, -1 for none; blackout : truth values
    received : power at the station [dBW]; noise : of the system [K]
    power_to_noise : [dB Hz]; margin : over the threshold at the rate [dB], NaN without a rate
    """

    rate: Array
    code: NDArray[np.int64]
    blackout: NDArray[np.bool_]
    space_loss: Array
    air_loss: Array
    received: Array
    noise: Array
    power_to_noise: Array
    margin: Array


def link_rates(
    radio: RadioLink,
    station: GroundStation,
    distance: ArrayLike,
    *,
    sun_angle: ArrayLike = 180.0,
    elevation: ArrayLike = 30.0,
) -> LinkRates:
    """Bit rates from a craft to a station.

    Parameters
    ----------
    radio, station : both ends
    distance : [m]; sun_angle : of the craft from the Sun, seen from Earth [deg]
    elevation : of the craft over the station's horizon [deg]; all spread to one shape

    Raises
    ------
    InputError : a distance not above zero, an elevation below 3 deg, an angle outside 0 to 180
        deg, shapes that do not fit.
    """
    far, angle, up = fitting(
        distance=numbers(distance, "the distance", "m"),
        sun_angle=numbers(sun_angle, "the angle from the Sun", "deg"),
        elevation=numbers(elevation, "the elevation", "deg"),
    )
    if angle.size and (angle.min() < 0.0 or angle.max() > 180.0):
        raise InputError(f"the angle from the Sun lies in 0 to 180 deg, not {angle.min():g} deg")
    space = free_space_loss(far, radio.frequency)
    air = atmospheric_loss(up, station.zenith_loss)
    received = (
        radio.eirp - radio.pointing - radio.polarisation_loss - space - air - station.pointing
        + station.gain_for(radio.frequency)
    )  # fmt: skip
    noise = station.noise(up, angle, frequency=radio.frequency)
    level = received - noise_density(noise)
    dark = angle < radio.blackout
    rate, which = radio.rates(level)
    rate = np.where(dark, 0.0, rate)
    which = np.where(rate > 0.0, which, -1)
    needed = np.array([CODES[name].threshold for name in radio.codes])[which]
    with np.errstate(divide="ignore"):
        spare = level - radio.demodulation_loss - decibel(rate) - needed
    return LinkRates(
        rate, which.astype(np.int64), dark, space, air, received, noise, level,
        np.where(rate > 0.0, spare, np.nan),
    )  # fmt: skip


def budget_rows(
    radio: RadioLink, station: GroundStation, found: LinkRates, distance: float, sun_angle: float
) -> list[tuple[str, str, Any, str]]:
    """Key, label, value and text of every line of one link's budget."""
    rate, place = float(found.rate), int(found.code)
    level, noise = float(found.power_to_noise), float(found.noise)
    using = radio.codes[place] if place >= 0 else "none"
    lines: list[tuple[str, str, Any, str]] = [
        ("distance_au", "Distance", distance / float(ASTRONOMICAL_UNIT), " au"),
        ("sun_angle_deg", "Angle from the Sun", sun_angle, " deg"),
        ("power_dbw", "Power", float(decibel(radio.power)), " dBW"),
        ("line_loss_db", "Line loss", -radio.line_loss, " dB"),
        ("antenna_gain_dbi", "Antenna gain", radio.antenna, " dBi"),
        ("eirp_dbw", "EIRP", radio.eirp, " dBW"),
        ("pointing_loss_db", "Pointing", -radio.pointing, " dB"),
        ("space_loss_db", "Free space", -float(found.space_loss), " dB"),
        ("air_loss_db", "Air", -float(found.air_loss), " dB"),
        ("polarisation_loss_db", "Polarisation", -radio.polarisation_loss, " dB"),
        ("station_gain_dbi", "Station gain", station.gain_for(radio.frequency), " dBi"),
        ("station_pointing_db", "Station pointing", -station.pointing, " dB"),
        ("received_dbm", "Received", float(found.received) + 30.0, " dBm"),
        ("noise_k", "System noise", noise, " K"),
        ("g_over_t_db_k", "G/T",
         station.gain_for(radio.frequency) - float(decibel(noise)), " dB/K"),
        ("power_to_noise_db_hz", "P/N0", level, " dB Hz"),
        ("demodulation_loss_db", "Demodulation", -radio.demodulation_loss, " dB"),
        ("margin_asked_db", "Margin asked", radio.margin, " dB"),
    ]  # fmt: skip
    rows = [(key, label, v, f"{v:.2f}{unit}") for key, label, v, unit in lines]
    rows.append(("code", "Code", using, using))
    if place >= 0:
        need, spare = CODES[using].threshold, float(found.margin)
        rows.append(("threshold_db", "Eb/N0 needed", need, f"{need:.2f} dB"))
        rows.append(("margin_db", "Margin there is", spare, f"{spare:.2f} dB"))
    rows.append(("bit_rate", "Bit rate", rate, f"{rate / 1e3:,.3f} kbit/s".replace(",", " ")))
    dark = bool(found.blackout)
    rows.append(("blackout", "Blackout", dark, "yes" if dark else "no"))
    return rows
