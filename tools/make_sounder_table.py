"""Make the table of carbon dioxide that sounders look with, from marsward's own lines.

    python tools/make_sounder_table.py [--workers 2]

Writes co2_sounder_table.npz and .toml to src/marsward/data/assets; needs no other input. At each
pressure and temperature the absorption of all lines is worked out every 2.5e-4 cm-1 from 500 to
860 cm-1, sorted in bins of 2 cm-1 and drawn at ten places of each bin's distribution. Takes some
minutes of CPU time.
"""

from __future__ import annotations

import argparse
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from marsward.physics.co2_lines import co2_lines
from marsward.physics.correlated_k import per_mass
from marsward.physics.line_by_line import cross_section
from marsward.physics.sounder_table import POINTS, distribution_points, sorted_absorption

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
LOW, HIGH, WIDE, FINE = 500.0, 860.0, 2.0, 2.5e-4  # cm-1
PRESSURE = np.geomspace(0.01, 2000.0, 15)
TEMPERATURE = np.arange(100.0, 311.0, 30.0)
WEAKEST = 1e-27  # cm: what is left out is 1e-10 of the absorption
STEP = 1e-3  # of ln k in the file
RECORD = """# Absorption of carbon dioxide in bins of 2 cm-1 from 500 to 860 cm-1, for sounders.
[co2_sounder_table]
file = "co2_sounder_table.npz"
content = "ln of the absorption per mass of air [m2 kg-1] at ten places of the distribution within \
each bin, by pressure [Pa] and temperature [K], as whole steps above a least value"
source = "marsward's lines of carbon dioxide (physics/co2_lines.py, which names the published \
constants), air of Trainer et al. 2019, doi:10.1029/2019JE006175"
licence = "own computation from published figures; BSD-3-Clause as marsward"
made_by = "tools/make_sounder_table.py"
sha256 = "{sha}"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    lines = co2_lines(weakest=WEAKEST)
    bins, samples = round((HIGH - LOW) / WIDE), round(WIDE / FINE)
    log_k = np.empty((PRESSURE.size, TEMPERATURE.size, bins, sum(POINTS)))

    def fill(cell: tuple[int, int]) -> None:
        i, m = cell
        _, k = cross_section(
            lines, float(PRESSURE[i]), float(TEMPERATURE[m]), start=LOW + 0.5 * FINE,
            stop=HIGH - 0.5 * FINE, step=FINE,
        )  # fmt: skip
        log_k[i, m] = sorted_absorption(per_mass(k).reshape(bins, samples))

    cells = [(i, m) for i in range(PRESSURE.size) for m in range(TEMPERATURE.size)]
    with ThreadPoolExecutor(parser.parse_args().workers) as pool:
        list(pool.map(fill, cells))
    least = float(np.floor(log_k.min()))
    held = np.round((log_k - least) / STEP)
    if held.max() > np.iinfo(np.uint16).max:
        raise SystemExit("ln k spans more than the file's whole numbers hold; raise STEP")
    stream = io.BytesIO()
    np.savez_compressed(
        stream, edges=100.0 * np.arange(LOW, HIGH + 0.5 * WIDE, WIDE), pressure=PRESSURE,
        share=distribution_points()[1], temperature=TEMPERATURE, log_k=held.astype(np.uint16),
        least=least, step=STEP,
    )  # fmt: skip
    data = stream.getvalue()
    (ASSETS / "co2_sounder_table.npz").write_bytes(data)
    sha = hashlib.sha256(data).hexdigest()
    (ASSETS / "co2_sounder_table.toml").write_text(RECORD.format(sha=sha), encoding="utf-8")
    print(f"{len(data) / 1e3:.0f} kB, sha256 {sha}")


if __name__ == "__main__":
    main()
