"""The brightest continuous line through an image: dynamic programming, compiled."""

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def ridge(score, reach, stiffness, path):
    """Samples (traces,) of the line that has the greatest sum of scores.

    score : float32 (traces, samples); -inf where the line may not run
    reach : most samples between neighbouring traces
    stiffness : what a step costs, by its square
    Returns the sum.
    """
    traces, samples = score.shape
    best = np.empty(samples)
    then = np.empty(samples)
    step = np.empty((traces, samples), dtype=np.int16)
    for j in range(samples):
        best[j] = score[0, j]
    for i in range(1, traces):
        for j in range(samples):
            top, chosen = -np.inf, 0
            for d in range(max(-reach, -j), min(reach, samples - 1 - j) + 1):
                value = best[j + d] - stiffness * d * d
                if value > top:
                    top, chosen = value, d
            then[j] = top + score[i, j]
            step[i, j] = chosen
        for j in range(samples):
            best[j] = then[j]
    last = 0
    for j in range(samples):
        if best[j] > best[last]:
            last = j
    total = best[last]
    path[traces - 1] = last
    for i in range(traces - 1, 0, -1):
        path[i - 1] = path[i] + step[i, path[i]]
    return total
