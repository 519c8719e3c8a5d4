"""Azimuth focusing by going back along every echo's way: compiled loops."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def focused_rows(
    first, last, lines, craft, start, spacing, wavenumber, centres, down, aperture, window, datum,
    begin, depth, phased, weight, out,
):  # fmt: skip
    """Focused traces first to last, out complex64 (traces, samples).

    lines : complex64 (lines, n) compressed in range, at offsets from the carrier
    craft : (lines, 3) [m];  start : (lines,) range of the first sample [m];  spacing : [m]
    wavenumber : 4 pi f / c [rad/m]
    centres, down : (traces, 3) place of the craft [m] and unit vector to the ground
    aperture : (lines,) way along the track [m];  window : (traces, 2) place on it, half length
    datum : (traces,) range of the sample 0 of the focused trace [m]
    begin, depth : number of the first focused sample; range between them [m]
    phased : 1 takes the curvature of the way off, 0 only steers to zero Doppler
    weight : samples of the taper from the middle to the end of the aperture
    """
    samples = out.shape[1]
    n = lines.shape[1]
    for t in range(first, last):
        total = 0.0
        for j in range(craft.shape[0]):
            away = abs(aperture[j] - window[t, 0]) / window[t, 1]
            if away > 1.0:
                continue
            taper = weight[min(int(away * (weight.size - 1) + 0.5), weight.size - 1)]
            total += taper
            dx = craft[j, 0] - centres[t, 0]
            dy = craft[j, 1] - centres[t, 1]
            dz = craft[j, 2] - centres[t, 2]
            square = dx * dx + dy * dy + dz * dz
            fall = dx * down[t, 0] + dy * down[t, 1] + dz * down[t, 2]
            for k in range(samples):
                r0 = datum[t] + (begin + k) * depth
                r = math.sqrt(r0 * r0 - 2.0 * r0 * fall + square) if phased else r0 - fall
                x = (r - start[j]) / spacing
                i = math.floor(x)
                if i < 1 or i > n - 3:
                    continue
                u = x - i
                value = cubic(lines[j, i - 1], lines[j, i], lines[j, i + 1], lines[j, i + 2], u)
                angle = wavenumber * (r - r0)
                out[t, k] += taper * value * complex(math.cos(angle), math.sin(angle))
        if total > 0.0:
            for k in range(samples):
                out[t, k] /= total


@njit(cache=True, error_model="numpy", nogil=True)
def cubic(a, b, c, d, u):
    """Between b (u = 0) and c (u = 1) by the cubic through four even samples."""
    return (
        -u * (u - 1.0) * (u - 2.0) / 6.0 * a
        + (u * u - 1.0) * (u - 2.0) * 0.5 * b
        - u * (u + 1.0) * (u - 2.0) * 0.5 * c
        + u * (u * u - 1.0) / 6.0 * d
    )


@njit(cache=True, error_model="numpy", nogil=True)
def point_rows(first, last, craft, points, amplitude, start, spacing, wavenumber, pulse, fine, out):
    """Range-compressed lines of point targets, out complex64 (lines, samples).

    points : (targets, 3) [m];  amplitude : complex128 (targets,) at one metre's range squared
    pulse : amplitude every 1/fine samples, its peak in the middle
    """
    half = (pulse.size // 2) // fine
    middle = pulse.size // 2
    for j in range(first, last):
        for m in range(points.shape[0]):
            dx = craft[j, 0] - points[m, 0]
            dy = craft[j, 1] - points[m, 1]
            dz = craft[j, 2] - points[m, 2]
            r = math.sqrt(dx * dx + dy * dy + dz * dz)
            x = (r - start[j]) / spacing
            angle = -wavenumber * r
            value = amplitude[m] * complex(math.cos(angle), math.sin(angle))
            low, high = max(math.ceil(x - half), 0), math.floor(x + half)
            for k in range(low, min(high, out.shape[1] - 1) + 1):
                q = (k - x) * fine + middle
                i = int(q)
                if i < 0 or i >= pulse.size - 1:
                    continue
                u = q - i
                out[j, k] += value * (pulse[i] * (1.0 - u) + pulse[i + 1] * u)
