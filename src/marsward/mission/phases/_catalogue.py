"""The phases of this package: kind to where its class stands. One line each."""

PHASES: dict[str, str] = {
    "cruise": "marsward.mission.phases.cruise:Cruise",
    "lookback": "marsward.mission.phases.lookback:Lookback",
}
