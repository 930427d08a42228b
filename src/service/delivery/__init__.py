"""Tells others what happens at the gates: events are written with what they are about, and delivered by a worker."""
