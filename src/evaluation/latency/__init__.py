"""Milliseconds of every stage, memory and operations, beside a peer's."""
