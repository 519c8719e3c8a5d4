"""What Earth and Moon look like: their textures as physical quantities, with the laws to use.

Earth: land reflectance from Blue Marble, dark water with sun glint (Cox & Munk 1954,
doi:10.1364/JOSA.44.000838), a cloud field, Rayleigh air, city lights. Moon: reflectance of the
LROC WAC mosaic under Hapke, lunar-Lambert or Lambert light.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.data.textures import texture
from marsward.physics.reflectance import (
    MOON,
    hapke_albedo,
    lunar_phase_curve,
    sphere_grid,
)
from marsward.planet.kernels.globe import HAPKE, LAMBERT, LUNAR_LAMBERT, halved

Texture = NDArray[np.float32]
# Visual geometric albedo of bodies without a texture here: Mallama et al. 2017,
# doi:10.1016/j.icarus.2016.09.023, Table 7; Phobos and Deimos: Thomas et al. 1996,
# doi:10.1006/icar.1996.0032.
GEOMETRIC_ALBEDO = {
    "mercury": 0.142, "venus": 0.689, "mars": 0.170, "jupiter": 0.538, "saturn": 0.499,
    "uranus": 0.488, "neptune": 0.442, "phobos": 0.071, "deimos": 0.068,
}  # fmt: skip
DRAWN = ("earth", "moon", *GEOMETRIC_ALBEDO)
LAWS = {"lambert": LAMBERT, "lunar-lambert": LUNAR_LAMBERT, "hapke": HAPKE}

# Geometric albedo that makes V = -12.74 at full Moon, 384 400 km, Sun -26.76:
# Allen's Astrophysical Quantities, 4th ed. (Cox 2000), doi:10.1007/978-1-4612-1186-0, chapter 12.
MOON_GEOMETRIC_ALBEDO = 0.1207


@dataclass(frozen=True)
class EarthLook:
    """Numbers of Earth's appearance that the textures do not hold.

    water_albedo : diffuse light from below the sea and from foam [-]; 0.05 in the visible, Jin et
        al. 2004, doi:10.1029/2004GL021180
    cloud_albedo : plane albedo of a full cloud texel [-]; of thick cloud, assumed
    wind : wind over the sea [m/s]; 7 m/s is near the global mean, Archer & Jacobson 2005,
        doi:10.1029/2004JD005462
    refraction : refractive index of sea water in the visible [-], Quan & Fry 1995,
        doi:10.1364/AO.34.003477
    air_above_cloud : share of the air above cloud tops [-], tops near 600 hPa, assumed
    scale_height : of the air [m], U.S. Standard Atmosphere 1976
    city_lights : radiance of a full city-light texel [W m-2 sr-1], 100 nW cm-2 sr-1, the order of
        bright city centres in Roman et al. 2018, doi:10.1016/j.rse.2018.03.017
    rim : also draw the air above the limb (a rim that raises the lit limb by some 15 km)
    """

    water_albedo: float = 0.05
    cloud_albedo: float = 0.65
    wind: float = 7.0
    refraction: float = 1.34
    air_above_cloud: float = 0.6
    scale_height: float = 8.0e3
    city_lights: float = 1.0e-3
    rim: bool = False

    @property
    def slope_variance(self) -> float:
        """Mean square slope of the sea, 0.003 + 0.00512 wind [m/s]: Cox & Munk 1954."""
        return 0.003 + 0.00512 * self.wind

    def numbers(self, depth: float) -> NDArray[np.float64]:
        """What the kernel takes, with the Rayleigh depth of the band."""
        return np.array(
            [
                depth,
                self.water_albedo,
                self.cloud_albedo,
                self.slope_variance,
                self.refraction,
                self.air_above_cloud,
            ]
        )


def _linear(values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Linear light of 8-bit sRGB (IEC 61966-2-1)."""
    grid = np.arange(256) / 255.0
    curve = np.where(grid <= 0.04045, grid / 12.92, ((grid + 0.055) / 1.055) ** 2.4)
    return curve[values]


