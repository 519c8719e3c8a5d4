"""Fit the surrogate of thermal inertia that marsward ships.

    python tools/make_inertia_surrogate.py --from FILE [--check TABLE]

FILE is Legacy.fixed.nc of NASA AmesCAP (MIT), a map of thermal inertia in cells of 5 by 6 degrees.
Writes src/marsward/data/assets/inertia_surrogate.toml; the same file gives the same bytes.
TABLE is a text of longitude, latitude, albedo and thermal inertia with which the surrogate is
compared; nothing of it goes into the asset.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
from pathlib import Path

import numpy as np

from marsward.data.surface_maps import elevation, tes_albedo
from marsward.data.thermal_inertia_map import LAT_LIMIT, surrogate_inertia, term_names, terms

ASSET = (
    Path(__file__).resolve().parents[1]
    / "src"
    / "marsward"
    / "data"
    / "assets"
    / "inertia_surrogate.toml"
)
CELL = (5.0, 6.0)
FINE = 4
RIDGE = 3e-5
BLOCK = 30.0
SIGMA_LAT = np.array([-70.0, -60.0, -45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0, 60.0, 70.0])
SIGMA_REACH = 7.5
# Maps of thermal inertia by TES differ among themselves by about as much near the poles; assumed.
POLAR_LAT, POLAR_SIGMA = 77.0, 0.5
RECORD = """\
# Surrogate of the thermal inertia of Mars: ln inertia [J m-2 K-1 s-1/2] as a sum of the terms of
# data/thermal_inertia_map.py.
[inertia_surrogate]
source = "AmesCAP (NASA Ames Research Center), Legacy.fixed.nc, thermal inertia of the legacy \
Mars global climate model, Haberle et al. 2019, doi:10.1016/j.icarus.2019.03.026, after TES, \
5 by 6 degrees; albedo and shape as marsward ships them"
licence = "MIT (AmesCAP)"
made_by = "tools/make_inertia_surrogate.py"
how = "ridge regression weighted by area over cells to {limit:.0f} degrees of latitude; the error \
is that of predictions for blocks of {block:.0f} by {block:.0f} degrees that were left out; \
{polar_sigma} poleward of {polar:.0f} degrees is assumed, where published maps differ \
by about as much"
file_sha256 = "{digest}"
cells = {cells}
spread_ln = {spread:.4f}      # of the map itself
residual_ln = {inside:.4f}    # of the fit
sigma_ln_mean = {mean:.4f}    # of blocks left out, the planet to {limit:.0f} degrees
correlation_deg = {correlation:.2f}
sigma_lat = [{sigma_lat}]
sigma_ln = [{sigma}]

