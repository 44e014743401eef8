//! What the programs share: where to go, and bytes as text.

pub mod snmp;

use std::io;

use pdu_core::tokio::StreamLink;
use tokio_serial::{SerialPortBuilderExt as _, SerialStream};

/// Where the other side is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Modbus TCP: `tcp:ADDRESS`.
    Tcp(String),
    /// RTU frames over TCP: `rtu-tcp:ADDRESS`.
    RtuTcp(String),
    /// RTU on a serial port or a pseudo terminal, 9600 baud 8N1: `rtu:PATH`.
    Rtu(String),
}

impl Place {
    /// Reads one of the three forms.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, place) = text.split_once(':')?;
        match kind {
            "tcp" => Some(Self::Tcp(place.into())),
            "rtu-tcp" => Some(Self::RtuTcp(place.into())),
            "rtu" => Some(Self::Rtu(place.into())),
            _ => None,
        }
    }
}

/// Opens a serial port at the settings of the BPS2000.
pub fn serial(path: &str) -> io::Result<StreamLink<SerialStream>> {
    let port = tokio_serial::new(path, 9600).open_native_async()?;
    Ok(StreamLink(port))
}

/// Bytes as two hexadecimal digits each.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The other way round; `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}
