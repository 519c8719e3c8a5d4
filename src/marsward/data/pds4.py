"""PDS4 products: an array and the label that tells archives and their tools what it is.

Product_Observational of the PDS4 information model 1.16.0.0 (NASA Planetary Data System, "PDS4
Information Model Specification"), with the discipline dictionaries `disp` (how to show it) and,
for a map, `cart` (where its cells lie). The array is a plain file beside the label, bands one
after the other, in the byte order of the machines of today (least significant byte first).
"""

from __future__ import annotations

import hashlib
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from marsward._version import __version__
from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.core.whole_file import drafts_of

__all__ = ["MISSING", "write_pds4"]

MODEL = "1.16.0.0"
MISSING = float(np.array(0xFF7FFFFB, dtype=np.uint32).view(np.float32))
"""What stands for NaN: NULL of ISIS for 32-bit reals (isis/src/base/objs/SpecialPixel)."""

_SCHEMAS = {
    "": ("pds", "http://pds.nasa.gov/pds4/pds/v1", "PDS4_PDS_1G00"),
    "disp": ("disp", "http://pds.nasa.gov/pds4/disp/v1", "PDS4_DISP_1G00_1500"),
    "cart": ("cart", "http://pds.nasa.gov/pds4/cart/v1", "PDS4_CART_1G00_1950"),
}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPES = {
    "float32": ("IEEE754LSBSingle", "<f4"), "float64": ("IEEE754LSBDouble", "<f8"),
    "uint8": ("UnsignedByte", "u1"), "int8": ("SignedByte", "i1"),
    "uint16": ("UnsignedLSB2", "<u2"), "int16": ("SignedLSB2", "<i2"),
    "uint32": ("UnsignedLSB4", "<u4"), "int32": ("SignedLSB4", "<i4"),
}  # fmt: skip
_LID = re.compile(r"urn:[a-z0-9-]+:[a-z0-9-]+(:[a-z0-9._-]+){1,5}")
_SLUG = re.compile(r"[^a-z0-9._-]+")


def write_pds4(
    path: str | Path,
    values: Any,
    *,
    title: str,
    grid: MapGrid | None = None,
    names: Sequence[str] = (),
    unit: str = "",
    missing: float | None = None,
    start: str | None = None,
    stop: str | None = None,
    mission: str = "Tianwen-1",
    spacecraft: str = "Tianwen-1",
    instrument: str = "",
    lid: str = "",
    processing: str = "Derived",
    description: str = "",
) -> list[Path]:
    """Write `path` (a label, .xml) and the array beside it (.img); returns both.

    Parameters
    ----------
    path
        The label; it appears last, when the array is complete.
    values
        (band, y, x) or (y, x), rows from the top. NaN is written as `MISSING`.
    grid
        Of a map; None for a picture in the axes of its camera.
    names
        Of the bands, told in the description.
    unit
        Of the values, as in "W m-2 sr-1"; none for a ratio.
    missing
        The value of cells without data in an array of whole numbers.
    start, stop
        UTC of the first and the last observation, as in "2021-11-09T00:00:00Z".
    lid
        Logical identifier; made of mission and file name when left out.
    processing
        "Raw", "Calibrated" or "Derived".

    Raises
    ------
    InputError
        An array that PDS4 cannot hold or that does not fit its grid, an identifier of another
        form, or a folder that cannot be written.
    DataError
        The disk is full.
    """
    path = Path(path).with_suffix(".xml")
    array = _array(values, grid, names)
    lid = lid or f"urn:marsward:{_slug(mission)}:data:{_slug(path.stem)}"
    if not _LID.fullmatch(lid):
        raise InputError(f"lid {lid!r} is not of the form urn:agency:bundle:collection:product")
    code, layout = _TYPES[array.dtype.name]
    stored = np.ascontiguousarray(array, dtype=layout)
    if stored.dtype.kind == "f":
        gaps = np.isnan(stored)
        if gaps.any():
            stored = np.where(gaps, np.array(MISSING, dtype=layout), stored)
        missing = MISSING
    image = path.with_suffix(".img")
    root = _root()
    _identification(root, lid, title)
    area = _sub(root, "Observation_Area")
    _times(area, start, stop)
    words = [description] if description else []
    if names:
        words.append(f"Bands in order: {', '.join(names)}.")
    words.append(f"Simulated by marsward {__version__}; not flight data.")
    summary = _sub(area, "Primary_Result_Summary")
    _sub(summary, "purpose", "Science")
    _sub(summary, "processing_level", processing)
    _sub(summary, "description", " ".join(words))
    _context(area, mission, spacecraft, instrument)
    discipline = _sub(area, "Discipline_Area")
    _display(discipline)
    if grid is not None:
        _cartography(discipline, _in_metres(grid))
    _file_area(root, image.name, stored, code, unit, missing)
    ET.indent(root, space="  ")
    with drafts_of(image, path) as (picture, label):
        with picture.open("wb") as out:
            out.write(memoryview(stored.data).cast("B"))
        label.write_text(_text(root), encoding="utf-8")
    return [path, image]


