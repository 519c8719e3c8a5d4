"""What the look back writes down: picture, stars, navigation, key numbers."""

import math
from datetime import timedelta

import numpy as np
import xarray as xr

from marsward.core.trajectory import Trajectory
from marsward.data.fits_writer import celestial_keywords, write_fits, write_png
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.mission.phases.phase import Given, Outcome, Quantity
from marsward.retrieval.attitude import unaberrate
from marsward.retrieval.sighting import Navigation

BEIJING = timedelta(hours=8)
SKY = "path of the cruise, DE440"
CITATIONS = [
    "CNSA, 28 July 2020: Tianwen-1 photographs Earth and Moon from 1.2 million km",
    "van Leeuwen 2007 (Hipparcos, the new reduction), doi:10.1051/0004-6361:20078357",
    "Hapke 2012, Theory of Reflectance and Emittance Spectroscopy, doi:10.1017/CBO9781139025683",
    "Cox & Munk 1954 (ocean glint), doi:10.1364/JOSA.44.000838",
    "Markley & Mortari 2000 (attitude from vectors), doi:10.1007/BF03546284",
]


def record(phase, sitting, found: Navigation, path: Trajectory, given: Given) -> Outcome:
    """Turn a sitting and its navigation into the phase's outcome; write FITS and PNG."""
    picture = picture_product(sitting)
    lens = sitting.camera.pinhole
    turn, scale = catalogue_axes(found.attitude.matrix, sitting.observer[3:])
    celestial = celestial_keywords(turn, lens.focal_px * scale, lens.cx, lens.cy)
    write_fits(picture, given.folder / "picture.fits", celestial=celestial)
    write_png(picture, given.folder / "picture.png")
    write_fits(sitting.long, given.folder / "star_frame.fits", celestial=celestial)
    stars = star_product(sitting, found)
    navigation = navigation_product(sitting, found)
    numbers = summary(phase, sitting, found, path, stars)
    return Outcome(
        products={
            "picture": picture,
            "star_frame": sitting.long[["dn"]].assign_attrs(sitting.long.attrs),
            "stars": stars,
            "navigation": navigation,
        },
        summary=numbers,
        sentence=_sentence(numbers),
        assumptions=_assumptions(phase, sitting, found),
        citations=CITATIONS,
        substitutes=[
            "Clouds, lights and colours of Earth are textures of other days, not of "
            f"{sitting.epoch.isot(digits=0)[:10]}.",
        ],
    )


def _sentence(numbers: dict[str, Quantity]) -> str:
    return (
        f"picture of {numbers['epoch_beijing'].value} Beijing time, "
        f"Earth {numbers['earth_range'].value / 1e6:.3f} million km away and "
        f"{numbers['earth_diameter'].value:.3f}° wide"
        if "earth_range" in numbers
        else f"picture of {numbers['epoch_utc'].value} UTC"
    )


def _assumptions(phase, sitting, found: Navigation) -> list[str]:
    return [
        "Field of view, detector and optics of the navigation sensor are not public: the camera's "
        "values are assumed and marked so.",
        "The camera looks midway between the bodies, with them in a row along its columns; how "
        "the real one was turned is not public.",
        "Two frames are taken, a short one for the bodies and a long one for the stars.",
        f"Before the stars are looked at the attitude is believed to "
        f"{math.degrees(phase.pointing_sigma):.2g}° (1 sigma, each axis).",
        *found.assumptions,
    ]


def catalogue_axes(attitude: np.ndarray, velocity: np.ndarray) -> tuple[np.ndarray, float]:
    """Attitude and scale by which catalogue directions, without aberration, meet their pixels.

    Stellar aberration shifts the whole field by up to v/c and narrows it by about (v/c) cos of the
    angle from the apex; near the boresight that is one rotation and one scale.

    Parameters
    ----------
    attitude : ndarray (3, 3)
        Apparent J2000 directions to camera axes.
    velocity : ndarray (3,)
        Of the observer, barycentric [m/s].

    Returns
    -------
    ndarray (3, 3), float
        Rotation of catalogue directions to camera axes, and the factor on the focal length.
    """
    aside = math.radians(1.0)
    axis = unaberrate(attitude[2], velocity)
    right = unaberrate(math.cos(aside) * attitude[2] + math.sin(aside) * attitude[0], velocity)
    across = right - (right @ axis) * axis
    x = across / np.linalg.norm(across)
    angle = math.atan2(float(np.linalg.norm(across)), float(right @ axis))
    return np.array([x, np.cross(axis, x), axis]), math.tan(aside) / math.tan(angle)


