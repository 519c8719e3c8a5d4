"""What all tests share: where the real data stand, and no network."""

import os
from pathlib import Path

# Tests run side by side, one on each core, where BLAS that takes all cores for small matrices costs
# four times what it does alone. It reads this in every process that is begun from here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")  # the same draws each time, on any machine at any load

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout, or a skip that says so."""
    if not SHARED.is_dir():
        pytest.skip(f"real data not present at {SHARED.name}/ beside the checkout")
    return SHARED
