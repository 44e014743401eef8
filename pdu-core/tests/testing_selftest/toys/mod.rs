//! Two toy protocols, small enough to be read in one go, for the tests of the contract tests themselves; and the bugs that
//! those must find in them.

mod hub;
mod peer;
mod plain;
mod tagged;

use core::fmt;

use pdu_core::{Effect, Error, ErrorKind};

pub(crate) use hub::ToyHub;
pub(crate) use peer::{PeerBug, ToyPeer};
pub(crate) use plain::Plain;
pub(crate) use tagged::Tagged;

/// Requests that one toy session takes at once.
pub(crate) const TABLE: usize = 8;
/// Octets of the longest line.
pub(crate) const LONGEST: usize = 64;

/// What is asked: the value of a register, or to change it. The device answers both with 1000 + register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Get(u32),
    Set(u32),
}

impl Ask {
    pub(crate) fn is_write(self) -> bool {
        matches!(self, Self::Set(_))
    }

    /// What a request that left and got no answer has done.
    pub(crate) fn effect_if_lost(self) -> Effect {
        if self.is_write() {
            Effect::Unknown
        } else {
            Effect::NotApplied
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get(register) => write!(f, "get {register}"),
            Self::Set(register) => write!(f, "set {register}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ToyError {
    pub kind: ErrorKind,
    pub effect: Effect,
}

impl fmt::Display for ToyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.kind, self.effect)
    }
}

impl std::error::Error for ToyError {}

impl Error for ToyError {
    fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn effect(&self) -> Effect {
        self.effect
    }
}

/// A line that was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Junk;

/// What is wrong with a toy session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    None,
    LosesDoneOnCancel,
    LosesDoneOnLinkLoss,
    DoneTwice,
    TakesAnyReply,
    LosesPartialLines,
    TimerFromSubmit,
    TimerTooShort,
    IgnoresCancel,
    WithdrawsBegunFrames,
    TakesEveryCallForTheDeadline,
    KeepsOnlyTheNewestEvent,
    BelievesAnyClock,
    NoLimitOfRequests,
    GivesAnotherRequestBack,
    PanicsOnStrangeInput,
    RepeatsWrites,
    LiesAboutEffects,
    DeadlineInThePast,
    TakesMoreThanOffered,
}

/// Gathers a line; over-long ones are skipped to their end, and come out empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineBuffer {
    line: Vec<u8>,
    too_long: bool,
}

impl LineBuffer {
    pub(crate) fn push(&mut self, byte: u8) -> Option<Vec<u8>> {
        if byte == b'\n' {
            let line = std::mem::take(&mut self.line);
            return Some(if std::mem::take(&mut self.too_long) {
                Vec::new()
            } else {
                line
            });
        }
        if self.line.len() < LONGEST {
            self.line.push(byte);
        } else {
            self.too_long = true;
        }
        None
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The lines of `Plain` end with a CRC, since its medium damages bits.
pub(crate) fn seal(text: &str) -> String {
    format!("{text}*{:04x}", crc(text.as_bytes()))
}

pub(crate) fn unseal(line: &[u8]) -> Option<&str> {
    let (text, sum) = std::str::from_utf8(line).ok()?.split_once('*')?;
    (sum == format!("{:04x}", crc(text.as_bytes()))).then_some(text)
}

/// CRC-16/MODBUS.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 }
        })
    })
}
