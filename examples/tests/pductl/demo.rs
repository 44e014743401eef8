use std::time::Duration;

use crate::support::pductl;

#[test]
fn the_demo_shows_every_device_and_ends_in_time() {
    let ended = pductl(&["demo"]);
    assert!(ended.took < Duration::from_secs(15), "{:?}", ended.took);
    let shown = ended.done();
    for expected in [
        "modbus-tcp://127.0.0.1:",
        "modbus-rtu:///dev/",
        "unit=2",
        "BKT BPS2000v2",
        "alarm: inlet 1 L1 voltage, upper critical (critical)",
        "did not answer write single register (06) (1 sent) (effect: unknown)",
        "it took effect",
        "isotek://127.0.0.1:",
        "isotek-serial:///dev/",
        "SIM0007",
        "outlet 1: off (accepted)",
        "outlet 1: off (read back)",
        "outlet 1: on (read back)",
        "which is not a refusal (effect: unknown)",
        "read afterwards: outlet 1: off: it took effect",
        "series7://127.0.0.1:",
        "no answer to POST /outlet in time (1 sent) (effect: unknown)",
        "telnet://127.0.0.1:",
        "clock: 2026-11-21T08:00:00 (read back)",
        "no prompt in time (effect: not applied)",
        "snmp://***@127.0.0.1:",
        "unit 1 inlet 1 L3",
        "no answer (2 sent), which a wrong community looks like too (effect: not applied)",
        "read again: ",
        "outlet group 2",
        "outlet 1: off (read back all the same)",
        "no answer (1 sent), which a wrong community looks like too (effect: unknown)",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}
