use core::time::Duration;

/// How a console speaks, where its manual does not say, and what it allows its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether there is telnet on the wire.
    pub framing: Framing,
    /// What a client is offered when it has connected.
    pub offers: Offers,
    /// When the console shows what is typed.
    pub echo: Echo,
    /// After how long without input a session is ended; `None`, the default: never.
    pub idle: Option<Duration>,
    /// Octets of output that a connection has room for; at least what one page may take, by default 16 KiB.
    pub output: usize,
    /// Connections that a hub takes at once; by default 4.
    pub connections: usize,
}

impl Options {
    /// A console on a serial line: no telnet, and it shows what is typed.
    pub fn serial() -> Self {
        Self {
            framing: Framing::Plain,
            echo: Echo::Always,
            ..Self::default()
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            framing: Framing::Telnet,
            offers: Offers::EchoAndSuppressGoAhead,
            echo: Echo::AsAgreed,
            idle: None,
            output: 16 * 1024,
            connections: 4,
        }
    }
}

/// What the octets of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: telnet, or not.
pub enum Framing {
    /// Data and telnet's commands.
    Telnet,
    /// Data only, as on a serial line.
    Plain,
}

/// What a client is offered. Over [`Framing::Plain`] nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Offers {
    /// WILL ECHO and WILL SUPPRESS-GO-AHEAD, which make a client send each character as it is typed (RFC 858, section 5).
    EchoAndSuppressGoAhead,
    /// Nothing; a client that asks for the two is granted them.
    Nothing,
}

/// When a console shows what is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: agreed, or not asked.
pub enum Echo {
    /// Once the client has agreed to it (RFC 857). Over [`Framing::Plain`] nobody is asked: never.
    AsAgreed,
    /// Always, whatever was agreed, as simple consoles do.
    Always,
    /// Never; who asks for it is refused.
    Never,
}
