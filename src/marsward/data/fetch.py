"""Fetching data by name from the archives that publish it: resumed, checked, whole or not at all.

pooch keeps the files and their hashes; how the bytes come is told in `download`. A file is accepted
when its sha256 is that of the registry and it begins as such a file must. Where no hash is known
yet, a fetch is refused unless the caller accepts it; the hash is then recorded beside the file, and
later fetches must agree with it.
"""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marsward.core.cache_folder import cache_folder
from marsward.core.errors import DataError, InputError
from marsward.core.progress import Progress, SilentProgress
from marsward.core.registry import unknown
from marsward.data.size_text import size_text

REGISTRY = Path(__file__).with_name("registry.toml")
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
    if not wanted and not accept_unknown_hash:
        raise InputError(
            f"the hash of {name} is not known yet, so what comes from {entry.url} cannot be"
            " checked; type --accept-unknown-hash to take it once and record its hash"
        )
    return _Fetching(entry, wanted, progress or SilentProgress()).file()


class _Fetching:
    """One entry of the registry on its way to its name, with pooch as the keeper."""

    def __init__(self, entry: DataEntry, wanted: str, progress: Progress) -> None:
        from marsward.data.download import Download

        self.entry = entry
        self.wanted = wanted
        self.progress = progress
        self.download = Download(entry.name, entry.url, entry.path, entry.bytes, progress)
        self.came = False
        self.resumed = False
        self.found = ""
        self.trouble = ""

    def file(self) -> Path:
        """The path of the file, here already or fetched."""
        entry = self.entry
        try:
            entry.path.parent.mkdir(parents=True, exist_ok=True)
            trouble = self._retrieve()
            if trouble and self.resumed:
                self.progress.note(
                    "the resumed file is not right; fetching it again from its start"
                )
                trouble = self._retrieve()
        except OSError as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            raise DataError(
                f"cannot keep {entry.name} in {entry.path.parent}: {cause.strerror or cause};"
                " MARSWARD_CACHE names another folder"
            ) from error
        if trouble:
            raise DataError(f"{entry.url}: {trouble}; nothing was kept")
        if self.came:
            size = size_text(entry.path.stat().st_size)
            self.progress.done(f"{size}, sha256 {self.found[:12]}…")
        return entry.path

    def _retrieve(self) -> str:
        """Let pooch keep the file; what was wrong with it, or an empty text.

        Without a hash pooch would take whatever lies there, so it gets a name where nothing lies.
        """
        import pooch

        path = self.entry.path
        target = path if self.wanted else path.with_name(f".{path.name}.new")
        if not self.wanted:
            target.unlink(missing_ok=True)
        try:
            with _quiet(pooch.get_logger()):
                pooch.retrieve(
                    self.entry.url,
                    known_hash=self.wanted or None,
                    fname=target.name,
                    path=path.parent.absolute(),
                    downloader=self,
                )
        except ValueError as error:  # what pooch says of a wrong hash
            self.download.forget()
            if self.trouble or not self.found:
                return self.trouble or str(error)
            return f"its sha256 is {self.found}, but must be {self.wanted}"
        if target != path:
            _hash_file(path).write_text(self.found + "\n", encoding="ascii")
            os.replace(target, path)
        return ""

    def __call__(self, url: str, output_file: str, keeper: Any) -> None:
        """Called by pooch when the file is not here: put what comes at `output_file`."""
        from pooch import file_hash

        download = self.download
        if not self.came:
            self.came = True
            self.progress.phase(self.entry.name)
            self._room()
        self.resumed, self.found = download.have > 0, ""
        download.go_on()
        self.trouble = self._trouble(download.partial)
        if self.trouble:
            raise ValueError(self.trouble)
        self.found = file_hash(str(download.partial), alg="sha256")
        os.replace(download.partial, output_file)
        download.forget()

    def _room(self) -> None:
        free = shutil.disk_usage(self.entry.path.parent).free
        if free < self.entry.bytes + _SPARE:
            raise DataError(
                f"{self.entry.name} takes {self.entry.size_text} but the disk of"
                f" {self.entry.path.parent} has {size_text(free)} left; free some space or let"
                " MARSWARD_CACHE name another folder"
            )

    def _trouble(self, path: Path) -> str:
        """What is wrong with the file that came, its hash apart, or an empty text."""
        entry = self.entry
        with path.open("rb") as stream:
            start = stream.read(64)
        magic = entry.magic.encode()
        if start.lstrip().lower().startswith(_PAGES) and not magic.startswith(b"<"):
            return "a web page came instead of the file, perhaps a log-in or an error page"
        if not start.startswith(magic):
            return f"the file begins with {start[:8]!r}, not with {magic!r}"
        size = path.stat().st_size
        if entry.bytes and size != entry.bytes:
            return f"{size} bytes came, but the file has {entry.bytes}"
        return ""


@contextmanager
def _quiet(logger: Any) -> Iterator[None]:
    """No word from pooch's own logger; the progress tells what there is to tell."""
    level = logger.level
    logger.setLevel("CRITICAL")
    try:
        yield
    finally:
        logger.setLevel(level)


def _hash_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _recorded(path: Path) -> str:
    """The hash that an earlier fetch wrote down, or an empty text."""
    try:
        return _hash_file(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def as_json(entry: DataEntry) -> str:
    """One entry as a line of JSON."""
    names = entry.__dataclass_fields__
    return json.dumps({name: getattr(entry, name) for name in names} | {"path": str(entry.path)})
