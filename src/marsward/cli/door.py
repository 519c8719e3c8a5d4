"""The command `marsward`: finds the verb, imports its file and nothing else, turns errors to codes.

Top-level help is a table of its own, so that `marsward --help` answers before anything is loaded.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any

from marsward._version import __version__

VERBS: dict[str, tuple[str, str]] = {
    "run": ("marsward.cli.run:run", "fly a mission; phases that are on disk are not flown again"),
    "vary": (
        "marsward.cli.vary:vary",
        "fly a mission many times with parameters drawn from laws",
    ),
    "check": ("marsward.cli.check:check", "tell everything that is wrong with a mission file"),
    "plan": ("marsward.cli.plan:plan", "show the phases in order, and what is on disk"),
    "new": ("marsward.cli.new:new", "write a mission file to start from"),
    "list": ("marsward.cli.list:list_", "list missions, phases, instruments, data or fields"),
    "show": ("marsward.cli.show:show", "show the parameters of a phase or an instrument"),
    "report": ("marsward.cli.report:report", "write the report of a run again"),
    "view": ("marsward.cli.view:view", "open the report of a run"),
    "compare": ("marsward.cli.compare:compare", "set the key numbers of two runs side by side"),
    "export": (
        "marsward.cli.export:export",
        "write a run's orbits, maps and footprints for other tools",
    ),
    "fetch": ("marsward.cli.fetch:fetch", "fetch data from the archives that publish it"),
    "verify": ("marsward.cli.verify:verify", "reproduce the published figures"),
}
CALC: dict[str, tuple[str, str]] = {
    "time": (
        "marsward.cli.calc_time:calc_time",
        "one instant in all time scales, here and on Mars",
    ),
    "where": ("marsward.cli.calc_where:calc_where", "where a body is, seen from another"),
    "window": ("marsward.cli.calc_window:calc_window", "launch windows between two bodies"),
    "tour": (
        "marsward.cli.calc_tour:calc_tour",
        "the best tours by way of Venus, Earth or the Moon",
    ),
    "link": ("marsward.cli.calc_link:calc_link", "budget of a radio link to Earth"),
    "look": (
        "marsward.cli.calc_look:calc_look",
        "how a body looks from another: size, phase, range",
    ),
    "ice": (
        "marsward.cli.calc_ice:calc_ice",
        "one place on Mars through the year: temperatures, frost, depth of ice",
    ),
    "air": (
        "marsward.cli.calc_air:calc_air",
        "the air at one instant, place and height: pressure, density, wind",
    ),
    "climate": (
        "marsward.cli.calc_climate:calc_climate",
        "one place on Mars: pressure through the year, air and ground on a day",
    ),
}
EXITS = (
    "exit codes: 0 ok, 1 a fault of marsward, 2 the file or the call, 3 data, 4 physics, 5 verify"
)
_STOPPED_RUN = "stopped; finished phases are on disk, and the same command goes on from there"
_STOPPED = "stopped; nothing half-written was left"


class Ended(KeyboardInterrupt):
    """The system asked this process to end."""


def main(words: list[str] | None = None) -> None:
    """Entry point of the command; leaves with the exit code."""
    # phases bring their own threads; those of BLAS on small matrices cost several times their work
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    code = door(sys.argv[1:] if words is None else words)
    if code >= 128:  # stopped: a second signal would only break the leaving
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    sys.exit(code)


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)


def door(words: list[str]) -> int:
    """Run one command and return its exit code; prints one sentence per error, never a trace."""
    try:
        code = _go(list(words))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except KeyboardInterrupt as error:
        tell(_STOPPED_RUN if words[:1] in (["run"], ["vary"]) else _STOPPED)
        return 128 + int(error.args[0]) if isinstance(error, Ended) else 130


def _go(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        if len(words) > 1 and words[0] == "help":
            return _go([*words[1:], "--help"])
        print(top_help())
        return 0
    if words[0] in ("-V", "--version", "version"):
        print(f"marsward {__version__}")
        return 0
    verb = words.pop(0)
    if verb == "calc":
        return _calc(words)
    if verb not in VERBS:
        return _unknown_verb(verb, [*VERBS, "calc"], "marsward --help")
    return _call(f"marsward {verb}", VERBS[verb][0], words)


def _calc(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        print("Usage: marsward calc TOOL …\n\n" + _table(CALC))
        return 0
    tool = words.pop(0)
    if tool not in CALC:
        return _unknown_verb(tool, list(CALC), "marsward calc --help")
    return _call(f"marsward calc {tool}", CALC[tool][0], words)


def top_help() -> str:
    """What `marsward --help` says."""
    return "\n".join(
        [
            "Usage: marsward VERB …",
            "",
            "Flies a Mars mission from one text file and says how well it will know its goals.",
            "Begin with: marsward run tianwen-1",
            "",
            _table({**VERBS, "calc": ("", f"pocket tools: {', '.join(CALC)}")}),
            "",
            "marsward VERB --help tells more; marsward --version tells the version.",
            EXITS,
        ]
    )


def _table(verbs: dict[str, tuple[str, str]]) -> str:
    return "\n".join(f"  {name:<9} {help_}" for name, (_, help_) in verbs.items())


def tell(sentence: str) -> None:
    """One sentence to the standard error stream, as `marsward: …`."""
    try:
        for line in sentence.splitlines():
            print(f"marsward: {line}", file=sys.stderr)
    except BrokenPipeError:
        return


def _unknown_verb(word: str, known: list[str], help_: str) -> int:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"see {help_}"
    tell(f"no command {word!r}; {hint}")
    return 2


def _call(name: str, target: str, words: list[str]) -> int:
    """Parse the words for one function and call it."""
    from marsward.core.errors import MarswardError

    try:
        return _parsed(name, target, words)
    except MarswardError as error:
        _say_error(error, json_lines="--json" in words)
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError, SystemExit):
        raise
    except Exception as error:
        if os.environ.get("MARSWARD_DEBUG") == "1":
            raise
        return _unexpected(error)


def _parsed(name: str, target: str, words: list[str]) -> int:
    import cyclopts

    module, _, function = target.partition(":")
    app = cyclopts.App(
        name=name,
        help_flags=["--help", "-h"],
        version_flags=[],
        suppress_keyboard_interrupt=False,
        result_action="return_value",
        default_parameter=cyclopts.Parameter(negative=(), show_default=False),
    )
    app.default(getattr(import_module(module), function))
    app["--help"].show = False  # a panel of its own for one flag says nothing
    try:
        result: Any = app(words, exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        sentence = " ".join(str(error).split()).rstrip(".")
        tell(f"{name}: {_plainer(sentence)}; see `{name} --help`")
        return 2
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def _plainer(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _say_error(error: Any, *, json_lines: bool) -> None:
    if json_lines:
        import json

        sentences = str(error).splitlines()
        print(json.dumps({"event": "error", "exit_code": error.exit_code, "errors": sentences}))
    tell(str(error))


def _unexpected(error: Exception) -> int:
    """A fault of ours: the trace goes to a file, one sentence to the reader."""
    import tempfile
    import traceback

    trace = "".join(traceback.format_exception(error))
    said = " ".join(str(error).split())
    head = f"{type(error).__name__}: {said}" if said else type(error).__name__
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="marsward-", suffix=".log", delete=False, encoding="utf-8"
        ) as stream:
            stream.write(trace)
        where = f"the whole trace is in {stream.name}"
    except OSError:
        where = "set MARSWARD_DEBUG=1 to see the trace"
    tell(f"a fault of marsward itself: {head}; {where}")
    return 1
