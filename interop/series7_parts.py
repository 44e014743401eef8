"""The 7-series over HTTP: curl at a simulated unit with Basic, Digest and HTTPS; xmllint and ElementTree on every document that we
write; and Python's http.server with hand-written documents for our reader.
"""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from room import HERE, PROGRAMS, run

OURS = PROGRAMS / "interop-series7"
USERS = {"boss": "boss:b_1", "ctrl": "ctrl:c_1", "guest": "guest:g_1"}


def curl(room, *words):
    """The status, and the body as a file."""
    body = room.directory / "body"
    body.unlink(missing_ok=True)
    status = run("curl", "--silent", "--show-error", "--max-time", 30, "--output", body, "--write-out", "%{http_code}", *words)
    return int(status), body


def unit(room, how, *tls):
    return room.start(OURS, "serve", how, *tls)


def certificate(room, name):
    """One that a unit has made itself."""
    files = room.directory / f"{name}.pem", room.directory / f"{name}.key"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", 2,
        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
        "-keyout", files[1], "-out", files[0])
    return files


### curl at the simulated unit ###


def curl_asks_the_simulated_unit(checks, room, kind):
    address = unit(room, "open")
    base = f"http://{address}"
    if kind == "pages":
        status, body = curl(room, f"{base}/data.xml")
        checks.equal("live document", (200, 24), (status, len(outlets(body))))
        head = run("curl", "--silent", "--head", f"{base}/data.xml")
        checks.true("HEAD: its length, and no body", re.search(r"(?i)content-length: \d{4}", head), head)
        checks.equal("no such page", 404, curl(room, f"{base}/other")[0])
        checks.equal("the log", 200, curl(room, f"{base}/log.csv")[0])
        status, _ = curl(room, "--http1.0", f"{base}/data.xml")
        checks.equal("HTTP/1.0", 200, status)
        twice = 2 * ["--output", room.directory / "body", f"{base}/data.xml"]
        opened = run("curl", "--silent", *twice, "--write-out", "%{num_connects} ")
        checks.equal("twice over one connection", "1 0 ", opened)
        return
    form = ["--data-urlencode", "outlet=3", "--data-urlencode", "action=off"]
    checks.equal("outlet 3 off", 200, curl(room, *form, f"{base}/outlet")[0])
    checks.equal("it is", "Off", outlets(curl(room, f"{base}/data.xml")[1])[2].get("status"))
    chunked = ["--header", "Transfer-Encoding: chunked", "--data", "outlet=3&action=on", f"{base}/outlet"]
    checks.equal("on, in chunks", 200, curl(room, *chunked)[0])
    checks.equal("it is", "On", outlets(curl(room, f"{base}/data.xml")[1])[2].get("status"))
    checks.equal("outlet 99", 404, curl(room, "--data", "outlet=99&action=off", f"{base}/outlet")[0])
    checks.equal("energy of a line", 200, curl(room, "--data", "circuit=A", f"{base}/reset-kwh")[0])
    total = {field.get("key"): field.get("value") for field in ElementTree.parse(curl(room, f"{base}/data.xml")[1]).iter("field")}
    checks.true("it has begun again", float(total["KWatt-hrs-A"]) < 1, total)


