"""States against SPICE, bit for bit; precedence, gaps and errors; the pack for force models."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import spiceypy
from test_daf import COUNT, CRAFT, LENGTH, write_kernel

from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris, naif_id
from marsward.dynamics.ephemeris_pack import PERTURBERS
from marsward.dynamics.kernels.chebyshev import EARTH_MOON_MASS_RATIO

BODIES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 199, 299, 399, 301)
LO, HI = -14200747200.0, 20514081600.0


@pytest.fixture(scope="module", autouse=True)
def kernels():
    spiceypy.furnsh(str(de440()))
    yield
    spiceypy.kclear()


def spice(body, et, wrt):
    return np.array([spiceypy.spkgeo(int(body), t, "J2000", wrt)[0] for t in et]) * 1e3


@pytest.mark.parametrize("wrt", [0, 10, 399])
def test_every_body_equals_spice(wrt):
    et = np.random.default_rng(wrt).uniform(LO, HI, 2001)
    at = Epoch.et(et)
    for body in BODIES:
        ours = default_ephemeris().state(body, wrt=wrt, at=at)
        theirs = spice(body, et, wrt)
        assert np.abs(ours[:, :3] - theirs[:, :3]).max() <= 1e-3, body
        assert np.abs(ours[:, 3:] - theirs[:, 3:]).max() <= 1e-6, body


def test_arithmetic_is_that_of_spice_to_the_bit():
    et = np.random.default_rng(9).uniform(LO, HI, 501)
    ours = default_ephemeris().state(301, wrt=10, at=Epoch.et(et))
    assert np.array_equal(ours, spice(301, et, 10))


def test_ends_of_the_kernel_and_record_edges():
    et = np.array([LO, HI, 0.0, LO + 32 * 86400.0, HI - 4 * 86400.0])
    for body in (4, 301, 8):
        assert np.array_equal(
            default_ephemeris().state(body, wrt=0, at=Epoch.et(et)), spice(body, et, 0)
        )


@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), (2, 3, 4)])
def test_any_shape_and_positions_alone(shape):
    at = Epoch.et(np.full(shape, 6.5e8) + np.arange(np.prod(shape, dtype=int)).reshape(shape))
    states = default_ephemeris().state("mars", wrt="sun", at=at)
    assert states.shape == (*shape, 6)
    positions = default_ephemeris().position("mars", wrt="sun", at=at)
    assert np.array_equal(positions, states[..., :3])


def test_split_time_resolves_what_one_double_cannot():
    whole, step = 2.0e10, 2.0**-24
    ephemeris = default_ephemeris()
    assert whole + step == whole
    here = ephemeris.state(1, wrt=10, at=Epoch.et(whole, 0.0))
    there = ephemeris.state(1, wrt=10, at=Epoch.et(whole, 0.25))
    closer = ephemeris.state(1, wrt=10, at=Epoch.et(whole, 0.25 + step))
    moved = np.linalg.norm(closer[:3] - there[:3])
    speed = np.linalg.norm(here[3:])
    assert moved == pytest.approx(speed * step, rel=0.05)


def test_mars_is_its_barycentre_and_says_so():
    ephemeris = default_ephemeris()
    at = Epoch.utc("2020-07-27")
    assert ephemeris.resolve("mars") == 4
    assert ephemeris.resolve("earth") == 399
    assert np.array_equal(
        ephemeris.state(499, wrt="ssb", at=at), ephemeris.state(4, wrt="ssb", at=at)
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [("Mars", 499), ("EMB", 3), ("mercury barycenter", 1), ("VENUS_BARYCENTRE", 2), ("-94", -94),
     ("solar system barycenter", 0), (301, 301), (np.int64(10), 10)],
)  # fmt: skip
def test_names(name, number):
    assert naif_id(name) == number


def test_unknown_names_are_refused():
    for wrong in ("marz", None, 1.5, True):
        with pytest.raises(InputError):
            naif_id(wrong)


def test_outside_the_kernel_names_interval_and_file():
    for text in ("1500-01-01", "2700-01-01"):
        with pytest.raises(DataError) as caught:
            default_ephemeris().state("mars", wrt="sun", at=Epoch.tdb([text, "2020-01-01"]))
        said = str(caught.value)
        assert "1549-12-31T00:00:00 TDB to 2650-01-25T00:00:00 TDB" in said
        assert "de440.bsp" in said
        assert text in said


def test_body_without_segment_is_refused():
    with pytest.raises(DataError, match="no segment for body 401"):
        default_ephemeris().state("phobos", wrt="mars", at=Epoch.utc("2020-01-01"))


class Bare:
    """An epoch that was not checked when it was made."""

    def __init__(self, whole):
        self.whole = np.asarray(whole, dtype=float)
        self.frac = np.zeros_like(self.whole)
        self.et = self.whole


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_not_finite_epoch_is_refused(bad):
    with pytest.raises(InputError, match="not a finite number"):
        default_ephemeris().state("mars", wrt="sun", at=Bare([0.0, bad]))


@pytest.mark.parametrize("kind", [2, 3])
@pytest.mark.parametrize("frame", ["J2000", "ECLIPJ2000"])
def test_user_kernel_joins_the_planets(tmp_path, kind, frame):
    path = write_kernel(tmp_path / "craft.bsp", kind=kind, frame=frame)
    ephemeris = default_ephemeris().with_kernels(path)
    et = np.linspace(0.0, COUNT * LENGTH, 301)
    spiceypy.furnsh(str(path))
    try:
        for wrt in (4, 10, 399):
            ours = ephemeris.state(CRAFT, wrt=wrt, at=Epoch.et(et))
            assert np.abs(ours - spice(CRAFT, et, wrt)).max() < 1e-4
            back = ephemeris.state(wrt, wrt=CRAFT, at=Epoch.et(et))
            assert np.abs(ours + back).max() < 1e-4
    finally:
        spiceypy.unload(str(path))
    assert ephemeris.coverage(CRAFT, "earth") == [(0.0, COUNT * LENGTH)]
    with pytest.raises(DataError, match=r"2000-01-01T12:00:00 TDB to 2000-01-01T13:40:00 TDB"):
        ephemeris.state(CRAFT, wrt="mars", at=Epoch.et(1e6))


def test_later_kernel_wins_and_gaps_are_named(tmp_path):
    first = write_kernel(tmp_path / "first.bsp", seed=1)
    half = write_kernel(tmp_path / "half.bsp", seed=2, start=3000.0)
    late = write_kernel(tmp_path / "late.bsp", seed=3, start=20000.0)
    ephemeris = Ephemeris.open(first, half, late)
    et = np.concatenate([np.linspace(0.0, 9000.0, 90), np.linspace(20000.0, 26000.0, 50)])
    for path in (first, half, late):
        spiceypy.furnsh(str(path))
    try:
        assert np.array_equal(ephemeris.state(CRAFT, wrt=4, at=Epoch.et(et)), spice(CRAFT, et, 4))
    finally:
        for path in (first, half, late):
            spiceypy.unload(str(path))
    assert ephemeris.coverage(CRAFT, 4) == [(0.0, 9000.0), (20000.0, 26000.0)]
    with pytest.raises(DataError, match="is not covered at 2000-01-01T16:10:00 TDB"):
        ephemeris.state(CRAFT, wrt=4, at=Epoch.et([100.0, 15000.0]))


def test_bodies_that_never_meet_are_refused(tmp_path):
    lone = Ephemeris.open(write_kernel(tmp_path / "lone.bsp", centre=-5))
    with pytest.raises(DataError, match="no segment for body 4"):
        lone.state(CRAFT, wrt="mars barycenter", at=Epoch.et(10.0))


def test_frozen_and_pickled():
    ephemeris = default_ephemeris()
    with pytest.raises(AttributeError):
        ephemeris.kernels = ()
    again = pickle.loads(pickle.dumps(ephemeris))
    at = Epoch.et(np.linspace(0.0, 1e8, 50))
    assert np.array_equal(
        again.state("moon", wrt="earth", at=at), ephemeris.state("moon", wrt="earth", at=at)
    )


def test_threads_agree():
    ephemeris = Ephemeris.open(de440())
    at = Epoch.et(np.linspace(0.0, 8e8, 5000))
    pairs = [(b, w) for b in (4, 301, 399, 8) for w in (0, 10, 3)] * 3
    alone = {pair: default_ephemeris().state(pair[0], wrt=pair[1], at=at) for pair in pairs}
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda p: (p, ephemeris.state(p[0], wrt=p[1], at=at)), pairs)
        for pair, states in together:
            assert np.array_equal(states, alone[pair])


def perturbers(pack, whole, frac):
    """States (10, 6) from a pack by numpy's own Chebyshev series: the twin of any kernel."""
    rows = []
    for b in range(10):
        i = int(((whole - pack.start_whole[b]) + frac) // pack.length[b])
        half = 0.5 * pack.length[b]
        x = ((whole - (pack.start_whole[b] + i * pack.length[b] + half)) + frac) / half
        o = pack.offset[b] + 3 * pack.ncoef[b] * i
        series = pack.coef[o : o + 3 * pack.ncoef[b]].reshape(3, -1).T
        place = np.polynomial.chebyshev.chebval(x, series)
        motion = np.polynomial.chebyshev.chebval(x, np.polynomial.chebyshev.chebder(series))
        rows.append(np.concatenate([place, motion / half]))
    states = np.array(rows)
    centre, moon = states[3].copy(), states[4].copy()
    states[3] = centre - moon / EARTH_MOON_MASS_RATIO
    states[4] = centre + moon
    return states


@pytest.mark.parametrize("forward", [True, False])
def test_pack_gives_all_ten_perturbers(forward):
    start, stop = Epoch.utc("2020-07-23T06:27:04.157"), Epoch.utc("2021-02-11")
    pack = default_ephemeris().pack(*((start, stop) if forward else (stop, start)))
    rng = np.random.default_rng(4)
    at = Epoch.stack([start, stop, *(start + rng.uniform(0.0, stop - start, 40))])
    ours = np.array([perturbers(pack, w, f) for w, f in zip(at.whole, at.frac, strict=True)])
    for row, body in enumerate(PERTURBERS):
        truth = default_ephemeris().state(body, wrt="ssb", at=at)
        off = np.abs(ours[:, row] - truth)
        assert off[:, :3].max() <= 4.0 * np.spacing(np.abs(truth[:, :3]).max())
        assert off[:, 3:].max() < 1e-9


def test_pack_is_plain_contiguous_arrays():
    pack = default_ephemeris().pack(Epoch.utc("2020-07-23"), Epoch.utc("2020-08-23"))
    assert [array.dtype.str for array in pack] == ["<f8", "<i8", "<i8", "<f8", "<f8", "<i8"]
    assert all(array.flags.c_contiguous and array.flags.writeable for array in pack)
    assert pack.coef.size == np.sum(3 * pack.ncoef * pack.nrec)
    assert np.array_equal(pack.start_whole, np.floor(pack.start_whole))


def test_pack_refuses_what_is_not_covered_or_not_planetary(tmp_path):
    with pytest.raises(DataError, match="is not covered at 2650"):
        default_ephemeris().pack(Epoch.tdb("2649-12-01"), Epoch.tdb("2650-02-01"))
    odd = default_ephemeris().with_kernels(write_kernel(tmp_path / "venus.bsp", body=2, centre=10))
    with pytest.raises(DataError, match="needs a planetary ephemeris"):
        odd.pack(Epoch.et(10.0), Epoch.et(20.0))
