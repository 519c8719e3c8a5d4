"""Turbulence near the ground: the surface layer by similarity and mixing above it.

Surface layer, with zeta = z/L of Monin and Obukhov and z0 one roughness for momentum and heat:

    F(z) = ln(z/z0) - psi(z/L) + psi(z0/L),     u* = k U/F_m,     theta* = k (theta - theta_s)/F_h.

psi is that of Businger and Dyer (Dyer 1974, doi:10.1007/BF00240838) while zeta < 0, with
phi_m = (1 - 16 zeta)^-1/4 and phi_h its square, and when stable phi = 1 + 5 zeta up to zeta = 1 and
5 + zeta beyond (Holtslag, De Bruijn & Pan 1990, doi:10.1175/1520-0493(1990)118
<1561:AHRAMT>2.0.CO;2). Above, K of Troen & Mahrt 1986, doi:10.1007/BF00122760, where convection
reaches, and else of Louis 1979, doi:10.1007/BF00117978, as in Louis, Tiedtke & Geleyn 1982.
"""

import math

from numba import njit

_FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn"}
_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": _FAST}
KARMAN = 0.4
# phi of Businger and Dyer, unstable and stable, and the zeta beyond which flux falls no more.
_DYER, _STABLE, MOST_ZETA, LEAST_ZETA = 16.0, 5.0, 10.0, -2000.0
_ITERATIONS = 8
# Bulk Richardson number at the top of the boundary layer: Vogelezang & Holtslag 1996,
# doi:10.1007/BF02430331; warmth of thermals over the mean, in units of flux over their speed, and
# share of w* in that speed, 7 k 0.1: Troen & Mahrt 1986.
_CRITICAL, _EXCESS, _THERMALS = 0.25, 6.5, 0.28
_SURFACE_SHARE = 0.1  # of the boundary layer that counts as surface layer
# Mixing length far from the ground [m]: Louis, Tiedtke & Geleyn 1982 take 150; 5 and 15 are theirs.
_LONGEST, _B, _C = 150.0, 5.0, 5.0
_LEAST_SHEAR = 1e-4  # s-1, keeps Richardson's number finite


@njit(**_OPTIONS)
def psi_momentum(zeta):
    """Integral of (1 - phi_m)/zeta."""
    if zeta < 0.0:
        x = math.sqrt(math.sqrt(1.0 - _DYER * zeta))
        whole = 2.0 * math.log(0.5 * (1.0 + x)) + math.log(0.5 * (1.0 + x * x))
        return whole - 2.0 * math.atan(x) + 0.5 * math.pi
    return psi_stable(zeta)


@njit(**_OPTIONS)
def psi_heat(zeta):
    """Integral of (1 - phi_h)/zeta."""
    if zeta < 0.0:
        return 2.0 * math.log(0.5 * (1.0 + math.sqrt(1.0 - _DYER * zeta)))
    return psi_stable(zeta)


@njit(**_OPTIONS)
def psi_stable(zeta):
    """The same for stable air, momentum and heat alike."""
    if zeta <= 1.0:
        return -_STABLE * zeta
    return -(_STABLE - 1.0) * (1.0 + math.log(zeta)) - zeta


@njit(**_OPTIONS)
def profile_factors(height, roughness, zeta):
    """F_m and F_h at a height, zeta being height/L."""
    span, low = math.log(height / roughness), zeta * roughness / height
    momentum = span - psi_momentum(zeta) + psi_momentum(low)
    return momentum, span - psi_heat(zeta) + psi_heat(low)


@njit(**_OPTIONS)
def stable_zeta(span, ratio, richardson):
    """Root of zeta = Ri F(zeta) in stable air, at most MOST_ZETA; ratio : roughness/height.

    Closed where zeta is under 1; else Newton's method from above, which a convex function lets
    fall to the root without passing it.
    """
    left = 1.0 - _STABLE * richardson * (1.0 - ratio)
    if richardson * span <= left:
        return richardson * span / left
    zeta = MOST_ZETA
    for _ in range(_ITERATIONS):
        low = zeta * ratio
        whole = span - psi_stable(zeta) + psi_stable(low)
        off = zeta - richardson * whole
        if off <= 0.0:
            break
        slope = (psi_slope(low) * ratio - psi_slope(zeta)) * richardson
        zeta -= off / (1.0 - slope)
    return zeta


