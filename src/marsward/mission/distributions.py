"""How a parameter of a mission varies from member to member: laws of chance, as text or as objects.

    Normal("-11.6 deg", "0.05 deg")         normal(-11.6 deg, 0.05 deg)
    Uniform("2028-11-01", "2028-12-20")     uniform(2028-11-01, 2028-12-20)
    Choice("clear", "global-storm")         choice(clear, global-storm)

Every law turns numbers between 0 and 1 into values by its quantile function, so that members drawn
at random, as a Latin hypercube or along a Sobol sequence go through the same door. Values keep the
unit in which the law was written; dates are counted in seconds.
"""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import told
from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.mission.law_values import Scale, Values, read, written

__all__ = [
    "LAWS",
    "Choice",
    "Distribution",
    "Integers",
    "LogUniform",
    "Normal",
    "Scale",
    "Triangular",
    "TruncatedNormal",
    "Uniform",
    "Values",
    "distribution",
]

Array = NDArray[np.float64]
_LEAST, _MOST = 2.0**-54, 1.0 - 2.0**-53
"""Numbers between 0 and 1 are held off the ends, where a normal law has no value."""
_CALL = re.compile(r"\s*([A-Za-z][A-Za-z_-]*)\s*\((.*)\)\s*", re.S)
_WEIGHED = re.compile(r"(.*\S)\s*:\s+([0-9.eE+-]+)")


class Distribution:
    """Base of the laws: `values` turns numbers between 0 and 1 into values."""

    name: ClassVar[str] = ""
    discrete: ClassVar[bool] = False

    @property
    @abstractmethod
    def scale(self) -> Scale:
        """In what its values are counted."""

    @abstractmethod
    def quantile(self, share: Array) -> Array:
        """The values below which these shares lie, counted in `scale`."""

    @property
    @abstractmethod
    def text(self) -> str:
        """The law as `distribution` reads it back."""

    def values(self, share: Array) -> Values:
        """Values of n members from n numbers between 0 and 1."""
        drawn = self.quantile(np.clip(np.asarray(share, float), _LEAST, _MOST))
        scale = self.scale
        texts = tuple(scale.text(each) for each in drawn)
        if scale.origin is not None:
            return Values(texts, scale.times(drawn))
        return Values(texts, drawn, scale.unit)

    def __str__(self) -> str:
        return self.text


class _Law(Distribution):
    """A law of quantities or dates, all read against the first of them."""

    given: tuple[Any, ...]
    widths: ClassVar[frozenset[int]] = frozenset()
    """Which of the parameters are widths, and so spans of time where the others are dates."""
    words: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *given: Any) -> None:
        if len(given) != len(self.words):
            raise InputError(
                f"{self.name} takes {len(self.words)} values, not {len(given)}: write "
                f"{self.name}({', '.join(self.words)})"
            )
        scale, numbers = read(self.name, given, self.widths)
        self.given = given
        self._scale, self.numbers = scale, numbers
        self._check()

    def _check(self) -> None:
        """InputError where the numbers make no law."""

    def _refuse(self, why: str) -> InputError:
        return InputError(f"{self.text} is no distribution: {why}")

    @property
    def scale(self) -> Scale:
        return self._scale

    @property
    def text(self) -> str:
        return f"{self.name}({', '.join(written(each) for each in self.given)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Law) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(each) for each in self.given)})"


class Normal(_Law):
    """Gauss's law: mean and standard deviation."""

    name = "normal"
    words = ("mean", "sigma")
    widths = frozenset({1})

    def _check(self) -> None:
        if self.numbers[1] < 0.0:
            raise self._refuse("its sigma is below 0")

    def quantile(self, share: Array) -> Array:
        from scipy.special import ndtri

        return np.asarray(self.numbers[0] + self.numbers[1] * ndtri(share))


class Uniform(_Law):
    """Equal chance everywhere from low to high."""

    name = "uniform"
    words = ("low", "high")

    def _check(self) -> None:
        if not self.numbers[0] <= self.numbers[1]:
            raise self._refuse("its low end lies above its high end; exchange them")

    def quantile(self, share: Array) -> Array:
        low, high = self.numbers
        return low + (high - low) * share


class LogUniform(_Law):
    """Equal chance for equal ratios from low to high."""

    name = "loguniform"
    words = ("low", "high")

    def _check(self) -> None:
        if not 0.0 < self.numbers[0] <= self.numbers[1] or self.scale.origin is not None:
            raise self._refuse("it goes from a low value above 0 to a higher one, none of them "
                               "a date")  # fmt: skip

    def quantile(self, share: Array) -> Array:
        low, high = self.numbers
        return np.asarray(low * (high / low) ** share)


class Triangular(_Law):
    """A chance that rises from low to its mode and falls to high."""

    name = "triangular"
    words = ("low", "mode", "high")

    def _check(self) -> None:
        low, mode, high = self.numbers
        if not (low <= mode <= high and low < high):
            raise self._refuse("low, mode and high must rise")

    def quantile(self, share: Array) -> Array:
        low, mode, high = self.numbers
        turn = (mode - low) / (high - low)
        left = low + np.sqrt(share * (high - low) * (mode - low))
        right = high - np.sqrt((1.0 - share) * (high - low) * (high - mode))
        return np.where(share < turn, left, right)


