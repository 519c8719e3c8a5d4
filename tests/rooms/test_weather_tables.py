"""Weather tables of the landers: real ones, small ones in their layouts, and sentences."""

import gzip

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError
from marsward.core.mars_axis import axis_epoch, by_season, select_ls
from marsward.core.sol_clock import mission_clock
from marsward.data.weather_rems import MODRDR_COLUMNS
from marsward.data.weather_tables import WEATHER_KINDS, read_weather

REMS_DAILY = """\
id,terrestrial_date,sol,ls,month,min_temp,max_temp,pressure,wind_speed,atmo_opacity
3,2012-08-19,13,157,Month 6,-74,-16,732,NaN,Sunny
2,2012-08-18,12,156,Month 6,-76,-18,741,NaN,Sunny
1,2012-08-17,11,156,Month 6,-76,-11,740,NaN,Sunny
"""
MEDA_PS = """\
SCLK,LMST,LTST,PRESSURE,PRESSURE_UNCERTAINTY,TRANSDUCER
674795165,00089M00:01:02.835,0088 23:54:24,759.18,,1
674795166,00089M00:01:03.808,0088 23:54:25,999999999,,1
674795167,00089M00:01:04.781,0088 23:54:26,759.09,3.5,1
"""
INSIGHT_PS = """\
AOBT,SCLK,LMST,LTST,UTC,PRESSURE,PRESSURE_FREQUENCY,PRESSURE_TEMP,PRESSURE_TEMP_FREQUENCY
1,2,00196M00:00:00.000,00195 23:31:00,2019-165T10:24:00.100Z,712.51,2.0,250.1,2.0
1,2,00196M00:00:00.487,00195 23:31:00,2019-165T10:24:00.600Z,712.49,2.0,,
"""
INSIGHT_TWINS = """\
AOBT,SCLK,LMST,LTST,UTC,BMY_HORIZONTAL_WIND_SPEED,BMY_AIR_TEMP,BPY_HORIZONTAL_WIND_SPEED,BPY_AIR_TEMP
1,2,00196M12:00:00.000,00196 11:31:00,2019-165T22:44:00.100Z,5.1,240.1,5.3,240.9
1,2,00196M12:00:01.000,00196 11:31:01,2019-165T22:44:01.100Z,,239.9,,240.7
"""


def modrdr(**values):
    """A row of REMS MODRDR with what is given and missing values elsewhere."""
    row = dict.fromkeys(MODRDR_COLUMNS, "-999.00") | values
    return ",".join(str(row[name]) for name in MODRDR_COLUMNS)


REMS_TABLE = "\n".join(
    [
        modrdr(TIMESTAMP=417331939, LMST='"00224M00:00:00.000"', LTST='"00223 23:30:00"',
               PRESSURE=870.25, AMBIENT_TEMP=205.1, BRIGHTNESS_TEMP=196.3,
               LOCAL_RELATIVE_HUMIDITY=12.5, PS_CONFIDENCE_LEVEL='"111111XX"'),
        modrdr(TIMESTAMP=417331940, LMST='"00224M00:00:00.973"', LTST='"00223 23:30:01"',
               PRESSURE=870.30, PS_CONFIDENCE_LEVEL='"111111XX"'),
    ]
)  # fmt: skip


def viking(lander="VL1", sol=100, ls=143.0, mean=6.91, least=6.80):
    """A row of vl_avep.dat, at the bytes that its label gives, with more columns behind."""
    return f"{lander:<5}{1:>2}{ls:>8.3f}{sol:>5d}{mean:>7.3f}{least:>7.3f}" + "  0.100" * 7


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_rems_daily_in_order_of_time(tmp_path):
    sols = read_weather(write(tmp_path, "rems.csv", REMS_DAILY))
    assert sols.attrs["kind"] == "rems-daily"
    assert sols.mission_sol.values.tolist() == [11, 12, 13]
    assert sols.pressure.values.tolist() == [740.0, 741.0, 732.0]
    assert float(sols.air_temperature_high[0]) == pytest.approx(262.15)
    np.testing.assert_allclose(sols.lmst.values, 12.0, atol=1e-6)
    assert str(axis_epoch(sols)[0]).startswith("2012-08-17T")
    assert sols.mars_year.values.tolist() == [31, 31, 31]


