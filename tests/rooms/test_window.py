"""Launch windows: cells against single problems, angles against SPICE's axes, what is refused."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.lambert import lambert
from marsward.dynamics.window import (
    QUANTITIES,
    LaunchChoice,
    best_cells,
    check_parking_inclination,
    choose,
    window,
)
from marsward.dynamics.window_flight import transfer_dv

YEAR = {"launch": ("2020-06-01", "2020-10-01"), "arrive": ("2020-12-01", "2021-08-01")}


@pytest.fixture(scope="module")
def grid():
    return window("earth", "mars", **YEAR, step="2 d")


@pytest.fixture(scope="module")
def turning():
    return window(
        "earth", "mars", launch=("2028-10-01", "2029-02-01"), arrive=("2029-05-01", "2032-06-01"),
        step="10 d", revolutions=1, direction="both",
    )  # fmt: skip


def ends(grid):
    """States of both bodies, and the pole of the ecliptic."""
    ephemeris = default_ephemeris()
    left = ephemeris.state("earth", wrt="sun", at=Epoch.et(grid["launch_et"].values))
    come = ephemeris.state("mars", wrt="sun", at=Epoch.et(grid["arrival_et"].values))
    return left, come, rotation("ECLIPJ2000", "J2000")[:, 2]


def test_cells_are_lambert_problems_between_the_bodies(grid):
    left, come, pole = ends(grid)
    span = grid["arrival_et"].values[None, :] - grid["launch_et"].values[:, None]
    legs = lambert(left[:, None, :3], come[None, :, :3], span, gm=body("sun").gm, about=pole)
    away, into = legs.departure - left[:, None, 3:], legs.arrival - come[None, :, 3:]
    np.testing.assert_allclose(grid["c3"], np.sum(away**2, axis=-1), rtol=1e-10)
    speed = np.linalg.norm(into, axis=-1)
    np.testing.assert_allclose(grid["v_infinity_arrival"], speed, rtol=1e-10)
    np.testing.assert_allclose(grid["v_infinity_departure"] ** 2, grid["c3"], rtol=1e-12)
    up = np.degrees(np.arcsin(away[..., 2] / np.linalg.norm(away, axis=-1)))
    east = np.degrees(np.arctan2(away[..., 1], away[..., 0])) % 360.0
    np.testing.assert_allclose(grid["declination"], up, atol=1e-9)
    np.testing.assert_allclose(grid["right_ascension"], east, atol=1e-9)
    np.testing.assert_allclose(grid["time_of_flight"], span)
    assert (grid["status"] == 0).all()
    ways = np.where(grid["transfer_angle"].values > 180.0, 2, 1)
    assert (grid["way"].values == ways).all()
    assert {1, 2} == set(np.unique(ways))


def test_arrival_is_seen_from_the_planet(grid):
    """Latitude, solar time and Sun angle under the asymptote, from the body-fixed frame."""
    left, come, pole = ends(grid)
    row, column = 20, 40
    leg = lambert(
        left[row, :3], come[column, :3], float(grid["time_of_flight"][row, column]),
        gm=body("sun").gm, about=pole,
    )  # fmt: skip
    at = Epoch.et(float(grid["arrival_et"][column]))
    fixed = rotation("J2000", "IAU_MARS", at)
    craft = fixed @ -(leg.arrival - come[column, 3:])
    sun = fixed @ -come[column, :3]
    lon = [np.degrees(np.arctan2(v[1], v[0])) for v in (craft, sun)]
    hours = (12.0 + (lon[0] - lon[1]) / 15.0) % 24.0
    cell = grid.isel(launch=row, arrival=column)
    assert float(cell["arrival_solar_time"]) == pytest.approx(hours, abs=1e-9)
    up = np.degrees(np.arcsin(craft[2] / np.linalg.norm(craft)))
    assert float(cell["arrival_latitude"]) == pytest.approx(up, abs=1e-9)
    angle = np.degrees(np.arccos(craft @ sun / np.linalg.norm(craft) / np.linalg.norm(sun)))
    assert float(cell["approach_phase_angle"]) == pytest.approx(angle, abs=1e-6)
    assert float(cell["solar_longitude"]) == pytest.approx(float(at.ls), abs=1e-9)
    # the true solar time of the clock agrees with the geometry to the planets' light time
    east = lon[0] % 360.0
    assert float(cell["arrival_solar_time"]) == pytest.approx(float(at.ltst(east)), abs=0.02)
    earth = default_ephemeris().state("earth", wrt="sun", at=at)[:3]
    far = np.linalg.norm(come[column, :3] - earth)
    assert float(cell["earth_distance"]) == pytest.approx(far, rel=1e-12)
    probe = come[column, :3] - earth
    angle = np.degrees(np.arccos(-probe @ earth / far / np.linalg.norm(earth)))
    assert float(cell["sun_earth_probe"]) == pytest.approx(angle, abs=1e-9)


def test_venus_turns_the_other_way():
    cell = window("earth", "venus", launch="2029-10-26", arrive="2030-04-04")
    at = Epoch.et(float(cell["arrival_et"][0]))
    ephemeris = default_ephemeris()
    left, come = (
        ephemeris.state(name, wrt="sun", at=Epoch.et(float(cell[key][0])))
        for name, key in (("earth", "launch_et"), ("venus", "arrival_et"))
    )
    leg = lambert(left[:3], come[:3], float(cell["time_of_flight"][0, 0]), gm=body("sun").gm,
                  about=rotation("ECLIPJ2000", "J2000")[:, 2])  # fmt: skip
    fixed = rotation("J2000", "IAU_VENUS", at)
    craft, sun = fixed @ -(leg.arrival - come[3:]), fixed @ -come[:3]
    # a place passes beneath the craft so many hours after noon as it turns westward
    west = np.arctan2(sun[1], sun[0]) - np.arctan2(craft[1], craft[0])
    hours = (12.0 + np.degrees(west) / 15.0) % 24.0
    assert float(cell["arrival_solar_time"][0, 0]) == pytest.approx(hours, abs=1e-9)
    assert 0.0 <= float(cell["solar_longitude"][0]) < 360.0


def test_families_of_flights(turning):
    assert turning["c3"].dims == ("branch", "launch", "arrival")
    names = turning["branch"].values.tolist()
    assert names == ["0", "1 low", "1 high", "retrograde 0", "retrograde 1 low",
                     "retrograde 1 high"]  # fmt: skip
    direct, back = turning.sel(branch="0"), turning.sel(branch="retrograde 0")
    both = (direct["status"] == 0) & (back["status"] == 0)
    turn = (direct["transfer_angle"] + back["transfer_angle"]).where(both, 360.0)
    np.testing.assert_allclose(turn, 360.0, atol=1e-9)
    short = turning.sel(branch="1 low")
    assert set(np.unique(short["status"])) == {0, 4}
    assert np.isnan(short["c3"].values[short["status"].values == 4]).all()
    assert (turning["c3"].sel(branch="1 low") != turning["c3"].sel(branch="1 high")).all()
    only = window("earth", "mars", launch=("2028-10-01", "2029-02-01"),
                  arrive=("2029-05-01", "2032-06-01"), step="10 d", revolutions=[1],
                  quantities=["c3"])  # fmt: skip
    np.testing.assert_array_equal(only["c3"], turning["c3"].sel(branch=["1 low", "1 high"]))


def test_cells_that_cannot_be_flown_say_why():
    grid = window(
        "earth", "mars", launch=("2020-07-01", "2020-09-01"), arrive=("2020-08-01", "2020-12-01"),
        step="5 d",
    )  # fmt: skip
    gone = grid["time_of_flight"].values <= 0.0
    assert gone.any()
    assert (grid["status"].values[gone] == 1).all()
    assert (grid["status"].values[~gone] == 0).all()
    for name in QUANTITIES:
        if name not in ("time_of_flight", "way"):
            assert np.isnan(grid[name].values[gone]).all(), name
            assert np.isfinite(grid[name].values[~gone]).all(), name


def test_any_pair_of_bodies():
    for origin, target in (("mars", "earth"), ("venus", "mercury"), ("earth", "jupiter")):
        grid = window(
            origin, target, launch=("2026-01-01", "2026-12-31"),
            arrive=("2027-01-01", "2029-12-31"), step="20 d",
        )  # fmt: skip
        assert float((grid["status"] == 0).mean()) > 0.99
        assert (grid["c3"].min() > 0.0).all()
    before = window("earth", "mars", launch=("1964-11-01 TDB", "1964-12-01 TDB"),
                    arrive="1965-07-15 TDB", step="5 d")  # fmt: skip
    assert str(before["launch"].values[0])[:10] == "1964-11-01"


def test_dates_are_read_as_users_write_them():
    dates = Epoch.utc(["2020-07-01", "2020-07-02", "2020-07-05"])
    grid = window("earth", "mars", launch=dates, arrive=("2021-01-01", "2021-02-01"),
                  step=("1 d", "10 d"), quantities="c3")  # fmt: skip
    assert grid.sizes == {"launch": 3, "arrival": 4}
    assert list(grid.data_vars) == ["c3", "status"]
    again = window("earth", "mars", launch=("2020-07-01", "2020-07-04"),
                   arrive="2021-01-11", step=86400.0, quantities=["c3"])  # fmt: skip
    assert float(again["c3"][1, 0]) == pytest.approx(float(grid["c3"][1, 1]), rel=1e-12)
    assert str(again["launch"].values[3]) == "2020-07-04T00:00:00.000000000"


@pytest.mark.parametrize(
    ("more", "kind", "says"),
    [
        ({"launch": ("2020-10-01", "2020-11-01"), "arrive": ("2020-07-01", "2020-08-01")},
         PhysicsError, "arrive after 2020-10-01"),
        ({"launch": ("2020-07-01", "2020-08-01"), "arrive": ("2021-01-01", "2021-03-01"),
          "revolutions": [1], "step": "5 d"}, PhysicsError, "first that can be reached is about"),
        ({"launch": ("2020-08-01", "2020-07-01")}, InputError, "swap its ends"),
        ({"launch": ()}, InputError, "empty"),
        ({"launch": "soon"}, InputError, "date"),
        ({"step": "0 d"}, InputError, "above 0"),
        ({"step": "10 s"}, InputError, "take a step of 0.0012 d"),
        ({"step": "15 min"}, InputError, "makes it fit"),
        ({"step": ("1 d", "1 d", "1 d")}, InputError, "two"),
        ({"quantities": ["c4"]}, InputError, "c3"),
        ({"direction": "up"}, InputError, "direction"),
        ({"revolutions": 50}, InputError, "from 0 to 20"),
        ({"arrive": ("2700-01-01", "2700-02-01")}, DataError, "covered"),
    ],
)  # fmt: skip
def test_bad_windows_are_refused_in_a_sentence(more, kind, says):
    with pytest.raises(kind, match=says):
        window("earth", "mars", **{**YEAR, **more})


def test_bad_bodies_are_refused():
    for origin, target, says in (("earth", "earth", "itself"), ("sun", "mars", "Sun"),
                                 ("earth", "mras", "mars")):  # fmt: skip
        with pytest.raises(InputError, match=says):
            window(origin, target, **YEAR)


def test_best_cells_are_the_bottoms_of_valleys(grid, turning):
    best = best_cells(grid, by="c3", n=2)
    assert best.sizes["cell"] == 2
    assert best["way"].values.tolist() == [1, 2]
    assert float(best["c3"][0]) == float(grid["c3"].min())
    quick = best_cells(grid, by="v_infinity_arrival", n=1)
    assert float(quick["v_infinity_arrival"][0]) == float(grid["v_infinity_arrival"].min())
    cheap = best_cells(turning, by="total_dv", n=3)
    assert np.all(np.diff(cheap["total_dv"]) > 0.0)
    assert len(set(cheap["branch"].values.tolist())) >= 2
    with pytest.raises(InputError, match="measure"):
        best_cells(grid, by="colour")
    with pytest.raises(InputError, match="quantities"):
        best_cells(grid.drop_vars("c3"), by="c3")


def test_choice_off_the_grid_is_better_and_keeps_its_limits(grid):
    for want, name in (("least c3", "c3"), ("least arrival speed", "v_infinity_arrival")):
        found = choose(grid, want)
        assert getattr(found, name) < float(grid[name].min())
        on = choose(grid, want, refine=False)
        assert getattr(on, name) == pytest.approx(float(grid[name].min()), rel=1e-12)
    bound = choose(grid, "least arrival speed", max_c3="15 km2/s2", max_dla="25 deg")
    assert bound.c3 <= 15e6 * (1.0 + 1e-6)
    assert abs(bound.dla) <= 25.0 + 1e-5
    assert bound.c3 > 14.9e6 or abs(bound.dla) > 24.9
    early = choose(grid, "earliest arrival", max_c3="16 km2/s2")
    assert early.c3 == pytest.approx(16e6, rel=1e-5)
    quick = choose(grid, "shortest flight", max_c3="16 km2/s2")
    assert quick.time_of_flight < early.time_of_flight
    cheap = choose(grid, "least total dv")
    assert transfer_dv("earth", "mars", cheap.c3, cheap.v_infinity_arrival) < np.nanmin(
        transfer_dv("earth", "mars", grid["c3"].values, grid["v_infinity_arrival"].values)
    )


def test_choice_holds_together_and_is_stored(grid, tmp_path):
    found = choose(grid)
    assert found.type == "I"
    assert found.c3 == pytest.approx(float(found.outgoing @ found.outgoing))
    assert found.v_infinity_arrival == pytest.approx(np.linalg.norm(found.incoming))
    assert found.dla == pytest.approx(
        np.degrees(np.arcsin(found.outgoing[2] / np.linalg.norm(found.outgoing)))
    )
    found.to_dataset().to_netcdf(tmp_path / "choice.nc")
    import xarray as xr

    with xr.open_dataset(tmp_path / "choice.nc", decode_timedelta=False) as stored:
        back = LaunchChoice.of_dataset(stored)
    assert back.launch == found.launch
    assert str(back) == str(found)
    np.testing.assert_array_equal(back.incoming, found.incoming)


def test_choice_of_a_family(turning):
    found = choose(turning.sel(branch=["1 low", "1 high"]), "least total dv")
    assert found.revolutions == 1
    assert found.type in ("III", "IV")
    again = window("earth", "mars", launch=found.launch, arrive=found.arrival, revolutions=[1])
    cell = again.sel(branch=f"1 {found.branch}").isel(launch=0, arrival=0)
    assert float(cell["c3"]) == pytest.approx(found.c3, rel=1e-9)


def test_impossible_choices_name_the_nearest(grid):
    with pytest.raises(PhysicsError, match=r"nearest, launched 2020-07-\d+ .* C3 13\.\d+ km2/s2"):
        choose(grid, max_c3="10 km2/s2")
    with pytest.raises(InputError, match="least c3"):
        choose(grid, "least c33")
    with pytest.raises(InputError, match="above 0"):
        choose(grid, max_dla="0 deg")


def test_parking_orbits_must_hold_the_asymptote():
    assert check_parking_inclination(25.5, 28.5, latitude=28.5) == 28.5
    assert check_parking_inclination(-25.5, 150.0) == 150.0
    for declination, inclination, latitude, says in (
        (25.517, 20.0, 0.0, "25.52 deg"), (-40.0, 28.5, 28.5, "40.00 deg"),
        (25.5, 160.0, 0.0, "154.50 deg"), (10.0, 20.0, 28.5, "28.50 deg"),
    ):  # fmt: skip
        with pytest.raises(PhysicsError, match=says):
            check_parking_inclination(declination, inclination, latitude=latitude)
    with pytest.raises(InputError):
        check_parking_inclination(10.0, -5.0)


def test_missions_that_flew_stand_in_their_window(grid):
    assert grid["flown_mission"].values.tolist() == ["Hope", "Tianwen-1", "Perseverance"]
    assert float(grid["flown_c3"][1]) == pytest.approx(11.95e6)
    assert "flown" not in window("mars", "earth", launch="2020-07-01", arrive="2021-02-01").dims


def test_dates_past_the_leap_seconds_may_name_their_scale():
    plain = window("earth", "mars", launch="2033-04-20", arrive="2033-11-05", quantities=["c3"])
    named = window(
        "earth", "mars", launch="2033-04-20 UTC", arrive="2033-11-05 UTC", quantities=["c3"]
    )
    assert float(named["c3"].values.item()) == float(plain["c3"].values.item())
