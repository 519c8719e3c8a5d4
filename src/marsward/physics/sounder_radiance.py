"""Radiance that an infrared sounder sees, straight down or through the limb.

In each bin of wavenumber and at each point of its distribution of absorption a line of sight is a
row of layers of even temperature,

    L_out = B(T) + (L_in - B(T)) exp(-(k + d) u),

u the air along it [kg m-2], k the absorption of carbon dioxide and d that of dust per mass of air.
Dust absorbs and does not scatter here, with the depth for absorption, which is first order: in the
limb at 22 um scattering adds some tenths (Kleinboehl et al. 2011, doi:10.1016/j.jqsrt.2011.03.006).
Air rests on the ground, layers lie on spheres, lines of sight are straight (refraction bends them
by under 1e-4 rad), and the air is in local equilibrium, good below some 80 km at 15 um
(Lopez-Valverde & Lopez-Puertas 1994, doi:10.1029/94JE00635). Slopes by temperature, by the air
along the line and by dust are exact; in the limb those of heights are taken by small changes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers, whole
from marsward.core.errors import InputError
from marsward.physics.air import gravity, hydrostatic_heights, layer_pressure
from marsward.physics.kernels.sounder_radiance import absorption, nadir_column, planck
from marsward.physics.sounder_channels import ChannelBins, SounderChannels, channel_bins
from marsward.physics.sounder_table import SounderTable

__all__ = ["NadirRadiance", "SounderColumns", "by_column", "nadir_radiance", "planck_radiance"]

Array = NDArray[np.float64]


def by_column(value: ArrayLike, name: str, n: int) -> Array:
    """A number for each of n columns (n,), from one for all or n of them.

    Raises
    ------
    InputError : what is no finite number, or another count
    """
    held = _numbers(value, name)
    if held.shape not in ((), (1,), (n,)):
        raise InputError(
            f"{name} has shape {held.shape} but there are {n} columns; give one number, or {n}"
        )
    return np.broadcast_to(held, (n,))


@dataclass(frozen=True)
class SounderColumns:
    """Columns of air that a sounder looks at, checked.

    edges : pressure at the edges of layers from the ground up [Pa] (n, L + 1), the last above 0
    temperature : of layers [K] (n, L)
    surface_temperature : of the ground [K] (n,)
    dust_depth : extinction of visible light by the dust in each layer (n, L); none if left out
    emissivity : of the ground, one number or (n,)

    Raises
    ------
    InputError : no column, shapes that do not fit, pressures that do not fall, what is no number
        or out of range.
    """

    edges: Array
    temperature: Array
    surface_temperature: Array
    dust_depth: Array | None = None
    emissivity: ArrayLike = 1.0

    def __post_init__(self) -> None:
        edges = np.atleast_2d(_numbers(self.edges, "edges"))
        air = np.atleast_2d(_numbers(self.temperature, "temperature"))
        n, layers = air.shape[0], air.shape[-1]
        if (
            not air.size or air.ndim > 2 or edges.ndim > 2
            or edges.shape[-1] != layers + 1 or edges.shape[0] not in (1, n)
        ):  # fmt: skip
            raise InputError(
                f"columns have edges of shape {edges.shape} and temperatures of shape {air.shape}; "
                "give (n, L + 1) and (n, L), n of 1 or more"
            )
        ground = by_column(self.surface_temperature, "surface_temperature", n)
        dust = _numbers(0.0 if self.dust_depth is None else self.dust_depth, "dust_depth")
        shine = by_column(self.emissivity, "emissivity", n)
        edges = np.broadcast_to(edges, (n, layers + 1))
        if not (np.all(edges[:, -1] > 0.0) and np.all(np.diff(edges, axis=1) < 0.0)):
            raise InputError(
                "pressure at the edges of layers must fall from the ground, above 0 Pa"
            )
        for name, held in (("temperature of the air", air), ("surface_temperature", ground)):
            if not np.all((held >= 30.0) & (held <= 500.0)):
                raise InputError(f"{name} of a sounder's columns must lie in 30 to 500 K, no gaps")
        if dust.shape not in ((), (layers,), (1, layers), air.shape):
            raise InputError(
                f"dust_depth has shape {dust.shape}; give one number for each layer, {air.shape}"
            )
        if not np.all(dust >= 0.0):
            raise InputError("dust_depth must be 0 or more in each layer, of shape (n, L)")
        if not np.all((shine > 0.0) & (shine <= 1.0)):
            raise InputError("the emissivity of the ground must lie above 0 and up to 1")
        for name, held in (
            ("edges", edges), ("temperature", air), ("surface_temperature", ground),
            ("dust_depth", np.broadcast_to(dust, air.shape)), ("emissivity", shine),
        ):  # fmt: skip
            object.__setattr__(self, name, np.ascontiguousarray(held))

    def __len__(self) -> int:
        return int(self.temperature.shape[0])

    @property
    def pressure(self) -> Array:
        """Of layers, middle by mass [Pa] (n, L)."""
        return layer_pressure(self.edges)

    @property
    def air_mass(self) -> Array:
        """Air in each layer [kg m-2] (n, L)."""
        _, middle = hydrostatic_heights(self.edges, self.temperature)
        return np.asarray(-np.diff(self.edges, axis=1) / gravity(middle))

    def dust_mass_extinction(self) -> Array:
        """Visible extinction by dust per mass of air [m2 kg-1] (n, L)."""
        return np.asarray(self.dust_depth) / self.air_mass


@dataclass(frozen=True)
class NadirRadiance:
    """Radiance (n, channels) [W m-1 sr-1] and, where asked, its slopes, empty else.

    by_air (n, channels, L) [per K]; by_ground (n, channels) [per K]; by_dust (n, channels, L)
    [per relative change of a layer's dust]
    """

    radiance: Array
    by_air: Array = field(default_factory=lambda: np.empty(0))
    by_ground: Array = field(default_factory=lambda: np.empty(0))
    by_dust: Array = field(default_factory=lambda: np.empty(0))


def planck_radiance(wave: ArrayLike, temperature: float) -> Array:
    """Planck's law by wavenumber [W m-1 sr-1] at wavenumbers [m-1] and one temperature [K].

    Raises
    ------
    InputError : a wavenumber or a temperature that is not above 0
    """
    held, warmth = np.atleast_1d(_numbers(wave, "wave")), number(temperature, "temperature", "K")
    if not (np.all(held > 0.0) and warmth > 0.0):
        raise InputError("a black body needs wavenumbers above 0 and a temperature above 0 K")
    level, slope = np.empty_like(held), np.empty_like(held)
    planck(np.ascontiguousarray(held), warmth, level, slope)
    return level


def nadir_radiance(
    columns: SounderColumns,
    channels: SounderChannels,
    *,
    cosine: ArrayLike = 1.0,
    table: SounderTable | None = None,
    slopes: bool = False,
    workers: int = 1,
) -> NadirRadiance:
    """What leaves the top of columns of air towards a sounder above.

    Parameters
    ----------
    columns : n columns
    channels : mean radiance is taken over each one's response
    cosine : of the angle of the line of sight from the vertical, a number or (n,), 0.2 to 1
    table : absorption of carbon dioxide; the shipped one if left out
    slopes : whether the slopes are worked out too
    workers : threads over blocks of columns; the answer does not depend on them

    Raises
    ------
    InputError : a cosine out of range, a table that is none, less than one thread
    """
    check_kind(table, SounderTable, "table", "a SounderTable, or leave it out")
    workers = whole(workers, "workers")
    slant = by_column(cosine, "cosine", len(columns))
    if not np.all((slant >= 0.2) & (slant <= 1.0)):
        raise InputError("a sounder's line of sight down needs a cosine of 0.2 to 1")
    held = channel_bins(channels, table or SounderTable.shipped())
    mass = columns.air_mass / slant[:, None]
    dust = columns.dust_mass_extinction()
    n, layers = mass.shape
    shape = (n, len(channels))
    deep = [np.empty((*shape, layers)), np.empty(shape), np.empty((*shape, layers))]
    out = NadirRadiance(np.empty(shape), *(deep if slopes else []))
    parts = np.array_split(np.arange(n), max(1, min(workers, n)))
    if len(parts) == 1:
        _block(columns, held, mass, dust, out, parts[0])
    else:
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(lambda rows: _block(columns, held, mass, dust, out, rows), parts))
    return out


def _block(
    columns: SounderColumns, held: ChannelBins, mass: Array, dust: Array, out: NadirRadiance,
    rows: NDArray[np.int64],
) -> None:  # fmt: skip
    """Fill the rows of some columns."""
    bins, layers = held.bins, mass.shape[1]
    wave, size = held.wave, held.wave.size
    work = [np.empty((layers, bins.log_k.shape[2])) for _ in range(5)]
    level = [np.empty((layers + 1, size)) for _ in range(2)]
    light, by_ground = np.empty(size), np.empty(size)
    by_air, by_dust = np.empty((size, layers)), np.empty((size, layers))
    slopes, pressure = out.by_air.size > 0, columns.pressure
    for row in rows:
        absorption(
            pressure[row], columns.temperature[row], bins.log_pressure, bins.temperature,
            bins.log_k, work[0], work[1],
        )  # fmt: skip
        shine = np.full(size, np.asarray(columns.emissivity)[row])
        nadir_column(
            mass[row], columns.temperature[row], columns.surface_temperature[row], shine,
            dust[row][:, None] * held.dust_share, wave, bins.share, work[0], work[1], slopes,
            light, by_air, by_ground, by_dust, *work[2:], *level,
        )  # fmt: skip
        out.radiance[row] = held.response @ light
        if slopes:
            out.by_air[row] = held.response @ by_air
            out.by_ground[row] = held.response @ by_ground
            out.by_dust[row] = held.response @ by_dust


def _numbers(value: ArrayLike, name: str) -> Array:
    held = numbers(value, f"{name} of a sounder's columns", finite=False)
    if not np.isfinite(held).all():
        raise InputError(f"{name} of a sounder's columns holds a number that is not finite")
    return held
