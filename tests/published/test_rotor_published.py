"""Rotors against published figures: CCBlade's own test cases, a measured drone, Ingenuity."""

import math

import numpy as np
import pytest

from marsward.data.airfoils import blade_stations, measured_points
from marsward.physics.air import speed_of_sound, viscosity
from marsward.physics.airfoil_table import AIRFOILS, AirfoilTable, airfoil_table
from marsward.physics.blade_element import Blade, air_row
from marsward.physics.coaxial_rotor import CoaxialRotor, coaxial_trim
from marsward.physics.kernels.rotor import rotor_loads
from marsward.vehicles.rotor_map import band, rotor_map
from marsward.vehicles.rotorcraft import Rotorcraft, trim

WEIGHT = 6.68  # N, 1.8 kg at 3.71 m/s2


def loads(rows, air, airfoil, *, axial: float, pitch: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    n = len(rows)
    state, load = np.zeros((n, 3)), np.zeros(4)
    assert rotor_loads(
        pitch, rows, np.zeros(n, np.int64), air, np.full(n, axial), np.zeros(n),
        airfoil.coefficient, airfoil.mach, airfoil.log_reynolds, state, load,
    )  # fmt: skip
    return load, state


# Thrust [N] and torque [N m] of a propeller at 2100 rpm by speed [m/s], without losses of its ends:
# CCBlade.jl, test/runtests.jl, after the blade-element script of aerodynamics4students.com.
PROPELLER = {
    1.0: (1045.361193, 80.3638686), 5.0: (962.4079238, 81.3015017), 10.0: (843.134981, 80.5141916),
    20.0: (551.8159174, 68.2467283), 30.0: (195.7753193, 33.9711042),
    40.0: (-213.169213, -30.3980951),
}  # fmt: skip


def test_a_propeller_is_that_of_ccblade_from_standstill_to_windmill():
    r = np.linspace(0.08, 0.8, 11)
    cl = 6.2 * np.radians(np.linspace(-90.0, 90.0, 721))
    airfoil = AirfoilTable.of(
        np.linspace(-90.0, 90.0, 721), cl, 0.008 - 0.003 * cl + 0.01 * cl**2
    )  # fmt: skip
    rows = np.stack(
        [r, np.full(11, 0.072), np.full(11, 0.1), np.arctan(1.0 / (2.0 * np.pi * r)), np.zeros(11)],
        axis=1,
    )
    air = air_row(
        density=1.225, sound=340.0, viscosity=1.8e-5, spin=70.0 * math.pi, blades=2, tip=0.8,
        root=0.0, losses=False,
    )  # fmt: skip
    for speed, (thrust, torque) in PROPELLER.items():
        found = loads(rows, air, airfoil, axial=speed)[0]
        assert found[0] == pytest.approx(thrust, rel=2e-3)
        assert found[1] == pytest.approx(torque, rel=2e-3)


def test_a_cambered_propeller_is_that_of_ccblade_at_one_radius():
    alpha = np.linspace(-90.0, 90.0, 721)
    cl = 6.2 * np.radians(alpha + 3.0)
    airfoil = AirfoilTable.of(alpha, cl, 0.008 - 0.003 * cl + 0.01 * cl**2)
    r = np.linspace(0.08, 0.8, 11)[3:4]
    rows = np.array([[r[0], 0.072, 0.1, math.atan(1.0 / (2.0 * math.pi * r[0])), 0.0]])
    air = air_row(
        density=1.225, sound=340.0, viscosity=1.8e-5, spin=70.0 * math.pi, blades=2, tip=0.8,
        root=0.0, losses=False,
    )  # fmt: skip
    found, state = loads(rows, air, airfoil, axial=5.0)
    # CCBlade.jl, test/runtests.jl: phi, u, v and the normal force per length of one blade
    assert state[0] == pytest.approx([0.25964560, 11.42275625, 3.27093141], rel=1e-4)
    assert found[0] / 2.0 / 0.072 == pytest.approx(427.39026, rel=1e-4)


# NACA 0012 with 0.014 of drag added, and thrust and torque coefficients in hover of a rotor of 3
# blades of 60 mm, R 0.656 m, root 0.19 R, by pitch [deg]: CCBlade.jl, test/runtests.jl and
# test/naca0012v2.txt, after the rotor of Ramasamy et al. 2010.
SECTION = np.array([
    (0, 0, 0.0072), (1, 0.10597, 0.00727), (2, 0.21151, 0.00768), (3, 0.31732, 0.00822),
    (4, 0.42883, 0.00924), (5, 0.54970, 0.01051), (6, 0.67735, 0.01183), (7, 0.79822, 0.01306),
    (8, 0.88521, 0.01435), (9, 0.97247, 0.01594), (10, 1.05991, 0.01793), (11, 1.14369, 0.02043),
    (12, 1.21837, 0.02367), (13, 1.27477, 0.02784), (14, 1.31264, 0.03449), (15, 1.33694, 0.04492),
    (16, 1.33610, 0.06246), (17, 1.29648, 0.09010), (17.75, 1.25037, 0.11605),
    (22.91, 1.10559, 0.19240), (28.07, 1.02519, 0.28345), (33.23, 0.97049, 0.38625),
    (48.71, 0.81453, 0.73073), (69.36, 0.46785, 1.13666), (90, 0, 1.3),
])  # fmt: skip
HOVER = {
    5: (0.0010022162, 0.00025258556), 10: (0.0028189860, 0.00035194661),
    15: (0.0049826520, 0.00052936562), 20: (0.0074926549, 0.00079708002),
    25: (0.0103092770, 0.00115666436), 30: (0.0127493231, 0.00151971568),
    35: (0.0151127724, 0.00192485224), 39: (0.0168801261, 0.00226864702),
}  # fmt: skip
"""By the place in CCBlade's forty even pitches from 0.0001 rad to 20 deg."""


def test_thrust_and_torque_of_a_hovering_rotor_by_pitch_are_those_of_ccblade():
    alpha = np.concatenate([-SECTION[:0:-1, 0], SECTION[:, 0]])
    cl = np.concatenate([-SECTION[:0:-1, 1], SECTION[:, 1]])
    cd = np.concatenate([SECTION[:0:-1, 2], SECTION[:, 2]]) + 0.014
    airfoil = AirfoilTable.of(alpha, cl, cd)
    tip, spin = 0.656, 800.0 * math.pi / 30.0
    # CCBlade leaves swirl out in hover. Its root is that of the case before it, of 3 inches' radius
    root = 0.19 * 0.0254 * 3.0
    r = np.linspace(root + 0.01 * tip, tip - 0.01 * tip, 30)
    ends = np.concatenate([[root], r, [tip]])
    rows = np.stack(
        [r, 0.5 * (ends[2:] - ends[:-2]), np.full(30, 0.06), np.zeros(30), np.zeros(30)], axis=1
    )
    air = air_row(
        density=1.225, sound=340.0, viscosity=1.8e-5, spin=spin, blades=3, tip=tip, root=root,
        swirl=False,
    )  # fmt: skip
    pitches = np.linspace(1e-4, math.radians(20.0), 40)
    unit = 1.225 * math.pi * tip**2 * (spin * tip) ** 2
    for place, (thrust, torque) in HOVER.items():
        found = loads(rows, air, airfoil, axial=0.0, pitch=pitches[place])[0]
        assert found[0] / unit == pytest.approx(thrust, rel=0.015)
        assert found[1] / unit / tip == pytest.approx(torque, rel=0.015)


def test_the_shipped_blade_is_the_published_one():
    stations = blade_stations("ingenuity")
    assert stations.shape == (30, 4)
    assert stations[6] == pytest.approx([0.3429, 0.2021, 14.142, 0.074])
    # NASA/TM-20240001510, table 1: thrust-weighted solidity of both rotors, 4 blades
    assert Blade.shipped("ingenuity").solidity(4, weight=2) == pytest.approx(0.14782, rel=1e-3)
    assert Rotorcraft().solidity == pytest.approx(0.14782, rel=1e-3)


def test_measured_tables_go_through_the_measured_points():
    for run in ("a1", "a2"):
        points = measured_points(run)
        lift, drag = airfoil_table(f"measured-{run}").at(
            np.radians(points.alpha), points.mach, points.reynolds, 0.05
        )
        assert lift == pytest.approx(points.lift, abs=0.02)
        assert drag == pytest.approx(points.drag, abs=0.003)


def test_ingenuity_trims_its_weight_where_it_flew():
    """1.8 kg at the 2537 rpm it flew with, at the least of its densities of design."""
    for name in AIRFOILS:
        found = trim(
            Rotorcraft(), density=0.0145, temperature=223.0, rpm=2537.0, thrust=WEIGHT, airfoil=name
        )
        assert float(found.thrust) == pytest.approx(WEIGHT, rel=1e-6)
        assert float(found.margin) > 0.1
        assert float(found.tip_mach) < 0.8
        # under the 350 W of NASA's fact sheet, which counts motors and avionics
        assert float(found.power) < 350.0


def test_shaft_power_is_a_band_by_airfoil_data():
    shown = rotor_map(Rotorcraft(), density=[0.017], temperature=223.0, rpm=2600.0, thrust=WEIGHT)
    low, high = (float(each.squeeze()) for each in band(shown, "rotor_power"))
    assert 150.0 < low < 170.0
    assert 190.0 < high < 205.0
    assert high / low > 1.15


def test_reynolds_number_would_add_some_per_cent_to_measured_drag():
    rotorcraft = Rotorcraft()
    blade, air = Blade.shipped("ingenuity"), {
        "density": 0.017, "sound": speed_of_sound(223.0), "viscosity": viscosity(223.0),
        "spin": 2600.0 * math.pi / 30.0, "thrust": WEIGHT, "most": False,
    }  # fmt: skip
    powers = [
        float(
            coaxial_trim(
                CoaxialRotor(
                    blade, airfoil_table("measured-a2", reynolds=moved), rotorcraft.radius,
                    rotorcraft.spacing,
                ), **air,
            ).upper_torque
        )
        for moved in (False, True)
    ]  # fmt: skip
    assert 1.02 < powers[1] / powers[0] < 1.08


def test_computed_flow_about_the_true_section_takes_no_other_power(shared_data):
    """A set of computed polars of unknown hand, Mach 0.5 and 0.7: a check from outside."""
    text = (shared_data / "ingenuity" / "clf5605_polars.csv").read_text().splitlines()
    rows = [row.split(",") for row in text if row.startswith("cfd")]
    sets = [
        np.array([[float(r[1]), float(r[4]), float(r[6])] for r in rows if r[0] == f"cfd_M{m}"])
        for m in ("0.5", "0.7")
    ]
    lift, drag = (np.stack([each[:, k] for each in sets])[None, :, None] for k in (1, 2))
    airfoil = AirfoilTable.of(sets[0][:, 0], lift, drag, mach=(0.5, 0.7))
    found = coaxial_trim(
        CoaxialRotor(Blade.shipped("ingenuity"), airfoil, 0.605, 0.099),
        thrust=WEIGHT, density=0.017, sound=speed_of_sound(223.0), viscosity=viscosity(223.0),
        spin=2600.0 * math.pi / 30.0,
    )  # fmt: skip
    power = float(found.upper_torque + found.lower_torque) * 2600.0 * math.pi / 30.0
    assert 150.0 < power < 175.0
    assert float(found.most_thrust) / WEIGHT > 1.5


def test_margins_grow_with_density_and_rotor_speed():
    density = np.array([0.012, 0.0135, 0.015, 0.0165, 0.018])
    for name in AIRFOILS:
        slow = trim(Rotorcraft(), density=density, temperature=223.0, rpm=2537.0, airfoil=name)
        fast = trim(Rotorcraft(), density=density, temperature=223.0, rpm=2800.0, airfoil=name)
        assert np.all(np.diff(slow.margin) > 0.0)
        assert np.all(fast.margin > slow.margin)
        # flights in thin air went on at 2700 and 2800 rpm
        assert fast.trimmed.all()


# GOE 450 at Reynolds 100 000, computed with XFOIL and carried on past stall, and thrust and power
# measured of one and of two T-Motor rotors of 28 inches, 115 mm apart: pyBEMT, examples (MIT).
GOE_450 = np.array([
    (-20, -0.4237, 0.1907), (-15, -0.7745, 0.0581), (-13, -0.8828, 0.0295), (-9, -0.5063, 0.0225),
    (-5, -0.0663, 0.0223), (0, 0.4837, 0.0220), (2, 0.7031, 0.0209), (3.5, 0.8500, 0.0201),
    (5, 0.9884, 0.0222), (7, 1.1392, 0.0269), (9, 1.2378, 0.0343), (11, 1.2882, 0.0473),
    (13, 1.3055, 0.0671), (15, 1.2881, 0.0953), (17, 1.0807, 0.1857), (20, 1.0796, 0.2551),
    (25, 1.1276, 0.2943),
])  # fmt: skip
RADII = np.array([0.07112, 0.10668, 0.14224, 0.1778, 0.21336, 0.24892, 0.28448, 0.32004, 0.3556])
CHORDS = np.array([0.056, 0.070, 0.070, 0.065, 0.058, 0.050, 0.043, 0.034, 0.028])
PITCHES = (19.6, 17.9, 14.4, 11.6, 9.7, 8.4, 7.2, 6.7, 6.5)
COAXIAL = {1361.0: (16.504, 99.89), 2152.0: (43.352, 392.82), 2947.0: (83.910, 1022.0)}


def test_two_measured_rotors_take_the_power_that_their_thrust_needs():
    tip = RADII[-1]
    rotor = CoaxialRotor(
        Blade.of(RADII / tip, CHORDS / tip, PITCHES), AirfoilTable.of(*GOE_450.T), tip, 0.115
    )
    for rpm, (thrust, power) in COAXIAL.items():
        spin = rpm * math.pi / 30.0
        found = coaxial_trim(
            rotor, thrust=thrust, density=1.225, sound=340.0, viscosity=1.81e-5, spin=spin,
            most=False,
        )  # fmt: skip
        told = float(found.upper_torque + found.lower_torque) * spin
        assert told == pytest.approx(power, rel=0.1)
        # at the pitch of the blades as built
        assert abs(math.degrees(float(found.upper_collective_rad))) < 1.5
