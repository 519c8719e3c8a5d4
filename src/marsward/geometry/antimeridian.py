"""Rings on a sphere as polygons of a map: cut at 180 deg of longitude, closed over the poles.

A ring is followed with its longitude running on. Where it crosses 180 deg it is cut; the loose
ends on either side of that meridian are joined in pairs along it, from south to north, for between
the first and second of them lies the inside, between second and third the outside, and so on. A
ring that goes round a pole leaves one end over, which is joined with that pole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cut"]

Array = NDArray[np.float64]
_TINY = 1e-12  # deg2, area of a part that is nothing


def cut(lon: Array, lat: Array) -> list[Array]:
    """Parts (k, 2) of a ring (m,) [deg] without its closing point; each closed, counterclockwise.

    Neighbouring points are taken to be less than half a turn apart in longitude, and a ring that
    goes round to hold the pole that is nearer.
    """
    lon = (lon + 180.0) % 360.0 - 180.0
    step = (np.roll(lon, -1) - lon + 180.0) % 360.0 - 180.0
    turns = round(float(step.sum()) / 360.0)
    east = lon[0] + np.concatenate([[0.0], np.cumsum(step)])
    north = np.append(lat, lat[0])
    strips = np.floor((east + 180.0) / 360.0).astype(int)
    if turns == 0 and np.all(strips == strips[0]):
        return [_closed(np.stack([east - 360.0 * strips[0], north], axis=1))]
    chains = _chains(east, north, strips)
    pole = 0.0
    if turns:
        pole = 90.0 if lat.mean() > 0.0 else -90.0
    rings = _joined(chains, pole)
    return [ring for ring in rings if abs(_area(ring)) > _TINY]


def _chains(east: Array, north: Array, strips: NDArray[np.int64]) -> list[Array]:
    """Pieces of the ring between crossings, each in its own -180 to 180."""
    points: list[tuple[float, float]] = [(float(east[0]), float(north[0]))]
    pieces: list[tuple[int, list[tuple[float, float]]]] = [(int(strips[0]), points)]
    for i in range(1, east.size):
        old, new = int(strips[i - 1]), int(strips[i])
        if old != new:
            edge = 360.0 * max(old, new) - 180.0
            share = (edge - east[i - 1]) / (east[i] - east[i - 1])
            at = float(north[i - 1] + share * (north[i] - north[i - 1]))
            points.append((edge, at))
            points = [(edge, at)]
            pieces.append((new, points))
        points.append((float(east[i]), float(north[i])))
    # the last piece runs into the first, past the point where the ring began
    strip, tail = pieces.pop()
    head = [(x - 360.0 * (pieces[0][0] - strip), y) for x, y in pieces[0][1][1:]]
    pieces[0] = (strip, tail + head)
    return [np.array(each) - [360.0 * number, 0.0] for number, each in pieces]


def _joined(chains: list[Array], pole: float) -> list[Array]:
    """Chains that begin and end at 180 deg, joined along it into rings."""
    partner = _partners(chains, pole)
    left = set(range(len(chains)))
    rings = []
    while left:
        first = min(left)
        ring: list[Array] = []
        at = first
        while at in left:
            left.discard(at)
            ring.append(chains[at])
            at, way = partner[at]
            ring.append(way)
        rings.append(_closed(np.concatenate(ring)))
    return rings


def _partners(chains: list[Array], pole: float) -> dict[int, tuple[int, Array]]:
    """For the end of each chain: the chain that goes on from there, and the way to it (k, 2)."""
    out: dict[int, tuple[int, Array]] = {}
    loose: dict[float, tuple[int, bool, float]] = {}
    for side in (-180.0, 180.0):
        ends = [(float(c[0, 1]), i, True) for i, c in enumerate(chains) if c[0, 0] == side]
        ends += [(float(c[-1, 1]), i, False) for i, c in enumerate(chains) if c[-1, 0] == side]
        ends.sort()
        if len(ends) % 2:
            lat, i, begins = ends.pop(0 if pole < 0.0 else -1)
            loose[side] = (i, begins, lat)
        for (_, i, begins), (_, j, _) in zip(ends[0::2], ends[1::2], strict=True):
            out[j if begins else i] = (i if begins else j, np.empty((0, 2)))
    if loose:
        (i, begins, _), (j, _, _) = loose[-180.0], loose[180.0]
        way = [[-180.0, pole], [180.0, pole]]
        out[j if begins else i] = (i if begins else j, np.array(way[::-1] if begins else way))
    return out


def _closed(ring: Array) -> Array:
    """Counterclockwise and ending where it begins, no point twice in a row."""
    fresh = np.concatenate([[True], np.any(np.diff(ring, axis=0) != 0.0, axis=1)])
    ring = ring[fresh]
    if np.any(ring[0] != ring[-1]):
        ring = np.concatenate([ring, ring[:1]])
    return ring if _area(ring) >= 0.0 else ring[::-1]


def _area(ring: Array) -> float:
    """Signed area of a closed ring [deg2]."""
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
