"""What holds for any column of air that a sounder looks at."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.physics.air_layers import layer_edges
from marsward.physics.limb_radiance import limb_radiance
from marsward.physics.sounder_channels import SounderChannels, channel_bins
from marsward.physics.sounder_radiance import SounderColumns, nadir_radiance, planck_radiance
from marsward.physics.sounder_table import SounderTable
from marsward.retrieval.optimal_estimation import optimal_estimate

LAYERS = 12
EDGES = layer_edges([610.0], LAYERS, 0.1, lowest=2000.0)
BOXES = SounderChannels((63000.0, 66700.0, 80000.0), (1000.0, 1000.0, 2000.0), "box")
WARMTH = st.floats(110.0, 300.0)
AIR = st.lists(WARMTH, min_size=LAYERS, max_size=LAYERS).map(lambda t: np.array([t]))
DUST = st.floats(0.0, 5.0)


def ends(*warmth):
    held = channel_bins(BOXES, SounderTable.shipped())
    return [held.response @ planck_radiance(held.wave, float(t)) for t in warmth]


@settings(max_examples=25)
@given(air=AIR, ground=WARMTH, dust=DUST, cosine=st.floats(0.3, 1.0))
def test_light_from_above_is_between_the_coldest_and_the_warmest(air, ground, dust, cosine):
    columns = SounderColumns(EDGES, air, ground, dust * np.full((1, LAYERS), 1.0 / LAYERS))
    seen = nadir_radiance(columns, BOXES, cosine=cosine).radiance[0]
    low, high = ends(min(air.min(), ground), max(air.max(), ground))
    assert (seen >= low * (1.0 - 1e-9)).all()
    assert (seen <= high * (1.0 + 1e-9)).all()


@settings(max_examples=15)
@given(air=AIR, dust=DUST)
def test_the_limb_is_darker_than_the_warmest_and_dark_above_the_air(air, dust):
    columns = SounderColumns(EDGES, air, 200.0, dust * np.full((1, LAYERS), 1.0 / LAYERS))
    seen = limb_radiance(columns, BOXES, [1e4, 4e4, 2.5e5]).radiance[0]
    (high,) = ends(max(air.max(), 200.0))
    assert (seen[:2] <= high * (1.0 + 1e-9)).all()
    assert (seen >= 0.0).all()
    assert (seen[2] == 0.0).all()


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), noise=st.floats(0.05, 5.0))
def test_a_measurement_never_widens_what_is_known(seed, noise):
    rng = np.random.default_rng(seed)
    law = rng.standard_normal((6, 4))
    root = rng.standard_normal((4, 4)) + 3.0 * np.eye(4)
    prior = root @ root.T
    found = optimal_estimate(
        rng.standard_normal((1, 6)), lambda x, rows: (x @ law.T, law[None].repeat(len(rows), 0)),
        prior=np.zeros(4), prior_covariance=prior, noise=np.full(6, noise),
    )  # fmt: skip
    assert np.linalg.eigvalsh(prior - found.covariance[0]).min() > -1e-8 * prior.max()
    assert 0.0 < found.degrees_of_freedom[0] < 4.0
    whole = found.noise_covariance + found.smoothing_covariance
    np.testing.assert_allclose(whole, found.covariance, atol=1e-9 * prior.max())
