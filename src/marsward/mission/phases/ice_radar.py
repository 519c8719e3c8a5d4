"""What the radar sounder sees along the orbit, and what is read from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import PhysicsError
from marsward.core.map_grid import MapGrid
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.radar_facets import cluttergram
from marsward.geometry.radar_track import radar_tracks
from marsward.geometry.terrain import Terrain
from marsward.mission.phases.ice_ground import IceGround
from marsward.mission.phases.phase import Given
from marsward.planet.radar_column import radar_columns, radar_ground
from marsward.retrieval.radar_picks import radar_picks

if TYPE_CHECKING:
    from marsward.mission.phases.ice import Box, Ice

_BEGIN, _END = 0.72, 0.95  # shares of the phase
_ABOVE, _BELOW = 8e-6, 24e-6  # s of delay about the ground that a radargram holds
_TERRACES = 303  # stream of the errors of independent depths
# Power that a prediction takes the ground to return, not knowing what the ground is: that of dry
# soil of permittivity 3.4, within the 3 to 4 of Campbell et al. 2013, doi:10.1002/jgre.20050.
_BELIEVED = 0.088
_DEEPEST = 22e-6  # s below the surface: 1.9 km of ice


@dataclass(frozen=True)
class Sounding:
    """One track over a region.

    radargram : observed echo power and predicted clutter (trace, delay) with the track
    truth : the ground below (trace)
    picks : what was read from it (pick)
    """

    region: str
    radargram: xr.Dataset
    truth: xr.Dataset
    picks: xr.Dataset


def soundings(phase: Ice, given: Given, found: IceGround) -> tuple[Sounding, ...]:
    """Fly the radar over the regions of the phase."""
    sounder = given.instrument(str(phase.radar))
    orbit = Trajectory.from_dataset(given["orbit"], ephemeris=default_ephemeris())
    terrain = Terrain.mars()
    tracks = []
    for k, box in enumerate(phase.regions):
        share = _BEGIN + (_END - _BEGIN) * k / (len(phase.regions))
        given.progress.update(share, f"radar over {box[0]}")
        track = _track(phase, orbit, terrain, box)
        if track is None:
            given.progress.note(f"the orbit never passes low over {box[0]}: not sounded")
            continue
        tracks.append(_sounded(phase, given, found, sounder, track, terrain, box[0]))
    return tuple(tracks)


def _track(phase: Ice, orbit: Trajectory, terrain: Terrain, box: Box) -> xr.Dataset | None:
    """The track that is longest for its height; None when the orbit never passes so low."""
    try:
        known = radar_tracks(
            orbit, terrain, altitude_limit=phase.altitude_limit, spacing=phase.spacing,
            region=box[1:],
        )  # fmt: skip
    except PhysicsError:
        return None
    return max(known, key=lambda track: track.sizes["trace"] / float(track["altitude"].mean()))


def _sounded(
    phase: Ice, given: Given, found: IceGround, sounder: Any, track: xr.Dataset,
    terrain: Terrain, region: str,
) -> Sounding:  # fmt: skip
    lon, lat = track["lon"].values, track["lat"].values
    truth = radar_ground(
        lon, lat, ice_depth=_ice_depth(found.truth, lon, lat), seed=int(given.mission.seed)
    )
    columns = radar_columns(lon, lat, truth=truth)
    step = sounder.sample_spacing
    clutter = cluttergram(
        track, terrain, **sounder.clutter_options(),
        window=(round(_ABOVE / step), round(_BELOW / step)),
        rms_slope=float(np.degrees(phase.rms_slope)), reflectivity=_BELIEVED,
        workers=given.workers,
    )  # fmt: skip
    brighter = xr.DataArray(columns.surface_reflectivity / _BELIEVED, dims="trace")
    true = clutter.assign(power=(clutter["power"] * brighter).astype(np.float32))
    seen = sounder.radargram(
        track, columns, clutter_power=true, seed=given.seed,
        looks=phase.looks, workers=given.workers,
    )  # fmt: skip
    known = _terraces(phase, truth, given.seed)
    picks = radar_picks(
        seen, track, centre_frequency=sounder.center_frequency, clutter=clutter["power"].values,
        expected=clutter["nadir_delay"].values, known_thickness=known,
        thickness_sigma=phase.terrace_sigma / np.sqrt(max(phase.terraces, 1)), deepest=_DEEPEST,
    )  # fmt: skip
    power = 10.0 * np.log10(np.maximum(clutter["power"].values, 1e-12))
    shown = seen.assign(
        clutter_power=seen["echo_power"].copy(data=power.astype(np.float32)),
        nadir_delay=clutter["nadir_delay"],
    )
    shown["clutter_power"].attrs["long_name"] = "predicted power of the surface and its clutter"
    return Sounding(region, shown, truth, picks)


def _ice_depth(truth: xr.Dataset, lon: NDArray, lat: NDArray) -> NDArray[np.float64]:
    """Of the cell of the map in which each place lies."""
    grid = MapGrid.of(truth)
    row, column = grid.row_col(lon, lat)
    i = np.clip(np.rint(row).astype(int), 0, grid.height - 1)
    j = np.rint(column).astype(int) % grid.width
    return np.asarray(truth["ice_depth"].values[i, j], dtype=float)


def _terraces(phase: Ice, truth: xr.Dataset, seed: int) -> NDArray[np.float64] | None:
    """Depths of the base of a layer [m] where a crater's terrace shows it, NaN elsewhere."""
    thick = (truth["cover_thickness"] + truth["sheet_thickness"]).values
    layered = np.flatnonzero(truth["ice_sheet"].values >= 0)
    if not phase.terraces or layered.size < phase.terraces:
        return None
    draw = np.random.default_rng([seed, _TERRACES])
    at = np.sort(draw.choice(layered, phase.terraces, replace=False))
    known = np.full(thick.size, np.nan)
    known[at] = np.maximum(thick[at] + phase.terrace_sigma * draw.standard_normal(at.size), 1.0)
    return known
