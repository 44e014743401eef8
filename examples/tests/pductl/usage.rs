use crate::support::pductl;

/// The message of a URL that cannot be read.
fn refused(url: &str) -> String {
    pductl(&["read", url]).failed(2)
}

#[test]
fn an_unknown_scheme_is_refused_with_all_that_are_known() {
    let message = refused("modbus://rack1");
    for known in [
        "modbus-tcp://HOST",
        "modbus-rtu:///dev/ttyX",
        "modbus-rtu-tcp://HOST:PORT",
        "isotek://HOST",
        "isotek-serial:///dev/ttyX",
        "snmp://[COMMUNITY@]HOST",
        "snmp://USER@HOST",
        "series7://HOST",
        "series7s://HOST",
        "telnet://HOST",
    ] {
        assert!(message.contains(known), "{message}");
    }
    assert!(refused("rack1").contains("unknown scheme"));
}

#[test]
fn an_unknown_key_or_value_is_refused_with_all_that_are_known() {
    let message = refused("modbus-tcp://rack1?units=1");
    assert!(
        message.contains("unknown key 'units'; known are unit, profile, timeout, retries, strict"),
        "{message}"
    );
    for (url, expected) in [
        ("modbus-tcp://rack1?profile=series7", "known are bps2000"),
        ("modbus-tcp://rack1?timeout=2", "500ms"),
        ("modbus-tcp://rack1?retries=11", "known are 0 to 10"),
        ("modbus-tcp://rack1?strict=1", "known are true, false"),
        ("modbus-rtu:///dev/ttyX?baud=9601", "9600, 19200"),
        ("modbus-rtu:///dev/ttyX?parity=mark", "known are none, even, odd"),
        ("modbus-rtu:///dev/ttyX?stop=0", "known are 1, 2"),
        ("modbus-rtu:///dev/ttyX?unit=248", "known are 1 to 247"),
        ("modbus-rtu://dev/ttyX", "three slashes"),
        ("modbus-rtu-tcp://rack1", "port is missing"),
        ("modbus-tcp://rack1:0", "known are 1 to 65535"),
        ("modbus-tcp://rack1/status", "'/status' behind the host"),
        ("modbus-tcp://", "host is missing"),
        ("modbus-tcp://rack1#1", "no host name has '#'"),
        (
            "isotek://rack1?unit=1",
            "known are year-separator, name-padding, record-name-limit, line-end, status-end, timeout",
        ),
        (
            "isotek-serial:///dev/ttyX?baud=9600",
            "unknown key 'baud'; known are year-separator",
        ),
        ("isotek://rack1?year-separator=/", "known are bar, slash"),
        ("isotek://rack1?name-padding=zeros", "known are none, blanks"),
        ("isotek://rack1?record-name-limit=0", "known are 1 to 64"),
        ("isotek://rack1?line-end=lfcr", "known are lf, cr, crlf"),
        ("isotek://rack1?status-end=", "known are learnt, ok, bare"),
        ("isotek://", "host is missing"),
        ("isotek-serial://dev/ttyX", "three slashes"),
        (
            "snmp://rack1?community=public",
            "known are version, profile, auth, priv, base, title, wiring, integers, timeout",
        ),
        ("snmp://rack1?version=2", "known are 1, 2c, 3"),
        ("snmp://rack1?profile=geist", "known are bps2000, series7"),
        ("snmp://rack1?version=3", "wants a user"),
        ("snmp://rack1?auth=sha256", "auth wants version=3"),
        ("snmp://rack1?version=1&priv=aes128", "priv wants version=3"),
        (
            "snmp://op@rack1?version=3&auth=sha3",
            "known are md5, sha1, sha224, sha256",
        ),
        (
            "snmp://op@rack1?version=3&auth=sha256&priv=aes256",
            "aes256-blumenthal, aes256-reeder",
        ),
        ("snmp://rack1?base=1.3.6.1.4.1.21239.2", "base wants profile=series7"),
        (
            "snmp://rack1?profile=series7&base=rack",
            "1.3.6.1.4.1.21239.2, 1.3.6.1.4.1.17373.3",
        ),
        ("snmp://rack1?profile=series7&wiring=star", "known are auto, wye, delta"),
        (
            "snmp://rack1?profile=series7&integers=modbus",
            "integers wants profile=bps2000",
        ),
        ("snmp://rack1?integers=tenths", "known are unknown, modbus"),
        ("snmp://", "host is missing"),
        (
            "telnet://rack1?base=1",
            "known are profile, slaves, undocumented, clock, energy, timeout",
        ),
        ("telnet://rack1?profile=series7", "known are bps2000"),
        ("telnet://rack1?slaves=6", "known are 0 to 5"),
        ("telnet://rack1?undocumented=true", "known are refused, allowed"),
        ("telnet://rack1?clock=prose", "known are one-line, two-lines"),
        ("telnet://rack1?energy=kwh", "known are unknown, wh"),
        ("telnet://", "host is missing"),
        ("snmp://public@", "host is missing"),
        ("snmp://public@rack1/status", "'/status' behind the host"),
    ] {
        assert!(refused(url).contains(expected), "{url}: {}", refused(url));
    }
}

