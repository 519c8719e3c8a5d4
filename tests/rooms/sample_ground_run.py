"""Ice, soil and radargram phases made by hand, for the tests of the views: small, right in shape.

Ice is deep at its edge and shallow at the poles; one radar track lies over a layer, one over none;
two minerals share the ground, a third is nowhere.
"""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.map_grid import MapGrid

GRID = MapGrid.equirectangular(0.1)
MINERALS = ["dust", "olivine_fo51", "gypsum"]
REGIONS = ("Utopia", "Arcadia")
LAYER, COVER, EPSILON = 200.0, 10.0, 3.0
TRACES = 60


def plane(values):
    """A map on the grid of the sample."""
    return ("y", "x"), np.broadcast_to(np.asarray(values, dtype=float), GRID.shape).copy()


def on_grid(layers):
    """A dataset on the grid of the sample."""
    return xr.Dataset(layers, coords=GRID.coords()).assign_attrs(GRID.attrs)


def latitudes():
    """Of the rows of the grid [deg], a column."""
    rows = np.arange(GRID.height)
    return np.asarray(GRID.lon_lat(rows, np.zeros(rows.size))[1])[:, None]


def depth(factor=1.0):
    """Depth of ice [m] poleward of 50 degrees, none elsewhere."""
    away = np.abs(latitudes())
    return np.where(away > 50.0, factor * 0.5 * np.exp(-(away - 50.0) / 12.0), np.inf)


def ground():
    """Truth: ice and the year."""
    sol = np.arange(0.5, 669.0, 10.0)
    season = sol * 360.0 / 669.0
    wave = np.cos(np.radians(season - 90.0))
    mean = 210.0 - 0.5 * np.abs(latitudes()) + 0.5 * latitudes() * wave
    frost = np.clip(5.0 * (160.0 - mean), 0.0, None)
    tables = {
        "zonal_sol_temperature_mean": mean, "zonal_sol_temperature_high": mean + 40.0,
        "zonal_sol_temperature_low": mean - 30.0, "zonal_frost_mass": frost,
    }  # fmt: skip
    made = on_grid({"ice_depth": plane(depth())})
    for name, table in tables.items():
        made[name] = (("y", "sol"), table)
    return made.assign_coords(sol=sol, sol_ls=("sol", season))


def ice_map():
    """Knowledge: a tenth too deep, with a sigma of 0.2."""
    believed = depth(1.1)
    share = np.stack([np.full(GRID.shape, part) for part in (0.7, 0.1, 0.2)])
    made = on_grid({
        "ice_depth": plane(believed), "ice_depth_low": plane(believed / 1.22),
        "ice_depth_high": plane(believed * 1.22), "ice_depth_log_sigma": plane(0.2),
        "ice_probability": plane(np.clip((np.abs(latitudes()) - 45.0) / 10.0, 0.0, 1.0)),
    })  # fmt: skip
    made["variance_share"] = (("cause", "y", "x"), share)
    return made.assign_coords(cause=["inertia", "albedo", "humidity"])


def places():
    """Two places, one with ice."""
    hour, down = np.arange(0.0, 24.0, 0.5), np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
    season = np.array([0.0, 90.0, 180.0, 270.0])
    day = 200.0 + 40.0 * np.cos(np.radians(15.0 * (hour - 13.0)))
    sol = day + np.array([0.0, 10.0, 0.0, -20.0])[:, None] + np.array([0.0, -20.0])[:, None, None]
    fade = np.exp(-down / 0.2)
    single = {
        "thermal_inertia": [240.0, 270.0], "bolometric_albedo": [0.22, 0.2],
        "frost_days": [0.0, 350.0], "ice_depth": [np.inf, 0.08],
    }  # fmt: skip
    made = xr.Dataset({name: ("place", np.array(values)) for name, values in single.items()})
    made["surface_temperature"] = (("place", "ls", "hour"), sol)
    for name, reach in (("", 0.0), ("_low", -40.0), ("_high", 50.0)):
        made[f"ground_temperature{name}"] = (
            ("place", "depth"), np.tile(200.0 + reach * fade, (2, 1)),
        )  # fmt: skip
    return made.assign_coords(
        ls=season, hour=hour, depth=down, lon=("place", [109.9, 234.2]),
        lat=("place", [25.1, 68.2]), name=("place", ["Zhurong", "Phoenix"]),
    )  # fmt: skip


def below():
    """True delay [s] of the layer's base under the surface."""
    return 2.0 * (LAYER + COVER) * np.sqrt(EPSILON) / float(SPEED_OF_LIGHT)


def track_places():
    """Longitude, latitude and number of the traces of both tracks."""
    lat = np.tile(np.linspace(40.0, 45.0, TRACES), 2)
    lon = np.repeat([95.0, 199.0], TRACES)
    return lon, lat, np.repeat([0, 1], TRACES).astype(np.int16)


