"""Surface clutter by facets: closed forms of a rough sphere, hyperbolas, a plain numpy twin."""

import math

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.geometry.kernels.radar_facets import backscatter
from marsward.geometry.radar_facets import cluttergram, pulse_power
from marsward.geometry.terrain import Terrain
from marsward.geometry.terrain_window import TerrainWindow
from marsward.physics.surface_roughness import geometric_optics, hagfors

C = 299_792_458.0
RADIUS, HEIGHT = 3_389_500.0, 300e3
RADAR = {"centre_frequency": 20e6, "bandwidth": 10e6, "sample_spacing": 37.5e-9}
SPHERE = Terrain.flat((RADIUS,) * 3)


def track(traces=3, spacing=460.0, radius=RADIUS + HEIGHT, lon=0.0):
    """Along the equator's meridian to the north, in the middle at latitude 0."""
    angle = (np.arange(traces) - traces // 2) * spacing / RADIUS
    level, east = np.cos(angle), math.radians(lon)
    place = np.stack([level * math.cos(east), level * math.sin(east), np.sin(angle)], axis=-1)
    return xr.Dataset({"spacecraft": (("trace", "axis"), radius * place)})


def pulse_sum():
    return pulse_power(np.arange(-400, 400) * 37.5e-9, 10e6).sum()


def test_laws_are_those_of_the_rough_interface():
    angle = np.radians([0.0, 1.0, 3.0, 8.0, 20.0])
    for slope in (0.02, 0.08):
        ours = [backscatter(0, math.cos(i), slope, 0.0) for i in angle]
        assert np.allclose(ours, geometric_optics(angle, slope, 1.0), rtol=1e-9)
        ours = [backscatter(1, math.cos(i), slope, 0.0) for i in angle]
        assert np.allclose(ours, hagfors(angle, slope**-2.0, 1.0), rtol=1e-9)


@pytest.mark.parametrize("slope", [1.0, 2.0, 3.0])
def test_rough_sphere_returns_what_the_mirror_would(slope):
    """Whole power: that of a mirror on a sphere, times what the along-track window lets through."""
    aperture = 300.0
    flat = cluttergram(
        track(), SPHERE, **RADAR, window=(40, 2200), aperture=aperture, swath=180e3, facet=250.0,
        rms_slope=slope, beam=0.0,
    )  # fmt: skip
    width = C / 20e6 * HEIGHT / (2.0 * aperture)
    lobe = math.radians(slope) * HEIGHT / (1.0 + HEIGHT / RADIUS)
    expected = (1.0 + HEIGHT / RADIUS) ** -2 / math.sqrt(1.0 + 2.0 * math.pi * (lobe / width) ** 2)
    got = flat["power"].values.astype(float).sum(axis=1) / pulse_sum()
    assert np.allclose(got, expected, rtol=6e-3)
    left, right = flat["left"].values, flat["right"].values
    assert np.allclose(left, right, rtol=2e-4, atol=1e-9 * left.max())
    assert np.allclose(flat["power"].values, left + right)


def test_power_by_delay_of_a_flat_sphere_follows_the_closed_form():
    """Rings of ground: sigma times area times h^2/(pi R^4), by delay, far from nadir."""
    slope = 4.0
    got = cluttergram(
        track(), SPHERE, **RADAR, window=(20, 1200), aperture=5000.0, swath=90e3, facet=60.0,
        rms_slope=slope, beam=0.0,
    )  # fmt: skip
    sample = np.array([100, 300, 600])
    r = HEIGHT + sample * 37.5e-9 * C / 2.0
    craft = RADIUS + HEIGHT
    cosine = (craft**2 + RADIUS**2 - r**2) / (2.0 * craft * RADIUS)
    phi = np.arccos(cosine)
    incidence = phi + np.arcsin(RADIUS * np.sin(phi) / r)
    sigma = geometric_optics(incidence, math.radians(slope), 1.0)
    cross = RADIUS * r / (craft * RADIUS * np.sin(phi))  # way on the ground for a metre of range
    width = C / 20e6 * r / (2.0 * 5000.0)
    area = 2.0 * cross * (37.5e-9 * C / 2.0) * width * (RADIUS * np.sin(phi) / (RADIUS * phi))
    expected = sigma * area * HEIGHT**2 / (math.pi * r**4) * pulse_sum()
    assert np.allclose(got["power"].values[1, 20 + sample], expected, rtol=0.02)


def test_result_does_not_depend_on_workers_or_blocks():
    terrain = Terrain.mars(4)
    flown = track(37, radius=RADIUS + 320e3, lon=221.0)
    options = {**RADAR, "window": (100, 300), "facet": 400.0}
    one = cluttergram(flown, terrain, workers=1, **options)
    three = cluttergram(flown, terrain, workers=3, **options)
    assert np.array_equal(one["power"].values, three["power"].values)
    some = cluttergram(flown.isel(trace=slice(5, 12)), terrain, workers=1, **options)
    assert np.allclose(some["nadir_delay"], 0.0)
    assert some["power"].dtype == np.float32
    assert np.allclose(
        some["power"].values[1:-1].sum(axis=1), one["power"].values[6:11].sum(axis=1), rtol=1e-3
    )


def test_a_sphere_looks_alike_everywhere():
    """Over the pole, across the prime meridian and at the equator: the same echo."""
    flown = track(5)
    turned = []
    for axis, angle in (("y", -90.0), ("y", -89.999), ("x", 37.0), ("z", 0.001)):
        c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        turn = {
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
        place = flown["spacecraft"].values @ np.array(turn).T
        turned.append(xr.Dataset({"spacecraft": (("trace", "axis"), place)}))
    options = {**RADAR, "window": (40, 500), "facet": 400.0}
    first = cluttergram(flown, SPHERE, **options)["power"].values
    assert np.isfinite(first).all()
    for other in turned:
        again = cluttergram(other, SPHERE, **options)["power"].values
        assert np.allclose(again, first, rtol=1e-4, atol=1e-6 * first.max())


def hill(ppd=240.0, top=600.0, lon=0.35, side=1.0):
    """A window of flat ground with one hill, 2 km wide, to the east of the track."""
    cells = round(2.0 * side * ppd)
    lat = side - (np.arange(cells) + 0.5) / ppd
    east = -side + (np.arange(cells) + 0.5) / ppd
    square = (lat[:, None] ** 2 + (east[None, :] - lon) ** 2) * (math.radians(1.0) * RADIUS) ** 2
    height = top * np.exp(-square / (2.0 * 1000.0**2))
    return TerrainWindow(height, -side, side, ppd, radii=(RADIUS,) * 3, source="hill")


def test_one_hill_gives_a_hyperbola_on_its_side():
    """The slope that faces the radar echoes at the delay of its place, on every trace."""
    flown = track(13, 2000.0)
    got = cluttergram(
        flown, hill(), **RADAR, window=(20, 500), swath=40e3, rms_slope=1.0, aperture=500.0
    )  # fmt: skip
    bare = cluttergram(
        flown, hill(top=0.0), **RADAR, window=(20, 500), swath=40e3, rms_slope=1.0, aperture=500.0
    )  # fmt: skip
    more = got["power"].values - bare["power"].values
    delay = got["delay"].values
    far = delay > 2.5e-6
    more[:, ~far] = 0.0
    seen = delay[np.argmax(more, axis=1)]
    angle = math.radians(0.35)
    inner = angle - 1500.0 / RADIUS
    foot = (RADIUS + 250.0) * np.array([math.cos(inner), math.sin(inner), 0.0])
    way = np.linalg.norm(flown["spacecraft"].values - foot, axis=1)
    expected = 2.0 * (way - HEIGHT) / C
    assert np.all(np.diff(seen[:7]) < 0.0)
    assert np.all(np.diff(seen[6:]) > 0.0)
    assert np.allclose(seen, expected, atol=1.5e-6)
    assert np.allclose(np.diff(seen), np.diff(expected), atol=0.45e-6)
    right, left = got["right"].values, got["left"].values
    assert right[:, far].max() > 15.0 * left[:, far].max()


def twin(craft, up, ahead, window, slope, aperture, swath, facet, samples, before):
    """The same sum with numpy, facet by facet, without kernels."""
    side = np.cross(ahead, up)
    wavelength = C / 20e6
    width = wavelength * HEIGHT / (2.0 * aperture)
    beta = np.arange(-round(swath / facet), round(swath / facet) + 1) * facet / RADIUS
    step = min(0.5 * width, 2.0 * facet)
    count = max(3, math.ceil(1.5 * width / step))
    alpha = np.linspace(-1.5 * width, 1.5 * width, 2 * count + 1) / RADIUS
    b, a = np.meshgrid(beta, alpha, indexing="ij")
    unit = (
        up * (np.cos(b) * np.cos(a))[..., None] + side * np.sin(b)[..., None]
        + ahead * (np.cos(b) * np.sin(a))[..., None]
    )  # fmt: skip
    lat = np.degrees(np.arcsin(unit[..., 2]))
    lon = np.degrees(np.arctan2(unit[..., 1], unit[..., 0]))
    point = unit * (RADIUS + window.height_at(lon, lat))[..., None]
    p00, p01, p10, p11 = point[:-1, :-1], point[:-1, 1:], point[1:, :-1], point[1:, 1:]
    normal = np.cross(p11 - p00, p10 - p01)
    area = 0.5 * np.linalg.norm(normal, axis=-1)
    normal *= np.sign(normal @ up)[..., None]
    line = craft - 0.25 * (p00 + p01 + p10 + p11)
    r = np.linalg.norm(line, axis=-1)
    cosine = np.sum(normal * line, axis=-1) / (np.linalg.norm(normal, axis=-1) * r)
    sigma = geometric_optics(np.arccos(cosine), slope, 1.0)
    squint = (line @ ahead) / r
    power = sigma * area * HEIGHT**2 / (math.pi * r**4)
    power *= np.exp(-math.pi * (2.0 * aperture * squint / wavelength) ** 2)
    power *= (line @ up / r) ** 4
    delay = 2.0 * (r - HEIGHT) / C
    out = np.zeros(samples)
    k = (np.arange(samples) - before) * 37.5e-9
    keep = (delay > k[0] - 2e-6) & (delay < k[-1] + 2e-6)
    for p, t in zip(power[keep], delay[keep], strict=True):
        near = np.abs(k - t) < 1.2e-6
        out[near] += p * pulse_power(k[near] - t, 10e6)
    return out


def test_kernel_against_a_plain_numpy_sum():
    """On a hill, with facets so fine that their spread in delay does not matter."""
    window, slope, aperture = hill(lon=0.12), math.radians(2.0), 1500.0
    flown = track(3)
    got = cluttergram(
        flown, window, **RADAR, window=(20, 60), swath=10e3, facet=50.0, aperture=aperture,
        rms_slope=2.0,
    )  # fmt: skip
    craft = flown["spacecraft"].values[1]
    expected = twin(
        craft, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0]), window, slope, aperture, 10e3,
        50.0, 80, 20,
    )  # fmt: skip
    near = expected > 1e-3 * expected.max()
    assert near.sum() >= 35
    top = 2e-3 * expected.max()
    assert np.allclose(got["power"].values[1][near], expected[near], rtol=0.02, atol=top)


