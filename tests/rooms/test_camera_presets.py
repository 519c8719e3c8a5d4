"""Cameras that have flown: every value with its source, through file, lock and door."""

import json
import tomllib

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from marsward.cli.list import list_
from marsward.cli.show import show
from marsward.core.errors import InputError
from marsward.core.part import ORIGINS
from marsward.instruments import camera_settings
from marsward.instruments.camera import Camera
from marsward.instruments.camera_presets import preset, preset_names
from marsward.mission.complaint import MissionFileError
from marsward.mission.load import loads
from marsward.mission.lock import lock_text
from marsward.mission.plan import Step
from marsward.views.assumed import _walk

MISSION = """
name = "m"
[[instrument]]
kind = "camera"
{lines}
"""


def test_all_presets_read_and_every_value_has_a_source():
    assert set(preset_names()) >= {"ons", "moric", "hiric", "mms"}
    for name in preset_names():
        camera = Camera(preset=name)
        assert camera.name == name
        held = preset(name)
        assert set(held.values) - {"bands"} <= set(Camera.model_fields)
        for origin, ref in held.sources.values():
            assert origin in ORIGINS
            assert len(ref) > 3
        assert all(row.origin in ORIGINS for row in camera.own_parameters() if not row.required)


def test_the_navigation_sensor_is_the_camera_as_it_is():
    plain, named = Camera(), Camera(preset="ons")
    assert plain.canonical() | {"preset": "ons"} == named.canonical()


def test_moric_sees_what_was_published():
    camera = Camera(preset="moric")
    assert 265e3 * camera.ifov == pytest.approx(65.0, rel=1e-4)
    half, _ = camera.footprint_angles
    assert 2.0 * 265e3 * np.tan(half) == pytest.approx(265e3, rel=0.01)
    assert 2.0 * 400e3 * np.tan(half) >= 400e3
    assert 400e3 * camera.ifov <= 100.0
    assert [band.name for band in camera.bands] == ["red", "green", "blue"]
    assert camera.bits_per_frame == 4096 * 3072 * 12 / 4


def test_hiric_and_mms_see_what_was_published():
    hiric, mms = Camera(preset="hiric"), Camera(preset="mms")
    assert 265e3 * hiric.ifov == pytest.approx(0.5, rel=1e-3)
    assert 2.0 * 265e3 * np.tan(hiric.footprint_angles[0]) == pytest.approx(9e3, rel=1e-3)
    assert hiric.band("pan").stages == 32
    assert 265e3 * mms.ifov == pytest.approx(265.0, rel=1e-6)
    assert 2.0 * 265e3 * np.tan(mms.footprint_angles[0]) == pytest.approx(55e3, rel=0.01)


def test_stars_fall_off_less_than_the_sky():
    camera = Camera(preset="moric").scaled(width=256)
    middle, corner = (127.5, 95.5), (6.0, 6.0)
    scene = xr.Dataset(
        {
            "radiance": (("y", "x"), np.full((192, 256), 1e-9)),
            "star_x": ("star", [middle[0], corner[0]]),
            "star_y": ("star", [middle[1], corner[1]]),
            "star_photons": ("star", [1e12, 1e12]),
        }
    )
    rate = camera.electron_rate(scene)
    dark = camera.electron_rate(scene[["radiance"]])
    cosine = camera.pinhole.ray(corner)[2]
    assert dark[6, 6] / dark[96, 128] == pytest.approx(cosine**4, rel=1e-3)
    light = rate - dark
    share = light[:20, :20].sum() / light[80:112, 112:144].sum()
    assert share == pytest.approx(cosine, rel=1e-3)
    with pytest.raises(InputError, match="takes no whole frame"):
        Camera(preset="mms").electron_rate(scene)


def test_what_the_user_gives_wins():
    camera = Camera(preset="moric", name="mapper", psf_sigma="1 px", width=2048)
    assert (camera.name, camera.psf_sigma, camera.width, camera.height) == (
        "mapper",
        1.0,
        2048,
        3072,
    )
    assert "psf_sigma" not in camera.defaults_used
    assert "focal_length" in camera.defaults_used
    assert Camera(name="moric").focal_length == Camera(preset="moric").focal_length
    own = Camera(preset="moric", bands=[{"name": "pan", "lo": "450 nm", "hi": "700 nm"}])
    assert [band.name for band in own.bands] == ["pan"]
    assert not any(name.startswith("bands") for name in own.defaults_used)


def test_an_unknown_preset_or_band_gets_a_hint():
    with pytest.raises(InputError, match="no camera preset called 'morik'; did you mean 'moric'"):
        Camera(preset="morik")
    with pytest.raises(InputError, match="called 'gren'; did you mean 'green'"):
        Camera(preset="moric").band("gren")
    with pytest.raises(MissionFileError) as told:
        loads(MISSION.format(lines='name = "cam"\npreset = "hirik"'))
    assert "mission:6: preset: no camera preset called 'hirik'; did you mean 'hiric'" in str(
        told.value
    )


