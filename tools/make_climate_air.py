"""Make the columns of air of marsward's own climate for the usual dust.

    python tools/make_climate_air.py

Writes climate_air.npz and its record climate_air.toml to src/marsward/data/assets. It takes a
minute or two on two cores; everything in it is computed from laws and maps that marsward ships.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from marsward.physics.dust_scenario import scenario
from marsward.planet.climate_air import band_pressures, packed_table
from marsward.planet.climate_columns import climate_table

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
RECORD = """\
# Columns of air of marsward's own climate, usual dust.
[climate_air]
file = "climate_air.npz"
content = "temperature [0.01 K, differences along the hour] by ls (12), hour (24), lat (24) and \
level (33), pressure of the levels as shares of the surface pressure, level 0 at the ground"
source = "computed by marsward: physics.air_day on the zonal means of the shipped maps, heat mixed \
between latitudes by planet.meridional_mixing"
licence = "BSD-3-Clause (marsward)"
made_by = "tools/make_climate_air.py"
mixing_m2_per_s = {mixing}
change_of_last_turn_kelvin = {change}
sha256 = "{made}"
"""


class Told:
    """Progress on a terminal."""

    def phase(self, name: str) -> None:
        print(name)

    def update(self, fraction: float, note: str = "") -> None:
        print(f"{100 * fraction:3.0f} % {note}", flush=True)

    def note(self, text: str) -> None:
        print(text)

    def done(self, sentence: str) -> None:
        print(sentence)


def main() -> None:
    begin = time.process_time()
    table = climate_table(scenario("climatological"), band_pressures(), progress=Told())
    made = packed_table(table)
    (ASSETS / "climate_air.npz").write_bytes(made)
    record = RECORD.format(
        mixing=[float(f"{k:.3g}") for k in table.diffusivity],
        change=[float(f"{c:.2g}") for c in table.change],
        made=hashlib.sha256(made).hexdigest(),
    )
    (ASSETS / "climate_air.toml").write_text(record, encoding="utf-8")
    print(f"climate_air.npz: {len(made)} bytes, {time.process_time() - begin:.0f} s of CPU")


if __name__ == "__main__":
    main()
