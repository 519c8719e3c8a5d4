"""`marsward fetch`: data from the archives that publish it."""

from __future__ import annotations


def fetch(*names: str, accept_unknown_hash: bool = False, json: bool = False) -> int:
    """Fetch data by name; what is here already is checked and kept.

    Parameters
    ----------
    names
        Names that `marsward list data` shows; without any, that list is shown.
    accept_unknown_hash
        Take files whose hash is not known yet, and record it.
    json
        One JSON object per line, for machines.
    """
    if not names:
        from marsward.cli.list import list_

        return list_("data", json=json)
    from marsward.cli.display import display
    from marsward.core.errors import InputError
    from marsward.core.registry import unknown
    from marsward.data.fetch import as_json, registry
    from marsward.data.fetch import fetch as fetch_one

    entries = registry()
    for name in names:
        if name not in entries:
            raise InputError(unknown("data", name, entries))
    with display(json_lines=json) as shown:
        for name in names:
            shown.say(entries[name].describe())
            path = fetch_one(name, accept_unknown_hash=accept_unknown_hash, progress=shown)
            shown.say(str(path))
            if json:
                print(as_json(entries[name]))
    return 0
