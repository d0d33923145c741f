"""The report of an edition: one PDF, accessible and archivable, with the words of the page and of the site."""
