//! The lines of the IsoTek text protocol.

use core::fmt::Debug;

use pdu_core::testing::Script;
use pdu_core::{Mode, Status};
use pdu_proto_isotek::wire::{
    Command, Deviations, Dialect, Framing, LineEnd, MAX_LINE, Parsed, Reply, StatusFrame, Token, WireError,
};

use crate::show;

/// A stream and where its reads split it: the tokens are those of the whole, and each of its lines, and the whole as a line, is
/// read or refused as both modes must.
pub fn line(data: &[u8]) {
    let mut script = Script::new(data);
    let mut cuts = [script.next_u8(), script.next_u8(), script.next_u8()].map(usize::from);
    cuts.sort_unstable();
    let stream = data.get(3..).unwrap_or_default();

    let [first, second, third] = cuts.map(|cut| cut.min(stream.len()));
    let pieces = [
        &stream[..first],
        &stream[first..second],
        &stream[second..third],
        &stream[third..],
    ];
    let whole = tokens(&[stream]);
    assert_eq!(tokens(&pieces), whole);
    for line in whole.iter().chain([&stream.to_vec()]) {
        command(line);
        reply(line);
    }
    status(stream);
}

/// What stands in a stream that is read in these pieces: lines, `>` and, for a line that is too long, nothing.
fn tokens(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let (mut framing, mut buffer, mut tokens) = (Framing::default(), Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        let mut used = 0;
        while let Status::Complete((token, len)) = framing.next(&buffer[used..]) {
            assert!(len > 0, "no way forward");
            used += len;
            match token {
                Token::Line(line) => {
                    assert!(!line.is_empty() && line.len() <= MAX_LINE && line[0] != b'>');
                    tokens.push(line.to_vec());
                }
                Token::Prompt => tokens.push(b">".to_vec()),
                Token::TooLong => tokens.push(Vec::new()),
                Token::Nothing => {}
            }
        }
        buffer.drain(..used);
        assert!(buffer.len() <= MAX_LINE, "more than a line is kept");
    }
    tokens
}

fn command(line: &[u8]) {
    let taken = taken(Command::parse(line, Mode::Strict), Command::parse(line, Mode::Lenient));
    let Some(Parsed { value, deviations }) = taken else {
        return;
    };
    let again = again(line, deviations, |dialect, out| value.encode(dialect, out));
    if let Some(again) = again {
        let owned = value.into_owned();
        assert_eq!(Command::parse(&again, Mode::Strict).expect("strict").value, owned);
    }
}

fn reply(line: &[u8]) {
    let taken = taken(Reply::parse(line, Mode::Strict), Reply::parse(line, Mode::Lenient));
    let Some(Parsed { value, deviations }) = taken else {
        return;
    };
    let again = again(line, deviations, |dialect, out| value.encode(dialect, out));
    if let Some(again) = again {
        assert_eq!(Reply::parse(&again, Mode::Strict).expect("strict").value, value);
    }
}

/// The lenient reading. What is taken strictly is taken leniently as the same; what only lenient mode takes has a deviation.
fn taken<T: PartialEq + Debug>(
    strict: Result<Parsed<T>, WireError>,
    lenient: Result<Parsed<T>, WireError>,
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

/// The line that is sent for what was read, if that may be sent: no longer than the line it was read from but for zeros in
/// front, and not at all into a buffer that is one byte too small.
fn again(
    line: &[u8],
    deviations: Deviations,
    encode: impl Fn(&Dialect, &mut [u8]) -> Result<usize, WireError>,
) -> Option<Vec<u8>> {
    let dialect = Dialect {
        line_end: LineEnd::CrLf,
        ..Dialect::default()
    };
    let mut out = [0xEE; MAX_LINE + 2];
    let len = match encode(&dialect, &mut out) {
        Ok(len) => len,
        Err(error) => {
            assert!(!matches!(error, WireError::Buffer { .. }), "{}", line.escape_ascii());
            show(&error);
            return None;
        }
    };
    assert!(out[len..].iter().all(|&byte| byte == 0xEE), "wrote behind its end");
    let mut short = vec![0xEE; len - 1];
    assert!(matches!(encode(&dialect, &mut short), Err(WireError::Buffer { .. })));
    assert!(short.iter().all(|&byte| byte == 0xEE), "wrote in spite of its refusal");
    let _ = format!("{deviations:?}");
    Some(out[..len].strip_suffix(b"\r\n").expect("its end").to_vec())
}

/// A frame is the same by the fast way and line by line, and no beginning of it is one.
fn status(stream: &[u8]) {
    let strict = StatusFrame::parse(stream, Mode::Strict);
    let lenient = StatusFrame::parse(stream, Mode::Lenient);
    if let Ok(Status::Complete((strict, used))) = strict {
        assert_eq!(lenient, Ok(Status::Complete((strict, used))));
    }
    if let Ok(Status::Complete((parsed, used))) = lenient {
        assert_eq!(line_by_line(&stream[..used]), Some(parsed.value));
    }
    if let Err(error) = lenient {
        show(&error);
    }
}

fn line_by_line(mut bytes: &[u8]) -> Option<StatusFrame> {
    let (mut frame, mut framing) = (StatusFrame::default(), Framing::default());
    while let Status::Complete((token, used)) = framing.next(bytes) {
        bytes = &bytes[used..];
        let Token::Line(line) = token else { continue };
        match Reply::parse(line, Mode::Lenient).ok()?.value {
            Reply::Channel(status) => frame.push(status).ok()?,
            Reply::Clock(clock) => frame.clock = Some(clock),
            _ => return None,
        }
    }
    Some(frame)
}
