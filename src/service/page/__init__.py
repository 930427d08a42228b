"""The page: reads pictures, searches sightings and shows the models, all through the API."""

API = "NUMBER_PLATE_PAGE_API"
"""The environment variable with the address of the API."""
KEY = "NUMBER_PLATE_PAGE_KEY"
"""The environment variable with the API key of visitors who enter none."""
