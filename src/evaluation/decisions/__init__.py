"""How often a list of vehicles lets the wrong one in, or keeps the right one out."""
