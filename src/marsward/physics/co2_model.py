"""The planet on which the CO2 cycle runs: light, ground and air of its bands, year after year.

Years are spun up until they repeat as in `physics.ground_lanes`: after each, slow poles are set
where they would repeat under the same surface, the frost and the air go on as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.physics.air import COMPOSITION, GRAVITY
from marsward.physics.co2_years import Co2Years, CycleState
from marsward.physics.dusty_sunlight import dust_emissivity, dust_reflection, dust_transmission
from marsward.physics.ground_network import LayeredGround, Poles, fit_network
from marsward.physics.insolation import daily_mean, hour_table, light, sun_table
from marsward.physics.kernels import co2_cycle as rows
from marsward.physics.kernels.co2_cycle import follow_co2_year
from marsward.physics.latitude_bands import Bands, Dust, dust_opacity
from marsward.physics.lower_air import LowerAir, ReliefPressure
from marsward.physics.season import MarsYear
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky
from marsward.physics.vapour import CO2_LATENT_HEAT, co2_frost_point

if TYPE_CHECKING:
    from marsward.physics.co2_cycle import Co2Cycle

__all__ = ["Co2Model"]

Array = NDArray[np.float64]
STEPS = 48
"""Steps of a sol: the year's pressure is within 0.05 % of that of 192."""
SPIN_UP, TOLERANCE = 16, 0.02
"""Years of spin-up at most, and by how much slow poles may begin off their repeat [K]."""
_GUESS = 0.96  # of the temperature that would send out the year's mean light
_FILM = 1e-9  # kg m-2 of frost that hides the ground where nothing shows through
_AT_LEAST = 1e-4  # of the CO2 that must stay in the air
_MOLAR = {"CO2": 44.0095, "N2": 28.0134, "Ar": 39.948, "O2": 31.998, "CO": 28.010}  # g/mol


def _weight_ratio() -> float:
    """Molar mass of CO2 over the mean of the gases that do not freeze."""
    rest = {name: share for name, share in COMPOSITION.items() if name != "CO2"}
    mean = sum(share * _MOLAR[name] for name, share in rest.items()) / sum(rest.values())
    return _MOLAR["CO2"] / mean


_WEIGHT_RATIO = _weight_ratio()
# Terms of T = b/(a - ln p[Pa]), from those of `physics.vapour`.
_LOW, _HIGH = (float(co2_frost_point(p)) for p in (610.0, 610.0 * math.e))
_FROST_B = 1.0 / (1.0 / _LOW - 1.0 / _HIGH)
_FROST_A = _FROST_B / _LOW + math.log(610.0)


@dataclass(frozen=True, eq=False)
class _Year:
    """What the kernel leaves of one year."""

    out: Array
    globe: Array
    energy: Array
    relief: ReliefPressure


