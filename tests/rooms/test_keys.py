"""Hashes of files and of source code, of which the keys of phases are made."""

import hashlib
import sys

import pytest

from marsward.core.errors import DataError
from marsward.mission import fingerprint
from marsward.mission.fingerprint import file_hash, source_hash
from marsward.mission.phases.phase import Phase
from marsward.mission.plan import canonical_json, input_hashes


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A cache of its own, and nothing remembered from before."""
    monkeypatch.setenv("MARSWARD_CACHE", str(tmp_path / "cache"))
    for each in (fingerprint._memory, fingerprint._source, fingerprint._text_hash):
        each.cache_clear()
    fingerprint._imports.cache_clear()
    yield tmp_path
    fingerprint._memory.cache_clear()


def forget() -> None:
    for each in (fingerprint._source, fingerprint._text_hash, fingerprint._imports):
        each.cache_clear()


def test_a_file_hash_is_sha256_and_is_remembered(fresh, monkeypatch):
    path = fresh / "kernel"
    path.write_bytes(b"DAF/SPK")
    expected = hashlib.sha256(b"DAF/SPK").hexdigest()
    assert file_hash(path) == expected
    fingerprint._memory.cache_clear()
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert file_hash(path) == expected
    monkeypatch.undo()
    path.write_bytes(b"DAF/SPK2")
    assert file_hash(path) == hashlib.sha256(b"DAF/SPK2").hexdigest()


def test_a_cache_that_cannot_be_written_costs_nothing(fresh, monkeypatch):
    path = fresh / "kernel"
    path.write_bytes(b"x")
    monkeypatch.setenv("MARSWARD_CACHE", "/proc/nowhere")
    assert file_hash(path) == hashlib.sha256(b"x").hexdigest()


@pytest.fixture
def package(fresh, monkeypatch):
    """A package from outside of three files, of which one imports another."""
    folder = fresh / "outside_phase"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "phase.py").write_text("from outside_phase import law\nimport marsward.core.fields\n")
    (folder / "law.py").write_text("G = 1\n")
    (folder / "other.py").write_text("G = 1\n")
    monkeypatch.syspath_prepend(str(fresh))
    monkeypatch.delitem(sys.modules, "outside_phase", raising=False)
    yield folder
    sys.modules.pop("outside_phase", None)


def test_code_that_is_imported_counts_and_other_code_does_not(package):
    before = source_hash(["outside_phase.phase"])
    forget()
    (package / "other.py").write_text("G = 2\n")
    assert source_hash(["outside_phase.phase"]) == before
    forget()
    (package / "law.py").write_text("G = 2\n")
    assert source_hash(["outside_phase.phase"]) != before


def test_the_code_of_a_phase_reaches_the_laws_but_not_the_report():
    seen: list[str] = []
    waiting = ["marsward.mission.phases.cruise"]
    while waiting:
        name = waiting.pop()
        path = fingerprint._source(name)
        if path is not None and name not in seen:
            seen.append(name)
            waiting += [n for n in fingerprint._imports(path, name) if fingerprint._counts(n)]
    assert "marsward.dynamics.propagate" in seen
    assert any(name.startswith("marsward.dynamics.kernels") for name in seen)
    assert not [n for n in seen if n.startswith(("marsward.views", "marsward.cli"))]
    assert "marsward.mission.run" not in seen


def test_a_relative_import_is_followed(package):
    (package / "phase.py").write_text("from . import law\n")
    forget()
    before = source_hash(["outside_phase.phase"])
    (package / "law.py").write_text("G = 3\n")
    forget()
    assert source_hash(["outside_phase.phase"]) != before


def test_equal_content_gives_equal_text():
    assert canonical_json({"b": 1, "a": [1.5, None]}) == '{"a":[1.5,null],"b":1}'


def test_inputs_of_a_phase(fresh):
    class Reader(Phase):
        kernels = ("leapseconds",)

        def data(self, home):
            return (fresh / "table.csv",)

    with pytest.raises(DataError, match=r"phase 'r' reads .*table\.csv, which is not there"):
        input_hashes(Reader(name="r"))
    (fresh / "table.csv").write_text("x")
    assert set(input_hashes(Reader(name="r"))) == {"latest_leapseconds.tls", "table.csv"}
