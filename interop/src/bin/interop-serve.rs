//! `interop-serve PLACE`: answers any Modbus client until it is ended; prints where it listens as its first line.
//!
//! Tables of 200: holding registers that hold their address, input registers twice theirs, every third coil set, every
//! fifth discrete input. Beyond these functions it knows 07, 08, 11, 12, 17, 24 and 43/14.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use pdu_core::Instant;
use pdu_core::tokio::{Server, listen};
use pdu_interop::{Place, serial};
use pdu_proto_modbus::client::LineSettings;
use pdu_proto_modbus::server::{RegisterBank, RtuServer, RtuServerOptions, Served, Service, TcpHub};
use pdu_proto_modbus::wire::{ConformityLevel, DeviceObject, DeviceObjects, ObjectId, Registers, Request, Response};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let place = std::env::args().nth(1);
    match run(place.as_deref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(place: Option<&str>) -> Result<(), Box<dyn Error>> {
    match place.and_then(Place::parse) {
        Some(Place::Tcp(address)) => {
            let socket = TcpListener::bind(address).await?;
            announce(&socket.local_addr()?.to_string())?;
            match listen(socket, TcpHub::new(Everything::new())).run().await {}
        }
        Some(Place::RtuTcp(address)) => {
            let socket = TcpListener::bind(address).await?;
            announce(&socket.local_addr()?.to_string())?;
            loop {
                let (stream, _) = socket.accept().await?;
                let server = RtuServer::new(Everything::new(), RtuServerOptions::over_tcp());
                Server::new(server, stream).run().await?;
            }
        }
        Some(Place::Rtu(path)) => {
            let link = serial(&path)?;
            announce(&path)?;
            let server = RtuServer::new(Everything::new(), RtuServerOptions::serial(LineSettings::default()));
            Ok(Server::new(server, link).run().await?)
        }
        None => Err("usage: interop-serve tcp:ADDRESS|rtu-tcp:ADDRESS|rtu:PATH".into()),
    }
}

fn announce(place: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{place}")?;
    out.flush()
}

/// Tables, and fixed answers to the rarer functions: those of the standard's examples (V1.1b3, 6).
struct Everything {
    bank: RegisterBank,
}

const OBJECTS: &[DeviceObject<'static>] = &[
    DeviceObject {
        id: ObjectId::VENDOR_NAME,
        value: b"BKT",
    },
    DeviceObject {
        id: ObjectId::PRODUCT_CODE,
        value: b"BPS2000v2",
    },
    DeviceObject {
        id: ObjectId::MAJOR_MINOR_REVISION,
        value: b"V1.0",
    },
];

impl Everything {
    fn new() -> Self {
        let addresses = || 0..200_u16;
        let every = |step| addresses().map(|address| address % step == 0).collect::<Vec<_>>();
        let bank = RegisterBank::new()
            .with_coils(0, every(3))
            .with_discrete_inputs(0, every(5))
            .with_holding_registers(0, addresses().collect::<Vec<_>>())
            .with_input_registers(0, addresses().map(|address| 2 * address).collect::<Vec<_>>());
        Self { bank }
    }
}

impl Service for Everything {
    fn serve<'a>(&'a mut self, now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
        Served::response(match request {
            Request::ReadExceptionStatus => Response::ReadExceptionStatus { status: 0x6D },
            Request::Diagnostics { subfunction, data } => Response::Diagnostics { subfunction, data },
            Request::GetCommEventCounter => Response::GetCommEventCounter {
                status: 0xFFFF,
                event_count: 264,
            },
            Request::GetCommEventLog => Response::GetCommEventLog {
                status: 0,
                event_count: 264,
                message_count: 289,
                events: &[0x20, 0x00],
            },
            Request::ReportServerId => Response::ReportServerId {
                data: b"\x42\xFFBPS\xFF",
            },
            Request::ReadFifoQueue { .. } => Response::ReadFifoQueue {
                values: Registers::new(&[440, 4740]),
            },
            Request::ReadDeviceIdentification { code, .. } => Response::ReadDeviceIdentification {
                code,
                conformity: ConformityLevel::BASIC_STREAM,
                next: None,
                objects: DeviceObjects::new(OBJECTS),
            },
            _ => return self.bank.serve(now, unit, request),
        })
    }
}
