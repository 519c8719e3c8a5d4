"""Lambert's problem against the examples of two textbooks."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.lambert import lambert


def test_curtis_example_of_an_hour():
    # Curtis, Orbital Mechanics for Engineering Students, example 5.2
    leg = lambert([5e6, 10e6, 2.1e6], [-14.6e6, 2.5e6, 7e6], 3600.0, gm=398_600e9)
    np.testing.assert_allclose(leg.departure / 1e3, [-5.9925, 1.9254, 3.2456], atol=2e-4)
    np.testing.assert_allclose(leg.arrival / 1e3, [-3.3125, -4.1966, -0.38529], atol=2e-4)


def test_vallado_example_of_76_minutes():
    # Vallado, Fundamentals of Astrodynamics and Applications, example 7-5
    leg = lambert(
        [15_945.34e3, 0.0, 0.0], [12_214.83899e3, 10_249.46731e3, 0.0], 4560.0, gm=398_600.4418e9
    )
    np.testing.assert_allclose(leg.departure / 1e3, [2.058913, 2.915965, 0.0], atol=2e-6)
    np.testing.assert_allclose(leg.arrival / 1e3, [-3.451565, 0.910315, 0.0], atol=2e-6)


def test_the_window_of_2020_opens_where_it_did():
    launch, arrival = Epoch.utc("2020-07-30T11:50:00"), Epoch.utc("2021-02-18T20:40:00")
    sky = default_ephemeris()
    earth, mars = (
        sky.state(name, wrt="sun", at=when) for name, when in (("earth", launch), ("mars", arrival))
    )
    leg = lambert(earth[:3], mars[:3], float(arrival - launch), gm=float(body("sun").gm))
    out, into = leg.departure - earth[3:], leg.arrival - mars[3:]
    assert float(out @ out) / 1e6 == pytest.approx(14.5, abs=0.3)  # near the least of the season
    assert np.linalg.norm(into) / 1e3 == pytest.approx(2.55, abs=0.05)
