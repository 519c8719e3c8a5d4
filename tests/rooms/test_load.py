"""Lines of keys, overrides and built-in missions."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import marsward as mw
from marsward.core.errors import InputError
from marsward.mission.complaint import MissionFileError
from marsward.mission.lines import line_of, line_table
from marsward.mission.load import built_in_missions, mission_path
from marsward.mission.overrides import apply_overrides

TEXT = '''# a comment with [brackets] = "and quotes"
name = "one"      # [not.a.table]
title = """
[[phase]]
kind = "not a phase"
"""
list = [
  "a", # ]
  { b = "c" },
  "]",
]
"quoted key" = 1
inline = { deep = { er = 1 } }
dotted.key = 2

[spacecraft]
mass = "5 kg"

[[phase]]
kind = "a"
quality.settled = { position = "1 km" }
[[phase.manoeuvre]]
about = """2020
"""
within = 1
[[phase.manoeuvre]]
about = 2
[phase.burn]
thrust = 3

[[phase]]
kind = "b"
'''

LINES = {
    ("name",): 2,
    ("title",): 3,
    ("list",): 7,
    ("quoted key",): 12,
    ("inline",): 13,
    ("dotted",): 14,
    ("dotted", "key"): 14,
    ("spacecraft",): 16,
    ("spacecraft", "mass"): 17,
    ("phase", 0): 19,
    ("phase", 0, "kind"): 20,
    ("phase", 0, "quality", "settled"): 21,
    ("phase", 0, "manoeuvre", 0): 22,
    ("phase", 0, "manoeuvre", 0, "about"): 23,
    ("phase", 0, "manoeuvre", 0, "within"): 25,
    ("phase", 0, "manoeuvre", 1, "about"): 27,
    ("phase", 0, "burn", "thrust"): 29,
    ("phase", 1): 31,
    ("phase", 1, "kind"): 32,
}


@pytest.mark.parametrize("path", LINES, ids=str)
def test_where_a_key_stands(path):
    assert line_table(TEXT)[path] == LINES[path]


def test_nothing_else_is_taken_for_a_key():
    table = line_table(TEXT)
    assert ("not", "a", "table") not in table
    assert ("phase", 2) not in table
    assert line_of(("phase", 0, "quality", "settled", "position"), table) == 21
    assert line_of(("nowhere",), table) == 1


VALUES = st.one_of(
    st.integers(-9, 9).map(str),
    st.booleans().map(lambda b: str(b).lower()),
    st.sampled_from(
        ['"x"', "'y'", '"a = b"', '"""\nlong = "1"\n[[x]]\n"""', "[\n 1,\n 2,\n]", "{ k = 1 }",
         '"\\" [["', "2020-07-27", "'''\n]\n'''", "[ [1], # [\n [2] ]", '"#"']
    ),
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 2), VALUES), min_size=1, max_size=12))
def test_every_key_that_tomllib_reads_has_its_line(entries):
    text, here, expected, count = "", (), {}, -1
    for number, (jump, entry) in enumerate(entries):
        if jump == 1:
            here, text = (f"t{number}",), f"{text}\n[t{number}]\n"
        elif jump == 2:
            count += 1
            here, text = ("list", count), f"{text}[[ list ]] # a\n"
        expected[(*here, f"k{number}")] = text.count("\n") + 1
        text += f"k{number} = {entry}\n"
    tomllib.loads(text)
    found = line_table(text)
    assert {path: found.get(path) for path in expected} == expected


def overridden(*texts: str) -> dict:
    data = {
        "name": "x",
        "seed": 1,
        "phase": [{"kind": "a"}, {"kind": "a", "name": "b.c"}],
        "instrument": [{"name": "eye", "kind": "k"}],
    }
    complaints: list = []
    apply_overrides(data, texts, {}, complaints)
    assert complaints == []
    return data


def test_overrides_are_toml_or_text():
    assert overridden("a.x=3")["phase"][0]["x"] == 3
    assert overridden('a.x="3 m"')["phase"][0]["x"] == "3 m"
    assert overridden("a.x=3 m")["phase"][0]["x"] == "3 m"
    assert overridden("a.x = [1, 2]")["phase"][0]["x"] == [1, 2]
    assert overridden("a.x=a=b")["phase"][0]["x"] == "a=b"
    assert overridden("a.x=")["phase"][0]["x"] == ""
    assert overridden("a.x=2020-07-27")["phase"][0]["x"] == "2020-07-27"


def test_overrides_find_their_table():
    assert overridden("b.c.x=1")["phase"][1]["x"] == 1
    assert overridden("eye.x=1")["instrument"][0]["x"] == 1
    assert overridden("spacecraft.mass=1 kg")["spacecraft"] == {"mass": "1 kg"}
    assert overridden("seed=7")["seed"] == 7
    assert overridden("a.deep.er=1")["phase"][0]["deep"] == {"er": 1}


def test_toml_dates_are_read_as_utc():
    text = mission_path("tianwen-1").read_text()
    plain = mw.Mission.loads(text).phases[0].launch
    bare = text.replace('launch = "2020-07-23T04:41:15"', "launch = 2020-07-23T04:41:15")
    zone = text.replace('launch = "2020-07-23T04:41:15"', "launch = 2020-07-23T12:41:15+08:00")
    assert bare != text
    assert mw.Mission.loads(bare).phases[0].launch == plain
    assert mw.Mission.loads(zone).phases[0].launch == plain
    assert dt.datetime.fromisoformat(plain.isot("utc", 0).rstrip("Z")).hour == 4


def test_a_fault_inside_a_part_inside_a_phase():
    text = mission_path("tianwen-1").read_text()
    line = next(n for n, t in enumerate(text.splitlines(), 1) if t.startswith("within ="))
    with pytest.raises(MissionFileError) as raised:
        mw.Mission.loads(text.replace('within = "5 min"', 'withn = "5 min"', 1), name="t.toml")
    assert str(raised.value) == (
        f"t.toml:{line}: manoeuvre of phase 'cruise' has no parameter 'withn';"
        " did you mean 'within'?"
    )


@pytest.mark.parametrize("name", built_in_missions())
def test_built_in_missions(name):
    mission = mw.Mission.open(name)
    assert mission.name == name
    assert mission.title
    assert "phases" in str(mission)
    assert mission.phase(mission.phases[0].title) is mission.phases[0]
    with pytest.raises(InputError, match="no phase called 'lunch'"):
        mission.phase("lunch")


def test_a_mission_is_found_by_name_path_or_run(tmp_path):
    (tmp_path / "mission.toml").write_text("x")
    assert mission_path(tmp_path) == tmp_path / "mission.toml"
    assert mission_path("tianwen-1").name == "tianwen-1.toml"
    with pytest.raises(InputError, match="did you mean 'tianwen-1'"):
        mission_path("tianwen1")


def test_seeds_differ_by_phase_and_by_mission():
    mission = mw.Mission.open("tianwen-1")
    other = mw.Mission.open("tianwen-1", overrides=["seed=1"])
    seeds = [m.phase_seed(p) for m in (mission, other) for p in m.phases]
    assert len(set(seeds)) == len(seeds) == 2 * len(mission.phases)
    assert all(0 <= seed < 2**63 for seed in seeds)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: mw.Mission.loads(None), "read from text"),
        (lambda: mw.Mission.loads(b'name = "a"'), "read from text, not from bytes"),
        (lambda: mw.Mission.open(None), "by name or path"),
        (lambda: mw.Run.open(5), "by the path of its folder"),
    ],
)
def test_what_is_neither_text_nor_path_is_refused(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_manoeuvres_out_of_order_are_refused_by_name():
    text = mission_path("tianwen-1").read_text()
    late = text.replace('about = "2020-08-01T23:00:00"', 'about = "2020-11-01T23:00:00"', 1)
    with pytest.raises(MissionFileError, match="'tcm-2' is not after 'tcm-1'"):
        mw.Mission.loads(late)


KINDS = """
name = "kinds"
[[phase]]
kind = "spk-orbit"
file = "orbit.bsp"
target = -999

