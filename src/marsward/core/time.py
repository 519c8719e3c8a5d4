"""Epoch: an instant, or an array of instants, as TDB seconds past J2000 in two doubles.

One double costs 10–40 m at Mars after a cruise, so an `Epoch` keeps the whole second and the
fraction apart. Scales are asked for by name, `Epoch.utc("2020-07-27")`, and the model that
joins TDB to TT is a named property of the epoch: "spice" (the one-term formula of NAIF's
kernels, the default because spacecraft states are exchanged in it) or "fairhead-bretagnon"
(ERFA `dtdb` at the geocentre; Fairhead & Bretagnon 1990, A&A 229:240).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward.core import calendar_text, mars_time, readings, scales
from marsward.core.constants import J2000_JD
from marsward.core.errors import DataError, InputError
from marsward.core.scales import TDB_MODELS, check_model

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

__all__ = ["SCALES", "TDB_MODELS", "Epoch"]

SCALES = ("UTC", "TAI", "TT", "TDB")


class _Seconds:
    """`Epoch.et(seconds)` makes an epoch; `.et` on one gives its seconds back."""

    def __get__(self, epoch: Epoch | None, owner: type[Epoch]) -> Any:
        if epoch is not None:
            return epoch.whole + epoch.frac

        def et(seconds: Any, frac: Any = 0.0, *, tdb_model: str = "spice") -> Epoch:
            """Epoch from TDB seconds past J2000 [s] (SPICE ET), any shape, plus a fraction [s]."""
            return owner(readings.numbers(seconds), readings.numbers(frac), tdb_model)

        return et


class _Scale:
    """One time scale: reads epochs from the class, writes ISO text (ms) from an epoch."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, epoch: Epoch | None, owner: type[Epoch]) -> Any:
        if epoch is not None:
            return epoch.isot(self.name)

        def read(x: Any, *, tdb_model: str = "spice", beyond_leapseconds: bool = False) -> Epoch:
            return owner(*readings.tdb_of(x, self.name, tdb_model, beyond_leapseconds))

        read.__name__ = self.name.lower()
        read.__doc__ = f"Epoch from a {self.name} reading: ISO text, a list of it, datetime64" + (
            " or an aware datetime." if self.name == "UTC" else "."
        )
        return read