def test_datum_moves_the_window():
    terrain = Terrain.mars(4)
    flown = track(8, radius=RADIUS + 320e3, lon=200.0)
    options = {**RADAR, "window": (400, 400), "facet": 400.0}
    at_nadir = cluttergram(flown, terrain, **options)
    level = at_nadir["datum_delay"].values - 3e-6
    moved = cluttergram(flown, terrain, datum=level, **options)
    assert np.allclose(moved["nadir_delay"], 3e-6, atol=1e-15)
    shifted = moved["power"].values[:, 80:].sum(axis=1)
    assert np.allclose(shifted, at_nadir["power"].values[:, :720].sum(axis=1), rtol=1e-3)


def test_law_of_reflectivity_and_beam():
    flown = track(3)
    options = {**RADAR, "window": (40, 400), "facet": 300.0}
    full = cluttergram(flown, SPHERE, **options)
    half = cluttergram(flown, SPHERE, reflectivity=0.5, **options)
    assert np.allclose(half["power"], 0.5 * full["power"], rtol=1e-6)
    rough = cluttergram(flown, SPHERE, law="hagfors", **options)
    assert rough["power"].values[1, -1] > full["power"].values[1, -1]
    lit = cluttergram(flown, SPHERE, diffuse=0.1, **options)
    assert lit["power"].values[1, -1] > full["power"].values[1, -1]


