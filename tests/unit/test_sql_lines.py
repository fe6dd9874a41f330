"""SQL is read more often than it is written: a line ends where the eye does."""

import re
from pathlib import Path

from core.db.install import released

_SQL = Path("core/sql")
_MOST = 120
# Plans and permits pin the gateway's text: another line break in it would make each of them stale.
_PINNED = re.compile(r"(?<=\$body\$\n).*?(?=^\$body\$;)", re.DOTALL | re.MULTILINE)


def _sources() -> dict[str, str]:
    frozen = released.first().schema.keys()
    paths = {path.relative_to(_SQL).as_posix(): path for path in _SQL.rglob("*.sql")}
    assert frozen <= paths.keys()
    texts = {name: path.read_text(encoding="utf-8") for name, path in paths.items() if name not in frozen}
    return texts | {name: _PINNED.sub("", text) for name, text in texts.items() if name.startswith("reference/")}


def test_no_line_of_sql_is_longer_than_120_characters_unless_it_was_released_or_is_pinned() -> None:
    sources = _sources()
    assert len(sources) > 80
    assert [
        f"{name}: {line}" for name, text in sorted(sources.items()) for line in text.splitlines() if len(line) > _MOST
    ] == []
