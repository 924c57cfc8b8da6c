"""How commands end: with one sentence and exit code 2 for what a user can mend.

0: done. 1: done, and something is bad (`check`). 2: a worker that must be restarted, and unusable
input or settings, with one sentence that says what to do. 130: ended by ctrl-C.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from heed.formats import UnusableInput
from schemas.house_file import BadFile
from streams.errors import Unusable

# Of whichever copy of click this version of typer carries.
UsageError: type[Any] = typer.BadParameter.__bases__[0]


def run(app: Callable[..., Any]) -> None:
    """Run a command line to its end; does not return."""
    try:
        code = app(prog_name="heed", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except UsageError as why:
        if type(why).__name__ == "NoArgsIsHelpError":
            why.show()
            sys.exit(2)
        command = why.ctx.command_path if why.ctx else "heed"
        sentence = why.format_message().rstrip(".").replace("Value error, ", "")
        _end(f"{sentence}: see `{command} --help`")
    except (Unusable, UnusableInput, BadFile) as why:
        _end(str(why))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _leave_quietly()
    except SystemExit as why:
        if isinstance(why.__context__, BrokenPipeError):
            _leave_quietly()
        raise
    except Exception as why:
        kafka = sys.modules.get("confluent_kafka")  # which not every command needs
        if kafka is None or not isinstance(why, kafka.KafkaException):
            raise
        _end(f"Kafka's client does not take its settings: {why.args[0].str()}")


def _end(sentence: str) -> None:
    print(f"heed: {sentence}", file=sys.stderr)
    sys.exit(2)


def _leave_quietly() -> None:
    """Whoever read our output has enough; that is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(0)
