"""The look back of Tianwen-1 navigated from its own picture: drawn, exposed, reduced, compared.

State of the craft from telemetry of 2020-07-26 (decoded by D. Estevez, CC BY 4.0), kept as its
place relative to Earth and Moon at 21:14:35 UTC to within the propagation of that vector.
"""

from functools import lru_cache

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.data.stars import catalogue
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.instruments.camera import Camera
from marsward.planet.globes import EarthLook
from marsward.planet.look_back import frame_bodies, scene, seen
from marsward.retrieval.attitude import small_rotation
from marsward.retrieval.limb_height import limb_height
from marsward.retrieval.optical_navigation import navigate
from marsward.retrieval.star_identification import Pointing

pytestmark = pytest.mark.flight

BODIES = ("earth", "moon")
AT = Epoch.utc("2020-07-26T21:14:35")
CAMERA = Camera()


@lru_cache(maxsize=1)
def craft():
    """Barycentric state 1.2 million km behind Earth, with Moon 3.7 degrees beside it."""
    ephemeris = default_ephemeris()
    start = Epoch.utc("2020-07-26T05:07:42.671")
    state = 1e3 * np.array(
        [
            *(84577798.07126294, -116153763.13510129, -50166531.95255927),
            *(27.687506375344995, 15.808077907805695, 7.52441937133873),
        ]
    )
    from marsward.dynamics.propagate import propagate

    path = propagate(state, start, start + 17 * 3600.0, centre="sun", ephemeris=ephemeris)
    return path.at(AT, wrt="ssb", ephemeris=ephemeris)


@lru_cache(maxsize=4)
def sitting(rim=False, seed=1):
    attitude = small_rotation([0.0011, -0.0007, 0.03]) @ frame_bodies(craft(), AT)
    truth = scene(CAMERA.pinhole, attitude, craft(), AT, backplanes=False, look=EarthLook(rim=rim))
    rate = CAMERA.electron_rate(truth)
    short = CAMERA.observe(truth, exposure="auto", seed=seed, rate=rate)
    long = CAMERA.observe(truth, exposure=CAMERA.star_exposure, seed=seed + 1, rate=rate)
    return attitude, truth, short, long


def reduce(frames, **options):
    ephemeris = default_ephemeris()
    known = {
        "catalogue": catalogue(),
        "at": AT,
        "observer_velocity": craft()[3:],
        "observer_position": craft()[:3],
        "sun_direction": np.stack([-ephemeris.position(b, wrt="sun", at=AT) for b in BODIES]),
        "body_states": np.stack([ephemeris.state(b, wrt="ssb", at=AT) for b in BODIES]),
    }
    return navigate(frames, CAMERA, **(known | options))


@lru_cache(maxsize=1)
def solved():
    attitude, _, short, long = sitting()
    believed = small_rotation([0.004, -0.003, 0.005]) @ attitude
    return reduce((short, long), pointing=Pointing(believed, np.radians(0.3)))


def test_attitude_is_known_to_a_tenth_of_an_arcsecond():
    attitude, *_ = sitting()
    turn = solved().attitude.matrix @ attitude.T
    small = 0.5 * np.array(
        [turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]
    )
    assert np.degrees(np.abs(small[:2])).max() * 3600 < 0.3
    assert np.degrees(abs(small[2])) * 3600 < 6.0
    assert small @ np.linalg.solve(solved().attitude.covariance, small) < 16.0


def test_every_star_is_named_rightly():
    _, truth, *_ = sitting()
    place = {
        int(h): (x, y)
        for h, x, y in zip(
            truth["star_hip"].values, truth["star_x"].values, truth["star_y"].values, strict=True
        )
    }
    found = solved()
    assert len(found.hip) >= 15
    for hip, xy in zip(found.hip, found.star_xy, strict=True):
        assert np.hypot(*(xy - np.array(place[int(hip)]))) < 0.7
    assert found.star_rms_px < 0.1


@pytest.mark.parametrize("name", BODIES)
def test_bodies_lie_where_they_are(name):
    attitude, *_ = sitting()
    real, sight = seen(name, craft(), AT), solved().body(name)
    centre = CAMERA.pinhole.project(attitude @ real.apparent)
    miss = sight.centre_px - centre
    assert np.hypot(*miss) < 0.35
    assert miss @ np.linalg.solve(sight.centre_covariance, miss) < 20.0
    assert abs(sight.range - real.distance) < 4.0 * sight.range_sigma
    assert sight.range_sigma < 0.01 * real.distance
    size = CAMERA.pinhole.focal_px * real.body.radius / real.distance
    assert sight.radius_px == pytest.approx(size, abs=4.0 * sight.radius_sigma_px)
    assert sight.direction @ sight.apparent == pytest.approx(1.0, abs=2e-8)


def test_position_is_fixed_within_its_covariance():
    fix = solved().fix
    off = fix.position - craft()[:3]
    assert np.linalg.norm(off) < 300e3
    assert off @ np.linalg.solve(fix.covariance, off) < 20.0
    assert np.all(fix.range_sigmas < 150e3)


def test_lost_in_space_agrees_with_the_believed_pointing():
    _, _, short, long = sitting()
    lost = reduce((long, short))
    assert np.abs(lost.attitude.matrix @ solved().attitude.matrix.T - np.eye(3)).max() < 1e-6


def test_air_above_the_limb_is_allowed_for():
    _, _, short, long = sitting(rim=True)
    height = {"earth": limb_height(CAMERA.band_lo, CAMERA.band_hi)}
    found = reduce((short, long), limb_heights=height)
    plain = reduce((short, long))
    real = seen("earth", craft(), AT)
    sight = found.body("earth")
    assert abs(sight.range - real.distance) < 3.5 * sight.range_sigma
    assert plain.body("earth").range < real.distance - 1e6
    assert found.fix.limb_height_sigma < height["earth"].sigma
    assert "visible limb of earth" in " ".join(found.assumptions)


def test_dataset_carries_units_and_all_bodies():
    result = solved().dataset()
    assert list(result["body"].values) == list(BODIES)
    assert result["range"].attrs["units"] == "m"
    assert result["offset_covariance"].shape == (2, 3, 3)
    assert result.sizes["star"] == len(solved().hip)
    assert result["fix_position"].shape == (3,)


def test_stars_alone_give_an_attitude():
    attitude, _, _, long = sitting()
    found = reduce(
        long,
        bodies=(),
        body_states=None,
        sun_direction=[1.0, 0.0, 0.0],
        pointing=Pointing(attitude, np.radians(0.1)),
    )
    assert found.sightings == ()
    assert found.fix is None
    assert "range" not in found.dataset()
    assert np.abs(found.attitude.matrix @ attitude.T - np.eye(3)).max() < 2e-5
    with pytest.raises(InputError, match="not looked for"):
        found.body("earth")


def test_calls_that_cannot_be_right_are_refused():
    _, _, short, long = sitting()
    with pytest.raises(InputError, match="one frame or two"):
        reduce((short, long, long))
    with pytest.raises(InputError, match="give the calibration"):
        reduce((short.isel(x=slice(0, 512)), long.isel(x=slice(0, 512))))
    blank = long.copy(deep=True)
    blank["dn"].values[:] = 200
    with pytest.raises(PhysicsError, match="expose longer"):
        reduce((short, blank))
    with pytest.raises(InputError, match="not zero"):
        reduce((short, long), sun_direction=np.zeros(3))
    with pytest.raises(PhysicsError, match="not in the picture"):
        reduce((blank.assign_attrs(exposure_s=1e-4), long))
