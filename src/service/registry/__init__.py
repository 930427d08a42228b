"""Vehicles that are known: who a plate may be, and what that means at a gate."""
