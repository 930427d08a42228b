"""Backups: all rows and pictures in one file, and back again."""
