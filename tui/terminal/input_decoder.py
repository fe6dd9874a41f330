"""What the terminal sends, whatever it sends: bytes that are no text and sequences that are no keys end nothing."""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

from tui.terminal.paste import PasteDetector

TICK_SECONDS = 0.1
PORTION = 4096


class TolerantParser(XTermParser):
    """Drops a sequence that Textual fails to read, and goes on behind it."""

    def feed(self, data: str) -> Iterable[Message]:
        """Read character by character: what was read before the one that fails has been told by then."""
        for character in data:
            try:
                yield from super().feed(character)
            except Exception:  # noqa: BLE001 - whatever fails there fails on what the terminal sent, not on ours
                self._begin_anew()

    def tick(self) -> Iterable[Message]:
        """Tell of a sequence that did not go on, unless it cannot be read."""
        try:
            yield from super().tick()
        except Exception:  # noqa: BLE001 - as said
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._timeout_time = None
        self._gen = self.parse(self._tokens.append)
        self._awaiting = next(self._gen)


def decoding_driver(base: type[Driver]) -> type[Driver]:
    """`base`, except that it survives what it reads."""

    class DecodingDriver(base):  # type: ignore[misc,valid-type]
        """Reads from the terminal; Textual's own thread ends with the first byte that is not UTF-8."""

        def run_input_thread(self) -> None:
            """Hand on what is typed until the driver is to end."""
            parser, pasted = TolerantParser(self._debug), PasteDetector()
            decode = getincrementaldecoder("utf-8")(errors="replace").decode
            with selectors.SelectSelector() as selector:
                selector.register(self.fileno, selectors.EVENT_READ)
                while not self.exit_event.is_set():
                    if selector.select(TICK_SECONDS if pasted.patience is None else pasted.patience):
                        typed = pasted.feed(decode(self._received()))
                    else:
                        typed = pasted.rested()
                    for message in (*parser.feed(typed), *parser.tick()):
                        self.process_message(message)

        def _received(self) -> bytes:
            data = os.read(self.fileno, PORTION)
            if not data:  # else its end would be read for ever
                raise EOFError("the terminal is gone")
            return data

        def _run_input_thread(self) -> None:
            try:
                self.run_input_thread()
            except Exception as error:  # noqa: BLE001 - a console that cannot hear ends, as a failed one
                self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001 - as its own threads do

    return DecodingDriver
