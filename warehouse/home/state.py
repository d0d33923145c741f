"""What a home says, read once: calendar, settings, registers and what follows from them, handed on from step to step.

A `State` does not change. Who adds to the registers does it under the lock of the home, and goes on with the State that
results: what is decided there is decided on the registers as they then are, so that two processes stay right.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from warehouse.home.calendar import Calendar
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import Registers, ministry_labels, parsed, register, together
from warehouse.home.rule_changes import RuleChange, in_force, rule_changes
from warehouse.home.settings import Settings, read_settings


@dataclass(frozen=True)
class State:
    """One reading of a home. `marks` tells which bytes each register was read from."""

    home: Home
    calendar: Calendar
    settings: Settings
    registers: Registers
    marks: Mapping[str, bytes]

    @cached_property
    def ministry_labels(self) -> dict[str, str]:
        """The labels of ministries that only this home knows: their `match_key`, each with its ministry."""
        return ministry_labels(self.registers)

    def rule_changes_at(self, edition: str) -> dict[str, RuleChange]:
        """What the operator made of the rules at an edition, by the name of the rule.

        Raises:
            RegisterError: a line of the register of rule changes is malformed, or contradicts another.
        """
        return in_force(rule_changes(self.registers["rule_changes"]), edition)

    def refreshed(self) -> "State":
        """The same home as it is now; a register is parsed again only if its bytes changed.

        Raises:
            ConfigurationError: a register or the settings are malformed.
        """
        return _read(self.home, self)

    @contextlib.contextmanager
    def writing(self) -> Iterator["State"]:
        """Hold the home for one writer, and yield it as it is once held.

        Raises:
            ServiceError: another process has held it for too long.
        """
        with self.home.writing():
            yield self.refreshed()

    def appended(self, lines: Mapping[str, pd.DataFrame]) -> "State":
        """Add lines to registers, by short name, and give the State that results. With the home held.

        Raises:
            RegisterError: someone changed a register by hand since it was read; nothing is written in it.
            ServiceError: the disk refused.
        """
        for name, added in lines.items():
            register(self.home.registers, name).append(added, seen=self.registers[name])
        return self.refreshed()


def read_state(home: Home) -> State:
    """Read a home.

    Raises:
        ConfigurationError: a register, the calendar or the settings are malformed; the file and the line are named.
    """
    return _read(home, None)


def _read(home: Home, before: State | None) -> State:
    marks = {name: register(home.registers, name).content() for name in REGISTERS}
    kept = (
        {} if before is None else {name: before.registers[name] for name in marks if before.marks[name] == marks[name]}
    )
    changed = {name: content for name, content in marks.items() if name not in kept}
    read = together({"calendar": home.calendar, "registers": lambda: parsed(changed, home.registers)})
    registers = {name: kept[name] if name in kept else read["registers"][name] for name in REGISTERS}
    settings = read_settings(home.settings)
    return State(home, read["calendar"], settings, registers, marks)
