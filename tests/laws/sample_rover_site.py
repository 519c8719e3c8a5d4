"""A place for rovers in closed form, near what Utopia has: 25 N, seasons and days as cosines."""

import numpy as np

from marsward.vehicles.rover_site import RoverSite


def utopia(ls, *, opacity=0.5, steps=96, lat=25.0, **more):
    """Sols at seasons [deg]; the ground's and the air's day as cosines of the hour."""
    ls = np.atleast_1d(np.asarray(ls, dtype=float))
    hour = (np.arange(steps) + 0.5) * (24.0 / steps)
    day = np.cos(2.0 * np.pi * (hour - 13.0) / 24.0)[None, :]
    year = np.cos(np.radians(ls - 120.0))[:, None]
    ground = 217.0 + 6.0 * year + (42.0 + 6.0 * year) * day
    air = 208.0 + 9.0 * year + 26.0 * np.roll(day, steps // 24, axis=1)
    n = ls.size
    return RoverSite(
        lat=lat, ls=ls, opacity=np.broadcast_to(np.asarray(opacity, float), (n,)).copy(),
        ground=ground, air=air, longwave=30.0 + 0.0 * ground, pressure=np.full(n, 800.0),
        wind=np.full((n, 1), 4.0), albedo=0.25, **more,
    )  # fmt: skip
