"""What the suites share: what is checked, what is started, and how parts are run.

Everything talks over loopback or pseudo terminals, and every program that is started is ended by its id.
"""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = Path(sys.argv[1])
HERE = Path(__file__).parent
START_SECONDS = 15
RUN_SECONDS = 90


class Checks:
    """Counts what was compared."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def equal(self, what, expected, found):
        if expected == found:
            self.passed += 1
            print(f"ok    {what}")
        else:
            self.failed += 1
            print(f"FAIL  {what}\n        expected {expected!r}\n        found    {found!r}")

    def true(self, what, holds, found=None):
        self.equal(what, True, True if holds else found)


class Room:
    """Programs and pseudo terminals of one part; all are ended with it."""

    def __init__(self, stack):
        self.stack = stack
        self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.lines = 0

    def start(self, *command):
        """Starts a program and gives the first line that it prints."""
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.stack.callback(end, process)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                raise TimeoutError(f"{command[0]} prints nothing")
        line = process.stdout.readline().decode().strip()
        if not line:
            raise RuntimeError(f"{command} ended")
        return line

    def line(self):
        """A serial line: two pseudo terminals, joined by socat."""
        self.lines += 1
        ends = [self.directory / f"line{self.lines}{end}" for end in "ab"]
        command = ["socat", *(f"pty,rawer,link={end}" for end in ends)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.stack.callback(end, process)
        wait_for(lambda: all(end.exists() for end in ends), "socat makes no pseudo terminals")
        return ends


class Typist:
    """A program that passes on what is typed, and shows what comes."""

    def __init__(self, room, *command):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        room.stack.callback(end, self.process)
        room.stack.callback(self.process.stdin.close)
        self.shown = b""

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def fileno(self):
        """Where what is shown comes from."""
        return self.process.stdout.fileno()

    def forget(self):
        """Looks at nothing that was shown before."""
        self.read(0)
        self.shown = b""

    def read(self, seconds):
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno(), selectors.EVENT_READ)
            if selector.select(seconds):
                self.shown += os.read(self.fileno(), 65536)

    def sees(self, pattern):
        """Whether this comes in time; bytes are read as ASCII, for that is what the protocols have."""
        deadline = time.monotonic() + START_SECONDS
        while not re.search(pattern, self.shown.decode("ascii"), re.MULTILINE):
            seen, has_ended = len(self.shown), self.process.poll() is not None
            self.read(0.2)
            if time.monotonic() > deadline or (has_ended and len(self.shown) == seen):
                return False
        return True


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
    if process.stdout:
        process.stdout.close()


def wait_for(condition, complaint):
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.02)


def run(*command, status=0):
    """Runs a program to its end and gives what it prints."""
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    if done.returncode != status:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def main(parts, words):
    """Runs the parts with these words in their names, and gives the status to end with."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks = Checks()
    for part, kinds in parts:
        for kind in kinds:
            name = f"{part.__name__.replace('_', ' ')}, {kind}"
            if not all(word in name for word in words):
                continue
            print(f"-- {name}")
            try:
                with contextlib.ExitStack() as stack:
                    part(checks, Room(stack), kind)
            except Exception as error:  # a part that breaks off is a failure, and the next one goes on
                checks.failed += 1
                print(f"FAIL  broken off: {type(error).__name__}: {error}")
            sys.stdout.flush()
    print(f"{checks.passed} checks passed, {checks.failed} failed")
    return 1 if checks.failed or not checks.passed else 0
