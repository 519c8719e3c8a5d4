"""One block of columns on the fast ground solver: set-up, years until they repeat, what they give.

Spin-up: a pole of rate lambda that starts a year at x_0 and ends it at x_1 under a surface
temperature T(t) repeats, under that same T(t), from

    x = (x_1 - E x_0)/(1 - E),   E = exp(-lambda year),

so after each year the slow poles are set there, and moved on together by what their own pull on the
surface makes of it: a mean change of them all by dT_s of the surface moves T by
sum g dx/(1 - sum g), g = r a/(4 e sigma T^3 + sum r a), a = (1 - E)/(lambda year). The year that is
kept is the first that began within the tolerance of its own repeat; what it missed is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from marsward.physics.columns import GroundColumns
from marsward.physics.ground_network import LayeredGround, Poles, fit_depths, fit_network
from marsward.physics.insolation import (
    daily_mean,
    horizon_sines,
    hour_table,
    plane_numbers,
    sun_table,
)
from marsward.physics.kernels import ground_network as rows
from marsward.physics.kernels.ground_network import LANES, follow_year
from marsward.physics.season import MarsYear, Season, longest_season, pressure_share
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky, SkyTable, TabledSky
from marsward.physics.vapour import (
    CO2_LATENT_HEAT,
    WATER_GAS_CONSTANT,
    co2_frost_point,
    ice_vapour_pressure,
)
from marsward.physics.vapour import vapour_density as density_of

Array = NDArray[np.float64]
Single = NDArray[np.float32]
# Range [K] in which the vapour density over ice is a polynomial of the fifth degree under an
# exponential: it is within 0.1 % of the law there.
COLDEST, WARMEST = 110.0, 320.0
_SHRINK = 64.0  # the kernel's exponential is the 64th power of a short series
_MIDDLE = -18.0  # natural logarithm of the density [kg m-3] in the middle of the range
_PARTS = 4  # of a step, in which a terrain horizon is looked at
_ROUGHER, _FEWEST, _ROUGH = 4, 24, 5.0  # first years: fewer steps, at least, and tolerance
_GUESS = 0.96  # of the temperature that would send out the year's mean light


@dataclass(frozen=True, eq=False)
class Plan:
    """What all blocks of one call share."""

    year: MarsYear
    sky: Sky | TabledSky
    poles: Poles
    curve: Single
    every: int
    spin_up: int
    tolerance: float
    seasonal: bool  # whether the frost point follows the pressure through the year
    offset: float = 0.5  # where in a step of the sol's division the surface is looked at
    rough_start: bool = True  # begin with years of fewer steps

    @cached_property
    def rough(self) -> Plan | None:
        """The same at a fourth of the steps, to begin with; None where those are few."""
        p, steps = self.poles, self.poles.steps // _ROUGHER
        if not self.rough_start or p.steps % _ROUGHER or steps < _FEWEST:
            return None
        wide = Poles(p.rates, p.step * _ROUGHER, steps, p.sols, p.slow)
        return Plan(
            self.year, self.sky, wide, self.curve, 1, self.spin_up, _ROUGH * self.tolerance,
            self.seasonal, self.offset, False,
        )  # fmt: skip

    @cached_property
    def edges(self) -> Single:
        """Cosine and sine of the hour angle at the edges of steps, so that chords cut the middles.

        The mean of cos h at both edges is cos(x) times its middle's, x half the step: all are
        raised by 1/cos(x), and a whole step takes the light of its middle.
        """
        steps = self.poles.steps
        half = np.pi / steps
        angle = 2.0 * np.pi * ((np.arange(steps + 1) + self.offset - 0.5) / steps - 0.5)
        return (np.stack([np.cos(angle), np.sin(angle)]) / np.cos(half)).astype(np.float32)

    @cached_property
    def hour(self) -> Array:
        """Cosine and sine of the hour angle in the middle of parts of steps, for horizons."""
        count = self.poles.steps * _PARTS
        return np.stack(hour_table(count, offset=0.5 + (self.offset - 0.5) * _PARTS))

    @cached_property
    def clear(self) -> Sky:
        """The sky of the kernel; where tables bring the light it is not asked."""
        return self.sky if isinstance(self.sky, Sky) else Sky.none()

    @cached_property
    def suns(self) -> Array:
        """The Sun of each sol, for the kernels."""
        return sun_table(self.year, self.clear)

    @cached_property
    def seasons(self) -> Season:
        """Some seasons of the year."""
        return self.year.at(np.linspace(0.0, self.year.sols, 24, endpoint=False))


@dataclass(frozen=True, eq=False)
class BlockYear:
    """The kept year of up to 64 columns; arrays (n, ...)."""

    mean: Array
    low: Array
    high: Array
    amplitude: Array
    frost_peak: Array
    frost_days: Array
    frost_start: Array
    frost_end: Array
    vapour_surface: Array
    depth_mean: Array
    depth_low: Array
    depth_high: Array
    vapour_depth: Array
    energy_residual: Array
    closure: Array
    years: int
    sols: Single  # (n, 6, sols): mean, low, high [K], mean, least frost [kg m-2], frosty share
    hours: Single  # (n, slots, steps) [K] at (j + plan.offset)/steps of the sol


def vapour_curve(form: str) -> Single:
    """Terms of the density of vapour over ice for the kernel: 64th root's polynomial in 1/T."""
    turn = np.cos((np.arange(200) + 0.5) * np.pi / 200)
    scale = 2.0 / (1.0 / COLDEST - 1.0 / WARMEST)
    shift = 0.5 * scale * (1.0 / COLDEST + 1.0 / WARMEST)
    kelvin = scale / (turn + shift)
    law = np.log(density_of(ice_vapour_pressure(kelvin, form=form), kelvin))
    terms = np.polynomial.polynomial.polyfit(turn, (law - _MIDDLE) / _SHRINK, 5)
    return np.array([*terms, np.exp(_MIDDLE), scale, shift], dtype=np.float32)


