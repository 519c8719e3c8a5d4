"""Corrections of a voyage: against flights one by one, linear theory and closed forms."""

import numpy as np
import pytest
from scipy.stats import maxwell

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.course_corrections import correct_course
from marsward.dynamics.entry_point import coast_to_entry
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.execution_error import EXECUTION_ERRORS, asymptote_covariance
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.propagate import propagate

START = Epoch.utc("2020-07-30T12:40:08")
LEAVE = np.array(
    [-3781472.006, -4385903.847, -3120288.134, 8703.8168396, -7733.8456607, 339.7320691]
)
ENTRY = Epoch.utc("2021-02-18T20:36:26")
FORCES = Forces(solar_pressure=SolarPressure(2.4e-8, shadow=False), gravity={"earth": 3, "mars": 3})
DAY = 86400.0
TCMS = (START + 15 * DAY, ENTRY - 60 * DAY, ENTRY - 8 * DAY, ENTRY - 2 * DAY)
NONE, STAGE = EXECUTION_ERRORS["none"], EXECUTION_ERRORS["cruise-stage"]
KNOWN = np.array(
    [
        np.diag([p**2] * 3 + [v**2] * 3)
        for p, v in ((5e3, 5e-3), (3e3, 2e-3), (2e3, 1e-3), (1e3, 1e-3))
    ]
)


@pytest.fixture(scope="module")
def path():
    return propagate(LEAVE, START, ENTRY, centre="earth", forces=FORCES)


@pytest.fixture(scope="module")
def launch():
    angle = np.radians(0.05)
    return asymptote_covariance(
        LEAVE, c3_sigma=33e3, declination_sigma_rad=angle, right_ascension_sigma_rad=angle
    )


def flown(path, launch, **change):
    call = {
        "knowledge": KNOWN, "tcms": TCMS, "forces": FORCES, "execution": STAGE, "members": 1500,
    } | change  # fmt: skip
    return correct_course(path, launch, call.pop("knowledge"), **call)


def test_without_errors_the_first_correction_is_the_last(path, launch):
    found = flown(path, launch, knowledge=0.0 * KNOWN, execution=NONE, members=130)
    assert found.unsettled.sum() == 0
    miss = np.abs(found.arrivals[1:] - [*found.nominal[:2], 0.0])
    assert np.abs(found.arrivals[0, :, :2]).max() > 5e7
    assert miss[..., :2].max() < 300.0
    assert miss[..., 2].max() < 0.2
    assert found.sizes[:, 0].min() > 0.1
    # what comes after takes out what is left within the tolerance of the first: millimetres
    assert found.sizes[:, 1:].max() < 2e-3
    assert np.abs(found.states[:, :3]).max() < 30e3  # they come from other directions


def test_every_voyage_is_that_of_the_scalar_integrator(path):
    """Misled at the first correction and put right at the second, each flown again alone."""
    misled = np.array([np.diag([1e5**2] * 3 + [0.2**2] * 3), np.zeros((6, 6))])
    found = correct_course(
        path, np.zeros((6, 6)), misled, tcms=TCMS[:2], forces=FORCES, execution=NONE, members=4
    )
    sky = default_ephemeris()
    start = path.at(TCMS[0], wrt="sun", ephemeris=sky)
    end = path.at(ENTRY, wrt="mars", ephemeris=sky)
    for dv, told in zip(found.dv, found.states, strict=True):
        burns = [ImpulsiveBurn(when, kick) for when, kick in zip(TCMS, dv, strict=False)]
        alone = propagate(start, TCMS[0], ENTRY, forces=FORCES, burns=burns, rtol=1e-13)
        gap = alone.at(ENTRY, wrt="mars", ephemeris=sky) - end - told
        assert np.linalg.norm(gap[:3]) < 300.0
        assert np.linalg.norm(gap[3:]) < 0.2
    assert np.abs(found.arrivals[1, :, :2] - found.nominal[:2]).max() > 5e5
    assert np.abs(found.arrivals[2, :, :2] - found.nominal[:2]).max() < 300.0


def test_a_biased_launch_is_put_right_by_the_first_correction(path, launch):
    bias = np.array([3.0e7, -2.0e7])
    found = flown(path, 0.0 * launch, knowledge=0.0 * KNOWN, execution=NONE, members=2, bias=bias)
    np.testing.assert_array_equal(found.dv[0], found.dv[1])
    np.testing.assert_allclose(found.arrivals[0, 0, :2], found.nominal[:2] + bias, atol=200.0)
    assert np.abs(found.arrivals[1, 0, :2] - found.nominal[:2]).max() < 300.0
    # 36 000 km in the 188 days that are left, or a little less by the bending of the way
    assert 1.0 < found.sizes[0, 0] < 5.0


