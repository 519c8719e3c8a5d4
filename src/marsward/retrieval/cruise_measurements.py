"""Measurements for a cruise's orbit from elsewhere: state vectors and pictures; sorts joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.time import Epoch
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.sites import Site
from marsward.geometry.tracking_plan import (
    STATE_KINDS,
    epochs_of,
    measurement_plan,
    sites_of,
)
from marsward.retrieval.sighting import Sighting

__all__ = ["joined_measurements", "sighting_measurements", "state_measurements"]

Array = NDArray[np.float64]
_FILLED = ("tracking_value", "tracking_noise", "tracking_sigma")


def state_measurements(
    vectors: Sequence[StateVector], qualities: Mapping[str, Quality]
) -> xr.Dataset:
    """State vectors as measurements, each component with the sigma of its vector's class.

    Raises
    ------
    InputError : no vectors, or a class without uncertainty.
    """
    kinds, epochs, values, sigmas, tracks = [], [], [], [], []
    for number, vector in enumerate(vectors):
        if vector.quality not in qualities:
            raise InputError(
                f"vector {vector.name!r} has quality {vector.quality!r}, which has no uncertainty; "
                f"use one of {', '.join(sorted(qualities))}"
            )
        quality = qualities[vector.quality]
        for k, kind in enumerate(STATE_KINDS):
            kinds.append(kind)
            epochs.append(vector.epoch)
            values.append(float(vector.state[k]))
            sigmas.append(quality.position if k < 3 else quality.velocity)
            tracks.append(number)
    if not kinds:
        raise InputError("a fit needs at least one state vector")
    return _measured(kinds, epochs, values, sigmas, np.zeros((len(kinds), 0)), (), tracks, "")


def sighting_measurements(pictures: Sequence[tuple[Epoch, Sighting]]) -> xr.Dataset:
    """Directions of bodies in pictures as measurements of right ascension and declination.

    Their covariance, which ties the two, is kept: the share that is common to both is an error that
    the two points of a picture have together.

    Parameters
    ----------
    pictures : epoch of each and what `retrieval.optical_navigation.navigate` saw of a body

    Raises
    ------
    InputError : no pictures.
    """
    kinds, epochs, values, sigmas, loads, tracks, targets = [], [], [], [], [], [], []
    for number, (when, seen) in enumerate(pictures):
        value, spread = _angles(seen)
        own = np.sqrt(np.diag(spread))
        tie = spread[0, 1] / (own[0] * own[1])
        for k, kind in enumerate(("right-ascension", "declination")):
            sign = -1.0 if (k and tie < 0.0) else 1.0
            kinds.append(kind)
            epochs.append(when)
            values.append(value[k])
            sigmas.append(own[k] * np.sqrt(1.0 - abs(tie)))
            loads.append([sign * own[k] * np.sqrt(abs(tie))])
            tracks.append(number)
            targets.append(seen.name)
    if not kinds:
        raise InputError("there are no pictures; give [(epoch, sighting)]")
    return _measured(kinds, epochs, values, sigmas, np.array(loads), ("picture",), tracks, targets)


def joined_measurements(*parts: xr.Dataset) -> xr.Dataset:
    """Measurements of several sorts as one Dataset, ascending in time; passes stay apart.

    Raises
    ------
    InputError : stations of one name at different places.
    """
    if not parts:
        raise InputError("there are no measurements to join")
    sites: dict[str, Site] = {}
    for part in parts:
        for site in sites_of(part):
            known = sites.setdefault(site.name, site)
            if not np.allclose(known.position, site.position):
                raise InputError(f"the station {site.name!r} stands at two different places")
    order = list(sites)
    names: list[str] = []
    own: dict[str, bool] = {}
    for part in parts:
        for name, each in zip(*_sources(part), strict=True):
            if name not in own:
                names.append(name)
            own[name] = each
    columns: dict[str, list] = {key: [] for key in (*_FILLED, "loading", "track", "ends")}
    shift = 0
    for part in parts:
        for key in _FILLED:
            columns[key].append(part[key].values)
        given, _ = _sources(part)
        loading = np.zeros((part.sizes["point"], len(names)))
        if given:
            loading[:, [names.index(name) for name in given]] = part["loading"].values
        columns["loading"].append(loading)
        columns["track"].append(part["track"].values + shift)
        shift += int(part["track"].values.max(initial=-1)) + 1
        place = np.array([order.index(str(name)) for name in part["site"].values] + [-1])
        ends = np.stack([part["station"].values, part["second"].values])
        columns["ends"].append(place[ends])
    epochs = Epoch.stack([e for part in parts for e in epochs_of(part)])
    ends = np.hstack(columns["ends"])
    plan = measurement_plan(
        np.concatenate([p["kind"].values for p in parts]), epochs, sites=tuple(sites.values()),
        station=ends[0], second=ends[1], track=np.concatenate(columns["track"]),
        count_time=np.concatenate([p["count_time"].values for p in parts]),
        target=np.concatenate([p["target"].values for p in parts]),
    )  # fmt: skip
    value, noise, total = (np.concatenate(columns[key]) for key in _FILLED)
    every = [own[name] for name in names]
    return _labelled(plan, epochs, value, noise, total, np.vstack(columns["loading"]), names, every)


def _sources(part: xr.Dataset) -> tuple[list[str], list[bool]]:
    if "loading" not in part:
        return [], []
    return [str(name) for name in part["source"].values], list(part["per_pass"].values)


def _angles(seen: Sighting) -> tuple[Array, Array]:
    """Right ascension and declination (2,) [rad] and their covariance (2, 2)."""
    x, y, z = seen.direction
    across = float(np.hypot(x, y))
    slope = np.array([[-y / across**2, x / across**2, 0.0], [-x * z / across, -y * z / across,
                                                             across]])  # fmt: skip
    slope = slope / seen.range
    value = np.array([np.arctan2(y, x) % (2.0 * np.pi), np.arctan2(z, across)])
    return value, slope @ seen.covariance @ slope.T


def _measured(kinds, epochs, values, sigmas, loading, names, tracks, targets) -> xr.Dataset:
    at = Epoch.stack(epochs)
    plan = measurement_plan(kinds, at, track=tracks, target=targets)
    noise = np.array(sigmas, dtype=float)
    total = np.sqrt(noise**2 + np.sum(loading**2, axis=1))
    return _labelled(
        plan, at, np.array(values), noise, total, loading, list(names), [True] * len(names)
    )


def _labelled(plan, at, values, noise, total, loading, names, own) -> xr.Dataset:
    """A plan, which is in order of time, with columns in the order of the epochs given."""
    order = np.argsort(np.asarray(at - at.min()), kind="stable")
    out = plan.assign(
        tracking_value=field("tracking_value", values[order], "point"),
        tracking_noise=field("tracking_noise", noise[order], "point"),
        tracking_sigma=field("tracking_sigma", total[order], "point"),
    )
    if names:
        out["loading"] = field("loading", loading[order], ("point", "source"))
        out = out.assign_coords(source=names, per_pass=("source", np.array(own, bool)))
    return out