def test_meda_by_its_local_clock(tmp_path):
    path = tmp_path / "WE__0089_DER_PS_P01.csv.gz"
    path.write_bytes(gzip.compress(MEDA_PS.encode()))
    record = read_weather(path)
    assert np.isnan(record.pressure.values[1]), "the archive's value for none"
    assert float(record.pressure_sigma[2]) == 3.5
    sol, hours = mission_clock("perseverance").reading(axis_epoch(record))
    assert sol.tolist() == [89, 89, 89]
    np.testing.assert_allclose(hours[0], (1 + 2.835 / 60) / 60, atol=1e-6)
    assert record.attrs["et_minus_sclk"] == pytest.approx(220.73, abs=0.01)
    # the table's own true solar time, a minute before midnight of sol 88
    assert float(record.ltst[0]) == pytest.approx(23 + 54 / 60 + 24 / 3600, abs=1.5 / 3600)


def test_meda_humidity_and_infrared(tmp_path):
    text = (
        "SCLK,LMST,LTST,LOCAL_RELATIVE_HUMIDITY,LOCAL_RELATIVE_HUMIDITY_UNCERTAINTY,"
        "HUMIDITY_LOCAL_TEMP,VOLUME_MIXING_RATIO\n"
        "674795165,00089M00:01:02.835,0088 23:54:24,21.5,3.0,199.1,120.0\n"
    )
    damp = read_weather(write(tmp_path, "WE__0089_DER_RHS_P01.csv", text))
    assert float(damp.relative_humidity[0]) == pytest.approx(0.215)
    assert float(damp.relative_humidity_sigma[0]) == pytest.approx(0.03)
    assert float(damp.water_volume_ratio[0]) == pytest.approx(1.2e-4)
    text = (
        "SCLK,LMST,LTST,DOWNWARD_LW_IRRADIANCE,AIR_TEMP,AIR_TEMP_UNCERTAINTY,GROUND_TEMP\n"
        "674795165,00089M00:01:02.835,0088 23:54:24,30.1,201.5,2.0,198.2\n"
    )
    warm = read_weather(write(tmp_path, "WE__0089_DER_TIRS_P01.csv", text))
    assert float(warm.surface_temperature[0]) == 198.2
    assert float(warm.air_temperature_sigma[0]) == 2.0


def test_insight_pressure_and_both_booms(tmp_path):
    pressure = read_weather(write(tmp_path, "ps_calib_0196_01.csv", INSIGHT_PS))
    assert pressure.pressure.values.tolist() == [712.51, 712.49]
    assert pressure.mission_sol.values.tolist() == [196, 196]
    assert str(axis_epoch(pressure)[0]) == "2019-06-14T10:24:00.100Z"
    wind = read_weather(write(tmp_path, "twins_calib_0196_01.csv", INSIGHT_TWINS))
    assert wind.sensor.values.tolist() == ["bmy", "bpy"]
    assert wind.air_temperature.values[0].tolist() == [240.1, 240.9]
    assert np.isnan(wind.wind_speed.values[1]).all()


def test_rems_table_by_the_order_of_its_columns(tmp_path):
    record = read_weather(write(tmp_path, "RME_417331939RMD0224.TAB", REMS_TABLE + "\n"))
    assert record.attrs["kind"] == "rems-table"
    assert record.pressure.values.tolist() == [870.25, 870.30]
    assert float(record.relative_humidity[0]) == pytest.approx(0.125)
    assert np.isnan(record.air_temperature.values[1])
    assert "wind_speed" not in record, "a sensor without a value is not there"
    assert record.mission_sol.values.tolist() == [224, 224]


def test_viking_daily_means_of_either_lander(tmp_path):
    rows = [viking(sol=s, ls=143.0 + 0.47 * (s - 100)) for s in (100, 101)]
    rows += [viking("VL2", sol=60, ls=145.6, mean=-9.999, least=-9.999),
             viking("VL2", sol=61, ls=146.1, mean=7.50)]  # fmt: skip
    path = write(tmp_path, "vl_avep.dat", "\n".join(rows) + "\n")
    one = read_weather(path)
    np.testing.assert_allclose(one.pressure.values, 691.0)
    np.testing.assert_allclose(one.pressure_low.values, 680.0)
    assert one.mars_year.values.tolist() == [12, 12]
    two = read_weather(path, lander="viking-2")
    assert np.isnan(two.pressure.values[0])
    assert two.pressure.values[1] == pytest.approx(750.0)
    with pytest.raises(InputError, match="did you mean 'viking-2'"):
        read_weather(path, lander="viking-3")