[[phase]]
kind = "{phase}"
{field} = "{given}"

[[instrument]]
kind = "spectrometer"
preset = "mms"

[[instrument]]
kind = "radiometer"
preset = "themis"
"""


@pytest.mark.parametrize(
    ("phase", "field", "given", "said"),
    [
        ("ice", "radar", "mms", "radar: 'mms' is a spectrometer; name a radar-sounder"),
        ("soil", "spectrometer", "themis", "'themis' is a radiometer; name a spectrometer"),
        ("thermal", "radiometer", "mms", "'mms' is a spectrometer; name a radiometer"),
        ("map", "camera", "mms", "camera: 'mms' is a spectrometer; name a camera, such as preset"),
        ("map", "camera", "moric", "no instrument called 'moric'"),
    ],
)
def test_an_instrument_of_another_kind_is_refused_at_its_line(phase, field, given, said):
    text = KINDS.format(phase=phase, field=field, given=given)
    if phase == "map":
        text = text.replace('kind = "map"', 'kind = "map"\noverlap = 0.6')
    line = text.splitlines().index(f'{field} = "{given}"') + 1
    with pytest.raises(MissionFileError) as raised:
        mw.Mission.loads(text, name="k.toml")
    assert str(raised.value).startswith(f"k.toml:{line}: ")
    assert said in str(raised.value)
    assert len(raised.value.complaints) == 1


def test_a_look_back_needs_a_camera():
    text = mission_path("tianwen-1").read_text()
    with pytest.raises(MissionFileError, match="camera: 'mosir' is a radar-sounder"):
        mw.Mission.loads(text.replace('camera = "ons"', 'camera = "mosir"'))


def test_the_lock_of_bands_with_spaces_in_their_names_is_read_again(tmp_path):
    from marsward.mission.lock import lock_text, locked_mission
    from marsward.views.assumed import _walk

    radars = [
        f'[[instrument]]\nkind = "radar-sounder"\npreset = "{name}"\n'
        for name in ("sharad", "marsis")
    ]
    phase = '[[phase]]\nkind = "spk-orbit"\nfile = "orbit.bsp"\ntarget = -999\n'
    mission = mw.Mission.loads('name = "radars"\n' + phase + "".join(radars))
    text = lock_text(mission, [])
    (tmp_path / "mission.lock.toml").write_text(text)
    assert locked_mission(tmp_path) == "radars"
    lock = tomllib.loads(text)
    for held in lock["instrument"]:
        radar = mission.instruments[held["name"]]
        for band in radar.bands:
            entry = held["default"]["bands"][band.name]["center_frequency"]
            assert entry["value"] == band.center_frequency
            assert entry["unit"] == "Hz"
            assert " MHz" in band.name
    told = {each.where.split()[0] for each in _walk(lock, ()) if each.where}
    assert {"sharad", "marsis"} <= told


def test_the_lock_tells_what_the_parts_of_a_phase_took_for_granted():
    from marsward.mission.lock import lock_text
    from marsward.mission.plan import steps

    mission = mw.Mission.open("perseverance")
    phases = tomllib.loads(lock_text(mission, list(steps(mission))))["phase"]
    entry, rover = (
        next(phase["default"] for phase in phases if phase["name"] == name)
        for name in ("entry", "rover")
    )
    assert entry["capsule"]["mass"]["value"] == 3369.0
    assert entry["capsule"]["mass"]["unit"] == "kg"
    assert entry["dispersions"]["wind"]["origin"] == "assumed"
    assert {"rover", "power", "link"} <= set(rover)
