//! The device session of the BPS2000's console, against the simulated unit: every command, what it types, and what it refuses.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-telnet --all-features --test bps2000_device` runs more seeds.
#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_unit;

use std::ops::Range;
use std::time::Duration;

use bps2000_unit::{PASSWORD, USUAL, Unit, decimal};
use pdu_core::testing::{Faults, Fixture, Harness, Medium, SolePeer, contract};
use pdu_core::{
    Answer, Capability, Command, ConnectionId, DeviceError, DeviceSession, Effect, Error, ErrorKind, Line,
    LocalDateTime, MailSettings, NetworkSettings, Point, Quality, Quantity, Restart, Secret, ServiceState, Settings,
    SnmpSettings, Threshold, ThresholdSetting, UserRole, UserSettings, Value, WebSettings,
};
use pdu_proto_telnet::bps2000::simulator::{self, Acknowledgement, Bps2000};
use pdu_proto_telnet::bps2000::{CAPABILITIES, Device, EnergyUnit, Member, Options, ScreenKind, Undocumented};
use pdu_proto_telnet::server::Terminals;

type Simulated = SolePeer<Terminals<Bps2000>>;

struct Talk {
    harness: Harness<Device, Simulated>,
    asked: usize,
}

fn options() -> Options {
    Options {
        slaves: 2,
        ..Options::new("admin", PASSWORD)
    }
}

fn curious() -> Options {
    Options {
        undocumented: Undocumented::Allowed,
        ..options()
    }
}

impl Talk {
    fn with(options: Options, unit: &simulator::Builder) -> Self {
        let unit = unit.clone().login("admin", PASSWORD).build();
        let peer = SolePeer::new(Terminals::new(unit), ConnectionId::from_number(1));
        Self {
            harness: Harness::new(1, Faults::none(Medium::Stream), Device::new(options), peer),
            asked: 0,
        }
    }

    fn new(options: Options) -> Self {
        Self::with(options, &Bps2000::builder().seed(7).slaves(2))
    }

    fn ask(&mut self, command: Command) -> Result<&Answer, &DeviceError> {
        self.harness.submit(command).unwrap();
        assert!(self.harness.run_until_done(Duration::from_secs(60)).unwrap());
        self.asked += 1;
        self.harness.result(self.asked - 1).unwrap().as_ref()
    }

    fn unit(&self) -> &Bps2000 {
        self.harness.server().hub().application()
    }

    /// Kind and effect of how it fails, and what it says.
    fn fails(&mut self, command: Command) -> (ErrorKind, Effect, String) {
        let error = self.ask(command).unwrap_err();
        (error.kind(), error.effect(), error.to_string())
    }

    fn is_confirmed(&mut self, command: Command) -> bool {
        matches!(self.ask(command), Ok(Answer::Confirmed))
    }

