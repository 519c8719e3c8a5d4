"""On what a benchmark ran: processor, load, versions."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("marsward", "numpy", "scipy", "numba", "llvmlite")


def machine() -> dict[str, Any]:
    """Processor, cores, memory [GB], load, Python and packages, and the date in UTC."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return {
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": memory(),
        "load": round(load, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def processor() -> str:
    """The processor's name with what it can do in vectors."""
    file = Path("/proc/cpuinfo")
    if not file.exists():
        return platform.processor() or platform.machine()
    rows = [line.split(":", 1) for line in file.read_text().splitlines() if ":" in line]
    told = {key.strip(): value.strip() for key, value in rows}
    flags = told.get("flags", "").split()
    widest = next((flag for flag in ("avx512f", "avx2", "avx") if flag in flags), "")
    return " ".join(filter(None, (told.get("model name", platform.machine()), widest.upper())))


def memory() -> float:
    """Memory of the machine [GB]; not-a-number where the system does not say."""
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    except (ValueError, OSError, AttributeError):
        return float("nan")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
