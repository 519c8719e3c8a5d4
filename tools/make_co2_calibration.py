"""Fit the CO2 cycle that marsward ships to the pressure that Curiosity measured.

    python tools/make_co2_calibration.py --from FILE [--dust NAME] [--out FOLDER]

FILE is the table of daily reports of REMS, one line each sol (sol, ls, pressure and more; NASA PDS
Atmospheres Node and NASA/CAB weather reports). Sols 1 to 668, the rover's first Mars year, are
fitted. Writes co2_cycle.toml and co2_cycle.npz into src/marsward/data/assets; the same file gives
the same bytes on the same machine.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from marsward._version import __version__
from marsward.data.weather_rems import read_rems_daily
from marsward.physics.co2_calibration import packed_state
from marsward.physics.co2_cycle import Bands, Co2Cycle, Co2Model
from marsward.physics.lower_air import LowerAir
from marsward.planet.ground_maps import SurfaceMaps
from marsward.retrieval.co2_cycle_fit import (
    Co2CycleFit,
    LanderPressure,
    fit_co2_cycle,
    without_doubtful,
)

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
COUNT, AROUND, ACROSS, QUANTILES = 60, 120, 3, 16
LAST_SOL = 668
LATITUDE = -4.5895  # of Bradbury Landing, planetocentric [deg]; Vasavada et al. 2014,
# doi:10.1002/2014JE004622
# The rover's height over the areoid [m] by sol: landing, Yellowknife Bay, the way to the Kimberley;
# from memory of the mission's localisations, good to some 5 m, which is 0.04 % of pressure.
CLIMB = {
    0: -4501.0, 50: -4503.0, 125: -4518.0, 300: -4520.0, 340: -4510.0, 450: -4495.0,
    590: -4481.0, 630: -4481.0, 668: -4476.0,
}  # fmt: skip
SIGMA = 0.01  # of one sol mean: eddies, storms and hours that were not measured
# Depth of ice under dry soil [m] poleward of 55 degrees: see the record.
ICE_NORTH, ICE_SOUTH, ICE_FROM = 0.10, 0.20, 55.0
SHADE, SHADE_FROM = 0.18, -65.0
BRIGHTENING, COVER = 5e-4, 10.0
AIR = LowerAir()
MISFIT = 0.008
SENSITIVE = {
    "co2": 1e14, "north_albedo": 0.01, "south_albedo": 0.01, "north_emissivity": 0.01,
    "south_emissivity": -0.01, "brightening": 1e-5,
}  # fmt: skip
SOURCES = """\
source = "REMS on Curiosity, Gomez-Elvira et al. 2012, doi:10.1007/s11214-012-9921-1; NASA PDS \
Atmospheres Node; ground of the bands: TES albedo, the shape of Mars and the surrogate of thermal \
inertia as marsward ships them"
licence = "public domain (NASA PDS); the numbers here are results"
made_by = "tools/make_co2_calibration.py"
how = "least squares of five numbers on sol means, weights 1 %, no priors; covariance raised by \
the misfit and by the sols over which misfits are alike. Values are dropped that are missing or \
off the median of eleven sols by over 1 %. The rover's height is followed from the landing on."
ice = "ice-rich soil under dry soil poleward of 55 degrees, at 10 cm in the north and 20 cm in the \
south: of the size that neutrons see, Prettyman et al. 2004, doi:10.1029/2003JE002139, and that \
pressure asks for, Haberle et al. 2008, doi:10.1016/j.pss.2007.08.006"
shade = "frost poleward of 65 south is half brighter, half darker: the cryptic region, Kieffer et \
al. 2000, doi:10.1029/1999JE001136, and Langevin et al. 2007, doi:10.1029/2006JE002841"
"""


def zonal_bands(count: int = COUNT) -> Bands:
    """Bands of the shipped maps: mean albedo, mean ln inertia, quantiles of elevation."""
    lat = -90.0 + 180.0 / count * (np.arange(count * ACROSS) + 0.5) / ACROSS
    lon = (np.arange(AROUND) + 0.5) * 360.0 / AROUND
    there = np.meshgrid(lat, lon, indexing="ij")
    maps = SurfaceMaps.at(there[0].ravel(), there[1].ravel(), humidity=0.0)
    rows = (count, ACROSS * AROUND)
    height = np.quantile(
        maps.elevation.reshape(rows), (np.arange(QUANTILES) + 0.5) / QUANTILES, axis=1
    ).T
    middle = lat.reshape(count, ACROSS).mean(axis=1)
    ice = np.where(middle > ICE_FROM, ICE_NORTH, np.where(middle < -ICE_FROM, ICE_SOUTH, np.inf))
    return Bands.even(
        count,
        elevation=np.round(height),
        albedo=np.round(maps.albedo.reshape(rows).mean(axis=1), 4),
        inertia=np.round(np.exp(np.log(maps.inertia).reshape(rows).mean(axis=1)), 1),
        ice_depth=ice,
    )


def curiosity(path: Path) -> tuple[LanderPressure, int]:
    """The rover's first year and how many of its values were dropped."""
    table = read_rems_daily(path)
    sol = np.asarray(table["mission_sol"].values if "mission_sol" in table else table["sol"])
    order = np.argsort(sol)
    sol, pressure = sol[order], np.asarray(table["pressure"].values)[order]
    ls = np.asarray(table["ls"].values)[order]
    year = (sol >= 1) & (sol <= LAST_SOL)
    sol, pressure, ls = sol[year], pressure[year], ls[year]
    keep = without_doubtful(sol, pressure)
    height = np.interp(sol, list(CLIMB), list(CLIMB.values()))
    there = LanderPressure(
        "Curiosity", LATITUDE, height[keep], ls[keep], pressure[keep], sigma=SIGMA
    )
    return there, int((~keep).sum())


