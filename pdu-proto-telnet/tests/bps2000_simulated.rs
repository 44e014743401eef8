//! The simulated BPS2000, as whoever types at its console sees it.

#![cfg(feature = "simulator")]
#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_support;

use std::time::Duration;

use bps2000_support::{PROMPT, levels, parse};
use pdu_core::testing::SolePeer;
use pdu_core::testing::server::{self, ServerFixture};
use pdu_core::{ConnectionId, Hub, Instant, Line as Phases, LinkDemand, LocalDateTime, Mode, Point};
use pdu_proto_telnet::bps2000::simulator::{Acknowledgement, BannerLines, Bps2000, Fault, Load, REFUSAL, Undocumented};
use pdu_proto_telnet::bps2000::{
    Confirmed, Entry, Line, Member, Network, PasswordChange, Phase, Screen, ScreenKind, Secret, SmtpSettings,
};
use pdu_proto_telnet::server::{Echo, Options, Terminals};

/// A room with one unit in it, and people at its console.
struct Room {
    hub: Terminals<Bps2000>,
    now: Instant,
}

impl Room {
    /// Nobody speaks telnet, and the console does not echo: what is shown is the application's.
    fn new(unit: Bps2000) -> Self {
        let options = Options {
            echo: Echo::Never,
            ..Options::serial()
        };
        Self::with_options(unit, options)
    }

    fn with_options(unit: Bps2000, options: Options) -> Self {
        Self {
            hub: Terminals::with_options(unit, options),
            now: Instant::from_millis(1_000),
        }
    }

    fn unit(&mut self) -> &mut Bps2000 {
        self.hub.application_mut()
    }

    /// What a new client is shown; nothing if it is not taken.
    fn connect(&mut self, number: u64) -> String {
        let _ = self.hub.handle_open(self.now, &peer(number));
        self.shown(number)
    }

    /// Connects, and logs in as one does after the factory.
    fn log_in(&mut self, number: u64) {
        self.connect(number);
        self.enter(number, "admin");
        let main = self.enter(number, "admin");
        assert!(main.ends_with(PROMPT) && main.contains("11.Logout"), "{main}");
    }

    /// Types a line, and gives what is shown.
    fn enter(&mut self, number: u64, line: &str) -> String {
        self.enter_octets(number, format!("{line}\r\n").as_bytes())
    }

    fn enter_octets(&mut self, number: u64, octets: &[u8]) -> String {
        let taken = self.hub.handle_input(self.now, &peer(number), octets);
        assert_eq!(taken, octets.len());
        self.shown(number)
    }

    fn typed(&mut self, number: u64, line: &Line<'_>) -> String {
        let mut typed = [0; 512];
        let len = line.encode(&mut typed).expect("a line that may be sent");
        let line = String::from_utf8(typed[..len].to_vec()).expect("ASCII");
        self.enter(number, &line)
    }

    fn shown(&mut self, number: u64) -> String {
        let mut shown = Vec::new();
        while let Some((of, bytes)) = self.hub.transmit() {
            assert_eq!(of, peer(number), "somebody else is shown something");
            shown.extend_from_slice(bytes);
            let len = bytes.len();
            self.hub.handle_transmitted(self.now, &of, len);
            assert!(shown.len() < 100_000, "output without end");
        }
        String::from_utf8(shown).expect("ASCII")
    }

    fn wait(&mut self, span: Duration) {
        self.now += span;
        self.hub.handle_timeout(self.now);
    }

    /// Drops the connections that are to end, and tells whose they were.
    fn dropped(&mut self) -> Vec<(u64, LinkDemand)> {
        let mut dropped = Vec::new();
        while let Some((peer, demand)) = self.hub.link_demand() {
            self.hub.handle_close(self.now, &peer);
            dropped.push((peer.number(), demand));
            assert!(dropped.len() < 100, "connections without end");
        }
        dropped
    }
}

fn peer(number: u64) -> ConnectionId {
    ConnectionId::from_number(number)
}

fn time(hour: u8, minute: u8, second: u8) -> LocalDateTime {
    LocalDateTime::new(2019, 1, 23, hour, minute, second).expect("a day")
}

