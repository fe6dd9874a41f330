"""Commands without the time that Python takes to import them: forks of a process that has done so already.

Each is a process of its own, with the arguments, environment, folder and streams that it is given, and ends as any
other does. What is about the start of an interpreter itself needs one that is really started: see `tests.console`.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import NoReturn

_STREAMS = 3
PROGRAMS = ("birth-console", "dot-birth-backfill-plan", "dot-birth-backfill-apply")


def run(words: Sequence[str], environment: Mapping[str, str], streams: tuple[int, int, int], timeout: float) -> int:
    """Run a console script, whose path is the first word; stdin, stdout and stderr are these files.

    Returns its exit status, negative where a signal ended it. Raises TimeoutError when it has killed it.
    """
    mine, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_channel(), [b"."], [theirs.fileno(), *streams])
    with mine, mine.makefile("rb") as told:
        # What is turned off meanwhile, commands install without, too.
        mutant = {name: value for name, value in os.environ.items() if name == "BIRTH_MUTANT"}
        mine.sendall(json.dumps((list(words), dict(environment) | mutant, str(Path.cwd()))).encode())
        mine.shutdown(socket.SHUT_WR)
        pid = int(told.readline())
        mine.settimeout(timeout)
        try:
            return int(told.readline())
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise


# What a shell finds on its path: a hundredth of a second instead of a third. Its signals do not reach the fork.
_STAND_IN = """#!{python} -ISE
import json, os, socket, sys
mine, theirs = socket.socketpair()
channel = socket.socket(fileno={channel})
socket.send_fds(channel, [b"."], [theirs.fileno(), 0, 1, 2])
channel.detach()
theirs.close()
mine.sendall(json.dumps((sys.argv, dict(os.environ), os.getcwd())).encode())
mine.shutdown(socket.SHUT_WR)
told = mine.makefile("rb")
told.readline()
status = int(told.readline())
os._exit(status if status >= 0 else 128 - status)
"""


def stand_ins(folder: Path) -> int:
    """Put programs into a folder that have themselves forked; what starts them must inherit the file returned."""
    channel = _channel().fileno()
    for name in PROGRAMS:
        file = folder / name
        file.write_text(_STAND_IN.format(python=sys.executable, channel=channel))
        file.chmod(0o755)
    return channel


@cache
def _channel() -> socket.socket:
    """Where a process listens that has imported all commands. It ends when this one does."""
    from tests.console import ROOT, environment  # noqa: PLC0415 - which uses this module

    mine, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", f"from tests.forks import serve; serve({theirs.fileno()})"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(),
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        mine.close()
        process.wait()

    atexit.register(end)
    return mine


def _listen(channel: socket.socket) -> None:
    """Fork whenever it is asked for; returns in the fork, and there only."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, files, _, _ = socket.recv_fds(channel, 1, 1 + _STREAMS)
        if not asked:
            os._exit(0)
        if os.fork() == 0:
            channel.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(socket.socket(fileno=files[0]), files[1:])
            return
        for each in files:
            os.close(each)


def _become(told: socket.socket, streams: Sequence[int]) -> None:
    """Take on what is asked for, in a child of this process; this one tells its number and its end."""
    with told.makefile("rb") as asked:
        arguments, environment, folder = json.load(asked)
    pid = os.fork()
    if pid:
        _watch(pid, told)
    told.close()
    for place, each in enumerate(streams):
        os.dup2(each, place)
        os.close(each)
    _open_streams()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    if "BIRTH_MUTANT" in environment:
        from tests.mutate import applied  # noqa: PLC0415 - in no other run

        applied.installed_from_now_on()


def _open_streams() -> None:
    """What the streams can do was asked of /dev/null when this interpreter started: a pipe cannot seek."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        former = getattr(sys, name)
        buffering = 1 if name == "stderr" else -1
        renewed = open(  # noqa: SIM115 - open until the process ends; a number, not a path
            former.fileno(), mode, buffering, encoding=former.encoding, errors=former.errors, closefd=False
        )
        setattr(sys, name, renewed)
        setattr(sys, f"__{name}__", renewed)


def _watch(pid: int, told: socket.socket) -> NoReturn:
    told.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    told.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _end(code: object) -> NoReturn:
    """End as an interpreter does, but for the objects of all modules: to free each takes longer than most commands."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)  # noqa: T201 - as the interpreter does
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


def _import_all() -> None:
    package = import_module("core")
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    import_module("tui.main")
    # What is there already is not looked at again: it would be copied for each fork.
    gc.collect()
    gc.freeze()


def serve(file: int) -> None:
    """Import all, then be each command that is asked for on this socket."""
    import birth_console  # noqa: PLC0415 - this process alone runs it

    programs = dict(zip(PROGRAMS, (birth_console.main, birth_console.plan, birth_console.apply), strict=True))
    _import_all()
    _listen(socket.socket(fileno=file))
    try:
        programs[Path(sys.argv[0]).name]()
    except SystemExit as ended:
        _end(ended.code)
    _end(None)
