//! `decode KIND [HEX]`: bytes explained field by field.

use std::io::{self, Read as _};

use clap::Args;

use crate::decoders::{self, DecodeError, Decoded, Form, Kind, Mode};
use crate::json;
use crate::outcome::{Outcome, Run, Stop};
use crate::terminal::{self, Foreign, Hex, Paint, Style};

/// Explain bytes field by field
///
/// Messages may stand one after the other. What the standard does not allow is listed with the message that has it; what
/// leaves no message to show (a wrong CRC, a header that is none, a message that is cut) ends the decoding. A line of text
/// that is none is named so, and decoding goes on with the next line. A datagram of SNMP is one message: what stands behind it
/// is left over, and a varbind that cannot be read is shown in its place among the others. Of a telnet connection, what stands
/// behind a prompt is taken for the echo of what was typed, unless it begins a screen; a screen that is none ends at its prompt.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the bytes are
    kind: Kind,
    /// The bytes in hexadecimal, with or without blanks, colons and line ends; from standard input if not given
    hex: Vec<String>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// Standard input is the bytes themselves
    #[arg(long, conflicts_with = "hex")]
    raw: bool,
    /// Refuse whatever the standard does not allow
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Run {
    let mode = if arguments.strict { Mode::Strict } else { Mode::Lenient };
    let (bytes, text_error) = input(arguments)?;
    let mut decoded = decoders::decode(arguments.kind, &bytes, mode);
    decoded.error = decoded.error.or(text_error);
    if arguments.json {
        terminal::print(json::line(&decoded))?;
    } else {
        terminal::print(in_words(&decoded, &bytes))?;
    }
    if let Some(DecodeError { offset, message }) = &decoded.error {
        terminal::complain(format_args!("byte {offset}: {message}"));
    }
    Ok(Outcome::failed_if(decoded.error.is_some()))
}

/// The bytes. What is wrong with text from standard input is an error of the data; on the command line it is one of usage.
fn input(arguments: &Arguments) -> Result<(Vec<u8>, Option<DecodeError>), Stop> {
    if !arguments.hex.is_empty() {
        return from_hex(&arguments.hex.join(" "))
            .map(|bytes| (bytes, None))
            .map_err(|(_, error)| Stop::usage(error.message));
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::Io("standard input".into(), error))?;
    if arguments.raw {
        return Ok((bytes, None));
    }
    Ok(match from_hex(&String::from_utf8_lossy(&bytes)) {
        Ok(bytes) => (bytes, None),
        Err((bytes, error)) => (bytes, Some(error)),
    })
}

/// The bytes that the digits stand for; with an error, those before it.
fn from_hex(text: &str) -> Result<Vec<u8>, (Vec<u8>, DecodeError)> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for character in text.chars().filter(|c| !c.is_whitespace() && *c != ':') {
        let Some(digit) = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            let message = format!("'{}' is no hexadecimal digit", Foreign(&character.to_string()));
            let offset = bytes.len();
            return Err((bytes, DecodeError { offset, message }));
        };
        match high.take() {
            None => high = Some(digit << 4),
            Some(high) => bytes.push(high | digit),
        }
    }
    if high.is_some() {
        let message = "an odd number of hexadecimal digits".into();
        let offset = bytes.len();
        return Err((bytes, DecodeError { offset, message }));
    }
    Ok(bytes)
}

fn in_words(decoded: &Decoded, bytes: &[u8]) -> String {
    let paint = Paint::of_stdout();
    let mut lines = Vec::new();
    for item in &decoded.items {
        let range = item.offset..item.offset + item.len;
        let heading = format!("bytes {} to {}", range.start, range.end.saturating_sub(1));
        let octets = match item.form {
            Form::Octets => Hex(bytes.get(range).unwrap_or_default()),
            Form::Text => Hex(&[]),
        };
        let heading = paint.apply(Style::Heading, heading);
        let line = format!("{heading}  {}", paint.apply(Style::Dim, octets));
        lines.push(format!("{}\n", line.trim_end()));
        let fields = item.fields.iter().filter(|field| !field.value.is_null());
        let longest = fields.clone().map(|field| field.name.len()).max();
        let width = longest.map_or(14, |len| 14.max(len + 2));
        for field in fields {
            let names = std::iter::once(field.name).chain(std::iter::repeat(""));
            let words = field.in_words().into_iter();
            lines.extend(
                words
                    .zip(names)
                    .map(|(words, name)| format!("  {name:<width$}{words}\n")),
            );
        }
        let deviations = item.deviations.iter();
        lines.extend(deviations.map(|deviation| {
            let deviation = paint.apply(Style::Warning, Foreign(deviation));
            format!("  {:<width$}{deviation}\n", "deviation")
        }));
    }
    if !decoded.rest.is_empty() {
        lines.push(rest_in_words(&decoded.rest, paint));
    }
    lines.concat()
}

/// The beginning of what was not consumed: of a whole page nobody reads the octets.
fn rest_in_words(rest: &[u8], paint: Paint) -> String {
    const MOST: usize = 256;
    let heading = paint.apply(Style::Heading, "rest");
    match rest.split_at_checked(MOST) {
        Some((beginning, more @ [_, ..])) => {
            format!("{heading}  {} ... and {} more bytes\n", Hex(beginning), more.len())
        }
        _ => format!("{heading}  {}\n", Hex(rest)),
    }
}
