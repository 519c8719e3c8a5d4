"""`marsward vary`: fly a mission many times, with parameters drawn from distributions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from marsward.cli.display import Display, JsonLines, display
from marsward.core.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_TOLD = 12


def vary(
    mission: str,
    /,
    *,
    set_like: Annotated[tuple[str, ...], Parameter(name=("--set-like", "--like"))] = (),
    n: Annotated[int, Parameter(name=("-n", "--members"))] = 100,
    seed: int = 0,
    until: str | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    keep: tuple[str, ...] = (),
    sampling: str = "random",
    workers: int | None = None,
    processes: bool = False,
    scheduler: str | None = None,
    out: Path | None = None,
    fresh: bool = False,
    figure: Path | None = None,
    json: bool = False,
) -> int:
    """Fly a mission many times with parameters drawn from distributions.

    Parameters
    ----------
    mission
        A built-in mission, such as perseverance, or the path of a mission file.
    set_like
        What varies and how, as --set-like 'entry.angle=normal(-16.2 deg, 0.07 deg)'; may be
        repeated. Laws: normal, uniform, loguniform, triangular, truncated, choice, integers.
    n
        How many members.
    seed
        Of the draws; the same seed gives the same members on any number of workers.
    until
        The last phase that is flown.
    set_
        A value for all members in place of the file's, as with run; may be repeated.
    keep
        A number of the phases' summaries, or PRODUCT.VARIABLE; may be repeated; all if left out.
    sampling
        random, latin-hypercube or sobol.
    workers
        Of this machine; all cores when left out.
    processes
        Workers are processes and no threads; whole missions are flown so anyway.
    scheduler
        Address of a dask scheduler, such as tcp://10.0.0.5:8786, whose workers fly.
    out
        Folder of the sweep; runs/NAME-vary-… when left out.
    fresh
        Fly again what is on disk.
    figure
        Draw the members here: .png or .svg.
    json
        One JSON object per line, for machines.
    """
    if figure is not None and figure.suffix not in (".png", ".svg"):
        raise InputError(f"--figure {figure} ends in neither .png nor .svg")
    if not set_like:
        raise InputError(
            "nothing varies: give --set-like phase.key=law, such as "
            "--set-like 'entry.angle=normal(-16.2 deg, 0.07 deg)'"
        )
    varied = dict(_split(each) for each in set_like)
    if len(varied) < len(set_like):
        raise InputError("--set-like names a parameter twice; give each one law")
    with display(json_lines=json) as shown:
        from marsward.mission.mission import Mission
        from marsward.mission.vary import folder_of
        from marsward.mission.vary import vary as fly

        opened = Mission.open(mission, overrides=set_)
        options: dict[str, Any] = {
            "n": n, "seed": seed, "until": until, "keep": keep, "sampling": sampling,
        }  # fmt: skip
        folder = out if out is not None else folder_of(opened, varied, **options)
        try:
            members = fly(
                opened, varied, **options,
                workers=workers if workers is not None else _cores(),
                processes=True if processes else None,
                scheduler=scheduler, out=folder, fresh=fresh, progress=shown,
            )  # fmt: skip
        except KeyboardInterrupt:
            shown.say(f"blocks that are done are in {folder}; the same command goes on from there")
            raise
        if figure is not None:
            _draw(members, figure, shown)
    return _end(members, folder, figure, shown)


def _split(text: str) -> tuple[str, str]:
    name, equal, law = text.partition("=")
    if not equal or not name.strip() or not law.strip():
        raise InputError(
            f"--set-like {text}: write it as phase.key=law, such as "
            "'entry.angle=normal(-16.2 deg, 0.07 deg)'"
        )
    return name.strip(), law.strip()


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _draw(members: xr.Dataset, path: Path, shown: Display) -> None:
    """The figure of a sweep as a file."""
    from marsward.core.product import cannot_write
    from marsward.views.figures.sweep import draw
    from marsward.views.style import house_style, png_bytes, svg_text

    shown.phase("figure")
    with house_style("sweep"):
        drawing = draw(members)
        if path.suffix == ".png":
            data = png_bytes(drawing.figure, drawing.dpi)
        else:
            data = svg_text(drawing.figure, "sweep").encode()
    try:
        path.write_bytes(data)
    except OSError as error:
        raise cannot_write(path, error) from error
    shown.done(drawing.caption)


def _end(members: xr.Dataset, folder: Path, figure: Path | None, shown: Display) -> int:
    """Tell where the members are and what they are like; 4 where none flew."""
    from marsward.views.figures.sweep import spread

    rows = spread(members)
    flown = int((members["status"].values == "flown").sum())
    if isinstance(shown, JsonLines):
        shown.end(
            sweep=str(folder), members=str(folder / "members.nc"), flown=flown,
            n=members.sizes["member"], numbers=rows, figure=str(figure) if figure else None,
        )  # fmt: skip
    else:
        for row in rows[:_TOLD]:
            shown.say(
                f"  {row['name']:<24} {row['median']:.5g} {row['unit']}".rstrip() + ", "
                f"5 to 95 % {row['low']:.5g} to {row['high']:.5g}"
            )
        if len(rows) > _TOLD:
            shown.say(f"  … and {len(rows) - _TOLD} more")
        shown.say(f"members: {folder / 'members.nc'}, {folder / 'members.csv'}")
    return 0 if flown else 4
