"""Fetching data by name from the archives that publish it: resumed, checked, whole or not at all.

A file is accepted when its sha256 is that of the registry and it begins as such a file must. Where
no hash is known yet, a fetch is refused unless the caller accepts it; the hash is then recorded
beside the file, and later fetches must agree with it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from marsward._version import __version__
from marsward.core.cache_folder import cache_folder
from marsward.core.errors import DataError, InputError
from marsward.core.progress import Progress, SilentProgress
from marsward.core.registry import unknown

REGISTRY = Path(__file__).with_name("registry.toml")
_CHUNK = 1 << 18
_TIMEOUT = 30.0
_PAGES = (b"<!doctype html", b"<html", b"<?xml", b"<head")
_SPARE = 64 * 1024 * 1024  # bytes left free on the disk


@dataclass(frozen=True, slots=True)
class DataEntry:
    """One block of the registry: where a file is from, and how it is known to be the right one."""

    name: str
    title: str
    url: str
    bytes: int = 0
    sha256: str = ""
    magic: str = ""
    doi: str = ""
    licence: str = ""
    source: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies once it is fetched."""
        return data_folder() / self.url.rpartition("/")[2]

    @property
    def size_text(self) -> str:
        """The size for people, "?" where it is not known."""
        return size_text(self.bytes) if self.bytes else "?"

    def describe(self) -> str:
        """One line: title, size, licence, DOI, source."""
        doi = f", doi:{self.doi}" if self.doi else ""
        return f"{self.name}: {self.title}, {self.size_text}, {self.licence}{doi}; {self.source}"


def data_folder() -> Path:
    """Where fetched data lie: `data` in the cache folder."""
    return cache_folder() / "data"


def size_text(size: float) -> str:
    """A number of bytes for people: "2.1 MB"."""
    for unit in ("B", "kB", "MB"):
        if size < 1000.0:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000.0
    return f"{size:.1f} GB"


def registry(path: Path = REGISTRY) -> dict[str, DataEntry]:
    """All data that can be fetched, by name."""
    with path.open("rb") as stream:
        blocks = tomllib.load(stream)
    return {name: DataEntry(name=name, **block) for name, block in blocks.items()}


def fetch(
    name: str,
    *,
    accept_unknown_hash: bool = False,
    progress: Progress | None = None,
    entries: Mapping[str, DataEntry] | None = None,
) -> Path:
    """The path of a file of the registry, fetched if it is not here yet.

    Parameters
    ----------
    name : str
        A name that `marsward list data` shows.
    accept_unknown_hash : bool
        Take a file whose hash nobody has written down yet, and record its hash.
    progress : Progress
        Who is told.
    entries : mapping
        Another registry.

    Raises
    ------
    InputError
        No such name, or a hash is not known and not accepted.
    DataError
        The archive cannot be reached, or what came is not the file.
    """
    known = registry() if entries is None else entries
    if name not in known:
        raise InputError(unknown("data", name, known))
    entry = known[name]
    wanted = entry.sha256 or _recorded(entry.path)
    if entry.path.is_file() and wanted and _sha256(entry.path) == wanted:
        return entry.path
    if not wanted and not accept_unknown_hash:
        raise InputError(
            f"the hash of {name} is not known yet, so what comes from {entry.url} cannot be"
            " checked; type --accept-unknown-hash to take it once and record its hash"
        )
    return _Fetching(entry, wanted, progress or SilentProgress()).file()