def test_bands_that_cannot_be_are_refused():
    band = {"name": "a", "lo": "500 nm", "hi": "600 nm"}
    with pytest.raises(ValidationError, match="must be below hi"):
        Camera(bands=[band | {"hi": "400 nm"}])
    with pytest.raises(ValidationError, match="one name twice"):
        Camera(bands=[band, band])
    with pytest.raises(ValidationError, match="need rows"):
        Camera(mode="push-frame", bands=[band])
    with pytest.raises(ValidationError, match="wavelengths rising"):
        Camera(bands=[band | {"response_nm": [[600.0, 1.0], [500.0, 1.0]]}])


def test_a_response_weighs_the_light():
    lo, hi = 500e-9, 600e-9
    flat = Camera(bands=[{"name": "a", "lo": "500 nm", "hi": "600 nm"}]).bands[0]
    table = [[500.0, 0.0], [550.0, 1.0], [600.0, 0.0]]
    peaked = Camera(
        bands=[{"name": "a", "lo": "500 nm", "hi": "600 nm", "response_nm": table}]
    ).bands[0]
    assert peaked.solar_irradiance == pytest.approx(0.5 * flat.solar_irradiance, rel=0.02)
    assert lo < flat.centre < hi
    assert flat.photon_energy == pytest.approx(6.62607015e-34 * 299792458.0 / flat.centre)
    assert flat.response(np.array([4.9e-7, 5.5e-7])) == pytest.approx([0.0, 1.0])
    assert peaked.response(np.array([5.25e-7])) == pytest.approx([0.5])


def test_a_camera_larger_than_the_machine_is_refused_by_the_file(monkeypatch):
    monkeypatch.setattr(camera_settings, "machine_memory", lambda: 16 * 10**9)
    with pytest.raises(MissionFileError) as told:
        loads(MISSION.format(lines='name = "big"\npreset = "mms"\nwidth = 32768\nheight = 32768'))
    assert "camera 'big' of 32768 x 32768 pixels and 8 bands needs 90.2 GB a frame" in str(
        told.value
    )
    assert "16 GB are there: use a width of at most 13801" in str(told.value)


def locked(lines):
    text = MISSION.format(lines=lines)
    camera = next(iter(loads_instruments(text).values()))
    return camera, tomllib.loads(lock_of(text))


def loads_instruments(text):
    return mission_of(text).instruments


def mission_of(text):
    return loads(text + '[[phase]]\nkind = "stand-in"\n')


def lock_of(text):
    return lock_text(mission_of(text), list[Step]())


@pytest.fixture
def stand_in(monkeypatch):
    """A mission needs a phase; this one does nothing."""
    from marsward.core.registry import Registry
    from marsward.mission import load
    from marsward.mission.phases.phase import Phase

    class StandIn(Phase):
        """A phase without parameters."""

        kind = "stand-in"
        makes = ("nothing",)

    kinds = Registry("marsward.phases", {"stand-in": "x:Y"})
    monkeypatch.setattr(kinds, "get", lambda kind: StandIn)
    monkeypatch.setattr(load, "phase_kinds", lambda: kinds)


def test_the_lock_file_says_where_each_value_of_the_preset_is_from(stand_in):
    camera, lock = locked('preset = "moric"\npsf_sigma = "0.5 px"')
    assert camera.name == "moric"
    entry = lock["instrument"][0]
    held = entry["default"]
    assert entry["name"] == "moric"
    assert held["width"]["origin"] == "published"
    assert "doi:10.15982" in held["width"]["ref"]
    assert held["focal_length"]["origin"] == "derived"
    reason = preset("moric").sources["bands.red.lo"][1]
    red = {"value": 5.8e-7, "unit": "m", "origin": "assumed", "ref": reason}
    assert held["bands"]["red"]["lo"] == red
    assert "psf_sigma" not in held
    told = {(each.where, each.name): each for each in _walk(lock, ())}
    assert ("moric", "aperture") in told
    assert told["moric", "aperture"].reason.startswith("not published; f/5.6")
    assert ("moric bands red", "lo") in told
    assert not any(name == "width" for _, name in told)


def test_a_camera_without_preset_is_locked_as_before(stand_in):
    _, lock = locked('name = "mine"')
    held = lock["instrument"][0]["default"]
    assert "preset" not in held
    assert "bands" not in held
    assert held["aperture"]["origin"] == "assumed"


def test_show_and_list_tell_of_presets(capsys):
    assert list_("instruments") == 0
    told = capsys.readouterr().out
    for name in preset_names():
        assert f" {name} " in told
    assert show("moric") == 0
    told = capsys.readouterr().out
    assert 'kind = "camera", preset = "moric"' in told
    rows = {line.split()[0]: line for line in told.splitlines() if line.strip()}
    assert "5.5 um" in rows["pixel_pitch"]
    assert "published" in rows["width"]
    assert "assumed" in rows["bands.red.lo"]
    assert show("moric", json=True) == 0
    held = json.loads(capsys.readouterr().out)["parameters"]
    assert held["focal_length"]["origin"] == "derived"
    assert held["focal_length"]["default"] == pytest.approx(0.022423)
    assert held["bands.green.hi"]["default"] == pytest.approx(580e-9)
    assert show("camera") == 0
    assert "`marsward show hiric`" in capsys.readouterr().out.replace("\n", " ")
    with pytest.raises(InputError, match="did you mean 'hiric'"):
        show("hirik")