BAD = [
    ({"centre_frequency": -1.0}, "centre_frequency"),
    ({"law": "lambert"}, "gaussian, hagfors"),
    ({"rms_slope": 80.0}, "below 45"),
    ({"sample_spacing": 1e-6}, "too coarse"),
    ({"window": (-1, 5)}, "window"),
    ({"reflectivity": 2.0}, "0 to 1"),
    ({"datum": [1.0, 2.0]}, "traces"),
    ({"aperture": math.nan}, "aperture"),
    ({"workers": -2}, "thread"),
    ({"diffuse": 3.0}, "share"),
    ({"beam": -1.0}, "cosine"),
    ({"weighting": "kaiser"}, "hann"),
    ({"facet": 0.01, "swath": 4e5}, "facets a trace"),
]


@pytest.mark.parametrize(("change", "says"), BAD)
def test_bad_values_are_one_sentence(change, says):
    with pytest.raises(InputError, match=says):
        cluttergram(track(), SPHERE, **{**RADAR, **change})


def test_tracks_that_are_none():
    with pytest.raises(InputError, match="spacecraft"):
        cluttergram(xr.Dataset(), SPHERE, **RADAR)
    with pytest.raises(InputError, match="below the ground"):
        cluttergram(track(radius=3.0e6), SPHERE, **RADAR)
    gap = track()
    gap["spacecraft"][1, 1] = np.nan
    with pytest.raises(InputError, match="not all numbers"):
        cluttergram(gap, SPHERE, **RADAR)
    still = track(3, 0.0)
    with pytest.raises(InputError, match="stands still"):
        cluttergram(still, SPHERE, **RADAR)


