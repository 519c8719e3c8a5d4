"""Make the airfoil table that marsward ships: lift and drag by angle, Mach and Reynolds number.

    python tools/make_airfoil_tables.py [--out FOLDER]

Needs neuralfoil 0.3.3 and aerosandbox 4.2.10 (MIT), which marsward itself does not: NeuralFoil, a
network taught with XFOIL, gives the incompressible flow past thin cambered sections that stand in
for those of the blades (the coordinates of clf5605 are not public), the mean of four sizes of the
network, smoothed over an angle of 0.75 deg as its answers jump where bubbles burst. Mach number
is brought in by the rule of Prandtl and Glauert as a stretch of the angle from that of no lift,

    c(alpha, M) = c(alpha0 + (alpha - alpha0)/sqrt(1 - M^2), 0),

so that stall comes at the same lift and a lesser angle, and by the wave drag of Lock and Korn,
20 (M - Mc)^4 over Mc = 0.87 - t/c - cl/10 - (0.1/80)^(1/3) (Mason 1990, doi:10.2514/6.1990-3262).
Writes thin_airfoils.npz and its record thin_airfoils.toml.
"""

from __future__ import annotations

import argparse
import hashlib
import io
from pathlib import Path

import numpy as np

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
SECTIONS = {"naca5605": 0.05, "naca4610": 0.10, "naca2616": 0.16, "naca0024": 0.24}
MACH = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
REYNOLDS = np.array([1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5])
ALPHA = np.arange(-12.0, 20.01, 0.5)
SIZES = ("large", "xlarge", "xxlarge", "xxxlarge")
SMOOTH, FINE = 0.75, 0.25  # deg
KORN, MARGIN = 0.87, (0.1 / 80.0) ** (1.0 / 3.0)
UNIT = 1e-4
RECORD = """\
# Lift and drag of thin cambered sections, in the thin air that rotors on Mars work in.
[thin_airfoils]
file = "thin_airfoils.npz"
content = "coefficient (lift, drag) of {sections} (section, Mach, Reynolds, angle) in units of \
{unit:g}; thickness over chord, Mach number, Reynolds number, angle of attack [deg]"
source = "NeuralFoil, Sharpe 2024, MIT thesis; Mach number by Prandtl-Glauert and Korn"
from = "neuralfoil {version}, networks {sizes}"
licence = "MIT (neuralfoil, aerosandbox)"
made_by = "tools/make_airfoil_tables.py"
how = "mean of four networks, smoothed over {smooth} deg; NACA sections stand in for those flown"
sha256 = "{sha256}"
"""


def incompressible(name: str, angles: np.ndarray, reynolds: float) -> np.ndarray:
    """Lift and drag (2, angle) at even fine angles [deg], mean of the networks, smoothed."""
    import aerosandbox as asb
    import neuralfoil

    section, found = asb.Airfoil(name), []
    for size in SIZES:
        told = neuralfoil.get_aero_from_airfoil(section, alpha=angles, Re=reynolds, model_size=size)
        found.append((told["CL"], told["CD"]))
    reach = round(4.0 * SMOOTH / FINE)
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) * FINE / SMOOTH) ** 2)
    padded = np.pad(np.mean(found, axis=0), ((0, 0), (reach, reach)), mode="edge")
    return np.array([np.convolve(row, weight / weight.sum(), "valid") for row in padded])


def section_table(name: str, thickness: float) -> np.ndarray:
    """Lift and drag (2, Mach, Reynolds, angle) of one section."""
    fine = np.arange(-40.0, 60.01, FINE)
    out = np.empty((2, MACH.size, REYNOLDS.size, ALPHA.size))
    for k, reynolds in enumerate(REYNOLDS):
        lift, drag = incompressible(name, fine, reynolds)
        near = np.abs(fine) < 6.0
        none = float(np.interp(0.0, lift[near], fine[near])) if thickness < 0.2 else 0.0
        for m, mach in enumerate(MACH):
            at = none + (ALPHA - none) / np.sqrt(1.0 - mach**2)
            cl = np.interp(at, fine, lift)
            critical = KORN - thickness - np.abs(cl) / 10.0 - MARGIN
            wave = 20.0 * np.maximum(mach - critical, 0.0) ** 4
            out[:, m, k] = cl, np.interp(at, fine, drag) + wave
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ASSETS)
    out = parser.parse_args().out
    import neuralfoil

    table = np.stack([section_table(*each) for each in SECTIONS.items()], axis=1)
    held = io.BytesIO()
    np.savez_compressed(
        held,
        coefficient=np.round(table / UNIT).astype(np.int16),
        thickness=np.array(list(SECTIONS.values())),
        mach=MACH,
        reynolds=REYNOLDS,
        alpha=ALPHA,
        unit=np.array(UNIT),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "thin_airfoils.npz").write_bytes(held.getvalue())
    record = RECORD.format(
        sections=", ".join(SECTIONS), unit=UNIT, version=neuralfoil.__version__,
        sizes=", ".join(SIZES), smooth=SMOOTH, sha256=hashlib.sha256(held.getvalue()).hexdigest(),
    )  # fmt: skip
    (out / "thin_airfoils.toml").write_text(record, encoding="utf-8")
    print(f"thin_airfoils.npz: {len(held.getvalue())} bytes")


if __name__ == "__main__":
    main()
