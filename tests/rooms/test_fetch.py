"""Fetching, from a small server on this machine that can be as unreliable as the world."""

import hashlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from marsward.cli.door import door
from marsward.core.errors import DataError, InputError
from marsward.data.fetch import DataEntry, data_folder, fetch, registry, size_text

CONTENT = b"DAF/SPK " + bytes(range(256)) * 4000
SHA = hashlib.sha256(CONTENT).hexdigest()
PAGE = b"<!DOCTYPE html><html><body>please log in</body></html>"


class Archive(BaseHTTPRequestHandler):
    """Serves CONTENT; `mood` says how."""

    mood = "good"
    asked: ClassVar[list[str]] = []
    content = CONTENT
    tag = '"one"'

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        type(self).asked.append(wanted)
        if self.mood == "missing":
            self.send_error(404)
            return
        if self.mood == "page":
            self._send(200, PAGE)
            return
        first = int(wanted.removeprefix("bytes=").rstrip("-") or 0) if wanted else 0
        changed = self.headers.get("If-Range", self.tag) != self.tag
        if self.mood == "deaf" or changed:
            first = 0
        if first >= len(self.content) and first:
            self.send_error(416)
            return
        body = self.content[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.tag)
        if first:
            total = len(self.content)
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.mood == "breaks" else body)

    def _send(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None:
        return None


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """(handler class, entries of a registry) with a server behind them and a cache of its own."""
    monkeypatch.setenv("MARSWARD_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    handler = type("Mood", (Archive,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/kernels/moon.bsp"
    known = DataEntry("moon", "a moon", url, len(CONTENT), SHA, "DAF/SPK", "10.0/x", "free", "us")
    fresh = DataEntry("fresh", "a moon", url, magic="DAF/SPK")
    yield handler, {"moon": known, "fresh": fresh}
    server.shutdown()
    server.server_close()


class Told:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.words: list[tuple[str, object]] = []

    def phase(self, name: str) -> None:
        self.words.append(("phase", name))

    def update(self, fraction: float, note: str = "") -> None:
        self.words.append(("update", fraction))

    def note(self, text: str) -> None:
        self.words.append(("note", text))

    def done(self, sentence: str) -> None:
        self.words.append(("done", sentence))


def left() -> list[str]:
    return sorted(path.name for path in data_folder().iterdir())


def test_a_file_comes_once(archive):
    handler, entries = archive
    path = fetch("moon", entries=entries)
    assert path.read_bytes() == CONTENT
    assert path == data_folder() / "moon.bsp"
    assert fetch("moon", entries=entries) == path
    assert handler.asked == [""]
    assert left() == ["moon.bsp"]


def test_a_file_that_was_damaged_on_disk_comes_again(archive):
    handler, entries = archive
    path = fetch("moon", entries=entries)
    path.write_bytes(b"DAF/SPK nonsense")
    assert fetch("moon", entries=entries).read_bytes() == CONTENT
    assert len(handler.asked) == 2


def test_a_broken_line_is_gone_on_with(archive):
    handler, entries = archive
    handler.mood = "breaks"
    with pytest.raises(DataError, match=r"the line broke after 512\.0 kB.*goes on from there"):
        fetch("moon", entries=entries)
    assert left() == [".moon.bsp.partial", ".moon.bsp.tag"]
    handler.mood = "good"
    assert fetch("moon", entries=entries).read_bytes() == CONTENT
    assert handler.asked == ["", f"bytes={len(CONTENT) // 2}-"]
    assert left() == ["moon.bsp"]


def test_a_server_that_knows_no_ranges(archive):
    handler, entries = archive
    handler.mood = "breaks"
    with pytest.raises(DataError):
        fetch("moon", entries=entries)
    handler.mood = "deaf"
    assert fetch("moon", entries=entries).read_bytes() == CONTENT


def test_a_file_that_changed_between_two_tries_starts_again(archive):
    handler, entries = archive
    handler.content = CONTENT[::-1]
    handler.mood = "breaks"
    with pytest.raises(DataError):
        fetch("moon", entries=entries)
    handler.content, handler.tag, handler.mood = CONTENT, '"two"', "good"
    assert fetch("moon", entries=entries).read_bytes() == CONTENT


def test_a_partial_file_that_is_not_right_starts_again(archive):
    handler, entries = archive
    data_folder().mkdir(parents=True)
    (data_folder() / ".moon.bsp.partial").write_bytes(b"DAF/SPK rubbish")
    assert fetch("moon", entries=entries).read_bytes() == CONTENT
    assert handler.asked == ["bytes=15-", ""]
    (data_folder() / "moon.bsp").unlink()
    (data_folder() / ".moon.bsp.partial").write_bytes(CONTENT + b"too much")
    assert fetch("moon", entries=entries).read_bytes() == CONTENT


def test_a_web_page_is_not_a_kernel(archive):
    handler, entries = archive
    handler.mood = "page"
    with pytest.raises(DataError, match="a web page came instead of the file"):
        fetch("moon", entries=entries)
    assert left() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + CONTENT[4:], "begins with b'PK"),
        (CONTENT[:-1], "bytes came, but the file has 1024008"),
        (CONTENT[:-1] + b"x", "its sha256 is"),
    ],
)
def test_another_file_is_not_kept(archive, content, said):
    handler, entries = archive
    handler.content = content
    with pytest.raises(DataError, match=f"{said}.*nothing was kept"):
        fetch("moon", entries=entries)
    assert left() == []


