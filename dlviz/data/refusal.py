"""Why what a learner gave cannot be used: a neutral id, for which the page has the sentence."""

from __future__ import annotations


class Refusal(ValueError):
    """Data that are not taken, why, and where.

    Attributes:
        reason: the id; the words are under `refused`.
        at: place of the piece, counted from 0.
        piece: the offending part, as it was given.
    """

    def __init__(self, reason: str, at: int = 0, piece: str = "") -> None:
        super().__init__(f"{reason} at {at}: {piece}")
        self.reason, self.at, self.piece = reason, at, piece
