"""The colour of Mars: what a bolometric albedo is in a band of the visible.

Two kinds of ground are mixed in a straight line, bright dust and dark sand, so that their
bolometric albedos add up to the map's: most of Mars lies along that line (Bell, McCord & Owensby
1990, doi:10.1029/JB095iB09p14447).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.data.textures import solar_spectrum
from marsward.physics.light import Band

# Albedo by wavelength [m]: the shape of the composite spectra of bright and dark regions of Mustard
# & Bell 1994, doi:10.1029/94GL00198, given here to about 0.01, at a level such that the disc under
# Hapke's law has the geometric albedos published for B, V, R and I, within a tenth: Mallama et al.
# 2017, doi:10.1016/j.icarus.2016.09.023.
_AT = np.array([300, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 1000, 1100]) * 1e-9
_BRIGHT = np.array(
    [
        0.035,
        0.055,
        0.072,
        0.098,
        0.150,
        0.232,
        0.282,
        0.312,
        0.332,
        0.335,
        0.328,
        0.330,
        0.345,
        0.350,
    ]
)
_DARK = np.array(
    [
        0.035,
        0.046,
        0.053,
        0.064,
        0.082,
        0.105,
        0.119,
        0.128,
        0.133,
        0.130,
        0.122,
        0.114,
        0.110,
        0.114,
    ]
)
# Bolometric albedo of each: the bright and the dark mode of the TES map, Christensen et al. 2001,
# doi:10.1029/2000JE001370.
BRIGHT_BOLOMETRIC, DARK_BOLOMETRIC = 0.28, 0.12


def end_members(band: Band) -> tuple[float, float]:
    """Albedo of bright dust and of dark sand in a band, weighted with sunlight [-]."""
    lam = np.linspace(band.lo, band.hi, 101)
    sun = np.interp(lam, *solar_spectrum())
    total = np.trapezoid(sun, lam)
    bright, dark = (
        float(np.trapezoid(np.interp(lam, _AT, values) * sun, lam) / total)
        for values in (_BRIGHT, _DARK)
    )
    return bright, dark


def band_albedo(bolometric: ArrayLike, band: Band) -> NDArray[np.float64]:
    """Albedo in a band from bolometric albedo, never below half of the dark end member's."""
    bright, dark = end_members(band)
    share = (np.asarray(bolometric, dtype=np.float64) - DARK_BOLOMETRIC) / (
        BRIGHT_BOLOMETRIC - DARK_BOLOMETRIC
    )
    return np.maximum(dark + share * (bright - dark), 0.5 * dark)
