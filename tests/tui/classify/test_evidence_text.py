"""What the Classify pane says of a candidate, and of an identity that is typed."""

import re

from core.domain.classify.blocker import Blocker, CandidateEvidence
from core.domain.classify.column_statistics import Key, SampledTable
from core.domain.classify.explanation import arguments, explained, reasons, standing, sureness
from core.domain.classify.identity import Identity
from core.domain.classify.sample_check import weigh
from core.domain.classify.suggestion import Candidate, suggest
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
TUGS = table("tugs", {"id": numbers()}, keys=[Key(("id",), primary=True)])
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


def beside(row: QueueRow, here: Candidate, height: int = 19) -> list[str]:
    return evidence_text.beside(row, frozenset(), WIDTH, height, here).plain.splitlines()


def comment(found: SampledTable, typed: str) -> str:
    content, _ = template_prompt(found.collection, found, None)._check(typed)
    return content.plain


def test_a_candidate_is_explained_in_the_words_of_the_command_line_with_its_neighbours_and_who_rejected_them() -> None:
    row = waiting(SHIPS)
    assert row.evidence is not None
    first, second, third = row.candidates[:3]
    told = [line.strip() for line in explained(row.evidence.suggestion)]
    for said in (standing(first), *arguments(first), f"next: {second.identity.text}, {sureness(second)}"):
        assert any(said in line for line in told)
        assert said in " ".join(lines(row)).replace("  ", " ")
    assert (
        f"after: {first.identity.text}, {sureness(first)}, which is rejected;"
        f" before: {third.identity.text}, {sureness(third)}"
    ) in " ".join(" ".join(lines(row, frozenset({first.identity}))).split())
    argued = "\n".join(lines(row))
    assert argued.index("for: ") < argued.index("→ ")


def test_what_follows_the_cursor_is_the_candidate_its_promise_its_codes_and_what_speaks_against_it() -> None:
    row = waiting(SHIPS)
    first, _, third = row.candidates[:3]
    said = beside(row, first)
    assert said[:2] == ["ships", ""]
    assert re.fullmatch(r"▸1 ✓ hull_code +over 99 % *", said[2])
    assert "… 2 more (tab)" in said[3]
    assert "over 99 % likely" not in "\n".join(said)
    assert "declared unique · NOT NULL" in said
    assert sum("→" in line for line in said) == evidence_text.BESIDE_CODES
    assert "for: " not in "\n".join(said)
    doubtful = beside(row, third)
    assert any(line.startswith("▸3") for line in doubtful)
    assert any(line.startswith("against: ") for line in doubtful)


def test_a_tall_screen_tells_the_weightiest_reasons_and_puts_each_group_under_its_title() -> None:
    row = waiting(SHIPS)
    first, _, third = row.candidates[:3]
    speaking_for, _ = reasons(first)
    said = beside(row, first, 31)
    place = said.index("For it")
    assert said[place + 1 : place + 3] == speaking_for[: evidence_text.BESIDE_REASONS]
    assert "Against it" not in said
    doubtful = beside(row, third, 31)
    assert doubtful[doubtful.index("Against it") + 1] == reasons(third)[1][0]
    titles = ("Candidates", "Uniqueness", "First codes", "For it")
    assert [said.index(title) for title in titles] == [doubtful.index(title) for title in titles]


def test_what_follows_the_cursor_stands_in_the_same_lines_for_few_candidates_and_for_many() -> None:
    few, many = waiting(TUGS), waiting(SHIPS)
    assert len(few.candidates) < len(many.candidates)
    for height in (19, 31):
        places = [
            next(place for place, line in enumerate(beside(row, row.candidates[0], height)) if "declared" in line)
            for row in (few, many)
        ]
        assert places[0] == places[1]


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
    ]
