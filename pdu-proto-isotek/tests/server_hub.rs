//! The TCP clients of one unit: what each is sent, what they share, and what one cannot do to the others.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{ConnectionId, Hub, Instant, LinkDemand, Rng};
use pdu_proto_isotek::server::{Echo, Ending, Options, Prompt, Service, TextHub};
use pdu_proto_isotek::smart_power::simulator::{Fault, Load, SmartPower};
use pdu_proto_isotek::wire::{Dialect, Outlet, OutletState, YearSeparator};

const SECOND: Duration = Duration::from_secs(1);

fn peer(number: u64) -> ConnectionId {
    ConnectionId::from_number(number)
}

/// Three outlets at rest.
fn unit() -> SmartPower {
    let mut unit = SmartPower::builder().outlets(3).build();
    unit.set_voltage(Some(230));
    for outlet in (1..=3).filter_map(Outlet::new) {
        unit.set_load(outlet, Load::Fixed { watts: 40 });
    }
    unit
}

fn quiet() -> Options {
    Options {
        interval: None,
        ..Options::default()
    }
}

/// All output that the hub has, in order.
fn drain<S: Service>(hub: &mut TextHub<S>, now: Instant) -> Vec<(u64, String)> {
    let mut outputs = Vec::new();
    while let Some((peer, bytes)) = hub.transmit() {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        hub.handle_transmitted(now, &peer, text.len());
        outputs.push((peer.number(), text));
        assert!(outputs.len() < 1000, "output without end");
    }
    outputs
}

/// A hub without unasked statuses, with one client, and what it says to some bytes.
fn say(options: Options, bytes: &str) -> String {
    let mut hub = TextHub::with_options(unit(), options);
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    let taken = hub.handle_input(Instant::EPOCH, &peer(1), bytes.as_bytes());
    assert_eq!(taken, bytes.len());
    drain(&mut hub, Instant::EPOCH)
        .into_iter()
        .map(|(_, text)| text)
        .collect()
}

const STATUS: &str = "CH0=1|230|120|\nCH1=1|230|40|\nCH2=1|230|40|\nCH3=1|230|40|\nRTC=2026|01|01|00|00|00|\n";

#[test]
fn a_unit_whose_dialect_has_a_slash_behind_the_year_takes_the_clock_so_and_no_other_misprint() {
    let slash = Options {
        dialect: Dialect {
            year_separator: YearSeparator::Slash,
            ..Dialect::default()
        },
        ..quiet()
    };
    assert_eq!(say(slash, "T=2026/11|21|08|30|00|\n"), "OK\n>");
    for refused in [
        "T=2026/11/21|08|30|00|\n",
        "T=2026/11|21|08|30|00\n",
        "S1 =1\n",
        "SI=1\n",
        " X\n",
    ] {
        assert_eq!(say(slash, refused), "", "{refused}");
    }
    assert_eq!(say(quiet(), "T=2026/11|21|08|30|00|\n"), "");
}

#[test]
fn each_command_is_answered_as_the_manual_prints_it() {
    let address = "A=SIM0001|02:00:00:00:00:01|0.0.0.0|0|0.0.0.0|0|\n";
    let configs = "C1=Outlet 1|1|0|\nC2=Outlet 2|1|0|\nC3=Outlet 3|1|0|\nOK\n>";
    let record = "1|1|on|07:30|0|0|0|2|0|0|1|";
    for (lines, answer) in [
        ("A?\n", address.into()),
        ("?\n", format!("{STATUS}OK\n>")),
        ("S2=0\n", "OK\n>".into()),
        ("T=2026|11|21|08|30|00|\n", "OK\n>".into()),
        ("P?\n", "OK\n>".into()),
        (
            &format!("P=1\nPW={record}\nP?\n"),
            format!("OK\n>OK\n>P1={record}\nOK\n>"),
        ),
        ("C?\n", configs.into()),
        ("C2=Amp|3|10|\n", "OK\n>".into()),
        ("X\n", "OK\n>".into()),
        ("G\n", "OK\n>".into()),
        ("H\n", "OK\n>".into()),
    ] {
        assert_eq!(say(quiet(), lines), answer, "{lines:?}");
    }
}

