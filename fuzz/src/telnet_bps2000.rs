//! The console of the BPS2000: screens, the banner, and what is typed.

use core::fmt::Debug;

use pdu_core::Mode;
use pdu_proto_telnet::bps2000::{Banner, Line, Parsed, Screen, ScreenError, ScreenKind, ScreenParser};

use crate::show;

/// A byte that says which screen was asked for, then text of which the last line is the prompt: read or refused as both modes
/// must, as a screen, as a banner, and each line as one that was typed.
pub fn console(data: &[u8]) {
    let Some((&kind, text)) = data.split_first() else {
        return;
    };
    let kind = ScreenKind::ALL[usize::from(kind) % ScreenKind::ALL.len()];
    let lines: Vec<&[u8]> = text
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    screen(kind, &lines);
    banner(&lines);
    for line in &lines {
        typed(kind, line);
    }
}

fn screen(kind: ScreenKind, lines: &[&[u8]]) {
    let taken = taken(parse(kind, lines, Mode::Strict), parse(kind, lines, Mode::Lenient));
    let Some(Parsed { value, .. }) = taken else { return };
    assert_eq!(value.kind(), kind);
    let mut out = [0xEE; 8192];
    // What lenient mode leaves out, and a text as long as a line, may not be written.
    let Ok(len) = value.encode(&mut out) else { return };
    assert_eq!(value.encoded_len(), Ok(len));
    assert!(out[len..].iter().all(|&byte| byte == 0xEE), "wrote behind its end");
    let again: Vec<&[u8]> = out[..len]
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    let again = parse(kind, &again, Mode::Strict).expect("what is written is strict");
    assert!(again.value == value && again.deviations.is_empty());
}

fn parse<'a>(kind: ScreenKind, lines: &[&'a [u8]], mode: Mode) -> Result<Parsed<Screen<'a>>, ScreenError<'a>> {
    let (prompt, lines) = lines.split_last().expect("a line, if empty");
    let mut parser = ScreenParser::new(kind, mode);
    for line in lines {
        if let Err(error) = parser.push(line) {
            assert_eq!(error.line.as_bytes(), *line);
            assert!(error.fault.offset <= line.len());
            assert_eq!(parser.push(line), Err(error), "goes on after a refusal");
            return Err(error);
        }
    }
    parser.finish(prompt)
}

fn banner(lines: &[&[u8]]) {
    let parse = |mode| Banner::parse(lines.iter().copied(), mode);
    let Some(Parsed { value, .. }) = taken(parse(Mode::Strict), parse(Mode::Lenient)) else {
        return;
    };
    let mut out = [0; 8192];
    if let Ok(len) = value.encode(&mut out) {
        let again = out[..len].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
        let again = Banner::parse(again, Mode::Lenient).expect("what is written");
        assert_eq!(again.value.clock, value.clock);
        assert_eq!(again.value.uptime, value.uptime);
    }
}

fn typed(kind: ScreenKind, line: &[u8]) {
    let parse = |mode| Line::parse(kind, line, mode);
    let Some(Parsed { value, .. }) = taken(parse(Mode::Strict), parse(Mode::Lenient)) else {
        return;
    };
    let mut out = [0xEE; 256];
    let len = value.encode(&mut out).expect("what was read may be sent");
    assert!(out[..len].iter().all(|byte| matches!(byte, b' '..=b'~')));
    let again = Line::parse(kind, &out[..len], Mode::Strict).expect("what is written is strict");
    assert_eq!(again.value, value);
    let mut short = vec![0xEE; len - 1];
    assert!(value.encode(&mut short).is_err());
    assert!(short.iter().all(|&byte| byte == 0xEE), "wrote in spite of its refusal");
}

/// The lenient reading. What is taken strictly is taken leniently as the same; what only lenient mode takes has a deviation.
fn taken<T: PartialEq + Debug, E: PartialEq + Debug + core::fmt::Display>(
    strict: Result<Parsed<T>, E>,
    lenient: Result<Parsed<T>, E>,
) -> Option<Parsed<T>> {
    match (&strict, &lenient) {
        (Ok(taken), _) => {
            assert!(taken.deviations.is_empty());
            assert_eq!(strict, lenient);
        }
        (Err(error), Ok(taken)) => {
            show(error);
            assert!(!taken.deviations.is_empty(), "{taken:?} in spite of {error}");
        }
        (Err(_), Err(error)) => show(error),
    }
    lenient.ok()
}