@dataclass(frozen=True, eq=False, repr=False)
class Epoch:
    """Instants of any shape: TDB seconds past J2000 (SPICE ET), whole second and fraction.

    Parameters
    ----------
    whole : float64 array, integer-valued [s]
    frac : float64 array in [0, 1) [s], same shape
    tdb_model : "spice" or "fairhead-bretagnon", the model of TDB − TT
    beyond_leapseconds : True when UTC past the end of the leap-seconds kernel was asked for;
        `assumptions` then says so

    Read one with `Epoch.utc`, `.tai`, `.tt`, `.tdb` (text, lists, datetime64) or `Epoch.et`
    (seconds); on an epoch the same names give ISO text with milliseconds.
    """

    whole: Any
    frac: Any
    tdb_model: str = "spice"
    beyond_leapseconds: bool = False

    utc = _Scale("UTC")
    tai = _Scale("TAI")
    tt = _Scale("TT")
    tdb = _Scale("TDB")
    et = _Seconds()
    __array_ufunc__ = None  # so that seconds + epoch comes here, not to numpy

    def __post_init__(self) -> None:
        check_model(self.tdb_model)
        whole, frac = self.whole, self.frac
        if not (isinstance(whole, float) and isinstance(frac, float)):
            whole, frac = np.asarray(whole, dtype=float), np.asarray(frac, dtype=float)
            try:
                whole, frac = np.broadcast_arrays(whole, frac)
            except ValueError as error:
                raise InputError(
                    f"whole seconds of shape {whole.shape} and fractions of shape {frac.shape} "
                    "do not fit: give both one shape"
                ) from error
        if not np.isfinite(whole + frac).all():
            raise InputError("an epoch holds NaN or infinite seconds: give finite numbers")
        whole, frac = scales.normal(whole, frac)
        if np.ndim(whole) > 1:
            whole, frac = np.ascontiguousarray(whole), np.ascontiguousarray(frac)
        object.__setattr__(self, "whole", whole)
        object.__setattr__(self, "frac", frac)

    # making ---------------------------------------------------------------------------------
    @classmethod
    def now(cls) -> Epoch:
        """The present instant by this computer's clock, to its microsecond."""
        return cls.utc(datetime.now(UTC))

    @classmethod
    def parse(cls, text: str, *, tdb_model: str = "spice") -> Epoch:
        """Epoch from ISO text that may end in the name of its scale ("… TDB"); UTC without."""
        name = text.strip().rsplit(" ", 1)[-1].upper() if isinstance(text, str) else ""
        name = {"ET": "TDB"}.get(name, name)
        return cls(*readings.tdb_of(text, name if name in SCALES else "UTC", tdb_model, False))

    @classmethod
    def range(cls, start: Epoch, stop: Epoch, *, every: str | float = "60 s") -> Epoch:
        """Epochs from `start` to `stop` (kept when the step meets it) one step [s] apart.

        Steps are TDB seconds. Within a UTC day or year they differ from clock seconds by up to
        3.4 ms; a last step that misses `stop` by no more than that counts as meeting it.
        """
        if isinstance(every, str):
            from marsward.core.quantity import parse

            every = parse(every, "s", name="every")
        readings.check_epoch(start, "start", single=True)
        readings.check_epoch(stop, "stop", single=True)
        span = float(stop - start)
        if not (isinstance(every, int | float | np.number) and 0.0 < every < np.inf):
            raise InputError(f'the step of a range is {every!r} s: write one like "60 s"')
        if span < 0.0:
            raise InputError(f"a range from {start} to {stop} runs backwards: swap its ends")
        slack = min(5e-3, 1e-2 * every)
        steps = np.arange(int(np.floor((span + slack) / every)) + 1)
        return start + np.minimum(steps * float(every), span)

    @classmethod
    def stack(cls, epochs: Iterable[Epoch]) -> Epoch:
        """One Epoch with a new first axis from several of one shape."""
        items = list(epochs or ())
        if not items:
            raise InputError("an Epoch cannot be stacked from nothing: give at least one")
        for item in items:
            readings.check_epoch(item, "each item of a stack")
            if item.shape != items[0].shape:
                raise InputError(
                    f"epochs of shapes {items[0].shape} and {item.shape} cannot be stacked: "
                    "give them one shape"
                )
        return cls(
            np.stack([e.whole for e in items]),
            np.stack([e.frac for e in items]),
            items[0].tdb_model,
            any(e.beyond_leapseconds for e in items),
        )

    # reading --------------------------------------------------------------------------------
    def isot(self, scale: str = "utc", digits: int = 3) -> Any:
        """ISO text in a scale, rounded to `digits` decimals (0–15); an array of text for arrays.

        Leap seconds read :60. UTC before 1972 or past the end of the leap-seconds kernel
        raises (see `scales.utc_reading`).
        """
        if not (isinstance(digits, int | np.integer) and 0 <= digits <= 15):
            raise InputError(f"an ISO time with {digits!r} decimals: ask for 0 to 15")
        if np.any(self.whole > calendar_text.FUTURE) or np.any(self.whole < -calendar_text.PAST):
            raise InputError("an epoch lies outside the years 1 to 9999: it has no ISO text")
        count = self._count(scale)
        tick = np.rint(count[1] * 10.0**digits)
        carry = tick >= 10.0**digits
        whole, tick = count[0] + carry, np.where(carry, 0.0, tick)
        if scale.upper() == "UTC":
            day, second = scales.utc_reading(whole, beyond=self.beyond_leapseconds)
        else:
            day, second = np.divmod(whole + 43_200.0, 86_400.0)
        if self.shape == ():
            return calendar_text.clock_text(int(day), int(second), int(tick), digits)
        return calendar_text.clock_texts(day, second, tick, digits)

    @property
    def datetime64(self) -> Any:
        """UTC as numpy datetime64[ns]; inside a leap second it stands at the next midnight."""
        whole, frac = self._count("TAI")
        tick = np.rint(frac * 1e9)
        carry = tick >= 1e9
        day, second = scales.utc_reading(whole + carry, beyond=self.beyond_leapseconds)
        tick = np.where(carry | (second == 86_400.0), 0.0, tick)
        since = (day + calendar_text.UNIX_DAY_2000) * 86_400.0 + second
        ns = np.asarray(since, dtype=np.int64) * 1_000_000_000 + np.asarray(tick, dtype=np.int64)
        return ns.astype("datetime64[ns]")[()]

    @property
    def jd(self) -> tuple[Any, Any]:
        """Julian date TDB in two doubles [d]: the day at noon and the rest."""
        day, second = np.divmod(self.whole, 86_400.0)
        return float(J2000_JD) + day, (second + self.frac) / 86_400.0

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What had to be assumed to read this epoch, in sentences for a report."""
        if not self.beyond_leapseconds:
            return ()
        return (scales.beyond_sentence(),)

    # Mars -----------------------------------------------------------------------------------
    @property
    def tt_days(self) -> Any:
        """TT days past J2000 [d], one double."""
        whole, frac = self._count("TT")
        return whole / 86_400.0 + frac / 86_400.0

    @property
    def ls(self) -> Any:
        """Areocentric longitude of the Sun Ls [deg], 0–360."""
        return mars_time.solar_longitude(self.tt_days)

    @property
    def mars_year(self) -> Any:
        """Mars year, MY 1 beginning 1955-04-11 (Clancy et al. 2000, Piqueux et al. 2015)."""
        return mars_time.mars_year(self.tt_days)

    @property
    def sol(self) -> Any:
        """Whole sols since the Mars year began at Ls = 0: 0 to 668."""
        return mars_time.sol_of_year(self.tt_days)

    @property
    def msd(self) -> Any:
        """Mars Sol Date [sol], a running count."""
        return mars_time.mars_sol_date(self.tt_days)

    @property
    def mtc(self) -> Any:
        """Coordinated Mars Time, the mean solar time of the prime meridian [h]."""
        return self.lmst(0.0)

    def lmst(self, lon: Any) -> Any:
        """Local mean solar time [h] at east longitude `lon` [deg]."""
        return mars_time.local_mean_time(self.tt_days, readings.longitude(lon))

    def ltst(self, lon: Any) -> Any:
        """Local true solar time [h] at east longitude `lon` [deg]."""
        return mars_time.local_true_time(self.tt_days, readings.longitude(lon))

    # arrays ---------------------------------------------------------------------------------
    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.whole)

    @property
    def size(self) -> int:
        return int(np.size(self.whole))

    @property
    def ndim(self) -> int:
        return np.ndim(self.whole)

    def reshape(self, *shape: int) -> Epoch:
        """The same instants in another shape."""
        return self._like(np.reshape(self.whole, shape), np.reshape(self.frac, shape))

    def ravel(self) -> Epoch:
        """The same instants in one row."""
        return self._like(np.ravel(self.whole), np.ravel(self.frac))

    def min(self) -> Epoch:
        """The earliest instant."""
        return self.ravel()[np.lexsort((np.ravel(self.frac), np.ravel(self.whole)))[0]]

    def max(self) -> Epoch:
        """The latest instant."""
        return self.ravel()[np.lexsort((np.ravel(self.frac), np.ravel(self.whole)))[-1]]

    def __len__(self) -> int:
        if self.shape == ():
            raise TypeError("a single Epoch has no length: it is one instant")
        return int(self.shape[0])

    def __getitem__(self, key: Any) -> Epoch:
        if self.shape == ():
            raise TypeError("a single Epoch cannot be indexed: it is one instant")
        return self._like(self.whole[key], self.frac[key])

    def __iter__(self) -> Iterator[Epoch]:
        return (self[i] for i in range(len(self)))

    # arithmetic -----------------------------------------------------------------------------
    def __add__(self, seconds: Any) -> Epoch:
        if isinstance(seconds, Epoch):
            raise TypeError("two instants cannot be added: subtract them, or add seconds")
        ds = readings.interval(seconds)
        step = np.floor(ds)
        return self._like(self.whole + step, self.frac + (ds - step))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Epoch):
            return (self.whole - other.whole) + (self.frac - other.frac)
        return self + (-readings.interval(other))

    def __lt__(self, other: Epoch) -> Any:
        return self._compare(other, np.less)

    def __le__(self, other: Epoch) -> Any:
        return self._compare(other, np.less_equal)

    def __gt__(self, other: Epoch) -> Any:
        return self._compare(other, np.greater)

    def __ge__(self, other: Epoch) -> Any:
        return self._compare(other, np.greater_equal)

    def __eq__(self, other: object) -> Any:
        return self._compare(other, np.equal)

    def __ne__(self, other: object) -> Any:
        return self._compare(other, np.not_equal)

    def __hash__(self) -> int:
        return hash((np.asarray(self.whole).tobytes(), np.asarray(self.frac).tobytes()))

    # words ----------------------------------------------------------------------------------
    @property
    def text(self) -> Any:
        """The shortest text that `Epoch.parse` reads back to within 0.1 ns: UTC, else TDB."""
        if self.shape != ():
            return [item.text for item in self]
        return self._shortest((0, 3, 6, 9), 1e-10, 12)

    def __str__(self) -> str:
        if self.shape == ():
            return self._shortest((0, 3), 5e-7, 6)
        if self.size == 0:
            return "no epochs"
        first, last = self.ravel()[0], self.ravel()[-1]
        return f"{self.size} epochs, {first} … {last}"

    def __repr__(self) -> str:
        return f"<Epoch {self}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        from marsward.core.quantity import epoch_schema

        return epoch_schema(cls)

    # inside ---------------------------------------------------------------------------------
    def _like(self, whole: Any, frac: Any) -> Epoch:
        return Epoch(whole, frac, self.tdb_model, self.beyond_leapseconds)

    def _shortest(self, digits: tuple[int, ...], tolerance: float, most: int) -> str:
        """ISO text with the fewest decimals that read back to a tolerance [s]; else `most`."""
        if not -calendar_text.PAST <= self.whole <= calendar_text.FUTURE:
            return f"{self.et:.17g} s TDB past J2000"
        scale, tail = "UTC", "Z"
        try:
            self.isot("UTC")
        except (DataError, InputError):
            scale, tail = "TDB", " TDB"
        for n in digits:
            text = self.isot(scale, n)
            back = readings.tdb_of(text, scale, self.tdb_model, self.beyond_leapseconds)
            if abs(Epoch(*back) - self) < tolerance:
                return text + tail
        return self.isot(scale, most) + tail

    def _compare(self, other: object, rule: Callable[..., Any]) -> Any:
        if not isinstance(other, Epoch):
            return NotImplemented
        same = self.whole == other.whole
        left = np.where(same, self.frac, self.whole)
        right = np.where(same, other.frac, other.whole)
        answer = rule(left, right)
        return bool(answer) if np.ndim(answer) == 0 else answer

    def _count(self, scale: str) -> tuple[Any, Any]:
        """Seconds past 2000-01-01T12:00 in a scale (TAI for UTC), whole and fraction."""
        name = str(scale).upper()
        if name not in SCALES:
            raise InputError(f"unknown time scale {scale!r}: write one of {', '.join(SCALES)}")
        if name == "TDB":
            return self.whole, self.frac
        tt = scales.normal(
            self.whole, self.frac - scales.tdb_minus_tt(self.whole, self.frac, self.tdb_model)
        )
        if name == "TT":
            return tt
        whole, frac = scales.TT_MINUS_TAI
        return scales.normal(tt[0] - whole, tt[1] - frac)
