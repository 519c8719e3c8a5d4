"""`marsward new`: a mission file to start from."""

from __future__ import annotations

import re
from pathlib import Path

from marsward.core.errors import InputError


def new(file: Path, /, *, like: str = "template") -> int:
    """Write a commented mission file to edit; never writes over one that is there.

    Parameters
    ----------
    file
        Where to write, such as my-mission.toml; its name becomes the mission's name.
    like
        The built-in mission, or the mission file, to start from.
    """
    from marsward.core.product import cannot_write
    from marsward.mission.load import mission_path

    if file.suffix != ".toml":
        raise InputError(f"a mission file ends in .toml; write {file.stem or 'my-mission'}.toml")
    text = mission_path(like).read_text(encoding="utf-8")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.stem).strip("-.") or "mission"
    text = re.sub(r'^name\s*=\s*"[^"]*"', f'name = "{name}"', text, count=1, flags=re.MULTILINE)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise InputError(f"{file} is there already; choose another name") from error
    except FileNotFoundError as error:
        raise InputError(f"there is no folder {file.parent}; make it first") from error
    except OSError as error:
        raise cannot_write(file, error) from error
    print(f"{file} written, like {like}; `marsward run {file}` flies it")
    return 0