def _array(values: Any, grid: MapGrid | None, names: Sequence[str]) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype == bool:
        array = array.astype(np.uint8)
    if array.ndim not in (2, 3) or 0 in array.shape or array.dtype.name not in _TYPES:
        raise InputError(
            f"an array of shape {array.shape} and type {array.dtype} makes no PDS4 image; give "
            f"(band, y, x) or (y, x) of {', '.join(_TYPES)}"
        )
    if grid is not None and tuple(array.shape[-2:]) != grid.shape:
        raise InputError(
            f"an array of shape {array.shape} does not fit a map of {grid.height} rows and "
            f"{grid.width} columns"
        )
    if names and len(names) != (array.shape[0] if array.ndim == 3 else 1):
        raise InputError(f"{len(names)} names for an array of shape {array.shape}; one each band")
    return array


def _root() -> ET.Element:
    for prefix, (_, space, _schema) in _SCHEMAS.items():
        ET.register_namespace(prefix, space)
    ET.register_namespace("xsi", _XSI)
    root = ET.Element(_tag("Product_Observational"))
    where = [f"{space} {space}/{schema}.xsd" for _, space, schema in _SCHEMAS.values()]
    root.set(f"{{{_XSI}}}schemaLocation", " ".join(where))
    return root


def _text(root: ET.Element) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    for _, space, schema in _SCHEMAS.values():
        head += (
            f'<?xml-model href="{space}/{schema}.sch" '
            'schematypens="http://purl.oclc.org/dsdl/schematron"?>\n'
        )
    return f"{head}{ET.tostring(root, encoding='unicode')}\n"


def _tag(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{_SCHEMAS[prefix][1]}}}{local}"


def _sub(parent: ET.Element, name: str, text: Any = None, unit: str = "") -> ET.Element:
    child = ET.SubElement(parent, _tag(name))
    if text is not None:
        child.text = text if isinstance(text, str) else _number(text)
    if unit:
        child.set("unit", unit)
    return child


def _number(value: Any) -> str:
    return repr(int(value)) if isinstance(value, int | np.integer) else repr(float(value))


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.lower()).strip("-") or "mission"


def _identification(root: ET.Element, lid: str, title: str) -> None:
    area = _sub(root, "Identification_Area")
    _sub(area, "logical_identifier", lid)
    _sub(area, "version_id", "1.0")
    _sub(area, "title", title)
    _sub(area, "information_model_version", MODEL)
    _sub(area, "product_class", "Product_Observational")


def _times(area: ET.Element, start: str | None, stop: str | None) -> None:
    times = _sub(area, "Time_Coordinates")
    for name, value in (("start_date_time", start), ("stop_date_time", stop or start)):
        moment = _sub(times, name, value)
        if value is None:
            moment.set(f"{{{_XSI}}}nil", "true")
            moment.set("nilReason", "unknown")


def _context(area: ET.Element, mission: str, spacecraft: str, instrument: str) -> None:
    investigation = _sub(area, "Investigation_Area")
    _sub(investigation, "name", mission)
    _sub(investigation, "type", "Mission")
    _reference(
        investigation,
        f"urn:nasa:pds:context:investigation:mission.{_slug(mission)}",
        "data_to_investigation",
    )
    system = _sub(area, "Observing_System")
    for name, kind in ((spacecraft, "Spacecraft"), (instrument, "Instrument")):
        if name:
            part = _sub(system, "Observing_System_Component")
            _sub(part, "name", name)
            _sub(part, "type", kind)
    target = _sub(area, "Target_Identification")
    _sub(target, "name", "Mars")
    _sub(target, "type", "Planet")
    _reference(target, "urn:nasa:pds:context:target:planet.mars", "data_to_target")


def _reference(parent: ET.Element, lid: str, kind: str) -> None:
    reference = _sub(parent, "Internal_Reference")
    _sub(reference, "lid_reference", lid)
    _sub(reference, "reference_type", kind)


def _local(parent: ET.Element, kind: str) -> None:
    reference = _sub(parent, "Local_Internal_Reference")
    _sub(reference, "local_identifier_reference", "image")
    _sub(reference, "local_reference_type", kind)


def _display(discipline: ET.Element) -> None:
    settings = _sub(discipline, "disp:Display_Settings")
    _local(settings, "display_settings_to_array")
    direction = _sub(settings, "disp:Display_Direction")
    _sub(direction, "disp:horizontal_display_axis", "Sample")
    _sub(direction, "disp:horizontal_display_direction", "Left to Right")
    _sub(direction, "disp:vertical_display_axis", "Line")
    _sub(direction, "disp:vertical_display_direction", "Top to Bottom")


