"""Where the border of a picture meets the ellipsoid: a compiled loop over frames and rays."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def border_hits(observer, axes, rays, radii, hits, seen):
    """First points of the ellipsoid along camera rays, one set of rays for all frames.

    observer (n, 3) [m] and axes (n, 3, 3) camera to body; rays (m, 3) in the camera; radii (3,)
    [m]. Out: hits (n, m, 3) [m], seen (n, m) bool. A ray that misses gets the point of the limb
    in the plane of the ray and the centre of the body (in the space where the body is a sphere).
    """
    a, b, c = radii[0], radii[1], radii[2]
    for k in range(observer.shape[0]):
        sx, sy, sz = observer[k, 0] / a, observer[k, 1] / b, observer[k, 2] / c
        ss = sx * sx + sy * sy + sz * sz
        t = axes[k]
        for i in range(rays.shape[0]):
            x, y, z = rays[i, 0], rays[i, 1], rays[i, 2]
            dx = (t[0, 0] * x + t[0, 1] * y + t[0, 2] * z) / a
            dy = (t[1, 0] * x + t[1, 1] * y + t[1, 2] * z) / b
            dz = (t[2, 0] * x + t[2, 1] * y + t[2, 2] * z) / c
            dd = dx * dx + dy * dy + dz * dz
            sd = sx * dx + sy * dy + sz * dz
            root = sd * sd - dd * (ss - 1.0)
            if root >= 0.0 and sd < 0.0:
                # the near root without cancellation
                far = (ss - 1.0) / (-sd + math.sqrt(root))
                px, py, pz = sx + far * dx, sy + far * dy, sz + far * dz
                seen[k, i] = True
            else:
                ox, oy, oz = dx - sd / ss * sx, dy - sd / ss * sy, dz - sd / ss * sz
                size = math.sqrt(ox * ox + oy * oy + oz * oz)
                g = math.sqrt(1.0 - 1.0 / ss) / size
                px, py, pz = sx / ss + g * ox, sy / ss + g * oy, sz / ss + g * oz
                seen[k, i] = False
            hits[k, i, 0], hits[k, i, 1], hits[k, i, 2] = a * px, b * py, c * pz
