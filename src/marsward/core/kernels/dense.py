"""Compiled evaluation of a trajectory's polynomials."""

from numba import njit

ROUNDING = 1e-6
"""An epoch this little outside [s] is taken for the end itself, which it is but for rounding."""


@njit(cache=True, error_model="numpy", nogil=True)
def _last_not_above(values, lo, hi, x):
    """Largest i in [lo, hi) with values[i] <= x, or lo."""
    while hi - lo > 1:
        mid = (lo + hi) // 2
        if values[mid] <= x:
            lo = mid
        else:
            hi = mid
    return lo


@njit(cache=True, error_model="numpy", nogil=True)
def dense_states(whole, frac, reference, first, sense, times, nodes, increments, out, arc):
    """States at any epochs from the interpolants of Dormand-Prince 8(5,3).

    Parameters
    ----------
    whole, frac : f8 (k,), epochs, TDB seconds past J2000
    reference : f8 (arcs,), whole second from which each arc's times count
    first : i8 (arcs + 1,), where each arc's nodes begin
    sense : i8 (arcs,), 1 for arcs integrated forward in time, -1 for backward
    times : f8 (nodes,), ascending within an arc [s]
    nodes : f8 (nodes, 6) [m, m/s]
    increments : f8 (nodes, 7, 6), of the step from a node to the next one; the row of the last
        node of an arc is not used. Backward arcs: counted from the later node
    out : f8 (k, 6), written; arc : i8 (k,), written with each epoch's arc

    Returns
    -------
    Index of the first epoch outside the trajectory, else -1. An epoch at which two arcs meet
    belongs to the later one.
    """
    arcs = reference.size
    for i in range(whole.size):
        a = 0
        for c in range(arcs - 1, 0, -1):
            if (whole[i] - reference[c]) + frac[i] >= times[first[c]]:
                a = c
                break
        t = (whole[i] - reference[a]) + frac[i]
        lo = first[a]
        hi = first[a + 1] - 1
        if not (t >= times[lo] - ROUNDING and t <= times[hi] + ROUNDING):
            return i
        t = min(max(t, times[lo]), times[hi])
        arc[i] = a
        n = _last_not_above(times, lo, max(hi, lo + 1), t)
        if t == times[n] or hi == lo:
            out[i] = nodes[n]
            continue
        if t == times[n + 1]:
            out[i] = nodes[n + 1]
            continue
        h = times[n + 1] - times[n]
        if sense[a] > 0:
            x = (t - times[n]) / h
            base = nodes[n]
        else:
            x = (times[n + 1] - t) / h
            base = nodes[n + 1]
        y = 1.0 - x
        f = increments[n]
        for k in range(6):
            s = f[5, k] + x * f[6, k]
            s = f[4, k] + y * s
            s = f[3, k] + x * s
            s = f[2, k] + y * s
            s = f[1, k] + x * s
            s = f[0, k] + y * s
            out[i, k] = base[k] + x * s
    return -1