class TruncatedNormal(_Law):
    """Gauss's law of a mean and a sigma, cut off below low and above high."""

    name = "truncated"
    words = ("mean", "sigma", "low", "high")
    widths = frozenset({1})

    def _check(self) -> None:
        if self.numbers[1] <= 0.0:
            raise self._refuse("its sigma is not above 0")
        if not self.numbers[2] < self.numbers[3]:
            raise self._refuse("its low end does not lie below its high end")

    def quantile(self, share: Array) -> Array:
        from scipy.special import ndtr, ndtri

        mean, sigma, low, high = self.numbers
        a, b = (low - mean) / sigma, (high - mean) / sigma
        if a > 0.0:  # in the upper tail, where the law itself is too near 1 to be told apart
            p, q = ndtr(-a), ndtr(-b)
            z = -ndtri(p + share * (q - p))
        else:
            p, q = ndtr(a), ndtr(b)
            z = ndtri(p + share * (q - p))
        return np.clip(mean + sigma * z, low, high)


class Integers(_Law):
    """Whole numbers from low to high, both among them."""

    name = "integers"
    discrete = True
    words = ("low", "high")

    def _check(self) -> None:
        low, high = self.numbers
        if self.scale != Scale() or low % 1 or high % 1 or low > high:
            raise self._refuse("it goes from a whole number to another, not below it")

    def quantile(self, share: Array) -> Array:
        low, high = self.numbers
        return np.asarray(np.minimum(np.floor(low + (high - low + 1.0) * share), high))

    def values(self, share: Array) -> Values:
        drawn = self.quantile(np.clip(np.asarray(share, float), _LEAST, _MOST)).astype(np.int64)
        return Values(tuple(str(each) for each in drawn.tolist()), drawn)


class Choice(Distribution):
    """One of several values, with equal chance or by weight: choice(clear: 3, global-storm: 1)."""

    name = "choice"
    discrete = True

    def __init__(self, *options: Any, weights: Sequence[float] | None = None) -> None:
        if not options:
            raise InputError("choice takes one value or more: write choice(clear, global-storm)")
        self.options = tuple(written(each) for each in options)
        given = [1.0] * len(options) if weights is None else [float(each) for each in weights]
        if len(given) != len(options) or min(given) < 0.0 or not 0.0 < sum(given) < math.inf:
            raise InputError(
                f"the weights of a choice are one for each of its {len(options)} values, 0 or "
                f"more, not all 0; not {told(weights)}"
            )
        if len(set(self.options)) < len(self.options):
            raise InputError(f"a choice names a value twice: {', '.join(self.options)}")
        self.weights = tuple(each / sum(given) for each in given)
        self._weighed = weights is not None

    @property
    def scale(self) -> Scale:
        return Scale()

    def quantile(self, share: Array) -> Array:
        """Which option, from 0."""
        ends = np.cumsum(self.weights)
        last = max(i for i, weight in enumerate(self.weights) if weight > 0.0)
        return np.minimum(np.searchsorted(ends, share, side="right"), last).astype(float)

    def values(self, share: Array) -> Values:
        which = self.quantile(np.clip(np.asarray(share, float), _LEAST, _MOST)).astype(int)
        texts = tuple(self.options[i] for i in which)
        try:
            scale, numbers = read(self.name, self.options, frozenset())
        except InputError:
            return Values(texts, np.array(texts, object))
        held = np.asarray(numbers)[which]
        return Values(texts, held if scale.origin is None else scale.times(held), scale.unit)

    @property
    def text(self) -> str:
        parts = [
            f"{each}: {weight:.12g}" if self._weighed else each
            for each, weight in zip(self.options, self.weights, strict=True)
        ]
        return f"choice({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Choice({', '.join(repr(each) for each in self.options)})"


LAWS: dict[str, Callable[..., Distribution]] = {
    each.name: each
    for each in (Normal, Uniform, LogUniform, Triangular, TruncatedNormal, Choice, Integers)
}
"""Laws by the name they go by in a text."""


def distribution(text: Any, *, name: str = "") -> Distribution:
    """The law that a text such as "normal(-11.6 deg, 0.05 deg)" names; a law as it stands.

    name : of the parameter, for errors

    Raises
    ------
    InputError : no such law, too few or too many values, units that do not fit together, or values
        that make no law.
    """
    if isinstance(text, Distribution):
        return text
    of = f"{name}: " if name else ""
    found = _CALL.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise InputError(
            f"{of}{told(text)} is no distribution; write one of {', '.join(LAWS)}, such as "
            "normal(-11.6 deg, 0.05 deg) or choice(clear, global-storm)"
        )
    word, inside = found.group(1).lower(), found.group(2)
    if word not in LAWS:
        raise InputError(f"{of}{unknown('distribution', word, LAWS)}")
    parts = [each.strip() for each in inside.split(",")] if inside.strip() else []
    if "" in parts:
        raise InputError(f"{of}{text.strip()}: a value is missing between or after the commas")
    try:
        return _weighed(parts) if word == Choice.name else LAWS[word](*parts)
    except InputError as error:
        raise InputError(f"{of}{error}") from error


def _weighed(parts: Sequence[str]) -> Choice:
    """A choice, whose options may each have a weight after a colon and a blank."""
    found = [_WEIGHED.fullmatch(each) for each in parts]
    if not any(found):
        return Choice(*parts)
    if not all(found):
        raise InputError("of a choice either all values have a weight or none: choice(a: 3, b: 1)")
    try:
        weights = [float(each.group(2)) for each in found if each]
    except ValueError as error:
        raise InputError(f"a weight of a choice is no number: {error}") from error
    return Choice(*(each.group(1) for each in found if each), weights=weights)
