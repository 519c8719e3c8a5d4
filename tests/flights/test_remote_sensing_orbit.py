"""The remote-sensing orbit of Tianwen-1, from the vector of 2021-11-09 to the end of the map."""

import csv
from itertools import pairwise

import numpy as np
import pytest
import spiceypy

from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.data.spk_writer import write_spk
from marsward.dynamics.elements import elements_along, osculating
from marsward.dynamics.events import (
    altitude_crossing,
    apsis,
    eclipse,
    find_events,
    local_solar_time,
    node,
    occultation,
)
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.mean_elements import fitted_mean_orbit, mean_orbit
from marsward.dynamics.propagate import propagate

DAY = 86400.0
CAMPAIGN = 259.0
"""Days to 2022-07-25, the end of the map's pictures."""


def first_state(shared_data) -> tuple[Epoch, np.ndarray]:
    """The real vector, from the equator and node of date into J2000."""
    with (shared_data / "tianwen1" / "states.csv").open() as file:
        row = next(r for r in csv.DictReader(file) if r["epoch_utc"].startswith("2021-11-09"))
    epoch = Epoch.utc(row["epoch_utc"])
    names = ("x_km", "y_km", "z_km", "vx_km_s", "vy_km_s", "vz_km_s")
    y = 1e3 * np.array([float(row[name]) for name in names])
    turn = rotation("MARS_MEOD", "J2000", epoch)
    return epoch, np.concatenate([turn @ y[:3], turn @ y[3:]])


def all_forces(degree: int = 50) -> Forces:
    return Forces(
        gravity={"mars": degree}, solar_pressure=SolarPressure.of_craft(1.3, 0.0104, shadow=True)
    )


@pytest.fixture(scope="module")
def campaign(shared_data):
    epoch, state = first_state(shared_data)
    return propagate(state, epoch, CAMPAIGN * DAY, centre="mars", forces=all_forces())


@pytest.fixture(scope="module")
def perigees(campaign):
    hits = find_events(campaign, apsis("mars"))
    when = Epoch.stack([hit.epoch for hit in hits])
    return (when - campaign.start) / DAY, elements_along(campaign, when)


def test_the_orbit_is_the_published_one(shared_data):
    epoch, state = first_state(shared_data)
    orbit = osculating(state, epoch)
    assert orbit.periapsis_altitude / 1e3 == pytest.approx(266.0, abs=1.0)
    assert orbit.apoapsis_altitude / 1e3 == pytest.approx(10_652.0, abs=1.0)
    assert orbit.inclination == pytest.approx(86.32, abs=0.05)
    assert orbit.period / 3600.0 == pytest.approx(7.028, abs=0.002)
    assert orbit.periapsis_latitude == pytest.approx(86.0, abs=0.5)


def test_perigee_drifts_as_the_field_makes_it(perigees):
    """Perigee comes down from the north pole to the equator by the end of the fifth month."""
    day, orbit = perigees
    argument = np.unwrap(np.radians(orbit.argument_of_periapsis))
    drift = np.degrees(np.polyfit(day, argument, 1)[0])
    assert -0.606 <= drift <= -0.593
    latitude = orbit.periapsis_latitude
    (cross,) = np.flatnonzero(np.diff(np.sign(latitude)) != 0)
    share = latitude[cross] / (latitude[cross] - latitude[cross + 1])
    equator = day[cross] + share * (day[cross + 1] - day[cross])
    assert equator == pytest.approx(148.0, abs=4.0)
    assert latitude[-1] == pytest.approx(-68.0, abs=2.0)


def test_turns_shadows_and_arcs_are_counted(campaign, perigees):
    assert perigees[0].size == 878
    low = find_events(campaign, altitude_crossing("mars", 800e3))
    assert 2 * 878 - 2 <= len(low) <= 2 * 878 + 2
    assert np.diff([hit.epoch.et for hit in low]).min() > 1300.0
    shadow = find_events(campaign, eclipse("mars"))
    core = find_events(campaign, eclipse("mars", kind="umbra"))
    assert 0 < len(core) <= len(shadow)
    assert all(a.rising != b.rising for a, b in pairwise(shadow))
    assert len(find_events(campaign, occultation("earth", "mars"))) > 100


