//! Serial ports and their settings.

use std::io;

use pdu_core::LineSettings;
use tokio_serial::{Parity, SerialPortBuilderExt as _, SerialStream, StopBits};

/// A serial port with 8 data bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) path: String,
    pub(crate) baud: u32,
    pub(crate) parity: Parity,
    pub(crate) stop: StopBits,
}

pub(crate) const BAUDS: [(&str, u32); 8] = [
    ("1200", 1200),
    ("2400", 2400),
    ("4800", 4800),
    ("9600", 9600),
    ("19200", 19_200),
    ("38400", 38_400),
    ("57600", 57_600),
    ("115200", 115_200),
];
pub(crate) const PARITIES: [(&str, Parity); 3] = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
pub(crate) const STOPS: [(&str, StopBits); 2] = [("1", StopBits::One), ("2", StopBits::Two)];

impl Port {
    /// 8 data bits, no parity, 1 stop bit.
    pub(crate) fn eight_n_one(path: String, baud: u32) -> Self {
        Self {
            path,
            baud,
            parity: Parity::None,
            stop: StopBits::One,
        }
    }

    /// The port itself, whatever links lead to it: two names of one port are one line.
    pub(crate) fn identity(&self) -> String {
        let path = std::fs::canonicalize(&self.path).ok();
        path.map_or_else(|| self.path.clone(), |path| path.to_string_lossy().into_owned())
    }

    pub(crate) fn open(&self) -> io::Result<SerialStream> {
        let builder = tokio_serial::new(&self.path, self.baud)
            .parity(self.parity)
            .stop_bits(self.stop);
        builder.open_native_async().map_err(io::Error::from)
    }

    /// What a URL must say of it.
    pub(crate) fn query(&self) -> String {
        let parity = word(&PARITIES, self.parity);
        let stop = word(&STOPS, self.stop);
        format!("&baud={}&parity={parity}&stop={stop}", self.baud)
    }

    /// What decides how long a byte takes: a start bit, 8 data bits, and what is set here.
    pub(crate) fn line(&self) -> LineSettings {
        let parity = u8::from(self.parity != Parity::None);
        let stop = u8::from(self.stop);
        LineSettings {
            baud: self.baud,
            bits_per_character: 9 + parity + stop,
        }
    }
}

/// Two pseudo terminals that are joined: one to keep, one for others to open, and the path of that. It must be kept open too:
/// while nobody has it open, the first one fails.
#[cfg(unix)]
pub(crate) fn pseudo_terminals() -> io::Result<(SerialStream, SerialStream, String)> {
    use tokio_serial::SerialPort as _;

    let (here, there) = SerialStream::pair()?;
    let path = there
        .name()
        .ok_or_else(|| io::Error::other("pseudo terminal without a name"))?;
    Ok((here, there, path))
}

#[cfg(not(unix))]
pub(crate) fn pseudo_terminals() -> io::Result<(SerialStream, SerialStream, String)> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "no pseudo terminals here: name a port with --device",
    ))
}

fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    let known = words.iter().find(|(_, known)| *known == value);
    known.map_or("", |(word, _)| word)
}
