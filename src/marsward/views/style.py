"""The house style of every figure: one palette for light and dark, one way to write SVG and PNG.

A figure is drawn once, in the light colours. In the page each colour becomes a CSS variable, so the
same drawing turns dark with the page; on disk it keeps its light colours. The series colours are
those of Okabe & Ito (2008), "Color Universal Design", darkened for white paper and lightened for
dark, so that each has at least 4.5:1 against its card.
"""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

# role: (on white, on dark)
PALETTE: dict[str, tuple[str, str]] = {
    "card": ("#fdfdfb", "#161a20"),
    "ink": ("#1c2029", "#e7eaf0"),
    "muted": ("#59616e", "#a4adba"),
    "grid": ("#dcdfe3", "#323945"),
    "sun": ("#946200", "#f3bd3e"),
    "earth": ("#0b62ab", "#62b4ff"),
    "moon": ("#6d6779", "#b9b3c6"),
    "mars": ("#bd3f0a", "#ff9163"),
    "craft": ("#00735a", "#3fd1a6"),
    "manoeuvre": ("#8b3a9f", "#dc9ff0"),
    "shade": ("#eceae2", "#222831"),
}

DOTS = "#2e86d1"
"""Blue to be seen on light and dark: for dots that are stored as a picture, which does not turn."""
RASTER_DPI = 160  # of what is drawn as dots inside an SVG
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.2,
    "ytick.labelsize": 8.2,
    "legend.fontsize": 8.4,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "axes.unicode_minus": True,
    "figure.dpi": 100,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}
_ROLE_RC: dict[Any, Any] = {
    "text.color": "ink", "axes.labelcolor": "ink", "axes.titlecolor": "ink",
    "xtick.color": "muted", "ytick.color": "muted", "axes.edgecolor": "muted",
    "grid.color": "grid", "xtick.labelcolor": "ink", "ytick.labelcolor": "ink",
}  # fmt: skip


def colour(role: str) -> str:
    """The light colour of a role, which the page turns into its CSS variable."""
    return PALETTE[role][0]


@contextmanager
def house_style(name: str) -> Iterator[None]:
    """Matplotlib settings of the house; `name` makes the identifiers in the SVG its own."""
    roles: dict[Any, Any] = {key: colour(role) for key, role in _ROLE_RC.items()}
    plain: dict[Any, Any] = {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
    }
    with matplotlib.rc_context({**_RC, **roles, **plain, "svg.hashsalt": name}):
        yield


def new_figure(width: float = 7.6, height: float = 4.2) -> Figure:
    """An empty figure of the page's width [inch], laid out so that nothing is clipped."""
    return Figure(figsize=(width, height), layout="constrained")


def settled(figure: Figure) -> Figure:
    """The figure with its layout made once and kept, for all that is then written from it."""
    if figure.get_layout_engine() is not None:
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
    return figure


def svg_text(figure: Figure, name: str) -> str:
    """The figure as SVG in light colours, the same bytes for the same figure."""
    FigureCanvasSVG(settled(figure))
    out = io.StringIO()
    figure.savefig(out, format="svg", dpi=RASTER_DPI, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(<path [^>]*?d=")([^"]*)(")', _short_path, text)
    text = re.sub(r'"data:image/png;base64,([^"]*)"', _lean_png, text)
    text = re.sub(r' id="image[0-9a-f]+"', "", text)  # the same picture twice has the same id
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(href="|url\()#([^")]+)', rf"\1#{name}-\2", text)
    return re.sub(r"\n\s*", "\n", text)


def themed(svg: str, label: str) -> str:
    """The same SVG for the page: colours and typeface from CSS, a label for readers who listen."""
    roles = {light: role for role, (light, _) in PALETTE.items()}
    pattern = re.compile("|".join(roles))
    svg = pattern.sub(lambda m: f"var(--{roles[m[0]]})", svg)
    svg = re.sub(r"'DejaVu Sans'(, [^;\"]*?)?(?=[;\"])", "var(--figure-face)", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    quoted = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return svg.replace("<svg", f'<svg role="img" aria-label="{quoted}"', 1)


def png_bytes(figure: Figure, dpi: int = 130) -> bytes:
    """The figure as PNG on white paper, the same bytes for the same figure."""
    FigureCanvasAgg(settled(figure))
    out = io.BytesIO()
    figure.savefig(
        out, format="png", dpi=dpi, facecolor=colour("card"), metadata={"Software": None}
    )
    return out.getvalue()


def theme_css() -> str:
    """The palette as CSS variables: light, dark by preference, either by the page's switch."""
    light = "".join(f"--{role}:{pair[0]};" for role, pair in PALETTE.items())
    dark = "".join(f"--{role}:{pair[1]};" for role, pair in PALETTE.items())
    return (
        f":root{{{light}}}"
        f"@media (prefers-color-scheme: dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
        f"@media print{{:root,:root[data-theme=dark],:root:not([data-theme=light]){{{light}}}}}"
    )


def _short_path(match: re.Match[str]) -> str:
    """Two decimals are a seventieth of a point: enough for any figure."""
    return match[1] + re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", match[2]) + match[3]


def _lean_png(match: re.Match[str]) -> str:
    """The same picture in fewer bytes: greys as grey, up to 256 colours by their number."""
    image: Image.Image = Image.open(io.BytesIO(base64.b64decode(match[1])))
    if image.mode == "RGBA":
        red, green, blue, alpha = image.split()
        opaque = alpha.getextrema() == (255, 255)
        if opaque and red.tobytes() == green.tobytes() == blue.tobytes():
            image = red
        else:
            image = _numbered(image) or (image.convert("RGB") if opaque else image)
    out = io.BytesIO()
    level = 9 if image.mode in ("L", "P") else 6
    image.save(out, format="PNG", optimize=False, compress_level=level)
    return f'"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"'


def _numbered(image: Image.Image) -> Image.Image | None:
    """An RGBA picture with a table of its colours; None when it has more than 256."""
    pixels = np.frombuffer(image.tobytes(), dtype="<u4")
    colours, numbers = np.unique(pixels, return_inverse=True)
    if len(colours) > 256:
        return None
    table = colours.view(np.uint8).reshape(-1, 4)
    found = Image.frombytes("P", image.size, numbers.astype(np.uint8).tobytes())
    found.putpalette(table[:, :3].tobytes())
    if (table[:, 3] < 255).any():
        found.info["transparency"] = table[:, 3].tobytes()
    return found
