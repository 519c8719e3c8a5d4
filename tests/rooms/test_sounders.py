"""The nadir and the limb sounder: presets, noise, calibration, pointing, refusals."""

import numpy as np
import pytest
from sample_sounder_table import drawn_columns, made_up_table

from marsward.core.errors import InputError
from marsward.instruments.limb_sounder import LimbSounder
from marsward.instruments.sounder_settings import preset_names
from marsward.instruments.thermal_sounder import ThermalSounder
from marsward.retrieval.profile_prior import profile_prior

TABLE = made_up_table()
_, EDGES, AIR, GROUND, _, DUST = drawn_columns(profile_prior(), 3)
KINDS = (ThermalSounder, LimbSounder)


@pytest.mark.parametrize("kind", KINDS)
def test_presets_say_where_their_values_are_from(kind):
    names = preset_names(kind.kind)
    assert names
    assert {each.name for each in kind.presets()} == set(names)
    for name in names:
        sounder = kind(preset=name)
        assert sounder.name == name
        assert kind(name=name).preset == name
        rows = sounder.own_parameters()
        assert all(row.ref for row in rows if row.name not in ("preset", "name"))
        assert any(row.origin == "published" for row in rows)
        assert sounder.canonical() == kind(**sounder.model_dump(mode="json")).canonical()


def test_published_figures():
    tes = ThermalSounder(preset="tes")
    assert tes.noise == pytest.approx(2.5e-6)  # 2.5e-8 W cm-2 sr-1/cm-1
    assert tes.footprint(378e3) == pytest.approx(3000.0, rel=0.06)
    assert len(tes.channels) == 31
    mcs = LimbSounder(preset="mcs")
    assert mcs.field_height(300e3) == pytest.approx(5000.0, rel=0.06)
    assert mcs.tangent_heights().size == 21
    assert mcs.channel("A3").lo == pytest.approx(63500.0)


def test_a_setting_overrides_the_preset():
    sounder = ThermalSounder(preset="tes", noise="1e-8 W/cm/sr")
    assert sounder.noise == pytest.approx(1e-6)
    assert "noise" not in sounder.defaults_used
    assert "resolution" in sounder.defaults_used
    limb = LimbSounder(preset="mcs", detectors=11)
    assert limb.tangent_heights().size == 11
    assert "channels.A1.noise" in limb.defaults_used


def test_noise_and_offset_are_those_stated():
    tes = ThermalSounder(preset="tes")
    many = [np.repeat(v[:1], 400, axis=0) for v in (EDGES, AIR, GROUND)]
    one = tes.observe(*many, table=TABLE, seed=4, campaign=2)
    clean = tes.observe(EDGES[:1], AIR[:1], GROUND[:1], table=TABLE, samples=1e16, campaign=2)
    off = one["channel_radiance"].values - clean["channel_radiance"].values
    assert off.std() == pytest.approx(tes.noise, rel=0.03)
    assert abs(off.mean()) < 5.0 * tes.noise / np.sqrt(off.size)
    np.testing.assert_allclose(one["channel_radiance_sigma"], tes.noise)
    offsets = np.array([tes.offset(k) for k in range(600)])
    assert offsets.std() == pytest.approx(tes.offset_error, rel=0.1)
    again = tes.observe(*many, table=TABLE, seed=4, campaign=2)
    assert one.identical(again)
    assert not one.equals(tes.observe(*many, table=TABLE, seed=5, campaign=2))


def test_the_limb_is_seen_with_noise_gain_and_pointing():
    mcs = LimbSounder(preset="mcs")
    held = {"dust_depth": DUST, "table": TABLE}
    one = mcs.observe(EDGES, AIR, GROUND, seed=1, campaign=1, **held)
    assert one["channel_radiance"].dims == ("profile", "detector", "channel")
    assert one.identical(mcs.observe(EDGES, AIR, GROUND, seed=1, campaign=1, **held))
    steady = LimbSounder(preset="mcs", pointing_error="0 m", gain_error=0.0)
    more = {"samples": 1e16, **held}
    clean = steady.observe(EDGES, AIR, GROUND, **more)
    sure = LimbSounder(preset="mcs", pointing_error="0 m")
    ratio = sure.observe(EDGES, AIR, GROUND, campaign=3, **more) / clean
    gains = ratio["channel_radiance"][:, :4].values
    np.testing.assert_allclose(gains, np.broadcast_to(sure.gains(3), gains.shape), rtol=1e-6)
    moved = mcs.observe(EDGES, AIR, GROUND, **more)
    assert (moved["tangent_height"].values == clean["tangent_height"].values).all()
    assert np.abs(moved["channel_radiance"] / clean["channel_radiance"] - 1.0)[:, 10:].max() > 0.02


def test_what_cannot_be_seen_is_said():
    tes, mcs = ThermalSounder(preset="tes"), LimbSounder(preset="mcs")
    with pytest.raises(InputError, match="must fall"):
        tes.observe(-EDGES, AIR, GROUND, table=TABLE)
    with pytest.raises(InputError, match="60 deg"):
        tes.observe(EDGES, AIR, GROUND, emission=80.0, table=TABLE)
    with pytest.raises(InputError, match="positive"):
        tes.observe(EDGES, AIR, GROUND, samples=0.0, table=TABLE)
    with pytest.raises(InputError, match="21 detectors"):
        mcs.observe(EDGES, AIR, GROUND, tangent=np.arange(5) * 1e4, table=TABLE)
    with pytest.raises(InputError, match="did you mean 'A3'"):
        mcs.channel("A33")
    with pytest.raises(InputError, match="did you mean 'tes'"):
        ThermalSounder(preset="tess")
    with pytest.raises(ValueError, match="must be below"):
        ThermalSounder(lo="800 cm-1", hi="700 cm-1")
    with pytest.raises(ValueError, match="name of its own"):
        LimbSounder(channels=({"name": "a", "lo": "600 cm-1", "hi": "650 cm-1"},) * 2)
