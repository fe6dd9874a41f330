"""A guard on the connection of an apply: it runs SELECT statements and calls of our own functions, nothing else."""

import re
from functools import lru_cache

from core.errors import UsageError

# Tokens as the server's own scanner cuts them, standard_conforming_strings being on. A word comes before the quotes:
# what follows a longer word than E is no escape string, and a dollar inside a word begins no quoted text.
_LETTER = r"[A-Za-z_\x80-\U0010ffff]"
_TOKEN = re.compile(
    rf"""(?P<blank>[ \t\n\r\f\v]+|--[^\r\n]*)
    | (?P<comment>/\*)
    | (?P<text>[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
        | \$(?P<tag>(?:{_LETTER}(?:{_LETTER}|[0-9])*)?)\$.*?\$(?P=tag)\$)
    | (?P<word>{_LETTER}(?:{_LETTER}|[0-9$])*)
    | (?P<other>[^'"/$] | /(?!\*) | \$[0-9]+)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"})
_ROW_LOCK = re.compile(r"\bFOR (KEY )?SHARE\b")


@lru_cache(maxsize=256)
def insist_harmless(statement: str) -> None:
    """Raise UsageError unless `statement` is one SELECT that changes nothing by itself.

    Our own functions may write: that is decided, and checked again, in the database. What must not happen is that
    an apply ever sends DDL, DML or a row lock of its own.
    """
    tokens = _tokens(statement)
    while tokens and tokens[-1] == ";":
        tokens.pop()
    words = [token for token in tokens if token[0].isalpha() or token[0] == "_"]
    harmless = words and words[0] in ("SELECT", "WITH") and ";" not in tokens and not _WRITES.intersection(words)
    if not harmless or _ROW_LOCK.search(" ".join(words)):
        raise UsageError(
            "this connection runs only SELECT statements and the console's functions",
            code="statement_refused",
            evidence={"statement": statement[:200]},
            hint="Nothing was sent to the server.",
        )


def formatted(statement: str) -> str:
    """A statement laid out for people to read."""
    import sqlparse  # noqa: PLC0415 - only what is printed pays for it

    return str(sqlparse.format(statement, reindent=True, keyword_case="upper", indent_width=2, wrap_after=100))


def _tokens(statement: str) -> list[str]:
    """Words in upper case and single characters; texts as one quote, no comments. Nothing where it cannot be cut."""
    found: list[str] = []
    place = 0
    while place < len(statement):
        token = _TOKEN.match(statement, place)
        if token is None:
            return []
        place = token.end()
        if token.lastgroup == "comment":
            place = _comment_end(statement, place)
        elif token.lastgroup != "blank":
            found.append(token["word"].upper() if token["word"] else token[0][0])
    return found


def _comment_end(statement: str, place: int) -> int:
    """Where a comment ends; comments nest. The statement's end where it does not."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(statement, place)):
        depth += 1 if edge[0] == "/*" else -1
        place = edge.end()
    return place if depth == 0 else len(statement)
