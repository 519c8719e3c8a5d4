"""The figures of the report, one module each; every one reads stored products only."""

from collections.abc import Callable
from dataclasses import dataclass

from marsward.views.figures import (
    b_plane,
    crops,
    distances,
    heliocentric,
    look_back,
    navigation,
    residuals,
)
from marsward.views.figures.drawing import Drawing
from marsward.views.stored_run import StoredPhase


@dataclass(frozen=True)
class Plate:
    """A figure of the report: the phase kind it belongs to, its name, its title, its module."""

    kind: str
    name: str
    title: str
    draw: Callable[[StoredPhase], Drawing]


PLATES: tuple[Plate, ...] = (
    Plate("cruise", "heliocentric-path", "The path about the Sun", heliocentric.draw),
    Plate("cruise", "distances-and-speeds", "Distances and speeds", distances.draw),
    Plate("cruise", "residuals", "Against the real state vectors", residuals.draw),
    Plate("cruise", "b-plane", "The aim at Mars", b_plane.draw),
    Plate("lookback", "look-back", "The picture", look_back.draw),
    Plate("lookback", "crescents", "Earth and Moon, enlarged", crops.draw),
    Plate("lookback", "navigation", "Optical navigation: truth and knowledge", navigation.draw),
)


def plates(kind: str) -> tuple[Plate, ...]:
    """The figures of one phase kind, in the order of the page."""
    return tuple(plate for plate in PLATES if plate.kind == kind)
