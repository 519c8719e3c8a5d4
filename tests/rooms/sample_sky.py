"""A look-back picture made by hand: two Lambert crescents, a star frame, stars, navigation."""

import numpy as np
import xarray as xr

PITCH = 51.0e-6  # rad per pixel at scale 1
SUN = np.array([-0.8, 0.6])  # in the picture
CENTRES = np.array([[420.0, 860.0], [1664.0, 560.0]])  # Earth, Moon [px] at scale 1
DIAMETERS = np.deg2rad([0.6084, 0.1278])
STARS = 46


def _disc(shape, centre, radius, phase, albedo):
    """Lambert sphere in pixels: (mask, radiance factor, incidence [rad])."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    u, v = (x - centre[0]) / radius, (y - centre[1]) / radius
    inside = u**2 + v**2 < 1
    w = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    mu0 = np.sin(phase) * (u * SUN[0] + v * SUN[1]) + np.cos(phase) * w
    texture = 1 + 0.35 * np.sin(5 * u + 3 * v) * np.cos(7 * v - 2 * u)
    lit = np.where(inside & (mu0 > 0), albedo * mu0 * texture, 0.0)
    return inside, lit, np.arccos(np.clip(mu0, -1, 1))


def _counts(light, rng):
    noisy = rng.poisson(np.clip(light, 0, None) + 40.0) + 64 + rng.normal(0, 2.0, light.shape)
    return (("y", "x"), np.clip(noisy, 0, 4095).astype(np.uint16))


def _stars(shape, rng):
    xy = rng.uniform((8, 8), (shape[1] - 8, shape[0] - 8), size=(STARS, 2))
    magnitude = np.sort(rng.uniform(3.2, 7.2, STARS))
    light = np.zeros(shape)
    for (x, y), m in zip(xy, magnitude, strict=True):
        light[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] += 900.0 * 10 ** (-0.4 * (m - 3.2))
    table = xr.Dataset(
        {
            "hip": ("star", rng.integers(1000, 118000, STARS)),
            "x": ("star", xy[:, 0]),
            "y": ("star", xy[:, 1]),
            "magnitude": ("star", magnitude),
            "identified": ("star", magnitude < 6.4),
        }
    )
    return light, table


def _navigation(centres, radii, rng):
    sigma = np.array([[0.016, 0.011], [0.021, 0.017]])
    distance = np.array([1.2e9, 1.558362e9])
    covariance = np.array([np.diag(s**2) for s in sigma])
    return xr.Dataset(
        {
            "name": ("body", np.array(["earth", "moon"])),
            "naif_id": ("body", np.array([399, 301])),
            "truth_centre": (("body", "px"), centres),
            "centre_px": (("body", "px"), centres + rng.normal(size=(2, 2)) * sigma),
            "centre_covariance": (("body", "px", "px2"), covariance),
            "truth_radius_px": ("body", radii),
            "radius_px": ("body", radii + np.array([0.011, -0.016])),
            "radius_sigma_px": ("body", np.array([0.012, 0.018])),
            "truth_range": ("body", distance),
            "range": ("body", distance * [0.99995, 1.0007]),
            "range_sigma": ("body", distance * np.array([1.2e-4, 8.3e-4])),
        }
    )


def sample_sky(scale: float = 1.0) -> dict[str, xr.Dataset]:
    """Products of a look back: 2048 x 1536 pixels times `scale`."""
    rng = np.random.default_rng(11)
    shape = (round(1536 * scale), round(2048 * scale))
    centres, radii = CENTRES * scale, 0.5 * DIAMETERS * scale / PITCH
    light = np.zeros(shape)
    body, incidence = np.zeros(shape, dtype=np.int32), np.full(shape, np.nan)
    for code, k, phase, albedo in ((399, 0, 104.9, 0.37), (301, 1, 103.3, 0.12)):
        inside, glow, angle = _disc(shape, centres[k], radii[k], np.deg2rad(phase), albedo)
        light += 5200.0 * glow
        body[inside], incidence[inside] = code, angle[inside]
    starlight, stars = _stars(shape, rng)
    arrows = {"sun_direction_px": SUN, "north_direction_px": [0.2, -0.98]}
    picture = xr.Dataset(
        {"dn": _counts(light, rng), "body": (("y", "x"), body),
         "incidence": (("y", "x"), incidence)},
        attrs={"exposure_s": 0.0042, "pixel_angle_rad": PITCH / scale, **arrows},
    )  # fmt: skip
    frame = xr.Dataset({"dn": _counts(95.0 * light + starlight, rng)}, attrs={"exposure_s": 0.4})
    return {
        "picture": picture,
        "star_frame": frame,
        "stars": stars,
        "navigation": _navigation(centres, radii, rng),
    }
