"""Limits of what the detector is given and asked for; of their own, as settings need them and no library."""

LEAST_SIDE = 1664
"""Pixels that the longer side of a huge photograph keeps at least, and the largest canvas that a detector may be given.

Over three for each of the shipped detector's. Plates less than 24 of its pixels wide are mostly missed, and of 239
crops of ``val`` the reader reads 227 as they are, 226 at 96 pixels, 224 at 80 and 64, 198 at 48."""

LEAST_CONFIDENCE = 0.01
"""Of detections that a service may be asked for: with no threshold at all, every place of a picture would be read as a
plate, for minutes."""

LEAST_READING = 0.1
"""Confidence that the card of a reader asks of readings that are to count: less than one in ten of the others is right.

On ``val``, of 663 crops with a verified text 5 are read less surely, none of them rightly; of 349 boxes that are found
in its scenes 54, and 29 of those are no plate, of 40 that there are."""