def curl_backs_up_and_restores(checks, room, kind):
    """Download, edit with ElementTree as anybody might, upload; and the file of another unit."""
    base = f"http://{unit(room, 'open')}"
    status, body = curl(room, f"{base}/config.xml")
    original = body.read_bytes()
    tree = ElementTree.parse(body)
    tree.find(".//outlet[@num='2']").set("label", 'Router & "core" <1> \u00fc')
    edited = room.directory / "edited.xml"
    tree.write(edited, encoding="UTF-8", xml_declaration=True)
    upload = lambda path: curl(room, "--form", f"file=@{path};type=text/xml", f"{base}/config.xml")
    checks.equal("the edited file goes back", (200, 200), (status, upload(edited)[0]))
    checks.equal("and counts", 'Router & "core" <1> \u00fc', outlets(curl(room, f"{base}/data.xml")[1])[1].get("name"))
    checks.equal("byte for byte", edited.read_bytes(), curl(room, f"{base}/config.xml")[1].read_bytes())
    foreign = room.directory / "foreign.xml"
    foreign.write_bytes(original.replace(b"SYNTHETIC-0001", b"SYNTHETIC-0002"))
    checks.equal("another unit's is refused", 409, upload(foreign)[0])
    half = room.directory / "half.xml"
    half.write_bytes(original[:500])
    checks.equal("half of one is refused", 400, upload(half)[0])
    checks.equal("nothing changed", edited.read_bytes(), curl(room, f"{base}/config.xml")[1].read_bytes())
    first = room.directory / "first.xml"
    first.write_bytes(original)
    checks.equal("the first one goes back", 200, upload(first)[0])
    checks.equal("byte for byte", original, curl(room, f"{base}/config.xml")[1].read_bytes())


def curl_logs_in(checks, room, kind):
    scheme, *tls = kind.split(" over ")
    if tls:
        pem, key = certificate(room, "unit")
        _, address, fingerprint = unit(room, scheme, pem, key).split()
        base, trust = f"https://{address}", ["--cacert", pem]
        refused = subprocess.run(["curl", "--silent", f"{base}/data.xml"], capture_output=True, check=False, timeout=30)
        checks.equal("curl does not know the certificate", 60, refused.returncode)
        pinned = run(OURS, "ask", "https", address, USERS["guest"], fingerprint, "live")
        checks.true("our client, with the fingerprint", "outlet 24" in pinned, pinned)
        other, _ = certificate(room, "other")
        wrong = run(OURS, "ask", "https", address, USERS["guest"], other, "live", status=1)
        checks.true("and with another authority", wrong.startswith("error: link down"), wrong)
    else:
        base, trust = f"http://{unit(room, scheme)}", []

    def status(user, path, *words):
        login = [f"--{scheme}", "--user", user] if user else []
        return curl(room, *trust, *login, *words, base + path)[0]

    off = ["--data", "outlet=1&action=off"]
    for user, path, words, expected in [
        (None, "/data.xml", [], 401),
        ("guest:wrong", "/data.xml", [], 401),
        ("nobody:g_1", "/data.xml", [], 401),
        (USERS["guest"], "/data.xml", [], 200),
        (USERS["guest"], "/outlet", off, 403),
        (USERS["ctrl"], "/outlet", off, 200),
        (USERS["ctrl"], "/config.xml", [], 403),
        (USERS["boss"], "/config.xml", [], 200),
        (USERS["boss"], "/data.xml", [], 200),
    ]:
        checks.equal(f"{user or 'a stranger'}: {path}", expected, status(user, path, *words))
    other = {"basic": "digest", "digest": "basic"}[scheme]
    checks.equal(f"{other} is not taken", 401, curl(room, *trust, f"--{other}", "--user", USERS["guest"], f"{base}/data.xml")[0])


### xmllint and ElementTree on what we write ###


def outlets(path):
    return list(ElementTree.parse(path).find("devices/device/outlets"))


def documents_are_xml_to_others(checks, room, kind):
    base = f"http://{unit(room, 'open')}"
    path = {"live": "/data.xml", "configuration": "/config.xml"}[kind.split()[-1]]
    if kind.startswith("edited"):
        edit(room, base)
    _, body = curl(room, base + path)
    run("xmllint", "--noout", "--nonet", body)
    checks.true("xmllint: well-formed", True)
    text = body.read_text()
    checks.true("says that it is synthetic", "SYNTHETIC" in text, text[:200])
    tree = ElementTree.parse(body)
    checks.equal("ElementTree: 24 outlets", 24, len(tree.findall(".//outlets/outlet")))
    canonical = run("xmllint", "--c14n", body)
    checks.true("both see the same", same(ElementTree.fromstring(canonical), tree.getroot()))
    if kind.startswith("edited"):
        names = [outlet.get("name") or outlet.get("label") for outlet in tree.findall(".//outlets/outlet")]
        checks.equal("and what we have escaped", HOSTILE, names[4])


