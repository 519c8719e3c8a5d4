"""The echo of a layered column at normal incidence: complex reflection by frequency, exact.

Plane waves from empty space fall on layers of complex permittivity over a half space. Each
interface reflects by Fresnel, each layer delays and damps, and all multiple reflections are kept
(recursion from below: Born & Wolf, Principles of Optics, section 1.6; for the lossy ground of Mars
Nunes & Phillips 2006, doi:10.1029/2005JE002609). Rough interfaces lose coherence: the mean field
of a Gaussian surface of rms height s falls by exp(-2 (k s)^2), its power by exp(-(2 k s)^2), with k
in the medium that the wave is in (Ament 1953, doi:10.1109/JRPROC.1953.274189; transmission as
Nevot & Croce 1980, doi:10.1051/rphysap:01980001503076100). Waves are plane: the spreading over a
few km of ground beside hundreds of km of height, less than 0.1 dB, is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.physics.dielectric import complex_permittivity, reflection
from marsward.physics.kernels.layered_reflection import layered_reflection

__all__ = ["RadarColumns", "echo_delays", "gradual", "reflectivity"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
_C = float(SPEED_OF_LIGHT)


@dataclass(frozen=True)
class RadarColumns:
    """Layered ground under each trace, from the surface down, the last medium without end.

    thickness : (trace, layer) [m], 0 for a layer that is not there
    permittivity : (trace, layer + 1) relative, real part; one more than there are thicknesses
    loss_tangent : (trace, layer + 1)
    roughness : (trace, layer + 1) rms height of the top of each medium [m]

    A single column may be given without the trace axis; scalars broadcast.

    Raises
    ------
    InputError : shapes that do not fit, NaN, permittivity below 1, negative thickness or loss
    """

    thickness: Array
    permittivity: Array
    loss_tangent: Array = 0.0  # type: ignore[assignment]
    roughness: Array = 0.0  # type: ignore[assignment]

    def __post_init__(self) -> None:
        thick = np.atleast_2d(np.asarray(self.thickness, dtype=np.float64))
        eps = np.atleast_2d(np.asarray(self.permittivity, dtype=np.float64))
        traces = max(thick.shape[0], eps.shape[0])
        if thick.ndim != 2 or eps.ndim != 2 or eps.shape[1] != thick.shape[1] + 1:
            raise InputError(
                f"radar columns have {thick.shape[-1]} thicknesses and {eps.shape[-1]} "
                "permittivities a trace: give one permittivity more, for the ground below"
            )
        shape = (traces, eps.shape[1])
        try:
            held = {
                "thickness": np.broadcast_to(thick, (traces, shape[1] - 1)),
                "permittivity": np.broadcast_to(eps, shape),
                "loss_tangent": np.broadcast_to(np.asarray(self.loss_tangent, float), shape),
                "roughness": np.broadcast_to(np.asarray(self.roughness, float), shape),
            }
        except ValueError as error:
            raise InputError(f"radar columns do not fit one another: {error}") from error
        for name, low in (("thickness", 0), ("permittivity", 1), ("loss_tangent", 0),
                          ("roughness", 0)):  # fmt: skip
            _refuse(name, held[name], low)
            frozen = np.ascontiguousarray(held[name], dtype=np.float64)
            object.__setattr__(self, name, frozen)

    def __len__(self) -> int:
        return int(self.permittivity.shape[0])

    def take(self, index: ArrayLike | slice) -> RadarColumns:
        """Columns of some traces."""
        at = index if isinstance(index, slice) else np.atleast_1d(np.asarray(index))
        rows = (self.thickness, self.permittivity, self.loss_tangent, self.roughness)
        return RadarColumns(*(row[at] for row in rows))

    @property
    def interface_depths(self) -> Array:
        """Depth of the tops of the media below the first (trace, layer) [m]."""
        return np.cumsum(self.thickness, axis=1)

    @property
    def surface_reflectivity(self) -> Array:
        """Power that the smooth surface alone returns over a mirror's (trace,) [-]."""
        eps = complex_permittivity(self.permittivity[:, 0], self.loss_tangent[:, 0])
        return np.asarray(np.abs(reflection(1.0, eps)) ** 2)

    def without_loss(self) -> RadarColumns:
        """The same columns, nothing absorbed."""
        return replace(self, loss_tangent=np.zeros(1))


