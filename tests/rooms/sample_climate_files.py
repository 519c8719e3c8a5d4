"""Small files in the layouts of models and reanalyses, all made from one set of formulas.

Real files cannot be had offline; names, axes, units and the order of axes are those that the
models' converters document. Temperature, winds and surface pressure are functions of pressure,
latitude and longitude, so that whatever order and grid a file has, what is read must obey them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

LAT = np.linspace(-87.5, 87.5, 8)
LON = np.linspace(0.0, 315.0, 8)
STEPS = 3
PK = np.array([0.0, 1.0, 2.0, 1.5, 0.5, 0.0])
BK = np.array([0.0, 0.01, 0.1, 0.4, 0.8, 1.0])
SIGMA = np.array([0.9995, 0.9, 0.5, 0.1, 0.001])


def surface_pressure(lat, lon) -> np.ndarray:
    """(lat, lon) [Pa]."""
    return 600.0 + lat[:, None] + 20.0 * np.cos(np.radians(lon))[None, :]


def temperature(p, lat, lon) -> np.ndarray:
    """(…, lev, lat, lon) [K]."""
    wave = 2.0 * np.cos(np.radians(lon))[None, :]
    return 180.0 + 5.0 * np.log(p) + 0.1 * lat[:, None] + wave


def layer_means(edges: np.ndarray) -> np.ndarray:
    """Pressure of layers between edges along the first axis."""
    low, high = edges[:-1], edges[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (high - low) / np.log(high / low)
    return np.where(low > 0.0, middle, 0.5 * high)


def in_time(values: np.ndarray) -> np.ndarray:
    return np.broadcast_to(values, (STEPS, *values.shape)).astype(np.float32)


def _fields(p, lat, lon, names, dims) -> dict:
    t, u, v, ps = names
    shape = p.shape
    return {
        t: (dims, in_time(temperature(p, lat, lon)), {"units": "K"}),
        u: (dims, in_time(np.broadcast_to(0.5 * lat[:, None], shape)), {"units": "m/s"}),
        v: (dims, in_time(np.broadcast_to(3.0 * np.cos(np.radians(lon)), shape)),
            {"units": "m/s"}),
        ps: ((dims[0], *dims[2:]), in_time(surface_pressure(lat, lon)), {"units": "Pa"}),
    }  # fmt: skip


def ames(path: Path, *, hybrid: bool = True, zero: bool = False, levels: str = "pfull") -> Path:
    """FV3 of NASA Ames: top first, areo that runs on over the years, axis of one scalar."""
    edges = PK[:, None, None] + BK[:, None, None] * surface_pressure(LAT, LON)
    pstd = np.array([5.0, 50.0, 200.0, 450.0])
    p = layer_means(edges) if levels == "pfull" else np.broadcast_to(
        pstd[:, None, None], (4, LAT.size, LON.size)
    )  # fmt: skip
    dims = ("time", levels, "lat", "lon")
    data = _fields(p, LAT, LON, ("temp", "ucomp", "vcomp", "ps"), dims)
    data["ucomp"][2]["units"] = data["vcomp"][2]["units"] = "m/sec"
    data["areo"] = (("time", "scalar_axis"), np.array([[1075.0], [1079.0], [1083.0]]))
    data["taudust_VIS"] = (("time", "lat", "lon"), np.full((STEPS, LAT.size, LON.size), 0.3))
    coords = {"time": ("time", [668.0, 675.0, 682.0], {"units": "days"}),
              "lat": ("lat", LAT), "lon": ("lon", LON),
              "scalar_axis": ("scalar_axis", [0.0])}  # fmt: skip
    if levels == "pstd":
        coords["pstd"] = ("pstd", pstd, {"units": "Pa"})
    if hybrid:
        scale = 0.0 if zero else 1.0
        data["pk"] = ("phalf", scale * PK, {"units": "Pa"})
        data["bk"] = ("phalf", scale * BK)
    xr.Dataset(data, coords=coords).to_netcdf(path)
    return path


def ames_fixed(path: Path) -> Path:
    """The fixed fields that go with a file that has no pk and bk of its own."""
    height = np.zeros((LAT.size, LON.size)) + 100.0 * LAT[:, None]
    xr.Dataset(
        {"zsurf": (("lat", "lon"), height, {"units": "m"}),
         "pk": ("phalf", PK, {"units": "Pa"}), "bk": ("phalf", BK)},
        coords={"lat": ("lat", LAT), "lon": ("lon", LON)},
    ).to_netcdf(path)  # fmt: skip
    return path


def openmars(path: Path) -> Path:
    """OpenMARS: ground first, latitude from the north, longitude from -180, no units at all."""
    lat, lon = LAT[::-1], np.linspace(-180.0, 135.0, 8)
    p = SIGMA[:, None, None] * surface_pressure(lat, lon)
    dims = ("time", "lev", "lat", "lon")
    data = _fields(p, lat, lon, ("temp", "u", "v", "ps"), dims)
    data = {name: (each[0], each[1]) for name, each in data.items()}
    data["tsurf"] = (("time", "lat", "lon"), np.full((STEPS, lat.size, lon.size), 210.0))
    data["dustcol"] = (("time", "lat", "lon"), np.full((STEPS, lat.size, lon.size), 0.4))
    data["Ls"] = ("time", [359.0, 359.8, 0.6])
    data["MY"] = ("time", [28.0, 28.0, 29.0])
    coords = {"time": ("time", [1.0, 2.0, 3.0]), "lev": ("lev", SIGMA), "lat": ("lat", lat),
              "lon": ("lon", lon)}  # fmt: skip
    xr.Dataset(data, coords=coords).to_netcdf(path)
    return path


def emars(path: Path) -> Path:
    """EMARS: top first, winds on staggered rows and columns, ak and bk."""
    edges = PK[:, None, None] + BK[:, None, None] * surface_pressure(LAT, LON)
    p = layer_means(edges)
    dims = ("time", "pfull", "lat", "lon")
    data = _fields(p, LAT, LON, ("T", "U", "V", "ps"), dims)
    data["ps"] = (data["ps"][0], data["ps"][1] / 100.0, {"units": "mb"})
    latu, lonv = LAT[:-1] + 12.5, LON - 22.5
    up = np.broadcast_to(0.5 * latu[:, None], (5, latu.size, LON.size))
    across = np.broadcast_to(3.0 * np.cos(np.radians(lonv)), (5, LAT.size, lonv.size))
    data["U"] = (("time", "pfull", "latu", "lon"), in_time(up), {"units": "m/s"})
    data["V"] = (("time", "pfull", "lat", "lonv"), in_time(across), {"units": "m/s"})
    data["ak"] = ("phalf", PK, {"units": "pascal"})
    data["bk"] = ("phalf", BK, {"units": "none"})
    data["Ls"] = ("time", [240.0, 240.6, 241.2], {"units": "deg"})
    data["MY"] = ("time", [28.0, 28.0, 28.0])
    data["Surface_geopotential"] = (("lat", "lon"), np.full((LAT.size, LON.size), 3720.0))
    coords = {"lat": ("lat", LAT), "lon": ("lon", LON), "latu": ("latu", latu),
              "lonv": ("lonv", lonv), "time": ("time", [0.0, 1.0, 2.0])}  # fmt: skip
    xr.Dataset(data, coords=coords).to_netcdf(path)
    return path


def pcm(path: Path) -> Path:
    """Mars PCM: ground first, aps and bps of layers, latitude from the north, 180 W twice."""
    lat, lon = LAT[::-1], np.linspace(-180.0, 180.0, 9)
    aps, bps = np.array([0.0, 1.0, 0.5]), np.array([0.99, 0.4, 0.01])
    p = aps[:, None, None] + bps[:, None, None] * surface_pressure(lat, lon)
    dims = ("Time", "altitude", "latitude", "longitude")
    data = _fields(p, lat, lon, ("temp", "u", "v", "ps"), dims)
    for name in ("u", "v"):
        data[name][2]["units"] = "m.s-1"
    data["aps"] = ("altitude", aps, {"units": "Pa"})
    data["bps"] = ("altitude", bps)
    data["Ls"] = ("Time", [264.5, 265.1, 265.7], {"units": "deg"})
    coords = {"Time": ("Time", [488.2, 489.2, 490.2]), "altitude": ("altitude", [0.0, 5.0, 40.0]),
              "latitude": ("latitude", lat), "longitude": ("longitude", lon)}  # fmt: skip
    xr.Dataset(data, coords=coords).to_netcdf(path)
    return path


MCD_TEXT = """\
##########################################################################################
### MCD_v6.1 with climatology average solar scenario.
### Ls 142.7deg. Latitude 19.13N. Longitude -33.22E. Local time 3.0h
### --------------------------------------------------------------------------------------
### Column 1 is altitude above surface (m)
### Column 2 is Temperature (K)
### --------------------------------------------------------------------------------------
    5.00000e+00    1.9850e+02
    1.00000e+03    2.0000e+02
    2.00000e+04    1.7000e+02
##########################################################################################
### MCD_v6.1 with climatology average solar scenario.
### Ls 142.7deg. Latitude 19.13N. Longitude -33.22E. Local time 3.0h
### --------------------------------------------------------------------------------------
### Column 1 is altitude above surface (m)
### Column 2 is Pressure (Pa)
### --------------------------------------------------------------------------------------
    5.00000e+00    7.0000e+02
    1.00000e+03    6.3000e+02
    2.00000e+04    1.0000e+02
"""
