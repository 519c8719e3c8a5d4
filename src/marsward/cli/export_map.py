"""Maps and frames of a run as COG, ISIS3, VICAR, PDS4, netCDF backplanes and PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.cli.export_job import Job, Writer
from marsward.core.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

MAPS = ("coverage", "map_truth", "sample_map", "mosaic")
"""Products on a map grid, one of which a run must have for its maps to be exported."""

_ALBEDO = "albedo at incidence 30, emission 0, phase 30 deg"
_WIDEST = 4096  # columns of a picture to look at
_FAINT, _BRIGHT = 1.0, 99.0  # percentiles that a picture's stretch runs between


def _cog(job: Job) -> list[Path]:
    from marsward.core.map_grid import MapGrid
    from marsward.data.geotiff import write_map_cogs

    made: list[Path] = []
    for name in job.layers:
        dataset = job.dataset(name)
        grid = MapGrid.of(dataset)
        made += write_map_cogs(job.folder, dataset, grid, stem=name, tags=_tags(job, name))
    return made


def _tags(job: Job, product: str) -> dict[str, str]:
    known = job.run[product].knowledge
    tags = {
        "TARGET": "Mars",
        "MISSION": job.mission,
        "PRODUCT": product,
        "KIND": "knowledge" if known else "truth",
        "ORIGIN": "simulated by marsward",
    }
    span = job.span_of(product)
    if span is not None:
        tags["START_UTC"], tags["STOP_UTC"] = span
    return tags


def _cube(job: Job, driver: str) -> list[Path]:
    from marsward.core.map_grid import MapGrid
    from marsward.data.geotiff import RASTER_SUFFIX, write_raster

    mosaic = job.dataset("mosaic")
    albedo = _albedo(mosaic, job)
    return [
        write_raster(
            job.folder / f"mosaic-albedo{RASTER_SUFFIX[driver]}",
            albedo.values,
            MapGrid.of(mosaic),
            driver=driver,
            names=_bands(albedo),
            units="1",
            description=_ALBEDO,
        )
    ]


def _isis3(job: Job) -> list[Path]:
    return _cube(job, "ISIS3")


def _vicar(job: Job) -> list[Path]:
    return _cube(job, "VICAR")


def _pds4(job: Job) -> list[Path]:
    from marsward.core.map_grid import MapGrid
    from marsward.data.pds4 import write_pds4

    made: list[Path] = []
    about: dict[str, Any] = {
        "mission": job.mission,
        "spacecraft": job.craft.name,
        "instrument": str(job.maps.get("camera", "")),
    }
    start, stop = job.span or (None, None)
    if job.wants("mosaic"):
        mosaic = job.dataset("mosaic")
        albedo = _albedo(mosaic, job)
        made += write_pds4(
            job.folder / "mosaic-albedo.xml", albedo.values, grid=MapGrid.of(mosaic),
            title=f"{job.craft.name} mosaic of Mars, albedo", names=_bands(albedo),
            start=start, stop=stop, description=f"{_ALBEDO.capitalize()}.", **about,
        )  # fmt: skip
    if job.wants("sample_frame"):
        picture = _picture(job)
        made += write_pds4(
            job.folder / "sample_frame.xml", picture.values,
            title=f"A frame of {job.craft.name}", names=_bands(picture),
            unit=str(picture.attrs.get("units", "")), start=job.taken or start,
            stop=job.taken or stop,
            processing="Raw" if picture.name == "dn" else "Calibrated", **about,
        )  # fmt: skip
    return made


def _backplanes(job: Job) -> list[Path]:
    from marsward.data.backplanes import planes_of, write_backplanes

    planes = planes_of(job.dataset("sample_frame"))
    path = job.folder / "sample_frame-backplanes.nc"
    return [write_backplanes(path, planes, provenance=job.run["sample_frame"].provenance)]


def _png(job: Job) -> list[Path]:
    made = []
    if job.wants("mosaic"):
        albedo = _albedo(job.dataset("mosaic"), job)
        made.append(_save_png(job.folder / "mosaic-albedo.png", albedo))
    if job.wants("sample_frame"):
        made.append(_save_png(job.folder / "sample_frame.png", _picture(job)))
    return made


def _save_png(path: Path, picture: xr.DataArray) -> Path:
    """Bands named red, green and blue as colour, else the first band as grey; gaps see-through."""
    import numpy as np
    from PIL import Image

    from marsward.core.whole_file import drafts_of

    names = [each.lower() for each in _bands(picture)]
    if {"red", "green", "blue"} <= set(names):
        layers = [picture.values[names.index(each)] for each in ("red", "green", "blue")]
    else:
        layers = [picture.values if picture.ndim == 2 else picture.values[0]]
    layers = [_smaller(np.asarray(each)) for each in layers]
    seen = np.isfinite(layers[0])
    for each in layers[1:]:
        seen &= np.isfinite(each)
    ends = _ends(layers, seen)
    grey = np.dstack([*(_grey(each, *ends) for each in layers), np.where(seen, 255, 0)])
    mode = "RGBA" if len(layers) == 3 else "LA"
    with drafts_of(path) as (draft,):
        Image.fromarray(grey.astype(np.uint8), mode).save(draft, format="PNG", compress_level=4)
    return path


def _smaller(layer: np.ndarray) -> np.ndarray:
    """The layer as 32-bit numbers, in means of blocks where it is wider than a screen needs."""
    import numpy as np

    fold = -(-layer.shape[1] // _WIDEST)
    if fold == 1:
        return layer.astype(np.float32)
    rows, cols = (size // fold for size in layer.shape)
    kept = layer[: rows * fold, : cols * fold].reshape(rows, fold, cols, fold)
    return kept.mean(axis=(1, 3), dtype=np.float32)


def _ends(layers: list[np.ndarray], seen: np.ndarray) -> tuple[float, float]:
    """Values that become black and white: the same for all bands, so that colours stay."""
    import numpy as np

    if not seen.any():
        return 0.0, 1.0
    low, high = np.percentile(np.concatenate([each[seen] for each in layers]), [_FAINT, _BRIGHT])
    return float(low), max(float(high), float(low) + 1e-12)


def _grey(layer: np.ndarray, low: float, high: float) -> np.ndarray:
    import numpy as np

    share = np.clip((np.nan_to_num(layer) - low) / (high - low), 0.0, 1.0)
    return np.round(255.0 * share).astype(np.uint8)


def _albedo(mosaic: xr.Dataset, job: Job) -> xr.DataArray:
    if "albedo" not in mosaic:
        raise DataError(f"the mosaic of {job.run.path} has no albedo; fly the phase map again")
    return mosaic["albedo"]


def _picture(job: Job) -> xr.DataArray:
    frame = job.dataset("sample_frame")
    for name in ("dn", "radiance"):
        if name in frame:
            return frame[name]
    raise DataError(
        f"the sample frame of {job.run.path} has neither dn nor radiance; fly the phase map again"
    )


def _bands(picture: xr.DataArray) -> list[str]:
    if picture.ndim == 2:
        return [str(picture.name)]
    axis = picture.dims[0]
    known = axis in picture.coords
    count = picture.sizes[axis]
    return [str(each) for each in picture[axis].values] if known else [str(n) for n in range(count)]


def _check(job: Job) -> None:
    """Refuse a mosaic without albedo and a frame without values before anything is written."""
    if job.wants("mosaic"):
        _albedo(job.dataset("mosaic"), job)
    if job.wants("sample_frame"):
        _picture(job)


def _check_mosaic(job: Job) -> None:
    _albedo(job.dataset("mosaic"), job)


cog = Writer(_cog, MAPS, lambda job: job.grids)
isis3 = Writer(_isis3, ("mosaic",), check=_check_mosaic)
vicar = Writer(_vicar, ("mosaic",), check=_check_mosaic)
pds4 = Writer(_pds4, ("sample_frame", "mosaic"), check=_check)
backplanes = Writer(_backplanes, ("sample_frame",))
png = Writer(_png, ("sample_frame", "mosaic"), check=_check)
