import pytest

from tests.databases import Database
from tests.documents import DOCUMENTS, Keys, keys
from tests.tui.driving import OnData, drive_real

CERTIFIED = "SELECT count(*) FROM birth.birth_backfill_certificate"
REGISTERED = "SELECT count(*) FROM birth.birth_registry"


@pytest.mark.long
def test_the_keys_of_the_runbook_lead_from_43_blockers_to_a_certified_run(database: Database) -> None:
    before = database.value(REGISTERED)
    walk = keys(DOCUMENTS["runbook"])
    assert [part.login for part in walk] == ["operator1", "gatekeeper1", "operator1", "reviewer1"]
    for part in walk:
        _press(database, part)
    assert database.value(CERTIFIED) == 1
    assert database.value(REGISTERED) - before == 39_150


def test_the_43_are_resolved_within_60_keys_and_a_run_is_certified_within_150() -> None:
    walk = keys(DOCUMENTS["runbook"])
    lines = [(len(pressed), shown) for part in walk for pressed, shown in part.lines]
    resolved = next(place for place, (_, shown) in enumerate(lines) if shown == "2 saved") + 1
    # The evidence stands beside the queue. Whoever opens all of it (i, esc) for each that the console leaves open:
    looks = 2 * (43 - int(next(shown for _, shown in lines if shown.endswith(" staged")).split()[0]))
    assert sum(count for count, _ in lines[:resolved]) + looks <= 60
    # With L, two keys to the login, and enter, where one person takes all parts.
    switches = 4 * (len(walk) - 1)
    assert sum(count for count, _ in lines) + switches <= 150


def _press(database: Database, part: Keys) -> None:
    async def scenario(console: OnData) -> None:
        for pressed, shown in part.lines:
            for key in pressed:
                if len(key) == 1:
                    await console.type(key)
                else:
                    await console.press(key)
                await console.settled()
            if shown:
                await console.shows(shown)

    drive_real(scenario, database, part.login)
