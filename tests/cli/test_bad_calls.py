"""Bad mission files and bad calls: each gets its sentences and its exit code, never a trace."""

import re

import pytest

HEAD = 'name = "bad"\n'
WIND = '[[phase]]\nkind = "toy-wind"\n'
VANE = '[[instrument]]\nkind = "toy-vane"\nname = "vane"\n'
VECTOR = (
    '[[vector]]\nepoch = "2020-07-26"\nposition_km = [1.0, 2.0, 3.0]\n'
    'velocity_km_s = [1.0, 2.0, 3.0]\nsource = "me"\n'
)

# name of the case: (text of the file, [(line, words that the sentence must have), ...])
BAD_FILES = {
    "empty": ("", [(1, "is empty")]),
    "only spaces": ("  \n\t\n", [(1, "is empty")]),
    "not toml": ("name = \n", [(1, "not TOML")]),
    "open string": ('name = "bad\n', [(1, "not TOML")]),
    "key twice": (HEAD + HEAD, [(2, "not TOML")]),
    "quantity without quotes": (HEAD + WIND + "speed = 4 m/s\n", [(4, 'write "4 m/s"')]),
    "no name": (WIND, [(1, "needs a name")]),
    "name of a wrong type": ("name = 3\n" + WIND, [(1, "name is 3")]),
    "name that is a path": ('name = "../evil"\n' + WIND, [(1, "names the run's folder")]),
    "unknown top key": (HEAD + 'tittle = "x"\n' + WIND, [(2, "did you mean 'title'?")]),
    "top key far from any": (HEAD + "qqqq = 1\n" + WIND, [(2, "it takes: name, title")]),
    "no phase": (HEAD, [(1, "has no phase")]),
    "phase in single brackets": (HEAD + '[phase]\nkind = "toy-wind"\n', [(2, "two brackets")]),
    "phase as a number": (HEAD + "phase = 3\n", [(2, "write it as tables")]),
    "phase without kind": (HEAD + "[[phase]]\nspeed = 3\n", [(2, "needs a kind")]),
    "phase kind of a wrong type": (HEAD + "[[phase]]\nkind = 3\n", [(3, "kind is 3")]),
    "unknown phase": (
        HEAD + '[[phase]]\nkind = "toy-wnd"\n',
        [(3, "no phase kind called 'toy-wnd'; did you mean 'toy-wind'?")],
    ),
    "phase that cannot be loaded": (
        HEAD + '[[phase]]\nkind = "toy-gone"\n',
        [(3, "cannot be loaded")],
    ),
    "bare number": (HEAD + WIND + "speed = 4\n", [(4, 'needs a unit: write "4 m/s"')]),
    "number as text": (HEAD + WIND + 'speed = "4"\n', [(4, 'needs a unit: write "4 m/s"')]),
    "wrong unit": (HEAD + WIND + 'speed = "4 km"\n', [(4, '"km"')]),
    "unknown unit": (HEAD + WIND + 'speed = "4 furlong"\n', [(4, 'unknown unit "furlong"')]),
    "too large": (HEAD + WIND + 'speed = "500 m/s"\n', [(4, "less than 400 m/s")]),
    "not positive": (HEAD + WIND + 'speed = "0 m/s"\n', [(4, "greater than 0 m/s")]),
    "nan as text": (HEAD + WIND + 'speed = "nan m/s"\n', [(4, "finite")]),
    "nan as number": (HEAD + WIND + "speed = nan\n", [(4, "finite")]),
    "infinite": (HEAD + WIND + 'speed = "inf m/s"\n', [(4, "finite")]),
    "list for a quantity": (HEAD + WIND + "speed = [1, 2]\n", [(4, "speed is [1, 2]")]),
    "table for a quantity": (HEAD + WIND + "speed = { a = 1 }\n", [(4, "speed is {'a': 1}")]),
    "truth for a number": (HEAD + WIND + 'steps = "many"\n', [(4, "write a whole number")]),
    "fraction for a whole number": (HEAD + WIND + "steps = 2.5\n", [(4, "whole number")]),
    "below its bound": (HEAD + WIND + "steps = 0\n", [(4, "≥ 1")]),
    "word not in the list": (HEAD + WIND + 'fault = "nine"\n', [(4, "write one of 'none'")]),
    "unknown parameter": (HEAD + WIND + 'sped = "3 m/s"\n', [(4, "did you mean 'speed'?")]),
    "month 13": (HEAD + WIND + 'begin = "2020-13-45"\n', [(4, "2020-13-45")]),
    "epoch garbage": (HEAD + WIND + 'begin = "tea time"\n', [(4, "tea time")]),
    "epoch as number": (HEAD + WIND + "begin = 12\n", [(4, "begin is 12")]),
    "missing parameter": (
        HEAD + WIND + VANE + '[[phase]]\nkind = "toy-mill"\n',
        [(7, "needs 'vane'")],
    ),
    "instrument that is not there": (
        HEAD + WIND + VANE + '[[phase]]\nkind = "toy-mill"\nvane = "vaine"\n',
        [(9, "no instrument called 'vaine'; did you mean 'vane'?")],
    ),
    "unknown instrument kind": (
        HEAD + WIND + '[[instrument]]\nkind = "toy-van"\nname = "a"\n',
        [(5, "did you mean 'toy-vane'?")],
    ),
    "instrument with a bad value": (
        HEAD + WIND + VANE + 'height = "-1 m"\n',
        [(7, "greater than 0 m")],
    ),
    "two instruments of one name": (HEAD + WIND + VANE + VANE, [(9, "two instruments")]),
    "two phases of one name": (HEAD + WIND + WIND, [(4, "two phases are called 'toy-wind'")]),
    "phase name with a slash": (HEAD + WIND + 'name = "a/b"\n', [(4, "letters, digits")]),
    "need that nobody makes": (
        HEAD + '[[phase]]\nkind = "toy-lost"\n',
        [(2, "needs 'unobtainium', which no phase makes")],
    ),
    "rover without a landing": (
        HEAD + '[[phase]]\nkind = "rover"\nrover = { preset = "zhurong" }\n'
        'power = { preset = "zhurong" }\ngoals = [["a", 1, 2]]\n',
        [(2, "needs 'entry_events', which no phase makes; add a phase of kind 'entry' or leave")],
    ),
    "cyclic needs": (
        HEAD + '[[phase]]\nkind = "toy-hen"\n[[phase]]\nkind = "toy-egg"\n',
        [(2, "in a circle")],
    ),
    "after itself": (HEAD + WIND + 'after = ["toy-wind"]\n', [(2, "in a circle")]),
    "after nobody": (HEAD + WIND + 'after = ["toy-win"]\n', [(2, "did you mean 'toy-wind'?")]),
    "seed below nothing": (HEAD + "seed = -1\n" + WIND, [(2, "seed is -1")]),
    "seed as text": (HEAD + 'seed = "x"\n' + WIND, [(2, "seed is 'x'")]),
    "spacecraft as text": (HEAD + 'spacecraft = "x"\n' + WIND, [(2, "write it as a table")]),
    "spacecraft mass bare": (HEAD + WIND + "[spacecraft]\nmass = 5000\n", [(5, '"5000 kg"')]),
    "spacecraft id of a planet": (HEAD + WIND + "[spacecraft]\nnaif_id = 499\n", [(5, "< 0")]),
    "vector with two numbers": (
        HEAD + WIND + VECTOR.replace("[1.0, 2.0, 3.0]", "[1.0, 2.0]", 1),
        [(6, "too few")],
    ),
    "vector with nan": (HEAD + WIND + VECTOR.replace("1.0", "nan", 1), [(6, "finite")]),
    "vector with text": (HEAD + WIND + VECTOR.replace("1.0", '"x"', 1), [(6, "write a number")]),
    "vector without epoch": (
        HEAD + WIND + VECTOR.replace('epoch = "2020-07-26"\n', ""),
        [(4, "needs 'epoch'")],
    ),
    "several at once": (
        'nam = "bad"\n' + WIND + "speed = 4\nsteps = 0\nsped = 1\n" + '[[phase]]\nkind = "x"\n',
        [
            (1, "did you mean 'name'?"),
            (1, "needs a name"),
            (4, "needs a unit"),
            (5, "≥ 1"),
            (6, "did you mean 'speed'?"),
            (8, "no phase kind called 'x'"),
        ],
    ),
}

