"""A phase of a mission: what it needs, what it makes, and how it flies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as entry
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import xarray as xr
from pydantic import Field

from marsward.core.errors import InputError
from marsward.core.part import Part, plain
from marsward.core.product import Product
from marsward.core.progress import Progress, SilentProgress
from marsward.core.registry import unknown

if TYPE_CHECKING:
    from marsward.mission.mission import Mission


@dataclass(frozen=True, slots=True)
class Quantity:
    """A key number of a phase: value, unit, one-sigma uncertainty and source.

    `value` may be a number, a text, a truth value or a list of these; `unit` is as in "km/s",
    empty for a pure number; `sigma` is in the same unit.
    """

    value: Any
    unit: str = ""
    sigma: float | list[float] | None = None
    source: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON values, as they stand in summary.json."""
        return {
            "value": _finite(plain(self.value)),
            "unit": self.unit,
            "sigma": _finite(plain(self.sigma)),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Given:
    """What a phase may use: products of earlier phases, the mission, its own folder.

    `folder` is a temporary folder that becomes the phase's own when all went well; whatever is
    written there, figures and exchange files, stays. `seed` is the phase's own, made from the
    mission's seed and the phase's name. `checkpoint` is a folder, not made yet, that outlives an
    interruption: what a long phase writes there is found again when the same phase, same key, is
    flown once more, and is deleted when the phase is done.
    """

    products: Mapping[str, Product]
    mission: Mission
    folder: Path
    progress: Progress = entry(default_factory=SilentProgress)
    seed: int = 0
    workers: int = 1
    checkpoint: Path | None = None
    instruments: Mapping[str, Part] = entry(default_factory=dict)

    def __getitem__(self, product: str) -> xr.Dataset:
        if product not in self.products:
            raise InputError(unknown("product given to this phase", product, self.products))
        return self.products[product].dataset

    def instrument(self, name: str) -> Any:
        """The instrument that a parameter of this phase names.

        Raises
        ------
        InputError
            No instrument of that name, or no parameter of the phase names it.
        """
        if name not in self.instruments:
            raise InputError(unknown("instrument", name, self.mission.instruments))
        return self.instruments[name]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a phase brings back.

    `products` are datasets by the names in `makes`; `summary` its key numbers; `sentence` what
    the reader is told in one line; `assumptions` and `citations` go to the report; `files` are
    those written in the folder, found by themselves when left out.
    """

    products: Mapping[str, xr.Dataset] = entry(default_factory=dict)
    summary: Mapping[str, Quantity] = entry(default_factory=dict)
    sentence: str = ""
    assumptions: list[str] = entry(default_factory=list)
    citations: list[str] = entry(default_factory=list)
    substitutes: list[str] = entry(default_factory=list)
    files: list[str] | None = None


class Phase(Part):
    """Base of every phase. A phase is one file and one line in the catalogue.

    A class states its `kind`; the products it `needs` and `makes`, and which of them are
    `knowledge`; which of its fields name instruments (`instrument_fields`, or `instrument_kinds`
    with the kind that each must be of); which tables of the mission file it `reads` besides its
    own; and which `kernels` (functions of `marsward.data.kernel_paths`) it uses. Parameters,
    instruments named in them, tables read, kernels and parents all enter the phase's key, so a
    change in any flies it again.
    """

    kind: ClassVar[str] = ""
    needs: ClassVar[tuple[str, ...]] = ()
    makes: ClassVar[tuple[str, ...]] = ()
    knowledge: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("spacecraft", "vector")
    kernels: ClassVar[tuple[str, ...]] = ("de440", "leapseconds")

    instrument_fields: ClassVar[tuple[str, ...]] = ()
    instrument_kinds: ClassVar[dict[str, str]] = {}

    name: str = Field(
        "",
        description="name of the phase in plans, folders and --set; its kind when left out",
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]*)?$",
        max_length=60,
    )
    after: tuple[str, ...] = Field(
        (), description="names of phases that are to be flown before, besides those it needs"
    )

    @property
    def title(self) -> str:
        """The name, or the kind where no name was given."""
        return self.name or self.kind

    @property
    def needed(self) -> tuple[str, ...]:
        """The products that this very phase needs; those of its kind unless a kind says more."""
        return self.needs

    def data(self, home: Path) -> tuple[Path, ...]:
        """Files besides the kernels whose content enters the key; `home` holds the mission file."""
        return ()

    def fly(self, given: Given) -> Outcome:
        """Do the phase's work; a phase of its own kind writes this."""
        raise InputError(f"phase kind {self.kind!r} has no fly method; write one in its class")


def _finite(item: Any) -> Any:
    """JSON has no NaN: a value that does not exist is null."""
    if isinstance(item, float) and not math.isfinite(item):
        return None
    if isinstance(item, str) and item in {"nan", "inf", "-inf"}:
        return None
    if isinstance(item, list):
        return [_finite(each) for each in item]
    if isinstance(item, np.generic):
        return _finite(item.item())
    return item
