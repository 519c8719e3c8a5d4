"""The look back: the picture of Earth and Moon, and what it tells of where the craft is."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.data.stars import catalogue
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.dynamics.events import distance as distance_from
from marsward.dynamics.events import find_events
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.physics.light import Band
from marsward.planet.globes import EarthLook
from marsward.planet.look_back import Seen, frame_bodies, scene, seen
from marsward.retrieval.limb_height import limb_height
from marsward.retrieval.optical_navigation import navigate
from marsward.retrieval.sighting import Navigation
from marsward.retrieval.star_identification import Pointing


@dataclass(frozen=True)
class Sitting:
    """One sitting of the camera: when, from where, how it was turned, and both exposures.

    `observer` is the barycentric state (6,) [m, m/s]; `attitude` turns J2000 into camera axes;
    `truth` is the scene that was there, which the retrieval never sees.
    """

    epoch: Epoch
    observer: np.ndarray
    attitude: np.ndarray
    bodies: tuple[Seen, ...]
    truth: xr.Dataset
    short: xr.Dataset
    long: xr.Dataset
    camera: Any


class Lookback(Phase):
    """Take a picture of bodies from the flown path, and navigate by it."""

    kind: ClassVar[str] = "lookback"
    needs: ClassVar[tuple[str, ...]] = ("trajectory",)
    makes: ClassVar[tuple[str, ...]] = ("picture", "star_frame", "stars", "navigation")
    knowledge: ClassVar[tuple[str, ...]] = ("navigation",)
    instrument_kinds: ClassVar[dict[str, str]] = {"camera": "camera"}

    camera: str = Field(description="name of the camera")
    at: EpochField | None = Field(None, description="UTC of the picture")
    distance: quantity("m", gt=0) | None = value(  # type: ignore[valid-type]
        None, unit="km", description="take it when the craft is this far from `from_body`"
    )
    from_body: str = Field("earth", description="body that `distance` is from")
    bodies: tuple[str, ...] = value(
        ("earth", "moon"),
        origin="published",
        ref="CNSA, 28 July 2020: Earth and Moon in one picture",
        description="bodies to frame, the larger in the picture first",
    )
    roll: quantity("rad") = value(  # type: ignore[valid-type]
        0.0, unit="deg", origin="assumed",
        ref="not published",
        description="turn of the camera about its axis from bodies-in-a-row",
    )  # fmt: skip
    pointing_sigma: quantity("rad", gt=0) = value(  # type: ignore[valid-type]
        0.1, unit="deg", origin="assumed",
        ref="a coarse star tracker of today",
        description="how well the attitude is believed before the stars are looked at",
    )  # fmt: skip
    samples: int = value(
        4,
        origin="assumed",
        ref="a choice: 16 samples in a pixel",
        description="samples along each side of a pixel",
        ge=1,
        le=16,
    )
    air_limb: bool = value(
        True,
        origin="assumed",
        ref="single Rayleigh scattering above the limb",
        description="whether the Earth's air glows above its limb",
    )
    moon_law: Literal["hapke", "lunar-lambert", "lambert"] = value(
        "hapke",
        origin="assumed",
        ref="Sato et al. 2014, doi:10.1002/2013JE004580, representative values",
        description="how the Moon reflects",
    )

    def fly(self, given: Given) -> Outcome:
        """Take the picture, navigate by it, write both down."""
        from marsward.mission.phases.lookback_record import record

        ephemeris = default_ephemeris()
        path = Trajectory.from_dataset(given["trajectory"], ephemeris=ephemeris)
        given.progress.update(0.05, "when and where")
        epoch = self.when(path, ephemeris)
        given.progress.update(0.1, f"the picture of {epoch.isot(digits=0)} UTC")
        sitting = self.sit(path, epoch, given, ephemeris)
        given.progress.update(0.6, "navigation by the picture")
        found = self.navigate(sitting, given.seed, ephemeris)
        given.progress.update(0.9, "files")
        return record(self, sitting, found, path, given)

    def when(self, path: Trajectory, ephemeris: Ephemeris) -> Epoch:
        """Return the epoch of the picture: as given, or when the distance is reached first."""
        if self.at is not None and self.distance is None:
            return self.at
        if self.distance is None or self.at is not None:
            raise InputError(
                'the look back needs either `at` (UTC) or `distance` (such as "1.2e6 km"), '
                "one of the two"
            )
        hits = find_events(path, distance_from(self.from_body, self.distance), ephemeris)
        if not hits:
            raise InputError(
                f"the craft is never {self.distance / 1e3:.0f} km from {self.from_body} between "
                f"{path.start.utc} and {path.stop.utc}; choose another distance"
            )
        return hits[0].epoch

    def sit(self, path: Trajectory, epoch: Epoch, given: Given, ephemeris: Ephemeris) -> Sitting:
        """Point the camera, render what is there, expose twice."""
        camera = given.instrument(self.camera)
        observer = path.at(epoch, wrt="ssb", ephemeris=ephemeris)
        attitude = frame_bodies(
            observer, epoch, bodies=self.bodies, ephemeris=ephemeris, roll=self.roll
        )
        truth = scene(
            camera.pinhole,
            attitude,
            observer,
            epoch,
            ephemeris=ephemeris,
            bodies=self.bodies,
            supersampling=self.samples,
            band=Band(camera.band_lo, camera.band_hi),
            law=self.moon_law,
            look=EarthLook(rim=self.air_limb),
        )
        given.progress.update(0.4, "exposures")
        rate = camera.electron_rate(truth)
        return Sitting(
            epoch=epoch,
            observer=observer,
            attitude=attitude,
            bodies=tuple(seen(b, observer, epoch, ephemeris=ephemeris) for b in self.bodies),
            truth=truth,
            short=camera.observe(truth, rate=rate, seed=given.seed),
            long=camera.observe(
                truth, exposure=camera.star_exposure, rate=rate, seed=given.seed + 1
            ),
            camera=camera,
        )

    def navigate(self, sitting: Sitting, seed: int, ephemeris: Ephemeris) -> Navigation:
        """Reduce the two frames as the ground would: calibration, catalogue, rough beliefs."""
        camera = sitting.camera
        rng = np.random.default_rng(seed + 2)
        believed = _turned(sitting.attitude, rng.normal(scale=self.pointing_sigma, size=3))
        velocity = sitting.observer[3:]
        suns = np.array([-ephemeris.position(b, wrt="sun", at=sitting.epoch) for b in self.bodies])
        return navigate(
            (sitting.short[["dn"]], sitting.long[["dn"]]),
            camera,
            catalogue=catalogue(),
            at=sitting.epoch,
            observer_velocity=velocity,
            sun_direction=suns,
            pointing=Pointing(believed, self.pointing_sigma),
            bodies=self.bodies,
            observer_position=sitting.observer[:3],
            limb_heights={"earth": limb_height(camera.band_lo, camera.band_hi)}
            if self.air_limb
            else None,
            body_states=np.array(
                [ephemeris.state(b, wrt="ssb", at=sitting.epoch) for b in self.bodies]
            ),
        )


def _turned(attitude: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return an attitude turned by a small rotation vector [rad] about camera axes."""
    angle = float(np.linalg.norm(turn))
    x, y, z = turn / angle
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return (np.eye(3) + math.sin(angle) * skew + (1.0 - math.cos(angle)) * skew @ skew) @ attitude
