"""Catalogues of kinds: built-in ones by import path, others through entry points."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from marsward.core.errors import DataError, InputError


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, or an empty text."""
    names = {name.lower(): name for name in known}
    hits = difflib.get_close_matches(str(word).lower(), list(names), n=1, cutoff=0.55)
    return names[hits[0]] if hits else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """The sentence for an unknown name: what was meant, or what there is."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"no {what} called {word!r}; did you mean {near!r}?"
    if not names:
        return f"no {what} called {word!r}; there is none to choose from"
    return f"no {what} called {word!r}; choose one of: {', '.join(names)}"


class Registry:
    """Kinds by name. A kind's file is imported when it is first asked for, not before.

    Parameters
    ----------
    group : str
        Entry point group through which other packages add kinds, such as "marsward.phases".
    builtin : mapping of str to str
        Kind to "module:Class" for the kinds of this package.
    """

    def __init__(self, group: str, builtin: Mapping[str, str]) -> None:
        self.group = group
        self.builtin = dict(builtin)

    @property
    def noun(self) -> str:
        """What one entry is called, from the last word of the group: "phase", "instrument"."""
        return self.group.rpartition(".")[2].removesuffix("s")

    def names(self) -> list[str]:
        """All kinds, built in and from other packages, sorted."""
        return sorted({*self.builtin, *self._outside()})

    def origin(self, kind: str) -> str:
        """The package that brings a kind."""
        if kind in self.builtin:
            return self.builtin[kind].partition(".")[0]
        found = self._outside().get(kind)
        return found.dist.name if found is not None and found.dist is not None else ""

    def get(self, kind: str) -> Any:
        """The class of a kind.

        Raises
        ------
        InputError
            No such kind; the sentence names the nearest.
        DataError
            The kind is listed but its file cannot be imported.
        """
        outside = self._outside()
        if kind in self.builtin:
            target = self.builtin[kind]
        elif kind in outside:
            target = outside[kind].value
        else:
            raise InputError(unknown(f"{self.noun} kind", kind, self.names()))
        module, _, name = target.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise DataError(
                f"{self.noun} kind {kind!r} is listed as {target} but cannot be loaded: {error}"
            ) from error

    def _outside(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.group)}
