"""What is read from radargrams: surface, layers, clutter, permittivity, loss, class; comparison."""

import math

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.radar_facets import cluttergram
from marsward.geometry.radar_track import MRO_ORBIT, datum_of_radius, radar_track
from marsward.geometry.terrain import Terrain
from marsward.instruments.radar_sounder import RadarSounder
from marsward.physics.dielectric import reflection
from marsward.physics.layered_reflection import RadarColumns
from marsward.physics.surface_roughness import coherent_power
from marsward.retrieval.dielectric_estimate import (
    Estimate,
    classify,
    combined,
    loss_from_decay,
    permittivity_from_base,
    permittivity_from_surface,
    permittivity_from_thickness,
    thickness,
)
from marsward.retrieval.echo_lines import brightest_line, echo_image, peak_power, stretches
from marsward.retrieval.radar_picks import CLASSES, METHODS, depths, radar_picks
from marsward.retrieval.radargram_match import compare_radargrams, fitted_roughness
from marsward.retrieval.reflectors import pick_reflectors, pick_surface

C = 299_792_458.0
TRACES = 220
ROUGHNESS = 0.3  # m
SLAB = [(3.0, 0.003, 6.0, "ice"), (5.0, 0.012, 8.0, "rock")]


@pytest.fixture(scope="module")
def flown():
    """A track over rolling plains of the north."""
    lat = np.linspace(45.0, 46.9, TRACES)
    place = MRO_ORBIT.places(np.full(TRACES, 150.0), lat)
    return radar_track(place, Terrain.mars(), et=np.arange(TRACES) * 0.15)


@pytest.fixture(scope="module")
def bare(flown):
    """Clutter of a surface of reflectivity 1 on the sounder's axis."""
    sounder = RadarSounder(preset="sharad")
    level = np.linalg.norm(flown["ground"].values, axis=1).max() + 300.0
    return cluttergram(
        flown, Terrain.mars(), centre_frequency=sounder.center_frequency,
        bandwidth=sounder.bandwidth, sample_spacing=sounder.sample_spacing, window=(50, 800),
        datum=datum_of_radius(flown, level), law="hagfors", rms_slope=1.5, aperture=5e3,
        facet=200.0,
    )  # fmt: skip


def slab(flown, bare, permittivity, loss, base, depth=None, seed=3):
    """A radargram of a slab of varying thickness with clutter, its depth, clutter, mirror share."""
    sounder = RadarSounder(preset="sharad")
    x = flown["along_track"].values
    if depth is None:
        depth = 120.0 + 60.0 * np.sin(9.0 * x / np.ptp(x))
    columns = RadarColumns(
        depth[:, None], np.broadcast_to([permittivity, base], (TRACES, 2)),
        np.broadcast_to([loss, 0.01], (TRACES, 2)), np.full((TRACES, 2), ROUGHNESS),
    )  # fmt: skip
    share = float(coherent_power(ROUGHNESS, sounder.center_frequency))
    gamma = abs(complex(reflection(1.0, permittivity))) ** 2
    clutter = bare.copy()
    clutter["power"] = bare["power"] * np.float32(gamma * (1.0 - share))
    gram = sounder.radargram(flown, columns, clutter_power=clutter, surface=True, seed=seed)
    return gram, depth, clutter, share


@pytest.mark.parametrize(("permittivity", "loss", "base", "kind"), SLAB)
def test_slab_comes_back_with_known_thickness(flown, bare, permittivity, loss, base, kind):
    gram, depth, clutter, _ = slab(flown, bare, permittivity, loss, base)
    rng = np.random.default_rng(1)
    known = np.full(TRACES, np.nan)
    known[::20] = depth[::20] + rng.normal(0.0, 3.0, depth[::20].size)
    picks = radar_picks(
        gram, flown, centre_frequency=20e6, clutter=clutter["power"].values,
        expected=clutter["nadir_delay"].values, known_thickness=known, thickness_sigma=1.0,
        base_degree=None,
    )  # fmt: skip
    first = picks.isel(pick=picks["line"].values == 0)
    assert first.sizes["pick"] > 0.95 * TRACES
    value, sigma = float(first["permittivity"][0]), float(first["permittivity_sigma"][0])
    assert value == pytest.approx(permittivity, rel=0.05)
    assert abs(value - permittivity) < 3.0 * sigma
    assert METHODS[int(first["method"][0])] == "thickness"
    tangent, spread = float(first["loss_tangent"][0]), float(first["loss_tangent_sigma"][0])
    assert abs(tangent - loss) < 2.0 * spread
    assert CLASSES[int(first["reflector_class"][0])] == kind
    truth = depth[first["trace"].values]
    error = first["depth"].values - truth
    assert np.abs(error).mean() < 0.03 * truth.mean()
    assert np.std(error) < 2.0
    again = depths(first, permittivity)[0]
    assert np.abs(again - truth).max() < 6.0


