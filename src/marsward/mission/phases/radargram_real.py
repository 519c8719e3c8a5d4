"""A real radargram of SHARAD beside what the terrain under its track predicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError
from marsward.data.areoid import areoid_height
from marsward.data.radargrams import read_radargram
from marsward.geometry.radar_facets import cluttergram
from marsward.geometry.radar_track import MRO_ORBIT, datum_of_radius, radar_track
from marsward.geometry.terrain import Terrain
from marsward.instruments.radar_sounder import RadarSounder
from marsward.retrieval.radargram_match import (
    RadargramMatch,
    compare_radargrams,
    fitted_roughness,
)

_PPD = 4


@dataclass(frozen=True)
class Real:
    """How alike both are, with their images, and the roughness that suits the real one best."""

    match: RadargramMatch
    product: str
    rms_slope: float


def real_radargram(path: Path, terrain: Terrain, workers: int) -> Real:
    """Read a radargram of SHARAD and simulate its track from the terrain.

    The craft is taken to fly the frozen orbit of `MRO_ORBIT` over the places that the label tells.
    Raises DataError for a radargram without a label that tells where it is.
    """
    real = read_radargram(path)
    if "lat" not in real.coords:
        raise DataError(f"{path} tells no places: keep its label (.lbl or .xml) beside it")
    lon, lat = real["lon"].values, real["lat"].values
    sounder = RadarSounder(preset="sharad")  # type: ignore[call-arg]
    track = radar_track(MRO_ORBIT.places(lon, lat), terrain, name=str(real.attrs["product"]))
    delay = real["delay"].values
    step = float(delay[1] - delay[0])
    before = round(-delay[0] / step)
    radar: dict[str, Any] = {
        "centre_frequency": sounder.center_frequency, "bandwidth": sounder.bandwidth,
        "sample_spacing": step, "window": (before, delay.size - before), "workers": workers,
    }  # fmt: skip
    datum = datum_of_radius(track, _areoid_radius(terrain, lon, lat))
    slope, _ = fitted_roughness(real, track, terrain, datum=datum, **radar)
    model = cluttergram(track, terrain, datum=datum, law="hagfors", rms_slope=slope, **radar)
    return Real(compare_radargrams(real, model), str(real.attrs["product"]), slope)


def _areoid_radius(terrain: Terrain, lon: NDArray, lat: NDArray) -> NDArray[np.float64]:
    """Radius of the areoid [m] under places."""
    areoid = Terrain(areoid_height(_PPD), terrain.radii)
    return np.asarray(np.linalg.norm(areoid.point_at(lon, lat), axis=-1))


def images(real: Real) -> xr.Dataset:
    """Both radargrams as a product, with the numbers as attributes."""
    numbers = {name: value for name, value in real.match.numbers.items() if np.isfinite(value)}
    return real.match.images.assign_attrs(
        radargram=real.product, rms_slope_deg=real.rms_slope, **numbers
    )
