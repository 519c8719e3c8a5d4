"""Waves over a section of ground: closed forms, laws, another solver."""

import math

import numpy as np
import pytest
from scipy.special import hankel2

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.physics.ground_section import BuriedRock, ground_section
from marsward.physics.ground_waves import IMPEDANCE, RadarPulse, ground_waves
from marsward.physics.kernels.ground_waves import advance
from marsward.physics.layered_reflection import RadarColumns

C = float(SPEED_OF_LIGHT)
MU = IMPEDANCE / C
BAND = {"low": 100e6, "high": 500e6}


def spectra(waves, values, low, high):
    """Frequencies within a band, spectrum of a trace there, and of the source's current."""
    dt, count = waves.attrs["step"], 8192
    f = np.fft.rfftfreq(count, dt)
    keep = (f > low) & (f < high)
    turn = np.exp(-2j * np.pi * f[keep] * dt)
    field = np.fft.rfft(values, count)[keep] * turn
    return f[keep], field, np.fft.rfft(waves["source_current"], count)[keep] * np.sqrt(turn)


def heard(permittivity, loss=0.0, cell=0.02, **asked):
    given = {"source_x": [1.0], "height": 0.4, "time": 20e-9, **BAND, **asked}
    return ground_waves(permittivity, loss, cell, **given)


def trace(*args, **asked):
    return heard(*args, **asked)["electric_field"].values[0].astype(float)


@pytest.mark.parametrize("pulse", ["sweep", "ricker"])
def test_a_line_source_in_empty_space_sends_hankels_function(pulse):
    waves = heard(np.ones((80, 120)), cell=0.025, low=50e6, high=250e6, source_x=[0.5],
                  receiver_offset=2.0, time=60e-9, pulse=pulse)  # fmt: skip
    f, field, current = spectra(waves, waves["electric_field"].values[0], 90e6, 210e6)
    w = 2.0 * np.pi * f
    closed = -0.25 * w * MU * hankel2(0, w / C * 2.0) * current
    assert np.max(np.abs(field - closed)) < 0.01 * np.max(np.abs(closed))


def half_space(f, index, height):
    """Echo of a half space per ampere over its line source: the integral over plane waves, taken
    along the path of steepest descent, sin(angle) = tan u + i sin u."""
    u = np.linspace(-1.55, 1.55, 6001)
    sine, cosine = np.tan(u) + 1j * np.sin(u), 1.0 - 1j * np.sin(u) * np.tan(u)
    below = np.sqrt(index**2 - sine**2)
    along = (cosine - below) / (cosine + below) * (1.0 + 1j / np.cos(u))
    k = 2.0 * np.pi * np.asarray(f)[:, None] / C
    total = np.trapezoid(along * np.exp(-2j * k * height * cosine), u, axis=1)
    return -np.asarray(f) * MU / 2.0 * total


def test_the_path_of_steepest_descent_has_hankels_function_for_a_mirror():
    f = np.array([1e8, 3e8])
    mirror = half_space(f, 1e9, 1.5)
    k = 2.0 * np.pi * f / C
    np.testing.assert_allclose(mirror, 0.25 * k * C * MU * hankel2(0, 3.0 * k), rtol=1e-6)


def test_a_half_space_returns_what_plane_waves_say_and_over_a_mirror_what_fresnel_says():
    asked = {"cell": 0.02, "height": 2.4, "time": 30e-9, "source_x": [1.6], "low": 100e6,
             "high": 400e6}  # fmt: skip
    waves = heard(np.full((10, 160), 4.0), **asked)
    bare = trace(np.ones((10, 160)), **asked)
    echo = waves["electric_field"].values[0] - bare
    f, field, current = spectra(waves, echo, 180e6, 320e6)
    closed = half_space(f, 2.0, 2.4) * current
    assert np.max(np.abs(field - closed)) < 0.02 * np.max(np.abs(closed))
    _, mirror, _ = spectra(waves, trace(np.full((10, 160), np.inf), **asked) - bare, 180e6, 320e6)
    over_mirror = closed / (half_space(f, 1e9, 2.4) * current)
    assert np.max(np.abs(field / mirror - over_mirror)) < 0.015 * np.max(np.abs(over_mirror))
    # waves from a line two wavelengths up are not plane: the exact ratio is 2.7 % off Fresnel's
    fresnel = (1.0 - 2.0) / (1.0 + 2.0)
    np.testing.assert_allclose(-field / mirror, fresnel, atol=0.035 * abs(fresnel))


