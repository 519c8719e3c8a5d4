"""What a radargram says of the ground: permittivity, loss, thickness; ice, rock or undetermined.

    surface echo      |Gamma|^2 = P / (P of a mirror, times what roughness leaves)
                      eps = ((1 + |Gamma|) / (1 - |Gamma|))^2
    known thickness   eps = (c dt / 2 d)^2
    level base        dt = (2 n / c) (z_surface - z_base), z_base straight along the track: the
                      delay follows the relief of the surface with the slope 2 n / c
    loss              d(P_reflector / P_surface in dB) / d(dt) = -10 log10(e) 2 pi f tan(delta)

Sources: Watters et al. 2007, doi:10.1126/science.1148112 and Stuurman et al. 2016,
doi:10.1002/2016GL070138 (thickness from relief); Campbell et al. 2008, doi:10.1029/2008JE003177
(loss from decay with delay); Grima et al. 2012, doi:10.1016/j.icarus.2012.04.017 (surface echo).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError

__all__ = [
    "ICE_LOSS", "ICE_PERMITTIVITY", "ROCK_LOSS", "ROCK_PERMITTIVITY", "Estimate", "classify",
    "combined", "loss_from_decay", "permittivity_from_base", "permittivity_from_surface",
    "permittivity_from_thickness", "thickness",
]  # fmt: skip

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_PER_NEPER = 10.0 * math.log10(math.e)

ICE_PERMITTIVITY = 3.6
"""Ground-ice below this: polar ice has 3.1 (Grima et al. 2009, doi:10.1029/2008GL036326), ice with
an eighth of rock in it 3.6 by Looyenga's mixing law."""
ICE_LOSS = 0.005
"""Loss tangent below which ground may be ice: twice what polar ice has (Grima et al. 2009)."""
ROCK_PERMITTIVITY = 4.5
"""Rock above this: lavas west of Ascraeus Mons have 6 to 17 (Carter et al. 2009,
doi:10.1029/2009GL040749), dry soils up to 4."""
ROCK_LOSS = 0.01
"""Loss tangent above which ground is rock: the same lavas have 0.01 to 0.03."""
LEAST_PERMITTIVITY = 1.8
"""Ground that is lighter is none: assumed, near dry snow of 450 kg/m3, 1.9 by 1 + 1.6 rho + 1.86
rho^3 with rho in g/cm3 (Maetzler 1996, IEEE Trans. Geosci. Remote Sens. 34:573)."""
_SURE = 0.841  # one standard deviation, one-sided
_CERTAIN = 0.9987  # three of them
_HALF = 0.5
_ROUNDS = 12
_CLIP = 4.0
_NORMAL_MAD = 1.4826


@dataclass(frozen=True)
class Estimate:
    """A number, its standard deviation, how many picks it stands on and their scatter about it."""

    value: float
    sigma: float
    picks: int
    scatter: float = math.nan

    def __str__(self) -> str:
        return f"{self.value:.3g} +- {self.sigma:.2g} from {self.picks} picks"


def permittivity_from_surface(
    power: ArrayLike,
    *,
    calibration_sigma: float = 0.0,
    coherent_share: ArrayLike = 1.0,
) -> tuple[Array, Array]:
    """Near-surface permittivity from surface echoes over that of a flat mirror (linear), any shape.

    Parameters
    ----------
    power
        Peak echo over that of a flat mirror at the same height, 0 to 1.
    calibration_sigma
        Of the absolute calibration [dB].
    coherent_share
        What roughness leaves of the mirror's echo, 0 to 1; the result is a lower bound where it is
        taken as 1 over rough ground.

    Returns
    -------
    permittivity and its standard deviation (of the calibration).

    Raises InputError for echoes as strong as a mirror's or not positive.
    """
    _not_negative("calibration_sigma", calibration_sigma)
    share = np.asarray(power, dtype=float) / np.asarray(coherent_share, dtype=float)
    if not (np.all(share > 0.0) and np.all(share < 1.0)):
        raise InputError(
            "surface echoes are between 0 and 1 over a mirror's; are they calibrated, and is "
            "coherent_share what roughness leaves?"
        )
    gamma = np.sqrt(share)
    value = ((1.0 + gamma) / (1.0 - gamma)) ** 2
    slope = 4.0 * (1.0 + gamma) / (1.0 - gamma) ** 3
    return value, slope * gamma * 0.5 * calibration_sigma / _PER_NEPER