def test_delivery_is_that_of_linear_theory(path, launch):
    found = flown(path, 1e-4 * launch, members=3000, seed=3)
    drawn, told = found.delivery, found.linear_delivery
    np.testing.assert_allclose(np.sqrt(np.diag(drawn)), np.sqrt(np.diag(told)), rtol=0.05)
    ours, theirs = (np.sqrt(np.linalg.eigvalsh(c[:3, :3])) for c in (drawn, told))
    np.testing.assert_allclose(ours, theirs, rtol=0.05)


def test_first_correction_has_the_covariance_of_linear_theory(path):
    """A round error of the velocity at the correction itself asks for a Maxwellian correction."""
    sigma = 0.2
    known = np.diag([1e-6] * 3 + [sigma**2] * 3)[None]
    found = correct_course(
        path, np.zeros((6, 6)), known, tcms=TCMS[:1], forces=FORCES, execution=NONE, members=3000
    )
    sizes = found.sizes[:, 0]
    assert np.quantile(sizes, 0.99) == pytest.approx(maxwell.ppf(0.99, scale=sigma), rel=0.05)
    assert sizes.mean() == pytest.approx(maxwell.mean(scale=sigma), rel=0.03)


def test_corrections_shrink_and_ellipses_too(path, launch):
    found = flown(path, launch)
    mean = found.sizes.mean(axis=0)
    assert 2.0 < mean[0] < 20.0
    assert (np.diff(mean[:3]) < 0.0).all()
    major = np.sqrt(np.linalg.eigvalsh(found.ellipses()[1])[:, 1])
    assert (np.diff(major) < 0.0).all()
    assert major[-1] < 5e3
    assert found.times()[0] > 1000.0 > 60.0 > found.times()[-1]


def test_letting_the_hour_go_is_cheaper(path, launch):
    whole = flown(path, launch, members=400)
    free = flown(path, launch, members=400, aim="b-plane")
    assert free.sizes[:, 0].mean() < 0.99 * whole.sizes[:, 0].mean()
    assert free.times()[-1] > 10.0 * whole.times()[-1]
    major = np.sqrt(np.linalg.eigvalsh(free.ellipses()[1])[:, 1])
    assert major[-1] < 5e3


@pytest.mark.parametrize("aim", ["entry", "entry angle"])
def test_landers_are_led_to_the_same_entry(path, launch, aim):
    """Whatever way they come, by the scalar integrator: its place, and its hour or its angle."""
    found = flown(
        path, launch, members=3, aim=aim, tcms=TCMS[:2], knowledge=0.0 * KNOWN[:2],
        execution=NONE,
    )  # fmt: skip
    assert found.unsettled.sum() == 0
    sky = default_ephemeris()
    end = path.at(ENTRY, wrt="mars", ephemeris=sky)
    points = []
    for state in (end, *(end + found.states)):
        back = propagate(state, ENTRY, -1200.0, centre="mars", forces=FORCES, impact=False)
        begun = back.at(back.start, wrt="mars", ephemeris=sky)
        points.append(coast_to_entry(begun, back.start, forces=FORCES)[0])
    aimed = points[0]
    late = max(abs(float(p.epoch - aimed.epoch)) for p in points[1:])
    turn = max(
        abs(p.inertial_flight_path_angle - aimed.inertial_flight_path_angle) for p in points[1:]
    )
    assert (late < 0.2) if aim == "entry" else (late > 0.5)
    assert turn < (0.2 if aim == "entry" else 0.005)
    for point in points[1:]:
        assert np.linalg.norm(point.fixed[:3] - aimed.fixed[:3]) < 2e3


def test_seed_decides_and_workers_do_not(path, launch):
    one = flown(path, launch, members=200, seed=7)
    two = flown(path, launch, members=200, seed=7, workers=2)
    np.testing.assert_array_equal(one.dv, two.dv)
    np.testing.assert_array_equal(one.states, two.states)
    assert np.abs(flown(path, launch, members=200, seed=8).dv - one.dv).max() > 0.1


def test_small_corrections_are_left_out(path, launch):
    found = flown(path, launch, members=200, smallest=0.05)
    sizes = found.sizes
    assert ((sizes == 0.0) | (sizes >= 0.05)).all()
    assert (sizes[:, 3] == 0.0).any()


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"tcms": ()}, InputError, "one or more"),
        ({"tcms": (TCMS[1], TCMS[0], TCMS[2], TCMS[3])}, InputError, "does not follow"),
        ({"knowledge": KNOWN[:2]}, InputError, "4 covariances"),
        ({"knowledge": -KNOWN}, InputError, "negative variance"),
        ({"execution": [NONE]}, InputError, "one for each of the 4"),
        ({"members": 1}, InputError, "2 or more"),
        ({"aim": "moon"}, InputError, "an aim is"),
        ({"bias": (1.0,)}, InputError, "two numbers"),
        ({"bias": (9e11, 9e11)}, PhysicsError, "smaller bias"),
        ({"entry": ENTRY + DAY}, InputError, "before the entry"),
    ],
)
def test_bad_calls_are_refused(path, launch, change, kind, words):
    with pytest.raises(kind, match=words):
        flown(path, launch, members=change.pop("members", 5), **change)
