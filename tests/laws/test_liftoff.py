"""The hour of lift-off against the plane's geometry."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.injection import LaunchSite, injection
from marsward.dynamics.liftoff import DAY, liftoff, plane_inclination

CAPE = LaunchSite(28.583, -80.583, "Cape Canaveral")
ABOUT = Epoch.utc("2028-11-20")


def asymptote(declination, ascension=72.0, speed=3200.0):
    dec, ra = np.radians([declination, ascension])
    return speed * np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


@pytest.mark.parametrize("declination", [-50.0, -35.0, -10.0, 0.0, 20.0, 45.0])
def test_no_plane_is_flatter_than_asymptote_or_site(declination):
    out = asymptote(declination)
    when = liftoff(out, ABOUT, CAPE)
    assert abs(float(when - ABOUT)) <= 0.5 * DAY + 1.0
    site = np.degrees(np.arcsin(CAPE.direction(when)[2]))
    # 50 m of the geoid's slope and the Earth's precession move the site's latitude by hours of day
    assert plane_inclination(out, when, CAPE) == pytest.approx(
        max(abs(declination), abs(site)), abs=0.06
    )
    found = injection(out, when, CAPE, altitude=200e3)
    assert found.inclination == pytest.approx(plane_inclination(out, when, CAPE), abs=1e-6)
    if abs(declination) < 25.0:
        assert found.launch_azimuth == pytest.approx(90.0, abs=0.5)


@pytest.mark.parametrize("wanted", [30.0, 51.6, 80.0])
def test_an_inclination_that_is_asked_for_is_met(wanted):
    out = asymptote(25.0)
    when = liftoff(out, ABOUT, CAPE, inclination=wanted)
    assert injection(out, when, CAPE, altitude=185e3).inclination == pytest.approx(wanted, abs=1e-5)


def test_the_declination_itself_is_met():
    out = asymptote(40.0)
    least = plane_inclination(out, liftoff(out, ABOUT, CAPE), CAPE)
    when = liftoff(out, ABOUT, CAPE, inclination=least + 1e-4)
    assert plane_inclination(out, when, CAPE) == pytest.approx(least, abs=2e-4)


def test_below_the_declination_the_least_is_told():
    with pytest.raises(PhysicsError, match=r"declination 40\.00 deg.*ask for 40\.00 deg or more"):
        liftoff(asymptote(40.0), ABOUT, CAPE, inclination=28.5)


def test_what_is_no_asymptote_or_inclination_is_refused():
    with pytest.raises(InputError, match="three finite numbers"):
        liftoff([1.0, 2.0], ABOUT, CAPE)
    with pytest.raises(InputError, match="0 to 90 deg"):
        liftoff(asymptote(10.0), ABOUT, CAPE, inclination=100.0)
