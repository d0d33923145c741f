"""Read an .xls in a process of its own, which the system stops at the limits of the home."""

import io
import pickle
import subprocess
import sys
from dataclasses import replace
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from assets.reading.formats.content_scan import SAVE_AGAIN, ContentScan, UnreadableFileError, beyond
from assets.reading.formats.file_limits import FileLimits
from assets.reading.formats.old_workbook_marks import old_workbook_marks
from assets.reading.formats.sheets import Sheet, marked_sheet
from assets.reading.formats.workbook_marks import marks_of


def sheets_of_old_workbook(content: bytes, limits: FileLimits) -> list[Sheet]:
    """The sheets of the bytes of an .xls, read by a process of its own that the system stops at the limits.

    The old binary format announces sizes that a reader allocates before looking: no cheap count is safe, and a failed
    allocation ends the process that asked.
    """
    numbers = (limits.xls_memory_bytes, limits.xls_seconds, limits.rows, limits.cells, limits.characters)
    code = "from assets.reading.formats.old_workbooks import answer_parent; answer_parent()"
    command = [sys.executable, "-c", code, *map(str, numbers)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * limits.xls_seconds, check=False)  # noqa: S603 - this interpreter, this module
    except subprocess.TimeoutExpired as error:
        raise beyond(
            "un temps de lecture trop long", f"{2 * limits.xls_seconds} s", f"{limits.xls_seconds} s"
        ) from error
    if done.returncode:
        raise UnreadableFileError(
            "Le classeur est illisible : tronqué, endommagé, d'un autre format, ou au-delà des limites de "
            f"{limits.xls_memory_bytes} octets de mémoire et {limits.xls_seconds} s. {SAVE_AGAIN}"
        )
    answer = pickle.loads(done.stdout)  # noqa: S301 - written by our own process
    if isinstance(answer, str):
        raise UnreadableFileError(answer)
    sheets: list[Sheet] = answer
    return sheets


def answer_parent() -> None:
    """Read the .xls on the standard input within its limits; write its sheets, or the refusal, for the parent."""
    memory, seconds, rows, cells, characters = map(int, sys.argv[1:])
    _limit_process(memory, seconds)
    content = sys.stdin.buffer.read()
    limits = FileLimits(rows=rows, cells=cells, characters=characters)
    answer: str | list[Sheet]
    try:
        answer = _bounded_sheets(content, limits)
    except UnreadableFileError as error:
        answer = str(error)
    sys.stdout.buffer.write(pickle.dumps(answer))


def _limit_process(memory: int, seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 - absent from Windows, where the limits of the parent's timeout remain
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bounded_sheets(content: bytes, limits: FileLimits) -> list[Sheet]:
    scan = ContentScan(limits)
    sheets = []
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for meta in workbook.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.total_height and sheet.total_width:
                scan.reach(sheet.total_height, sheet.total_width, 0)
            cells: list[list[Any]] = sheet.to_python(skip_empty_area=False)
            scan.characters += sum(len(cell) for row in cells for cell in row if isinstance(cell, str))
            scan.reach(0, 0, 0)
            scan.close_sheet()
            is_hidden = meta.visible != SheetVisibleEnum.Visible
            sheets.append(Sheet(meta.name, cells, is_hidden=is_hidden))
    marks = old_workbook_marks(content)
    return [
        marked_sheet(replace(sheet, counts_from_1904=marks.counts_from_1904), marks_of(marks, sheet.name))
        for sheet in sheets
    ]
