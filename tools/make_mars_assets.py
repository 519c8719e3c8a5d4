"""Make the Mars shape that marsward ships, from the source package of pyshtools.

    python tools/make_mars_assets.py --shape FILE

FILE is the source distribution of pyshtools 4.14.1 (get it with `pip download --no-deps
--no-binary pyshtools pyshtools==4.14.1`), or the table MarsTopo719.shape out of it, gzipped or not.
Sums the spherical harmonics of the planet's radius at the centres of quarter-degree cells, takes
the radius of the ellipsoid away and writes mars_shape.npz and its record mars_shape.toml to
src/marsward/data/assets; the same table gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from marsward.data.terrain_files import ellipsoid_radius, packed_heights

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
MEMBER = "examples/ExampleDataFiles/MarsTopo719.shape"
CELLS_PER_DEGREE = 4
RECORD = """\
# The shape of Mars: height above the ellipsoid 3396.19/3376.20 km at quarter-degree cell centres.
[mars_shape]
file = "mars_shape.npz"
content = "radius minus that of the ellipsoid in the same planetocentric direction, whole metres, \
rows from 89.875 N, columns from 0.125 E; second differences, low and high bytes apart"
source = "spherical harmonics MarsTopo719: Wieczorek 2015, Gravity and Topography of the \
Terrestrial Planets, Treatise on Geophysics 10:153-193, doi:10.1016/B978-0-444-53802-4.00169-X, \
data doi:10.5281/zenodo.3870922; from MOLA, Smith et al. 2001, doi:10.1029/2000JE001364"
from = "pyshtools 4.14.1, source distribution, {member}"
licence = "CC BY 4.0 (Wieczorek 2015)"
made_by = "tools/make_mars_assets.py"
degree = {degree}
table_sha256 = "{table}"
sha256 = "{made}"
"""


def table_text(path: Path) -> bytes:
    """The table, whatever it comes in."""
    if path.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path) as archive:
            name = next(n for n in archive.getnames() if n.startswith(MEMBER, n.find("/") + 1))
            member = archive.extractfile(name)
            if member is None:
                raise SystemExit(f"{name} in {path} is not a file")
            data = member.read()
            return gzip.decompress(data) if name.endswith(".gz") else data
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def coefficients(text: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine coefficients [degree, order] of the radius [m]."""
    rows = [line.replace(b",", b" ").split()[:4] for line in text.splitlines()]
    table = np.array([row for row in rows if len(row) == 4], dtype=float)
    n, m = table[:, 0].astype(int), table[:, 1].astype(int)
    cosine = np.zeros((n.max() + 1, n.max() + 1))
    sine = np.zeros_like(cosine)
    cosine[n, m], sine[n, m] = table[:, 2], table[:, 3]
    return cosine, sine


def latitude_sums(cosine, sine, lat) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the degree for each latitude [rad] and order, (lat, order) each.

    4 pi normalised associated Legendre functions by the column recursion of Holmes and
    Featherstone 2002, doi:10.1007/s00190-002-0216-2, scaled by 1e-280 against underflow.
    """
    top = cosine.shape[0] - 1
    z, rho = np.sin(lat), np.cos(lat)
    even = np.zeros((lat.size, top + 1))
    odd = np.zeros_like(even)
    sector = np.full(lat.size, 1e-280)  # P_mm / rho^m
    for m in range(top + 1):
        if m > 0:
            sector = sector * np.sqrt((2.0 * m + 1.0) / (2.0 * m) * (2.0 if m == 1 else 1.0))
        before, now = np.zeros(lat.size), sector.copy()
        a, b = cosine[m, m] * now, sine[m, m] * now
        for n in range(m + 1, top + 1):
            up = np.sqrt((2.0 * n - 1.0) * (2.0 * n + 1.0) / ((n - m) * (n + m)))
            down = np.sqrt(
                (2.0 * n + 1.0) * (n + m - 1.0) * (n - m - 1.0)
                / ((n - m) * (n + m) * (2.0 * n - 3.0))
            ) if n > m + 1 else 0.0  # fmt: skip
            before, now = now, up * z * now - down * before
            a += cosine[n, m] * now
            b += sine[n, m] * now
        scale = np.exp(m * np.log(rho) + 280.0 * np.log(10.0))
        scale[~np.isfinite(scale)] = 0.0
        even[:, m], odd[:, m] = a * scale, b * scale
    return even, odd


def radius_grid(cosine, sine, ppd: int) -> np.ndarray:
    """Radius [m] at cell centres, rows from the north, columns from the prime meridian east."""
    rows, columns = 180 * ppd, 360 * ppd
    lat = np.radians(90.0 - (np.arange(rows) + 0.5) / ppd)
    even, odd = latitude_sums(cosine, sine, lat)
    orders = np.arange(even.shape[1])
    half = np.exp(1j * np.radians(0.5 / ppd) * orders)
    waves = np.zeros((rows, columns // 2 + 1), dtype=complex)
    waves[:, : orders.size] = 0.5 * columns * (even - 1j * odd) * half
    waves[:, 0] *= 2.0
    return np.fft.irfft(waves, n=columns, axis=1)


def write_npz(path: Path, **arrays: np.ndarray) -> None:
    """A compressed npz without clock times, so that equal arrays give equal bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, values in arrays.items():
            text = io.BytesIO()
            np.lib.format.write_array(text, values, allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_LZMA
            archive.writestr(member, text.getvalue())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", type=Path, required=True)
    text = table_text(parser.parse_args().shape)
    cosine, sine = coefficients(text)
    radius = radius_grid(cosine, sine, CELLS_PER_DEGREE)
    lat = 90.0 - (np.arange(radius.shape[0]) + 0.5) / CELLS_PER_DEGREE
    height = np.round(radius - ellipsoid_radius(lat)[:, None]).astype(np.int16)
    low, high = packed_heights(height)
    ASSETS.mkdir(parents=True, exist_ok=True)
    target = ASSETS / "mars_shape.npz"
    write_npz(target, low=low, high=high)
    record = RECORD.format(
        member=MEMBER,
        degree=cosine.shape[0] - 1,
        table=hashlib.sha256(text).hexdigest(),
        made=hashlib.sha256(target.read_bytes()).hexdigest(),
    )
    (ASSETS / "mars_shape.toml").write_text(record, encoding="utf-8")
    print(f"{target.name}: {height.min()} to {height.max()} m, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
