//! A whole status of an IsoTek unit, 18 lines, off a receive buffer into the same [`StatusFrame`].
//!
//! Every contender but the floor makes the same checks: the lines' form, at most so many digits, ascending channels that
//! exist, a date and time that exist. Each ends with every number touched.

use std::hint::black_box;

use pdu_core::{Decimal, LocalDateTime, Mode, Status};
use pdu_proto_isotek::wire::{
    Channel, ChannelStatus, Dialect, Framing, LineEnd, OutletState, Reply, StatusFrame, Token,
};

use crate::{Case, Contender};

/// Ours strict, the first of each case.
pub const OURS: &str = "ours, strict";
/// The plain way, which ours is to be three times as fast as.
pub const PLAIN: &str = "plain: str::lines, split, parse";
/// What cannot be passed.
pub const FLOOR: &str = "floor: byte loop without checks";

/// All cases, each with the bytes of its frame.
pub fn cases() -> Vec<(Case, usize)> {
    let crlf = frame(LineEnd::CrLf);
    let lf = frame(LineEnd::Lf);
    let misprinted = String::from_utf8(crlf.clone())
        .expect("ascii")
        .replace("CH0", "CHO")
        .replace('|', "/");
    vec![
        (whole("CH0 to CH16 and RTC, lines end with CR LF", &crlf), crlf.len()),
        (whole("CH0 to CH16 and RTC, lines end with LF", &lf), lf.len()),
        (
            lenient("the same, each separator misprinted", misprinted.as_bytes()),
            misprinted.len(),
        ),
    ]
}

fn whole(name: &str, bytes: &[u8]) -> Case {
    let contender = |name, read: fn(&[u8]) -> Option<StatusFrame>| {
        let bytes = bytes.to_vec();
        assert_eq!(read(&bytes), ours(&bytes, Mode::Strict), "{name} reads it otherwise");
        Contender::new(name, move || touch(&read(black_box(&bytes)).expect("a frame")))
    };
    Case {
        name: name.to_owned(),
        contenders: vec![
            contender(OURS, |bytes| ours(bytes, Mode::Strict)),
            contender("ours, lenient", |bytes| ours(bytes, Mode::Lenient)),
            contender("ours, line by line (nom), strict", |bytes| by_line(bytes, Mode::Strict)),
            contender(PLAIN, plain),
            contender(FLOOR, floor),
        ],
    }
}

fn lenient(name: &str, bytes: &[u8]) -> Case {
    let contender = |name, read: fn(&[u8]) -> Option<StatusFrame>| {
        let bytes = bytes.to_vec();
        Contender::new(name, move || touch(&read(black_box(&bytes)).expect("a frame")))
    };
    Case {
        name: name.to_owned(),
        contenders: vec![
            contender("ours, lenient", |bytes| ours(bytes, Mode::Lenient)),
            contender("ours, line by line (nom), lenient", |bytes| {
                by_line(bytes, Mode::Lenient)
            }),
        ],
    }
}

/// A frame as a unit in use sends it.
fn frame(line_end: LineEnd) -> Vec<u8> {
    let mut frame = StatusFrame::default();
    for index in 0..17_u8 {
        frame.set(ChannelStatus {
            channel: Channel::new(index).expect("up to 16"),
            state: if index % 5 == 4 {
                OutletState::Off
            } else {
                OutletState::On
            },
            voltage: Decimal::new(229 + i64::from(index) % 3, 0),
            power: Decimal::new([1234, 0, 36, 210][usize::from(index) % 4], 0),
        });
    }
    frame.clock = LocalDateTime::new(2026, 11, 21, 8, 0, 0);
    let dialect = Dialect {
        line_end,
        ..Dialect::default()
    };
    let mut bytes = vec![0; 1024];
    let len = frame.encode(&dialect, &mut bytes).expect("a good frame");
    bytes.truncate(len);
    bytes
}

/// What makes a reader fill its frame: some of every number.
fn touch(frame: &StatusFrame) -> u64 {
    let frame = black_box(frame);
    let watts = frame.channels().map(|status| status.power.mantissa().unsigned_abs());
    watts.sum::<u64>() + u64::from(frame.clock.map_or(0, LocalDateTime::second))
}

