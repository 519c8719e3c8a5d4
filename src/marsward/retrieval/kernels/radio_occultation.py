"""Straight lines through bins of a phase, and their geometry; compiled."""

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def bin_slopes(time, path, edges, slope, centre):
    """Slopes of least-squares lines through bins of even samples, and the bins' mean times.

    time, path : (n,);  edges : (b + 1,) first sample of each bin and the end of the last
    """
    for j in range(edges.size - 1):
        total = 0.0
        count = edges[j + 1] - edges[j]
        for i in range(edges[j], edges[j + 1]):
            total += time[i]
        middle = total / count
        up = 0.0
        down = 0.0
        for i in range(edges[j], edges[j + 1]):
            late = time[i] - middle
            up += late * path[i]
            down += late * late
        slope[j] = up / down
        centre[j] = middle


@njit(cache=True, error_model="numpy", nogil=True)
def bin_edges(height, widths, bottom_first, edges):
    """Bins of samples whose heights span at least the wanted widths; returns how many.

    Bins are laid from the end where rays are lowest, so that none is left over there.
    height : (n,) of the samples, falling or rising; bottom_first : whether it rises
    widths : (n,) wanted at each sample
    edges : out (n + 1,) rising
    """
    n = height.size
    count = 0
    if bottom_first:
        i = 0
        edges[0] = 0
        while i < n - 1:
            j = i + 2
            while j < n and abs(height[j] - height[i]) < widths[i]:
                j += 1
            if j >= n:
                break
            count += 1
            edges[count] = j
            i = j
        return count
    i = n
    edges[n] = n
    while i > 1:
        j = i - 2
        while j > 0 and abs(height[j - 1] - height[i - 1]) < widths[i - 1]:
            j -= 1
        if j <= 0:
            break
        count += 1
        edges[n - count] = j
        i = j
    for k in range(count + 1):
        edges[k] = edges[n - count + k]
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def hydrostatic(height, refractivity, weight, top, pressure, part):
    """Pressure downwards from the last level, and its derivatives.

    weight : (n - 1,) what a metre of unit refractivity weighs in each step [Pa/m]
    top : pressure at the last level [Pa]
    pressure : out (n,)
    part : out (n - 1, 2) derivative of a step's weight by the refractivity at its two ends
    Between levels refractivity falls as an exponential function.
    """
    n = height.size
    pressure[n - 1] = top
    for j in range(n - 2, -1, -1):
        low, high = refractivity[j], refractivity[j + 1]
        deep = (height[j + 1] - height[j]) * weight[j]
        ratio = np.log(low / high) if low > 0.0 and high > 0.0 else 0.0
        if abs(ratio) > 1e-4:
            mean = (low - high) / ratio
            part[j, 0] = deep * (1.0 - mean / low) / ratio
            part[j, 1] = deep * (mean / high - 1.0) / ratio
        else:
            mean = 0.5 * (low + high)
            part[j, 0] = 0.5 * deep
            part[j, 1] = 0.5 * deep
        pressure[j] = pressure[j + 1] + deep * mean
