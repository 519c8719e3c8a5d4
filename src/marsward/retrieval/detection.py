"""Finds what stands out of a picture's dark sky: bodies with an extent, and points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from marsward.core.errors import InputError
from marsward.retrieval.kernels.star_centroid import fit_point_sources

Array = NDArray[np.float64]

BODY_AREA_PX = 60.0
"""A bright patch of at least this many pixels is a body, not a star (assumed: a Gaussian image of a
star with sigma 1 px that overfills its pixels a thousandfold covers 43)."""


@dataclass(frozen=True)
class Sensor:
    """What of a camera's calibration the reduction of a picture uses.

    psf_sigma [px], gain [e-/DN], bias [DN], read_noise [e-], full [e-] above which a pixel tells
    nothing, prnu the relative scatter of the pixels' sensitivity.
    """

    psf_sigma: float
    gain: float
    bias: float
    read_noise: float
    full: float
    prnu: float = 0.0

    @property
    def read_variance(self) -> float:
        """Variance of one pixel without light: read noise and rounding to whole DN [e-^2]."""
        return self.read_noise**2 + self.gain**2 / 12.0

    def variance(self, electrons: Array) -> Array:
        """Variance of pixels that hold `electrons` [e-^2]: light, read-out and uneven pixels."""
        light = np.maximum(electrons, 0.0)
        return self.read_variance + light + (self.prnu * light) ** 2

    def electrons(self, dn: NDArray) -> Array:
        """Electrons in each pixel [e-], from the digital numbers (y, x)."""
        dn = np.asarray(dn)
        if dn.ndim != 2 or min(dn.shape) < 32:
            raise InputError(
                f"a picture must have two dimensions of at least 32 px, this has shape {dn.shape}: "
                "give one band as (y, x)"
            )
        if not np.all(np.isfinite(dn)):
            raise InputError("the picture holds values that are not finite: mask them as 0 DN")
        return (dn.astype(np.float64) - self.bias) * self.gain


@dataclass(frozen=True)
class Sky:
    """Level [e-] and 1-sigma noise [e-] of the sky between the bodies, (y, x) and one number."""

    level: Array
    noise: float


@dataclass(frozen=True)
class Patch:
    """One extended bright patch: `box` (y0, y1, x0, x1), its mask in the box, its light [e-]."""

    box: tuple[int, int, int, int]
    mask: NDArray[np.bool_]
    area: int
    flux: float
    centroid: tuple[float, float]


@dataclass(frozen=True)
class Points:
    """Point sources, brightest first: x, y [px], flux [e-], 1-sigma of each, chi-square."""

    x: Array
    y: Array
    flux: Array
    sigma_x: Array
    sigma_y: Array
    sigma_flux: Array
    chi2: Array

    def __len__(self) -> int:
        return int(self.x.size)

    @property
    def xy(self) -> Array:
        """Positions (n, 2) [px], column first."""
        return np.stack([self.x, self.y], axis=-1)


def sky_background(electrons: Array, sensor: Sensor, *, cell: int = 64) -> Sky:
    """Level and noise of the sky: median of each cell of `cell` px, then interpolated.

    Cells that a body fills are replaced by the median of their neighbours that lie within 8 sigma
    of the darkest quarter of the picture, and cells that differ from the 25 round them by their
    median, so a body's own light does not count as sky.
    """
    ny, nx = (n // cell for n in electrons.shape)
    if ny < 2 or nx < 2:
        level = float(np.median(electrons))
        spread = float(1.4826 * np.median(np.abs(electrons - level)))
        noise = max(spread, float(np.sqrt(sensor.read_variance)))
        return Sky(np.full(electrons.shape, level), noise)
    thin = electrons[: ny * cell, : nx * cell].reshape(ny, cell, nx, cell)[:, ::2, :, ::2]
    tiles = np.ascontiguousarray(thin.transpose(0, 2, 1, 3)).reshape(ny, nx, -1)
    middle = np.median(tiles, axis=-1)
    dark = np.percentile(middle, 25.0)
    below = tiles[middle <= dark] - middle[middle <= dark][:, None]
    noise = max(float(1.4826 * np.median(np.abs(below))), float(np.sqrt(sensor.read_variance)))
    lit = middle > dark + 8.0 * noise
    if np.all(lit):
        raise InputError("the picture has no dark sky: it is fogged or overexposed throughout")
    if np.any(lit):
        rows, cols = np.nonzero(~lit)
        holes = np.argwhere(lit)
        for r, c in holes:
            order = np.argsort((rows - r) ** 2 + (cols - c) ** 2)[:8]
            middle[r, c] = np.median(middle[rows[order], cols[order]])
    around = ndimage.median_filter(middle, 5, mode="nearest")
    middle = np.where(np.abs(middle - around) > 0.3 * noise, around, middle)
    return Sky(_spread(middle, electrons.shape, cell), noise)


def _spread(cells: Array, shape: tuple[int, ...], cell: int) -> Array:
    """Bilinear interpolation of cell values to every pixel, held beyond the outer centres."""

    def weights(n: int, size: int) -> tuple[NDArray, NDArray]:
        at = np.clip((np.arange(size) - 0.5 * (cell - 1)) / cell, 0.0, n - 1.0)
        low = np.minimum(at.astype(np.int64), n - 2)
        return low, at - low

    iy, fy = weights(cells.shape[0], shape[0])
    ix, fx = weights(cells.shape[1], shape[1])
    rows = cells[iy] * (1.0 - fy)[:, None] + cells[iy + 1] * fy[:, None]
    return rows[:, ix] * (1.0 - fx) + rows[:, ix + 1] * fx


def find_patches(bright: Array, threshold: float) -> list[Patch]:
    """Connected patches above `threshold` [e-] of a sky-subtracted picture, largest light first."""
    above = bright > threshold
    labels, count = ndimage.label(above, structure=np.ones((3, 3), dtype=bool))
    if count == 0:
        return []
    area = np.bincount(labels.ravel(), minlength=count + 1)
    patches = []
    slices = ndimage.find_objects(labels)
    for k in np.flatnonzero(area >= BODY_AREA_PX):
        if k == 0:
            continue
        rows, cols = slices[k - 1]
        mask = labels[rows, cols] == k
        light = np.where(mask, bright[rows, cols], 0.0)
        flux = float(light.sum())
        y, x = np.indices(mask.shape)
        centroid = (
            float((x * light).sum() / flux + cols.start),
            float((y * light).sum() / flux + rows.start),
        )
        box = (rows.start, rows.stop, cols.start, cols.stop)
        patches.append(Patch(box, mask, int(area[k]), flux, centroid))
    return sorted(patches, key=lambda p: -p.area)


def body_mask(shape: tuple[int, ...], patches: list[Patch], margin: int) -> NDArray[np.bool_]:
    """True where a body or its glow lies: each patch grown by `margin` px."""
    mask = np.zeros(shape, dtype=bool)
    for patch in patches:
        y0, y1, x0, x1 = patch.box
        grown = np.pad(patch.mask, margin)
        reach = ndimage.distance_transform_edt(~grown) <= margin
        top, left = max(y0 - margin, 0), max(x0 - margin, 0)
        bottom, right = min(y1 + margin, shape[0]), min(x1 + margin, shape[1])
        part = reach[
            top - (y0 - margin) : bottom - (y0 - margin),
            left - (x0 - margin) : right - (x0 - margin),
        ]
        mask[top:bottom, left:right] |= part
    return mask


def find_points(
    electrons: Array,
    sky: Sky,
    sensor: Sensor,
    blind: NDArray[np.bool_],
    *,
    threshold: float = 6.0,
    most: int = 200,
) -> Points:
    """Stars and other points: matched filter, local maxima, then a fit of their image.

    The picture is correlated with the point-spread function (sigma `sensor.psf_sigma`); maxima over
    `threshold` sigma of the filtered noise outside `blind` are fitted with a pixel-integrated
    Gaussian over 7 x 7 px. The brightest `most` are kept.
    """
    sigma = float(np.hypot(sensor.psf_sigma, np.sqrt(1.0 / 12.0)))
    clear = np.where(blind, 0.0, electrons - sky.level).astype(np.float32)
    smooth = ndimage.gaussian_filter(clear, sigma, mode="constant", truncate=3.0)
    noise = sky.noise / (2.0 * np.sqrt(np.pi) * sigma)
    rows, cols = np.nonzero(smooth[1:-1, 1:-1] > threshold * noise)
    rows, cols = rows + 1, cols + 1
    peak = smooth[rows, cols]
    top = np.ones(rows.size, dtype=bool)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            if (dy, dx) != (0, 0):
                other = smooth[rows + dy, cols + dx]
                top &= (peak > other) | ((peak == other) & ((dy, dx) > (0, 0)))
    top &= ~blind[rows, cols]
    rows, cols, peak = rows[top], cols[top], peak[top]
    keep = np.argsort(-peak, kind="stable")[:most]
    return _fitted(electrons, sky, sensor, blind, rows[keep], cols[keep])


def _fitted(
    electrons: Array, sky: Sky, sensor: Sensor, blind: NDArray, rows: NDArray, cols: NDArray
) -> Points:
    """Centroids of the maxima at (rows, cols), good fits only."""
    table = np.zeros((rows.size, 9))
    extra = max(sky.noise**2 - float(np.median(sky.level)), sensor.read_variance)
    fit_point_sources(
        electrons, ~blind, cols.astype(np.float64), rows.astype(np.float64), sky.level[rows, cols],
        sensor.psf_sigma, 3, extra, sensor.full, table,
    )  # fmt: skip
    near = np.hypot(table[:, 0] - cols, table[:, 1] - rows) < 2.0
    good = (table[:, 8] >= 8) & near & (table[:, 2] > 4.0 * table[:, 6])
    table = table[good]
    table = table[np.argsort(-table[:, 2], kind="stable")]
    x, y, flux, _, sx, sy, sf, chi2, _ = table.T.copy()
    return Points(x, y, flux, sx, sy, sf, chi2)
