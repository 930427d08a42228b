"""What becomes of vehicles that pass: passages rendered from photographs, real clips, and the scores of both.

It needs the extras ``evaluate`` and ``video``.
"""
