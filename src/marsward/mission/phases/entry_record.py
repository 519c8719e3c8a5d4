"""What the entry phase writes down: tables, key numbers, events, ellipse and samples as files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import xarray as xr

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.time import Epoch
from marsward.data.geojson import write_geojson
from marsward.mission.phases.entry_products import entry_events, entry_path, landings_table
from marsward.mission.phases.entry_tables import (
    corridor_table,
    dust_table,
    ellipse_table,
    hazard_table,
    sensitivity_table,
    site_table,
)
from marsward.mission.phases.phase import Given, Outcome, Quantity

G = float(STANDARD_GRAVITY)
CITATIONS = [
    "Sutton & Graves 1971, NASA TR R-376 (convective heating)",
    "Mendeck & Craig McGrew 2014, doi:10.2514/1.A32737 (entry guidance)",
    "Way, Davis & Shidner 2013, AAS 13-420 (landing simulation against flight)",
    "Dutta & Way 2017, NTRS 20170000743 (triggers by speed and by range)",
    "Martin-Mur et al. 2012, Mars Science Laboratory navigation results",
    "Justus & James 2000, NASA TM-2000-210279 (spread of the density)",
    "Efron 1979, doi:10.1214/aos/1176344552 (bootstrap)",
]


def record(phase, given: Given, found) -> Outcome:
    """Turn a landing study into the phase's outcome."""
    path = entry_path(found.plan)
    products = {
        "entry_path": path,
        "entry_events": entry_events(found.plan, path),
        "landings": landings_table(found.landings),
        "landing_ellipse": ellipse_table(found),
        "landing_sensitivity": sensitivity_table(found),
        "corridor": corridor_table(found),
        "landing_site": site_table(found),
        "hazard_map": hazard_table(found),
        "landing_dust": dust_table(found, phase.ellipse, given.seed),
    }
    if phase.published_ellipse:
        major, minor = phase.published_ellipse
        products["landing_ellipse"].attrs |= {
            "published_major": 1e3 * major, "published_minor": 1e3 * minor,
        }  # fmt: skip
    _write_events(products["entry_events"], given.folder / "entry_events.csv")
    _write_ellipses(found, given.folder / "landing_ellipse.geojson")
    _write_members(products["landings"], given.folder)
    numbers = summary(phase, found, products["entry_events"])
    return Outcome(
        products=products,
        summary=numbers,
        sentence=_sentence(phase, found, numbers),
        assumptions=_assumptions(phase, found),
        citations=CITATIONS,
        substitutes=[] if phase.terrain else [f"No elevation model was given: {found.site.source}"],
    )


def summary(phase, found, events: xr.Dataset) -> dict[str, Quantity]:
    """Key numbers of the landing; sigmas are standard deviations of the members."""
    return _flight(found) | _ground(found, events) | _scatter(phase, found)


def _flight(found) -> dict[str, Quantity]:
    one, many = found.plan.entries, found.landings.entries
    ok = found.landings.entries.arrived
    down, nominal = found.plan.descents, "nominal; ± of the members"

    def spread(values) -> float | None:
        held = np.asarray(values, float)
        held = held[ok & np.isfinite(held)]
        return float(held.std()) if held.size > 1 else None

    height = found.landings.of_descent(lambda d: d.trigger_height)
    return {
        "peak_deceleration": Quantity(
            float(one.peak_deceleration[0]) / G, "g", spread(many.peak_deceleration / G), nominal
        ),
        "peak_heat_flux": Quantity(
            float(one.peak_heat_flux[0]) / 1e4, "W/cm2", spread(many.peak_heat_flux / 1e4), nominal
        ),
        "heat_load": Quantity(
            float(one.heat_load[0]) / 1e7, "kJ/cm2", spread(many.heat_load / 1e7), nominal
        ),
        "chute_time": Quantity(float(one.duration[0]), "s", spread(many.duration), nominal),
        "chute_speed": Quantity(
            float(one.final.speed[0]), "m/s", spread(many.final.speed), nominal
        ),
        "chute_mach": Quantity(float(one.mach[0]), "", spread(many.mach), nominal),
        "chute_height": Quantity(
            float(down.trigger_height[0]) / 1e3, "km", spread(height / 1e3),
            f"over the ground; {nominal}",
        ),
        "chute_height_areoid": Quantity(
            float(one.height[0]) / 1e3, "km", spread(many.height / 1e3),
            f"over the areoid; {nominal}",
        ),
        "entry_range": Quantity(
            float(one.path[0]) / 1e3, "km", spread(many.path / 1e3), "entry to parachute"
        ),
        "bank_reversals": Quantity(int(one.reversals[0]), "", None, "nominal"),
    }  # fmt: skip


