//! Proptest strategies for lines and status frames, for this crate's tests and for those of its users.
//!
//! Everything they make may be sent with the default [`Dialect`](crate::wire::Dialect); what may not, a test makes of it.
//!
//! ```
//! use pdu_core::Mode;
//! use pdu_proto_isotek::{strategies, wire::{Command, Dialect}};
//! use proptest::prelude::*;
//!
//! proptest!(|(command in strategies::command())| {
//!     let mut out = [0; 300];
//!     let len = command.encode(&Dialect::default(), &mut out).unwrap();
//!     let parsed = Command::parse(&out[..len - 1], Mode::Strict).unwrap();
//!     prop_assert_eq!(parsed.value, command);
//! });
//! ```

use core::net::Ipv4Addr;

use pdu_core::{Decimal, LocalDateTime, TimeOfDay};
use proptest::{collection::vec, option, prelude::*};

use crate::wire::{
    Address, Channel, ChannelStatus, Command, Operator, Outlet, OutletConfig, OutletState, OutletType, Record,
    RecordType, Reply, Setup, StatusFrame, Text,
};

/// Any of the twelve commands.
pub fn command() -> impl Strategy<Value = Command<'static>> {
    prop_oneof![
        1 => Just(Command::ReadAddress),
        1 => Just(Command::ReadStatus),
        1 => Just(Command::ReadSchedule),
        1 => Just(Command::ReadConfigs),
        1 => Just(Command::Restart),
        1 => Just(Command::AllOff),
        1 => Just(Command::AllOn),
        2 => (outlet(), outlet_state()).prop_map(|(outlet, state)| Command::SwitchOutlet { outlet, state }),
        2 => clock().prop_map(Command::SetClock),
        1 => (0_u16..=999).prop_map(Command::SetRecordCount),
        4 => record().prop_map(Command::WriteRecord),
        4 => (outlet(), outlet_config()).prop_map(|(outlet, config)| Command::SetConfig { outlet, config }),
    ]
}

/// Any answer of the manual: all but [`Reply::Unknown`].
pub fn reply() -> impl Strategy<Value = Reply<'static>> {
    prop_oneof![
        1 => Just(Reply::Ok),
        2 => address().prop_map(Reply::Address),
        4 => channel_status().prop_map(Reply::Channel),
        2 => clock().prop_map(Reply::Clock),
        4 => (0_u16..=999, record()).prop_map(|(index, record)| Reply::Record { index, record }),
        4 => (outlet(), outlet_config()).prop_map(|(outlet, config)| Reply::Config { outlet, config }),
    ]
}

/// A status of any channels, with its clock.
pub fn status_frame() -> impl Strategy<Value = StatusFrame> {
    let channels = vec(option::weighted(0.9, channel_status()), Channel::COUNT);
    (channels, clock()).prop_map(|(channels, clock)| {
        let mut frame = StatusFrame::default();
        for (index, status) in (0..).zip(channels) {
            if let (Some(channel), Some(status)) = (Channel::new(index), status) {
                frame.set(ChannelStatus { channel, ..status });
            }
        }
        frame.clock = Some(clock);
        frame
    })
}

/// Any outlet.
pub fn outlet() -> impl Strategy<Value = Outlet> {
    (1..=Outlet::MAX).prop_filter_map("no outlet", Outlet::new)
}

/// Text of up to `max` characters that a field may carry.
pub fn text(max: usize) -> impl Strategy<Value = Text<'static>> {
    let character = prop::char::range(' ', '~').prop_filter("separates", |character| *character != '|');
    vec(character, 0..=max).prop_filter_map("no text", |text| {
        Some(Text::new(&String::from_iter(text)).ok()?.into_owned())
    })
}

/// Off or on.
pub fn outlet_state() -> impl Strategy<Value = OutletState> {
    prop_oneof![Just(OutletState::Off), Just(OutletState::On)]
}

/// Any status line that is sent: whole volts and watts.
pub fn channel_status() -> impl Strategy<Value = ChannelStatus> {
    let channel = (0..=Outlet::MAX).prop_filter_map("no channel", Channel::new);
    (channel, outlet_state(), 0_i64..=9999, 0_i64..=99_999).prop_map(|(channel, state, volts, watts)| ChannelStatus {
        channel,
        state,
        voltage: Decimal::new(volts, 0),
        power: Decimal::new(watts, 0),
    })
}

/// Any date and time of the years 2000 to 9999.
pub fn clock() -> impl Strategy<Value = LocalDateTime> {
    let date = (2000_u16..=9999, 1_u8..=12, 1_u8..=31);
    let time = (0_u8..=23, 0_u8..=59, 0_u8..=59);
    (date, time).prop_filter_map("no such date", |((year, month, day), (hour, minute, second))| {
        LocalDateTime::new(year, month, day, hour, minute, second)
    })
}

/// Any record of the scheduler.
pub fn record() -> impl Strategy<Value = Record<'static>> {
    let plan = prop_oneof![
        Just((RecordType::TimePlan, Operator::None)),
        Just((RecordType::TimePlan, Operator::Greater)),
        Just((RecordType::PowerPlan, Operator::Greater)),
        Just((RecordType::PowerPlan, Operator::Less)),
    ];
    let time = (0_u8..=23, 0_u8..=59).prop_filter_map("no such time", |(hour, minute)| TimeOfDay::new(hour, minute));
    let setup = prop_oneof![Just(Setup::On), Just(Setup::Off), Just(Setup::Restart)];
    let numbers = (0_u32..=99_999, 0_u16..=999, 0_u32..=99_999);
    let texts = (text(8), text(12), text(12));
    (plan, time, setup, numbers, texts, outlet()).prop_map(|(plan, time, setup, numbers, texts, channel)| {
        let ((record_type, operator), (id, day, power)) = (plan, numbers);
        let (name, status_value, status_slot) = texts;
        Record {
            id,
            record_type,
            name,
            time,
            day,
            power,
            operator,
            channel,
            status_value,
            status_slot,
            setup,
        }
    })
}

/// Any outlet settings.
pub fn outlet_config() -> impl Strategy<Value = OutletConfig<'static>> {
    let outlet_type = prop_oneof![
        Just(OutletType::Normal),
        Just(OutletType::Router),
        Just(OutletType::Locked)
    ];
    (text(8), outlet_type, 0_u32..=99_999).prop_map(|(name, outlet_type, delay)| OutletConfig {
        name,
        outlet_type,
        delay,
    })
}

/// Who any unit may be.
pub fn address() -> impl Strategy<Value = Address<'static>> {
    let serial = text(16).prop_filter("no serial number", |serial| {
        !serial.as_str().is_empty() && !serial.as_str().contains('/')
    });
    let server = || (any::<[u8; 4]>().prop_map(Ipv4Addr::from), any::<u16>());
    (serial, any::<[u8; 6]>(), server(), server()).prop_map(|(serial, mac, server_1, server_2)| Address {
        serial,
        mac,
        server_1,
        server_2,
    })
}
