"""Temperature profiles from nadir and limb: honest errors, kernels, gaps, what is refused."""

import numpy as np
import pytest
import xarray as xr
from sample_sounder_table import drawn_columns, made_up_table

from marsward.core.errors import InputError
from marsward.instruments.limb_sounder import LimbSounder
from marsward.instruments.thermal_sounder import ThermalSounder
from marsward.physics.air import hydrostatic_heights, layer_pressure
from marsward.physics.dust_profile import dust_depth
from marsward.retrieval.limb_dust import limb_dust
from marsward.retrieval.profile_prior import ProfilePrior, level_weights, profile_prior
from marsward.retrieval.temperature_profile import limb_temperature, nadir_temperature

TABLE = made_up_table()
PRIOR = profile_prior(np.geomspace(900.0, 0.1, 24))
TES, MCS = ThermalSounder(preset="tes"), LimbSounder(preset="mcs")


def nadir(n, campaign=0, seed=0):
    levels, edges, air, ground, tau, dust = drawn_columns(PRIOR, n, seed=seed)
    seen = TES.observe(
        edges, air, ground, dust_depth=dust, table=TABLE, seed=seed, campaign=campaign
    )
    return levels, ground, tau, seen


def whole_chi2(found, truth):
    """(x - truth)' S^-1 (x - truth) over the levels that stand in air, for each profile."""
    out = []
    for row in range(truth.shape[0]):
        told = np.isfinite(found["temperature"].values[row])
        spread = found["covariance"].values[row][np.ix_(told, told)]
        off = (found["temperature"].values[row] - truth[row])[told]
        out.append(off @ np.linalg.solve(spread, off) / told.sum())
    return np.array(out)


def test_posteriors_from_above_are_honest():
    """200 columns of the prior, ten calibrations."""
    ratios, costs, ground_z, dust_z = [], [], [], []
    for campaign in range(10):
        levels, ground, tau, seen = nadir(20, campaign, seed=100 + campaign)
        found = nadir_temperature(seen, TES, prior=PRIOR, table=TABLE)
        assert found["converged"].values.all()
        ratios.append(whole_chi2(found, levels))
        costs.append(found["chi2"].values)
        ground_z.append((found["surface_temperature"] - ground) / found["surface_sigma"])
        relative = found["dust_opacity_sigma"] / found["dust_opacity"]
        dust_z.append(np.log(found["dust_opacity"] / tau) / relative)
    assert 0.7 < np.mean(ratios) < 1.3
    assert 0.7 < np.mean(costs) < 1.3
    assert 0.7 < np.mean(np.square(ground_z)) < 1.5
    assert 0.6 < np.mean(np.square(dust_z)) < 1.6


def limb(n, prior=PRIOR, **more):
    """Columns and their limbs, each with a calibration of its own."""
    held = drawn_columns(prior, n, seed=5)
    _, edges, air, ground, _, dust = held
    sounder = LimbSounder(preset="mcs", **more)
    seen = [
        sounder.observe(
            edges[k : k + 1], air[k : k + 1], ground[k : k + 1], dust_depth=dust[k : k + 1],
            table=TABLE, seed=k, campaign=k,
        )
        for k in range(n)
    ]  # fmt: skip
    return held, sounder, xr.concat(seen, "profile", combine_attrs="override")


def test_posteriors_from_the_limb_are_honest():
    held, sounder, seen = limb(12)
    found = limb_temperature(seen, sounder, prior=PRIOR, table=TABLE, layers=36)
    off = (found["temperature"] - held[0]) / found["sigma"]
    assert 0.6 < float((off**2).mean()) < 1.4
    assert 0.6 < np.median(whole_chi2(found, held[0])) < 1.4
    assert 0.7 < found["chi2"].mean() < 1.3
    above = nadir_temperature(nadir(12, seed=5)[3], TES, prior=PRIOR, table=TABLE)
    assert found["dof"].mean() > 1.5 * above["dof"].mean()
    assert found["height_offset_sigma"].mean() < 0.8 * sounder.pointing_error