def test_swath_that_leaves_the_window_is_one_sentence():
    with pytest.raises(InputError, match="leaves the window of terrain"):
        cluttergram(track(), hill(side=0.5), **RADAR, swath=45e3)
    with pytest.raises(InputError, match="off the window"):
        cluttergram(track(3, 4e5), hill(), **RADAR)


def test_window_of_terrain_checks_itself():
    with pytest.raises(InputError, match="gaps"):
        TerrainWindow(np.full((4, 4), np.nan), 0.0, 1.0, 4.0)
    with pytest.raises(InputError, match="2 rows"):
        TerrainWindow(np.zeros((1, 4)), 0.0, 1.0, 4.0)
    with pytest.raises(InputError, match="reaches"):
        TerrainWindow(np.zeros((400, 4)), 0.0, 1.0, 4.0)
    whole = Terrain.mars(4)
    cut = TerrainWindow(whole.height[100:200, 400:600], 100.0, 65.0, 4.0)
    lon, lat = np.array([110.3, 141.7]), np.array([41.2, 52.9])
    assert np.allclose(cut.height_at(lon, lat), whole.height_at(lon, lat), atol=1e-3)
    assert np.allclose(cut.point_at(lon, lat), whole.point_at(lon, lat), atol=1e-3)
    assert "200 x 100" in repr(cut)
