"""Orbit determination of a cruise: from tracking, pictures or state vectors to the craft's path.

A path is flown from the present estimate under the full force model; measurements are made linear
about it, solved by batch least squares or by the square-root information filter, and the path is
flown again until the estimate rests. `cruise_knowledge` tells beforehand how good that will be.

Sources: Tapley, Schutz & Born 2004, doi:10.1016/B978-0-12-683630-1.X5019-X; Bierman 1977.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.propagate import propagate
from marsward.geometry.tracking_plan import epochs_of
from marsward.retrieval.batch_least_squares import Linearised, batch_least_squares
from marsward.retrieval.cruise_filter import FilterRun, cruise_filter, predicted
from marsward.retrieval.cruise_knowledge import b_plane_history, cruise_knowledge
from marsward.retrieval.cruise_measurements import (
    joined_measurements,
    sighting_measurements,
    state_measurements,
)
from marsward.retrieval.cruise_rows import (
    CruiseRows,
    cruise_rows,
    rows_without_measurements,
)
from marsward.retrieval.cruise_unknowns import (
    ProcessNoise,
    UncertainBurn,
    Unknowns,
    check_burns,
    flight_sources,
)

__all__ = [
    "CruiseOrbit", "ProcessNoise", "UncertainBurn", "b_plane_history", "cruise_knowledge",
    "cruise_orbit", "joined_measurements", "sighting_measurements", "state_measurements",
]  # fmt: skip

Array = NDArray[np.float64]
MOST_ROUNDS = 12
RESTS = 1e-3
_WEAK = (1e7, 1e7, 1e7, 1e2, 1e2, 1e2)


@dataclass(frozen=True, eq=False)
class CruiseOrbit:
    """What a fit found.

    epoch : of the unknowns
    unknowns : their names and order
    estimate : (n,) and covariance (n, n) with considered errors. With process noise the state is
        the pseudo-epoch one: flown without it, it meets the state after the last measurement
    forces, burns : with the solar pressure and manoeuvres about which it was made linear
    residual : (m,) after the fit, in sigmas, pass by pass
    chi_square, degrees : of measurements and what was known beforehand
    rounds : of linearisation
    reference : (6,) state that the path was flown from at last
    """

    epoch: Epoch
    unknowns: Unknowns
    estimate: Array
    covariance: Array
    forces: Forces
    burns: tuple[ImpulsiveBurn, ...]
    residual: Array
    chi_square: float
    degrees: int
    rounds: int
    reference: Array
    rows: CruiseRows
    run: FilterRun
    ephemeris: Ephemeris

    @property
    def names(self) -> tuple[str, ...]:
        """Of the unknowns."""
        return self.unknowns.names

    @property
    def state(self) -> Array:
        """(6,) at the epoch, relative to the Sun, J2000 [m, m/s]."""
        return self.estimate[:6].copy()

    @property
    def sigma(self) -> Array:
        """(n,) standard deviations of the unknowns."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def last(self) -> Epoch:
        """End of the last pass."""
        return self.epoch + float(self.rows.ends.max())

    def value(self, name: str) -> tuple[float, float]:
        """One unknown and its standard deviation."""
        if name not in self.names:
            raise InputError(f"no unknown is called {name!r}; there are {', '.join(self.names)}")
        i = self.names.index(name)
        return float(self.estimate[i]), float(self.sigma[i])

    def at(self, when: Epoch) -> tuple[Array, Array]:
        """State (6,) relative to the Sun [m, m/s] and its covariance, from all measurements.

        After the last one it is a prediction; process noise goes on. Ask a second before or after a
        manoeuvre, not at its very epoch.
        """
        since = float(when - self.epoch)
        last = float(self.rows.ends.max())
        end = max(since, last)
        edges = self._edges(end)
        path = _flown(self.reference, self.epoch, end, self.forces, self.burns, self.ephemeris)
        rows = rows_without_measurements(
            path, self.epoch, self.rows.unknowns, np.array([since]), edges, forces=self.forces,
            ephemeris=self.ephemeris,
        )  # fmt: skip
        batch = int(np.searchsorted(edges, since, side="right")) - 1
        steps = len(self.run.steps)
        if batch < steps - 1:
            now = self.run.smoothed()[batch + 1]
        else:
            now, batch = self.run.last, steps - 1
        change, spread = predicted(rows, now, batch, since, self.run.scale)
        here = rows.transitions.place(np.array([since]))[0]
        return rows.transitions.states[here] + change, spread

    def _edges(self, end: float) -> Array:
        """Edges of the fit's batches, and further ones until a time."""
        edges = list(self.rows.edges)
        if self.unknowns.noise is not None:
            while (edges[-1] if edges else 0.0) + self.unknowns.noise.batch < end:
                edges.append((edges[-1] if edges else 0.0) + self.unknowns.noise.batch)
        return np.array(edges)


