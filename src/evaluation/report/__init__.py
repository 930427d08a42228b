"""The accuracy report of a run: JSON, Markdown, plots and one page, and what the terminal shows."""
