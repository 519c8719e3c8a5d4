"""Where a body seems to be: light time and stellar aberration, as SPICE defines them.

Corrections: ``NONE``; ``LT`` one light-time iteration, ``CN`` converged; ``+S`` adds stellar
aberration. The observer receives the light at the epoch; with a leading ``X`` (``XLT``, ``XCN``,
...) it sends light that arrives later. Velocities carry the rate of the light time and of the
aberration. Source: NAIF, "SPK Required Reading" and "ABCORR Required Reading"; aberration as the
classical (non-relativistic) rotation towards the velocity relative to the barycentre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.readings import check_epoch
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["CORRECTIONS", "Apparent", "apparent", "barycentric", "stellar_aberration"]

CORRECTIONS = ("NONE", "LT", "LT+S", "CN", "CN+S", "XLT", "XLT+S", "XCN", "XCN+S")
_C = float(SPEED_OF_LIGHT)
_MOST_ITERATIONS = 5
_SETTLED = 1e-12  # s


class Apparent(NamedTuple):
    """``state`` (..., 6) [m, m/s] in J2000, ``light_time`` (...) [s] and its rate [s/s]."""

    state: np.ndarray
    light_time: np.ndarray
    light_time_rate: np.ndarray


def apparent(
    target: Any,
    *,
    observer: Any,
    at: Epoch,
    correction: str = "NONE",
    ephemeris: Ephemeris | None = None,
    observer_wrt: str | int = "ssb",
) -> Apparent:
    """State of a target as an observer sees it.

    Parameters
    ----------
    target
        Body name, NAIF id, or a `Trajectory`.
    observer
        The same, or an array (..., 6) [m, m/s] in J2000 relative to ``observer_wrt``; an array
        says nothing of the observer's acceleration, which then counts as that of ``observer_wrt``.
    at
        Epochs at the observer, of any shape.
    correction
        One of `CORRECTIONS`.
    ephemeris
        DE440 when not given.

    Returns
    -------
    Apparent
        State relative to the observer, one-way light time, rate of the light time.

    Raises
    ------
    InputError
        For an unknown body or correction.
    DataError
        When the ephemeris does not cover an epoch (light time included).
    """
    iterations, sign, stellar = _rule(correction)
    check_epoch(at, "at")
    _refuse_no_states(observer, at)
    ephemeris = ephemeris or default_ephemeris()
    if iterations == 0:
        state = _geometric(target, observer, at, ephemeris, observer_wrt)
        distance = _norm(state[..., :3])
        light_time = distance / _C
        rate = _dot(state[..., :3], state[..., 3:]) / (_C * _safe(distance))
        return Apparent(state, light_time, rate)
    seen_from = barycentric(observer, at, ephemeris, wrt=observer_wrt)
    state, light_time, rate = _light_time(target, seen_from, at, ephemeris, iterations, sign)
    if stellar:
        acceleration = _acceleration(observer, at, ephemeris, observer_wrt)
        velocity = seen_from[..., 3:]
        state = state + _aberration(state, -sign * velocity, -sign * acceleration)
    return Apparent(state, light_time, rate)


def barycentric(
    thing: Any, at: Epoch, ephemeris: Ephemeris, *, wrt: str | int = "ssb"
) -> np.ndarray:
    """State (..., 6) relative to the solar-system barycentre of a body, trajectory or array."""
    if isinstance(thing, np.ndarray):
        _refuse_no_states(thing, at)
        base = ephemeris.state(wrt, wrt="ssb", at=at)
        return thing + base
    if hasattr(thing, "at"):
        return thing.at(at, wrt="ssb", ephemeris=ephemeris)
    return ephemeris.state(thing, wrt="ssb", at=at)


def _refuse_no_states(observer: Any, at: Epoch) -> None:
    """InputError when an observer is an array, but not finite states (..., 6) for the epochs."""
    if not isinstance(observer, np.ndarray):
        return
    shape = observer.shape
    if shape[-1:] != (6,) or observer.dtype.kind not in "fiu" or not np.isfinite(observer).all():
        raise InputError(
            f"an observer's states are an array (..., 6) of finite numbers, not {observer!r}"
        )
    try:
        np.broadcast_shapes(shape[:-1], at.shape)
    except ValueError as error:
        raise InputError(
            f"an observer's states of shape {shape} do not fit epochs of shape {at.shape}; give "
            "one state, or one for each epoch"
        ) from error


def _rule(correction: str) -> tuple[int, float, bool]:
    name = str(correction).replace(" ", "").upper()
    if name not in CORRECTIONS:
        raise InputError(
            f"no correction is called {correction!r}; type one of {', '.join(CORRECTIONS)}"
        )
    if name == "NONE":
        return 0, 0.0, False
    iterations = 1 if "LT" in name else _MOST_ITERATIONS
    return iterations, (1.0 if name.startswith("X") else -1.0), name.endswith("+S")


def _geometric(target, observer, at, ephemeris, observer_wrt) -> np.ndarray:
    if _is_body(target) and _is_body(observer):
        return ephemeris.state(target, wrt=observer, at=at)
    if hasattr(target, "at") and _is_body(observer):
        return target.at(at, wrt=observer, ephemeris=ephemeris)
    if hasattr(observer, "at") and _is_body(target):
        return -observer.at(at, wrt=target, ephemeris=ephemeris)
    if isinstance(observer, np.ndarray) and _is_body(target):
        return ephemeris.state(target, wrt=observer_wrt, at=at) - observer
    return barycentric(target, at, ephemeris) - barycentric(
        observer, at, ephemeris, wrt=observer_wrt
    )


def _is_body(thing: Any) -> bool:
    return not isinstance(thing, np.ndarray) and not hasattr(thing, "at")


def _light_time(target, seen_from, at, ephemeris, iterations, sign):
    place = barycentric(target, at, ephemeris)
    line = place[..., :3] - seen_from[..., :3]
    light_time = _norm(line) / _C
    for _ in range(iterations):
        place = barycentric(target, at + sign * light_time, ephemeris)
        line = place[..., :3] - seen_from[..., :3]
        before, light_time = light_time, _norm(line) / _C
        if np.all(np.abs(light_time - before) < _SETTLED):
            break
    along = 1.0 / (_C * _safe(_norm(line)))
    target_part = along * _dot(line, place[..., 3:])
    observer_part = along * _dot(line, seen_from[..., 3:])
    rate = (target_part - observer_part) / (1.0 - sign * target_part)
    velocity = place[..., 3:] * (1.0 + sign * rate)[..., None] - seen_from[..., 3:]
    return np.concatenate([line, velocity], axis=-1), light_time, rate


def _acceleration(observer, at, ephemeris, observer_wrt) -> np.ndarray:
    """Central difference over two seconds, as SPICE takes it; one-sided at the end of an arc."""
    body = observer_wrt if isinstance(observer, np.ndarray) else observer
    early, late = at - 1.0, at + 1.0
    step: Any = 2.0
    if hasattr(body, "start"):
        early = at - np.minimum(1.0, np.maximum(at - body.start, 0.0))
        late = at + np.minimum(1.0, np.maximum(body.stop - at, 0.0))
        step = _safe(np.asarray(late - early))[..., None]
    before = barycentric(body, early, ephemeris)[..., 3:]
    after = barycentric(body, late, ephemeris)[..., 3:]
    return (after - before) / step


def stellar_aberration(position: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Shift (..., 3) [m] of a position by stellar aberration for light that is received.

    Parameters
    ----------
    position
        (..., 3) from the observer to the target, light time allowed for [m].
    velocity
        (..., 3) of the observer relative to the barycentre [m/s].
    """
    still = np.zeros_like(position)
    return _aberration(np.concatenate([position, still], axis=-1), velocity, still)[..., :3]


