"""What the map phase writes down: products, files for other programs, key numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.data.geojson import write_geojson
from marsward.data.geotiff import write_cog
from marsward.geometry.coverage import covered_share, median_best_gsd
from marsward.geometry.footprints import footprint_properties, footprints
from marsward.mission.phases.map_closure import Closure, compare
from marsward.mission.phases.map_imaging import Photographed
from marsward.mission.phases.map_sample import Sample
from marsward.mission.phases.phase import Given, Outcome, Quantity

if TYPE_CHECKING:
    from marsward.instruments.camera import Camera
    from marsward.mission.phases.map import Map

CITATIONS = [
    "Christensen et al. 2001 (TES albedo), doi:10.1029/2000JE001370",
    "Smith et al. 2001 (MOLA), doi:10.1029/2000JE001364; Wieczorek 2015 (spherical harmonics), "
    "doi:10.5281/zenodo.3870922",
    "C. Li, R. Zhang et al., A 76-m per pixel global color image dataset and map of Mars by "
    "Tianwen-1, Science Bulletin 2024",
    "Hapke 2012, Theory of Reflectance and Emittance Spectroscopy, doi:10.1017/CBO9781139025683",
    "Wolff et al. 2009 (dust), doi:10.1029/2009JE003350",
    "Mustard & Bell 1994 (colours of bright and dark regions), doi:10.1029/94GL00198",
]


@dataclass(frozen=True)
class Seen:
    """Coverage by the campaign: of the planet and about both poles."""

    planet: xr.Dataset
    north: xr.Dataset
    south: xr.Dataset


def record(
    phase: Map, given: Given, camera: Camera, frames: xr.Dataset, seen: Seen,
    result: Photographed, shown: Sample,
) -> Outcome:  # fmt: skip
    """Compare with the truth and write everything down."""
    closure = compare(result)
    mosaic = result.mosaic.dataset()
    numbers = _numbers(phase, frames, seen.planet, result, closure)
    _files(phase, given, camera, frames, mosaic)
    return Outcome(
        products={
            "frames": frames,
            "coverage": seen.planet,
            "coverage_north": seen.north,
            "coverage_south": seen.south,
            "mosaic": mosaic,
            "map_truth": closure.truth,
            "sample_frame": shown.frame,
            "sample_map": shown.chart,
        },
        summary=numbers,
        sentence=_sentence(frames, result, closure, numbers),
        assumptions=_assumptions(phase, camera, result, frames),
        citations=CITATIONS,
        substitutes=_substitutes(phase),
    )


def _sentence(frames, result: Photographed, closure: Closure, numbers) -> str:
    return (
        f"{frames.sizes['frame']} frames on {numbers['orbits'].value} orbits; the map of "
        f"{result.mosaic.grid.ppd:g} px/deg is {100 * closure.filled:.2f} % filled, its albedo "
        f"right to {100 * max(closure.rms):.2g} % and its places to {closure.geolocation:.0f} m"
    )


def _numbers(
    phase: Map, frames: xr.Dataset, coverage: xr.Dataset, result: Photographed, closure: Closure
) -> dict[str, Quantity]:
    plan, seen = "the planned frames", f"coverage within {_deg(phase.incidence_limit)} of the Sun"
    map_ = "the map against the truth it was made of, weighted by area"
    grid, small = result.mosaic.grid, result.camera
    out = {
        "orbits": Quantity(int(frames.attrs["orbits"]), "", None, plan),
        "frames": Quantity(int(frames.sizes["frame"]), "", None, plan),
        "frames_dark": Quantity(int(frames.attrs["frames_dark"]), "", None, plan),
        "frames_beyond_recorder": Quantity(
            int(frames.attrs["frames_beyond_recorder"]), "", None, plan
        ),
        "first_frame": Quantity(_utc(frames, 0), "UTC", None, plan),
        "last_frame": Quantity(_utc(frames, -1), "UTC", None, plan),
        "finest_gsd": Quantity(float(frames["gsd"].min()), "m", None, plan),
        "coarsest_gsd": Quantity(float(frames["gsd"].max()), "m", None, plan),
        "covered": Quantity(100.0 * covered_share(coverage), "%", None, seen),
        "median_best_gsd": Quantity(median_best_gsd(coverage), "m", None, seen),
        "data_volume": Quantity(float(frames["bits"].sum()) / 8e9, "GB", None, plan),
        "largest_backlog": Quantity(
            float(np.nan_to_num(frames["backlog"]).max()) / 8e9, "GB", None, plan
        ),
        "frame_columns": Quantity(small.width, "px", None, "simulated frames"),
        "frame_rows": Quantity(small.height, "px", None, "simulated frames"),
        "map_columns": Quantity(grid.width, "px", None, grid.label),
        "map_rows": Quantity(grid.height, "px", None, grid.label),
        "filled": Quantity(100.0 * closure.filled, "%", None, map_),
    }
    for k, band in enumerate(result.mosaic.bands):
        out[f"albedo_rms_{band}"] = Quantity(100.0 * closure.rms[k], "%", None, map_)
        out[f"albedo_bias_{band}"] = Quantity(100.0 * closure.bias[k], "%", None, map_)
        out[f"albedo_chi_{band}"] = Quantity(closure.chi[k], "", None, map_)
    out["geolocation_rms"] = Quantity(
        closure.geolocation, "m", None, "nine pixels of every frame, believed against true"
    )
    out["resolution"] = Quantity(
        closure.resolution / 1e3, "km", None,
        "shortest wavelength along meridians with coherence above 0.5; the true albedo itself has "
        "nothing below about 60 km",
    )  # fmt: skip
    return out


def _deg(angle: float) -> str:
    return f"{math.degrees(angle):g}°"


def _utc(frames: xr.Dataset, number: int) -> str:
    return Epoch.et(float(frames["et"].values[number])).isot(digits=0)


def _files(phase: Map, given: Given, camera, frames: xr.Dataset, mosaic: xr.Dataset) -> None:
    tags = {"MISSION": given.mission.name, "INSTRUMENT": phase.camera}
    write_cog(
        given.folder / "mosaic.tif", mosaic["albedo"].values, MapGrid.of(mosaic),
        names=[str(b) for b in mosaic["band"].values], nodata=math.nan,
        description="albedo at incidence 30, emission 0, phase 30 deg", tags=tags,
    )  # fmt: skip
    outlines = footprints(frames, camera)
    write_geojson(given.folder / "footprints.geojson", outlines, footprint_properties(frames))


def _assumptions(phase: Map, camera, result: Photographed, frames: xr.Dataset) -> list[str]:
    small = result.camera
    out = [
        f"Frames are simulated with {small.width} × {small.height} pixels in place of "
        f"{camera.width} × {camera.height}: same field, larger pixels. Coverage, ground size and "
        "data volume are those of the full camera.",
        f"Frames stand at even steps of time on the lit part of {frames.attrs['orbits']} arcs "
        f"below {phase.altitude_limit / 1e3:g} km; which orbits and moments the mission chose is "
        "not published.",
        f"The surface has {_shape(phase)} and the albedo of TES at 1 px/deg, with two colours "
        "mixed by albedo; detail finer than that is not in the truth.",
        "The sample frame, and only that, is of a surface drawn finer between the same data, with "
        "smooth slopes in place of facets.",
        "The map's maker knows shape, camera and law of reflection; believed dust is "
        f"{phase.dust_error:+g} off the true depth of {phase.dust_depth:g}.",
        f"Believed attitudes are off by {_deg(phase.attitude_sigma)} from frame to frame and "
        f"{_deg(phase.attitude_drift)} for an orbit, believed places by "
        f"{phase.position_sigma:g} m (1 sigma, each axis).",
        "Dust scatters once; light between ground and dust and back is left out.",
    ]
    if phase.assumed_law != phase.law:
        out.append(
            f"The surface reflects by the {phase.law} law, the map's maker believes in the "
            f"{phase.assumed_law} law."
        )
    return out


def _shape(phase: Map) -> str:
    if not phase.relief:
        return "no relief, only the ellipsoid,"
    return f"the heights of {phase.terrain}" if phase.terrain else "the shape of MOLA at 4 px/deg"


def _substitutes(phase: Map) -> list[str]:
    said = [
        "TES has no albedo poleward of about 87 degrees; the mean of its last row stands there."
    ]
    if phase.terrain and phase.relief:
        said.append(f"Heights are those of {phase.terrain}, not the shipped shape.")
    return said
