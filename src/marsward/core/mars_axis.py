"""Mars time on the axes of xarray: seasons, Mars years, sols and local clocks as coordinates.

xarray knows no calendar of Mars, so time stands twice. `time` is an instant that every tool reads:
nanoseconds of Terrestrial Time (TT), as datetime64, stored as whole nanoseconds since
2000-01-01T12:00:00 TT; TT runs 69.2 s ahead of UTC today and has no leap seconds. Beside it stand
`ls`, `mars_year`, `sol` (whole sols since Ls = 0) and `msd` (running sol date at the meridian of
the place), and with a longitude the local clocks `lmst` and `ltst`. Mars year 1 began on 1955-04-11
(Clancy et al. 2000, doi:10.1029/1999JE001089).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core import mars_time, scales
from marsward.core.asked import number, told
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.readings import check_epoch, longitude
from marsward.core.sol_clock import epoch_of_season
from marsward.core.time import Epoch

__all__ = [
    "CALENDAR", "MarsAccessor", "axis_epoch", "by_season", "local_hours", "mars_axis", "select_ls",
    "sol_means", "time_of_epoch",
]  # fmt: skip

CALENDAR = "mars_clancy2000"
"""Value of the attribute `planet_calendar`: Mars years of Clancy et al. 2000."""
TIME_UNITS = "nanoseconds since 2000-01-01T12:00:00"
"""How `time` is stored: whole nanoseconds of TT since J2000."""
_J2000 = np.datetime64("2000-01-01T12:00:00", "ns")
_REACH = 9.2e9
"""Seconds from J2000 that 64-bit nanoseconds hold [s]: the years 1708 to 2291."""
_NO_YEAR = (
    "the dataset's calendar has no year: its time says {has} but no Mars year, so an instant "
    "cannot be told; give mars_year=34, say, or an Epoch"
)

add_fields(FieldRow("msd", "1", "Mars Sol Date at the meridian of the place"))


def mars_axis(
    dataset: xr.Dataset,
    epoch: Epoch | ArrayLike | None = None,
    *,
    lon: float | ArrayLike | None = None,
    meridian: float | None = None,
    mars_year: ArrayLike | None = None,
    dim: str = "time",
) -> xr.Dataset:
    """A copy of a dataset with Mars time as coordinates of one of its dimensions.

    Parameters
    ----------
    dataset : with the dimension `dim`
    epoch : instants, one for each step; an array is read as TDB seconds past J2000 (SPICE ET).
        Left out, the dataset's own `time` (TT, as here), `et`, or `ls` with a Mars year is used.
    lon : east longitude of the place [deg], one or one for each step; the dataset's own `lon`
        where that is one number. Without it there are no local clocks.
    meridian : east longitude [deg] whose mean solar time the place keeps, where a mission counts
        its sols at another than its own
    mars_year : year of the dataset's `ls`, one or one for each step

    Returns
    -------
    Dataset with `time` (index of `dim`), `ls` [deg], `mars_year`, `sol`, `msd` and, with a
    longitude, `lmst` and `ltst` [h]; attribute `planet_calendar`.

    Raises
    ------
    InputError : no such dimension, as many instants as steps are not given, or a calendar
        without year
    """
    if not isinstance(dataset, xr.Dataset):
        raise InputError(f"mars_axis takes an xarray.Dataset, not {told(dataset)}")
    if dim not in dataset.dims:
        raise InputError(f"the dataset has no dimension {dim!r}; it has {_names(dataset.dims)}")
    instants = _instants(dataset, epoch, mars_year, dim)
    if instants.shape != (dataset.sizes[dim],):
        raise InputError(
            f"{instants.size} instants do not fit the {dataset.sizes[dim]} steps of {dim!r}"
        )
    place = _place(dataset, lon, dim)
    mean = place if meridian is None else np.asarray(longitude(meridian))
    coords = _coordinates(instants, place, mean, dim)
    out = dataset.drop_vars([n for n in coords if n in dataset.variables and n != dim])
    out = out.assign_coords(coords)
    out.attrs["planet_calendar"] = CALENDAR
    return out


def time_of_epoch(epoch: Epoch) -> NDArray[np.datetime64]:
    """Terrestrial Time of instants as datetime64[ns]; InputError outside 1708 to 2291."""
    check_epoch(epoch, "epoch")
    whole, frac = scales.normal(
        epoch.whole, epoch.frac - scales.tdb_minus_tt(epoch.whole, epoch.frac, epoch.tdb_model)
    )
    if np.any(np.abs(whole) > _REACH):
        raise InputError(
            "a time axis in nanoseconds holds the years 1708 to 2291; for other ages keep ls and "
            "mars_year as coordinates without time"
        )
    ticks = np.asarray(whole, np.int64) * 1_000_000_000 + np.asarray(np.rint(frac * 1e9), np.int64)
    return _J2000 + ticks.astype("timedelta64[ns]")


def axis_epoch(dataset: xr.Dataset | xr.DataArray, *, mars_year: ArrayLike | None = None) -> Epoch:
    """The instants of a dataset's axis, from `time`, `et`, or `ls` and `mars_year`.

    Raises InputError for a calendar without year, or no time at all.
    """
    held = dataset.coords
    if "time" in held and held["time"].dtype.kind == "M":
        ticks = (held["time"].values.astype("datetime64[ns]") - _J2000).astype(np.int64)
        whole, rest = np.divmod(ticks, 1_000_000_000)
        whole, rest = whole.astype(float), rest / 1e9
        return Epoch(whole, rest + scales.tdb_minus_tt(whole, rest, "spice", given="TT"))
    if "et" in held:
        return Epoch.et(held["et"].values)
    if "ls" in held and (mars_year is not None or "mars_year" in held):
        years = held["mars_year"].values if mars_year is None else mars_year
        return epoch_of_season(held["ls"].values, years)
    has = [name for name in ("ls", "sol", "lmst", "ltst", "time") if name in held]
    if not has:
        raise InputError("the dataset has no time, et or ls from which its instants could be told")
    raise InputError(_NO_YEAR.format(has=" and ".join(has)))


def select_ls(
    data: Any, start: float, stop: float, *, mars_year: int | Iterable[int] | None = None
) -> Any:
    """The part of a dataset or array between two seasons, both ends included.

    Parameters
    ----------
    data : Dataset or DataArray with the coordinate `ls`
    start, stop : Ls [deg] in 0 to 360; with start > stop the window runs across Ls = 0
    mars_year : year or years in which the window begins; all years when left out

    Raises
    ------
    InputError : an Ls outside 0 to 360, no `ls`, or a year asked of a calendar without one
    """
    for name, value in (("start", start), ("stop", stop)):
        if not 0.0 <= number(value, name, "degrees of Ls") <= 360.0:
            raise InputError(f"{name} is Ls {value:g} degrees; give one from 0 to 360")
    ls = _season(data)
    late, early = ls >= start, ls <= stop
    wrapped = start > stop
    if mars_year is None:
        return data.sel({ls.dims[0]: (late | early) if wrapped else (late & early)})
    year = _year(data, ls)
    wanted = {mars_year} if isinstance(mars_year, int | np.integer) else set(mars_year)
    begun = year.isin(sorted(wanted))
    if not wrapped:
        return data.sel({ls.dims[0]: late & early & begun})
    followed = (year - 1).isin(sorted(wanted))
    return data.sel({ls.dims[0]: (late & begun) | (early & followed)})


def by_season(data: Any, width: float = 30.0, *, start: float = 0.0) -> Any:
    """Groups of equal seasons, labelled by their centres: `by_season(ds).mean()`.

    Parameters
    ----------
    data : Dataset or DataArray with the coordinate `ls`
    width : of a season [deg of Ls]; 360 must be a whole multiple of it
    start : Ls [deg] at which the first season begins; −15 with a width of 30 makes seasons around
        0, 30, …, the first of them across Ls = 0

    Returns
    -------
    xarray's GroupBy on `season`: the centre of the season [deg], 0 to below 360

    Raises
    ------
    InputError : a width that does not divide the year, or no `ls`
    """
    width, start = number(width, "width", "degrees"), number(start, "start", "degrees of Ls")
    count = round(360.0 / width) if width > 0.0 else 0
    if count < 1 or abs(count * width - 360.0) > 1e-9 * 360.0:
        raise InputError(f"seasons of {width:g} degrees do not divide the year's 360; try 30")
    ls = _season(data)
    which = np.floor(np.remainder(ls.values - start, 360.0) / width)
    which = np.minimum(which, count - 1)
    centre = np.remainder(start + (which + 0.5) * width, 360.0)
    label = xr.DataArray(
        np.round(centre, 9), dims=ls.dims, name="season",
        attrs={"units": "degree", "long_name": f"middle of a season of {width:g} degrees of Ls"},
    )  # fmt: skip
    return data.assign_coords(season=label).groupby("season")


def sol_means(data: Any, *, least: int = 1) -> Any:
    """Means over each local sol, with `count` samples in each.

    Parameters
    ----------
    data : Dataset or DataArray with the coordinate `msd` of `mars_axis`; sols run from one local
        mean midnight to the next
    least : sols with fewer samples are left out

    Returns
    -------
    The same kind, on the dimension `msd` (whole sol dates), with `ls`, `mars_year` and `sol` of the
    middle sample as coordinates where the axis has them. Means of angles such as a wind's direction
    mean nothing; take those of its components.
    """
    if "msd" not in data.coords:
        raise InputError("the dataset has no coordinate msd; make its axis with mars_axis first")
    dim = str(data["msd"].dims[0])
    order = np.argsort(data["msd"].values, kind="stable")
    sols, start, counts = np.unique(
        np.floor(data["msd"].values[order]).astype(np.int64), return_index=True, return_counts=True
    )
    coords: dict[str, Any] = {
        "msd": ("msd", sols, dict(data["msd"].attrs)), "count": ("msd", counts),
    }  # fmt: skip
    for name in ("ls", "mars_year", "sol"):
        if name in data.coords:
            middle = order[start + counts // 2]
            coords[name] = ("msd", data[name].values[middle], dict(data[name].attrs))
    kept = {n: c for n, c in data.coords.items() if dim not in c.dims}
    means: Any
    if isinstance(data, xr.DataArray):
        means = _means(data, dim, order, start).assign_coords(kept | coords)
    else:
        held = {n: _means(data[n], dim, order, start) for n in _numeric(data, dim)}
        means = xr.Dataset(held, coords=kept | coords, attrs=data.attrs)
    return means.sel(msd=means["count"] >= least)


def local_hours(dataset: xr.Dataset, *, true: bool = True) -> xr.DataArray:
    """Local solar hours [h] of each step at each longitude of a gridded dataset: (time, lon).

    true : true solar time; mean solar time otherwise
    """
    epoch = axis_epoch(dataset)
    days = np.asarray(epoch.tt_days)[:, None]
    clock = mars_time.local_true_time if true else mars_time.local_mean_time
    hours = clock(days, longitude(dataset["lon"].values)[None, :])
    return field("ltst" if true else "lmst", hours, ("time", "lon"))


@xr.register_dataset_accessor("mars")
class MarsAccessor:
    """`dataset.mars`: selections and groups by Mars time of a dataset with such an axis."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    @property
    def epoch(self) -> Epoch:
        """The instants of the axis."""
        return axis_epoch(self._dataset)

    def sel(self, *, ls: slice, mars_year: int | Iterable[int] | None = None) -> xr.Dataset:
        """As `select_ls`, written `ds.mars.sel(ls=slice(350, 20), mars_year=34)`."""
        if not isinstance(ls, slice) or ls.start is None or ls.stop is None:
            raise InputError("write the seasons as slice(350, 20), from and to [deg of Ls]")
        return select_ls(self._dataset, ls.start, ls.stop, mars_year=mars_year)

    def by_season(self, width: float = 30.0, *, start: float = 0.0) -> Any:
        """As `by_season`."""
        return by_season(self._dataset, width, start=start)

    def sol_means(self, *, least: int = 1) -> xr.Dataset:
        """As `sol_means`."""
        return sol_means(self._dataset, least=least)


