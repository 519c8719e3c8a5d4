"""The phases of this package: kind to where its class stands. One line each."""

PHASES: dict[str, str] = {
    "cruise": "marsward.mission.phases.cruise:Cruise",
    "capture": "marsward.mission.phases.capture:Capture",
    "lookback": "marsward.mission.phases.lookback:Lookback",
    "orbit": "marsward.mission.phases.orbit:Orbit",
    "map": "marsward.mission.phases.map:Map",
    "ice": "marsward.mission.phases.ice:Ice",
    "soil": "marsward.mission.phases.soil:Soil",
    "thermal": "marsward.mission.phases.thermal:Thermal",
    "climate": "marsward.mission.phases.climate:Climate",
    "radargram": "marsward.mission.phases.radargram:Radargram",
    "spk-trajectory": "marsward.mission.phases.spk:KernelTrajectory",
    "spk-orbit": "marsward.mission.phases.spk:KernelOrbit",
}
