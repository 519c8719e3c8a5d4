"""Radio science at an occultation: the carrier's path through a planet's air, with its noise.

What is observed is the phase of the carrier less what the straight line would give, told as an
excess path [m]: received phase times -wavelength over 2 pi. One way, the craft's oscillator makes
the carrier; two ways, a station's clock makes a wave that passes the air going up at frequency over
turn-around ratio, is sent back coherently and passes it again: gas counts twice, electrons by each
wave's frequency. Rays obey geometric optics: ripples of diffraction at edges are left out, and who
retrieves has to keep to the Fresnel zone.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, ClassVar, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import value
from marsward.core.preset_files import Preset
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.instruments.frequency_noise import FrequencyNoise, frequency_noise
from marsward.instruments.radio_science_presets import preset, preset_names
from marsward.physics.ionosphere import Ionosphere
from marsward.physics.refraction import round_air

__all__ = ["GEOMETRY", "RadioScience"]

Array = NDArray[np.float64]
GEOMETRY = (
    "craft_radius", "observer_radius", "straight_impact", "craft_radius_rate",
    "observer_radius_rate", "central_angle_rate",
)  # fmt: skip
"""What a track says of the two ends of its rays, sample by sample."""
_CHOICE = "a choice: X band of today, coherent both ways"

add_fields(
    FieldRow("excess_path", "m", "phase path of the carrier less that of the straight line"),
)


class RadioScience(PresetPart):
    """A craft's carrier and the station that follows it, each value with its source."""

    kind: ClassVar[str] = "radio-science"
    pieces: ClassVar[str] = ""

    preset: str | None = value(
        None,
        ref="the preset of the instrument's name, where there is one",
        description="radio science that has flown, whose values hold where none are given here",
    )
    name: str = value("radio-science", description="name of the instrument")
    link: Literal["one-way", "two-way"] = value(
        "two-way", ref=_CHOICE,
        description="what makes the carrier: the craft's oscillator or a station's clock",
    )  # fmt: skip
    frequency: Annotated[float, QuantityRule("Hz", gt=1e8, lt=1e12)] = value(
        "8.42 GHz", unit="Hz", ref="middle of the X band of deep space",
        description="of the carrier that is received",
    )  # fmt: skip
    turnaround: float = value(
        880.0 / 749.0, unit="1", origin="published", ref="CCSDS 401.0-B", gt=0.1, lt=10.0,
        description="frequency received over frequency sent up, two ways",
    )  # fmt: skip
    allan: tuple[tuple[float, float], ...] = value(
        ((1.0, 2.0e-13), (10.0, 7.0e-14), (100.0, 2.5e-14), (1000.0, 1.0e-14)),
        ref="white to a floor that plasma between the planets sets: Asmar et al. 2005, "
        "doi:10.1029/2004RS003101",
        description="time [s] and Allan deviation [-] of oscillator and media",
    )  # fmt: skip
    carrier_to_noise: float = value(
        45.0, unit="1", ref=_CHOICE, ge=-10.0, le=120.0,
        description="power of the carrier over density of noise at the station [dB Hz]",
    )  # fmt: skip
    sample_rate: Annotated[float, QuantityRule("Hz", gt=0.0, le=1e5)] = value(
        "10 Hz", unit="Hz", ref=_CHOICE, description="samples of the phase in a second, at most"
    )

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets."""
        return preset_names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        return preset(name)

    @model_validator(mode="after")
    def _check(self) -> RadioScience:
        try:
            self.noise()
        except InputError as error:
            raise ValueError(str(error)) from error
        return self

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Radio science to be named in a mission file: preset = "tianwen-1"."""
        return tuple(preset(name) for name in preset_names())

    @property
    def passes(self) -> int:
        """How often the carrier passes the air: 1 or 2."""
        return 2 if self.link == "two-way" else 1

    def noise(self) -> FrequencyNoise:
        """Noise of the carrier that is received."""
        return frequency_noise(
            self.allan, carrier_to_noise=self.carrier_to_noise, frequency=self.frequency
        )

    def observe(
        self,
        tracks: xr.Dataset,
        height: ArrayLike,
        pressure: ArrayLike,
        temperature: ArrayLike,
        *,
        ionosphere: Ionosphere | None = None,
        seed: int | None = 0,
        orbit_sigma: float = 0.0,
        workers: int = 1,
    ) -> xr.Dataset:
        """The excess path along tracks, through air that is given.

        Parameters
        ----------
        tracks : of `geometry.occultation_track.occultation_tracks`
        height : (level,) or (profile, level) over the areoid, rising; the first is the ground [m]
        pressure, temperature : (profile, level) of the air over the limb [Pa], [K]; NaN may end a
            profile
        ionosphere : none if left out; it takes the solar zenith angle at the limb
        seed : of the noise; None for none
        orbit_sigma : standard deviation of the height that an orbit's error adds to the geometry
            which is handed on with the observation [m]
        workers : threads; results do not depend on them

        Returns
        -------
        Dataset (profile, sample): excess_path of all passes [m], NaN where nothing is received, and
        the geometry of the tracks as it is known.

        Raises
        ------
        InputError : profiles that do not fit the tracks, or air that cannot be.
        """
        p = np.asarray(pressure, dtype=np.float64)
        t = np.asarray(temperature, dtype=np.float64)
        count = tracks.sizes["profile"]
        if p.ndim != 2 or p.shape != t.shape or p.shape[0] != count:
            raise InputError(
                f"there are {count} tracks, pressures {p.shape} and temperatures {t.shape}; give "
                "one row of levels for each track"
            )
        z = np.broadcast_to(np.asarray(height, dtype=np.float64), p.shape)
        if not orbit_sigma >= 0.0:
            raise InputError(f"an orbit's error must be 0 m or more, not {orbit_sigma!r}")
        zenith = tracks["solar_zenith_angle"].values
        shape = tracks["straight_impact"].shape
        path = np.full(shape, np.nan)
        seeds = np.random.SeedSequence(seed).spawn(count + 1)
        noise = self.noise()

        def follow(i: int) -> None:
            keep = np.isfinite(p[i]) & np.isfinite(t[i]) & np.isfinite(z[i])
            air = round_air(
                z[i, keep], p[i, keep], t[i, keep], radius=float(tracks["curvature_radius"][i]),
                frequency=self.frequency, ionosphere=ionosphere, sza=float(zenith[i]),
            )  # fmt: skip
            n = int(tracks["samples"][i])
            ends = [tracks[name].values[i, :n] for name in GEOMETRY[:3]]
            path[i, :n] = air.excess_path(*ends)[0]
            if self.passes == 2:
                sent = self.frequency / self.turnaround
                path[i, :n] += air.excess_path(*ends, frequency=sent)[0]
            if seed is not None:
                step = float(tracks["et"].values[i, 1] - tracks["et"].values[i, 0])
                path[i, :n] += noise.path(n, step, np.random.default_rng(seeds[i]))

        with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
            for _ in pool.map(follow, range(count)):
                pass
        out = tracks.assign(excess_path=field("excess_path", path, ("profile", "sample")))
        if orbit_sigma > 0.0:
            known = np.random.default_rng(seeds[count]).standard_normal(count) * orbit_sigma
            out["straight_impact"] = out["straight_impact"] + known[:, None]
        return out.assign_attrs(
            passes=self.passes, frequency=self.frequency, turnaround=self.turnaround,
            link=self.link, instrument=self.name, orbit_sigma=float(orbit_sigma),
        )  # fmt: skip
