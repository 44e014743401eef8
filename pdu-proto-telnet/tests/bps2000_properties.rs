//! What holds for every screen, every line and any octets.

#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_support;

use std::net::Ipv4Addr;

use bps2000_support::{parse, written};
use pdu_core::{Decimal, LocalDateTime, Mode};
use pdu_proto_telnet::bps2000::{
    AgentState, Banner, Confirmed, EnergyPhases, Entry, HttpSettings, Levels, Line, Load, Member, Network,
    PasswordChange, Phase, Screen, ScreenKind, ScreenParser, Secret, SmtpSettings, SnmpService, ThresholdSettings,
    Users,
};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = Decimal> {
    (-999_999_i64..=999_999, 0_i8..=3, 0_i64..1000).prop_map(|(whole, places, fraction)| {
        let power = 10_i64.pow(u32::from(places.unsigned_abs()));
        Decimal::new(whole * power + (fraction % power) * whole.signum(), -places)
    })
}

fn text() -> impl Strategy<Value = String> {
    "([!-~][ -~]{0,40})?".prop_filter("no prompt", |text| {
        !text.contains("ccount:") && !text.contains("command:")
    })
}

fn address() -> impl Strategy<Value = Ipv4Addr> {
    any::<u32>().prop_map(Ipv4Addr::from)
}

fn clock() -> impl Strategy<Value = LocalDateTime> {
    (1_u16..=9999, 1_u8..=12, 1_u8..=31, 0_u8..24, 0_u8..60, 0_u8..60)
        .prop_filter_map("a day that exists", |(y, m, d, h, min, s)| {
            LocalDateTime::new(y, m, d, h, min, s)
        })
}

fn any_levels(number: impl Strategy<Value = Decimal>) -> impl Strategy<Value = Levels> {
    proptest::collection::vec(number, 4).prop_map(|values| Levels {
        high_alarm: values[0],
        high_warning: values[1],
        low_warning: values[2],
        low_alarm: values[3],
    })
}

fn phases() -> impl Strategy<Value = [Levels; 3]> {
    proptest::array::uniform3(any_levels(number()))
}

