//! What can be set of both clients, each quirk of gateways under its own name.

use core::time::Duration;

use pdu_core::LineSettings;

use super::Micros;

/// Settings of a [`TcpClient`](super::TcpClient). The quirks of gateways are off by default, each under its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpOptions {
    /// How many requests may be with the device at a time: 16 by default, 1 for [`device`](Self::device). At most the
    /// client's capacity counts, and 1 where a quirk leaves nothing else to tell answers apart by.
    pub depth: usize,
    /// How long an answer may take from the moment when its request has left.
    pub timeout: Duration,
    /// How long requests wait for a link before they fail, counted from when the first of them began to.
    pub connect_timeout: Duration,
    /// How often a request that may be repeated is sent again.
    pub retries: u8,
    /// After how many timeouts in a row without a byte of input the connection is given up. 0: never.
    pub silent_timeouts: u8,
    /// How long after its timeout or cancellation the id of a request is not used again.
    pub quarantine: Duration,
    /// Which unit id an answer may carry.
    pub unit_in_reply: UnitInReply,
    /// Whether answers carry the transaction id of their request.
    pub transaction_id: TransactionId,
    /// Whether the header of an exception tells its length.
    pub exception_length: ExceptionLength,
}

/// Which unit id an answer may carry. Source: pymodbus#2762, goburrow#54.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnitInReply {
    /// That of the request, as the standard says.
    #[default]
    Exact,
    /// That of the request, or one of 0, 1 and 255, which gateways put there.
    Gateway,
    /// Any.
    Any,
}

/// Whether answers carry the transaction id of their request. Source: mbusd#88.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TransactionId {
    /// They do, as the standard says; others are dropped.
    #[default]
    Echoed,
    /// They do not: the next answer is taken for the one request that is with the device. Then depth is 1, and a timeout or
    /// a cancelled request costs the connection, since nothing else tells a late answer from the next one.
    NotEchoed,
}

/// Whether the header of an exception tells its length. Source: pymodbus#2151, tmodbus#146.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExceptionLength {
    /// It does, as the standard says.
    #[default]
    Told,
    /// It may tell anything within the standard's 2 to 254: an exception is taken as the two bytes that it has. Then depth
    /// is 1, and bytes up to the told length that come with it are dropped.
    Untold,
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self {
            depth: 16,
            timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(3),
            retries: 2,
            silent_timeouts: 3,
            quarantine: Duration::from_secs(30),
            unit_in_reply: UnitInReply::Exact,
            transaction_id: TransactionId::Echoed,
            exception_length: ExceptionLength::Told,
        }
    }
}

impl TcpOptions {
    /// The default for a device of unknown abilities: one request at a time (some take no more: libplctag#192).
    pub fn device() -> Self {
        Self {
            depth: 1,
            ..Self::default()
        }
    }
}

/// The settings as a client keeps them.
#[derive(Debug)]
pub(super) struct TcpSettings {
    pub(super) depth: usize,
    pub(super) timeout: Micros,
    pub(super) connect_timeout: Micros,
    pub(super) quarantine: Micros,
    pub(super) retries: u8,
    pub(super) silent_timeouts: u8,
    pub(super) unit_in_reply: UnitInReply,
    pub(super) transaction_id: TransactionId,
    pub(super) exception_length: ExceptionLength,
}

impl From<TcpOptions> for TcpSettings {
    fn from(options: TcpOptions) -> Self {
        let TcpOptions {
            depth,
            timeout,
            connect_timeout,
            retries,
            silent_timeouts,
            quarantine,
            unit_in_reply,
            transaction_id,
            exception_length,
        } = options;
        Self {
            depth,
            timeout: timeout.into(),
            connect_timeout: connect_timeout.into(),
            quarantine: quarantine.into(),
            retries,
            silent_timeouts,
            unit_in_reply,
            transaction_id,
            exception_length,
        }
    }
}