def _ground(found, events: xr.Dataset) -> dict[str, Quantity]:
    names = [str(name) for name in events["name"].values]
    down = found.plan.descents
    row = events.isel(event=names.index("touchdown"))
    total = float(row["time"])
    members = found.landings.entries.duration + found.landings.of_descent(
        lambda d: d.at("touchdown")[0]
    )
    held = members[np.isfinite(members)]
    return {
        "touchdown_epoch": Quantity(
            str(Epoch.utc(str(row["utc"].item())).utc), "UTC", float(held.std()), "nominal"
        ),
        "entry_to_touchdown": Quantity(total, "s", float(held.std()), "nominal; ± of the members"),
        "touchdown_lon": Quantity(float(row["lon"]), "deg", None, "nominal, east"),
        "touchdown_lat": Quantity(float(row["lat"]), "deg", None, "nominal, planetocentric"),
        "touchdown_height": Quantity(float(row["height"]) / 1e3, "km", None, "over the areoid"),
        "nominal_miss": Quantity(found.plan.miss / 1e3, "km", None, "touchdown to target"),
        "touchdown_speed": Quantity(
            float(np.hypot(down.down[0], down.along[0])), "m/s", None, "nominal"
        ),
        "touchdown_tilt": Quantity(float(np.degrees(down.tilt_rad[0])), "deg", None, "nominal"),
        "propellant_used": Quantity(float(down.propellant[0]), "kg", None, "nominal"),
    }


def _scatter(phase, found) -> dict[str, Quantity]:
    out: dict[str, Quantity] = {}
    for fit, each in found.ellipses.items():
        source = f"{100 * each.share:g} %, {fit}; full axes"
        for name, size, low, high in (
            ("major", each.semi_major, each.low[0], each.high[0]),
            ("minor", each.semi_minor, each.low[1], each.high[1]),
        ):
            out[f"ellipse_{name}_{fit}"] = Quantity(
                2e-3 * size, "km", 2e-3 * (high - low) / 3.92,
                f"{source}; bootstrap {2e-3 * low:.2f} to {2e-3 * high:.2f} km",
            )  # fmt: skip
        out[f"ellipse_azimuth_{fit}"] = Quantity(
            each.angle, "deg", None, "of the major axis, clockwise from north"
        )
    landings = found.landings
    miss = np.hypot(*(landings.of_descent(r)[landings.down] for r in (_x, _y)))
    out |= {
        "members": Quantity(len(landings), "", None, "landings flown"),
        "landed_share": Quantity(float(landings.landed.mean()), "", None, "of the members"),
        "miss_median": Quantity(float(np.median(miss)) / 1e3, "km", None, "of the members"),
        "miss_99": Quantity(float(np.quantile(miss, 0.99)) / 1e3, "km", None, "99 % of them"),
        "verdicts": Quantity(_counts(landings.verdict), "", None, "of the members"),
    }
    if phase.published_ellipse:
        e = found.ellipses["covariance"]
        x, y = float(found.plan.descents.x[0]), float(found.plan.descents.y[0])
        major, minor = phase.published_ellipse
        turn = np.radians(e.angle)
        along = x * np.sin(turn) + y * np.cos(turn)
        across = x * np.cos(turn) - y * np.sin(turn)
        inside = bool((2 * along / major) ** 2 + (2 * across / minor) ** 2 <= 1e6)
        out["nominal_in_published_ellipse"] = Quantity(
            inside, "", None, f"of {major:g} x {minor:g} km about the target, turned as ours"
        )
    return out


def _x(descents):
    return descents.x


def _y(descents):
    return descents.y


def _counts(verdict) -> str:
    words, numbers = np.unique(verdict, return_counts=True)
    order = np.argsort(-numbers, kind="stable")
    return ", ".join(f"{words[i]} {numbers[i]}" for i in order)


