"""A made-up table of absorption for the tests of sounders, and columns drawn from a prior."""

import numpy as np

from marsward.physics.air import layer_pressure
from marsward.physics.air_layers import layer_edges
from marsward.physics.dust_profile import dust_depth
from marsward.physics.sounder_table import SounderTable, distribution_points
from marsward.retrieval.profile_prior import level_weights


def made_up_table(each=(1, 1, 1, 1), step=1000.0):
    """Strongest at 667 cm-1, stronger under pressure between the lines, warmer in the wings."""
    edges = np.arange(52000.0, 82001.0, step)
    pressure, warmth = np.geomspace(1e-3, 1e4, 15), np.linspace(110.0, 310.0, 6)
    place, share = distribution_points(each)
    away = np.abs(0.5 * (edges[1:] + edges[:-1]) - 66700.0)
    log_k = np.log(30.0) - away[None, None, :, None] / 2500.0 + 8.0 * (place - 0.8)
    log_k = log_k + 0.9 * (1.0 - place) * np.log(pressure / 600.0)[:, None, None, None]
    log_k = log_k + ((warmth - 200.0)[:, None, None] * 1e-6 * away[:, None])[None]
    return SounderTable(edges, share, pressure, warmth, np.ascontiguousarray(log_k))


def drawn_columns(prior, n, seed=0, layers=36):
    """Columns of the prior: temperatures at levels, edges, those of layers, ground, tau, dust."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(prior.covariance)
    levels = prior.temperature + rng.standard_normal((n, prior.pressure.size)) @ root.T
    edges = layer_edges(
        rng.uniform(450.0, 800.0, n), layers, prior.pressure[-1] * 0.5, lowest=300.0
    )
    air = np.einsum("nlm,nm->nl", level_weights(prior.pressure, layer_pressure(edges)), levels)
    ground = np.clip(215.0 + prior.surface_sigma * rng.standard_normal(n), 120.0, 320.0)
    tau = 0.3 * np.exp(prior.dust_sigma * rng.standard_normal(n))
    return levels, edges, air, ground, tau, dust_depth(edges, tau, prior.dust_top)
