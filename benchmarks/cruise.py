"""The 203-day cruise: marsward beside ASSIST, brahe and SciPy on the same state and physics.

    python benchmarks/cruise.py [--repeat 21]

Sun, eight planets and Moon of DE440, solar pressure (Cr 1.3, A/m 0.006 m2/kg, 1361 W/m2) and the
Schwarzschild term of the Sun, from 2020-07-23T06:27:04.157 UTC. Peers that are not installed are
left out (pip install assist rebound brahe). Times are processor time of this process, medians
after one call to warm up; peers and marsward take turns in one process. Errors are against the
80-bit reference of tools/make_cruise_reference.py. What a peer cannot do stands beside its name:
ASSIST has no solar pressure of this form and is measured without it, against marsward's own
flight at 1e-14 without it; brahe fixes its own solar constant and its own TDB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.lanes import propagate_lanes
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import arrive, state_transition

DAY = 86400.0
DAYS = 203
AU = 149597870700.0
START = Epoch.utc("2020-07-23T06:27:04.157")
STATE = 1e3 * np.array(
    [
        77370211.41732779, -120040665.5773057, -52035627.25877059,
        31.626899470825165, 15.031561106807159, 7.495133460502749,
    ]
)  # fmt: skip
REFERENCE = np.array([13477669993.4881, 214232901124.4237, 95026650874.9955])
LIGHT = SolarPressure.of_craft(1.3, 0.006, shadow=False)
FORCES = Forces(solar_pressure=LIGHT)
DARK = Forces(centre_switching=True)
Row = tuple[str, float, float, str]


def timed(call: Callable[[], object], repeat: int) -> float:
    """Median processor time [ms]."""
    call()
    spans = []
    for _ in range(repeat):
        begin = time.process_time()
        call()
        spans.append(time.process_time() - begin)
    return 1e3 * statistics.median(spans)


def miss(state: np.ndarray, reference: np.ndarray = REFERENCE) -> float:
    return float(np.linalg.norm(np.asarray(state)[:3] - reference[:3]))


def ours(repeat: int) -> list[Row]:
    span = DAYS * DAY
    path = propagate(STATE, START, span, forces=FORCES)
    rows = [
        (
            "marsward propagate, dense output, 1e-12",
            timed(lambda: propagate(STATE, START, span, forces=FORCES), repeat),
            miss(path.at(path.stop, wrt="sun")),
            f"{path.times.size - path.arcs} steps, Earth then Sun",
        )
    ]
    fixed = Forces(solar_pressure=LIGHT, centre_switching=False)
    for name, forces, rtol in (
        ("marsward arrive, 1e-12", FORCES, 1e-12),
        ("marsward arrive, 1e-12, Sun throughout", fixed, 1e-12),
        ("marsward arrive, 1e-14", FORCES, 1e-14),
    ):

        def fly(forces: Forces = forces, rtol: float = rtol) -> np.ndarray:
            return arrive(STATE, START, span, forces=forces, rtol=rtol)

        rows.append((name, timed(fly, repeat), miss(fly()), "end state only"))
    found = state_transition(STATE, START, span, forces=FORCES)
    rows.append(
        (
            "marsward state_transition, 6 x 7",
            timed(lambda: state_transition(STATE, START, span, forces=FORCES), repeat),
            miss(found.state),
            "with variational equations",
        )
    )
    for count in (64, 1024):
        states = np.tile(STATE, (count, 1))
        states[1:, 3:] += np.random.default_rng(0).normal(0.0, 1e-2, (count - 1, 3))
        ends = propagate_lanes(states, START, span, forces=fixed)

        def fleet(states: np.ndarray = states) -> np.ndarray:
            return propagate_lanes(states, START, span, forces=fixed)

        each = timed(fleet, 5) / count
        rows.append(
            (f"marsward lanes, {count} craft, per craft", each, miss(ends[0]),
             f"{1e3 / each:,.0f} arcs/s on one core")
        )  # fmt: skip
    return rows


def assist_flight(epsilon: float) -> Callable[[], np.ndarray]:
    """A flight of ASSIST with IAS15 at an epsilon: its end relative to the Sun."""
    import assist
    import rebound

    field = assist.Ephem(str(de440()))
    state = STATE + default_ephemeris().state("sun", wrt="ssb", at=START)
    begin = float(START.et) / DAY
    step = 1e-3

    def fly() -> np.ndarray:
        sim = rebound.Simulation()
        sim.t = begin
        extras = assist.Extras(sim, field)
        extras.forces = ["SUN", "PLANETS", "GR_SIMPLE"]
        sim.add(
            x=state[0] / AU, y=state[1] / AU, z=state[2] / AU,
            vx=state[3] * DAY / AU, vy=state[4] * DAY / AU, vz=state[5] * DAY / AU,
        )  # fmt: skip
        sim.integrator = "ias15"
        sim.ri_ias15.epsilon = epsilon
        sim.ri_ias15.min_dt = step
        sim.integrate(begin + DAYS)
        p = sim.particles[0]
        end = np.array([p.x, p.y, p.z, p.vx / DAY, p.vy / DAY, p.vz / DAY]) * AU
        extras.detach(sim)
        return end - default_ephemeris().state("sun", wrt="ssb", at=START + DAYS * DAY)

    return fly


def with_assist(repeat: int) -> list[Row]:
    truth = arrive(STATE, START, DAYS * DAY, forces=DARK, rtol=1e-14)
    return [
        (
            f"ASSIST, IAS15 epsilon {epsilon:g}",
            timed(assist_flight(epsilon), repeat),
            miss(assist_flight(epsilon)(), truth),
            "no solar pressure; simplified relativity",
        )
        for epsilon in (1e-5, 1e-6)
    ]


def brahe_flight(method: str) -> Callable[[], np.ndarray]:
    """A flight of brahe by one of its methods: its end relative to the Sun."""
    folder = Path(tempfile.mkdtemp(prefix="brahe-cache-")) / "naif"
    folder.mkdir()
    (folder / "de440.bsp").symlink_to(de440())
    os.environ["BRAHE_CACHE"] = str(folder.parent)
    import brahe

    brahe.load_spice_kernel(str(de440()))
    brahe.set_global_eop_provider(brahe.StaticEOPProvider.from_zero())
    others = (
        "SUN", "MERCURY", "VENUS", "EARTH", "MOON", "MARS_BARYCENTER", "JUPITER_BARYCENTER",
        "SATURN_BARYCENTER", "URANUS_BARYCENTER", "NEPTUNE_BARYCENTER",
    )  # fmt: skip
    source = brahe.EphemerisSource.DE440
    third = [brahe.ThirdBodyConfiguration(getattr(brahe.ThirdBody, b), source) for b in others]
    fixed = brahe.ParameterSource.value
    light = brahe.SolarRadiationPressureConfiguration(
        fixed(0.006), fixed(1.3), brahe.EclipseModel.NONE
    )
    model = brahe.ForceModelConfig.for_body(
        brahe.CentralBody.SSB, brahe.GravityConfiguration.zero(), srp=light, third_body=third,
        relativity=True, mass=fixed(1.0),
    )  # fmt: skip
    begin = brahe.Epoch.from_datetime(2020, 7, 23, 6, 27, 4.0, 157e6, brahe.TimeSystem.UTC)
    first = STATE + default_ephemeris().state("sun", wrt="ssb", at=START)
    sun = default_ephemeris().state("sun", wrt="ssb", at=START + DAYS * DAY)

    def fly() -> np.ndarray:
        settings = brahe.NumericalPropagationConfig.with_method(
            getattr(brahe.IntegrationMethod, method)
        )
        settings = settings.with_abs_tol(1e-3).with_rel_tol(1e-12).with_max_step(1e7)
        craft = brahe.NumericalOrbitPropagator(begin, first, settings, model)
        craft.set_trajectory_mode(brahe.TrajectoryMode.DISABLED)
        craft.propagate_to(begin + DAYS * DAY)
        return np.array(craft.current_state()) - sun

    return fly


def with_brahe(repeat: int) -> list[Row]:
    return [
        (f"brahe, {method}", timed(brahe_flight(method), repeat), miss(brahe_flight(method)()),
         "own solar constant and TDB")
        for method in ("RKF78", "RKN1210", "DP54")
    ]  # fmt: skip


def scipy_flight() -> Callable[[], np.ndarray]:
    """What most users write: SciPy's DOP853 with an own right-hand side on the reader."""
    from scipy.integrate import solve_ivp

    reader = default_ephemeris()
    names = ("sun", 1, 2, "earth", "moon", 4, 5, 6, 7, 8)
    gms = [float(body(name).gm) for name in names]
    push = LIGHT.acceleration_1au * AU**2

    def rhs(t: float, y: np.ndarray) -> np.ndarray:
        at = START + t
        acc = np.zeros(3)
        for name, gm in zip(names, gms, strict=True):
            d = reader.position(name, wrt="ssb", at=at) - y[:3]
            acc += gm * d / np.linalg.norm(d) ** 3
        s = y - reader.state("sun", wrt="ssb", at=at)
        r = np.linalg.norm(s[:3])
        k = gms[0] / (299792458.0**2 * r**3)
        acc += push * s[:3] / r**3
        acc += k * ((4 * gms[0] / r - s[3:] @ s[3:]) * s[:3] + 4 * (s[:3] @ s[3:]) * s[3:])
        return np.concatenate([y[3:], acc])

    first = STATE + reader.state("sun", wrt="ssb", at=START)

    def fly() -> np.ndarray:
        found = solve_ivp(
            rhs, (0.0, DAYS * DAY), first, method="DOP853", rtol=1e-12, atol=[1e-3] * 3 + [1e-9] * 3
        )
        return found.y[:, -1] - reader.state("sun", wrt="ssb", at=START + DAYS * DAY)

    return fly


