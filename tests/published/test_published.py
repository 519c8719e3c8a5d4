"""Every figure of verify/published.toml that needs no run, computed again."""

import pytest

from marsward.verify.runner import checks, run_checks

COMPUTED = [check for check in checks() if not check.on_run]


@pytest.fixture(scope="module")
def rows():
    """What is computed from nothing; a run that lies in the folder adds rows of its own."""
    found = run_checks(sorted({check.topic for check in COMPUTED}))
    asked = {(check.topic, check.name) for check in COMPUTED}
    told = {(row["topic"], row["name"]): row for row in found}
    return {name: row for name, row in told.items() if name in asked}


@pytest.mark.parametrize("check", COMPUTED, ids=lambda check: f"{check.topic}: {check.name}")
def test_the_published_figure_is_met(check, rows):
    row = rows[check.topic, check.name]
    assert row["ok"], f"{row['value']} {row['unit']}, {row['source']}"


def test_it_takes_seconds(rows):
    """Half a minute once kernels are compiled; here they may be compiled for the first time."""
    assert len(rows) == len(COMPUTED)
    assert sum(row["seconds"] for row in rows.values()) < 300.0
