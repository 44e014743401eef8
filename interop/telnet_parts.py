"""Consoles: a person with inetutils-telnet at a simulated BPS2000; our raw console at a shell on a serial line (socat) and over
telnet (telnetlib3)."""

import os
import pty
import re
import subprocess
import sys

from room import HERE, PROGRAMS, START_SECONDS, Typist, end, run, wait_for

ACCOUNT = "Telnet Account:$"
PROMPT = r"\r\nPlease enter the command:$"


class TerminalTypist(Typist):
    """Somebody at a terminal of their own, in which a program runs."""

    def __init__(self, room, *command):
        self.screen, terminal = pty.openpty()
        words = [str(word) for word in command]
        self.process = subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
        os.close(terminal)
        room.stack.callback(os.close, self.screen)
        room.stack.callback(end, self.process)
        self.shown = b""

    def type(self, text):
        os.write(self.screen, text.encode())

    def fileno(self):
        return self.screen

    def read(self, seconds):
        try:
            super().read(seconds)
        except OSError:  # nobody is left at the other side
            pass

    def answers(self, line, pattern):
        """Types a line, as the key Return ends it, and says whether this comes in time, of which nothing had come before."""
        self.forget()
        self.type(f"{line}\r")
        return self.sees(pattern)


def simulator(room):
    return room.start(PROGRAMS / "pductl", "simulate", "bps2000-telnet", "--listen", "127.0.0.1:0", "--seed", 7)


def person(room, place):
    host, port = place.rsplit(":", 1)
    return TerminalTypist(room, "inetutils-telnet", host, port)


def logs_in(checks, typist):
    checks.true("the banner, then the account is asked for", typist.sees(rf"Version : 1\.0\.0\r\n(.|\n)*\r\n\r\n{ACCOUNT}"), typist.shown)
    checks.true("the account shows as it is typed", typist.answers("admin", "^admin\r\nPassword:$"), typist.shown)
    shown = rf"^\*\*\*\*\*\r\nCommand:\r\n1\.Show information\r\n(.|\n)*11\.Logout\r\n{PROMPT}"
    checks.true("the password as asterisks; the main menu", typist.answers("admin", shown), typist.shown)