def radargram(seed=3):
    """Two tracks: echo of the surface, of the layer in the first track, and noise."""
    lon, lat, number = track_places()
    delay = np.arange(-80, 320) * 2.5e-8
    draw = np.random.default_rng(seed)
    power = 1e-7 * draw.exponential(size=(2 * TRACES, delay.size))
    clutter = np.where(delay >= 0.0, 1e-4 * np.exp(-delay / 1e-6), 1e-12)
    power += clutter
    power[:, np.argmin(np.abs(delay))] += 0.1
    power[:TRACES, np.argmin(np.abs(delay - below()))] += 3e-3
    along = np.tile(np.linspace(0.0, 3e5, TRACES), 2)
    shape = ("trace", "delay")
    return xr.Dataset(
        {
            "echo_power": (shape, (10.0 * np.log10(power)).astype(np.float32)),
            "clutter_power": (
                shape, np.tile(10.0 * np.log10(clutter), (2 * TRACES, 1)).astype(np.float32),
            ),
            "noise_level": ("trace", np.full(2 * TRACES, -70.0)),
            "nadir_delay": ("trace", np.zeros(2 * TRACES)),
            "along_track": ("trace", along),
        },
        coords={"delay": delay, "lon": ("trace", lon), "lat": ("trace", lat),
                "track": ("trace", number)},
        attrs={"regions": " | ".join(REGIONS), "orbits": "285 284"},
    )  # fmt: skip


def radar_truth():
    """A layer under the first track, none under the second."""
    lon, lat, number = track_places()
    there = number == 0
    columns = {
        "ice_sheet": np.where(there, 0, -1), "cover_thickness": np.where(there, COVER, 0.0),
        "sheet_thickness": np.where(there, LAYER, 0.0),
        "permittivity": np.full(there.size, EPSILON), "loss_tangent": np.full(there.size, 0.002),
        "soil_permittivity": np.full(there.size, EPSILON),
    }  # fmt: skip
    return xr.Dataset(
        {name: ("trace", values) for name, values in columns.items()},
        coords={"lon": ("trace", lon), "lat": ("trace", lat), "track": ("trace", number)},
    )


def reflectors():
    """Traces 10 to 49 of the layer, read as ice, and five picks of clutter on the second track."""
    lon, lat, number = track_places()
    rows = np.concatenate([np.arange(10, 50), TRACES + np.arange(5)])
    layer = number[rows] == 0
    nothing = np.full(rows.size, np.nan)
    columns = {
        "delay": np.where(layer, below(), 2e-6), "delay_below": np.where(layer, below(), 2e-6),
        "depth": np.where(layer, LAYER + COVER + 2.0, np.nan),
        "depth_sigma": np.where(layer, 4.0, np.nan),
        "permittivity": np.where(layer, 2.95, np.nan),
        "permittivity_sigma": np.where(layer, 0.1, np.nan),
        "loss_tangent": np.where(layer, 0.003, nothing),
        "loss_tangent_sigma": np.where(layer, 0.001, nothing),
        "over_clutter": np.where(layer, 20.0, 0.5), "line": np.zeros(rows.size, dtype=int),
        "reflector_class": np.where(layer, 1, 3).astype(np.int8),
        "method": np.where(layer, 1, 0).astype(np.int8),
    }  # fmt: skip
    return xr.Dataset(
        {name: ("pick", values) for name, values in columns.items()},
        coords={"lon": ("pick", lon[rows]), "lat": ("pick", lat[rows]),
                "track": ("pick", number[rows])},
    )  # fmt: skip


