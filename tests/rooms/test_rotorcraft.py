"""The rotors of a helicopter at their door: presets, words, refusals, maps, speed."""

import time

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.data import airfoils
from marsward.physics.airfoil_table import AIRFOILS, AirfoilTable, airfoil_table
from marsward.vehicles.rotor_map import band, rotor_map
from marsward.vehicles.rotorcraft import STATUSES, Rotorcraft, trim

AIR = {"density": 0.0145, "temperature": 223.0}


def test_the_default_is_the_preset_and_every_value_has_a_source():
    flown = Rotorcraft(preset="ingenuity")
    assert flown.canonical() | {"preset": None} == Rotorcraft().canonical()
    assert [each.name for each in Rotorcraft.presets()] == ["ingenuity"]
    assert all(row.ref for row in flown.own_parameters() if row.name not in ("name", "preset"))
    with pytest.raises(InputError, match="ingenuity"):
        Rotorcraft.preset_of("ingenious")


def test_arrays_broadcast_and_each_case_has_its_word():
    found = trim(
        Rotorcraft(), density=np.array([[0.006], [0.0145]]), temperature=223.0,
        rpm=[2537.0, 3100.0, 2537.0], climb=[0.0, 0.0, -10.0],
    )  # fmt: skip
    assert found.power.shape == found.status.shape == found.trimmed.shape == (2, 3)
    assert found.status[0, 0] == "no trim: air too thin"
    assert list(found.status[1]) == ["trimmed", "tip Mach over its limit", "vortex ring"]
    assert not found.trimmed[0, 0]
    assert found.trimmed[1].all()
    assert set(found.status.ravel()) <= set(STATUSES)
    assert np.isnan(found.power[0, 0])
    assert found.margin[0, 0] < 0.0
    assert found.most_thrust[0, 0] > 1.0


def test_one_case_without_a_trim_is_an_error():
    with pytest.raises(PhysicsError, match="air too thin to fly"):
        trim(Rotorcraft(), density=0.006, temperature=223.0)
    with pytest.raises(PhysicsError, match="sinks too fast"):
        trim(Rotorcraft(), **AIR, climb=-100.0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"density": 0.0}, "density of 0 kg/m3"),
        ({"density": -1.0}, "density of -1"),
        ({"temperature": float("nan")}, "temperature of nan"),
        ({"rpm": 0.0}, "rotor speed of 0"),
        ({"thrust": -1.0}, "thrust of -1"),
        ({"height": -0.1}, "under ground"),
        ({"airfoil": "clark-y"}, "measured-a1"),
        ({"speed": float("inf")}, "speed of inf"),
        ({"gravity": -3.7}, "gravity of -3.7"),
        ({"gravity": float("nan")}, "gravity"),
        ({"density": "air"}, "density must be numbers"),
        ({"density": [0.015, 0.016], "temperature": [230.0, 240.0, 250.0]}, "do not fit together"),
        ({"density": [0.015, 0.016], "thrust": [5.0, 6.0, 7.0]}, "do not fit together"),
    ],
)
def test_bad_input_is_refused(given, told):
    with pytest.raises(InputError, match=told):
        trim(Rotorcraft(), **(AIR | given))


def test_level_flight_leans_into_its_drag_and_a_given_thrust_does_not():
    level = trim(Rotorcraft(), **AIR, speed=[0.0, 10.0], most=False)
    assert level.tilt_rad[0] == 0.0 < level.tilt_rad[1] < 0.03
    assert level.thrust[1] > level.thrust[0]
    given = trim(Rotorcraft(), **AIR, speed=10.0, thrust=6.69, most=False)
    assert given.tilt_rad == 0.0


def test_the_ground_saves_power_and_is_felt_to_two_radii():
    found = trim(Rotorcraft(), **AIR, height=[0.0, 0.5, 1.0, 5.0], most=False)
    free = float(trim(Rotorcraft(), **AIR, most=False).power)
    assert np.all(np.diff(found.power) > 0.0)
    assert 0.8 < found.power[0] / free < 0.95
    assert found.power[-1] == pytest.approx(free, rel=2e-3)


