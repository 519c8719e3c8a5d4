"""The instruments of this package: kind to where its class stands. One line each."""

INSTRUMENTS: dict[str, str] = {
    "camera": "marsward.instruments.camera:Camera",
    "radar-sounder": "marsward.instruments.radar_sounder:RadarSounder",
    "radiometer": "marsward.instruments.radiometer:Radiometer",
    "spectrometer": "marsward.instruments.spectrometer:Spectrometer",
    "weather-station": "marsward.instruments.weather_station:WeatherStation",
    "radio-science": "marsward.instruments.radio_science:RadioScience",
    "thermal-sounder": "marsward.instruments.thermal_sounder:ThermalSounder",
    "sun-camera": "marsward.instruments.sun_camera:SunCamera",
    "limb-sounder": "marsward.instruments.limb_sounder:LimbSounder",
    "ground-radar": "marsward.instruments.ground_radar:GroundRadar",
    "laser-spectrometer": "marsward.instruments.laser_spectrometer:LaserSpectrometer",
    "spectral-camera": "marsward.instruments.spectral_camera:SpectralCamera",
    "radio-tracking": "marsward.instruments.radio_tracking:RadioTracking",
}