#[test]
fn only_the_exact_line_is_acted_on_and_others_are_counted() {
    let wrong = [
        " G",
        "G ",
        ">G",
        "g",
        "GG",
        "G=",
        "S1=2",
        "S01=0",
        "S0=0",
        "S17=0",
        "S1 =0",
        "S1=0|",
        "OK",
        "P=",
        "X?",
        "??",
        "T=2026/11|21|08|30|00|",
        "C1=too long a name|1|0|",
        "PW=1|1|x|24:00|0|0|0|1|0|0|1|",
        "\u{0}G",
    ];
    let mut hub = TextHub::with_options(unit(), quiet());
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    for line in wrong {
        hub.handle_input(Instant::EPOCH, &peer(1), format!("{line}\n").as_bytes());
        assert_eq!(hub.transmit(), None, "{line:?} is answered");
    }
    hub.handle_input(Instant::EPOCH, &peer(1), &b"G".repeat(100_000));
    hub.handle_input(Instant::EPOCH, &peer(1), b"\nS1=0");
    assert_eq!(hub.transmit(), None);
    let told = u64::try_from(wrong.len()).unwrap() + 1;
    assert_eq!((hub.rejected_lines(), hub.service().counts().rejected), (told, told));
    for outlet in (1..=3).filter_map(Outlet::new) {
        assert_eq!(hub.service().state(outlet), Some(OutletState::On));
    }
    hub.handle_input(Instant::EPOCH, &peer(1), b"\r");
    assert_eq!(
        drain(&mut hub, Instant::EPOCH),
        [(1, "OK\n>".into())],
        "the end of S1=0"
    );
}

#[test]
fn the_ways_that_the_manual_leaves_open_are_options() {
    let no_prompts = Options {
        status_end: Ending::Ok,
        acknowledgement_end: Ending::Nothing,
        ..quiet()
    };
    assert_eq!(say(no_prompts, "?\nG\n"), format!("{STATUS}OK\nOK\n"));
    let bare = Options {
        status_end: Ending::Nothing,
        address_end: Ending::OkAndPrompt,
        prompt: Prompt::Line,
        ..quiet()
    };
    assert_eq!(say(bare, "?\n"), STATUS);
    assert!(say(bare, "A?\n").ends_with("|0|\nOK\n>\n"));
    let echo = Options {
        echo: Echo::Lines,
        ..quiet()
    };
    assert_eq!(say(echo, "G\r\nnonsense\r\nH\r\n"), "G\nOK\n>nonsense\nH\nOK\n>");
}

#[test]
fn each_connection_has_a_second_of_its_own_from_the_moment_it_is_open() {
    let mut hub = TextHub::new(unit());
    let at = |millis| Instant::from_millis(millis);
    let mut heard = Vec::new();
    for millis in 0..3000 {
        match millis {
            0 => hub.handle_open(at(0), &peer(1)).unwrap(),
            400 => hub.handle_open(at(400), &peer(2)).unwrap(),
            1700 => hub.handle_close(at(1700), &peer(1)),
            _ => {}
        }
        if hub.poll_timeout().is_some_and(|due| due <= at(millis)) {
            hub.handle_timeout(at(millis));
        }
        for (peer, text) in drain(&mut hub, at(millis)) {
            assert!(text.starts_with("CH0=") && text.ends_with("OK\n>"), "{text:?}");
            heard.push((millis, peer));
        }
    }
    assert_eq!(heard, [(0, 1), (400, 2), (1000, 1), (1400, 2), (2400, 2)]);
}

