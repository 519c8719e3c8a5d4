"""Where the members land: points, the ellipses that hold 99 %, and the ground beneath."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column, degrees, ground_source, landed, relief
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

FITS = (("covariance", "mars", "-"), ("empirical", "sun", (0, (5, 2))))
_WIDE = 1.25  # of the ellipse's reach, what is shown


def draw(phase: StoredPhase) -> Drawing:
    """The landings about the target, on lit ground."""
    done = landed(phase)
    east, north = (column(phase, "landings", name)[done] / 1e3 for name in ("east", "north"))
    x, y, height = (column(phase, "landing_site", name) for name in ("x", "y", "height"))
    figure = new_figure(7.6, 6.4)
    axes = figure.subplots()
    relief(axes, x / 1e3, y / 1e3, height / 1e3)
    axes.plot(east, north, ".", ms=2.0, color="#2e86d1", alpha=0.6, rasterized=True,
              label=f"{east.size} members")  # fmt: skip
    reach = 0.0
    for row in _fits(phase):
        name, role, dash = next(f for f in FITS if f[0] == row["fit"])
        axes.add_patch(Ellipse(
            (row["east"], row["north"]), 2 * row["major"], 2 * row["minor"],
            angle=90.0 - row["angle"], fc="none", ec=colour(role), ls=dash, lw=1.8,
            label=f"99 %, {name}",
        ))  # fmt: skip
        reach = max(reach, row["major"] + np.hypot(row["east"], row["north"]))
    axes.plot(0.0, 0.0, "+", ms=11, mew=1.8, color=colour("ink"), label="target")
    reach = _WIDE * max(reach, float(np.percentile(np.hypot(east, north), 99.5)))
    _frame(axes, min(reach, float(np.abs(x).max()) / 1e3, float(np.abs(y).max()) / 1e3))
    legend = axes.legend(loc="upper right", frameon=True, facecolor=colour("card"), framealpha=0.9)
    legend.set_zorder(6)
    return Drawing(figure, _caption(phase), "Landing points and 99 % ellipses on lit ground.")


def _fits(phase: StoredPhase) -> list[dict]:
    names = phase.texts("landing_ellipse", "fit")
    major, minor, east, north = (
        column(phase, "landing_ellipse", name) / 1e3
        for name in ("semi_major", "semi_minor", "east", "north")
    )
    angle = degrees(phase, "landing_ellipse", "angle")
    return [
        {"fit": n, "major": float(a), "minor": float(b), "east": float(e), "north": float(k),
         "angle": float(t)}
        for n, a, b, e, k, t in zip(names, major, minor, east, north, angle, strict=True)
    ]  # fmt: skip


def _frame(axes: Axes, reach: float) -> None:
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="east of the target [km]",
             ylabel="north of the target [km]")  # fmt: skip
    axes.set_axisbelow(False)
    axes.grid(True, color="white", lw=0.4, alpha=0.5)


def _caption(phase: StoredPhase) -> str:
    rows = {row["fit"]: row for row in _fits(phase)}
    attrs = phase.product("landing_site").attrs
    told = []
    for name, row in rows.items():
        told.append(
            f"{digits(2 * row['major'], None, 3)} × {digits(2 * row['minor'], None, 3)} km ({name})"
        )
    source = ground_source(attrs.get("source"))
    text = f"Ellipses that hold 99 % of the landings, full axes: {', '.join(told)}"
    own = phase.product("landing_ellipse").attrs
    if "published_major" in own:
        both = (float(own[f"published_{n}"]) / 1e3 for n in ("major", "minor"))
        text += "; published: {:g} × {:g} km".format(*both)
    text += "."
    return text + (
        f" Ground: {source}; lit from the north-west, relief enhanced." if source else ""
    )
