"""What is no number, or cannot be, is refused where it comes in: one sentence, never a NaN out."""

import math

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics import dielectric, hapke_mixing, ice_vapour, insolation, soil, vapour
from marsward.physics import surface_roughness as rough
from marsward.physics.co2_bands import co2_transmission
from marsward.physics.columns import GroundColumns
from marsward.physics.conduction import crank_nicolson_year
from marsward.physics.dust_spectrum import dust_terms
from marsward.physics.ice_band import ice_table_band
from marsward.physics.ice_history import ice_history
from marsward.physics.ice_spread import ice_table_spread
from marsward.physics.ice_table import balancing_humidity
from marsward.physics.season import MarsYear, pressure_share
from marsward.physics.sky import Sky
from marsward.retrieval import dielectric_estimate as estimate

NAN = math.nan
PLACE = GroundColumns(lat=60.0, albedo=0.2, inertia=200.0)
DELAY = np.linspace(1e-6, 2e-6, 20)
CASES = {
    "inertia of a dry soil": lambda: soil.dry_volumetric_heat(-100.0),
    "inertia of an icy soil": lambda: soil.pore_ice(NAN, 1e6),
    "skin depth": lambda: soil.skin_depth(200.0, NAN, 88_775.0),
    "depth of ice": lambda: soil.ice_mass(NAN),
    "season of the pressure": lambda: pressure_share(NAN),
    "pressure of the sky": lambda: Sky().numbers(NAN),
    "steps of a sol": lambda: insolation.hour_table(NAN),
    "sols of a year": lambda: MarsYear(sols=NAN),
    "latitude of sunlight": lambda: insolation.daily_mean(NAN, 0.0, 1.5),
    "vapour pressure": lambda: vapour.vapour_density(NAN, 200.0),
    "years of the reference": lambda: crank_nicolson_year(PLACE, years=NAN),
    "humidity of two places for one": lambda: crank_nicolson_year(PLACE, humidity=[0.1, 0.2]),
    "depths of two places for one": lambda: balancing_humidity(PLACE, [0.1, 0.2]),
    "humidities of two places for one": lambda: ice_table_spread(PLACE, [0.1, 0.2]),
    "error of the inertia": lambda: ice_table_band(PLACE, 0.1, 0.1, inertia_sigma=math.inf),
    "dry air over ice": lambda: ice_table_band(PLACE, 0.1, 0.0),
    "humidity of a history": lambda: ice_history(PLACE, NAN, begin=1e4),
    "start of a history": lambda: ice_history(PLACE, 0.1, begin=1e4, start=NAN),
    "depth of pore ice": lambda: ice_vapour.PoreIce.below(NAN),
    "time of a front": lambda: ice_vapour.retreat_depth(
        NAN, depth=0.1, density_difference=1e-6, conductance=1e-4
    ),
    "tortuosity": lambda: ice_vapour.soil_conductance(600.0, 200.0, tortuosity=NAN),
    "permittivity of a mixture": lambda: dielectric.mixture([0.5, 0.5], [NAN, 3.0]),
    "air of a mixture": lambda: dielectric.ice_share(3.0, air=NAN),
    "permittivity of a speed": lambda: dielectric.wave_speed(NAN),
    "permittivity of an echo": lambda: dielectric.reflection(1.0, NAN),
    "incidence": lambda: rough.geometric_optics(2.0, 0.1, 0.1),
    "height of a Fresnel zone": lambda: rough.fresnel_radius(NAN, 20e6),
    "index of a mineral": lambda: hapke_mixing.slab_albedo(NAN, 0.1, 1e-6, 1e-5),
    "soil of nothing": lambda: hapke_mixing.mass_shares([0.0, 0.0], [1.0, 1.0], [1.0, 1.0]),
    "pressure in millibars": lambda: co2_transmission(2e-6, 6.1, 2.0),
    "Sun over dust": lambda: dust_terms(2e-6, 0.3, NAN, 1.0, 0.5),
    "calibration of an echo": lambda: estimate.permittivity_from_surface(
        0.1, calibration_sigma=NAN
    ),
    "height of a loss": lambda: estimate.loss_from_decay(DELAY, DELAY, 20e6, height=NAN),
    "delay of a thickness": lambda: estimate.thickness(NAN, 3.0),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_is_refused_in_one_sentence(case):
    with pytest.raises(InputError) as refused:
        CASES[case]()
    told = str(refused.value)
    assert told
    assert "\n" not in told
    assert not told.endswith(".")
