"""A rover's laser: what it observes, and the oxides that are told from it."""

import csv
import gzip
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.instruments.laser_spectrometer import OXIDES, LaserRange, LaserSpectrometer
from marsward.mission.phases.rover_chemistry_looks import laser_looks
from marsward.retrieval.oxides import CHEMCAM_ERROR, OxideCalibration, standards

SOIL = np.array([[0.454, 0.009, 0.097, 0.167, 0.084, 0.064, 0.027, 0.004]])


@cache
def learnt(seed: int = 3):
    """The laser of Zhurong and a law learnt with it, each standard on a day of its own."""
    laser = LaserSpectrometer(name="marscode")
    known = standards(seed=seed)
    far = np.random.default_rng(seed).uniform(2.0, 4.0, len(known))
    days = 10**7 + np.arange(len(known))
    seen = laser.observe(known, distance=far, seed=seed, campaign=days)
    return laser, OxideCalibration.of(seen, known)


def test_presets_say_what_they_are():
    marscode, supercam = (LaserSpectrometer(name=name) for name in ("marscode", "supercam"))
    assert (marscode.nearest, marscode.farthest) == (1.6, 7.0)
    assert marscode.wavelength[[0, -1]] == pytest.approx([240e-9, 850e-9])
    assert np.bincount(marscode.channel_range).tolist() == [1800, 1800, 1800]
    assert supercam.wavelength[0] == pytest.approx(245e-9)
    assert [each.name for each in LaserSpectrometer.presets()] == ["marscode", "supercam"]


def test_a_soil_gives_the_stated_signal_that_falls_with_distance():
    still = LaserSpectrometer(
        name="marscode", target_scatter=(0.0, 0.0, 0.0), shot_scatter=(0.0, 0.0, 0.0),
        gain_error=0.0, read_noise=0.0,
    )  # fmt: skip
    near, far = (still.observe(SOIL, distance=d)["laser_signal"].values.sum() for d in (2.0, 4.0))
    assert near == pytest.approx(still.signal, rel=0.01)
    assert near / far == pytest.approx(4.0, rel=0.01)


def test_calcium_makes_the_calcium_lines():
    laser = LaserSpectrometer(name="marscode", target_scatter=(0, 0, 0), gain_error=0.0)
    with_it, without = SOIL.copy(), SOIL.copy()
    without[0, OXIDES.index("CaO")] = 0.0
    both = laser.observe(np.concatenate([with_it, without]), seed=2)
    off = both["laser_signal"].values
    at = np.argmin(np.abs(laser.wavelength - 393.478e-9))
    assert off[0, at] > 20.0 * off[1, at]
    elsewhere = np.argmin(np.abs(laser.wavelength - 589.16e-9))  # sodium's
    assert off[0, elsewhere] == pytest.approx(off[1, elsewhere], rel=0.2)


def test_noise_is_as_told_and_seeds_repeat():
    laser = LaserSpectrometer(
        name="marscode", target_scatter=(0, 0, 0), shot_scatter=(0, 0, 0), gain_error=0.0
    )
    seen = laser.observe(np.repeat(SOIL, 100, axis=0), seed=4)
    signal, sigma = seen["laser_signal"].values, seen["laser_signal_sigma"].values
    assert np.mean(signal.std(axis=0) / sigma.mean(axis=0)) == pytest.approx(1.0, abs=0.03)
    again = laser.observe(np.repeat(SOIL, 100, axis=0), seed=4)["laser_signal"].values
    assert np.array_equal(signal, again)
    assert not np.array_equal(signal[0], signal[1])


def test_shots_average_their_scatter():
    few, many = (
        LaserSpectrometer(name="marscode", target_scatter=(0, 0, 0), gain_error=0.0, shots=n)
        for n in (10, 160)
    )
    sums = [
        each.observe(np.repeat(SOIL, 160, axis=0), seed=1)["laser_signal"].values.sum(axis=1)
        for each in (few, many)
    ]
    assert sums[0].std() / sums[1].std() == pytest.approx(4.0, rel=0.3)
    assert sums[0].mean() == pytest.approx(sums[1].mean(), rel=0.03)


def test_oxides_come_back_with_honest_errors():
    """Fresh standards on six other days: mean squared error over the told variance near 1."""
    laser, law = learnt()
    chi = []
    for seed in range(6):
        rocks = standards(60, seed=100 + seed)
        told = law.shares(
            laser.observe(rocks, distance=3.0, seed=200 + seed, campaign=60 * seed + np.arange(60))
        )
        off = (told["oxide_share"].values - rocks) / told["oxide_share_sigma"].values
        chi.append((off**2).mean(axis=0))
    chi = np.mean(chi, axis=0)
    assert chi.mean() == pytest.approx(1.0, abs=0.2)
    assert np.all((chi > 0.6) & (chi < 1.6))


def test_left_out_errors_are_of_the_size_of_chemcams():
    """Sparks here have less to hide than real ones: errors up to ChemCam's, no less than a fifth.

    Clegg et al. 2017, doi:10.1016/j.sab.2016.12.003.
    """
    _, law = learnt()
    for name, error in zip(OXIDES, law.left_out_error, strict=True):
        assert 0.2 * CHEMCAM_ERROR[name] < error < 1.1 * CHEMCAM_ERROR[name]


def test_chemcams_errors_are_those_of_its_table(shared_data):
    with gzip.open(shared_data / "spectra" / "chemcam_moc_7697.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    for name, error in CHEMCAM_ERROR.items():
        told = np.median([float(row[f"{name}_RMSEP"]) for row in rows]) / 100.0
        assert error == pytest.approx(told, rel=0.03)


def test_a_rover_tells_of_rocks_and_says_when_it_has_no_laser():
    laser, _ = learnt()
    given = SimpleNamespace(instrument=lambda name: laser, seed=5, mission=SimpleNamespace(seed=5))
    told = laser_looks(SimpleNamespace(laser="marscode"), given, 900.0)
    assert told["share"].dims == ("target", "oxide")
    assert told["truth"].shape == told["share_sigma"].shape == (8, 8)
    off = (told["share"] - told["truth"]) / told["share_sigma"]
    assert 0.2 < float((off**2).mean()) < 4.0
    assert float(np.abs(told["share"].sum("oxide") - 1.0).max()) > 1e-3  # not forced
    assert "laser" in laser_looks(SimpleNamespace(laser=None), given, 900.0).attrs["not_flown"]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda x: x.observe(SOIL, distance=9.0), "not at 9 m"),
        (lambda x: x.observe(100.0 * SOIL), "give 0.45 for 45 %"),
        (lambda x: x.observe(SOIL[:, :5]), "told by the 8 oxides"),
        (lambda x: standards(10), "too few"),
        (lambda x: OxideCalibration.of(x.observe(SOIL), SOIL), "60 or more"),
        (lambda x: OxideCalibration.of(x.observe(SOIL), SOIL[:, :3]), "as many rows"),
        (lambda x: learnt()[1].shares(x.observe(SOIL).drop_vars("laser_signal")), "no spectra"),
        (
            lambda x: learnt()[1].shares(LaserSpectrometer(name="supercam").observe(SOIL)),
            "same instrument",
        ),
        (lambda x: LaserSpectrometer(preset="marscod"), "marscode"),
    ],
)
def test_refusals_are_one_sentence(call, word):
    with pytest.raises(InputError, match=word) as caught:
        call(learnt()[0])
    assert "\n" not in str(caught.value)


def test_a_range_must_rise():
    with pytest.raises(ValueError, match="shorter wavelength as low"):
        LaserRange(name="x", low="400 nm", high="300 nm", fwhm="0.2 nm")