def test_viking_table_by_its_label(tmp_path):
    label = """PDS_VERSION_ID = PDS3
RECORD_TYPE = FIXED_LENGTH
DATA_SET_ID = "VL1-M-MET-TEST"
^TABLE = "MET.TAB"
OBJECT = TABLE
  ROWS = 2
  OBJECT = COLUMN
    NAME = SOL
    START_BYTE = 1
    BYTES = 5
  END_OBJECT = COLUMN
  OBJECT = COLUMN
    NAME = LOCAL_TIME
    START_BYTE = 6
    BYTES = 6
    UNIT = "HOUR"
  END_OBJECT = COLUMN
  OBJECT = COLUMN
    NAME = PRESSURE
    START_BYTE = 12
    BYTES = 7
    UNIT = "MILLIBAR"
    MISSING_CONSTANT = -9.999
  END_OBJECT = COLUMN
END_OBJECT = TABLE
END
"""
    path = write(tmp_path, "met.lbl", label)
    write(tmp_path, "met.tab", "  100  6.00  6.910\n  100 18.00 -9.999\n")
    record = read_weather(path)
    assert record.pressure.values[0] == pytest.approx(691.0)
    assert np.isnan(record.pressure.values[1])
    np.testing.assert_allclose(record.lmst.values, [6.0, 18.0], atol=1e-6)
    path.write_text(label.replace("MILLIBAR", "FURLONG"))
    with pytest.raises(DataError, match=r"PRESSURE of .* is in 'FURLONG'"):
        read_weather(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (REMS_DAILY.replace("-74", "cold"), "line 2: 'cold' in column min_temp is no number"),
        (REMS_DAILY.replace(",pressure,", ",pres,"), "no column called 'pressure'"),
        (REMS_DAILY.replace(",732,", ",7320,"), "line 2: pressure is 7320 Pa, outside 100 to 1500"),
        (REMS_DAILY.replace("12,156", "13,156"), "line 3: sol 13 comes twice"),
        (REMS_DAILY.replace("13,157", "13,207"), "line 2: sol 13 stands at Ls 157.6, not 207"),
        (REMS_DAILY + "4,2012-08-20\n", "line 5: 2 values for 10 columns"),
        (REMS_DAILY.splitlines()[0] + "\n", "holds no rows below its head"),
        (MEDA_PS.replace("00:01:03.808", "0h1m"), "line 3: .* is no sol and clock"),
        (MEDA_PS.replace("674795167", "674799167"), "line 4: LMST .* part by"),
        (MEDA_PS.replace("PRESSURE", "SMELL"), "no column of a sensor that is known"),
        (INSIGHT_PS.replace("2019-165T10:24:00.600Z", "noon"), "line 3: 'noon' is not a date"),
        (viking(ls=300.0) + "\n", "line 1: sol 100 stands at Ls .*, not 300"),
        ("hello\nworld\n", "no table of weather that is known here"),
        ("", "is empty"),
    ],
)
def test_bad_tables_are_told_by_line(text, says, tmp_path):
    with pytest.raises(DataError, match=says):
        read_weather(write(tmp_path, "table.csv", text), kind=None if "sol,ls,mo" not in text
                     else "rems-daily")  # fmt: skip


def test_tables_of_several_sols_make_one_record(tmp_path):
    later = MEDA_PS.replace("00089M", "00090M").replace("6747951", "6748839")
    one = write(tmp_path, "WE__0089_DER_PS_P01.csv", MEDA_PS)
    two = write(tmp_path, "WE__0090_DER_PS_P01.csv", later)
    both = read_weather([two, one])
    assert both.mission_sol.values.tolist() == [89, 89, 89, 90, 90, 90]
    assert float(both.pressure[0]) == 759.18
    assert {"ls", "ltst", "mars_year"} <= set(both.coords)
    assert both.attrs["mission"] == "perseverance"
    with pytest.raises(DataError, match=r"two tables of perseverance have rows at .* overlap"):
        read_weather([one, one])
    rems = write(tmp_path, "rems.csv", REMS_DAILY)
    with pytest.raises(InputError, match="tables of curiosity and perseverance make no record"):
        read_weather([one, rems])
    with pytest.raises(InputError, match="list of tables of weather is empty"):
        read_weather([])


