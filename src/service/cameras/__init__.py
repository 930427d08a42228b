"""Cameras: one process each, started, watched and heard by the one service process that owns them."""