@njit(**_OPTIONS)
def psi_slope(zeta):
    """Derivative of psi_stable."""
    return -_STABLE if zeta <= 1.0 else -(_STABLE - 1.0) / zeta - 1.0


@njit(**_OPTIONS)
def similarity(height, roughness, richardson):
    """zeta of a bulk Richardson number g z (theta - theta_s)/(theta U^2), with F_m and F_h.

    Ri = zeta F_h/F_m^2 rises throughout with zeta, which is held to -2000 to 10.
    """
    span = math.log(height / roughness)
    if richardson > 0.0:
        zeta = stable_zeta(span, roughness / height, richardson)
        momentum, heat = profile_factors(height, roughness, zeta)
        return zeta, momentum, heat
    zeta = max(richardson * span, LEAST_ZETA)
    momentum, heat = profile_factors(height, roughness, zeta)
    for _ in range(_ITERATIONS):
        held = zeta
        zeta = max(richardson * momentum * momentum / heat, LEAST_ZETA)
        momentum, heat = profile_factors(height, roughness, zeta)
        if abs(zeta - held) < 1e-5 * abs(zeta):
            break
    return zeta, momentum, heat


@njit(**_OPTIONS)
def boundary_height(z, theta, wind2, layers, friction, flux, speed, buoyancy):
    """Height [m] at which the bulk Richardson number from the lowest layer up is critical.

    z, theta, wind2 (layers,) : middles [m], potential temperature [K], wind squared [m2 s-2]
    flux : theta w of the surface [K m s-1]; speed : of thermals [m s-1]; buoyancy : g/theta
    """
    base = theta[0]
    if flux > 0.0:
        base += min(_EXCESS * flux / max(speed, 1e-3), 5.0)
    before = 0.0
    for k in range(1, layers):
        shear = wind2[k] + 100.0 * friction * friction
        now = buoyancy * (theta[k] - base) * (z[k] - z[0]) / max(shear, 1e-6)
        if now > _CRITICAL:
            share = (_CRITICAL - before) / (now - before)
            return max(z[k - 1] + share * (z[k] - z[k - 1]), z[0])
        before = now
    return z[layers - 1]


@njit(**_OPTIONS)
def louis(richardson, mixing, z):
    """Louis's factors of momentum and heat for a gradient Richardson number."""
    if richardson >= 0.0:
        root = math.sqrt(1.0 + _B * richardson)
        return 1.0 / (1.0 + 2.0 * _B * richardson / root), 1.0 / (
            1.0 + 3.0 * _B * richardson * root
        )
    reach = 3.0 * _B * _C * (mixing / z) ** 2 * math.sqrt(-richardson / 27.0**0.5)
    return (
        1.0 - 2.0 * _B * richardson / (1.0 + reach),
        1.0 - 3.0 * _B * richardson / (1.0 + reach),
    )


@njit(**_OPTIONS)
def thermal_speed(friction, scale, near):
    """Speed of turbulence [m s-1] in convecting air, `near` 1 above its lowest tenth."""
    return (friction**3 + _THERMALS * near * scale**3) ** (1.0 / 3.0)


