use pdu_core::{LocalDateTime, Mode, Status};

use super::{Channel, ChannelStatus, Deviation, Deviations, Dialect, Framing, Parsed, Reply, Token, WireError, fast};

/// A whole status: the lines `CH0` to `CH16`, as many as there are, and `RTC`.
///
/// Source: lines 40 to 50. That each unit sends it unasked every second is lines 10 and 29; that what it then sends is this is
/// inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StatusFrame {
    channels: [Option<ChannelStatus>; Channel::COUNT],
    /// The unit's clock. Absent if its line is missing, or was refused.
    pub clock: Option<LocalDateTime>,
}

impl StatusFrame {
    /// Reads a frame up to and with the line `RTC` at the front of `bytes`, and says how many bytes it takes.
    ///
    /// Prompts and empty lines before and between its lines are skipped. `OK` and `>` behind it are not part of it: whether they
    /// come is a session's to wait for. Strict mode wants all seventeen channels.
    ///
    /// ```
    /// use pdu_core::{Decimal, Mode, Status};
    /// use pdu_proto_isotek::wire::{Channel, Deviation, StatusFrame};
    ///
    /// let bytes = b"CH0=1|230|36|\r\nCH1=1|230|36|\r\nRTC=2026|11|21|08|00|00|\r\nOK\r\n>";
    /// let Ok(Status::Complete((frame, used))) = StatusFrame::parse(bytes, Mode::Lenient) else {
    ///     panic!("a frame");
    /// };
    /// let unit = frame.value.channel(Channel::UNIT).unwrap();
    /// assert_eq!(unit.power, Decimal::new(36, 0));
    /// assert!(frame.deviations.has(Deviation::FewOutlets));
    /// assert_eq!(&bytes[used..], b"OK\r\n>");
    /// ```
    ///
    /// # Errors
    ///
    /// What [`Reply::parse`] refuses, a line of another kind, channels out of order, and in strict mode a channel that is missing.
    pub fn parse(bytes: &[u8], mode: Mode) -> Result<Status<(Parsed<Self>, usize)>, WireError> {
        let mut frame = Self::default();
        let mut deviations = Deviations::NONE;
        let mut used = frame.take_lines(bytes);
        let mut framing = Framing::default();
        while frame.clock.is_none() {
            let rest = bytes.get(used..).unwrap_or_default();
            let (token, len) = match framing.next(rest) {
                Status::Complete(next) => next,
                Status::Partial { needed } => return Ok(Status::Partial { needed: used + needed }),
            };
            match token {
                Token::Line(line) => deviations = deviations.union(frame.take_line(line, mode)?),
                Token::TooLong => {
                    return Err(WireError::LineTooLong {
                        max: super::MAX_LINE,
                        found: len,
                    });
                }
                Token::Prompt | Token::Nothing => {}
            }
            used += len;
            used += frame.take_lines(bytes.get(used..).unwrap_or_default());
        }
        let deviations = deviations.union(frame.deviations());
        match (mode, frame.missing().next()) {
            (Mode::Strict, Some(channel)) => Err(WireError::MissingChannel { channel }),
            _ => Ok(Status::Complete((
                Parsed {
                    value: frame,
                    deviations,
                },
                used,
            ))),
        }
    }

    /// The status of a channel, if it was in the frame.
    pub fn channel(&self, channel: Channel) -> Option<&ChannelStatus> {
        self.channels.get(usize::from(channel.index()))?.as_ref()
    }

    /// The channels that were in the frame, in ascending order.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelStatus> {
        self.channels.iter().flatten()
    }

    /// Puts a channel in its place.
    pub fn set(&mut self, status: ChannelStatus) {
        if let Some(place) = self.channels.get_mut(usize::from(status.channel.index())) {
            *place = Some(status);
        }
    }

    /// The channel that was put in its place last, if they came in order: the one of the highest index.
    pub fn last_channel(&self) -> Option<Channel> {
        self.channels.iter().rev().flatten().next().map(|status| status.channel)
    }

    /// Puts the next channel of a frame in its place.
    ///
    /// # Errors
    ///
    /// [`WireError::Order`] if it is not behind all that there are: it belongs to another frame, or is out of order.
    pub fn push(&mut self, status: ChannelStatus) -> Result<(), WireError> {
        match self.last_channel() {
            Some(last) if last >= status.channel => Err(WireError::Order {
                last,
                found: status.channel,
            }),
            _ => {
                self.set(status);
                Ok(())
            }
        }
    }

    /// What a whole frame has and this has not: `CH0`, all sixteen outlets, the clock. A unit of eight outlets has less.
    pub fn deviations(&self) -> Deviations {
        let mut deviations = Deviations::NONE;
        for channel in self.missing() {
            deviations.insert(match channel.outlet() {
                None => Deviation::NoUnit,
                Some(_) => Deviation::FewOutlets,
            });
        }
        if self.clock.is_none() {
            deviations.insert(Deviation::NoClock);
        }
        deviations
    }

    /// Writes the lines of the channels and of the clock to the front of `out`, and returns their length. `OK` and the prompt are
    /// not part of it.
    ///
    /// # Errors
    ///
    /// As [`Reply::encode`]. Nothing was written.
    pub fn encode(&self, dialect: &Dialect, out: &mut [u8]) -> Result<usize, WireError> {
        let mut needed = 0;
        for line in self.lines() {
            line.check(dialect)?;
            needed += line.encoded_len(dialect);
        }
        let available = out.len();
        if available < needed {
            return Err(WireError::Buffer { needed, available });
        }
        let mut used = 0;
        for line in self.lines() {
            used += line.encode(dialect, out.get_mut(used..).unwrap_or_default())?;
        }
        Ok(used)
    }

    /// Its lines, in their order.
    pub fn lines(&self) -> impl Iterator<Item = Reply<'static>> {
        let channels = self.channels().map(|status| Reply::Channel(*status));
        channels.chain(self.clock.map(Reply::Clock))
    }

    fn missing(&self) -> impl Iterator<Item = Channel> {
        let indices = (0..).zip(&self.channels);
        indices.filter_map(|(index, status)| if status.is_none() { Channel::new(index) } else { None })
    }

    fn take_line(&mut self, line: &[u8], mode: Mode) -> Result<Deviations, WireError> {
        let reply = Reply::parse(line, mode)?;
        match reply.value {
            Reply::Channel(status) => self.push(status)?,
            Reply::Clock(clock) => self.clock = Some(clock),
            _ => return Err(WireError::NotStatus),
        }
        Ok(reply.deviations)
    }

    /// Takes the whole strict lines at the front in ascending order, up to and with `RTC`. Returns how many bytes they are.
    pub(super) fn take_lines(&mut self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        let mut next = self.last_channel().map_or(0, |last| last.index() + 1);
        while self.clock.is_none() {
            match rest {
                [b'C', b'H', line @ ..] => match fast::channel_line(line) {
                    Some((status, behind)) if status.channel.index() >= next => {
                        self.set(status);
                        next = status.channel.index() + 1;
                        rest = behind;
                    }
                    _ => break,
                },
                [b'R', b'T', b'C', b'=', line @ ..] => match fast::clock_line(line) {
                    Some((clock, behind)) => {
                        self.clock = Some(clock);
                        rest = behind;
                    }
                    None => break,
                },
                _ => break,
            }
        }
        bytes.len() - rest.len()
    }
}
