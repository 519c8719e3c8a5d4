"""Recompute the reference end state of the cruise that tests and benchmarks are measured against.

Gragg-Bulirsch-Stoer extrapolation (Hairer, Norsett & Wanner 1993, section II.9,
doi:10.1007/978-3-540-78862-1) in 80-bit floating point, barycentric, with DE440 evaluated in
80-bit too: no coefficient, formula or line of the package's own integrator is used. Physics: Sun,
eight planets and Moon as point masses, solar pressure with Cr 1.3, A/m 0.006 m2/kg and 1361 W/m2
at 1 au, and the Schwarzschild term of the Sun. Prints the heliocentric end state in m and m/s.

    python tools/make_cruise_reference.py [tolerance [columns]]

Two tolerances and two orders agree to a centimetre; below 2e-15 rounding of the barycentric
coordinates stops the step control.
"""

import sys

import numpy as np

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.data.daf import open_kernel
from marsward.data.kernel_paths import de440

REAL = np.longdouble
START = "2020-07-23T06:27:04.157"
STATE_KM = (
    77370211.41732779, -120040665.5773057, -52035627.25877059,
    31.626899470825165, 15.031561106807159, 7.495133460502749,
)  # fmt: skip
SECONDS = 203 * 86400
LIGHT = REAL(299792458)
AU = REAL(149597870700)
EARTH_MOON = REAL("81.3005682214972154")
PUSH = REAL(1361) / LIGHT * REAL("1.3") * REAL("0.006") * AU**2
SEGMENTS = ((10, 0), (1, 0), (2, 0), (3, 0), (301, 3), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0))
MASSES = (10, 199, 299, 399, 301, 4, 5, 6, 7, 8)


class Planets:
    """DE440 in 80-bit: positions [m] of ten bodies and the velocity of the Sun."""

    def __init__(self, whole: int, seconds: float):
        kernel = open_kernel(de440())
        self.rows = []
        for target, centre in SEGMENTS:
            segment = next(
                s for s in kernel.segments
                if (s.target, s.centre) == (target, centre) and s.start <= whole <= s.stop
            )  # fmt: skip
            first = int((whole - segment.init) // segment.length) - 1
            last = int((whole + seconds - segment.init) // segment.length) + 2
            records = np.array(segment.records[first:last], dtype=REAL)
            n = segment.ncoef
            series = records[:, 2 : 2 + 3 * n].reshape(-1, 3, n) * REAL(1000)
            start = REAL(segment.init + first * segment.length - whole)
            self.rows.append((start, REAL(segment.length), series))

    def at(self, t):
        places = np.empty((10, 3), dtype=REAL)
        speed = np.zeros(3, dtype=REAL)
        for b, (start, length, series) in enumerate(self.rows):
            i = min(max(int((t - start) / length), 0), len(series) - 1)
            half = length / 2
            angle = np.arccos((t - (start + i * length) - half) / half)
            order = np.arange(series.shape[2], dtype=REAL)
            places[b] = series[i] @ np.cos(order * angle)
            if b == 0:
                speed = series[i] @ (order * np.sin(order * angle)) / (np.sin(angle) * half)
        centre, moon = places[3].copy(), places[4].copy()
        places[3] = centre - moon / EARTH_MOON
        places[4] = centre + moon
        return places, speed


def slopes(t, y, planets, gm):
    """Right-hand side, barycentric."""
    places, speed = planets.at(t)
    d = y[:3] - places
    r2 = (d * d).sum(axis=1)
    acc = -((gm / (r2 * np.sqrt(r2)))[:, None] * d).sum(axis=0)
    r = np.sqrt(r2[0])
    acc = acc + PUSH * d[0] / (r2[0] * r)
    v = y[3:] - speed
    k = gm[0] / (LIGHT**2 * r2[0] * r)
    acc = acc + k * ((4 * gm[0] / r - (v * v).sum()) * d[0] + 4 * (d[0] * v).sum() * v)
    return np.concatenate([y[3:], acc])


def extrapolated(t, y, h, f, columns):
    """One step by ``columns`` rows of Gragg's rule; returns the result and its last change."""
    first = f(t, y)
    table = []
    for j in range(columns):
        n = 2 * (j + 1)
        small = h / n
        a, b = y, y + small * first
        for i in range(1, n):
            a, b = b, a + 2 * small * f(t + i * small, b)
        row = [(a + b + small * f(t + h, b)) / 2]
        for k in range(1, j + 1):
            ratio = REAL((j + 1) ** 2) / REAL((j + 1 - k) ** 2)
            row.append(row[k - 1] + (row[k - 1] - table[k - 1]) / (ratio - 1))
        table = row
    return table[-1], table[-1] - table[-2]


def main() -> None:
    tolerance = float(sys.argv[1]) if len(sys.argv) > 1 else 3e-15
    columns = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    epoch = Epoch.utc(START)
    whole = int(epoch.whole)
    planets = Planets(whole, SECONDS + 10)
    gm = np.array([REAL(float(body(number).gm)) for number in MASSES])
    t = REAL(float(epoch.frac))
    end = t + SECONDS
    places, speed = planets.at(t)
    y = np.array(STATE_KM, dtype=REAL) * REAL(1000)
    y[:3] += places[0]
    y[3:] += speed

    def f(time, state):
        return slopes(time, state, planets, gm)

    h = REAL(400)
    steps = 0
    while t < end:
        h = min(h, end - t)
        new, change = extrapolated(t, y, h, f, columns)
        place = planets.at(t)[0][3]
        reach = min(np.linalg.norm((y[:3] - place).astype(float)), 1e11)
        error = max(
            np.linalg.norm(change[:3].astype(float)) / reach,
            np.linalg.norm(change[3:].astype(float)) / np.linalg.norm(y[3:].astype(float)),
        )
        ratio = (error / tolerance) ** (1.0 / (2 * columns - 1))
        if error <= tolerance:
            t, y = t + h, new
            steps += 1
        h = h * REAL(min(4.0, max(0.2, 0.9 / max(ratio, 1e-3))))
    places, speed = planets.at(t)
    y[:3] -= places[0]
    y[3:] -= speed
    print(f"{steps} steps at tolerance {tolerance:g}")
    for value in y:
        print(np.format_float_positional(value, precision=9, unique=False))


if __name__ == "__main__":
    main()