def test_a_file_that_is_gone(archive):
    handler, entries = archive
    handler.mood = "missing"
    with pytest.raises(DataError, match="answers 404 Not Found; the archive may have moved it"):
        fetch("moon", entries=entries)


def test_nobody_there(archive):
    _, entries = archive
    entry = DataEntry("moon", "a moon", "http://127.0.0.1:9/moon.bsp", sha256=SHA)
    with pytest.raises(
        DataError, match=r"cannot fetch moon from http://127\S+ Connection refused$"
    ):
        fetch("moon", entries={**entries, "moon": entry})


def test_an_unknown_hash_is_accepted_by_name_only_and_then_kept(archive):
    handler, entries = archive
    with pytest.raises(InputError, match="--accept-unknown-hash"):
        fetch("fresh", entries=entries)
    assert handler.asked == []
    path = fetch("fresh", accept_unknown_hash=True, entries=entries)
    assert (data_folder() / "moon.bsp.sha256").read_text().strip() == SHA
    assert fetch("fresh", entries=entries) == path
    assert handler.asked == [""]
    path.unlink()
    handler.content = CONTENT[:-1] + b"x"
    with pytest.raises(DataError, match="its sha256 is"):
        fetch("fresh", entries=entries)


def test_a_file_of_unknown_hash_that_lies_there_is_not_trusted(archive):
    handler, entries = archive
    path = data_folder() / "moon.bsp"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"DAF/SPK from somewhere")
    handler.mood = "missing"
    with pytest.raises(DataError, match="answers 404"):
        fetch("fresh", accept_unknown_hash=True, entries=entries)
    assert path.read_bytes() == b"DAF/SPK from somewhere"
    handler.mood = "good"
    assert fetch("fresh", accept_unknown_hash=True, entries=entries).read_bytes() == CONTENT
    assert left() == ["moon.bsp", "moon.bsp.sha256"]