class Co2Model:
    """A planet of bands with its light and its ground's network, ready for any cycle.

    Parameters
    ----------
    bands : columns and areas
    year : the orbit, today's if None
    sky : of the sunlight, Kieffer's clear one if None; see `physics.sky`
    dust : visible opacity of a vertical column at 610 Pa: a number, (n,), (sols, n), the name of
        a scenario of `physics.dust_scenario` or anything with its `opacity(ls, lat)`; None leaves
        it to the sky
    air : law of the lower air
    steps : of a sol
    """

    def __init__(
        self,
        bands: Bands,
        *,
        year: MarsYear | None = None,
        sky: Sky | None = None,
        dust: Dust = None,
        air: LowerAir | None = None,
        steps: int = STEPS,
    ) -> None:
        self.bands, self.year = bands, year or MarsYear()
        self.sky, self.law = sky or Sky(), air or LowerAir()
        self.poles = Poles.spread(year=self.year, steps=steps)
        residues = fit_network(LayeredGround.of(bands.columns), self.poles).residues.T
        slow = self.poles.slow
        self.slow_pull = np.ascontiguousarray(residues[:slow])
        self.fast_pull = np.ascontiguousarray(residues[slow:])
        self.opacity = dust_opacity(bands.columns, self.year, dust)
        clear = self.sky if dust is None else replace(self.sky, scattered_fraction=0.0)
        table = light(bands.columns, year=self.year, sky=clear, steps=steps)
        self.light = np.ascontiguousarray(np.moveaxis(table.shortwave, 0, 2))
        self.back = np.zeros((self.year.sols, len(bands)))
        if self.opacity is not None:
            self.light *= self._through(self.opacity)
            self.back = dust_reflection(self.opacity)
        self.daily = self.light.mean(axis=1)

    def _through(self, opacity: Array) -> Array:
        """What dust lets through to the ground in every step."""
        lat = np.radians(self.bands.columns.lat)
        sun, hour = sun_table(self.year, self.sky), hour_table(self.poles.steps)[0]
        base = sun[:, 0, None] * np.sin(lat)
        swing = sun[:, 1, None] * np.cos(lat)
        mu = base[:, None, :] + swing[:, None, :] * hour[None, :, None]
        out, day = np.ones(mu.shape), mu > 0.0
        out[day] = dust_transmission(np.broadcast_to(opacity[:, None, :], mu.shape)[day], mu[day])
        return out

    # set-up ----------------------------------------------------------------------------------
    def _ground(self, cycle: Co2Cycle) -> Array:
        c = self.bands.columns
        emissivity = cycle.emissivity(c.lat)
        held = self.slow_pull.sum(axis=0)
        stiff = held + (self.poles.gain[:, None] * self.fast_pull).sum(axis=0)
        each = [c.emissivity, emissivity, c.geothermal, stiff, held, self.bands.area]
        return np.ascontiguousarray(np.stack(each))

    def _kept(self, albedo: Array) -> Array:
        """Share of the light that ground of an albedo keeps, thrown back and forth with dust."""
        albedo = np.broadcast_to(albedo, self.back.shape)
        return np.ascontiguousarray((1.0 - albedo) / (1.0 - albedo * self.back))

    def first_state(self, cycle: Co2Cycle) -> CycleState:
        """A bare planet at the temperature of its mean light, or the frost point."""
        c, year = self.bands.columns, self.year
        season = year.at(np.linspace(0.0, year.sols, 24, endpoint=False))
        sun = daily_mean(
            c.lat[:, None], season.declination_rad, season.distance_au, self.sky.solar_constant
        ).mean(axis=1)
        power = (1.0 - c.albedo) * sun + c.geothermal
        kelvin = _GUESS * (power / (c.emissivity * STEFAN_BOLTZMANN)) ** 0.25
        mean = (cycle.co2 + cycle.other) * GRAVITY / self.bands.area.sum()
        kelvin = np.maximum(kelvin, co2_frost_point(mean))
        surface = np.zeros((5, len(self.bands)))
        surface[rows.T] = kelvin
        if cycle.residual_south is not None:
            surface[rows.MASS, c.lat <= cycle.residual_south] = cycle.residual_frost
        fast = np.zeros(self.fast_pull.shape)
        slow = np.repeat(kelvin[None, :], self.poles.slow, axis=0)
        return CycleState(surface, fast, slow, np.repeat(kelvin[None, :], year.sols, axis=0))

    def total(self, cycle: Co2Cycle) -> float:
        """All CO2, with that of a residual cap [kg]."""
        if cycle.residual_south is None:
            return cycle.co2
        there = self.bands.columns.lat <= cycle.residual_south
        return cycle.co2 + cycle.residual_frost * float(self.bands.area[there].sum())

    # years -----------------------------------------------------------------------------------
    def _year(
        self, cycle: Co2Cycle, ground: Array, state: CycleState, co2: float
    ) -> tuple[CycleState, _Year, float]:
        bands, poles, sols = self.bands, self.poles, self.year.sols
        relief = self.law.lie(bands.columns.lat, bands.area, bands.elevation, state.ground)
        assert relief.share is not None
        per_mass = GRAVITY / float(bands.area.sum())
        log_share = np.ascontiguousarray(np.log(relief.share * per_mass))
        surface, fast, slow = state.surface.copy(), state.fast.copy(), state.slow.copy()
        air, energy = np.array([co2]), np.zeros((2, len(bands)))
        out, globe = np.zeros((4, sols, len(bands))), np.zeros((2, sols))
        assert bands.shade is not None
        albedo = cycle.albedo(bands.columns.lat, self.daily, bands.shade)
        bare, frosted = self._kept(bands.columns.albedo), self._kept(albedo)
        law = np.array([_FROST_A, _FROST_B, _WEIGHT_RATIO])
        follow_co2_year(
            surface, fast, slow, ground, poles.decay[:, None] * self.fast_pull, self.slow_pull,
            poles.decay, poles.gain, poles.sol_gain, self.light, bare, frosted,
            self._infrared(state), log_share, air, cycle.other, law, STEFAN_BOLTZMANN,
            CO2_LATENT_HEAT / poles.step, max(cycle.cover, _FILM), energy, out, globe,
            np.zeros((0, 0, len(bands))),
        )  # fmt: skip
        if not air[0] > _AT_LEAST * cycle.co2 or not np.isfinite(surface).all():
            raise PhysicsError(
                f"the air froze out: {cycle.co2:.3g} kg of CO2 cannot stay above this ground; give "
                "more CO2, a lower albedo of frost or another orbit"
            )
        after = CycleState(surface, fast, slow, out[rows.OUT_T])
        return after, _Year(out, globe, energy, relief), float(air[0])

    def _infrared(self, state: CycleState) -> Array:
        """From the air and the dust in it [W m-2] (sols, n)."""
        kelvin = self.law.temperature(self.bands.columns.lat, self.bands.area, state.ground)
        kelvin -= self.law.over_ground  # the lowest air is as warm as the ground below
        dusty = 0.0 if self.opacity is None else dust_emissivity(self.opacity)
        brought = self.law.exchange * (kelvin - state.ground)
        return np.ascontiguousarray(self.law.infrared(kelvin, 1.0 - dusty) + brought)

    def _settle(self, before: Array, state: CycleState) -> Array:
        """How far slow poles began from where they repeat (s, n) [K]; see `ground_lanes`."""
        poles = self.poles
        time = poles.rates[: poles.slow, None] * self.year.length
        kept = np.exp(-time)
        off = (state.slow - kept * before) / (1.0 - kept) - before
        mean = state.ground.mean(axis=0)
        pull = self.slow_pull * (1.0 - kept) / time
        point = state.ground.min(axis=0)
        bare = (state.ground > point + 1.0).mean(axis=0)
        soft = 4.0 * self.bands.columns.emissivity * STEFAN_BOLTZMANN * mean**3
        share = bare * pull / (soft + pull.sum(axis=0))
        return np.asarray(off + (share * off).sum(axis=0) / (1.0 - share.sum(axis=0)))

    def spin(
        self,
        cycle: Co2Cycle,
        start: CycleState | None = None,
        *,
        most: int = SPIN_UP,
        tolerance: float = TOLERANCE,
    ) -> tuple[CycleState, float, int]:
        """Years until the cycle repeats: the state, what it is off [K], and the years it took."""
        state, ground = start or self.first_state(cycle), self._ground(cycle)
        area, off, spun = self.bands.area, math.inf, 0
        while spun < most:
            spun += 1
            caps = float(area @ state.surface[rows.MASS])
            co2 = self.total(cycle) - caps
            if not co2 > 0.0:
                raise PhysicsError(
                    f"{caps:.3g} kg of frost is more than the {self.total(cycle):.3g} kg of CO2 "
                    "there is; begin from another state"
                )
            before = state
            state, _, _ = self._year(cycle, ground, state, co2)
            slow = self._settle(before.slow, state)
            off = float(np.abs(slow).max())
            shift = abs(float(area @ state.surface[rows.MASS]) - caps) / cycle.co2
            state = replace(state, slow=before.slow + slow)
            if off < tolerance and shift < 0.01 * tolerance:
                break
        return state, off, spun

    def run(
        self,
        cycle: Co2Cycle,
        *,
        years: int = 1,
        start: CycleState | None = None,
        spin_up: int = SPIN_UP,
        tolerance: float = TOLERANCE,
    ) -> Co2Years:
        """Years of the cycle, after a spin-up until they repeat (0 goes on from `start`)."""
        if isinstance(years, bool) or not (years >= 1 and years % 1 == 0):
            raise InputError(f"the cycle runs over whole years, 1 or more; not {years}")
        state, off, spun = start or self.first_state(cycle), math.nan, 0
        if spin_up:
            state, off, spun = self.spin(cycle, start, most=spin_up, tolerance=tolerance)
        ground, first, total = self._ground(cycle), state, self.total(cycle)
        co2 = total - float(self.bands.area @ state.surface[rows.MASS])
        kept: list[_Year] = []
        for _ in range(int(years)):
            state, done, co2 = self._year(cycle, ground, state, co2)
            kept.append(done)
        return self._collect(cycle, kept, first, state, off, spun)

    def _energy(self, first: CycleState, last: CycleState, kept: list[_Year]) -> Array:
        """What the columns' budgets leave: in + frost - out - into the ground, over in."""
        poles = self.poles
        moved = last.surface[rows.T] - first.surface[rows.T]
        away = last.fast - first.fast
        keep = (1.0 - poles.decay)[:, None]
        fast = ((poles.gain[:, None] * moved - away) / keep + away) * self.fast_pull
        slow = self.slow_pull * (last.slow - first.slow) / poles.sol_gain[:, None] * poles.steps
        net = sum(year.energy[rows.NET] for year in kept)
        taken = sum(year.energy[rows.IN] for year in kept)
        return np.asarray((net - fast.sum(axis=0) - slow.sum(axis=0)) / taken)

    def _collect(
        self,
        cycle: Co2Cycle,
        kept: list[_Year],
        first: CycleState,
        last: CycleState,
        off: float,
        spun: int,
    ) -> Co2Years:
        bands, total = self.bands, self.total(cycle)
        out = np.concatenate([year.out for year in kept], axis=1)
        globe = np.concatenate([year.globe for year in kept], axis=1)
        frost = out[rows.OUT_FROST]
        south = bands.columns.lat < 0.0
        weight = np.stack([np.where(south, bands.area, 0.0), np.where(south, 0.0, bands.area)])
        caps = weight @ frost.T
        return Co2Years(
            bands=bands, year=self.year, years=len(kept),
            pressure=globe[0] * GRAVITY / float(bands.area.sum()),
            frost=frost, least_frost=out[rows.OUT_LEAST], ground=out[rows.OUT_T], air=globe[0],
            co2_in_air=globe[1], caps=caps,
            residual=(globe[1] + caps.sum(axis=0) - total) / total,
            energy_residual=self._energy(first, last, kept), growth=out[rows.OUT_GROWTH],
            relief=kept[-1].relief, closure=off, spin_up=spun, state=last,
        )  # fmt: skip
