"""Dust by height from the limb, peeled like an onion: from the highest detector down.

The air is cut into shells, one at the height of each detector. With the temperature known, the
radiance of the highest detector tells the dust of its shell; with that the next lower detector
tells that of the next shell, and so on (Russell & Drayson 1972, J. Atmos. Sci. 29:376). Each shell
is found by Newton's steps in the logarithm of its dust. Where the lines of sight are opaque nothing
is told of what lies below, and no answer is given there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.instruments.limb_sounder import LimbSounder
from marsward.physics.air import hydrostatic_heights, layer_pressure
from marsward.physics.air_layers import layer_edges
from marsward.physics.limb_radiance import limb_radiance
from marsward.physics.sounder_channels import SounderChannels
from marsward.physics.sounder_radiance import SounderColumns
from marsward.physics.sounder_table import SounderTable

__all__ = ["limb_dust"]

Array = NDArray[np.float64]
_STEPS = 6
_MOST = 2.0  # largest step in the logarithm
_LEAST_EXTINCTION, _MOST_EXTINCTION = 1e-10, 1e-2  # m2 kg-1 of air: of the clearest and of storms
_TOLD = 2.0  # relative error above which a shell is not told

add_fields(
    FieldRow("limb_dust_extinction", "m-1", "extinction of visible light by dust", low=0.0),
    FieldRow("limb_dust_extinction_error", "m-1", "error of that extinction (1 sigma)", low=0.0),
)


def limb_dust(
    observed: xr.Dataset,
    sounder: LimbSounder,
    profile: xr.Dataset,
    *,
    channel: str,
    lowest: float = 8.0e3,
    forward_error: float = 0.03,
    layers: int = 40,
    table: SounderTable | None = None,
    workers: int = 1,
) -> xr.Dataset:
    """Extinction by dust at the height of each detector.

    Parameters
    ----------
    observed : what `LimbSounder.observe` gives
    sounder : as it is believed to be
    profile : temperatures (and height_offset) of the same profiles, as `limb_temperature` gives
    channel : name of the channel that sees the dust, such as "A5"
    lowest : detectors that look lower [m] are left out
    forward_error : error of the law as a share of radiance (1 sigma): the table, and what the
        temperatures and heights that are taken as known are off by
    layers : of air; table : absorption that the retrieval believes in; workers : threads

    Returns
    -------
    Dataset (profile, shell) from below: dust_extinction at visible wavelengths [m-1] with
    dust_extinction_sigma (noise and calibration), NaN where the radiance does not tell;
    tangent_height [m].

    Raises
    ------
    InputError : profiles that are not those observed, no detector high enough
    """
    number = [c.name for c in sounder.channels].index(sounder.channel(channel).name)
    light = np.asarray(observed["channel_radiance"], dtype=np.float64)[:, :, number]
    noise = np.asarray(observed["channel_radiance_sigma"], dtype=np.float64)[:, :, number]
    tangent = np.asarray(observed["tangent_height"], dtype=np.float64)
    if profile["temperature"].shape[0] != light.shape[0]:
        raise InputError(
            f"{light.shape[0]} limbs were observed but there are temperatures of "
            f"{profile['temperature'].shape[0]}"
        )
    used = np.flatnonzero((tangent >= lowest).all(axis=0))
    if used.size < 2:
        raise InputError(f"fewer than two detectors look above {lowest:g} m; lower `lowest`")
    tangent = tangent[:, used] + np.asarray(profile["height_offset"], dtype=np.float64)[:, None]
    shells = _Shells.of(
        observed, profile, tangent, sounder.bands.chosen([number]), layers, table, workers
    )
    if not 0.0 <= forward_error <= 0.5:
        raise InputError(f"forward_error is a share from 0 to 0.5, not {forward_error:g}")
    noise = np.hypot(noise, forward_error * light)
    peeled = shells.peeled(light[:, used], noise[:, used])
    error = shells.errors(peeled, light[:, used], noise[:, used], sounder.gain_error)
    told = error < _TOLD
    extinction = np.exp(peeled) * shells.density
    dims = ("profile", "shell")
    return xr.Dataset(
        {
            "dust_extinction": field(
                "limb_dust_extinction", np.where(told, extinction, np.nan), dims
            ),
            "dust_extinction_sigma": field(
                "limb_dust_extinction_error", np.where(told, extinction * error, np.nan), dims
            ),
            "tangent_height": field("tangent_height", tangent, dims),
        },
        attrs={"method": "onion peeling", "instrument": observed.attrs.get("instrument", "")},
    )


@dataclass(frozen=True)
class _Shells:
    """Columns cut into shells; dust is ln of visible extinction per mass of air, (n, shells)."""

    edges: Array
    air: Array
    mass: Array
    shell: NDArray[np.int64]
    density: Array
    tangent: Array
    field_height: float
    channels: SounderChannels
    table: SounderTable | None
    workers: int

    @classmethod
    def of(
        cls, observed: xr.Dataset, profile: xr.Dataset, tangent: Array, channels: SounderChannels,
        layers: int, table: SounderTable | None, workers: int,
    ) -> _Shells:  # fmt: skip
        ground = np.asarray(profile["surface_pressure"], dtype=np.float64)
        levels = np.asarray(profile["pressure"], dtype=np.float64)
        warmth = np.asarray(profile["temperature"], dtype=np.float64)
        edges = layer_edges(ground, layers, min(0.5 * float(levels[-1]), ground.min() / 20.0),
                            lowest=300.0)  # fmt: skip
        log_p = -np.log(layer_pressure(edges))
        air = np.empty(log_p.shape)
        for row, held in enumerate(warmth):
            known = np.isfinite(held)
            air[row] = np.interp(log_p[row], -np.log(levels[known]), held[known])
        _, heights = hydrostatic_heights(edges, air)
        ends = 0.5 * (tangent[:, 1:] + tangent[:, :-1])
        shell = np.stack([np.searchsorted(e, h) for e, h in zip(ends, heights, strict=True)])
        mass = SounderColumns(edges, air, np.full(ground.shape, 215.0)).air_mass
        log_rho = np.log(layer_pressure(edges) / air)
        rho = [np.interp(t, h, r) for t, h, r in zip(tangent, heights, log_rho, strict=True)]
        gas = edges[:, :1] * 0.0 + mass[:, :1] / np.diff(hydrostatic_heights(edges, air)[0])[:, :1]
        density = np.exp(np.stack(rho) - log_rho[:, :1]) * gas
        return cls(edges, air, mass, shell, density, tangent, float(observed.attrs["field_height"]),
                   channels, table, workers)  # fmt: skip

    def seen(self, dust: Array, detectors: slice) -> tuple[Array, Array]:
        """Radiance (n, detectors) and its slope by each shell's dust (n, detectors, shells)."""
        n, size = dust.shape
        depth = np.exp(np.take_along_axis(dust, self.shell, axis=1)) * self.mass
        found = limb_radiance(
            SounderColumns(self.edges, self.air, np.full(n, 215.0), depth), self.channels,
            self.tangent[:, detectors], field_height=self.field_height, table=self.table,
            slopes=True, workers=self.workers,
        )  # fmt: skip
        member = self.shell[:, :, None] == np.arange(size)
        return found.radiance[..., 0], found.by_dust[:, :, 0] @ member

    def peeled(self, light: Array, noise: Array) -> Array:
        """Dust of the shells, one after the other from above."""
        low, high = np.log(_LEAST_EXTINCTION), np.log(_MOST_EXTINCTION)
        dust = np.full(light.shape, low)
        for shell in range(light.shape[1] - 1, -1, -1):
            if shell < light.shape[1] - 1:
                dust[:, shell] = np.maximum(dust[:, shell + 1], low + 5.0)
            else:
                dust[:, shell] = low + 5.0
            aim = np.maximum(light[:, shell], 0.1 * noise[:, shell])
            for _ in range(_STEPS):
                dust[:, :shell] = dust[:, shell : shell + 1]
                found, slope = self.seen(dust, slice(shell, shell + 1))
                # what lies below the detector is in its field of view, and moves with its shell
                own = slope[:, 0, : shell + 1].sum(axis=1)
                step = (aim - found[:, 0]) / np.where(np.abs(own) > 0.0, own, np.inf)
                dust[:, shell] = np.clip(dust[:, shell] + np.clip(step, -_MOST, _MOST), low, high)
                if np.all(np.abs(aim - found[:, 0]) < 0.05 * noise[:, shell]):
                    break
        return dust

    def errors(self, dust: Array, light: Array, noise: Array, gain: float) -> Array:
        """Errors of ln dust (n, shells), from noise and one error of gain."""
        _, slope = self.seen(dust, slice(None))
        size = dust.shape[1]
        # a shell that nothing is seen of keeps an error far over what is told
        slope = slope + np.eye(size) * 1e-3 * noise[:, :, None]
        inverse = np.linalg.inv(slope)
        own = (inverse**2 @ (noise**2)[..., None])[..., 0]
        shared = (inverse @ light[..., None])[..., 0] * gain
        return np.asarray(np.sqrt(own + shared**2))
