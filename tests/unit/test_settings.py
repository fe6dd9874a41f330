"""Which database: --dsn, else the environment, else the profile, else the demo."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import UsageError
from core.profiles import PRODUCTION_NICE, Throttles
from core.settings import DEMO_LOGINS, Settings, config_file, data_home, resolve

Write = Callable[[str], None]
PROFILES = """
default = "staging"
[profile.staging]
dsn = "service=staging"
schema = "public"
word = "STAGING"
[profile.production]
dsn = "service=production"
word = "PRODUCTION"
read_only = true
[profile.plain]
"""


@pytest.fixture(autouse=True)
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A home of the test's own; the fixture's value writes the profile file in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("BIRTH_CONSOLE_DSN", "BIRTH_CONSOLE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def write(text: str) -> None:
        config_file().parent.mkdir(parents=True, exist_ok=True)
        config_file().write_text(text, encoding="utf-8")

    return write


def refused(**options: str) -> UsageError:
    with pytest.raises(UsageError) as found:
        resolve(**options)  # type: ignore[arg-type]  # read_only is never among them
    assert found.value.hint
    return found.value


def test_with_nothing_said_the_demo_opens_as_operator1() -> None:
    assert resolve() == Settings(dsn=None, schema="birth", login="operator1", read_only=False, word="DEMO")
    assert resolve().is_demo


def test_the_option_wins_over_the_environment_over_the_profile(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(PROFILES)
    assert resolve().dsn == "service=staging"
    assert resolve(profile="production").dsn == "service=production"
    monkeypatch.setenv("BIRTH_CONSOLE_DSN", "service=env")
    assert resolve().dsn == "service=env"
    assert resolve(profile="production").dsn == "service=env"
    assert resolve(dsn="service=option").dsn == "service=option"


def test_an_empty_environment_variable_is_as_good_as_none(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(PROFILES)
    monkeypatch.setenv("BIRTH_CONSOLE_DSN", "  ")
    assert resolve().dsn == "service=staging"


def test_a_profile_brings_its_schema_its_word_and_its_read_only(write: Write) -> None:
    write(PROFILES)
    assert resolve() == Settings(dsn="service=staging", schema="public", login="operator1", word="STAGING")
    gentle = Throttles(nice=PRODUCTION_NICE)
    assert resolve(profile="production") == Settings(
        dsn="service=production", read_only=True, word="PRODUCTION", throttles=gentle
    )
    assert resolve(profile="production", schema="other").schema == "other"
    assert resolve(profile="plain").is_demo


def test_a_profile_s_word_never_stands_over_another_database(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(PROFILES)
    assert resolve(dsn="service=option") == Settings(dsn="service=option", word="")
    monkeypatch.setenv("BIRTH_CONSOLE_DSN", "service=env")
    assert resolve() == Settings(dsn="service=env", word="")
    named = resolve(profile="production")
    assert (named.dsn, named.word, named.read_only) == ("service=env", "", True)


@pytest.mark.parametrize("option", ["dsn", "schema", "profile", "login"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_option_without_a_value_is_no_absent_option(option: str, value: str) -> None:
    assert refused(**{option: value}).code == "empty_option"


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_a_login_of_the_demo_may_be_picked(login: str) -> None:
    assert resolve(login=login).login == login


def test_an_unknown_login_is_refused_and_the_known_ones_are_named() -> None:
    found = refused(login="root")
    assert found.code == "unknown_login"
    assert all(login in found.hint for login in DEMO_LOGINS)


def test_a_login_of_the_demo_means_nothing_elsewhere(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(dsn="service=x", login="operator1").code == "login_without_demo"
    monkeypatch.setenv("BIRTH_CONSOLE_DSN", "postgresql://u:secret@h/d")
    found = refused(login="operator1")
    assert found.code == "login_without_demo"
    assert "secret" not in f"{found.message}{found.evidence}{found.hint}"
    monkeypatch.delenv("BIRTH_CONSOLE_DSN")
    write(PROFILES)
    assert refused(login="operator1").code == "login_without_demo"


def test_a_profile_that_is_not_there_is_named() -> None:
    found = refused(profile="production")
    assert found.code == "unknown_profile"
    assert str(config_file()) in found.message


def test_an_unknown_profile_is_answered_with_the_known_ones(write: Write) -> None:
    write(PROFILES)
    found = refused(profile="prodution")
    assert found.code == "unknown_profile"
    assert found.evidence == {"profiles": ["plain", "production", "staging"]}


@pytest.mark.parametrize(
    "text",
    [
        "default = ",
        "default = 'x'\n[profile.x]\nread_only = 'yes'",
        "default = 'x'\n[profile.x]\nreadonly = true",
        "default = 'x'\n[profile.x]\ndsn = 5",
    ],
)
def test_a_profile_file_that_cannot_be_understood_is_never_passed_over(write: Write, text: str) -> None:
    write(text)
    assert refused().code == "bad_profile"


@pytest.mark.parametrize("text", ["default = 'x'", "default = ['x']", "default = 'x'\nprofile = 5"])
def test_a_default_that_is_no_profile_is_refused(write: Write, text: str) -> None:
    write(text)
    assert refused().code in ("unknown_profile", "bad_profile")


def test_a_profile_file_that_is_not_utf8_is_refused(write: Write) -> None:
    write("")
    config_file().write_bytes(b"\xff\xfe")
    assert refused().code == "bad_profile"


def test_a_profile_file_that_is_a_folder_is_refused() -> None:
    config_file().mkdir(parents=True)
    assert refused().code == "bad_profile"


def test_the_demo_s_folder_follows_its_variable_else_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_home() == tmp_path / "data" / "birth-console"
    monkeypatch.setenv("BIRTH_CONSOLE_HOME", str(tmp_path / "elsewhere"))
    assert data_home() == tmp_path / "elsewhere"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIRTH_CONSOLE_HOME", "relative")
    assert data_home() == tmp_path / "relative"


FULL = """
[keymap]
refresh = "f5"
[profile.live]
service = "live db"
word = "Production"
colour = "red"
confirm = "backfill live"
[profile.live.throttles]
max_lag = 2
while = "SELECT true"
[profile.live.keymap]
quit = ["ctrl+x", "f10"]
"""


def test_a_profile_holds_the_mark_the_throttles_and_the_keys(write: Write) -> None:
    write(FULL)
    found = resolve(profile="live")
    assert found.dsn == "service='live db'"
    assert (found.colour, found.confirm) == ("red", "backfill live")
    assert found.throttles == Throttles(max_lag=2, condition="SELECT true", nice=PRODUCTION_NICE)
    assert found.keymap == {"refresh": ("f5",), "quit": ("ctrl+x", "f10")}
    elsewhere = resolve(profile="live", dsn="service=other")
    assert (elsewhere.colour, elsewhere.confirm, elsewhere.throttles) == ("", "", found.throttles)


@pytest.mark.parametrize(
    ("wrong", "line", "setting"),
    [
        ("[profile.live]\nwrod = 'LIVE'", 2, "wrod"),
        ("\n\n[profile.live]\ndsn = 'x'\ncolour = 'pink'", 5, "colour"),
        ("[profile.live]\nread_only = 'yes'", 2, "read_only"),
        ("[profile.other]\nread_only = 'x'\n[profile.live.throttles]\nmax_lag = -1", 4, "max_lag"),
        ("[profile.live]\nthrottles.speed = 1", 1, "speed"),
        ("[profile.live]\ndsn = 'x'\nservice = 'y'", 3, "service"),
        ("[keymap]\nquit = 5\n[profile.live]", 1, "keymap"),
        ("colours = 1\n[profile.live]", 1, "colours"),
    ],
)
def test_a_wrong_setting_is_an_error_with_its_line(write: Write, wrong: str, line: int, setting: str) -> None:
    write(wrong)
    found = refused(profile="live")
    assert (found.code, found.evidence["line"], found.evidence["setting"]) == ("bad_profile", line, setting)
    assert f"line {line}:" in found.message


def test_a_profile_that_another_login_could_write_is_refused(write: Write) -> None:
    write(PROFILES)
    folder = config_file().parent
    for place, mode, mended in ((config_file(), 0o664, 0o644), (config_file(), 0o646, 0o600), (folder, 0o777, 0o755)):
        place.chmod(mode)
        error = refused()
        assert (error.code, str(place) in error.message, "chmod" in error.hint) == ("profile_shared", True, True)
        place.chmod(mended)
        assert resolve().dsn == "service=staging"
    folder.chmod(0o1777)
    assert resolve().dsn == "service=staging"


def test_the_mouse_may_be_left_to_the_terminal_in_every_profile_or_in_one(write: Write) -> None:
    write('default = "a"\n[profile.a]\nmouse = false\n[profile.b]\n')
    assert (resolve().mouse, resolve(profile="b").mouse) == (False, True)
    write("mouse = false\n[profile.a]\nmouse = true\n[profile.b]\n")
    assert (resolve().mouse, resolve(profile="a").mouse, resolve(profile="b").mouse) == (False, True, False)
    write('mouse = "no"\n')
    assert "must be true or false" in refused().message