# words of the call, exit code, words that the sentence must have
BAD_CALLS = [
    (["rum", "breeze.toml"], 2, "did you mean 'run'?"),
    (["xyzzy"], 2, "marsward --help"),
    (["run"], 2, "MISSION"),
    (["run", "nowhere.toml"], 2, "no mission file at nowhere.toml"),
    (["run", "tianwen-2"], 2, "did you mean 'tianwen-1'?"),
    (["run", "."], 2, "is a folder"),
    (["run", "breeze.toml", "--til", "x"], 2, "--til"),
    (["run", "breeze.toml", "--until", "toy-wnd"], 2, "did you mean 'toy-wind'?"),
    (["run", "breeze.toml", "--only", "lunch"], 2, "no phase called 'lunch'"),
    (["run", "breeze.toml", "--only", "toy-mill", "--until", "toy-mill"], 2, "exclude"),
    (["run", "breeze.toml", "--workers", "0"], 2, "workers is 0"),
    (["run", "breeze.toml", "--workers", "two"], 2, "two"),
    (["run", "breeze.toml", "--set", "speed"], 2, "--set speed"),
    (["run", "breeze.toml", "--set", "toy-wnd.speed=3"], 2, "did you mean 'toy-wind'?"),
    (["run", "breeze.toml", "--set", "toy-wind.speed=3"], 2, 'write "3 m/s"'),
    (["run", "breeze.toml", "--set", "toy-wind.sped=3 m/s"], 2, "did you mean 'speed'?"),
    (["run", "breeze.toml", "--set", "toy-wind.speed.x=3"], 2, "nothing inside it"),
    (["run", "breeze.toml", "--set", "toy-wind.fault=physics"], 4, "the wind has no solution"),
    (["run", "breeze.toml", "--set", "toy-wind.fault=data"], 3, "no wind is known before 2020"),
    (["run", "breeze.toml", "--set", "toy-wind.fault=disk"], 3, "No space left on device"),
    (["run", "breeze.toml", "--set", "toy-wind.fault=bug"], 1, "log.jsonl"),
    (["run", "breeze.toml", "--out", "breeze.toml"], 2, "breeze.toml"),
    (["run", "breeze.toml", "--out", "/proc/marsward"], 2, "/proc/marsward"),
    (["check"], 2, "MISSION"),
    (["check", "nowhere.toml"], 2, "no mission file"),
    (["plan", "nowhere.toml"], 2, "no mission file"),
    (["new", "breeze.toml"], 2, "is there already"),
    (["new", "breeze"], 2, "breeze.toml"),
    (["new", "no/such/folder/x.toml"], 2, "no folder"),
    (["new", "fresh.toml", "--like", "tianwen-9"], 2, "did you mean 'tianwen-1'?"),
    (["list", "moons"], 2, "moons"),
    (["list"], 2, "WHAT"),
    (["show", "toy-van"], 2, "did you mean 'toy-vane'?"),
    (["report", "nowhere"], 2, "no run at nowhere"),
    (["report", "."], 2, "not the folder of a run"),
    (["view", "nowhere"], 2, "no run at nowhere"),
    (["compare", "nowhere", "nowhere"], 2, "no run at nowhere"),
    (["export", "nowhere"], 2, "no run at nowhere"),
    (["fetch", "moon-cheese"], 2, "no data called 'moon-cheese'"),
    (["fetch", "mar097.bsp"], 2, "--accept-unknown-hash"),
    (["calc", "tme"], 2, "did you mean 'time'?"),
    (["calc", "time", "tea"], 2, "tea"),
]


