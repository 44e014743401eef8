//! What the tests of the BPS2000's console share.
#![allow(dead_code)] // each test binary uses some of it

use pdu_core::{Decimal, Mode};
use pdu_proto_telnet::bps2000::{Levels, Parsed, Screen, ScreenError, ScreenKind, ScreenParser};

pub(crate) const PROMPT: &str = "Please enter the command:";

/// The screen in this text, whose last line is the prompt.
pub(crate) fn parse(kind: ScreenKind, text: &str, mode: Mode) -> Result<Parsed<Screen<'_>>, ScreenError<'_>> {
    let mut parser = ScreenParser::new(kind, mode);
    let mut lines: Vec<&str> = text.split("\r\n").collect();
    let prompt = lines.pop().unwrap_or_default();
    for line in lines {
        parser.push(line.as_bytes())?;
    }
    parser.finish(prompt.as_bytes())
}

/// A screen as the device sends it.
pub(crate) fn written(screen: &Screen<'_>) -> String {
    let mut out = [0; 4096];
    let len = screen.encode(&mut out).expect("a screen that may be written");
    assert_eq!(screen.encoded_len(), Ok(len));
    String::from_utf8(out[..len].to_vec()).expect("ASCII")
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn levels(high_alarm: &str, high_warning: &str, low_warning: &str, low_alarm: &str) -> Levels {
    Levels {
        high_alarm: decimal(high_alarm),
        high_warning: decimal(high_warning),
        low_warning: decimal(low_warning),
        low_alarm: decimal(low_alarm),
    }
}
