"""Sweeps: the same members on any workers, nothing lost when one dies, and what a call is told."""

import json
import os
import signal

import numpy as np
import pytest
import xarray as xr

import marsward as mw
from marsward.core.dataset_files import open_dataset
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.core.progress import SilentProgress
from marsward.mission import sweep_plan, sweep_workers
from marsward.mission.vary import vary

KITE = """
name = "kite"
seed = 5
[[phase]]
kind = "toy-wind"
speed = "4 m/s"
[[phase]]
kind = "toy-kite"
"""
LINES = {"toy-kite.line": "uniform(10 m, 90 m)", "toy-kite.lift_factor": "normal(1, 0.1)"}


@pytest.fixture
def kite(plugin, place, monkeypatch):
    """A mission whose second phase flies many at once, in small blocks."""
    monkeypatch.setattr(sweep_plan, "LANES", 10)
    path = place / "kite.toml"
    path.write_text(KITE)
    return mw.Mission.open(path)


def same(one: xr.Dataset, other: xr.Dataset) -> bool:
    return one.drop_attrs().identical(other.drop_attrs())


class Hooks(SilentProgress):
    """Does something when so many members are done."""

    def __init__(self, share: float, act) -> None:
        self.share, self.act, self.name, self.said = share, act, "", []

    def phase(self, name):
        self.name = name

    def update(self, fraction, note=""):
        if self.name == "members" and fraction >= self.share and self.act is not None:
            act, self.act = self.act, None
            act()

    def done(self, sentence):
        self.said.append((self.name, sentence))


# -------------------------------------------------------------------------------- single members
def test_members_are_the_same_on_any_workers(kite, tmp_path):
    one = kite.vary(LINES, n=45, seed=3, out=tmp_path / "one")
    assert one.sizes == {"member": 45}
    assert set(one.data_vars) == {
        "toy-kite.line", "toy-kite.lift_factor", "height", "pull", "status", "sentence",
    }  # fmt: skip
    assert one["toy-kite.line"].attrs["units"] == "m"
    assert (one["status"] == "flown").all()
    assert (one["height"] < one["toy-kite.line"]).all()
    threads = kite.vary(LINES, n=45, seed=3, out=tmp_path / "two", workers=3)
    assert same(one, threads)
    other = kite.vary(LINES, n=45, seed=4, out=tmp_path / "other")
    assert not np.array_equal(one["height"], other["height"])


def test_a_member_does_not_depend_on_how_many_there_are(kite, tmp_path):
    few = kite.vary(LINES, n=23, seed=3, out=tmp_path / "a")
    held = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "a" / "blocks").iterdir()}
    many = kite.vary(LINES, n=45, seed=3, out=tmp_path / "a")  # goes on in the same folder
    assert len(held) == 3
    assert all((tmp_path / "a" / "blocks" / n).stat().st_mtime_ns == t for n, t in held.items())
    assert same(few, many.isel(member=slice(0, 23)))
    again = open_dataset(tmp_path / "a" / "members.nc")
    assert np.array_equal(again["height"], many["height"])
    text = (tmp_path / "a" / "members.csv").read_text().splitlines()
    assert text[0].startswith("member,toy-kite.line [m],toy-kite.lift_factor,height [m]")
    assert len(text) == 46


def test_choices_share_what_they_do_not_touch(kite, tmp_path):
    laws = {"toy-kite.lift_factor": "normal(1, 0.1)", "toy-kite.most": "choice(70 m/s: 3, 1 m/s)"}
    with pytest.raises(InputError, match="all values"):
        kite.vary(laws, n=30, seed=1, out=tmp_path / "a")
    laws["toy-kite.most"] = "choice(70 m/s: 3, 80 m/s: 1)"
    found = kite.vary(laws, n=30, seed=1, out=tmp_path / "a", workers=2)
    assert found["toy-kite.most"].attrs["units"] == "m/s"
    assert set(found["toy-kite.most"].values) == {70.0, 80.0}
    runs = sorted((tmp_path / "a" / "missions").iterdir())
    flown = [p for run in runs for p in run.glob("01-toy-wind") if not p.is_symlink()]
    assert (len(runs), len(flown)) == (2, 1)
    part = kite.vary(laws, n=11, seed=1, out=tmp_path / "c")
    assert same(part, found.isel(member=slice(0, 11)))


def test_a_storm_tears_one_line_and_not_the_sweep(kite, tmp_path):
    wind = {"toy-kite.line": "normal(20 m, 15 m)", "toy-wind.speed": "choice(4 m/s, 99 m/s)"}
    found = kite.vary(wind, n=30, seed=2, out=tmp_path / "a")
    torn = found["toy-wind.speed"] == 99
    short = ~torn & (found["toy-kite.line"] < 1.0)
    assert 0 < int(torn.sum()) < 30
    assert short.any()
    assert np.array_equal(found["status"] == "physics", torn)
    assert np.array_equal(found["status"] == "refused", short)
    assert np.array_equal(np.isnan(found["height"]), torn | short)
    assert "tears the line" in str(found["sentence"].values[torn.values][0])
    assert "1 to 500 m" in str(found["sentence"].values[short.values][0])


