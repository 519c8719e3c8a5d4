"""The remote-sensing orbit about Mars at degree 50: marsward beside brahe and SciPy.

    python benchmarks/orbit.py [--days 1] [--repeat 5] [--brahe]

From the vector of 2021-11-09T08:10:41.020 UTC: GMM-3 to degree and order 50, the Sun, eight
planets and the Moon of DE440, solar pressure with the shadow of Mars. brahe reads the same
coefficients from a .gfc file written here; its solar constant, its shadow and its axes of Mars are
its own, so the gap between the two is told without light pressure as well. SciPy's DOP853 flies
one day with a slope in numpy. Peers that are not installed are left out (pip install brahe).
Times are processor time of this process, medians after one call to warm up. At the end: the whole
259 days, one acceleration of the field, events, the kernel, and mean elements against all that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import spiceypy
from scipy.integrate import solve_ivp

from marsward.core.bodies import body
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.data.gravity_model import gravity_model
from marsward.data.kernel_paths import de440
from marsward.data.spk_writer import write_spk
from marsward.dynamics.elements import elements_along
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import altitude_crossing, apsis, eclipse, find_events, occultation
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.gravity import attraction, field_terms
from marsward.dynamics.kernels.gravity import harmonics_table
from marsward.dynamics.mean_elements import mean_orbit
from marsward.dynamics.propagate import propagate

DAY = 86400.0
DEGREE = 50
START = Epoch.utc("2021-11-09T08:10:41.020")
ON_EQUATOR = 1e3 * np.array(
    [
        236.9825662339901, -1753.4757403075162, 3407.654751746956,
        1.0976587454984963, -3.8533173388249837, -1.1913089240187766,
    ]
)  # fmt: skip
TURN = rotation("MARS_MEOD", "J2000", START)
STATE = np.concatenate([TURN @ ON_EQUATOR[:3], TURN @ ON_EQUATOR[3:]])
LIGHT = SolarPressure.of_craft(1.3, 0.0104)
FORCES = Forces(gravity={"mars": DEGREE}, solar_pressure=LIGHT)
DARK = replace(FORCES, solar_pressure=None)
TIGHT: dict[str, Any] = {"rtol": 1e-15, "position_tolerance": 1e-9, "velocity_tolerance": 1e-15}
Row = tuple[str, float, float, str]


def timed(call: Callable[[], object], repeat: int) -> float:
    """Median processor time [s]."""
    call()
    spans = []
    for _ in range(repeat):
        begin = time.process_time()
        call()
        spans.append(time.process_time() - begin)
    return statistics.median(spans)


def gap(state: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm((state - other)[:3]))


def of_marsward(days: float, repeat: int, best: np.ndarray) -> list[Row]:
    rows = []
    for rtol in (1e-12, 1e-13, 1e-14):
        small: dict[str, Any] = {"position_tolerance": 1e6 * rtol, "velocity_tolerance": rtol}

        def fly(rtol=rtol, small=small) -> np.ndarray:
            return propagate(
                STATE, START, days * DAY, centre="mars", forces=FORCES, rtol=rtol, **small
            ).final

        rows.append((f"marsward, rtol {rtol:g}", timed(fly, repeat), gap(fly(), best), ""))
    return rows


def gfc(path: Path) -> Path:
    """GMM-3 to the degree of this script as an ICGEM file."""
    model = gravity_model("mars")
    lines = [
        "product_type gravity_field", "modelname GMM-3",
        f"earth_gravity_constant {float(body('mars').gm):.12e}", f"radius {model.radius:.9e}",
        f"max_degree {DEGREE}", "errors no", "norm fully_normalized", "tide_system tide_free",
        "key L M C S", "end_of_head",
    ]  # fmt: skip
    scale = model.gm / float(body("mars").gm)
    lines.append("gfc 0 0 1.0 0.0")
    for n in range(1, DEGREE + 1):
        for m in range(n + 1):
            c, s = (scale * x[n, m] if n > 1 else 0.0 for x in (model.cosine, model.sine))
            lines.append(f"gfc {n} {m} {c:.17e} {s:.17e}")
    path.write_text("\n".join(lines) + "\n")
    return path


def centre_of_mars(path: Path) -> Path:
    """An SPK that puts the centre of Mars at its barycentre, which DE440 leaves open."""
    first, last = float(START.et) - DAY, float(START.et) + 400 * DAY
    handle = spiceypy.spkopn(str(path), "centre of Mars", 0)
    spiceypy.spkw02(
        handle, 499, 4, "J2000", first, last, "zero", last - first, 1, 2, np.zeros(9), first
    )  # fmt: skip
    spiceypy.spkcls(handle)
    return path


def with_brahe(days: float, repeat: int, best: np.ndarray) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="brahe-cache-"))
    (folder / "naif").mkdir()
    (folder / "naif" / "de440.bsp").symlink_to(de440())
    os.environ["BRAHE_CACHE"] = str(folder)
    import brahe

    brahe.load_spice_kernel(str(de440()))
    brahe.load_spice_kernel(str(centre_of_mars(folder / "mars.bsp")))
    brahe.set_global_eop_provider(brahe.StaticEOPProvider.from_zero())
    field = brahe.GravityConfiguration.spherical_harmonic(
        DEGREE, DEGREE, brahe.GravityModelType.from_file(str(gfc(folder / "gmm3.gfc")))
    )
    source = brahe.EphemerisSource.DE440
    others = (
        "SUN", "MERCURY", "VENUS", "EARTH", "MOON", "JUPITER_BARYCENTER", "SATURN_BARYCENTER",
        "URANUS_BARYCENTER", "NEPTUNE_BARYCENTER",
    )  # fmt: skip
    third = [brahe.ThirdBodyConfiguration(getattr(brahe.ThirdBody, b), source) for b in others]
    fixed = brahe.ParameterSource.value
    dark = propagate(STATE, START, days * DAY, centre="mars", forces=DARK, **TIGHT).final
    begin = brahe.Epoch.from_datetime(2021, 11, 9, 8, 10, 41.0, 20e6, brahe.TimeSystem.UTC)

    def fly(method: str, lit: bool) -> np.ndarray:
        light = brahe.SolarRadiationPressureConfiguration(
            fixed(0.0104), fixed(1.3), brahe.EclipseModel.CONICAL
        )
        model = brahe.ForceModelConfig.for_body(
            brahe.CentralBody.Mars, field, srp=light if lit else None, third_body=third,
            relativity=False, mass=fixed(1.0),
        )  # fmt: skip
        settings = brahe.NumericalPropagationConfig.with_method(
            getattr(brahe.IntegrationMethod, method)
        )
        settings = settings.with_abs_tol(1e-6).with_rel_tol(1e-12).with_max_step(1e7)
        craft = brahe.NumericalOrbitPropagator(begin, STATE, settings, model)
        craft.set_trajectory_mode(brahe.TrajectoryMode.DISABLED)
        craft.propagate_to(begin + days * DAY)
        return np.array(craft.current_state())

    rows = []
    for method in ("RKF78",):
        note = f"without light {gap(fly(method, False), dark):.1f} m"
        span = timed(partial(fly, method, True), repeat)
        rows.append((f"brahe, {method}", span, gap(fly(method, True), best), note))
    return rows


PLAIN = Forces(gravity={"mars": DEGREE}, relativity=False)


def scipy_flight(days: float) -> np.ndarray:
    """The end by SciPy: the Sun's tide and the field, by numpy; light and planets are left out."""
    ephemeris, gm, sun_gm = default_ephemeris(), float(body("mars").gm), float(body("sun").gm)

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        when, r = START + t, y[:3]
        axes = rotation("J2000", "IAU_MARS", when)
        sun = ephemeris.position("sun", wrt="mars", at=when)
        way = sun - r
        acc = (
            -gm * r / np.linalg.norm(r) ** 3
            + axes.T @ attraction("mars", axes @ r, degree=DEGREE)[0]
        )
        acc += sun_gm * (way / np.linalg.norm(way) ** 3 - sun / np.linalg.norm(sun) ** 3)
        return np.concatenate([y[3:], acc])

    return solve_ivp(slope, (0.0, days * DAY), STATE, "DOP853", rtol=1e-12, atol=1e-6).y[:, -1]