#[test]
fn a_secret_is_refused_and_not_repeated() {
    for url in [
        "modbus-tcp://admin:geheim@rack1",
        "modbus-tcp://rack1?password=geheim",
        "isotek://geheim@rack1",
        "snmp://operator:geheim@rack1?version=3",
        "snmp://operator@rack1?version=3&auth=geheim",
        "snmp://operator@rack1?version=3&auth=sha256&priv=geheim",
        "snmp://operator@rack1?version=3&password=geheim",
        "snmp://geheim@rack1?version=4",
        "telnet://admin:geheim@rack1",
        "telnet://rack1?password=geheim",
        "series7s://admin:geheim@rack1",
    ] {
        let message = refused(url);
        assert!(!message.contains("geheim"), "{message}");
    }
}

#[test]
fn urls_of_one_line_must_agree() {
    let message = pductl(&[
        "read",
        "modbus-rtu:///dev/ttyX?unit=1",
        "modbus-rtu:///dev/ttyX?unit=2&baud=19200",
    ]);
    assert!(message.failed(2).contains("/dev/ttyX share it"));
}

#[test]
fn control_characters_of_a_url_are_shown_escaped() {
    assert!(refused("modbus-tcp://rack\u{1b}[2J").contains(r"\u{1b}"));
    assert!(refused("x\u{1b}[2J://rack").contains(r"\u{1b}"));
}

#[test]
fn commands_want_all_that_they_need() {
    pductl(&[]).failed(2);
    pductl(&["read"]).failed(2);
    pductl(&["reed", "modbus-tcp://rack1"]).failed(2);
    pductl(&["watch", "modbus-tcp://rack1", "--interval", "0s"]).failed(2);
    pductl(&["simulate", "bps3000"]).failed(2);
    let url = "modbus-tcp://127.0.0.1:9";
    assert!(pductl(&["energy", url, "reset", "L1"]).failed(2).contains("--yes"));
    pductl(&["energy", url, "reset", "L4", "--yes"]).failed(2);
    assert!(pductl(&["restart", url]).failed(2).contains("--yes"));
    assert!(pductl(&["restart", url, "--factory"]).failed(2).contains("--yes"));
    for target in ["group", "ALL", "1-3", "65536"] {
        assert!(
            pductl(&["outlet", url, "on", target])
                .failed(2)
                .contains("group:N or all")
        );
    }
    pductl(&["outlet", url, "on"]).failed(2);
    pductl(&["outlet", url, "toggle", "1"]).failed(2);
    pductl(&["outlet", url, "on", "1", "--delay", "soon"]).failed(2);
    pductl(&["outlet", url, "on", "1", "--delay", "5", "--delayed"]).failed(2);
    pductl(&["outlet", url, "reset-energy", "1", "--wait"]).failed(2);
    for when in [
        "today",
        "2026-02-30T00:00:00",
        "2026-11-21 08:00:00",
        "2026-11-21T08:00",
    ] {
        assert!(
            pductl(&["clock", url, "set", when])
                .failed(2)
                .contains("YYYY-MM-DDThh:mm:ss")
        );
    }
    pductl(&["clock", url]).failed(2);
    pductl(&["schedule", url, "set"]).failed(2);
    pductl(&["alarm", url, "set"]).failed(2);
    pductl(&["settings", url, "set"]).failed(2);
    pductl(&["config", "get", "/config"]).failed(2);
    pductl(&["config", "diff", "a.xml"]).failed(2);
    for to in ["rack1", "127.0.0.1:0", "127.0.0.1:65536", ""] {
        pductl(&["discover", "--to", to]).failed(2);
    }
    pductl(&["discover", "--wait", "0s"]).failed(2);
    pductl(&["threshold", url, "set", "L1.power", "upper-critical", "1"]).failed(2);
    pductl(&["threshold", url, "set", "sensor0.temperature", "upper-critical", "1"]).failed(2);
    pductl(&["threshold", url, "set", "L1.voltage", "upper", "1"]).failed(2);
    pductl(&["threshold", url, "set", "L1.voltage", "upper-critical", "much"]).failed(2);
}

#[test]
fn help_says_what_the_exit_status_means() {
    let help = pductl(&["--help"]).done();
    assert!(
        help.contains("Exit status: 0 done; 1 a device, network or data error"),
        "{help}"
    );
    assert!(pductl(&["simulate", "--help"]).done().contains("--sensors"));
}

#[test]
fn help_says_how_urls_are_written() {
    let help = pductl(&["--help"]).done();
    for form in [
        "modbus-rtu:///dev/ttyX",
        "snmp://USER@HOST",
        "series7s://HOST",
        "timeout=2s",
    ] {
        assert!(help.contains(form), "{help}");
    }
}