def test_events_do_not_hang_on_the_sampling(campaign):
    for event in (eclipse("mars", kind="umbra"), occultation("earth", "mars")):
        coarse = find_events(campaign, event, samples=1)
        fine = find_events(campaign, event, samples=6)
        assert len(coarse) == len(fine)
        gaps = [float(a.epoch - b.epoch) for a, b in zip(coarse, fine, strict=True)]
        assert np.abs(gaps).max() < 1e-3


def test_the_plane_turns_against_the_sun(campaign):
    hits = find_events(campaign, node("mars", frame="MARS_MEOD"))
    hours = local_solar_time(campaign, Epoch.stack([hit.epoch for hit in hits]))
    day = np.array([float(hit.epoch - campaign.start) for hit in hits]) / DAY
    rate = np.polyfit(day, np.unwrap(hours * np.pi / 12.0) * 12.0 / np.pi, 1)[0]
    # the node falls by 0.078 deg a day, the Sun goes on by 360 deg in 687 days
    assert rate * 15.0 == pytest.approx(-0.078 - 360.0 / 687.0, abs=0.06)


def test_tolerance_and_degree_do_what_is_said(campaign, shared_data):
    """Ten days again: the step costs a metre at the usual tolerance, ten degrees some hundred."""
    epoch, state = first_state(shared_data)

    def end(degree=50, **settings):
        path = propagate(
            state, epoch, 10.0 * DAY, centre="mars", forces=all_forces(degree), **settings
        )
        return path.final[:3]

    tight = {"position_tolerance": 1e-8, "velocity_tolerance": 1e-14}
    best = end(rtol=1e-15, **tight)
    assert np.linalg.norm(end(rtol=1e-14, **tight) - best) < 0.1
    assert np.linalg.norm(end(rtol=1e-13) - best) < 0.6
    assert np.linalg.norm(campaign.at(epoch + 10.0 * DAY)[:3] - best) < 3.0
    assert 0.1 < np.linalg.norm(end(40) - best) < 2e3


def test_its_kernel_is_read_back_to_a_millimetre(campaign, tmp_path):
    path = write_spk(tmp_path / "campaign.bsp", campaign, naif_id=-999, name="campaign")
    assert path.stat().st_size < 10e6
    rng = np.random.default_rng(0)
    ends = float(campaign.start.et) + 1e-3, float(campaign.stop.et) - 1e-3
    et = np.sort(rng.uniform(*ends, 5000))
    spiceypy.furnsh(str(path))
    try:
        read = np.array([spiceypy.spkgeo(-999, t, "J2000", 4)[0] for t in et]) * 1e3
    finally:
        spiceypy.kclear()
    off = np.abs(read - campaign.at(Epoch.et(et)))
    assert off[:, :3].max() < 1e-3
    assert off[:, 3:].max() < 1e-3


def test_the_lowest_point_stays_above_the_air(perigees):
    heights = perigees[1].periapsis_altitude / 1e3
    assert heights.min() == pytest.approx(211.6, abs=2.0)


def differences(campaign, mean, days):
    """Greatest ones: latitude of perigee, node [deg], perigee [km], along the track [deg]."""
    at = campaign.start + np.linspace(0.0, days * DAY, 1500)
    true, found = elements_along(campaign, at), mean.osculating(at)

    def gap(name):
        return (getattr(found, name) - getattr(true, name) + 180.0) % 360.0 - 180.0

    along = np.unwrap(np.radians(gap("mean_anomaly") + gap("argument_of_periapsis")))
    return (
        np.abs(found.periapsis_latitude - true.periapsis_latitude).max(),
        np.abs(gap("node")).max(),
        np.abs(found.periapsis_radius - true.periapsis_radius).max() / 1e3,
        np.degrees(np.abs(along)).max(),
    )


def test_mean_elements_keep_to_the_numerical_orbit_as_said(campaign, shared_data):
    epoch, state = first_state(shared_data)
    light = all_forces().solar_pressure
    single = mean_orbit(state, epoch, CAMPAIGN * DAY, solar_pressure=light)
    latitude, plane, low, along = differences(campaign, single, CAMPAIGN - 0.1)
    assert latitude < 0.15
    assert plane < 0.05
    assert low < 3.5
    assert along < 4.0
    fitted = fitted_mean_orbit(campaign, solar_pressure=light, samples=300)
    latitude, plane, low, along = differences(campaign, fitted, CAMPAIGN - 0.1)
    assert latitude < 0.1
    assert plane < 0.02
    assert low < 2.5
    assert along < 4.0
