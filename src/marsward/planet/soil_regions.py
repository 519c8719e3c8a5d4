"""Places on Mars where a mineral stands out: where, how far, how much, and who found it.

Centres and extents are those of the sources, rounded to what their maps show; shares of the
cross-section are of the sources where they give abundances, and assumed otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REGIONS", "SoilRegion"]


@dataclass(frozen=True)
class SoilRegion:
    """One deposit: an ellipse on the globe within which a mineral has a share.

    lon, lat : centre [deg], east and planetocentric
    east, north : half axes [m]
    share : of the cross-section at the centre, before texture [-]
    edge : width of the fall at the rim over the half axis [-]
    """

    name: str
    mineral: str
    lon: float
    lat: float
    east: float
    north: float
    share: float
    source: str
    edge: float = 0.2


_MERIDIANI = "Christensen et al. 2000, doi:10.1029/1999JE001093: 10 to 15 % in some 350 by 500 km"
_ARAM = "Glotch & Christensen 2005, doi:10.1029/2004JE002389"
_HOEFEN = "Hoefen et al. 2003, doi:10.1126/science.1089647: 30 000 km2, Fo30 to Fo70"
_CARBONATE = "Ehlmann et al. 2008, doi:10.1126/science.1164759"
_NILI = "Ehlmann et al. 2009, doi:10.1029/2009JE003339"
_MAWRTH = (
    "Loizeau et al. 2007, doi:10.1029/2006JE002877; Poulet et al. 2005, doi:10.1038/nature04274"
)
_VALLES = "Gendrin et al. 2005, doi:10.1126/science.1109087"
_OLYMPIA = "Langevin et al. 2005, doi:10.1126/science.1109091: 60 by 200 km about 244.5 E, 80.2 N"
_OPAL = "Milliken et al. 2008, doi:10.1130/G24967A.1"
_COLUMBUS = "Wray et al. 2011, doi:10.1029/2010JE003694"
_GALE = "Milliken et al. 2010, doi:10.1029/2009GL041870"
_JEZERO = "Goudge et al. 2015, doi:10.1002/2014JE004782"
_ZHURONG = "Liu et al. 2022, doi:10.1126/sciadv.abn8555: hydrated duricrust where Zhurong drove"
_MAFIC = (
    "Mustard et al. 2005, doi:10.1126/science.1109098; Poulet et al. 2007, doi:10.1029/2006JE002840"
)
_NORTH = "Langevin et al. 2005, doi:10.1126/science.1109438: the cap that lasts, to some 81 N"
_SOUTH = "Bibring et al. 2004, doi:10.1038/nature02461: water ice about the bright southern cap"

REGIONS: tuple[SoilRegion, ...] = (
    SoilRegion("Meridiani Planum", "hematite_coarse", 357.5, -2.0, 250e3, 175e3, 0.14, _MERIDIANI),
    SoilRegion("Aram Chaos", "hematite_coarse", 338.6, 2.5, 70e3, 60e3, 0.14, _ARAM),
    SoilRegion("Nili Fossae", "olivine_fo51", 76.5, 21.5, 110e3, 90e3, 0.35, _HOEFEN),
    SoilRegion("Nili Fossae carbonate", "magnesite", 77.2, 21.8, 60e3, 50e3, 0.08, _CARBONATE),
    SoilRegion("Nili Fossae clay", "saponite", 74.5, 21.0, 90e3, 120e3, 0.12, _NILI),
    SoilRegion("Nili Fossae chlorite", "chlorite", 76.0, 23.0, 60e3, 40e3, 0.06, _NILI),
    SoilRegion("Jezero clay", "saponite", 77.4, 18.5, 20e3, 20e3, 0.08, _JEZERO, 0.3),
    SoilRegion("Jezero carbonate", "magnesite", 77.4, 18.5, 20e3, 20e3, 0.08, _JEZERO, 0.3),
    SoilRegion("Mawrth Vallis", "nontronite", 341.0, 24.0, 150e3, 180e3, 0.30, _MAWRTH),
    SoilRegion("Mawrth Vallis upper", "montmorillonite", 341.8, 24.6, 110e3, 120e3, 0.15, _MAWRTH),
    SoilRegion("Juventae Chasma", "kieserite", 298.3, -4.0, 40e3, 60e3, 0.20, _VALLES),
    SoilRegion("Candor Chasma", "kieserite", 284.5, -6.0, 120e3, 60e3, 0.15, _VALLES),
    SoilRegion("Candor Chasma gypsum", "gypsum", 286.5, -6.4, 60e3, 40e3, 0.08, _VALLES),
    SoilRegion("Capri Chasma", "kieserite", 312.5, -13.0, 80e3, 60e3, 0.15, _VALLES),
    SoilRegion("Valles Marineris plains", "hydrated_silica", 296.0, -5.5, 90e3, 70e3, 0.12, _OPAL),
    SoilRegion("Columbus Crater", "kaolinite", 194.0, -29.3, 55e3, 55e3, 0.10, _COLUMBUS),
    SoilRegion("Gale Crater clay", "nontronite", 137.4, -4.8, 30e3, 20e3, 0.06, _GALE, 0.3),
    SoilRegion("Gale Crater sulfate", "kieserite", 137.6, -5.0, 35e3, 35e3, 0.08, _GALE, 0.3),
    SoilRegion("Utopia Planitia", "hydrated_silica", 109.9, 25.1, 40e3, 40e3, 0.05, _ZHURONG, 0.3),
    SoilRegion("Olympia Undae", "gypsum", 244.5, 80.2, 100e3, 60e3, 0.35, _OLYMPIA, 0.3),
    SoilRegion("Syrtis Major", "high_ca_pyroxene", 68.0, 9.0, 550e3, 650e3, 0.20, _MAFIC, 0.3),
    SoilRegion("Terra Tyrrhena", "low_ca_pyroxene", 95.0, -10.0, 900e3, 600e3, 0.10, _MAFIC, 0.3),
    SoilRegion("Planum Boreum", "water_ice", 0.0, 90.0, 520e3, 520e3, 0.92, _NORTH, 0.06),
    SoilRegion("Planum Australe", "water_ice", 315.0, -87.0, 280e3, 280e3, 0.45, _SOUTH, 0.15),
)
