"""The SPK reader: both byte orders, and one clear sentence for every kind of broken file."""

import struct
from pathlib import Path

import numpy as np
import pytest
import spiceypy

from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.data.daf import open_kernel
from marsward.data.kernel_paths import de440
from marsward.dynamics.ephemeris import Ephemeris

RECORD = 1024
CRAFT, LENGTH, COUNT, DEGREE = -77, 1000.0, 6, 7


def write_kernel(path: Path, *, kind: int = 2, body: int = CRAFT, centre: int = 4,
                 frame: str = "J2000", start: float = 0.0, seed: int = 1) -> Path:  # fmt: skip
    """A small kernel of random Chebyshev records, written by the SPICE toolkit."""
    rng = np.random.default_rng(seed)
    components = 3 if kind == 2 else 6
    coefficients = rng.normal(size=COUNT * components * (DEGREE + 1)) * 1e5
    handle = spiceypy.spkopn(str(path), "test", 0)
    write = spiceypy.spkw02 if kind == 2 else spiceypy.spkw03
    stop = start + COUNT * LENGTH
    write(handle, body, centre, frame, start, stop, "test", LENGTH, COUNT, DEGREE,
          coefficients, start)  # fmt: skip
    spiceypy.spkcls(handle)
    return path


def swapped(path: Path, to: Path) -> Path:
    """The same kernel in the other byte order."""
    data = bytearray(path.read_bytes())
    nd, ni = struct.unpack("<2i", data[8:16])
    forward, _, free = struct.unpack("<3i", data[76:88])
    data[8:16] = struct.pack(">2i", nd, ni)
    data[76:88] = struct.pack(">3i", *struct.unpack("<3i", data[76:88]))
    data[88:96] = b"BIG-IEEE"
    at = (forward - 1) * RECORD
    words = struct.unpack("<3d", data[at : at + 24])
    data[at : at + 24] = struct.pack(">3d", *words)
    for i in range(int(words[2])):
        o = at + 24 + 40 * i
        data[o : o + 16] = struct.pack(">2d", *struct.unpack("<2d", data[o : o + 16]))
        data[o + 16 : o + 40] = struct.pack(">6i", *struct.unpack("<6i", data[o + 16 : o + 40]))
    begin = (forward + 1) * RECORD
    end = (free - 1) * 8
    body = np.frombuffer(bytes(data[begin:end]), "<f8").astype(">f8").tobytes()
    data[begin:end] = body
    to.write_bytes(data)
    return to


@pytest.mark.parametrize("kind", [2, 3])
def test_records_are_those_that_spice_wrote(tmp_path, kind):
    path = write_kernel(tmp_path / "a.bsp", kind=kind)
    (segment,) = open_kernel(path).segments
    assert (segment.target, segment.centre, segment.kind) == (CRAFT, 4, kind)
    assert (segment.init, segment.length, segment.count) == (0.0, LENGTH, COUNT)
    assert segment.ncoef == DEGREE + 1
    assert segment.records.shape == (COUNT, 2 + (3 if kind == 2 else 6) * (DEGREE + 1))
    assert segment.records[0, :2].tolist() == [LENGTH / 2, LENGTH / 2]
    assert not segment.records.flags.writeable


@pytest.mark.parametrize("kind", [2, 3])
def test_other_byte_order_gives_equal_states(tmp_path, kind):
    little = write_kernel(tmp_path / "little.bsp", kind=kind)
    big = swapped(little, tmp_path / "big.bsp")
    at = Epoch.et(np.linspace(0.0, COUNT * LENGTH, 101))
    one = Ephemeris.open(little).state(CRAFT, wrt=4, at=at)
    other = Ephemeris.open(big).state(CRAFT, wrt=4, at=at)
    assert np.array_equal(one, other)
    assert np.abs(one).max() > 0.0


def test_packaged_kernel_holds_all_planets_and_is_a_view():
    kernel = open_kernel(de440())
    assert {s.target for s in kernel.segments} >= {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 301, 399}
    assert all(s.records.base is not None for s in kernel.segments)
    assert {s.kind for s in kernel.segments} == {2}


def broken(tmp_path: Path, name: str) -> Path:
    good = write_kernel(tmp_path / "good.bsp").read_bytes()
    flat = bytearray(good)
    path = tmp_path / f"{name}.bsp"
    if name == "page":
        path.write_text("<!DOCTYPE html><html>404 not found</html>" * 60)
    elif name == "short":
        path.write_bytes(good[:500])
    elif name == "cut":
        path.write_bytes(good[: 3 * RECORD])
    elif name == "headless":
        path.write_bytes(good[:RECORD])
    elif name == "text-mode":
        path.write_bytes(good.replace(b"\r\n:\r", b"\n:\r"))
    elif name == "vax":
        flat[88:96] = b"VAX-GFLT"
        flat[8:12] = b"\x00\x02\x00\x00"
        path.write_bytes(flat)
    elif name == "ck":
        flat[:8] = b"DAF/CK  "
        path.write_bytes(flat)
    elif name == "empty":
        path.write_bytes(b"")
    return path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("page", "web page"),
        ("short", "no SPK kernel"),
        ("cut", "cut short"),
        ("headless", "cut short"),
        ("text-mode", "text-mode transfer"),
        ("vax", "neither LTL-IEEE nor BIG-IEEE"),
        ("ck", "DAF/CK"),
        ("empty", "0 bytes"),
    ],
)
def test_broken_file_is_refused_in_one_sentence(tmp_path, name, said):
    path = broken(tmp_path, name)
    with pytest.raises(DataError) as caught:
        Ephemeris.open(path)
    text = str(caught.value)
    assert said in text
    assert path.name in text
    assert "\n" not in text


def test_missing_file_and_no_file_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no kernel"):
        Ephemeris.open(tmp_path / "none.bsp")
    with pytest.raises(InputError, match="no kernel was named"):
        Ephemeris.open()


@pytest.mark.parametrize("path", [".", "here"])
def test_a_folder_is_called_a_folder(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    with pytest.raises(DataError) as caught:
        Ephemeris.open(path)
    assert str(caught.value).startswith(f"the kernel {path} is a folder; give the path of an SPK")
    assert "Errno" not in str(caught.value)
