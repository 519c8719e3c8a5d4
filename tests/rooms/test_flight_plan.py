"""Go or no-go: each reason by itself, the choice of rotor speed, one sentence for a bad case."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.vehicles.flight_plan import VERDICTS, PlanLimits, flight_plan
from marsward.vehicles.rotorcraft import Rotorcraft

CRAFT = Rotorcraft()
FINE = {
    "density": 0.0155, "temperature": 242.0, "distance": 200.0, "height": 10.0, "speed": 5.0,
    "wind": 3.0, "hour": 12.0, "charge": 0.9,
}  # fmt: skip


def test_a_fine_flight_goes():
    plan = flight_plan(CRAFT, **FINE)
    assert plan.verdict == ("go",)
    assert plan.go.all()
    assert plan.reasons == ((),)
    assert plan.rpm[0] == 2537.0
    assert plan.energy_low[0] <= plan.energy[0] <= plan.energy_high[0] < 35.75 * 0.9
    assert 180.0 < plan.hover_power[0] < 350.0
    plan.require()
    out = plan.dataset()
    assert out["verdict"].values.tolist() == ["go"]
    assert out["flight_energy"].attrs["units"] == "Wh"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"density": 0.007}, "air too thin to fly"),
        ({"rpm": 3500.0}, "tips too fast"),
        ({"wind": 14.0}, "wind too strong"),
        ({"slope": 20.0}, "ground too steep"),
        ({"roughness": 0.3}, "ground too rough"),
        ({"hour": 23.0}, "too dark"),
        ({"charge": 0.2}, "battery too weak"),
        ({"hover": 150.0}, "motors too hot"),
    ],
)
def test_each_reason(change, verdict):
    plan = flight_plan(CRAFT, **FINE | change)
    assert plan.verdict == (verdict,)
    assert verdict in VERDICTS
    assert not plan.go[0]
    with pytest.raises(PhysicsError, match=verdict):
        plan.require()


def test_rows_and_several_reasons():
    plan = flight_plan(
        CRAFT, **FINE | {"density": [0.0155, 0.013, 0.005], "wind": [3.0, 3.0, 20.0]}
    )
    assert plan.verdict == ("go", "go", "air too thin to fly")
    assert len(plan.reasons[2]) >= 2
    assert plan.rpm.tolist() == [2537.0, 2700.0, 2800.0]
    assert np.isnan(plan.energy[2])
    assert np.isfinite(plan.energy[:2]).all()
    assert plan.dataset().sizes == {"flight": 3}


def test_margin_grows_with_density_and_the_square_of_rotor_speed():
    """At one Mach and Reynolds number thrust is density times rotor speed squared; nearly so here.

    The margin of the middle airfoil data lies between those of the others.
    """
    row = {"density": [0.012, 0.0145, 0.0145], "rpm": [2537.0, 2537.0, 2700.0]}
    thin, usual, faster = 1.0 + flight_plan(CRAFT, **FINE | row).thrust_margin
    assert usual / thin == pytest.approx(0.0145 / 0.012, rel=0.03)
    assert faster / usual == pytest.approx((2700.0 / 2537.0) ** 2, rel=0.05)
    others = [
        flight_plan(
            CRAFT,
            limits=PlanLimits(margin_airfoil=name),
            **FINE | {"density": 0.0145, "rpm": 2537.0},
        ).thrust_margin[0]
        for name in ("measured-a1", "neuralfoil")
    ]
    assert min(others) < usual - 1.0 < max(others)


def test_limits_are_the_users():
    careful = PlanLimits(wind="2 m/s")
    assert flight_plan(CRAFT, limits=careful, **FINE).verdict == ("wind too strong",)


@pytest.mark.parametrize(
    "bad",
    [{"density": -1.0}, {"charge": 1.2}, {"slope": -1.0}, {"speed": 50.0}, {"height": 0.0},
     {"density": [0.01, 0.02], "wind": [1.0, 2.0, 3.0]}, {"temperature": float("nan")},
     {"density": []}, {"hour": 30.0}, {"hour": -1.0}, {"wind": -3.0}, {"rpm": 0.0}],
)  # fmt: skip
def test_refusals(bad):
    with pytest.raises(InputError):
        flight_plan(CRAFT, **FINE | bad)


@pytest.mark.parametrize(
    "bad",
    [{"rpm_choices": ()}, {"rpm_choices": (-1.0,)}, {"rpm_choices": (2700.0, 2537.0)},
     {"hours": (18.0, 8.0)}, {"hours": (8.0, 30.0)}],
)  # fmt: skip
def test_limits_that_cannot_be(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        PlanLimits(**bad)


def test_what_is_not_carried_is_told_without_numbers_that_are_none():
    plan = flight_plan(CRAFT, **FINE | {"density": 0.005})
    assert plan.verdict == ("air too thin to fly",)
    assert not any("nan" in each for each in plan.reasons[0])