def test_slab_on_a_straight_base_tells_its_permittivity(flown, bare):
    """The surface rolls, the base is level: delay follows the relief with the slope 2 n / c."""
    height = flown["surface_height"].values
    depth = 100.0 + height - height.min()
    gram, _, clutter, share = slab(flown, bare, 3.1, 0.002, 7.0, depth=depth)
    picks = radar_picks(
        gram, flown, centre_frequency=20e6, clutter=clutter["power"].values, base_degree=1,
        calibration_sigma=2.0, coherent_share=share,
    )  # fmt: skip
    first = picks.isel(pick=picks["line"].values == 0)
    assert METHODS[int(first["method"][0])] == "base"
    assert float(first["permittivity"][0]) == pytest.approx(3.1, rel=0.05)
    assert np.abs(first["depth"].values - depth[first["trace"].values]).mean() < 6.0
    near = float(picks["surface_permittivity"].median())
    assert near == pytest.approx(3.1, rel=0.05)


def test_surface_alone_gives_no_reflector_but_clutter(flown, bare):
    """A bare half space: every line below its surface is the terrain's."""
    gram, _, clutter, _ = slab(flown, bare, 4.0, 0.01, 4.0)
    surface = pick_surface(gram, expected=clutter["nadir_delay"].values)
    lines = pick_reflectors(gram, surface, clutter=clutter["power"].values)
    assert all(line.clutter for line in lines)
    late = surface.delay - clutter["nadir_delay"].values
    assert np.abs(late).max() < 0.25 * 37.5e-9
    assert np.std(late) < 0.1 * 37.5e-9


def test_clutter_line_is_told_from_a_reflector(flown, bare):
    """The same bright line below the surface, once predicted by the terrain and once not."""
    gram, _, clutter, _ = slab(flown, bare, 3.0, 0.003, 6.0)
    surface = pick_surface(gram)
    own = clutter["power"].values.copy()
    below = surface.sample[:, None]
    sample = np.arange(own.shape[1])[None, :]
    track = 60.0 + 10.0 * np.sin(np.arange(TRACES) / 30.0)
    ghost = np.exp(-((sample - below - track[:, None]) ** 2) / 8.0) * 2e-3
    seen = gram.copy()
    power = 10.0 ** (gram["echo_power"].values / 10.0) + ghost
    seen["echo_power"] = (gram["echo_power"].dims, 10.0 * np.log10(power), {"units": "dB"})

    def at_ghost(line):
        return abs(np.median(line.sample - surface.sample[line.trace] - track[line.trace])) < 3.0

    blind = [x for x in pick_reflectors(seen, surface, clutter=own) if at_ghost(x)]
    assert blind
    assert not blind[0].clutter
    told = [x for x in pick_reflectors(seen, surface, clutter=own + ghost) if at_ghost(x)]
    assert told
    assert all(line.clutter for line in told)


def test_comparison_of_a_radargram_with_its_own_prediction(flown, bare):
    sounder = RadarSounder(preset="sharad")
    ground = RadarColumns(np.full((TRACES, 1), 9.0), np.full((TRACES, 2), 4.0), 0.01)
    clutter = bare.copy()
    clutter["power"] = bare["power"] * np.float32(0.11)
    gram = sounder.radargram(flown, ground, clutter_power=clutter, looks=8, seed=2)
    match = compare_radargrams(gram, clutter)
    numbers = match.numbers
    assert numbers["line_correlation"] > 0.999
    assert numbers["line_rms"] < 0.6
    assert abs(numbers["line_bias"]) < 1.5  # rough ground trails nadir
    assert numbers["image_correlation"] > 0.7
    assert numbers["anomaly_chance"] <= 1.0
    assert match.images["observed"].shape == (TRACES, 180)
    assert match.images["observed"].dims == ("trace", "below")
    other = clutter.isel(delay=slice(0, 300))
    with pytest.raises(InputError, match="different axes"):
        compare_radargrams(gram, other)


def test_roughness_of_a_simulated_echo_is_found(flown):
    """A radargram made of clutter and noise gives back the slope that it was made with."""
    radar = {"centre_frequency": 20e6, "bandwidth": 10e6, "sample_spacing": 37.5e-9,
             "window": (100, 300), "aperture": 5e3, "facet": 200.0}  # fmt: skip
    made = cluttergram(flown, Terrain.mars(), law="hagfors", rms_slope=1.4, **radar)
    rng = np.random.default_rng(5)
    power = made["power"].values + 1e-6
    power = power * rng.exponential(size=(4, *power.shape)).mean(axis=0)
    gram = xr.Dataset({"power": (("trace", "delay"), power)}, coords={"delay": made["delay"]})
    slope, misfit = fitted_roughness(gram, flown, Terrain.mars(), **radar)
    assert slope == pytest.approx(1.4, rel=0.15)
    assert misfit < 1.0


