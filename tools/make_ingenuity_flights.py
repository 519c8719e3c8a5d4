"""Make the table of Ingenuity's 72 flights that marsward ships, from a user's copy.

    python tools/make_ingenuity_flights.py --from FILE

FILE is NASA's table of the helicopter's stops, either as the map server of Mars 2020 gives it
(m20_heli_waypoints.json, a GeoJSON) or as CSV with the same column names. Writes
ingenuity_flights.csv and its record to src/marsward/data/assets; the same file gives the same
bytes. A row of the source is a stop: its times are those of the landing and of the next take-off,
so that a flight's take-off is the end of the stop before it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
NAME = "ingenuity_flights"
HEAD = (
    "number,sol,date,duration,distance,max_height,max_speed,take_off_et,lat,lon,elevation,"
    "tilt,yaw,field"
)
RECORD = """\
# The 72 flights of the helicopter Ingenuity, 2021 to 2024.
[ingenuity_flights]
file = "ingenuity_flights.csv"
content = "one row a flight, row 0 the place before the first: number, sol of the rover's mission, \
date, duration [s], length of the path over ground [m], greatest height over the take-off place \
[m], top speed over ground [m/s], take-off in TDB seconds past J2000, and of the landing latitude \
and longitude east [deg], elevation over the areoid [m], tilt and yaw [deg] and the field's name"
source = "NASA/JPL-Caltech, map server of Mars 2020 (MMGIS), layer m20_heli_waypoints"
url = "https://mars.nasa.gov/mmgis-maps/M20/Layers/json/m20_heli_waypoints.json"
licence = "US Government work, public data"
made_by = "tools/make_ingenuity_flights.py"
how = "take-off times are the ends of the stops before; columns dropped are running totals and \
map metres; distances are of the path, which is longer than the headline figures of the press for \
some flights (flight 25: 715.3 m, announced 704 m; flight 6 with its wandering)"
source_sha256 = "{source}"
sha256 = "{made}"
"""


def stops(path: Path) -> list[dict[str, str]]:
    """Rows of the source by their column names, from GeoJSON or CSV."""
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("{"):
        return [
            {key: str(value) for key, value in each["properties"].items()}
            for each in json.loads(text)["features"]
        ]
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))


def iso(date: str) -> str:
    """A date such as "Sept. 6, 2022" as 2022-09-06."""
    month, day, year = re.fullmatch(r"(\w+)\.? (\d+), (\d+)", date).groups()  # type: ignore[union-attr]
    return datetime.strptime(f"{month[:3]} {day} {year}", "%b %d %Y").date().isoformat()


def table(rows: list[dict[str, str]]) -> str:
    """The text of the shipped table."""
    rows = sorted(rows, key=lambda row: int(row["Flight"]))
    lines = [HEAD]
    for before, row in zip([rows[0], *rows], rows, strict=False):
        number = int(row["Flight"])
        start = float(before["SCLK_END"]) if number else float(row["SCLK_START"])
        lines.append(
            f"{number},{row['Sol']},{iso(row['Earth_Date'])},{float(row['Duration_s']):g},"
            f"{float(row['Dist_m']):g},{float(row['Max_Alt_m']):g},{float(row['Max_Spd_m']):g},"
            f"{start:.1f},{float(row['Lat']):.8f},{float(row['Lon']):.8f},"
            f"{float(row['Elev_Geoid']):.2f},{float(row['tilt']):.2f},{float(row['yaw']):.2f},"
            f"{row['ToAirfld']}"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments, write the asset and its record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, required=True)
    source = parser.parse_args().source
    text = table(stops(source)).encode("ascii")
    (ASSETS / f"{NAME}.csv").write_bytes(text)
    record = RECORD.format(
        source=hashlib.sha256(source.read_bytes()).hexdigest(),
        made=hashlib.sha256(text).hexdigest(),
    )
    (ASSETS / f"{NAME}.toml").write_text(record, encoding="utf-8")
    print(f"{text.count(10) - 2} flights, {len(text)} bytes")


if __name__ == "__main__":
    main()