def test_the_limb_tells_how_high_the_dust_reaches():
    """Dust that ends far below or above what is thought does not pass for warm or cold air."""
    levels, edges, air, ground, tau, _ = drawn_columns(PRIOR, 6, seed=8)
    top = np.array([22e3, 30e3, 38e3, 45e3, 60e3, 75e3])
    dust = dust_depth(edges, np.clip(tau, 0.15, 1.0), top)
    seen = MCS.observe(edges, air, ground, dust_depth=dust, table=TABLE, seed=3)
    found = limb_temperature(seen, MCS, prior=PRIOR, table=TABLE, layers=36)
    assert found["converged"].values.all()
    assert (np.abs(found["dust_top"] / top - 1.0) < 0.12).all()
    assert (found["dust_top_sigma"] < 0.15 * found["dust_top"]).all()
    off = (found["temperature"] - levels) / found["sigma"]
    assert float((off**2).mean()) < 1.5
    assert found["chi2"].max() < 1.6
    with pytest.raises(InputError, match="dust_top_sigma must lie above 0"):
        limb_temperature(seen, MCS, prior=PRIOR, table=TABLE, dust_top_sigma=0.0)


def test_dust_is_peeled_from_the_limb():
    held, sounder, seen = limb(2, profile_prior(PRIOR.pressure, sigma=5.0))
    _, edges, air, _, _, dust = held
    warm = limb_temperature(seen, sounder, prior=PRIOR, table=TABLE)
    found = limb_dust(seen, sounder, warm, channel="A5", table=TABLE)
    heights, middle = hydrostatic_heights(edges, air)
    for row in range(2):
        at = found["tangent_height"].values[row]
        true = np.exp(np.interp(at, middle[row], np.log(dust[row] / np.diff(heights[row]) + 1e-30)))
        thick = true > 1e-6  # m-1: well over what the noise lets through
        assert thick.sum() >= 3
        off = np.abs(found["dust_extinction"].values[row] - true)[thick]
        sigma = found["dust_extinction_sigma"].values[row][thick]
        assert (off < 0.15 * true[thick] + 3.0 * sigma).all()
        assert np.median(off / true[thick]) < 0.15
    clear = found["dust_extinction"].values[:, -3:]
    assert (np.isnan(clear) | (clear < 3e-7)).all()
    with pytest.raises(InputError, match="2 limbs"):
        limb_dust(seen, sounder, warm.isel(profile=[0]), channel="A5", table=TABLE)


def test_the_kernel_says_what_is_seen():
    found = nadir_temperature(nadir(2)[3], TES, prior=PRIOR, table=TABLE)
    kernel = found["averaging_kernel"].values
    assert found["averaging_kernel"].dims == ("profile", "level", "level2")
    np.testing.assert_allclose(found["dof"], np.trace(kernel, axis1=1, axis2=2))
    area = kernel.sum(axis=2)
    pressure = found["pressure"].values
    middle = (pressure < 300.0) & (pressure > 20.0)
    assert (np.abs(area[:, middle] - 1.0) < 0.5).all()
    assert (np.abs(area[:, pressure < 0.2]) < 0.7).all()  # too thin: the prior speaks
    whole = found["noise_sigma"] ** 2 + found["smoothing_sigma"] ** 2
    told = np.isfinite(found["sigma"].values)
    np.testing.assert_allclose(whole.values[told], found["sigma"].values[told] ** 2, rtol=1e-5)
    assert (found["sigma"].values[told] <= 15.0 + 1e-9).all()


def test_levels_under_ground_are_not_told():
    found = nadir_temperature(nadir(3)[3], TES, prior=PRIOR, table=TABLE)
    under = found["pressure"].values[None] > 1.02 * found["surface_pressure"].values[:, None]
    np.testing.assert_array_equal(np.isnan(found["temperature"].values), under)
    assert under.any()


def test_a_profile_needs_no_others_and_no_order():
    seen = nadir(4)[3]
    whole = nadir_temperature(seen, TES, prior=PRIOR, table=TABLE)
    two = nadir_temperature(seen.isel(profile=[2, 0]), TES, prior=PRIOR, table=TABLE, workers=2)
    np.testing.assert_allclose(
        two["temperature"], whole["temperature"].isel(profile=[2, 0]), rtol=1e-9
    )