def clean(text: str) -> None:
    """No trace, no class name of an error, nothing from inside."""
    assert "Traceback" not in text
    assert not re.search(r'File ".*", line \d+', text)
    assert "pydantic" not in text
    assert "Errno" not in text


@pytest.mark.parametrize("case", BAD_FILES)
def test_every_error_of_a_file_at_once(case, plugin, place, call):
    text, expected = BAD_FILES[case]
    (place / "bad.toml").write_text(text)
    said = call("check", "bad.toml")
    assert said.code == 2
    clean(said.err)
    assert len(said.sentences) == len(expected), said.err
    for sentence, (line, words) in zip(said.sentences, expected, strict=True):
        assert sentence.startswith(f"bad.toml:{line}: "), sentence
        assert words in sentence


@pytest.mark.parametrize(("words", "code", "expected"), BAD_CALLS, ids=lambda w: str(w)[:60])
def test_a_bad_call_gets_one_sentence(words, code, expected, breeze, call):
    said = call(*words)
    assert said.code == code, said.err
    clean(said.err)
    assert len(said.sentences) == 1, said.err
    assert expected in said.sentences[0]


def test_a_file_that_is_not_utf8(plugin, place, call):
    (place / "bad.toml").write_bytes(b'name = "x"\ntitle = "\xff\xfe"\n')
    said = call("check", "bad.toml")
    assert said.code == 2
    assert said.sentences == ["bad.toml:2: byte 0xff is not UTF-8; save the file as UTF-8 text"]


def test_a_file_with_a_byte_order_mark_is_read(plugin, place, call):
    (place / "good.toml").write_bytes(b"\xef\xbb\xbf" + (HEAD + WIND).encode())
    assert call("check", "good.toml").code == 0


def test_the_place_of_an_override_is_told(breeze, call):
    said = call("check", "breeze.toml", "--set", "toy-wind.speed=9 km")
    assert said.code == 2
    assert said.sentences[0].startswith("--set toy-wind.speed=9 km: ")


def test_errors_as_json(breeze, call):
    import json

    said = call("run", "breeze.toml", "--json", "--set", "toy-wind.fault=physics")
    last = json.loads(said.out.splitlines()[-1])
    assert said.code == 4
    assert last["event"] == "error"
    assert last["exit_code"] == 4
    assert "no solution" in last["errors"][0]
