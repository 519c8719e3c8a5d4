"""What a flight can be chosen by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

__all__ = ["CHOICES", "By"]

By = Literal["c3", "v_infinity_arrival", "total_dv", "time_of_flight", "arrival"]
CHOICES: Mapping[str, By] = {
    "least c3": "c3",
    "least arrival speed": "v_infinity_arrival",
    "least total dv": "total_dv",
    "shortest flight": "time_of_flight",
    "earliest arrival": "arrival",
}
"""What `choose` can look for, and the quantity that is made small."""
