"""Gravity fields that marsward ships: spherical-harmonic coefficients with their source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np

from marsward.core.errors import DataError, InputError


@dataclass(frozen=True, eq=False)
class GravityModel:
    """Fully normalised (4 pi) coefficients of a body's gravity field, without phase factor.

    name : of the model
    body : name of the body
    gm : gravitational parameter [m3/s2]
    radius : reference radius [m]
    cosine, sine : f8 (degree + 1, degree + 1), [degree, order]
    source : where the numbers are from
    """

    name: str
    body: str
    gm: float
    radius: float
    cosine: np.ndarray
    sine: np.ndarray
    source: str

    @property
    def degree(self) -> int:
        """Highest degree."""
        return self.cosine.shape[0] - 1

    def __repr__(self) -> str:
        return f"<GravityModel {self.name} of {self.body}, degree {self.degree}>"


def triangle(packed: np.ndarray) -> np.ndarray:
    """(degree + 1, degree + 1) from coefficients in rows of degree, order 0 to degree."""
    degree = round((float(np.sqrt(8.0 * packed.size + 1.0)) - 3.0) / 2.0)
    square = np.zeros((degree + 1, degree + 1))
    square[np.tril_indices(degree + 1)] = packed
    return square


# Degree, order, cosine, sine of EGM2008, tide free: Pavlis et al. 2012, doi:10.1029/2011JB008916
_EGM2008 = (
    (2, 0, -0.484165143790815e-03, 0.0),
    (2, 1, -0.206615509074176e-09, 0.138441389137979e-08),
    (2, 2, 0.243938357328313e-05, -0.140027370385934e-05),
    (3, 0, 0.957161207093473e-06, 0.0),
    (3, 1, 0.203046201047864e-05, 0.248200415856872e-06),
    (3, 2, 0.904787894809528e-06, -0.619005475177618e-06),
    (3, 3, 0.721321757121568e-06, 0.141434926192941e-05),
    (4, 0, 0.539965866638991e-06, 0.0),
    (4, 1, -0.536157389388867e-06, -0.473567346518086e-06),
    (4, 2, 0.350501623962649e-06, 0.662480026275829e-06),
    (4, 3, 0.990856766672321e-06, -0.200956723567452e-06),
    (4, 4, -0.188519633023033e-06, 0.308803882149194e-06),
)


@lru_cache(maxsize=1)
def _earth() -> GravityModel:
    cosine = np.zeros((5, 5))
    sine = np.zeros((5, 5))
    for n, m, c, s in _EGM2008:
        cosine[n, m] = c
        sine[n, m] = s
    return GravityModel(
        "EGM2008 to degree 4", "earth", 3.986004415e14, 6378136.3, cosine, sine,
        "EGM2008, tide free; Pavlis et al. 2012, JGR 117:B04406, doi:10.1029/2011JB008916",
    )  # fmt: skip


@lru_cache(maxsize=1)
def _mars() -> GravityModel:
    asset = files("marsward.data").joinpath("assets/gmm3.npz")
    try:
        with as_file(asset) as path, np.load(path) as table:
            cosine, sine = triangle(table["cosine"]), triangle(table["sine"])
            gm, radius = float(table["gm"]), float(table["radius"])
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            "the Mars gravity field data/assets/gmm3.npz of marsward is missing or damaged "
            f"({error}); install marsward again"
        ) from error
    return GravityModel(
        "GMM-3", "mars", gm, radius, cosine, sine,
        "GMM-3; Genova et al. 2016, Icarus 272:228, doi:10.1016/j.icarus.2016.02.050",
    )  # fmt: skip


_MODELS = {"earth": _earth, "mars": _mars}


def gravity_model(body: str) -> GravityModel:
    """The gravity field of a body.

    Raises
    ------
    InputError : there is none of that body
    DataError : the shipped file is missing or damaged
    """
    if body not in _MODELS:
        raise InputError(
            f"there is no gravity field of {body!r}; there is one of {' and '.join(_MODELS)}"
        )
    return _MODELS[body]()
