"""Compiled kernels: whether they are there, and that stale ones go, which numba does not see."""

import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from marsward.core.kernel_cache import drop_stale_kernels, is_compiled
from marsward.mission.phases import cruise

OUTER = """
from numba import njit
from toy_package.b.kernels.inner import inner

@njit(cache=True)
def outer(x):
    return 10.0 * inner(x)
"""
INNER = """
from numba import njit

@njit(cache=True)
def inner(x):
    return x + {added}
"""
ASK = "from toy_package.a.kernels.outer import outer; print(outer(1.0))"


@pytest.fixture
def package(tmp_path) -> Path:
    """Two rooms, of which the kernel of one calls that of the other."""
    root = tmp_path / "toy_package"
    for folder in ("", "a", "a/kernels", "b", "b/kernels", "core"):
        (root / folder).mkdir(exist_ok=True, parents=True)
        (root / folder / "__init__.py").write_text("")
    (root / "a/kernels/outer.py").write_text(OUTER)
    (root / "b/kernels/inner.py").write_text(INNER.format(added="1.0"))
    return root


def ask(package: Path, cache: str = "") -> float:
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120
    )
    return float(done.stdout)


def compiled(package: Path) -> list[Path]:
    return list(package.rglob("*.nbi"))


def test_a_change_in_a_kernel_reaches_the_kernels_that_call_it(package):
    drop_stale_kernels(str(package))
    assert ask(package) == 20.0
    assert drop_stale_kernels(str(package)) == 0
    assert compiled(package)
    time.sleep(0.01)
    (package / "b/kernels/inner.py").write_text(INNER.format(added="2.0"))
    assert ask(package) == 20.0  # what numba does by itself
    assert drop_stale_kernels(str(package)) > 0
    assert not compiled(package)
    assert ask(package) == 30.0


def test_a_new_kernel_counts_too(package):
    drop_stale_kernels(str(package))
    (package / "a/kernels/__pycache__").mkdir()
    (package / "a/kernels/__pycache__/outer.nbi").write_bytes(b"")
    assert drop_stale_kernels(str(package)) == 0
    (package / "a/kernels/third.py").write_text("")
    assert drop_stale_kernels(str(package)) == 1


def test_it_costs_less_than_help_may(package):
    import marsward

    root = str(Path(marsward.__file__).parent)
    drop_stale_kernels(root)
    spans = []
    for _ in range(5):
        begun = time.perf_counter()
        assert drop_stale_kernels(root) == 0
        spans.append(time.perf_counter() - begun)
    assert min(spans) < 0.05


@pytest.fixture
def nowhere_else(tmp_path, monkeypatch) -> None:
    """No cache folder but that beside the sources."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))


@pytest.mark.parametrize("where", ["beside the sources", "in a folder of its own"])
def test_whether_a_kernel_is_compiled(package, tmp_path, monkeypatch, nowhere_else, where):
    cache = "" if where == "beside the sources" else str(tmp_path / "numba")
    monkeypatch.setenv("NUMBA_CACHE_DIR", cache)
    names = ("a.outer.outer", "b.inner.inner")
    assert not any(is_compiled(name, package=str(package)) for name in names)
    assert ask(package, cache) == 20.0
    assert all(is_compiled(name, package=str(package)) for name in names)
    assert not is_compiled("a.outer.out", package=str(package))
    assert not is_compiled("c.outer.outer", package=str(package))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert not is_compiled("a.outer.outer", package=str(package))


def test_kernels_in_the_cache_folder_of_the_user_count(package, tmp_path, nowhere_else):
    (package / "a/kernels/__pycache__").write_text("a file, so that nothing can be kept here")
    assert ask(package) == 20.0
    assert list((tmp_path / "user").rglob("outer.outer-*.nbi"))
    assert is_compiled("a.outer.outer", package=str(package))


def test_kernels_of_another_python_do_not_count(package, nowhere_else):
    (package / "a/kernels/__pycache__").mkdir()
    (package / "a/kernels/__pycache__/outer.outer-4.py27.nbi").write_bytes(b"")
    assert not is_compiled("a.outer.outer", package=str(package))


@pytest.mark.parametrize("there", [True, False])
def test_the_cruise_speaks_of_compiling_only_when_it_must(monkeypatch, there):
    asked, notes = [], []

    class Stop(Exception):
        """Far enough."""

    def reconstruct(*given) -> None:
        raise Stop

    monkeypatch.setattr(cruise, "is_compiled", lambda kernel: asked.append(kernel) or there)
    monkeypatch.setattr(cruise.Cruise, "reconstruct", reconstruct)
    given = SimpleNamespace(progress=SimpleNamespace(note=notes.append))
    with pytest.raises(Stop):
        cruise.Cruise.model_construct().fly(given)
    assert notes == ([] if there else ["compiling kernels, once: about a minute or two"])
    for kernel in asked:
        room, file, function = kernel.split(".")
        assert hasattr(import_module(f"marsward.{room}.kernels.{file}"), function)


def test_a_package_that_cannot_be_written_is_left_alone(package):
    stamp = package / "core/__pycache__"
    stamp.write_text("a file where a folder would be")
    assert drop_stale_kernels(str(package)) == 0
    assert stamp.is_file()
