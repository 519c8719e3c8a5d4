"""Noise of an oscillator along samples, and what a straight line through them inherits of it."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def wander(step, white, memory, sigma, normal, start, out):
    """Adds to `out` (n,) the integral of a rate [./s] of white noise and of slow noises.

    A slow noise is a rate of variance sigma^2 that is forgotten in `memory`; between two samples
    the mean of its ends counts.
    step : of the samples [s];  white : variance of the rate's mean over one second
    memory, sigma : (m,) [s] and as the rate
    normal : (n, m + 1) and start (m,) of normal deviates
    """
    modes = memory.size
    state = np.empty(modes)
    keep = np.empty(modes)
    kick = np.empty(modes)
    for k in range(modes):
        keep[k] = math.exp(-step / memory[k])
        kick[k] = sigma[k] * math.sqrt(1.0 - keep[k] * keep[k])
        state[k] = sigma[k] * start[k]
    total = 0.0
    root = math.sqrt(white * step)
    for i in range(1, out.size):
        rate = 0.0
        for k in range(modes):
            new = keep[k] * state[k] + kick[k] * normal[i, k + 1]
            rate += 0.5 * (new + state[k])
            state[k] = new
        total += root * normal[i, 0] + step * rate
        out[i] += total


@njit(cache=True, error_model="numpy", nogil=True)
def slope_covariance(step, edges, jitter, white, memory, sigma, out):
    """Covariance (b, b) of the slopes of straight lines through bins of samples.

    step : of the samples [s];  edges (b + 1,): first sample of each bin and the end of the last
    jitter : variance of independent noise of a sample
    white, memory, sigma : as in `wander`
    """
    bins = edges.size - 1
    longest = 0
    for j in range(bins):
        longest = max(longest, edges[j + 1] - edges[j])
    load = np.empty(longest + 1)
    pull = np.empty(longest + 1)
    first = np.empty(bins)
    last = np.empty(bins)
    for j in range(bins):
        for k in range(bins):
            out[j, k] = 0.0
    for mode in range(memory.size + 1):
        keep = math.exp(-step / memory[mode - 1]) if mode else 0.0
        power = sigma[mode - 1] ** 2 if mode else 0.0
        for j in range(bins):
            n = edges[j + 1] - edges[j]
            middle = 0.5 * (n - 1)
            moment = step * n * (n * n - 1.0) / 12.0  # sum of (t - mean)^2 over the step
            # slope = sum w phi = sum over increments of the tail sums of w
            tail = 0.0
            for i in range(n - 1, 0, -1):
                tail += (i - middle) / moment
                load[i] = tail  # of the increment from i - 1 to i
            if mode == 0:
                total = jitter / (moment * step)
                for i in range(1, n):
                    total += white * step * load[i] * load[i]
                out[j, j] += total
                continue
            for i in range(n):
                left = load[i] if i > 0 else 0.0
                right = load[i + 1] if i + 1 < n else 0.0
                pull[i] = 0.5 * step * (left + right)
            echo = 0.0
            total = 0.0
            for i in range(n):
                total += pull[i] * pull[i] + 2.0 * pull[i] * echo
                echo = (echo + pull[i]) * keep
            out[j, j] += power * total
            fade = 1.0
            first[j] = 0.0
            for i in range(n):
                first[j] += pull[i] * fade
                fade *= keep
            fade = 1.0
            last[j] = 0.0
            for i in range(n - 1, -1, -1):
                last[j] += pull[i] * fade
                fade *= keep
        if mode == 0:
            continue
        for j in range(bins):
            for k in range(j + 1, bins):
                apart = step * (edges[k] - edges[j + 1] + 1)
                held = power * last[j] * first[k] * math.exp(-apart / memory[mode - 1])
                out[j, k] += held
                out[k, j] += held
