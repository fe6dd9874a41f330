"""Fewer bytes on the wire: what the terminal shows already is not sent again, and of a colour only what differs.

Textual draws a region whole whenever anything in it may have changed, ends every run of text with a reset and starts
the next one from nothing. `Canvas` follows what was drawn cell by cell, as the terminal does, and passes on the cells
that differ. What it cannot follow (a terminal that was resized, cleared or left) makes it forget everything: then all
that is drawn is sent.
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size
from textual.driver import Driver

_TOKEN = re.compile(
    r"""\x1b\[(?P<style>[\d;]*)m
    | \x1b\[(?P<row>\d+);(?P<column>\d+)H
    | (?P<line>\r?\n)
    | (?P<text>[^\x00-\x1f\x7f]+)
    # Modes and queries, titles and clipboards draw nothing.
    | (?P<aside>\x1b\[\?(?:25|7|100\d|101\d|2004|2026|2048)[hl] | \x1b\[[?>=<\d;]*[$\d]*[cnpqtu]
        | \x1b\].*?(?:\x07|\x1b\\) | \x1b[P^_].*?(?<!\x1b)\x1b\\)
    | (?P<screen>\x1b\[\?1049[hl])
    | (?P<other>\x1b\[[?>=<\d;]*[ -/]*[@-~] | \x1b. | .)""",
    re.VERBOSE | re.DOTALL,
)
_PARTS = re.compile(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+")
_PLAIN = re.compile(r"[\x20-\x7e\u00a1-\u02ff\u2500-\u259f]*")  # each of them as wide as a cell
_SKIPPED = 4  # unchanged cells that are cheaper to send again than to jump over
_BLANK = 12  # blanks: the two sequences that take their place are no longer
_MARKS = frozenset({"4", "7", "9", "21", "53"})  # a blank with one of these attributes is not blank
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29", "foreground": "39", "background": "49"}
# Their erasing takes the background's colour. GNU screen's does not, and it is `screen` that tmux often says, too.
_ERASING = re.compile(r"(xterm|tmux|rxvt|alacritty|kitty|foot|wezterm|ghostty|konsole|vte|gnome|linux|putty|st)(-|$)")
_POINTER = re.compile(r"\x1b\]22;[^\x07]*\x07")  # the mouse's shape: not worth a line's time
_FRAME = re.compile(r"\x1b\[\?2026h\x1b\[\?2026l")
CLEAR = "\x1b[2J"  # written to the driver, it makes all that follows be sent
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"  # as Textual writes them
_UNKNOWN = "\x00"  # no text is this: whatever is drawn there differs


class Canvas:
    """What a terminal shows, as far as it was drawn through here."""

    def __init__(self, *, erases: bool = False) -> None:
        self._erases = erases
        self._texts: dict[int, list[str]] = {}
        self._styles: dict[int, list[str]] = {}
        # Where, and in which style, the next text is meant to stand; and what the terminal was told last.
        self._row, self._column, self._style = 1, 1, ""
        self._told_at: tuple[int, int] | None = None
        self._told_style = ""

    def forget(self) -> None:
        """The terminal may show anything now."""
        self._texts.clear()
        self._styles.clear()
        self._told_at = None

    def drawn(self, data: str) -> str:
        """What must be sent so that the terminal shows `data` drawn over what it shows."""
        sent = "".join(self._sent(_POINTER.sub("", data)))
        return _FRAME.sub("", sent)

    def _sent(self, data: str) -> Iterator[str]:
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                yield from self._write(token.group())
            elif kind == "style":
                code = token["style"]
                self._style = "" if code in ("", "0") else f"{self._style};{code}".lstrip(";")
            elif kind == "column":
                self._row, self._column = int(token["row"]), int(token["column"])
            elif kind == "line":
                self._row, self._column = self._row + 1, 1
            elif kind == "aside":
                yield token.group()
            elif kind == "screen":
                yield _difference(self._told_style, "") + token.group() if self._told_style else token.group()
                self._style = self._told_style = ""
                self.forget()
            else:
                yield from self._give_up(token.group())
        if data.endswith("H") and self._told_at != (self._row, self._column):
            yield self._go()  # where people who write with an input method look

    def _write(self, text: str) -> Iterator[str]:
        cells = [*text] if _PLAIN.fullmatch(text) else _cells(text)
        if cells[0] and get_character_cell_size(cells[0][0]) == 0:
            # It changes the character before it, whichever that is.
            yield from self._give_up(text)
            self._column += cell_len(text)
            return
        texts, styles = self._line()
        begin, end = self._column - 1, self._column - 1 + len(cells)
        self._column = end + 1
        blank = _blank_style(self._style)
        fresh = [blank if cell == " " else self._style for cell in cells]
        if texts[begin:end] == cells and styles[begin:end] == fresh:
            return
        if end < len(texts) and texts[end] == "":
            texts[end] = _UNKNOWN  # the second half of a character whose first half is drawn over
        if 0 < begin < len(texts) and texts[begin] == "":
            texts[begin - 1] = _UNKNOWN
        for first, last in _changed(cells, texts[begin:end], fresh, styles[begin:end]):
            yield from self._send(begin + first + 1, cells[first:last])
        texts[begin:end], styles[begin:end] = cells, fresh

    def _line(self) -> tuple[list[str], list[str]]:
        """The present line, as far as it is drawn to."""
        if self._row not in self._texts:
            self._texts[self._row], self._styles[self._row] = [], []
        texts, styles = self._texts[self._row], self._styles[self._row]
        short = self._column - 1 - len(texts)
        texts += [_UNKNOWN] * short
        styles += [""] * short
        return texts, styles

    def _send(self, column: int, cells: list[str]) -> Iterator[str]:
        if self._told_at != (self._row, column):
            yield f"\x1b[{self._row};{column}H"
        if self._told_style != self._style and not self._looks_alike(cells):
            yield _difference(self._told_style, self._style)
            self._told_style = self._style
        yield from self._drawn(column, cells)

    def _looks_alike(self, cells: list[str]) -> bool:
        """Whether these cells look the same in the style that the terminal was told last: blanks have no foreground."""
        return not any(cell.strip(" ") for cell in cells) and _blank_style(self._told_style) == _blank_style(
            self._style
        )

    def _drawn(self, column: int, cells: list[str]) -> Iterator[str]:
        """The cells; long blanks between them are erased in the colour of the background, where the terminal can."""
        end = column + len(cells)
        if not self._erases or _is_marked(self._style):
            yield "".join(cells)
            self._told_at = (self._row, end)
            return
        start = 0
        for first, last in _blanks(cells):
            yield "".join(cells[start:first])
            yield f"\x1b[{last - first}X"
            if last == len(cells):
                self._told_at = (self._row, column + first)  # to erase does not move the cursor
                return
            yield f"\x1b[{last - first}C"
            start = last
        yield "".join(cells[start:])
        self._told_at = (self._row, end)

    def _go(self) -> str:
        self._told_at = (self._row, self._column)
        return f"\x1b[{self._row};{self._column}H"

    def _give_up(self, sequence: str) -> Iterator[str]:
        """Pass on, from where and in which style it was meant, what is not followed here."""
        yield self._go()
        if self._told_style != self._style:
            yield _difference(self._told_style, self._style)
            self._told_style = self._style
        yield sequence
        self.forget()


def _cells(text: str) -> list[str]:
    """A text by cells: a wide character is followed by an empty one, what has no width belongs to the one before."""
    found: list[str] = []
    for character in text:
        width = get_character_cell_size(character)
        if width == 0 and found:
            found[-1 if found[-1] else -2] += character
        else:
            found += [character, ""][: max(width, 1)]
    return found


def _blanks(cells: list[str]) -> Iterator[tuple[int, int]]:
    """Where blanks stand that are cheaper to erase and to jump over than to send."""
    first = 0
    for place, cell in enumerate([*cells, _UNKNOWN]):
        if cell != " ":
            if place - first >= _BLANK:
                yield first, place
            first = place + 1


def _changed(cells: list[str], texts: list[str], fresh: list[str], styles: list[str]) -> Iterator[tuple[int, int]]:
    """Where cells differ from what is shown, from place to place; short gaps are no gaps."""
    first, last = -1, -1
    for place, cell in enumerate(cells):
        if place < len(texts) and texts[place] == cell and styles[place] == fresh[place]:
            continue
        start = place - (cell == "")  # half a character cannot be sent
        if first >= 0 and start - last > _SKIPPED:
            yield first, last
            first = -1
        first = start if first < 0 else first
        last = place + 1 + (place + 1 < len(cells) and cells[place + 1] == "")
    if first >= 0:
        yield first, last


@lru_cache(maxsize=512)
def _blank_style(style: str) -> str:
    """What of a style a blank shows: its background, unless an attribute draws something there."""
    if _is_marked(style):
        return style
    return ";".join(part for part in _PARTS.findall(style) if _kind(part) == "background" and part != "49")


@lru_cache(maxsize=512)
def _is_marked(style: str) -> bool:
    return not _MARKS.isdisjoint(_PARTS.findall(style))


@lru_cache(maxsize=512)
def _difference(before: str, after: str) -> str:
    """The shortest that changes one style into another."""
    if not after:
        return "\x1b[0m"
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    kinds = [*map(_kind, new)]
    ended = [_OFF.get(_kind(part), "") for part in old if _kind(part) not in kinds]
    fresh = [part for part in new if part not in old]
    anew = f"0;{after}"
    if not all(ended) or ("22" in ended and not {"1", "2"}.isdisjoint(new)):
        return f"\x1b[{anew}m"
    changed = ";".join([*dict.fromkeys(ended), *fresh])
    return f"\x1b[{min(changed, anew, key=len)}m" if changed else ""


def _kind(part: str) -> str:
    """What a part sets: foreground, background, or an attribute by its number."""
    if part.startswith("38;") or (part.isdecimal() and (30 <= int(part) <= 39 or 90 <= int(part) <= 97)):  # noqa: PLR2004 - ECMA-48
        return "foreground"
    if part.startswith("48;") or (part.isdecimal() and (40 <= int(part) <= 49 or 100 <= int(part) <= 107)):  # noqa: PLR2004 - ECMA-48
        return "background"
    return part


def diffing_driver(base: type[Driver]) -> type[Driver]:
    """`base`, except that it writes thriftily."""

    class DiffingDriver(base):  # type: ignore[misc,valid-type]
        """Writes to the terminal what differs."""

        canvas = Canvas(erases=bool(_ERASING.match(os.environ.get("TERM", ""))))
        sent = 0  # characters
        _drawn_at: object = None
        _begun = ""

        def write(self, data: str) -> None:
            """Write what `data` changes; all of it once the terminal has another size."""
            if self._app.size != self._drawn_at:
                self._drawn_at = self._app.size
                self.canvas.forget()
            if data == SYNC_START:
                self._begun = data
                return
            if data == SYNC_END and self._begun:
                self._begun = ""  # nothing was drawn between the two
                return
            if sent := self.canvas.drawn(data):
                sent, self._begun = self._begun + sent, ""
                self.sent += len(sent)
                super().write(sent)

        @property
        def is_blocked(self) -> bool:
            """Whether what was written before waits for the terminal."""
            queue = getattr(getattr(self, "_writer_thread", None), "_queue", None)
            return queue is not None and queue.qsize() > 1

    return DiffingDriver
