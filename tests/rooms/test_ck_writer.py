"""CK kernels of an attitude: SPICE reads back how the camera stood."""

import numpy as np
import pytest
import spiceypy

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.data.ck_writer import write_ck
from marsward.data.kernel_paths import leapseconds
from marsward.geometry.attitude import Spin
from marsward.geometry.camera_axes import rotation_vector

CRAFT = -999
START = Epoch.utc("2021-11-09T08:10:41.25")
LAW = Spin(axis=(0.3, -0.5, 0.8), rate=0.05, tilt=20.0, epoch=START)
TIMES = START + np.arange(0.0, 600.0, 7.3)
ATTITUDE = LAW.at(None, TIMES)
RATE = LAW.angular_velocity(None, TIMES)


@pytest.fixture
def written(tmp_path):
    files = write_ck(
        tmp_path / "craft.bc", TIMES, ATTITUDE, naif_id=CRAFT, name="MORIC",
        angular_velocity=RATE, comments=["attitude as planned"],
    )  # fmt: skip
    spiceypy.furnsh([str(leapseconds()), *(str(file) for file in files)])
    yield files
    spiceypy.kclear()


def off(ours, theirs):
    return np.linalg.norm(rotation_vector(np.asarray(ours) @ np.asarray(theirs).T))


def test_spice_reads_the_attitude_back(written):
    between = START + np.array([3.1, 100.0, 555.5])
    for moment in (TIMES, between):
        wanted = LAW.at(None, moment)
        for k, et in enumerate(moment.et):
            ticks = spiceypy.sce2c(CRAFT, et)
            assert spiceypy.sct2e(CRAFT, ticks) == pytest.approx(et, abs=3e-7)
            matrix, at = spiceypy.ckgp(1000 * CRAFT, ticks, 0.0, "J2000")
            assert at == pytest.approx(ticks, abs=0.1)
            assert off(wanted[k], matrix) < 1e-9
            again, rate, _ = spiceypy.ckgpav(1000 * CRAFT, ticks, 0.0, "J2000")
            assert off(matrix, again) < 1e-15
            assert rate == pytest.approx(RATE[0], abs=1e-9)


def test_the_frame_has_a_name(written):
    et = float(TIMES.et[5])
    assert off(ATTITUDE[5], spiceypy.pxform("J2000", "MORIC", et)) < 1e-9
    assert list(spiceypy.ckobj(str(written.ck))) == [1000 * CRAFT]
    seen = spiceypy.ckcov(str(written.ck), 1000 * CRAFT, True, "SEGMENT", 0.0, "TDB")
    assert list(seen) == pytest.approx([TIMES.et[0], TIMES.et[-1]], abs=1e-6)


def test_gaps_are_not_bridged(tmp_path):
    pieces = START + np.concatenate([np.arange(0.0, 50.0, 5.0), np.arange(500.0, 550.0, 5.0)])
    files = write_ck(
        tmp_path / "gap.bc", pieces, LAW.at(None, pieces), naif_id=CRAFT, name="CAM",
        longest_gap=60.0,
    )  # fmt: skip
    spiceypy.furnsh([str(leapseconds()), *(str(file) for file in files)])
    try:
        inside = spiceypy.sce2c(CRAFT, START.et + 522.5)
        assert spiceypy.ckgp(1000 * CRAFT, inside, 0.0, "J2000")[0].shape == (3, 3)
        with pytest.raises(spiceypy.exceptions.NotFoundError):
            spiceypy.ckgp(1000 * CRAFT, spiceypy.sce2c(CRAFT, START.et + 200.0), 0.0, "J2000")
        cover = spiceypy.ckcov(str(files.ck), 1000 * CRAFT, False, "INTERVAL", 0.0, "TDB")
        assert spiceypy.wncard(cover) == 2
    finally:
        spiceypy.kclear()


def test_equal_input_gives_equal_bytes_and_nothing_else_is_left(tmp_path):
    first, second = (
        write_ck(tmp_path / f"{n}.bc", TIMES, ATTITUDE, naif_id=CRAFT, name="cam") for n in "ab"
    )
    assert [a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True)] == [
        True
    ] * 3
    assert len(list(tmp_path.iterdir())) == 6


def test_what_is_no_attitude_is_refused(tmp_path):
    path = tmp_path / "x.bc"
    given = {"naif_id": CRAFT, "name": "CAM"}
    with pytest.raises(InputError, match="must rise"):
        write_ck(path, START + np.array([1.0, 0.0]), ATTITUDE[:2], **given)
    with pytest.raises(InputError, match="not rotations"):
        write_ck(path, TIMES[:2], 2.0 * ATTITUDE[:2], **given)
    with pytest.raises(InputError, match=r"epochs \(n,\) and attitudes"):
        write_ck(path, TIMES[:3], ATTITUDE[:2], **given)
    with pytest.raises(InputError, match="negative id"):
        write_ck(path, TIMES, ATTITUDE, naif_id=499, name="CAM")
    with pytest.raises(InputError, match="letters, digits"):
        write_ck(path, TIMES, ATTITUDE, naif_id=CRAFT, name="my camera")
    with pytest.raises(InputError, match="clock of a CK"):
        write_ck(path, Epoch.et(np.array([-5.0, 5.0])), ATTITUDE[:2], **given)
    with pytest.raises(InputError):
        write_ck(tmp_path / "no" / "x.bc", TIMES, ATTITUDE, **given)
    assert not list(tmp_path.iterdir())
