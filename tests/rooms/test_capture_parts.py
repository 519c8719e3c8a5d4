"""Tables of a mission file for orbits: vectors with centre and axes, manoeuvres, air."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.mission.phases.capture_parts import DragPart, InsertionPart, OrbitManoeuvrePart
from marsward.mission.phases.orbit_vectors import named, orbit_vectors
from marsward.mission.schema import Vector

ROW = {
    "epoch": "2021-11-09T08:10:41.020", "position_km": (237.0, -1753.5, 3407.7),
    "velocity_km_s": (1.1, -3.9, -1.2), "source": "telemetry",
}  # fmt: skip


def test_names_are_read_in_any_case():
    vector = Vector(**ROW, centre="Mars", frame="mars_meod")
    assert (vector.centre, vector.frame) == ("mars", "MARS_MEOD")


@pytest.mark.parametrize(
    ("words", "hint"),
    [({"frame": "MARS_MEOF"}, 'did you mean "MARS_MEOD"'), ({"centre": "marz"}, '"mars"')],
)
def test_others_are_refused_with_a_near_one(words, hint):
    with pytest.raises(ValueError, match=hint):
        Vector(**ROW, **words)


def test_only_vectors_about_the_planet_are_of_the_orbit():
    about_sun = Vector(**ROW, name="cruise")
    about_mars = Vector(**ROW, name="orbit", centre="mars", frame="MARS_MEOD")
    found = orbit_vectors([about_sun, about_mars])
    assert [v.name for v in found] == ["orbit"]
    # axes are turned, lengths stay
    assert np.linalg.norm(found[0].state[:3]) == pytest.approx(
        np.linalg.norm(about_mars.state[:3]), rel=1e-14
    )
    with pytest.raises(InputError, match="it has orbit"):
        named(found, "cruise")


def test_air_comes_as_a_table_with_units():
    air = DragPart(
        ballistic="0.02 m2/kg", height=["100 km", "200 km"],
        density=["5e-8 kg/m3", "1e-12 kg/m3"], source="made up",
    ).drag("mars", Epoch.utc("2021-11-09"))  # fmt: skip
    assert air.height == (100e3, 200e3)
    assert air.density == (5e-8, 1e-12)


def test_air_comes_from_the_atmosphere():
    air = DragPart(ballistic="0.02 m2/kg", air="climate").drag("mars", Epoch.utc("2021-11-09"))
    assert 1e-14 < float(air.density_at(265e3)) < 1e-11
    assert air.body == "mars"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, 'give air = "climate", or a table'),
        ({"height": ["100 km", "200 km"], "source": "x"}, 'give air = "climate", or a table'),
        ({"air": "climate", "source": "x"}, "not both"),
    ],
)
def test_air_is_a_table_or_an_atmosphere(more, told):
    with pytest.raises(ValueError, match=told):
        DragPart(ballistic="0.02 m2/kg", **more)


def test_bare_numbers_are_refused():
    words = {"duration": 888, "thrust": "3 kN", "specific_impulse": "321.6 s", "mass": "4425 kg"}
    with pytest.raises(ValueError, match='duration needs a unit: write "888 s"'):
        InsertionPart(ignition="2021-02-10T11:52:55", **words)
    with pytest.raises(ValueError, match="published_axes"):
        OrbitManoeuvrePart(
            name="x", about="2021-02-15T09:01:05", before="a", after="b", published_axes="RTN"
        )
