"""Events of an orbit about Mars against SPICE's own searches on an SPK of the same flight."""

import numpy as np
import pytest
import spiceypy

from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440
from marsward.data.spk_writer import write_spk
from marsward.dynamics.elements import Elements
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.event_search import Event
from marsward.dynamics.events import (
    altitude_crossing,
    eclipse,
    equator,
    find_events,
    latitude_crossing,
    local_solar_time,
    node,
    occultation,
    site_visibility,
    station_visibility,
)
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.dynamics.sites import STATIONS, Site
from marsward.dynamics.visibility import one_way_light_time

START = Epoch.utc("2021-11-20T00:00:00")
DAYS = 3.0
CRAFT = -999


@pytest.fixture(scope="module")
def path():
    orbit = Elements(8.8556e6, 0.5864, 86.32, 15.0, 60.0, 20.0, epoch=START)
    forces = Forces(bodies=("sun", "mars"), gravity={"mars": 4}, relativity=False)
    return propagate(orbit.state(), START, DAYS * 86400.0, centre="mars", forces=forces)


@pytest.fixture(scope="module")
def kernels(path, shared_data, tmp_path_factory):
    """The flight and Mars at its barycentre, furnished; DE440 has no centre of Mars."""
    folder = tmp_path_factory.mktemp("spice")
    craft = write_spk(folder / "craft.bsp", path, naif_id=CRAFT, tolerance=1e-4)
    mars = folder / "mars.bsp"
    handle = spiceypy.spkopn(str(mars), "centre of Mars", 0)
    et = np.linspace(START.et - 1e5, START.et + 1e6, 4)
    spiceypy.spkw13(
        handle, 499, 4, "J2000", et[0], et[-1], "zero", 3, 4, np.zeros((4, 6)), et
    )  # fmt: skip
    spiceypy.spkcls(handle)
    spiceypy.furnsh(
        [str(de440()), str(craft), str(mars), str(shared_data / "spice" / "pck00011.tpc")]
    )
    yield
    spiceypy.kclear()


def times(hits) -> np.ndarray:
    return np.array([hit.epoch.et for hit in hits])


def window(path, margin=2.0):
    found = spiceypy.cell_double(2)
    spiceypy.wninsd(path.start.et + margin, path.stop.et - margin, found)
    return found


def edges(cell, path) -> np.ndarray:
    """All ends of a window's intervals but those of the search itself."""
    ends = np.array(
        [t for i in range(spiceypy.wncard(cell)) for t in spiceypy.wnfetd(cell, i)]
    ).ravel()
    inside = (ends > path.start.et + 5.0) & (ends < path.stop.et - 5.0)
    return np.unique(ends[inside])


def inside(hits, path) -> np.ndarray:
    t = times(hits)
    return t[(t > path.start.et + 5.0) & (t < path.stop.et - 5.0)]


def test_occultations_are_those_of_gfoclt(path, kernels):
    hits = find_events(path, occultation("earth", "mars"))
    result = spiceypy.cell_double(400)
    received = spiceypy.cell_double(2)
    light = one_way_light_time(path, Epoch.stack([path.start, path.stop]))
    spiceypy.wninsd(path.start.et + light[0] + 300, path.stop.et + light[1] - 2500, received)
    spiceypy.gfoclt(
        "ANY", "MARS", "ELLIPSOID", "IAU_MARS", str(CRAFT), "POINT", " ", "CN", "EARTH", 120.0,
        received, result,
    )  # fmt: skip
    back = Epoch.stack([hit.epoch for hit in hits])
    mine = times(hits) + one_way_light_time(path, back)
    theirs = edges(result, path)
    near = mine[(mine > theirs[0] - 1.0) & (mine < theirs[-1] + 1.0)]
    assert near.size == theirs.size > 10
    np.testing.assert_allclose(near, theirs, atol=1e-3)


def test_eclipses_are_those_of_gfoclt(path, kernels):
    for kind, shadow in (("penumbra", "ANY"), ("umbra", "FULL")):
        hits = find_events(path, eclipse("mars", kind=kind))
        result = spiceypy.cell_double(400)
        spiceypy.gfoclt(
            shadow, "MARS", "ELLIPSOID", "IAU_MARS", "SUN", "ELLIPSOID", "IAU_SUN", "CN",
            str(CRAFT), 120.0, window(path), result,
        )  # fmt: skip
        theirs = edges(result, path)
        assert theirs.size > 10
        np.testing.assert_allclose(inside(hits, path), theirs, atol=0.05)


@pytest.mark.parametrize("latitude", [0.0, 61.5])
def test_latitudes_are_those_of_gfposc(path, kernels, latitude):
    hits = find_events(path, latitude_crossing("mars", latitude))
    result = spiceypy.cell_double(400)
    spiceypy.gfposc(
        str(CRAFT), "IAU_MARS", "NONE", "MARS", "LATITUDINAL", "LATITUDE", "=",
        np.radians(latitude), 0.0, 300.0, 4000, window(path), result,
    )  # fmt: skip
    theirs = edges(result, path)
    assert theirs.size >= 20
    np.testing.assert_allclose(inside(hits, path), theirs, atol=1e-3)


