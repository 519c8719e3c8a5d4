"""A thermal phase made by hand, for the tests of the views: true, believed and found inertia."""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from marsward.core.map_grid import MapGrid

GRID = MapGrid.equirectangular(0.1)
EDGE = 50.0
WIDTH = 0.05
BEFORE = 0.2
SUMMARY = {
    "cells": (360, ""), "cells_solved": (324, ""), "looks": (1000, ""),
    "inertia_scatter": (5.0, "%"), "prior_scatter": (20.0, "%"), "inertia_chi2": (1.0, ""),
}  # fmt: skip


def thermal_map(seed=11):
    """Cells within 50 degrees; every tenth column has no answer; errors as they are stated."""
    draw = np.random.default_rng(seed)
    lat = np.asarray(GRID.lon_lat(np.arange(GRID.height), np.zeros(GRID.height))[1])
    true = 200.0 * np.exp(0.5 * draw.standard_normal(GRID.shape))
    true[np.abs(lat) > EDGE] = np.nan
    found = true * np.exp(WIDTH * draw.standard_normal(GRID.shape))
    found[:, ::10] = np.nan
    layers = {
        "true_inertia": true, "thermal_inertia": found, "thermal_inertia_sigma": WIDTH * found,
        "prior_inertia": true * np.exp(BEFORE * draw.standard_normal(GRID.shape)),
        "observations": np.where(np.isfinite(true), 4.0, np.nan),
    }  # fmt: skip
    planes = {name: (("y", "x"), values) for name, values in layers.items()}
    return xr.Dataset(planes, coords=GRID.coords()).assign_attrs(GRID.attrs)


def thermal_looks(seed=12):
    """Looks at 2 h and 14 h; the last of each place repeats another one, the first was not used."""
    draw = np.random.default_rng(seed)
    lat = np.linspace(-45.0, 45.0, 120)
    shape = (lat.size, 8)
    night = np.arange(8) % 2 == 0
    hour = np.where(night, 2.0, 14.0) + 0.3 * draw.random(shape)
    true = np.where(night, 180.0, 260.0) - 0.3 * np.abs(lat)[:, None]
    sigma = np.where(night, 2.0, 0.5) * np.ones(shape)
    seen = true + sigma * draw.standard_normal(shape)
    seen[:, 0] = np.nan
    number = np.arange(lat.size * 8).reshape(shape)
    number[:, -1] = -1
    layers = {
        "ls": np.full(shape, 36.0), "ltst": hour, "true_temperature": true * np.ones(shape),
        "surface_temperature": seen, "temperature_sigma": sigma, "look_number": number,
    }  # fmt: skip
    made = xr.Dataset({name: (("place", "look"), values) for name, values in layers.items()})
    return made.assign(lat=("place", lat))


def write_thermal_run(folder: Path) -> Path:
    """A run of this phase alone."""
    home = folder / "01-thermal"
    home.mkdir(parents=True)
    told = {"name": "thermal", "kind": "thermal", "sentence": "inertia of 324 cells"}
    (home / "phase.json").write_text(json.dumps(told))
    entries = {
        key: {"value": value, "unit": unit, "sigma": None, "source": "made by hand"}
        for key, (value, unit) in SUMMARY.items()
    }
    (home / "summary.json").write_text(json.dumps(entries))
    thermal_map().to_netcdf(home / "thermal_map.nc")
    thermal_looks().to_netcdf(home / "thermal_looks.nc")
    (folder / "mission.toml").write_text('name = "heat"\ntitle = "The heat"\n')
    return folder
