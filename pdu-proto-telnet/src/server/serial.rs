use core::time::Duration;

use pdu_core::{Connection as _, Endpoint, Instant, LinkDemand, LinkEvent, Transport, earliest};

use super::connection::{Connection, Desk};
use super::{Application, Options, Page};

/// A console on a serial line, which is one client that never leaves: when its session ends, the next one begins.
///
/// While the device is down, it neither hears nor says anything.
#[derive(Debug)]
pub struct SerialTerminal<A: Application> {
    application: A,
    options: Options,
    now: Instant,
    connection: Connection<A::Session>,
    line: Line,
    page: Page,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// There is none.
    Absent,
    Up,
    /// There is one, but the device is down.
    Silent {
        until: Instant,
    },
}

impl<A: Application> SerialTerminal<A> {
    /// A console that shows what is typed: [`Options::serial`].
    pub fn new(application: A) -> Self {
        Self::with_options(application, Options::serial())
    }

    /// A console with these options.
    pub fn with_options(application: A, options: Options) -> Self {
        Self {
            application,
            connection: Connection::new(&options),
            options,
            now: Instant::EPOCH,
            line: Line::Absent,
            page: Page::new(),
        }
    }

    /// What the console does.
    pub const fn application(&self) -> &A {
        &self.application
    }

    /// What the console does, to change it.
    pub const fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }

    /// Lets time go by, and ends what is over.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.application.poll_timeout().is_some_and(|at| at <= self.now) {
            self.application.handle_timeout(self.now);
        }
        match self.line {
            Line::Silent { until } if until <= self.now => self.line = Line::Up,
            Line::Up if self.connection.poll_timeout().is_some_and(|at| at <= self.now) => self.connection.end(),
            _ => {}
        }
        self.open_next();
    }

    /// Begins the next session, if there is none and its first page has room.
    fn open_next(&mut self) {
        if self.line != Line::Up || !self.connection.is_ending() || !self.connection.has_room() {
            return;
        }
        let down = self.serve(Connection::open);
        self.go_down(down);
    }

    fn serve<R>(&mut self, serve: impl FnOnce(&mut Connection<A::Session>, &mut Desk<'_, A>) -> R) -> R {
        let mut desk = Desk {
            application: &mut self.application,
            options: &self.options,
            page: &mut self.page,
            now: self.now,
        };
        serve(&mut self.connection, &mut desk)
    }

    fn go_down(&mut self, down: Option<Duration>) {
        if let Some(down) = down {
            self.line = Line::Silent { until: self.now + down };
        }
    }
}

impl<A: Application> Endpoint for SerialTerminal<A> {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        match event {
            LinkEvent::Up => {
                self.connection = Connection::new(&self.options);
                self.line = Line::Up;
            }
            LinkEvent::Lost => {
                self.connection = Connection::new(&self.options);
                self.line = Line::Absent;
            }
            // A line that only listens still wants to hear.
            _ => {}
        }
        self.advance(now);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.advance(now);
        let mut len = 0;
        while let Some(rest) = bytes.get(len..).filter(|rest| !rest.is_empty()) {
            if self.line != Line::Up {
                return bytes.len();
            }
            let taken = self.serve(|connection, desk| connection.handle_input(desk, rest));
            len += taken.len;
            self.go_down(taken.down);
            if taken.len == 0 && !self.connection.is_ending() {
                break;
            }
            self.open_next();
            if self.connection.is_ending() && self.line == Line::Up {
                break;
            }
        }
        len
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.connection.handle_transmitted(len);
        self.advance(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
    }

    fn transmit(&self) -> &[u8] {
        self.connection.output()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let line = match self.line {
            Line::Silent { until } => Some(until),
            Line::Up => self.connection.poll_timeout(),
            Line::Absent => None,
        };
        earliest(line, self.application.poll_timeout())
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Open
    }
}