def test_a_stopped_sweep_goes_on(kite, tmp_path):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kite.vary(LINES, n=50, seed=3, out=tmp_path / "a", progress=Hooks(0.4, stop))
    held = sorted(p.name for p in (tmp_path / "a" / "blocks").iterdir())
    assert len(held) == 2
    assert same(
        kite.vary(LINES, n=50, seed=3, out=tmp_path / "a"),
        kite.vary(LINES, n=50, seed=3, out=tmp_path / "b"),
    )


# -------------------------------------------------------------------------------- whole missions
def test_whole_missions_are_members_too(kite, tmp_path):
    laws = {"toy-wind.speed": "uniform(2 m/s, 80 m/s)"}
    keep = ["mean_speed", "toy-kite.height", "wind.speed"]
    found = vary(kite, laws, n=4, seed=1, out=tmp_path / "a", keep=keep, processes=False)
    torn = found["toy-wind.speed"].values > 59
    assert 0 < torn.sum() < 4
    assert np.array_equal(found["status"].values == "physics", torn)
    assert found["wind.speed"].dims == ("member", "wind_gust")
    np.testing.assert_allclose(
        found["wind.speed"].mean("wind_gust")[~torn], found["mean_speed"][~torn]
    )
    assert found["mean_speed"].attrs["units"] == "m/s"
    speed = float(found["toy-wind.speed"].values[~torn][0])
    one = mw.Mission.open(kite.path, overrides=[f"toy-wind.speed={speed!r} m/s"])
    run = one.run(out=tmp_path / "one", report=False)
    assert run.summary("toy-kite")["height"]["value"] == found["toy-kite.height"].values[~torn][0]


def test_a_lane_of_a_mission_of_its_own(kite, tmp_path):
    laws = {"toy-wind.speed": "uniform(2 m/s, 9 m/s)", "toy-kite.line": "uniform(10 m, 90 m)"}
    found = kite.vary(laws, n=3, seed=1, out=tmp_path / "a", processes=False)
    assert (found["status"] == "flown").all()
    assert same(found, kite.vary(laws, n=3, seed=1, out=tmp_path / "b", workers=2, processes=False))


# -------------------------------------------------------------------------------- a cluster
def test_a_killed_worker_loses_nothing(kite, tmp_path):
    distributed = pytest.importorskip("distributed")
    slow = mw.Mission.open(kite.path, overrides=["toy-kite.wait=0.1 s"])
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0",
        silence_logs=50,
    ) as cluster, distributed.Client(cluster, set_as_default=False) as client:  # fmt: skip
        workers = client.run(os.getpid)

        def kill():
            os.kill(next(iter(workers.values())), signal.SIGKILL)

        found = slow.vary(LINES, n=80, seed=3, out=tmp_path / "a", scheduler=client,
                          progress=Hooks(0.25, kill))  # fmt: skip
        left = set(client.run(os.getpid).values())
        apart = Hidden(client)  # workers that do not see the folder are sent what they need
        sent = slow.vary(LINES, n=25, seed=3, out=tmp_path / "c", scheduler=apart)
    assert not left >= set(workers.values())
    threads = slow.vary(LINES, n=80, seed=3, out=tmp_path / "b", workers=4)
    assert (found["status"] == "flown").all()
    assert same(found, threads)
    assert same(sent, threads.isel(member=slice(0, 25)))


def Hidden(client):
    """The client, whose workers see no folder of ours."""
    client.run = lambda *args: {"a worker": False}
    return client


def test_a_scheduler_that_is_none(kite, tmp_path):
    pytest.importorskip("distributed")
    for address, error, said in (
        ("127.0.0.1:9", InputError, "tcp://"),
        (7, InputError, "address"),
        ("foo://here", InputError, "no address"),
    ):
        with pytest.raises(error, match=said):
            kite.vary(LINES, n=3, seed=1, out=tmp_path / "a", scheduler=address)


# -------------------------------------------------------------------------------- what is refused
def test_calls_that_are_none(kite, tmp_path):
    def said(match, laws=LINES, error=InputError, **more):
        given = {"n": 3, "seed": 1, "out": tmp_path / "x", **more}
        with pytest.raises(error, match=match) as told:
            kite.vary(laws, **given)
        assert "\n" not in str(told.value).strip()

    said("nothing varies", {})
    said("number of members", n=0)
    said("the seed", seed=-1)
    said("no phase called", until="landing")
    said("until 'toy-wind'", until="toy-wind")
    said("whole missions", lanes=False)
    said("did you mean 'line'", {"toy-kite.lin": "normal(1 m, 1 m)"})
    said("needs a unit", {"toy-kite.line": "normal(1, 1)"})
    said("pure number", {"toy-kite.lift_factor": "normal(1 m, 1 m)"})
    said("not a date or a word", {"toy-kite.line": "choice(long, short)"})
    said("changes none of the phases", {"toy-kite.wait": "uniform(0 s, 1 s)"}, until="toy-wind")
    said("must be greater than 0", {"toy-wind.speed": "uniform(-2 m/s, -1 m/s)"})
    said("no number of members", keep=["heigt"])
    said("list of names", keep="height")
    said("True or False", processes="yes")
    torn = mw.Mission.open(kite.path, overrides=["toy-wind.speed=90 m/s"])
    with pytest.raises(PhysicsError, match="tears the line"):
        torn.vary(LINES, n=3, seed=1, out=tmp_path / "torn")