#[test]
fn a_client_that_does_not_read_is_owed_one_status_and_gets_the_newest() {
    let mut hub = TextHub::new(unit());
    let mut now = Instant::EPOCH;
    hub.handle_open(now, &peer(1)).unwrap();
    let (_, first) = hub.transmit().unwrap();
    let first = first.len();
    hub.handle_transmitted(now, &peer(1), 10);
    for _ in 0..60 {
        now += SECOND;
        hub.handle_timeout(now);
        let waiting = hub.transmit().unwrap().1.len();
        assert_eq!(waiting, first - 10, "no second status is queued");
    }
    assert_eq!(hub.replaced_statuses(), 59);
    hub.service_mut().set_state(Outlet::new(2).unwrap(), OutletState::Off);
    let outputs: String = drain(&mut hub, now).into_iter().map(|(_, text)| text).collect();
    let newest = &outputs[first - 10..];
    assert!(
        newest.starts_with("CH0=1|230|80|\nCH1=1|230|40|\nCH2=0|0|0|\n"),
        "{newest}"
    );
    assert!(newest.contains("RTC=2026|01|01|00|01|00|"), "{newest}");
    assert_eq!(newest.matches("RTC").count(), 1);
}

#[test]
fn a_client_that_always_has_answers_to_read_gets_statuses_among_them() {
    let options = Options {
        output: 2048,
        ..Options::default()
    };
    let mut hub = TextHub::with_options(unit(), options);
    let mut now = Instant::EPOCH;
    hub.handle_open(now, &peer(1)).unwrap();
    let mut heard = String::new();
    for _ in 0..60 {
        while hub.handle_input(now, &peer(1), b"A?\n") > 0 {}
        now += SECOND;
        hub.handle_timeout(now);
        let (_, bytes) = hub.transmit().unwrap();
        assert!(bytes.len() > 600, "the output is never empty");
        heard += std::str::from_utf8(&bytes[..600]).unwrap();
        hub.handle_transmitted(now, &peer(1), 600);
    }
    let statuses = heard.matches("RTC=").count();
    assert!(statuses > 15, "{statuses} in a minute");
}

#[test]
fn after_a_pause_of_the_driver_one_status_comes_and_the_second_goes_on() {
    let mut hub = TextHub::new(unit());
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    drain(&mut hub, Instant::EPOCH);
    let late = Instant::from_millis(7300);
    hub.handle_timeout(late);
    assert_eq!(drain(&mut hub, late).len(), 1);
    assert_eq!(hub.poll_timeout(), Some(Instant::from_millis(8000)));
}

#[test]
fn what_one_switches_the_others_see() {
    let mut hub = TextHub::with_options(unit(), quiet());
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    hub.handle_open(Instant::EPOCH, &peer(2)).unwrap();
    hub.handle_input(Instant::EPOCH, &peer(1), b"S3=0\n");
    hub.handle_input(Instant::EPOCH, &peer(2), b"?\n");
    let outputs = drain(&mut hub, Instant::EPOCH);
    assert_eq!(outputs[0], (1, "OK\n>".into()));
    assert!(outputs[1].0 == 2 && outputs[1].1.contains("CH3=0|0|0|\n"));
}

#[test]
fn a_client_that_does_not_read_its_answers_is_not_read_from_and_holds_up_nobody() {
    let mut hub = TextHub::with_options(unit(), quiet());
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    hub.handle_open(Instant::EPOCH, &peer(2)).unwrap();
    let asked = "?\n".repeat(1000);
    let taken = hub.handle_input(Instant::EPOCH, &peer(1), asked.as_bytes());
    assert!(taken < 2 * 40, "{taken} bytes taken");
    hub.handle_blocked(Instant::EPOCH, &peer(1));
    assert_eq!(hub.transmit(), None);
    hub.handle_input(Instant::EPOCH, &peer(2), b"G\n");
    assert_eq!(drain(&mut hub, Instant::EPOCH), [(2, "OK\n>".into())]);
    assert_eq!(hub.handle_input(Instant::EPOCH, &peer(1), b"?\n"), 0);

    hub.handle_writable(Instant::EPOCH, &peer(1));
    let outputs = drain(&mut hub, Instant::EPOCH);
    let answers: usize = outputs.iter().map(|(_, text)| text.matches("RTC").count()).sum();
    assert_eq!(answers * 2, taken, "every command that was taken is answered");
}