@njit(**_OPTIONS)
def mixing(k_momentum, k_heat, edge, z, theta, east, north, layers, top, friction, scale, gravity):
    """Eddy diffusivities [m2 s-1] at inner edges 1 to layers - 1.

    top : height of the boundary layer [m]; friction, scale : u* and w* [m s-1], scale 0 if stable
    """
    for j in range(1, layers):
        rise, height = z[j] - z[j - 1], edge[j]
        du, dv = east[j] - east[j - 1], north[j] - north[j - 1]
        shear = max(math.sqrt(du * du + dv * dv) / rise, _LEAST_SHEAR)
        lift = 2.0 * gravity * (theta[j] - theta[j - 1]) / ((theta[j] + theta[j - 1]) * rise)
        length = KARMAN * height / (1.0 + KARMAN * height / _LONGEST)
        f_m, f_h = louis(lift / (shear * shear), length, height)
        momentum, heat = length * length * shear * f_m, length * length * shear * f_h
        if scale > 0.0 and height < top:
            near = min(height / top, _SURFACE_SHARE) / _SURFACE_SHARE
            deep = KARMAN * thermal_speed(friction, scale, near) * height
            deep *= (1.0 - height / top) ** 2
            momentum, heat = max(momentum, deep), max(heat, deep)
        k_momentum[j], k_heat[j] = momentum, heat


@njit(**_OPTIONS)
def mix_wind(winds, mass, conduct, drag, coriolis, geostrophic, dt, layers, work):
    """Winds (2, layers) [m s-1] over one step: drag, mixing, the balance with the pressure's slope.

    (1 + i f dt) w - mixing = w_old + i f dt G, with w = east + i north and G along the east.
    mass (layers,) [kg m-2]; conduct (layers + 1,) : rho K/dz at edges [kg m-2 s-1]; drag : of the
    ground on the lowest layer, likewise; work : complex (2, layers)
    """
    turn = 1.0 + 1j * coriolis * dt
    push = 1j * coriolis * dt * geostrophic
    for k in range(layers - 1, -1, -1):
        below = dt * (conduct[k] if k > 0 else drag) / mass[k]
        middle = turn + below
        source = winds[0, k] + 1j * winds[1, k] + push
        if k + 1 < layers:
            above = dt * conduct[k + 1] / mass[k]
            middle += above * (1.0 - work[0, k + 1])
            source += above * work[1, k + 1]
        work[0, k], work[1, k] = below / middle, source / middle
    wind = 0.0 * turn
    for k in range(layers):
        wind = work[0, k] * wind + work[1, k]
        winds[0, k], winds[1, k] = wind.real, wind.imag


@njit(**_OPTIONS)
def settle_convection(temperature, mass, exner, first, layers, passes):
    """Mix neighbours that are warmer below than the adiabat allows, from layer `first` up.

    Pools of layers grow while they are unstable, as in the pool-adjacent-violators rule, and take
    the potential temperature that keeps their heat, sum of mass cp T. Returns the layers moved.
    """
    moved = 0
    for _ in range(passes):
        changed = False
        k = first
        while k < layers - 1:
            if temperature[k] * exner[k + 1] <= temperature[k + 1] * exner[k] * (1.0 + 1e-12):
                k += 1
                continue
            low, heat, weight = k, mass[k] * temperature[k], mass[k] * exner[k]
            high = k
            while high < layers - 1 and heat / weight > (
                temperature[high + 1] / exner[high + 1]
            ) * (1.0 + 1e-12):
                high += 1
                heat += mass[high] * temperature[high]
                weight += mass[high] * exner[high]
            theta = heat / weight
            for i in range(low, high + 1):
                temperature[i] = theta * exner[i]
            moved += high - low + 1
            changed = True
            k = high
        if not changed:
            break
    return moved


@njit(**_OPTIONS)
def similarity_many(height, roughness, richardson, out):
    """zeta, F_m and F_h of many numbers, out (3, m)."""
    for i in range(richardson.size):
        out[0, i], out[1, i], out[2, i] = similarity(height[i], roughness[i], richardson[i])


@njit(**_OPTIONS)
def factors_many(height, roughness, zeta, out):
    """F_m and F_h of many heights, out (2, m)."""
    for i in range(zeta.size):
        out[0, i], out[1, i] = profile_factors(height[i], roughness[i], zeta[i])
