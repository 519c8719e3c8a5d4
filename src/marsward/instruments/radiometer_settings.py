"""What a radiometer is set to: its bands, its field of view and its channel for sunlight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import ModelWrapValidatorHandler, model_validator

from marsward.core.part import Parameter, Part, value
from marsward.core.quantity import QuantityRule
from marsward.instruments.radiometer_bands import RadiometerBand
from marsward.instruments.radiometer_presets import preset, preset_names

_CHOICE = "a choice: a small radiometer of today"


class RadiometerSettings(Part):
    """What a radiometer is set to, each value with its source."""

    preset: str | None = value(
        None,
        ref="the preset of the radiometer's name, where there is one",
        description="a radiometer that has flown, whose values hold where none are given here",
    )
    name: str = value("radiometer", description="name of the instrument")
    bands: tuple[RadiometerBand, ...] = value(
        ({"name": "window", "lo": "10 um", "hi": "13.5 um"},),
        ref=_CHOICE,
        description="the thermal bands",
    )
    pixel_across: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "2 mrad", unit="rad", ref=_CHOICE, description="angle of a pixel across the track"
    )
    pixel_along: Annotated[float, QuantityRule("rad", gt=0.0, lt=0.5)] = value(
        "2 mrad", unit="rad", ref=_CHOICE, description="angle of a pixel along the track"
    )
    pixels: int = value(
        64, unit="1", ref=_CHOICE, ge=1, le=100_000, description="pixels side by side across"
    )
    dwell: Annotated[float, QuantityRule("s", ge=0.0)] = value(
        "0.1 s", unit="s", ref=_CHOICE, description="time of one sample, in which the ground moves"
    )
    solar_lo: Annotated[float, QuantityRule("m", gt=0.0)] | None = value(
        None, unit="m", description="short end of the channel for sunlight; no channel if left out"
    )
    solar_hi: Annotated[float, QuantityRule("m", gt=0.0)] | None = value(
        None, unit="m", description="long end of the channel for sunlight"
    )
    solar_noise: float = value(
        0.001, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="noise of one sample in I/F (1 sigma)",
    )  # fmt: skip
    solar_gain_error: float = value(
        0.02, unit="1", ref=_CHOICE, ge=0.0, le=0.5,
        description="relative error of the channel's calibration, one for a campaign (1 sigma)",
    )  # fmt: skip

    @model_validator(mode="wrap")
    @classmethod
    def _with_preset(
        cls, data: Any, handler: ModelWrapValidatorHandler[RadiometerSettings]
    ) -> RadiometerSettings:
        """Fill what was not given from the preset, and remember what was given."""
        if not isinstance(data, Mapping):
            return handler(data)
        given = dict(data)
        chosen = given.get("preset") or given.get("name")
        known = given.get("preset") is not None or chosen in preset_names()
        if isinstance(chosen, str) and known:
            given = {**preset(chosen).values, "name": chosen, **data, "preset": chosen}
        made = handler(given)
        object.__setattr__(made, "__pydantic_fields_set__", set(data))
        return made

    @model_validator(mode="after")
    def _check(self) -> RadiometerSettings:
        if not self.bands:
            raise ValueError('a radiometer needs a band, such as {name = "window", lo = "10 um"}')
        names = [band.name for band in self.bands]
        if len(set(names)) < len(names):
            raise ValueError(f"bands have one name twice: {', '.join(names)}")
        if (self.solar_lo is None) != (self.solar_hi is None):
            raise ValueError("a channel for sunlight needs both solar_lo and solar_hi, or neither")
        if self.solar_lo is not None and not self.solar_lo < (self.solar_hi or 0.0):
            raise ValueError("solar_lo must be below solar_hi")
        return self

    @property
    def defaults_used(self) -> dict[str, Any]:
        """Fields that were not given, those of a preset's bands one by one ("bands.9.lo")."""
        used = super().defaults_used
        if used.get("preset", "") is None:
            del used["preset"]
        if self.preset is not None and "bands" in used:
            del used["bands"]
            used |= dict(self._band_values())
        return used

    def own_parameters(self) -> tuple[Parameter, ...]:
        """As `parameters`, with what the preset says of the values it holds and of their source."""
        rows = {row.name: row for row in type(self).parameters()}
        if self.preset is None:
            return tuple(rows.values())
        sources = preset(self.preset).sources
        out = []
        for name, row in rows.items():
            if name == "bands" and "bands" not in self.model_fields_set:
                out += [self._band_row(key, *sources[key]) for key, _ in self._band_values()]
            elif name == "preset":
                out.append(replace(row, origin="derived", default=self.preset))
            elif name in sources and name not in self.model_fields_set:
                origin, ref = sources[name]
                out.append(replace(row, origin=origin, ref=ref, default=getattr(self, name)))
            else:
                out.append(row)
        return tuple(out)

    def _band_values(self) -> Iterator[tuple[str, Any]]:
        """Values that the preset gives of its bands, by the names of their sources."""
        sources = preset(self.preset).sources if self.preset else {}
        for band in self.bands:
            for name in type(band).model_fields:
                if f"bands.{band.name}.{name}" in sources:
                    yield f"bands.{band.name}.{name}", getattr(band, name)

    def _band_row(self, key: str, origin: str, ref: str) -> Parameter:
        _, band, name = key.split(".")
        row = next(row for row in RadiometerBand.parameters() if row.name == name)
        held = getattr(next(each for each in self.bands if each.name == band), name)
        return replace(row, name=key, default=held, required=False, origin=origin, ref=ref)
