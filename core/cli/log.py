"""`--log-file`: what a command says beside its answer is kept in a file as well, with the time of each line."""

import logging
import time
from pathlib import Path

from core.cli.files import unwritable
from core.domain.text import visible

_LOG = logging.getLogger("birth-console")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False
_LINE = "%(asctime)s.%(msecs)03dZ %(process)d %(levelname)s %(message)s"


def to_file(file: Path) -> None:
    """Append to a file from now on. Raises UsageError where it cannot be written."""
    try:
        file.touch(mode=0o600)
        handler = logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise unwritable(file, error) from None
    form = logging.Formatter(_LINE, "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)


def note(message: str) -> None:
    """Keep a message."""
    _LOG.info("%s", visible(message))


def failed(message: str) -> None:
    """Keep an error."""
    _LOG.error("%s", visible(message))


def is_kept() -> bool:
    """Whether a file was asked for."""
    return _LOG.isEnabledFor(logging.INFO)
