"""A user's own copy of the k-distributions of the NASA Ames Mars general circulation model.

Layout of the file CO2H2O_IR_12_95_INTEL of the public legacy model (version 24, Kahre et al.,
github.com/nasa/legacy-mars-global-climate-model, code/laginterp.f90 and modules.f90): two Fortran
sequential records of little-endian float64. The first holds the absorption coefficients
[cm2 per molecule of CO2], first index fastest: temperature 50 to 350 K by 50 K (7), pressure 1e-6
to 1e4 mbar by decades (11), water mixing ratio (10, driest first), band (5: 10, 166.667, 416.667,
833.333, 1250, 2222.222 cm-1), point of the distribution (17). The second holds the share of each
band without absorption. The points are those of two eight-point Gauss rules on 0 to 0.95 and
0.95 to 1; the seventeenth is transparent.

Nothing of these files comes with marsward.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import file_path
from marsward.core.errors import DataError

__all__ = ["AmesTable", "read_ames_table"]

Array = NDArray[np.float64]
_TEMPERATURES, _PRESSURES, _WATER, _BANDS, _POINTS = 7, 11, 10, 5, 17
_EDGES = (10.0, 166.667, 416.667, 833.333, 1250.0, 2222.222)  # cm-1
_SPLIT = 0.95


@dataclass(frozen=True, eq=False)
class AmesTable:
    """Absorption of the driest air in the table.

    k : absorption (temperature, pressure, band, point) [m2 per molecule of CO2], without the
        transparent points
    temperature, pressure : of the table [K], [Pa]
    edges : of the bands [m-1]
    weight : of each point in its band (point); they sum to one
    empty : share of each band that does not absorb
    """

    k: Array
    temperature: Array
    pressure: Array
    edges: Array
    weight: Array
    empty: Array


def read_ames_table(path: str | Path) -> AmesTable:
    """Read one infrared table.

    Raises
    ------
    InputError : what is no path
    DataError : no such file, or a file of another layout.
    """
    path = file_path(path, "Ames table")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the Ames table {path}: {error.strerror}") from error
    count = _TEMPERATURES * _PRESSURES * _WATER * _BANDS * _POINTS
    sizes = (8 * count, 8 * _BANDS)
    if len(raw) != sum(sizes) + 16 or np.frombuffer(raw, "<i4", 1)[0] != sizes[0]:
        raise DataError(
            f"{path} is not an infrared Ames table: {sum(sizes) + 16} bytes in two records are "
            f"expected (CO2H2O_IR_12_95_INTEL), the file has {len(raw)}"
        )
    first = np.frombuffer(raw, "<f8", count, 4)
    empty = np.frombuffer(raw, "<f8", _BANDS, 4 + sizes[0] + 8)
    shape = (_TEMPERATURES, _PRESSURES, _WATER, _BANDS, _POINTS)
    k = first.reshape(shape, order="F")[:, :, 0, :, :-1] * 1e-4
    node, half = np.polynomial.legendre.leggauss(8)
    del node
    weight = np.concatenate([0.5 * _SPLIT * half, 0.5 * (1.0 - _SPLIT) * half])
    return AmesTable(
        k=np.ascontiguousarray(k),
        temperature=np.linspace(50.0, 350.0, _TEMPERATURES),
        pressure=10.0 ** np.arange(-4.0, 7.0),
        edges=100.0 * np.array(_EDGES),
        weight=weight,
        empty=np.array(empty),
    )