/// A section of the manual's pictures as the device sends it: lines ended by CR LF, but for the prompt, and with what the
/// terminal has wrapped or misprinted put right.
fn picture(name: &str) -> String {
    let data = include_str!("data/bps2000_screens.txt");
    let heading = format!("# {name}\n");
    let start = data.find(&heading).expect("a section of the data file") + heading.len();
    let lines = data[start..].lines().take_while(|line| !line.starts_with('#'));
    let printed = lines.map(|line| line.split_once('|').expect("number and line").1);
    let sent = printed
        .filter(|line| *line != " ")
        .map(|line| if line.starts_with(PROMPT) { PROMPT } else { line });
    let text = sent.collect::<Vec<_>>().join("\r\n");
    text.replace("5\r\n.Back", "5.Back").replace("7 .Set", "7.Set")
}

/// The unit of the pictures: nothing plugged in, the clock at half past ten.
fn unit_of_the_pictures() -> Bps2000 {
    let mut unit = Bps2000::builder()
        .login("bkt", "bkt")
        .clock(time(9, 48, 45))
        .uptime(Duration::from_secs((17 * 60 + 47) * 60 + 30))
        .network(Network {
            address: [192, 168, 23, 103].into(),
            mask: [255, 255, 255, 0].into(),
            gateway: [192, 168, 23, 2].into(),
            dns: [8, 8, 8, 8].into(),
        })
        .initial_energy(Phases::L1, 1150)
        .initial_energy(Phases::L2, 0)
        .initial_energy(Phases::L3, 150)
        .build();
    for line in [Phases::L1, Phases::L2, Phases::L3] {
        unit.set_load(Point::inlet(1).on(line), NOTHING);
    }
    unit
}

const NOTHING: Load = Load::Fixed {
    watts: 0,
    volt_amperes: 0,
};

#[test]
fn a_person_with_telnet_sees_the_manuals_screens_byte_for_byte() {
    let mut room = Room::with_options(unit_of_the_pictures(), Options::default());
    let offered = room.hub.handle_open(room.now, &peer(1));
    offered.expect("room for one");
    let (_, bytes) = room.hub.transmit().expect("offers and a banner");
    let (offers, rest) = bytes.split_at(6);
    assert_eq!(offers, b"\xFF\xFB\x01\xFF\xFB\x03"); // WILL ECHO, WILL SUPPRESS-GO-AHEAD
    let banner = picture("Banner");
    assert_eq!(rest, format!("{banner}\r\nTelnet Account:").as_bytes());
    let len = bytes.len();
    room.hub.handle_transmitted(room.now, &peer(1), len);

    assert_eq!(room.enter_octets(1, b"\xFF\xFD\x01\xFF\xFD\x03"), ""); // DO, DO: as offered
    assert_eq!(room.enter(1, "bkt"), "bkt\r\nPassword:");
    assert_eq!(room.enter(1, "bkt"), format!("***\r\n{}", picture("Main")));

    room.now += Duration::from_secs(48 * 60 + 49); // the picture of entry 2 was taken then
    let entries = [
        ("2", "Clock", "2"),
        ("3", "Users", "2"),
        ("4", "Network", "5"),
        ("5", "Snmp", "5"),
        ("6", "Http", "2"),
        ("7", "Smtp", "8"),
        ("8", "Thresholds", "5"),
        ("9", "Energy", "2"),
        ("10", "Restart", "3"),
        ("1", "Information", ""),
    ];
    for (entry, name, back) in entries {
        assert_eq!(room.enter(1, entry), format!("{entry}\r\n{}", picture(name)));
        if !back.is_empty() {
            assert_eq!(room.enter(1, back), format!("{back}\r\n{}", picture("Main")));
        }
    }
    assert_eq!(
        room.enter(1, "master load"),
        format!("master load\r\n{}", picture("Load"))
    );
    assert_eq!(room.enter(1, "10"), format!("10\r\n{}", picture("Main")));
    assert_eq!(room.enter(1, "11"), "11\r\n");
    assert_eq!(room.dropped(), [(1, LinkDemand::Close)]);

    // The banner that the picture of the logout has (lines 1115-1120).
    room.now += Duration::from_secs(4 * 3600 + 35 * 60 + 9);
    room.hub.handle_open(room.now, &peer(2)).expect("room for one");
    let (_, bytes) = room.hub.transmit().expect("offers and a banner");
    let banner = picture("Banner at logout");
    assert_eq!(&bytes[6..], format!("{banner}\r\nTelnet Account:").as_bytes());
}

