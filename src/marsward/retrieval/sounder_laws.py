"""What a sounder sees of a state: temperatures at levels, ground or heights, and dust; with slopes.

The laws of `physics.sounder_radiance` and `physics.limb_radiance` over layers that hang on the
levels of a prior, as `optimal_estimation` takes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.physics.air import layer_pressure
from marsward.physics.air_layers import layer_edges
from marsward.physics.dust_profile import dust_depth
from marsward.physics.limb_radiance import limb_radiance
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import SounderColumns, nadir_radiance
from marsward.physics.sounder_table import SounderTable
from marsward.retrieval.profile_prior import ProfilePrior, level_weights

__all__ = ["SCALE", "LimbLaw", "NadirLaw"]

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
_THINNEST = 300.0  # m: the layer at the ground
_TOP_STEP = 0.02  # of the logarithm of the dust's top, for slopes
SCALE = 1e6
"""Radiance of the sums, so that their inverses stay near one."""


class _Law:
    """What both laws share: layers over the believed ground and the state's parts."""

    def __init__(
        self, prior: ProfilePrior, channels: SounderChannels, ground: Array, layers: int,
        table: SounderTable | None, workers: int,
    ) -> None:  # fmt: skip
        self.channels, self.workers = channels, workers
        self.table = table or SounderTable.shipped()
        top = min(float(prior.pressure[-1]) * 0.5, float(ground.min()) / 20.0)
        self.edges = layer_edges(ground, layers, top, lowest=_THINNEST)
        self.weights = level_weights(prior.pressure, layer_pressure(self.edges))
        self.levels = prior.pressure.size

    def columns(
        self, state: Array, rows: Rows, dust: Array, warmth: Any, emissivity: float
    ) -> SounderColumns:
        """Columns of a state; dust : depth of each layer where the opacity is 1."""
        air = np.einsum("nlm,nm->nl", self.weights[rows], state[:, : self.levels])
        depth = dust * np.exp(state[:, -1])[:, None]
        return SounderColumns(self.edges[rows], air, warmth, depth, emissivity)


class NadirLaw(_Law):
    """Spectra looking down, by state: temperatures, that of the ground, ln dust."""

    def __init__(
        self, prior: ProfilePrior, channels: SounderChannels, ground: Array, cosine: Array,
        emissivity: float, layers: int, table: SounderTable | None, workers: int,
    ) -> None:  # fmt: skip
        super().__init__(prior, channels, ground, layers, table, workers)
        self.cosine, self.emissivity = cosine, emissivity
        self.dust = dust_depth(self.edges, 1.0, prior.dust_top)

    def __call__(self, state: Array, rows: Rows) -> tuple[Array, Array]:
        warmth = state[:, self.levels]
        columns = self.columns(state, rows, self.dust[rows], warmth, self.emissivity)
        seen = nadir_radiance(
            columns, self.channels, cosine=self.cosine[rows], table=self.table, slopes=True,
            workers=self.workers,
        )  # fmt: skip
        slopes = np.concatenate(
            [seen.by_air @ self.weights[rows], seen.by_ground[..., None],
             seen.by_dust.sum(axis=-1, keepdims=True)], axis=-1,
        )  # fmt: skip
        return SCALE * seen.radiance, SCALE * slopes


class LimbLaw(_Law):
    """The limb, by state: temperatures, offset of the heights [m], ln top of dust, ln dust."""

    def __init__(
        self, prior: ProfilePrior, channels: SounderChannels, ground: Array, tangent: Array,
        field_height: float, warmth: float, layers: int, table: SounderTable | None, workers: int,
    ) -> None:  # fmt: skip
        super().__init__(prior, channels, ground, layers, table, workers)
        self.tangent, self.field_height, self.warmth = tangent, field_height, warmth

    def __call__(self, state: Array, rows: Rows) -> tuple[Array, Array]:
        m = self.levels
        dust, moved = self._dust(state[:, m + 1], rows)
        seen = limb_radiance(
            self.columns(state, rows, dust, self.warmth, 1.0), self.channels,
            self.tangent[rows] + state[:, m, None], field_height=self.field_height,
            table=self.table, slopes=True, workers=self.workers,
        )  # fmt: skip
        n = len(rows)
        by_dust = seen.by_dust.reshape(n, -1, seen.by_dust.shape[-1])
        slopes = [
            seen.by_air.reshape(n, -1, seen.by_air.shape[-1]) @ self.weights[rows],
            seen.by_height.reshape(n, -1, 1),
            by_dust @ moved[:, :, None],
            by_dust.sum(axis=-1, keepdims=True),
        ]
        return SCALE * seen.radiance.reshape(n, -1), SCALE * np.concatenate(slopes, axis=-1)

    def _dust(self, log_top: Array, rows: Rows) -> tuple[Array, Array]:
        """Depth of each layer at an opacity of 1, and its relative change by ln top, (n, L)."""
        low, here, high = (
            dust_depth(self.edges[rows], 1.0, np.exp(log_top + way))
            for way in (-_TOP_STEP, 0.0, _TOP_STEP)
        )
        return here, (high - low) / (2.0 * _TOP_STEP * np.maximum(here, 1e-30))
