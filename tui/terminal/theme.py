"""Colours. Each one lies on the 256-colour cube, so that a terminal without true colour shows the same."""

import os
import re

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="birth-dark",
    primary="#5f87d7",
    secondary="#5fafaf",
    accent="#87afd7",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    success="#5faf5f",
    warning="#d7af5f",
    error="#ff5f5f",
    dark=True,
    text_alpha=1.0,
    variables={
        "text-muted": "#8a8a8a",
        "row-cursor-foreground": "#ffffff",
        "row-cursor-background": "#005f87",
        "magenta": "#d787d7",
        "border": "#585858",
        "border-blurred": "#585858",
        "input-cursor-background": "#d0d0d0",
        "input-cursor-foreground": "#121212",
    },
)
LIGHT = Theme(
    name="birth-light",
    primary="#005faf",
    secondary="#008787",
    accent="#005f87",
    foreground="#262626",
    background="#eeeeee",
    surface="#e4e4e4",
    panel="#dadada",
    success="#005f00",
    warning="#875f00",
    error="#af0000",
    dark=False,
    text_alpha=1.0,
    variables={
        "text-muted": "#6c6c6c",
        "row-cursor-foreground": "#ffffff",
        "row-cursor-background": "#005faf",
        "magenta": "#87005f",
        "border": "#9e9e9e",
        "border-blurred": "#9e9e9e",
        "input-cursor-background": "#262626",
        "input-cursor-foreground": "#eeeeee",
    },
)
_ANSI = BUILTIN_THEMES["ansi-dark"]
PLAIN = Theme(
    name="birth-plain",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        **_ANSI.variables,
        "text-muted": "ansi_default",
        "row-cursor-foreground": "ansi_default",
        "row-cursor-background": "ansi_default",
        "magenta": "ansi_magenta",
        "border": "ansi_default",
        "border-blurred": "ansi_default",
    },
)
_MONOCHROME = re.compile(r"dumb$|vt\d|.*-mono$|.*-m$")
THEMES = (DARK, LIGHT, PLAIN)


def is_monochrome() -> bool:
    """Whether no colours are wanted, or the terminal is of a kind that has none."""
    return "NO_COLOR" in os.environ or bool(_MONOCHROME.match(os.environ.get("TERM", "")))


def is_plain() -> bool:
    """Whether the terminal's own colours are all there is: 16 of them, or none wanted."""
    if is_monochrome():
        return True
    term = os.environ.get("TERM", "")
    rich_colours = "256" in term or "direct" in term or os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
    return not rich_colours and not term.startswith(("xterm-kitty", "alacritty", "foot", "wezterm"))
