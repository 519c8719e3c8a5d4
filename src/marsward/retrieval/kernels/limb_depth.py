"""How deep inside the limb of an ellipsoid given rays pass."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def limb_depth(rays, centre, to_unit, out):
    """Depth inside the limb in units of the body's radius: 1 at the centre, 0 at the limb.

    rays (n, 3): unit vectors; centre (3,) [m]; to_unit (3, 3) maps metres to the unit sphere.
    """
    px = to_unit[0, 0] * centre[0] + to_unit[0, 1] * centre[1] + to_unit[0, 2] * centre[2]
    py = to_unit[1, 0] * centre[0] + to_unit[1, 1] * centre[1] + to_unit[1, 2] * centre[2]
    pz = to_unit[2, 0] * centre[0] + to_unit[2, 1] * centre[1] + to_unit[2, 2] * centre[2]
    for k in range(rays.shape[0]):
        dx = to_unit[0, 0] * rays[k, 0] + to_unit[0, 1] * rays[k, 1] + to_unit[0, 2] * rays[k, 2]
        dy = to_unit[1, 0] * rays[k, 0] + to_unit[1, 1] * rays[k, 1] + to_unit[1, 2] * rays[k, 2]
        dz = to_unit[2, 0] * rays[k, 0] + to_unit[2, 1] * rays[k, 1] + to_unit[2, 2] * rays[k, 2]
        s = (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz)
        qx, qy, qz = s * dx - px, s * dy - py, s * dz - pz
        out[k] = 1.0 - math.sqrt(qx * qx + qy * qy + qz * qz)
