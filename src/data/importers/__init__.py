"""Public annotation formats turned into the manifest: ``python -m src.data.importers FORMAT SOURCE OUT``."""
