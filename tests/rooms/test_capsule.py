"""Capsules: presets with a source for every value, coefficients, refusals."""

import numpy as np
import pytest
from pydantic import ValidationError

from marsward.core.errors import InputError
from marsward.vehicles.aerodynamics import sphere_cone
from marsward.vehicles.capsule import Capsule


@pytest.mark.parametrize("name", ["mars-2020", "msl", "tianwen-1"])
def test_every_value_of_a_preset_has_its_source(name):
    assert name in Capsule.preset_names()
    made = Capsule(preset=name)
    fields = {field for field in Capsule.model_fields if field not in ("preset", "name")}
    sources = Capsule.preset_of(name).sources
    assert fields - set(sources) == {"aerodynamics"}
    for row in made.own_parameters():
        assert row.description, row.name
        assert row.ref or row.name == "name", row.name
    assert made.ballistic_coefficient() == pytest.approx(
        made.mass / (float(made.coefficients(20.0)[0]) * made.area)
    )


def test_coefficients_follow_the_cone_and_the_trim():
    made = Capsule(preset="mars-2020")
    mach = np.array([2.0, 4.0, 10.0, 20.0])
    drag, lift = sphere_cone(mach, 15.5)
    held = made.coefficients(mach)
    assert np.allclose(held[0], drag, rtol=5e-3)
    assert np.allclose(held[1], lift, rtol=1e-2)
    wing = Capsule(preset="tianwen-1")
    assert wing.lift_to_drag(2.0) == pytest.approx(0.0, abs=2e-3)
    assert wing.lift_to_drag(10.0) == pytest.approx(0.15, abs=0.02)
    own = Capsule(aerodynamics=((1.0, 1.5, 0.1), (5.0, 1.6, 0.2)))
    assert own.coefficients(5.0)[0] == pytest.approx(1.6, rel=2e-3)
    assert own.lift_to_drag([50.0, 0.2]) == pytest.approx([0.2, 0.1], rel=1e-2)


@pytest.mark.parametrize(
    "change",
    [
        {"mass": "-5 kg"}, {"mass": "0 kg"}, {"mass": 5.0}, {"diameter": "-1 m"},
        {"nose_radius": "0 m"}, {"half_angle": "10 deg"}, {"angle_of_attack": ((0.0, 60.0),)},
        {"angle_of_attack": ()}, {"angle_of_attack": ((5.0, 1.0), (2.0, 1.0))},
        {"aerodynamics": ((1.0, -1.0, 0.0),)}, {"bank_acceleration": 0.0},
        {"trigger": "range", "trigger_speed": "500 m/s", "trigger_most": "400 m/s"},
        {"weight": 3.0},
    ],
)  # fmt: skip
def test_capsules_that_cannot_be_are_refused(change):
    with pytest.raises(ValidationError):
        Capsule(**change)


def test_an_unknown_preset_is_named():
    with pytest.raises((InputError, ValidationError), match="tianwen-1"):
        Capsule(preset="tianwen1")
