//! IsoTek SMART Power: its text protocol over TCP and on a serial port, and the search for units over UDP.

use std::collections::BTreeSet;
use std::future::ready;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use pdu_core::Path;
use pdu_core::tokio::{StreamLink, UdpDriver, tcp};
use pdu_proto_isotek::client::{Client, FrameEnd, Options};
use pdu_proto_isotek::discovery::{self, Discovery, Stray};
use pdu_proto_isotek::smart_power::Device;
use pdu_proto_isotek::wire::{Dialect, LineEnd, NamePadding, RecordNameLimit, YearSeparator};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::{Found, Manner, Plan, Scheme, Search, Sole, host, port_path};
use crate::serial::Port;
use crate::url::{Url, User};

pub(crate) use pdu_proto_isotek::discovery::PORT;

/// What the manual does not prove, and how it is named.
const KEYS: &[&str] = &[
    "year-separator",
    "name-padding",
    "record-name-limit",
    "line-end",
    "status-end",
];

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "isotek",
        form: "isotek://HOST[:501][?year-separator=bar&name-padding=none&record-name-limit=8&line-end=lf&status-end=learnt]",
        user: User::None,
        keys: KEYS,
        plan: plan_tcp,
    },
    Scheme {
        name: "isotek-serial",
        form: "isotek-serial:///dev/ttyX[?year-separator=bar&name-padding=none&record-name-limit=8&line-end=lf&status-end=learnt]",
        user: User::None,
        keys: KEYS,
        plan: plan_serial,
    },
];

fn plan_tcp(url: &Url) -> Result<Plan, String> {
    let address = (host(url)?, url.port.unwrap_or(PORT));
    let options = options(url, Options::tcp())?;
    Ok(Plan {
        shown: url.shown(),
        line: format!("isotek {address:?}"),
        settings: format!("{options:?}"),
        address: 0,
        open: Box::new(move || {
            Sole::open(
                Device::new(Client::new(options)),
                Manner::Tells,
                tcp(address, options.connect_timeout),
            )
        }),
    })
}

fn plan_serial(url: &Url) -> Result<Plan, String> {
    let port = Port::eight_n_one(port_path(url)?, 115_200);
    let options = options(url, Options::serial())?;
    Ok(Plan {
        shown: url.shown(),
        line: port.identity(),
        settings: format!("isotek {options:?}"),
        address: 0,
        open: Box::new(move || {
            let connect = move || ready(port.open().map(StreamLink));
            Sole::open(Device::new(Client::new(options)), Manner::Tells, connect)
        }),
    })
}

fn options(url: &Url, options: Options) -> Result<Options, String> {
    const YEAR_SEPARATORS: [(&str, YearSeparator); 2] = [("bar", YearSeparator::Bar), ("slash", YearSeparator::Slash)];
    const PADDINGS: [(&str, NamePadding); 2] = [("none", NamePadding::None), ("blanks", NamePadding::Blanks)];
    const LINE_ENDS: [(&str, LineEnd); 3] = [("lf", LineEnd::Lf), ("cr", LineEnd::Cr), ("crlf", LineEnd::CrLf)];
    const STATUS_ENDS: [(&str, FrameEnd); 3] = [
        ("learnt", FrameEnd::Learnt),
        ("ok", FrameEnd::Ok),
        ("bare", FrameEnd::Bare),
    ];

    let common = url.common()?;
    let limit = url.number("record-name-limit", 1..=64)?.map(RecordNameLimit);
    Ok(Options {
        dialect: Dialect {
            year_separator: url.word("year-separator", &YEAR_SEPARATORS)?.unwrap_or_default(),
            name_padding: url.word("name-padding", &PADDINGS)?.unwrap_or_default(),
            line_end: url.word("line-end", &LINE_ENDS)?.unwrap_or_default(),
            record_name_limit: limit.unwrap_or_default(),
        },
        frame_end: url.word("status-end", &STATUS_ENDS)?.unwrap_or_default(),
        mode: common.mode(),
        timeout: common.timeout,
        connect_timeout: common.timeout,
        retries: common.retries,
        ..options
    })
}

/// Who answers at an address, be it everybody's or one unit's. Asked twice, since a datagram may get lost.
pub(crate) async fn discover(to: SocketAddr, wait: Duration) -> io::Result<Search> {
    const QUESTIONS: u32 = 2;
    let socket = socket_for(to).await?;
    // A driver counts what the system does not send; whether there is a way at all is known beforehand, with its reason.
    socket_for(to).await?.connect(to).await?;
    let mut driver = UdpDriver::new(socket, Discovery::new());
    for _ in 0..QUESTIONS {
        let now = driver.now();
        let _ = driver.hub_mut().ask(now, Path::to(to));
        let _ = timeout(wait / QUESTIONS, driver.run()).await;
    }
    if driver.unsent() >= QUESTIONS.into() {
        return Err(io::Error::other("the question could not be sent"));
    }
    let units = driver.hub().units().map(|unit| found(to, unit)).collect();
    let remarks = remarks(driver.hub_mut());
    Ok(Search { units, remarks })
}

/// What came that is no unit of the table, and looks as if it wanted to be one.
fn remarks(discovery: &mut Discovery) -> BTreeSet<String> {
    let mut remarks = BTreeSet::new();
    while let Some(Stray {
        path, error, datagram, ..
    }) = discovery.poll_stray()
    {
        if let Some(error) = error {
            let datagram = String::from_utf8_lossy(&datagram);
            remarks.insert(format!("{}: refused answer {datagram:?}: {error}", path.remote));
        }
    }
    let not_kept = discovery.statistics().not_kept;
    if not_kept > 0 {
        remarks.insert(format!("{not_kept} answers more than are kept"));
    }
    remarks
}

async fn socket_for(to: SocketAddr) -> io::Result<UdpSocket> {
    let any = match to.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.set_broadcast(true)?;
    Ok(socket)
}

/// A unit has one port number for both, so the one that was asked is that of its TCP server. From which port it answers, its
/// manual does not say.
fn found(to: SocketAddr, unit: &discovery::Found) -> Found {
    let address = SocketAddr::new(unit.path.remote.ip(), to.port());
    let said = &unit.address;
    let server = |(ip, port): (Ipv4Addr, u16)| format!("{ip}:{port}");
    Found {
        url: format!("isotek://{address}"),
        address,
        serial: said.serial.as_str().into(),
        mac: said.mac.map(|octet| format!("{octet:02x}")).join(":"),
        servers: [said.server_1, said.server_2].map(server).into(),
    }
}
