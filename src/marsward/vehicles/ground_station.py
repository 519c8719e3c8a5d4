"""Stations on Earth that hear a craft: dish, noise, air, and where they stand.

Networks that hear missions to Mars are presets, files in `presets/ground-station/`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import fitting, numbers
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.link_budget import decibel, dish_gain, sun_noise, system_noise

__all__ = ["GroundStation"]

Array = NDArray[np.float64]
_FILES = PresetFiles("ground station", "ground-station", room="marsward.vehicles")
_STEPS = 97  # hour angles of half a turn
_TURN = 23.934_469_6 * 3600.0
"""Of the Earth against the stars [s]: Aoki et al. 1982, A&A 105, 359."""
_CHOICE = "a choice"


class GroundStation(PresetPart):
    """One kind of antenna, at one place or at several about the Earth, each value with a source."""

    kind: ClassVar[str] = "ground-station"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the station's name, where there is one",
        description="network that stands, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("station", description="name of the station")
    diameter: Annotated[float, QuantityRule("m", gt=0.5, lt=200.0)] = value(
        "34 m", unit="m", ref=_CHOICE, description="of the dish"
    )
    gain: Annotated[float, QuantityRule("", ge=0.0, le=100.0)] | None = value(
        None, unit="1", ref="as of the diameter and the efficiency",
        description="on the axis, where it is known [dBi], at the frequency `gain_at`",
    )  # fmt: skip
    gain_at: Annotated[float, QuantityRule("Hz", gt=1e8, lt=1e11)] = value(
        "8420 MHz", unit="Hz", ref="downlinks from deep space in X-band", description="see gain"
    )
    efficiency: float = value(
        0.68, unit="1", ref="usual of shaped dishes in X-band", gt=0.0, le=1.0,
        description="of the aperture, where no gain is given",
    )  # fmt: skip
    receiver: Annotated[float, QuantityRule("K", gt=0.0, lt=5000.0)] = value(
        "20 K", unit="K", ref=_CHOICE, description="noise of antenna and receiver in vacuum"
    )
    zenith_loss: float = value(
        0.05, unit="1", ref="about what 90 % of the time keeps below in X-band at dry places: DSN "
        "810-005 module 105, from memory", ge=0.0, le=10.0,
        description="of the air at the zenith [dB]",
    )  # fmt: skip
    pointing: float = value(
        0.1, unit="1", ref="usual of large dishes: DSN 810-005 module 104, from memory", ge=0.0,
        le=10.0, description="loss by the station's own pointing [dB]",
    )  # fmt: skip
    mask: Annotated[float, QuantityRule("deg", ge=5.0, lt=60.0)] = value(
        "10 deg", unit="deg", ref="usual", description="elevation below which nothing is received"
    )
    places: tuple[tuple[float, float], ...] = value(
        ((35.4, -116.9),), ref=_CHOICE,
        description="latitude and east longitude of each antenna [deg]",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.places:
            raise ValueError("places of a station needs one pair at least, latitude and longitude")
        for lat, lon in self.places:
            if not (-90.0 <= lat <= 90.0 and -360.0 <= lon <= 360.0):
                raise ValueError(
                    f"places of a station are (latitude, east longitude) in degrees, not {lat, lon}"
                )
        return self

    def gain_for(self, frequency: float) -> float:
        """Gain on the axis at a frequency [Hz], [dBi]; one that is known grows as its square."""
        if self.gain is None:
            return dish_gain(self.diameter, frequency, self.efficiency)
        return float(self.gain + 2.0 * decibel(frequency / self.gain_at))

    def noise(
        self, elevation: ArrayLike, sun_angle: ArrayLike = 180.0, *, frequency: float | None = None
    ) -> Array:
        """Noise temperature of the system [K].

        elevation : of the craft [deg]; sun_angle : of the craft from the Sun, at Earth [deg]
        frequency : [Hz]; that of the known gain if None
        """
        gain = self.gain_for(frequency or self.gain_at)
        up, angle = fitting(
            elevation=numbers(elevation, "the elevation", "deg"),
            angle=numbers(sun_angle, "the angle from the Sun", "deg"),
        )
        return system_noise(
            up, receiver=self.receiver, zenith=self.zenith_loss, sun=sun_noise(angle, gain)
        )

    def passes(self, declination: ArrayLike) -> tuple[Array, Array]:
        """Time that a craft of a declination [deg] is above the mask, and its mean elevation.

        Seconds a day (..., places) and degrees (..., places), NaN where it does not rise.
        """
        sky = np.radians(numbers(declination, "the declination", "deg"))[..., None, None]
        lat = np.radians(np.array([place[0] for place in self.places]))[:, None]
        turn = (np.arange(_STEPS) + 0.5) * (np.pi / _STEPS)
        sine = np.sin(lat) * np.sin(sky) + np.cos(lat) * np.cos(sky) * np.cos(turn)
        up = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
        seen = up >= self.mask
        count = seen.sum(axis=-1)
        mean = np.where(seen, up, 0.0).sum(axis=-1) / np.maximum(count, 1)
        return count * (_TURN / _STEPS), np.where(count > 0, mean, np.nan)

    def covered(self, declination: ArrayLike) -> Array:
        """Time a day in which one of the places at least sees a craft of a declination [s]."""
        sky = np.radians(numbers(declination, "the declination", "deg"))[..., None, None]
        lat, lon = np.radians(np.array(self.places)).T
        turn = np.linspace(0.0, 2.0 * np.pi, 289)[:-1]
        angle = turn[:, None] + lon
        sine = np.sin(lat) * np.sin(sky) + np.cos(lat) * np.cos(sky) * np.cos(angle)
        seen = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))) >= self.mask
        return np.asarray(seen.any(axis=-1).mean(axis=-1) * _TURN)
