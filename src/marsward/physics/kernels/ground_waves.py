"""Waves Ez, Hx, Hy on a grid of squares, in steps of time, with an absorbing rim.

All arrays are float32. ez (ny, nx) sits on nodes, hx (ny, nx) half a cell below them and hy
(ny, nx) half a cell to their right; h is the magnetic field times the impedance of empty space.
`keep` and `gain` (ny, nx) are the update's factors at the nodes, `courant` is c dt / cell. The
outermost nodes are metal and stay 0. Within `absorber` cells of them the derivative across the rim
has a memory each, with factors `fade` and `feed` (2, absorber): row 0 half a cell off the nodes,
row 1 on them, from the inner edge outward. memory_hx, memory_ey (2 absorber, nx); memory_hy,
memory_ex (ny, 2 absorber).
"""

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _magnetic_row(e, below, hx, hy, courant):
    for i in range(e.size):
        hx[i] -= courant * (below[i] - e[i])
    for i in range(e.size - 1):
        hy[i] += courant * (e[i + 1] - e[i])


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _electric_row(e, hx, above, hy, keep, gain):
    for i in range(1, e.size - 1):
        e[i] = keep[i] * e[i] + gain[i] * (hy[i] - hy[i - 1] - hx[i] + above[i])


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _magnetic_sides(e, hy, memory, fade, feed, courant):
    """Left and right rim of one row of hy."""
    rim = fade.shape[1]
    last = e.size - 1 - rim
    for k in range(rim):
        left = rim - 1 - k
        memory[k] = fade[0, k] * memory[k] + feed[0, k] * (e[left + 1] - e[left])
        hy[left] += courant * memory[k]
        right = last + k
        memory[rim + k] = fade[0, k] * memory[rim + k] + feed[0, k] * (e[right + 1] - e[right])
        hy[right] += courant * memory[rim + k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _electric_sides(e, hy, memory, fade, feed, gain):
    """Left and right rim of one row of ez."""
    rim = fade.shape[1]
    last = e.size - 1 - rim
    for k in range(1, rim):
        left = rim - k
        memory[k] = fade[1, k] * memory[k] + feed[1, k] * (hy[left] - hy[left - 1])
        e[left] += gain[left] * memory[k]
        right = last + k
        memory[rim + k] = fade[1, k] * memory[rim + k] + feed[1, k] * (hy[right] - hy[right - 1])
        e[right] += gain[right] * memory[rim + k]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _magnetic_rim(e, below, hx, memory, fade, feed, courant):
    """One row of hx in the rim above or below."""
    for i in range(e.size):
        memory[i] = fade * memory[i] + feed * (below[i] - e[i])
        hx[i] -= courant * memory[i]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _electric_rim(e, hx, above, memory, fade, feed, gain):
    """One row of ez in the rim above or below."""
    for i in range(1, e.size - 1):
        memory[i] = fade * memory[i] + feed * (hx[i] - above[i])
        e[i] -= gain[i] * memory[i]


@njit(cache=True, error_model="numpy", nogil=True)
def advance(
    ez, hx, hy, keep, gain, courant,
    memory_hx, memory_hy, memory_ex, memory_ey, fade, feed,
    current, source, receiver, first, last, heard,
):  # fmt: skip
    """Carry the fields from step `first` to step `last`.

    current (n,) of the line source by step, times impedance over cell; source and receiver (2,) row
    and column of their nodes; `heard` (n,) takes ez at the receiver after each step.
    """
    rows = ez.shape[0]
    rim = fade.shape[1]
    low = rows - 1 - rim
    for n in range(first, last):
        top = max(0, source[0] - n - 2)
        bottom = min(rows - 1, source[0] + n + 2)
        for j in range(top, bottom):
            e, below = ez[j], ez[j + 1]
            _magnetic_row(e, below, hx[j], hy[j], courant)
            _magnetic_sides(e, hy[j], memory_hy[j], fade, feed, courant)
            if j < rim:
                k = rim - 1 - j
                _magnetic_rim(e, below, hx[j], memory_hx[k], fade[0, k], feed[0, k], courant)
            elif j >= low:
                k = j - low
                _magnetic_rim(e, below, hx[j], memory_hx[rim + k], fade[0, k], feed[0, k], courant)
            if j == 0:
                continue
            above = hx[j - 1]
            _electric_row(e, hx[j], above, hy[j], keep[j], gain[j])
            _electric_sides(e, hy[j], memory_ex[j], fade, feed, gain[j])
            if j < rim:
                k = rim - j
                _electric_rim(e, hx[j], above, memory_ey[k], fade[1, k], feed[1, k], gain[j])
            elif j > low:
                k = j - low
                _electric_rim(e, hx[j], above, memory_ey[rim + k], fade[1, k], feed[1, k], gain[j])
        ez[source[0], source[1]] -= gain[source[0], source[1]] * current[n]
        heard[n] = ez[receiver[0], receiver[1]]
