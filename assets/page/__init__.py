"""The page and the PDF: what is said, and how it is drawn."""
