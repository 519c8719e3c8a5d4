"""Columns of air along an entry: the same for a member however many there are."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.planet.air_perturbations import density_sigma
from marsward.planet.atmosphere import atmosphere
from marsward.planet.entry_profiles import EntryTrack, entry_profiles, profile_draws

EPOCH = Epoch.utc("2021-02-18T20:37")


@pytest.fixture(scope="module")
def air():
    return atmosphere("mars-gram")


@pytest.fixture(scope="module")
def track():
    return EntryTrack.straight((66.8, 20.6, 125e3), (77.43, 18.46, -2500.0))


def test_the_mean_is_the_atmosphere_over_the_track(air, track):
    column = entry_profiles(air, EPOCH, track)
    at = int(np.argmin(np.abs(column.height - 30e3)))
    lon, lat, seconds = (float(x[at]) for x in track.at(column.height))
    told = air.at(EPOCH + seconds, lon, lat, float(column.height[at]))
    assert np.exp(column.log_density[0, at]) == pytest.approx(float(told["density"]), rel=1e-6)
    assert column.temperature[0, at] == pytest.approx(float(told["temperature"]), rel=1e-6)


def test_a_member_does_not_depend_on_how_many_there_are(air, track):
    few = profile_draws(air, EPOCH, track, 5, seed=9)
    many = profile_draws(air, EPOCH, track, 60, seed=9, workers=2)
    for name in ("log_density", "temperature", "eastward_wind", "draws"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:5])
    other = profile_draws(air, EPOCH, track, 5, seed=10)
    assert not np.allclose(few.log_density, other.log_density)


def test_draws_scatter_as_stated(air, track):
    drawn = profile_draws(air, EPOCH, track, 400, seed=1, mean_sigma=0.05, wind_sigma=8.0)
    for height in (20e3, 60e3):
        at = int(np.argmin(np.abs(drawn.height - height)))
        assert drawn.weather[:, at].std() == pytest.approx(float(density_sigma(height)), rel=0.25)
    still = profile_draws(
        air, EPOCH, track, 400, seed=1, mean_sigma=0.05, wind_sigma=8.0, scale=0.0
    )
    assert still.log_density[:, 0].std() == pytest.approx(0.05, rel=0.12)
    assert still.eastward_wind[:, 0].std() == pytest.approx(8.0, rel=0.12)
    assert still.weather == pytest.approx(0.0, abs=1e-12)


def test_dust_moves_density_by_what_less_dust_lacks(air, track):
    mean = entry_profiles(air, EPOCH, track)
    thin = entry_profiles(air, EPOCH, track)
    object.__setattr__(thin, "log_density", mean.log_density - 0.2)
    drawn = profile_draws(
        air, EPOCH, track, 300, seed=2, mean_sigma=0.0, scale=0.0, wind_sigma=0.0,
        dust_sigma=0.25, less_dust=thin,
    )  # fmt: skip
    more = (drawn.log_density - mean.log_density)[:, 0] / 0.2
    np.testing.assert_allclose(more, np.exp(0.25 * drawn.draws[:, 1] - 0.03125) - 1.0, atol=1e-9)


def test_a_track_of_a_flight_keeps_the_last_passage_of_a_height():
    height = np.array([100e3, 50e3, 30e3, 35e3, 20e3, 0.0])
    seconds = np.arange(6.0)
    track = EntryTrack.of_flight(height, 10.0 + seconds, 0.0 * seconds, seconds)
    assert (np.diff(track.height) > 0.0).all()
    assert track.at(np.array([35e3]))[2][0] == pytest.approx(3.0)
    assert track.at(np.array([200e3]))[2][0] == 0.0


def test_nonsense_is_refused(air, track):
    with pytest.raises(InputError, match="column"):
        entry_profiles(air, EPOCH, track, top=-9000.0)
    with pytest.raises(InputError, match="draws"):
        profile_draws(air, EPOCH, track, 0, seed=1)
    with pytest.raises(InputError, match="sigmas"):
        profile_draws(air, EPOCH, track, 3, seed=1, mean_sigma=-1.0)
