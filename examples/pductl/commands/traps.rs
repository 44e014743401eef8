//! `traps`: notifications as they come.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;

use clap::Args;
use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::notification::{Received, Receiver, ReceiverOptions, Rejected};
use tokio::net::UdpSocket;

use crate::notifications::{self, NotificationJson};
use crate::outcome::{Outcome, Run, Stop};
use crate::terminal::{self, Foreign};
use crate::{credentials, engine, json};

/// Notifications as they come: traps, and informs, which are acknowledged
///
/// Those of v1 and v2c are taken whatever their community, which is not shown. Those of v3 are taken from the users in the
/// JSON file that the variable PDU_TRAP_USERS names, an array of objects:
///
/// [{"user": "rack", "auth": "sha256", "auth_password": "...", "priv": "aes128", "priv_password": "...",
///   "engine_id": "80005233..."}]
///
/// All but "user" may be left out; with "engine_id", in hexadecimal, the user is known with that engine only. Protocols are
/// named as in URLs. Alarms of 7-series units are told in words, any other notification as it came; a datagram that is not
/// believed is told on standard error. Ends after --count, or on Ctrl-C.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Address and port to listen on; below 1024 that needs a privilege
    #[arg(long, value_name = "ADDR", default_value = "0.0.0.0:162")]
    listen: SocketAddr,
    /// How many notifications; without end if not given
    #[arg(long)]
    count: Option<u64>,
    /// One object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let receiver = receiver().map_err(Stop::usage)?;
    let at_address = |error| Stop::Io(arguments.listen.to_string(), error);
    let socket = UdpSocket::bind(arguments.listen).await.map_err(at_address)?;
    if arguments.listen.port() == 0 {
        let address = socket.local_addr().map_err(at_address)?;
        terminal::complain(format_args!("listening on {address}"));
    }
    let mut driver = UdpDriver::new(socket, receiver);
    let mut left = arguments.count;
    while left != Some(0) {
        tokio::select! {
            heard = next(&mut driver) => match heard {
                Heard::Notification(heard) => {
                    show(&heard, arguments.json)?;
                    left = left.map(|left| left.saturating_sub(1));
                }
                Heard::Rejected(rejected) => complain(&rejected),
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    Ok(Outcome::Done)
}

fn receiver() -> Result<Receiver, String> {
    // Those who send informs of v3 ask for the engine first, so any name will do that nobody else has.
    let engine = engine::local(&format!("pductl {:016x}", engine::seed())).map_err(|error| error.to_string())?;
    let options = ReceiverOptions::new(engine::seed());
    let mut receiver = Receiver::new(options).with_any_community().with_engine(engine);
    for (user, engine) in credentials::trap_users()? {
        receiver = match engine {
            Some(engine) => receiver.with_user_at(engine, user),
            None => receiver.with_user(user),
        };
    }
    Ok(receiver)
}

enum Heard {
    Notification(Box<Received>),
    Rejected(Rejected),
}

/// The next datagram, once what it wants is sent.
async fn next(driver: &mut UdpDriver<Receiver>) -> Heard {
    poll_fn(|cx| {
        // First, so that an inform is answered before it is told.
        let _ = driver.poll_run(cx);
        let hub = driver.hub_mut();
        // What was not taken first, since the other may be the last that is wanted.
        let rejected = hub.poll_rejected().map(Heard::Rejected);
        let heard = rejected.or_else(|| hub.poll_event().map(Box::new).map(Heard::Notification));
        heard.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

fn show(received: &Received, as_json: bool) -> Result<(), Stop> {
    if as_json {
        terminal::print(json::line(&NotificationJson::new(received)))
    } else {
        terminal::print(notifications::in_words(received))
    }
}

fn complain(rejected: &Rejected) {
    let (from, reason) = (rejected.path.remote, rejected.reason.to_string());
    terminal::complain(format_args!("{from}: not taken: {}", Foreign(&reason)));
}
