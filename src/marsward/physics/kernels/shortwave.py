"""Sunlight through a dusty column of air, band by band, and what it warms.

Layer 0 lies on the ground, edge 0 is the ground. Dust scatters and absorbs by two streams in each
band; carbon dioxide takes its near infrared by the closed form of Forget et al. 1999,
doi:10.1029/1999JE001025, which knows no dust (see `physics.near_infrared`).
"""

import math

from numba import njit

from marsward.physics.kernels.two_stream import two_stream_column


@njit(cache=True, error_model="numpy", nogil=True)
def slant(mu):
    """Cosine whose inverse is the air mass under a curved sky, 35 at the horizon: Rodgers 1967."""
    return math.sqrt(1224.0 * mu * mu + 1.0) / 35.0


@njit(cache=True, error_model="numpy", nogil=True)
def near_infrared(edges, path, flux, numbers, gravity, heat_capacity, taken):
    """Sunlight that carbon dioxide takes in the near infrared, by layer (L,) [W m-2].

    path: slant cosine; flux: of the Sun [W m-2]. numbers: warming [K s-1] at the reference pressure
    under an overhead Sun of the reference flux, that flux [W m-2], that pressure, the pressure of
    the roll-off [Pa] and its exponent. Returns the column's sum.
    """
    rate = numbers[0] * flux / numbers[1] * math.sqrt(numbers[2] * path)
    total = 0.0
    for i in range(taken.shape[0]):
        low, high = edges[i], max(edges[i + 1], 0.0)
        root_low, root_high = math.sqrt(low), math.sqrt(high)
        middle = 0.25 * (root_low + root_high) ** 2  # where the layer's mean of p^-1/2 is found
        bend = (1.0 + numbers[3] / middle) ** (-numbers[4])
        taken[i] = heat_capacity[i] / gravity * rate * 2.0 * (root_low - root_high) * bend
        total += taken[i]
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def shortwave_column(edges, dust_depth, cos_zenith, solar_flux, albedo, share, extinction,
                     scattering, asymmetry, gas, gravity, heat_capacity, work, down, up, heating,
                     ground):  # fmt: skip
    """Sunlight in one column; returns the direct beam on level ground [W m-2].

    edges (L + 1) [Pa]; dust_depth (L,) extinction at 0.67 um; cos_zenith of the Sun; solar_flux
    across its rays [W m-2]; albedo of the ground; by band (B,): share of sunlight, extinction over
    that at 0.67 um, albedo of single scattering, asymmetry; gas (5,): see `near_infrared`;
    gravity [m s-2]; heat_capacity (L,) [J kg-1 K-1]; work (10, L + 1). Fills down and up (L + 1)
    [W m-2], heating (L,) [K s-1] and ground (B, 2): what falls on the ground in each band before
    the gas, in all and as direct beam [W m-2].
    """
    count = dust_depth.shape[0]
    bands = share.shape[0]
    for i in range(count + 1):
        down[i] = 0.0
        up[i] = 0.0
    if not cos_zenith > 0.0:
        for i in range(count):
            heating[i] = 0.0
        for b in range(bands):
            ground[b, 0] = 0.0
            ground[b, 1] = 0.0
        return 0.0
    mu = slant(cos_zenith)
    top = solar_flux * cos_zenith
    direct = 0.0
    depth, fall, rise = work[7][:count], work[8], work[9]
    for b in range(bands):
        for i in range(count):
            depth[i] = extinction[b] * dust_depth[i]
        beam = two_stream_column(depth, scattering[b : b + 1], asymmetry[b : b + 1], mu,
                                 share[b] * top, albedo, work, fall, rise)  # fmt: skip
        ground[b, 0] = fall[0]
        ground[b, 1] = beam
        direct += beam
        for i in range(count + 1):
            down[i] += fall[i]
            up[i] += rise[i]
    direct *= take_gas(edges, mu, solar_flux, gas, gravity, heat_capacity, albedo, depth, down, up)
    for i in range(count):
        gain = (down[i + 1] - up[i + 1]) - (down[i] - up[i])
        heating[i] = gain * gravity / (heat_capacity[i] * (edges[i] - edges[i + 1]))
    return direct


@njit(cache=True, error_model="numpy", nogil=True)
def take_gas(edges, mu, solar_flux, gas, gravity, heat_capacity, albedo, taken, down, up):
    """Take from the light going down what carbon dioxide absorbs on the way, and at the ground
    its share of what goes up; never more than a tenth of the light that came in, nor half of what
    reaches an edge. What is gone is lost to the dust below too. Returns the share of the light at
    the ground that is left."""
    count = taken.shape[0]
    total = near_infrared(edges, mu, solar_flux, gas, gravity, heat_capacity, taken)
    most = 0.1 * down[count]
    part = most / total if total > most else 1.0
    lost, above = 0.0, down[count]
    for i in range(count - 1, -1, -1):
        here = down[i]
        lost = min(lost * here / above + part * taken[i], 0.5 * here)
        down[i] = here - lost
        above = here
    for i in range(count + 1):
        up[i] -= albedo * lost
    return 1.0 - lost / above


@njit(cache=True, error_model="numpy", nogil=True)
def shortwave_columns(edges, dust_depth, cos_zenith, solar_flux, albedo, share, extinction,
                      scattering, asymmetry, gas, gravity, heat_capacity, work, down, up, heating,
                      ground, direct, first, last):  # fmt: skip
    """shortwave_column() over columns first to last of arrays whose first axis is the column."""
    for i in range(first, last):
        direct[i] = shortwave_column(
            edges[i], dust_depth[i], cos_zenith[i], solar_flux[i], albedo[i], share, extinction,
            scattering, asymmetry, gas, gravity[i], heat_capacity[i], work, down[i], up[i],
            heating[i], ground[i],
        )  # fmt: skip
