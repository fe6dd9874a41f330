"""Names that were typed, pasted or sent on purpose: what a terminal must show and never obey."""

from typing import Final

NAMES: Final = (
    "[bold]x[/]",
    "[link=https://example.test]Press here[/link]",
    "[@click=app.quit]Approve[/]",
    "[/] [red]unbalanced",
    "\x1b[31mred",
    "\x1b[2J\x1b[HScreen wiped",
    "\x1b]52;c;cm0gLXJmIC8=\x07Copied for you",
    "\x1b]0;root@production\x07Title changed",
    "\x1bPq#0;2;0;0;0~-\x1b\\Picture",
    "\u009b32mGreen by C1",
    "\u202egnp.ecioivni",
    "\u2066isolate\u2069 and \u200fmark",
    "Pay\u200bment\u200c re\u200dminder\ufeff",
    "First line\nsecond line",
    "Carriage\rreturn\tand tab\x7f",
    "Bell\x07 and backspace\x08\x08\x08\x08",
    "超長全角文字列の請求書確認作業と契約更新手続きについての全体会議の準備と議事録の共有および翌月の計画",
    "👩🏽‍💻👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇻🇳 launch party 🎉🎉🎉",
    "Z̷̧̢̛͓̗̎̂̇a̶̲͉͌̈l̸̬̈́g̵̦̊o̴̞͋ status call",
    "'; DROP TABLE os_tasks; --",
    "%s %(name)s {name} ${HOME} $(id)",
    '=HYPERLINK("https://example.test")',
    "   ",
    "x" * 400,
)