def picture_product(sitting) -> xr.Dataset:
    """The short frame with its backplanes, and arrows to the Sun and to celestial north."""
    planes = ("body", "incidence", "emission", "phase", "lon", "lat")
    result = sitting.short.assign({name: sitting.truth[name] for name in planes})
    middle = sitting.bodies[0]
    sun = _arrow(sitting, middle, middle.sun)
    north = _arrow(sitting, middle, np.array([0.0, 0.0, 1.0]))
    keep = {k: v for k, v in sitting.truth.attrs.items() if k not in ("boxes",)}
    return result.assign_attrs(keep | dict(sitting.short.attrs)).assign_attrs(
        sun_direction_px=sun, north_direction_px=north,
        pixel_angle_rad=float(sitting.camera.pinhole.pixel_angle),
    )  # fmt: skip


def _arrow(sitting, body, towards: np.ndarray) -> list[float]:
    """Unit vector in the picture from a body's centre along a direction in space."""
    sight = body.apparent / body.distance
    step = towards - (towards @ sight) * sight
    ends = sitting.camera.pinhole.project(
        np.stack([sight, sight + 1e-4 * step / np.linalg.norm(step)]) @ sitting.attitude.T
    )
    move = ends[1] - ends[0]
    return [float(x) for x in move / np.linalg.norm(move)]


def star_product(sitting, found: Navigation) -> xr.Dataset:
    """Stars of the truth in the frame, and which of them the navigation named and used."""
    truth = sitting.truth
    pinhole = sitting.camera.pinhole
    x, y = truth["star_x"].to_numpy(), truth["star_y"].to_numpy()
    inside = (x >= 0) & (x <= pinhole.width - 1) & (y >= 0) & (y <= pinhole.height - 1)
    hip = truth["star_hip"].to_numpy()[inside].astype(np.int64)
    named = {int(h): i for i, h in enumerate(found.hip)}
    row = np.array([named.get(int(h), -1) for h in hip])
    measured = np.full((len(hip), 2), np.nan)
    if len(found.hip):
        measured[row >= 0] = found.star_xy[row[row >= 0]]
    return xr.Dataset(
        {
            "hip": ("star", hip),
            "x": ("star", x[inside], {"units": "pixel"}),
            "y": ("star", y[inside], {"units": "pixel"}),
            "magnitude": ("star", truth["star_v"].to_numpy()[inside], {"units": "mag"}),
            "identified": ("star", row >= 0),
            "x_measured": ("star", measured[:, 0], {"units": "pixel"}),
            "y_measured": ("star", measured[:, 1], {"units": "pixel"}),
        }
    )


def navigation_product(sitting, found: Navigation) -> xr.Dataset:
    """What the picture alone told, with the truth beside it."""
    pinhole = sitting.camera.pinhole
    by_name = {b.body.name: b for b in sitting.bodies}
    bodies = [by_name[s.name] for s in found.sightings]
    centre = np.array([pinhole.project(sitting.attitude @ b.apparent) for b in bodies])
    ranges = np.array([b.distance for b in bodies])
    radius = np.array(
        [pinhole.focal_px * math.tan(math.asin(b.body.radius / b.distance)) for b in bodies]
    )
    result = found.dataset().assign(
        name=("body", np.array([s.name for s in found.sightings], object)),
        naif_id=("body", np.array([b.body.naif_id for b in bodies])),
        truth_centre=(("body", "px"), centre, {"units": "pixel"}),
        truth_range=("body", ranges, {"units": "m"}),
        truth_radius_px=("body", radius, {"units": "pixel"}),
    )
    if found.fix is not None:
        miss = found.fix.position - sitting.observer[:3]
        result = result.assign(fix_error=("axis", miss, {"units": "m"}))
    return result


def summary(phase, sitting, found: Navigation, path: Trajectory, stars) -> dict[str, Quantity]:
    """Key numbers of the look back by name."""
    result = _when(sitting) | _scene_numbers(sitting, path)
    result |= _navigation_numbers(sitting, found)
    result["exposure"] = Quantity(
        float(sitting.short.attrs["exposure_s"]), "s", None, "automatic, as on board"
    )
    result["star_exposure"] = Quantity(float(sitting.long.attrs["exposure_s"]), "s", None, "chosen")
    result["stars_identified"] = Quantity(int(stars["identified"].sum()), "", None, "star frame")
    return result


