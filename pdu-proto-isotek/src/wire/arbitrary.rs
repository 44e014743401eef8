//! `Arbitrary` for commands, answers and status frames: ones that may be sent, for users' own fuzzing. What may not be sent, a
//! fuzzer makes of bytes.

use arbitrary::{Arbitrary, Error, Result, Unstructured};
use pdu_core::{Decimal, LocalDateTime, TimeOfDay};

use super::{
    Address, Channel, ChannelStatus, Command, Field, Operator, Outlet, OutletConfig, OutletState, OutletType, Record,
    RecordType, Reply, Setup, StatusFrame, Text, WireError,
};

/// Any command.
impl<'a> Arbitrary<'a> for Command<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=11)? {
            0 => Self::ReadAddress,
            1 => Self::ReadStatus,
            2 => Self::SwitchOutlet {
                outlet: u.arbitrary()?,
                state: u.arbitrary()?,
            },
            3 => Self::SetClock(clock(u)?),
            4 => Self::ReadSchedule,
            5 => Self::SetRecordCount(u.int_in_range(0..=999)?),
            6 => Self::WriteRecord(u.arbitrary()?),
            7 => Self::ReadConfigs,
            8 => Self::SetConfig {
                outlet: u.arbitrary()?,
                config: u.arbitrary()?,
            },
            9 => Self::Restart,
            10 => Self::AllOff,
            _ => Self::AllOn,
        })
    }
}

/// Any answer but an unknown one.
impl<'a> Arbitrary<'a> for Reply<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=5)? {
            0 => Self::Ok,
            1 => Self::Address(u.arbitrary()?),
            2 => Self::Channel(u.arbitrary()?),
            3 => Self::Clock(clock(u)?),
            4 => Self::Record {
                index: u.int_in_range(0..=999)?,
                record: u.arbitrary()?,
            },
            _ => Self::Config {
                outlet: u.arbitrary()?,
                config: u.arbitrary()?,
            },
        })
    }
}

/// Any channels, with or without a clock.
impl<'a> Arbitrary<'a> for StatusFrame {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut frame = Self::default();
        for _ in 0..u.int_in_range(0..=Channel::COUNT)? {
            frame.set(u.arbitrary()?);
        }
        if u.arbitrary()? {
            frame.clock = Some(clock(u)?);
        }
        Ok(frame)
    }
}

impl<'a> Arbitrary<'a> for ChannelStatus {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            channel: Channel::new(u.int_in_range(0..=Outlet::MAX)?).ok_or(Error::IncorrectFormat)?,
            state: u.arbitrary()?,
            voltage: Decimal::new(u.int_in_range(0..=9999)?, 0),
            power: Decimal::new(u.int_in_range(0..=99_999)?, 0),
        })
    }
}

impl<'a> Arbitrary<'a> for Outlet {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::new(u.int_in_range(1..=Self::MAX)?).ok_or(Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for OutletState {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(*u.choose(&[Self::Off, Self::On])?)
    }
}

/// A record with a name of up to 8 characters, which every dialect sends.
impl<'a> Arbitrary<'a> for Record<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (record_type, operator) = *u.choose(&[
            (RecordType::TimePlan, Operator::None),
            (RecordType::PowerPlan, Operator::Greater),
            (RecordType::PowerPlan, Operator::Less),
        ])?;
        let time = TimeOfDay::new(u.int_in_range(0..=23)?, u.int_in_range(0..=59)?);
        Ok(Self {
            id: u.int_in_range(0..=99_999)?,
            record_type,
            name: text(u, 8)?,
            time: time.ok_or(Error::IncorrectFormat)?,
            day: u.int_in_range(0..=999)?,
            power: u.int_in_range(0..=99_999)?,
            operator,
            channel: u.arbitrary()?,
            status_value: text(u, 8)?,
            status_slot: text(u, 8)?,
            setup: *u.choose(&[Setup::On, Setup::Off, Setup::Restart])?,
        })
    }
}

impl<'a> Arbitrary<'a> for OutletConfig<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            name: text(u, 8)?,
            outlet_type: *u.choose(&[OutletType::Normal, OutletType::Router, OutletType::Locked])?,
            delay: u.int_in_range(0..=99_999)?,
        })
    }
}

impl<'a> Arbitrary<'a> for Address<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let serial = text(u, 16)?;
        if serial.as_str().is_empty() || serial.as_str().contains('/') {
            return Err(Error::IncorrectFormat);
        }
        Ok(Self {
            serial,
            mac: u.arbitrary()?,
            server_1: (u.arbitrary::<[u8; 4]>()?.into(), u.arbitrary()?),
            server_2: (u.arbitrary::<[u8; 4]>()?.into(), u.arbitrary()?),
        })
    }
}

/// Text of the input itself, up to the first byte that no text can carry.
fn text<'a>(u: &mut Unstructured<'a>, max: usize) -> Result<Text<'a>> {
    let len = u.int_in_range(0..=max)?;
    let bytes = u.bytes(len)?;
    let text = match Text::from_bytes(Field::Text, bytes) {
        Err(WireError::Text { offset, .. }) => bytes.get(..offset).unwrap_or_default(),
        _ => bytes,
    };
    Text::from_bytes(Field::Text, text).map_err(|_| Error::IncorrectFormat)
}

fn clock(u: &mut Unstructured<'_>) -> Result<LocalDateTime> {
    let (year, month, day) = (
        u.int_in_range(2000..=9999)?,
        u.int_in_range(1..=12)?,
        u.int_in_range(1..=28)?,
    );
    let (hour, minute, second) = (
        u.int_in_range(0..=23)?,
        u.int_in_range(0..=59)?,
        u.int_in_range(0..=59)?,
    );
    LocalDateTime::new(year, month, day, hour, minute, second).ok_or(Error::IncorrectFormat)
}