def test_a_channel_without_a_number_is_left_out():
    seen = nadir(2)[3]
    gap = seen.copy(deep=True)
    gap["channel_radiance"][0, 5] = np.nan
    found = nadir_temperature(gap, TES, prior=PRIOR, table=TABLE)
    whole = nadir_temperature(seen, TES, prior=PRIOR, table=TABLE)
    assert np.isfinite(found["temperature"].values[0]).sum() > 10
    assert found["dof"][0] <= whole["dof"][0] + 0.05
    np.testing.assert_allclose(found["temperature"][1], whole["temperature"][1], rtol=1e-9)


def test_levels_and_layers():
    levels = np.geomspace(700.0, 1.0, 10)
    layers = layer_pressure(np.array([[650.0, 300.0, 50.0, 2.0, 0.5]]))
    weight = level_weights(levels, layers)
    np.testing.assert_allclose(weight.sum(axis=-1), 1.0)
    np.testing.assert_allclose(
        (weight @ np.log(levels))[0], np.log(np.clip(layers[0], 1.0, 700.0)), rtol=1e-12
    )


def test_what_is_no_observation_is_refused():
    seen = nadir(2)[3]
    with pytest.raises(InputError, match="151 channels"):
        nadir_temperature(seen, ThermalSounder(preset="pfs"), prior=PRIOR, table=TABLE)
    with pytest.raises(InputError, match="30 to 2000 Pa"):
        nadir_temperature(
            seen.assign(surface_pressure=seen["surface_pressure"] * 0.0), TES, table=TABLE
        )
    with pytest.raises(InputError, match="forward_error"):
        nadir_temperature(seen, TES, prior=PRIOR, table=TABLE, forward_error=-1.0)
    with pytest.raises(InputError, match="not one for 2 profiles"):
        nadir_temperature(
            seen, TES, table=TABLE,
            prior=ProfilePrior(
                PRIOR.pressure, np.full((3, 24), 200.0), PRIOR.covariance
            ),
        )  # fmt: skip
    limb = MCS.observe(*drawn_columns(PRIOR, 1)[1:4], table=TABLE)
    with pytest.raises(InputError, match="three detectors"):
        limb_temperature(limb, MCS, prior=PRIOR, table=TABLE, lowest=2e5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pressure": [1.0, 10.0, 100.0]}, "fall"),
        ({"pressure": [100.0, 10.0, -1.0]}, "above 0"),
        ({"sigma": 0.0}, "above 0"),
        ({"temperature": np.full(36, 20.0)}, "80 to 350"),
        ({"dust_opacity": 0.0}, "dust_opacity"),
        ({"surface_sigma": -1.0}, "surface_sigma"),
    ],
)
def test_priors_that_are_none_are_refused(given, said):
    with pytest.raises(InputError, match=said):
        profile_prior(**given)


def test_what_an_observation_lacks_is_named():
    seen = nadir(1)[3]
    with pytest.raises(InputError, match="lacks emission"):
        nadir_temperature(seen.drop_vars("emission"), TES, prior=PRIOR, table=TABLE)
    held = MCS.observe(*drawn_columns(PRIOR, 1)[1:4], table=TABLE)
    with pytest.raises(InputError, match="lacks field_height, pointing_error"):
        limb_temperature(held.drop_attrs(), MCS, prior=PRIOR, table=TABLE)
    with pytest.raises(InputError, match="lacks surface_pressure"):
        nadir_temperature(seen.drop_vars("surface_pressure"), TES, prior=PRIOR, table=TABLE)


def test_a_spectrum_without_any_number_leaves_the_prior():
    seen = nadir(2)[3].copy(deep=True)
    seen["channel_radiance"][0] = np.nan
    found = nadir_temperature(seen, TES, prior=PRIOR, table=TABLE)
    told = np.isfinite(found["temperature"].values[0])
    np.testing.assert_allclose(found["temperature"].values[0][told], PRIOR.temperature[told])
    np.testing.assert_allclose(found["sigma"].values[0][told], 15.0, rtol=1e-6)
    assert found["dof"].values[0] == pytest.approx(0.0, abs=1e-9)
