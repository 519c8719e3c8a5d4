"""Phases that are quick, slow or wrong at will."""

import errno
import os
import time
from typing import ClassVar, Literal

import numpy as np
import xarray as xr

from marsward.core.errors import DataError, PhysicsError
from marsward.core.fields import field
from marsward.core.part import value
from marsward.core.quantity import EpochField, quantity
from marsward.mission.phases.phase import Given, Outcome, Phase, Quantity


def _fail(fault: str) -> None:
    if fault == "physics":
        raise PhysicsError("the wind has no solution at 3 m/s; choose another speed")
    if fault == "data":
        raise DataError("no wind is known before 2020; fetch it with marsward fetch wind")
    if fault == "bug":
        raise ZeroDivisionError("division by zero")
    if fault == "disk":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Wind(Phase):
    """Blows for a while."""

    kind: ClassVar[str] = "toy-wind"
    makes: ClassVar[tuple[str, ...]] = ("wind",)
    kernels: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()

    speed: quantity("m/s", gt=0, lt=400) = value(3, unit="m/s", description="mean speed")
    wait: quantity("s", ge=0) = value(0, unit="s", description="how long it takes")
    begin: EpochField | None = value(None, description="when it begins")
    steps: int = value(20, ge=1, description="how many samples")
    fault: Literal["none", "physics", "data", "bug", "disk"] = value("none")

    def fly(self, given: Given) -> Outcome:
        draw = np.random.default_rng(given.seed)
        given.progress.note("the air is still")
        tally = given.checkpoint / "gusts"
        known = int(tally.read_text()) if tally.is_file() else 0
        if known:
            given.progress.note(f"{known} gusts are known already")
        for step in range(known, self.steps):
            time.sleep(self.wait / self.steps)
            given.progress.update((step + 1) / self.steps, f"gust {step + 1}")
            if (step + 1) % max(1, self.steps // 2) == 0:
                tally.parent.mkdir(exist_ok=True)
                tally.write_text(f"{step + 1}")
        (given.folder / "gusts.csv").write_text("gust\n1\n")
        _fail(self.fault)
        speed = field("speed", self.speed * (1 + 0.1 * draw.random(self.steps)), "gust")
        mean = float(speed.mean())
        return Outcome(
            products={"wind": xr.Dataset({"speed": speed})},
            summary={"mean_speed": Quantity(mean, "m/s", 0.1, "this run")},
            sentence=f"blew at {mean:.2f} m/s",
            assumptions=["the wind is steady"],
        )


class Mill(Phase):
    """Turns in the wind that a vane measures."""

    kind: ClassVar[str] = "toy-mill"
    needs: ClassVar[tuple[str, ...]] = ("wind",)
    makes: ClassVar[tuple[str, ...]] = ("power",)
    knowledge: ClassVar[tuple[str, ...]] = ("power",)
    kernels: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    instrument_fields: ClassVar[tuple[str, ...]] = ("vane",)

    vane: str = value(..., description="name of the vane")
    area: quantity("m", gt=0) = value(1, unit="m", description="breadth of a sail")
    wait: quantity("s", ge=0) = value(0, unit="s", description="how long it takes")

    def fly(self, given: Given) -> Outcome:
        for step in range(20):
            time.sleep(self.wait / 20)
            given.progress.update((step + 1) / 20)
        noise = given.instrument(self.vane).noise
        speed = given["wind"]["speed"].values
        draw = np.random.default_rng(given.seed)
        seen = speed + noise * draw.standard_normal(speed.size)
        power = xr.Dataset({"power": ("gust", 0.6 * self.area * seen**3, {"units": "W"})})
        return Outcome(
            products={"power": power},
            summary={"power": Quantity(float(power["power"].mean()), "W", 1.0)},
            sentence="turned",
        )


class Kite(Phase):
    """Climbs in the wind; many at once, each on a line of its own, where a sweep asks for it."""

    kind: ClassVar[str] = "toy-kite"
    needs: ClassVar[tuple[str, ...]] = ("wind",)
    makes: ClassVar[tuple[str, ...]] = ("climb",)
    kernels: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    lane_causes: ClassVar[dict[str, tuple[str, float, float, str]]] = {
        "line": ("m", 1.0, 500.0, "length of the line"),
        "lift_factor": ("", 0.0, 10.0, "of the lift"),
    }

    wait: quantity("s", ge=0) = value(0, unit="s", description="how long a block of kites takes")
    most: quantity("m/s", gt=0) = value(60, unit="m/s", description="wind that tears the line")

    def fly(self, given: Given) -> Outcome:
        one = self.lanes(given).fly({}, members=1, seed=given.seed)
        height = float(one["height"][0])
        return Outcome(
            products={"climb": xr.Dataset({"height": ((), height, {"units": "m"})})},
            summary={"height": Quantity(height, "m")},
            sentence=f"rose to {height:.0f} m",
        )

    def lanes(self, given: Given, plan: float | None = None) -> "Kites":
        return Kites(self, float(given["wind"]["speed"].mean()) if plan is None else plan)


class Kites:
    """Kites in one wind, which is what they share."""

    def __init__(self, phase: Kite, plan: float) -> None:
        if plan > phase.most:
            raise PhysicsError(f"a wind of {plan:.0f} m/s tears the line; fly in less")
        self.phase, self.plan = phase, plan

    def fly(self, draws, *, members: int, seed: int, workers: int = 1) -> xr.Dataset:
        time.sleep(self.phase.wait)
        gust = np.random.default_rng(seed).standard_normal(members)
        line = np.asarray(draws.get("line", 50.0))
        lift = self.plan * np.asarray(draws.get("lift_factor", 1.0)) * (1 + 0.05 * gust)
        height = line * np.sin(np.arctan(lift / 3.0))
        pull = ("member", 9.0 * lift**2, {"units": "N"})
        return xr.Dataset({"height": ("member", height, {"units": "m"}), "pull": pull})


class Lost(Phase):
    """Needs what nobody makes."""

    kind: ClassVar[str] = "toy-lost"
    needs: ClassVar[tuple[str, ...]] = ("unobtainium",)
    kernels: ClassVar[tuple[str, ...]] = ()


class Hen(Phase):
    """Needs an egg."""

    kind: ClassVar[str] = "toy-hen"
    needs: ClassVar[tuple[str, ...]] = ("egg",)
    makes: ClassVar[tuple[str, ...]] = ("hen",)
    kernels: ClassVar[tuple[str, ...]] = ()


class Egg(Phase):
    """Needs a hen."""

    kind: ClassVar[str] = "toy-egg"
    needs: ClassVar[tuple[str, ...]] = ("hen",)
    makes: ClassVar[tuple[str, ...]] = ("egg",)
    kernels: ClassVar[tuple[str, ...]] = ()
