"""What tests read of the PDFs: what they carry, and the figures that they say they print."""

import csv
import io

import pikepdf
from site_reading import Figure


def attached(content: bytes, name: str) -> str:
    with pikepdf.open(io.BytesIO(content)) as document:
        return document.attachments[name].get_file().read_bytes().decode()


def sources(content: bytes) -> list[Figure]:
    """The figures that a PDF says it prints, each with its source."""
    rows = csv.DictReader(io.StringIO(attached(content, "sources.csv")))
    return [
        Figure(
            row["valeur"].removeprefix("'"),
            f"{row['fichier'].removesuffix('.csv')}?{row['lignes']}#{row['colonne']}",
            row["texte"].removeprefix("'"),
        )
        for row in rows
    ]