#[test]
fn a_long_list_leaves_in_pieces_and_no_status_comes_between() {
    let options = Options {
        output: 2048,
        ..Options::default()
    };
    let mut hub = TextHub::with_options(unit(), options);
    let mut now = Instant::EPOCH;
    hub.handle_open(now, &peer(1)).unwrap();
    drain(&mut hub, now);
    let record = |id: u32| format!("{id}|1|record{id}|07:30|1|0|0|1|0|0|1|");
    let records = (1..=99).map(|id| format!("PW={}\n", record(id)));
    for line in std::iter::once("P=99\n".into()).chain(records) {
        assert_eq!(hub.handle_input(now, &peer(1), line.as_bytes()), line.len());
        assert_eq!(drain(&mut hub, now), [(1, "OK\n>".into())]);
    }
    hub.handle_input(now, &peer(1), b"P?\n");
    let mut list = String::new();
    let mut largest = 0;
    while !list.contains('>') {
        now += SECOND;
        hub.handle_timeout(now);
        let (_, bytes) = hub.transmit().unwrap();
        largest = largest.max(bytes.len());
        let len = if list.len() < 1000 { 500 } else { 5000 };
        let piece = String::from_utf8(bytes[..bytes.len().min(len)].to_vec()).unwrap();
        hub.handle_transmitted(now, &peer(1), piece.len());
        list += &piece;
    }
    assert!(largest <= 2048, "{largest}");
    list.truncate(list.find('>').unwrap() + 1);
    assert_eq!(list.lines().count(), 99 + 2, "records, OK and a prompt");
    assert!(list.starts_with("P1=1|1|record1|07:30|1|0|0|1|0|0|1|\nP2=2|"));
    assert!(list.ends_with("\nP99=99|1|record99|07:30|1|0|0|1|0|0|1|\nOK\n>"));
}

#[test]
fn an_answer_that_is_late_keeps_later_commands_waiting_but_no_status() {
    let mut hub = TextHub::new(unit());
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    drain(&mut hub, Instant::EPOCH);
    hub.service_mut().inject(Fault::Delay(Duration::from_millis(1500)));
    assert_eq!(hub.handle_input(Instant::EPOCH, &peer(1), b"S1=0\nA?\n"), 5);
    let mut heard = Vec::new();
    for millis in [999, 1000, 1499, 1500, 2000] {
        let now = Instant::from_millis(millis);
        hub.handle_timeout(now);
        heard.extend(
            drain(&mut hub, now)
                .into_iter()
                .map(|(_, text)| (millis, text.contains("RTC"))),
        );
    }
    assert_eq!(heard, [(1000, true), (1500, false), (2000, true)]);
    assert_eq!(hub.handle_input(Instant::from_millis(2000), &peer(1), b"A?\n"), 3);
}

#[test]
fn a_restart_ends_every_connection_and_none_is_taken_until_it_is_over() {
    let mut hub = TextHub::new(unit());
    for number in [1, 2] {
        hub.handle_open(Instant::EPOCH, &peer(number)).unwrap();
    }
    drain(&mut hub, Instant::EPOCH);
    hub.handle_input(Instant::EPOCH, &peer(1), b"S2=0\nX\nS3=0\n");
    assert_eq!(hub.link_demand(), Some((peer(2), LinkDemand::Reset)));
    hub.handle_close(Instant::EPOCH, &peer(2));
    assert_eq!(hub.link_demand(), None, "the answer has not left yet");
    assert_eq!(drain(&mut hub, Instant::EPOCH), [(1, "OK\n>OK\n>".into())]);
    assert_eq!(hub.link_demand(), Some((peer(1), LinkDemand::Close)));
    hub.handle_close(Instant::EPOCH, &peer(1));

    hub.handle_open(Instant::from_millis(4999), &peer(3)).unwrap_err();
    hub.handle_open(Instant::from_millis(5000), &peer(4)).unwrap();
    let outputs = drain(&mut hub, Instant::from_millis(5000));
    assert!(outputs[0].1.contains("CH2=0|0|0|\nCH3=1|"), "outlets keep their state");
    assert_eq!(hub.service().counts().restart, 1);
}

