"""Tsiolkovsky through a list of events, the load that just does, and the overrun's sentence."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import InputError, PhysicsError
from marsward.vehicles.craft_power import CraftPower, PowerMode
from marsward.vehicles.propellant import (
    Manoeuvre,
    PropellantRules,
    loaded_for,
    propellant_budget,
)

G0 = 9.80665
BARE = PropellantRules(deterministic=0.0, statistical=0.0, reserve=0.0, attitude=0.0, residual=0.0)
EVENTS = st.lists(
    st.builds(
        lambda v, i, d, k: Manoeuvre(
            name="burn", velocity=v, specific_impulse=i, dropped=d, kind=k
        ),
        st.floats(0.0, 900.0), st.floats(220.0, 450.0), st.floats(0.0, 800.0),
        st.sampled_from(["deterministic", "statistical", "reserve"]),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@given(st.floats(1.0, 4000.0), st.floats(200.0, 460.0), st.floats(50.0, 5000.0))
def test_one_burn_is_tsiolkovskys(speed, impulse, dry):
    burn = Manoeuvre(name="burn", velocity=speed, specific_impulse=impulse)
    need = loaded_for([burn], dry, BARE)
    assert need == pytest.approx(dry * np.expm1(speed / (G0 * impulse)), rel=1e-12)
    halves = [Manoeuvre(name="half", velocity=0.5 * speed, specific_impulse=impulse)] * 2
    assert loaded_for(halves, dry, BARE) == pytest.approx(need, rel=1e-12)


@given(EVENTS, st.floats(200.0, 3000.0))
def test_the_load_that_just_does(events, dry):
    need = loaded_for(events, dry, PropellantRules())
    if not np.isfinite(need):
        return  # too fast for any load: told elsewhere
    found = propellant_budget(events, dry=dry, loaded=need)
    assert found.margin == pytest.approx(0.0, abs=1e-9 * found.launch)
    # masses close: what was there goes into propellant, what is let go, and what is left
    end = found.after[-1] - events[-1].dropped
    assert end == pytest.approx(dry + found.residual, rel=1e-9)
    assert found.used.sum() + end + sum(each.dropped for each in events) == pytest.approx(
        found.launch, rel=1e-12
    )


def test_margins_by_kind():
    rules = PropellantRules()
    events = [Manoeuvre(name=kind, velocity=100.0, kind=kind) for kind in
              ("deterministic", "statistical", "reserve")]  # fmt: skip
    found = propellant_budget(events, dry=1000.0, loaded=500.0, rules=rules)
    assert found.velocity == pytest.approx([105.0, 100.0, 200.0])
    assert found.residual == pytest.approx(10.0)


@pytest.mark.parametrize("dropped", [0.0, 1200.0])
def test_the_overrun_tells_what_does(dropped):
    events = [
        Manoeuvre(name="deep space", velocity=300.0, specific_impulse=318.0, dropped=dropped),
        Manoeuvre(name="insertion", velocity=1500.0, specific_impulse=318.0),
    ]
    with pytest.raises(PhysicsError) as refused:
        propellant_budget(events, dry=1000.0, loaded=700.0)
    said = str(refused.value)
    assert refused.value.exit_code == 4
    assert said.count(".\n") == 0
    assert "propellant overrun at" in said
    missing = float(re.search(r"([\d.]+) kg are missing", said)[1])
    speed = float(re.search(r"can do ([\d.]+) m/s at most", said)[1])
    assert missing == pytest.approx(loaded_for(events, 1000.0, PropellantRules()) - 700.0, abs=0.06)

    def scaled(part):
        return [
            Manoeuvre(name=e.name, velocity=e.velocity * part, specific_impulse=318.0,
                      dropped=e.dropped)
            for e in events
        ]  # fmt: skip

    propellant_budget(scaled((speed - 0.1) / 1800.0), dry=1000.0, loaded=700.0)
    with pytest.raises(PhysicsError):
        propellant_budget(scaled((speed + 0.1) / 1800.0), dry=1000.0, loaded=700.0)
    light = re.search(r"need a dry mass of ([\d.]+) kg", said)
    if light:
        mass = float(light[1])
        assert propellant_budget(events, dry=mass - 0.1, loaded=700.0).margin >= 0.0


def test_no_load_does():
    fast = [Manoeuvre(name="too fast", velocity=12_000.0, specific_impulse=300.0)]
    with pytest.raises(PhysicsError, match="more than any load gives"):
        propellant_budget(fast, dry=1000.0, loaded=5000.0)


def test_refusals():
    with pytest.raises(InputError, match="velocity change and dropped mass"):
        Manoeuvre(name="back", velocity=-1.0)
    with pytest.raises(InputError, match="dry mass lies above"):
        propellant_budget([Manoeuvre(name="a")], dry=0.0, loaded=1.0)


def test_power_closes_over_an_orbit():
    """What the array gives in sunlight is what sunlight and shadow take, at a margin of zero."""
    loads = CraftPower(round_trip=1.0)
    lit, night, dark = loads.load("orbit"), loads.load("eclipse"), 0.35
    found = loads.balance(1000.0, shadow=dark, longest=2400.0)
    even = 1000.0 - float(found.margin)
    assert even * (1.0 - dark) == pytest.approx(lit * (1.0 - dark) + night * dark)
    assert float(found.load) == pytest.approx(lit * (1.0 - dark) + night * dark)
    assert float(found.depth) == pytest.approx(night * 2400.0 / (100.0 * 3600.0 * 28.4))
    assert float(found.peak) < float(found.margin)
    with pytest.raises(ValueError, match="add up to"):
        CraftPower(modes=(PowerMode(name="all", power="100 W", cruise=1.0, orbit=0.5, eclipse=1),))
    with pytest.raises(InputError, match="below 1"):
        loads.balance(1000.0, shadow=1.0)