def _cartography(discipline: ET.Element, grid: MapGrid) -> None:
    cart = _sub(discipline, "cart:Cartography")
    _local(cart, "cartography_parameters_to_image_object")
    bounds = _sub(_sub(cart, "cart:Spatial_Domain"), "cart:Bounding_Coordinates")
    for side, value in zip(("west", "east", "north", "south"), _extent(grid), strict=True):
        _sub(bounds, f"cart:{side}_bounding_coordinate", value, "deg")
    reference = _sub(cart, "cart:Spatial_Reference_Information")
    system = _sub(reference, "cart:Horizontal_Coordinate_System_Definition")
    _planar(_sub(system, "cart:Planar"), grid)
    model = _sub(system, "cart:Geodetic_Model")
    _sub(model, "cart:latitude_type", "Planetocentric")
    _sub(model, "cart:spheroid_name", "Mars (2015) - Sphere")
    for axis in "abc":
        _sub(model, f"cart:{axis}_axis_radius", grid.radius, "m")
    _sub(model, "cart:longitude_direction", "Positive East")


def _in_metres(grid: MapGrid) -> MapGrid:
    """A grid in degrees as the equirectangular one of the same cells, as GDAL writes it too."""
    if grid.projection != "geographic":
        return grid
    degree = grid.radius * math.pi / 180.0
    left, top, pixel = (each * degree for each in (grid.left, grid.top, grid.pixel))
    return replace(grid, projection="equirectangular", left=left, top=top, pixel=pixel)


def _planar(planar: ET.Element, grid: MapGrid) -> None:
    projection = _sub(planar, "cart:Map_Projection")
    if grid.separable:
        _sub(projection, "cart:map_projection_name", "Equirectangular")
        name = _sub(projection, "cart:Equirectangular")
        _sub(name, "cart:latitude_of_projection_origin", 0, "deg")
        _sub(name, "cart:standard_parallel_1", 0, "deg")
        _sub(name, "cart:longitude_of_central_meridian", 0, "deg")
    else:
        pole = 90 if grid.projection == "north-polar" else -90
        _sub(projection, "cart:map_projection_name", "Polar Stereographic")
        name = _sub(projection, "cart:Polar_Stereographic")
        _sub(name, "cart:longitude_of_central_meridian", 0, "deg")
        _sub(name, "cart:latitude_of_projection_origin", pole, "deg")
        _sub(name, "cart:scale_factor_at_projection_origin", 1)
    information = _sub(planar, "cart:Planar_Coordinate_Information")
    _sub(information, "cart:planar_coordinate_encoding_method", "Coordinate Pair")
    representation = _sub(information, "cart:Coordinate_Representation")
    for axis in "xy":
        _sub(representation, f"cart:pixel_resolution_{axis}", grid.pixel, "m/pixel")
    for axis in "xy":
        _sub(representation, f"cart:pixel_scale_{axis}", grid.ppd, "pixel/deg")
    corner = _sub(planar, "cart:Geo_Transformation")
    _sub(corner, "cart:upperleft_corner_x", grid.left, "m")
    _sub(corner, "cart:upperleft_corner_y", grid.top, "m")


def _extent(grid: MapGrid) -> tuple[float, float, float, float]:
    """West, east, north, south [deg]."""
    left, bottom, right, top = grid.bounds
    if grid.separable:
        degree = grid.radius * math.pi / 180.0
        west, east, north, south = (each / degree for each in (left, right, top, bottom))
        return max(west, -180.0), east, min(north, 90.0), max(south, -90.0)
    x, y = np.array([left, left, right, right]), np.array([bottom, top, bottom, top])
    lat = grid.unproject(x, y)[1]
    north = grid.projection == "north-polar"
    return (-180.0, 180.0, 90.0, float(lat.min())) if north else (
        -180.0, 180.0, float(lat.max()), -90.0,
    )  # fmt: skip


def _file_area(
    root: ET.Element, name: str, stored: np.ndarray, code: str, unit: str, missing: float | None
) -> None:
    area = _sub(root, "File_Area_Observational")
    file = _sub(area, "File")
    _sub(file, "file_name", name)
    _sub(file, "file_size", stored.nbytes, "byte")
    _sub(file, "md5_checksum", hashlib.md5(stored.data, usedforsecurity=False).hexdigest())
    array = _sub(area, f"Array_{stored.ndim}D_Image")
    _sub(array, "local_identifier", "image")
    _sub(array, "offset", 0, "byte")
    _sub(array, "axes", stored.ndim)
    _sub(array, "axis_index_order", "Last Index Fastest")
    element = _sub(array, "Element_Array")
    _sub(element, "data_type", code)
    if unit and unit != "1":
        _sub(element, "unit", unit)
    axes = ("Band", "Line", "Sample")[-stored.ndim :]
    for number, (axis, count) in enumerate(zip(axes, stored.shape, strict=True), start=1):
        entry = _sub(array, "Axis_Array")
        _sub(entry, "axis_name", axis)
        _sub(entry, "elements", count)
        _sub(entry, "sequence_number", number)
    if missing is not None:
        whole = stored.dtype.kind != "f"
        constants = _sub(array, "Special_Constants")
        _sub(constants, "missing_constant", int(missing) if whole else missing)