def soil(seed=5):
    """Truth, shares, spectra and parameters of 40 places; a bare line of channels is masked."""
    draw = np.random.default_rng(seed)
    count, lam = 40, np.linspace(0.4e-6, 3.4e-6, 200)
    lat, lon = draw.uniform(-60.0, 60.0, count), draw.uniform(0.0, 360.0, count)
    dust = np.linspace(0.1, 0.9, count)
    true = np.stack([dust, 1.0 - dust, np.zeros(count)], axis=1)
    sigma = np.full(true.shape, 0.01)
    found = true + sigma * draw.standard_normal(true.shape)
    where = {"lon": ("place", lon), "lat": ("place", lat)}
    fractions = xr.Dataset(
        {
            "mineral_fraction": (("place", "mineral"), found),
            "mineral_fraction_sigma": (("place", "mineral"), sigma),
            "true_fraction": (("place", "mineral"), true), **where,
        },
        coords={"mineral": MINERALS},
    )  # fmt: skip
    bright = 0.2 + 0.05 * np.tanh((lam[None, :] - 0.6e-6) / 1e-7) * dust[:, None]
    seen = bright + 0.002 * draw.standard_normal(bright.shape)
    seen[:, 150:156] = np.nan
    names = ("place", "wavelength")
    spectra = xr.Dataset(
        {
            "reflectance": (names, seen),
            "reflectance_sigma": (names, np.where(np.isnan(seen), np.nan, 0.002)),
            "radiance_factor": (names, 0.6 * bright), "fitted_reflectance": (names, bright),
            "true_reflectance": (names, bright), "shown": ("example", np.array([3, 20, 39])),
            **where,
        },
        coords={"wavelength": lam, "example": ["Meridiani", "Nili Fossae", "Arabia"]},
    )  # fmt: skip
    best = draw.uniform(-0.02, 0.2, (count, 2))
    parameters = xr.Dataset(
        {
            "summary_parameter": (("place", "parameter"), best + 0.01),
            "summary_parameter_sigma": (("place", "parameter"), np.full(best.shape, 0.01)),
            "true_parameter": (("place", "parameter"), best), **where,
        },
        coords={"parameter": ["BD530_2", "OLINDEX3"],
                "about": ("parameter", ["fine-grained hematite", "olivine"])},
    )  # fmt: skip
    cube = np.zeros((*GRID.shape, 3))
    cube[..., 0] = 0.5 + 0.4 * np.cos(np.radians(latitudes()))
    cube[..., 1] = 1.0 - cube[..., 0]
    truth = on_grid({"mineral_fraction": (("y", "x", "mineral"), cube)})
    return {
        "soil_truth": truth.assign_coords(mineral=MINERALS), "soil_spectra": spectra,
        "soil_fractions": fractions, "soil_parameters": parameters,
    }  # fmt: skip


def real_radargram(seed=7):
    """A surface with noise below, and a smooth prediction of it."""
    draw = np.random.default_rng(seed)
    down = np.arange(-30, 150) * 3.75e-8
    model = np.where(down[None, :] >= 0.0, 20.0 * np.exp(-down / 5e-7), 0.0) + np.zeros((80, 1))
    line = 2.2e-5 + 1e-6 * np.sin(np.linspace(0.0, 3.0, 80))
    return xr.Dataset(
        {
            "observed": (("trace", "below"), model + draw.standard_normal(model.shape)),
            "predicted": (("trace", "below"), model),
            "observed_surface": ("trace", line + 5e-8), "predicted_surface": ("trace", line),
        },
        coords={"below": down, "lon": ("trace", np.linspace(10.0, 9.0, 80)),
                "lat": ("trace", np.linspace(64.0, 60.0, 80))},
    )  # fmt: skip


def _phase(home, kind, products, summary, sentence):
    home.mkdir(parents=True)
    told = {"name": kind, "kind": kind, "sentence": sentence, "seconds": 1.0}
    (home / "phase.json").write_text(json.dumps(told))
    entries = {
        key: {"value": value, "unit": unit, "sigma": None, "source": "made by hand"}
        for key, (value, unit) in summary.items()
    }
    (home / "summary.json").write_text(json.dumps(entries))
    for name, made in products.items():
        made.to_netcdf(home / f"{name}.nc")


def write_ground_run(folder: Path) -> Path:
    """A run of these three phases alone."""
    _phase(
        folder / "01-ice", "ice",
        {"ground": ground(), "ice_map": ice_map(), "places": places(), "radargram": radargram(),
         "radar_truth": radar_truth(), "reflectors": reflectors()},
        {
            "ice_edge_north": (51.2, "deg"), "ice_edge_south": (-48.7, "deg"),
            "ice_area": (23.1, "%"), "ice_median_depth": (0.12, "m"), "ice_log_sigma": (0.2, ""),
            "ice_depth_rms": (0.1, ""), "ice_mass_top_metre": (10.0, "1e15 kg"),
            "frost_days_viking_2": (34.0, "sol"), "ice_depth_zhurong": ("none", ""),
            "radar_utopia_traces": (60, ""), "radar_utopia_class": ("ice", ""),
            "radar_utopia_permittivity": (2.95, ""), "radar_arcadia_class": ("none found", ""),
        },
        "ice lasts in the ground poleward of 51° N and 49° S",
    )  # fmt: skip
    _phase(
        folder / "02-soil", "soil", soil(),
        {"spectra": (40, ""), "channels": (200, ""), "fraction_rms": (0.01, ""),
         "found_share": (99.0, "%"), "rms_dust": (0.01, "")},
        "40 spectra of 200 channels",
    )  # fmt: skip
    _phase(
        folder / "03-radargram", "radargram", {"real_radargram": real_radargram()},
        {"line_correlation": (0.99, ""), "line_rms": (2.0, ""), "image_correlation": (0.9, ""),
         "clutter_correlation": (0.5, ""), "rms_slope": (0.4, "deg")},
        "S_1: the surface runs as predicted",
    )  # fmt: skip
    (folder / "mission.toml").write_text('name = "ground"\ntitle = "The ground"\n')
    return folder