#[test]
fn a_wrong_login_leads_to_the_first_question_again() {
    let mut room = Room::new(Bps2000::new(1));
    assert!(room.connect(1).ends_with("\r\n\r\nTelnet Account:"));
    for (account, password) in [("admin", "nimda"), ("root", "admin"), ("", ""), ("Admin", "admin")] {
        assert_eq!(room.enter(1, account), "Password:");
        assert_eq!(room.enter(1, password), "Telnet Account:");
    }
    let long = "x".repeat(600);
    assert!(room.enter(1, &long).starts_with("Telnet Account:"));
    assert_eq!(room.enter(1, "admin"), "Password:");
    assert!(room.enter(1, &long).starts_with("Telnet Account:"));
    assert_eq!(room.enter(1, "admin"), "Password:");
    assert_eq!(room.enter(1, "admin"), picture("Main"));
    let counts = *room.unit().counts();
    assert_eq!((counts.sessions, counts.logins, counts.refused_logins), (1, 1, 6));
}

#[test]
fn no_line_is_a_command_before_the_login() {
    let mut room = Room::new(Bps2000::new(1));
    room.connect(1);
    for line in ["10", "2", "clearp1", "1"] {
        room.enter(1, line);
    }
    let counts = *room.unit().counts();
    assert_eq!(
        (counts.refused_logins, counts.restarts, counts.factory_defaults),
        (2, 0, 0)
    );
    assert_eq!(counts.clearings, [0; 3]);
}

/// What is set, on which entry, and what that entry shows then.
const SETTINGS: [(&str, &str, &str); 7] = [
    ("2", "date 2026-11-21,time 08:00:00", "Date: 2026-11-21 Time: 08:00:00"),
    ("4", "address:10.0.0.7", "IPv4 Address:10.0.0.7\r\n"),
    ("5", "address:10.0.0.9", "Trap1 address:10.0.0.9\r\n"),
    ("6", "port:8080", "HTTP port:8080\r\n"),
    ("7", "account:ups@example.org", "SMTP Account:ups@example.org\r\n"),
    (
        "8",
        "current one:10&8.5&1&0",
        "Phase 1 Current [A]: High Alarm:10.0A High Warning:8.5A Low Warning:1.0A Low Alarm:0.0A\r\n",
    ),
    (
        "8",
        "current three:16&15&2&1",
        "Phase 3 Current [A]: High Alarm:16.0A High Warning:15.0A Low Warning:2.0A Low Alarm:1.0A\r\n",
    ),
];

#[test]
fn what_one_session_sets_another_one_sees_on_reading_again() {
    let mut room = Room::new(Bps2000::new(1));
    room.log_in(1);
    room.log_in(2);
    for (entry, line, shown) in SETTINGS {
        let back = back_of(&room.enter(1, entry));
        assert_eq!(room.enter(1, line), PROMPT, "{line}");
        room.enter(1, &back);
        let screen = room.enter(2, entry);
        assert!(screen.contains(shown), "{screen}");
        room.enter(2, &back);
    }
    let counts = *room.unit().counts();
    assert_eq!((counts.settings, counts.refused_lines), (7, 0));
    assert_eq!(room.unit().thresholds().current[0], levels("10.0", "8.5", "1.0", "0.0"));
}

/// The number before `Back`, which is the last one of a menu.
fn back_of(screen: &str) -> String {
    let front = screen.split(".Back").next().expect("a menu");
    let digits = front.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    front[digits..].to_string()
}

