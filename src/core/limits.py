"""How far photographs are shrunk before plates are looked for; of its own, as settings need it and no library."""

LEAST_SIDE = 1664
"""Pixels that the longer side of a huge photograph keeps at least, and the largest canvas that a detector may be given.

Over three for each of the shipped detector's. Plates less than 24 of its pixels wide are mostly missed, and of 239
crops of ``val`` the reader reads 227 as they are, 226 at 96 pixels, 224 at 80 and 64, 198 at 48."""