    fn settings(&mut self) -> Settings {
        match self.ask(Command::Settings) {
            Ok(Answer::Settings(settings)) => (**settings).clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn threshold(line: Line, level: Threshold, value: &str) -> ThresholdSetting {
    ThresholdSetting {
        point: Point::inlet(1).on(line),
        quantity: Quantity::Current,
        level,
        value: decimal(value),
    }
}

#[test]
fn it_is_a_device_session() {
    let device: Box<dyn DeviceSession> = Box::new(Device::new(options()));
    drop(device);
    let mut talk = Talk::new(options());
    assert!(matches!(talk.ask(Command::Capabilities), Ok(Answer::Capabilities(all)) if *all == CAPABILITIES));
    assert!(CAPABILITIES.has(Capability::SetSettings) && !CAPABILITIES.has(Capability::Switch));
    assert!(!talk.harness.is_up());
}

#[test]
fn a_snapshot_has_loads_energies_thresholds_and_clock_as_the_unit_has_them() {
    let mut talk = Talk::new(options());
    let Ok(Answer::Snapshot(snapshot)) = talk.ask(Command::Snapshot) else {
        panic!("no snapshot");
    };
    let snapshot = (**snapshot).clone();
    assert_eq!(snapshot.identities.len(), 3);
    assert_eq!(snapshot.identities[0].firmware.as_deref(), Some("1.0.0"));
    assert_eq!((snapshot.readings.len(), snapshot.thresholds.len()), (9 + 3, 32));
    for unit in 0..3 {
        for (line, index) in [(Line::L1, 0), (Line::L2, 1), (Line::L3, 2)] {
            let point = Point::inlet(1).on(line).of_unit(unit);
            let reading = snapshot.reading(point, Quantity::Current).unwrap();
            let member = Member::slave(u8::try_from(unit).unwrap()).unwrap_or(Member::MASTER);
            let load = talk.unit().load(member).unwrap().phases[index].unwrap();
            let Some(Value::Gauge(found)) = reading.value else {
                panic!("no load")
            };
            // The load moves between the reading and now.
            assert!((found.to_f64_lossy() - load.to_f64_lossy()).abs() < 0.5, "{reading}");
        }
    }
    let energy = snapshot
        .reading(Point::inlet(1).on(Line::L2), Quantity::ActiveEnergy)
        .unwrap();
    assert_eq!(energy.quality, Quality::Suspect);
    let Some(Value::Count(count)) = energy.value else {
        panic!("no energy")
    };
    assert_eq!(count.value(), talk.unit().energy().raw[1]);
    assert!(snapshot.clock.is_some());
    assert!(
        snapshot
            .thresholds
            .contains(&threshold(Line::L1, Threshold::UpperCritical, "32.0"))
    );
    assert_eq!(talk.unit().counts().lines_on(ScreenKind::Restart), 0);
}

#[test]
fn energy_is_good_where_somebody_looked_at_its_unit() {
    let options = Options {
        energy_unit: EnergyUnit::WattHours,
        ..options()
    };
    let mut talk = Talk::new(options);
    let Ok(Answer::Snapshot(snapshot)) = talk.ask(Command::Snapshot) else {
        panic!("no snapshot");
    };
    let energy = snapshot
        .reading(Point::inlet(1).on(Line::L1), Quantity::ActiveEnergy)
        .unwrap();
    assert_eq!(energy.quality, Quality::Good);
}

#[test]
fn one_level_is_set_and_the_other_three_stay() {
    let mut talk = Talk::with(
        options(),
        &Bps2000::builder().acknowledgement(Acknowledgement::Text("done".into())),
    );
    let wanted = threshold(Line::L1, Threshold::UpperWarning, "15.5");
    assert!(talk.is_confirmed(Command::SetThreshold(wanted)));
    let levels = talk.unit().thresholds().current[0];
    let expected = ["32.0", "15.5", "0.0", "0.0"].map(decimal);
    assert_eq!(levels.in_order(), expected);
    assert_eq!(talk.unit().counts().settings, 1);
    // It is so already: nothing is typed.
    assert!(talk.is_confirmed(Command::SetThreshold(wanted)));
    assert_eq!(talk.unit().counts().settings, 1);
}

#[test]
fn thresholds_that_cannot_be_set_are_refused_and_nothing_is() {
    let mut talk = Talk::new(options());
    let l1 = |level, value| Command::SetThreshold(threshold(Line::L1, level, value));
    let of_voltage = ThresholdSetting {
        quantity: Quantity::Voltage,
        ..threshold(Line::L1, Threshold::UpperCritical, "250")
    };
    let of_slave = ThresholdSetting {
        point: Point::inlet(1).on(Line::L1).of_unit(1),
        ..threshold(Line::L1, Threshold::UpperCritical, "20")
    };
    for (command, kind, word) in [
        (
            l1(Threshold::UpperWarning, "15.55"),
            ErrorKind::InvalidArgument,
            "steps of 0.1",
        ),
        (l1(Threshold::UpperWarning, "1000"), ErrorKind::InvalidArgument, "999.9"),
        (l1(Threshold::LowerCritical, "33"), ErrorKind::InvalidArgument, "above"),
        (Command::SetThreshold(of_voltage), ErrorKind::Unsupported, "voltage"),
        (Command::SetThreshold(of_slave), ErrorKind::Unsupported, "unit1"),
        (
            Command::SetThreshold(threshold(Line::L2, Threshold::UpperWarning, "15")),
            ErrorKind::Unsupported,
            "current two",
        ),
        (
            Command::ResetEnergy(Point::inlet(1).on(Line::L3)),
            ErrorKind::Unsupported,
            "clearp3",
        ),
        (Command::ResetEnergy(Point::inlet(1)), ErrorKind::Unsupported, "L1"),
        (Command::Schedule, ErrorKind::Unsupported, "no entry"),
    ] {
        let (found, effect, text) = talk.fails(command);
        assert_eq!((found, effect), (kind, Effect::NotApplied), "{text}");
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(talk.unit().counts().settings, 0);
    assert_eq!(talk.unit().counts().clearings, [0; 3]);
}

#[test]
fn phases_that_the_manual_does_not_show_may_be_allowed() {
    let mut talk = Talk::new(curious());
    let wanted = threshold(Line::L3, Threshold::UpperWarning, "15.5");
    assert!(talk.is_confirmed(Command::SetThreshold(wanted)));
    assert_eq!(talk.unit().thresholds().current[2].high_warning, decimal("15.5"));
    assert!(talk.is_confirmed(Command::ResetEnergy(Point::inlet(1).on(Line::L2))));
    assert_eq!(talk.unit().counts().clearings, [0, 1, 0]);
}

#[test]
fn clock_energy_and_restart_are_what_was_asked_for() {
    let mut talk = Talk::new(options());
    let wanted = LocalDateTime::new(2030, 5, 6, 7, 8, 9).unwrap();
    assert!(talk.is_confirmed(Command::SetClock(wanted)));
    assert!(matches!(talk.ask(Command::Clock), Ok(Answer::Clock(at)) if at.year() == 2030 && at.minute() == 8));
    assert!(talk.is_confirmed(Command::ResetEnergy(Point::inlet(1).on(Line::L1))));
    assert_eq!(talk.unit().counts().restarts, 0);
    assert!(matches!(
        talk.ask(Command::Restart(Restart::Controller)),
        Ok(Answer::Accepted)
    ));
    talk.harness.run_for(Duration::from_secs(10)).unwrap();
    let counts = talk.unit().counts();
    assert_eq!(
        (counts.restarts, counts.factory_defaults, counts.clearings),
        (1, 0, [1, 0, 0])
    );
}

#[test]
fn settings_are_entries_three_to_seven_and_what_was_read_may_be_set_again() {
    let mut talk = Talk::new(options());
    let settings = talk.settings();
    let network = settings.network.as_ref().unwrap();
    assert_eq!(
        network.address,
        Some(std::net::IpAddr::V4(talk.unit().network().address))
    );
    assert_eq!(settings.users[0].name, "admin");
    assert_eq!(settings.web.as_ref().unwrap().http_port, Some(80));
    let snmp = settings.snmp.as_ref().unwrap();
    assert_eq!(snmp.read_community.as_ref().map(Secret::reveal), Some("public"));
    assert!(settings.mail.is_some());
    assert!(talk.is_confirmed(Command::SetSettings(Box::new(settings))));
    assert!(talk.is_confirmed(Command::SetSettings(Box::default())));
    assert_eq!(talk.unit().counts().settings, 0);
}

#[test]
fn settings_that_have_a_keyword_are_set_and_read_back() {
    let mut talk = Talk::new(options());
    let wanted = Settings {
        network: Some(NetworkSettings {
            address: Some([192, 0, 2, 77].into()),
            ..NetworkSettings::default()
        }),
        web: Some(WebSettings {
            http_port: Some(8080),
            ..WebSettings::default()
        }),
        snmp: Some(SnmpSettings {
            traps: vec![[192, 0, 2, 9].into()],
            ..SnmpSettings::default()
        }),
        mail: Some(MailSettings {
            account: Some("alarm@example.org".into()),
            ..MailSettings::default()
        }),
        users: vec![UserSettings {
            name: "admin".into(),
            role: None,
            password: Some("another1".into()),
        }],
        ..Settings::default()
    };
    assert!(talk.is_confirmed(Command::SetSettings(Box::new(wanted))));
    let found = talk.settings();
    assert_eq!(found.network.unwrap().address, Some([192, 0, 2, 77].into()));
    assert_eq!(found.web.unwrap().http_port, Some(8080));
    assert_eq!(found.snmp.unwrap().traps, [std::net::IpAddr::from([192, 0, 2, 9])]);
    assert_eq!(found.mail.unwrap().account.as_deref(), Some("alarm@example.org"));
    assert!(talk.unit().lets_in("admin", "another1"));
    assert_eq!(talk.unit().counts().settings, 5);
}

/// Of the words of the next test.
const UNSHOWN: [&str; 3] = ["HTTPS", "role", "outlets"];

#[test]
fn settings_without_a_keyword_are_refused_by_name_before_anything_is_set() {
    let web = |https_port| {
        Some(WebSettings {
            http_port: Some(8080),
            https_port,
            ..WebSettings::default()
        })
    };
    let snmp = |snmp: SnmpSettings| Settings {
        web: web(None),
        snmp: Some(snmp),
        ..Settings::default()
    };
    let network = |network: NetworkSettings| Settings {
        web: web(None),
        network: Some(network),
        ..Settings::default()
    };
    let user = |name: &str, role| Settings {
        web: web(None),
        users: vec![UserSettings {
            name: name.into(),
            role,
            password: None,
        }],
        ..Settings::default()
    };
    let none = SnmpSettings::default();
    for (wanted, word) in [
        (
            Settings {
                web: web(Some(443)),
                ..Settings::default()
            },
            "HTTPS",
        ),
        (
            snmp(SnmpSettings {
                agent: Some(ServiceState::Enabled),
                read_community: Some("hush".into()),
                ..none.clone()
            }),
            "community",
        ),
        (
            snmp(SnmpSettings {
                traps: vec![[1, 1, 1, 1].into(), [2, 2, 2, 2].into()],
                ..none
            }),
            "trap",
        ),
        (
            network(NetworkSettings {
                gateway: Some([1, 1, 1, 1].into()),
                ..NetworkSettings::default()
            }),
            "gateway",
        ),
        (
            network(NetworkSettings {
                dns: vec![[1, 1, 1, 1].into()],
                ..NetworkSettings::default()
            }),
            "DNS",
        ),
        (
            network(NetworkSettings {
                address: Some("fe80::1".parse().unwrap()),
                ..NetworkSettings::default()
            }),
            "IPv4",
        ),
        (user("somebody", None), "one user"),
        (user("admin", Some(UserRole::View)), "role"),
        (
            Settings {
                mail: Some(MailSettings {
                    server: Some("mail.example".into()),
                    ..MailSettings::default()
                }),
                web: web(None),
                ..Settings::default()
            },
            "SMTP server",
        ),
        (
            Settings {
                web: web(None),
                outlets: vec![pdu_core::OutletSettings::of(1)],
                ..Settings::default()
            },
            "outlets",
        ),
    ] {
        let mut talk = Talk::new(curious());
        let (kind, effect, text) = talk.fails(Command::SetSettings(Box::new(wanted)));
        assert_eq!((kind, effect), (ErrorKind::Unsupported, Effect::NotApplied), "{text}");
        assert!(text.contains(word) && !text.contains("hush"), "{text}");
        assert_eq!(talk.unit().counts().settings, 0);
        // What no screen shows needs none to be refused.
        assert_eq!(talk.unit().counts().sessions == 0, UNSHOWN.contains(&word), "{text}");
    }
}

#[test]
fn a_value_that_cannot_be_typed_is_refused_before_another_one_is_set() {
    let mail = |account: &str| Settings {
        web: Some(WebSettings {
            http_port: Some(8080),
            ..WebSettings::default()
        }),
        mail: Some(MailSettings {
            account: Some(account.into()),
            ..MailSettings::default()
        }),
        ..Settings::default()
    };
    let user = |password: &str| Settings {
        users: vec![UserSettings {
            name: "admin".into(),
            role: None,
            password: Some(password.into()),
        }],
        ..mail("a@example.org")
    };
    for wanted in [
        mail("a&b"),
        mail("a\r\n10"),
        user("hush&new:x"),
        user("hushhushhushhush"),
    ] {
        let mut talk = Talk::new(options());
        let (kind, effect, text) = talk.fails(Command::SetSettings(Box::new(wanted)));
        assert_eq!(
            (kind, effect),
            (ErrorKind::InvalidArgument, Effect::NotApplied),
            "{text}"
        );
        assert_eq!(talk.unit().counts().settings, 0, "{text}");
        assert!(!text.contains("hush"), "{text}");
    }
}

// --- The contract --------------------------------------------------------------------------------------------------------

/// Commands that take one screen or several, and between them ones that each are the only one of their kind.
fn command(n: u32) -> Command {
    let port = u16::try_from(1000 + n).unwrap();
    match n % 6 {
        0 => Command::Clock,
        1 => Command::SetSettings(Box::new(Settings {
            web: Some(WebSettings {
                http_port: Some(port),
                ..WebSettings::default()
            }),
            ..Settings::default()
        })),
        2 => Command::Thresholds,
        3 => Command::SetThreshold(threshold(Line::L1, Threshold::UpperWarning, &level(n))),
        4 => Command::Identity,
        _ => Command::Snapshot,
    }
}

fn level(n: u32) -> String {
    format!("{}.{}", n / 10, n % 10)
}

struct Contract(Range<u64>);

impl Fixture for Contract {
    type Session = Device;
    type Peer = Unit;

    fn session(&self) -> Device {
        Device::new(options())
    }

    fn peer(&self) -> Unit {
        Unit::new(USUAL)
    }

    fn request(&self, n: u32) -> Command {
        command(n)
    }

    fn answers(&self, n: u32, answer: &Answer) -> bool {
        match (command(n), answer) {
            (Command::Clock, Answer::Clock(_)) => true,
            (Command::Thresholds, Answer::Thresholds(all)) => all.len() == 32,
            (Command::Identity, Answer::Identity(all)) => all.len() == 3,
            (Command::Snapshot, Answer::Snapshot(all)) => all.readings.len() == 12 && all.clock.is_some(),
            (_, Answer::Confirmed) => self.is_write(n),
            _ => false,
        }
    }

    fn is_write(&self, n: u32) -> bool {
        matches!(command(n), Command::SetSettings(_) | Command::SetThreshold(_))
    }

    fn times_applied(&self, peer: &Unit, n: u32) -> usize {
        assert_eq!(peer.strange, []);
        if matches!(command(n), Command::SetSettings(_)) {
            return peer.times(&format!("port:{}", 1000 + n));
        }
        let is_it = |line: &str| line.split('&').nth(1) == Some(&level(n));
        peer.heard.iter().filter(|(_, line)| is_it(line)).count()
    }

    fn reply_timeout(&self) -> Duration {
        options().reply_timeout
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(240)
    }

    fn seeds(&self) -> Range<u64> {
        self.0.clone()
    }
}

#[test]
fn a_device_keeps_the_contract() {
    let told = std::env::var("PDU_FAULT_SEEDS").ok().and_then(|n| n.parse().ok());
    let fixture = Contract(0..told.unwrap_or(8));
    contract::every_ticket_gets_exactly_one_done(&fixture);
    contract::input_may_be_split_anywhere(&fixture);
    contract::late_replies_reach_nobody_else(&fixture);
    contract::polls_are_level_triggered(&fixture);
    contract::time_running_backwards_is_harmless(&fixture);
    contract::full_table_gives_the_request_back(&fixture);
    contract::never_panics(&fixture);
}

// --- Real sockets --------------------------------------------------------------------------------------------------------

/// How long the unit is down when it restarts.
const DOWN: Duration = Duration::from_millis(100);

/// A simulated unit on a port that the system chooses.
async fn serve() -> std::net::SocketAddr {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let unit = Bps2000::builder().login("admin", PASSWORD).slaves(2).down(DOWN);
    let mut listener = pdu_core::tokio::listen(socket, Terminals::new(unit.build()));
    tokio::spawn(async move { listener.run().await });
    address
}

#[tokio::test]
async fn a_handle_of_tokio_reads_sets_and_comes_back_after_a_restart() {
    let address = serve().await;
    let link = pdu_core::tokio::tcp(address.to_string(), Duration::from_secs(3));
    let (unit, runner) = pdu_core::tokio::Driver::connecting(Device::new(options()), link).into_handle();
    let running = tokio::spawn(runner);
    let (snapshot, clock) = tokio::join!(unit.call(Command::Snapshot), unit.call(Command::Clock));
    assert!(matches!(snapshot.unwrap(), Answer::Snapshot(snapshot) if snapshot.readings.len() == 12));
    assert!(matches!(clock.unwrap(), Answer::Clock(_)));
    let wanted = threshold(Line::L1, Threshold::UpperWarning, "15.5");
    assert_eq!(
        unit.call(Command::SetThreshold(wanted)).await.unwrap(),
        Answer::Confirmed
    );
    let restart = Command::Restart(Restart::Controller);
    assert_eq!(unit.call(restart).await.unwrap(), Answer::Accepted);
    tokio::time::sleep(DOWN * 3).await;
    // What was set is kept.
    let thresholds = unit.call(Command::Thresholds).await.unwrap();
    assert!(matches!(thresholds, Answer::Thresholds(all) if all.contains(&wanted)));
    drop(unit);
    running.abort();
}

#[test]
fn a_driver_that_blocks_reads_and_logs_out() {
    use pdu_core::blocking;
    use pdu_proto_telnet::bps2000::{Reply, Request, Session};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut server = blocking::Server::new(Unit::new(USUAL), stream);
        let _ = server.run(None);
        server.endpoint().strange.len()
    });
    let stream = std::net::TcpStream::connect(address).unwrap();
    let mut driver = blocking::Driver::new(Session::new(options()), stream);
    assert!(matches!(driver.call(Request::Users), Ok(Reply::Users(name)) if name == "admin"));
    assert!(matches!(driver.call(Request::SetPort(8080)), Ok(Reply::Confirmed)));
    assert!(matches!(driver.call(Request::Logout), Ok(Reply::LoggedOut)));
    drop(driver);
    assert_eq!(serving.join().unwrap(), 0);
}
