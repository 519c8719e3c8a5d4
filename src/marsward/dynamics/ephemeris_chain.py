"""The segments between a target and an observer, and the sums along them as SPICE takes them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from marsward.core.constants import OBLIQUITY_J2000
from marsward.core.errors import DataError
from marsward.data.daf import CHEBYSHEV_KINDS, READABLE_KINDS, READS, Segment
from marsward.data.state_tables import TABLE_KINDS, interpolated
from marsward.dynamics.kernels.chebyshev import chain_positions, chain_states

__all__ = ["Chain", "calendar", "chained", "evaluate"]

_J2000, _ECLIPJ2000 = 1, 17
_OBLIQUITY = np.deg2rad(float(OBLIQUITY_J2000) / 3600.0)


class Chain(NamedTuple):
    """The segments that join a target to an observer, ready for the kernels."""

    segments: tuple[Segment, ...]
    links: int
    together: bool
    columns: tuple


def chained(segments: tuple[Segment, ...], links: int) -> Chain:
    """A chain of segments, the target's ``links`` first, each outward; DataError if unreadable."""
    for s in segments:
        if s.kind not in READABLE_KINDS:
            raise DataError(
                f"body {s.target} in {s.path} is an SPK segment of type {s.kind}; marsward reads "
                f"{READS}"
            )
        if s.frame not in (_J2000, _ECLIPJ2000):
            raise DataError(
                f"body {s.target} in {s.path} is given in the frame with NAIF id {s.frame}; "
                "marsward reads J2000 (1) and ECLIPJ2000 (17)"
            )
    together = all(
        s.words is segments[0].words and s.frame == _J2000 and s.kind in CHEBYSHEV_KINDS
        for s in segments
    )
    integers = [(s.first, s.size, s.count, s.ncoef, s.kind) for s in segments]
    table = np.array(integers, dtype=np.int64).reshape(-1, 5).T
    span = np.array([(s.init, s.length, s.start, s.stop) for s in segments], dtype=np.float64)
    columns = (*(np.ascontiguousarray(row) for row in table), span.reshape(-1, 4))
    return Chain(segments, links, together, columns)


def evaluate(chain: Chain, whole: np.ndarray, frac: np.ndarray, out: np.ndarray) -> None:
    """Fill ``out`` (k, 6) with states or (k, 3) with positions [m, m/s] along a chain.

    Across files or frames the sums are the same as within one, in km and in the same order.
    """
    kernel: Any = chain_states if out.shape[1] == 6 else chain_positions
    if not chain.segments:
        out[:] = 0.0
    elif chain.together:
        words = chain.segments[0].words
        bad = kernel(words, *chain.columns, chain.links, whole, frac, 1000.0, out)
        _refuse_outside(bad, chain, whole)
    else:
        sums = np.zeros((2, *out.shape))
        for i, segment in enumerate(chain.segments):
            part = np.empty_like(out)
            if segment.kind in TABLE_KINDS:
                part[:] = interpolated(segment, whole, frac)[:, : out.shape[1]]
            else:
                columns = (np.ascontiguousarray(column[i : i + 1]) for column in chain.columns)
                bad = kernel(segment.words, *columns, 1, whole, frac, 1.0, part)
                _refuse_outside(bad, chain, whole)
            sums[int(i >= chain.links)] += _turned(part, segment.frame)
        np.multiply(sums[0] - sums[1], 1000.0, out=out)


def _refuse_outside(bad: int, chain: Chain, whole: np.ndarray) -> None:
    if bad >= 0:
        files = ", ".join(sorted({str(segment.path) for segment in chain.segments}))
        raise DataError(f"{calendar(float(whole[bad]))} lies outside a segment of {files}")


def _turned(state: np.ndarray, frame: int) -> np.ndarray:
    if frame == _J2000:
        return state
    c, s = np.cos(_OBLIQUITY), np.sin(_OBLIQUITY)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    return np.concatenate([state[:, i : i + 3] @ turn.T for i in range(0, state.shape[1], 3)], 1)


def calendar(et: float) -> str:
    """Calendar text of TDB seconds past J2000, to the second, as in 2020-07-27T00:01:09 TDB."""
    if not abs(et) < 2.0e11:
        return f"{et:g} s past J2000 TDB"
    moment = np.datetime64("2000-01-01T12:00:00", "s") + np.timedelta64(round(et), "s")
    return f"{moment} TDB"
