"""The page: reads pictures, searches sightings, shows cameras and the models, all through the API."""

API = "NUMBER_PLATE_PAGE_API"
"""The environment variable with the address of the API."""
PUBLIC = "NUMBER_PLATE_PAGE_PUBLIC_API"
"""The environment variable with the address of the API for the browsers of visitors."""
KEY = "NUMBER_PLATE_PAGE_KEY"
"""The environment variable with the API key of visitors who enter none."""
