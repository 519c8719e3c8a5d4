"""The ten perturbers of a flight as flat arrays: what a compiled force model reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from marsward.core.errors import DataError
from marsward.data.daf import CHEBYSHEV_KINDS, Segment
from marsward.dynamics.kernels.chebyshev import EARTH_MOON_MASS_RATIO

__all__ = ["PERTURBERS", "EphemerisPack", "pack_segments"]

# NAIF ids of the bodies that the rows of a pack give together
PERTURBERS = (10, 199, 299, 399, 301, 4, 5, 6, 7, 8)
# (segment, its centre) from which each row is made; Earth and Moon come from EMB + lunar segment
_SEGMENTS = ((10, 0), (1, 0), (2, 0), (3, 0), (301, 3), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0))


class EphemerisPack(NamedTuple):
    """Chebyshev records of the ten perturbers, ready for a kernel.

    ``coef`` f8 flat [m], body after body, record after record, x then y then z; ``offset``
    i8 (10,) where each body begins; ``ncoef`` i8 (10,) coefficients per component;
    ``start_whole`` f8 (10,) start of record 0 [TDB s past J2000]; ``length`` f8 (10,) of a record
    [s]; ``nrec`` i8 (10,). Row 3 is the Earth-Moon barycentre, row 4 the Moon relative to it.
    """

    coef: np.ndarray
    offset: np.ndarray
    ncoef: np.ndarray
    start_whole: np.ndarray
    length: np.ndarray
    nrec: np.ndarray


def pack_segments(covering: Callable[[int], Segment], lo: float, hi: float) -> EphemerisPack:
    """Cut the records between ``lo`` and ``hi`` [TDB s past J2000], one spare at either end.

    Raises
    ------
    DataError
        When a segment is not a Chebyshev segment relative to the barycentre in J2000, or the
        Earth/Moon mass ratio of the kernel is not that of DE440 (it would move Earth by > 0.1 m).
    """
    blocks, rows, offset = [], [], 0
    for body, centre in _SEGMENTS:
        segment = covering(body)
        if (segment.centre, segment.frame) != (centre, 1) or segment.kind not in CHEBYSHEV_KINDS:
            raise DataError(
                f"body {body} in {segment.path} is given relative to {segment.centre} (type "
                f"{segment.kind}, frame {segment.frame}); the force model needs a planetary "
                f"ephemeris of the DE kind: relative to {centre}, type 2 or 3, J2000"
            )
        first = max(int((lo - segment.init) // segment.length) - 1, 0)
        last = min(int((hi - segment.init) // segment.length) + 2, segment.count)
        block = segment.records[first:last, 2 : 2 + 3 * segment.ncoef] * 1000.0
        blocks.append(block.ravel())
        start = segment.init + first * segment.length
        rows.append((offset, segment.ncoef, start, segment.length, last - first))
        offset += block.size
    _same_mass_ratio(covering(399), covering(301), lo)
    columns = list(zip(*rows, strict=True))
    kinds = (np.int64, np.int64, np.float64, np.float64, np.int64)
    fields = (np.array(c, dtype=kind) for c, kind in zip(columns, kinds, strict=True))
    return EphemerisPack(np.concatenate(blocks), *fields)


def _same_mass_ratio(earth: Segment, moon: Segment, et: float) -> None:
    if (earth.centre, earth.length, earth.init) != (3, moon.length, moon.init):
        raise DataError(
            f"{earth.path} does not give Earth and Moon relative to their barycentre in equal "
            "records; the force model needs a planetary ephemeris of the DE kind"
        )
    i = min(max(int((et - moon.init) // moon.length), 0), moon.count - 1)
    ratio = -moon.records[i, 2] / earth.records[i, 2]
    if abs(ratio / EARTH_MOON_MASS_RATIO - 1.0) > 2e-8:
        raise DataError(
            f"{earth.path} has the Earth/Moon mass ratio {ratio:.8f}, not that of DE440 "
            f"({EARTH_MOON_MASS_RATIO:.8f}); use DE440 or a kernel of its kin"
        )
