"""Make the table of dust optics that marsward ships: Mie spheres by published indices.

    python tools/make_dust_optics.py

Writes dust_optics.csv and dust_optics.toml to src/marsward/data/assets; needs no other input. Up
to 3.9 um the imaginary index is the one with which spheres of 1.5 um (Hansen & Travis gamma
distribution, variance 0.3, real index 1.5) have the published albedo of single scattering; from
5 um on both indices are those of Wolff et al. 2006.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from marsward.physics.dust_optics import REFERENCE_WAVELENGTH, sphere_optics
from marsward.physics.dust_spectrum import _FAR, _FAR_ALBEDO
from marsward.physics.haze import dust_albedo

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
RADIUS, VARIANCE = 1.5e-6, 0.3
REAL = 1.5  # real index up to 3.9 um, Wolff et al. 2009, doi:10.1029/2009JE003350
# Albedo of single scattering in the ultraviolet: 0.62 at 258 nm and 0.648 at 320 nm, Wolff et al.
# 2010, doi:10.1016/j.icarus.2010.01.010; held below 258 nm.
UV = ((0.2, 0.62), (0.258, 0.62), (0.32, 0.648), (0.36, 0.69))
VISIBLE = (0.4, 0.44, 0.5, 0.55, 0.6, 0.67, 0.75, 0.9, 1.1)
FAR = (1.3, 1.5, 1.7, 2.0, 2.25, 2.5, 2.7, 2.9, 3.1, 3.4, 3.65, 3.9)
# Wavelength [um], real and imaginary index, every few rows of Wolff et al. 2006,
# doi:10.1029/2006JE002786, rounded (as archnemesis 1.1.0 tells them).
INFRARED = (
    (4.995, 1.441, 0.00664), (5.8, 1.4, 0.019), (6.6, 1.385, 0.0181), (7.587, 1.248, 0.00798),
    (7.948, 1.11, 0.0615), (8.209, 1.008, 0.193), (8.487, 1.023, 0.437), (8.785, 1.187, 0.559),
    (8.942, 1.245, 0.613), (9.104, 1.337, 0.669), (9.273, 1.449, 0.675), (9.448, 1.543, 0.643),
    (9.63, 1.613, 0.603), (9.818, 1.685, 0.575), (10.015, 1.749, 0.497), (10.219, 1.781, 0.42),
    (10.432, 1.78, 0.335), (10.886, 1.74, 0.254), (11.38, 1.749, 0.212), (11.922, 1.672, 0.0945),
    (12.518, 1.592, 0.116), (12.996, 1.557, 0.108), (13.504, 1.489, 0.111), (14.015, 1.448, 0.12),
    (14.484, 1.382, 0.112), (14.987, 1.261, 0.124), (15.479, 1.14, 0.19), (16.004, 1.183, 0.254),
    (16.514, 1.224, 0.305), (17.001, 1.294, 0.338), (17.459, 1.386, 0.345), (17.881, 1.404, 0.339),
    (18.546, 1.418, 0.447), (19.259, 1.471, 0.475), (20.029, 1.498, 0.504), (20.864, 1.554, 0.575),
    (21.771, 1.634, 0.576), (22.761, 1.684, 0.56), (23.845, 1.735, 0.576), (25.037, 1.817, 0.565),
    (26.316, 1.842, 0.494), (27.778, 1.829, 0.449), (29.412, 1.808, 0.465), (31.25, 1.818, 0.502),
    (33.333, 1.851, 0.558), (37.037, 2.033, 0.655), (41.667, 2.3, 0.509), (47.619, 2.297, 0.207),
    (55.013, 2.188, 0.107), (62.332, 2.135, 0.0837), (70.625, 2.108, 0.0728),
    (80.022, 2.093, 0.0629), (98.542, 2.076, 0.0457),
)  # fmt: skip
RECORD = """# Scattering of sunlight and infrared by dust, 0.2 to 99 um.
[dust_optics]
file = "dust_optics.csv"
content = "wavelength [um]; refractive index, real and imaginary; extinction over that at 0.67 um; \
albedo of single scattering; asymmetry; of spheres of effective radius 1.5 um, variance 0.3"
source = "albedo to 3.9 um: Wolff et al. 2009, doi:10.1029/2009JE003350, and 2010, \
doi:10.1016/j.icarus.2010.01.010; indices from 5 um: Wolff et al. 2006, doi:10.1029/2006JE002786"
licence = "own computation from published figures; BSD-3-Clause as marsward"
note = "indices of Wolff et al. read from the copy in archnemesis 1.1.0, rounded"
made_by = "tools/make_dust_optics.py"
sha256 = "{sha}"
"""


def imaginary(wavelength: float, albedo: float) -> float:
    """Imaginary index with which the spheres have an albedo at a wavelength [m]."""

    def off(log_k: float) -> float:
        found = sphere_optics(wavelength, REAL, float(np.exp(log_k)), RADIUS, VARIANCE)
        return float(found.albedo[0]) - albedo

    return float(np.exp(brentq(off, np.log(1e-5), np.log(0.3), xtol=1e-6)))


def main() -> None:
    """Write the table and its record."""
    known = list(UV)
    known += [(um, float(dust_albedo(um * 1e-6))) for um in VISIBLE]
    known += [(um, float(np.interp(um * 1e-6, _FAR, _FAR_ALBEDO))) for um in FAR]
    rows = [(um, REAL, imaginary(um * 1e-6, albedo)) for um, albedo in known]
    rows += list(INFRARED)
    um, n, k = np.array(rows).T
    at = sphere_optics(um * 1e-6, n, k, RADIUS, VARIANCE)
    one = np.argmin(np.abs(um * 1e-6 - REFERENCE_WAVELENGTH))
    lines = ["wavelength_um,n,k,extinction,albedo,asymmetry"]
    for j in range(um.size):
        ratio = at.extinction[j] / at.extinction[one]
        lines.append(
            f"{um[j]:g},{n[j]:.3f},{k[j]:.3e},{ratio:.5f},{at.albedo[j]:.5f},{at.asymmetry[j]:.5f}"
        )
    text = "\n".join(lines) + "\n"
    (ASSETS / "dust_optics.csv").write_text(text, encoding="utf-8")
    sha = hashlib.sha256(text.encode()).hexdigest()
    (ASSETS / "dust_optics.toml").write_text(RECORD.format(sha=sha), encoding="utf-8")


if __name__ == "__main__":
    main()
