use core::fmt;

use super::{Negotiation, TelnetOption, Verb};

/// "Interpret as command". Source: RFC 854, page 14.
pub(super) const IAC: u8 = 255;
/// Begins a subnegotiation. Source: RFC 854, page 14.
pub(super) const SB: u8 = 250;
/// Ends one. Source: RFC 854, page 14.
pub(super) const SE: u8 = 240;

/// The most octets of a subnegotiation that count as one, between its option and IAC SE. Source: none; RFC 855 sets no limit, and
/// the longest in use (environments, RFC 1572) stay far below.
pub const MAX_SUBNEGOTIATION: u32 = 512;

/// A command without an option: the octet behind IAC. Source: RFC 854, pages 13 and 14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command(
    /// The octet.
    pub u8,
);

impl Command {
    /// The end of a subnegotiation; by itself it means nothing.
    pub const SUBNEGOTIATION_END: Self = Self(SE);
    /// No operation.
    pub const NO_OPERATION: Self = Self(241);
    /// The place of an urgent notification in the stream.
    pub const DATA_MARK: Self = Self(242);
    /// The key of that name.
    pub const BREAK: Self = Self(243);
    /// The function IP.
    pub const INTERRUPT_PROCESS: Self = Self(244);
    /// The function AO.
    pub const ABORT_OUTPUT: Self = Self(245);
    /// The function AYT: a server answers with some visible text.
    pub const ARE_YOU_THERE: Self = Self(246);
    /// The function EC: for [`Lines`](super::Lines) what DEL is.
    pub const ERASE_CHARACTER: Self = Self(247);
    /// The function EL: drops the unfinished line.
    pub const ERASE_LINE: Self = Self(248);
    /// Go ahead.
    pub const GO_AHEAD: Self = Self(249);
}

/// What [`Nvt`] found at the front of a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Octets of data; never empty. How many come at once says nothing, their order is that of the stream.
    Data(&'b [u8]),
    /// The peer asks for an option, offers or refuses one: for [`Options::answer`](super::Options::answer).
    Negotiation(Negotiation),
    /// A command without an option. Codes that RFC 854 does not know come here too, and mean nothing.
    Command(Command),
    /// A subnegotiation has ended. What it said is not kept, since no option that we agree to has any.
    Subnegotiation(TelnetOption),
    /// A subnegotiation is longer than [`MAX_SUBNEGOTIATION`]: told once, and its end, should there be one, is not told. All that
    /// comes before that end is lost, prompts too, so a session must close the connection
    /// (`client::Terminal` makes it a `StreamFault`).
    SubnegotiationTooLong(TelnetOption),
    /// Nothing yet: parts of a command.
    Nothing,
}

/// The octets of a telnet connection, taken apart into data and commands: the receiving half of a "network virtual terminal".
///
/// ```text
/// data         octet other than IAC
///              IAC IAC                     data of one octet 255
/// negotiation  IAC WILL|WONT|DO|DONT option       251 252 253 254
/// subnegotiat. IAC SB option *(octet / IAC IAC) IAC SE
/// command      IAC octet
/// ```
///
/// Data are lent from the input and never copied; a stream may be cut at any octet. The state is a few octets, whatever comes.
///
/// ```
/// use pdu_proto_telnet::wire::{Event, Negotiation, Nvt, TelnetOption, Verb};
///
/// let mut nvt = Nvt::default();
/// let mut stream: &[u8] = b"Comm\xFF\xFB\x01and:";
/// let mut data = Vec::new();
/// let mut asked = Vec::new();
/// while let Some((event, used)) = nvt.next(stream) {
///     stream = &stream[used..];
///     match event {
///         Event::Data(octets) => data.extend_from_slice(octets),
///         Event::Negotiation(negotiation) => asked.push(negotiation),
///         _ => {}
///     }
/// }
/// assert_eq!(data, b"Command:");
/// assert_eq!(asked, [Negotiation { verb: Verb::Will, option: TelnetOption::ECHO }]);
/// ```
///
/// Source: RFC 854, pages 13 and 14; RFC 855 for subnegotiations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Nvt {
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum State {
    #[default]
    Data,
    /// Behind IAC.
    Command,
    /// Behind IAC and a verb.
    Negotiation(Verb),
    /// Behind IAC SB.
    SubnegotiationOption,
    Subnegotiation(Skipped),
    /// Behind IAC in a subnegotiation.
    SubnegotiationCommand(Skipped),
}

