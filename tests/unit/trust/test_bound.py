"""What was bound, and what became of it since, in words and as JSON."""

from datetime import UTC, datetime

from core.domain.trust.bound import Bound

_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_what_the_company_owns_says_whose_it_was_and_what_changed_since() -> None:
    bound = Bound("registry", "public.births", {"owner": "shop"}, (), "dba", _AT, is_ours=False)
    assert bound.since == "shop's when it was bound, unchanged since"
    changed = Bound("registry", "public.births", {"owner": "shop"}, ("owner", "columns"), "dba", _AT, is_ours=False)
    assert changed.since == "shop's when it was bound, since then owner; columns"
    assert (changed.as_json()["was"], changed.as_json()["bound_at"]) == ({"owner": "shop"}, "2026-01-02T03:04:05+00:00")


def test_what_is_the_console_s_own_was_never_bound() -> None:
    own = Bound("alerts", "birth.trigger_guard_alerts", None, (), None, None, is_ours=True)
    assert own.since == "a stand-in"
    assert (own.as_json()["was"], own.as_json()["bound_at"]) == (None, None)


def test_what_the_first_version_bound_is_not_called_a_stand_in() -> None:
    theirs = Bound("register function", "public.register(text)", None, (), None, None, is_ours=False)
    assert theirs.since == "bound by version 0.1.0, which did not record what it was"