def _sentence(phase, found, numbers: dict[str, Quantity]) -> str:
    ellipse = found.ellipses["covariance"]
    return (
        f"lands {str(numbers['touchdown_epoch'].value)[:19]} UTC, "
        f"{numbers['entry_to_touchdown'].value / 60.0:.1f} min after the entry, "
        f"{found.plan.miss:.0f} m from the target; {100.0 * phase.ellipse:g} % of "
        f"{len(found.landings)} landings lie within {2e-3 * ellipse.semi_major:.1f} × "
        f"{2e-3 * ellipse.semi_minor:.1f} km, {100.0 * found.landings.landed.mean():.1f} % land"
    )


def _assumptions(phase, found) -> list[str]:
    off = phase.dispersions
    return [
        "Three degrees of freedom: the capsule holds its trim angle; its guidance knows mass, air "
        "and aerodynamics as the nominal flight has them, and its own state with errors.",
        "The guidance is aimed so that the nominal flight lands on the target; the chute opens "
        "ahead of it by as much as wind and glide carry.",
        f"One sigma: drag {100 * off.drag:g} %, lift {100 * off.lift:g} %, mean density "
        f"{100 * off.density:g} %, dust {100 * off.dust:g} %, wind {off.wind:g} m/s each way, "
        f"attitude {off.attitude:g} deg, weather {off.weather:g} times Mars-GRAM's spread; entry "
        "state and what is known of it as handed over.",
        f"Dust: {found.own_dust}; other dust meets the same guidance.",
        f"Ground: {found.site.source}.",
        "Members stand on ground as the site's cells have it; rocks and steps below a cell are "
        "looked at about the nominal touchdown only.",
    ]


def _write_events(events: xr.Dataset, path: Path) -> None:
    keys = (
        "time", "height", "ground_height", "speed", "mach", "lon", "lat", "dynamic_pressure",
        "deceleration", "flight_path_angle", "range_to_go",
    )  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        heads = (f"{k}_{_SUFFIX.get(str(events[k].attrs.get('units', '')), '')}" for k in keys)
        writer.writerow(["event", "utc", *(head.rstrip("_") for head in heads)])
        for i in range(events.sizes["event"]):
            row = events.isel(event=i)
            writer.writerow(
                [str(row["name"].item()), str(row["utc"].item())]
                + [f"{float(row[k]):.6g}" if k not in ("lon", "lat") else f"{float(row[k]):.6f}"
                   for k in keys]
            )  # fmt: skip


_SUFFIX = {
    "s": "s", "m": "m", "m s-1": "m_s", "Pa": "pa", "m s-2": "m_s2", "degree": "deg",
    "degrees_east": "deg", "degrees_north": "deg",
}  # fmt: skip


def _write_ellipses(found, path: Path) -> None:
    """Ellipses as polygons, the target and the nominal touchdown as places."""
    plan = found.plan
    shapes, names = [], []
    for fit, each in found.ellipses.items():
        ring = each.ring()
        shapes.append([np.column_stack(_lonlat(plan, ring[:, 0], ring[:, 1]))])
        names.append(f"{100 * each.share:g} % of landings, {fit}")
    for name, x, y in (
        ("target", 0.0, 0.0),
        ("nominal touchdown", float(plan.descents.x[0]), float(plan.descents.y[0])),
    ):
        shapes.append([np.column_stack(_lonlat(plan, [x], [y]))])
        names.append(name)
    write_geojson(path, shapes, {"name": np.array(names, object)}, name="landing")


def _lonlat(plan, x, y):
    lon, lat = plan.terrain.lonlat(np.asarray(x), np.asarray(y))
    return (np.asarray(lon) + 180.0) % 360.0 - 180.0, lat


def _write_members(table: xr.Dataset, folder: Path) -> None:
    """Members as Parquet where pyarrow is installed, else as CSV."""
    columns = {
        str(name): table[name].values for name in table.data_vars if table[name].dims == ("member",)
    }
    for i, cause in enumerate(table["cause"].values):
        columns[f"input_{cause}"] = table["input"].values[:, i]
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        _write_csv(columns, folder / "landings.csv")
        return
    held = {
        name: pa.array([str(v) for v in each] if each.dtype == object else each)
        for name, each in columns.items()
    }
    pq.write_table(pa.table(held), folder / "landings.parquet")


def _write_csv(columns: dict[str, np.ndarray], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow([each if isinstance(each, str) else f"{each:.7g}" for each in row])
