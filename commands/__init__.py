"""The operator's command line: one verb per file, each loaded only when it is called."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")

# The verbs of the contract and what they promise; verb `x-y` is the click command `x_y` of commands/x_y.py.
VERBS = {
    "user": "Add, list and disable users; give a new start to their second factor.",
    "token": "Create a token for the API, shown once.",
    "ingest": "Take in a folder of photos.",
    "import-consents": "Bring in consents from a table; a dry run by default.",
    "explain": "Say whether a photo may be used, with every reason.",
    "trail": "Verify, export or sign the audit trail.",
    "backup": "Write a backup, or verify one.",
    "restore": "Restore a backup; what was erased stays erased.",
    "keys": "Rotate the keys, or say how they stand.",
    "scrub": "Read stored files again and report damage.",
    "doctor": "Check the installation and say what to do.",
    "evidence": "Verify the sealed proof of a consent.",
    "measures": "Write down the measures of Art. 32 as they are now.",
    "jobs": "Show what waits, runs and failed, and why.",
    "bench": "Measure, beside the raw libraries.",
}


class Verbs(click.Group):
    """Finds a verb by its name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the contract's order."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command; one that says so for a verb that isn't there yet; None for anything else."""
        if cmd_name not in VERBS:
            return None
        name = cmd_name.replace("-", "_")
        if importlib.util.find_spec(f"commands.{name}") is None:
            return _not_there_yet(cmd_name)
        command: click.Command = getattr(importlib.import_module(f"commands.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs by what they promise: --help must not import the whole house."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


def _not_there_yet(verb: str) -> click.Command:
    @click.command(
        verb, context_settings={"ignore_unknown_options": True}, help=f"{VERBS[verb]} Not there yet."
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def answer(arguments: tuple[str, ...]) -> None:
        raise click.ClickException(f"{verb} is not there yet.")

    return answer


@click.command("clearframe", cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Clearframe for its operator. Settings: docs/running.md.

    Exits with 0, 1 when it was refused or failed, or 2 when it was called wrongly. CLEARFRAME_DEMO=1 works on the demo.
    """


def with_app(verb: Callable[P, R]) -> Callable[P, R]:
    """Give a verb the wired application, an open database and Flask's app context for as long as it runs.

    Refuses when there is no library yet: only bin/run creates one, so a mistyped folder never becomes a second library.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from config import Config

        config = Config.from_environment()
        if not config.has_data():
            raise click.ClickException(
                f"There is no library in {config.data} yet. bin/run creates it; bin/clearframe restore brings one back."
            )
        from app import create_app
        from commands.unsealing import unseal
        from models import schema
        from models.base import db, tools

        unseal(config.keys)
        app = create_app(config)
        schema.check_with_keys(config.database_url, tools.keys)  # opening what is gone would make it anew
        with app.app_context(), db.connection_context():
            schema.check_known()
            return verb(*args, **kwargs)

    return run


def main(arguments: list[str] | None = None) -> None:
    """Run a verb and exit: 0, 1 with one sentence on stderr, or 2 for a wrong call."""
    sys.exit(exit_code(lambda: cli.main(arguments, prog_name="clearframe", standalone_mode=False)))


def exit_code(act: Callable[[], object]) -> int:
    """Run `act` and say what went wrong in one sentence on stderr; the exit code, which `act` may return itself."""
    try:
        code = act()
    except click.UsageError as mistake:
        mistake.show()
        return 2
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("clearframe: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader went away, as `| head` does; nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # whatever it is, the operator gets a sentence, not a traceback
        if os.environ.get("CLEARFRAME_DEBUG"):
            raise
        print(f"clearframe: {sentence(error)}", file=sys.stderr)
        return 1
    return code if type(code) is int else 0


def sentence(error: Exception) -> str:
    """What went wrong in one line; a bare error of a library says how to see more."""
    from adapters.age import BadAge
    from adapters.keys import KeysMissing, NewerStore, WrongKey
    from adapters.places import NoPlace
    from adapters.seal import BadSeal
    from adapters.storage import StorageMissing
    from config import BadConfig
    from models import trouble
    from models.erasure import Behind
    from models.errors import Full, Refusal
    from models.restoring import Unfinished
    from models.schema import Apart, NewerDatabase

    plain = (
        Apart,
        BadAge,
        BadConfig,
        BadSeal,
        Behind,
        KeysMissing,
        NewerDatabase,
        NewerStore,
        NoPlace,
        StorageMissing,
        Unfinished,
        WrongKey,
    )
    if isinstance(error, Refusal):
        return error.sentence()
    if isinstance(error, click.ClickException):
        return error.format_message()
    refused = trouble.of(error)
    if isinstance(refused, Full):
        return refused.sentence()
    words = " ".join(str(error).split()) or "no words"
    if isinstance(error, plain):
        return words
    return f"{words} ({type(error).__name__}; CLEARFRAME_DEBUG=1 shows where)"
