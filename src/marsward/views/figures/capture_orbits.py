"""The orbits about Mars to scale, from the capture to the mapping, in three steps of nearness."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from marsward.core.bodies import body
from marsward.core.frames import rotation
from marsward.core.trajectory import Trajectory
from marsward.views.figures.drawing import Drawing, tick
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

KM = 1e-3
WAYS = (
    ("capture_path", "capture", "mars", "-"),
    ("parking_orbit", "parking", "manoeuvre", "-"),
    ("relay_orbit", "relay", "earth", (0, (5, 1.5))),
    ("orbit", "mapping", "craft", "-"),
)
ALL = ("capture", "parking", "relay", "mapping")
_POINTS = 900


@dataclass(frozen=True)
class Way:
    """One orbit in the plane of the figure [km], with the axes it is drawn in."""

    name: str
    role: str
    dash: object
    points: np.ndarray


def draw(phase: StoredPhase) -> Drawing:
    """Side view on the plane of the mapping orbit; from the trajectories of the capture."""
    plane = _plane(_path(phase, "orbit"))
    ways = [_way(phase, plane, *each) for each in WAYS if each[0] in phase.products]
    captured = "capture_path" in phase.products
    closing = _last_orbit(_path(phase, "capture_path"), plane) if captured else None
    figure = new_figure(7.6, 5.7)
    grid = figure.add_gridspec(2, 2, height_ratios=[1, 1.12])
    panels = [figure.add_subplot(each) for each in (grid[0, :], grid[1, 0], grid[1, 1])]
    for axes in panels:
        for way in ways:
            axes.plot(*way.points.T, color=colour(way.role), ls=way.dash, lw=1.5, label=way.name)
        if closing is not None:
            axes.plot(*closing.T, color=colour("mars"), lw=1.1, ls=(0, (2, 2)), label="phasing")
    _burns(phase, plane, panels)
    titles = ("All of it", "The parking orbit", "Relay and mapping orbit")
    for axes, names, title in zip(panels, (ALL, ALL[1:], ALL[2:]), titles, strict=True):
        _frame(axes, [way for way in ways if way.name in names])
        axes.set_title(title)
    lines, labels = panels[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=len(labels), fontsize=8.0)
    inclined = phase.summary.get("orbit_inclination", {}).get("value")
    tilt = f", inclined {inclined:.1f}° to the equator" if isinstance(inclined, float) else ""
    caption = (
        "The orbits about Mars to scale, each panel nearer than the last, all seen square to the "
        f"plane of the mapping orbit{tilt}; Mars's north is up. Solid lines are flown paths, one "
        "turn of each orbit; dots: the orbit after the phasing burn as its last vector gives it. "
        "The first ellipse lies near the equator and is seen almost from its edge; crosses mark "
        "the manoeuvres of the capture."
    )
    return Drawing(
        figure, caption,
        "Three panels with the ellipses of capture, parking, relay and mapping orbit about Mars.",
    )  # fmt: skip


def _path(phase: StoredPhase, name: str) -> Trajectory:
    return Trajectory.from_dataset(phase.product(name))


def _plane(path: Trajectory) -> np.ndarray:
    """Rows (2, 3) in J2000: along the line of nodes, and square to it in the orbit's plane.

    The second row leans to the north of Mars, so that north is up.
    """
    normal = np.cross(path.initial[:3], path.initial[3:])
    pole = rotation("IAU_MARS", "J2000", path.start) @ np.array([0.0, 0.0, 1.0])
    across = np.cross(pole, normal)
    across /= np.linalg.norm(across)
    up = np.cross(normal, across)
    up *= np.sign(up @ pole) / np.linalg.norm(up)
    return np.stack([across, up])


def _way(phase: StoredPhase, plane: np.ndarray, product: str, name: str, role: str, dash) -> Way:
    """All of the capture, one turn of the orbits after it."""
    path = _path(phase, product)
    span = path.duration
    if product != "capture_path":
        span = min(span, _period(path.initial))
    even = np.linspace(0.0, 1.0, _POINTS)
    nodes = path.node_epochs - path.start
    nodes = nodes[nodes <= span]
    since = np.unique(np.concatenate([span * even, nodes[:: max(1, len(nodes) // _POINTS)]]))
    states = path.at(path.start + since)
    return Way(name, role, dash, KM * states[:, :3] @ plane.T)


def _period(state: np.ndarray) -> float:
    """Period of the osculating orbit [s]; infinite when it is open."""
    gm = float(body("mars").gm)
    energy = 0.5 * state[3:] @ state[3:] - gm / np.linalg.norm(state[:3])
    return float(2.0 * np.pi * gm / (-2.0 * energy) ** 1.5) if energy < 0.0 else np.inf


def _last_orbit(path: Trajectory, plane: np.ndarray) -> np.ndarray | None:
    """The ellipse that the last state of a path lies on [km]; None when it is open."""
    place, velocity = path.final[:3], path.final[3:]
    gm = float(body("mars").gm)
    momentum = np.cross(place, velocity)
    toward = np.cross(velocity, momentum) / gm - place / np.linalg.norm(place)
    flat = float(np.linalg.norm(toward))
    if flat >= 1.0:
        return None
    first = toward / flat
    second = np.cross(momentum, first) / np.linalg.norm(momentum)
    turn = np.linspace(0.0, 2.0 * np.pi, 361)
    radius = momentum @ momentum / gm / (1.0 + flat * np.cos(turn))
    points = radius[:, None] * (np.cos(turn)[:, None] * first + np.sin(turn)[:, None] * second)
    return KM * points @ plane.T


def _frame(axes: Axes, ways: list[Way]) -> None:
    """Limits that hold these orbits, whatever the shape of the panel; Mars to scale."""
    points = np.concatenate([way.points for way in ways])
    low, high = points.min(axis=0), points.max(axis=0)
    pad = 0.06 * float(np.max(high - low))
    radius = KM * float(body("mars").equatorial_radius)
    axes.add_patch(Circle((0.0, 0.0), radius, fc=colour("mars"), ec="none", alpha=0.85, zorder=3))
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlim(low[0] - pad, high[0] + pad, auto=True)
    axes.set_ylim(low[1] - pad, high[1] + pad, auto=True)
    axes.xaxis.set_major_formatter(lambda v, _: tick(v / 1e3))
    axes.yaxis.set_major_formatter(lambda v, _: tick(v / 1e3))
    axes.set(xlabel="along the node [1000 km]", ylabel="north [1000 km]")


def _burns(phase: StoredPhase, plane: np.ndarray, panels: list[Axes]) -> None:
    """Crosses where the capture's manoeuvres are made, each named where it can be told apart."""
    try:
        names = phase.texts("orbit_burns", "name")
        places = KM * phase.values("orbit_burns", "position") @ plane.T
    except Missing:
        return
    for name, axes, offset in (
        ("plane-change", panels[0], (-6, -11)),
        ("insertion", panels[2], (-6, 6)),
        ("phasing", panels[2], (-6, -11)),
    ):
        if name not in names:
            continue
        x, y = places[names.index(name)]
        axes.plot(x, y, "x", ms=6.5, mew=1.7, color=colour("ink"), zorder=6)
        axes.annotate(
            name.replace("-", " "), (x, y), xytext=offset, ha="right",
            textcoords="offset points", fontsize=7.8, zorder=7,
        )  # fmt: skip
