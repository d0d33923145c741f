"""A workbook as values, written as XLSX or ODS with the same bytes."""