def permittivity_from_thickness(
    delay: ArrayLike,
    thickness: ArrayLike,
    *,
    delay_sigma: ArrayLike = 0.0,
    thickness_sigma: ArrayLike = 0.0,
) -> Estimate:
    """Permittivity of a layer from delays below the surface [s] and its thickness [m] there.

    The index n = c dt / (2 d) is the weighted slope of the optical depth on the thickness through
    the origin, outliers beyond four scatters left out. ``thickness_sigma`` counts as one error
    common to all picks, as that of a terrain's datum.

    Raises
    ------
    InputError
        Shapes that differ, values not above 0.
    PhysicsError
        An index below 1: the layer is thinner than its delay tells.
    """
    t, d, sigma = _same(delay, thickness, delay_sigma)
    if not (np.all(t > 0.0) and np.all(d > 0.0)):
        raise InputError("delays below the surface and thicknesses are above 0")
    _not_negative("thickness_sigma", thickness_sigma)
    error = np.broadcast_to(np.asarray(thickness_sigma, dtype=float), d.shape)
    depth = 0.5 * _C * t
    weight = 1.0 / np.maximum(sigma, 1e-3 * np.median(t)) ** 2
    keep = np.ones(t.size, bool)
    for _ in range(_ROUNDS):
        index = float(np.sum((weight * depth * d)[keep]) / np.sum((weight * d * d)[keep]))
        rest = depth - index * d
        new = np.abs(rest) <= _CLIP * _spread(rest[keep])
        if np.array_equal(new, keep) or np.count_nonzero(new) < 2:
            break
        keep = new
    _refuse_index(index)
    n = int(np.count_nonzero(keep))
    scatter = float(np.std(rest[keep]))
    own = scatter / math.sqrt(max(n - 1, 1)) / float(np.sqrt(np.mean(d[keep] ** 2)))
    told = float(np.sqrt(np.mean(sigma[keep] ** 2))) * 0.5 * _C / math.sqrt(n) / float(d.mean())
    common = index * float(np.mean(error[keep] / d[keep]))
    spread = math.sqrt(max(own, told) ** 2 + common**2)
    return Estimate(index**2, 2.0 * index * spread, n, scatter)


def permittivity_from_base(
    delay: ArrayLike,
    surface_height: ArrayLike,
    along_track: ArrayLike,
    *,
    degree: int = 1,
) -> Estimate:
    """Permittivity of a layer whose base runs straight while its surface does not.

    Least squares of the delay on the surface's height and a polynomial of the way along the track:
    the coefficient of the height is 2 n / c. What the base has of relief in step with the surface
    goes into the answer.

    Parameters
    ----------
    delay, surface_height, along_track
        Below the surface [s], of the surface [m], along the track [m]; one for each pick.
    degree
        Of the base: 0 level, 1 sloping.

    Returns
    -------
    Estimate
        Its sigma takes the correlation of neighbouring picks' residuals into account.

    Raises
    ------
    InputError
        Fewer picks than 3 beyond the unknowns.
    PhysicsError
        The surface has no relief that the base could be told by, or the index comes out below 1.
    """
    t, z, x = _same(delay, surface_height, along_track)
    if t.size < degree + 5:
        raise InputError(f"{t.size} picks do not tell a base of degree {degree} and permittivity")
    s = 2.0 * (x - x.min()) / max(np.ptp(x), 1e-9) - 1.0
    terms = np.stack([z - z.mean(), *(s**k for k in range(degree + 1))], axis=-1)
    scale = np.abs(terms).max(axis=0)
    if np.linalg.cond(terms / np.maximum(scale, 1e-9)) > 1e6 or scale[0] < 1e-3:
        raise PhysicsError(
            "the surface runs as straight as the base: delay tells no permittivity here; choose a "
            "part of the track with relief, or give the thickness"
        )
    keep = np.ones(t.size, bool)
    for _ in range(_ROUNDS):
        fit, *_ = np.linalg.lstsq(terms[keep], t[keep], rcond=None)
        rest = t - terms @ fit
        new = np.abs(rest) <= _CLIP * _spread(rest[keep])
        if np.array_equal(new, keep) or np.count_nonzero(new) < degree + 5:
            break
        keep = new
    free = max(int(np.count_nonzero(keep)) - degree - 2, 1)
    variance = float(np.sum(rest[keep] ** 2)) / free
    spread = math.sqrt(variance * np.linalg.inv(terms[keep].T @ terms[keep])[0, 0])
    spread *= math.sqrt(_stretch(rest[keep]))
    index = 0.5 * _C * float(fit[0])
    _refuse_index(index)
    return Estimate(
        index**2, 2.0 * index * 0.5 * _C * spread, int(np.count_nonzero(keep)), math.sqrt(variance)
    )


