//! Drivers for tokio.
//!
//! [`Driver`] asks (it holds a [`Session`](crate::Session)), [`Server`] answers (it holds any
//! [`Endpoint`](crate::Endpoint)). Both move bytes between their endpoint and a [`Link`], keep its time, and obey its
//! [`LinkDemand`](crate::LinkDemand). A [`Handle`] lets many tasks share one session; [`listen`] serves all
//! connections of one [`Hub`](crate::Hub), and [`UdpDriver`] all its datagrams. All progress lies in these structs and
//! none in a future, so every future here may be dropped at any await and nothing is lost.

mod clock;
mod desk;
mod driver;
mod handle;
mod link;
mod listener;
mod ready;
mod udp;
mod wire;

pub use self::driver::{Driver, Server};
pub use self::handle::{Call, Handle, HandleOptions, Notices, Runner};
pub use self::link::{Link, StreamLink, tcp, udp};
pub use self::listener::{ListenOptions, Listener, listen};
pub use self::udp::UdpDriver;