def test_a_folder_of_another_sweep(kite, tmp_path):
    kite.vary(LINES, n=3, seed=1, out=tmp_path / "a")
    with pytest.raises(InputError, match="seed is 1 there and 2 here"):
        kite.vary(LINES, n=3, seed=2, out=tmp_path / "a")
    with pytest.raises(InputError, match=r"toy-kite.line is uniform\(10 m, 90 m\) there"):
        kite.vary({"toy-kite.line": "normal(9 m, 1 m)"}, n=3, seed=1, out=tmp_path / "a")
    other = kite.vary(LINES, n=3, seed=2, out=tmp_path / "a", fresh=True)
    assert other.attrs["seed"] == 2
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match=r"letter.txt is in it"):
        kite.vary(LINES, n=3, seed=1, out=tmp_path / "b")
    block = next((tmp_path / "a" / "blocks").iterdir())
    block.write_bytes(block.read_bytes()[:100])  # cut off: flown again
    assert same(kite.vary(LINES, n=3, seed=2, out=tmp_path / "a"), other)


# -------------------------------------------------------------------------------- the command
@pytest.fixture
def verb(monkeypatch):
    from marsward.cli import door

    monkeypatch.setitem(door.VERBS, "vary", ("marsward.cli.vary:vary", "fly many"))


def test_the_command(kite, verb, call, place):
    words = ["vary", kite.path, "--set-like", "toy-kite.line=uniform(10 m, 90 m)", "-n", "40"]
    said = call(*words, "--seed", "3", "--out", "a", "--figure", "a.png", "--workers", "2")
    assert said.code == 0, said.err
    assert "40 of 40 members flown" in said.out
    assert "members: a/members.nc, a/members.csv" in said.out
    assert (place / "a.png").stat().st_size > 20_000
    said = call(*words, "--json", "--keep", "height")
    assert said.code == 0, said.err
    last = json.loads(said.out.splitlines()[-1])
    assert (last["event"], last["flown"], last["n"]) == ("end", 40, 40)
    assert [row["name"] for row in last["numbers"]] == ["height"]
    assert last["sweep"].startswith("runs/kite-vary-")


def test_the_command_tells_what_is_wrong(kite, verb, call):
    like = "--set-like"
    for words, match, code in (
        ([], "nothing varies: give --set-like", 2),
        ([like, "toy-kite.line"], "phase.key=law", 2),
        ([like, "toy-kite.line=norml(1 m)"], "did you mean 'normal'", 2),
        ([like, "toy-kite.line=normal(9 m, 1 m)", like, "toy-kite.line=normal(9 m, 2 m)"],
         "twice", 2),
        ([like, "toy-kite.line=normal(9 m, 1 m)", "--figure", "a.jpg"], "neither .png", 2),
        ([like, "toy-wind.speed=uniform(70 m/s, 90 m/s)", "-n", "2", "--workers", "1"], "", 4),
    ):  # fmt: skip
        said = call("vary", kite.path, *words)
        assert said.code == code, said.err
        assert match in said.err
        assert len(said.sentences) <= 1


def test_no_dask_is_told(kite, tmp_path, monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "distributed":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"marsward\[cluster\]"):
        kite.vary(LINES, n=3, seed=1, out=tmp_path / "a", scheduler="tcp://127.0.0.1:9")


def test_nobody_answers(kite, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(sweep_workers, "_ANSWER", "0.3s")
    with pytest.raises(DataError, match="no dask scheduler answers"):
        kite.vary(LINES, n=3, seed=1, out=tmp_path / "a", scheduler="tcp://127.0.0.1:9")


def test_a_stopped_command_says_how_to_go_on(kite, verb, call, monkeypatch):
    import importlib

    module = importlib.import_module("marsward.mission.vary")
    whole = module.fly_here

    def stopped(work, finished, **options):
        whole([next(iter(work))], finished, workers=1, processes=False)
        raise KeyboardInterrupt

    words = ["vary", kite.path, "--set-like", "toy-kite.line=uniform(10 m, 90 m)", "-n", "40"]
    monkeypatch.setattr(module, "fly_here", stopped)
    said = call(*words, "--out", "a")
    assert said.code == 130
    assert "blocks that are done are in a; the same command goes on from there" in said.out
    monkeypatch.setattr(module, "fly_here", whole)
    assert "40 of 40 members flown" in call(*words, "--out", "a").out
