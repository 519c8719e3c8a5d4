"""What the ice phase writes down: products, maps for other programs, key numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.fields import field
from marsward.core.map_grid import MapGrid
from marsward.data.geotiff import write_cog
from marsward.mission.phases.ice_ground import IceGround
from marsward.mission.phases.ice_numbers import ground_numbers, layer_line, radar_numbers
from marsward.mission.phases.phase import Given, Outcome, Quantity

if TYPE_CHECKING:
    from marsward.mission.phases.ice import Ice
    from marsward.mission.phases.ice_radar import Sounding

CITATIONS = [
    "Schorghofer & Aharonson 2005 (ice table), doi:10.1029/2004JE002350",
    "Mellon, Feldman & Prettyman 2004 (ground ice), doi:10.1016/j.icarus.2003.10.022",
    "Kieffer et al. 1977 (sunlight and sky), doi:10.1029/JS082i028p04249",
    "Christensen et al. 2001 (TES), doi:10.1029/2000JE001370",
    "Smith et al. 2001 (MOLA), doi:10.1029/2000JE001364",
]
RADAR_CITATIONS = [
    "Fan et al. 2021 (MOSIR), doi:10.1007/s11214-020-00786-4",
    "Choudhary, Holt & Kempf 2016 (clutter by facets), doi:10.1109/LGRS.2016.2581799",
    "Stuurman et al. 2016 (Utopia), doi:10.1002/2016GL070138",
    "Bramson et al. 2015 (Arcadia), doi:10.1002/2015GL064844",
    "Grima et al. 2009 (north polar deposits), doi:10.1029/2008GL036326",
]
SHARES = ("inertia", "albedo", "humidity")


def record(phase: Ice, given: Given, found: IceGround, sounded: tuple[Sounding, ...]) -> Outcome:
    """Compare with the truth and write everything down."""
    known = ice_map(found)
    numbers = ground_numbers(found, known) | radar_numbers(sounded)
    _maps(given, found, known)
    return Outcome(
        products={
            "ground": found.truth.assign_attrs(planet="truth"),
            "ice_map": known,
            "places": found.places,
            "radargram": _joined([each.radargram for each in sounded], "trace", sounded),
            "radar_truth": _joined([each.truth for each in sounded], "trace", sounded),
            "reflectors": _picks(sounded),
        },
        summary=numbers,
        sentence=_sentence(phase, numbers, sounded),
        assumptions=_assumptions(phase, found, sounded),
        citations=CITATIONS + (RADAR_CITATIONS if sounded else []),
        substitutes=_substitutes(phase, found),
    )


def ice_map(found: IceGround) -> xr.Dataset:
    """What is known of the ice on the grid: depth, band, chance, and whence the error."""
    belief, band = found.belief, found.band
    shape, dims = belief["ice_depth"].shape, ("y", "x")

    def plane(name: str, values: NDArray) -> xr.DataArray:
        return field(name, np.asarray(values, dtype=np.float32).reshape(shape), dims)

    kept = ["ice_depth", "ice_mass", "thermal_inertia", "bolometric_albedo", "surface_pressure"]
    kept += ["water_vapour_pressure", "surface_temperature_mean", "frost_days"]
    out = belief[kept].assign(
        ice_depth_low=plane("ice_depth_low", band.low),
        ice_depth_high=plane("ice_depth_high", band.high),
        ice_probability=plane("ice_probability", band.probability),
    )
    out["ice_depth_log_sigma"] = xr.DataArray(
        band.sigma.astype(np.float32).reshape(shape), dims=dims,
        attrs={"units": "1", "long_name": "error of the logarithm of the depth of ice (1 sigma)"},
    )  # fmt: skip
    out["variance_share"] = xr.DataArray(
        band.shares.astype(np.float32).reshape(3, *shape), dims=("cause", *dims),
        attrs={"units": "1", "long_name": "share of the variance of ln depth"},
    )  # fmt: skip
    return out.assign_coords(cause=list(SHARES)).assign_attrs(belief.attrs)


def _joined(parts: list[xr.Dataset], dim: str, sounded: tuple[Sounding, ...]) -> xr.Dataset:
    """Tracks one after another, with the number of the track; empty without any."""
    if not parts:
        return xr.Dataset(attrs={"regions": "", "note": "no radar sounder was flown"})
    numbered = [
        part.drop_vars("trace", errors="ignore").assign_coords(
            track=(dim, np.full(part.sizes[dim], k, dtype=np.int16))
        )
        for k, part in enumerate(parts)
    ]
    whole = xr.concat(numbered, dim, data_vars="minimal", coords="minimal",
                      compat="override", combine_attrs="drop_conflicts")  # fmt: skip
    names = " | ".join(each.region for each in sounded)
    orbits = " ".join(str(each.radargram.attrs.get("orbit", "")) for each in sounded)
    return whole.assign_attrs(regions=names, orbits=orbits)


def _picks(sounded: tuple[Sounding, ...]) -> xr.Dataset:
    """Picks of all tracks along `pick`, the picked surface along `surface_trace`."""
    if not sounded:
        return _joined([], "pick", sounded)
    parts = {"pick": [], "surface_trace": []}  # type: dict[str, list[xr.Dataset]]
    for each in sounded:
        for dim, found in parts.items():
            names = [n for n in each.picks.data_vars if each.picks[n].dims == (dim,)]
            found.append(each.picks[names])
    picks = [part.rename(trace="trace_of_track") for part in parts["pick"]]
    surface = _joined(parts["surface_trace"], "surface_trace", sounded)
    return _joined(picks, "pick", sounded).assign(
        {f"{name}": surface[name] for name in surface.data_vars}
        | {"surface_track": surface["track"].drop_vars("track")}
    )


def _maps(given: Given, found: IceGround, known: xr.Dataset) -> None:
    """Maps for other programs."""
    grid = MapGrid.of(known)
    for name, made, told in (
        ("ice_depth_truth", found.truth["ice_depth"], "depth of ice as it is [m]"),
        ("ice_depth", known["ice_depth"], "depth of ice as believed [m]"),
        ("ice_probability", known["ice_probability"], "probability that ice lasts"),
        ("surface_temperature", found.truth["surface_temperature_mean"], "annual mean [K]"),
    ):
        values = np.asarray(made.values, dtype=np.float32)
        write_cog(
            given.folder / f"{name}.tif", np.where(np.isfinite(values), values, np.nan)[None],
            grid, names=[name], nodata=math.nan, description=told,
            tags={"MISSION": given.mission.name},
        )  # fmt: skip


def _sentence(phase: Ice, numbers: dict[str, Quantity], sounded: tuple[Sounding, ...]) -> str:
    north, south = (numbers[f"ice_edge_{side}"].value for side in ("north", "south"))
    depth = numbers["ice_median_depth"].value
    text = (
        f"ice lasts in the ground poleward of {north:.0f}° N and {abs(south):.0f}° S, "
        f"{100 * depth:.0f} cm deep in the median; its depth is known "
        f"to a factor of {math.exp(numbers['ice_log_sigma'].value):.2f}"
    )
    if not math.isfinite(depth):
        text = "ice lasts nowhere in the ground"
    if not phase.radar:
        return text
    if not sounded:
        return f"{text}; radar passes over no region"
    found = [each.region for each in sounded if layer_line(each.picks) is not None]
    return text + (
        f"; radar finds layers at {', '.join(found)}" if found else "; radar finds no layer"
    )


def _assumptions(phase: Ice, found: IceGround, sounded: tuple[Sounding, ...]) -> list[str]:
    out = [
        "The true ground differs from the shipped maps of thermal inertia, albedo and humidity by "
        f"smooth seeded fields as large as the errors of those maps (times {phase.error_scale:g}).",
        f"Thermal inertia: {found.believed.sources.get('thermal_inertia', 'given')}.",
        f"Water of the air: {found.believed.sources.get('water_vapour_pressure', 'given')}, "
        f"times {phase.humidity:g}.",
        f"Cells are flat and of one soil; ice fills pores of {100 * phase.porosity:.0f} %; it is "
        "in balance with today's air, with no memory of other obliquities.",
        "The band of the depth is of first order in the errors of inertia, albedo and humidity.",
    ]
    if sounded:
        out += [
            "Ice sheets that the radar meets are those published, with a seeded thickness between "
            "the published bounds.",
            "The radar's maker knows the terrain of MOLA at 4 px/deg and its roughness of "
            f"{math.degrees(phase.rms_slope):g}° exactly, but not what the ground reflects; relief "
            "finer than that makes no clutter.",
            f"Depths at {phase.terraces} terraces a track are known to {phase.terrace_sigma:g} m.",
        ]
    return out


def _substitutes(phase: Ice, found: IceGround) -> list[str]:
    if phase.inertia_map:
        return [f"Thermal inertia is that of {phase.inertia_map}."]
    sigma = float(np.median(found.believed.inertia_sigma))
    return [
        "Thermal inertia is a statistical estimate from albedo, height and latitude, not a "
        f"measured map: its error is {100 * (math.exp(sigma) - 1):.0f} % (1 sigma). "
        "`marsward list data` names measured maps; set ice.inertia_map to use one."
    ]
