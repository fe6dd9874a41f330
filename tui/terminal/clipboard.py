"""Copying to the clipboard of the terminal that the operator sits at, wherever this runs: by OSC 52.

What is too long for common terminals goes to a file instead. screen passes it on when it is wrapped. tmux takes it as
it is where set-clipboard is on, and passes it on wrapped where allow-passthrough is: it gets both. Where neither is, as
it comes, tmux drops it without a word: tmux is asked before anything is said to be copied.
Sources: XTerm Control Sequences, "Operating System Commands", 52; tmux(1), set-clipboard and allow-passthrough.
"""

import base64
import os
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path

from core.settings import state_home

LONGEST = 74_000  # bytes of text: 100,000 in base64 is where several terminals give up
_SCREEN_CHUNK = 252  # what GNU screen takes in one device control string
_TMUX_SECONDS = 2.0  # it answers in a few milliseconds, or not at all
_numbers = count(1)


def sequence(text: str) -> str:
    """What makes the terminal copy `text`, wrapped for the multiplexer around us."""
    encoded = base64.b64encode(text.encode()).decode("ascii")
    plain = f"\x1b]52;c;{encoded}\x07"
    if is_in_tmux():
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if os.environ.get("TERM", "").startswith("screen"):
        chunks = (plain[at : at + _SCREEN_CHUNK] for at in range(0, len(plain), _SCREEN_CHUNK))
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return plain


def is_in_tmux() -> bool:
    """Whether tmux stands between us and the terminal."""
    return "TMUX" in os.environ


def tmux_passes() -> bool | None:
    """Whether the tmux around us hands copies on; None where it does not say. Blocks until it answers."""
    program = shutil.which("tmux")
    if program is None:
        return None
    asked = [program, "display-message", "-p", "#{set-clipboard}/#{allow-passthrough}"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=_TMUX_SECONDS).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    takes, _, passes = answer.strip().partition("/")
    # Before 3.3 there is no allow-passthrough, and everything passes.
    return None if not takes else takes == "on" or passes not in ("off", "0")


def fits(text: str) -> bool:
    """Whether common terminals take it."""
    return len(text.encode()) <= LONGEST


def to_file(text: str) -> Path:
    """Keep what the clipboard does not take; returns where. Raises OSError."""
    folder = state_home() / "copied"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}-{next(_numbers)}.txt"
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path