def _when(sitting) -> dict[str, Quantity]:
    local = sitting.epoch + BEIJING.total_seconds()
    return {
        "epoch_utc": Quantity(str(sitting.epoch.utc), "UTC", None, SKY),
        "epoch_beijing": Quantity(
            local.isot(digits=0).replace("T", " "), "UTC+8", None, "UTC plus eight hours"
        ),
    }


def _scene_numbers(sitting, path: Trajectory) -> dict[str, Quantity]:
    """Ranges, sizes, phases and separations of the bodies as seen."""
    ephemeris = default_ephemeris()
    result: dict[str, Quantity] = {}
    for item in sitting.bodies:
        name = item.body.name
        state = path.at(sitting.epoch, wrt=name, ephemeris=ephemeris)
        distance = float(np.linalg.norm(state[:3]))
        phase = item.phase
        result |= {
            f"{name}_range": Quantity(distance / 1e3, "km", None, SKY),
            f"{name}_light_time": Quantity(item.light_time, "s", None, SKY),
            f"{name}_diameter": Quantity(
                math.degrees(2.0 * math.asin(item.body.radius / item.distance)), "deg", None,
                "mean radius (IAU 2015) and distance",
            ),
            f"{name}_phase": Quantity(math.degrees(phase), "deg", None, SKY),
            f"{name}_lit": Quantity(50.0 * (1.0 + math.cos(phase)), "%", None, "(1 + cos phase)/2"),
        }  # fmt: skip
        if name == sitting.bodies[0].body.name:
            result["speed"] = Quantity(
                float(np.linalg.norm(state[3:])) / 1e3, "km/s", None, f"relative to {name}"
            )
    if len(sitting.bodies) > 1:
        a, b = (s.apparent / s.distance for s in (sitting.bodies[0], sitting.bodies[-1]))
        angle = math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b))
        result["separation"] = Quantity(math.degrees(angle), "deg", None, SKY)
        first, last = sitting.bodies[0], sitting.bodies[-1]
        ratio = (first.body.radius / first.distance) / (last.body.radius / last.distance)
        result["size_ratio"] = Quantity(ratio, "", None, "apparent diameters")
    return result


def _navigation_numbers(sitting, found: Navigation) -> dict[str, Quantity]:
    """Measured in the picture, with sigma: sizes, ranges, attitude, position."""
    by_name = {b.body.name: b for b in sitting.bodies}
    pinhole = sitting.camera.pinhole
    result: dict[str, Quantity] = {}
    for sight in found.sightings:
        truth = by_name[sight.name]
        centre = pinhole.project(sitting.attitude @ truth.apparent)
        size = pinhole.focal_px * math.tan(math.asin(truth.body.radius / truth.distance))
        key = sight.name
        result |= {
            f"{key}_measured_diameter": Quantity(
                2.0 * sight.radius_px, "px", 2.0 * sight.radius_sigma_px, "limb in the picture"
            ),
            f"{key}_true_diameter": Quantity(2.0 * size, "px", None, "geometry"),
            f"{key}_measured_range": Quantity(
                sight.range / 1e3, "km", sight.range_sigma / 1e3, "limb in the picture"
            ),
            f"{key}_centre_error": Quantity(
                float(np.linalg.norm(sight.centre_px - centre)), "px",
                float(np.sqrt(np.trace(sight.centre_covariance))), "measured minus truth",
            ),
        }  # fmt: skip
    turn = found.attitude.matrix @ sitting.attitude.T
    angle = 0.5 * np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0],
                            turn[1, 0] - turn[0, 1]])  # fmt: skip
    sigma = np.sqrt(np.diag(found.attitude.covariance))
    arcsec = math.degrees(1.0) * 3600.0
    result["attitude_error"] = Quantity(
        float(np.linalg.norm(angle[:2])) * arcsec, "arcsec",
        float(np.linalg.norm(sigma[:2])) * arcsec, "boresight, stars against truth",
    )  # fmt: skip
    result["star_residual"] = Quantity(found.star_rms_px, "px", None, "root mean square")
    if found.fix is not None:
        miss = found.fix.position - sitting.observer[:3]
        result["position_error"] = Quantity(
            float(np.linalg.norm(miss)) / 1e3, "km",
            float(np.sqrt(np.trace(found.fix.covariance))) / 1e3,
            "position from the picture minus the path",
        )  # fmt: skip
    return result
