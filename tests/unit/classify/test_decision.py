"""Classifications as a file: read back as written, refused with the line that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.classify.decision import Decision, read, write
from core.errors import UsageError

HEADER = "collection,strategy,identity,reason\n"
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    st.lists(
        st.one_of(
            st.builds(Decision, TEXT, st.sampled_from(["column", "synthetic"]), TEXT, st.none() | TEXT),
            st.builds(Decision, TEXT, st.sampled_from(["exempt", "unclassified"]), st.none(), st.none() | TEXT),
        ),
        unique_by=lambda each: each.collection,
        max_size=5,
    )
)
def test_every_file_reads_back_as_it_was_written(decisions: list[Decision]) -> None:
    found = [Decision(each.collection, each.strategy, each.identity, each.reason) for each in read(write(decisions))]
    assert found == decisions


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "columns"),
        ("collection,strategy\n", 1, "columns"),
        ("reason,identity,strategy,collection\n", 1, "columns"),
        (HEADER + "a,column,id\n", 2, "3 fields"),
        (HEADER + "a,column,id,r\nb,column,id,r,more\n", 3, "5 fields"),
        (HEADER + "a,columns,id,\n", 2, "strategy must be"),
        (HEADER + "a,column,,\n", 2, "needs an identity"),
        (HEADER + "a,exempt,id,why\n", 2, "does not take an identity"),
        (HEADER + ",column,id,\n", 2, "name is empty"),
        (HEADER + "a,column,id,\nb,column,id,\na,column,code,\n", 4, "already on line 2"),
        (HEADER + 'a,column,id,"two\nlines"\nb,nope,id,\n', 4, "strategy must be"),
        (HEADER + "a,column,i\0d,\n", 2, "NUL"),
        (HEADER + 'a,column,id,"open\n', 2, "unexpected end"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        read(text)
    assert (refused.value.code, refused.value.evidence["line"], refused.value.exit_status) == ("bad_csv", line, 2)


def test_a_mark_of_byte_order_and_windows_line_ends_are_no_error() -> None:
    assert read("\ufeff" + HEADER.replace("\n", "\r\n") + "a,column,id,\r\n\r\n") == [
        Decision("a", "column", "id", None, 2)
    ]