def a_person_sets_the_clock(checks, room, kind):
    """Reads and sets it, as the manual says; somebody else sees it, and so does our own client."""
    place = simulator(room)
    one, two = person(room, place), person(room, place)
    logs_in(checks, one)
    logs_in(checks, two)
    clock = "^2\r\nSystem clock: Date: {} Time: {}\r\nCommand:1.Set Date/Time 2.Back\r\n"
    clock += f"Command format:date yyyy-mm-dd,time hh:mm:ss\r\n{PROMPT}"
    now = clock.format(r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d")
    checks.true("2 shows the clock", one.answers("2", now), one.shown)
    wrong = "date 2031-02-29,time 23:59:30"
    checks.true("a day that there is not is refused", one.answers(wrong, rf"^{wrong}\r\n.+{PROMPT}"), one.shown)
    line = "date 2031-02-28,time 23:59:58"
    mistyped = "date 2032\x7f1-02-28,time 23:59:58"
    checks.true("a mistyped line, put right, is taken", one.answers(mistyped, r"^date 2032\x08 \x081-02-28.*\r\nPlease"), one.shown)
    checks.true("2 goes back", one.answers("2", rf"11\.Logout\r\n{PROMPT}"), one.shown)
    after = clock.format("(2031-02-28|2031-03-01)", r"(23:59|00:00):\d\d")
    checks.true(f"the clock is that of {line}, and goes on", one.answers("2", after), one.shown)
    checks.true("the other one sees it", two.answers("2", after), two.shown)
    checks.true("2 goes back", two.answers("2", rf"11\.Logout\r\n{PROMPT}"), two.shown)
    checks.true("11 ends the session", two.answers("11", "^11\r\nConnection closed by foreign host"), two.shown)
    two.process.wait(START_SECONDS)
    replies = console(f"telnet:{place}", "Please enter the command:", "Telnet Account:/admin/admin", "2")
    checks.true("our raw console sees it", replies[0][0].startswith("System clock: Date: 2031-0"), replies[0])
    checks.true("the first one is still there", one.answers("2", rf"11\.Logout\r\n{PROMPT}"), one.shown)


def a_person_looks_around(checks, room, kind):
    """All entries by telnet, as the manual prints them; keys that a terminal has; a restart ends it."""
    typist = person(room, simulator(room))
    logs_in(checks, typist)
    entries = {
        "1": ("Command:1.Load 2.Voltage", "10"),
        "3": ("Users:admin", "2"),
        "4": ("Network\r\nIPv4 Address:192.168.0.163", "5"),
        "5": ("SNMP service\r\nSNMP agent:Enable", "5"),
        "6": ("HTTP Settings\r\nHTTP port:80", "2"),
        "7": ("SMTP Settings\r\nSMTP Account:", "8"),
        "8": ("Threshold Settings\r\nPhase 1 Current [A]: High Alarm:32.0A", "5"),
        "9": ("Clear energy Phase\r\nPhase1 energy:", "2"),
        "10": ("Restart\r\n1.Restart\r\n2.Restart to factory default", "3"),
    }
    for entry, (begins, back) in entries.items():
        shown = rf"^{entry}\r\n{re.escape(begins)}(.|\n)*{PROMPT}"
        checks.true(f"{entry}: {begins.splitlines()[0]}", typist.answers(entry, shown), typist.shown)
        typist.answers(back, rf"11\.Logout\r\n{PROMPT}")
    typist.answers("1", PROMPT)
    load = r"^master load\r\nLoad Phase1:\d+\.\d\dA Phase2:\d+\.\d\dA Phase3:\d+\.\d\dA\r\n"
    checks.true("master load", typist.answers("master load", load), typist.shown)
    checks.true("an arrow key and a long line change nothing", typist.answers("\x1b[A" + "x" * 600, PROMPT), typist.shown)
    checks.true("10 goes back", typist.answers("10", rf"11\.Logout\r\n{PROMPT}"), typist.shown)
    typist.answers("10", PROMPT)
    checks.true("1 restarts: the session ends", typist.answers("1", "^1\r\nConnection closed by foreign host"), typist.shown)


### Our raw console at consoles that are not ours ###


def console(place, prompt, login, *lines):
    """The lines of each reply."""
    replies = run(PROGRAMS / "interop-console", place, prompt, login, *lines).split("\n")
    return [reply.split("\t") for reply in replies[:-1]]


def foreign_console(room, kind):
    """A shell behind a login, and where our programs find it."""
    if kind == "socat, a serial line":
        path = room.directory / "console"
        command = ["socat", f"pty,rawer,link={path}", f"EXEC:{HERE / 'console.sh'},pty,setsid,ctty,stderr"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        room.stack.callback(end, process)
        wait_for(path.exists, "socat makes no pseudo terminal")
        return f"serial:{path}"
    # telnetlib3 hands both octets of a line's end to the terminal, which takes CR for one of its own.
    program = ["bash", "-c", f"stty igncr; exec {HERE / 'console.sh'}"]
    return "telnet:127.0.0.1:" + room.start(sys.executable, "-B", HERE / "telnet_server.py", *program)


def our_console_at_a_shell(checks, room, kind):
    """Logs in, types lines, and takes what comes up to the prompt, whatever the shell writes."""
    place = foreign_console(room, kind)
    refused = run(PROGRAMS / "interop-console", place, "unit#", "login:/admin/wrong", "echo one", status=1)
    checks.equal("a login that is refused: nothing is sent", "", refused)
    login = "login:/admin/secret"
    lines = ["echo one two", "printf 'a\\nb\\n\\nc\\n'", "true", "printf 'unit\\n# no prompt\\n'", "cd /; pwd", "printf '\\033[1mbold\\033[0m\\n'"]
    expected = [["one two"], ["a", "b", "", "c"], [""], ["unit", "# no prompt"], ["/"], ["bold"]]
    for line, wanted, found in zip(lines, expected, console(place, "unit#", login, *lines), strict=True):
        checks.equal(line, wanted, found)
    many = console(place, "unit#", login, "seq 1 900")
    checks.equal("a reply of 900 lines", [[str(number) for number in range(1, 901)]], many)


PARTS = [
    (a_person_sets_the_clock, ["inetutils-telnet"]),
    (a_person_looks_around, ["inetutils-telnet"]),
    (our_console_at_a_shell, ["socat, a serial line", "telnetlib3"]),
]
