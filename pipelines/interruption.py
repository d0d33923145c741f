"""A signal stops the command, wherever it is, and the command says so."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator

from warehouse.model.errors import Interrupted

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stopping_at_signals() -> Iterator[None]:
    """Leave with the status of the signal when one of `SIGNALS` arrives, what was being written being put away.

    One handler for all of them: Dagster, when a run ends, gives every signal the handler that SIGINT had. While the
    run lasts it has its own, that forgets which signal came: the bytes the interpreter writes tell it.
    """
    arrived, told = os.pipe()
    os.set_blocking(arrived, False)
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        yield
    except Interrupted as stop:
        print(stop, file=sys.stderr, flush=True)  # noqa: T201  # rich may not be imported
        sys.exit(Interrupted(_first(arrived) or stop.signal).exit_status)


def _stop(number: int, _frame: object) -> None:
    raise Interrupted(number)


def _first(arrived: int) -> int | None:
    try:
        numbers = os.read(arrived, 64)
    except BlockingIOError:
        return None
    return next((number for number in numbers if number in SIGNALS), None)
