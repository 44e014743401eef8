"""SNMP: net-snmp (its clients, snmpd, snmptrapd), pysnmp and snmpsim, asked by us and asking us, in v1, v2c and v3 with each hash
and each cipher that they have.
"""

import asyncio
import getpass
import grp
import os
import re
import socket
import subprocess
import sys

from pysnmp.hlapi.v3arch import asyncio as pysnmp

from room import PROGRAMS, end, run, wait_for

OURS = PROGRAMS / "interop-snmp"
PASSWORDS = {"auth": "maplesyrup", "privacy": "pancakes and butter"}

### Users: our names of hashes and ciphers, and theirs ###

AUTH = {"md5": "MD5", "sha1": "SHA", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
# To net-snmp `-C` is what Cisco does, which is Reeder's extension.
PRIVACY = {
    "des": "DES",
    "aes128": "AES",
    "aes192-blumenthal": "AES-192",
    "aes256-blumenthal": "AES-256",
    "aes192-reeder": "AES-192-C",
    "aes256-reeder": "AES-256-C",
}
PYSNMP_AUTH = {
    "md5": pysnmp.USM_AUTH_HMAC96_MD5,
    "sha1": pysnmp.USM_AUTH_HMAC96_SHA,
    "sha224": pysnmp.USM_AUTH_HMAC128_SHA224,
    "sha256": pysnmp.USM_AUTH_HMAC192_SHA256,
    "sha384": pysnmp.USM_AUTH_HMAC256_SHA384,
    "sha512": pysnmp.USM_AUTH_HMAC384_SHA512,
}
PYSNMP_PRIVACY = {
    "des": pysnmp.USM_PRIV_CBC56_DES,
    "3des": pysnmp.USM_PRIV_CBC168_3DES,
    "aes128": pysnmp.USM_PRIV_CFB128_AES,
    "aes192-blumenthal": pysnmp.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256-blumenthal": pysnmp.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192-reeder": pysnmp.USM_PRIV_CFB192_AES,
    "aes256-reeder": pysnmp.USM_PRIV_CFB256_AES,
}
SNMPSIM_AUTH = {"md5": "MD5", "sha1": "SHA", "sha224": "SHA224", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512"}
SNMPSIM_PRIVACY = {
    "des": "DES",
    "3des": "3DES",
    "aes128": "AES",
    "aes192-blumenthal": "AES192BLMT",
    "aes256-blumenthal": "AES256BLMT",
    "aes192-reeder": "AES192",
    "aes256-reeder": "AES256",
}


class User:
    """One hash and one cipher, or none; called after them."""

    def __init__(self, auth=None, privacy=None):
        self.auth, self.privacy = auth, privacy
        self.name = "-".join(filter(None, ["u", auth, privacy]))
        self.level = "authPriv" if privacy else "authNoPriv" if auth else "noAuthNoPriv"

    def ours(self):
        words = ["v3", self.name]
        words += [self.auth, PASSWORDS["auth"]] if self.auth else []
        words += [self.privacy, PASSWORDS["privacy"]] if self.privacy else []
        return ":".join(words)

    def net_snmp(self):
        words = ["-v3", "-u", self.name, "-l", self.level]
        words += ["-a", AUTH[self.auth], "-A", PASSWORDS["auth"]] if self.auth else []
        words += ["-x", PRIVACY[self.privacy], "-X", PASSWORDS["privacy"]] if self.privacy else []
        return words

    def create(self, *options):
        """The line of snmpd.conf or snmptrapd.conf that makes this user."""
        words = ["createUser", *options, self.name]
        words += [AUTH[self.auth], f'"{PASSWORDS["auth"]}"'] if self.auth else []
        words += [PRIVACY[self.privacy], f'"{PASSWORDS["privacy"]}"'] if self.privacy else []
        return " ".join(words)

    def allow(self, word):
        level = {"authPriv": "priv", "authNoPriv": "auth", "noAuthNoPriv": "noauth"}[self.level]
        return f"{word} {self.name} {level}"

    def pysnmp(self):
        protocols = {}
        if self.auth:
            protocols |= {"authKey": PASSWORDS["auth"], "authProtocol": PYSNMP_AUTH[self.auth]}
        if self.privacy:
            protocols |= {"privKey": PASSWORDS["privacy"], "privProtocol": PYSNMP_PRIVACY[self.privacy]}
        return pysnmp.UsmUserData(self.name, **protocols)

    def snmpsim(self):
        words = [f"--v3-user={self.name}"]
        words += [f"--v3-auth-key={PASSWORDS['auth']}", f"--v3-auth-proto={SNMPSIM_AUTH[self.auth]}"]
        return words + [f"--v3-priv-key={PASSWORDS['privacy']}", f"--v3-priv-proto={SNMPSIM_PRIVACY[self.privacy]}"]


USERS = [User(), *(User(auth, privacy) for auth in AUTH for privacy in [None, *PRIVACY])]
PYSNMP_USERS = [User(auth, privacy) for auth in PYSNMP_AUTH for privacy in PYSNMP_PRIVACY]
PRIVATE = User("sha256", "aes128")

WHO = {
    "v1": ("v1:public", ["-v1", "-c", "public"]),
    "v2c": ("v2c:public", ["-v2c", "-c", "public"]),
    "v3": (PRIVATE.ours(), PRIVATE.net_snmp()),
}

### What is started ###


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settle(room):
    """net-snmp reads and writes nothing outside of the room."""
    os.environ.update(MIBS="", SNMPCONFPATH=str(room.directory), SNMP_PERSISTENT_DIR=str(room.directory / "persistent"))


class Logged:
    """A program whose output is kept in a file, line by line."""

    def __init__(self, room, name, *command):
        self.path = room.directory / name
        with self.path.open("wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        room.stack.callback(end, process)
        self.process = process

    def lines(self):
        return self.path.read_text(errors="replace").splitlines()

    def until(self, condition, complaint):
        """Waits until the lines are as they should be."""
        wait_for(lambda: condition(self.lines()) or self.process.poll() is not None, complaint)
        if not condition(self.lines()):
            raise RuntimeError(f"{complaint}: {self.lines()[-5:]}")


def our_agent(room, *credentials):
    return room.start(OURS, "serve", "127.0.0.1:0", *credentials)


def snmpd(room):
    settle(room)
    port = free_port()
    lines = ["rwcommunity public 127.0.0.1", "sysDescr a rack unit", f"agentAddress udp:127.0.0.1:{port}"]
    for user in USERS:
        lines += [user.create(), user.allow("rwuser")]
    config = room.directory / "our_snmpd.conf"
    config.write_text("\n".join(lines) + "\n")
    log = Logged(room, "snmpd.log", "snmpd", "-f", "-Lo", "-C", "-c", config, "-I", "-smux")
    log.until(lambda lines: any("NET-SNMP version" in line for line in lines), "snmpd does not start")
    return f"127.0.0.1:{port}"


# What `interop-snmp send` calls its engine.
SENDER = "0x80001f880473656e646572"


def snmptrapd(room):
    settle(room)
    port = free_port()
    lines = ["authCommunity log public"]
    for user in USERS:
        lines += [user.create(), user.create("-e", SENDER), user.allow("authUser log")]
    config = room.directory / "our_snmptrapd.conf"
    config.write_text("\n".join(lines) + "\n")
    shown = ["-F", "%P | %v | %N | %w %q\\n"]
    log = Logged(room, "snmptrapd.log", "snmptrapd", "-f", "-Lo", "-On", "-C", "-c", config, *shown, f"udp:127.0.0.1:{port}")
    log.until(lambda lines: any("NET-SNMP version" in line for line in lines), "snmptrapd does not start")
    return f"127.0.0.1:{port}", log


def our_receiver(room, *credentials):
    log = Logged(room, "receiver.log", OURS, "receive", "127.0.0.1:0", *credentials)
    log.until(lambda lines: len(lines) > 0, "our receiver does not start")
    return log.lines()[0], log


### Asking ###

OBJECTS = "1.3.6.1.4.1.99999"
# What our agent serves, as net-snmp prints it.
SERVED = {
    "1.1.0": "INTEGER: -2147483648",
    "1.2.0": 'STRING: "a rack unit"',
    "1.3.0": "Hex-STRING: 00 FF 80",
    "1.4.0": "OID: .2.999.4294967295",
    "1.5.0": "IpAddress: 192.0.2.7",
    "1.6.0": "Counter32: 4294967295",
    "1.7.0": "Gauge32: 2147483648",
    "1.8.0": "Timeticks: (8640000) 1 day, 0:00:00.00",
    "1.9.0": "Opaque: Float: 123.000000",
    "1.10.0": "Counter64: 18446744073709551615",
}
TABLE = [f".{OBJECTS}.3.1.{row} = Gauge32: {1000 + row}" for row in range(1, 61)]


def net_snmp(program, who, place, *words, status=0):
    """Runs a client of net-snmp, and gives its lines; of an error also what it complains about."""
    words = [program, *who, "-On", "-t", "5", "-r", "1", place, *words]
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != status:
        raise RuntimeError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return [line.rstrip() for line in (done.stdout + (done.stderr if status else "")).splitlines() if line]


def net_snmp_asks_our_agent(checks, room, kind):
    """Every operation, every type, and what is refused."""
    settle(room)
    credentials, who = WHO[kind]
    place = our_agent(room, credentials)
    served = {name: value for name, value in SERVED.items() if kind != "v1" or not value.startswith("Counter64")}

    def check(what, expected, program, *words, status=0):
        found = net_snmp(program, who, place, *words, status=status)
        checks.equal(f"{program}: {what}", expected, found)

    def refused(what, reason, program, *words):
        found = "\n".join(net_snmp(program, who, place, *words, status=2))
        checks.true(f"{program}: {what}: {reason}", reason in found, found)

    lines = [f".{OBJECTS}.{name} = {value}" for name, value in served.items()]
    check("every type in one request", lines, "snmpget", *(f"{OBJECTS}.{name}" for name in served))
    check("the first", lines[:1], "snmpgetnext", OBJECTS)
    check("a table", TABLE, "snmpwalk", f"{OBJECTS}.3")
    writable = [f".{OBJECTS}.2.1.0 = INTEGER: 1", f'.{OBJECTS}.2.2.0 = STRING: "nobody"']
    check("everything", [*lines, *writable, *TABLE], "snmpwalk", OBJECTS)
    if kind != "v1":
        check("a table, 25 rows at a time", TABLE, "snmpbulkwalk", "-Cr25", f"{OBJECTS}.3")
        check("five rows", TABLE[:5], "snmpbulkget", "-Cn0", "-Cr5", f"{OBJECTS}.3")

    changed = [f".{OBJECTS}.2.1.0 = INTEGER: -7", f'.{OBJECTS}.2.2.0 = STRING: "rack 7"']
    check("two at once", changed, "snmpset", f"{OBJECTS}.2.1.0", "i", "-7", f"{OBJECTS}.2.2.0", "s", "rack 7")
    check("they read back", changed, "snmpget", f"{OBJECTS}.2.1.0", f"{OBJECTS}.2.2.0")
    both = [f"{OBJECTS}.2.1.0", "i", "8", f"{OBJECTS}.2.2.0", "i", "8"]
    refused("another type, with one that would be right", "badValue" if kind == "v1" else "wrongType", "snmpset", *both)
    check("neither was changed", changed, "snmpget", f"{OBJECTS}.2.1.0", f"{OBJECTS}.2.2.0")
    refused("what may not be set", "noSuchName" if kind == "v1" else "notWritable", "snmpset", f"{OBJECTS}.1.1.0", "i", "1")
    if kind == "v1":
        refused("what is not there", "noSuchName", "snmpget", f"{OBJECTS}.9.0")
        refused("what v1 has no type for", "noSuchName", "snmpget", f"{OBJECTS}.1.10.0")
    else:
        missing = [f".{OBJECTS}.9.0 = No Such Object available on this agent at this OID"]
        check("what is not there", missing, "snmpget", f"{OBJECTS}.9.0")
    strangers(checks, place, kind)


def strangers(checks, place, kind):
    def complaint(who):
        return "\n".join(net_snmp("snmpget", [*who, "-t", "0.5", "-r", "0"], place, f"{OBJECTS}.1.1.0", status=1))

    if kind != "v3":
        checks.true("a wrong community is not answered", "Timeout" in complaint([f"-{kind}", "-c", "wrong"]))
        return
    user = PRIVATE.net_snmp()
    wrong = [word if word != PASSWORDS["auth"] else "another password" for word in user]
    checks.true("a wrong password", "Authentication failure" in (found := complaint(wrong)), found)
    wrong = [word if word != PASSWORDS["privacy"] else "another password" for word in user]
    checks.true("a wrong password for privacy", "Decryption error" in (found := complaint(wrong)), found)
    wrong = [word if word != PRIVATE.name else "stranger" for word in user]
    checks.true("an unknown user", "Unknown user name" in (found := complaint(wrong)), found)


def net_snmp_asks_our_agent_as_each_user(checks, room, kind):
    settle(room)
    users = [user for user in USERS if kind in (user.auth, user.level)]
    place = our_agent(room, *(user.ours() for user in users))
    for user in users:
        found = net_snmp("snmpget", user.net_snmp(), place, f"{OBJECTS}.1.2.0")
        checks.equal(f"snmpget as {user.name}", [f'.{OBJECTS}.1.2.0 = STRING: "a rack unit"'], found)
        found = net_snmp("snmpbulkwalk", user.net_snmp(), place, f"{OBJECTS}.3")
        checks.equal(f"snmpbulkwalk as {user.name}", TABLE, found)


def ask(place, who, operation, *words, status=0):
    return run(OURS, "ask", place, who, operation, *words, status=status).splitlines()


SYSTEM = "1.3.6.1.2.1.1"


def our_manager_asks_snmpd(checks, room, kind):
    """Every operation, what is refused, and the same table as net-snmp's own client sees."""
    place = snmpd(room)
    credentials, who = WHO[kind]

    def check(what, expected, operation, *words):
        checks.equal(f"{operation}: {what}", expected, ask(place, credentials, operation, *words))

    check("a value", [f"{SYSTEM}.1.0 s a rack unit"], "get", f"{SYSTEM}.1.0")
    check("the next one", [f"{SYSTEM}.1.0 s a rack unit"], "getnext", SYSTEM)
    check("set", [f"{SYSTEM}.6.0 s rack 7"], "set", f"{SYSTEM}.6.0", "s", "rack 7")
    check("two at once", [f"{SYSTEM}.6.0 s rack 7", f"{SYSTEM}.1.0 s a rack unit"], "get", f"{SYSTEM}.6.0", f"{SYSTEM}.1.0")
    if kind == "v1":
        found = ask(place, credentials, "get", f"{SYSTEM}.99.0", status=1)
        checks.equal("get: what is not there", [f"error: agent answered noSuchName (2) to varbind 1 ({SYSTEM}.99.0)"], found)
    else:
        check("what is not there", [f"{SYSTEM}.99.0 noSuchObject"], "get", f"{SYSTEM}.99.0")
        names = [line.split()[0] for line in ask(place, credentials, "bulk", SYSTEM)]
        checks.equal("bulk: five names", [f"{SYSTEM}.{number}.0" for number in range(1, 6)], names)
    found = "\n".join(ask(place, credentials, "set", f"{SYSTEM}.1.0", "s", "x", status=1))
    checks.true("set: what may not be set is refused", "error: agent answered" in found, found)
    # The addresses of loopback, which do not change.
    theirs = [line.split()[0][1:] for line in net_snmp("snmpwalk", who, place, "1.3.6.1.2.1.4.20")]
    found = [line.split()[0] for line in ask(place, credentials, "walk", "1.3.6.1.2.1.4.20")]
    checks.equal(f"walk: the {len(theirs)} names that snmpwalk sees", theirs, found)
    ours = [line.split()[0] for line in ask(place, credentials, "walk", "1.3.6.1.2.1.1")]
    checks.true("walk: of the system, as far as it goes", len(ours) >= 7 and ours == sorted(set(ours), key=arcs), ours)


def arcs(name):
    return [int(arc) for arc in name.split(".")]


def our_manager_asks_snmpd_as_each_user(checks, room, kind):
    place = snmpd(room)
    for user in USERS:
        found = ask(place, user.ours(), "get", f"{SYSTEM}.1.0")
        checks.equal(f"get as {user.name}", [f"{SYSTEM}.1.0 s a rack unit"], found)


def our_manager_asks_snmpsim(checks, room, kind):
    """Triple DES, and both ways to make keys longer, with each hash."""
    users = PYSNMP_USERS
    data, cache = room.directory / "data", room.directory / "cache"
    data.mkdir()
    cache.mkdir()
    # The data of whoever asks by the community public, and of whoever asks without a context.
    for name in ["public", "self"]:
        (data / f"{name}.snmprec").write_text(f"{SYSTEM}.1.0|4|simulated\n{SYSTEM}.3.0|67|4711\n")
    port = free_port()
    # Without a user of its own it would not start for root.
    owner = [f"--process-user={getpass.getuser()}", f"--process-group={grp.getgrgid(os.getgid()).gr_name}"]
    program = os.path.join(os.path.dirname(sys.executable), "snmpsim-command-responder")
    words = [f"--data-dir={data}", f"--cache-dir={cache}", f"--agent-udpv4-endpoint=127.0.0.1:{port}"]
    every_user = [word for user in users for word in user.snmpsim()]
    log = Logged(room, "snmpsim.log", sys.executable, "-B", program, *owner, *words, *every_user)
    log.until(lambda lines: any("Listening at" in line for line in lines), "snmpsim does not start")
    place = f"127.0.0.1:{port}"
    expected = [f"{SYSTEM}.1.0 s simulated", f"{SYSTEM}.3.0 t 4711"]
    checks.equal("walk by community", expected, ask(place, "v2c:public", "walk", SYSTEM))
    for user in users:
        checks.equal(f"walk as {user.name}", expected, ask(place, user.ours(), "walk", SYSTEM))


def pysnmp_asks_our_agent(checks, room, kind):
    """The same the other way round."""
    users = PYSNMP_USERS
    host, port = our_agent(room, "v1:public", "v2c:public", *(user.ours() for user in users)).rsplit(":", 1)

    async def get(engine, who):
        target = await pysnmp.UdpTransportTarget.create((host, int(port)), timeout=5, retries=1)
        name = pysnmp.ObjectType(pysnmp.ObjectIdentity(f"{OBJECTS}.1.2.0"))
        error, status, _, varbinds = await pysnmp.get_cmd(engine, who, target, pysnmp.ContextData(), name)
        return str(error) if error else int(status) or varbinds[0][1].asOctets()

    async def get_all():
        engine = pysnmp.SnmpEngine()
        try:
            for version, model in [("v1", 0), ("v2c", 1)]:
                found = await get(engine, pysnmp.CommunityData("public", mpModel=model))
                checks.equal(f"get in {version}", b"a rack unit", found)
            for user in users:
                checks.equal(f"get as {user.name}", b"a rack unit", await get(engine, user.pysnmp()))
        finally:
            engine.close_dispatcher()

    asyncio.run(get_all())


def net_snmp_walks_simulated_units(checks, room, kind):
    """The simulated units, as net-snmp sees them."""
    settle(room)
    place = room.start(PROGRAMS / "pductl", "simulate", kind, "--listen", "127.0.0.1:0", "--seed", 7)

    def names(program):
        lines = net_snmp(program, ["-v2c", "-c", "public"], place, "1.3.6.1.4.1")
        return [line.split(" = ")[0] for line in lines if "No more variables left" not in line]

    by_bulk, by_next = names("snmpbulkwalk"), names("snmpwalk")
    in_order = sorted(set(by_bulk), key=lambda name: arcs(name[1:]))
    checks.true(f"{len(by_bulk)} names, in order", len(by_bulk) > 200 and by_bulk == in_order, by_bulk)
    checks.equal("the same by get-next", by_bulk, by_next)
    if kind == "series7-snmp":
        switch(checks, place)


# Of the first outlet. A write of 3 is off now, of 1 on; status reads 0 and 1. Source: series7.md, 5.
OUTLET_STATUS = "1.3.6.1.4.1.21239.2.16.1.3.1"


def switch(checks, place):
    """As real drivers do: by a Gauge32."""
    write = ["-v2c", "-c", "private"]

    def status():
        [line] = net_snmp("snmpget", write, place, OUTLET_STATUS)
        return line.split()[-1]

    for command, expected in [("3", "0"), ("1", "1")]:
        net_snmp("snmpset", write, place, OUTLET_STATUS, "u", command)
        wait_or_not(lambda expected=expected: status() == expected)
        checks.equal(f"outlet 1 after a write of {command}", expected, status())
    found = "\n".join(net_snmp("snmpset", ["-v2c", "-c", "public"], place, OUTLET_STATUS, "u", "3", status=2))
    checks.true("who may only read does not switch", "noAccess" in found, found)


### Notifications ###

TRAP = "1.3.6.1.4.1.99999.0.17"
SAID = ["1.3.6.1.4.1.99999.1.7.0", "u", "163"]
SEEN_BY_US = f"{TRAP} after 4711: {' '.join(SAID)}"
COMMUNITIES = [("v1", "trap"), ("v2c", "trap"), ("v2c", "inform")]


def notify(place, kind, who):
    return run(OURS, "send", place, kind, who, TRAP, *SAID).strip()


def our_sender_notifies_snmptrapd(checks, room, kind):
    """Each says whom it was from, so each is found in the log."""
    place, log = snmptrapd(room)
    if kind == "communities":
        for version, how in COMMUNITIES:
            expected = "Acknowledged" if how == "inform" else "Sent"
            checks.equal(f"{how} of {version}", expected, notify(place, how, f"{version}:public"))
        said = f".{SAID[0]} = Gauge32: 163"
        uptime = ".1.3.6.1.2.1.1.3.0 = Timeticks: (4711) 0:00:47.11"
        both = f"{uptime}\t.1.3.6.1.6.3.1.1.4.1.0 = OID: .{TRAP}\t{said}"
        expected = [
            f"TRAP, SNMP v1, community public | {said} | .1.3.6.1.4.1.99999 | 6 .17",
            f"TRAP2, SNMP v2c, community public | {both} | . | 0 0",
            f"INFORM, SNMP v2c, community public | {both} | . | 0 0",
        ]
        log.until(lambda lines: sum(", SNMP v" in line for line in lines) >= 3, "snmptrapd hears less than was sent")
        checks.equal("as snmptrapd heard them", expected, [line for line in log.lines() if ", SNMP v" in line])
        return
    for user in USERS:
        expected = "Acknowledged" if kind == "inform" else "Sent"
        checks.equal(f"{kind} as {user.name}", expected, notify(place, kind, user.ours()))
        word = "INFORM" if kind == "inform" else "TRAP2"
        line = f"{word}, SNMP v3, user {user.name}, context "
        wait_or_not(lambda line=line: any(heard.startswith(line) for heard in log.lines()))
        heard = [heard for heard in log.lines() if heard.startswith(line)]
        checks.equal("    heard once, with what it says", (1, True), (len(heard), f".{SAID[0]} = Gauge32: 163" in "".join(heard)))


def wait_or_not(condition):
    """Waits for what the check behind it then finds, or does not."""
    try:
        wait_for(condition, "")
    except TimeoutError:
        pass


def net_snmp_notifies_our_receiver(checks, room, kind):
    settle(room)
    credentials = ["v2c:public"] if kind == "communities" else [user.ours() for user in USERS]
    place, log = our_receiver(room, *credentials)
    heard = 1

    def check(what, expected):
        nonlocal heard
        heard += 1
        wait_or_not(lambda: len(log.lines()) >= heard)
        checks.equal(what, [expected], log.lines()[heard - 1 :])

    v2 = ["4711", TRAP, *SAID]
    if kind == "communities":
        net_snmp("snmptrap", ["-v1", "-c", "public"], place, "1.3.6.1.4.1.99999", "127.0.0.1", "6", "17", "4711", *SAID)
        check("trap of v1", f"trap (v1) v1 {SEEN_BY_US}")
        net_snmp("snmptrap", ["-v2c", "-c", "public"], place, *v2)
        check("trap of v2c", f"trap (v2) v2c {SEEN_BY_US}")
        net_snmp("snmpinform", ["-v2c", "-c", "public"], place, *v2)
        check("inform of v2c, which was answered", f"inform v2c {SEEN_BY_US}")
        net_snmp("snmptrap", ["-v2c", "-c", "wrong"], place, *v2)
        check("a wrong community", "rejected: community not accepted")
        return
    program, word = {"inform": ("snmpinform", "inform"), "trap": ("snmptrap", "trap (v2)")}[kind]
    for user in USERS:
        net_snmp(program, user.net_snmp(), place, *v2)
        check(f"{kind} as {user.name}", f"{word} v3 {SEEN_BY_US}")


def pysnmp_notifies_our_receiver(checks, room, kind):
    users = [user for user in PYSNMP_USERS if user.privacy in ("3des", "aes192-reeder", "aes256-reeder")]
    place, log = our_receiver(room, *(user.ours() for user in users))
    host, port = place.rsplit(":", 1)

    async def send(engine, user):
        target = await pysnmp.UdpTransportTarget.create((host, int(port)), timeout=5, retries=1)
        what = pysnmp.NotificationType(pysnmp.ObjectIdentity(TRAP)).add_varbinds(
            ("1.3.6.1.2.1.1.3.0", pysnmp.TimeTicks(4711)), (SAID[0], pysnmp.Gauge32(163))
        )
        who = user.pysnmp()
        error, status, _, _ = await pysnmp.send_notification(engine, who, target, pysnmp.ContextData(), kind, what)
        return str(error) if error else int(status)

    async def send_all():
        word = {"inform": "inform", "trap": "trap (v2)"}[kind]
        engine = pysnmp.SnmpEngine()
        try:
            for heard, user in enumerate(users, 1):
                checks.equal(f"{kind} as {user.name}", 0, await send(engine, user))
                wait_or_not(lambda heard=heard: len(log.lines()) > heard)
                found = [re.sub(" after .*", "", line) for line in log.lines()[heard:]]
                checks.equal("    heard once", [f"{word} v3 {TRAP}"], found)
        finally:
            engine.close_dispatcher()

    asyncio.run(send_all())


PARTS = [
    (net_snmp_asks_our_agent, ["v1", "v2c", "v3"]),
    (net_snmp_asks_our_agent_as_each_user, ["noAuthNoPriv", *AUTH]),
    (our_manager_asks_snmpd, ["v1", "v2c", "v3"]),
    (our_manager_asks_snmpd_as_each_user, ["each hash and cipher"]),
    (our_manager_asks_snmpsim, ["each hash and cipher"]),
    (pysnmp_asks_our_agent, ["each hash and cipher"]),
    (net_snmp_walks_simulated_units, ["bps2000-snmp", "series7-snmp"]),
    (our_sender_notifies_snmptrapd, ["communities", "trap", "inform"]),
    (net_snmp_notifies_our_receiver, ["communities", "trap", "inform"]),
    (pysnmp_notifies_our_receiver, ["trap", "inform"]),
]
