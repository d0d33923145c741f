"""How a spreadsheet names a cell, and what a text becomes in one: itself, unless it would be run as a formula."""

import re

# What spreadsheets take for the start of a formula; the wide forms are those of East Asian keyboards.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_LINE_END = re.compile(r"\r\n?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run a text; a number with its sign does nothing but be read."""
    return text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text)


def inert_text(text: str) -> str:
    """The text to write in a CSV cell: preceded by an apostrophe, as OWASP advises, where it would be run.

    Ends of lines become a line feed: a lone carriage return is not quoted by writers of CSV, and would start a row,
    hence a cell.
    """
    lines = _LINE_END.sub("\n", text)
    return f"'{lines}" if is_formula(lines) else lines


def submitted_text(text: str) -> str:
    """The text that `inert_text` was given, but for its ends of lines."""
    lines = _LINE_END.sub("\n", text)
    return lines[1:] if lines.startswith("'") and is_formula(lines[1:]) else lines


def column_number(letters: str) -> int:
    """The rank of a column, counted from 1, by its letters: A, …, Z, AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letter(position: int) -> str:
    """The letter a spreadsheet gives a column counted from 0: A, …, Z, AA."""
    letters = ""
    remaining = position + 1
    while remaining:
        remaining, digit = divmod(remaining - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
