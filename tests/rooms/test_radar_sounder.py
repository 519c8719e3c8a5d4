"""Radar sounders: presets, the two-layer echo, noise, speckle, clutter, tracks and bad calls."""

import inspect

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from marsward.core.errors import InputError
from marsward.core.part import ORIGINS
from marsward.geometry.radar_facets import cluttergram, pulse_power
from marsward.instruments import radar_echo
from marsward.instruments.chirp import WINDOWS, Chirp
from marsward.instruments.radar_presets import radar_preset, radar_preset_names
from marsward.instruments.radar_sounder import RadarSounder, sky_temperature
from marsward.physics.dielectric import attenuation, complex_permittivity, reflection
from marsward.physics.layered_reflection import RadarColumns
from marsward.planet.radar_column import RadarGround, radar_columns, radar_ground

C = 299_792_458.0
SHARAD = RadarSounder(preset="sharad")
MIRROR = RadarColumns(np.zeros((1, 0)), [[1e14]])


def track_of(count, height=300e3, **more):
    rows = {"height_above_ground": ("trace", np.full(count, height))}
    return xr.Dataset(rows | {name: ("trace", values) for name, values in more.items()})


def peak(sounder, line, delays, near):
    """Delay [s] and power of the greatest echo within a pulse of `near`, by a fine transform."""
    inside = np.abs(delays - near) < 30.0 / sounder.bandwidth
    fine = np.arange(near - 0.5 / sounder.bandwidth, near + 0.5 / sounder.bandwidth, 2e-10)
    # band-limited between samples: sums of sincs of the sampled line
    kernel = np.sinc((fine[:, None] - delays[inside]) / sounder.sample_spacing)
    power = np.abs(kernel @ line[inside]) ** 2
    return fine[np.argmax(power)], power.max()


# presets -------------------------------------------------------------------------------------
def test_every_value_of_every_preset_has_a_source():
    assert set(radar_preset_names()) >= {"mosir", "sharad", "marsis"}
    for name in radar_preset_names():
        sounder = RadarSounder(preset=name)
        held = radar_preset(name)
        assert sounder.name == name
        assert set(held.values) <= set(RadarSounder.model_fields)
        for origin, ref in held.sources.values():
            assert origin in ORIGINS
            assert len(ref) > 3
        rows = {row.name: row for row in sounder.own_parameters()}
        assert all(row.origin in ORIGINS for row in rows.values())
        assert set(held.sources) <= set(rows)
        assert "published" in held.counts()
    assert [each.name for each in RadarSounder.presets()] == list(radar_preset_names())


def test_presets_see_what_was_published():
    # 15 m, 150 m, and 7.5 and 30 m in empty space: Seu 2007, Jordan 2009, Fan 2021
    assert float(SHARAD.range_resolution()) == pytest.approx(15.0, rel=1e-3)
    assert float(RadarSounder(preset="marsis").range_resolution()) == pytest.approx(150.0, rel=1e-3)
    assert float(RadarSounder(preset="mosir").range_resolution()) == pytest.approx(7.5, rel=1e-3)
    low = RadarSounder(preset="mosir", band="low")
    assert float(low.range_resolution()) == pytest.approx(30.0, rel=1e-3)
    ends = [low.center_frequency + s * 0.5 * low.bandwidth for s in (-1, 1)]
    assert ends == pytest.approx([10e6, 15e6])
    # a specular surface of Mars stands some 50 dB above the noise of SHARAD: Seu et al. 2007
    assert float(SHARAD.dynamic_range(300e3)) - 10.0 == pytest.approx(50.0, abs=2.0)
    assert SHARAD.chirp.compression == pytest.approx(850.5)
    # MOSIR reaches beyond 100 m of soil: Fan et al. 2021
    assert RadarSounder(preset="mosir").penetration(3.5, 0.02) > 100.0


