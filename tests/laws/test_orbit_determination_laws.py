"""The joint fit on made-up flights whose truth is known: it finds it, and its sigmas are honest."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.burn_fit import Engine, fit_finite_burn, fit_impulse
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.orbit_determination import (
    Manoeuvre,
    Quality,
    StateVector,
    join,
    sweep,
)
from marsward.dynamics.propagate import propagate
from marsward.dynamics.solar_pressure_fit import Coast, fit_solar_pressure

PRESSURE = 2.4e-8
FORCES = Forces(solar_pressure=SolarPressure(PRESSURE))
START = Epoch.utc("2020-08-04T00:00:00")
STATE = 1e3 * np.array(
    [105392978.4, -102325264.7, -43650426.9, 24.795304587, 19.029748865, 8.903738346]
)
BURNS = (
    ImpulsiveBurn(START + 20 * 86400.0, (3.0, -2.0, 5.0)),
    ImpulsiveBurn(START + 50 * 86400.0, (-30.0, 40.0, 100.0)),
)
SIGMA = Quality(1000.0, 0.005)


@pytest.fixture(scope="module")
def truth():
    return propagate(STATE, START, START + 80 * 86400.0, forces=FORCES, burns=BURNS)


def vectors_of(truth, noise=None):
    ephemeris = default_ephemeris()
    result = []
    for i, day in enumerate((0.0, 8.0, 19.0, 22.0, 35.0, 49.0, 52.0, 65.0, 79.0)):
        epoch = START + day * 86400.0
        state = truth.at(epoch, wrt="sun", ephemeris=ephemeris)
        if noise is not None:
            state = state + noise[i] * np.array([SIGMA.position] * 3 + [SIGMA.velocity] * 3)
        result.append(StateVector(f"v{i}", epoch, state, "good"))
    return result


def guesses(offset=200.0):
    return [
        Manoeuvre("a", BURNS[0].epoch + offset, 600.0, np.array([2.9, -2.1, 5.2])),
        Manoeuvre("b", BURNS[1].epoch - offset, 600.0, np.array([-30.5, 40.2, 99.0])),
    ]


def test_a_flight_without_noise_is_found_again(truth):
    fit = join(
        vectors_of(truth),
        guesses(),
        {"good": SIGMA},
        forces=FORCES,
        estimate_quality=False,
    )
    # the a-priori epochs (200 s off at 600 s) hold the fit back a little: no more than they may
    for found, burn in zip(fit.manoeuvres, BURNS, strict=True):
        assert abs(float(found.epoch - burn.epoch)) < 0.4 * found.epoch_sigma + 1.0
        assert np.linalg.norm(found.dv - burn.dv) < 2e-3


def test_partials_agree_with_differences_of_the_flow(truth):
    vectors = vectors_of(truth)[-1:]
    start = StateVector("s", START, STATE, "good")
    burns = [Manoeuvre(m.name, b.epoch, 1.0, np.array(b.dv))
             for m, b in zip(guesses(), BURNS, strict=True)]  # fmt: skip
    _, partials, pressure = sweep(start, vectors, burns, FORCES)

    def end(column, h):
        state, moved = STATE.copy(), list(burns)
        if column < 6:
            state[column] += h
        else:
            i, j = divmod(column - 6, 4)
            dv = moved[i].dv.copy()
            if j:
                dv[j - 1] += h
            moved[i] = Manoeuvre("m", burns[i].epoch + (h if j == 0 else 0.0), 1.0, dv)
        return sweep(StateVector("s", START, state, "good"), vectors, moved, FORCES)[0][0]

    steps = [1e5] * 3 + [0.1] * 3 + [100.0, 0.1, 0.1, 0.1] * 2
    for column, h in enumerate(steps):
        slope = (end(column, h) - end(column, -h)) / (2.0 * h)
        scale = np.linalg.norm(slope[:3])
        assert np.linalg.norm(partials[0][:3, column] - slope[:3]) < 2e-4 * scale
    more = Forces(solar_pressure=SolarPressure(PRESSURE * 1.5))
    less = Forces(solar_pressure=SolarPressure(PRESSURE * 0.5))
    slope = sweep(start, vectors, burns, more)[0][0] - sweep(start, vectors, burns, less)[0][0]
    assert np.allclose(pressure[0][:3], slope[:3] / PRESSURE, rtol=1e-4)


def test_sigmas_cover_the_errors_over_many_draws(truth):
    rng = np.random.default_rng(11)
    ratios = []
    for _ in range(12):
        noise = rng.normal(size=(9, 6))
        fit = join(
            vectors_of(truth, noise),
            guesses(0.0),
            {"good": SIGMA},
            forces=FORCES,
            estimate_quality=False,
        )
        error = np.concatenate(
            [np.array(m.dv) - np.array(b.dv) for m, b in zip(fit.manoeuvres, BURNS, strict=True)]
        )
        sigma = np.concatenate([m.dv_sigma for m in fit.manoeuvres])
        ratios.append(error / sigma)
    assert 0.7 < np.sqrt(np.mean(np.square(ratios))) < 1.3


def test_the_quality_of_the_vectors_is_read_from_the_residuals(truth):
    noise = np.random.default_rng(5).normal(size=(9, 6))
    fit = join(vectors_of(truth, noise), guesses(0.0), {"good": Quality(10e3, 0.05)}, forces=FORCES)
    assert 0.6 < fit.qualities["good"].position / SIGMA.position < 1.6
    assert 0.6 < fit.qualities["good"].velocity / SIGMA.velocity < 1.6


def test_solar_pressure_is_found_from_a_coast():
    stop = START + 40 * 86400.0
    path = propagate(STATE, START, stop, forces=FORCES)
    end = path.at(stop, wrt="sun", ephemeris=default_ephemeris())
    coast = Coast(
        StateVector("a", START, STATE, "good"), StateVector("b", stop, end, "good"), 0.005
    )
    fit = fit_solar_pressure([coast], forces=Forces())
    assert fit.acceleration == pytest.approx(PRESSURE, rel=1e-4)


def test_impulse_at_closest_approach(truth):
    vectors = vectors_of(truth)
    fit = fit_impulse(vectors[5], vectors[6], BURNS[1].epoch + 900.0, forces=FORCES)
    assert abs(float(fit.epoch - BURNS[1].epoch)) < 0.05
    assert np.allclose(fit.dv, BURNS[1].dv, atol=1e-4)


def test_finite_burn_is_found_again():
    start, mass = START + 1 * 86400.0, 5000.0
    burn = FiniteBurn(start, 25.0, 3000.0, 321.6, (0.1, 0.3, 0.9), "J2000")
    ephemeris = default_ephemeris()
    stop = START + 2 * 86400.0
    path = propagate(STATE, START, stop, forces=FORCES, burns=(burn,), mass=mass)
    end = path.at(stop, wrt="sun", ephemeris=ephemeris)
    fit = fit_finite_burn(
        StateVector("a", START, STATE, "good"),
        StateVector("b", stop, end, "good"),
        start + 100.0,
        engine=Engine(3000.0, 321.6),
        mass=mass,
        forces=FORCES,
        quality=SIGMA,
    )
    assert abs(float(fit.start - start)) < 0.05
    assert fit.duration == pytest.approx(25.0, abs=1e-3)
    assert fit.direction @ burn.direction == pytest.approx(1.0, abs=1e-8)
    # Tsiolkovsky
    used = 25.0 * 3000.0 / (321.6 * 9.80665)
    assert np.linalg.norm(fit.dv) == pytest.approx(
        321.6 * 9.80665 * np.log(mass / (mass - used)), rel=1e-6
    )


def test_a_manoeuvre_that_no_vector_sees_is_refused(truth):
    late = Manoeuvre("late", START + 79.5 * 86400.0, 60.0, np.array([1.0, 0.0, 0.0]))
    with pytest.raises(PhysicsError, match=r"no vector sees|singular"):
        join(vectors_of(truth), [late], {"good": SIGMA}, forces=FORCES)


def test_an_unknown_quality_is_named(truth):
    with pytest.raises(InputError, match="'good'"):
        join(vectors_of(truth), guesses(), {"fine": SIGMA}, forces=FORCES)