class Block:
    """Up to 64 columns, padded with the last one, and their state."""

    def __init__(
        self,
        plan: Plan,
        columns: GroundColumns,
        depths: Array,
        humidity: Array,
        table: SkyTable | None = None,
        around: Single | None = None,
        slots: NDArray[np.int64] | None = None,
    ) -> None:
        self.plan, self.count = plan, len(columns)
        pad = np.minimum(np.arange(LANES), self.count - 1)
        self.columns = columns.take(pad)
        self.ground = LayeredGround.of(self.columns)
        self.depths = depths[pad]
        self._network(humidity[pad])
        self._light(table, around, pad)
        sols = plan.year.sols
        self.slots = np.full(sols, -1, np.int64) if slots is None else slots
        self.no_slots = np.full(sols, -1, np.int64)

    def _network(self, humidity: Array) -> None:
        c, poles = self.columns, self.plan.poles
        self.residues = np.ascontiguousarray(fit_network(self.ground, poles).residues.T)
        slow, fast = poles.slow, poles.rates.size - poles.slow
        self.slow_pull, self.fast_pull = self.residues[:slow].copy(), self.residues[slow:]
        held = self.slow_pull.sum(axis=0)
        count = self.depths.shape[1]
        total = rows.HEAD + 2 * fast + count * (rows.DEPTH_HEAD + fast)
        self.work = np.zeros((total, LANES), np.float32)
        decay, gain = poles.decay[:, None], poles.gain[:, None]
        first = self.first_temperature()
        for place, value in (
            (rows.T, first), (rows.BARE, 1.0 - c.albedo), (rows.FROSTED, 1.0 - c.frost_albedo),
            (rows.EMIT, c.emissivity), (rows.EMIT_FROST, c.frost_emissivity),
            (rows.STIFF, held + (gain * self.fast_pull).sum(axis=0)), (rows.HELD, held),
            (rows.SPREAD, (decay * (1.0 - gain) / (1.0 - decay) * self.fast_pull).sum(axis=0)),
            (rows.GEOTHERMAL, c.geothermal), (rows.HUMIDITY, humidity / WATER_GAS_CONSTANT),
        ):  # fmt: skip
            self.work[place // LANES] = value
        self.work[rows.HEAD + fast : rows.HEAD + 2 * fast] = decay * self.fast_pull
        self.slow = np.repeat(first[None, :], slow, axis=0)
        shares = fit_depths(self.ground, poles, self.depths) if count else np.zeros((LANES, 0, 1))
        self.shares = np.ascontiguousarray(np.moveaxis(shares[:, :, :slow], 0, 2))
        self.base = (self.ground.resistance(self.depths) * c.geothermal[:, None]).T.copy()
        for j in range(count):
            row = self._depth_row(j)
            some = shares[:, j, slow:].T
            self.work[row + rows.DEPTH_SHARE // LANES] = some.sum(axis=0)
            self.work[row + rows.DEPTH_HEAD : row + rows.DEPTH_HEAD + fast] = some

    def _depth_row(self, j: int) -> int:
        fast = self.plan.poles.decay.size
        return rows.HEAD + 2 * fast + j * (rows.DEPTH_HEAD + fast)

    def _light(self, table: SkyTable | None, around: Single | None, pad: Array) -> None:
        plan, c = self.plan, self.columns
        sols = plan.year.sols
        self.planes, self.skies = plane_numbers(c), plan.clear.numbers(c.pressure)
        self.horizon = horizon_sines(c)
        self.table = np.zeros((2, 0, 0, LANES), np.float32)
        if table is not None:
            whole = (table.shortwave, np.broadcast_to(table.infrared, table.shortwave.shape))
            self.table = np.ascontiguousarray(
                np.stack([np.moveaxis(v[pad], 0, 2) for v in whole]), dtype=np.float32
            )
        self.around = np.zeros((2, 0, 0, LANES), np.float32) if around is None else around
        self.points = c.frost_point[None, :].copy()
        if plan.seasonal:
            ls = plan.year.at(np.arange(sols) + 0.5).ls_rad
            share = pressure_share(ls)
            pressure = c.pressure[None, :] * share[:, None]
            offset = c.frost_point - co2_frost_point(c.pressure)
            self.points = np.ascontiguousarray(co2_frost_point(pressure) + offset)

    def first_temperature(self) -> Array:
        """A guess of the mean temperature [K]: the year's mean light in balance, a little lowered.

        Where frost keeps itself by its albedo two years can repeat, with and without it; from this
        side the one without is found.
        """
        c, plan = self.columns, self.plan
        season = plan.seasons
        light = daily_mean(
            c.lat[:, None], season.declination_rad, season.distance_au, plan.clear.solar_constant
        ).mean(axis=1)
        power = (1.0 - c.albedo) * light + c.geothermal
        kelvin = _GUESS * (power / (c.emissivity * STEFAN_BOLTZMANN)) ** 0.25
        return np.asarray(np.maximum(kelvin, c.frost_point))

    def run_year(self, *, keep: bool, send: Single | None = None) -> _Sums:
        """One year from where the state stands."""
        plan, poles = self.plan, self.plan.poles
        count, sols = self.depths.shape[1] if keep else 0, plan.year.sols
        sums = _Sums.empty(count, sols, int(self.slots.max()) + 1 if keep else 0, poles.steps)
        for j in range(count):
            row = self._depth_row(j)
            self.work[row + rows.DEPTH_LOW // LANES] = 1e9
            self.work[row + rows.DEPTH_HIGH // LANES] = 0.0
        curve = plan.curve if keep else np.zeros(9, np.float32)
        follow_year(
            self.work.reshape(-1), self.slow, self.slow_pull, poles.sol_gain,
            poles.decay.astype(np.float32), poles.gain.astype(np.float32), self.points,
            self.planes, self.skies, plan.suns, plan.edges, plan.hour, plan.clear.least,
            self.horizon, self.table, self.around, np.float32(STEFAN_BOLTZMANN), curve,
            self.shares, self.base, plan.every, sums.year, sums.depth, sums.sols,
            self.slots if keep else self.no_slots, sums.hours,
            np.zeros((2, 0, 0, LANES), np.float32) if send is None else send,
        )  # fmt: skip
        return sums

    def state(self) -> tuple[Array, Array, Array, Array]:
        """Surface temperature, slow states, fast differences and frost, as float64."""
        fast = self.plan.poles.decay.size
        mass = self.work[rows.MASS // LANES].astype(float) - self.work[rows.LOST // LANES]
        return (
            self.work[0].astype(float),
            self.slow.copy(),
            self.work[rows.HEAD : rows.HEAD + fast].astype(float),
            mass,
        )

    def settle(self, before: Array, sums: _Sums, *, move: bool) -> Array:
        """How far slow poles began from where they repeat (LANES,) [K]; they are set there."""
        poles = self.plan.poles
        time = poles.rates[: poles.slow, None] * self.plan.year.length
        kept = np.exp(-time)
        off = (self.slow - kept * before) / (1.0 - kept) - before
        mean = sums.year[rows.YEAR_T] / self.plan.year.sols
        bare = (sums.sols[4] <= 0.0).mean(axis=0)
        pull = self.slow_pull * (1.0 - kept) / time
        soft = 4.0 * self.columns.emissivity * STEFAN_BOLTZMANN * mean**3
        share = bare * pull / (soft + pull.sum(axis=0))
        off += (share * off).sum(axis=0) / (1.0 - share.sum(axis=0))
        if move:
            self.slow = before + off
        return np.asarray(np.abs(off).max(axis=0))

    def spin(self) -> int:
        """Years until the slow poles begin within the tolerance of their repeat."""
        for count in range(1, self.plan.spin_up + 1):
            before = self.slow.copy()
            sums = self.run_year(keep=False)
            off = self.settle(before, sums, move=True)
            if off.max() < self.plan.tolerance:
                return count
        return self.plan.spin_up

    def begin(self, *, around: Single | None) -> None:
        """Take the state from years of fewer, longer steps; poles keep their rates and states."""
        rough = self.plan.rough
        if rough is None or self.table.shape[1]:
            return
        if around is not None:
            shape = (2, around.shape[1], rough.poles.steps, _ROUGHER, LANES)
            around = around.reshape(shape).mean(axis=3)
        none = np.empty((LANES, 0)), np.zeros(LANES)
        block = Block(rough, self.columns, *none, around=around)
        block.spin()
        fast = rows.HEAD + rough.poles.decay.size
        self.slow[:] = block.slow
        self.work[rows.T // LANES] = block.work[rows.T // LANES]
        self.work[rows.HEAD : fast] = block.work[rows.HEAD : fast]
        mass = np.maximum(block.work[rows.MASS // LANES], 0.0)
        self.work[rows.MASS // LANES] = mass * _ROUGHER  # a power over a step
        states, pull = self.work[rows.HEAD : fast], self.work[fast : 2 * fast - rows.HEAD]
        self.work[rows.PULL // LANES] = (pull * states).sum(axis=0)

    def solve(self, *, send: Single | None = None) -> BlockYear:
        """Spin up, then the year that is kept."""
        self.begin(around=self.around if self.around.shape[1] else None)
        years = self.spin()
        start = self.state()
        sums = self.run_year(keep=True, send=send)
        closure = self.settle(start[1], sums, move=False)
        return self._collect(sums, self._residual(start, sums), closure, years + 1)

    def _residual(self, start: tuple[Array, ...], sums: _Sums) -> Array:
        """What the year's budget leaves over what came in: in + frost - out - into the ground."""
        poles = self.plan.poles
        end = self.state()
        moved, away = end[0] - start[0], end[2] - start[2]
        keep = (1.0 - poles.decay)[:, None]
        fast = ((poles.gain[:, None] * moved - away) / keep + away) * self.fast_pull
        slow = self.slow_pull * (end[1] - start[1]) / poles.sol_gain[:, None] * poles.steps
        ground = fast.sum(axis=0) + slow.sum(axis=0)
        left = sums.year[rows.YEAR_NET] + (end[3] - start[3]) - ground
        return np.asarray(left / sums.year[rows.YEAR_IN])

    def _collect(self, sums: _Sums, residual: Array, closure: Array, years: int) -> BlockYear:
        plan, n = self.plan, self.count
        steps, sols, count = plan.poles.steps, plan.year.sols, self.depths.shape[1]
        to_mass = plan.poles.step / CO2_LATENT_HEAT
        table = np.ascontiguousarray(np.moveaxis(sums.sols[:, :, :n], 2, 0))
        table[:, 3:5] *= np.float32(to_mass)
        start, end = longest_season(table[:, 4] > 0.0)
        looks = sols * (steps // plan.every)
        at = [self._depth_row(j) for j in range(count)]
        low = self.work[[row + rows.DEPTH_LOW // LANES for row in at], :n].T.astype(float)
        high = self.work[[row + rows.DEPTH_HIGH // LANES for row in at], :n].T.astype(float)
        return BlockYear(
            mean=sums.year[rows.YEAR_T, :n] / sols,
            low=sums.year[rows.YEAR_LOW, :n],
            high=sums.year[rows.YEAR_HIGH, :n],
            frost_peak=table[:, 3].max(axis=1).astype(float),
            amplitude=0.5 * np.ptp(table[:, 0], axis=1).astype(float),
            frost_days=table[:, 5].sum(axis=1, dtype=np.float64),
            frost_start=start,
            frost_end=end,
            vapour_surface=sums.year[rows.YEAR_VAPOUR, :n] / (sols * steps),
            depth_mean=sums.depth[:, 0, :n].T / looks,
            depth_low=low,
            depth_high=high,
            vapour_depth=sums.depth[:, 1, :n].T / looks,
            energy_residual=residual[:n],
            closure=closure[:n],
            years=years,
            sols=table,
            hours=np.ascontiguousarray(np.moveaxis(sums.hours[:, :, :n], 2, 0)),
        )


@dataclass(frozen=True, eq=False)
class _Sums:
    """What the kernel adds up over a year."""

    year: Array
    depth: Array
    sols: Single
    hours: Single

    @classmethod
    def empty(cls, depths: int, sols: int, slots: int, steps: int) -> _Sums:
        year = np.zeros((6, LANES))
        year[rows.YEAR_LOW] = 1e9
        return cls(
            year,
            np.zeros((depths, 2, LANES)),
            np.zeros((6, sols, LANES), np.float32),
            np.zeros((slots, steps, LANES), np.float32),
        )