#[test]
fn a_scheduler_acts_without_any_client() {
    let mut hub = TextHub::with_options(unit(), quiet());
    hub.handle_open(Instant::EPOCH, &peer(1)).unwrap();
    let lines = b"T=2026|11|21|07|29|30|\nP=1\nPW=1|1|off|07:30|0|0|0|3|0|0|2|\n";
    hub.handle_input(Instant::EPOCH, &peer(1), lines);
    hub.handle_close(Instant::EPOCH, &peer(1));
    let third = Outlet::new(3).unwrap();
    assert_eq!(hub.poll_timeout(), Some(Instant::from_millis(30_000)));
    hub.handle_timeout(Instant::from_millis(29_999));
    assert_eq!(hub.service().state(third), Some(OutletState::On));
    hub.handle_timeout(Instant::from_millis(30_000));
    assert_eq!(hub.service().state(third), Some(OutletState::Off));
}

#[test]
fn more_connections_than_allowed_are_refused() {
    let options = Options {
        connections: 2,
        ..quiet()
    };
    let mut hub = TextHub::with_options(unit(), options);
    for number in [1, 2] {
        hub.handle_open(Instant::EPOCH, &peer(number)).unwrap();
    }
    hub.handle_open(Instant::EPOCH, &peer(3)).unwrap_err();
    assert_eq!(
        hub.handle_input(Instant::EPOCH, &peer(3), b"G\n"),
        2,
        "taken and dropped"
    );
    assert_eq!(hub.service().counts().all_off, 0);
    hub.handle_close(Instant::EPOCH, &peer(1));
    hub.handle_open(Instant::EPOCH, &peer(3)).unwrap();
}

#[test]
fn a_client_that_is_always_owed_a_status_lets_the_others_go_first() {
    let mut hub = TextHub::new(unit());
    let mut now = Instant::EPOCH;
    for number in [1, 2] {
        hub.handle_open(now, &peer(number)).unwrap();
    }
    let mut served = Vec::new();
    for _ in 0..6 {
        now += SECOND;
        hub.handle_timeout(now);
        let (peer, bytes) = hub.transmit().unwrap();
        let len = bytes.len();
        served.push(peer.number());
        hub.handle_transmitted(now, &peer, len);
    }
    assert_eq!(served, [1, 2, 1, 2, 1, 2]);
}

/// Whatever happens in whatever order, each connection that is open gets an answer to each of its own commands.
#[test]
fn any_order_of_events_keeps_the_connections_apart() {
    for seed in 0..200 {
        let mut rng = Rng::from_seed(seed);
        let mut hub = TextHub::new(unit());
        let mut now = Instant::EPOCH;
        let mut owed = [0_usize; 4];
        let mut open = [false; 4];
        for _ in 0..400 {
            let n = usize::try_from(rng.below(4)).unwrap();
            let id = peer(n as u64);
            match rng.below(8) {
                0 if open[n] => {
                    hub.handle_close(now, &id);
                    (open[n], owed[n]) = (false, 0);
                }
                0 | 1 => {
                    hub.handle_open(now, &id).unwrap();
                    (open[n], owed[n]) = (true, 0);
                }
                2 => hub.handle_blocked(now, &id),
                3 => hub.handle_writable(now, &id),
                4 => {
                    now += Duration::from_millis(rng.below(700));
                    hub.handle_timeout(now);
                    assert!(hub.poll_timeout().is_none_or(|due| due > now), "seed {seed}");
                }
                5 => {
                    let Some((id, bytes)) = hub.transmit() else { continue };
                    let n = usize::try_from(id.number()).unwrap();
                    assert!(open[n], "seed {seed}: output for a closed connection");
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    hub.handle_transmitted(now, &id, text.len());
                    owed[n] -= text.matches("A=").count();
                }
                _ => {
                    let taken = hub.handle_input(now, &id, b"A?\n");
                    assert!(taken == 3 || taken == 0);
                    owed[n] += usize::from(open[n] && taken > 0);
                }
            }
        }
        for n in 0..4 {
            hub.handle_writable(now, &peer(n));
        }
        for (id, text) in drain(&mut hub, now) {
            owed[usize::try_from(id).unwrap()] -= text.matches("A=").count();
        }
        assert_eq!(owed, [0; 4], "seed {seed}");
    }
}