def lag(first, second, dt):
    """How much later the second trace comes, by the peak of their correlation [s]."""
    both = np.correlate(second, first, "full")
    at = int(np.argmax(np.abs(both)))
    before, top, after = np.abs(both[at - 1 : at + 2])
    late = at - first.size + 1 + 0.5 * (before - after) / (before - 2.0 * top + after)
    return late * dt


def test_a_layer_delays_and_damps_as_closed_forms_say():
    eps, depth, loss = 4.0, 0.8, 0.02
    ground = np.full((60, 140), eps)
    metal = ground.copy()
    metal[40:] = np.inf
    asked = {"source_x": [1.4], "height": 0.6, "time": 24e-9}
    dt = heard(ground, **asked).attrs["step"]
    open_ground = trace(ground, **asked)
    top = open_ground - trace(np.ones_like(ground), **asked)
    bottom = trace(metal, **asked) - open_ground
    assert lag(top, bottom, dt) == pytest.approx(2.0 * depth * math.sqrt(eps) / C, rel=0.01)
    waves = heard(metal, loss, **asked)
    damped = waves["electric_field"].values[0] - trace(ground, loss, **asked)
    f, after, _ = spectra(waves, damped, 295e6, 305e6)
    _, before, _ = spectra(waves, bottom, 295e6, 305e6)
    share = np.exp(-2.0 * np.pi * f / C * math.sqrt(eps) * loss * depth)
    np.testing.assert_allclose(np.abs(after / before), share, rtol=0.02)


@pytest.mark.parametrize("eps", [1.0, 6.0])
def test_the_rim_returns_less_than_a_thousandth(eps):
    asked = {"receiver_offset": 0.8, "height": 0.2, "time": 16e-9}
    small = trace(np.full((40, 60), eps), source_x=[0.2], **asked)
    far = 150  # cells to the sides: nothing comes back from there in time
    big = trace(np.full((40 + far, 60 + 2 * far), eps), source_x=[0.2 + far * 0.02], **asked)
    assert np.max(np.abs(small - big)) < 1e-3 * np.max(np.abs(big))


def test_source_and_receiver_can_change_places():
    eps = np.random.default_rng(4).uniform(2.0, 6.0, (12, 20)).repeat(5, 0).repeat(5, 1)
    there = trace(eps, 0.02, source_x=[0.5], receiver_offset=0.9)
    back = trace(eps, 0.02, source_x=[1.4], receiver_offset=-0.9)
    assert np.max(np.abs(there - back)) < 1e-4 * np.max(np.abs(there))


@pytest.mark.parametrize("loss", [0.0, 0.01])
def test_energy_in_a_box_of_metal_stays_or_falls(loss):
    rng = np.random.default_rng(7)
    size, rim, n = (60, 70), 4, 300
    ez, hx, hy = (np.zeros(size, np.float32) for _ in range(3))
    eps = rng.uniform(1.0, 6.0, size)
    keep, gain = ((1 - loss) / (1 + loss), 0.7 / eps / (1 + loss))
    keep = np.full(size, keep, np.float32)
    gain = gain.astype(np.float32)
    off = np.ones((2, rim), np.float32), np.zeros((2, rim), np.float32)
    memory = [np.zeros(s, np.float32)
              for s in ((2 * rim, 70), (60, 2 * rim), (60, 2 * rim), (2 * rim, 70))]  # fmt: skip
    pulse = RadarPulse(1.0, 2.0, "ricker").current((np.arange(n) - 40.0) / 30.0).astype(np.float32)
    pulse[80:] = 0.0
    energy, at, out = [], np.array([30, 33]), np.zeros(n, np.float32)
    for step in range(n):
        field, down, across = (a.astype(float) for a in (ez, hx, hy))
        advance(ez, hx, hy, keep, gain, np.float32(0.7), *memory, *off, pulse, at, at, step,
                step + 1, out)  # fmt: skip
        energy.append(np.sum(eps * field**2) + np.sum(down * hx) + np.sum(across * hy))
    energy = np.array(energy[82:])
    assert energy[0] > 0.0
    if loss:
        assert np.all(np.diff(energy) < 0.0)
    else:
        np.testing.assert_allclose(energy, energy[0], rtol=2e-5)