#[test]
fn all_that_a_client_may_send_is_taken() {
    let mut room = Room::new(Bps2000::new(1));
    room.log_in(1);
    let confirmed = Confirmed::on_purpose();
    let levels = levels("32", "16", "0", "0");
    let walk = [
        Line::Entry(Entry::Information),
        Line::Load(Member::MASTER),
        Line::Load(Member::slave(5).expect("a slave")),
        Line::Back(ScreenKind::Information),
        Line::Entry(Entry::Clock),
        Line::SetClock(time(10, 37, 34)),
        Line::Back(ScreenKind::Clock),
        Line::Entry(Entry::Users),
        Line::ChangePassword(PasswordChange::new("admin", "secret1")),
        Line::Back(ScreenKind::Users),
        Line::Entry(Entry::Network),
        Line::SetAddress([10, 1, 2, 3].into()),
        Line::Back(ScreenKind::Network),
        Line::Entry(Entry::Snmp),
        Line::SetAddress([10, 1, 2, 4].into()),
        Line::Back(ScreenKind::Snmp),
        Line::Entry(Entry::Http),
        Line::SetPort(81),
        Line::Back(ScreenKind::Http),
        Line::Entry(Entry::Smtp),
        Line::SetAccount("a@b.pl"),
        Line::Back(ScreenKind::Smtp),
        Line::Entry(Entry::Thresholds),
        Line::SetCurrent(Phase::One, levels),
        Line::SetCurrent(Phase::Two, levels),
        Line::Back(ScreenKind::Thresholds),
        Line::Entry(Entry::Energy),
        Line::ClearEnergy(Phase::One, confirmed),
        Line::ClearEnergy(Phase::Three, confirmed),
        Line::Back(ScreenKind::Energy),
        Line::OpenRestart(confirmed),
        Line::Back(ScreenKind::Restart),
        Line::Entry(Entry::Logout),
    ];
    for line in walk {
        let shown = room.typed(1, &line);
        assert!(!shown.contains(REFUSAL), "{line:?}: {shown}");
        assert!(
            shown.ends_with(PROMPT) || line == Line::Entry(Entry::Logout),
            "{line:?}: {shown}"
        );
    }
    let counts = *room.unit().counts();
    assert_eq!((counts.settings, counts.clearings), (8, [1, 0, 1]));
    assert_eq!((counts.refused_lines, counts.restarts, counts.logouts), (0, 0, 1));
    assert!(room.unit().lets_in("admin", "secret1"));
}

#[test]
fn a_line_that_the_screen_does_not_have_changes_nothing_and_the_screen_stays() {
    let mut room = Room::new(Bps2000::new(1));
    room.log_in(1);
    let wrong = [
        ("", "0"),
        ("", "12"),
        ("", "master load"),
        ("1", "1"),
        ("1", "master voltage"),
        ("1", "slave6 load"),
        ("2", "date 2026-02-29,time 08:00:00"),
        ("2", "1"),
        ("3", "old:wrong&new:other&confirm:other&"),
        ("3", "old:admin&new:other&confirm:another&"),
        ("4", "address:10.0.0.256"),
        ("4", "mask:255.255.0.0"),
        ("6", "port:0"),
        ("6", "port:65536"),
        ("7", "account:"),
        ("8", "current one:10&8&1"),
        ("8", "current four:10&8&1&0"),
        ("8", "voltage one:250&240&210&200"),
        ("9", "clearp4"),
        ("9", "clearp"),
        ("10", "4"),
    ];
    for (entry, line) in wrong {
        let screen = if entry.is_empty() {
            String::new()
        } else {
            room.enter(1, entry)
        };
        assert_eq!(room.enter(1, line), format!("{REFUSAL}\r\n{PROMPT}"), "{line}");
        assert_eq!(room.enter(1, ""), PROMPT);
        if !entry.is_empty() {
            let back = if entry == "10" { "3".into() } else { back_of(&screen) };
            assert_eq!(room.enter(1, &back), picture("Main"));
        }
    }
    let counts = *room.unit().counts();
    assert_eq!((counts.settings, counts.clearings, counts.restarts), (0, [0; 3], 0));
    assert_eq!(counts.refused_lines, 21);
    assert_eq!(room.unit().network(), Bps2000::new(1).network());
    assert!(room.unit().lets_in("admin", "admin"));
}

#[test]
fn a_unit_may_refuse_what_the_manual_does_not_show() {
    let mut room = Room::new(Bps2000::builder().undocumented(Undocumented::Refused).slaves(1).build());
    room.log_in(1);
    for (entry, line, back) in [
        ("8", "current two:10&8&1&0", "5"),
        ("9", "clearp2", "2"),
        ("1", "slave2 load", "10"),
    ] {
        room.enter(1, entry);
        assert_eq!(room.enter(1, line), format!("{REFUSAL}\r\n{PROMPT}"));
        room.enter(1, back);
    }
    room.enter(1, "1");
    assert!(room.enter(1, "slave 1 load").starts_with("Load Phase1:"));
}