class _Fetching:
    """One file on its way: a partial file that is resumed, then checks, then its name."""

    def __init__(self, entry: DataEntry, wanted: str, progress: Progress) -> None:
        self.entry = entry
        self.wanted = wanted
        self.progress = progress
        self.partial = entry.path.with_name(f".{entry.path.name}.partial")
        self.tag = entry.path.with_name(f".{entry.path.name}.tag")

    def file(self) -> Path:
        entry = self.entry
        self.progress.phase(entry.name)
        try:
            entry.path.parent.mkdir(parents=True, exist_ok=True)
            self._room()
            resumed = self.partial.is_file() and self.partial.stat().st_size > 0
            self._download()
            trouble = self._trouble()
            if trouble and resumed:
                self.progress.note(
                    "the resumed file is not right; fetching it again from its start"
                )
                self._forget()
                self._download()
                trouble = self._trouble()
            if trouble:
                self._forget()
                raise DataError(f"{entry.url}: {trouble}; nothing was kept")
            found = _sha256(self.partial)
            if not entry.sha256:
                _hash_file(entry.path).write_text(found + "\n", encoding="ascii")
            os.replace(self.partial, entry.path)
            self.tag.unlink(missing_ok=True)
        except OSError as error:
            raise DataError(
                f"cannot keep {entry.name} in {entry.path.parent}: {error.strerror or error};"
                " MARSWARD_CACHE names another folder"
            ) from error
        self.progress.done(f"{size_text(entry.path.stat().st_size)}, sha256 {found[:12]}…")
        return entry.path

    def _forget(self) -> None:
        self.partial.unlink(missing_ok=True)
        self.tag.unlink(missing_ok=True)

    def _room(self) -> None:
        free = shutil.disk_usage(self.entry.path.parent).free
        if free < self.entry.bytes + _SPARE:
            raise DataError(
                f"{self.entry.name} takes {self.entry.size_text} but the disk of"
                f" {self.entry.path.parent} has {size_text(free)} left; free some space or let"
                " MARSWARD_CACHE name another folder"
            )

    def _download(self) -> None:
        """Get what is missing; what has come stays for the next try when the line breaks."""
        have = self.partial.stat().st_size if self.partial.is_file() else 0
        if self.entry.bytes and have == self.entry.bytes:
            return
        request = urllib.request.Request(self.entry.url)
        request.add_header("User-Agent", f"marsward/{__version__}")
        if have:
            request.add_header("Range", f"bytes={have}-")
            if self.tag.is_file():
                request.add_header("If-Range", self.tag.read_text(encoding="ascii"))
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as reply:
                self._receive(reply, have)
        except urllib.error.HTTPError as error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                self._forget()
                self._download()
                return
            raise DataError(
                f"{self.entry.url} answers {error.code} {error.reason}; the archive may have moved"
                " it: look there and give the new address in data/registry.toml"
            ) from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError) as error:
            raise self._broken(getattr(error, "reason", None) or error) from error
        except TimeoutError as error:
            raise self._broken("no answer in time") from error

    def _broken(self, said: object) -> DataError:
        have = self.partial.stat().st_size if self.partial.is_file() else 0
        kept = f"; {size_text(have)} are kept, the same command goes on from there" if have else ""
        reason = said if isinstance(said, str) else str(said) or type(said).__name__
        return DataError(f"cannot fetch {self.entry.name} from {self.entry.url}: {reason}{kept}")

    def _receive(self, reply: http.client.HTTPResponse, have: int) -> None:
        goes_on = reply.status == http.client.PARTIAL_CONTENT and (
            (reply.headers.get("Content-Range") or "").startswith(f"bytes {have}-")
        )
        have = have if goes_on else 0
        tag = reply.headers.get("ETag") or reply.headers.get("Last-Modified") or ""
        if tag and not tag.startswith("W/") and tag.isascii():
            self.tag.write_text(tag, encoding="ascii")
        coming = reply.headers.get("Content-Length")
        total = have + int(coming) if coming and coming.isdigit() else self.entry.bytes
        with self.partial.open("ab" if goes_on else "wb") as stream:
            have = self._copy(reply, stream, have, total)
        if total and have < total:
            raise self._broken(f"the line broke after {size_text(have)} of {size_text(total)}")

    def _copy(
        self, reply: http.client.HTTPResponse, stream: BinaryIO, have: int, total: int
    ) -> int:
        while chunk := reply.read(_CHUNK):
            stream.write(chunk)
            have += len(chunk)
            self.progress.update(have / total if total else 0.0, size_text(have))
        return have

    def _trouble(self) -> str:
        """What is wrong with the file that came, or an empty text."""
        entry = self.entry
        with self.partial.open("rb") as stream:
            start = stream.read(64)
        magic = entry.magic.encode()
        if start.lstrip().lower().startswith(_PAGES) and not magic.startswith(b"<"):
            return "a web page came instead of the file, perhaps a log-in or an error page"
        if not start.startswith(magic):
            return f"the file begins with {start[:8]!r}, not with {magic!r}"
        size = self.partial.stat().st_size
        if entry.bytes and size != entry.bytes:
            return f"{size} bytes came, but the file has {entry.bytes}"
        found = _sha256(self.partial)
        if self.wanted and found != self.wanted:
            return f"its sha256 is {found}, but must be {self.wanted}"
        return ""


def _hash_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _recorded(path: Path) -> str:
    """The hash that an earlier fetch wrote down, or an empty text."""
    try:
        return _hash_file(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def as_json(entry: DataEntry) -> str:
    """One entry as a line of JSON."""
    names = entry.__dataclass_fields__
    return json.dumps({name: getattr(entry, name) for name in names} | {"path": str(entry.path)})
