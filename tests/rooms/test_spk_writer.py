"""SPK kernels of a flight: SPICE reads back what was flown."""

import numpy as np
import pytest
import spiceypy

from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.data.arc_table import ArcTable, hermite, tabulate
from marsward.data.kernel_paths import de440
from marsward.data.spk_writer import write_spk
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.propagate import propagate

CRAFT = -999


def flown():
    """Nine days from the telemetry state of 2020-07-26, with a burn on the third."""
    epoch = Epoch.utc("2020-07-26T05:07:42.671")
    earth = default_ephemeris().state("earth", wrt="sun", at=epoch)
    state = earth + np.array([5.0e8, 6.0e8, 4.0e8, 1.9e3, 2.3e3, 1.5e3])
    burn = ImpulsiveBurn(epoch + 3 * 86400.0 + 0.123456, np.array([10.0, -5.0, 8.0]))
    return propagate(state, epoch, epoch + 9 * 86400.0, burns=[burn])


@pytest.fixture(scope="module")
def trajectory():
    return flown()


def inside(trajectory, count=400):
    rng = np.random.default_rng(8)
    span = trajectory.stop - trajectory.start
    return Epoch.et((trajectory.start + np.sort(rng.uniform(1e-3, span - 1e-3, count))).et)


def test_spice_reads_back_the_flight(tmp_path, trajectory):
    path = write_spk(tmp_path / "flight.bsp", trajectory, naif_id=CRAFT, name="tianwen-1")
    at = inside(trajectory)
    spiceypy.furnsh([str(path), str(de440())])
    try:
        for wrt, number in (("sun", 10), ("earth", 399)):
            truth = trajectory.at(at, wrt=wrt)
            read = np.array([spiceypy.spkgeo(CRAFT, t, "J2000", number)[0] for t in at.et]) * 1e3
            off = np.abs(read - truth)
            assert off[:, :3].max() < 1e-3
            assert off[:, 3:].max() < 5e-4
        ids = spiceypy.spkobj(str(path))
        assert list(ids) == [CRAFT]
        window = spiceypy.spkcov(str(path), CRAFT)
        assert spiceypy.wncard(window) <= 1 + trajectory.arcs
        assert abs(window[0] - trajectory.start.et) < 1e-6
    finally:
        spiceypy.kclear()


def test_manoeuvre_is_not_smoothed(tmp_path, trajectory):
    path = write_spk(tmp_path / "flight.bsp", trajectory, naif_id=CRAFT)
    burn = float(trajectory.breaks.et[-1])
    spiceypy.furnsh(str(path))
    try:
        before = spiceypy.spkgeo(CRAFT, burn - 1e-3, "J2000", 10)[0][3:]
        after = spiceypy.spkgeo(CRAFT, burn + 1e-3, "J2000", 10)[0][3:]
    finally:
        spiceypy.kclear()
    assert (after - before) * 1e3 == pytest.approx([10.0, -5.0, 8.0], abs=1e-3)


def test_equal_input_gives_equal_bytes_and_replaces(tmp_path, trajectory):
    path = tmp_path / "flight.bsp"
    path.write_text("older")
    one = write_spk(path, trajectory, naif_id=CRAFT, comments=["a note"]).read_bytes()
    two = write_spk(path, trajectory, naif_id=CRAFT, comments=["a note"]).read_bytes()
    assert one == two
    assert [p.name for p in tmp_path.iterdir()] == ["flight.bsp"]
    assert b"a note" in one


def test_short_table_gets_the_nodes_that_the_type_needs(tmp_path):
    epoch = Epoch.et([0.0, 1.0])
    states = np.array([[1e7, 0, 0, 0, 7e3, 0], [1e7, 7e3, 0, 0, 7e3, 0]], dtype=float)
    path = write_spk(tmp_path / "two.bsp", [ArcTable(399, epoch, states)], naif_id=CRAFT)
    spiceypy.furnsh(str(path))
    try:
        state = spiceypy.spkgeo(CRAFT, 0.5, "J2000", 399)[0] * 1e3
    finally:
        spiceypy.kclear()
    assert state == pytest.approx([1e7, 3.5e3, 0, 0, 7e3, 0], abs=1e-6)


def test_arc_about_mars_needs_no_other_kernel_than_the_planets(tmp_path):
    epoch = Epoch.et(np.linspace(0.0, 600.0, 7))
    angle = 3e-4 * np.asarray(epoch - epoch[0])
    radius, still = 4e6, np.zeros(7)
    place = np.stack([radius * np.cos(angle), radius * np.sin(angle), still], axis=1)
    motion = 3e-4 * np.stack([-place[:, 1], place[:, 0], still], axis=1)
    table = ArcTable(499, epoch, np.hstack([place, motion]))
    path = write_spk(tmp_path / "orbit.bsp", [table], naif_id=CRAFT)
    spiceypy.furnsh([str(path), str(de440())])
    try:
        state = spiceypy.spkgeo(CRAFT, 250.0, "J2000", 10)[0] * 1e3
    finally:
        spiceypy.kclear()
    mars = default_ephemeris().state("mars", wrt="sun", at=Epoch.et(250.0))
    assert np.linalg.norm((state - mars)[:3]) == pytest.approx(radius, abs=1e-2)
    assert b"Mars barycenter" in path.read_bytes()