def test_what_is_given_goes_before_the_preset():
    own = RadarSounder(preset="sharad", power="5 W")
    assert own.power == 5.0
    assert "power" not in own.defaults_used
    assert own.defaults_used["bands.20 MHz.bandwidth"] == 10e6
    rows = {row.name: row for row in own.own_parameters()}
    assert rows["power"].origin == "published"
    assert rows["bands.20 MHz.center_frequency"].ref.startswith("Seu et al. 2007")
    assert RadarSounder(preset="marsis", band=None).chosen.name == "4 MHz"
    assert RadarSounder(bands=own.bands).chosen.name == "20 MHz"
    bare = RadarSounder()
    assert bare.own_parameters() == RadarSounder.parameters()
    assert bare.canonical()["bands"][0]["center_frequency"] == 20e6
    assert bare.chosen.spacing == pytest.approx(SHARAD.sample_spacing)


def test_sky_noise_is_that_of_the_galaxy():
    # Cane 1979 and Dulk et al. 2001: some 50 000 K at 20 MHz, 300 000 K at 10 MHz
    assert float(sky_temperature(20e6)) == pytest.approx(5.0e4, rel=0.05)
    assert float(sky_temperature(10e6)) == pytest.approx(2.9e5, rel=0.1)
    assert SHARAD.noise_temperature < float(sky_temperature(20e6))


# the pulse -----------------------------------------------------------------------------------
@pytest.mark.parametrize("window", WINDOWS)
def test_windows_cost_what_they_cost(window):
    chirp = Chirp(10e6, 85e-6, 37.5e-9, window)
    f = np.linspace(-5e6, 5e6, 20_001)
    w = chirp.weights(f)
    ideal = np.trapezoid(w * w, f) * 10e6 / np.trapezoid(w, f) ** 2
    assert chirp.window_loss() == pytest.approx(ideal, rel=0.01)
    assert chirp.window_loss() >= 1.0
    assert chirp.shape(0.0) == pytest.approx(1.0)
    widths = {"uniform": 0.886, "hann": 1.44, "hamming": 1.30, "blackman": 1.64}  # Harris 1978
    assert chirp.width() * 10e6 == pytest.approx(widths[window], rel=0.02)


def test_a_window_keeps_sidelobes_low():
    t = np.linspace(3e-7, 10e-6, 2_001)
    hann, uniform = (Chirp(10e6, 85e-6, 37.5e-9, w).shape(t) for w in ("hann", "uniform"))
    assert 20.0 * np.log10(np.abs(hann).max()) < -31.0
    assert 20.0 * np.log10(np.abs(uniform).max()) > -22.0
    assert np.abs(Chirp(10e6, 85e-6, 37.5e-9, falling=True).shape(t)) == pytest.approx(
        np.abs(hann), abs=1e-12
    )


# levels --------------------------------------------------------------------------------------
def test_a_mirror_is_0_db_and_goes_with_the_square_of_the_height():
    delays = SHARAD.delays(-5e-6, 5e-6)
    line = SHARAD.echo(MIRROR, delays)[0]
    at, power = peak(SHARAD, line, delays, 0.0)
    assert abs(at) < 1e-9
    assert power == pytest.approx(1.0, rel=1e-4)
    received = SHARAD.mirror_power(np.array([200e3, 400e3]))
    assert received[0] == pytest.approx(4.0 * received[1])
    link = 10.0 * 1.64**2 * (C / 20e6 / (8.0 * np.pi * 200e3)) ** 2 * SHARAD.efficiency
    assert received[0] == pytest.approx(link)
    # a plate of the first Fresnel zone, pi wavelength h/2, all in phase: pi^2 times the mirror
    plate = np.pi * SHARAD.wavelength * 200e3 / 2.0
    section = 4.0 * np.pi * plate**2 / SHARAD.wavelength**2
    assert float(SHARAD.facet_power(200e3, section)) == pytest.approx(
        received[0] * np.pi**2, rel=1e-6
    )