def loss_from_decay(
    delay: ArrayLike,
    power: ArrayLike,
    frequency: float,
    *,
    height: ArrayLike | None = None,
    reflectivity_sigma: float = 0.0,
) -> Estimate:
    """Loss tangent from the power of a reflector over that of the surface, against delay.

    Parameters
    ----------
    delay
        Below the surface [s], one for each pick.
    power
        Of the reflector over the surface's echo at the same trace, linear.
    frequency
        Centre of the band [Hz].
    height
        Of the craft [m]: takes the spreading of a mirror's echo below the surface out.
    reflectivity_sigma
        By which the reflector's own strength may drift from the shallowest to the deepest pick
        [dB]: it adds to sigma as a trend that looks like loss.

    Returns
    -------
    Estimate
        May be negative within its sigma. Scatter in dB. A layer of even reflectivity is assumed.

    Raises InputError for fewer than 5 picks, delays that do not differ, or powers not above 0.
    """
    t, p = _same(delay, power)
    if t.size < 5 or np.ptp(t) <= 0.0:
        raise InputError("loss comes from 5 picks or more whose delays differ")
    if not np.all(p > 0.0):
        raise InputError("powers of a reflector are above 0")
    if not (math.isfinite(frequency) and frequency > 0.0):
        raise InputError(f"frequency is {frequency!r}; it is above 0 Hz")
    _not_negative("reflectivity_sigma", reflectivity_sigma)
    level = 10.0 * np.log10(p)
    if height is not None:
        _not_negative("height", height)
        h = np.broadcast_to(np.asarray(height, dtype=float), t.shape)
        level = level + 20.0 * np.log10(1.0 + 0.5 * _C * t / h)
    terms = np.stack([t - t.mean(), np.ones_like(t)], axis=-1)
    keep = np.ones(t.size, bool)
    for _ in range(_ROUNDS):
        fit, *_ = np.linalg.lstsq(terms[keep], level[keep], rcond=None)
        rest = level - terms @ fit
        new = np.abs(rest) <= _CLIP * _spread(rest[keep])
        if np.array_equal(new, keep) or np.count_nonzero(new) < 5:
            break
        keep = new
    free = max(int(np.count_nonzero(keep)) - 2, 1)
    scatter = math.sqrt(float(np.sum(rest[keep] ** 2)) / free)
    spread = scatter / math.sqrt(float(np.sum((t[keep] - t[keep].mean()) ** 2)))
    spread *= math.sqrt(_stretch(rest[keep]))
    spread = math.hypot(spread, reflectivity_sigma / float(np.ptp(t[keep])))
    per = _PER_NEPER * 2.0 * math.pi * frequency
    return Estimate(-float(fit[0]) / per, spread / per, int(np.count_nonzero(keep)), scatter)


def thickness(delay: ArrayLike, permittivity: float, sigma: float = 0.0) -> tuple[Array, Array]:
    """Thickness [m] of a layer from delays below the surface [s], and its standard deviation."""
    if not (math.isfinite(permittivity) and permittivity >= 1.0):
        raise InputError(f"a permittivity of {permittivity} is none; it is 1 or more")
    _not_negative("sigma", sigma)
    late = np.asarray(delay, dtype=float)
    if not np.isfinite(late).all():
        raise InputError("delays below the surface must be finite; leave picks without one out")
    depth = 0.5 * _C * late / math.sqrt(permittivity)
    return depth, np.abs(depth) * 0.5 * sigma / permittivity


