"""Where the pixels of a camera's bands look, line cameras and strips included.

A frame camera sees all bands through all pixels. A push-frame camera has a strip of rows for each
band; a pushbroom one line. Rows grow along +y, which the nadir laws turn ahead along the track, and
successive lines of a pushbroom grow with time, so an image has its rows in the order in which the
ground is met. A band whose line stands `row` rows ahead of the boresight meets the same ground that
many lines earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError

if TYPE_CHECKING:
    from marsward.core.time import Epoch
    from marsward.instruments.camera import Camera
    from marsward.instruments.camera_bands import CameraBand

__all__ = ["line_epochs", "line_lag", "line_period", "line_rays", "rays", "scaled"]

Array = NDArray[np.float64]


def rays(camera: Camera, band: CameraBand | str | None = None) -> Array:
    """Unit rays (y, x, 3) of a band in the camera's axes, lens distortion included.

    y runs over all rows of a frame, the rows of the band's strip in a push-frame, the single line
    of a pushbroom. The band may be left out where all bands see the same.
    """
    camera.require_memory()
    pinhole = camera.pinhole
    if camera.mode == "frame":
        first, count = 0.0, camera.height
    else:
        chosen = _chosen(camera, band)
        count = chosen.rows if camera.mode == "push-frame" else 1
        first = pinhole.cy + chosen.row - 0.5 * (count - 1)
    pixels = np.empty((count, camera.width, 2))
    pixels[..., 0] = np.arange(camera.width)
    pixels[..., 1] = (first + np.arange(count))[:, None]
    return pinhole.ray(pixels)


def line_rays(camera: Camera, band: CameraBand | str | None = None) -> Array:
    """Unit rays (x, 3) of a pushbroom's band; every line of an image shares them."""
    if camera.mode != "pushbroom":
        raise InputError(
            f"camera {camera.name!r} is a {camera.mode} camera and has no line: use rays()"
        )
    return rays(camera, band)[0]


def line_period(camera: Camera, image_rate: float) -> float:
    """Time from line to line [s] at which the ground moves one pixel.

    `image_rate` is the motion of the ground over the detector [rad/s]: ground speed over range.
    """
    if not image_rate > 0.0:
        raise InputError(f"image_rate is {image_rate}: give a positive angular rate [rad/s]")
    return camera.ifov / image_rate


def line_epochs(camera: Camera, start: Epoch, period: float, lines: int | None = None) -> Epoch:
    """Epochs (lines,) of the middle of each line's exposure; a pose is wanted at each of them."""
    count = camera.height if lines is None else lines
    return start + period * np.arange(count)


def line_lag(camera: Camera, band: CameraBand | str) -> float:
    """Lines after the boresight's line at which a band meets the same ground; may be negative."""
    return -_chosen(camera, band).row


def scaled(camera: Camera, width: int) -> Camera:
    """The same field on fewer pixels, as if s x s pixels were summed when they are read.

    Charges, full well and electrons per number grow by s squared, read noise by s: numbers and
    exposures stay those of the whole frame, and noise falls as it does when pixels are averaged.
    The fixed pattern averages likewise; the point spread keeps its angle and shrinks in pixels.
    The sum is quantised once. Rows round to whole ones.

    Raises
    ------
    InputError : a width of fewer than 8 pixels or of more than the camera has
    """
    if not 8 <= width <= camera.width:
        raise InputError(
            f"width is {width}: camera {camera.name!r} can be scaled to 8 to {camera.width} columns"
        )
    s = camera.width / width
    changes: dict[str, Any] = {
        "width": int(width),
        "height": max(1, round(camera.height / s)),
        "pixel_pitch": camera.pixel_pitch * s,
        "psf_sigma": camera.psf_sigma / s,
        "full_well": camera.full_well * s * s,
        "gain": camera.gain * s * s,
        "read_noise": camera.read_noise * s,
        "dark_current": camera.dark_current * s * s,
        "prnu": camera.prnu / s,
        "flat_error": camera.flat_error / s,
        "bands": tuple(
            band.model_copy(update={"row": band.row / s, "rows": round(band.rows / s)})
            for band in camera.bands
        ),
    }
    given = camera.model_fields_set
    smaller = camera.model_copy(update=changes)
    object.__setattr__(smaller, "__pydantic_fields_set__", set(given))
    return smaller


def _chosen(camera: Camera, band: CameraBand | str | None) -> CameraBand:
    if band is None:
        if len({(each.row, each.rows) for each in camera.bands}) > 1:
            raise InputError(
                f"the bands of camera {camera.name!r} look to different places: name one of "
                + ", ".join(each.name for each in camera.bands)
            )
        return camera.bands[0]
    return camera.band(band) if isinstance(band, str) else band
