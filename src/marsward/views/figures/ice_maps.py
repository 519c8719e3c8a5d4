"""How deep ice lies: as it is, and as it is believed to be with its band and its chance."""

import numpy as np
from matplotlib.colors import LogNorm, Normalize

from marsward.core.map_grid import MapGrid
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import stored_grid
from marsward.views.figures.planet_panels import Layer, planet_and_poles, row_of_panels
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure

DEPTH_SCALE = (1.0, 200.0)
"""Depths [cm] at the ends of the colours, the same for truth and knowledge."""
DEPTH_MAP = "viridis_r"
NO_ICE = "no ice lasts in the ground"
WORST = 3.0
"""Factor at the end of the colours of the band."""


def draw_truth(phase: StoredPhase) -> Drawing:
    """The true depth of ice on the planet and about both poles."""
    depth, grid = ice_depth(phase, "ground")
    figure = new_figure(7.6, 6.95)
    figure.set_layout_engine("none")
    planet_and_poles(figure, grid, depth_layer(depth, f"True depth of ice, {grid.label}"))
    icy = np.isfinite(depth)
    area = np.broadcast_to(grid.cell_area(), depth.shape)
    share = 100.0 * float(area[icy].sum() / area.sum())
    low, middle, high = weighted(depth[icy], area[icy], (0.1, 0.5, 0.9))
    caption = (
        "Truth: depth below the surface at which ice in the pores of the soil lasts from year to "
        "year in balance with the air's water, as the simulated planet has it. It lasts under "
        f"{digits(share, None, 3)} % of the planet's area; there half of it lies at "
        f"{digits(100 * middle, None, 2)} cm or less, eight tenths between "
        f"{digits(100 * low, None, 2)} and {digits(100 * high, None, 2)} cm. Colours are "
        "logarithmic; arrows: less and more than the scale, with ice at the surface itself among "
        "the lightest. The round panels are polar stereographic and reach to 60° latitude."
    )
    label = "Maps of the true depth of ice: planet and both poles."
    return Drawing(figure, caption, label, dpi=150)


def draw_known(phase: StoredPhase) -> Drawing:
    """What is known: believed depth, factor of its band, probability of ice."""
    depth, grid = ice_depth(phase, "ice_map")
    sigma = phase.values("ice_map", "ice_depth_log_sigma").astype(float)
    chance = phase.values("ice_map", "ice_probability").astype(float)
    factor = np.where(np.isfinite(depth), np.exp(np.minimum(sigma, 9.0)), np.nan)
    figure = new_figure(7.6, 7.45)
    figure.set_layout_engine("none")
    rows = (
        depth_layer(depth, "Believed depth of ice"),
        Layer(factor, "Factor by which the depth may be off (1σ)", "factor (1σ)", "cividis",
              LogNorm(1.0, WORST), NO_ICE),
        Layer(100.0 * chance, "Probability that ice lasts", "%", "magma", Normalize(0.0, 100.0)),
    )  # fmt: skip
    for number, layer in enumerate(rows):
        row_of_panels(figure, 5.0 - 2.5 * number, grid, layer)
    known = np.isfinite(factor)
    unsure = (chance > 0.05) & (chance < 0.95)
    area = np.broadcast_to(grid.cell_area(), depth.shape)
    caption = (
        "Knowledge, from maps of the surface with their errors: the depth of ice that is believed, "
        "in the colours of the truth; the factor by which one standard deviation moves it (median "
        f"{digits(float(np.median(factor[known])), None, 3)}, darker is better, cut at {WORST:g}); "
        "the probability that ice lasts at any depth. Over "
        f"{digits(100 * float(area[unsure].sum() / area.sum()), None, 2)} % of the planet it is "
        f"open whether there is any: between 5 and 95 %.{_causes(phase)} Assumed: the band is of "
        "first order in those errors, and cells are flat."
    )
    label = "Maps of the believed depth of ice, of its band and of the probability of ice."
    return Drawing(figure, caption, label, dpi=150)


def ice_depth(phase: StoredPhase, product: str) -> tuple[np.ndarray, MapGrid]:
    """Depth of ice [m] (y, x), NaN where there is none, and its grid; raises Missing."""
    grid = stored_grid(phase, product, planet=True)
    depth = phase.values(product, "ice_depth").astype(float)
    if not np.isfinite(depth).any():
        raise Missing(f"{phase.folder.name}/{product}.nc holds no ice at all")
    return np.where(np.isfinite(depth), depth, np.nan), grid


def depth_layer(depth: np.ndarray, title: str) -> Layer:
    """Depths [m] in the colours of this report, in centimetres."""
    shown = np.clip(100.0 * depth, 1e-3, None)
    return Layer(shown, title, "depth of ice [cm]", DEPTH_MAP, LogNorm(*DEPTH_SCALE), NO_ICE)


def weighted(values: np.ndarray, weight: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """The values below which the given shares of the weight lie."""
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return [float(values[order][np.searchsorted(total, share * total[-1])]) for share in shares]


def _causes(phase: StoredPhase) -> str:
    """Which error makes how much of the band, where that is stored."""
    if "variance_share" not in phase.product("ice_map"):
        return ""
    share = phase.values("ice_map", "variance_share").astype(float)
    depth = phase.values("ice_map", "ice_depth").astype(float)
    known = np.isfinite(depth) & np.isfinite(share).all(axis=0) & (share.sum(axis=0) > 0.0)
    if not known.any():
        return ""
    parts = [
        f"{digits(100 * float(row[known].mean()), None, 2)} % from {name}"
        for row, name in zip(share, phase.texts("ice_map", "cause"), strict=True)
    ]
    return f" Of the variance of the depth come {', '.join(parts)}."
