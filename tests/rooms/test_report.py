"""The report: one file, whole, offline, honest about what is missing and what failed."""

import json
import re
import shutil
from html.parser import HTMLParser

import pytest
import xarray as xr
from sample_run import CHECKS, write_sample_run

from marsward.core.errors import DataError
from marsward.views import report
from marsward.views.assumed import assumed_values
from marsward.views.labels import label
from marsward.views.news import news_answers
from marsward.views.numbers import digits, moment, shown
from marsward.views.report import linked, write_report
from marsward.views.stored_run import StoredRun
from marsward.views.tables import checks, key_numbers, manoeuvres, states, truth_and_knowledge
from marsward.views.words import words

VOID = {
    "meta",
    "br",
    "input",
    "path",
    "use",
    "circle",
    "line",
    "rect",
    "image",
    "img",
    "hr",
    "link",
}


class Page(HTMLParser):
    """Tags, ids and addresses of a page; `open` is empty at the end when all tags are closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.anchors, self.loads, self.words = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.anchors.append(given.get("href", ""))
        else:
            self.loads += [given[k] for k in ("src", "href", "xlink:href") if given.get(k)]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open[-1:] == [tag], f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = write_sample_run(tmp_path_factory.mktemp("run") / "tianwen-1", points=200, scale=0.4)
    write_report(made)
    return made


@pytest.fixture(scope="module")
def page(folder):
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.fixture
def small(tmp_path):
    """A run of its own that a test may break."""
    return write_sample_run(tmp_path / "run", points=60, scale=0.1)


@pytest.fixture
def plain(small, monkeypatch):
    """The same, for a page without its plates: words and tables alone, written at once."""
    monkeypatch.setattr(report, "plates", lambda kind: ())
    return small


def text_of(folder):
    return Page(write_report(folder).read_text(encoding="utf-8")).text


def test_one_whole_file(folder, page):
    assert (folder / "report.html").stat().st_size < 5e6
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_it_loads_nothing_from_outside(folder, page):
    inside = ("data:", "#")
    assert [each for each in page.loads if not each.startswith(inside)] == []
    style = re.findall(r"<style>(.*?)</style>", (folder / "report.html").read_text(), re.DOTALL)
    assert not re.search(r"@import|url\((?!#|data:)", " ".join(style))


def test_every_link_inside_leads_somewhere(page):
    inner = [each[1:] for each in page.anchors if each.startswith("#")]
    assert inner
    assert set(inner) <= set(page.ids)


def test_it_writes_the_same_bytes_again(folder):
    first = (folder / "report.html").read_bytes()
    assert write_report(folder).read_bytes() == first


def test_figures_lie_beside_it(folder):
    names = {path.name for path in (folder / "figures").iterdir()}
    assert {"timeline.svg", "timeline.png", "look-back.png", "heliocentric-path.svg"} <= names
    assert not [name for name in names if "partial" in name]


def test_the_cover_says_what_happened(page):
    assert "It left Earth on 23 July 2020 and reaches Mars on 10 February 2021" in page.text
    assert "looked back at Earth and the Moon from 1.2 million km" in page.text
    assert "202.3 days" in page.text


def test_failed_checks_are_shown_first(page):
    assert "1 of 3 figures of others are not met" in page.text
    assert page.text.index("✗ not met") < page.text.index("✓ met")
    for row in CHECKS:
        assert row["name"] in page.text


def test_all_met_is_said_only_when_so(plain):
    good = [{**row, "ok": True} for row in CHECKS]
    (plain / "verify.json").write_text(json.dumps(good))
    text = text_of(plain)
    assert "All 3 figures of others" in text
    assert "not met" not in text


def test_a_run_that_was_not_checked_says_so(plain):
    (plain / "verify.json").unlink()
    assert "were not checked against published figures yet" in text_of(plain)


def test_a_mission_without_published_figures_claims_nothing(plain):
    (plain / "verify.json").write_text("[]")
    text = text_of(plain)
    assert "Nothing is published here of this mission" in text
    assert "are met" not in text


def test_another_day_is_told_without_the_question_of_2020(plain):
    path = plain / "02-lookback" / "summary.json"
    summary = json.loads(path.read_text())
    summary["epoch_utc"]["value"] = "2033-04-02T18:00:00Z"
    summary["epoch_beijing"]["value"] = "2033-04-03 02:00:00"
    path.write_text(json.dumps(summary))
    text = text_of(plain)
    assert "Which day was it? By the clock of Beijing: 2033-04-03, 02:00." in text
    assert "27 July" not in text


def test_a_check_without_a_value_keeps_its_reason(plain):
    row = {**CHECKS[0], "value": None, "ok": False, "source": "the run gives no c3"}
    (plain / "verify.json").write_text(json.dumps([row]))
    assert "the run gives no c3" in text_of(plain)


def test_every_assumption_and_source_stands_in_it(folder, page):
    for phase in StoredRun.open(folder).phases:
        for sentence in phase.about["assumptions"]:
            assert sentence in page.text
    assert "5000 kg" in page.text
    assert "the flight value is not public" in page.text
    for row in CHECKS:
        assert row["source"] in page.text


def test_what_is_missing_is_named_in_its_place(small):
    """A product, a variable, a product that cannot be read: each told where it was wanted."""
    (small / "01-cruise" / "path.nc").unlink()
    (small / "02-lookback" / "navigation.nc").unlink()
    (small / "01-cruise" / "residuals.nc").write_bytes(b"CDF is not this")
    plane = xr.load_dataset(small / "01-cruise" / "bplane.nc")
    (small / "01-cruise" / "bplane.nc").unlink()
    plane.drop_vars("covariance").to_netcdf(small / "01-cruise" / "bplane.nc")
    text = text_of(small)
    assert "01-cruise/path.nc is not in the run" in text
    assert "02-lookback/navigation.nc is not in the run" in text
    assert "bplane.nc has no covariance" in text
    assert "residuals.nc cannot be read" in text
    assert "Earth and Moon, enlarged" in text


def test_a_phase_without_figures_still_has_its_section(plain):
    other = plain / "03-map"
    other.mkdir()
    (other / "phase.json").write_text(json.dumps({"kind": "map", "sentence": "maps the planet"}))
    (other / "summary.json").write_text(
        json.dumps({"coverage": {"value": 0.997, "unit": "1", "sigma": None, "source": ""}})
    )
    text = text_of(plain)
    assert "Maps the planet." in text
    assert "Coverage 0.997" in text


def test_names_cannot_smuggle_markup_in(plain):
    evil = "</script><img src=x onerror=alert(1)>"
    (plain / "mission.toml").write_text(f"name = 'x'\ntitle = '{evil}'\n")
    record = json.loads((plain / "01-cruise" / "phase.json").read_text())
    record["sentence"] = evil
    (plain / "01-cruise" / "phase.json").write_text(json.dumps(record))
    source = write_report(plain).read_text(encoding="utf-8")
    assert "<img" not in source
    assert evil in Page(source).text


def test_it_says_how_to_repeat_it(plain):
    path = plain / "provenance.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "overrides": ["lookback.distance=2e6 km"], "seed": 7}))
    text = text_of(plain)
    assert "marsward run tianwen-1 --set 'lookback.distance=2e6 km'" in text
    assert "marsward report run" in text
    assert "seed 7" in text
    assert record["inputs"]["de440.bsp"] in text
    path.write_text(json.dumps({**record, "file": "mine.toml"}))
    assert "marsward run mine.toml" in text_of(plain)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(DataError, match="no finished phase"):
        write_report(tmp_path)
    with pytest.raises(DataError, match="not a folder"):
        write_report(tmp_path / "nowhere")


def test_the_reader_of_the_news_is_answered(folder):
    answers = {a.question: a.answer for a in news_answers(StoredRun.open(folder).phase("lookback"))}
    said = answers["Which is larger in the picture, Earth or Moon?"]
    assert said.startswith("Earth, 4.76 times: it is 0.6084° wide, the Moon 0.1278°")
    assert "3.67 times as wide" in said
    assert answers["Which is nearer?"].startswith("Earth. The craft is 1.2 million km from Earth")
    assert "358\u202f000 km" in answers["Which is nearer?"]
    assert answers["How far apart do they stand?"].startswith("3.744°, 6.2 times")
    assert "Both are crescents" in answers["How much of them is lit?"]
    day = answers["Was it 27 July 2020?"]
    assert "Beijing, yes: 2020-07-27, 05:14" in day
    assert "UTC, no: 2020-07-26, 21:14" in day


def test_tables_hold_values_units_and_sigma(folder):
    run = StoredRun.open(folder)
    rows = {row[0]: row for row in key_numbers(run.phase("cruise")).rows}
    assert rows["Departure energy C3"][1:4] == ("11.943", "0.020", "km²/s²")
    assert rows["Mars periapsis, time"][2] == "9.0\u202fs"
    assert "TCM-1, change of speed Δv" not in rows
    burns = manoeuvres(run.phase("cruise")).rows
    assert [row[0] for row in burns] == ["TCM-1", "", "TCM-2", "DSM", "TCM-3", "TCM-4"]
    known = {row[0]: row for row in truth_and_knowledge(run.phase("lookback")).rows}
    assert known["Earth: distance"][2:4] == ("1\u202f200\u202f000", "1\u202f199\u202f940")


def test_vectors_have_a_table_of_their_own(plain):
    given = {"value": [1.5, -2.25, 1e6], "unit": "km", "source": "coast to 2021-02-02T23:33:29.467"}
    path = plain / "01-cruise" / "summary.json"
    held = path.read_text(encoding="utf-8")
    path.write_text(json.dumps({"predicted_state": given}), encoding="utf-8")
    phase = StoredRun.open(plain).phase("cruise")
    assert key_numbers(phase) is None
    (row,) = states(phase).rows
    assert row[1:4] == ("1.50", "−2.25", "1\u202f000\u202f000.00")
    assert row[-1] == "coast to 2021-02-02 23:33:29.467"
    path.write_text(held, encoding="utf-8")
    assert states(StoredRun.open(plain).phase("lookback")) is None


def test_errors_that_do_not_hold_the_truth_are_told(folder, tmp_path):
    run = StoredRun.open(folder)
    assert "too small" not in truth_and_knowledge(run.phase("lookback")).note
    run.close()
    shutil.copytree(folder, tmp_path / "run")
    path = tmp_path / "run" / "02-lookback" / "navigation.nc"
    with xr.open_dataset(path) as held:
        wrong = held.load()
    wrong["range"] = wrong["range"] + 5.0 * wrong["range_sigma"]
    wrong.to_netcdf(path)
    assert (
        "too small" in truth_and_knowledge(StoredRun.open(tmp_path / "run").phase("lookback")).note
    )


def test_checks_have_as_many_digits_as_their_tolerance_bears():
    row = {"topic": "cruise", "name": "a", "unit": "km", "ok": True, "source": ""}
    rows = [
        {**row, "value": 0.00228332, "expected": 0, "tolerance": 0.01},
        {**row, "value": 1558361.747, "expected": 1558362, "tolerance": 7791.81},
        {**row, "value": 14.785765, "expected": 14.85, "tolerance": 0.22275, "unit": "m/s"},
    ]
    found = [(each.value, each.expected, each.unit) for each in checks(rows, [])]
    assert found == [
        ("2.3", "at most 10", "m"),
        ("1\u202f558\u202f362", "1\u202f558\u202f362 ± 7\u202f792", "km"),
        ("14.786", "14.85 ± 0.22", "m/s"),
    ]


def test_the_words_of_the_trade_are_told(folder, page):
    told = dict(words(StoredRun.open(folder)))
    assert {"Δv", "limb", "1σ, 3σ"} <= set(told)
    assert all(meaning in page.text for meaning in told.values())


def test_assumed_values_of_the_lock_file(folder):
    found = {(each.where, each.name): each.value for each in assumed_values(StoredRun.open(folder))}
    assert found[("spacecraft", "mass")] == "5000 kg"
    assert found[("ons", "focal length")] == "110 mm"


@pytest.mark.parametrize(
    ("value", "unit", "sigma", "text"),
    [
        (3.7763e6, "m", 9.0e3, "3\u202f776.3 ± 9.0\u202fkm"),
        (1.2e9, "m", None, "1.2\u202fmillion km"),
        (9e-6, "m", None, "9\u202fµm"),
        (4.5e-7, "m", None, "450\u202fnm"),
        (2.296e-8, "m/s2", 3e-10, "22.96 ± 0.30\u202fnm/s²"),
        (0.010618, "rad", None, "0.60837°"),
        (-0.0421, "m/s", 0.0031, "−42.1 ± 3.1\u202fmm/s"),
        ("auto", "s", None, "auto"),
        (True, "", None, "yes"),
        (None, "m", None, "not known"),
        (float("nan"), "m", None, "not known"),
        ([1.5, -2.25], "km", None, "1.50, −2.25\u202fkm"),
        ([0.0, 0.0], "1", None, "0, 0"),
        (0.0, "rad", None, "0°"),
        (0.0022833, "km", None, "2.2833\u202fm"),
        (5e22, "1/m3", None, "5 × 10²²\u202fm⁻³"),
        (-1.25e18, "", None, "−1.25 × 10¹⁸"),
    ],
)
def test_a_number_is_printed_as_people_read_it(value, unit, sigma, text):
    assert str(shown(value, unit, sigma)) == text


@pytest.mark.parametrize(
    ("value", "sigma", "text"),
    [(312.4321, 0.51, "312.43"), (12345.6, 210.0, "12\u202f350"), (0, None, "0"), (7, None, "7"),
     (1e-14, 1e-16, "1e−14")],
)  # fmt: skip
def test_digits_follow_the_uncertainty(value, sigma, text):
    assert digits(value, sigma) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("c3", "Departure energy C3"),
        ("tcm3_dv", "TCM-3, change of speed Δv"),
        ("joined_b_t", "Aim at Mars, B·T, joined path"),
        ("coast_4_aug_to_20_sep_before_miss", "Coast 4 Aug to 20 Sep before, miss"),
        ("chute_mach", "Chute, Mach number"),
        ("global_storm_rotor_margin", "Rotor, thrust to spare, dust global-storm"),
        ("some_new_number", "Some new number"),
    ],
)
def test_keys_become_words(key, text):
    assert label(key) == text


def test_times_lose_their_letters():
    assert moment("2020-07-26T21:14:35.2Z") == "2020-07-26 21:14:35.2"
    assert moment("2020-07-27 05:14:35") == "2020-07-27 05:14:35"
    assert moment("2020-07-27T05:14:35+08:00", seconds=False) == "2020-07-27 05:14"


def test_dois_and_addresses_become_links():
    made = linked("Park 2021, doi:10.3847/1538-3881/abd414; see https://example.org/a.")
    assert '<a href="https://doi.org/10.3847/1538-3881/abd414">' in made
    assert '<a href="https://example.org/a">' in made
    assert linked("at github.com/a/b_c, x") == (
        'at <a href="https://github.com/a/b_c">github.com/a/b_c</a>, x'
    )
    assert linked("https://github.com/a").count("<a ") == 1
    assert linked("<b>") == "&lt;b&gt;"
