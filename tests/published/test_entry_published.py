"""Entries that have flown: what is published of them, in bands as wide as what is known."""

from importlib.resources import files

import numpy as np
import pytest

from marsward.core.time import Epoch
from marsward.planet.atmosphere import atmosphere
from marsward.vehicles.aerodynamics import sphere_cone
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.entry import enter
from marsward.vehicles.entry_aim import aim
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.flight_state import FlightState

JEZERO, ISIDIS_GROUND = (77.4508, 18.4447), -2570.0
ZHURONG, UTOPIA_GROUND = (109.925, 25.066), -4102.0


@pytest.fixture(scope="module")
def mars_gram() -> EntryAir:
    """The shipped column of Mars-GRAM over Jezero, its lowest part carried on below 0 m."""
    path = files("marsward.data") / "assets" / "mars_gram_column.csv"
    table = np.genfromtxt(str(path), delimiter=",", names=True)
    z = np.arange(-6000.0, 140_001.0, 500.0)
    height = table["height_km"] * 1e3
    held = {name: np.interp(z, height, table[name])
            for name in ("temperature", "eastward_wind", "northward_wind")}  # fmt: skip
    log_rho = np.interp(z, height, np.log(table["density"]))
    low = z < 0.0
    slope = (log_rho[~low][1] - log_rho[~low][0]) / 500.0
    log_rho[low] = log_rho[~low][0] + slope * z[low]
    return EntryAir(z, log_rho, *held.values())


def test_lift_over_drag_of_viking_and_msl():
    """0.18 of Viking (Zeiner et al. 1973, NTRS 19730054023) at 11.1 deg (Edquist 2006, NTRS
    20060047743); 0.24 of MSL near 16 deg (Mendeck & Craig 2011, NTRS 20110003649)."""
    for angle, published in ((11.1, 0.18), (15.75, 0.24)):
        drag, lift = sphere_cone(18.0, angle)
        assert lift / drag == pytest.approx(published, abs=0.015)


def test_perseverance(mars_gram):
    """5.33 km/s at -15.5 deg; 9 to 11.5 g; a chute 8 to 12 km over Jezero 240 s on (PIA24317)."""
    capsule = Capsule(preset="mars-2020")
    entry = FlightState.of(
        lon=66.3, lat=19.9, radius=3_522_200.0, speed=5330.0, azimuth=99.0, angle=-15.5
    )
    guidance = aim(entry, capsule, mars_gram, JEZERO, ground=ISIDIS_GROUND)
    flown = enter(entry, capsule, mars_gram, guidance=guidance, ground=ISIDIS_GROUND)
    assert flown.verdict.tolist() == ["trigger"]
    assert 9.0 < flown.peak_g[0] < 11.5
    assert 8e3 < flown.height[0] - ISIDIS_GROUND < 12e3
    assert flown.duration[0] == pytest.approx(240.0, abs=25.0)
    assert flown.final.speed[0] == pytest.approx(420.0, abs=50.0)
    assert flown.mach[0] == pytest.approx(1.75, abs=0.15)
    assert flown.miss[0] < 2000.0


def test_curiosity_feels_the_air_in_time(mars_gram):
    """5.845 km/s inertial; 0.2 g 46 s after entry: Lakdawalla 2018, The Design and Engineering of
    Curiosity, section 2.3.4. The column is that of another place and season."""
    entry = FlightState.of(
        lon=126.0, lat=-3.9, radius=3_522_200.0, speed=5845.0, azimuth=93.0, angle=-15.5,
        inertial=True,
    )  # fmt: skip
    flown = enter(entry, Capsule(preset="msl"), mars_gram, bank=60.0, until_speed=406.0,
                  ground=-4500.0)  # fmt: skip
    history = flown.history(every=0.25)
    felt = history["drag_deceleration"].values >= 0.2 * 9.80665
    assert float(history["seconds"][int(np.argmax(felt))]) == pytest.approx(46.0, abs=6.0)


def test_tianwen():
    """4.80 km/s at -11.58 deg over 125 km; chute at 460 m/s, 284 s on; hottest near 100 s."""
    epoch = Epoch.utc("2021-05-14T23:10:00")
    z = np.arange(-6000.0, 136_001.0, 1000.0)
    told = atmosphere().sample(float(epoch.ls), float(epoch.ltst(110.0)), 110.0, 28.0, z)
    air = EntryAir(z, np.log(told.density), told.temperature, told.eastward_wind,
                   told.northward_wind)  # fmt: skip
    entry = FlightState.of(
        lon=110.3, lat=37.64, height=125e3, speed=4800.0, azimuth=181.4, angle=-11.58
    )
    capsule = Capsule(preset="tianwen-1")
    guidance = aim(entry, capsule, air, ZHURONG, ground=UTOPIA_GROUND)
    flown = enter(entry, capsule, air, guidance=guidance, ground=UTOPIA_GROUND)
    assert flown.verdict.tolist() == ["trigger"]
    assert flown.duration[0] == pytest.approx(284.0, abs=25.0)
    assert flown.miss[0] < 2000.0
    assert flown.peak_heat_flux_at[0, 0] == pytest.approx(100.0, abs=20.0)
