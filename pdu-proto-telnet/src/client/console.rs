use alloc::vec::Vec;
use core::fmt;

use pdu_core::{Endpoint, ErrorKind, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};
use zeroize::Zeroizing;

use super::dialogue::Dialogue;
use super::{ConsoleOptions, Secrecy};
use crate::TelnetError;

/// A client of any console that shows a prompt, over TCP with telnet or without, or over a serial line: a [`Session`] that knows
/// nothing of what the lines mean.
///
/// A [`Command`] is one line, and its [`Response`] the lines up to the next prompt. One is with the device at a time; up to 8 are in
/// the table, those included whose end was not taken yet. On the way to its first command the session logs in, if
/// [`ConsoleOptions::login`] says how and the device asks.
///
/// # When a line is sent
///
/// Only while a line without an end stands there that is a known prompt, and has stood for [`ConsoleOptions::settle`]; and each
/// command once, ever, whatever happened to its reply. In all other cases nothing is sent, and the command fails:
///
/// - The prompt did not come in time: [`Timeout`](TelnetError::Timeout).
/// - The device asks for the account again behind a password, or for either once more: [`LoginRefused`](TelnetError::LoginRefused)
///   for every command that waits, since each would be one more attempt on the same account. In the middle of a reply:
///   [`LoggedOut`](TelnetError::LoggedOut).
/// - The device closes: [`Closed`](TelnetError::Closed). A command that has not left is tried on one more link, if the first was lost
///   before account or password were sent.
/// - A line of more than 512 octets, a telnet subnegotiation without an end, a flood of negotiations:
///   [`Stream`](TelnetError::Stream). A reply beyond the bounds of the settings: [`ReplyTooLong`](TelnetError::ReplyTooLong).
///
/// After any of these a TCP connection is given up, and a serial line is left alone until it was quiet; then the way to the prompt begins
/// anew. Of a command that has left nobody can tell what it did, so its effect is unknown then.
///
/// # What it cannot know
///
/// A device has no mark that tells a prompt from a value that looks like one and stands at the end of what was written so far: it is
/// told by time alone. A device that pauses for longer than [`ConsoleOptions::settle`] within such a line is misunderstood. And over a serial
/// line a reply that is later than [`ConsoleOptions::reply_timeout`] and [`ConsoleOptions::quiet`] together can be taken for the next one's.
///
/// The 7-series have such a console, by telnet and on Delta units by RS-232; its prompts and commands are not published (`help` lists
/// them, and an administrator's account is needed), so they are the caller's to give.
///
/// # Memory
///
/// About 6 KiB and the bounds of one reply; passwords are wiped when they have left, and commands when they are done with.
///
/// # Example
///
/// ```
/// use core::time::Duration;
/// use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session};
/// use pdu_proto_telnet::client::{Command, Console, ConsoleOptions, Login};
///
/// let mut options = ConsoleOptions::telnet(["> "]);
/// options.login = Some(Login::new("login:", "Password:", "admin", "secret"));
/// let (mut console, mut now) = (Console::new(options), Instant::EPOCH);
///
/// // What a driver does: the device shows something, time goes by, and what the session says leaves.
/// let mut hears = |console: &mut Console, text: &[u8]| {
///     console.handle_input(now, text);
///     now = now + Duration::from_millis(50);
///     console.handle_timeout(now);
///     let said = console.transmit().to_vec();
///     console.handle_transmitted(now, said.len());
///     said
/// };
/// console.handle_link(Instant::EPOCH, LinkEvent::Up);
/// let ticket = console.submit(Instant::EPOCH, Command::new("help")).unwrap();
/// assert_eq!(hears(&mut console, b"login: "), b"admin\r\n");
/// assert_eq!(hears(&mut console, b"admin\r\nPassword: "), b"secret\r\n");
/// assert_eq!(hears(&mut console, b"******\r\n> "), b"help\r\n");
/// assert_eq!(hears(&mut console, b"help\r\nshow\r\nexit\r\n> "), b"");
/// let Some(Event::Done { ticket: of, result: Ok(response) }) = console.poll_event() else { panic!() };
/// assert_eq!((of, &response.lines[..]), (ticket, &[b"show".to_vec(), b"exit".to_vec()][..]));
/// ```
#[derive(Debug)]
pub struct Console {
    dialogue: Dialogue,
}

/// One line for the device. It is sent once, ever.
///
/// `Debug` shows it unless it is [`secret`](Self::secret); in memory it is wiped either way.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    line: Zeroizing<Vec<u8>>,
    secrecy: Secrecy,
}

impl Command {
    /// A line, without its end. One that holds CR, LF or NUL, or is longer than 512 octets, fails with
    /// [`TelnetError::Wire`], and is not sent.
    pub fn new(line: impl Into<Vec<u8>>) -> Self {
        Self {
            line: Zeroizing::new(line.into()),
            secrecy: Secrecy::Open,
        }
    }

    /// A line that is or holds a password: its echo may be asterisks, and `Debug` does not show it.
    pub fn secret(line: impl Into<Vec<u8>>) -> Self {
        Self {
            secrecy: Secrecy::Secret,
            ..Self::new(line)
        }
    }

    /// The line.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Whether it is a secret.
    pub const fn secrecy(&self) -> Secrecy {
        self.secrecy
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.secrecy {
            Secrecy::Open => write!(f, "Command(\"{}\")", self.line.escape_ascii()),
            Secrecy::Secret => f.write_str("Command(..)"),
        }
    }
}

impl<T: Into<Vec<u8>>> From<T> for Command {
    fn from(line: T) -> Self {
        Self::new(line)
    }
}

/// What a device answered: all that it wrote between the command and the next prompt.
///
/// `Debug` counts only: a configuration that a device lists may hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The lines, without their ends, control sequences and the echo of the command.
    pub lines: Vec<Vec<u8>>,
    /// The prompt behind them, and what stands before it on its line, without blanks at the end.
    pub prompt: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} lines)", self.lines.len())
    }
}

/// What came unasked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A line that is part of no reply, not empty: a greeting, an alarm, a reply that came too late. The newest 64 are kept until
    /// they are taken.
    Line(Vec<u8>),
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Line(line) = self;
        write!(f, "Line({} octets)", line.len())
    }
}

impl Console {
    /// A client without a link.
    pub fn new(options: ConsoleOptions) -> Self {
        Self {
            dialogue: Dialogue::new(options),
        }
    }

    /// Its settings.
    pub const fn options(&self) -> &ConsoleOptions {
        self.dialogue.options()
    }

    /// How many notices were dropped because they were not taken in time.
    pub const fn notices_dropped(&self) -> u32 {
        self.dialogue.events.dropped
    }
}

impl Endpoint for Console {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.dialogue.catch_up(now);
        self.dialogue.handle_link(event);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.dialogue.catch_up(now);
        self.dialogue.take(bytes)
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.dialogue.catch_up(now);
        self.dialogue.transmitted(len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.dialogue.catch_up(now);
    }

    fn transmit(&self) -> &[u8] {
        self.dialogue.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.dialogue.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        self.dialogue.link_demand()
    }
}

impl Session for Console {
    type Request = Command;
    type Reply = Response;
    type Notice = Notice;
    type Error = TelnetError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        self.dialogue.catch_up(now);
        if self.dialogue.is_full() {
            return Err(Refused {
                request,
                kind: ErrorKind::Busy,
            });
        }
        Ok(self.dialogue.submit(request))
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.dialogue.catch_up(now);
        self.dialogue.cancel(ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.dialogue.events.next()
    }
}
