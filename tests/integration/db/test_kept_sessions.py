"""What a test leaves in the session that is kept for it must not reach what it says next."""

from tests.databases import Database


def test_a_kept_session_is_as_good_as_new_and_replaced_once_it_was_ended(small: Database) -> None:
    first = small.value("SELECT pg_backend_pid()")
    small.run("SET search_path = nowhere; SET ROLE birth_owner")
    assert small.run("SELECT current_user::text AS who, current_setting('search_path') AS path") == [
        {"who": "postgres", "path": '"$user", public'}
    ]
    small.run("CREATE TEMP TABLE left_over (); SELECT pg_advisory_lock(11)")
    assert small.value("SELECT to_regclass('left_over')") is None
    with small.psql("postgres") as other:
        found = other.execute("SELECT pg_try_advisory_lock(11) AS free").fetchone()
        assert found == {"free": True}
        assert small.value("SELECT pg_backend_pid()") == first
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [first])
    assert small.value("SELECT pg_backend_pid()") != first
