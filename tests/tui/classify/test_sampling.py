from tests.databases import Database
from tests.tui.driving import OnData, drive_real


def test_what_cannot_be_sampled_says_why_and_is_sampled_at_the_next_refresh(few: Database) -> None:
    async def scenario(console: OnData) -> None:
        few.run("ALTER FUNCTION birth.birth_shards RENAME TO birth_gone")
        await console.press("3")
        await console.shows("! failed")
        await console.until(lambda: "! not sampled: function birth.birth_shards" in console.region("#evidence"))
        assert "sampling" not in console.region("#queue")
        few.run("ALTER FUNCTION birth.birth_gone RENAME TO birth_shards")
        await console.press("r")
        await console.settled()
        assert "failed" not in console.region("#queue")
        assert "A safe" in console.region("#queue")

    drive_real(scenario, few, size=(120, 36))
