"""A burn half way pays where Lawden's primer vector says so, and is then as good as it can be."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.deep_space_manoeuvre import deep_space_manoeuvre
from marsward.dynamics.primer_vector import primer_vector
from marsward.dynamics.transfer_costs import TransferCosts

DAY = 86_400.0
SUN = float(body("sun").gm)
PLAIN = TransferCosts(parking_altitude=None, periapsis_altitude=None)
"""Both ends counted as velocities at infinity: what the primer vector was made for."""


def transfer(launch, days, **options):
    start = Epoch.utc(launch)
    return deep_space_manoeuvre(
        "earth", "mars", launch=start, arrival=start + days * DAY, **options
    )


@pytest.mark.parametrize(
    ("launch", "days"),
    [("2020-07-23", 180), ("2020-07-23", 202), ("2020-07-01", 320), ("2022-09-01", 210),
     ("2026-11-01", 250), ("2028-12-01", 300)],
)  # fmt: skip
def test_a_burn_pays_where_the_primer_is_longer_than_one(launch, days):
    found = transfer(launch, days, costs=PLAIN, starts=1500)
    assert found.primer.pays == found.pays
    if found.pays:
        assert found.saving > 10.0
        assert found.best.score < found.direct.score
    else:
        assert found.best.score == pytest.approx(found.direct.score, abs=0.01)
        assert "no burn on the way pays" in found.told


def test_the_best_burn_keeps_lawdens_conditions():
    # on both sides of the burn the primer is 1 there, does not grow or shrink, and runs on smoothly
    best = transfer("2022-09-01", 210, costs=PLAIN).best
    out = best.outgoing / best.v_infinity
    along = best.burn / best.dv
    here, there = best.states
    first = primer_vector(here[:3], here[3:] + best.outgoing, float(best.epoch - best.launch),
                          gm=SUN, first=out, last=along, points=1601)  # fmt: skip
    back = primer_vector(there[:3], -(there[3:] + best.incoming), float(best.arrival - best.epoch),
                         gm=SUN, first=-best.incoming / best.v_infinity_arrival, last=along,
                         points=1601)  # fmt: skip
    before, after = (_rate(each) for each in (first, back))
    assert first.size[-1] == pytest.approx(1.0, abs=1e-9)
    fast = np.linalg.norm(before)
    assert abs(before @ along) < 0.01 * fast
    assert np.linalg.norm(before + after) < 0.02 * fast  # the second history was told backward


def _rate(primer):
    """Rate of the primer at its last point, by differences of the second order."""
    a, b, c = primer.vector[-3:]
    return (1.5 * c - 2.0 * b + 0.5 * a) / (primer.seconds[-1] - primer.seconds[-2])


def test_both_arcs_lead_where_an_integrator_says():
    found = transfer("2020-07-23", 202, max_dla=17.0)
    best = found.best

    def pull(_time, state):
        return np.concatenate([state[3:], -SUN * state[:3] / np.linalg.norm(state[:3]) ** 3])

    def fly(state, seconds):
        kept = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-2}
        return solve_ivp(pull, (0.0, seconds), state, **kept).y[:, -1]

    state = best.states[0].copy()
    state[3:] += best.outgoing
    state = fly(state, float(best.epoch - best.launch))
    assert np.linalg.norm(state[:3] - best.place) < 100.0
    state[3:] += best.burn
    state = fly(state, float(best.arrival - best.epoch))
    assert np.linalg.norm(state[:3] - best.states[1, :3]) < 1e3
    np.testing.assert_allclose(state[3:] - best.states[1, 3:], best.incoming, atol=1e-3)
    assert not found.keeps
    assert "no direct transfer keeps DLA 17 deg" in found.told


def test_limits_are_kept_and_seeds_repeat():
    one, two = (transfer("2020-07-23", 202, max_c3=12.0e6, starts=800, seed=5) for _ in range(2))
    assert one.best.c3 <= 12.0e6 * (1.0 + 1e-9)
    assert one.best.score == two.best.score
    slow = transfer("2020-07-23", 202, max_v_infinity=2500.0).best
    assert slow.v_infinity_arrival <= 2500.0 * (1.0 + 1e-4)
    fixed = one.best.outgoing
    kept = transfer("2020-07-23", 202, asymptote=fixed, starts=400).best
    np.testing.assert_allclose(kept.outgoing, fixed, rtol=1e-9)
    assert kept.score == pytest.approx(one.best.score, abs=0.05)


def test_a_window_is_searched_for_both():
    found = deep_space_manoeuvre("earth", "mars", launch=("2020-07-10", "2020-07-30"),
                                 arrival=("2021-01-20", "2021-02-28"), starts=1500)  # fmt: skip
    assert not found.pays
    assert found.best.score == pytest.approx(found.direct.score, rel=2e-3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_dla": 0.0}, "max_dla"),
        ({"max_c3": -1.0}, "max_c3"),
        ({"share": (0.9, 0.1)}, "ascending"),
        ({"asymptote": [0.0, 0.0, 0.0]}, "three finite numbers"),
        ({"optimiser": "luck"}, "unknown"),
    ],
)
def test_what_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        transfer("2020-07-23", 202, **options)


def test_an_arrival_before_the_launch_and_one_too_slow():
    with pytest.raises(InputError, match="not after the launch"):
        deep_space_manoeuvre("earth", "mars", launch="2021-01-01", arrival="2020-01-01")
    with pytest.raises(InputError, match="swap them"):
        deep_space_manoeuvre(
            "earth", "mars", launch=("2021-01-01", "2020-01-01"), arrival="2022-01-01"
        )


def test_costs_are_energies():
    costs = TransferCosts(parking_altitude=300e3, periapsis_altitude=300e3, period=math.inf)
    mars, earth = body("mars"), body("earth")
    r, far = earth.equatorial_radius + 300e3, mars.equatorial_radius + 300e3
    fast = float(costs.injection(3e3, "earth")) + math.sqrt(earth.gm / r)
    assert fast**2 / 2 - earth.gm / r == pytest.approx(0.5 * 3e3**2)
    slow = math.sqrt(9e6 + 2 * mars.gm / far) - float(costs.capture(3e3, "mars"))
    assert slow**2 / 2 - mars.gm / far == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(InputError, match=r"the shortest is 1\.\d\d h"):
        TransferCosts(period=600.0).capture(3e3, "mars")
    with pytest.raises(InputError, match="0 or more"):
        TransferCosts(capture_weight=-1.0)


def test_an_arrival_that_no_burn_slows_enough_is_told():
    with pytest.raises(PhysicsError, match="the nearest arrives at"):
        transfer("2020-07-23", 202, max_v_infinity=1.0, share=(0.02, 0.1), starts=60)