fn ours(bytes: &[u8], mode: Mode) -> Option<StatusFrame> {
    match StatusFrame::parse(bytes, mode) {
        Ok(Status::Complete((frame, _))) => Some(frame.value),
        _ => None,
    }
}

/// As a session without the fast way would: cut each line out, and read it.
fn by_line(mut bytes: &[u8], mode: Mode) -> Option<StatusFrame> {
    let (mut frame, mut framing) = (StatusFrame::default(), Framing::default());
    while let Status::Complete((token, used)) = framing.next(bytes) {
        bytes = bytes.get(used..)?;
        let Token::Line(line) = token else { continue };
        match Reply::parse(line, mode).ok()?.value {
            Reply::Channel(status) => frame.push(status).ok()?,
            Reply::Clock(clock) => frame.clock = Some(clock),
            _ => return None,
        }
    }
    Some(frame)
}

/// As one writes it first.
fn plain(bytes: &[u8]) -> Option<StatusFrame> {
    let mut frame = StatusFrame::default();
    let mut next = 0;
    for line in str::from_utf8(bytes).ok()?.lines() {
        let (key, value) = line.split_once('=')?;
        let fields = value.strip_suffix('|')?.split('|');
        if key == "RTC" {
            frame.clock = Some(plain_clock(fields)?);
        } else {
            let status = plain_channel(key.strip_prefix("CH")?, fields)?;
            if status.channel.index() < next {
                return None;
            }
            next = status.channel.index() + 1;
            frame.set(status);
        }
    }
    Some(frame)
}

fn plain_channel<'l>(index: &str, mut fields: impl Iterator<Item = &'l str>) -> Option<ChannelStatus> {
    let status = ChannelStatus {
        channel: Channel::new(plain_number(index, 2)?).filter(|channel| channel.index() > 9 || index.len() == 1)?,
        state: match fields.next()? {
            "0" => OutletState::Off,
            "1" => OutletState::On,
            _ => return None,
        },
        voltage: Decimal::new(plain_number(fields.next()?, 4)?, 0),
        power: Decimal::new(plain_number(fields.next()?, 5)?, 0),
    };
    fields.next().is_none().then_some(status)
}

fn plain_clock<'l>(mut fields: impl Iterator<Item = &'l str>) -> Option<LocalDateTime> {
    let year = fields.next().filter(|year| year.len() == 4)?;
    let year = plain_number(year, 4).filter(|year| *year >= 2000)?;
    let mut part = || plain_number(fields.next()?, 2);
    let clock = LocalDateTime::new(year, part()?, part()?, part()?, part()?, part()?)?;
    fields.next().is_none().then_some(clock)
}

/// `parse` alone would take a sign, and zeros without end.
fn plain_number<T: core::str::FromStr>(text: &str, digits: usize) -> Option<T> {
    let is_number = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Adds digits up until something else comes, and believes everything.
fn floor(bytes: &[u8]) -> Option<StatusFrame> {
    let mut frame = StatusFrame::default();
    let (mut numbers, mut count, mut number) = ([0_u32; 8], 0, 0);
    let mut is_clock = false;
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => number = number * 10 + u32::from(byte - b'0'),
            b'=' | b'|' => {
                numbers[count & 7] = number;
                (count, number) = (count + 1, 0);
            }
            b'R' => is_clock = true,
            b'\n' => {
                let [index, first, second, third, fourth, fifth, sixth, _] = numbers;
                if is_clock {
                    let [month, day, hour, minute, second] = [second, third, fourth, fifth, sixth].map(|n| n as u8);
                    frame.clock = LocalDateTime::new(first as u16, month, day, hour, minute, second);
                } else {
                    frame.set(ChannelStatus {
                        channel: Channel::new(index as u8)?,
                        state: if first == 0 { OutletState::Off } else { OutletState::On },
                        voltage: Decimal::new(second.into(), 0),
                        power: Decimal::new(third.into(), 0),
                    });
                }
                count = 0;
            }
            _ => {}
        }
    }
    Some(frame)
}
