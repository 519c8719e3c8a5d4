"""Inertia and albedo of one ground from temperatures and rows of a table: cost and descent.

The cost is chi2 = r' S^-1 r + ((A - A0)/sA)^2 with S = diag(s^2) + c c': s is what differs from
one observation to the next, c what all share (calibration), and S^-1 follows from Sherman and
Morrison.
"""

from numba import njit

from marsward.retrieval.kernels.ground_table import taps

FROSTED = 0.02  # share of frosty nodes from which a reading tells of frost


@njit(cache=True, error_model="numpy", nogil=True)
def inner(x, y, weight, common, total):
    """x' S^-1 y; weight: 1/s^2; total: 1 + c' W c."""
    plain, left, right = 0.0, 0.0, 0.0
    for j in range(x.shape[0]):
        plain += weight[j] * x[j] * y[j]
        left += weight[j] * common[j] * x[j]
        right += weight[j] * common[j] * y[j]
    return plain - left * right / total


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def ground_of(row, albedo_at, albedo_w, albedo_s, n_a, at, w, s, n_i, width):
    """Value and derivatives by albedo and by the logarithm of inertia, (T, dT/dA, dT/du)."""
    value, by_a, by_u = 0.0, 0.0, 0.0
    for b in range(n_a):
        base = albedo_at[b] * width
        part, bent = 0.0, 0.0
        for c in range(n_i):
            held = row[base + at[c]]
            part += w[c] * held
            bent += s[c] * held
        value += albedo_w[b] * part
        by_a += albedo_s[b] * part
        by_u += albedo_w[b] * bent
    return value, by_a, by_u


@njit(cache=True, error_model="numpy", nogil=True)
def residuals(rows, warmth, albedo, inertia, axis_a, axis_u, work_at, work, out, by_a, by_u):
    """Observed less modelled temperature and the model's derivatives, over the observations."""
    n_a = taps(albedo, axis_a, 0.0, work_at[0], work[0], work[1])
    n_u = taps(inertia, axis_u, 0.0, work_at[1], work[2], work[3])
    for j in range(warmth.shape[0]):
        value, da, du = ground_of(
            rows[j],
            work_at[0],
            work[0],
            work[1],
            n_a,
            work_at[1],
            work[2],
            work[3],
            n_u,
            axis_u.shape[0],
        )
        out[j], by_a[j], by_u[j] = warmth[j] - value, da, du


@njit(cache=True, error_model="numpy", nogil=True)
def best_albedo(
    rows,
    warmth,
    weight,
    common,
    total,
    a0,
    sa,
    start,
    inertia,
    axis_a,
    axis_u,
    rounds,
    work_at,
    work,
    r,
    ja,
    ju,
):
    """Best albedo at one inertia and its cost."""
    a, low, high = start, axis_a[0], axis_a[-1]
    precision = 1.0 / (sa * sa)
    for _ in range(rounds):
        residuals(rows, warmth, a, inertia, axis_a, axis_u, work_at, work, r, ja, ju)
        slope = inner(ja, r, weight, common, total) + (a0 - a) * precision
        a += slope / (inner(ja, ja, weight, common, total) + precision)
        a = min(max(a, low), high)
    residuals(rows, warmth, a, inertia, axis_a, axis_u, work_at, work, r, ja, ju)
    off = (a - a0) / sa
    return a, inner(r, r, weight, common, total) + off * off


@njit(cache=True, error_model="numpy", nogil=True)
def refine(
    rows,
    warmth,
    weight,
    common,
    total,
    a0,
    sa,
    a,
    u,
    axis_a,
    axis_u,
    rounds,
    work_at,
    work,
    r,
    ja,
    ju,
    fit,
):
    """Gauss-Newton with damping from (a, u); fit: u, a, var u, var a, cov, chi2."""
    precision = 1.0 / (sa * sa)
    damp, settled = 1e-4, False
    residuals(rows, warmth, a, u, axis_a, axis_u, work_at, work, r, ja, ju)
    cost = inner(r, r, weight, common, total) + (a - a0) * (a - a0) * precision
    for _ in range(rounds):
        aa = inner(ja, ja, weight, common, total) + precision
        uu = inner(ju, ju, weight, common, total) + 1e-12
        au = inner(ja, ju, weight, common, total)
        ga = inner(ja, r, weight, common, total) + (a0 - a) * precision
        gu = inner(ju, r, weight, common, total)
        daa, duu = aa * (1.0 + damp), uu * (1.0 + damp)
        det = daa * duu - au * au
        step_a = (duu * ga - au * gu) / det
        step_u = min(max((daa * gu - au * ga) / det, -1.0), 1.0)
        new_a = min(max(a + step_a, axis_a[0]), axis_a[-1])
        new_u = min(max(u + step_u, axis_u[0]), axis_u[-1])
        residuals(rows, warmth, new_a, new_u, axis_a, axis_u, work_at, work, r, ja, ju)
        new = inner(r, r, weight, common, total) + (new_a - a0) * (new_a - a0) * precision
        if new <= cost + 1e-12:
            moved = abs(new_u - u) + abs(new_a - a)
            gained = cost - new
            a, u, cost, damp = new_a, new_u, new, damp * 0.2
            if moved < 1e-6 or (gained < 1e-7 * (1.0 + cost) and moved < 1e-3):
                settled = True
                break
        else:
            damp = max(damp, 1e-3) * 8.0
            residuals(rows, warmth, a, u, axis_a, axis_u, work_at, work, r, ja, ju)
            if damp > 1e6:
                settled = True
                break
    aa = inner(ja, ja, weight, common, total) + precision
    uu = inner(ju, ju, weight, common, total) + 1e-12
    au = inner(ja, ju, weight, common, total)
    det = aa * uu - au * au
    fit[0], fit[1], fit[2], fit[3], fit[4], fit[5] = u, a, aa / det, uu / det, -au / det, cost
    return settled


@njit(cache=True, error_model="numpy", nogil=True)
def frosted(icy, albedo, inertia, axis_a, axis_u, work_at, work):
    """Share of frost in the nodes about a ground, 0 to about 1."""
    n_a = taps(albedo, axis_a, 0.0, work_at[0], work[0], work[1])
    n_u = taps(inertia, axis_u, 0.0, work_at[1], work[2], work[3])
    total = 0.0
    for b in range(n_a):
        for c in range(n_u):
            share = icy[work_at[0, b] * axis_u.shape[0] + work_at[1, c]]
            total += abs(work[0, b] * work[2, c]) * share
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def weigh(take, sigma, common, weight):
    """Weights 1/s^2 of the observations taken, 0 of the others; returns 1 + c' W c and how many."""
    total, count = 1.0, 0
    for j in range(take.shape[0]):
        weight[j] = 0.0
        if take[j]:
            weight[j] = 1.0 / (sigma[j] * sigma[j])
            total += weight[j] * common[j] * common[j]
            count += 1
    return total, count


@njit(cache=True, error_model="numpy", nogil=True)
def clear_of_frost(icy, take):
    """Take the observations whose rows know no frost on any ground; how many there are."""
    count = 0
    for j in range(take.shape[0]):
        most = 0.0
        for g in range(icy.shape[1]):
            most = max(most, icy[j, g])
        take[j] = most <= FROSTED
        count += take[j]
    return count
