"""Catalogues: every line of them leads somewhere, and a slip of the pen gets a hint."""

import pytest

from marsward.core.errors import DataError, InputError
from marsward.core.part import ORIGINS, Part
from marsward.core.registry import Registry, nearest, unknown
from marsward.mission.load import instrument_kinds, phase_kinds
from marsward.mission.phases.phase import Phase


@pytest.mark.parametrize("kind", phase_kinds().builtin)
def test_every_phase_of_the_catalogue(kind):
    cls = phase_kinds().get(kind)
    assert issubclass(cls, Phase)
    assert cls.kind == kind
    assert cls.makes
    assert set(cls.knowledge) <= set(cls.makes)
    assert {*cls.instrument_fields, *cls.instrument_kinds} <= set(cls.model_fields)
    assert set(cls.instrument_kinds.values()) <= set(instrument_kinds().names())
    assert cls.__doc__


@pytest.mark.parametrize("kind", instrument_kinds().builtin)
def test_every_instrument_of_the_catalogue(kind):
    cls = instrument_kinds().get(kind)
    assert issubclass(cls, Part)
    assert cls.__doc__
    for row in cls.parameters():
        assert row.origin in (*ORIGINS, "")
        assert row.origin != "published" or row.ref, row.name


def test_a_slip_of_the_pen():
    kinds = Registry("marsward.phases", {"cruise": "a:B", "lookback": "a:C"})
    with pytest.raises(InputError, match="no phase kind called 'lokback'; did you mean 'lookback'"):
        kinds.get("lokback")
    with pytest.raises(InputError, match="choose one of: cruise, lookback"):
        kinds.get("qqq")
    assert nearest("CRUISE", ["cruise"]) == "cruise"
    assert unknown("moon", "x", []) == "no moon called 'x'; there is none to choose from"


@pytest.mark.parametrize("target", ["marsward.nowhere:Thing", "marsward.core.part:Nothing"])
def test_a_line_that_leads_nowhere(target):
    kinds = Registry("marsward.instruments", {"lost": target})
    with pytest.raises(DataError, match=f"'lost' is listed as {target} but cannot be loaded"):
        kinds.get("lost")


def test_where_a_kind_is_from():
    assert phase_kinds().origin("cruise") == "marsward"
    assert phase_kinds().origin("nothing-of-the-kind") == ""
