"""SQL is read more often than it is written, also by psql in an installed schema: a line ends where the eye does."""

from pathlib import Path

from core.db.install import released
from core.db.install.fragments import expanded

_SQL = Path("core/sql")
_MOST = 120


def test_no_line_of_sql_is_longer_than_120_characters_as_psql_shows_it_unless_it_was_released() -> None:
    frozen = released.first().schema.keys()
    texts = {path.relative_to(_SQL).as_posix(): path.read_text(encoding="utf-8") for path in _SQL.rglob("*.sql")}
    assert frozen < texts.keys()
    texts = {name: expanded(text) for name, text in texts.items() if name not in frozen}
    assert len(texts) > 80
    assert [
        f"{name}: {line}" for name, text in sorted(texts.items()) for line in text.splitlines()
        if max(len(line), len(_as_installed(line))) > _MOST
    ] == []  # fmt: skip


def _as_installed(line: str) -> str:
    """The line in the schema that most installations have."""
    return line.replace("{S}", '"birth"').replace("{s}", "'birth'").replace("{{", "{").replace("}}", "}")
