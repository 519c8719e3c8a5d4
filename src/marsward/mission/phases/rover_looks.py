"""What the rover's radar sends down and hears, and the layers that are read out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.instruments.ground_radar import GroundRadar, compressed
from marsward.mission.phases.phase import Given
from marsward.physics.layered_reflection import RadarColumns
from marsward.planet.rover_layers import DEEP, SHALLOW, layers_under
from marsward.retrieval.ground_layers import GroundLayers, ground_layers

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

__all__ = ["not_flown", "radar_looks"]

_TRACES = 41
_STRETCH = 50.0  # m of the way that is shown
_LAYERS = 4  # that the products have room for
_SHOWN = 400  # samples of a trace
_BROAD = 3e8  # Hz; channels above it look into the first metres


def not_flown(what: str) -> xr.Dataset:
    """The product of an instrument that the rover does not have."""
    return xr.Dataset(attrs={"not_flown": f"the rover of this mission flies no {what}"})


def radar_looks(phase: Rover, given: Given, far: np.ndarray) -> tuple[xr.Dataset, xr.Dataset]:
    """Radargrams of each channel along the way, and layers with their truth."""
    if phase.radar is None:
        return not_flown("ground radar"), not_flown("ground radar")
    radar: GroundRadar = given.instrument(phase.radar)
    at = np.linspace(0.0, min(float(far[-1]), _STRETCH), _TRACES)
    shown, known = [], []
    for band in radar.channels:
        stack = SHALLOW if band.high > _BROAD else DEEP
        ground = layers_under(at, stack, seed=given.mission.seed)
        sweeps = radar.observe(ground, band.name, seed=given.seed, campaign=given.seed)
        found = ground_layers(sweeps, most=_LAYERS)
        shown.append(_picture(sweeps, found, 1.3 * max(stack.bottoms)))
        known.append(_layers(ground, found))
    names = [f"{b.name}, {b.low / 1e6:g}–{b.high / 1e6:g} MHz" for b in radar.channels]
    picture = xr.Dataset(
        {
            "power": (
                ("channel", "sample", "trace"), np.stack([p for p, _ in shown]), {"units": "dB"}
            ),
            "depth": (("channel", "sample"), np.stack([d for _, d in shown]), {"units": "m"}),
        },
        {"channel": names, "distance": ("trace", at, {"units": "m"})},
    )  # fmt: skip
    layers = xr.Dataset(
        {name: (dims, np.stack([row[name] for row in known])) for name, dims in _DIMS.items()},
        {"channel": names, "distance": ("trace", at, {"units": "m"})},
    )
    return picture, layers


_DIMS = {
    **dict.fromkeys(("depth_true", "depth", "depth_sigma"), ("channel", "layer", "trace")),
    **dict.fromkeys(
        ("permittivity_true", "permittivity", "permittivity_sigma"), ("channel", "medium")
    ),
    **dict.fromkeys(("loss_true", "loss", "loss_sigma"), ("channel",)),
    "chi_square": ("channel", "trace"),
}


def _picture(sweeps: xr.Dataset, found: GroundLayers, deepest: float) -> tuple[np.ndarray, ...]:
    """Power over the strongest [dB] by depth, at the speeds in the layers that were found."""
    delay, traces = compressed(sweeps)
    depth = np.linspace(0.0, deepest, _SHOWN)
    power = 20.0 * np.log10(np.maximum(np.abs(traces), 1e-9))
    slow = np.sqrt(found.mean_permittivity()[0])
    edges = np.concatenate([[0.0], found.depth.mean(axis=0), [10.0 * deepest]])
    late = np.concatenate([[0.0], np.cumsum(np.diff(edges) * slow)])
    at = 2.0 / float(SPEED_OF_LIGHT) * np.interp(depth, edges, late)
    rows = np.stack([np.interp(at, delay, row) for row in power], axis=1)
    return rows - rows.max(), depth


def _layers(ground: RadarColumns, found: GroundLayers) -> dict[str, np.ndarray]:
    """Truth and knowledge with room for the same number of layers, gaps where there are none."""
    mean, sigma = found.mean_permittivity()
    return {
        "depth_true": _room(ground.interface_depths.T), "depth": _room(found.depth.T),
        "depth_sigma": _room(found.depth_sigma.T),
        "permittivity_true": _room(ground.permittivity[0], 1), "permittivity": _room(mean, 1),
        "permittivity_sigma": _room(sigma, 1), "loss_true": ground.loss_tangent[0, 0],
        "loss": found.loss_tangent.mean(), "loss_sigma": found.loss_sigma.mean(),
        "chi_square": found.chi_square,
    }  # fmt: skip


def _room(values: np.ndarray, more: int = 0) -> np.ndarray:
    """Values by layer with NaN up to the products' room."""
    full = np.full((_LAYERS + more, *values.shape[1:]), np.nan)
    full[: values.shape[0]] = values[: _LAYERS + more]
    return full
