"""How well tracking will know a cruise: covariances without simulated noise, and the B-plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.covariance_map import map_covariance
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.hyperbola import b_plane, hyperbola
from marsward.geometry.tracking import computed_observables
from marsward.instruments.radio_tracking import RadioTracking, error_model
from marsward.retrieval.cruise_filter import cruise_filter, predicted
from marsward.retrieval.cruise_rows import Transitions, cruise_rows
from marsward.retrieval.cruise_unknowns import (
    ProcessNoise,
    UncertainBurn,
    Unknowns,
    check_burns,
    flight_sources,
)

__all__ = ["b_plane_history", "cruise_knowledge"]

Array = NDArray[np.float64]
WEAK = np.array([1e7] * 3 + [1e2] * 3)
"""What is known of an injection before any tracking, when nothing is said: [m], [m/s]."""
STEPS = np.array([1e3] * 3 + [1e-2] * 3)
_DEFAULT_FORCES = Forces(solar_pressure=SolarPressure(2.3e-8))

add_fields(
    FieldRow("b_t_sigma", "m", "standard deviation of B.T", low=0.0),
    FieldRow("b_r_sigma", "m", "standard deviation of B.R", low=0.0),
    FieldRow("b_time_sigma", "s", "standard deviation of the time of periapsis", low=0.0),
    FieldRow("b_semi_major", "m", "larger half axis of the 1-sigma ellipse in the B-plane", low=0),
    FieldRow("b_semi_minor", "m", "smaller half axis of the 1-sigma ellipse in the B-plane", low=0),
    FieldRow("b_angle", "degree", "from T to the larger half axis, towards R", low=-90, high=90),
    FieldRow("b_covariance", "1", "covariance of B.T [m], B.R [m] and time of periapsis [s]"),
    FieldRow("before_arrival", "s", "time until the periapsis"),
)


def cruise_knowledge(
    path: Any,
    schedule: xr.Dataset,
    tracking: RadioTracking,
    *,
    at: Sequence[Epoch] | Epoch,
    process_noise: ProcessNoise | None = None,
    manoeuvres: Sequence[UncertainBurn] = (),
    forces: Forces = _DEFAULT_FORCES,
    start: Epoch | None = None,
    prior: ArrayLike | None = None,
    solar_share: float = 0.1,
    latency: float = 0.0,
    cutoff: Epoch | None = None,
    picture_sigma: float = 5e-6,
    ephemeris: Ephemeris | None = None,
) -> Array:
    """Covariances of the craft's state as tracking until then knows it; no noise is drawn.

    A square-root information filter runs over the measurements that the schedule plans, with
    process noise, the errors of manoeuvres and the solar pressure estimated, and the places of
    stations considered. At the very epoch of a manoeuvre the answer is that before it.

    Parameters
    ----------
    path : `Trajectory` that is tracked, its manoeuvres included
    schedule : of `tracking_schedule`; its Doppler points are normal points already
    tracking : the network
    at : epochs of the answers
    process_noise : accelerations that no model knows; None for none
    manoeuvres : errors of manoeuvres; those within the path and still to come alike
    forces : under which deviations grow; those of the path
    start : epoch of the unknowns; the first measurement's when left out
    prior : sigmas (6,) or covariance (6, 6) of the state then [m, m/s]; 10 000 km and 100 m/s when
        left out
    solar_share : standard deviation of the solar pressure over its value
    latency : time that measurements take to become knowledge [s]
    cutoff : epoch after which none are used
    picture_sigma : of directions in pictures [rad]

    Returns
    -------
    (k, 6, 6) relative to the Sun, J2000 [m, m/s].

    Raises
    ------
    InputError : epochs before the start, or things of the wrong kind
    PhysicsError : signals that were with the craft outside the path.
    """
    if not isinstance(tracking, RadioTracking):
        raise InputError(f"tracking is a RadioTracking, not {tracking!r}")
    sky = ephemeris or default_ephemeris()
    epochs = at.reshape(-1) if isinstance(at, Epoch) else Epoch.stack(list(at))
    computed = computed_observables(path, schedule, ephemeris=sky)
    measured = error_model(schedule, computed, tracking, picture_sigma=picture_sigma)
    begin = computed.bounce.min() if start is None else start
    light = forces.solar_pressure
    unknowns = Unknowns(
        process_noise, check_burns(manoeuvres),
        solar_share * light.acceleration_1au if light is not None else 0.0, (),
        flight_sources(measured),
    )  # fmt: skip
    since = np.asarray(epochs - begin, dtype=float)
    rows = cruise_rows(
        path, measured, begin, unknowns, forces=forces, ephemeris=sky, also=since,
        computed=computed,
    )  # fmt: skip
    until = since - latency
    if cutoff is not None:
        until = np.minimum(until, float(cutoff - begin))
    spread = WEAK if prior is None else np.asarray(prior, dtype=float)
    order = np.argsort(until, kind="stable")
    run = cruise_filter(
        rows, np.zeros(len(unknowns.names)), unknowns.prior(spread), cutoffs=until[order]
    )
    out = np.empty((since.size, 6, 6))
    for i, (now, batch) in zip(order, run.snapshots, strict=True):
        out[i] = predicted(rows, now, batch, float(since[i]), run.scale)[1]
    return out


def b_plane_history(
    path: Any,
    knowledge: ArrayLike,
    *,
    at: Sequence[Epoch] | Epoch,
    arrival: Epoch | None = None,
    forces: Forces = _DEFAULT_FORCES,
    read_before: float = 2.0 * 86400.0,
    planet_sigma: float = 200.0,
    ephemeris: Ephemeris | None = None,
) -> xr.Dataset:
    """What is known of the arrival at Mars, over time.

    Each covariance is carried to the arrival by the state transition matrix and read as B·T, B·R
    and time of periapsis of the hyperbola two days before it, as `marsward.dynamics.arrival` does.
    Process noise and manoeuvres that come after an epoch are not in its figures; an error of the
    place of Mars is.

    Parameters
    ----------
    path : `Trajectory` to Mars
    knowledge : (k, 6, 6) of `cruise_knowledge`
    at : their epochs
    arrival : of the periapsis; the stop of the path when left out
    forces : those of the path
    read_before : how long before the arrival the hyperbola is read [s]; epochs after that read it
        at themselves
    planet_sigma : of each coordinate of Mars [m]: 0.2 mas of the tie between its ephemeris and the
        radio sources over 1.4 au (Park et al. 2021, doi:10.3847/1538-3881/abd414; rounded)

    Returns
    -------
    Dataset over ``epoch`` (UTC) with b_t_sigma, b_r_sigma, b_time_sigma, b_semi_major,
    b_semi_minor, b_angle, b_covariance, before_arrival, et.

    Raises
    ------
    InputError : shapes that do not fit, or epochs past the arrival.
    """
    sky = ephemeris or default_ephemeris()
    epochs = at.reshape(-1) if isinstance(at, Epoch) else Epoch.stack(list(at))
    spread = np.asarray(knowledge, dtype=float)
    if spread.shape != (epochs.size, 6, 6):
        raise InputError(
            f"knowledge is ({epochs.size}, 6, 6), a covariance for each epoch, not {spread.shape}"
        )
    close = path.stop if arrival is None else arrival
    read = max(close - read_before, path.start, key=lambda e: float(e.et))
    first = epochs.min()
    since = np.asarray(epochs - first, dtype=float)
    if float(since.max() - float(close - first)) > 0.0:
        raise InputError(f"knowledge at {epochs.max().utc} comes after the arrival {close.utc}")
    reading = float(read - first)
    way = Transitions(path, first, np.append(since, max(reading, 0.0)), forces, sky)
    pole = rotation("J2000", "MARS_MEOD", close)[2]
    out = np.empty((epochs.size, 3, 3))
    for i, (t, covariance) in enumerate(zip(since, spread, strict=True)):
        late = max(t, reading)
        here, there = way.place(np.array([t, late]))
        carry = way.phi[there] @ np.linalg.inv(way.phi[here])
        when = first + late
        near = way.states[there] - sky.state("mars", wrt="sun", at=when)
        carried = carry @ covariance @ carry.T
        carried[:3, :3] += planet_sigma**2 * np.eye(3)
        out[i] = map_covariance(lambda state: _aim(state, pole), near, carried, steps=STEPS)
    return _history(out, epochs, close)


def _aim(state: Array, pole: Array) -> Array:
    """B·T, B·R [m] and time to the periapsis [s]."""
    orbit = hyperbola(state, float(body("mars").gm))
    return np.array([*b_plane(orbit, pole), orbit.time_to_periapsis])


def _history(covariance: Array, epochs: Epoch, close: Epoch) -> xr.Dataset:
    sigma = np.sqrt(np.maximum(np.einsum("kii->ki", covariance), 0.0))
    values, vectors = np.linalg.eigh(covariance[:, :2, :2])
    half = np.sqrt(np.maximum(values, 0.0))
    main = vectors[:, :, 1]
    main = main * np.where(main[:, :1] < 0.0, -1.0, 1.0)
    angle = np.degrees(np.arctan2(main[:, 1], main[:, 0]))
    columns = {
        "b_t_sigma": sigma[:, 0], "b_r_sigma": sigma[:, 1], "b_time_sigma": sigma[:, 2],
        "b_semi_major": half[:, 1], "b_semi_minor": half[:, 0], "b_angle": angle,
        "before_arrival": np.asarray(close - epochs, dtype=float), "et": np.asarray(epochs.et),
    }  # fmt: skip
    out = xr.Dataset({name: field(name, values, "epoch") for name, values in columns.items()})
    out["b_covariance"] = field("b_covariance", covariance, ("epoch", "figure", "figure2"))
    out = out.assign_coords(epoch=epochs.datetime64, figure=["b_t", "b_r", "time"])
    return out.assign_attrs(arrival_et=float(close.et), probability="1 sigma")
