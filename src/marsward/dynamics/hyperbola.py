"""The hyperbola that leaves one planet and arrives at another: C3, asymptotes and the B-plane."""

from dataclasses import dataclass

import numpy as np

from marsward.core.errors import PhysicsError


@dataclass(frozen=True)
class Hyperbola:
    """Osculating hyperbola about one body, in the axes of the state it was made from.

    Attributes
    ----------
    c3 : float
        Twice the orbital energy, the square of the speed at infinity [m2/s2].
    periapsis_radius : float
        Distance of the periapsis from the centre [m].
    time_to_periapsis : float
        Seconds from the state to the periapsis; negative when it is past [s].
    incoming, outgoing : ndarray (3,)
        Unit vectors of the velocity at infinity before and after the passage.
    inclination : float
        Angle between the orbit normal and the z axis [rad].
    impact : ndarray (3,)
        The B vector: from the centre to the incoming asymptote, normal to it [m].
    """

    c3: float
    periapsis_radius: float
    time_to_periapsis: float
    incoming: np.ndarray
    outgoing: np.ndarray
    inclination: float
    impact: np.ndarray


def hyperbola(state: np.ndarray, gm: float) -> Hyperbola:
    """Return the osculating hyperbola of a state.

    With energy C3 = v^2 - 2 GM/r, eccentricity vector e, normal h and
    beta = acos(1/e), the asymptotes are S_out,in = (-+ e_hat + sqrt(e^2 - 1) q_hat) / e
    with q_hat = h_hat x e_hat, and B = S_in x h / v_inf. Time from periapsis by
    M = e sinh F - F with sqrt(a^3/GM) the unit.

    Parameters
    ----------
    state : ndarray (6,)
        Position [m] and velocity [m/s] relative to the body, inertial axes.
    gm : float
        Gravitational parameter of the body [m3/s2].

    Raises
    ------
    PhysicsError
        When the state is bound to the body (C3 <= 0).

    References
    ----------
    Vallado, D. A. (2013), Fundamentals of Astrodynamics and Applications, 4th ed., ch. 2.
    Kizner, W. (1961), Planet. Space Sci. 7, 125, doi:10.1016/0032-0633(61)90293-8 (B-plane).
    """
    r, v = np.asarray(state[:3], float), np.asarray(state[3:], float)
    distance = float(np.linalg.norm(r))
    c3 = float(v @ v - 2.0 * gm / distance)
    if c3 <= 0.0:
        raise PhysicsError(
            f"the orbit is bound (C3 = {c3 / 1e6:.3f} km2/s2 <= 0), so it has no asymptote; "
            "give a state on the hyperbola"
        )
    h = np.cross(r, v)
    eccentricity = np.cross(v, h) / gm - r / distance
    e = float(np.linalg.norm(eccentricity))
    e_hat = eccentricity / e
    h_hat = h / np.linalg.norm(h)
    q_hat = np.cross(h_hat, e_hat)
    root = np.sqrt(e * e - 1.0)
    incoming = (e_hat + root * q_hat) / e
    outgoing = (-e_hat + root * q_hat) / e
    a = gm / c3
    sinh_f = float(r @ v) / (e * np.sqrt(gm * a))
    time_past = np.sqrt(a**3 / gm) * (e * sinh_f - np.arcsinh(sinh_f))
    return Hyperbola(
        c3=c3,
        periapsis_radius=a * (e - 1.0),
        time_to_periapsis=-float(time_past),
        incoming=incoming,
        outgoing=outgoing,
        inclination=float(np.arccos(np.clip(h_hat[2], -1.0, 1.0))),
        impact=np.cross(incoming, h) / np.sqrt(c3),
    )


def b_plane(arrival: Hyperbola, pole: np.ndarray) -> tuple[float, float]:
    """Return B·T and B·R of an arrival [m].

    S is the incoming asymptote, T = S x pole (so T lies in the planet's equator when
    `pole` is its spin axis) and R = S x T completes the right-handed set.

    Parameters
    ----------
    arrival : Hyperbola
        The arrival hyperbola.
    pole : ndarray (3,)
        Reference pole in the same axes, usually the planet's spin axis.

    References
    ----------
    Kizner, W. (1961), Planet. Space Sci. 7, 125, doi:10.1016/0032-0633(61)90293-8.
    """
    t = np.cross(arrival.incoming, pole)
    t = t / np.linalg.norm(t)
    r = np.cross(arrival.incoming, t)
    return float(arrival.impact @ t), float(arrival.impact @ r)


def impact_radius(c3: float, gm: float, radius: float) -> float:
    """Return the |B| below which the hyperbola meets a sphere of `radius` [m].

    b = radius sqrt(1 + 2 GM / (radius v_inf^2)), from angular momentum and energy.
    """
    return float(radius * np.sqrt(1.0 + 2.0 * gm / (radius * c3)))