#[test]
fn a_restart_ends_all_sessions_and_keeps_what_was_set() {
    let mut room = Room::new(Bps2000::builder().uptime(Duration::from_secs(90 * 86_400)).build());
    room.log_in(1);
    room.log_in(2);
    room.enter(1, "6");
    room.enter(1, "port:8080");
    room.enter(1, "2");
    room.enter(1, "10");
    assert_eq!(room.enter(1, "1"), "");
    assert_eq!(room.dropped(), [(1, LinkDemand::Close), (2, LinkDemand::Reset)]);
    assert_eq!(room.connect(3), "", "it is down");
    room.wait(Duration::from_secs(5));
    assert!(room.connect(3).contains("Up time : 0Days 0Hours 0Minute"));
    room.enter(3, "admin");
    room.enter(3, "admin");
    assert!(room.enter(3, "6").contains("HTTP port:8080"));
    let counts = *room.unit().counts();
    assert_eq!((counts.restarts, counts.factory_defaults), (1, 0));
}

#[test]
fn a_factory_default_brings_back_what_the_manual_states() {
    let mut room = Room::new(unit_of_the_pictures());
    room.connect(1);
    room.enter(1, "bkt");
    room.enter(1, "bkt");
    room.enter(1, "10");
    room.enter(1, "2");
    assert_eq!(room.dropped(), [(1, LinkDemand::Close)]);
    room.wait(Duration::from_secs(5));
    room.log_in(2);
    assert!(room.enter(2, "4").contains("IPv4 Address:192.168.0.163\r\n"));
    assert_eq!(room.unit().counts().factory_defaults, 1);
    assert_eq!(room.unit().counts().restarts, 0);
}

#[test]
fn clock_energy_and_load_go_on() {
    let mut unit = unit_of_the_pictures();
    let l1 = Point::inlet(1).on(Phases::L1);
    let nine_kilowatts = Load::Fixed {
        watts: 9_000,
        volt_amperes: 9_200,
    };
    unit.set_voltage(l1, Some(2300));
    unit.set_load(l1, nine_kilowatts);
    let mut room = Room::new(unit);
    room.connect(1);
    room.enter(1, "bkt");
    room.enter(1, "bkt");
    room.wait(Duration::from_secs(3600));
    room.enter(1, "1");
    assert!(
        room.enter(1, "master load")
            .starts_with("Load Phase1:40.00A Phase2:0.00A Phase3:0.00A\r\n")
    );
    room.enter(1, "10");
    assert!(
        room.enter(1, "9")
            .contains("Phase1 energy:10150\r\nPhase2 energy:0\r\nPhase3 energy:150\r\n")
    );
    assert_eq!(room.enter(1, "clearp1"), PROMPT);
    room.wait(Duration::from_secs(1800));
    room.enter(1, "2");
    assert!(room.enter(1, "9").contains("Phase1 energy:4500\r\n"));
    room.enter(1, "2");
    assert!(room.enter(1, "2").contains("Time: 11:18:45"));
}

#[test]
fn the_same_seed_gives_the_same_loads_and_another_one_others() {
    let load_after_an_hour = |seed| {
        let mut room = Room::new(Bps2000::new(seed));
        room.log_in(1);
        room.wait(Duration::from_secs(3600));
        room.enter(1, "1");
        [room.enter(1, "master load"), room.enter(1, "slave1 load")]
    };
    let [master, slave] = load_after_an_hour(7);
    assert_eq!(load_after_an_hour(7), [master.clone(), slave.clone()]);
    assert_ne!(load_after_an_hour(8)[0], master);
    assert_ne!(master, slave);
    let Screen::Load(load) = parse(ScreenKind::Load, &master, Mode::Strict).expect("strict").value else {
        panic!("another screen");
    };
    assert!(load.phases.iter().flatten().all(|amperes| amperes.mantissa() > 100));
}

#[test]
fn a_setting_may_be_acknowledged_in_other_ways() {
    let shown = |acknowledgement| {
        let mut room = Room::new(Bps2000::builder().acknowledgement(acknowledgement).build());
        room.log_in(1);
        room.enter(1, "6");
        room.enter(1, "port:8080")
    };
    assert_eq!(shown(Acknowledgement::None), PROMPT);
    assert_eq!(shown(Acknowledgement::Text("OK".into())), format!("OK\r\n{PROMPT}"));
    assert_eq!(shown(Acknowledgement::Screen), picture("Http").replace(":80", ":8080"));
}

