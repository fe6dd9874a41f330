"""The evidence packet: one state, one text; in Markdown, JSON, and a page that a browser opens."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.domain.overview.burndown import Burndown, Point
from core.domain.trust.packet import PacketEvidence
from core.domain.trust.packet_html import chart
from core.services.trust import certify, packet
from tests import small as on_small
from tests.console import run
from tests.databases import Database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "<script>alert(1)</script>\x1b[31m|\u202e*x*`"


@pytest.fixture
def certified(small: Database) -> Database:
    number = on_small.a_run(small, "goods")
    on_small.done(small, number)
    with small.connect("reviewer1") as reviewer:
        certify.certify(reviewer, number, HOSTILE)
    return small


def read(database: Database) -> PacketEvidence:
    with database.connect("viewer1") as viewer:
        return packet.read(viewer)


def without_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if "aken at" not in line and '"taken_at"' not in line]


def test_two_packets_of_one_state_differ_in_the_line_that_says_when(certified: Database) -> None:
    first, second = read(certified), read(certified)
    for how in ("md", "json", "html"):
        one, other = packet.render(first, how), packet.render(second, how)
        assert without_time(one) == without_time(other)
        assert len(without_time(one)) == len(one.splitlines()) - 1


def test_the_packet_holds_run_gates_certificate_fingerprints_and_chain_head(certified: Database) -> None:
    found = json.loads(packet.render(read(certified), "json"))
    (record,) = found["runs"]
    assert record["accounting"]["registered"] == record["accounting"]["planned"] == 300
    assert len(record["gates"]) >= 8
    assert record["certificate"]["person"] == "Amara Okafor"
    head = certified.value("SELECT encode(hash, 'hex') FROM birth.birth_ledger_head")
    assert found["chain"]["head"] == head
    norm = certified.value(
        "SELECT md5(replace(prosrc, E'\\r\\n', E'\\n')) FROM pg_proc WHERE proname = 'fn_birth_gateway'"
    )
    assert found["fingerprints"]["gateway"]["norm_md5"] == norm
    assert found["good"]
    assert (found["place"]["login"], found["place"]["person"]) == ("viewer1", "Tom Whitfield")


def test_the_burn_down_in_markdown_names_moments_and_leaves_empty_what_nobody_knew_yet(certified: Database) -> None:
    moment = 1_780_754_528_123_456
    known = Burndown((Point(moment, 43, None), Point(moment + 60_000_000, 1042, 51_000)))
    text = packet.render(replace(read(certified), burndown=known), "md")
    start = text.index("| UTC | blockers | missing |")
    assert text[start:].splitlines()[:4] == [
        "| UTC | blockers | missing |",
        "| --- | ---: | ---: |",
        "| 2026-06-06T14:02:08Z | 43 |  |",
        "| 2026-06-06T14:03:08Z | 1,042 | 51,000 |",
    ]


class Page(HTMLParser):
    """What a page holds, as a parser sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name == "href" and value:
                self.links.add(value)
            elif name in ("src", "style", "onload") and value and "url" in value:
                self.outside.append(value)


def test_the_page_needs_nothing_else_runs_nothing_and_every_figure_leads_to_its_query(certified: Database) -> None:
    text = packet.render(read(certified), "html")
    page = Page()
    page.feed(text)
    assert "script" not in page.tags
    assert page.outside == []
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    assert any(link.startswith("#query-") for link in page.links)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;" in text


def test_hostile_text_is_no_markup_and_no_escape_in_markdown(certified: Database) -> None:
    text = packet.render(read(certified), "md")
    assert "\x1b" not in text
    assert r"\<script\>" in text
    assert r"\|" in text


def test_every_query_of_the_appendix_is_one_that_the_figures_name(certified: Database) -> None:
    evidence = read(certified)
    text = packet.render(evidence, "md")
    named = set(re.findall(r"\(#(query-[a-z-]+)\)", text))
    offered = set(re.findall(r'<a id="(query-[a-z-]+)">', text))
    assert named == offered
    assert all("{S}" not in query and "{s}" not in query for query in evidence.queries.values())


def test_the_chart_goes_from_the_first_figure_to_the_last() -> None:
    drawn = chart(Burndown((Point(0, 43, None), Point(10, 2, 100), Point(20, 0, 40))))
    assert drawn.count("<path") == 3
    assert "From 43 blockers to 0 blockers and 40 missing rows" in drawn


def test_the_command_writes_a_new_file_by_its_ending_and_never_over_one(certified: Database, tmp_path: Path) -> None:
    extra = {"BIRTH_CONSOLE_DSN": certified.dsn("viewer1")}
    target = tmp_path / "packet.html"
    assert run("packet", "-o", str(target), extra=extra).status == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    again = run("packet", "-o", str(target), extra=extra)
    assert (again.status, "file_exists" in again.err) == (2, True)
    other = run("packet", "-o", str(tmp_path / "packet.pdf"), extra=extra)
    assert (other.status, "unknown_format" in other.err, [*tmp_path.iterdir()]) == (2, True, [target])
    nowhere = run("packet", "-o", str(tmp_path / "nowhere" / "packet.html"), extra=extra)
    assert (nowhere.status, "file_unwritable" in nowhere.err) == (2, True)
    assert run("packet", "--json", extra=extra).document["runs"][0]["run"] == 1


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_opens_the_page_and_prints_it(certified: Database, tmp_path: Path) -> None:
    target, printed = tmp_path / "packet.html", tmp_path / "packet.pdf"
    target.write_text(packet.render(read(certified), "html"), encoding="utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    browser = [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'browser'}"]
    subprocess.run(
        [*browser, f"--print-to-pdf={printed}", target.as_uri()], capture_output=True, timeout=120, check=True
    )
    assert printed.read_bytes().startswith(b"%PDF")
    dom = subprocess.run([*browser, "--dump-dom", target.as_uri()], capture_output=True, timeout=120, check=True)
    assert "Birth evidence packet" in dom.stdout.decode()
    assert dom.stdout.count(b"<svg") == 1