@pytest.mark.parametrize(
    ("preset", "band"), [("sharad", None), ("mosir", "high"), ("marsis", None)]
)
@pytest.mark.parametrize(("eps", "tan", "base"), [(3.15, 0.001, 7.0), (3.5, 0.008, 5.0)])
def test_two_layers_are_where_and_as_strong_as_closed_forms_say(preset, band, eps, tan, base):
    sounder = RadarSounder(preset=preset, band=band)
    # nearer than the far sidelobes of a short chirp such as that of MARSIS
    thickness = 8.0 * float(sounder.range_resolution(eps))
    columns = RadarColumns([thickness], [eps, base], [tan, 0.01])
    late = 2.0 * thickness * np.sqrt(eps) / C
    delays = sounder.delays(-30.0 / sounder.bandwidth, late + 40.0 / sounder.bandwidth)
    line = sounder.echo(columns, delays)[0]
    upper = abs(complex(reflection(1.0, complex_permittivity(eps, tan)))) ** 2
    lower = abs(complex(reflection(eps, base))) ** 2
    loss = 2.0 * thickness * float(attenuation(eps, tan, sounder.center_frequency))
    for near, expected in ((0.0, upper), (late, (1.0 - upper) ** 2 * lower * 10 ** (-0.1 * loss))):
        at, power = peak(sounder, line, delays, near)
        assert abs(at - near) < 0.1 * sounder.sample_spacing
        assert abs(10.0 * np.log10(power / expected)) < 0.1


def test_voltage_and_compression_give_the_same_line():
    columns = RadarColumns([[60.0, 40.0]], [[3.0, 3.4, 6.0]], 0.004, [[0.2, 0.1, 0.3]])
    lead = 128 * SHARAD.sample_spacing
    voltage = SHARAD.trace(columns, 280e3, sza=70.0, lead=lead)
    assert voltage.sizes["delay"] * SHARAD.sample_spacing == pytest.approx(135e-6, rel=0.01)
    power = (np.abs(voltage["radar_voltage"]) ** 2).sum() * SHARAD.sample_spacing
    energy = float(SHARAD.mirror_power(280e3)) * SHARAD.pulse_length
    assert 0.05 < float(power) / energy < 0.15
    line = SHARAD.compress(voltage)
    delays = line["delay"].values[:400]
    direct = SHARAD.echo(columns, delays, sza=70.0, correction="none")[0]
    assert np.abs(line["amplitude"].values[0, :400]) == pytest.approx(np.abs(direct), abs=5e-5)


# noise, speckle, clutter ---------------------------------------------------------------------
def test_noise_has_the_level_that_is_said_both_ways():
    count = 40
    nothing = RadarColumns(np.zeros((count, 0)), np.full((count, 1), 1.0))
    gram = SHARAD.radargram(track_of(count), nothing, seed=3, planet_radius=None)
    mean = 10.0 * np.log10(np.mean(10.0 ** (gram["echo_power"].values / 10.0)))
    assert mean == pytest.approx(float(gram["noise_level"][0]), abs=0.15)
    assert float(gram["noise_level"][0]) == pytest.approx(-float(SHARAD.dynamic_range(300e3)))
    line = SHARAD.compress(SHARAD.trace(nothing, 300e3, seed=5))["amplitude"].values
    level = 10.0 * np.log10(np.mean(np.abs(line[:, :1200]) ** 2))
    assert level == pytest.approx(-float(SHARAD.dynamic_range(300e3)), abs=0.15)
    once = SHARAD.radargram(track_of(count), nothing, presum=12, planet_radius=None)
    assert float(once["noise_level"][0] - gram["noise_level"][0]) == pytest.approx(20.0)


def test_clutter_is_speckle_of_its_mean_and_looks_calm_it():
    count, delays = 64, SHARAD.delays(-5e-6, 25e-6)
    mean = np.broadcast_to(1e-3 * np.exp(-np.abs(delays) / 1e-5), (count, delays.size))
    given = xr.DataArray(mean, dims=("trace", "delay"), coords={"delay": delays})
    nothing = RadarColumns(np.zeros((count, 0)), np.full((count, 1), 1.0))
    for looks in (1, 4):
        gram = SHARAD.radargram(
            track_of(count), nothing, clutter_power=given, looks=looks, planet_radius=None
        )
        share = 10.0 ** (gram["echo_power"].values / 10.0) / mean
        assert share.mean() == pytest.approx(1.0, abs=0.03)
        assert share.std() == pytest.approx(1.0 / np.sqrt(looks), rel=0.08)
    assert np.array_equal(gram["delay"].values, delays)


