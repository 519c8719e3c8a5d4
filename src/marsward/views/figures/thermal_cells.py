"""The cells whose thermal inertia a radiometer has told, and maps of the latitudes they reach."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from marsward.core.map_grid import MapGrid
from marsward.views.figures.map_axes import equirectangular, north, panel, show, stored_grid
from marsward.views.stored_run import Missing, StoredPhase

PRODUCT = "thermal_map"
UNIT = "J m⁻² K⁻¹ s⁻½"
MEDIAN_OF_NORMAL = 0.6745
"""Median size of a unit normal deviate."""


@dataclass(frozen=True)
class ThermalCells:
    """Thermal inertia (y, x) [J m-2 K-1 s-1/2], NaN where a cell has none.

    true, prior, found : of the ground, as estimated before the look, as found by it
    width : stated error (1 sigma) of the logarithm of what was found
    looks : temperatures used
    """

    grid: MapGrid
    true: np.ndarray
    prior: np.ndarray
    found: np.ndarray
    width: np.ndarray
    looks: np.ndarray

    @property
    def passed(self) -> np.ndarray:
        """Cells that the orbit passes (y, x)."""
        return np.isfinite(self.true)

    @property
    def solved(self) -> np.ndarray:
        """Cells with truth, an answer and its error (y, x)."""
        return self.passed & np.isfinite(self.found) & (self.width > 0.0)

    @property
    def off(self) -> np.ndarray:
        """ln(found / true) of the solved cells (n,)."""
        return np.log(self.found[self.solved] / self.true[self.solved])

    @property
    def prior_off(self) -> np.ndarray:
        """ln(prior / true) of the solved cells (n,), NaN where there is no prior."""
        return np.log(self.prior[self.solved] / self.true[self.solved])

    @property
    def pull(self) -> np.ndarray:
        """ln(found / true) over its stated error (y, x), NaN where not solved."""
        made = np.full(self.true.shape, np.nan)
        made[self.solved] = self.off / self.width[self.solved]
        return made


def thermal_cells(phase: StoredPhase) -> ThermalCells:
    """Truth, prior and knowledge of a phase; raises Missing without any cell that has all."""
    grid = stored_grid(phase, PRODUCT, planet=True)
    names = (
        "true_inertia", "prior_inertia", "thermal_inertia", "thermal_inertia_sigma", "observations",
    )  # fmt: skip
    true, prior, found, sigma, looks = (phase.values(PRODUCT, name).astype(float) for name in names)
    true, prior, found = (np.where(v > 0.0, v, np.nan) for v in (true, prior, found))
    cells = ThermalCells(grid, true, prior, found, sigma / found, looks)
    if not cells.solved.any():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no cell with a thermal inertia")
    return cells


def scatter_of(off: np.ndarray) -> float:
    """Robust standard deviation of deviates: their median size over that of a normal one."""
    known = off[np.isfinite(off)]
    return float(np.median(np.abs(known)) / MEDIAN_OF_NORMAL) if known.size else float("nan")


def reached(cells: ThermalCells) -> float:
    """Latitude [deg], a multiple of 5, within which all cells that were passed lie."""
    rows = np.flatnonzero(cells.passed.any(axis=1))
    lat = np.asarray(cells.grid.lon_lat(rows, np.zeros(rows.size))[1])
    edge = float(np.abs(lat).max()) + 0.5 / cells.grid.ppd
    return min(5.0 * float(np.ceil(edge / 5.0 - 1e-9)), 90.0)


def map_band(
    figure: Figure, place: tuple[float, float, float], cells: ThermalCells, values: np.ndarray,
    *, cmap: str, norm: Normalize, lines: str = "white", step: tuple[int, int] = (60, 30),
) -> Axes:  # fmt: skip
    """A map of the latitudes that were reached at (left, bottom, width) [inch].

    Its height is `band_height` of the width. Cells without a value stay clear.
    """
    left, bottom, width = place
    edge = reached(cells)
    axes = panel(figure, left, bottom, width, band_height(cells, width))
    show(axes, cells.grid, values, most=720, cmap=cmap, norm=norm)
    equirectangular(axes, step=step)
    lat = [v for v in np.arange(-90, 91, step[1]) if abs(v) <= edge]
    axes.set_ylim(-edge, edge)
    axes.set_yticks(lat, [north(float(v)) for v in lat])
    for line in axes.get_xgridlines() + axes.get_ygridlines():
        line.set_color(lines)
    return axes


def band_height(cells: ThermalCells, width: float) -> float:
    """Height of a map of the latitudes that were reached, in the unit of its width."""
    return width * reached(cells) / 180.0
