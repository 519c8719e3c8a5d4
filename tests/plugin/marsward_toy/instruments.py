"""One instrument: a vane that measures wind."""

from marsward.core.part import Part, value
from marsward.core.quantity import quantity


class Vane(Part):
    """Measures the speed of the wind with a noise of its own."""

    height: quantity("m", gt=0) = value(2, unit="m", origin="assumed", ref="a mast of that height")
    noise: quantity("m/s", ge=0) = value(
        "0.5 m/s", origin="published", ref="doi:10.0000/toy", description="one sigma"
    )
