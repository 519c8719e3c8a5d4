"""The table of bodies: names, cited numbers, and agreement with the NAIF constants."""

import pytest
import spiceypy

from marsward.core import constants
from marsward.core.bodies import BODIES, Body, body
from marsward.core.constants import Constant
from marsward.core.errors import InputError


def test_names_and_numbers_lead_to_the_same_body():
    assert body("mars") is body(499) is body(" MARS ") is body("499") is body(body("mars"))
    assert body("Jupiter barycentre") is body(5) is body(599) is body("JUPITER_BARYCENTER")
    assert body("emb").gm == pytest.approx(body("earth").gm + body("moon").gm, rel=1e-15)
    assert body("ssb").gm == 0.0
    assert {"sun", "mercury", "venus", "earth", "moon", "mars", "phobos", "deimos"} <= set(BODIES)


@pytest.mark.parametrize(
    ("wrong", "says"), [("marz", '"mars"'), (12345, "known are"), (True, "known")]
)
def test_unknown_bodies_are_refused(wrong, says):
    with pytest.raises(InputError, match=says):
        body(wrong)


@pytest.mark.parametrize("item", BODIES.values(), ids=BODIES)
def test_every_body_is_whole_and_cited(item):
    assert item.gm > 0.0 or item.name == "ssb"
    assert "doi:" in item.source or item.name == "ssb"
    assert all(r > 1e3 for r in item.radii)
    assert len(item.radii) in (0, 3)
    assert (item.rotation is None) == (not item.radii)
    shown = str(item)
    assert item.source in shown
    assert str(item.naif_id) in shown
    if not item.radii:
        with pytest.raises(InputError, match="no radius"):
            _ = item.radius


def test_mass_ratios():
    """Sun/Mars system and Earth/Moon, IAU 2009 constants, doi:10.1007/s10569-011-9352-4."""
    assert body("sun").gm / body("mars").gm == pytest.approx(3_098_703.59, rel=1e-7)
    assert body("earth").gm / body("moon").gm == pytest.approx(81.300568, rel=1e-7)


def test_shapes():
    mars = body("mars")
    assert mars.radius == pytest.approx(3_389_526.7, abs=1.0)
    assert mars.equatorial_radius == 3_396_190.0
    assert mars.flattening == pytest.approx(1.0 / 169.9, rel=1e-3)
    with pytest.raises(AttributeError):
        mars.gm = 1.0
    assert isinstance(mars, Body)


def test_rotation_and_radii_are_those_of_the_naif_kernel(shared_data):
    path = str(shared_data / "spice" / "pck00011.tpc")
    spiceypy.furnsh(path)
    try:
        for item in BODIES.values():
            if item.rotation is None:
                continue
            number = {5: 599, 6: 699, 7: 799, 8: 899, 9: 999}.get(item.naif_id, item.naif_id)
            radii = spiceypy.bodvcd(number, "RADII", 3)[1] * 1e3
            assert radii == pytest.approx(item.radii, rel=1e-15), item.name
            for row, key in zip(item.rotation.elements, ("POLE_RA", "POLE_DEC", "PM"), strict=True):
                theirs = spiceypy.bodvcd(number, key, 3)[1]
                assert theirs == pytest.approx(row, rel=1e-14), (item.name, key)
    finally:
        spiceypy.unload(path)


def test_constants_are_floats_with_a_source():
    table = [c for c in vars(constants).values() if isinstance(c, Constant)]
    assert len(table) > 10
    for constant in table:
        assert constant.source
        assert float(constant) == constant.value
        assert constant.source in str(constant)
        assert constant.unit in str(constant)
    assert float(constants.SOL) == pytest.approx(88_775.244, abs=5e-4)
