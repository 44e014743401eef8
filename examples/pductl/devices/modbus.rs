//! Modbus TCP, RTU on a serial port, RTU frames over TCP; each with BPS2000 units behind it.

use std::future::ready;
use std::io;
use std::sync::Arc;

use pdu_core::Command;
use pdu_core::tokio::{Driver, Handle, Link, StreamLink, tcp};
use pdu_proto_modbus::bps2000::{self, Addressed, ModbusSession};
use pdu_proto_modbus::client::{RtuClient, RtuLink, RtuOptions, TcpClient, TcpOptions};
use tokio_serial::{Parity, StopBits};

use super::{Ask, Asking, Failure, Line, LinkError, Plan, Scheme, host, port_path};
use crate::serial::{self, Port};
use crate::url::{Common, Url, User};

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "modbus-tcp",
        form: "modbus-tcp://HOST[:502][?unit=1&profile=bps2000]",
        user: User::None,
        keys: &["unit", "profile"],
        plan: plan_tcp,
    },
    Scheme {
        name: "modbus-rtu",
        form: "modbus-rtu:///dev/ttyX[?baud=9600&parity=none&stop=1&unit=1]",
        user: User::None,
        keys: &["baud", "parity", "stop", "unit"],
        plan: plan_serial,
    },
    Scheme {
        name: "modbus-rtu-tcp",
        form: "modbus-rtu-tcp://HOST:PORT[?unit=1]",
        user: User::None,
        keys: &["unit"],
        plan: plan_rtu_over_tcp,
    },
];

fn plan_tcp(url: &Url) -> Result<Plan, String> {
    url.word("profile", &[("bps2000", ())])?;
    let address = (host(url)?, url.port.unwrap_or(502));
    let common = url.common()?;
    Ok(Plan {
        shown: url.shown(),
        line: format!("modbus-tcp {address:?}"),
        settings: format!("{common:?}"),
        // What a unit expects there is not known; gateways take any.
        address: url.number("unit", 0..=255)?.unwrap_or(1),
        open: Box::new(move || {
            let client: TcpClient = TcpClient::new(TcpOptions {
                timeout: common.timeout,
                connect_timeout: common.timeout,
                retries: common.retries,
                ..TcpOptions::device()
            });
            line(client, common, tcp(address, common.timeout))
        }),
    })
}

fn plan_rtu_over_tcp(url: &Url) -> Result<Plan, String> {
    let address = (host(url)?, url.port.ok_or("the port is missing")?);
    let common = url.common()?;
    Ok(Plan {
        shown: url.shown(),
        line: format!("modbus-rtu-tcp {address:?}"),
        settings: format!("{common:?}"),
        address: unit_on_line(url)?,
        open: Box::new(move || {
            let client = rtu_client(RtuOptions::over_tcp(), common);
            line(client, common, tcp(address, common.timeout))
        }),
    })
}

fn plan_serial(url: &Url) -> Result<Plan, String> {
    let port = port(url)?;
    let common = url.common()?;
    Ok(Plan {
        shown: url.shown(),
        line: port.identity(),
        settings: format!("modbus {common:?} {}", port.query()),
        address: unit_on_line(url)?,
        open: Box::new(move || {
            let options = RtuOptions {
                link: RtuLink::Serial(port.line()),
                ..RtuOptions::default()
            };
            let connect = move || ready(port.open().map(StreamLink));
            line(rtu_client(options, common), common, connect)
        }),
    })
}

fn port(url: &Url) -> Result<Port, String> {
    Ok(Port {
        path: port_path(url)?,
        baud: url.word("baud", &serial::BAUDS)?.unwrap_or(9600),
        parity: url.word("parity", &serial::PARITIES)?.unwrap_or(Parity::None),
        stop: url.word("stop", &serial::STOPS)?.unwrap_or(StopBits::One),
    })
}

/// Source: MODBUS over Serial Line V1.02, 2.2.
fn unit_on_line(url: &Url) -> Result<u8, String> {
    Ok(url.number("unit", 1..=247)?.unwrap_or(1))
}

fn rtu_client(options: RtuOptions, common: Common) -> RtuClient {
    RtuClient::new(RtuOptions {
        timeout: common.timeout,
        connect_timeout: common.timeout,
        retries: common.retries,
        ..options
    })
}

/// A session on a line, and the task that drives it over links that `connect` opens.
fn line<S, L, C, F>(client: S, common: Common, connect: C) -> Arc<dyn Line>
where
    S: ModbusSession + Send + 'static,
    L: Link + Send + 'static,
    C: FnMut() -> F + Send + 'static,
    F: Future<Output = io::Result<L>> + Send + 'static,
{
    let session = bps2000::SharedLine::new(client).with_decoding(common.mode());
    let link = LinkError::default();
    let (handle, runner) = Driver::connecting(session, link.watching(connect)).into_handle();
    tokio::spawn(runner);
    Arc::new(Units { handle, link })
}

/// All units on a line.
struct Units<S: ModbusSession> {
    handle: Handle<bps2000::SharedLine<S>>,
    link: LinkError,
}

/// One of them.
struct Unit<S: ModbusSession> {
    handle: Handle<bps2000::SharedLine<S>>,
    address: u8,
    link: LinkError,
}

impl<S: ModbusSession + Send + 'static> Line for Units<S> {
    fn device(&self, address: u8) -> Arc<dyn Ask> {
        Arc::new(Unit {
            handle: self.handle.clone(),
            address,
            link: self.link.clone(),
        })
    }
}

impl<S: ModbusSession + Send + 'static> Ask for Unit<S> {
    fn ask(&self, command: Command) -> Asking<'_> {
        let request = Addressed::new(self.address, command);
        Box::pin(async move {
            let answer = self.handle.call(request).await;
            answer.map_err(|error| Failure::new(&error, &self.link))
        })
    }
}