def test_clutter_by_facets_brings_its_delays_and_may_stand_for_the_surface():
    count, delays = 3, SHARAD.delays(-4e-6, 12e-6)
    heights = 300e3 + np.array([0.0, 150.0, -150.0])
    datum = np.full(count, 2.0 / C * 300e3)
    clutter = xr.Dataset(
        {
            "power": (("trace", "delay"), np.zeros((count, delays.size), np.float32)),
            "datum_delay": ("trace", datum),
        },
        coords={"delay": delays},
    )
    columns = RadarColumns(np.full((count, 1), 300.0), [3.1, 7.0])
    flown = track_of(count, heights)
    gram = SHARAD.radargram(flown, columns, clutter_power=clutter, surface=False)
    kept = SHARAD.radargram(flown, columns, clutter_power=clutter)
    late = 2.0 / C * (heights - 300e3)
    base = late + 2.0 / C * 300.0 * np.sqrt(3.1)
    for i in range(count):
        at = int(np.argmax(gram["echo_power"].values[i]))
        assert delays[at] == pytest.approx(base[i], abs=SHARAD.sample_spacing)
        at = int(np.argmax(kept["echo_power"].values[i]))
        assert delays[at] == pytest.approx(late[i], abs=SHARAD.sample_spacing)
    assert gram["datum_delay"].values == pytest.approx(datum)
    # noise, like clutter, is lifted by what the planet's curve takes from a mirror
    lift = 20.0 * np.log10(1.0 + 300e3 / 3_389_500.0)
    assert float(gram["noise_level"][0] + SHARAD.dynamic_range(300e3)) == pytest.approx(lift)
    given = inspect.signature(cluttergram).parameters
    assert set(SHARAD.clutter_options()) <= set(given)
    assert pulse_power(0.0, 10e6, SHARAD.clutter_options()["weighting"]) == 1.0
    t = np.linspace(0.0, 4e-7, 41)
    assert np.abs(SHARAD.chirp.shape(t)) ** 2 == pytest.approx(pulse_power(t, 10e6), abs=3e-3)


def test_a_trace_depends_on_the_seed_and_its_number_alone():
    count = 150
    rng = np.random.default_rng(1)
    columns = RadarColumns(rng.uniform(10, 60, (count, 2)), rng.uniform(2, 7, (count, 3)), 0.01)
    flown = track_of(count, solar_zenith_angle=np.linspace(20.0, 130.0, count))
    flown = flown.assign_coords(trace=np.arange(count))
    one = SHARAD.radargram(flown, columns, seed=9, looks=2, workers=1)
    two = SHARAD.radargram(flown, columns, seed=9, looks=2, workers=2)
    assert np.array_equal(one["echo_power"], two["echo_power"])
    assert one["echo_power"].dtype == np.float32
    part = SHARAD.radargram(
        flown.isel(trace=slice(70, 75)), columns.take(slice(70, 75)), seed=9, looks=2
    )
    assert part["echo_power"].values == pytest.approx(one["echo_power"].values[70:75], abs=1e-3)
    other = SHARAD.radargram(flown, columns, seed=10, looks=2)
    assert np.abs(other["echo_power"] - one["echo_power"]).values.max() > 1.0


# ionosphere ----------------------------------------------------------------------------------
def test_the_ionosphere_smears_and_processing_brings_the_echo_back():
    delays = SHARAD.delays(-3e-6, 12e-6)
    peaks = {}
    for how in radar_echo.CORRECTIONS:
        line = np.abs(SHARAD.echo(MIRROR, delays, sza=60.0, correction=how)[0])
        peaks[how] = 20.0 * np.log10(line.max()), delays[np.argmax(line)]
    assert peaks["none"][0] < -8.0
    assert peaks["focused"][0] > -2.0
    # 0.6e16 electrons a square metre: 4 us at 20 MHz
    assert peaks["focused"][1] == pytest.approx(4.1e-6, abs=0.3e-6)
    assert peaks["aligned"][1] == pytest.approx(0.0, abs=1e-7)
    assert peaks["scaled"] == pytest.approx((0.0, 0.0), abs=0.01)


def test_by_day_the_lowest_bands_do_not_reach_the_ground():
    low = RadarSounder(preset="marsis", band="1.8 MHz")
    line = low.echo(MIRROR, low.delays(-1e-5, 1e-4), sza=[30.0], correction="none")
    assert np.abs(line).max() == 0.0
    assert np.abs(low.echo(MIRROR, low.delays(-1e-5, 1e-4), sza=[150.0])).max() > 0.9