def combined(estimates: Sequence[Estimate]) -> Estimate:
    """Several estimates of one number as one, weighted by their sigmas.

    Where they scatter by more than their sigmas allow, sigma grows by the root of chi squared over
    the number of estimates less one. Raises InputError when there is none.
    """
    if not estimates:
        raise InputError("there is no estimate to combine")
    value = np.array([item.value for item in estimates])
    if not np.isfinite([(item.value, item.sigma) for item in estimates]).all():
        raise InputError("an estimate without a number cannot be combined; leave it out")
    weight = 1.0 / np.maximum([item.sigma for item in estimates], 1e-12) ** 2
    mean = float(np.sum(weight * value) / np.sum(weight))
    chi2 = float(np.sum(weight * (value - mean) ** 2)) / max(value.size - 1, 1)
    sigma = math.sqrt(max(chi2, 1.0) / float(np.sum(weight)))
    return Estimate(mean, sigma, sum(item.picks for item in estimates), float(value.std()))


def classify(permittivity: Estimate | None, loss: Estimate | None) -> str:
    """ "ice", "rock" or "undetermined".

    Ice where the permittivity lies between LEAST_PERMITTIVITY and ICE_PERMITTIVITY, each sure to
    one standard deviation (84 %), and the loss is more likely below ICE_LOSS than above. Rock where
    the permittivity is surely above ROCK_PERMITTIVITY, or the loss above ROCK_LOSS while nothing
    says that the permittivity is ice's. Undetermined otherwise: where the two contradict each
    other, where the loss is surely below nought, and where the permittivity is not known. Dry
    ground of high porosity looks like ice to a sounder: "ice" means that nothing speaks against it.
    """
    light = _below(permittivity, ICE_PERMITTIVITY)
    solid = 1.0 - _below(permittivity, LEAST_PERMITTIVITY)
    if _below(loss, 0.0) > _CERTAIN:
        return "undetermined"
    if light >= _SURE:
        good = solid >= _SURE and permittivity is not None and _below(loss, ICE_LOSS) >= _HALF
        return "ice" if good else "undetermined"
    dense = 1.0 - _below(permittivity, ROCK_PERMITTIVITY) if permittivity else 0.0
    lossy = 1.0 - _below(loss, ROCK_LOSS) if loss else 0.0
    return "rock" if max(dense, lossy) >= _SURE else "undetermined"


def _below(estimate: Estimate | None, limit: float) -> float:
    """Probability that a quantity is below a limit; one half where it is not known."""
    if estimate is None or not math.isfinite(estimate.value):
        return 0.5
    z = (limit - estimate.value) / max(estimate.sigma, 1e-12)
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _same(*values: ArrayLike) -> tuple[Array, ...]:
    first = np.asarray(values[0], dtype=float).ravel()
    try:
        out = tuple(
            np.broadcast_to(np.asarray(v, dtype=float).ravel(), first.shape) for v in values
        )
    except ValueError as error:
        raise InputError(f"give one value for each of the {first.size} picks: {error}") from error
    if not first.size or not all(np.isfinite(v).all() for v in out):
        raise InputError("picks are one or more, and all of them numbers")
    return out


def _not_negative(name: str, value: ArrayLike) -> None:
    given = np.asarray(value, dtype=float)
    if not np.all((given >= 0.0) & (given < math.inf)):
        raise InputError(f"{name} must be a finite number of 0 or more")


def _spread(rest: Array) -> float:
    """Scatter that outliers do not widen; never zero, so that exact data stay in."""
    return max(
        _NORMAL_MAD * float(np.median(np.abs(rest))), 1e-9 * float(np.abs(rest).max()), 1e-30
    )


def _stretch(rest: Array) -> float:
    """By how much neighbours' likeness widens the variance: (1 + r)/(1 - r), r at one step."""
    power = float(np.sum(rest**2))
    if rest.size < 3 or power <= 0.0:
        return 1.0
    r = float(np.sum(rest[1:] * rest[:-1])) / power
    r = min(max(r, 0.0), 0.98)
    return (1.0 + r) / (1.0 - r)


def _refuse_index(index: float) -> None:
    if not index >= 1.0:
        raise PhysicsError(
            f"the delays ask for an index of {index:.3f}, faster than light in empty space: the "
            "thickness, the base or the picks are wrong"
        )