/// A subnegotiation that is skipped, and how much of it was, up to one more than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Skipped {
    option: TelnetOption,
    len: u32,
}

impl Nvt {
    /// What stands at the front of `bytes`, and how many of them it takes: at least one. `None`: there are none.
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Option<(Event<'b>, usize)> {
        let &first = bytes.first()?;
        if self.state == State::Data {
            let len = bytes.iter().position(|&byte| byte == IAC).unwrap_or(bytes.len());
            if let (data @ [_, ..], _) = bytes.split_at_checked(len)? {
                return Some((Event::Data(data), len));
            }
        }
        // The second of two IAC is the octet of data itself.
        if self.state == State::Command && first == IAC {
            self.state = State::Data;
            return Some((Event::Data(bytes.get(..1)?), 1));
        }
        Some((self.octet(first), 1))
    }

    /// Forgets what was begun: what comes is another stream.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// An octet that is no data.
    fn octet(&mut self, octet: u8) -> Event<'static> {
        let (state, event) = match self.state {
            State::Data => (State::Command, Event::Nothing),
            State::Command => command(octet),
            State::Negotiation(verb) => {
                let option = TelnetOption(octet);
                (State::Data, Event::Negotiation(Negotiation { verb, option }))
            }
            State::SubnegotiationOption => {
                let option = TelnetOption(octet);
                (State::Subnegotiation(Skipped { option, len: 0 }), Event::Nothing)
            }
            State::Subnegotiation(skipped) if octet == IAC => (State::SubnegotiationCommand(skipped), Event::Nothing),
            State::SubnegotiationCommand(skipped) if octet == SE => (State::Data, skipped.end()),
            // IAC IAC is an octet of the parameters; any other command has no place here, and is skipped with them.
            State::Subnegotiation(skipped) | State::SubnegotiationCommand(skipped) => skipped.one_more(),
        };
        self.state = state;
        event
    }
}

fn command(octet: u8) -> (State, Event<'static>) {
    if octet == SB {
        return (State::SubnegotiationOption, Event::Nothing);
    }
    match Verb::of(octet) {
        Some(verb) => (State::Negotiation(verb), Event::Nothing),
        None => (State::Data, Event::Command(Command(octet))),
    }
}

/// Shows no data: any may be a password.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Data(data) => write!(f, "Data({} octets)", data.len()),
            Event::Negotiation(said) => write!(f, "{said:?}"),
            Event::Command(command) => write!(f, "{command:?}"),
            Event::Subnegotiation(option) => write!(f, "Subnegotiation({option})"),
            Event::SubnegotiationTooLong(option) => write!(f, "SubnegotiationTooLong({option})"),
            Event::Nothing => f.write_str("Nothing"),
        }
    }
}

impl Skipped {
    fn one_more(self) -> (State, Event<'static>) {
        let len = self.len.saturating_add(1).min(MAX_SUBNEGOTIATION + 1);
        let is_first_too_many = len > MAX_SUBNEGOTIATION && self.len == MAX_SUBNEGOTIATION;
        let event = if is_first_too_many {
            Event::SubnegotiationTooLong(self.option)
        } else {
            Event::Nothing
        };
        (State::Subnegotiation(Self { len, ..self }), event)
    }

    fn end(self) -> Event<'static> {
        if self.len > MAX_SUBNEGOTIATION {
            Event::Nothing
        } else {
            Event::Subnegotiation(self.option)
        }
    }
}
