//! The session with a console: typed requests, answered by walking through its menu.

mod clock;
mod console;
mod job;
mod options;
mod phase;
mod reading;
mod reply;
mod request;
mod transcript;
mod walk;

pub use options::{ClockForm, EnergyUnit, Options, Undocumented};
pub use reply::{Lines, OwnedBanner, OwnedSmtpSettings, OwnedSnmpService, Reply};
pub use request::Request;

use core::convert::Infallible;
use core::fmt;

use pdu_core::{Endpoint, ErrorKind, Event, EventOf, Instant, LinkDemand, LinkEvent, Refused, Ticket, Transport};

use self::console::Console;
use super::{Deviations, ScreenKind};
use crate::TelnetError;

/// The console session of one BPS2000: typed requests, answered by walking through its menu.
///
/// It opens a connection when something is asked, logs in, and walks: from the screen on which it stands back to the main menu, and
/// from there to the screen of the request. It stays there, since more may be asked of the same screen, and logs out when nothing is
/// asked for [`Options::idle_logout`]. One request is with the console at a time; up to 8 are in the table, those included whose end
/// was not taken yet.
///
/// # What it never does
///
/// - Type a line where it does not know where it is. Each line is typed at a prompt that has stood for [`Options::settle`], behind a
///   screen that was read whole and is the one that had to come. Whatever else comes is
///   [`Desynchronised`](TelnetError::Desynchronised) or another error; nothing more is sent, and the connection is given up.
/// - Type a line that changes the unit twice. Such a line is typed once, and its screen read anew: what was read back decides. After a
///   failure its effect is [`Unknown`](pdu_core::Effect::Unknown).
/// - Open entry 10, restart, restore factory settings or clear energy unless a request that carries
///   [`Confirmed`](crate::bps2000::Confirmed) asks for just that.
/// - Send account and password again after they were refused: all requests that wait fail then.
///
/// One thing is assumed and cannot be proven from the manual: that a setting after which no known screen comes leaves the console on
/// the screen where it was typed, as `master load` does. The next line typed is then the number before `Back`; on the main menu, should
/// the console be there, that number would open another entry, and the session would notice. Behind a setting that is never the
/// tenth. Behind `Load` it is, since `Back` of entry 1 is a 10: where a picture (lines 763 to 765) misleads, the menu that restarts
/// would be shown, nothing typed there, and the connection given up.
///
/// ```
/// use pdu_core::{Instant, LinkDemand, Endpoint, Session as _};
/// use pdu_proto_telnet::bps2000::{Member, Options, Request, Session};
///
/// let mut session = Session::new(Options::new("admin", "admin"));
/// let ticket = session.submit(Instant::EPOCH, Request::Load(Member::MASTER)).unwrap();
/// assert_eq!(session.link_demand(), LinkDemand::Open);
/// // … a driver moves bytes and time until poll_event gives the Done of this ticket …
/// # let _ = ticket;
/// ```
pub struct Session {
    console: Console,
}

impl Session {
    /// A session without a link.
    pub fn new(options: Options) -> Self {
        Self {
            console: Console::new(options),
        }
    }

    /// Its settings. The password is the one that is in force for this session.
    pub const fn options(&self) -> &Options {
        self.console.options()
    }

    /// The screen behind which it stands, at a prompt that nothing was typed at.
    pub const fn stands(&self) -> Option<ScreenKind> {
        self.console.stands()
    }

    /// How the screens that were taken so far differed from the strict form.
    pub const fn deviations(&self) -> Deviations {
        self.console.deviations()
    }
}

/// Shows no text of the device.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("options", self.options())
            .field("stands", &self.stands())
            .field("link_demand", &self.link_demand())
            .finish_non_exhaustive()
    }
}

impl Endpoint for Session {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.console.catch_up(now);
        self.console.handle_link(event);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.console.catch_up(now);
        self.console.input(bytes)
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.console.catch_up(now);
        self.console.transmitted(len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.console.catch_up(now);
    }

    fn transmit(&self) -> &[u8] {
        self.console.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.console.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        self.console.link_demand()
    }
}

impl pdu_core::Session for Session {
    type Request = Request;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = TelnetError;

    fn submit(&mut self, now: Instant, request: Request) -> Result<Ticket, Refused<Request>> {
        self.console.catch_up(now);
        if self.console.is_full() {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        Ok(self.console.submit(request))
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.console.catch_up(now);
        self.console.cancel(ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let (ticket, result) = self.console.ended.pop_front()?;
        Some(Event::Done { ticket, result })
    }
}
