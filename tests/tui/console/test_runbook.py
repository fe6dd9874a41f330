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
