"""One file over HTTP that goes on where an earlier try broke off.

What has come lies in a partial file beside the final name. The next try asks for the rest of it
(RFC 9110, section 14: Range, If-Range), and begins again where the archive knows no ranges or has
another file by now.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO

from marsward._version import __version__
from marsward.core.errors import DataError
from marsward.core.progress import Progress
from marsward.data.size_text import size_text

_CHUNK = 1 << 18  # bytes read at a time
_TIMEOUT = 30.0  # seconds without a word from the archive


class Download:
    """A partial file and the way to the rest of it.

    Parameters
    ----------
    name : str
        What the file is called in sentences to the user.
    url : str
        Where it comes from.
    path : Path
        Its final name; the partial file and its tag lie beside it, hidden.
    size : int
        Its bytes, 0 where they are not known.
    progress : Progress
        Who is told how much has come.
    """

    def __init__(self, name: str, url: str, path: Path, size: int, progress: Progress) -> None:
        self.name = name
        self.url = url
        self.size = size
        self.progress = progress
        self.partial = path.with_name(f".{path.name}.partial")
        self.tag = path.with_name(f".{path.name}.tag")

    @property
    def have(self) -> int:
        """Bytes that have come so far."""
        return self.partial.stat().st_size if self.partial.is_file() else 0

    def forget(self) -> None:
        """Throw away what has come."""
        self.partial.unlink(missing_ok=True)
        self.tag.unlink(missing_ok=True)

    def go_on(self) -> None:
        """Get what is missing; what has come stays for the next try when the line breaks.

        Raises
        ------
        DataError
            The archive cannot be reached, has no such file, or the line broke.
        """
        have = self.have
        if self.size and have == self.size:
            return
        try:
            with urllib.request.urlopen(self._request(have), timeout=_TIMEOUT) as reply:
                self._receive(reply, have)
        except urllib.error.HTTPError as error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                self.forget()
                self.go_on()
                return
            raise DataError(
                f"{self.url} answers {error.code} {error.reason}; the archive may have moved"
                " it: look there and give the new address in data/registry.toml"
            ) from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError) as error:
            raise self._broken(getattr(error, "reason", None) or error) from error
        except TimeoutError as error:
            raise self._broken("no answer in time") from error

    def _request(self, have: int) -> urllib.request.Request:
        request = urllib.request.Request(self.url)
        request.add_header("User-Agent", f"marsward/{__version__}")
        if have:
            request.add_header("Range", f"bytes={have}-")
            if self.tag.is_file():
                request.add_header("If-Range", self.tag.read_text(encoding="ascii"))
        return request

    def _broken(self, said: object) -> DataError:
        have = self.have
        kept = f"; {size_text(have)} are kept, the same command goes on from there" if have else ""
        reason = getattr(said, "strerror", None) or str(said) or type(said).__name__
        return DataError(f"cannot fetch {self.name} from {self.url}: {reason}{kept}")

    def _receive(self, reply: http.client.HTTPResponse, have: int) -> None:
        goes_on = reply.status == http.client.PARTIAL_CONTENT and (
            (reply.headers.get("Content-Range") or "").startswith(f"bytes {have}-")
        )
        have = have if goes_on else 0
        tag = reply.headers.get("ETag") or reply.headers.get("Last-Modified") or ""
        if tag and not tag.startswith("W/") and tag.isascii():
            self.tag.write_text(tag, encoding="ascii")
        coming = reply.headers.get("Content-Length")
        total = have + int(coming) if coming and coming.isdigit() else self.size
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
