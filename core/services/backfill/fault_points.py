"""Named points between the steps of a batch: where a fault can happen, and where the tests make one happen."""

from typing import Literal

Point = Literal["after_intent", "before_commit", "after_commit"]


def reach(point: Point) -> None:
    """Nothing happens here but what a test arranges."""
