use core::net::Ipv4Addr;

use nom::Parser;

use super::scan::{Bytes, Read, Refusal, Scan, Separator, ranged, refuse, span, text_of};
use super::writer::Writer;
use super::{Deviation, Expected, Field, Text, WireError};

/// Who a unit is: `A=SerialNum|MAC|ServerIP1|ServerPort1|ServerIP2|ServerPort2|`.
///
/// Its own IP address is not in the line: over UDP it is the source of the datagram (inferred).
/// Source: lines 21 and 36.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// SerialNum: text without `/`.
    pub serial: Text<'a>,
    /// MAC: the Ethernet address.
    pub mac: [u8; 6],
    /// ServerIP1 and ServerPort1: what they are for is not stated.
    pub server_1: (Ipv4Addr, u16),
    /// ServerIP2 and ServerPort2.
    pub server_2: (Ipv4Addr, u16),
}

impl Address<'_> {
    /// The same, independent of the line that it was read from.
    #[cfg(feature = "alloc")]
    pub fn into_owned(self) -> Address<'static> {
        Address {
            serial: self.serial.into_owned(),
            ..self
        }
    }

    /// The same without the line, if its serial number is short.
    pub(super) fn detached(&self) -> Result<Address<'static>, WireError> {
        Ok(Address {
            serial: self.serial.detached(Field::SerialNum)?,
            ..*self
        })
    }

    pub(super) fn check(&self) -> Result<(), WireError> {
        let (field, serial) = (Field::SerialNum, self.serial.as_str());
        match serial.bytes().position(|byte| byte == b'/') {
            _ if serial.is_empty() => Err(WireError::EmptyText { field }),
            Some(offset) => Err(WireError::Text {
                field,
                offset,
                found: b'/',
            }),
            None => Ok(()),
        }
    }

    /// `A=` and all; the Ethernet address as `00:1A:…`.
    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.bytes(b"A=");
        writer.text(&self.serial);
        writer.mac(self.mac);
        for (ip, port) in [self.server_1, self.server_2] {
            writer.ipv4(ip);
            writer.field(port.into());
        }
    }
}

/// `SerialNum|MAC|ServerIP1|ServerPort1|ServerIP2|ServerPort2|`, leniently with the separators that lines 21 and 36 have.
pub(super) fn address<'l>(scan: &Scan<'l>) -> impl Parser<Bytes<'l>, Output = Address<'l>, Error = Refusal> {
    use Separator::{Loose, LooseLast};

    let port = || ranged(5, 0_u16, u16::MAX);
    (
        scan.field(Field::SerialNum, serial, Loose),
        scan.field(Field::Mac, mac, Loose),
        scan.field(Field::ServerIp1, ipv4, Loose),
        scan.field(Field::ServerPort1, port(), Loose),
        scan.field(Field::ServerIp2, ipv4, Loose),
        scan.field(Field::ServerPort2, port(), LooseLast),
    )
        .map(|(serial, mac, ip_1, port_1, ip_2, port_2)| Address {
            serial,
            mac,
            server_1: (ip_1, port_1),
            server_2: (ip_2, port_2),
        })
}

/// Text without `/`, not empty. Leniently without a `/` before it, and the `]` of a misprinted `|` is not part of it.
fn serial<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>) -> Read<'l, Text<'l>> {
    let input = match input {
        [b'/', rest @ ..] if scan.is_lenient() => {
            scan.note(Deviation::Separator);
            rest
        }
        _ => input,
    };
    let (mut run, _) = span(input, |byte| byte != b'|' && byte != b'/');
    if let ([run_before @ .., b']'], true) = (run, scan.is_lenient()) {
        run = run_before;
    }
    if run.is_empty() {
        return refuse(scan.unexpected(field, input, Expected::Text));
    }
    text_of(scan, field, input, run.len())
}

/// Twelve hexadecimal digits, or six times two with `:` or with `-` between them.
fn mac<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>) -> Read<'l, [u8; 6]> {
    let separator = match input.get(2) {
        Some(byte @ (b':' | b'-')) => Some(*byte),
        _ => None,
    };
    let (mut mac, mut rest) = ([0; 6], input);
    for (index, octet) in mac.iter_mut().enumerate() {
        if let (Some(separator), 1..) = (separator, index) {
            rest = match rest {
                [found, behind @ ..] if *found == separator => behind,
                _ => return refuse(scan.unexpected(field, rest, Expected::MacSeparator)),
            };
        }
        for _ in 0..2 {
            let Some((digit, behind)) = hex_digit(rest) else {
                return refuse(scan.unexpected(field, rest, Expected::HexDigit));
            };
            *octet = *octet << 4 | digit;
            rest = behind;
        }
    }
    Ok((rest, mac))
}

fn hex_digit(bytes: Bytes<'_>) -> Option<(u8, Bytes<'_>)> {
    let (digit, rest) = bytes.split_first()?;
    let value = char::from(*digit).to_digit(16)?;
    Some((u8::try_from(value).ok()?, rest))
}

/// Four numbers of 1 to 3 digits, 0 to 255, with `.` between them.
fn ipv4<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>) -> Read<'l, Ipv4Addr> {
    let (mut octets, mut rest) = ([0; 4], input);
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            rest = match rest {
                [b'.', behind @ ..] => behind,
                _ => return refuse(scan.unexpected(field, rest, Expected::Dot)),
            };
        }
        (rest, *octet) = ranged(3, 0_u8, u8::MAX)(scan, field, rest)?;
    }
    Ok((rest, octets.into()))
}
