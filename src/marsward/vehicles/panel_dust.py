"""Dust that settles on panels, and what cleans them.

Settled optical depth grows with the dust in the air, rate x opacity in each sol, and the light that
passes falls as exp(-loss x depth). Kinch et al. 2015, doi:10.1002/2014EA000073, found 0.004 +-
0.001 of settled depth a sol for each unit of the air's opacity on both exploration rovers in ten
years; panels of most landers lost 0.2 % a sol (Lorenz et al. 2021, doi:10.1016/j.pss.2021.105337)
under opacities near 0.5, so a settled depth takes about its own share of light (loss 1).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers, whole
from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule

__all__ = ["SETTLING_RATE", "PanelDust", "design_cleanness"]

Array = NDArray[np.float64]
SETTLING_RATE = 0.004
"""Depth that settles in a sol for each unit of opacity: Kinch et al. 2015."""
_DESIGN_FALL = 0.0028
"""Share of light lost in each sol that designs have reckoned with: Landis & Jenkins 2000,
doi:10.1029/1999JE001029, on Sojourner."""
_RATE = Annotated[float, QuantityRule("", ge=0.0, le=1.0)]


class PanelDust(Part):
    """How dust comes onto panels and goes."""

    rate: _RATE = value(
        SETTLING_RATE, origin="published", ref="Kinch et al. 2015, doi:10.1002/2014EA000073",
        description="optical depth that settles in a sol for each unit of the air's opacity",
    )  # fmt: skip
    loss: Annotated[float, QuantityRule("", ge=0.0, le=5.0)] = value(
        1.0, origin="derived", ref="0.2 % a sol near opacity 0.5: Lorenz et al. 2021, "
        "doi:10.1016/j.pss.2021.105337, over Kinch et al. 2015",
        description="of light by a settled depth: light passes as exp(-loss x depth)",
    )  # fmt: skip
    begins: int = value(
        0, ge=0, description="sols after the landing in which nothing settles for good"
    )
    cleanings: Annotated[float, QuantityRule("", ge=0.0, le=100.0)] = value(
        0.0, description="gusts that clean the panels, in the mean of 100 sols"
    )
    cleaned: _RATE = value(0.6, description="share of the settled dust that a gust takes")
    start: Annotated[float, QuantityRule("", gt=0.0, le=1.0)] = value(
        1.0, description="share of light that passes on the first sol"
    )

    def cleanness(self, opacity: ArrayLike, *, seed: int = 0) -> Array:
        """Share of light that passes the settled dust in each sol (n,).

        opacity : of the air by sol (n,); seed : of the gusts, the same draws each time
        Raises InputError for opacities below zero or a seed that is none.
        """
        tau = numbers(opacity, "the opacity by sol")
        if tau.ndim != 1 or tau.size == 0 or tau.min() < 0.0:
            raise InputError("dust on panels needs the opacity of each sol, zero or more, in a row")
        grown = np.where(np.arange(tau.size) >= self.begins, self.rate * tau, 0.0)
        gusts = np.zeros(tau.size, dtype=np.int64)
        if self.cleanings > 0.0:
            random = np.random.default_rng(whole(seed, "the seed of the gusts", 0))
            gusts = random.poisson(self.cleanings / 100.0, tau.size)
        depth = np.empty(tau.size)
        now = -np.log(self.start) / self.loss if self.loss > 0.0 else 0.0
        for sol in range(tau.size):
            depth[sol] = now
            now = (now + grown[sol]) * (1.0 - self.cleaned) ** gusts[sol]
        return np.asarray(np.exp(-self.loss * depth))


def design_cleanness(sols: float, over: ArrayLike = 0.0, *, fall: float = _DESIGN_FALL) -> Array:
    """Share of light that passes as much dust as a design reckons with, and so much more.

    exp(-fall sols) - over, not below zero: fall : share lost in each sol of the design life;
    over : further share of the clean panel's light that dust takes, 0.4 for "40 % beyond the
    design". Raises InputError for shares outside 0 to 1.
    """
    more = numbers(over, "the dust beyond the design")
    life = number(sols, "the design life", "sols")
    if life < 0.0 or not (np.all((more >= 0.0) & (more <= 1.0)) and 0.0 <= fall < 1.0):
        raise InputError("a design life is 0 sols or more and shares of light lie in 0 to 1")
    return np.asarray(np.maximum(np.exp(-fall * life) - more, 0.0))
