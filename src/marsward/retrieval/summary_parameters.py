"""The table of summary parameters: which reflectances go into which formula.

Viviano-Beck et al. 2014, doi:10.1002/2014JE004627, table 2 (after Pelkey et al. 2007,
doi:10.1029/2006JE002831). A band is (wavelength [nm], channels of its kernel).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.retrieval.spectral_formulas import FORMULAS

__all__ = ["PARAMETERS", "SummaryParameter"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SummaryParameter:
    """One parameter: its formula and the reflectances that go into it.

    name : as in Viviano-Beck et al. 2014
    formula : name of a formula of `retrieval.spectral_formulas`
    bands : (wavelength [nm], channels of the kernel), in the order that the formula takes
    about : what it stands for
    weights : of the bands, for formulas that weigh them
    unit : of the value
    """

    name: str
    formula: str
    bands: tuple[tuple[int, int], ...]
    about: str
    weights: tuple[float, ...] = ()
    unit: str = "1"

    def value(self, levels: Array, wavelength: Array) -> Array:
        """The parameter of band reflectances (bands, places) at wavelengths [um] (bands,)."""
        return FORMULAS[self.formula](levels, wavelength, np.array(self.weights))


def _depth(name: str, about: str, *bands: tuple[int, int], formula: str = "depth") -> None:
    _add(SummaryParameter(name, formula, bands, about))


PARAMETERS: dict[str, SummaryParameter] = {}


def _add(*rows: SummaryParameter) -> None:
    PARAMETERS.update({row.name: row for row in rows})


def _level(nm: int, width: int, about: str) -> None:
    _add(SummaryParameter(f"R{nm}", "level", ((nm, width),), about))


def _ratio(name: str, about: str, top: tuple[int, int], low: tuple[int, int]) -> None:
    _add(SummaryParameter(name, "ratio", (top, low), about))


_level(440, 5, "clouds and haze")
_level(530, 5, "true colour")
_level(600, 5, "true colour")
_level(770, 5, "dust or ice")
_ratio("RBR", "nanophase ferric oxide, dust", (770, 5), (440, 5))
_depth("BD530_2", "fine-grained hematite", (440, 5), (530, 5), (614, 5))
_depth("SH600_2", "ferric minerals", (533, 5), (600, 5), (716, 3), formula="shoulder")
_depth("SH770", "ferric minerals", (716, 3), (775, 5), (860, 5), formula="shoulder")
_depth("BD640_2", "maghemite", (600, 5), (624, 3), (760, 5))
_depth("BD860_2", "hematite", (755, 5), (860, 5), (977, 5))
_depth("BD920_2", "ferric minerals, low-calcium pyroxene", (807, 5), (920, 5), (984, 5))
_PEAK = tuple((nm, 5) for nm in (442, 533, 600, 710, 740, 775, 800, 833, 860, 892, 925))
_add(
    SummaryParameter("RPEAK1", "peak", _PEAK, "wavelength of the peak: iron minerals", (), "um"),
    SummaryParameter("BDI1000VIS", "peak integral", _PEAK, "1 um band, short wing", (), "um"),
)
_ratio("IRR1", "ice clouds against dust", (800, 5), (997, 5))
_level(1080, 5, "false colour")
_level(1330, 11, "infrared albedo")
_level(1506, 5, "false colour")
_level(2529, 5, "false colour")
_level(3920, 5, "ices")
_depth("BD1300", "plagioclase with iron", (1080, 5), (1320, 15), (1750, 5))
_add(
    SummaryParameter(
        "OLINDEX3",
        "index",
        tuple((nm, 7) for nm in (1750, 2400, 1080, 1152, 1210, 1250, 1263, 1276, 1330, 1368,
                                 1395, 1427, 1470)),
        "olivine",
        (0.03, 0.03, 0.03, 0.03, 0.07, 0.07, 0.12, 0.12, 0.14, 0.18, 0.18),
    ),
    SummaryParameter(
        "LCPINDEX2", "index", tuple((nm, 7) for nm in (1560, 2450, 1690, 1750, 1810, 1870)),
        "low-calcium pyroxene", (0.2, 0.2, 0.3, 0.3),
    ),
    SummaryParameter(
        "HCPINDEX2", "index",
        ((1690, 7), (2530, 7), (2120, 5), (2140, 7), (2230, 7), (2250, 7), (2430, 7), (2460, 7)),
        "high-calcium pyroxene", (0.1, 0.1, 0.15, 0.3, 0.2, 0.15),
    ),
    SummaryParameter(
        "ISLOPE1", "slope", ((1815, 5), (2530, 5)), "ferric coating on dark rock", (), "nm-1"
    ),
)  # fmt: skip
_depth("BD1400", "hydroxyl and water in minerals", (1330, 5), (1395, 3), (1467, 5))
_depth("BD1435", "carbon dioxide ice", (1370, 3), (1435, 1), (1470, 3))
_depth("BD1500_2", "water ice", (1367, 5), (1525, 11), (1808, 5))
_add(
    SummaryParameter(
        "ICER1_2", "depth ratio",
        ((1370, 3), (1435, 1), (1470, 3), (1367, 5), (1525, 11), (1808, 5)),
        "carbon dioxide against water ice",
    )
)  # fmt: skip
_depth("BD1750_2", "gypsum and alunite", (1690, 5), (1750, 3), (1815, 5))
_depth(
    "BD1900_2", "water in minerals",
    (1850, 5), (1930, 5), (2067, 5), (1850, 5), (1985, 5), (2067, 5), formula="mean depth",
)  # fmt: skip
_add(
    SummaryParameter(
        "BD1900R2", "drop",
        tuple((nm, 1) for nm in (1850, 2060, 1908, 1914, 1921, 1928, 1934, 1941,
                                 1862, 1869, 1875, 2112, 2120, 2126)),
        "water in minerals", (1.0,) * 6 + (-1.0,) * 6,
    )
)  # fmt: skip
_depth("BD2100_2", "sulfates of one water", (1930, 3), (2132, 5), (2250, 3))
_depth("BD2165", "kaolinite, pyrophyllite", (2120, 5), (2165, 3), (2230, 3))
_depth("BD2190", "beidellite, allophane", (2120, 5), (2185, 3), (2250, 3))
_depth(
    "MIN2200", "kaolinite",
    (2120, 5), (2165, 3), (2350, 5), (2120, 5), (2210, 3), (2350, 5), formula="lesser depth",
)  # fmt: skip
_depth("BD2210_2", "minerals of Al-OH", (2165, 5), (2210, 5), (2250, 5))
_add(
    SummaryParameter(
        "D2200", "drop", ((1815, 7), (2430, 7), (2210, 7), (2230, 7), (2165, 5)),
        "minerals of Al-OH", (1.0, 1.0, -1.0),
    )
)  # fmt: skip
_depth("BD2230", "ferric sulfates with hydroxyl", (2210, 3), (2235, 3), (2252, 3))
_depth("BD2250", "opal, minerals of Al-OH", (2120, 5), (2245, 7), (2340, 3))
_depth(
    "MIN2250", "opal",
    (2165, 5), (2210, 3), (2350, 5), (2165, 5), (2265, 3), (2350, 5), formula="lesser depth",
)  # fmt: skip
_depth("BD2265", "jarosite, gibbsite", (2210, 5), (2265, 3), (2340, 5))
_depth("BD2290", "minerals of Mg,Fe-OH; carbon dioxide ice", (2250, 5), (2290, 5), (2350, 5))
_add(
    SummaryParameter(
        "D2300", "drop",
        ((1815, 5), (2530, 5), (2290, 3), (2320, 3), (2330, 3), (2120, 5), (2170, 5), (2210, 5)),
        "minerals of Mg,Fe-OH; carbonates", (1.0, 1.0, 1.0, -1.0, -1.0, -1.0),
    )
)  # fmt: skip
_depth("BD2355", "chlorite, prehnite", (2300, 5), (2355, 5), (2450, 5))
_depth("SINDEX2", "hydrated sulfates", (2120, 5), (2290, 7), (2400, 3), formula="shoulder")
_ratio("ICER2", "carbon dioxide ice", (2530, 5), (2600, 5))
_depth(
    "MIN2295_2480", "magnesium carbonate",
    (2165, 5), (2295, 5), (2364, 5), (2364, 5), (2480, 5), (2570, 5), formula="lesser depth",
)  # fmt: skip
_depth(
    "MIN2345_2537", "calcium and iron carbonate",
    (2250, 5), (2345, 5), (2430, 5), (2430, 5), (2537, 5), (2602, 5), formula="lesser depth",
)  # fmt: skip
_depth("BD2500_2", "magnesium carbonate", (2364, 5), (2480, 5), (2570, 5))
_depth("BD2600", "water vapour", (2530, 5), (2600, 5), (2630, 5))
_ratio("IRR2", "ice clouds against dust", (2530, 5), (2210, 5))
_add(
    SummaryParameter(
        "BD3000", "extended depth", ((3000, 5), (2530, 5), (2210, 5)), "water, bound or adsorbed"
    )
)
_depth("BD3100", "water ice", (3000, 5), (3120, 5), (3250, 5))
_depth("BD3200", "carbon dioxide ice", (3250, 5), (3320, 5), (3390, 5))
_depth("BD3400_2", "carbonates", (3250, 10), (3420, 15), (3630, 10))
_depth("CINDEX2", "carbonates", (3450, 9), (3610, 11), (3875, 7), formula="shoulder")
_ratio("IRR3", "ice clouds against dust", (3500, 7), (3390, 7))