/// Settings of an [`RtuClient`](super::RtuClient).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtuOptions {
    /// What the frames go over.
    pub link: RtuLink,
    /// How long a unit may take until it begins to answer, from the moment when the request is on the line.
    pub timeout: Duration,
    /// How long requests wait for a link before they fail, counted from when the first of them began to.
    pub connect_timeout: Duration,
    /// How often a request that may be repeated is sent again.
    pub retries: u8,
    /// How long the line must have been quiet, after an answer that did not come, before anything else is sent. A unit that
    /// answers later than [`timeout`](Self::timeout) and this together can be taken for the answer to the next request of
    /// the same form to the same unit: RTU has no ids.
    pub quiet: Duration,
    /// How long a request waits for a line that is never quiet before it fails.
    pub busy_line: Duration,
    /// How long units get to act on a broadcast.
    pub turnaround: Duration,
    /// Silence that ends a frame whose length nothing tells, that of an unknown function. USB adapters deliver bytes in
    /// pieces up to 16 ms apart, so the standard's 3.5 characters would cut it.
    pub frame_gap: Duration,
    /// What the adapter does with the bytes that are sent.
    pub echo: LocalEcho,
}

/// What RTU frames go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RtuLink {
    /// A serial line. After a timeout it is left alone until it was quiet.
    Serial(LineSettings),
    /// A TCP stream to a serial server. After a timeout the connection is given up: nothing else tells a late answer from
    /// the next one.
    Stream,
}

/// The silence before a frame: 3.5 characters of 11 bits, and 1750 µs above 19200 baud.
///
/// Source: Modbus over Serial Line V1.02, 2.5.1.1.
pub(crate) fn silence(line: LineSettings) -> Duration {
    if line.baud > 19_200 {
        return Duration::from_micros(1750);
    }
    Duration::from_micros(38_500_000_u64.div_ceil(line.baud.max(1).into()))
}

/// What a half-duplex adapter does with the bytes that are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LocalEcho {
    /// They do not come back.
    #[default]
    None,
    /// They come back before the answer, and are removed. Without this setting, the echo of a write looks like its answer
    /// (libmodbus#818).
    Removed,
}

/// On a serial line of 9600 baud 8N1, the factory setting of the BPS2000 (its manual's lines 1423 to 1428).
impl Default for RtuOptions {
    fn default() -> Self {
        Self {
            link: RtuLink::Serial(LineSettings::default()),
            timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(3),
            retries: 2,
            quiet: Duration::from_millis(200),
            busy_line: Duration::from_secs(5),
            turnaround: Duration::from_millis(100),
            frame_gap: Duration::from_millis(20),
            echo: LocalEcho::None,
        }
    }
}

impl RtuOptions {
    /// RTU frames over a TCP stream, as serial servers carry them.
    pub fn over_tcp() -> Self {
        Self {
            link: RtuLink::Stream,
            ..Self::default()
        }
    }
}

/// The settings as a client keeps them.
#[derive(Debug)]
pub(super) struct RtuSettings {
    pub(super) link: RtuLink,
    pub(super) timeout: Micros,
    pub(super) connect_timeout: Micros,
    pub(super) quiet: Micros,
    pub(super) busy_line: Micros,
    pub(super) turnaround: Micros,
    pub(super) frame_gap: Micros,
    pub(super) retries: u8,
    pub(super) echo: LocalEcho,
}

impl From<RtuOptions> for RtuSettings {
    fn from(options: RtuOptions) -> Self {
        let RtuOptions {
            link,
            timeout,
            connect_timeout,
            retries,
            quiet,
            busy_line,
            turnaround,
            frame_gap,
            echo,
        } = options;
        Self {
            link,
            timeout: timeout.into(),
            connect_timeout: connect_timeout.into(),
            quiet: quiet.into(),
            busy_line: busy_line.into(),
            turnaround: turnaround.into(),
            frame_gap: frame_gap.into(),
            retries,
            echo,
        }
    }
}

impl RtuSettings {
    pub(super) fn time_of(&self, len: usize) -> Duration {
        match self.link {
            RtuLink::Serial(line) => line.time_of(len),
            RtuLink::Stream => Duration::ZERO,
        }
    }

    pub(super) fn silence(&self) -> Duration {
        match self.link {
            RtuLink::Serial(line) => silence(line),
            RtuLink::Stream => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_three_and_a_half_characters_and_fixed_above_19200_baud() {
        assert_eq!(silence(LineSettings::eight_n_one(9600)), Duration::from_micros(4011));
        assert_eq!(silence(LineSettings::eight_n_one(38_400)), Duration::from_micros(1750));
    }
}
