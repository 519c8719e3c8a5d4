"""Lines of carbon dioxide around 15 um, built from published constants.

Where each number is from
-------------------------
Energies of the levels. E = G + B x - D x^2 + H x^3 with x = J (J + 1) - l^2, e and f apart. For
16O12C16O the constants of the levels up to 2800 cm-1 were fitted here to lower-state energies and
positions printed in HITRAN 2016 (Gordon et al. 2017, doi:10.1016/j.jqsrt.2017.06.038) and are
within 0.001 cm-1 of them (03301 0.005); levels above, and those of the other isotopologues, carry
the band origins of Rothman et al. 1992, doi:10.1016/0022-4073(92)90115-K, quoted from memory, and
rotational constants scaled from 16O12C16O: good to some 0.1 cm-1 for origins above 2800 cm-1.

Strengths. One vibrational moment rules the whole region, that of the fundamental, A = 1.537 s-1
(HITRAN 2016). In the harmonic limit a band's squared moment is (v2 + l)/2 of it, shared between
the members of a Fermi polyad. The table below holds squared moments relative to the
fundamental's; those marked `h` follow from Einstein coefficients of single lines in HITRAN 2016,
those marked `s` from the sum rule (the members of a polyad share what the harmonic limit gives)
where no line was at hand. The latter may err by 10 % (weak cross bands by 50 %); all weak bands
together carry a few per cent of the greenhouse of Mars. Lines follow by Hoenl-London factors and
one Herman-Wallis factor (1 + 9e-4 m)^2, which fits bands at hand within 2 %.

Isotopologues. 636, 628, 627 and 638 at terrestrial shares, De Bievre et al. 1984,
doi:10.1063/1.555720 (Mars is richer in 13C by 5 %, Webster et al. 2013,
doi:10.1126/science.1237961: left out); moments as in 626, the share of the Fermi pairs from the
distance of their members. Levels without a published origin take that of 626 times the ratio of
the bending vibrations, some cm-1 off: what counts for a flux is how many weak lines there are.

Widths. Self- and air-broadened half widths at 296 K by |m| as in HITRAN 2016, (296/T)^n with its
n of air for both. Partition sum: rotation summed directly, vibration harmonic; 286.0 at 296 K for
626 against 286.09 in Gamache et al. 2017, doi:10.1016/j.jqsrt.2017.03.045.

Error found. Single lines of all bands marked `h`: within 2.5 % of HITRAN 2016, most within 1 %.
Absorption at the points of the k-distribution of the NASA Ames model (12 to 24 um, its last point
apart): 1 to 4 % at 600 Pa, 5 to 10 % low at 1 Pa. Sixty columns without dust, in Ames' own band and
at its own points: flux at the ground 0.25 W/m2 rms of 25 (largest 0.43), heating below 60 km 0.64
K/sol rms of 23. (The shipped table in its own bands differs from Ames by 3.1 K/sol and 2.7 W/m2:
the rest is Planck's law in Ames' wide bands, see `correlated_k`.) The shipped table against these
lines without any distribution: 0.24 K/sol rms and 0.1 W/m2 at the ground over three columns.

Left out: line mixing (inside Q branches; widths on Mars are far below the spacing), pressure
shifts, water, and bands weaker than the list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError

__all__ = ["Lines", "co2_lines", "partition_sum"]

Array = NDArray[np.float64]
_SECOND = 100.0 * float(PLANCK) * float(SPEED_OF_LIGHT) / float(BOLTZMANN)  # cm K
_LIGHT = 100.0 * float(SPEED_OF_LIGHT)  # cm/s
REFERENCE_TEMPERATURE = 296.0  # K, as in HITRAN
_FUNDAMENTAL_A, _FUNDAMENTAL = 1.5385, 667.380  # s-1, cm-1
_HERMAN_WALLIS = 9.0e-4
_LARGEST_J = 110

# Level: G, then B, D, H of e and B, D, H of f [cm-1]; G counts from x = 0.
_LEVELS: dict[str, tuple[float, ...]] = {
    "00001": (0.0, 0.3902190, 1.3338e-7, 1.4e-14, 0.3902190, 1.3338e-7, 1.4e-14),
    "01101": (667.7709, 0.3906388, 1.3534e-7, 1.8e-14, 0.3912544, 1.3611e-7, 1.8e-14),
    "10002": (1285.4083, 0.3904822, 1.5708e-7, 2.18e-13, 0.3904822, 1.5708e-7, 2.18e-13),
    "02201": (1336.6982, 0.3916656, 1.3740e-7, -3.75e-13, 0.3916657, 1.3800e-7, 1.0e-14),
    "10001": (1388.1842, 0.3901889, 1.1496e-7, 1.92e-13, 0.3901889, 1.1496e-7, 1.92e-13),
    "11102": (1932.8616, 0.3907446, 1.4944e-7, 1.05e-13, 0.3916882, 1.5537e-7, 0.0),
    "03301": (2006.7775, 0.3923754, 1.3979e-7, -1.66e-13, 0.3923754, 1.3979e-7, -1.66e-13),
    "11101": (2077.2467, 0.3904095, 1.2589e-7, 9.74e-14, 0.3913337, 1.2111e-7, 4.7e-14),
    "20003": (2548.3670, 0.3911077, 1.7817e-7, 0.0, 0.3911077, 1.7817e-7, 0.0),
    "12202": (2586.588, 0.391957, 1.6e-7, 0.0, 0.391957, 1.6e-7, 0.0),
    "20002": (2671.1433, 0.3895612, 1.3419e-7, 3.1e-13, 0.3895612, 1.3419e-7, 3.1e-13),
    "04401": (2678.003, 0.3930800, 1.44e-7, 0.0, 0.3930800, 1.44e-7, 0.0),
    "12201": (2762.290, 0.391550, 1.28e-7, 0.0, 0.391550, 1.28e-7, 0.0),
    "20001": (2797.1368, 0.3905989, 9.392e-8, 0.0, 0.3905989, 9.392e-8, 0.0),
    "21103": (3181.855, 0.39125, 1.65e-7, 0.0, 0.39265, 1.65e-7, 0.0),
    "13302": (3244.150, 0.39250, 1.5e-7, 0.0, 0.39250, 1.5e-7, 0.0),
    "21102": (3339.750, 0.38990, 1.4e-7, 0.0, 0.39080, 1.4e-7, 0.0),
    "05501": (3350.372, 0.39377, 1.45e-7, 0.0, 0.39377, 1.45e-7, 0.0),
    "13301": (3445.750, 0.39220, 1.3e-7, 0.0, 0.39220, 1.3e-7, 0.0),
    "21101": (3501.060, 0.39080, 1.1e-7, 0.0, 0.39190, 1.1e-7, 0.0),
    "22203": (3824.30, 0.39220, 1.6e-7, 0.0, 0.39220, 1.6e-7, 0.0),
    "14402": (3905.15, 0.39300, 1.5e-7, 0.0, 0.39300, 1.5e-7, 0.0),
    "22202": (4010.10, 0.39050, 1.4e-7, 0.0, 0.39050, 1.4e-7, 0.0),
    "06601": (4023.90, 0.39450, 1.5e-7, 0.0, 0.39450, 1.5e-7, 0.0),
    "14401": (4128.57, 0.39280, 1.3e-7, 0.0, 0.39280, 1.3e-7, 0.0),
    "22201": (4198.90, 0.39150, 1.1e-7, 0.0, 0.39150, 1.1e-7, 0.0),
    "00011": (2349.1433, 0.3871414, 1.3305e-7, 0.0, 0.3871414, 1.3305e-7, 0.0),
    "01111": (3004.399, 0.3875760, 1.35e-7, 0.0, 0.3881930, 1.36e-7, 0.0),
}
# Upper level, lower level, squared moment over that of the fundamental, where it is from.
_BANDS: tuple[tuple[str, str, float, str], ...] = (
    ("01101", "00001", 0.9991, "h"),
    ("02201", "01101", 1.9745, "h"),
    ("10002", "01101", 1.045, "s"),
    ("10001", "01101", 0.929, "h"),
    ("03301", "02201", 2.926, "h"),
    ("11102", "10002", 1.470, "h"),
    ("11101", "10001", 1.401, "h"),
    ("11102", "02201", 0.530, "s"),
    ("11101", "02201", 0.455, "h"),
    ("11102", "10001", 0.030, "s"),
    ("11101", "10002", 0.055, "s"),
    ("04401", "03301", 3.855, "h"),
    ("12202", "11102", 2.430, "h"),
    ("12201", "11101", 2.375, "h"),
    ("12202", "03301", 0.520, "s"),
    ("12201", "03301", 0.450, "s"),
    ("12201", "11102", 0.060, "s"),
    ("12202", "11101", 0.040, "s"),
    ("20001", "11101", 2.150, "h"),
    ("20002", "11102", 0.645, "h"),
    ("20003", "11102", 2.200, "s"),
    ("20002", "11101", 0.700, "s"),
    ("05501", "04401", 4.770, "h"),
    ("13302", "12202", 3.380, "h"),
    ("13301", "12201", 3.305, "h"),
    ("21103", "20003", 2.120, "h"),
    ("21102", "20002", 1.556, "h"),
    ("21101", "20001", 1.913, "h"),
    ("01111", "00011", 0.990, "h"),
    ("06601", "05501", 5.660, "h"),
    ("14402", "13302", 4.270, "h"),
    ("14401", "13301", 4.220, "h"),
    ("22203", "21103", 2.966, "h"),
    ("22202", "21102", 2.630, "h"),
    ("22201", "21101", 2.788, "h"),
    ("21101", "12201", 0.971, "h"),
    ("21102", "12202", 0.500, "s"),
    ("21102", "12201", 0.500, "s"),
    ("21103", "12202", 0.900, "s"),
    ("13302", "04401", 0.520, "s"),
    ("13301", "04401", 0.450, "s"),
)
_MAIN_B0 = _LEVELS["00001"][1]


@dataclass(frozen=True)
class _Isotopologue:
    """Share, mass [u], B of the ground level, other band origins and moments than 626.

    bend : of its bending vibration over that of 626, for levels without an origin of their own
    """

    name: str
    share: float
    mass: float
    b0: float
    symmetric: bool
    bend: float
    origins: dict[str, float]
    moments: dict[str, float]


_ISOTOPOLOGUES = (
    _Isotopologue("626", 0.984204, 43.98983, _MAIN_B0, True, 1.0, {}, {}),
    _Isotopologue(
        "636", 0.0110574, 44.993185, 0.39023754, True, 0.97168,
        {"00001": 0.0, "01101": 648.4784, "02201": 1297.264, "10002": 1265.828,
         "10001": 1370.063, "03301": 1946.35, "11102": 1896.54, "11101": 2037.09},
        {"10002": 1.30, "10001": 0.67},
    ),
    _Isotopologue(
        "628", 0.00394707, 45.994076, 0.36818450, False, 0.99250,
        {"00001": 0.0, "01101": 662.3734, "02201": 1325.141, "10002": 1259.426,
         "10001": 1365.844, "03301": 1988.33, "11102": 1901.74, "11101": 2049.34},
        {"10002": 0.75, "10001": 1.22},
    ),
    _Isotopologue(
        "627", 0.000733989, 44.994045, 0.37861455, False, 0.99603,
        {"00001": 0.0, "01101": 664.7293, "02201": 1329.843, "10002": 1272.287,
         "10001": 1376.028},
        {"10002": 0.89, "10001": 1.08},
    ),
    _Isotopologue(
        "638", 4.43446e-5, 46.997431, 0.36818, False, 0.96396,
        {"00001": 0.0, "01101": 643.329}, {},
    ),
)  # fmt: skip
# Half widths at 296 K [cm-1 atm-1] by |m|: |m|, self, air, temperature exponent.
_WIDTHS = np.array(
    [
        (1, 0.127, 0.0949, 0.69), (2, 0.123, 0.0903, 0.69), (3, 0.120, 0.0880, 0.70),
        (4, 0.118, 0.0862, 0.69), (5, 0.116, 0.0847, 0.69), (7, 0.112, 0.0822, 0.68),
        (9, 0.109, 0.0801, 0.68), (11, 0.107, 0.0782, 0.68), (13, 0.104, 0.0766, 0.68),
        (15, 0.102, 0.0752, 0.69), (17, 0.100, 0.0740, 0.70), (19, 0.098, 0.0730, 0.70),
        (21, 0.096, 0.0720, 0.71), (23, 0.095, 0.0712, 0.72), (25, 0.093, 0.0705, 0.73),
        (27, 0.091, 0.0699, 0.73), (29, 0.089, 0.0694, 0.73), (31, 0.088, 0.0689, 0.74),
        (33, 0.086, 0.0685, 0.74), (35, 0.084, 0.0681, 0.74), (37, 0.083, 0.0678, 0.74),
        (39, 0.081, 0.0675, 0.75), (41, 0.080, 0.0671, 0.75), (43, 0.078, 0.0668, 0.75),
        (45, 0.077, 0.0665, 0.74), (47, 0.075, 0.0661, 0.74), (51, 0.073, 0.0655, 0.74),
        (55, 0.071, 0.0645, 0.73), (61, 0.069, 0.0629, 0.71), (67, 0.067, 0.0611, 0.70),
        (75, 0.065, 0.0585, 0.67), (85, 0.064, 0.0550, 0.64), (99, 0.062, 0.0499, 0.58),
        (120, 0.060, 0.0455, 0.54),
    ]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lines:
    """Spectral lines, rising in wave number.

    wave_number : of the centre [cm-1]
    strength : at 296 K, times the isotopologue's share [cm-1/(molecule cm-2) = cm]
    lower_energy : of the lower state [cm-1]
    self_width, air_width : half widths at 296 K [cm-1 atm-1]
    exponent : of (296/T) in the widths
    isotopologue : index into `masses`
    masses : of the isotopologues [u]
    names : of the isotopologues
    band : name of the band by line, upper-lower
    """

    wave_number: Array
    strength: Array
    lower_energy: Array
    self_width: Array
    air_width: Array
    exponent: Array
    isotopologue: NDArray[np.int64]
    masses: Array
    names: tuple[str, ...]
    band: NDArray[np.str_]

    def strength_at(self, temperature: float) -> Array:
        """Strengths at a temperature [K] in local thermodynamic equilibrium [cm]."""
        if not 20.0 <= temperature <= 1000.0:
            raise InputError(f"the partition sum of CO2 is good from 20 to 1000 K, {temperature:g}")
        reference = REFERENCE_TEMPERATURE
        ratio = np.array(
            [partition_sum(n, reference) / partition_sum(n, temperature) for n in self.names]
        )[self.isotopologue]
        shift = _SECOND * (1.0 / reference - 1.0 / temperature)
        emitted = np.expm1(-_SECOND * self.wave_number / temperature) / np.expm1(
            -_SECOND * self.wave_number / reference
        )
        return np.asarray(self.strength * ratio * np.exp(shift * self.lower_energy) * emitted)


def partition_sum(isotopologue: str, temperature: float) -> float:
    """Total internal partition sum of CO2: rotation summed, vibration harmonic."""
    chosen = [i for i in _ISOTOPOLOGUES if i.name == isotopologue]
    if not chosen:
        names = ", ".join(i.name for i in _ISOTOPOLOGUES)
        raise InputError(f"no isotopologue {isotopologue!r} of CO2; there are {names}")
    kind = chosen[0]
    j = np.arange(0, 400, 2 if kind.symmetric else 1, dtype=np.float64)
    x = j * (j + 1.0)
    energy = kind.b0 * x - _LEVELS["00001"][2] * x * x * (kind.b0 / _MAIN_B0) ** 2
    rotation = float(np.sum((2.0 * j + 1.0) * np.exp(-_SECOND * energy / temperature)))
    bend = kind.origins.get("01101", _FUNDAMENTAL)
    vibration = 1.0
    for wave, ways in ((bend, 2), (2.0 * bend, 1), (2349.1, 1)):
        vibration /= (1.0 - math.exp(-_SECOND * wave / temperature)) ** ways
    # 17O has six states of its nuclear spin.
    return rotation * vibration * (6.0 if kind.name == "627" else 1.0)


def co2_lines(*, weakest: float = 0.0) -> Lines:
    """All lines of the list; `weakest` drops those below a strength at 296 K [cm]."""
    parts = [
        _band(i, kind, upper, lower, moment)
        for i, kind in enumerate(_ISOTOPOLOGUES)
        for upper, lower, moment, _ in _BANDS
    ]
    table = np.concatenate([p[0] for p in parts])
    names = np.concatenate([np.full(p[0].shape[0], p[1]) for p in parts])
    keep = table[:, 1] >= weakest
    table, names = table[keep], names[keep]
    order = np.argsort(table[:, 0], kind="stable")
    table, names = table[order], names[order]
    m = np.abs(table[:, 3])
    return Lines(
        wave_number=table[:, 0],
        strength=table[:, 1],
        lower_energy=table[:, 2],
        self_width=np.interp(m, _WIDTHS[:, 0], _WIDTHS[:, 1]),
        air_width=np.interp(m, _WIDTHS[:, 0], _WIDTHS[:, 2]),
        exponent=np.interp(m, _WIDTHS[:, 0], _WIDTHS[:, 3]),
        isotopologue=table[:, 4].astype(np.int64),
        masses=np.array([i.mass for i in _ISOTOPOLOGUES]),
        names=tuple(i.name for i in _ISOTOPOLOGUES),
        band=names,
    )


def _energy(kind: _Isotopologue, level: str, j: Array, odd: NDArray[np.bool_]) -> Array:
    """Energy of levels J [cm-1]; `odd` marks f levels."""
    g, be, de, he, bf, df, hf = _LEVELS[level]
    momentum = int(level[2])
    scale = kind.b0 / _MAIN_B0
    if level in kind.origins:
        g = kind.origins[level] + scale * be * momentum**2
    else:
        g *= kind.bend
    x = j * (j + 1.0) - momentum**2
    b, d, h = (np.where(odd, f, e) for e, f in ((be, bf), (de, df), (he, hf)))
    return np.asarray(g + scale * b * x - scale**2 * d * x**2 + scale**3 * h * x**3)


def _band(
    index: int, kind: _Isotopologue, upper: str, lower: str, moment: float
) -> tuple[Array, str]:
    """Rows of wave number, strength, lower energy, m, isotopologue; and the band's name."""
    lu, ll = int(upper[2]), int(lower[2])
    moment = kind.moments.get(upper, moment) if lower == "01101" else moment
    rows = []
    origin = float(
        _energy(kind, upper, np.array([0.0]), np.array([False]))[0]
        - _energy(kind, lower, np.array([0.0]), np.array([False]))[0]
    )
    einstein = _FUNDAMENTAL_A * moment * (origin / _FUNDAMENTAL) ** 3
    reference = partition_sum(kind.name, REFERENCE_TEMPERATURE)
    for f_lower in (False, True):
        if f_lower and ll == 0:
            continue
        start = np.arange(ll, _LARGEST_J + 1, dtype=np.float64)
        parity = (ll + int(lower[3]) + int(f_lower)) % 2
        j = start[start % 2 == parity] if kind.symmetric else start
        for change in (-1, 0, 1):
            f_upper = f_lower != (change == 0)
            ju = j + change
            good = (ju >= lu) & ((ju > 0) | (j > 0)) & (not (lu == 0 and f_upper))
            jl, ju = j[good], ju[good]
            low = _energy(kind, lower, jl, np.full(jl.size, f_lower))
            wave = _energy(kind, upper, ju, np.full(ju.size, f_upper)) - low
            m = {-1: -jl, 0: jl, 1: jl + 1.0}[change]
            bent = 1.0 if change == 0 else (1.0 + _HERMAN_WALLIS * m) ** 2
            a = einstein * _share(ju, change, lu, ll) * (wave / origin) ** 3 * bent
            boltzmann = np.exp(-_SECOND * low / REFERENCE_TEMPERATURE)
            emitted = -np.expm1(-_SECOND * wave / REFERENCE_TEMPERATURE)
            spin = 6.0 if kind.name == "627" else 1.0
            s = kind.share * spin * (2.0 * ju + 1.0) * a * boltzmann * emitted
            s /= 8.0 * math.pi * _LIGHT * wave**2 * reference
            rows.append(np.stack([wave, s, low, m, np.full(m.size, float(index))], axis=1))
    table = np.concatenate(rows)
    return table[(table[:, 0] > 0.0) & (table[:, 1] > 0.0)], f"{kind.name} {upper}-{lower}"


def _share(ju: Array, change: int, lu: int, ll: int) -> Array:
    """Part of an upper level's emission that goes into one branch (Hoenl-London, emission)."""
    k = float(lu if ll == lu - 1 else -lu)
    with np.errstate(divide="ignore", invalid="ignore"):
        if change == 1:
            part = (ju + k) * (ju + k - 1.0) / (2.0 * ju * (2.0 * ju + 1.0))
        elif change == 0:
            part = (ju + k) * (ju - k + 1.0) / (2.0 * ju * (ju + 1.0))
        else:
            part = (ju - k + 1.0) * (ju - k + 2.0) / (2.0 * (ju + 1.0) * (2.0 * ju + 1.0))
    # From l = 1 to 0 an e level has no Q branch and an f level nothing else.
    return np.asarray(np.nan_to_num(part) * (2.0 if (lu == 1 and ll == 0) else 1.0))