def sensitivity(model: Co2Model, fit: Co2CycleFit, ls: np.ndarray) -> np.ndarray:
    """d ln p/d number of the planet's mean pressure at Ls [deg], (ls, numbers)."""
    from dataclasses import replace

    def mean(cycle: Co2Cycle) -> np.ndarray:
        years = model.run(cycle, start=fit.state, spin_up=6)
        order = np.argsort(years.ls)
        return np.log(np.interp(ls, years.ls[order], years.pressure[order]))

    base = mean(fit.cycle)
    steps = [SENSITIVE[name] for name in fit.names]
    return np.stack(
        [
            (mean(replace(fit.cycle, **{n: getattr(fit.cycle, n) + s})) - base) / s
            for n, s in zip(fit.names, steps, strict=True)
        ],
        axis=-1,
    )


def _numbers(values: Any, form: str) -> str:
    """A row or a table of numbers as TOML."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 1:
        return "[" + ", ".join("inf" if np.isinf(v) else f"{v:{form}}" for v in array) + "]"
    return "[\n" + "".join(f"  {_numbers(row, form)},\n" for row in array) + "]"


def record(
    fit: Co2CycleFit, bands: Bands, air: LowerAir, dust: str | None, sens: np.ndarray,
    ls: np.ndarray, facts: dict[str, Any],
) -> str:  # fmt: skip
    """The asset's text."""
    cycle = fit.cycle
    lines = [
        "# The CO2 cycle as marsward ships it; read by physics/co2_calibration.py.",
        "[co2_cycle]",
        SOURCES.rstrip(),
        f'dust = "{dust or ""}"',
        f'fitted_on = "Curiosity REMS, sols 1 to {LAST_SOL}, {facts["count"]} sols"',
        f"dropped = {facts['dropped']}",
        f'data_dates = "2012-08-07 to 2014-06-23"\nfile = "{facts["file"]}"',
        f'file_sha256 = "{facts["sha256"]}"',
        f'versions = "marsward {__version__}, numpy {np.__version__}, scipy {scipy.__version__}, '
        f'python {platform.python_version()}"',
        "\n[co2_cycle.numbers]",
        *(
            f"{name} = {getattr(cycle, name):.8g}"
            for name in (
                "co2", "other", "north_albedo", "south_albedo", "north_emissivity",
                "south_emissivity", "brightening", "cover",
            )
        ),
        "\n[co2_cycle.lower_air]",
        *(
            f"{name} = {getattr(air, name):g}"
            for name in ("spread", "over_ground", "emissivity", "per_kelvin", "exchange", "level")
        ),
        "\n[co2_cycle.split]",
        f"shade = {SHADE}\nsouth_of = {SHADE_FROM}",
        "\n[co2_cycle.fit]",
        f"names = {list(fit.names)}".replace("'", '"'),
        f"rms = {fit.rms:.6f}      # of (observed - model)/observed",
        f"chi2 = {fit.chi2:.4f}      # per degree of freedom at a sigma of {SIGMA:.0%}",
        f"sols_alike = {fit.alike:.1f}",
        f"misfit = {MISFIT}      # of the law of the lower air between places; from Viking 1 and 2",
        f"sigma = {_numbers([fit.sigma[n] for n in fit.names], '.4g')}",
        f"covariance = {_numbers(fit.covariance, '.6e')}",
        f"ls = {_numbers(ls, 'g')}",
        f"sensitivity = {_numbers(sens, '.5g')}",
        "\n[co2_cycle.bands]",
        f"lat = {_numbers(bands.columns.lat, 'g')}",
        f"area = {_numbers(bands.area, '.8e')}",
        f"albedo = {_numbers(bands.columns.albedo, '.4f')}",
        f"inertia = {_numbers(bands.columns.inertia, '.1f')}",
        f"ice_depth = {_numbers(bands.columns.ice_depth, 'g')}",
        f"pressure = {_numbers(bands.columns.pressure, '.1f')}",
        f"elevation = {_numbers(bands.elevation, '.0f')}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def fitted(
    path: Path, dust: str | None
) -> tuple[Co2CycleFit, Bands, Co2Model, LanderPressure, int]:
    """The fit, the bands before they are halved, the model, the record and what it dropped."""
    lander, dropped = curiosity(path)
    bands = zonal_bands()
    model = Co2Model(bands.halved(SHADE, south_of=SHADE_FROM), dust=dust, air=AIR)
    start = Co2Cycle(
        co2=2.68e16, north_albedo=0.72, south_albedo=0.40, north_emissivity=0.75,
        south_emissivity=0.95, brightening=BRIGHTENING, cover=COVER,
    )  # fmt: skip
    return fit_co2_cycle(model, [lander], start=start), bands, model, lander, dropped


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="file", type=Path, required=True)
    parser.add_argument("--dust", default="climatological", help="scenario, or none")
    parser.add_argument("--out", type=Path, default=ASSETS)
    asked = parser.parse_args()
    dust = None if asked.dust == "none" else asked.dust
    fit, bands, model, lander, dropped = fitted(asked.file, dust)
    ls = np.arange(5.0, 360.0, 10.0)
    facts = {
        "count": lander.ls.size, "dropped": dropped, "file": asked.file.name,
        "sha256": hashlib.sha256(asked.file.read_bytes()).hexdigest(),
    }  # fmt: skip
    asked.out.mkdir(parents=True, exist_ok=True)
    text = record(fit, bands, model.law, dust, sensitivity(model, fit, ls), ls, facts)
    (asked.out / "co2_cycle.toml").write_text(text, encoding="utf-8")
    np.savez(asked.out / "co2_cycle.npz", **packed_state(fit.state))
    print(f"rms {fit.rms:.3%} over {lander.ls.size} sols, {fit.evaluations} years of the model")
    for name in fit.names:
        print(f"  {name:18s} {getattr(fit.cycle, name):.6g} +- {fit.sigma[name]:.2g}")
    print(f"  caps {fit.years.caps.max(axis=1) / 1e15} x 1e15 kg, south and north")


if __name__ == "__main__":
    main()
