"""What the Classify pane says of a candidate, and of an identity that is typed."""

from core.domain.classify.blocker import Blocker, CandidateEvidence
from core.domain.classify.column_statistics import Key, SampledTable
from core.domain.classify.identity import Identity
from core.domain.classify.sample_check import weigh
from core.domain.classify.suggestion import suggest
from tests.unit.classify.test_suggestion import codes, numbers, table
from tui.classify import evidence_text
from tui.classify.queue_rows import QueueRow
from tui.classify.template_prompt import template_prompt

WIDTH = 72
SHIPS = table(
    "ships",
    {"id": numbers(), "hull_code": codes("HULL"), "name": codes("Ship")},
    keys=[Key(("id",), primary=True), Key(("hull_code",))],
)
PORTS = table("ports", {"code": [" ROT", "HAM ", " HAM ", "LE HAVRE", "HAM ", " "]})


def waiting(found: SampledTable) -> QueueRow:
    suggestion = suggest(found)
    weighed = tuple(weigh(found, each.identity) for each in suggestion.candidates)
    return QueueRow(
        Blocker(found.collection, has_table=True, version=0), CandidateEvidence(suggestion, weighed, found.rows)
    )


def lines(row: QueueRow, rejected: frozenset[Identity] = frozenset()) -> list[str]:
    best = next(each for each in row.candidates if each.identity not in rejected)
    return evidence_text.evidence(row, rejected, WIDTH, best).plain.splitlines()


def comment(found: SampledTable, typed: str) -> str:
    content, _ = template_prompt(found.collection, found, None)._check(typed)
    return content.plain


def test_what_is_left_is_behind_what_was_rejected_and_ahead_of_the_next() -> None:
    row = waiting(SHIPS)
    first, second, third = row.candidates[:3]
    ahead = f"{round(first.score - second.score, 1)} ahead of {second.identity.text}"
    assert lines(row)[-1] == ahead
    points = round(first.score - second.score, 1), round(second.score - third.score, 1)
    assert " ".join(lines(row, frozenset({first.identity}))).endswith(
        f"{points[0]} behind {first.identity.text}, which is rejected; {points[1]} ahead of {third.identity.text}"
    )


def test_nothing_beside_a_reason_against_an_identity_says_exact() -> None:
    assert "exact" in comment(SHIPS, "hull_code")
    for typed, reason in (
        ("nope", "unknown column nope"),
        ("ships:{nope}", "unknown column nope"),
        ("ships:{id", "the template of ships must read"),
        ("", "invalid column name"),
    ):
        said = comment(SHIPS, typed)
        assert said.startswith(f"✗ {reason}")
        assert "exact" not in said
        assert "unset" not in said
    refuted = comment(PORTS, "ports:{code}")
    assert refuted.startswith("✗ code: empty or blank in some rows")
    assert "unset 1 · repeated 1 of 6\n" in refuted


def test_blanks_around_a_code_are_seen() -> None:
    said = comment(PORTS, "code")
    assert r"  2 rows give HAM\x20" in said
    assert [line.rstrip() for line in said.splitlines() if "→" in line] == [
        r"  → \x20ROT",
        r"  → HAM\x20",
        r"  → \x20HAM\x20",
        "  → LE HAVRE",
        r"  → HAM\x20",
    ]
