"""Limits of what the detector is given and asked for. They are apart because the settings need them without a
library.
"""

LEAST_SIDE = 1664
"""Pixels that the longer side of a huge photograph keeps at least, and the largest canvas that a detector may be given.

Over three for each of the shipped detector's. Plates less than 24 of its pixels wide are mostly missed, and of 239
crops of ``val`` the reader reads 227 as they are, 226 at 96 pixels, 224 at 80 and 64, 198 at 48."""

LEAST_CONFIDENCE = 0.01
"""The least confidence of detections that a service may be asked for. Without a threshold every place of a picture
would be read as a plate, for minutes.
"""

LEAST_READING = 0.1
"""The confidence below which the card of a reader does not count readings: of those less than one in ten is right.

On ``val``, 5 of 663 crops with a verified text are read with less confidence, and none of them rightly. So are 54 of
the 349 boxes that are found in its scenes; 29 of these 54 are no plate, and all scenes have 40 such boxes.
"""