#[test]
fn a_banner_may_be_missing() {
    let mut room = Room::new(Bps2000::builder().banner(BannerLines::None).build());
    assert_eq!(room.connect(1), "Telnet Account:");
}

#[test]
fn what_goes_wrong_goes_wrong_with_the_next_line_behind_a_login() {
    let mut room = Room::new(Bps2000::new(1));
    room.unit().inject(Fault::Stray(ScreenKind::Restart));
    room.unit().inject(Fault::Mute);
    room.unit().inject(Fault::HangUpBehind);
    room.log_in(1);
    assert_eq!(room.enter(1, "6"), picture("Restart"));
    assert_eq!(room.enter(1, "3"), "");
    assert_eq!(room.enter(1, "6"), "");
    assert_eq!(room.dropped(), [(1, LinkDemand::Close)]);

    room.log_in(2);
    room.unit().inject(Fault::HangUp);
    room.enter(2, "10");
    assert_eq!(room.dropped(), [(2, LinkDemand::Close)]);
    let counts = *room.unit().counts();
    assert_eq!(
        (counts.lines_on(ScreenKind::Main), counts.lines_on(ScreenKind::Restart)),
        (1, 1)
    );
}

#[test]
fn an_over_long_line_is_refused_once_and_the_next_one_is_heard() {
    let mut room = Room::new(Bps2000::new(1));
    room.log_in(1);
    let shown = room.enter(1, &"1".repeat(1_000_000));
    assert_eq!(shown, format!("{REFUSAL}\r\n{PROMPT}"));
    assert_eq!(room.enter(1, "6"), picture("Http"));
}

/// A walk by a client whose lines are whole or in pieces, right or wrong; no screen in it has a clock.
const INPUTS: [&[u8]; 16] = [
    b"admin\r\n",
    b"admin\r",
    b"\n\xFF\xFD\x01",
    b"1\r\n",
    b"slave 1 load\r\n",
    b"master volt\x08\x08\x08\x08load\r\n",
    b"10\r\n8",
    b"\r\ncurrent one:10&8&1&0\r\n5\r\n",
    b"8\r\n5\r\n",
    b"clearp1\r\n",
    b"3\r\nold:admin&new:other&confirm:other&\r\n2\r\n",
    b"7\r\naccount:a@b.pl\r\n8\r\n",
    b"5\r\n5\r\n",
    b"9\r\nclearp1\r\n",
    b"2\r\n",
    b"\xFF\xFA\x18\x00\xFF\xF0\xFF\xF6\r\n",
];

struct OneClient;

impl ServerFixture for OneClient {
    type Server = SolePeer<Terminals<Bps2000>>;

    fn server(&self) -> Self::Server {
        let mut unit = Bps2000::builder().slaves(1).banner(BannerLines::None).build();
        for unit_number in 0..2 {
            for line in [Phases::L1, Phases::L2, Phases::L3] {
                unit.set_load(Point::inlet(1).on(line).of_unit(unit_number), NOTHING);
            }
        }
        SolePeer::new(Terminals::new(unit), peer(1))
    }

    fn request(&self, n: u32) -> Vec<u8> {
        INPUTS[usize::try_from(n).expect("small") % INPUTS.len()].to_vec()
    }
}

#[test]
fn contract_of_a_server() {
    server::all(&OneClient);
}

#[test]
fn no_secret_shows_in_debug() {
    let unit = Bps2000::builder()
        .login("operator", "hunter2")
        .smtp(&SmtpSettings {
            password: Secret::new("hunter2"),
            ..SmtpSettings::default()
        })
        .build();
    let mut room = Room::with_options(unit, Options::serial());
    room.hub.handle_open(room.now, &peer(1)).expect("room for one");
    for octets in [&b"operator\r\n"[..], b"hunter2\r\n", b"3\r\n", b"old:hunter2&new:"] {
        room.hub.handle_input(room.now, &peer(1), octets);
        assert!(!format!("{:?}", room.hub).contains("hunter"));
    }
}