# estimates by themselves ------------------------------------------------------------------------
def test_permittivity_from_surface_inverts_fresnel():
    eps = np.array([1.5, 3.1, 8.0])
    gamma = np.abs(reflection(np.ones(3), eps)) ** 2
    value, sigma = permittivity_from_surface(gamma * 0.7, coherent_share=0.7, calibration_sigma=0.5)
    assert np.allclose(value, eps)
    louder, _ = permittivity_from_surface(gamma * 10.0**0.05)
    assert np.allclose(sigma, louder - eps, rtol=0.15)
    with pytest.raises(InputError, match="between 0 and 1"):
        permittivity_from_surface([1.2])


def test_thickness_estimate_and_its_error():
    rng = np.random.default_rng(7)
    truth, pulls = 3.1, []
    for _ in range(200):
        d = rng.uniform(50.0, 200.0, 40)
        t = 2.0 * d * math.sqrt(truth) / C + rng.normal(0.0, 2e-8, 40)
        got = permittivity_from_thickness(t, d, delay_sigma=2e-8)
        pulls.append((got.value - truth) / got.sigma)
    assert abs(np.mean(pulls)) < 0.3
    assert 0.7 < np.std(pulls) < 1.3
    t = 2.0 * 100.0 * math.sqrt(truth) / C * np.ones(9)
    shared = permittivity_from_thickness(t, np.full(9, 100.0), thickness_sigma=5.0)
    assert shared.sigma == pytest.approx(2.0 * truth * 0.05, rel=0.05)
    with pytest.raises(PhysicsError, match="faster than light"):
        permittivity_from_thickness([1e-7], [100.0])


def test_base_estimate_and_its_error():
    rng = np.random.default_rng(8)
    x = np.linspace(0.0, 80e3, 120)
    truth, pulls = 2.9, []
    for _ in range(200):
        z = 150.0 * np.sin(x / rng.uniform(5e3, 12e3) + rng.uniform(0.0, 6.0))
        base = -300.0 + 1e-3 * x
        t = 2.0 * math.sqrt(truth) / C * (z - base) + rng.normal(0.0, 4e-8, x.size)
        got = permittivity_from_base(t, z, x)
        pulls.append((got.value - truth) / got.sigma)
    assert abs(np.mean(pulls)) < 0.3
    assert 0.7 < np.std(pulls) < 1.3
    with pytest.raises(PhysicsError, match="as straight as the base"):
        permittivity_from_base(np.full(50, 1e-6), np.linspace(0, 9, 50), np.linspace(0, 9e3, 50))
    with pytest.raises(InputError, match="do not tell a base"):
        permittivity_from_base([1e-6], [1.0], [0.0])


def test_loss_estimate_is_that_of_the_closed_form():
    t = np.linspace(0.5e-6, 3e-6, 60)
    for tangent in (0.001, 0.01):
        power = 0.1 * np.exp(-2.0 * math.pi * 20e6 * tangent * t)
        got = loss_from_decay(t, power, 20e6)
        assert got.value == pytest.approx(tangent, rel=1e-9)
    wide = loss_from_decay(t, power, 20e6, reflectivity_sigma=1.0)
    assert wide.sigma == pytest.approx(1.0 / 2.5e-6 / (4.342945 * 2.0 * math.pi * 20e6), rel=1e-6)
    spread = loss_from_decay(t, power * (300e3 / (300e3 + C * t / 2.0)) ** 2, 20e6, height=300e3)
    assert spread.value == pytest.approx(0.01, rel=1e-9)
    with pytest.raises(InputError, match="5 picks"):
        loss_from_decay(t[:3], power[:3], 20e6)
    with pytest.raises(InputError, match="above 0 Hz"):
        loss_from_decay(t, power, 0.0)


def test_classes_follow_their_rule():
    sure = Estimate(0.002, 0.001, 9)
    assert classify(Estimate(3.1, 0.2, 9), sure) == "ice"
    assert classify(Estimate(3.5, 0.4, 9), sure) == "undetermined"
    assert classify(Estimate(3.1, 0.2, 9), Estimate(0.004, 0.003, 9)) == "ice"
    assert classify(Estimate(3.1, 0.2, 9), Estimate(0.02, 0.003, 9)) == "undetermined"
    assert classify(Estimate(1.6, 0.1, 9), sure) == "undetermined"
    assert classify(Estimate(3.1, 0.2, 9), Estimate(-0.015, 0.003, 9)) == "undetermined"
    assert classify(None, Estimate(0.02, 0.003, 9)) == "rock"
    assert classify(Estimate(7.0, 0.5, 9), None) == "rock"
    assert classify(None, sure) == "undetermined"


