"""How far weather, light, optics and wear pull the figures down."""