# the ground ----------------------------------------------------------------------------------
def test_the_ground_under_a_track_over_utopia():
    lat = np.linspace(36.0, 52.0, 60)
    truth = radar_ground(np.full(60, 93.0), lat, ice_depth=np.where(lat > 50.0, 0.2, np.inf))
    columns = radar_columns(truth["lon"], truth["lat"], truth=truth)
    sheet = truth["ice_sheet"].values >= 0
    assert sheet.any()
    assert not sheet.all()
    assert np.all(truth["sheet_thickness"].values[sheet] >= 80.0)
    assert np.all(np.abs(truth["permittivity"].values[sheet] - 2.8) < 0.35)
    assert columns.thickness[sheet, 1] == pytest.approx(truth["sheet_thickness"].values[sheet])
    plain = ~sheet & (lat < 50.0)
    alone = np.abs(SHARAD.echo(columns.take(plain), SHARAD.delays(-2e-6, 8e-6)))
    assert alone[:, 160:].max() < 1e-3  # nothing below dry soil
    iced = np.abs(SHARAD.echo(columns.take(sheet), SHARAD.delays(-2e-6, 8e-6)))
    assert iced[:, 70:].max(axis=1).min() > 0.02
    cemented = ~sheet & (lat > 50.0)
    assert np.all(columns.permittivity[cemented, 2] > columns.permittivity[cemented, 0])
    assert 3.0 < RadarGround().soil_permittivity < 4.0


def test_where_the_ice_table_lies_open_the_surface_is_icy():
    open_, buried = (radar_columns([10.0], [60.0], ice_depth=depth) for depth in (0.0, 0.3))
    icy = complex_permittivity(RadarGround().cemented_permittivity, RadarGround().cemented_loss)
    bare = abs(complex(reflection(1.0, icy))) ** 2
    assert open_.surface_reflectivity == pytest.approx(bare)
    assert buried.surface_reflectivity[0] < 0.8 * bare
    below = SHARAD.echo(open_, SHARAD.delays(-2e-6, 8e-6), surface=False)
    assert np.abs(below).max() < 1e-9


def test_lava_and_ash_have_bases_too():
    truth = radar_ground([245.0, 152.0, 20.0], [14.0, -4.0, 14.0])
    assert truth["rock_layer"].values.tolist() == [0, 1, -1]
    assert np.all(truth["ice_sheet"].values == -1)
    columns = radar_columns(truth["lon"], truth["lat"], truth=truth)
    below = np.abs(SHARAD.echo(columns, SHARAD.delays(-1e-6, 12e-6), surface=False)).max(axis=1)
    assert below[0] > 0.1  # dense rock under dust
    assert 1e-3 < below[1] < below[0]
    assert below[2] < 1e-12
    # dense lava absorbs more in a metre than ash: 2 pi f/c sqrt(eps) tan d
    assert columns.permittivity[0, 1] == 9.6
    assert columns.loss_tangent[1, 0] == 0.004


def test_hills_over_a_sheet_are_ice_and_rough_ground_dims():
    lon, lat, rise = np.full(5, 93.0), np.full(5, 44.0), np.array([0.0, 10.0, -20.0, 40.0, -500.0])
    flat, hilly = radar_ground(lon, lat), radar_ground(lon, lat, relief=rise)
    thicker = (hilly["sheet_thickness"] - flat["sheet_thickness"]).values
    assert thicker[:4] == pytest.approx(rise[:4])
    assert hilly["sheet_thickness"].values[4] == 1.0
    rough = radar_columns(lon, lat, truth=flat, surface_roughness=[0.0, 0.5, 1.0, 2.0, 3.0])
    power = np.abs(SHARAD.echo(rough, SHARAD.delays(-1e-6, 5e-6))[:, :50]).max(axis=1)
    assert np.all(np.diff(power) < 0.0)


def test_polar_ice_lies_bare():
    truth = radar_ground([0.0], [88.0])
    columns = radar_columns([0.0], [88.0], truth=truth)
    assert columns.thickness[0, 0] == 0.0
    assert columns.permittivity[0, 0] == pytest.approx(3.1, abs=0.05)
    assert columns.thickness[0, 1] > 1000.0


