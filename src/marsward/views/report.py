"""The report: one self-contained HTML file made from the products of a run, and nothing else."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from marsward._version import __version__
from marsward.core.errors import DataError
from marsward.views import (
    assumed,
    climate_tables,
    cover,
    design_tables,
    ground_tables,
    surface_tables,
    tables,
)
from marsward.views.figures import Plate, plates, ribbon
from marsward.views.figures.drawing import Drawing
from marsward.views.news import Answer, news_answers
from marsward.views.numbers import moment, whole_sentence
from marsward.views.path_viewer import days_since, viewer_data, viewer_script
from marsward.views.stored_run import Missing, NotFlown, StoredPhase, StoredRun
from marsward.views.style import house_style, png_bytes, svg_text, theme_css, themed
from marsward.views.tables import Table
from marsward.views.words import words

TITLES = {
    "cruise": "The voyage",
    "lookback": "The look back",
    "capture": "Capture",
    "orbit": "The orbit",
    "map": "The map",
    "ice": "The ice",
    "soil": "The soil",
    "thermal": "The heat of the ground",
    "climate": "The air and its climate",
    "window": "The launch window",
    "transfer": "The voyage",
    "navigation": "How well it arrives",
    "insertion": "Into orbit",
    "budgets": "What it costs",
    "deorbit": "Down from orbit",
    "entry": "The landing",
    "rover": "The rover",
    "helicopter": "The helicopter",
    "dust-cases": "One world",
    "radargram": "A real radargram",
}
TABLES: dict[str, tuple[Callable[[StoredPhase], Table], ...]] = {
    "cruise": (tables.manoeuvres,),
    "lookback": (tables.truth_and_knowledge,),
    "capture": (tables.orbit_manoeuvres, tables.coasts),
    "map": (tables.albedo_closure,),
    "ice": (ground_tables.radar_lines,),
    "soil": (ground_tables.mineral_closure,),
    "climate": (climate_tables.site_pressures, climate_tables.experiments),
    "entry": (surface_tables.landing_events,),
    "helicopter": (surface_tables.flights,),
    "navigation": (design_tables.stages,),
    "budgets": (design_tables.manoeuvres,),
}
"""What stands under the key numbers of a phase kind."""


@dataclass(frozen=True)
class Picture:
    """A figure as the page holds it: SVG, or the sentence that says what is missing."""

    name: str
    title: str
    svg: Markup
    caption: str
    missing: str = ""


@dataclass(frozen=True)
class Section:
    """One phase on the page."""

    name: str
    title: str
    claim: str
    pictures: list[Picture]
    tables: list[Table]
    missing: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    viewer: Markup = field(default_factory=Markup)
    files: list[str] = field(default_factory=list)
    seconds: float | None = None


def write_report(run: str | Path) -> Path:
    """Write `report.html` and `figures/` into a run folder.

    The page holds all it shows, opens without a network and prints on A4. Products that a figure
    or a table needs and that are not in the run are named on the page in its place.

    Parameters
    ----------
    run
        Folder of a run, with at least one finished phase.

    Returns
    -------
    The path of the page.

    Raises
    ------
    DataError
        The folder holds no finished phase, or the page cannot be written there.
    """
    stored = StoredRun.open(run)
    try:
        page = _page(stored)
        target = stored.folder / "report.html"
        _write(target, page.encode("utf-8"))
    finally:
        stored.close()
    return target


def _page(run: StoredRun) -> str:
    environment = Environment(
        loader=PackageLoader("marsward.views", "pages"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["linked"] = linked
    sections = [_section(run, phase) for phase in run.phases]
    listed = sources(run)
    checks = None if run.checks is None else tables.checks(run.checks, listed)
    return environment.get_template("report.html.j2").render(
        title=run.title,
        name=str(run.mission.get("name") or run.folder.name),
        sentence=cover.sentence(run),
        headlines=cover.headlines(run),
        timeline=_timeline(run),
        sections=sections,
        checks=checks,
        statements=assumed.statements(run),
        assumed=assumed.assumed_values(run),
        words=words(run),
        sources=listed,
        repeat=_repeat(run),
        theme=Markup(theme_css()),
        script=Markup(viewer_script()),
        version=__version__,
    )


def _section(run: StoredRun, phase: StoredPhase) -> Section:
    missing: list[str] = []
    drawn = [_picture(run, phase, plate) for plate in plates(phase.kind)]
    made = [picture for picture in drawn if picture is not None]
    shown = [tables.key_numbers(phase), tables.states(phase)]
    for extra in TABLES.get(phase.kind, ()):
        try:
            shown.append(extra(phase))
        except Missing as error:
            missing.append(f"No table here: {error}.")
    viewer = ""
    if phase.kind in ("cruise", "transfer"):
        try:
            viewer = viewer_data(phase, _marks(run, phase))
        except Missing as error:
            missing.append(f"No path to turn: {error}.")
    seconds = phase.about.get("seconds")
    return Section(
        name=phase.name,
        title=TITLES.get(phase.kind, phase.name.replace("-", " ").replace("_", " ").capitalize()),
        claim=whole_sentence(str(phase.about.get("sentence") or "")),
        pictures=made,
        tables=[table for table in shown if table is not None],
        missing=missing,
        answers=news_answers(phase) if phase.kind == "lookback" else [],
        viewer=Markup(viewer.replace("</", "<\\/")),
        files=sorted(p.name for p in phase.folder.iterdir() if p.is_file()),
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def _marks(run: StoredRun, cruise: StoredPhase) -> list[dict[str, object]]:
    """The look back as a mark on the path."""
    look = run.phase("lookback")
    try:
        when = look.text_of("epoch_utc") if look is not None else ""
        return [{"name": "look back", "day": round(days_since(cruise, when), 5)}] if when else []
    except (Missing, ValueError):
        return []


def _picture(run: StoredRun, phase: StoredPhase, plate: Plate) -> Picture | None:
    """The figure of a plate; None where its instrument was not flown."""
    try:
        with house_style(plate.name):
            drawing = plate.draw(phase)
            return _stored(run, plate.name, plate.title, drawing)
    except NotFlown:
        return None
    except Missing as error:
        return Picture(plate.name, plate.title, Markup(""), "", f"{error}")


def _timeline(run: StoredRun) -> Picture:
    title = "Timeline"
    try:
        with house_style("timeline"):
            return _stored(run, "timeline", title, ribbon.draw(run))
    except Missing as error:
        return Picture("timeline", title, Markup(""), "", f"{error}")


def _stored(run: StoredRun, name: str, title: str, drawing: Drawing) -> Picture:
    """Write the figure's files; give back what the page needs."""
    folder = run.folder / "figures"
    plain = svg_text(drawing.figure, name)
    _write(folder / f"{name}.svg", plain.encode("utf-8"))
    _write(folder / f"{name}.png", png_bytes(drawing.figure, drawing.dpi))
    return Picture(name, title, Markup(themed(plain, drawing.label)), drawing.caption)