def reflectivity(columns: RadarColumns, frequency: ArrayLike, *, surface: bool = True) -> Complex:
    """Complex amplitude that columns return at the level of their surface (trace, frequency).

    Parameters
    ----------
    frequency : (n,) [Hz], evenly spaced and rising; a single one is well too
    surface : False leaves out the surface's own echo and keeps everything from below it

    Returns
    -------
    Field amplitude over that of the incident wave; a perfect mirror has -1. Fields go as
    exp(+i w t), so an echo from a depth d carries exp(-2 i k d).

    Raises
    ------
    InputError : frequencies that are not positive or not evenly spaced
    """
    f = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
    if f.ndim != 1 or not np.all(np.isfinite(f)) or f[0] <= 0.0:
        raise InputError("frequencies of a reflection must be positive numbers in one row [Hz]")
    step = float((f[-1] - f[0]) / (f.size - 1)) if f.size > 1 else 0.0
    if f.size > 1 and (
        step <= 0.0 or np.max(np.abs(np.diff(f) - step)) > 1e-6 * step + 1e-9 * f[-1]
    ):
        raise InputError("frequencies of a reflection must rise in even steps: use numpy.linspace")
    index = np.sqrt(complex_permittivity(columns.permittivity, columns.loss_tangent))
    out = np.empty((len(columns), f.size), dtype=np.complex128)
    to_k = 2.0 * math.pi / _C
    layered_reflection(
        index, columns.thickness, columns.roughness, to_k * f[0], to_k * step, int(surface), out
    )
    return out


def echo_delays(columns: RadarColumns) -> Array:
    """Two-way delay of each interface after the surface (trace, layer) [s], loss left aside."""
    slow = np.sqrt(columns.permittivity[:, :-1])
    return np.asarray(np.cumsum(2.0 / _C * columns.thickness * slow, axis=1))


def gradual(
    columns: RadarColumns, interface: int, width: float, *, sublayers: int = 16
) -> RadarColumns:
    """The same columns with one sharp interface drawn out over a width.

    Permittivity and loss go over along a straight line, in sublayers, half of the width taken from
    the layer above and, where it has an end, half from the layer below.

    Parameters
    ----------
    interface : 1 for the bottom of the first layer, and so on
    width : of the transition [m]

    Raises
    ------
    InputError : no such interface, or layers thinner than their half of the width
    """
    layers = columns.thickness.shape[1]
    if not 1 <= interface <= layers:
        raise InputError(f"there is no interface {interface}: columns have 1 to {layers}")
    if not (math.isfinite(width) and width > 0.0 and sublayers >= 1):
        raise InputError("a gradual interface needs a positive width and at least one sublayer")
    thick = columns.thickness.copy()
    for layer in (interface - 1, interface):
        if layer < layers:
            thick[:, layer] -= 0.5 * width
            if np.any(thick[:, layer] < 0.0):
                raise InputError(
                    f"layer {layer + 1} is thinner than half of the gradual interface's {width:g} m"
                )
    share = (np.arange(sublayers) + 0.5) / sublayers
    put = [thick[:, :interface], np.full((len(columns), sublayers), width / sublayers)]

    def drawn(rows: Array) -> Array:
        above, below = rows[:, interface - 1, None], rows[:, interface, None]
        return np.concatenate(
            [rows[:, :interface], above + share * (below - above), rows[:, interface:]], axis=1
        )

    smooth = np.zeros((len(columns), sublayers))
    rough = np.concatenate(
        [columns.roughness[:, :interface], smooth, columns.roughness[:, interface:]], axis=1
    )
    rough[:, interface + sublayers] = 0.0
    return RadarColumns(
        np.concatenate([*put, thick[:, interface:]], axis=1),
        drawn(columns.permittivity),
        drawn(columns.loss_tangent),
        rough,
    )


def _refuse(name: str, values: Array, low: float) -> None:
    bad = ~np.isfinite(values) | (values < low)
    if bad.any():
        trace, layer = np.argwhere(bad)[0]
        raise InputError(
            f"{name.replace('_', ' ')} of layer {layer + 1} of radar column {trace} is "
            f"{values[trace, layer]:g}; it must be a number of at least {low}"
        )
