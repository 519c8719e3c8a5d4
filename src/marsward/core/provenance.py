"""Where a product is from: version, code, inputs, parents, citations and substitutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from marsward._version import __version__


@dataclass(frozen=True, slots=True)
class Provenance:
    """All that is needed to make a product again; holds no time stamp, so it repeats exactly."""

    version: str = __version__
    mission: str = ""
    phase: str = ""
    key: str = ""
    code: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    citations: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """One line of JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Back from `to_json`; keys of a later version are left aside."""
        raw: dict[str, Any] = json.loads(text)
        names = cls.__dataclass_fields__
        known = {key: each for key, each in raw.items() if key in names}
        for key in ("citations", "substitutes"):
            known[key] = tuple(known.get(key, ()))
        return cls(**known)
