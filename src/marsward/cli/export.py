"""`marsward export`: a run's orbits, pictures and maps as files that other tools read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from marsward.core.errors import InputError

FORMATS = {
    "oem": ("marsward.cli.export_orbit:oem", "orbit as CCSDS Orbit Ephemeris Message"),
    "spk": ("marsward.cli.export_orbit:spk", "orbit as SPICE kernel"),
    "csv": ("marsward.cli.export_orbit:csv", "orbit as a table of states"),
    "ck": ("marsward.cli.export_orbit:ck", "attitude over the campaign as SPICE kernel"),
    "czml": ("marsward.cli.export_orbit:czml", "orbit about Mars for CesiumJS"),
    "cosmographia": ("marsward.cli.export_orbit:cosmographia", "orbit about Mars for Cosmographia"),
    "cog": ("marsward.cli.export_map:cog", "maps as Cloud Optimized GeoTIFF"),
    "isis3": ("marsward.cli.export_map:isis3", "the mosaic as ISIS3 cube"),
    "vicar": ("marsward.cli.export_map:vicar", "the mosaic as VICAR image"),
    "pds4": ("marsward.cli.export_map:pds4", "mosaic and sample frame with PDS4 labels"),
    "backplanes": ("marsward.cli.export_map:backplanes", "where a frame looks, as CF netCDF"),
    "png": ("marsward.cli.export_map:png", "mosaic and sample frame as pictures to look at"),
    "geojson": ("marsward.cli.export_footprints:geojson", "footprints of the frames"),
    "geoparquet": ("marsward.cli.export_footprints:geoparquet", "footprints of the frames"),
    "stac": ("marsward.cli.export_catalogue:stac", "catalogue of maps and footprints"),
}
"""Format to the function that writes it, and what it is."""


def export(
    run: Path,
    /,
    *,
    as_: str = "oem,spk,csv",
    out: Path | None = None,
    product: str | None = None,
    every: str | None = None,
    time_system: str = "UTC",
    frame: str = "FIXED",
    orbit: int | None = None,
) -> int:
    """Write what a run made as files that other tools read.

    Parameters
    ----------
    run
        Folder of a run, or its name in runs/.
    as_
        Formats, with commas between: oem, spk, csv, ck, czml, cosmographia (orbits); cog, isis3,
        vicar, pds4, png (maps and frames); backplanes (of a frame); geojson, geoparquet
        (footprints); stac (a catalogue of maps and footprints).
    out
        Folder to write to; the folder `export` in the run when left out.
    product
        Which product of the run, a trajectory for orbits, a map or a frame for the rest; when
        left out all that a format takes, and the mapping orbit for CZML and Cosmographia.
    every
        Fixed step, such as "10 min"; when left out, points are placed by accuracy and CSV takes
        one each hour.
    time_system
        Of the OEM: UTC, TAI, TT or TDB.
    frame
        Of the CZML: FIXED (turning with Mars) or INERTIAL.
    orbit
        Number of the orbit whose footprints the CZML shows; none when left out.
    """
    from marsward.cli.export_job import open_job
    from marsward.core.product import cannot_write

    wanted = _formats(as_)
    job = open_job(
        run, out, product=product, every=every, time_system=time_system, frame=frame, orbit=orbit
    )
    writers = [_writer(each) for each in wanted]
    for name, writer in zip(wanted, writers, strict=True):
        job.admit(name, writer)
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(job.folder, error) from error
    written: list[Path] = []
    for writer in writers:
        for path in writer.write(job):
            if path not in written:
                written.append(path)
                print(path)
    for note in job.notes:
        print(note)
    return 0


def _writer(name: str):
    module, _, attribute = FORMATS[name][0].partition(":")
    return getattr(import_module(module), attribute)


def _formats(text: str) -> list[str]:
    from marsward.core.registry import unknown

    wanted: list[str] = []
    for each in text.split(","):
        name = each.strip().lower()
        if name and name not in FORMATS:
            raise InputError(f"--as: {unknown('format', name, FORMATS)}")
        if name and name not in wanted:
            wanted.append(name)
    if not wanted:
        raise InputError(f"--as names no format; choose of: {', '.join(FORMATS)}")
    return wanted