def test_calls_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="there is no table of weather"):
        read_weather(tmp_path / "none.csv")
    with pytest.raises(InputError, match="did you mean 'rems-daily'"):
        read_weather(tmp_path / "none.csv", kind="rems-dayly")
    assert all(WEATHER_KINDS.values()), "every kind has a sentence"
    packed = tmp_path / "WE__0001_DER_PS_P01.csv.gz"
    packed.write_bytes(gzip.compress(MEDA_PS.encode())[:40])
    with pytest.raises(DataError, match="truncated"):
        read_weather(packed)


def test_curiosity_as_reported(shared_data):
    """1894 sols; the first 668 have their lowest and highest pressure where the survey found them:
    735 Pa at Ls 150 and 922 Pa at Ls 253, a second high of 907 at 59 (medians in bins of 4)."""
    sols = read_weather(shared_data / "weather" / "mars-weather.csv")
    assert sols.sizes["time"] == 1894
    assert int(sols.mission_sol[0]) == 1
    assert int(sols.mission_sol[-1]) == 1977
    assert int(sols.pressure.notnull().sum()) == 1867
    first = sols.pressure.where(sols.mission_sol <= 668, drop=True)
    curve = by_season(first, 4.0).median().dropna("season")
    low, high = int(np.argmin(curve.values)), int(np.argmax(curve.values))
    assert curve.values[low] == pytest.approx(735.0, abs=1.0)
    assert float(curve.season[low]) == pytest.approx(150.0, abs=4.0)
    assert curve.values[high] == pytest.approx(922.0, abs=1.5)
    assert float(curve.season[high]) == pytest.approx(253.0, abs=4.0)
    spring = curve.where((curve.season > 20) & (curve.season < 110), drop=True)
    assert float(spring.max()) == pytest.approx(907.0, abs=1.0)
    across = select_ls(sols, 350, 20, mars_year=31)
    assert set(across.mars_year.values.tolist()) == {31, 32}


def test_perseverance_as_archived(shared_data):
    folder = shared_data / "weather"
    counts = {"WE__0001_DER_PS_P02.csv": 2330, "WE__0010_CAL_ATS_P01.csv": 2685,
              "WE__0089_DER_PS_P01.csv.gz": 38546, "WE__0190_DER_WS_P02.csv.gz": 38489}  # fmt: skip
    offsets = []
    for name, count in counts.items():
        record = read_weather(folder / name)
        assert record.sizes["time"] == count
        offsets.append((record.attrs["et_minus_sclk"], float(axis_epoch(record).et[0])))
    pressure = read_weather(folder / "WE__0089_DER_PS_P01.csv.gz").pressure
    assert 749.0 < float(pressure.min()) < float(pressure.max()) < 769.0
    air = read_weather(folder / "WE__0010_CAL_ATS_P01.csv")
    assert air.air_temperature.dims == ("time", "sensor")
    assert air.sensor_height.values.tolist() == [1.45, 1.45, 1.45, 0.84, 0.84]
    wind = read_weather(folder / "WE__0190_DER_WS_P02.csv.gz")
    assert int(wind.wind_speed.isnull().sum()) > 0
    # the rover's clock loses 0.68 s a day against ET, evenly over half a year: the local clocks of
    # four sols agree with one straight line to 20 ms
    off, et = np.array(offsets).T
    line = np.polyfit(et - et[0], off, 1)
    np.testing.assert_allclose(np.polyval(line, et - et[0]), off, atol=0.02)
    assert line[0] * 86400 == pytest.approx(0.681, abs=0.002)


def test_insight_radiometer_by_its_label(shared_data):
    folder = shared_data / "pds"
    warm = read_weather(folder / "hp3_rad_der_00478_20200401_121608.tab")
    assert warm.surface_temperature.values[0].tolist() == [256.89, 264.56]
    assert warm.attrs["rows_missing"] > 0, "the file here is a cut of the archive's"
    # the table's own true solar time and Ls
    assert float(warm.ltst[0]) == pytest.approx(15.9164, abs=5e-4)
    assert float(warm.ls[0]) == pytest.approx(175.72, abs=0.05)
    assert int(warm.mission_sol[0]) == 478
    seen = read_weather(folder / "hp3_rad_cal_00014_20181211_073042.xml")
    assert seen.brightness_temperature.shape == (10, 6)
