"""The state transition matrix over a whole cruise against differences of flights, 1e-6 relative."""

from dataclasses import replace

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.injection import LaunchSite, injection
from marsward.dynamics.lambert import lambert
from marsward.dynamics.state_transition import arrive, state_transition

pytestmark = pytest.mark.flight
DAY, PRESSURE = 86400.0, 2.4e-8
LAUNCH, END = Epoch.utc("2020-07-30T11:50:00"), Epoch.utc("2021-02-15T20:36:38")
LIGHT = SolarPressure(PRESSURE, shadow=False)
"""The matrix leaves out how the penumbra changes with place, so there is none here."""


@pytest.fixture(scope="module")
def leave():
    """From a parking orbit of 200 km towards Mars, as Lambert's conic asks."""
    ephemeris = default_ephemeris()
    earth = ephemeris.state("earth", wrt="sun", at=LAUNCH)
    mars = ephemeris.state("mars", wrt="sun", at=END)
    leg = lambert(earth[:3], mars[:3], float(END - LAUNCH), gm=float(body("sun").gm))
    site = LaunchSite(28.583, -80.583)
    return injection(leg.departure - earth[3:], LAUNCH, site, altitude=200e3)


def richardson(flown, step):
    """Derivative by central differences at a step and twice of it, to the fourth order."""
    near, far = ((flown(h) - flown(-h)) / (2.0 * h) for h in (step, 2.0 * step))
    return (4.0 * near - far) / 3.0


def relative(found, reference):
    """Greatest relative difference of the halves (position, velocity) of columns (6, k)."""
    return max(
        float((np.linalg.norm(found[half] - reference[half], axis=0)
               / np.linalg.norm(reference[half], axis=0)).max())
        for half in (slice(0, 3), slice(3, 6))
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wait", "gravity", "steps"),
    [
        (0.0, {"earth": 4, "mars": 20}, (1.0, 1e-3)),  # from the perigee on
        (5.0 * DAY, {"earth": 4, "mars": 20}, (1e4, 0.1)),
    ],
)
def test_the_matrix_of_a_cruise_is_that_of_differences(leave, wait, gravity, steps):
    forces = Forces(gravity=gravity, solar_pressure=LIGHT)
    options = {"centre": "earth", "rtol": 1e-14}
    state, epoch = leave.state, leave.epoch + wait
    if wait:
        state = arrive(state, leave.epoch, epoch, forces=forces, **options)
    told = state_transition(state, epoch, END, forces=forces, **options)
    columns = []
    for axis in np.eye(6):

        def flown(h, axis=axis):
            return arrive(state + h * axis, epoch, END, forces=forces, **options)

        columns.append(richardson(flown, steps[0] if axis[:3].any() else steps[1]))
    assert relative(told.matrix, np.column_stack(columns)) < 1e-6

    def pressed(h):
        light = SolarPressure(PRESSURE + h, shadow=False)
        return arrive(state, epoch, END, forces=replace(forces, solar_pressure=light), **options)

    assert relative(told.solar[:, None], richardson(pressed, 1e-9)[:, None]) < 1e-6
    # a cruise has no friction: the matrix keeps the volume, and the symplectic form
    unit = np.diag([1.0] * 3 + [DAY] * 3)  # metres, and metres a day
    matrix = unit @ told.matrix @ np.linalg.inv(unit)
    form = np.block([[np.zeros((3, 3)), np.eye(3)], [-np.eye(3), np.zeros((3, 3))]])
    kept = matrix.T @ form @ matrix
    scale = np.abs(matrix).max() ** 2
    assert np.abs(kept - form).max() < 1e-9 * scale
