"""Make the table of missions that flew from the Earth to Mars directly, which marsward ships.

    python tools/make_flown_missions.py

Writes flown_missions.csv and its record to src/marsward/data/assets; the rows stand below, and the
same rows give the same bytes. Launch is lift-off (the injection for the Mars Orbiter Mission, which
stayed about the Earth before), arrival the capture, landing or closest approach.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
NAME = "flown_missions"
HEAD = "name,launch,arrival,c3_km2_s2,source"
LIST = "list of Mars missions"  # dates, see `source` of the record
MEMORY = "list of Mars missions; hours from memory"
ROWS = (
    ("Mariner 4", "1964-11-28T14:22", "1965-07-15T01:01", "", MEMORY),
    ("Mariner 6", "1969-02-25T01:29", "1969-07-31T05:19", "", MEMORY),
    ("Mariner 7", "1969-03-27T22:22", "1969-08-05T05:01", "", MEMORY),
    ("Mars 2", "1971-05-19T12:00", "1971-11-27T12:00", "", LIST),
    ("Mars 3", "1971-05-28T12:00", "1971-12-02T13:47", "", MEMORY),
    ("Mariner 9", "1971-05-30T22:23", "1971-11-14T00:18", "", MEMORY),
    ("Mars 4", "1973-07-21T12:00", "1974-02-10T12:00", "", LIST),
    ("Mars 5", "1973-07-25T12:00", "1974-02-12T12:00", "", LIST),
    ("Mars 6", "1973-08-05T12:00", "1974-03-12T12:00", "", LIST),
    ("Mars 7", "1973-08-09T12:00", "1974-03-09T12:00", "", LIST),
    ("Viking 1", "1975-08-20T21:22", "1976-06-19T22:38", "", MEMORY),
    ("Viking 2", "1975-09-09T18:39", "1976-08-07T11:46", "", MEMORY),
    ("Phobos 2", "1988-07-12T17:02", "1989-01-29T12:00", "", MEMORY),
    ("Mars Global Surveyor", "1996-11-07T17:00", "1997-09-12T01:17", "", MEMORY),
    ("Mars Pathfinder", "1996-12-04T06:58", "1997-07-04T16:57", "", MEMORY),
    ("Mars Climate Orbiter", "1998-12-11T18:46", "1999-09-23T09:01", "", MEMORY),
    ("Mars Polar Lander", "1999-01-03T20:21", "1999-12-03T20:10", "", MEMORY),
    ("Mars Odyssey", "2001-04-07T15:02", "2001-10-24T02:30", "", MEMORY),
    ("Mars Express", "2003-06-02T17:45", "2003-12-25T03:00", "", LIST),
    ("Spirit", "2003-06-10T17:59", "2004-01-04T04:35", "", MEMORY),
    ("Opportunity", "2003-07-08T03:18", "2004-01-25T05:05", "", MEMORY),
    ("Mars Reconnaissance Orbiter", "2005-08-12T11:43", "2006-03-10T21:24", "", MEMORY),
    ("Phoenix", "2007-08-04T09:26", "2008-05-25T23:38", "", MEMORY),
    ("Curiosity", "2011-11-26T15:02", "2012-08-06T05:17", "", MEMORY),
    ("MAVEN", "2013-11-18T18:28", "2014-09-22T02:24", "", MEMORY),
    ("Mars Orbiter Mission", "2013-11-30T19:19", "2014-09-24T02:00", "", MEMORY),
    ("ExoMars TGO", "2016-03-14T09:31", "2016-10-19T14:00", "", MEMORY),
    ("InSight", "2018-05-05T11:05", "2018-11-26T19:52", "", MEMORY),
    ("Hope", "2020-07-19T21:58", "2021-02-09T15:57", "", MEMORY),
    (
        "Tianwen-1", "2020-07-23T04:41", "2021-02-10T11:52", "11.95",
        "launch and capture as announced; C3 of the telemetered state of 26 July 2020 about the "
        "Earth, which the deep-space manoeuvre of 9 October lets be less than that of one conic",
    ),
    ("Perseverance", "2020-07-30T11:50", "2021-02-18T20:55", "", MEMORY),
)  # fmt: skip
RECORD = """\
# Missions that flew from the Earth to Mars without a flyby of another planet.
[flown_missions]
file = "flown_missions.csv"
content = "one row a mission by launch: name, launch and arrival in UTC (12:00 where the hour is \
not told), C3 about the Earth [km2/s2] where it is published, source of the row"
source = "dates: NSSDCA's chronology as told by public lists of Mars missions (SEDS, \
spider.seds.org/mars/mars-l.html); C3 of Tianwen-1: state vectors of its telemetry published by \
D. Estevez"
licence = "facts, free of rights"
made_by = "tools/make_flown_missions.py"
how = "typed from the lists; hours marked so are from memory, good to minutes; a cell without C3 \
was not found in print"
sha256 = "{made}"
"""


def main() -> None:
    """Write the table and its record."""
    lines = [HEAD]
    for row in sorted(ROWS, key=lambda each: each[1]):
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in row))
    data = ("\n".join(lines) + "\n").encode("ascii")
    (ASSETS / f"{NAME}.csv").write_bytes(data)
    made = hashlib.sha256(data).hexdigest()
    (ASSETS / f"{NAME}.toml").write_text(RECORD.format(made=made), encoding="utf-8")
    print(f"{len(ROWS)} missions")


if __name__ == "__main__":
    main()
