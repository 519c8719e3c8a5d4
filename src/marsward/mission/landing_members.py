"""Many landings about the nominal one: drawn, flown to the chute and from there to the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.landing_plan import LandingPlan, air_of
from marsward.physics.dust_scenario import scenario
from marsward.planet.atmosphere import Atmosphere, atmosphere
from marsward.planet.entry_profiles import EntryProfiles, entry_profiles, profile_draws
from marsward.vehicles.descent import descend
from marsward.vehicles.descent_scatter import DescentScatter
from marsward.vehicles.descents import Descents
from marsward.vehicles.entry import Entries, enter
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.landing_scatter import Dispersions, LandingScatter, draw_landings

__all__ = ["Landings", "fly_landings"]

Array = NDArray[np.float64]
_FAR = 150e3  # m from the target beyond which nobody follows a capsule to the ground
_LEAST_HEIGHT = 200.0  # m over the ground below which a chute cannot open
_REFERENCE_HEIGHT = 30e3  # m, where the weather of a column is told by one number
Changed = Callable[[LandingScatter, EntryProfiles], tuple[LandingScatter, EntryProfiles]]


@dataclass(frozen=True)
class Landings:
    """Landings of n members.

    entries : of all; descents : of those that came to a chute, `which` says which
    scatter : what was drawn, air: the columns' own draws
    verdict : (n,) the word of the entry where that ended it, else of the descent
    """

    plan: LandingPlan
    entries: Entries
    descents: Descents | None
    which: NDArray[np.intp]
    scatter: LandingScatter
    air: EntryProfiles
    verdict: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.entries)

    def of_descent(self, read: Callable[[Descents], Array]) -> Array:
        """(n,) numbers of the descents; NaN for members without one."""
        out = np.full(len(self), np.nan)
        if self.descents is not None:
            out[self.which] = read(self.descents)
        return out

    @property
    def landed(self) -> NDArray[np.bool_]:
        """Which came down on the ground softly."""
        return np.asarray(self.verdict == "landed")

    @property
    def down(self) -> NDArray[np.bool_]:
        """Which came to the ground in a known place, softly or not."""
        return np.isfinite(self.of_descent(lambda d: d.x))

    def causes(self) -> dict[str, Array]:
        """Standard numbers of every cause (n,)."""
        out = dict(self.scatter.told)
        for i, name in enumerate(("density_mean", "dust", "wind_east", "wind_north")):
            out[name] = self.air.draws[:, i]
        at = int(np.argmin(np.abs(self.air.height - _REFERENCE_HEIGHT)))
        held = self.air.weather[:, at]
        spread = float(held.std())
        out["weather_30km"] = (held - held.mean()) / spread if spread > 0.0 else 0.0 * held
        return out


def fly_landings(
    plan: LandingPlan,
    covariance: Array,
    knowledge: Array,
    *,
    members: int,
    seed: int,
    dispersions: Dispersions | None = None,
    air: Atmosphere | None = None,
    less_dust: Atmosphere | None = None,
    terrain: Callable[[float], LocalTerrain] | None = None,
    patch_cell: float | None = None,
    workers: int = 1,
    say: Callable[[float, str], None] = lambda share, text: None,
    changed: Changed | None = None,
) -> Landings:
    """Draw landings about a plan and fly them.

    Parameters
    ----------
    plan : nominal landing with its guidance
    covariance, knowledge : (6, 6) of the entry, as `draw_landings` takes them
    members, seed : of the draws
    dispersions : of everything else
    air : flown through in place of the plan's, whose guidance stays
    less_dust : air with less dust, for how density goes with dust; clear air is made where it is
        left out and the dispersions have dust vary
    terrain : gives the ground for a side [m] as wide as the landings scatter; the plan's if None
    patch_cell : cell of the ground that members stand on [m]
    workers : threads; results do not depend on them
    say : told of the progress
    changed : puts other causes in the place of those that were drawn
    """
    off = Dispersions() if dispersions is None else dispersions
    sky = plan.air if air is None else air
    scatter = draw_landings(
        plan.state, plan.epoch, covariance, knowledge, members=members, seed=seed, dispersions=off,
        map_error=plan.lander.stage.map_error, duration=float(plan.entries.duration[0]),
    )  # fmt: skip
    say(0.05, "air of the members")
    profiles = _profiles(plan, sky, less_dust, off, members, seed, workers)
    if changed is not None:
        scatter, profiles = changed(scatter, profiles)
    columns = air_of(profiles)
    say(0.25, "entries of the members")
    entries = enter(
        scatter.state, plan.lander.capsule, columns, guidance=plan.guidance, ground=plan.ground,
        scatter=scatter.entry, workers=workers,
    )  # fmt: skip
    far = np.hypot(*plan.terrain.xy(entries.final.lon, entries.final.lat))
    open_ = entries.arrived & (far < _FAR)
    high = entries.height - plan.ground > _LEAST_HEIGHT
    which = np.flatnonzero(open_ & high)
    verdict = np.where(open_ & high, "", entries.verdict.astype("<U32"))
    verdict = np.where(open_ & ~high, "ground before chute opened", verdict)
    verdict = np.where(entries.arrived & (far >= _FAR), "off the terrain", verdict)
    descents = None
    if which.size:
        say(0.6, "descents of the members")
        land = plan.terrain if terrain is None else terrain(_side(far[which], plan))
        descents = descend(
            entries.final[which], capsule=plan.lander.capsule, parachute=plan.lander.parachute,
            stage=plan.lander.stage, air=_some_air(columns, which), terrain=land,
            scatter=_some_lots(scatter.descent, which), patch_cell=patch_cell, seed=seed,
            workers=workers,
        )  # fmt: skip
        verdict = verdict.astype("<U32")
        verdict[which] = descents.verdict
    return Landings(plan, entries, descents, which, scatter, profiles, verdict)


def _profiles(
    plan: LandingPlan, sky: Atmosphere, less: Atmosphere | None, off: Dispersions, members: int,
    seed: int, workers: int,
) -> EntryProfiles:  # fmt: skip
    column = {"bottom": float(plan.column.height[0]), "top": float(plan.column.height[-1])}
    lower, share = None, 1.0
    if off.dust > 0.0:
        ls = np.array([float(plan.epoch.ls)])
        lat = np.array([plan.target[1]])
        clear = scenario("clear")
        whole = float(sky.dust.opacity(ls, lat)[0])
        left = float((clear if less is None else less.dust).opacity(ls, lat)[0])
        if whole > 0.0 and left < 0.95 * whole:
            thin = atmosphere(dust=clear) if less is None else less
            lower = entry_profiles(thin, plan.epoch, plan.track, **column)
            share = 1.0 - left / whole
    return profile_draws(
        sky, plan.epoch, plan.track, members, seed=seed, mean_sigma=off.density,
        dust_sigma=off.dust, less_dust=lower, dust_share=share, wind_sigma=off.wind,
        scale=off.weather, workers=workers, **column,
    )  # fmt: skip


def _side(far: Array, plan: LandingPlan) -> float:
    """Side [m] of the ground that holds the landings, and a margin for the way under the chute."""
    return float(max(24e3, 2.0 * (far.max() + 8e3), 1.01 * plan.terrain.extent[1] * 2.0))


def _some_air(columns: EntryAir, which: NDArray[np.intp]) -> EntryAir:
    """The columns of some members."""
    assert columns.eastward_wind is not None
    assert columns.northward_wind is not None
    if columns.count == 1:
        return columns
    held = (columns.log_density, columns.temperature, columns.eastward_wind, columns.northward_wind)
    return EntryAir(columns.height, *(each[which] for each in held))


def _some_lots(lots: DescentScatter, which: NDArray[np.intp]) -> DescentScatter:
    return replace(lots, **{each.name: getattr(lots, each.name)[which] for each in fields(lots)})