# bad calls -----------------------------------------------------------------------------------
TWO = RadarColumns(np.full((2, 1), 50.0), [3.0, 6.0])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: SHARAD.radargram(xr.Dataset(), TWO), "needs a dimension trace"),
        (lambda: SHARAD.radargram(track_of(3), TWO), "3 traces and the ground 2 columns"),
        (lambda: SHARAD.radargram(track_of(2, [3e5, np.nan]), TWO), "of trace 1 .* is no number"),
        (lambda: SHARAD.radargram(track_of(2, [3e5, -1.0]), TWO), "trace 1 is -1 m above"),
        (lambda: SHARAD.radargram(track_of(2), TWO, delays=[0.0, 1e-6]), "come every 37.5 ns"),
        (
            lambda: SHARAD.radargram(track_of(2), TWO, delays=SHARAD.delays(1e-6, 9e-6)),
            "surface of trace 0 lies at 0 us, outside the delays",
        ),
        (lambda: SHARAD.radargram(track_of(2), TWO, clutter_power=np.ones((2, 5))), "shape"),
        (
            lambda: SHARAD.radargram(
                track_of(2), TWO, delays=SHARAD.delays(-1e-6, 1e-6),
                clutter_power=-np.ones((2, SHARAD.delays(-1e-6, 1e-6).size)),
            ),
            "it is not dB",
        ),
        (lambda: SHARAD.radargram(track_of(2), TWO, clutter_power=xr.Dataset()), "no power"),
        (lambda: SHARAD.radargram(track_of(2), TWO, correction="focussed"), "mean 'focused'"),
        (lambda: SHARAD.radargram(track_of(2), TWO, looks=0), "at least 1"),
        (lambda: SHARAD.radargram(track_of(2), TWO, presum=0), "presum is 0"),
        (lambda: SHARAD.radargram(track_of(2), TWO, seed=-1), "must not be negative"),
        (lambda: SHARAD.delays(1.0, 0.0), "earlier to a later"),
        (lambda: SHARAD.delays(0.0, 10.0), "take a shorter time"),
        (lambda: SHARAD.mirror_power(0.0), "positive number of metres"),
        (lambda: SHARAD.range_resolution(0.5), "at least 1"),
        (lambda: sky_temperature(0.0), "positive frequency"),
        (lambda: RadarSounder(window="blackman").clutter_options(), "not 'blackman'"),
        (lambda: Chirp(10e6, 85e-6, 1e-6), "cannot hold a band"),
        (lambda: Chirp(10e6, 85e-6, 1e-8, "hanning"), "no window called 'hanning'"),
        (lambda: RadarSounder(preset="sharat"), "did you mean 'sharad'"),
        (lambda: radar_ground([0.0], [0.0, 1.0]), "one longitude and one latitude"),
        (lambda: radar_ground([0.0], [0.0], ice_depth=[1.0, 2.0]), "ice_depth has the shape"),
        (lambda: radar_ground([0.0], [0.0], ice_depth=-1.0), "ice depth is below 0"),
        (lambda: radar_ground([0.0], [0.0], relief=np.nan), "relief of a trace is no number"),
        (lambda: RadarGround(porosity=1.5), "porosity of the radar ground"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_one_sentence(call, told):
    with pytest.raises(InputError, match=told) as error:
        call()
    assert "\n" not in str(error.value)


def test_a_radargram_too_large_for_the_machine_is_refused_before_it_is_begun(monkeypatch):
    monkeypatch.setattr(radar_echo, "machine_memory", lambda: 10**9)
    deep = RadarColumns(np.full((20_000, 1), 50.0), [3.0, 6.0])
    with pytest.raises(InputError, match=r"take at most [0-9]+ traces or fewer delays"):
        SHARAD.radargram(track_of(20_000), deep)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"preset": "marsis", "band": "4 Mhz"}, "did you mean '4 MHz'"),
        ({"pulse_length": "1 ns"}, "cannot sweep"),
        ({"receive_window": "1 us"}, "must not be shorter"),
        ({"bands": [{"name": "a", "center_frequency": "1 MHz", "bandwidth": "3 MHz"}]}, "below 0"),
        ({"power": 10.0}, "needs a unit"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be(given, told):
    with pytest.raises((ValidationError, InputError), match=told):
        RadarSounder.model_validate(given)
