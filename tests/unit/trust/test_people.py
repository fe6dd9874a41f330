import unicodedata

import pytest

from core.domain.trust.people import name_of
from core.errors import UsageError

KNOWN = ["Zoë Núñez", "राम"]


@pytest.mark.parametrize("written", ["Zoë Núñez", unicodedata.normalize("NFD", "Zoë Núñez"), "  Zoë \t Núñez\n"])
def test_a_name_is_the_same_however_it_is_typed(written: str) -> None:
    assert name_of(written, KNOWN) == "Zoë Núñez"


@pytest.mark.parametrize("alike", ["zoë núñez", "ZOË NÚÑEZ", "Zoë\u200b Núñez", "Zoë-Núñez", "Zoë Núñe\uff5a"])
def test_a_name_that_only_looks_like_another_one_is_refused(alike: str) -> None:
    with pytest.raises(UsageError) as caught:
        name_of(alike, KNOWN)
    assert (caught.value.code, caught.value.evidence["recorded"]) == ("person_alike", ["Zoë Núñez"])


@pytest.mark.parametrize("other", ["Zoë Núñez jr.", "Zoe Nuñez", "रमा"])
def test_another_name_is_another_person(other: str) -> None:
    assert name_of(other, KNOWN) == other
