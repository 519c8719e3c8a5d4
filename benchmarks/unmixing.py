"""Unmixing of spectra: marsward beside scipy, same spectra, same script, one thread.

    python benchmarks/unmixing.py [--spectra 2000] [--rounds 5] [--json]

Mixtures of three out of twelve minerals of the shipped library, at the channels of the MMS, with
noise of a hundredth. Peers, each called once for each spectrum with the sum of shares held by a
heavy row: `scipy.optimize.nnls` on single-scattering albedo, weighted with errors, which is a first
step; and the same in reflectance by Gauss-Newton steps until shares stand still, which is the whole
problem. marsward is run without dropping minerals, as its peers, and as it is by default, with
errors of all shares. Before anything is timed the answers are compared: marsward's sum of squares
must not lie above a peer's. Times are CPU seconds of this process.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from scipy import optimize  # noqa: E402

from marsward.data.spectral_library import mineral_spectra  # noqa: E402
from marsward.instruments.spectrometer import Spectrometer  # noqa: E402
from marsward.physics.hapke_mixing import Geometry, intimate_mixture  # noqa: E402
from marsward.retrieval.unmixing import unmix  # noqa: E402

NAMES = (
    "olivine_fo51", "low_ca_pyroxene", "high_ca_pyroxene", "plagioclase", "magnetite",
    "hematite_fine", "nontronite", "montmorillonite", "gypsum", "kieserite", "hydrated_silica",
    "dust",
)  # fmt: skip
LAW = Geometry()
HEAVY = 1e8  # lighter, and the sum strays enough to buy a better fit
STILL = 1e-6


def main() -> None:
    args = _arguments()
    share, seen, sigma, members = spectra(args.spectra)
    albedo = LAW.albedo(members)

    def ours(significance: float) -> np.ndarray:
        out = unmix(seen, sigma, members, NAMES, significance=significance, workers=1)
        return out["mineral_fraction"].values

    def by_nnls(most: int = 1) -> np.ndarray:
        return np.array([nnls(albedo, *pair, most) for pair in zip(seen, sigma, strict=True)])

    plain = ours(0.0)
    for name, peer in (("nnls", by_nnls()), ("nnls in steps", by_nnls(8))):
        worse = cost(plain, albedo, seen, sigma) - cost(peer, albedo, seen, sigma)
        if worse.max() > 0.01:
            raise SystemExit(f"{name} found a better fit by {worse.max():.3g} in chi squared")
    rows = [
        ("marsward, all minerals kept", lambda: ours(0.0)),
        ("marsward, default", lambda: ours(2.0)),
        ("scipy nnls, albedo only", by_nnls),
        ("scipy nnls, in steps", lambda: by_nnls(8)),
    ]
    spent = [rounds(work, args.rounds) for _, work in rows]
    table = [
        {
            "solver": name,
            "spectra_per_s": len(seen) / min(seconds),
            "slowest": len(seen) / max(seconds),
            "largest_error": float(np.abs(work() - share).max()),
            "ratio": min(spent[0]) / min(seconds),
        }
        for (name, work), seconds in zip(rows, spent, strict=True)
    ]
    if args.json:
        print(json.dumps({"channels": seen.shape[1], "minerals": len(NAMES), "rows": table}))
        return
    print(f"{len(seen)} spectra of {seen.shape[1]} channels, {len(NAMES)} minerals, one thread")
    for row in table:
        print(
            f"{row['solver']:<28} {row['spectra_per_s']:10.1f} spectra/s   largest error of a "
            f"share {row['largest_error']:.4f}   {row['ratio']:.3g} x marsward"
        )


def spectra(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """True shares, spectra, errors and endmembers."""
    library = mineral_spectra(NAMES)
    members = Spectrometer(preset="mms").sampled(library.reflectance, library.wavelength)[:, 1:]
    rng = np.random.default_rng(1)
    share = np.zeros((count, len(NAMES)))
    for row in share:
        row[rng.choice(len(NAMES), 3, replace=False)] = rng.dirichlet(np.ones(3))
    clean = intimate_mixture(members, share)
    sigma = clean / 100.0
    return share, clean + sigma * rng.standard_normal(clean.shape), sigma, members


def cost(share: np.ndarray, albedo: np.ndarray, seen: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Chi squared of shares in reflectance."""
    model = LAW.reflectance(np.clip(share @ albedo, 0.0, 1.0))
    return (((seen[: len(share)] - model) / sigma[: len(share)]) ** 2).sum(axis=1)


def nnls(albedo: np.ndarray, seen: np.ndarray, sigma: np.ndarray, most: int) -> np.ndarray:
    """Shares of one spectrum by steps of scipy's solver, the first from albedo itself."""
    rows = np.empty((seen.size + 1, len(albedo)))
    rows[-1] = HEAVY
    w = LAW.albedo(seen)
    level, share = seen, np.zeros(len(albedo))
    for _ in range(most):
        weight = LAW.slope(np.minimum(w, 0.999999)) / sigma
        rows[:-1] = (albedo * weight).T
        before, aim = share, w * weight + (seen - level) / sigma
        share, _ = optimize.nnls(rows, np.append(aim, HEAVY))
        if np.abs(share - before).max() < STILL:
            break
        w = np.clip(share @ albedo, 1e-6, 1.0 - 1e-7)
        level = LAW.reflectance(w)
    return share


def rounds(work: Callable[[], np.ndarray], count: int) -> list[float]:
    """CPU seconds of each of some rounds, after one that is not counted."""
    work()
    spent = []
    for _ in range(count):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return spent


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
