"""Make the shipped lines, levels and ionisation energies of the atoms of rocks.

    python tools/make_plasma_assets.py FOLDER

FOLDER holds tables of the NIST Atomic Spectra Database, doi:10.18434/T4W30F, as libskit 0.2 (MIT)
has them in its `data`: nist_asd_lines_vacuum.csv, levels_processed.csv and
ionization_energies_processed.csv. Kept are the lines of 240 to 860 nm with transition rates that
are strongest in a plasma of 8000 and 14 000 K, and all levels but those within 0.05 eV of
ionisation, which a plasma does not have; those above 1 eV gathered by 0.1 eV.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

ELEMENTS = ("H", "C", "O", "Na", "Mg", "Al", "Si", "K", "Ca", "Ti", "Fe")
ROMAN = {"I": 1, "II": 2, "III": 3}
ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
BOLTZMANN = 8.617333262e-5  # eV/K, CODATA 2018
WINDOWS = ((240.0, 340.0), (340.0, 540.0), (540.0, 860.0))  # nm
WEAKEST = 0.03  # of the strongest line of an ion in a window
MOST = 18  # lines of an ion in a window
LOWERED = 0.05  # eV by which 5e22 electrons a cubic metre at 9000 K lower ionisation (Debye)
HIGHEST = 17.0  # eV of the upper level: ions that need more are dark in a laser's plasma


def numbers(text: str) -> float:
    """A number of the table; NaN where there is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def lines(folder: Path) -> list[tuple]:
    """Rows (element, stage, wavelength nm, A, g_i, E_i, g_k, E_k, accuracy)."""
    found = defaultdict(list)
    with open(folder / "nist_asd_lines_vacuum.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["element"] not in ELEMENTS or row["sp_num"] not in ("1", "2"):
                continue
            wave = numbers(row["ritz_wl_vac(nm)"])
            if math.isnan(wave):
                wave = numbers(row["obs_wl_vac(nm)"])
            got = (
                wave, numbers(row["Aki(s^-1)"]), numbers(row["g_i"]), numbers(row["Ei(eV)"]),
                numbers(row["g_k"]), numbers(row["Ek(eV)"]),
            )  # fmt: skip
            whole = row["element"] == "H" and not row["J_k"]  # sums of the parts that follow
            if not any(map(math.isnan, got)) and got[5] < HIGHEST and not whole:
                found[row["element"], int(row["sp_num"])].append((*got, row["Acc"]))
    kept = []
    for ion, rows in found.items():
        for low, high in WINDOWS:
            inside = {r[:6]: r for r in rows if low <= r[0] < high}.values()
            for temperature in (8000.0, 14000.0):
                heat = BOLTZMANN * temperature
                scored = sorted(
                    ((r[1] * r[4] / r[0] * math.exp(-r[5] / heat), r) for r in inside), reverse=True
                )
                kept += [
                    (*ion, *r) for s, r in scored[:MOST] if scored and s >= WEAKEST * scored[0][0]
                ]
    order = {name: k for k, name in enumerate(ELEMENTS)}
    return sorted(set(kept), key=lambda r: (order[r[0]], *r[1:]))


def levels(folder: Path, limit: dict[tuple[str, int], float]) -> list[tuple]:
    """Rows (element, stage, weight, energy eV), those above 1 eV gathered by 0.1 eV."""
    bins: dict = defaultdict(lambda: [0.0, 0.0])
    with open(folder / "levels_processed.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            element, _, stage = row["Sp. Name"].partition(" ")
            if element not in ELEMENTS or stage not in ROMAN:
                continue
            weight, energy = numbers(row["g"]), numbers(row["Level (eV)"])
            number = ROMAN[stage]
            if math.isnan(weight + energy) or energy > limit.get((element, number), 1e9) - LOWERED:
                continue
            key = energy if energy < 1.0 else round(math.floor(energy / 0.1) * 0.1, 1)
            held = bins[element, number, energy < 1.0, key]
            held[0] += weight
            held[1] += weight * energy
    return sorted((e, n, w, s / w) for (e, n, _, _), (w, s) in bins.items())


def main(folder: Path) -> None:
    """Write the three tables."""
    limit = {}
    with open(folder / "ionization_energies_processed.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            element, _, stage = row["Sp. Name"].partition(" ")
            if element in ELEMENTS and stage in ("I", "II"):
                limit[element, ROMAN[stage]] = numbers(row["Ionization Energy (b) (eV)"])
    head = "element,stage,wavelength_nm,rate,lower_weight,lower_ev,upper_weight,upper_ev,accuracy"
    rows = [",".join([*(f"{v:.8g}" if isinstance(v, float) else str(v) for v in r)])
            for r in lines(folder)]  # fmt: skip
    (ASSETS / "libs_lines.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    rows = [f"{e},{n},{w:g},{energy:.5f}" for e, n, w, energy in levels(folder, limit)]
    text = "\n".join(["element,stage,weight,energy_ev", *rows]) + "\n"
    (ASSETS / "libs_levels.csv").write_text(text, encoding="utf-8")
    rows = [f"{e},{n},{energy:.6f}" for (e, n), energy in sorted(limit.items())]
    text = "\n".join(["element,stage,energy_ev", *rows]) + "\n"
    (ASSETS / "libs_ionisation.csv").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
