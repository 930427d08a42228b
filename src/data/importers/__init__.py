"""Converts public annotation formats to the manifest: ``python -m src.data.importers FORMAT SOURCE OUT``."""