def test_nothing_rings_on_when_the_waves_have_gone():
    rock = BuriedRock(1.0, 0.5, 0.15, 8.0, 0.02)
    ground = ground_section(RadarColumns([[0.9]], [[3.0, 5.0]], 0.01), 0.02, width=2.0, depth=1.2,
                            rocks=[rock])  # fmt: skip
    size = np.abs(trace(ground.permittivity, ground.loss_tangent, time=150e-9))
    parts = np.array([part.max() for part in np.array_split(size, 6)])
    assert np.all(np.diff(parts[1:4]) < 0.0)
    assert parts[-1] < 1e-4 * parts[0]


def test_workers_do_not_change_traces_and_coordinates_are_nodes():
    eps = np.full((20, 60), 3.0)
    places = np.array([0.31, 0.62, 0.905])
    one, two = (heard(eps, source_x=places, receiver_offset=0.1, workers=w) for w in (1, 2))
    assert one.identical(two)
    assert one["electric_field"].dims == ("trace", "time")
    np.testing.assert_allclose(one["source_x"], places, atol=0.0101)
    np.testing.assert_allclose(one["receiver_x"] - one["source_x"], 0.1)
    assert one["time"].values[-1] >= 20e-9


def test_a_compressed_sweep_is_its_windows_transform():
    pulse, f = RadarPulse(100e6, 500e6), np.linspace(100e6, 500e6, 4001)
    t = np.linspace(-6e-9, 6e-9, 25)
    window = np.hanning(f.size)
    closed = np.cos(2.0 * np.pi * np.outer(t, f)) @ window / window.sum()
    np.testing.assert_allclose(pulse.current(t), closed, atol=1e-5)
    assert pulse.current(1.0 / 400e6) == pytest.approx(0.5 * np.cos(2.0 * np.pi * 0.75), abs=1e-9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": 5e-11}, "not stable"),
        ({"low": 1e9, "high": 3e9}, "too coarse"),
        ({"low": 5e8, "high": 1e8}, "lower one"),
        ({"pulse": "square"}, '"sweep" or "ricker"'),
        ({"source_x": [3.0]}, "beyond the section"),
        ({"receiver_offset": -1.5}, "beyond the section"),
        ({"source_x": [math.nan]}, "source_x"),
        ({"height": -0.1}, "at least 0"),
        ({"time": 0.0}, "above 0"),
        ({"cell": 0.0}, "above 0"),
        ({"loss": -0.1}, "loss tangent"),
        ({"loss": np.zeros(3)}, "loss tangent"),
        ({"height": 4e4}, "GB"),
        ({"time": 1.0}, "GB"),
        ({"absorber": 2}, "absorber"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(change, said):
    with pytest.raises(InputError, match=said):
        heard(np.full((10, 60), 3.0), **change)


@pytest.mark.parametrize("bad", [0.5, math.nan, -math.inf])
def test_a_permittivity_that_cannot_be_is_refused(bad):
    eps = np.full((10, 60), 3.0)
    eps[4, 5] = bad
    with pytest.raises(InputError, match="permittivity"):
        heard(eps)
    with pytest.raises(InputError, match="two cells"):
        heard([[3.0]])


def test_layers_and_rocks_are_painted_with_their_share_of_a_cell():
    columns = RadarColumns([[0.5], [1.0]], [[3.0, 5.0]], [[0.01, 0.02]])
    rock = BuriedRock(1.5, 1.5, 0.3, 9.0, 0.05)
    made = ground_section(columns, 0.05, width=3.0, depth=2.0, rocks=[rock])
    assert made.permittivity.shape == (40, 60)
    assert made.x[0] == pytest.approx(0.025)
    assert made.depth[-1] == pytest.approx(1.975)
    bottom = np.sum(5.0 - made.permittivity[:24], axis=0) / 2.0 * 0.05
    np.testing.assert_allclose(bottom, 0.5 + made.x / 6.0, atol=0.01)
    area = np.sum(made.permittivity[24:] - 5.0) / 4.0 * 0.05**2
    assert area == pytest.approx(math.pi * 0.3**2, rel=0.02)
    assert made.permittivity[30, 30] == 9.0
    assert made.loss_tangent[30, 30] == pytest.approx(0.05)
    assert made.loss_tangent[0, 0] == pytest.approx(0.01)
    metal = ground_section(columns, 0.05, width=3.0, depth=2.0,
                           rocks=[BuriedRock(1.5, 1.5, 0.3, math.inf)])  # fmt: skip
    assert np.isinf(metal.permittivity).any()
    assert np.isfinite(metal.loss_tangent).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cell": 0.0}, "cannot be"),
        ({"width": 1e5, "depth": 1e5}, "more than"),
        ({"x": [0.0, 1.0]}, "rising row"),
    ],
)
def test_a_section_that_cannot_be_is_refused(change, said):
    given = {"cell": 0.1, "width": 3.0, "depth": 2.0, **change}
    with pytest.raises(InputError, match=said):
        ground_section(RadarColumns([[1.0]], [[3.0, 5.0]]), given.pop("cell"), **given)
    with pytest.raises(InputError, match="rock"):
        BuriedRock(0.0, 1.0, 0.2, permittivity=math.nan)
    with pytest.raises(InputError, match="radius"):
        BuriedRock(0.0, 1.0, 0.0)