def sources(run: StoredRun) -> list[str]:
    """Every citation of phases and checks once, in the order of the page."""
    found: dict[str, None] = {}
    for phase in run.phases:
        for text in phase.about.get("citations") or []:
            found.setdefault(str(text), None)
    for row in run.checks or []:
        if row.get("source") and row.get("value") is not None:
            found.setdefault(str(row["source"]), None)
    return list(found)


def linked(text: str) -> Markup:
    """Text with its DOIs and addresses as links."""
    safe = str(escape(text))
    safe = re.sub(r"\bdoi:\s*(10\.\d{4,9}/[^\s;,)]+[^\s;,.)])", _doi, safe, flags=re.IGNORECASE)
    safe = re.sub(r'(?<!["\'>=/])\b(https?://[^\s;,)<]+[^\s;,.)<])', _address, safe)
    return Markup(re.sub(r"(?<![\w./])(github\.com/[\w./-]*[\w/-])", _bare, safe))


def _doi(match: re.Match[str]) -> str:
    return f'<a href="https://doi.org/{quote(match[1], safe="/().:;")}">doi:{match[1]}</a>'


def _address(match: re.Match[str]) -> str:
    return f'<a href="{match[1]}">{match[1]}</a>'


def _bare(match: re.Match[str]) -> str:
    return f'<a href="https://{match[1]}">{match[1]}</a>'


def _repeat(run: StoredRun) -> dict[str, Any]:
    """Commands, versions and the hashes of what went in."""
    stored = run.provenance
    name = str(run.mission.get("name") or run.folder.name)
    settings = stored.get("overrides") or []
    given = " ".join(f"--set '{each}'" for each in settings)
    file = str(stored.get("file") or f"{name}.toml")
    what = name if file == f"{name}.toml" else file
    command = f"marsward run {what}" + (f" {given}" if given else "")
    versions = stored.get("versions") or next((p.about.get("versions") for p in run.phases), None)
    inputs = dict(stored.get("inputs") or {})
    for row in stored.get("phases") or []:
        inputs.update(row.get("inputs") or {})
    return {
        "commands": [
            (command, "fly the mission again"),
            (f"marsward report {run.folder.name}", "write this page again"),
            ("marsward verify", "compute the published figures again"),
        ],
        "version": str((versions or {}).get("marsward") or __version__),
        "versions": sorted((versions or {}).items()),
        "inputs": sorted((str(k), str(v)) for k, v in inputs.items()),
        "keys": [(p.folder.name, str(p.about.get("key") or "")) for p in run.phases],
        "started": moment(str(stored["started"]), seconds=False) if stored.get("started") else "",
        "seed": stored.get("seed"),
    }


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(exist_ok=True)
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        raise DataError(
            f"cannot write {path}: {error.strerror}; free space or choose --out"
        ) from error