def test_the_equator_is_crossed_at_the_nodes(path):
    up = find_events(path, equator("mars", kind="northward"))
    nodes = find_events(path, node("mars", frame="IAU_MARS"))
    np.testing.assert_allclose(times(up), times(nodes), atol=1e-6)
    assert len(find_events(path, equator())) >= 2 * len(up) - 1


def test_altitudes_are_those_of_gfposc(path, kernels):
    hits = find_events(path, altitude_crossing("mars", 800e3))
    result = spiceypy.cell_double(400)
    spiceypy.gfposc(
        str(CRAFT), "IAU_MARS", "NONE", "MARS", "GEODETIC", "ALTITUDE", "=", 800.0, 0.0, 300.0,
        4000, window(path), result,
    )  # fmt: skip
    np.testing.assert_allclose(inside(hits, path), edges(result, path), atol=1e-3)
    low = find_events(path, altitude_crossing("mars", 800e3, kind="downward"))
    assert all(not hit.rising for hit in low)


def test_a_lander_sees_the_craft_as_spice_says(path, kernels):
    """Elevation by SPICE at the epochs found, from the same place and normal."""
    lon, lat, height = 109.925, 25.066, -4150.0
    hits = find_events(path, site_visibility(lon, lat, height, 10.0))
    assert len(hits) >= 6
    a, c = 3396.19, 3376.20
    geodetic = np.arctan((a / c) ** 2 * np.tan(np.radians(lat)))
    place = spiceypy.georec(np.radians(lon), geodetic, height / 1e3, a, (a - c) / a)
    up = spiceypy.surfnm(a, a, c, spiceypy.srfrec(499, np.radians(lon), np.radians(lat)))
    for hit in hits:
        line = spiceypy.spkezp(CRAFT, hit.epoch.et, "IAU_MARS", "NONE", 499)[0] - place
        assert np.degrees(np.pi / 2 - spiceypy.vsep(line, up)) == pytest.approx(10.0, abs=1e-6)
        later = spiceypy.spkezp(CRAFT, hit.epoch.et + 1.0, "IAU_MARS", "NONE", 499)[0] - place
        assert bool(np.pi / 2 - spiceypy.vsep(later, up) > np.radians(10.0)) is hit.rising


def test_a_station_sees_the_craft_above_its_mask_and_beside_mars(path):
    site = STATIONS["madrid"]
    hits = find_events(path, station_visibility("madrid"))
    behind = times(find_events(path, occultation(site, "mars")))
    rises = []
    for hit in hits:
        assert isinstance(hit.rising, bool)
        if np.abs(behind - hit.epoch.et).min() < 1e-3:
            continue
        rises.append(hit.epoch.et)
        at = hit.epoch + one_way_light_time(path, hit.epoch.reshape(1), observer=site)
        earth = default_ephemeris().state("earth", wrt=0, at=at)
        axes = site.axes(at)[0]
        line = path.at(hit.epoch, wrt=0)[:3] - earth[0, :3] - axes.T @ site.position
        aberrated = line / np.linalg.norm(line) + earth[0, 3:] / 299792458.0
        sine = axes @ aberrated @ site.vertical / np.linalg.norm(aberrated)
        assert np.degrees(np.arcsin(sine)) == pytest.approx(site.mask, abs=2e-4)
    assert len(rises) == 6  # it rises and sets once a day
    assert len(hits) > 6


def test_what_only_grazes_is_found(path):
    """A dip that ends between two samples: both ends of it are there, and none that is not."""
    centre = path.start + 0.37 * path.duration

    def dip(depth):
        return Event("dip", lambda _, epochs, __: ((epochs - centre) / 300.0) ** 2 - depth)

    for depth in (1e-2, 1e-4, 1e-6):
        hits = find_events(path, dip(depth), samples=1)
        gap = np.array([float(hit.epoch - centre) for hit in hits])
        np.testing.assert_allclose(gap, [-300 * depth**0.5, 300 * depth**0.5], atol=2e-6)
    assert find_events(path, dip(-1e-6), samples=1) == []


def test_solar_time_under_the_craft(path, kernels):
    ups = Epoch.stack([hit.epoch for hit in find_events(path, node("mars", frame="IAU_MARS"))])
    mine = local_solar_time(path, ups)
    for hours, when in zip(mine, ups, strict=True):
        place = rotation("J2000", "IAU_MARS", when) @ path.at(when)[:3]
        lon = np.arctan2(place[1], place[0])
        h, m, s, _, _ = spiceypy.et2lst(when.et, 499, lon, "PLANETOCENTRIC")
        theirs = int(h) + int(m) / 60 + int(s) / 3600
        assert abs((hours - theirs + 12) % 24 - 12) < 2.5 / 3600
    assert mine.max() - mine.min() < 0.5  # the plane drifts slowly against the Sun


@pytest.mark.parametrize(
    "make",
    [
        lambda: latitude_crossing("mars", 95.0),
        lambda: latitude_crossing("mars", 5.0, kind="up"),
        lambda: altitude_crossing("mars", float("nan")),
        lambda: altitude_crossing("ssb", 1e5),
        lambda: eclipse("mars", shape="cube"),
        lambda: station_visibility("atlantis"),
        lambda: station_visibility(Site("lander", 0.0, 0.0)),
        lambda: site_visibility(0.0, 120.0),
        lambda: occultation("earth", "ssb"),
    ],
)
def test_events_that_make_no_sense_are_refused(make):
    with pytest.raises(InputError):
        make()
