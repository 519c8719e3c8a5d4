"""Tables of the ground: what radar tells of its layers, and how well each mineral comes back."""

import math

import numpy as np

from marsward.views.figures.radar_tracks import Line, Track, tracks
from marsward.views.figures.soil_shares import called, shares
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.tables import Table

_WAYS = {
    "none": "", "thickness": "depths of terraces", "base": "a straight base",
    "surface": "the surface echo",
}  # fmt: skip


def radar_lines(phase: StoredPhase) -> Table:
    """A row for each line that radar shows and the terrain does not explain; raises Missing."""
    rows, other = [], 0
    for track in tracks(phase):
        for line in track.lines:
            if line.kind in ("clutter", "multiple"):
                other += 1
            else:
                rows.append(_line(track, line))
    if not rows:
        raise Missing(f"{phase.folder.name}/reflectors.nc holds no reflector below the surface")
    head = (
        "line", "read as", "traces", "permittivity", "it is", "loss × 1000", "it is",
        "median depth [m]", "it is", "permittivity by",
    )  # fmt: skip
    numeric = (False, False, *[True] * 7, False)
    note = (
        "Lines as picked, the strongest of a track first; ± is 1σ. Depth needs a permittivity. "
        "“It is”: the truth, the mean of what lies above the layer's base under those traces; "
        "empty where no base is near the line, which is a false one then."
        + (f" {digits(other)} lines more were set aside as clutter or multiples." if other else "")
    )
    return Table("Layers by radar", head, numeric, tuple(rows), note)


def _line(track: Track, line: Line) -> tuple[str, ...]:
    there = np.isfinite(line.true_depth)
    depth = float(np.median(line.depth)) if np.isfinite(line.depth).all() else math.nan
    spread = float(np.median(line.depth_sigma)) if math.isfinite(depth) else math.nan
    true = float(np.median(line.true_depth[there])) if there.any() else math.nan
    return (
        f"{track.region} {line.number + 1}", line.kind, digits(line.trace.size),
        _with_sigma(line.permittivity, line.permittivity_sigma),
        _near(line.true_permittivity, line.permittivity_sigma),
        _with_sigma(1e3 * line.loss, 1e3 * line.loss_sigma),
        _near(1e3 * line.true_loss, 1e3 * line.loss_sigma),
        _with_sigma(depth, spread), _near(true, spread), _WAYS.get(line.method, line.method),
    )  # fmt: skip


def _with_sigma(value: float, sigma: float) -> str:
    if not math.isfinite(value):
        return ""
    if not (math.isfinite(sigma) and sigma > 0.0):
        return digits(value, None, 3)
    return f"{digits(value, sigma)}\u00a0±\u00a0{digits(sigma, sigma)}"


def _near(value: float, sigma: float) -> str:
    """The truth with as many digits as the finding beside it."""
    if not math.isfinite(value):
        return ""
    return digits(value, sigma if math.isfinite(sigma) and sigma > 0.0 else None, 3)


def mineral_closure(phase: StoredPhase) -> Table:
    """How far the retrieved shares are from the truth, a row for each mineral; raises Missing."""
    seen = shares(phase)
    there = set(seen.present())
    order = sorted(range(len(seen.minerals)), key=lambda k: -float(np.nanmean(seen.true[:, k])))
    rows = []
    for k in order:
        bias = f"{100.0 * float(np.nanmean(seen.found[:, k] - seen.true[:, k])):+.2f}"
        bias = bias.replace("-", "−") if bias.strip("+-0.") else "0.00"
        chi = seen.chi(k) if k in there else math.nan
        row = (
            called(seen.minerals[k]), _percent(float(np.nanmean(seen.true[:, k]))),
            _percent(float(np.nanmax(seen.true[:, k]))), bias,
            _percent(seen.rms(k)), _percent(float(np.nanmedian(seen.sigma[:, k]))),
            digits(chi, None, 2) if math.isfinite(chi) else "",
        )  # fmt: skip
        rows.append(row)
    head = (
        "mineral", "true mean [%]", "true most [%]", "mean error [%]", "root mean square [%]",
        "stated 1σ, median [%]", "error over 1σ",
    )  # fmt: skip
    note = (
        f"Shares of the cross-section at {digits(seen.lon.size)} places. The last column is the "
        "root mean square of the error over its stated 1σ where the mineral is: 1 where the stated "
        "errors are right, more where they are too small."
    )
    return Table("Minerals, retrieved less true", head, (False, *[True] * 6), tuple(rows), note)


def _percent(share: float) -> str:
    return f"{100.0 * share:.2f}"