/// The same screen, with the digits of its numbers: equality of `Decimal` would not tell 1.0 from 1.00.
fn returns(screen: &Screen<'_>) -> Result<(), TestCaseError> {
    let text = written(screen);
    let strict = parse(screen.kind(), &text, Mode::Strict).expect("what is written is strict");
    prop_assert_eq!(strict.value, *screen);
    prop_assert!(strict.deviations.is_empty());
    prop_assert_eq!(written(&strict.value), text.clone());
    prop_assert_eq!(parse(screen.kind(), &text, Mode::Lenient), Ok(strict));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn loads_clocks_and_energies_return(values in proptest::array::uniform3(number()), at in clock(), raw: [u64; 3]) {
        returns(&Screen::Load(Load { phases: values.map(Some) }))?;
        returns(&Screen::Clock(at))?;
        returns(&Screen::Energy(EnergyPhases { raw }))?;
    }

    #[test]
    fn thresholds_return(
        current in phases(),
        voltage in phases(),
        temperature in any_levels(number()),
        humidity in any_levels(number()),
    ) {
        returns(&Screen::Thresholds(ThresholdSettings { current, voltage, temperature, humidity }))?;
    }

    #[test]
    fn settings_return(texts in proptest::array::uniform4(text()), a in address(), b in address(), ports: [u16; 3]) {
        let [first, second, third, fourth] = &texts;
        let [port, count, interval] = ports;
        returns(&Screen::Users(Users { name: first }))?;
        returns(&Screen::Network(Network { address: a, mask: b, gateway: b, dns: a }))?;
        returns(&Screen::Http(HttpSettings { port }))?;
        returns(&Screen::Snmp(SnmpService {
            agent: if port % 2 == 0 { AgentState::Enabled } else { AgentState::Disabled },
            write_community: Secret::new(first),
            read_community: Secret::new(second),
            trap1: a,
        }))?;
        let password = Secret::new(second);
        returns(&Screen::Smtp(SmtpSettings {
            account: first, password, server: third, port, count, interval, recipient: fourth,
        }))?;
    }

    #[test]
    fn typed_lines_return(
        at in clock(),
        limits in any_levels((0_i64..=9999).prop_map(|tenths| Decimal::new(tenths, -1))),
        to in address(),
        port in 1_u16..,
        passwords in ["[0-9A-Za-z]{1,15}", "[0-9A-Za-z]{1,15}"],
        account in "[0-9a-z.@_-]{1,30}",
        slave in 1_u8..=5,
        phase in prop_oneof![Just(Phase::One), Just(Phase::Two), Just(Phase::Three)],
    ) {
        let lines = [
            (ScreenKind::Clock, Line::SetClock(at)),
            (ScreenKind::Thresholds, Line::SetCurrent(phase, limits)),
            (ScreenKind::Network, Line::SetAddress(to)),
            (ScreenKind::Http, Line::SetPort(port)),
            (ScreenKind::Users, Line::ChangePassword(PasswordChange::new(&passwords[0], &passwords[1]))),
            (ScreenKind::Smtp, Line::SetAccount(&account)),
            (ScreenKind::Information, Line::Load(Member::slave(slave).expect("1 to 5"))),
            (ScreenKind::Energy, Line::ClearEnergy(phase, Confirmed::on_purpose())),
        ];
        for (screen, line) in lines {
            let mut out = [0; 128];
            let len = line.encode(&mut out).expect("within its bounds");
            let read = Line::parse(screen, &out[..len], Mode::Strict).expect("what is written is strict");
            prop_assert_eq!(read.value, line);
        }
    }

    #[test]
    fn nothing_that_may_be_sent_has_a_line_end_or_a_number_in_disguise(text in "\\PC{0,90}") {
        let secret = Secret::new(&text);
        for line in [Line::Account(&text), Line::Password(secret), Line::SetAccount(&text), Line::Undocumented(secret)] {
            let mut out = [0; 128];
            if let Ok(len) = line.encode(&mut out) {
                prop_assert!(out[..len].iter().all(|byte| matches!(byte, b' '..=b'~')));
                if matches!(line, Line::Undocumented(_)) {
                    prop_assert!(out[0].is_ascii_alphabetic());
                }
            }
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..16)) {
        for mode in [Mode::Strict, Mode::Lenient] {
            let _ = Banner::parse(lines.iter().map(Vec::as_slice), mode);
            for kind in ScreenKind::ALL {
                let mut parser = ScreenParser::new(kind, mode);
                let read = lines.iter().try_for_each(|line| parser.push(line));
                prop_assert!(read.is_err() || lines.iter().all(|line| line.trim_ascii().is_empty()) || kind == ScreenKind::Users);
                for line in &lines {
                    let _ = Line::parse(kind, line, mode);
                }
            }
        }
    }

    #[test]
    fn a_changed_octet_never_becomes_another_screen(kind in 0..ScreenKind::ALL.len(), at: prop::sample::Index, by: u8) {
        let kind = ScreenKind::ALL[kind];
        let Some(screen) = sample(kind) else { return Ok(()) };
        let mut text = written(&screen).into_bytes();
        let at = at.index(text.len());
        text[at] = by;
        let text = String::from_utf8_lossy(&text).into_owned();
        if let Ok(read) = parse(kind, &text, Mode::Lenient) {
            prop_assert_eq!(read.value.kind(), kind);
        }
    }
}

fn sample(kind: ScreenKind) -> Option<Screen<'static>> {
    Some(match kind {
        ScreenKind::Main => Screen::Main,
        ScreenKind::Information => Screen::Information,
        ScreenKind::Load => Screen::Load(Load {
            phases: [Some(Decimal::new(25, -2)); 3],
        }),
        ScreenKind::Network => Screen::Network(Network::default()),
        ScreenKind::Thresholds => Screen::Thresholds(ThresholdSettings::default()),
        ScreenKind::Energy => Screen::Energy(EnergyPhases::default()),
        ScreenKind::Restart => Screen::Restart,
        _ => return None,
    })
}

#[test]
fn every_entry_but_logout_opens_a_screen_with_a_way_back() {
    for entry in Entry::ALL {
        assert_eq!(entry.screen().is_none(), entry == Entry::Logout);
        assert!(entry.screen().is_none_or(|screen| screen.back().is_some()));
    }
}