[inertia_surrogate.coefficients]
{coefficients}
"""


def cell_means(values: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Means of a map with FINE cells per degree over the cells of the source."""
    rows, columns = values.shape
    half = np.array(CELL) / 2.0
    out = np.empty((lat.size, lon.size))
    for i, phi in enumerate(lat):
        top, low = np.round((90.0 - np.array([phi + half[0], phi - half[0]])) * FINE).astype(int)
        for j, lam in enumerate(lon):
            west = round((lam - half[1]) * FINE)
            across = np.arange(west, west + round(CELL[1] * FINE)) % columns
            out[i, j] = values[max(top, 0) : min(low, rows)][:, across].mean()
    return out


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coefficients of a ridge regression; the constant is left free."""
    root = np.sqrt(weight)[:, None]
    ridge = RIDGE * weight.size * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    a = x * root
    return np.linalg.solve(a.T @ a + ridge, a.T @ (y * root[:, 0]))


def left_out(x, y, weight, lat, lon) -> np.ndarray:
    """Errors of predictions for blocks that the fit has not seen."""
    block = np.floor((lat + 90.0) / BLOCK) * 1000.0 + np.floor(lon / BLOCK)
    out = np.empty_like(y)
    for number in np.unique(block):
        inside = block == number
        out[inside] = y[inside] - x[inside] @ fit(x[~inside], y[~inside], weight[~inside])
    return out


def correlation_length(error, weight, lat, lon) -> float:
    """Separation [deg] at which the correlation of errors has fallen to 1/e."""
    phi, lam = np.radians(lat), np.radians(lon)
    u = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    gap = np.degrees(np.arccos(np.clip(u @ u.T, -1.0, 1.0)))
    error = error - np.average(error, weights=weight)
    both = np.outer(weight, weight)
    value = np.outer(error, error) / np.average(error**2, weights=weight)
    edges = np.array([4.0, 5.5, 7.0, 9.0, 11.0, 13.0])
    where = [(gap >= a) & (gap < b) for a, b in itertools.pairwise(edges)]
    at = [0.0, *(float(np.average(gap[w], weights=both[w])) for w in where)]
    rho = [1.0, *(float(np.average(value[w], weights=both[w])) for w in where)]
    return float(np.interp(-np.exp(-1.0), -np.array(rho), np.array(at)))


def rms(error: np.ndarray, weight: np.ndarray) -> float:
    return float(np.sqrt(np.average(error**2, weights=weight)))


def record(path: Path) -> str:
    """The text of the asset."""
    import xarray as xr

    with xr.open_dataset(path) as source:
        lat, lon = source["lat"].values.astype(float), source["lon"].values.astype(float) % 360.0
        inertia = source["thin"].values.astype(float)
    albedo = cell_means(tes_albedo(FINE), lat, lon).ravel()
    height = cell_means(elevation(FINE), lat, lon).ravel()
    phi, lam = (each.ravel() for each in np.meshgrid(lat, lon, indexing="ij"))
    use = np.abs(phi) <= LAT_LIMIT
    phi, lam, y = phi[use], lam[use], np.log(inertia.ravel()[use])
    x = terms(phi, lam, albedo[use], height[use])
    weight = np.cos(np.radians(phi))
    best = fit(x, y, weight)
    error = left_out(x, y, weight, phi, lam)
    near = [np.abs(phi - each) <= SIGMA_REACH for each in SIGMA_LAT]
    sigma = [POLAR_SIGMA, *(rms(error[each], weight[each]) for each in near), POLAR_SIGMA]
    knots = [-POLAR_LAT, *SIGMA_LAT, POLAR_LAT]
    middle = np.abs(phi) <= 60.0
    return RECORD.format(
        limit=LAT_LIMIT,
        block=BLOCK,
        polar=POLAR_LAT,
        polar_sigma=POLAR_SIGMA,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        cells=y.size,
        spread=rms(y - np.average(y, weights=weight), weight),
        inside=rms(y - x @ best, weight),
        mean=rms(error, weight),
        correlation=correlation_length(error[middle], weight[middle], phi[middle], lam[middle]),
        sigma_lat=", ".join(f"{each:.0f}.0" for each in knots),
        sigma=", ".join(f"{each:.3f}" for each in sigma),
        coefficients="\n".join(
            f"{name} = {value:.6e}" for name, value in zip(term_names(), best, strict=True)
        ),
    )


def compare(path: Path) -> str:
    """One line: how the shipped surrogate agrees with a table of places."""
    table = np.loadtxt(path)
    table = table[table[:, 3] > 0.0]
    lon, lat, inertia = table[:, 0] % 360.0, table[:, 1], table[:, 3]
    row = np.clip(((90.0 - lat) * FINE).astype(int), 0, 180 * FINE - 1)
    column = (lon * FINE).astype(int) % (360 * FINE)
    albedo, height = tes_albedo(FINE)[row, column], elevation(FINE)[row, column]
    found = np.log(surrogate_inertia(lat, lon, albedo, height))
    known, weight = np.log(inertia), np.cos(np.radians(lat))
    error = found - known
    return (
        f"{path.name}: {lat.size} places, r {np.corrcoef(found, known)[0, 1]:.3f}, rms of ln "
        f"inertia {rms(error, weight):.3f}, bias {np.average(error, weights=weight):+.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, required=True)
    parser.add_argument("--check", type=Path)
    given = parser.parse_args()
    text = record(given.source)
    ASSET.write_text(text, encoding="utf-8")
    print("\n".join(line for line in text.splitlines() if "_ln" in line or "correlation" in line))
    if given.check:
        print(compare(given.check))


if __name__ == "__main__":
    main()
