"""Fewer bytes on the wire: what the terminal shows already is not sent again, and of a colour only what differs.

Textual draws a region whole whenever anything in it may have changed, ends every run of text with a reset and starts
the next one from nothing. `Canvas` follows what is drawn cell by cell, and passes on the cells that differ from what
the terminal shows, in whichever order is shortest. What it cannot follow (a terminal that was resized, cleared or left)
makes it forget everything: then all that is drawn is sent.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size
from textual.driver import Driver
from textual.widgets import Input

from tui.terminal.few_glyphs import has_few_glyphs, in_few_glyphs
from tui.terminal.pen import PLAIN, Pen, Run
from tui.terminal.styles import blank_style

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
_SKIPPED = 4  # unchanged cells that are cheaper to send again than to jump over
# Their erasing takes the background's colour. GNU screen's does not, and it is `screen` that tmux often says, too.
_ERASING = re.compile(r"(xterm|tmux|rxvt|alacritty|kitty|foot|wezterm|ghostty|konsole|vte|gnome|linux|putty|st)(-|$)")
_POINTER = re.compile(r"\x1b\]22;[^\x07]*\x07")  # the mouse's shape: not worth a line's time
_FRAME = re.compile(r"\x1b\[\?2026h\x1b\[\?2026l")
CLEAR = "\x1b[2J"  # written to the driver, it makes all that follows be sent
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"  # as Textual writes them
_UNKNOWN = "\x00"  # no text is this: whatever is drawn there differs

Line = tuple[list[str], list[str]]  # the cells' texts and styles; of a blank, what it shows of a style


class Canvas:
    """What a terminal shows, as far as it was drawn through here."""

    def __init__(self, *, erases: bool = False) -> None:
        self._height = 0
        self._shown: dict[int, Line] = {}
        self._drawn: dict[int, Line] = {}  # lines as they are to be shown, and are not yet
        # Where, and in which style, the next text is meant to stand.
        self._row, self._column, self._style = 1, 1, ""
        self._pen = Pen(erases=erases)

    def resize(self, width: int, height: int) -> None:
        """The terminal has so many cells a line, and so many lines."""
        self._pen.width, self._height = width, height
        self.forget()

    def forget(self) -> None:
        """The terminal may show anything now."""
        self._shown.clear()
        self._drawn.clear()
        self._pen.at = None

    def drawn(self, data: str, *, rests: bool = True) -> str:
        """What must be sent so that the terminal shows `data` drawn over what it shows.

        `rests`: the cursor is to stand where `data` moves it last, even where nothing is drawn there.
        """
        sent = "".join(self._sent(_POINTER.sub("", data))) + "".join(self._flushed())
        if rests and data.endswith("H") and self._pen.at != (self._row, self._column):
            sent += self._pen.moved(self._row, self._column)  # where people who write with an input method look
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
                yield from self._flushed()
                yield token.group()
            elif kind == "screen":
                yield from self._flushed()
                yield self._pen.told("") + token.group()
                self._style = ""
                self.forget()
            else:
                yield from self._give_up(token.group())

    def _write(self, text: str) -> Iterator[str]:
        cells = [*text] if PLAIN.fullmatch(text) else _cells(text)
        if cells[0] and get_character_cell_size(cells[0][0]) == 0:
            # It changes the character before it, whichever that is.
            yield from self._give_up(text)
            self._column += cell_len(text)
            return
        begin, end = self._column - 1, self._column - 1 + len(cells)
        texts, styles = self._line(begin)
        self._column = end + 1
        halves = [place for place, at in ((begin - 1, begin), (end, end)) if place >= 0 and texts[at : at + 1] == [""]]
        if halves:
            # What a terminal shows of the other half is its own affair: let it happen there as well.
            yield from self._flushed()
            texts, styles = self._line(begin)
            for half in halves:
                texts[half] = _UNKNOWN
        blank = blank_style(self._style)
        texts[begin:end] = cells
        styles[begin:end] = [blank if cell == " " else self._style for cell in cells]

    def _line(self, begin: int) -> Line:
        """The present line as it is to be, at least as long as to where text begins."""
        if self._row not in self._drawn:
            texts, styles = self._shown.get(self._row, ([], []))
            self._drawn[self._row] = [*texts], [*styles]
        texts, styles = self._drawn[self._row]
        short = begin - len(texts)
        texts += [_UNKNOWN] * short
        styles += [""] * short
        return texts, styles

    def _flushed(self) -> Iterator[str]:
        """What shows the lines as they are to be."""
        if not self._shown and self._is_whole():
            yield self._cleared()
        runs = [run for row in sorted(self._drawn) for run in self._changed(row)]
        self._shown |= self._drawn
        self._drawn = {}
        if runs:
            yield self._pen.written(runs)

    def _is_whole(self) -> bool:
        """Whether every cell of the terminal is drawn."""
        width = self._pen.width
        return bool(width) and all(
            row in self._drawn and len(self._drawn[row][0]) == width and _UNKNOWN not in self._drawn[row][0]
            for row in range(1, self._height + 1)
        )

    def _cleared(self) -> str:
        """Erase all in the style of most blanks: they need not be sent one by one."""
        looks = Counter(
            style
            for texts, styles in self._drawn.values()
            for cell, style in zip(texts, styles, strict=True)
            if cell == " "
        )
        style = max(looks, key=looks.__getitem__, default="")
        if looks[style] == 0 or (style and not self._pen.erases) or blank_style(style) != style:
            return ""
        for row in range(1, self._height + 1):
            self._shown[row] = [" "] * self._pen.width, [style] * self._pen.width
        return self._pen.cleared(style, self._height)

    def _changed(self, row: int) -> Iterator[Run]:
        """The runs of a line that differ from what is shown; short gaps of the same style are no gaps."""
        (texts, styles), (old_texts, old_styles) = self._drawn[row], self._shown.get(row, ([], []))
        known = len(old_texts)
        if texts == old_texts and styles == old_styles:
            return
        first, last, style, is_blank = 0, 0, "", True  # the run that is begun, from place to place
        for place, cell in enumerate(texts):
            if cell == _UNKNOWN or (place < known and old_texts[place] == cell and old_styles[place] == styles[place]):
                continue
            start = place - (cell == "")  # half a character cannot be sent
            if start < last:
                continue
            if last and start - last <= _SKIPPED:
                joined = _joined(texts[last : start + 1], styles[last : start + 1], style, is_blank=is_blank)
            else:
                joined = None
            if joined is None:
                if last:
                    yield Run(row, first + 1, tuple(texts[first:last]), style, is_blank)
                first, style, is_blank = start, styles[start], texts[start] == " "
            else:
                style, is_blank = joined
            last = start + 1 + (start + 1 < len(texts) and texts[start + 1] == "")
        if last:
            yield Run(row, first + 1, tuple(texts[first:last]), style, is_blank)

    def _give_up(self, sequence: str) -> Iterator[str]:
        """Pass on, from where and in which style it was meant, what is not followed here."""
        yield from self._flushed()
        yield self._pen.moved(self._row, self._column) + self._pen.told(self._style) + sequence
        self.forget()


def _joined(texts: list[str], styles: list[str], style: str, *, is_blank: bool) -> tuple[str, bool] | None:
    """The style of a run that these cells go on, and whether it is blank; None where they do not go on with it."""
    for cell, its in zip(texts, styles, strict=True):
        if cell == _UNKNOWN:
            return None
        if cell == " ":
            if its != (style if is_blank else blank_style(style)):
                return None
        elif is_blank and blank_style(its) == style:
            style, is_blank = its, False
        elif its != style or is_blank:
            return None
    return style, is_blank


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


def diffing_driver(base: type[Driver]) -> type[Driver]:
    """`base`, except that it writes thriftily."""

    class DiffingDriver(base):  # type: ignore[misc,valid-type]
        """Writes to the terminal what differs."""

        canvas = Canvas(erases=bool(_ERASING.match(os.environ.get("TERM", ""))))
        _is_poor = has_few_glyphs()
        sent = 0  # characters
        _drawn_at: object = None
        _begun = ""

        def write(self, data: str) -> None:
            """Write what `data` changes; all of it once the terminal has another size."""
            if self._is_poor:
                data = in_few_glyphs(data)
            if self._app.size != self._drawn_at:
                self._drawn_at = self._app.size
                self.canvas.resize(*self._app.size)
            if data == SYNC_START:
                self._begun = data
                return
            if data == SYNC_END and self._begun:
                self._begun = ""  # nothing was drawn between the two
                return
            if sent := self.canvas.drawn(data, rests=data.endswith("H") and isinstance(self._app.focused, Input)):
                sent, self._begun = self._begun + sent, ""
                self.sent += len(sent)
                super().write(sent)

        @property
        def is_blocked(self) -> bool:
            """Whether what was written before waits for the terminal."""
            queue = getattr(getattr(self, "_writer_thread", None), "_queue", None)
            return queue is not None and queue.qsize() > 1

    return DiffingDriver
