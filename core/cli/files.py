"""Files that a command writes: evidence is never overwritten."""

from pathlib import Path

from core.errors import UsageError


def insist_new(file: Path) -> None:
    """Refuse a file that exists before the work is done that is to be written there. Raises UsageError."""
    if file.exists():
        raise _exists(file)


def write_new(file: Path, text: str) -> None:
    """Write a file that does not exist yet. Raises UsageError where it does, or where it cannot be written."""
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise _exists(file) from None
    except OSError as error:
        raise unwritable(file, error) from None


def unwritable(file: Path, error: OSError) -> UsageError:
    """The error of a file that was to be written."""
    return UsageError(
        f"{file} cannot be written: {error.strerror}",
        code="file_unwritable",
        evidence={"file": str(file)},
        hint="Name a file in an existing folder that you may write to.",
    )


def _exists(file: Path) -> UsageError:
    return UsageError(
        f"{file} already exists: evidence is never overwritten", code="file_exists", hint="Name a new file."
    )
