"""Pictures to disk: FITS with what reading it needs, and PNG for the eye.

FITS standard 4.0: Pence et al. 2010, doi:10.1051/0004-6361/201015362; world coordinates: Calabretta
& Greisen 2002, doi:10.1051/0004-6361:20021327. Neither file carries the time of writing.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from marsward.core.errors import InputError

# attribute of a picture: FITS keyword and comment
_KEYWORDS = {
    "utc": ("DATE-OBS", "UTC of the picture"),
    "exposure_s": ("EXPTIME", "[s] exposure"),
    "camera": ("INSTRUME", "instrument"),
    "gain_e_per_dn": ("GAIN", "[e-/DN] gain"),
    "bias_dn": ("BIAS", "[DN] bias"),
    "read_noise_e": ("RDNOISE", "[e-] read noise"),
    "dark_current_e_s": ("DARKCUR", "[e-/s] dark current"),
    "full_well_e": ("FULLWELL", "[e-] full well"),
    "saturation_dn": ("SATURATE", "[DN] full from here on"),
    "bits": ("ADCBITS", "bits of the converter"),
    "et": ("ET", "[s] TDB past J2000"),
    "seed": ("SEED", "seed of the noise"),
}


def _dn(picture: xr.Dataset) -> np.ndarray:
    if "dn" not in picture:
        raise InputError(
            f"a picture needs a variable dn; this one has {', '.join(map(str, picture)) or 'none'}"
        )
    return np.ascontiguousarray(picture["dn"].values)


def celestial_keywords(
    attitude: ArrayLike, focal_px: float, cx: float, cy: float
) -> dict[str, tuple[float | str, str]]:
    """World-coordinate keywords of a gnomonic picture: ICRS right ascension and declination.

    attitude : (3, 3), v_cam = attitude @ v_J2000; focal_px, cx, cy of the pinhole [px]. Lens
    distortion is not carried: for a distorted camera the keywords hold near the principal point.
    """
    turn = np.asarray(attitude, dtype=np.float64)
    ra = math.atan2(turn[2, 1], turn[2, 0])
    dec = math.asin(max(-1.0, min(1.0, turn[2, 2])))
    east = np.array([-math.sin(ra), math.cos(ra), 0.0])
    north = np.array([-math.sin(dec) * math.cos(ra), -math.sin(dec) * math.sin(ra), math.cos(dec)])
    scale = math.degrees(1.0) / focal_px
    cd = scale * np.array([east, north]) @ turn[:2].T
    out: dict[str, tuple[float | str, str]] = {
        "CTYPE1": ("RA---TAN", "gnomonic"),
        "CTYPE2": ("DEC--TAN", "gnomonic"),
        "CUNIT1": ("deg", ""),
        "CUNIT2": ("deg", ""),
        "CRVAL1": (math.degrees(ra) % 360.0, "right ascension of the boresight"),
        "CRVAL2": (math.degrees(dec), "declination of the boresight"),
        "CRPIX1": (cx + 1.0, "principal point; first pixel is 1"),
        "CRPIX2": (cy + 1.0, "principal point; first pixel is 1"),
        "RADESYS": ("ICRS", ""),
    }
    for i in range(2):
        for j in range(2):
            out[f"CD{i + 1}_{j + 1}"] = (float(cd[i, j]), "[deg/px]")
    return out


def write_fits(
    picture: xr.Dataset,
    path: str | Path,
    *,
    celestial: dict[str, tuple[float | str, str]] | None = None,
) -> Path:
    """Write a picture's dn as a 16-bit FITS image; row 0 of the picture is the first FITS row.

    celestial : keywords from `celestial_keywords`, when the attitude is known.
    """
    from astropy.io import fits

    header = fits.Header()
    header["ORIGIN"] = ("marsward", "synthetic picture")
    header["BUNIT"] = ("DN", "unit of the pixels")
    header["TIMESYS"] = ("UTC", "time scale of DATE-OBS")
    for name, (keyword, comment) in _KEYWORDS.items():
        if name in picture.attrs:
            value = picture.attrs[name]
            header[keyword] = (value.item() if isinstance(value, np.generic) else value, comment)
    if "utc" in picture.attrs:
        from astropy.time import Time

        header["MJD-OBS"] = (Time(str(picture.attrs["utc"]), scale="utc").mjd, "[d] DATE-OBS")
    if "band_nm" in picture.attrs:
        low, high = picture.attrs["band_nm"]
        header["WAVELO"] = (float(low), "[nm] short end of the band")
        header["WAVEHI"] = (float(high), "[nm] long end of the band")
    for keyword, card in (celestial or {}).items():
        header[keyword] = card
    path = Path(path)
    part = path.with_name(path.name + ".part")
    fits.PrimaryHDU(_dn(picture), header=header).writeto(part, overwrite=True)
    os.replace(part, path)
    return path


def write_png(
    picture: xr.Dataset, path: str | Path, *, gamma: float = 2.2, quantile: float = 0.9999
) -> Path:
    """Write a picture as 8-bit PNG: bias to black, a high quantile of dn to white, then gamma.

    The stretch is written into the file as text. gamma = 1 keeps the numbers linear. With nothing
    above the bias the picture is black.
    """
    if not gamma > 0.0 or not 0.0 < quantile <= 1.0:
        raise InputError(f"gamma must be > 0 and 0 < quantile <= 1, not {gamma} and {quantile}")
    values = _dn(picture).astype(np.float64)
    black = float(picture.attrs.get("bias_dn", values.min()))
    white = max(float(np.quantile(values, quantile)), black + 1.0)
    level = np.clip((values - black) / (white - black), 0.0, 1.0) ** (1.0 / gamma)
    told = PngInfo()
    told.add_text("Stretch", f"black {black:g} DN, white {white:g} DN, gamma {gamma:g}")
    told.add_text("Software", "marsward")
    if "utc" in picture.attrs:
        told.add_text("Observed", str(picture.attrs["utc"]))
    path = Path(path)
    part = path.with_name(path.name + ".part")
    grey = Image.fromarray(np.rint(255.0 * level).astype(np.uint8))
    grey.save(part, format="PNG", pnginfo=told)
    os.replace(part, path)
    return path