# Red, green and blue in a panchromatic band of 0.45 to 0.8 um, by solar photons below 500, 500 to
# 600 and above 600 nm.
_PAN = (0.58, 0.29, 0.13)
# Cloud texture: grey values up to LOW are clear; HIGH is a full cloud.
_CLOUD_LOW, _CLOUD_HIGH, _CLOUD_POWER = 60.0, 245.0, 1.2


def _levels(first: Texture) -> tuple[Texture, ...]:
    levels = [first]
    while min(levels[-1].shape[:2]) > 16:
        levels.append(halved(levels[-1]))
    return tuple(levels)


@lru_cache(maxsize=1)
def earth_levels() -> tuple[Texture, ...]:
    """Earth's texture and its coarser levels: land albedo, water, cloud opacity, city lights."""
    day = _linear(texture("earth_day.jpg"))
    land = day @ np.array(_PAN)
    cloud = (texture("earth_clouds.jpg") - _CLOUD_LOW) / (_CLOUD_HIGH - _CLOUD_LOW)
    layers = [
        land,
        texture("earth_ocean.png") / 255.0,
        np.clip(cloud, 0.0, 1.0) ** _CLOUD_POWER,
        texture("earth_night.jpg") / 255.0,
    ]
    return _levels(np.ascontiguousarray(np.stack(layers, axis=-1), dtype=np.float32))


def moon_reflectance() -> NDArray[np.float64]:
    """I/F of the Moon at incidence 60, emission 0, phase 60 deg, from the shipped map.

    The curve from the map's numbers to I/F is that of its makers; see its record in sky.toml.
    """
    return (0.16 + 0.24 * texture("moon_reflectance.jpg").astype(np.float64) / 255.0) ** 2.8


def _full_moon(values: NDArray[np.float64], law: str) -> float:
    """Geometric albedo of the near side of a map under a law, phase 0, law's curve left out."""
    mu0, _, weight, normal = sphere_grid(0.0, 96)
    rows, columns = values.shape
    lon = np.arctan2(normal[:, 1], normal[:, 0])
    lat = np.arcsin(np.clip(normal[:, 2], -1.0, 1.0))
    i = np.floor((lon / (2.0 * math.pi) + 0.5) * columns).astype(int) % columns
    j = np.clip(np.floor((0.5 - lat / math.pi) * rows).astype(int), 0, rows - 1)
    disc = mu0 if law == "lambert" else np.ones_like(mu0)
    return float(np.sum(weight * disc * values[j, i]) / math.pi)


@lru_cache(maxsize=3)
def moon_levels(law: str = "hapke") -> tuple[Texture, ...]:
    """The Moon's texture in the quantity that the law takes, and its coarser levels.

    Hapke: single-scattering albedo inverted from the map's normalised I/F. Lunar-Lambert and
    Lambert: the map scaled so that the near side has the published geometric albedo.
    """
    values = moon_reflectance()
    if law == "hapke":
        values = hapke_albedo(values)
    else:
        values = values * (MOON_GEOMETRIC_ALBEDO / _full_moon(values, law))
    return _levels(np.ascontiguousarray(values[..., None], dtype=np.float32))


@lru_cache(maxsize=16)
def grey_levels(name: str) -> tuple[Texture, ...]:
    """An even Lambert globe with a body's published geometric albedo: 3/2 of it as albedo."""
    return (np.full((16, 32, 1), 1.5 * GEOMETRIC_ALBEDO[name], dtype=np.float32),)


def law_tables(law: str) -> tuple[int, NDArray[np.float64], NDArray[np.float64], float]:
    """The law's number, its parameters, phase function and the step of that table [rad].

    Raises InputError for an unknown law.
    """
    if law not in LAWS:
        raise InputError(f"no reflectance law is called {law!r}: type one of {', '.join(LAWS)}")
    curve, step = lunar_phase_curve() if law == "lunar-lambert" else (np.ones(2), math.pi)
    return LAWS[law], np.array([*MOON.numbers, 1.0]), curve, step


def level_for(levels: tuple[Texture, ...], radius: float, footprint: float) -> Texture:
    """The level whose texels [m at the equator] are nearest below a sample's footprint [m]."""
    texel = 2.0 * math.pi * radius / levels[0].shape[1]
    k = math.floor(math.log2(max(1.0, footprint / texel)))
    return levels[min(k, len(levels) - 1)]
