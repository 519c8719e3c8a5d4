"""A disk that fills while an exchange file is written: one sentence, and nothing is left."""

import errno
import os

import numpy as np
import pytest
from sample_orbit import PERIOD, table

from marsward.core.errors import DataError
from marsward.core.map_grid import MapGrid
from marsward.data.cosmographia import write_cosmographia
from marsward.data.czml import write_czml
from marsward.data.geotiff import write_cog
from marsward.data.pds4 import write_pds4
from marsward.data.stac import StacCollection, map_item, write_stac

GRID = MapGrid.equirectangular(1)
VALUES = np.zeros(GRID.shape, np.float32)
ARC = [table(0.0, PERIOD)]
ITEM = map_item("a", GRID, {}, title="a", start="2021-11-09T00:00:00Z", stop="2022-01-01T00:00:00Z")
MAPS = [StacCollection("maps", "Maps", "Maps.", [ITEM])]


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: write_cog(folder / "a.tif", VALUES, GRID),
        lambda folder: write_pds4(folder / "a.xml", VALUES, title="a", grid=GRID),
        lambda folder: write_czml(folder / "a.czml", ARC, name="a"),
        lambda folder: write_cosmographia(folder / "a.json", ARC, name="a"),
        lambda folder: write_stac(folder / "stac", MAPS, id="a", title="a", description="a"),
    ],
    ids=["cog", "pds4", "czml", "cosmographia", "stac"],
)
def test_a_full_disk(tmp_path, monkeypatch, write):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(DataError, match="free some space"):
            write(tmp_path)
    assert not list(tmp_path.iterdir())
    write(tmp_path)
    assert list(tmp_path.iterdir())