def _instants(
    dataset: xr.Dataset, epoch: Epoch | ArrayLike | None, year: ArrayLike | None, dim: str
) -> Epoch:
    if epoch is None:
        held = axis_epoch(dataset, mars_year=year)
        return held if held.shape else held.reshape(1)
    if isinstance(epoch, Epoch):
        return epoch if epoch.shape else epoch.reshape(1)
    return Epoch.et(np.atleast_1d(np.asarray(epoch, dtype=float)))


def _place(dataset: xr.Dataset, lon: Any, dim: str) -> NDArray | None:
    """East longitude of the place, one or one for each step; None for a grid."""
    if lon is None and "lon" in dataset.variables and dataset["lon"].dims in ((), (dim,)):
        lon = dataset["lon"].values
    if lon is None:
        return None
    held = np.asarray(longitude(lon))
    if held.shape not in ((), (dataset.sizes[dim],)):
        raise InputError(f"longitudes of shape {held.shape} do not fit the steps of {dim!r}")
    return held


def _coordinates(
    epoch: Epoch, lon: NDArray | None, mean: NDArray | None, dim: str
) -> dict[str, xr.DataArray]:
    days = np.asarray(epoch.tt_days)
    along = mars_time.running_longitude(days)
    year = mars_time.mars_year(days)
    ls = np.remainder(along, 360.0)
    ls = np.where(ls >= 360.0, 0.0, ls)
    years, which = np.unique(year, return_inverse=True)
    since = (days - mars_time.year_start(years)[which]) / mars_time.SOL_DAYS
    date = mars_time.mars_sol_date(days) + (0.0 if mean is None else mean / 360.0)
    time = xr.DataArray(
        time_of_epoch(epoch), dims=dim,
        attrs={"standard_name": "time", "long_name": "Terrestrial Time (TT)", "axis": "T",
               "time_scale": "TT", "planet_calendar": CALENDAR},
    )  # fmt: skip
    time.encoding = {"units": TIME_UNITS, "calendar": "proleptic_gregorian", "dtype": "int64"}
    coords = {
        "time": time,
        "ls": field("ls", ls, dim),
        "mars_year": field("mars_year", year, dim),
        "sol": field("sol", np.maximum(np.floor(since), 0.0).astype(np.int64), dim,
                     long_name="whole sols since Ls = 0 of the Mars year"),
        "msd": field("msd", date, dim),
    }  # fmt: skip
    if mean is not None:
        coords["lmst"] = field("lmst", mars_time.local_mean_time(days, mean), dim)
    if lon is not None:
        coords["ltst"] = field("ltst", mars_time.local_true_time(days, lon), dim)
    return coords


