"""Number plates: found, read, trained and measured."""
