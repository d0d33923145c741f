"""The hierarchy of what can go wrong, and the exit status each branch stands for.

PanoramaError
├── DataRefusedError          1  what was submitted cannot be accepted
├── ConfigurationError        2  the command, the home or a register is wrong
│   ├── UnknownEditionError
│   ├── RegisterError
│   └── SchemaError              a frame does not conform to its declaration
└── ServiceError              3  a disk, a database or a platform failed

Interrupted                 130, 143  a signal stops the command; no `except Exception` holds it back
"""

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    # Every command imports the errors; only a refusal has findings.
    from warehouse.model.findings import Finding


class PanoramaError(Exception):
    """Anything this project raises on purpose; its text is a French sentence for the operator."""

    exit_status: ClassVar[int] = 1


class DataRefusedError(PanoramaError):
    """A submission that cannot be accepted, with every finding that says why."""

    exit_status = 1

    def __init__(self, message: str, findings: Sequence["Finding"] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class ConfigurationError(PanoramaError):
    """A command, a home or a register that cannot be used as it is."""

    exit_status = 2


class UnknownEditionError(ConfigurationError):
    """An edition that the calendar does not hold."""


class RegisterError(ConfigurationError):
    """A register file with a malformed line."""


class SchemaError(ConfigurationError):
    """A frame that does not conform to the declaration of its table."""


class ServiceError(PanoramaError):
    """Something outside the project failed: a disk, a database, a platform."""

    exit_status = 3


class Interrupted(BaseException):  # not an error: somebody asked for it
    """A signal that stops the whole command: Ctrl-C (SIGINT) or the end of a service (SIGTERM)."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__("Interrompu ; relancer la même commande.")
        self.signal = signal.Signals(number)

    @property
    def exit_status(self) -> int:
        """What a shell says of a program that the signal ended."""
        return 128 + self.signal
