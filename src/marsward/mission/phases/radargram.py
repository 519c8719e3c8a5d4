"""A real radargram beside what the terrain under its track predicts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from marsward.mission.phases.phase import Given, Outcome, Phase, Quantity

CITATIONS = [
    "Campbell & Phillips 2014, MRO-M-SHARAD-5-RADARGRAM-V2.0, NASA Planetary Data System",
    "Seu et al. 2007 (SHARAD), doi:10.1029/2006JE002745",
    "Choudhary, Holt & Kempf 2016 (clutter by facets), doi:10.1109/LGRS.2016.2581799",
]


class Radargram(Phase):
    """Set a real radargram of SHARAD beside its own simulation from the terrain."""

    kind: ClassVar[str] = "radargram"
    makes: ClassVar[tuple[str, ...]] = ("real_radargram",)
    reads: ClassVar[tuple[str, ...]] = ()
    kernels: ClassVar[tuple[str, ...]] = ()

    label: str = Field(
        description="label (.lbl or .xml) of a browse radargram of SHARAD, its image beside it; a "
        "relative path counts from the mission file",
        min_length=1,
    )

    def data(self, home: Path) -> tuple[Path, ...]:
        """The label enters the key."""
        return (home / Path(self.label).expanduser(),)

    def fly(self, given: Given) -> Outcome:
        """Read it, simulate its track, compare."""
        from marsward.geometry.terrain import Terrain
        from marsward.mission.phases.radargram_real import images, real_radargram

        given.progress.update(0.1, "clutter along the track")
        path = self.data(Path(given.mission.path).parent)[0]
        real = real_radargram(path, Terrain.mars(), given.workers)
        match, source = real.match, "real against predicted from the terrain"
        summary = {
            name: Quantity(value, "", None, source)
            for name, value in match.numbers.items()
            if math.isfinite(value)
        }
        summary["rms_slope"] = Quantity(real.rms_slope, "deg", None, "fitted to the mean decay")
        return Outcome(
            products={"real_radargram": images(real)},
            summary=summary,
            sentence=f"{real.product}: the surface runs as predicted (r = "
            f"{match.line_correlation:.3f}, {match.line_rms:.1f} samples rms), images agree with "
            f"r = {match.image_correlation:.2f}, clutter alone with r = "
            f"{match.clutter_correlation:.2f}",
            assumptions=[
                "The spacecraft flies the frozen orbit of MRO over the places of the label.",
                "Terrain: MOLA at 4 px/deg, cells of 15 km; what is finer stands in a roughness "
                f"of {real.rms_slope:.2g}° that is fitted to the mean decay of the echo.",
            ],
            citations=CITATIONS,
        )
