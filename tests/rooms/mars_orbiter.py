"""An orbiter of Mars for the tests of rays: flown by us, and the same for SPICE."""

import math

import numpy as np
import spiceypy

from marsward.core import frames
from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440, leapseconds
from marsward.data.spk_writer import write_spk
from marsward.dynamics.propagate import propagate

CRAFT = -999
LOWEST = 265e3
NEAR_J2000 = Epoch.et(1000.25)
CAMPAIGN = Epoch.utc("2021-11-10")


def orbiter(epoch, eccentricity=0.0):
    """A trajectory about Mars: 265 km above the equator's radius at ``epoch``, outbound then."""
    mars = body("mars")
    axes = frames.rotation("J2000", "MARS_MEOD", epoch).T
    radius = mars.radii[0] + LOWEST
    up = np.array([0.35, 0.25, 0.9])
    up /= np.linalg.norm(up)
    along = np.cross(up, [1.0, 0.0, 0.0])
    along *= math.sqrt(mars.gm * (1.0 + eccentricity) / radius) / np.linalg.norm(along)
    state = np.concatenate([axes @ (radius * up), axes @ along])
    return propagate(state, epoch - 100.0, epoch + 4000.0, centre="mars")


def nadir(trajectory, at):
    """An attitude with +z to the centre of Mars."""
    z = -trajectory.at(at, wrt="mars")[:3]
    z /= np.linalg.norm(z)
    x = np.cross(z, [0.0, 0.0, 1.0])
    x /= np.linalg.norm(x)
    return np.array([x, np.cross(z, x), z])


def sample_rays(half_x=27.0, half_y=21.0, count=7):
    """Unit rays (count, count, 3) over a frame of half angles [deg], corners included."""
    u = math.tan(math.radians(half_x)) * np.linspace(-1.0, 1.0, count)
    v = math.tan(math.radians(half_y)) * np.linspace(-1.0, 1.0, count)
    rays = np.stack([*np.meshgrid(u, v), np.ones((count, count))], axis=-1)
    return rays / np.linalg.norm(rays, axis=-1, keepdims=True)


def load_spice(folder, trajectory, planets):
    """Kernels of the flight, of DE440, of Mars at its barycentre and of the rotation of Mars."""
    spiceypy.kclear()
    craft = write_spk(folder / "craft.bsp", trajectory, naif_id=CRAFT, tolerance=1e-5)
    centre = folder / "centre.bsp"
    et = np.linspace(trajectory.start.et - 1e5, trajectory.stop.et + 1e5, 5)
    handle = spiceypy.spkopn(str(centre), "centre of Mars", 100)
    spiceypy.spkw13(
        handle, 499, 4, "J2000", et[0], et[-1], "at the barycentre", 7, 5, np.zeros((5, 6)), et
    )
    spiceypy.spkcls(handle)
    for path in (de440(), leapseconds(), planets, craft, centre):
        spiceypy.furnsh(str(path))


def spice_sights(et, directions, correction, frame="J2000"):
    """Points (n, 3) [m] and incidence, emission, phase (n, 3) [rad] by sincpt and ilumin."""
    points, angles = [], []
    for ray in directions:
        asked = ("MARS", et, "IAU_MARS", correction, str(CRAFT))
        point = spiceypy.sincpt("ELLIPSOID", *asked, frame, ray)[0]
        _, _, phase, incidence, emission = spiceypy.ilumin("ELLIPSOID", *asked, point)
        points.append(point)
        angles.append((incidence, emission, phase))
    return np.array(points) * 1e3, np.array(angles)