def test_combined_estimates_and_thickness():
    both = combined([Estimate(3.0, 0.2, 5), Estimate(3.2, 0.2, 7)])
    assert both.value == pytest.approx(3.1)
    assert both.sigma == pytest.approx(0.2 / math.sqrt(2.0))
    assert both.picks == 12
    apart = combined([Estimate(3.0, 0.1, 5), Estimate(4.0, 0.1, 7)])
    assert apart.sigma == pytest.approx(0.5, rel=0.01)
    depth, sigma = thickness([1e-6], 4.0, 0.4)
    assert depth[0] == pytest.approx(C * 1e-6 / 4.0)
    assert sigma[0] == pytest.approx(depth[0] * 0.05)
    with pytest.raises(InputError, match="no estimate"):
        combined([])


# lines in images --------------------------------------------------------------------------------
def test_brightest_line_is_the_best_of_all_lines():
    """Against every path through a small image."""
    rng = np.random.default_rng(2)
    score = rng.normal(size=(5, 4)).astype(np.float32)
    stiffness, best, found = 0.3, -np.inf, None
    for number in range(4**5):
        path = [(number // 4**k) % 4 for k in range(5)]
        steps = np.diff(path)
        if np.abs(steps).max() > 2:
            continue
        total = sum(score[i, j] for i, j in enumerate(path)) - stiffness * np.sum(steps**2)
        if total > best:
            best, found = total, path
    assert brightest_line(score, 2, stiffness).tolist() == found


def test_peak_power_and_stretches():
    x = np.arange(21)
    image = np.exp(-((x - 10.3) ** 2) / 6.0)[None, :]
    assert peak_power(image, np.array([0]), np.array([10]))[0] == pytest.approx(1.0, rel=1e-6)
    mask = np.zeros(60, bool)
    mask[5:20] = mask[23:40] = mask[50:55] = True
    assert stretches(mask, 15) == [(5, 40)]
    assert stretches(mask, 3) == [(5, 20), (23, 40), (50, 55)]


BAD_GRAMS = [
    (xr.Dataset(), "neither"),
    (xr.Dataset({"power": (("trace",), np.ones(3))}), "axes"),
    (xr.Dataset({"power": (("trace", "delay"), np.ones((3, 4)))}), "delays"),
    (
        xr.Dataset({"power": (("trace", "delay"), np.full((3, 4), np.nan))},
                   coords={"delay": np.arange(4.0)}),
        "gaps",
    ),
    (
        xr.Dataset({"power": (("trace", "delay"), -np.ones((3, 4)))},
                   coords={"delay": np.arange(4.0)}),
        "no powers",
    ),
    (
        xr.Dataset({"power": (("trace", "delay"), np.ones((3, 4)))},
                   coords={"delay": [0.0, 1.0, 3.0, 4.0]}),
        "evenly",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("gram", "says"), BAD_GRAMS)
def test_radargrams_that_are_none(gram, says):
    with pytest.raises(InputError, match=says):
        echo_image(gram)


def test_bad_input_of_picks(flown, bare):
    rng = np.random.default_rng(0)
    noise = xr.Dataset(
        {"power": (("trace", "delay"), rng.exponential(size=(60, 300)))},
        coords={"delay": np.arange(300) * 37.5e-9},
    )
    with pytest.raises(PhysicsError, match="no surface echo"):
        pick_surface(noise)
    gram, *_ = slab(flown, bare, 3.0, 0.003, 6.0)
    with pytest.raises(InputError, match="one delay for each"):
        pick_surface(gram, expected=[1.0])
    with pytest.raises(InputError, match="runs out"):
        pick_surface(gram, expected=np.full(TRACES, 1.0))
    surface = pick_surface(gram)
    with pytest.raises(InputError, match="shape"):
        pick_reflectors(gram, surface, clutter=np.ones((3, 3)))
    with pytest.raises(InputError, match="no surface echo"):
        pick_reflectors(gram, surface, clutter=np.zeros(gram["echo_power"].shape))
    with pytest.raises(InputError, match="one depth"):
        radar_picks(gram, flown, centre_frequency=20e6, known_thickness=[1.0])
    with pytest.raises(InputError, match="does not tell"):
        radar_picks(gram, flown.drop_vars("along_track"), centre_frequency=20e6)
    loud = gram.copy()
    loud["echo_power"] = gram["echo_power"] + 40.0
    with pytest.raises(InputError, match="not below that of a mirror"):
        radar_picks(loud, flown, centre_frequency=20e6, calibration_sigma=1.0)
    with pytest.raises(InputError, match="between the centre"):
        datum_of_radius(flown, 1e7)
