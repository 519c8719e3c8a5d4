"""Key numbers of the climate phase: the year, the experiments, and how well the air is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.mission.phases.phase import Quantity

if TYPE_CHECKING:
    from marsward.mission.phases.climate_study import Study

_TOLD = ("ground, mean", "ground, day range", "air at 50 Pa, mean", "least pressure",
         "air that freezes out")  # fmt: skip
"""Measures whose changes are key numbers; all of them are in the product."""
_LOW = 30e3  # m, below which the temperature of the air is judged


def numbers(found: Study) -> dict[str, Quantity]:
    """All of them, in the order of the report."""
    made = found.products
    out = year_numbers(found) | experiment_numbers(made["experiments"])
    out |= _budget_numbers(made["budget"]) | _density_numbers(made["air_column"])
    out |= weather_numbers(made["weather_sols"])
    out |= sun_numbers(made["sun_images"])
    for product, name in (
        ("occultations", "occultation"), ("soundings", "sounding"),
        ("limb_soundings", "limb_sounding"),
    ):  # fmt: skip
        out |= profile_numbers(made[product], name)
    return out


def year_numbers(found: Study) -> dict[str, Quantity]:
    """Pressure at the sites, the caps, and what of the air freezes out."""
    cycle, year = (found.products[name] for name in ("pressure_cycle", "climate_year"))
    out = {
        "pressure_fit_rms": Quantity(
            100.0 * float(cycle.attrs["fit_rms"]), "%", None, str(cycle.attrs["fit_data"])
        ),
        "freeze_share": Quantity(
            100.0 * float(year.attrs["freeze_share"]), "%",
            100.0 * float(year.attrs["freeze_share_sigma"]),
            "of the most air of the year, gone at the least",
        ),
        "co2_residual": Quantity(
            float(year.attrs["co2_residual"]), "", None,
            "air and caps less the total, over the total, greatest of all sols",
        ),
    }  # fmt: skip
    for side in ("north", "south"):
        mass, edge = year[f"cap_mass_{side}"].values, year[f"cap_edge_{side}"].values
        at = int(np.argmax(mass))
        out[f"cap_mass_{side}"] = Quantity(
            float(mass[at]) / 1e15,
            "1e15 kg",
            float(year.attrs[f"cap_mass_{side}_sigma"]) / 1e15,
            f"most of the year, at Ls {float(year['ls'].values[at]):.0f} deg",
        )
        if np.isfinite(edge).any():
            reach = np.nanmin(np.abs(edge))
            out[f"cap_edge_{side}"] = Quantity(
                float(reach if side == "north" else -reach), "deg", None, "lowest latitude of it"
            )
    for k, name in enumerate(cycle["name"].values):
        pressure, ls = cycle["surface_pressure"].values[k], cycle["ls"].values
        sigma = cycle["surface_pressure_sigma"].values[k]
        for word, at in (("low", int(pressure.argmin())), ("high", int(pressure.argmax()))):
            key = f"pressure_{word}_{_key(name)}"
            out[key] = Quantity(
                float(pressure[at]), "Pa", float(sigma[at]), f"{name}, sol mean, at its Ls"
            )
            out[f"{key}_ls"] = Quantity(float(ls[at]), "deg", None, f"{name}: when that is")
    return out


def experiment_numbers(made: xr.Dataset) -> dict[str, Quantity]:
    """The change of every measure in every experiment, and the greenhouse by name."""
    out = {}
    names = [str(name) for name in made["measure"].values]
    for i, case in enumerate(made["case"].values):
        for j, name in enumerate(names):
            unit = str(made["unit"].values[j])
            value, sigma = (
                float(made[kind].values[i, j])
                for kind in (("value", "sigma") if i == 0 else ("change", "change_sigma"))
            )
            if not np.isfinite(value) or (i > 0 and name not in _TOLD):
                continue
            told = "the control" if i == 0 else f"change from the control: {case}"
            key = f"{_key(name)}" if i == 0 else f"{_key(case)}_{_key(name)}"
            out[key] = Quantity(value, unit, sigma, told)
    cold = [k for k, case in enumerate(made["case"].values) if "infrared" in str(case)]
    if cold:
        j = names.index("ground, mean")
        out["greenhouse"] = Quantity(
            -float(made["change"].values[cold[0], j]), "K",
            float(made["change_sigma"].values[cold[0], j]),
            "mean of the ground with the infrared of gas and dust, less without",
        )  # fmt: skip
    return out


def _budget_numbers(made: xr.Dataset) -> dict[str, Quantity]:
    """The greenhouse as a flux."""
    names = [str(name) for name in made["flux"].values]
    up, out = (
        float(made["budget"].values[0, names.index(name)])
        for name in ("infrared_up", "infrared_to_space")
    )
    return {
        "greenhouse_flux": Quantity(
            up - out, "W m-2", None, "infrared of the ground less infrared to space, sol mean"
        )
    }


def _density_numbers(made: xr.Dataset) -> dict[str, Quantity]:
    """How far the density lies from that of the engineering model."""
    height = made["height"].values
    off = 100.0 * (made["density"].values / made["engineering_density"].values - 1.0)
    source = f"largest difference from {made.attrs['engineering_model'].split(' (')[0]}"
    return {
        f"density_difference_{name}": Quantity(float(np.abs(off[inside]).max()), "%", None, source)
        for name, inside in (
            ("to_60km", height <= 60e3), ("to_100km", (height > 60e3) & (height <= 100e3))
        )
    }  # fmt: skip


def weather_numbers(made: xr.Dataset) -> dict[str, Quantity]:
    """How well the station knows the pressure of a sol."""
    if "pressure_mean" not in made or not made.sizes["sol"]:
        return {}
    off = (made["pressure_mean"] - made["true_pressure_mean"]).values
    sigma, noise = (made[f"pressure_mean_{kind}"].values for kind in ("sigma", "noise"))
    alone = off - off.mean()
    against = "found against true"
    return {
        "station_sols": Quantity(int(off.size), "", None, "sols with a mean"),
        "station_pressure_rms": Quantity(float(np.sqrt(np.mean(off**2))), "Pa", None, against),
        "station_pressure_sigma": Quantity(float(np.median(sigma)), "Pa", None, "stated, median"),
        "station_pressure_scatter": Quantity(
            float(alone.std(ddof=1)), "Pa", None, "found against true, less what all sols share"
        ),
        "station_pressure_noise": Quantity(
            float(np.sqrt(np.mean(noise**2))), "Pa", None, "stated for what sols do not share"
        ),
        "station_tide": Quantity(
            float(made["tide"].values[:, 0].mean()), "Pa",
            float(np.median(made["tide_sigma"].values[:, 0])), "diurnal wave, mean of sols",
        ),
        "station_tide_true": Quantity(
            float(made["true_tide"].values[:, 0].mean()), "Pa", None, "the same as it is"
        ),
    }  # fmt: skip


def sun_numbers(made: xr.Dataset) -> dict[str, Quantity]:
    """How well pictures of the Sun tell the dust."""
    if "opacity" not in made:
        return {}
    off = (made["opacity"] - made["true_opacity"]).values
    sigma = made["opacity_sigma"].values
    good = np.isfinite(off)
    if not good.any():
        return {}
    return {
        "opacity_sols": Quantity(int(good.sum()), "", None, "sols with a picture of the Sun"),
        "opacity_mean": Quantity(
            float(np.nanmean(made["opacity"].values)), "", float(np.median(sigma[good])),
            "visible, above the station; sigma: of one sol",
        ),
        "opacity_rms": Quantity(
            float(np.sqrt(np.mean(off[good] ** 2))), "", None, "found against true"
        ),
    }  # fmt: skip


def profile_numbers(made: xr.Dataset, name: str) -> dict[str, Quantity]:
    """Errors of profiles against the truth; nothing for what was not flown."""
    if "temperature" not in made:
        return {}
    off = (made["temperature"] - made["true_temperature"]).values
    sigma, height = made["temperature_sigma"].values, made["height"].values
    good = np.isfinite(off) & np.isfinite(sigma)
    low = good & (height < _LOW)
    used = good.any(axis=1)
    out = {
        f"{name}_profiles": Quantity(int(used.sum()), "", None, "profiles with a temperature"),
        f"{name}_chi2": Quantity(
            float(np.mean((off[good] / sigma[good]) ** 2)), "", None, "errors made over stated"
        ),
    }  # fmt: skip
    if low.any():
        out[f"{name}_rms_below_30km"] = Quantity(
            float(np.sqrt(np.mean(off[low] ** 2))), "K", None, "found against true"
        )
        out[f"{name}_sigma_below_30km"] = Quantity(
            float(np.sqrt(np.mean(sigma[low] ** 2))), "K", None, "stated"
        )
    return out


def _key(text: str) -> str:
    """A name as keys have it."""
    plain = "".join(c if c.isalnum() or c == "." else "_" for c in str(text).lower())
    return "_".join(part for part in plain.replace(".", "p").split("_") if part)