def _aberration(state, velocity, acceleration) -> np.ndarray:
    """Change of position and velocity (..., 6) by stellar aberration towards ``velocity``.

    With the unit vector u to the target and the part w of velocity / c that is normal to u, the
    direction becomes u cos(phi) + w, where sin(phi) = |w|.
    """
    position, rate = state[..., :3], state[..., 3:]
    distance = _safe(_norm(position))[..., None]
    u = position / distance
    distance_rate = _dot(u, rate)[..., None]
    u_rate = (rate - distance_rate * u) / distance
    beta, beta_rate = velocity / _C, acceleration / _C
    along = _dot(beta, u)[..., None]
    along_rate = (_dot(beta_rate, u) + _dot(beta, u_rate))[..., None]
    w = beta - along * u
    w_rate = beta_rate - along_rate * u - along * u_rate
    w2 = _dot(w, w)[..., None]
    cosine = np.sqrt(1.0 - w2)
    less = -w2 / (1.0 + cosine)  # cos(phi) - 1 without cancellation
    less_rate = -_dot(w, w_rate)[..., None] / cosine
    turned = less * u + w
    turned_rate = less_rate * u + less * u_rate + w_rate
    return np.concatenate(
        [distance * turned, distance_rate * turned + distance * turned_rate], axis=-1
    )


def _dot(a, b):
    return np.einsum("...i,...i->...", a, b)


def _norm(a):
    return np.sqrt(_dot(a, a))


def _safe(value):
    return np.where(value == 0.0, 1.0, value)
