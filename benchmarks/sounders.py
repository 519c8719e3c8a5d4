"""Sounders of the air: how honest, how right and how fast, beside scipy's least squares.

    python benchmarks/sounders.py [--columns 200] [--limbs 40] [--peers 10] [--lines]

Columns drawn from the prior, each ten with a calibration error of their own, are seen by sounders
and retrieved; chi-squared of their errors against the stated posterior is told. Then columns like
those of Mars (a lapse, an inversion at night, a wave) with the same prior, which they are not drawn
from. `scipy.optimize.least_squares` solves some of the same spectra with the same law, prior and
noise; answers are compared before anything is timed. With --lines the law is held against one that
takes every line. Times are CPU seconds of this process, one thread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import xarray as xr  # noqa: E402
from scipy.optimize import least_squares  # noqa: E402

from marsward.instruments.limb_sounder import LimbSounder  # noqa: E402
from marsward.instruments.thermal_sounder import ThermalSounder  # noqa: E402
from marsward.physics.air import gravity, hydrostatic_heights, layer_pressure  # noqa: E402
from marsward.physics.air_layers import layer_edges  # noqa: E402
from marsward.physics.co2_lines import co2_lines  # noqa: E402
from marsward.physics.correlated_k import per_mass  # noqa: E402
from marsward.physics.dust_profile import dust_depth  # noqa: E402
from marsward.physics.line_by_line import cross_section  # noqa: E402
from marsward.physics.sounder_channels import SounderChannels  # noqa: E402
from marsward.physics.sounder_radiance import (  # noqa: E402
    SounderColumns,
    nadir_radiance,
    planck_radiance,
)
from marsward.retrieval.profile_prior import (  # noqa: E402
    ProfilePrior,
    level_weights,
    profile_prior,
)
from marsward.retrieval.temperature_profile import limb_temperature, nadir_temperature  # noqa: E402

SPREAD = (10, 4)  # columns that share a calibration, looking down and at the limb
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    args = _arguments()
    prior = profile_prior()
    nadir = [ThermalSounder(preset=name) for name in ("tes", "pfs", "iris")]
    limb = LimbSounder(preset="mcs")
    print("drawn from the prior")
    for sounder in nadir:
        report(sounder, drawn(prior, args.columns), prior, nadir_temperature)
    report(limb, drawn(prior, args.limbs), prior, limb_temperature)
    print("like Mars, same prior")
    for sounder in nadir:
        report(sounder, mars_like(prior, args.columns), prior, nadir_temperature)
    report(limb, mars_like(prior, args.limbs), prior, limb_temperature)
    race(nadir[0], drawn(prior, args.peers), prior)
    if args.lines:
        against_lines()


def drawn(prior: ProfilePrior, n: int) -> Columns:
    """Temperatures at levels, edges, those of layers, of the ground, and dust."""
    rng = np.random.default_rng(1)
    root = np.linalg.cholesky(prior.covariance)
    levels = prior.temperature + rng.standard_normal((n, prior.pressure.size)) @ root.T
    ground = np.clip(215.0 + prior.surface_sigma * rng.standard_normal(n), 120.0, 320.0)
    return columns_of(prior, np.clip(levels, 90.0, 320.0), ground, rng)


def mars_like(prior: ProfilePrior, n: int) -> Columns:
    """Columns with a lapse, a top, an inversion or a warm floor, and a wave."""
    rng = np.random.default_rng(2)
    height = 10.8e3 * np.log(610.0 / prior.pressure)
    floor, lapse, top = (
        rng.uniform(190.0, 235.0, n),
        rng.uniform(0.8, 2.5, n),
        rng.uniform(130, 165, n),
    )
    level = np.maximum(floor[:, None] - lapse[:, None] * 1e-3 * height, top[:, None])
    night = rng.uniform(-25.0, 15.0, n)[:, None] * np.exp(-np.maximum(height, 0.0) / 2e3)
    swing = rng.uniform(0.0, 8.0, n)[:, None] * (1.0 - np.exp(-np.maximum(height, 0.0) / 3e4))
    wave = np.sin(
        2.0 * np.pi * height / rng.uniform(2e4, 4e4, n)[:, None] + rng.uniform(0, 6, n)[:, None]
    )
    ground = floor + 1.3 * night[:, 0]
    return columns_of(prior, level + night + swing * wave, ground, rng)


def columns_of(
    prior: ProfilePrior, levels: np.ndarray, ground: np.ndarray, rng: np.random.Generator
) -> Columns:
    n = ground.size
    edges = layer_edges(rng.uniform(450.0, 800.0, n), 36, prior.pressure[-1] * 0.5, lowest=300.0)
    air = np.einsum("nlm,nm->nl", level_weights(prior.pressure, layer_pressure(edges)), levels)
    tau = 0.3 * np.exp(prior.dust_sigma * rng.standard_normal(n))
    return levels, edges, air, ground, dust_depth(edges, tau, prior.dust_top)


def report(
    sounder: Any, columns: Columns, prior: ProfilePrior, retrieve: Callable[..., xr.Dataset]
) -> None:
    levels, edges, air, ground, dust = columns
    share = SPREAD[0] if retrieve is nadir_temperature else SPREAD[1]
    begin = time.process_time()
    parts = [
        sounder.observe(
            edges[k : k + share], air[k : k + share], ground[k : k + share],
            dust_depth=dust[k : k + share], seed=k, campaign=k,
        )
        for k in range(0, len(air), share)
    ]  # fmt: skip
    seen = xr.concat(parts, "profile", combine_attrs="override")
    forward = time.process_time() - begin
    more = {"layers": 36}
    retrieve(seen.isel(profile=[0]), sounder, prior=prior, **more)
    begin = time.process_time()
    found = retrieve(seen, sounder, prior=prior, **more)
    spent = time.process_time() - begin
    off = found["temperature"].values - levels
    whole = [
        row @ np.linalg.solve(spread, row) / row.size
        for row, spread in (
            (o[np.isfinite(o)], s[np.ix_(np.isfinite(o), np.isfinite(o))])
            for o, s in zip(off, found["covariance"].values, strict=True)
        )
    ]
    print(
        f"  {sounder.name}: {len(air)} columns, seen in {forward:.2f} s, retrieved in {spent:.2f} s"
        f" ({100 * found['converged'].values.mean():.0f} % ended); chi2 by level "
        f"{np.nanmean((off / found['sigma'].values) ** 2):.2f}, of whole profiles "
        f"{np.mean(whole):.2f} (median {np.median(whole):.2f}), of the fit "
        f"{found['chi2'].values.mean():.2f}; {found['dof'].values.mean():.1f} degrees of freedom"
    )
    rows = []
    for low, high in (
        (0.0, 10.0),
        (10.0, 20.0),
        (20.0, 30.0),
        (30.0, 40.0),
        (40.0, 60.0),
        (60.0, 80.0),
    ):
        height = 10.8 * np.log(610.0 / found["pressure"].values)
        at = (height >= low) & (height < high)
        rms, said = (np.sqrt(np.nanmean(v[:, at] ** 2)) for v in (off, found["sigma"].values))
        noise = np.sqrt(np.nanmean(found["noise_sigma"].values[:, at] ** 2))
        rows.append(f"{low:.0f}-{high:.0f} km {rms:.1f} K ({said:.1f} said, {noise:.1f} of noise)")
    print("    " + "; ".join(rows))


def race(sounder: ThermalSounder, columns: Columns, prior: ProfilePrior) -> None:
    """The same spectra by scipy's least squares with whitened residuals."""
    from marsward.retrieval import temperature_profile as own

    _, edges, air, ground, dust = columns
    seen = sounder.observe(edges, air, ground, dust_depth=dust, seed=9)
    begin = time.process_time()
    found = nadir_temperature(seen, sounder, prior=prior)
    ours = time.process_time() - begin
    pressure = seen["surface_pressure"].values
    law = own.NadirLaw(prior, sounder.channels, pressure, np.ones(pressure.size), 1.0, 36, None, 1)
    light = seen["channel_radiance"].values
    m, begin, worst = prior.pressure.size, time.process_time(), 0.0
    mean, spread = own._with_others(
        prior, len(air), (prior.surface_temperature, prior.surface_sigma)
    )
    for row in range(len(air)):
        noise = np.diag(sounder.noise**2 + (own.NADIR_ERROR * light[row]) ** 2)
        white = np.linalg.inv(np.linalg.cholesky(1e12 * (noise + sounder.offset_error**2)))
        root = np.linalg.inv(np.linalg.cholesky(spread[row]))
        rows = np.array([row])

        def residual(x: np.ndarray, rows=rows, white=white, root=root, row=row) -> np.ndarray:
            fit = law(x[None], rows)[0][0]
            return np.concatenate([white @ (fit - 1e6 * light[row]), root @ (x - mean[row])])

        def slopes(x: np.ndarray, rows=rows, white=white, root=root) -> np.ndarray:
            return np.concatenate([white @ law(x[None], rows)[1][0], root])

        first = mean[row].copy()
        first[m] = own._window_brightness(sounder.channels, light[row : row + 1], mean[:1, m])[0]
        answer = least_squares(residual, first, slopes, method="trf", xtol=1e-8).x[:m]
        told = np.isfinite(found["temperature"].values[row])
        off = (answer - found["temperature"].values[row])[told] / found["sigma"].values[row][told]
        worst = max(worst, float(np.abs(off).max()))
    theirs = time.process_time() - begin
    print(
        f"scipy least_squares on {len(air)} {sounder.name} spectra: largest difference "
        f"{worst:.3f} sigma; {theirs:.2f} s against {ours:.2f} s, {theirs / ours:.1f} times"
    )


