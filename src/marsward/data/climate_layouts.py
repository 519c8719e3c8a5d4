"""How models and reanalyses of Mars name their variables, axes and units in netCDF files.

Names and layouts as public documentation and converters give them: the FV3 model of NASA Ames and
its analysis pipeline (github.com/nasa/AmesGCM, NASA-Planetary-Science/AmesCAP), OpenMARS (Holmes et
al. 2020, doi:10.1016/j.pss.2020.104962), EMARS (Greybush et al. 2019, doi:10.1002/gdj3.77), and the
Mars PCM with the Mars Climate Database (Forget et al. 1999, doi:10.1029/1999JE001025).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown

__all__ = ["LAYOUTS", "Layout", "layout_of"]


@dataclass(frozen=True)
class Layout:
    """Names of one family of files.

    axes : our dimension to names in files, "lev" those of layers, "edge" those of layer edges
    variables : our variable to names in files
    units : our variable to the unit to take where a file states none
    season, year : names of Ls and of the Mars year; a season that runs on past 360 counts years
    hybrid : pairs of names of a [Pa] and b of the hybrid coordinate p = a + b p_s, at edges or
        at layers
    sigma : `lev` is pressure over surface pressure
    sols, hour : names of the run's count of sols, whose fraction is the time of day at the prime
        meridian, or of that hour itself
    """

    name: str
    title: str
    marks: tuple[str, ...]
    axes: Mapping[str, tuple[str, ...]]
    variables: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str] = field(default_factory=dict)
    season: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    hybrid: tuple[tuple[str, str], ...] = ()
    sigma: bool = False
    sols: tuple[str, ...] = ()
    hour: tuple[str, ...] = ()

    def name_in(self, source: Any, which: str) -> str | None:
        """The name under which a file holds one of our variables, or None."""
        held = set(source.variables)
        return next((n for n in self.variables.get(which, ()) if n in held), None)

    def axis_in(self, source: Any, which: str) -> str | None:
        """The name of the file's dimension for one of ours, or None."""
        return next((n for n in self.axes.get(which, ()) if n in source.dims), None)


_AMES = Layout(
    "ames", "NASA Ames Mars model (FV3 or legacy, as the Community Analysis Pipeline writes it)",
    marks=("areo|pk|bk|zsurf", "ucomp|vcomp|temp|ps|zsurf|tau|taudust_VIS|taudust_IR"),
    axes={"time": ("time",), "lev": ("pfull", "pstd", "zstd", "zagl"), "edge": ("phalf",),
          "lat": ("lat", "grid_yt"), "lon": ("lon", "grid_xt")},
    variables={
        "temperature": ("temp",), "eastward_wind": ("ucomp",), "northward_wind": ("vcomp",),
        "surface_pressure": ("ps",), "surface_temperature": ("ts",),
        "dust_opacity": ("taudust_VIS", "tau"), "dust_top": ("zmax",), "pressure": ("pfull3D",),
        "elevation": ("zsurf",), "albedo": ("alb",), "thermal_inertia": ("thin",),
    },
    units={"dust_opacity": "1", "albedo": "1", "thermal_inertia": "mks"},
    season=("areo",), hybrid=(("pk", "bk"),), sols=("time",),
)  # fmt: skip
_OPENMARS = Layout(
    "openmars", "OpenMARS reanalysis",
    marks=("MY", "Ls", "lev", "tsurf|dustcol|temp"),
    axes={"time": ("time",), "lev": ("lev",), "lat": ("lat",), "lon": ("lon",)},
    variables={
        "temperature": ("temp",), "eastward_wind": ("u",), "northward_wind": ("v",),
        "surface_pressure": ("ps",), "surface_temperature": ("tsurf",),
        "dust_opacity": ("dustcol",),
    },
    units={"temperature": "K", "eastward_wind": "m/s", "northward_wind": "m/s",
           "surface_pressure": "Pa", "surface_temperature": "K", "dust_opacity": "1"},
    season=("Ls",), year=("MY",), sigma=True, sols=("time",),
)  # fmt: skip
_EMARS = Layout(
    "emars", "EMARS reanalysis",
    marks=("MY", "Ls", "ak", "bk", "T|U|V|ps"),
    axes={"time": ("time",), "lev": ("pfull",), "edge": ("phalf",), "lat": ("lat",),
          "lon": ("lon",)},
    variables={
        "temperature": ("T", "t"), "eastward_wind": ("U", "u"), "northward_wind": ("V", "v"),
        "surface_pressure": ("ps",), "surface_temperature": ("ts", "Ts", "tsurf"),
        "dust_opacity": ("taudust", "dustcol"), "geopotential": ("Surface_geopotential",),
    },
    units={"dust_opacity": "1"},
    season=("Ls",), year=("MY",), hybrid=(("ak", "bk"),), hour=("mars_hour",),
)  # fmt: skip
_PCM = Layout(
    "mcd", "Mars PCM or Mars Climate Database",
    marks=("latitude", "longitude", "altitude|temp|ps", "ap|aps|pressure|ps"),
    axes={"time": ("Time", "time"), "lev": ("altitude",), "edge": ("interlayer",),
          "lat": ("latitude",), "lon": ("longitude",)},
    variables={
        "temperature": ("temp", "temperature"), "eastward_wind": ("u",), "northward_wind": ("v",),
        "surface_pressure": ("ps",), "surface_temperature": ("tsurf",),
        "dust_opacity": ("tau", "dod", "tauref"), "pressure": ("pressure",),
        "geopotential": ("phisinit",),
    },
    units={"temperature": "K", "eastward_wind": "m/s", "northward_wind": "m/s",
           "surface_pressure": "Pa", "surface_temperature": "K", "dust_opacity": "1",
           "pressure": "Pa"},
    season=("Ls", "ls"), year=("MY",), hybrid=(("ap", "bp"), ("aps", "bps")),
    sols=("Time", "time"),
)  # fmt: skip

LAYOUTS = MappingProxyType({each.name: each for each in (_EMARS, _OPENMARS, _PCM, _AMES)})
"""Layouts by name, in the order in which they are tried."""


def layout_of(source: Any, path: Any, kind: str | None = None) -> Layout:
    """The layout of a file, by name or by the variables that it holds.

    Raises InputError for an unknown name, DataError for a file that is none of them.
    """
    if kind is not None:
        if kind not in LAYOUTS:
            raise InputError(unknown("kind of climate file", kind, LAYOUTS))
        return LAYOUTS[kind]
    held = set(source.variables) | set(source.dims)
    for each in LAYOUTS.values():
        if all(held & set(mark.split("|")) for mark in each.marks):
            return each
    shown = ", ".join(sorted(str(name) for name in held)[:12])
    raise DataError(
        f"{path} is no climate file that is known here ({', '.join(LAYOUTS)}); it holds {shown}"
    )
