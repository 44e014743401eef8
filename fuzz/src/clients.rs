//! Sessions, with a device that answers when the script lets it, and as the script damages it.
//!
//! The script's player asserts the contract of sessions; [`Replies`] adds that no answer is told that does not answer its
//! request.

use core::convert::Infallible;
use core::time::Duration;

use pdu_core::testing::{Script, drive_script_with_peer};
use pdu_core::{Action, Command, Delay, Point, Restart, Target};
use pdu_proto_modbus::bps2000::{Addressed, ModbusSession, Mode, SharedLine};
use pdu_proto_modbus::client::{
    ExceptionLength, LineSettings, LocalEcho, Reply, Request, RtuClient, RtuLink, RtuOptions, TcpClient, TcpOptions,
    TransactionId, UnitInReply,
};
use pdu_proto_modbus::server::{RtuServer, RtuServerOptions, TcpServer};
use pdu_proto_modbus::wire::{self, Diagnostic};

use crate::bps2000::{registers, setting};
use crate::devices::{Units, Versatile};
use crate::requests::{client_request, unit_of};
use crate::watched::{Watch, Watched};

/// Modbus TCP.
pub fn tcp(data: &[u8]) {
    let (options, rest) = tcp_options(data);
    let replies = Replies {
        units: options.unit_in_reply,
    };
    let mut session = Watched::new(TcpClient::<4>::new(options), replies);
    drive_script_with_peer(
        &mut session,
        &mut TcpServer::new(Versatile::new()),
        rest,
        client_request,
    );
}

/// Modbus RTU, on a line or over TCP.
pub fn rtu(data: &[u8]) {
    let (options, rest) = rtu_options(data);
    let replies = Replies {
        units: UnitInReply::Exact,
    };
    let mut session = Watched::new(RtuClient::<4>::new(options), replies);
    drive_script_with_peer(
        &mut session,
        &mut rtu_peer(options, Versatile::new()),
        rest,
        client_request,
    );
}

/// BPS2000 units over Modbus TCP.
pub fn bps2000_tcp(data: &[u8]) {
    let (options, rest) = tcp_options(data);
    let (units, rest) = units(rest);
    let mut session = line(TcpClient::<4>::new(options), data);
    drive_script_with_peer(&mut session, &mut TcpServer::new(units), rest, addressed);
}

/// BPS2000 units over Modbus RTU.
pub fn bps2000_rtu(data: &[u8]) {
    let (options, rest) = rtu_options(data);
    let (units, rest) = units(rest);
    let mut session = line(RtuClient::<4>::new(options), data);
    drive_script_with_peer(&mut session, &mut rtu_peer(options, units), rest, addressed);
}

fn line<S>(client: S, data: &[u8]) -> SharedLine<S> {
    let mode = if data.len().is_multiple_of(2) {
        Mode::Lenient
    } else {
        Mode::Strict
    };
    SharedLine::with_capacity(client, 6).with_decoding(mode)
}

fn units(data: &[u8]) -> (Units, &[u8]) {
    let (seed, rest) = data.split_at(data.len().min(4));
    let seed: Vec<u8> = seed
        .iter()
        .copied()
        .cycle()
        .take(if seed.is_empty() { 0 } else { 199 })
        .collect();
    let registers = registers(&seed).try_into().unwrap_or([0; 99]);
    (Units::new(registers), rest)
}

fn rtu_peer<S: pdu_proto_modbus::server::Service>(options: RtuOptions, service: S) -> RtuServer<S> {
    let options = match options.link {
        RtuLink::Serial(line) => RtuServerOptions::serial(line),
        _ => RtuServerOptions::over_tcp(),
    };
    RtuServer::new(service, options)
}

fn tcp_options(data: &[u8]) -> (TcpOptions, &[u8]) {
    let (head, rest) = data.split_at(data.len().min(3));
    let mut script = Script::new(head);
    let [numbers, quirks, times] = [script.next_u8(), script.next_u8(), script.next_u8()];
    let options = TcpOptions {
        depth: 1 + usize::from(numbers % 4),
        retries: numbers >> 2 & 3,
        silent_timeouts: numbers >> 4 & 3,
        timeout: Duration::from_millis(10 << (times & 7)),
        connect_timeout: Duration::from_millis(100),
        quarantine: Duration::from_millis(u64::from(times)),
        unit_in_reply: match quirks % 4 {
            1 => UnitInReply::Gateway,
            2 => UnitInReply::Any,
            _ => UnitInReply::Exact,
        },
        transaction_id: if quirks & 0x30 == 0x30 {
            TransactionId::NotEchoed
        } else {
            TransactionId::Echoed
        },
        exception_length: if quirks & 0xC0 == 0xC0 {
            ExceptionLength::Untold
        } else {
            ExceptionLength::Told
        },
    };
    (options, rest)
}

fn rtu_options(data: &[u8]) -> (RtuOptions, &[u8]) {
    let (head, rest) = data.split_at(data.len().min(2));
    let mut script = Script::new(head);
    let [link, times] = [script.next_u8(), script.next_u8()];
    let options = RtuOptions {
        link: match link % 4 {
            0 => RtuLink::Stream,
            1 => RtuLink::Serial(LineSettings {
                baud: 115_200,
                ..LineSettings::default()
            }),
            _ => RtuLink::Serial(LineSettings::default()),
        },
        echo: if link & 0x30 == 0x30 {
            LocalEcho::Removed
        } else {
            LocalEcho::None
        },
        retries: link >> 2 & 3,
        timeout: Duration::from_millis(10 << (times & 7)),
        quiet: Duration::from_millis(u64::from(times)),
        ..RtuOptions::default()
    };
    (options, rest)
}

/// A command for one of three units, or for one that is not there.
fn addressed(script: &mut Script<'_>) -> Option<Addressed> {
    let unit = unit_of(script.next_u8());
    let command = match script.next_u8() % 12 {
        0 => Command::Capabilities,
        1 => Command::Identity,
        2 => Command::Thresholds,
        3 => Command::ResetEnergy(Point::inlet(1)),
        4 => Command::Clock,
        5 => Command::Restart(Restart::Controller),
        6 => Command::Switch {
            target: Target::All,
            action: Action::Off,
            delay: Delay::None,
        },
        7..=9 => Command::SetThreshold(setting(script)),
        _ => Command::Snapshot,
    };
    Some(Addressed::new(unit, command))
}

/// Replies are held against their requests.
struct Replies {
    units: UnitInReply,
}

impl Replies {
    fn unit_is_allowed(&self, asked: u8, answered: u8) -> bool {
        asked == answered
            || match self.units {
                UnitInReply::Any => true,
                UnitInReply::Gateway => matches!(answered, 0 | 1 | 255),
                _ => false,
            }
    }
}

impl<S: ModbusSession> Watch<S> for Replies {
    fn done(&mut self, request: Request, result: &Result<Reply, S::Error>) {
        let Ok(reply) = result else { return };
        match reply.response() {
            Some(response) => {
                assert_eq!(request.body().check(&response), Ok(()));
                assert!(self.unit_is_allowed(request.unit(), reply.unit()));
            }
            None => assert!(is_never_answered(&request), "no answer to {request:?}"),
        }
    }

    fn notice(&mut self, never: &Infallible) {
        match *never {}
    }
}

/// Broadcasts, and the order to only listen from now on (V1.1b3, 6.8).
fn is_never_answered(request: &Request) -> bool {
    let only_listen = Diagnostic::FORCE_LISTEN_ONLY_MODE;
    request.unit() == 0
        || matches!(request.body(), wire::Request::Diagnostics { subfunction, .. } if subfunction == only_listen)
}