def test_what_is_told_and_nothing_beside_it(archive, capfd):
    handler, entries = archive
    told = Told()
    handler.mood = "breaks"
    with pytest.raises(DataError):
        fetch("moon", progress=told, entries=entries)
    handler.mood = "good"
    fetch("moon", progress=told, entries=entries)
    fetch("moon", progress=told, entries=entries)
    assert [word for word, _ in told.words if word != "update"] == ["phase", "phase", "done"]
    fractions = [said for word, said in told.words if word == "update"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert 0.5 in fractions
    assert told.words[-1] == ("done", f"1.0 MB, sha256 {SHA[:12]}…")
    assert capfd.readouterr() == ("", "")


def test_a_partial_file_that_is_not_right_is_one_phase_with_a_remark(archive):
    _, entries = archive
    data_folder().mkdir(parents=True)
    (data_folder() / ".moon.bsp.partial").write_bytes(CONTENT[:-1] + b"x")
    told = Told()
    assert fetch("moon", progress=told, entries=entries).read_bytes() == CONTENT
    assert [word for word, _ in told.words if word != "update"] == ["phase", "note", "done"]
    assert left() == ["moon.bsp"]


def test_the_command_tells_and_leaves_with_its_code(archive, monkeypatch, capfd):
    handler, entries = archive
    monkeypatch.setattr("marsward.data.fetch.registry", lambda: entries)
    handler.mood = "breaks"
    assert door(["fetch", "moon"]) == 3
    said = capfd.readouterr()
    assert said.err.startswith("marsward: cannot fetch moon from http://127.0.0.1:")
    assert said.err.count("\n") == 1
    assert said.out.splitlines()[-1] == "moon …"
    handler.mood = "good"
    assert door(["fetch", "moon", "--json"]) == 0
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [e["event"] for e in events[:-1]] == ["phase", "progress", "progress", "done"]
    assert events[-1]["path"] == str(data_folder() / "moon.bsp")
    assert door(["fetch", "fresh"]) == 2
    assert "--accept-unknown-hash" in capfd.readouterr().err


def test_the_file_can_be_read_by_whoever_may_read_new_files(archive, tmp_path):
    _, entries = archive
    (tmp_path / "other").write_text("")
    mode = (tmp_path / "other").stat().st_mode
    assert fetch("moon", entries=entries).stat().st_mode == mode


def test_listing_the_data_loads_no_way_to_fetch_them():
    code = (
        "import sys, marsward.data.fetch as f; f.registry();"
        "print([m for m in ('pooch', 'requests', 'urllib.request') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_folder_that_may_not_be_written(archive, monkeypatch):
    _, entries = archive
    data_folder().mkdir(parents=True)

    def refuse(**options):
        raise PermissionError(13, "Permission denied", options.get("dir"))

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(DataError, match=r"data: Permission denied; MARSWARD_CACHE names"):
        fetch("moon", entries=entries)


def test_no_room_on_the_disk(archive, monkeypatch):
    _, entries = archive
    monkeypatch.setattr("marsward.data.fetch._SPARE", 1 << 60)
    with pytest.raises(DataError, match=r"takes 1\.0 MB but the disk of .* has"):
        fetch("moon", entries=entries)


def test_a_cache_that_cannot_be_written(archive, monkeypatch):
    _, entries = archive
    monkeypatch.setenv("MARSWARD_CACHE", "/proc/nowhere")
    with pytest.raises(DataError, match="MARSWARD_CACHE names another folder"):
        fetch("moon", entries=entries)


def test_the_registry_is_whole():
    entries = registry()
    assert {"de440s.bsp", "mar097.bsp", "pck00011.tpc", "mola-4ppd"} <= set(entries)
    for entry in entries.values():
        assert entry.url.startswith("https://")
        assert entry.licence
        assert entry.source
        assert entry.title
        assert len(entry.sha256) in (0, 64)
        assert entry.doi == "" or entry.doi.startswith("10.")
    assert len({entry.path for entry in entries.values()}) == len(entries)


@pytest.mark.parametrize(
    ("name", "where"),
    [("pck00011.tpc", "spice/pck00011.tpc"), ("mola-4ppd", "mola_4ppd/megt90n000cb.img")],
)
def test_hashes_and_sizes_are_those_of_the_real_files(shared_data: Path, name, where):
    path = shared_data / where
    entry = registry()[name]
    assert path.stat().st_size == entry.bytes
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
    assert path.read_bytes().startswith(entry.magic.encode())


def test_sizes_for_people():
    assert size_text(5257) == "5.3 kB"
    assert size_text(999) == "999 B"
    assert size_text(33177600) == "33.2 MB"
    assert size_text(3e12) == "3000.0 GB"