HOSTILE = "a<b>&\"c\"'d' ]]> \u20ac --"


def edit(room, base):
    """pductl sets a name with all that has to be escaped."""
    settings = room.directory / "settings.json"
    settings.write_text(json.dumps({"outlets": [{"number": 5, "name": HOSTILE}]}))
    url = base.replace("http://", "series7://")
    run(PROGRAMS / "pductl", "settings", url, "set", settings)


def same(one, other):
    return (
        (one.tag, one.attrib, (one.text or "").strip()) == (other.tag, other.attrib, (other.text or "").strip())
        and len(one) == len(other)
        and all(same(*pair) for pair in zip(one, other))
    )


### Hand-written documents for our reader ###

READ = """\
unit0.inlet1.L1 current 5.40 A
unit0.inlet1.L1 active_power 2310 W
unit0.inlet1.total active_energy 1800120 Wh
unit0.inlet1.L1 power_factor 0.97
unit0.sensor1 temperature 25.95 Cel
unit0.outlet1 current 0.5 A
unit0.outlet1 active_power 110 W
unit0.outlet1 active_energy 12345 Wh
outlet 1 Some("Router & Co.") on
outlet 2 Some("<script>") off
outlet 3 None unknown""".splitlines()


def our_reader_reads_http_server(checks, room, kind):
    address = room.start(sys.executable, "-B", HERE / "series7_server.py", kind)

    def ask(who="-", what=("live",), status=0):
        return run(OURS, "ask", "http", address, who, "-", *what, status=status)

    failures = {
        "bomb": r"error: malformed, not applied: live XML: line 1, column \d+",
        "half": r"error: malformed, not applied: live XML: line \d+, column \d+",
        "deep": r"error: malformed, not applied: live XML: line 1, column \d+",
        "latin": r"error: malformed, not applied: live XML",
        "long": r"error: malformed, not applied: answer to GET /data.xml: body of more than \d+ octets",
        "moved": r"error: refused, not applied: .*redirected to .http://192\.0\.2\.99/data\.xml.*not followed",
        "missing": r"error: refused, not applied: .*404",
    }
    if kind in failures:
        said = ask(status=1)
        checks.true("a typed error", re.match(failures[kind], said), said)
        return
    if kind == "guarded":
        said = ask(status=1)
        checks.true("without credentials: denied", said.startswith("error: denied"), said)
        said = ask("guest:wrong", status=1)
        checks.true("with wrong ones: denied, and not shown", said.startswith("error: denied") and "wrong" not in said, said)
    lines = ask("guest:g_1" if kind == "guarded" else "-").splitlines()
    for line in READ:
        checks.true(line, line in lines, lines)
    checks.true("what is unknown is kept", sum(line.startswith("unknown") for line in lines) >= 2, lines)
    shown = json.loads(run(PROGRAMS / "pductl", "read", "--json", f"series7://{address}")) if kind == "plain" else None
    if shown:
        checks.true("pductl reads it too", "25.95" in json.dumps(shown), shown)


PARTS = [
    (curl_asks_the_simulated_unit, ["pages", "commands"]),
    (curl_backs_up_and_restores, ["configuration"]),
    (curl_logs_in, ["basic", "digest", "basic over TLS", "digest over TLS"]),
    (documents_are_xml_to_others, ["fresh live", "fresh configuration", "edited live", "edited configuration"]),
    (our_reader_reads_http_server, ["plain", "marked", "guarded", "bomb", "half", "deep", "latin", "long", "moved", "missing"]),
]
