"""What the rover's laser and its spectral camera tell of the rocks along the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.instruments.laser_spectrometer import LaserSpectrometer
from marsward.instruments.spectral_camera import SpectralCamera
from marsward.mission.phases.phase import Given
from marsward.mission.phases.rover_looks import not_flown
from marsward.physics.rock_oxides import OXIDES
from marsward.planet.rover_rocks import RoverRocks, rover_rocks
from marsward.retrieval.oxides import OxideCalibration, standards
from marsward.retrieval.relative_reflectance import relative_reflectance
from marsward.vehicles.rover_site import RoverSite

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

__all__ = ["camera_looks", "laser_looks"]

_STANDARDS = 200
_REACH = (2.0, 4.0)  # m, between which targets and standards stand
_LABORATORY = 10_000_000  # campaigns of the standards count from here, those on Mars from 0


def laser_looks(phase: Rover, given: Given, length: float) -> xr.Dataset:
    """Oxides of the rocks on a drive of a length [m], told by the laser and true.

    Dataset (target, oxide): truth, share, share_sigma; by oxide left_out_error, that of the
    standards when they are left out; target_way and target_distance [m].
    """
    if phase.laser is None:
        return not_flown("laser")
    laser: LaserSpectrometer = given.instrument(phase.laser)
    rocks = rover_rocks(length, seed=given.mission.seed)
    known = standards(_STANDARDS, seed=given.seed)
    law = OxideCalibration.of(
        laser.observe(
            known, distance=_distances(laser, _STANDARDS, given.seed), seed=given.seed + 1,
            campaign=_LABORATORY + np.arange(_STANDARDS),
        ),
        known,
    )  # fmt: skip
    far = _distances(laser, len(rocks.names), given.seed + 2)
    seen = laser.observe(rocks.oxides, distance=far, seed=given.seed + 3, campaign=given.seed)
    told = law.shares(seen)
    dims = ("target", "oxide")
    return xr.Dataset(
        {
            "truth": (dims, rocks.oxides, {"units": "1"}),
            "share": (dims, told["oxide_share"].values, {"units": "1"}),
            "share_sigma": (dims, told["oxide_share_sigma"].values, {"units": "1"}),
            "left_out_error": ("oxide", law.left_out_error, {"units": "1"}),
            "target_distance": ("target", far, {"units": "m"}),
            "target_way": ("target", rocks.along, {"units": "m"}),
        },
        {"oxide": list(OXIDES), "target": list(rocks.names)},
        {"instrument": laser.name, "standards": _STANDARDS},
    )


def camera_looks(phase: Rover, given: Given, length: float, site: RoverSite) -> xr.Dataset:
    """Spectra of the same rocks, by the camera and true, at noon of the planned sol.

    Dataset (target, band): truth, reflectance, reflectance_sigma; wavelength [m] by band.
    """
    if phase.camera is None:
        return not_flown("spectral camera")
    camera: SpectralCamera = given.instrument(phase.camera)
    rocks: RoverRocks = rover_rocks(length, seed=given.mission.seed)
    sol = min(phase.plan_sol, phase.sols - 1)
    light = site.light
    noon = int(np.argmax(light.level[sol]))
    looks = camera.observe(
        rocks.reflectance, rocks.wavelength, direct=light.direct[sol, noon],
        diffuse=light.diffuse[sol, noon], seed=given.seed + 4, campaign=given.seed,
    )  # fmt: skip
    found = relative_reflectance(looks)
    dims = ("target", "band")
    columns = {
        "truth": camera.sampled(rocks.reflectance, rocks.wavelength),
        "reflectance": found["band_reflectance"].values,
        "reflectance_sigma": found["band_reflectance_sigma"].values,
    }
    return xr.Dataset(
        {
            **{name: (dims, values, {"units": "1"}) for name, values in columns.items()},
            "wavelength": ("band", camera.wavelength, {"units": "m"}),
            "target_way": ("target", rocks.along, {"units": "m"}),
        },
        {"band": [each.name for each in camera.bands], "target": list(rocks.names)},
        {
            "instrument": camera.name, "sol": sol, "opacity": float(site.opacity[sol]),
            "common_error": camera.common_error, "band_error": camera.band_error,
        },
    )  # fmt: skip


def _distances(laser: LaserSpectrometer, count: int, seed: int) -> np.ndarray:
    """Where targets stand [m], within the laser's reach."""
    low = min(max(_REACH[0], laser.nearest), laser.farthest)
    high = max(min(_REACH[1], laser.farthest), laser.nearest)
    draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0xD15]))
    return draws.uniform(low, high, count)
