"""Flybys and tours against figures that others published."""

import math

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.dynamics.flyby import bending_angle
from marsward.dynamics.kepler import true_anomaly
from marsward.dynamics.manoeuvre_tour import TourChain
from marsward.dynamics.tour import fly_tour
from marsward.dynamics.tour_search import search_tours
from marsward.dynamics.transfer_costs import TransferCosts

DAY = 86_400.0

# Mean elements of ESA's trajectory problems (Vinkó & Izzo 2008, Global optimisation heuristics and
# test problems for preliminary spacecraft trajectory design, ESA ACT-TNT-MAD-GOHTPPSTD): a [au], e,
# inclination, node, argument, mean anomaly [deg], each a polynomial in centuries from 1900
ELEMENTS = {
    "mercury": (
        (0.3870986,),
        (0.20561421, 0.00002046, -0.00000003),
        (7.00288055555555556, 1.86083333333333333e-3, -1.83333333333333333e-5),
        (47.1459444444444444, 1.18520833333333333, 1.73888888888888889e-4),
        (28.7537527777777778, 0.370280555555555556, 1.20833333333333333e-4),
        (102.279380555555556, 149472.515288888889, 6.38888888888888889e-6),
    ),
    "venus": (
        (0.7233316,),
        (0.00682069, -0.00004774, 0.000000091),
        (3.39363055555555556, 1.00583333333333333e-3, -9.72222222222222222e-7),
        (75.7796472222222222, 0.89985, 4.1e-4),
        (54.3841861111111111, 0.508186111111111111, -1.38638888888888889e-3),
        (212.603219444444444, 58517.803875, 1.28605555555555556e-3),
    ),
    "earth": (
        (1.00000023,),
        (0.01675104, -0.0000418, -0.000000126),
        (0.0,),
        (0.0,),
        (101.220833333333333, 1.719175, 4.52777777777777778e-4, 3.33333333333333333e-6),
        (358.475844444444444, 35999.04975, -1.50277777777777778e-4, -3.33333333333333333e-6),
    ),
    "jupiter": (
        (5.202561,),
        (0.04833475, 0.00016418, -0.0000004676, -0.0000000017),
        (1.30873611111111111, -5.69611111111111111e-3, 3.88888888888888889e-6),
        (99.4433861111111111, 1.01053, 3.52222222222222222e-4, -8.51111111111111111e-6),
        (273.277541666666667, 0.599431666666666667, 7.0405e-4, 5.07777777777777778e-6),
        (225.328327777777778, 3034.69202388888889, -7.21588888888888889e-4, 1.78444444444444444e-6),
    ),
    "saturn": (
        (9.554747,),
        (0.05589232, -0.0003455, -0.000000728, 0.00000000074),
        (2.49251944444444444, -3.91888888888888889e-3, -1.54888888888888889e-5,
         4.44444444444444444e-8),
        (112.790388888888889, 0.873195138888888889, -1.52180555555555556e-4,
         -5.30555555555555556e-6),
        (338.307772222222222, 1.08522069444444444, 9.78541666666666667e-4, 9.91666666666666667e-6),
        (175.466216666666667, 1221.55146777777778, -5.01819444444444444e-4,
         -5.19444444444444444e-6),
    ),
}  # fmt: skip
UNIT, SUN = 149_597_870.66e3, 1.32712428e20  # of those problems


class MeanElements:
    """Planets on the ellipses of ESA's problems, ecliptic."""

    def state(self, name, *, wrt, at):
        assert wrt == "sun"
        if at.shape:
            return np.array([self.state(name, wrt=wrt, at=each) for each in at])
        century = (float(at.et) / DAY + 0.5 + 36_525.0) / 36_525.0
        a, e, *angles = (sum(c * century**k for k, c in enumerate(row)) for row in ELEMENTS[name])
        i, node, argument, mean = np.radians(angles)
        nu = float(true_anomaly(mean % (2.0 * math.pi), e))
        p = a * UNIT * (1.0 - e * e)
        x = np.array([np.cos(node), np.sin(node), 0.0])
        y = np.array([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.sin(i)])
        first = np.cos(argument) * x + np.sin(argument) * y
        second = -np.sin(argument) * x + np.cos(argument) * y
        place = p / (1.0 + e * math.cos(nu)) * (math.cos(nu) * first + math.sin(nu) * second)
        velocity = math.sqrt(SUN / p) * (-math.sin(nu) * first + (e + math.cos(nu)) * second)
        return np.concatenate([place, velocity])