def with_scipy() -> list[Row]:
    fly = scipy_flight()
    return [("SciPy DOP853, Python right-hand side", timed(fly, 3), miss(fly()), "")]


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: the end of the flight, with the errors of both."""
    from benchmarks.race import Check, Row, named, published, race, timed, told

    inputs, item = "203 days, rtol 1e-12, end state", "a flight"
    rounds = 3 if quick else 21

    def ours(forces: Forces = FORCES) -> np.ndarray:
        return arrive(STATE, START, DAYS * DAY, forces=forces, rtol=1e-12)

    def beside(make: Callable[[], Callable[[], np.ndarray]], peer: str, limit: float, said: str,
               forces: Forces = FORCES, top: bool = False) -> Row:  # fmt: skip
        fly, truth = make(), REFERENCE
        if forces is DARK:
            truth = arrive(STATE, START, DAYS * DAY, forces=DARK, rtol=1e-14)
        checks = (
            Check("marsward off by", miss(ours(forces), truth), 10.0, "m"),
            Check("peer off by", miss(fly(), truth), limit, "m"),
        )
        spans = race(lambda: ours(forces), fly, rounds=rounds, patience=40.0)
        return Row("one flight", inputs, peer, *spans, checks, item, said=said, headline=top)

    flights = [
        (f"{named('assist', 'ASSIST')}, IAS15 epsilon {e:g}", lambda e=e: assist_flight(e), 100.0,
         "no solar pressure in either: ASSIST has none of this form", DARK, e == 1e-6)
        for e in (1e-5, 1e-6)
    ]  # fmt: skip
    flights += [
        (f"{named('brahe')}, {m}", lambda m=m: brahe_flight(m), 30e3,
         "its own solar constant and TDB make its error", FORCES, m == "RKF78")
        for m in ("RKF78", "RKN1210", "DP54")
    ]  # fmt: skip
    flights.append(
        (f"{named('scipy', 'SciPy')} DOP853", scipy_flight, 100.0,
         "slope in Python on marsward's reader, as users write it", FORCES, False)
    )  # fmt: skip
    for peer, make, limit, said, forces, top in flights:
        row = lambda a=(make, peer, limit, said, forces, top): beside(*a)  # noqa: E731
        yield told(peer, "one flight", inputs, row)
    alone = timed(ours, rounds=rounds)
    for peer, span, source in ELSEWHERE:
        yield published("one flight", inputs, peer, span, source, item=item, ours=alone)
    yield fleet_row(64 if quick else 1024)


def fleet_row(count: int):
    """Many craft at once; no peer shares one ephemeris among its flights."""
    from benchmarks.race import Check, Row, timed

    fixed = Forces(solar_pressure=LIGHT, centre_switching=False)
    states = np.tile(STATE, (count, 1))
    states[1:, 3:] += np.random.default_rng(0).normal(0.0, 1e-2, (count - 1, 3))
    ends = propagate_lanes(states, START, DAYS * DAY, forces=fixed)
    spent = timed(
        lambda: propagate_lanes(states, START, DAYS * DAY, forces=fixed), rounds=5, items=count
    )
    return Row(
        f"{count} flights in lanes", "203 days, velocities scattered by 1 cm/s", "none", spent,
        checks=(Check("the first off by", miss(ends[0]), 30.0, "m"),), item="a flight",
        said="no peer flies many craft through one look at the ephemeris",
    )  # fmt: skip


# time of one flight [s] that was measured on the same kind of machine on 2026-11-22, and what of
# the physics was left out
ELSEWHERE = (
    ("heyoka 7.13, N bodies", 4.4e-3, "2026-11-22, same kind of machine; integrates the planets "
     "too, off by 280 m (8.3 ms at its finest: 50 m)"),
    ("nyx 2.6, DP78", 12e-3, "2026-11-22, same kind of machine; at 1e-9 and without relativity; "
     "68 ms and more at 1e-12"),
    ("Orekit 13.1, DP853", 46e-3, "2026-11-22, same kind of machine, wall; without solar pressure "
     "and relativity"),
    ("GMAT R2026a, PD78", 180e-3, "2026-11-22, same kind of machine; off by 7.2 km; no wheel for "
     "Python 3.11"),
    ("Basilisk 2.12, RK4 60 s", 15.9, "2026-11-22, same kind of machine; no solar pressure, no "
     "relativity, off by 694 km"),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Cruise propagation beside peers.")
    parser.add_argument("--repeat", type=int, default=21)
    repeat = parser.parse_args().repeat
    rows = ours(repeat)
    for peer in (lambda: with_assist(repeat), lambda: with_brahe(repeat), with_scipy):
        try:
            rows += peer()
        except ImportError as missing:
            print(f"left out: {missing}")
    base = rows[0][1]
    print(f"{'what':44s} {'ms':>9s} {'ratio':>8s} {'error m':>10s}  remark")
    for name, spent, error, remark in rows:
        print(f"{name:44s} {spent:9.4f} {spent / base:8.2f} {error:10.2f}  {remark}")


if __name__ == "__main__":
    main()
