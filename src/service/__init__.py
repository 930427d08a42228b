"""The recogniser as a running service: API, database, page."""