def test_wrong_calls_are_refused(tmp_path, trajectory):
    with pytest.raises(InputError, match="natural body"):
        write_spk(tmp_path / "a.bsp", trajectory, naif_id=499)
    with pytest.raises(InputError, match="printable ASCII"):
        write_spk(tmp_path / "a.bsp", trajectory, naif_id=CRAFT, name="天问一号")
    with pytest.raises(InputError, match="nothing to write"):
        write_spk(tmp_path / "a.bsp", [], naif_id=CRAFT)
    with pytest.raises(InputError, match="every must be a positive"):
        write_spk(tmp_path / "a.bsp", trajectory, naif_id=CRAFT, every=-60.0)
    with pytest.raises((InputError, DataError), match="cannot write"):
        write_spk(tmp_path / "none" / "a.bsp", trajectory, naif_id=CRAFT)
    assert not list(tmp_path.iterdir())


def test_own_reader_reads_it_as_spice_does(tmp_path, trajectory):
    path = write_spk(tmp_path / "flight.bsp", trajectory, naif_id=CRAFT)
    ephemeris = default_ephemeris().with_kernels(path)
    at = inside(trajectory)
    spiceypy.furnsh([str(path), str(de440())])
    try:
        spice = np.array([spiceypy.spkgeo(CRAFT, t, "J2000", 399)[0] for t in at.et]) * 1e3
    finally:
        spiceypy.kclear()
    read = ephemeris.state(CRAFT, wrt="earth", at=at)
    assert np.abs(read - spice)[:, :3].max() < 5e-4
    assert np.abs(read - spice)[:, 3:].max() < 1e-7
    assert np.array_equal(ephemeris.position(CRAFT, wrt="earth", at=at), read[:, :3])
    truth = trajectory.at(at, wrt="earth")
    assert np.abs(read - truth)[:, :3].max() < 1e-3
    with pytest.raises(DataError, match="is not covered at"):
        ephemeris.state(CRAFT, wrt="earth", at=trajectory.stop + 60.0)


@pytest.mark.parametrize("degree", [1, 3, 5, 7])
def test_any_degree_of_type_13_is_read_as_spice_does(tmp_path, degree):
    rng = np.random.default_rng(degree)
    et = np.sort(rng.uniform(0.0, 1000.0, 120))
    states = rng.normal(size=(120, 6)) * [1e4, 1e4, 1e4, 1e3, 1e3, 1e3]
    path = tmp_path / "odd.bsp"
    handle = spiceypy.spkopn(str(path), "test", 0)
    spiceypy.spkw13(handle, CRAFT, 4, "J2000", et[0], et[-1], "test", degree, et.size, states, et)
    spiceypy.spkcls(handle)
    wanted = rng.uniform(et[3], et[-4], 60)
    read = Ephemeris.open(path).state(CRAFT, wrt=4, at=Epoch.et(wanted))
    spiceypy.furnsh(str(path))
    try:
        spice = np.array([spiceypy.spkgeo(CRAFT, t, "J2000", 4)[0] for t in wanted]) * 1e3
    finally:
        spiceypy.kclear()
    assert np.allclose(read, spice, rtol=1e-8, atol=1e-8 * np.abs(spice).max())


def test_table_interpolates_the_trajectory(trajectory):
    tables = tabulate(trajectory, tolerance=1e-3)
    assert len(tables) == trajectory.arcs
    for table in tables:
        span = table.epoch[-1] - table.epoch[0]
        at = table.epoch[0] + np.linspace(0.0, span, 333)[1:-1]
        truth = trajectory.at(at)
        assert np.abs(table.at(at) - truth)[:, :3].max() < 2e-3
        with pytest.raises(InputError, match="choose epochs inside"):
            table.at(table.epoch[-1] + 1.0)


def test_fixed_spacing(trajectory):
    for table in tabulate(trajectory, every=3600.0):
        steps = np.diff(np.asarray(table.epoch - table.epoch[0]))
        assert np.allclose(steps[:-1], 3600.0, atol=1e-6)
        assert 0.0 < steps[-1] <= 3600.0 + 1e-6


@pytest.mark.parametrize("nodes", [1, 2, 3, 4, 9])
def test_hermite_is_exact_for_polynomials(nodes):
    degree = min(2 * nodes - 1, 7)
    rng = np.random.default_rng(nodes)
    poly = rng.normal(size=(3, degree + 1))
    t = np.linspace(-1.0, 1.0, nodes) + rng.uniform(-0.05, 0.05, nodes)
    derivative = np.array([np.polyder(p) if degree else [0.0] for p in poly])
    states = np.array([[np.polyval(p, x) for p in (*poly, *derivative)] for x in t])
    wanted = np.linspace(t[0], t[-1], 20)
    truth = np.array([[np.polyval(p, x) for p in (*poly, *derivative)] for x in wanted])
    assert np.allclose(hermite(t, states, wanted), truth, rtol=0.0, atol=1e-7)