def with_scipy(_days: float, _repeat: int, _best: np.ndarray) -> list[Row]:
    """One day, light pressure left out of both."""
    best = propagate(STATE, START, DAY, centre="mars", forces=PLAIN, **TIGHT).final
    begin = time.process_time()
    end = scipy_flight(1.0)
    return [("SciPy DOP853, one day", time.process_time() - begin, gap(end, best), "Sun only")]


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: one day beside SciPy, the campaign alone."""
    from benchmarks.race import Check, Row, named, race, timed, told

    days = 0.1 if quick else 1.0
    inputs = f"{days:g} d, 266 × 10 652 km, GMM-3 to degree {DEGREE}, rtol 1e-12"
    peer = f"{named('scipy', 'SciPy')} DOP853, slope in NumPy"

    def row() -> Row:
        def ours() -> np.ndarray:
            return propagate(STATE, START, days * DAY, centre="mars", forces=PLAIN).final

        best = propagate(STATE, START, days * DAY, centre="mars", forces=PLAIN, **TIGHT).final
        checks = (
            Check("marsward off by", gap(ours(), best), 1.0, "m"),
            Check("peer off by", gap(scipy_flight(days), best), 1.0, "m"),
        )
        spans = race(ours, lambda: scipy_flight(days), rounds=3, often=5, patience=40.0)
        return Row("an orbit about Mars", inputs, peer, *spans, checks, "a flight", headline=True,
                   said="its field summed by marsward's own compiled harmonics; the planets left "
                   "out of its forces")  # fmt: skip

    yield told(peer, "an orbit about Mars", inputs, row)
    long = 10.0 if quick else 259.0
    spent = timed(
        lambda: propagate(STATE, START, long * DAY, centre="mars", forces=FORCES), rounds=3
    )
    yield Row("the whole campaign", f"{long:g} d, all forces", "brahe", spent, item="a flight",
              said="brahe's own flight about Mars with this field did not come to an end in "
              "minutes for a tenth of a day")  # fmt: skip


def whole(repeat: int) -> None:
    """The campaign of 259 days and what is done with it."""

    def fly(rtol: float = 1e-12):
        return propagate(STATE, START, 259 * DAY, centre="mars", forces=FORCES, rtol=rtol)

    print(f"\n259 days, degree {DEGREE}: {timed(fly, repeat):.2f} s at rtol 1e-12")
    path = fly(1e-14)
    print(f"its end at 1e-12 lies {gap(fly().final, path.final):.0f} m from that at 1e-14")
    points = np.random.default_rng(0).normal(size=(2000, 3))
    points *= 3.66e6 / np.linalg.norm(points, axis=1)[:, None]
    out, terms = np.empty((2000, 3)), field_terms("mars", DEGREE)
    span = timed(lambda: harmonics_table(points, 3.396e6, DEGREE + 1, terms, out), 20)
    print(f"one sum of the field at degree {DEGREE}, 264 km up: {1e6 * span / 2000:.2f} us")
    events = (
        apsis("mars", kind="both"), eclipse("mars"), occultation(),
        altitude_crossing("mars", 8e5),
    )  # fmt: skip
    count = len(find_events(path, events))
    span = timed(lambda: find_events(path, events), repeat)
    print(f"{count} apsides, shadows, occultations and 800 km crossings: {span:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        kernel = write_spk(Path(folder) / "orbit.bsp", path, naif_id=-999)
        span, size = time.process_time() - begin, kernel.stat().st_size / 1e6
        print(f"SPK to 1 mm: {span:.2f} s, {size:.1f} MB")
    mean = mean_orbit(STATE, START, 259 * DAY, solar_pressure=LIGHT)
    span = timed(lambda: mean_orbit(STATE, START, 259 * DAY, solar_pressure=LIGHT), repeat)
    at = START + np.linspace(0.0, 258.9 * DAY, 1500)
    true, found = elements_along(path, at), mean.osculating(at)

    def off(name: str) -> np.ndarray:
        return (getattr(found, name) - getattr(true, name) + 180.0) % 360.0 - 180.0

    along = np.unwrap(np.radians(off("mean_anomaly") + off("argument_of_periapsis")))
    print(
        f"mean elements from one state: {span:.3f} s; latitude of perigee within "
        f"{np.abs(off('periapsis_latitude')).max():.3f} deg, node {np.abs(off('node')).max():.3f} "
        f"deg, along the track {np.degrees(np.abs(along)).max():.2f} deg"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=1.0)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--brahe", action="store_true", help="minutes for a tenth of a day")
    options = parser.parse_args()
    best = propagate(STATE, START, options.days * DAY, centre="mars", forces=FORCES, **TIGHT).final
    print(f"{options.days:g} days        processor time        gap at the end")
    first = 0.0
    peers = (with_scipy, with_brahe) if options.brahe else (with_scipy,)
    for part in (of_marsward, *peers):
        try:
            for name, span, miss, note in part(options.days, options.repeat, best):
                first = first or span
                ratio = f"x {span / first:7.1f}"
                print(f"{name:28s} {span:9.3f} s   {ratio}   {miss:11.4f} m   {note}", flush=True)
        except ImportError as error:
            print(f"left out: {error}")
    whole(options.repeat)


if __name__ == "__main__":
    main()