def cruise_orbit(
    measured: xr.Dataset,
    guess: ArrayLike,
    epoch: Epoch,
    *,
    forces: Forces,
    manoeuvres: Sequence[UncertainBurn] = (),
    process_noise: ProcessNoise | None = None,
    method: Literal["batch", "srif"] = "batch",
    prior: ArrayLike | None = None,
    solar_sigma: float = 0.0,
    shared: Literal["considered", "estimated"] = "considered",
    ephemeris: Ephemeris | None = None,
) -> CruiseOrbit:
    """Fit a craft's path to measurements.

    Parameters
    ----------
    measured : of `observe_tracking`, `state_measurements`, `sighting_measurements`, or several by
        `joined_measurements`
    guess : (6,) state at the epoch, relative to the Sun, J2000 [m, m/s]
    epoch : of the unknowns; not after any measurement
    forces : the force model, with a first value of the solar pressure
    manoeuvres : with the velocity changes that were asked for and their errors
    process_noise : for the filter alone
    method : "batch" least squares, or "srif", the square-root information filter
    prior : sigmas (6,) or covariance (6, 6) of ``guess``; nothing is known of it when left out
        (sigmas of 10 000 km and 100 m/s)
    solar_sigma : of the solar pressure at 1 au [m/s2]; 0 holds it
    shared : whether errors that last the whole flight (places of stations) are considered, or
        estimated

    Raises
    ------
    InputError : arguments that do not fit
    PhysicsError : a fit that is singular or does not come to rest.
    """
    if method not in ("batch", "srif"):
        raise InputError(f"method is 'batch' or 'srif', not {method!r}")
    if method == "batch" and process_noise is not None:
        raise InputError("batch least squares knows no process noise; write method='srif'")
    if "tracking_value" not in measured or measured.sizes["point"] == 0:
        raise InputError("there are no measurements; give the Dataset of observe_tracking")
    sources = flight_sources(measured)
    unknowns = Unknowns(
        process_noise, check_burns(manoeuvres), float(solar_sigma),
        sources if shared == "estimated" else (), sources if shared == "considered" else (),
    )  # fmt: skip
    fit = _Fit(measured, np.asarray(guess, float), epoch, forces, unknowns, prior,
               ephemeris or default_ephemeris())  # fmt: skip
    return fit.solved(method)