def against_lines() -> None:
    """Radiance looking down in boxes of 2 and 10 cm-1, from the table and from every line."""
    lines = co2_lines(weakest=1e-27)
    edges = layer_edges([610.0], 36, 0.02, lowest=300.0)
    pressure = layer_pressure(edges)[0]
    height = 10.8e3 * np.log(610.0 / pressure)
    air = np.maximum(220.0 - 2e-3 * height, 140.0) + 8.0 * np.sin(height / 9e3)
    _, middle = hydrostatic_heights(edges, air[None])
    mass = -np.diff(edges)[0] / gravity(middle)[0]
    wave = 100.0 * (561.0 + 2.0 * np.arange(100))
    light = np.repeat(planck_radiance(wave, 235.0), 8000)
    for j in range(air.size):
        _, k = cross_section(lines, float(pressure[j]), float(air[j]), start=560.0 + 1.25e-4,
                             stop=760.0 - 1.25e-4, step=2.5e-4)  # fmt: skip
        level = np.repeat(planck_radiance(wave, float(air[j])), 8000)
        light = level + (light - level) * np.exp(-per_mass(k) * mass[j])
    true = light.reshape(100, 8000).mean(axis=1)
    boxes = SounderChannels(tuple(wave), (200.0,) * 100, "box")
    seen = nadir_radiance(SounderColumns(edges, air[None], 235.0), boxes).radiance[0]
    slope = planck_radiance(wave, 200.5) - planck_radiance(wave, 199.5)
    fine, wide = (seen - true) / slope, ((seen - true) / slope).reshape(20, 5).mean(axis=1)
    print(
        f"table against lines: boxes of 2 cm-1 {np.sqrt(np.mean(fine**2)):.3f} K rms at 200 K, "
        f"{np.abs(fine).max():.2f} at most; of 10 cm-1 {np.sqrt(np.mean(wide**2)):.3f} K rms, "
        f"{np.abs(wide).max():.2f} at most"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--limbs", type=int, default=40)
    parser.add_argument("--peers", type=int, default=10)
    parser.add_argument("--lines", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
