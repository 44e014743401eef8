use super::nvt::IAC;
use super::{OptionSet, TelnetOption};

/// What is said about an option. Source: RFC 854, page 14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
// Exhaustive on purpose: the protocol has four.
pub enum Verb {
    /// The sender does it, or offers to.
    Will = 251,
    /// The sender does not do it.
    Wont = 252,
    /// The receiver is to do it, or may.
    Do = 253,
    /// The receiver is not to do it.
    Dont = 254,
}

impl Verb {
    pub(super) const fn of(octet: u8) -> Option<Self> {
        Some(match octet {
            251 => Self::Will,
            252 => Self::Wont,
            253 => Self::Do,
            254 => Self::Dont,
            _ => return None,
        })
    }
}

/// A request about an option, or the answer to one: both look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Negotiation {
    /// What is said.
    pub verb: Verb,
    /// Of which option.
    pub option: TelnetOption,
}

impl Negotiation {
    /// Octets of a negotiation.
    pub const LEN: usize = 3;

    /// IAC, the verb, the option. Source: RFC 854, page 14.
    pub const fn encode(self) -> [u8; Self::LEN] {
        [IAC, self.verb as u8, self.option.0]
    }
}

/// Which options a side agrees to. All others are refused, as RFC 854 allows each side to at any time (page 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// What we do if the peer says DO.
    pub ours: OptionSet,
    /// What the peer may do if it says WILL.
    pub theirs: OptionSet,
}

impl Policy {
    /// Refuses everything: the plain network virtual terminal.
    pub const REFUSE: Self = Self {
        ours: OptionSet::NONE,
        theirs: OptionSet::NONE,
    };
    /// A client of a console: the server may echo and leave the go-ahead out, as it wishes; all else is refused.
    pub const CLIENT: Self = Self {
        theirs: CONSOLE,
        ..Self::REFUSE
    };
    /// A console: it echoes and leaves the go-ahead out; all else is refused.
    pub const SERVER: Self = Self {
        ours: CONSOLE,
        ..Self::REFUSE
    };
}

/// Together these make a connection that sends character by character (RFC 858, section 5).
const CONSOLE: OptionSet = OptionSet::NONE
    .with(TelnetOption::ECHO)
    .with(TelnetOption::SUPPRESS_GO_AHEAD);

/// What both sides have agreed upon, and the answers that lead there.
///
/// A request is answered at most once, one that asks for what is already so is not answered at all, and nothing but
/// [`offer`](Self::offer) says anything unasked: so no two peers keep each other busy (RFC 854, page 3). A client:
///
/// ```
/// use pdu_proto_telnet::wire::{Negotiation, Options, Policy, TelnetOption, Verb};
///
/// let mut options = Options::new(Policy::CLIENT);
/// let will_echo = Negotiation { verb: Verb::Will, option: TelnetOption::ECHO };
/// assert_eq!(options.answer(will_echo).map(Negotiation::encode), Some([255, 253, 1])); // DO ECHO
/// assert_eq!(options.answer(will_echo), None);
/// assert!(options.theirs().has(TelnetOption::ECHO));
/// ```
///
/// Source: RFC 854, pages 2 and 3; the states are those of RFC 1143 without its queue, since nothing is ever switched off unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    ours: Side,
    theirs: Side,
}

/// One direction: who would have to do the option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Side {
    allowed: OptionSet,
    on: OptionSet,
    /// Ever offered.
    offered: OptionSet,
    /// Offered, and not yet answered.
    pending: OptionSet,
}

impl Options {
    /// Nothing agreed upon yet: every connection begins so.
    pub const fn new(policy: Policy) -> Self {
        Self {
            ours: Side::new(policy.ours),
            theirs: Side::new(policy.theirs),
        }
    }

    /// What is to be sent for what the peer said, if anything.
    pub fn answer(&mut self, said: Negotiation) -> Option<Negotiation> {
        let option = said.option;
        let verb = match said.verb {
            Verb::Will => self
                .theirs
                .asked(option)
                .map(|agrees| if agrees { Verb::Do } else { Verb::Dont }),
            Verb::Wont => self.theirs.refused(option).then_some(Verb::Dont),
            Verb::Do => self
                .ours
                .asked(option)
                .map(|agrees| if agrees { Verb::Will } else { Verb::Wont }),
            Verb::Dont => self.ours.refused(option).then_some(Verb::Wont),
        };
        verb.map(|verb| Negotiation { verb, option })
    }

    /// The next offer of what the policy lets us do: WILL, each option once. A server sends these when a client has come; who
    /// never asks for them offers nothing.
    pub fn offer(&mut self) -> Option<Negotiation> {
        let side = &mut self.ours;
        let option = side
            .allowed
            .iter()
            .find(|&option| !side.on.has(option) && !side.offered.has(option))?;
        side.offered = side.offered.with(option);
        side.pending = side.pending.with(option);
        Some(Negotiation {
            verb: Verb::Will,
            option,
        })
    }

    /// What we do, agreed upon.
    pub const fn ours(&self) -> OptionSet {
        self.ours.on
    }

    /// What the peer does, agreed upon.
    pub const fn theirs(&self) -> OptionSet {
        self.theirs.on
    }
}

impl Side {
    const fn new(allowed: OptionSet) -> Self {
        Self {
            allowed,
            on: OptionSet::NONE,
            offered: OptionSet::NONE,
            pending: OptionSet::NONE,
        }
    }

    /// DO or WILL came: is it agreed to? `None`: it needs no answer.
    fn asked(&mut self, option: TelnetOption) -> Option<bool> {
        if self.on.has(option) {
            return None;
        }
        if !self.allowed.has(option) {
            return Some(false);
        }
        self.on = self.on.with(option);
        // The answer to our offer is not answered.
        let is_answer = self.pending.has(option);
        self.pending = self.pending.without(option);
        (!is_answer).then_some(true)
    }

    /// DONT or WONT came: does that need an answer?
    fn refused(&mut self, option: TelnetOption) -> bool {
        let was_on = self.on.has(option);
        self.on = self.on.without(option);
        self.pending = self.pending.without(option);
        was_on
    }
}
