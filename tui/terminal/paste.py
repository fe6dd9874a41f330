"""Telling what was pasted from what was typed, where the terminal does not say it: no pasted letter is a command.

No person types 200 characters in a few milliseconds. Keys that a slow line delivers together are fewer, and a key that
is held gives the same letter again and again.
"""

import re

SHORTEST, LETTERS = 200, 8  # characters, and how many different ones there must be more than
LONE_SECONDS = 0.006  # at 2,400 baud the next character of a paste comes sooner
TOGETHER_SECONDS = 0.03
PASTED_SECONDS = 0.25  # a paste that pauses so long has ended
BEGIN, END = "\x1b[200~", "\x1b[201~"
_SEQUENCE = re.compile(r"\x1b\[[<?>=\d;]*[ -/]*[@-~]|\x1bO.")
_MARK = len(BEGIN) - 1


class PasteDetector:
    """Holds what comes together for a moment, and marks a paste as the terminal would have marked it."""

    def __init__(self) -> None:
        self._held = ""
        self._at = 0.0
        self._is_pasted = False
        self._is_marked = False  # the terminal itself says where a paste ends
        self._tail = ""

    @property
    def patience(self) -> float | None:
        """How long to wait for more before `rested` is called; None where nothing is held."""
        if not self._held:
            return None
        return PASTED_SECONDS if self._is_pasted else TOGETHER_SECONDS if len(self._held) > 1 else LONE_SECONDS

    def feed(self, text: str) -> str:
        """Take what came; give what is known to be typed, or marked by the terminal."""
        if self._is_pasted:
            self._held += text
            return ""
        if self._is_marked or "\x1b" in self._tail + text:
            return self._with_sequences(text)
        self._held += text
        self._is_pasted = _is_pasted(self._held)
        return ""

    def rested(self) -> str:
        """Nothing came for a while: give what is held, a paste with its marks."""
        held, self._held = self._held, ""
        if self._is_pasted:
            self._is_pasted = False
            return f"{BEGIN}{_SEQUENCE.sub('', held).replace(chr(27), '')}{END}"
        return held

    def _with_sequences(self, text: str) -> str:
        around = self._tail + text
        if not self._is_marked and BEGIN not in around and _is_pasted(_SEQUENCE.sub("", text)):
            self._held += text
            self._is_pasted = True
            return ""
        self._is_marked = around.rfind(BEGIN) > around.rfind(END) or (self._is_marked and END not in around)
        self._tail = around[-_MARK:]  # a mark may be cut in two
        return self.rested() + text


def _is_pasted(text: str) -> bool:
    return len(text) >= SHORTEST and len(set(text)) > LETTERS
