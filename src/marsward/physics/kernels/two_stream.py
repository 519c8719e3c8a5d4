"""Two-stream light in a stack of layers: delta-Eddington, layers added from the ground up.

Layer 0 lies on the ground and edge 0 is the ground. Depths and optics are scaled first (Joseph,
Wiscombe & Weinman 1976, doi:10.1175/1520-0469(1976)033<2452:TDEAFR>2.0.CO;2: f = g^2, none where
g < 0), reflection and transmission of a layer are the Eddington ones of Meador & Weaver 1980,
doi:10.1175/1520-0469(1980)037<0630:TSATRT>2.0.CO;2, eqs. 14, 15 and table 1, and layers are joined
by adding.
"""

import math

from numba import njit

# Albedos of single scattering are kept this far below 1, where the law's own form breaks down: of
# the light that meets a scaled depth t some 2e-9 t is then lost.
_LEAST_LOSS = 1e-9
_NEAR = 1e-6  # how near to k mu = 1 the cosine is moved on, by as much
_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": True}


@njit(**_OPTIONS)
def medium(w, g, mu):
    """What layers of one kind of particle have in common, for a beam of cosine mu.

    w, g: albedo of single scattering and asymmetry. Returns (scale of depth, 1/mu, k, k + g1,
    k - g1, g2, then the three terms of reflection and three of transmission of the beam).
    """
    f = g * g if g > 0.0 else 0.0
    scale = 1.0 - w * f
    w = min((1.0 - f) * w / scale, 1.0 - _LEAST_LOSS)
    g = (g - f) / (1.0 - f)
    g1 = 0.25 * (7.0 - w * (4.0 + 3.0 * g))
    g2 = -0.25 * (1.0 - w * (4.0 - 3.0 * g))
    # (g1 - g2)(g1 + g2), without the loss of digits near w = 1
    k = math.sqrt(3.0 * (1.0 - w) * (1.0 - w * g))
    if abs(1.0 - k * mu) < _NEAR:
        mu = mu * (1.0 + 2.0 * _NEAR)
    g3 = 0.25 * (2.0 - 3.0 * g * mu)
    g4 = 1.0 - g3
    a1, a2 = g1 * g4 + g2 * g3, g1 * g3 + g2 * g4
    km = k * mu
    c = w / (1.0 - km * km)
    return (
        scale, 1.0 / mu, k, k + g1, k - g1, g2,
        c * (1.0 - km) * (a2 + k * g3), c * (1.0 + km) * (a2 - k * g3),
        c * 2.0 * k * (g3 - a2 * mu),
        c * (1.0 + km) * (a1 + k * g4), c * (1.0 - km) * (a1 - k * g4),
        c * 2.0 * k * (g4 + a1 * mu),
    )  # fmt: skip


@njit(**_OPTIONS)
def layer(m, depth):
    """Of one layer: share of the beam let through; of diffuse light reflected and let through; of
    the beam sent up and sent down as diffuse light. m: of `medium`; depth: before scaling."""
    tau = m[0] * depth
    beam = math.exp(-tau * m[1])
    e = math.exp(-tau * m[2])
    ee = e * e
    one = 1.0 / (m[3] + m[4] * ee)
    back = m[5] * (1.0 - ee) * one
    through = 2.0 * m[2] * e * one
    up = (m[6] - m[7] * ee - m[8] * e * beam) * one
    down = (m[11] * e - (m[9] - m[10] * ee) * beam) * one
    return beam, back, through, up, down


@njit(**_OPTIONS)
def two_stream_column(depth, albedo, asymmetry, mu, beam, ground, work, down, up):
    """Fluxes at the edges of a stack lit from above, in the units of `beam`.

    depth (L,) from the ground up; albedo, asymmetry of single scattering (L,), or (1,) for all
    layers alike; mu: cosine of the beam's way from the vertical, above 0; beam: its flux through a
    level plane at the top; ground: its albedo. work (7, L + 1). Fills down and up (L + 1), direct
    and diffuse together; returns the unscaled beam at the ground.
    """
    count = depth.shape[0]
    even = albedo.shape[0] == 1
    through, back, sent, stack, source = work[0], work[1], work[2], work[3], work[4]
    direct, onward = work[5], work[6]
    m = medium(albedo[0], asymmetry[0], mu)
    direct[count] = beam
    total = 0.0
    for i in range(count - 1, -1, -1):
        if not even:
            m = medium(albedo[i], asymmetry[i], mu)
        share, back[i], through[i], sent[i], onward[i] = layer(m, depth[i])
        direct[i] = direct[i + 1] * share
        total += depth[i]
    stack[0] = ground
    source[0] = ground * direct[0]
    for i in range(count):
        one = 1.0 / (1.0 - stack[i] * back[i])
        lit = direct[i + 1]
        stack[i + 1] = back[i] + through[i] * through[i] * stack[i] * one
        turned = source[i] + stack[i] * onward[i] * lit
        source[i + 1] = sent[i] * lit + through[i] * turned * one
        sent[i] = one
    diffuse = 0.0
    down[count], up[count] = beam, source[count]
    for i in range(count - 1, -1, -1):
        diffuse = sent[i] * (through[i] * diffuse + back[i] * source[i] + onward[i] * direct[i + 1])
        down[i] = direct[i] + diffuse
        up[i] = stack[i] * diffuse + source[i]
    return beam * math.exp(-total / mu)


@njit(cache=True, error_model="numpy", nogil=True)
def two_stream_columns(depth, albedo, asymmetry, mu, beam, ground, work, down, up, direct):
    """two_stream_column() over columns (n, L); albedo, asymmetry (n, L); mu, beam, ground (n,)."""
    for i in range(depth.shape[0]):
        if mu[i] > 0.0:
            direct[i] = two_stream_column(
                depth[i], albedo[i], asymmetry[i], mu[i], beam[i], ground[i], work, down[i], up[i]
            )
        else:
            direct[i] = 0.0
            down[i, :] = 0.0
            up[i, :] = 0.0
