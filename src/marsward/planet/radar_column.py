"""What a radar wave meets under a place on Mars: dry soil, pore ice, ice sheets, the ground below.

From the surface down: dry soil of a porosity; where a sheet lies, its ice mixed with rock and air,
and where lava or ash lies, that; below it compact ground. Elsewhere the soil goes on, its pores
full of ice from the ice table down. Mixtures go by Looyenga's law; of what is not ice in a sheet
the same part is rock everywhere, the part that gives the sheet's published permittivity at its mean
share of ice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.dielectric import (
    BASALT,
    ICE_PERMITTIVITY,
    LOOYENGA,
    mixture,
    powder_permittivity,
)
from marsward.physics.layered_reflection import RadarColumns

__all__ = ["RadarGround", "radar_columns", "radar_ground"]

Array = NDArray[np.float64]
_THINNEST = 1.0  # sheet [m]
_COVER_STREAM = 4  # of the sheets' seeded fields, beside those of thickness, share and patches

add_fields(
    FieldRow("ice_sheet", "1", "number of the ice sheet below, -1 for none", low=-1.0),
    FieldRow("rock_layer", "1", "number of the layer of lava or ash below, -1 for none", low=-1.0),
    FieldRow("cover_thickness", "m", "dry soil over the ice or rock", low=0.0),
    FieldRow("sheet_thickness", "m", "thickness of the ice sheet or rock layer", low=0.0),
    FieldRow("sheet_ice_share", "1", "share of the sheet's volume that is ice", low=0.0, high=1.0),
    FieldRow("soil_permittivity", "1", "permittivity of the topmost soil", low=1.0),
    FieldRow("base_permittivity", "1", "permittivity of the ground below all layers", low=1.0),
)


@dataclass(frozen=True)
class RadarGround:
    """Dielectric values of the ground that the maps do not tell.

    porosity : of the soil [-]; 0.5 gives, with basalt grains, a permittivity of 3.4 (dry Martian
        soil has 3 to 4: Campbell et al. 2013, doi:10.1002/jgre.20050)
    soil_loss : loss tangent of dry soil; 0.005 to 0.03, Campbell et al. 2008,
        doi:10.1029/2008JE003177 and Nunes & Phillips 2006, doi:10.1029/2005JE002609
    cemented_loss : loss tangent of soil whose pores ice fills; assumed, as dry soil
    base_density : of the compact ground below a sheet [kg m-3]; assumed, permittivity 5.0
    base_loss : its loss tangent; assumed
    surface_roughness : rms height of the surface within a Fresnel zone, its slope taken away [m];
        assumed for plains
    ice_roughness : rms height of the top of the ice under the soil [m]; assumed
    base_roughness : rms height of the base of a sheet [m]; assumed
    """

    porosity: float = 0.5
    soil_loss: float = 0.008
    cemented_loss: float = 0.008
    base_density: float = 2400.0
    base_loss: float = 0.01
    surface_roughness: float = 0.5
    ice_roughness: float = 0.1
    base_roughness: float = 0.5

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise InputError(f"{name} of the radar ground is {value:g}; give 0 or more")
        if not self.porosity < 1.0:
            raise InputError(f"porosity of the radar ground is {self.porosity:g}; it is below 1")

    @property
    def soil_permittivity(self) -> float:
        """Of dry soil."""
        shares = [1.0 - self.porosity, self.porosity]
        return float(mixture(shares, [BASALT[0], 1.0]).real)

    @property
    def cemented_permittivity(self) -> float:
        """Of soil with its pores full of ice."""
        shares = [1.0 - self.porosity, self.porosity]
        return float(mixture(shares, [BASALT[0], ICE_PERMITTIVITY]).real)

    @property
    def base_permittivity(self) -> float:
        """Of the compact ground below a sheet."""
        return float(powder_permittivity(self.base_density))


def radar_ground(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    ice_depth: ArrayLike | None = None,
    relief: ArrayLike = 0.0,
    ground: RadarGround | None = None,
    seed: int = 0,
) -> xr.Dataset:
    """The true ground along a track, as the radar meets it (trace).

    Parameters
    ----------
    lon, lat : (n,) east longitude and planetocentric latitude [deg]
    ice_depth : (n,) depth of the ice table where there is no sheet [m], inf or NaN for none; no
        pore ice if left out
    relief : (n,) height of the surface over its smooth run [m]; buried sheets are thicker by it, as
        if their base ran smoothly below hills and hollows, and at least 1 m thick
    seed : of the fields of the sheets and layers

    Returns
    -------
    Dataset : ice_sheet, rock_layer, cover_thickness, sheet_thickness [m], sheet_ice_share,
        permittivity and loss_tangent of the sheet or rock (those of the soil where there is none),
        soil_permittivity and base_permittivity

    Raises
    ------
    InputError : places that are no numbers, an ice depth for another number of places
    """
    from marsward.planet.ice_sheets import ICE_SHEETS, ice_sheet_at
    from marsward.planet.rock_layers import ROCK_LAYERS, rock_layer_at

    soil = ground or RadarGround()
    east = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    north = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if east.ndim != 1 or east.shape != north.shape:
        raise InputError("the ground under a track needs one longitude and one latitude a trace")
    index, thickness, share = ice_sheet_at(east, north, seed=seed)
    rise = _one_a_trace("relief", relief, east.size)
    eps = np.full(east.shape, soil.soil_permittivity)
    loss = np.full(east.shape, soil.soil_loss)
    cover = np.zeros(east.shape)
    base = np.full(east.shape, soil.soil_permittivity)
    for number, sheet in enumerate(ICE_SHEETS):
        here = index == number
        if not here.any():
            continue
        eps[here] = _sheet_permittivity(sheet, share[here])
        loss[here] = sheet.loss_tangent
        if not sheet.dome:
            thickness[here] = np.maximum(thickness[here] + rise[here], _THINNEST)
        cover[here] = _cover(sheet.burial, number, east[here], north[here], seed)
        base[here] = soil.base_permittivity
    rock, deep = rock_layer_at(east, north, seed=seed)
    rock = np.where(index < 0, rock, -1)
    for number, layer in enumerate(ROCK_LAYERS):
        here = rock == number
        eps[here], loss[here] = layer.permittivity, layer.loss_tangent
        cover[here], thickness[here] = layer.burial, deep[here]
        base[here] = soil.base_permittivity
    table = _table(ice_depth, east.size)
    cemented = (index < 0) & (rock < 0) & np.isfinite(table)
    cover[cemented] = table[cemented]
    base[cemented] = soil.cemented_permittivity
    rows = {
        "ice_sheet": index.astype(np.int64),
        "rock_layer": rock.astype(np.int64),
        "cover_thickness": cover,
        "sheet_thickness": thickness,
        "sheet_ice_share": share,
        "permittivity": eps,
        "loss_tangent": loss,
        "soil_permittivity": np.full(east.shape, soil.soil_permittivity),
        "base_permittivity": base,
    }
    coords = {"lon": field("lon", east % 360.0, "trace"), "lat": field("lat", north, "trace")}
    data = {name: field(name, values, "trace") for name, values in rows.items()}
    names = {
        "ice_sheets": ", ".join(sheet.name for sheet in ICE_SHEETS),
        "rock_layers": ", ".join(layer.name for layer in ROCK_LAYERS),
    }
    return xr.Dataset(data, coords, attrs=names | {"seed": seed})


def radar_columns(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    ice_depth: ArrayLike | None = None,
    relief: ArrayLike = 0.0,
    ground: RadarGround | None = None,
    surface_roughness: ArrayLike | None = None,
    seed: int = 0,
    truth: xr.Dataset | None = None,
) -> RadarColumns:
    """The layers under each place of a track, for a `RadarSounder`.

    Parameters
    ----------
    surface_roughness : (n,) rms height of the surface within a Fresnel zone [m], where it is known;
        that of `ground` if left out
    truth : what `radar_ground` gave for the same places, if it is there already
    others : as in `radar_ground`

    Returns
    -------
    RadarColumns of two layers, soil and sheet, over the ground below; a thickness is 0 where there
    is no such layer.
    """
    soil = ground or RadarGround()
    held = truth
    if held is None:
        held = radar_ground(lon, lat, ice_depth=ice_depth, relief=relief, ground=soil, seed=seed)
    sheet = (held["ice_sheet"].values >= 0) | (held["rock_layer"].values >= 0)
    base = held["base_permittivity"].values
    dry = held["soil_permittivity"].values
    cemented = ~sheet & (base != dry)
    buried = held["cover_thickness"].values > 0.0
    eps = np.stack([dry, held["permittivity"].values, base], axis=1)
    base_loss = np.where(
        sheet, soil.base_loss, np.where(cemented, soil.cemented_loss, soil.soil_loss)
    )
    tan = np.stack(
        [np.full(dry.shape, soil.soil_loss), held["loss_tangent"].values, base_loss], axis=1
    )
    given = soil.surface_roughness if surface_roughness is None else surface_roughness
    top = _one_a_trace("surface_roughness", given, dry.size)
    rough = np.stack(
        [
            top,
            np.where(sheet & buried, soil.ice_roughness, 0.0),
            np.where(sheet, soil.base_roughness, np.where(cemented, soil.ice_roughness, 0.0)),
        ],
        axis=1,
    )
    bare = sheet & ~buried  # no soil on top: the surface's roughness is the sheet's
    eps[bare, 0], tan[bare, 0] = eps[bare, 1], tan[bare, 1]
    icy = cemented & ~buried  # the ice table lies open: the surface is that of the cemented soil
    eps[icy, :2], tan[icy, :2] = base[icy, None], soil.cemented_loss
    rough[icy, 2] = 0.0
    thickness = np.stack([held["cover_thickness"].values, held["sheet_thickness"].values], axis=1)
    return RadarColumns(thickness, eps, tan, rough)


def _sheet_permittivity(sheet: object, share: Array) -> Array:
    """Permittivity by share of ice; at the mean share that which was published."""
    low, high = sheet.ice_share  # type: ignore[attr-defined]
    mean = 0.5 * (low + high)
    published = sheet.permittivity  # type: ignore[attr-defined]
    rest = (published**LOOYENGA - mean * ICE_PERMITTIVITY**LOOYENGA) / max(1.0 - mean, 1e-9)
    rock = float(np.clip((rest - 1.0) / (BASALT[0] ** LOOYENGA - 1.0), 0.0, 1.0))
    shares = np.stack([share, (1.0 - share) * rock, (1.0 - share) * (1.0 - rock)], axis=-1)
    return np.asarray(mixture(shares, [ICE_PERMITTIVITY, BASALT[0], 1.0]).real)


def _cover(burial: tuple[float, float], number: int, lon: Array, lat: Array, seed: int) -> Array:
    """Dry soil over a sheet [m], smooth between the least and the most burial."""
    from scipy.special import ndtr

    from marsward.planet.inertia_field import InertiaField

    low, high = burial
    if high <= 0.0:
        return np.zeros(lon.shape)
    own = (int(seed) * 101 + number) * 7 + _COVER_STREAM
    return np.asarray(low + (high - low) * ndtr(InertiaField(own, 2.0, 256).at(lon, lat)))


def _table(ice_depth: ArrayLike | None, size: int) -> Array:
    if ice_depth is None:
        return np.full(size, np.inf)
    depth = np.asarray(ice_depth, dtype=np.float64)
    if np.any(depth < 0.0):
        raise InputError("an ice depth is below 0; 0 is ice at the surface, inf none")
    return _one_a_trace("ice_depth", np.where(np.isnan(depth), np.inf, depth), size, gaps=True)


def _one_a_trace(name: str, given: ArrayLike, size: int, *, gaps: bool = False) -> Array:
    held = np.asarray(given, dtype=np.float64)
    if held.ndim and held.shape != (size,):
        raise InputError(f"{name} has the shape {held.shape}, but the track {size} traces")
    if not gaps and not np.all(np.isfinite(held)):
        raise InputError(f"{name} of a trace is no number; give one for each")
    return np.broadcast_to(held, (size,))
