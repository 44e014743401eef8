use pdu_core::{Connection as _, Endpoint, Instant, LinkDemand, LinkEvent, Transport, earliest};

use super::connection::Connection;
use super::{Options, Service};

/// One serial line of a unit: 115200 baud, 8 data bits, no parity, 1 stop bit, by RS-232 or USB.
///
/// A status is sent every second as soon as the link is up. While the unit restarts, it neither hears nor says anything.
///
/// Source: lines 5 to 10.
#[derive(Clone, Debug)]
pub struct TextServer<S> {
    service: S,
    options: Options,
    now: Instant,
    connection: Connection,
    link: Link,
    rejected_lines: u64,
    replaced_statuses: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// There is none.
    Absent,
    Up,
    /// There is one, but the unit restarts.
    Silent {
        until: Instant,
    },
}

impl<S: Service> TextServer<S> {
    /// A server with the default options.
    pub fn new(service: S) -> Self {
        Self::with_options(service, Options::default())
    }

    /// A server with these options.
    pub fn with_options(service: S, options: Options) -> Self {
        Self {
            service,
            connection: Connection::new(&options),
            options,
            now: Instant::EPOCH,
            link: Link::Absent,
            rejected_lines: 0,
            replaced_statuses: 0,
        }
    }

    /// The unit.
    pub const fn service(&self) -> &S {
        &self.service
    }

    /// The unit, to change it.
    pub const fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// How many lines were no command.
    pub const fn rejected_lines(&self) -> u64 {
        self.rejected_lines
    }

    /// How many statuses were not sent because the line had not taken the one before: a newer one took their place.
    pub const fn replaced_statuses(&self) -> u64 {
        self.replaced_statuses
    }

    /// Lets the unit's time go by, and ends its restart.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.service.poll_timeout().is_some_and(|at| at <= self.now) {
            self.service.handle_timeout(self.now);
        }
        if let Link::Silent { until } = self.link
            && until <= self.now
        {
            self.go_up();
        }
    }

    fn go_up(&mut self) {
        self.link = Link::Up;
        self.connection.open(&mut self.service, self.now, &self.options);
    }
}

impl<S: Service> Endpoint for TextServer<S> {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.advance(now);
        match event {
            LinkEvent::Up => self.go_up(),
            LinkEvent::Lost => {
                self.link = Link::Absent;
                self.connection.clear();
            }
            // A line that only listens still wants to hear.
            _ => {}
        }
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.advance(now);
        if self.link != Link::Up {
            return bytes.len();
        }
        let connection = &mut self.connection;
        let taken = connection.handle_input(&mut self.service, self.now, &self.options, bytes);
        self.rejected_lines += taken.rejected;
        if let Some(down) = taken.restart {
            self.link = Link::Silent { until: self.now + down };
        }
        taken.len
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.advance(now);
        let connection = &mut self.connection;
        connection.handle_transmitted(&mut self.service, self.now, &self.options, len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        let connection = &mut self.connection;
        self.replaced_statuses += connection.handle_timeout(&mut self.service, self.now, &self.options);
    }

    fn transmit(&self) -> &[u8] {
        self.connection.output()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let link = match self.link {
            Link::Silent { until } => Some(until),
            _ => self.connection.poll_timeout(),
        };
        earliest(link, self.service.poll_timeout())
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Open
    }
}
