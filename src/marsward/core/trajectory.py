"""Trajectory: the integrator's own polynomials, exact at its nodes, and never extrapolated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward.core.errors import InputError, PhysicsError
from marsward.core.kernels.dense import ROUNDING, dense_states
from marsward.core.readings import check_epoch
from marsward.core.time import Epoch

if TYPE_CHECKING:
    import xarray as xr

FRAME = "J2000"


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """Ordered arcs of a flight, in J2000, each relative to its own centre.

    An arc begins where the force model or the state jumps: at a manoeuvre or at a change of
    centre. Within an arc every step keeps the integrator's state at both ends and the seven
    increments of its dense output (order 7; Hairer, Norsett & Wanner 1993, section II.6,
    doi:10.1007/978-3-540-78862-1), so nothing is resampled.

    Parameters
    ----------
    reference : f8 (arcs,), whole TDB second past J2000 from which the arc's times count
    centre : i8 (arcs,), NAIF ids
    sense : i8 (arcs,), 1 for arcs integrated forward, -1 backward
    first : i8 (arcs + 1,), where each arc's nodes begin
    times : f8 (nodes,), ascending within an arc [s]
    nodes : f8 (nodes, 6) [m, m/s]
    increments : f8 (nodes, 7, 6), of the step from each node to the next [m, m/s]
    mass : f8 (arcs, 2), mass at the arc's first node [kg] and its rate [kg/s]; NaN if unknown
    causes : why each arc begins: "start", "centre", "burn", "engine on", "engine off", "join"
    columns : f8 (6, 7) derivatives of the final state with respect to the initial state and to
        the solar pressure at 1 au [m/s2], if they were asked for
    ephemeris : where other bodies are; not written to files
    """

    reference: np.ndarray
    centre: np.ndarray
    sense: np.ndarray
    first: np.ndarray
    times: np.ndarray
    nodes: np.ndarray
    increments: np.ndarray
    mass: np.ndarray
    causes: tuple[str, ...]
    columns: np.ndarray | None = None
    ephemeris: Any = field(default=None, compare=False)

    # ends -----------------------------------------------------------------------------------
    @cached_property
    def start(self) -> Epoch:
        """First epoch."""
        return self._epoch(0, self.times[0])

    @cached_property
    def stop(self) -> Epoch:
        """Last epoch."""
        return self._epoch(-1, self.times[-1])

    @property
    def duration(self) -> float:
        """Length in time [s]."""
        return float(self.stop - self.start)

    @property
    def arcs(self) -> int:
        """Number of arcs."""
        return int(self.centre.size)

    @cached_property
    def breaks(self) -> Epoch:
        """Epochs (arcs - 1,) at which one arc ends and the next begins; see `causes`."""
        begin = self.first[1:-1]
        return _epochs(self.reference[1:], self.times[begin])

    @cached_property
    def node_epochs(self) -> Epoch:
        """Epochs of all nodes; where arcs meet there are two of the same epoch."""
        return _epochs(np.repeat(self.reference, np.diff(self.first)), self.times)

    @property
    def initial(self) -> np.ndarray:
        """(6,) state at the start relative to the first arc's centre [m, m/s]."""
        return self.nodes[0].copy()

    @property
    def final(self) -> np.ndarray:
        """(6,) state at the stop relative to the last arc's centre [m, m/s]."""
        return self.nodes[-1].copy()

    @property
    def transition(self) -> np.ndarray:
        """(6, 6) state transition matrix from the initial to the final state of the flight."""
        return self._derivatives()[:, :6].copy()

    @property
    def solar_column(self) -> np.ndarray:
        """(6,) derivative of the final state by the solar pressure at 1 au [m, m/s per m/s2]."""
        return self._derivatives()[:, 6].copy()

    def _derivatives(self) -> np.ndarray:
        if self.columns is None:
            raise InputError(
                "this trajectory carries no state transition matrix; propagate with stm=True"
            )
        return self.columns

    # states ---------------------------------------------------------------------------------
    def at(self, epoch: Epoch, *, wrt: Any = None, ephemeris: Any = None) -> np.ndarray:
        """States in J2000.

        Parameters
        ----------
        epoch : any shape. Where two arcs meet, the later one answers: after a burn, its result
        wrt : body name or NAIF id to be relative to; None for the centre of each epoch's arc
        ephemeris : an object with ``.state(target, wrt=, at=)``; not needed when the trajectory
            remembers the one it was propagated with

        Returns
        -------
        (..., 6) [m, m/s].

        Raises
        ------
        PhysicsError : an epoch outside the trajectory, which is never extrapolated
        InputError : ``wrt`` differs from an arc's centre and no ephemeris is known
        """
        out, arc = self._evaluate(epoch)
        if wrt is not None:
            self._move(out, arc, epoch, wrt, ephemeris)
        return out.reshape(*epoch.shape, 6)

    def position(self, epoch: Epoch, *, wrt: Any = None, ephemeris: Any = None) -> np.ndarray:
        """As `at`, positions only, (..., 3) [m]."""
        return self.at(epoch, wrt=wrt, ephemeris=ephemeris)[..., :3]

    def centre_at(self, epoch: Epoch) -> np.ndarray:
        """NAIF ids of the centres that `at` uses when it is not told one, shape of ``epoch``."""
        return self.centre[self._evaluate(epoch)[1]].reshape(epoch.shape)

    def mass_at(self, epoch: Epoch) -> np.ndarray:
        """Mass [kg], shape of ``epoch``; NaN where the craft's mass was not given."""
        arc = self._evaluate(epoch)[1]
        whole, frac = np.ravel(epoch.whole), np.ravel(epoch.frac)
        since = (whole - self.reference[arc]) + frac - self.times[self.first[arc]]
        return (self.mass[arc, 0] + self.mass[arc, 1] * since).reshape(epoch.shape)

    def _evaluate(self, epoch: Epoch) -> tuple[np.ndarray, np.ndarray]:
        check_epoch(epoch, "epoch")
        whole = np.ascontiguousarray(epoch.whole, dtype=float).reshape(-1)
        frac = np.ascontiguousarray(epoch.frac, dtype=float).reshape(-1)
        out = np.empty((whole.size, 6))
        arc = np.empty(whole.size, dtype=np.int64)
        bad = dense_states(
            whole, frac, self.reference, self.first, self.sense, self.times, self.nodes,
            self.increments, out, arc,
        )  # fmt: skip
        if bad >= 0:
            raise PhysicsError(
                f"the trajectory runs from {self.start.utc} to {self.stop.utc} UTC and knows "
                f"nothing at {Epoch(whole[bad], frac[bad]).utc}; ask inside, or propagate further"
            )
        return out, arc

    def _move(self, out: np.ndarray, arc: np.ndarray, epoch: Epoch, wrt: Any, source: Any) -> None:
        source = self.ephemeris if source is None else source
        flat = Epoch(np.ravel(epoch.whole), np.ravel(epoch.frac))
        for centre in np.unique(self.centre[arc]):
            if wrt == centre:
                continue
            if source is None:
                if _is_body(wrt, int(centre)):
                    continue
                raise InputError(
                    f"states relative to {wrt} need an ephemeris, for the arc is relative to "
                    f"body {centre}; write at(..., ephemeris=default_ephemeris())"
                )
            mine = np.flatnonzero(self.centre[arc] == centre)
            out[mine] += source.state(int(centre), wrt=wrt, at=flat[mine])

    # joining and cutting --------------------------------------------------------------------
    def __add__(self, other: Trajectory) -> Trajectory:
        """Both one after the other; ``other`` begins where this one stops, to within 1 us."""
        if not isinstance(other, Trajectory):
            return NotImplemented
        gap = float(other.start - self.stop)
        if abs(gap) > ROUNDING:
            raise InputError(
                f"the second trajectory begins {gap:g} s after the first one stops "
                f"({self.stop.utc} UTC); join trajectories that meet"
            )
        causes = ("join" if other.causes[0] == "start" else other.causes[0], *other.causes[1:])
        columns = None
        if self.columns is not None and other.columns is not None:
            columns = other.columns[:, :6] @ self.columns
            columns[:, 6] += other.columns[:, 6]
        return replace(
            assemble([self, replace(other, causes=causes)]),
            columns=columns,
            ephemeris=self.ephemeris or other.ephemeris,
        )

    def arc(self, number: int) -> Trajectory:
        """One arc as a trajectory of its own."""
        number = range(self.arcs)[number]
        a, b = self.first[number], self.first[number + 1]
        one = slice(number, number + 1)
        return Trajectory(
            self.reference[one], self.centre[one], self.sense[one], np.array([0, b - a]),
            self.times[a:b], self.nodes[a:b], self.increments[a:b], self.mass[one],
            (self.causes[number],), None, self.ephemeris,
        )  # fmt: skip

    # files ----------------------------------------------------------------------------------
    def dataset(
        self, *, every: str | float = "60 s", wrt: Any = None, ephemeris: Any = None
    ) -> xr.Dataset:
        """Positions and velocities at even steps, for plots and tables; UTC time axis."""
        import xarray as xr

        from marsward.core.fields import field as labelled

        epochs = Epoch.range(self.start, self.stop, every=every)
        states = self.at(epochs, wrt=wrt, ephemeris=ephemeris)
        relative = "centre of each arc" if wrt is None else str(wrt)
        coords = {"time": epochs.datetime64, "axis": ["x", "y", "z"]}
        return xr.Dataset(
            {
                "position": labelled("position", states[:, :3], ("time", "axis")),
                "velocity": labelled("velocity", states[:, 3:], ("time", "axis")),
                "mass": labelled("mass", self.mass_at(epochs), "time"),
                "et": labelled("et", epochs.et, "time"),
                "centre": ("time", self.centre_at(epochs)),
            },
            coords=coords,
            attrs={"frame": FRAME, "relative_to": relative},
        )

    def to_dataset(self) -> xr.Dataset:
        """Lossless: everything but the ephemeris, as one Dataset; `from_dataset` reads it."""
        import xarray as xr

        data = {
            "reference": ("arc", self.reference, {"units": "s", "long_name": "TDB past J2000"}),
            "centre": ("arc", self.centre, {"long_name": "NAIF id of the centre"}),
            "sense": ("arc", self.sense, {"long_name": "1 forward, -1 backward"}),
            "count": ("arc", np.diff(self.first), {"long_name": "number of nodes"}),
            "mass": (("arc", "mass_term"), self.mass, {"units": "kg", "long_name": "mass, rate"}),
            "times": ("node", self.times, {"units": "s", "long_name": "time past the reference"}),
            "nodes": (("node", "component"), self.nodes, {"long_name": "state [m, m s-1]"}),
            "increments": (("node", "term", "component"), self.increments),
        }
        if self.columns is not None:
            data["columns"] = (("component", "initial"), self.columns)
        attrs = {"frame": FRAME, "causes": " | ".join(self.causes), "kind": "trajectory"}
        return xr.Dataset(data, attrs=attrs)

    @classmethod
    def from_dataset(cls, ds: xr.Dataset, *, ephemeris: Any = None) -> Trajectory:
        """The trajectory that `to_dataset` wrote.

        Raises
        ------
        InputError : the dataset is no trajectory
        """
        attrs = getattr(ds, "attrs", {})
        if attrs.get("kind") != "trajectory" or "increments" not in ds:
            raise InputError("the dataset holds no trajectory; give one made by to_dataset()")

        def values(name: str, dtype: type) -> np.ndarray:
            return np.ascontiguousarray(ds[name].values, dtype=dtype)

        first = np.concatenate([[0], np.cumsum(values("count", np.int64))])
        return cls(
            values("reference", float), values("centre", np.int64), values("sense", np.int64),
            first, values("times", float), values("nodes", float), values("increments", float),
            values("mass", float), tuple(ds.attrs["causes"].split(" | ")),
            values("columns", float) if "columns" in ds else None, ephemeris,
        )  # fmt: skip

    def _epoch(self, arc: int, time: float) -> Epoch:
        return _epochs(self.reference[arc], time)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __repr__(self) -> str:
        return (
            f"Trajectory({self.start.utc} to {self.stop.utc} UTC, {self.arcs} arcs, "
            f"{self.times.size - self.arcs} steps, centres {', '.join(map(str, self.centre))})"
        )


def _epochs(reference: Any, time: Any) -> Epoch:
    step = np.floor(time)
    return Epoch(reference + step, time - step)


def _is_body(wrt: Any, centre: int) -> bool:
    from marsward.core.bodies import body

    return int(body(wrt).naif_id) == centre


def assemble(parts: Iterable[Trajectory]) -> Trajectory:
    """Trajectories one after the other as one, as they are: nothing is checked or renamed."""
    parts = list(parts)
    counts = np.concatenate([np.diff(part.first) for part in parts])

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return Trajectory(
        joined("reference"), joined("centre"), joined("sense"),
        np.concatenate([[0], np.cumsum(counts)]), joined("times"), joined("nodes"),
        joined("increments"), joined("mass"),
        tuple(cause for part in parts for cause in part.causes),
    )  # fmt: skip