def _season(data: Any) -> xr.DataArray:
    if "ls" not in data.coords:
        raise InputError("the dataset has no coordinate ls; make its axis with mars_axis first")
    ls = data.coords["ls"]
    if ls.ndim != 1:
        raise InputError(f"the coordinate ls has the axes {ls.dims}; it must have one")
    return ls


def _year(data: Any, ls: xr.DataArray) -> xr.DataArray:
    if "mars_year" not in data.coords:
        raise InputError(_NO_YEAR.format(has="ls"))
    return data.coords["mars_year"].broadcast_like(ls)


def _numeric(data: xr.Dataset, dim: str) -> list[str]:
    return [str(n) for n, v in data.data_vars.items() if dim in v.dims and v.dtype.kind in "fiub"]


def _means(held: xr.DataArray, dim: str, order: NDArray, start: NDArray) -> xr.DataArray:
    """Means over runs of sorted samples, NaN left out; NaN where a run has no number."""
    axis = held.get_axis_num(dim)
    values = np.take(np.asarray(held.values, dtype=float), order, axis=axis)
    good = np.isfinite(values)
    total = np.add.reduceat(np.where(good, values, 0.0), start, axis=axis)
    count = np.add.reduceat(good.astype(float), start, axis=axis)
    mean = np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)
    dims = ["msd" if d == dim else d for d in held.dims]
    return xr.DataArray(mean, dims=dims, name=held.name, attrs=held.attrs)


def _names(names: Iterable[Any]) -> str:
    return ", ".join(str(n) for n in names) or "none"