def test_traces_are_those_of_gprmax(tmp_path):
    """The same layers with a metal box in gprMax (Warren et al. 2016,
    doi:10.1016/j.cpc.2016.08.020)."""
    gprmax = pytest.importorskip("gprMax")
    h5py = pytest.importorskip("h5py")
    cell, rim, centre, loss = 0.02, 20, 200e6, 0.02
    eps = np.full((100, 150), 4.0)
    eps[60:] = 6.0
    tangent = np.where(eps == 4.0, loss, 0.0)
    eps[30:40, 70:85] = np.inf
    wide, top = (150 + 2 * rim) * cell, (100 + rim) * cell
    left = rim * cell
    sigma = 2.0 * np.pi * centre / (IMPEDANCE * C) * 4.0 * loss
    case = tmp_path / "case.in"
    case.write_text(
        f"#domain_mode: TM\n#domain: {wide:.4f} {top + 0.8:.4f} inf\n"
        f"#dx_dy_dz: {cell} {cell} {cell}\n#time_window: 36e-9\n"
        f"#material: 4 {sigma:.8e} 1 0 upper\n#material: 6 0 1 0 lower\n"
        f"#waveform: ricker 1 {centre:g} pulse\n"
        f"#hertzian_dipole: z {left + 1.2:.4f} {top + 0.2:.4f} inf pulse\n"
        f"#rx: {left + 1.6:.4f} {top + 0.2:.4f} inf\n"
        f"#box: 0 0 0 {wide:.4f} {top:.4f} inf upper\n"
        f"#box: 0 0 0 {wide:.4f} {top - 1.2:.4f} inf lower\n"
        f"#box: {left + 1.4:.4f} {top - 0.8:.4f} 0 {left + 1.7:.4f} {top - 0.6:.4f} inf pec\n"
    )
    gprmax.run(inputfile=str(case), hide_progress_bars=True, log_level=40)
    with h5py.File(next(tmp_path.glob("*.h5"))) as made:
        theirs, dt = made["rxs/rx1/Ez"][:], float(made.attrs["dt"])
    ours = ground_waves(eps, tangent, cell, source_x=[1.2], receiver_offset=0.4, height=0.2,
                        low=100e6, high=300e6, pulse="ricker", time=27e-9)  # fmt: skip
    late = ours["time"].values
    other = np.interp(late, np.arange(theirs.size) * dt - math.sqrt(2.0) / centre, theirs)
    mine = ours["electric_field"].values[0].astype(float)
    for part in (late > -np.inf, late > 8e-9):  # all, and echoes after the wave through air
        assert np.corrcoef(mine[part], other[part])[0, 1] > 0.99
    assert np.abs(mine).max() == pytest.approx(np.abs(other).max(), rel=0.02)