def test_messenger_past_venus():
    # messenger.jhuapl.edu/venus2: 5 June 2007, 6390.1 km from the centre at 13.531 km/s, which
    # changed the velocity by 6.937 km/s
    gm, radius = float(body("venus").gm), 6390.1e3
    speed = math.sqrt(13.531e3**2 - 2.0 * gm / radius)
    turn = float(bending_angle(speed, radius, gm))
    assert 2.0 * speed * math.sin(0.5 * turn) == pytest.approx(6937.0, abs=1.0)
    assert radius - body("venus").equatorial_radius == pytest.approx(338.3e3, abs=100.0)


def test_cassini_1_of_esas_trajectory_problems():
    # the best known solution and its cost, as Tudat's and GTOPX's tests hold them: 4930.727 m/s
    days = np.cumsum([-789.8117, 158.302027105278, 449.385873819743, 54.7489684339665,
                      1024.36205846918, 4552.30796805542])  # fmt: skip
    low, saturn = 108_950e3, body("saturn")
    period = 2.0 * math.pi * math.sqrt((low / 0.02) ** 3 / saturn.gm)
    costs = TransferCosts(parking_altitude=None, period=period,
                          periapsis_altitude=low - saturn.equatorial_radius)  # fmt: skip
    tour = fly_tour(
        ("earth", "venus", "venus", "earth", "jupiter", "saturn"),
        Epoch.et((days - 0.5) * DAY), costs=costs, ephemeris=MeanElements(),
        altitudes={"venus": 299e3},
    )  # fmt: skip
    assert tour.dv == pytest.approx(4930.727, rel=5e-5)  # GM of planets differ in the 5th digit
    assert tour.flyable
    assert tour.flybys[2].radius == pytest.approx(6778e3, rel=1e-4)  # its bound at the Earth
    assert tour.flybys[0].radius == pytest.approx(6351.8e3, rel=1e-4)  # and at Venus


def test_messenger_of_esas_trajectory_problems():
    # MESSENGER (reduced), Earth-Earth-Venus-Venus-Mercury with a burn on each leg, as Tudat's tests
    # hold it: 8630.83256 m/s of departure, burns and arrival, all at infinity
    start, sky = Epoch.et((1171.64503236 - 0.5) * DAY), MeanElements()
    earth = sky.state("earth", wrt="sun", at=start)
    ahead = earth[3:] / np.linalg.norm(earth[3:])
    up = np.cross(earth[:3], earth[3:])
    up = up / np.linalg.norm(up)
    lon = 2.0 * math.pi * 0.37992647165
    lat = math.acos(2.0 * 0.498004040298 - 1.0) - 0.5 * math.pi
    out = math.cos(lat) * (math.cos(lon) * ahead + math.sin(lon) * np.cross(up, ahead))
    out = out + math.sin(lat) * up
    radii = np.array([1.80629232251, 3.04129845698, 1.10000000891]) * [6378.0, 6052.0, 6052.0]
    own = [body(name).equatorial_radius / 1e3 for name in ("earth", "venus", "venus")]
    row = np.concatenate([
        [1.40899421278, math.atan2(out[1], out[0]), math.asin(out[2]), 0.0],
        [399.999999715, 178.372255301, 299.223139512, 180.510754824],
        [0.234594654679, 0.0964769387134, 0.829948744508, 0.317174785637],
        radii / own, [1.35077257078, 1.09554368115, 1.34317576594],
    ])  # fmt: skip
    plain = TransferCosts(parking_altitude=None, periapsis_altitude=None)
    chain = TourChain(("earth", "earth", "venus", "venus", "mercury"), start, plain, sky)
    total, _ = chain.sums(row[None])
    assert 1e3 * float(total[0]) == pytest.approx(8630.83256, rel=1e-5)


def test_the_free_return_by_venus_and_mars_of_2021():
    # Hughes et al. 2014, AIAA 2014-4109, doi:10.2514/6.2014-4109: launch on 22 November 2021 at
    # 4.50 km/s, 582 days by Venus and Mars without an impulse, back at 6.53 km/s
    free = TransferCosts(parking_altitude=None, periapsis_altitude=None, injection_weight=0.0,
                         capture_weight=0.0)  # fmt: skip
    found = search_tours(
        "earth venus mars earth", launch=("2021-11-22", "2021-11-22T12:00"),
        arrive=("2023-06-26T18:00", "2023-06-27T12:00"), step="1 d", n=1, costs=free,
        legs=(("110 d", "150 d"), ("160 d", "220 d"), ("230 d", "280 d")),
    )[0]  # fmt: skip
    assert found.flyby_dv < 1.0
    assert found.flyable
    assert found.v_infinity == pytest.approx(4500.0, abs=15.0)
    assert found.v_infinity_arrival == pytest.approx(6530.0, abs=15.0)
    assert found.time_of_flight / DAY == pytest.approx(582.0, abs=0.6)
