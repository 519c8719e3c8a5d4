"""The draws of a sweep: numbers between 0 and 1 for each parameter and member, and what they mean.

Each parameter has a sequence of its own, made from the seed and the parameter's name, of which
member i takes the i-th number. So a member's draws depend neither on how members are split over
workers, nor on the other parameters, nor, at random and along a Sobol sequence, on how many members
there are. (Along Sobol's the order of the parameters counts; a Latin hypercube is made for one
number of members.)
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import told, whole
from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.mission.distributions import Distribution, Values, distribution

__all__ = ["SAMPLINGS", "drawn", "seed_of", "shares", "varied_laws"]

Array = NDArray[np.float64]
SAMPLINGS = ("random", "latin-hypercube", "sobol")
_SALT = 0x5EEB
_MOST = 10_000_000


def varied_laws(varied: Mapping[str, Any]) -> dict[str, Distribution]:
    """The laws of a sweep by parameter, read from text where they are text.

    Raises
    ------
    InputError : no mapping, a name that is none, or a law that is none.
    """
    if not isinstance(varied, Mapping):
        raise InputError(
            f'what varies is given as {{"phase.key": distribution}}, not {told(varied)}'
        )
    laws: dict[str, Distribution] = {}
    for name, law in varied.items():
        if not isinstance(name, str) or not name.strip() or "=" in name:
            raise InputError(f"{told(name)} names no parameter; write it as phase.key")
        laws[name.strip()] = distribution(law, name=name.strip())
    return laws


def shares(names: list[str], n: int, seed: int, sampling: str = "random") -> dict[str, Array]:
    """For each parameter n numbers between 0 and 1, one a member.

    Raises
    ------
    InputError : an unknown way of sampling, or a number of members or a seed that is none.
    """
    if sampling not in SAMPLINGS:
        raise InputError(unknown("way of sampling", sampling, SAMPLINGS))
    n = whole(n, "the number of members n")
    seed = whole(seed, "the seed", 0)
    if n > _MOST:
        raise InputError(f"n is {n}; a sweep has {_MOST} members at most")
    if not names:
        return {}
    if sampling == "random":
        return {name: _rng(seed, name).random(n) for name in names}
    from scipy.stats import qmc

    rng = _rng(seed, sampling)
    if sampling == "latin-hypercube":
        table = qmc.LatinHypercube(len(names), seed=rng).random(n)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # its balance asks for powers of two
            table = qmc.Sobol(len(names), scramble=True, seed=rng).random(n)
    return {name: np.ascontiguousarray(table[:, i]) for i, name in enumerate(names)}


def drawn(laws: Mapping[str, Distribution], numbers: Mapping[str, Array]) -> dict[str, Values]:
    """The values of each parameter."""
    return {name: law.values(numbers[name]) for name, law in laws.items()}


def seed_of(seed: int, *key: int) -> int:
    """A seed of 63 bits for one part of a sweep, such as a block."""
    state = np.random.SeedSequence(seed, spawn_key=(_SALT, *key)).generate_state(1, np.uint64)
    return int(state[0]) >> 1


def _rng(seed: int, name: str) -> np.random.Generator:
    words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
    key = (_SALT, *(int(word) for word in words))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