class _Fit:
    """A fit while it goes on."""

    def __init__(self, measured, guess, epoch, forces, unknowns, prior, ephemeris) -> None:
        if guess.shape != (6,) or not np.all(np.isfinite(guess)):
            raise InputError(f"a first guess is (6,) finite numbers, not {guess!r}")
        self.measured, self.epoch, self.forces = measured, epoch, forces
        self.unknowns, self.ephemeris = unknowns, ephemeris
        self.informed = prior is not None
        self.prior = unknowns.prior(np.asarray(_WEAK if prior is None else prior, float))
        tags = np.asarray(epochs_of(measured) - epoch) + 0.5 * measured["count_time"].values
        if float(tags.min()) < 0.0:
            raise InputError(
                f"a measurement lies {-float(tags.min()):.0f} s before the epoch of the unknowns, "
                f"{epoch.utc} UTC; give an earlier epoch"
            )
        self.end = float(tags.max())
        light = forces.solar_pressure
        self.begin = np.zeros(len(unknowns.names))
        self.begin[:6] = guess
        self.begin[unknowns.solar] = 0.0 if light is None else light.acceleration_1au
        for k, burn in enumerate(unknowns.burns):
            self.begin[unknowns.burn(k)][:3] = burn.dv

    def model(self, x: Array) -> tuple[Forces, tuple[ImpulsiveBurn, ...]]:
        """Forces and manoeuvres of an estimate; an epoch is told as its change [s]."""
        forces = self.forces
        if self.unknowns.solar_sigma > 0.0:
            shadow = True if forces.solar_pressure is None else forces.solar_pressure.shadow
            push = float(x[self.unknowns.solar][0])
            forces = replace(forces, solar_pressure=SolarPressure(push, shadow))
        burns = []
        for k, burn in enumerate(self.unknowns.burns):
            part = x[self.unknowns.burn(k)]
            late = float(part[3]) if part.size > 3 else 0.0
            burns.append(ImpulsiveBurn(burn.epoch + late, tuple(part[:3])))
        return forces, tuple(burns)

    def rows(self, x: Array) -> CruiseRows:
        """Measurements made linear about the path of an estimate."""
        forces, burns = self.model(x)
        path = _flown(x[:6], self.epoch, self.end, forces, burns, self.ephemeris)
        return cruise_rows(
            path, self.measured, self.epoch, _about(self.unknowns, burns), forces=forces,
            ephemeris=self.ephemeris,
        )  # fmt: skip

    def solved(self, method: str) -> CruiseOrbit:
        x = self.begin.copy()
        held = np.ones(x.size, bool)
        held[self.unknowns.push] = held[self.unknowns.rest] = False
        for rounds in range(1, MOST_ROUNDS + 1):
            rows = self.rows(x)
            offset = np.where(held, self.begin - x, 0.0)
            if not self.informed:
                offset[:6] = 0.0  # nothing is known of the state: the sigmas only damp a round
            run = self.filtered(rows, offset, method)
            change = run.scale * run.last.estimate
            sigma = run.scale * np.sqrt(np.diag(run.last.covariance))
            if np.all(np.abs(change[held]) < RESTS * sigma[held]):
                return self.found(x, change, rows, run, rounds)
            x = x + np.where(held, change, 0.0)
        raise PhysicsError(
            f"the orbit did not come to rest in {MOST_ROUNDS} rounds; give a nearer first guess"
        )

    def filtered(self, rows: CruiseRows, offset: Array, method: str) -> FilterRun:
        if method == "srif":
            return cruise_filter(rows, offset, self.prior)
        scale = np.sqrt(np.diag(self.prior))
        fit = batch_least_squares(
            lambda z: Linearised(
                rows.residual - rows.design @ (scale * z), rows.design * scale, rows.considered
            ),
            np.zeros(offset.size),
            prior=offset / scale,
            prior_sigma=self.prior / np.outer(scale, scale),
        )
        return FilterRun(scale, fit.whole, (), (), ())

    def found(self, x, change, rows, run, rounds) -> CruiseOrbit:
        forces, burns = self.model(x)
        scale = run.scale
        spread = run.last.covariance * np.outer(scale, scale)
        degrees = rows.residual.size - (0 if self.informed else 6)
        return CruiseOrbit(
            self.epoch, self.unknowns, x + change, spread, forces, burns,
            rows.residual - rows.design @ change, run.last.squares, degrees, rounds, x[:6].copy(),
            rows, run, self.ephemeris,
        )  # fmt: skip


def _about(unknowns: Unknowns, burns: tuple[ImpulsiveBurn, ...]) -> Unknowns:
    """The same unknowns, their manoeuvres where the path has them."""
    moved = tuple(
        replace(asked, epoch=burn.epoch, dv=burn.dv)
        for asked, burn in zip(unknowns.burns, burns, strict=True)
    )
    return replace(unknowns, burns=moved)


def _flown(state, epoch, span, forces, burns, ephemeris) -> Trajectory:
    """A path from an epoch on, and a minute more than is asked for."""
    return propagate(
        state, epoch, epoch + (span + 60.0), forces=forces, burns=burns, ephemeris=ephemeris
    )
