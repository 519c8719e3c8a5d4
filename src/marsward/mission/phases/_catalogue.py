"""The phases of this package: kind to where its class stands. One line each."""

PHASES: dict[str, str] = {
    "cruise": "marsward.mission.phases.cruise:Cruise",
    "transfer": "marsward.mission.phases.transfer:Transfer",
    "capture": "marsward.mission.phases.capture:Capture",
    "deorbit": "marsward.mission.phases.deorbit:Deorbit",
    "entry": "marsward.mission.phases.entry:Entry",
    "lookback": "marsward.mission.phases.lookback:Lookback",
    "orbit": "marsward.mission.phases.orbit:Orbit",
    "map": "marsward.mission.phases.map:Map",
    "ice": "marsward.mission.phases.ice:Ice",
    "soil": "marsward.mission.phases.soil:Soil",
    "thermal": "marsward.mission.phases.thermal:Thermal",
    "climate": "marsward.mission.phases.climate:Climate",
    "rover": "marsward.mission.phases.rover:Rover",
    "helicopter": "marsward.mission.phases.helicopter:Helicopter",
    "dust-cases": "marsward.mission.phases.dust_cases:DustCases",
    "radargram": "marsward.mission.phases.radargram:Radargram",
    "spk-trajectory": "marsward.mission.phases.spk:KernelTrajectory",
    "spk-orbit": "marsward.mission.phases.spk:KernelOrbit",
}
