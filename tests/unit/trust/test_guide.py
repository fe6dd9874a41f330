"""The page on gates says of every gate, tier and part of a score what it is; nothing of it is of an older version."""

import inspect
import re

from core.domain.classify import explanation, ranking, scores
from core.domain.classify.guide import PARTS
from core.domain.classify.points import POINTS
from core.domain.trust import guide


def test_every_gate_has_a_reason_and_a_remedy_and_no_reason_is_left_over() -> None:
    gates = [gate for chapter in guide.chapters() for gate in chapter.gates]
    assert {gate.id for gate in gates} == set(guide.REASONS)
    assert [gate.id for gate in gates if not (gate.reason and gate.hint)] == []
    assert all(f"**{gate.id}**: {gate.title}" in guide.markdown() for gate in gates)


def test_every_part_that_a_score_can_have_is_explained() -> None:
    given = set(re.findall(r'^ +"(\w+)": ', inspect.getsource(scores.score), re.MULTILINE))
    chosen = set(re.findall(r'^ +"([\w ]+)": ', inspect.getsource(ranking._chosen), re.MULTILINE))
    assert given | chosen | {ranking.REJECTED} == set(PARTS)


def test_every_part_is_told_in_words_and_no_word_is_of_a_part_that_is_no_more() -> None:
    worded = {**explanation._FOR, **explanation._AGAINST}
    assert worded.keys() <= {*PARTS, *POINTS}
    assert {name for name in {*PARTS, *POINTS} - worded.keys() if " " not in name or {":", ","} & set(name)} == set()
    assert [text for text in worded.values() if "," in text] == []
