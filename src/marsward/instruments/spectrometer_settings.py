"""What a spectrometer is set to: its ranges of channels, its field of view and its noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import ModelWrapValidatorHandler, model_validator

from marsward.core.part import Parameter, Part, value
from marsward.core.quantity import QuantityRule
from marsward.instruments.spectrometer_presets import SHORT_NAMES, preset, preset_names

_CHOICE = "a choice: an imaging spectrometer of today"
_MOST_CHANNELS = 20_000


class SpectralRange(Part):
    """Channels of one grating and detector, evenly spaced."""

    name: str = value(
        ref="a choice",
        description="short name, for files and tables",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
    )
    lo: Annotated[float, QuantityRule("m", ge=200e-9)] = value(
        unit="m", description="centre of the first channel"
    )
    hi: Annotated[float, QuantityRule("m", le=100e-6)] = value(
        unit="m", description="centre of the last channel, or just above it"
    )
    sampling: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 nm", unit="m", ref=_CHOICE, description="distance between the centres of channels"
    )
    fwhm_lo: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 nm", unit="m", ref=_CHOICE, description="full width at half maximum at the short end"
    )
    fwhm_hi: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "10 nm", unit="m", ref=_CHOICE, description="full width at half maximum at the long end"
    )

    @model_validator(mode="after")
    def _check(self) -> SpectralRange:
        if not self.lo < self.hi:
            raise ValueError(f"lo of the range {self.name!r} must be below its hi")
        if (self.hi - self.lo) / self.sampling > _MOST_CHANNELS:
            raise ValueError(
                f"the range {self.name!r} would have more than {_MOST_CHANNELS} channels: give a "
                "wider sampling"
            )
        return self


class SpectrometerSettings(Part):
    """What a spectrometer is set to, each value with its source."""

    preset: str | None = value(
        None,
        ref="the preset of the spectrometer's name, where there is one",
        description="a spectrometer that has flown, whose values hold where none are given here",
    )
    name: str = value("spectrometer", description="name of the instrument")
    ranges: tuple[SpectralRange, ...] = value(
        ({"name": "all", "lo": "0.4 um", "hi": "3.8 um"},), ref=_CHOICE,
        description="ranges of channels, from short to long waves",
    )  # fmt: skip
    joint: Annotated[float, QuantityRule("m", gt=0.0)] | None = value(
        None, unit="m", ref=_CHOICE,
        description="where two ranges overlap: the first is used below, the second above",
    )  # fmt: skip
    channel_binning: int = value(
        1, unit="1", ref=_CHOICE, ge=1, le=64,
        description="neighbouring channels summed into one before sending",
    )  # fmt: skip
    ifov: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "0.5 mrad", unit="rad", ref=_CHOICE, description="angle of one pixel"
    )
    samples: int = value(
        416, unit="1", ref=_CHOICE, ge=1, le=100_000, description="pixels side by side across"
    )
    spatial_binning: int = value(
        1, unit="1", ref=_CHOICE, ge=1, le=1024,
        description="pixels across, and as many lines, averaged into one spectrum",
    )  # fmt: skip
    snr_um: tuple[tuple[float, float], ...] = value(
        ((0.4, 100.0), (3.8, 100.0)), unit="1", ref=_CHOICE,
        description="pairs (wavelength in um, signal to noise of one spectrum)",
    )  # fmt: skip
    snr_albedo: float = value(
        0.3, unit="1", ref=_CHOICE, gt=0.0, le=1.0, description="reflectance at which snr_um holds"
    )
    snr_incidence: Annotated[float, QuantityRule("rad", ge=0.0, lt=1.5)] = value(
        "30 deg", unit="rad", ref=_CHOICE, description="incidence at which snr_um holds"
    )
    snr_distance: Annotated[float, QuantityRule("m", gt=0.0)] = value(
        "227.4e6 km", unit="m", ref="mean distance of Mars", description="from the Sun for snr_um"
    )
    photon_share: float = value(
        0.7, unit="1", ref=_CHOICE, ge=0.0, le=1.0,
        description="share of the variance at snr_um that grows with the light",
    )  # fmt: skip
    gain_error: float = value(
        0.02, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of calibration, one for all channels and a campaign (1 sigma)",
    )  # fmt: skip
    ripple: float = value(
        0.002, unit="1", ref=_CHOICE, ge=0.0, le=0.1,
        description="relative error from channel to channel, one for a campaign (1 sigma)",
    )  # fmt: skip
    smile: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        0.0, unit="m", ref=_CHOICE,
        description="shift of the centres at the edge of the swath, growing with its square",
    )  # fmt: skip
    wavelength_error: Annotated[float, QuantityRule("m", ge=0.0)] = value(
        0.0, unit="m", ref=_CHOICE, description="shift not known, one for a campaign (1 sigma)"
    )
    bits: int = value(
        12, unit="1", ref=_CHOICE, ge=1, le=32, description="depth of the numbers [bit]"
    )

    @model_validator(mode="wrap")
    @classmethod
    def _with_preset(
        cls, data: Any, handler: ModelWrapValidatorHandler[SpectrometerSettings]
    ) -> SpectrometerSettings:
        """Fill what was not given from the preset, and remember what was given."""
        if not isinstance(data, Mapping):
            return handler(data)
        given = dict(data)
        chosen = given.get("preset") or given.get("name")
        known = given.get("preset") is not None or chosen in preset_names()
        if isinstance(chosen, str) and (known or chosen in SHORT_NAMES):
            held = preset(chosen)
            given = {**held.values, "name": held.name, **data, "preset": held.name}
        made = handler(given)
        object.__setattr__(made, "__pydantic_fields_set__", set(data))
        return made

    @model_validator(mode="after")
    def _check(self) -> SpectrometerSettings:
        if not self.ranges:
            raise ValueError("a spectrometer needs a range of channels")
        names = [each.name for each in self.ranges]
        if len(set(names)) < len(names):
            raise ValueError(f"ranges have one name twice: {', '.join(names)}")
        if len(self.ranges) > 2 and self.joint is not None:
            raise ValueError("joint is for two ranges; let more than two not overlap")
        table = np.array(self.snr_um, dtype=np.float64).reshape(-1, 2)
        if not table.size or np.any(np.diff(table[:, 0]) <= 0.0) or np.any(table[:, 1] <= 0.0):
            raise ValueError("snr_um takes pairs, wavelengths rising, signal to noise above 0")
        return self

    @property
    def defaults_used(self) -> dict[str, Any]:
        """Fields that were not given, those of a preset's ranges one by one."""
        used = super().defaults_used
        if used.get("preset", "") is None:
            del used["preset"]
        if self.preset is not None and "ranges" in used:
            del used["ranges"]
            used |= dict(self._range_values())
        return used

    def own_parameters(self) -> tuple[Parameter, ...]:
        """As `parameters`, with what the preset says of the values it holds and of their source."""
        rows = {row.name: row for row in type(self).parameters()}
        if self.preset is None:
            return tuple(rows.values())
        sources = preset(self.preset).sources
        out = []
        for name, row in rows.items():
            if name == "ranges" and "ranges" not in self.model_fields_set:
                out += [self._range_row(key, *sources[key]) for key, _ in self._range_values()]
            elif name == "preset":
                out.append(replace(row, origin="derived", default=self.preset))
            elif name in sources and name not in self.model_fields_set:
                origin, ref = sources[name]
                out.append(replace(row, origin=origin, ref=ref, default=getattr(self, name)))
            else:
                out.append(row)
        return tuple(out)

    def _range_values(self) -> Iterator[tuple[str, Any]]:
        """Values that the preset gives of its ranges, by the names of their sources."""
        sources = preset(self.preset).sources if self.preset else {}
        for each in self.ranges:
            for name in type(each).model_fields:
                if f"ranges.{each.name}.{name}" in sources:
                    yield f"ranges.{each.name}.{name}", getattr(each, name)

    def _range_row(self, key: str, origin: str, ref: str) -> Parameter:
        _, which, name = key.split(".")
        row = next(row for row in SpectralRange.parameters() if row.name == name)
        held = getattr(next(each for each in self.ranges if each.name == which), name)
        return replace(row, name=key, default=held, required=False, origin=origin, ref=ref)
