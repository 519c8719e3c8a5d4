"""The CO2 cycle that landers saw: its few numbers by least squares, with their covariance.

Unknown are the mass of CO2 and the albedo and emissivity of frost on each hemisphere, or any other
numbers of `Co2Cycle`. With p the sol means of all landers and m(x) the cycle's,

    chi2 = sum ((p - m)/s)^2 + sum ((x_k - prior_k)/s_k)^2

is made least by a trust region inside bounds (Branch, Coleman & Li 1999,
doi:10.1137/S1064827595289108). The covariance is (J' J)^-1, scaled by chi2 per degree of freedom
where the model misses by more than s; misfits of neighbouring sols are alike, so it is also raised
by the number of sols over which they are (the integral of their autocorrelation). Years are spun
up from those of the step before, as the numbers move little between steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from marsward.core.errors import InputError, PhysicsError
from marsward.core.registry import unknown
from marsward.physics.co2_cycle import Co2Cycle, Co2Model, Co2Years, CycleState

__all__ = ["Co2CycleFit", "LanderPressure", "fit_co2_cycle", "without_doubtful"]

Array = NDArray[np.float64]
FREE = ("co2", "north_albedo", "south_albedo", "north_emissivity", "south_emissivity")
"""What is fitted if nothing else is asked for."""
# Least and most of each number, and the size of a step that tells.
_RANGE = {
    "co2": (1e15, 1e18, 2e16),
    "north_albedo": (0.2, 0.95, 1.0),
    "south_albedo": (0.2, 0.95, 1.0),
    "north_emissivity": (0.3, 1.0, 1.0),
    "south_emissivity": (0.3, 1.0, 1.0),
    "brightening": (0.0, 0.003, 1e-3),
}
_DIFFERENCE = 2e-3  # of that size, for derivatives
_WINDOW, _DOUBTFUL = 11, 0.01  # sols of the running median, and share of it that is doubtful


@dataclass(frozen=True, eq=False)
class LanderPressure:
    """Sol means of pressure at one place.

    lat : planetocentric latitude [deg]; elevation : over the areoid [m], a number or one for each
    ls : [deg]; pressure : [Pa]; sigma : error of one value as a share of it [-]
    """

    name: str
    lat: float
    elevation: ArrayLike
    ls: Array
    pressure: Array
    sigma: float = 0.01

    def __post_init__(self) -> None:
        ls = np.atleast_1d(np.asarray(self.ls, dtype=np.float64))
        pressure = np.atleast_1d(np.asarray(self.pressure, dtype=np.float64))
        if ls.ndim != 1 or ls.shape != pressure.shape or not ls.size:
            raise InputError(
                f"{self.name} has {ls.size} values of Ls and {pressure.size} of pressure; give one "
                "of each for a sol"
            )
        if not ((pressure > 0.0) & np.isfinite(pressure) & np.isfinite(ls)).all():
            bad = pressure[~((pressure > 0.0) & np.isfinite(pressure) & np.isfinite(ls))][0]
            raise InputError(
                f"{self.name} has a sol mean of {bad:g} Pa; pressures must be above zero, leave "
                "sols without a value out"
            )
        if not -90.0 <= self.lat <= 90.0 or not 0.0 < self.sigma < 1.0:
            raise InputError(
                f"{self.name} stands at latitude {self.lat:g} with an error of {self.sigma:g}; give"
                " -90 to 90 degrees and a share between 0 and 1"
            )
        height = np.broadcast_to(np.asarray(self.elevation, dtype=np.float64), ls.shape)
        for name, value in (("ls", ls), ("pressure", pressure), ("elevation", height)):
            object.__setattr__(self, name, np.ascontiguousarray(value))

    def model(self, years: Co2Years) -> Array:
        """What the cycle gives there [Pa]."""
        return years.at(self.ls, self.lat, self.elevation)


def without_doubtful(
    sol: ArrayLike,
    pressure: ArrayLike,
    *,
    window: int = _WINDOW,
    share: float = _DOUBTFUL,
) -> NDArray[np.bool_]:
    """Which sols to keep: those with a value within a share of the median of the sols around.

    sol, pressure : (n,) in the order of sols, NaN where there is none; window : sols
    """
    day, value = np.asarray(sol, dtype=np.float64), np.asarray(pressure, dtype=np.float64)
    keep = np.isfinite(value) & (value > 0.0)
    for k in np.flatnonzero(keep):
        near = keep & (np.abs(day - day[k]) <= 0.5 * window)
        middle = np.median(value[near])
        keep[k] = abs(value[k] - middle) <= share * middle
    return keep


@dataclass(frozen=True, eq=False)
class Co2CycleFit:
    """The cycle that fits best.

    cycle : with the fitted numbers; names : of them, in the order of covariance
    covariance : (k, k) of the fitted numbers, in their own units, model error and its correlation
        from sol to sol included; formal : the same from `sigma` alone
    rms : of (observed - model)/observed over all sols [-]; by_lander : likewise, each
    residuals : of each lander, (observed - model)/observed
    chi2 : per degree of freedom; alike : sols over which misfits are alike
    years : the year of the fitted cycle; state : to go on from
    evaluations : of the model
    """

    cycle: Co2Cycle
    names: tuple[str, ...]
    covariance: Array
    formal: Array
    rms: float
    by_lander: Mapping[str, float]
    residuals: Mapping[str, Array]
    chi2: float
    alike: float
    years: Co2Years
    state: CycleState
    evaluations: int

    @property
    def sigma(self) -> dict[str, float]:
        """Standard deviation of each number."""
        return dict(zip(self.names, np.sqrt(np.diag(self.covariance)), strict=True))


class _Runs:
    """Evaluations of the model, each from the state of the one before."""

    def __init__(self, model: Co2Model, start: Co2Cycle, names: tuple[str, ...]) -> None:
        self.model, self.start, self.names = model, start, names
        self.state, _, _ = model.spin(start)
        self.size = np.array([_RANGE[name][2] for name in names])
        self.count = 0

    def cycle(self, x: Array) -> Co2Cycle:
        values = dict(zip(self.names, (float(v) for v in x * self.size), strict=True))
        return replace(self.start, **values)

    def run(self, x: Array, *, most: int = 4, keep: bool = False) -> Co2Years:
        cycle = self.cycle(x)
        state, _, _ = self.model.spin(cycle, self.state, most=most)
        if keep:
            self.state = state
        self.count += 1
        return self.model.run(cycle, start=state, spin_up=0)


def fit_co2_cycle(
    model: Co2Model,
    landers: Sequence[LanderPressure],
    *,
    start: Co2Cycle | None = None,
    free: Sequence[str] = FREE,
    priors: Mapping[str, tuple[float, float]] | None = None,
    most: int = 25,
) -> Co2CycleFit:
    """Numbers of the CO2 cycle from pressures at landers.

    Parameters
    ----------
    model : bands with their light, orbit, dust and law of the lower air
    landers : one or more records
    start : where to begin, and what is not fitted
    free : names of `Co2Cycle` that are fitted
    priors : (value, sigma) of some of them, counted as one observation each
    most : steps at most

    Raises
    ------
    InputError : no lander, a name that cannot be fitted, fewer sols than numbers.
    PhysicsError : no fit within the steps.
    """
    names, told = tuple(free), dict(priors or {})
    known = {each.name for each in fields(Co2Cycle)} & set(_RANGE)
    for name in (*names, *told):
        if name not in known:
            raise InputError(unknown("number of the CO2 cycle", name, sorted(known)))
    sols = sum(lander.ls.size for lander in landers)
    if not landers or sols + len(told) < len(names):
        raise InputError(
            f"{sols} sols of pressure cannot tell {len(names)} numbers; give a lander with more"
        )
    runs = _Runs(model, start or Co2Cycle(), names)
    low, high = (np.array([_RANGE[name][k] for name in names]) / runs.size for k in (0, 1))

    def misfit(x: Array) -> Array:
        years = runs.run(x)
        rows = [(each.model(years) / each.pressure - 1.0) / each.sigma for each in landers]
        cycle = runs.cycle(x)
        rows += [np.array([(getattr(cycle, n) - v) / s]) for n, (v, s) in told.items()]
        return np.concatenate(rows)

    first = np.array([getattr(runs.start, name) for name in names]) / runs.size
    found = least_squares(
        misfit, np.clip(first, low, high), bounds=(low, high), diff_step=_DIFFERENCE,
        x_scale=np.full(len(names), 0.05), xtol=1e-4, ftol=1e-5, max_nfev=most,
    )  # fmt: skip
    if found.status < 1:
        raise PhysicsError(
            f"the CO2 cycle was not fitted in {most} steps; give a nearer start or more steps"
        )
    return _collect(runs, landers, found.x, found.jac, sols)


def _collect(
    runs: _Runs, landers: Sequence[LanderPressure], x: Array, jacobian: Array, sols: int
) -> Co2CycleFit:
    years = runs.run(x, most=12, keep=True)
    residuals = {each.name: 1.0 - each.model(years) / each.pressure for each in landers}
    all_of_them = np.concatenate(list(residuals.values()))
    weighed = np.concatenate([residuals[each.name] / each.sigma for each in landers])
    freedom = max(sols - x.size, 1)
    chi2 = float(weighed @ weighed) / freedom
    alike = max(_alike(residuals[each.name]) for each in landers)
    inverse = np.linalg.inv(jacobian.T @ jacobian)
    formal = np.asarray(inverse * np.outer(runs.size, runs.size), dtype=np.float64)
    return Co2CycleFit(
        cycle=runs.cycle(x), names=runs.names, formal=formal,
        covariance=np.asarray(formal * max(chi2, 1.0 / alike) * alike, dtype=np.float64),
        rms=float(np.sqrt(np.mean(all_of_them**2))),
        by_lander={name: float(np.sqrt(np.mean(v**2))) for name, v in residuals.items()},
        residuals=residuals, chi2=chi2, alike=alike, years=years, state=runs.state,
        evaluations=runs.count,
    )  # fmt: skip


def _alike(residual: Array) -> float:
    """Number of sols over which misfits are alike: 1 + 2 sum of the autocorrelation to its zero."""
    off = residual - residual.mean()
    power = float(off @ off)
    if off.size < 4 or power == 0.0:
        return 1.0
    total = 1.0
    for lag in range(1, off.size // 2):
        share = float(off[lag:] @ off[:-lag]) / power
        if share <= 0.0:
            break
        total += 2.0 * share
    return total