def test_thrust_on_guessed_airfoil_data_is_told():
    found = trim(Rotorcraft(airfoil="measured-a1"), density=[0.013, 0.02], temperature=223.0)
    assert found.guessed[0] > 0.2 > 0.1 > found.guessed[1] >= 0.0
    assert trim(Rotorcraft(), density=0.02, temperature=223.0).guessed < 0.01


def test_a_rotor_map_holds_the_members_of_the_band():
    shown = rotor_map(Rotorcraft(), density=[0.011, 0.0145, 0.018], speed=(0.0, 8.0))
    assert dict(shown.sizes) == {"airfoil": 3, "density": 3, "air_speed": 2}
    assert tuple(shown.airfoil.values) == AIRFOILS
    assert shown.rotor_power.attrs["units"] == "W"
    low, high = band(shown, "rotor_power")
    assert np.all((high / low).values[1:] > 1.1)
    assert np.isnan(high.values[0]).all()
    assert (shown.status.sel(airfoil="measured-a1", density=0.011) == STATUSES[3]).all()
    for wrong in ({"density": 0.0145}, {"density": []}, {"density": [0.01], "airfoils": ()}):
        with pytest.raises(InputError):
            rotor_map(Rotorcraft(), **wrong)


def test_airfoil_tables_are_whole_and_refuse_broken_ones():
    for name in AIRFOILS:
        table = airfoil_table(name)
        assert np.isfinite(table.coefficient).all()
        assert table.coefficient[..., 1].min() > 0.0
        lift, drag = table.at(np.radians([-180.0, -90.0, 0.0, 90.0, 180.0]), 0.5, 1e4, 0.05)
        assert np.abs(lift) == pytest.approx([0.0, 0.0, lift[2], 0.0, 0.0], abs=0.05)
        assert drag[[1, 3]] == pytest.approx(1.25, abs=0.05)
    steps = np.abs(np.diff(airfoil_table("neuralfoil").coefficient[0, :, :, :, 0], axis=-1))
    assert steps.max() < 0.35
    with pytest.raises(InputError, match="rising"):
        AirfoilTable.of([0.0, 0.0], [0.1, 0.2], [0.01, 0.01])
    with pytest.raises(InputError, match="finite"):
        AirfoilTable.of([0.0, 1.0], [0.1, np.nan], [0.01, 0.01])
    with pytest.raises(InputError, match="shapes"):
        AirfoilTable.of([0.0, 1.0], [0.1, 0.2, 0.3], [0.01, 0.01])
    with pytest.raises(InputError, match="neuralfoil"):
        airfoil_table("neural")


def test_names_and_damage_of_the_assets_are_told(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="a1"):
        airfoils.measured_points("a3")
    with pytest.raises(InputError, match="ingenuity"):
        airfoils.blade_stations("osprey")
    monkeypatch.setattr(airfoils, "_ASSETS", tmp_path)
    airfoils.blade_stations.cache_clear()
    with pytest.raises(DataError, match="missing"):
        airfoils.blade_stations("ingenuity")
    (tmp_path / "ingenuity_blade.toml").write_text('[ingenuity_blade]\nsha256 = "0"\n')
    (tmp_path / "ingenuity_blade.csv").write_text("radius\n")
    with pytest.raises(DataError, match="differs"):
        airfoils.blade_stations("ingenuity")
    airfoils.blade_stations.cache_clear()


def test_one_trim_takes_less_than_five_milliseconds():
    rotorcraft, best = Rotorcraft(), np.inf
    trim(rotorcraft, **AIR)
    for _ in range(10):
        start = time.process_time()
        trim(rotorcraft, **AIR)
        best = min(best, time.process_time() - start)
    assert best < 5e-3
