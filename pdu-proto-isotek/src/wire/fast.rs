//! The lines of a status, read straight off a stream: strict ones only, and whole ones, with their end.
//!
//! By hand, since this is what a unit sends every second and all else it sends rarely. What is refused here is read again by
//! the careful way, which knows why.

use pdu_core::{Decimal, LocalDateTime};

use super::{Channel, ChannelStatus, OutletState};

/// What was read, and what stands behind it.
type Read<'l, T> = Option<(T, &'l [u8])>;

/// What stands behind `CH`: `x=s|vvv|ppp|` and the line's end.
pub(super) fn channel_line(bytes: &[u8]) -> Read<'_, ChannelStatus> {
    let (channel, rest) = channel(bytes)?;
    let (state, rest) = match rest {
        [b'0', b'|', rest @ ..] => (OutletState::Off, rest),
        [b'1', b'|', rest @ ..] => (OutletState::On, rest),
        _ => return None,
    };
    let (voltage, rest) = number::<4>(rest)?;
    let (power, rest) = number::<5>(rest)?;
    let status = ChannelStatus {
        channel,
        state,
        voltage: Decimal::new(voltage.into(), 0),
        power: Decimal::new(power.into(), 0),
    };
    Some((status, line_end(rest)?))
}

/// What stands behind `RTC=`: `yyyy|mm|dd|hh|min|ss|` and the line's end.
pub(super) fn clock_line(bytes: &[u8]) -> Read<'_, LocalDateTime> {
    let (year, rest) = match bytes {
        [b'2'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'|', ..] => number::<4>(bytes)?,
        _ => return None,
    };
    let (month, rest) = part(rest)?;
    let (day, rest) = part(rest)?;
    let (hour, rest) = part(rest)?;
    let (minute, rest) = part(rest)?;
    let (second, rest) = part(rest)?;
    let year = u16::try_from(year).ok()?;
    let clock = LocalDateTime::new(year, month, day, hour, minute, second)?;
    Some((clock, line_end(rest)?))
}

/// `x=`, 0 to 16.
fn channel(bytes: &[u8]) -> Read<'_, Channel> {
    let (index, rest) = match bytes {
        [digit @ b'0'..=b'9', b'=', rest @ ..] => (digit - b'0', rest),
        [b'1', digit @ b'0'..=b'9', b'=', rest @ ..] => (digit - b'0' + 10, rest),
        _ => return None,
    };
    Some((Channel::new(index)?, rest))
}

/// 1 to `MAX` digits and `|`.
#[inline]
fn number<const MAX: usize>(bytes: &[u8]) -> Read<'_, u32> {
    let (mut number, mut rest) = digit(bytes)?;
    for _ in 1..MAX {
        match digit(rest) {
            Some((digit, behind)) => (number, rest) = (number * 10 + digit, behind),
            None => break,
        }
    }
    let rest = rest.strip_prefix(b"|")?;
    Some((number, rest))
}

#[inline]
fn digit(bytes: &[u8]) -> Read<'_, u32> {
    match bytes {
        [digit @ b'0'..=b'9', rest @ ..] => Some((u32::from(digit - b'0'), rest)),
        _ => None,
    }
}

/// 1 or 2 digits and `|`.
#[inline]
fn part(bytes: &[u8]) -> Read<'_, u8> {
    match bytes {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', b'|', rest @ ..] => Some(((tens - b'0') * 10 + (ones - b'0'), rest)),
        [ones @ b'0'..=b'9', b'|', rest @ ..] => Some((ones - b'0', rest)),
        _ => None,
    }
}

/// LF, CR LF, or a CR that is known not to have a LF behind it.
#[inline]
fn line_end(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => Some(rest),
        [b'\r', rest @ ..] if !rest.is_empty() => Some(rest),
        _ => None,
    }
}
