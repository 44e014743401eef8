//! What holds for every line, and for every string of bytes.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers
#![cfg(feature = "proptest")]

use core::fmt::Debug;

use pdu_core::{Mode, Status};
use pdu_proto_isotek::{
    strategies,
    wire::{
        Command, Deviations, Dialect, Framing, LineEnd, MAX_LINE, NamePadding, Parsed, Reply, StatusFrame, Token,
        WireError, YearSeparator,
    },
};
use proptest::{collection::vec, prelude::*};

const DIALECT: Dialect = Dialect {
    line_end: LineEnd::Lf,
    year_separator: YearSeparator::Bar,
    name_padding: NamePadding::None,
    record_name_limit: pdu_proto_isotek::wire::RecordNameLimit(8),
};

fn encoded(encode: impl Fn(&mut [u8]) -> Result<usize, WireError>) -> Vec<u8> {
    let mut out = vec![0xEE; 1024];
    let len = encode(&mut out).unwrap();
    assert!(out[len..].iter().all(|&byte| byte == 0xEE), "wrote behind its length");
    assert!(matches!(encode(&mut out[..len - 1]), Err(WireError::Buffer { .. })));
    out.truncate(len);
    out
}

fn line_of(encoded: &[u8]) -> &[u8] {
    encoded.strip_suffix(b"\n").unwrap()
}

/// What is taken strictly is taken leniently as the same, with no deviation; what only lenient mode takes has one.
fn modes_agree<T: PartialEq + Debug>(
    strict: Result<Parsed<T>, WireError>,
    lenient: Result<Parsed<T>, WireError>,
) -> Result<(), TestCaseError> {
    match (strict, lenient) {
        (Ok(strict), lenient) => {
            prop_assert_eq!(strict.deviations, Deviations::NONE);
            prop_assert_eq!(Ok(strict), lenient);
        }
        (Err(error), Ok(lenient)) => {
            prop_assert!(!lenient.deviations.is_empty(), "{:?} in spite of {}", lenient, error);
        }
        (Err(strict), Err(lenient)) => {
            let _ = format!("{strict} {lenient} {strict:?}");
        }
    }
    Ok(())
}

/// Whatever the bytes: no panic, the modes agree, and what is taken and may be sent is taken again as the same.
fn parses_or_not(line: &[u8]) -> Result<(), TestCaseError> {
    modes_agree(Command::parse(line, Mode::Strict), Command::parse(line, Mode::Lenient))?;
    modes_agree(Reply::parse(line, Mode::Strict), Reply::parse(line, Mode::Lenient))?;
    if let Ok(Parsed { value, .. }) = Command::parse(line, Mode::Lenient)
        && value.check(&DIALECT).is_ok()
    {
        let again = encoded(|out| value.encode(&DIALECT, out));
        prop_assert_eq!(Command::parse(line_of(&again), Mode::Strict).unwrap().value, value);
    }
    if let Ok(Parsed { value, .. }) = Reply::parse(line, Mode::Lenient)
        && value.check(&DIALECT).is_ok()
    {
        let again = encoded(|out| value.encode(&DIALECT, out));
        prop_assert_eq!(Reply::parse(line_of(&again), Mode::Strict).unwrap().value, value);
    }
    Ok(())
}

/// Tokens of a stream that is offered in these pieces, those that mean nothing left out.
fn tokens(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let (mut framing, mut buffer, mut tokens) = (Framing::default(), Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        let mut used = 0;
        while let Status::Complete((token, len)) = framing.next(&buffer[used..]) {
            assert!(len > 0 && len <= buffer.len() - used);
            used += len;
            match token {
                Token::Line(line) => {
                    assert!((1..=MAX_LINE).contains(&line.len()) && line[0] != b'>');
                    tokens.push(line.to_vec());
                }
                Token::Prompt => tokens.push(b">".to_vec()),
                Token::TooLong => tokens.push(b"too long".to_vec()),
                Token::Nothing => {}
            }
        }
        buffer.drain(..used);
        assert!(buffer.len() <= MAX_LINE);
    }
    tokens
}

/// Text with as many ends, blanks and prompts as possible.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![&b"\r"[..], b"\n", b"\r\n", b" ", b"\t", b">", b"OK", b"CH1=1|230|36|", b"\0"])
            .prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..300),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A line of the manual in which some bytes are others, more or less.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        strategies::command().prop_map(|command| encoded(|out| command.encode(&DIALECT, out))),
        strategies::reply().prop_map(|reply| encoded(|out| reply.encode(&DIALECT, out))),
    ];
    let byte = prop_oneof![
        6 => prop::sample::select(b" \t|/]OolI.=:0129>-+\0kx".to_vec()),
        1 => any::<u8>(),
    ];
    let damage = vec((any::<prop::sample::Index>(), 0..3_u8, byte), 1..4);
    (line, damage).prop_map(|(line, damage)| {
        let mut line = line_of(&line).to_vec();
        for (at, how, byte) in damage {
            let at = at.index(line.len() + 1);
            match how {
                0 => line.insert(at, byte),
                1 if at < line.len() => line[at] = byte,
                2 if at < line.len() => drop(line.remove(at)),
                _ => {}
            }
        }
        line
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn commands_go_both_ways(command in strategies::command()) {
        let bytes = encoded(|out| command.encode(&DIALECT, out));
        prop_assert_eq!(bytes.len(), command.encoded_len(&DIALECT));
        for mode in [Mode::Strict, Mode::Lenient] {
            let parsed = Command::parse(line_of(&bytes), mode).unwrap();
            prop_assert_eq!((&parsed.value, parsed.deviations), (&command, Deviations::NONE));
        }
    }

    #[test]
    fn replies_go_both_ways(reply in strategies::reply()) {
        let bytes = encoded(|out| reply.encode(&DIALECT, out));
        prop_assert_eq!(bytes.len(), reply.encoded_len(&DIALECT));
        for mode in [Mode::Strict, Mode::Lenient] {
            let parsed = Reply::parse(line_of(&bytes), mode).unwrap();
            prop_assert_eq!((&parsed.value, parsed.deviations), (&reply, Deviations::NONE));
        }
    }

    #[test]
    fn what_any_dialect_sends_is_taken_leniently(
        command in strategies::command(),
        line_end in prop::sample::select(vec![LineEnd::Lf, LineEnd::Cr, LineEnd::CrLf]),
        slash in any::<bool>(),
        padded in any::<bool>(),
    ) {
        let dialect = Dialect {
            line_end,
            year_separator: if slash { YearSeparator::Slash } else { YearSeparator::Bar },
            name_padding: if padded { NamePadding::Blanks } else { NamePadding::None },
            ..DIALECT
        };
        let bytes = encoded(|out| command.encode(&dialect, out));
        let tokens = tokens(&[&bytes]);
        prop_assert_eq!(tokens.len(), 1);
        let parsed = Command::parse(&tokens[0], Mode::Lenient).unwrap();
        match (&parsed.value, &command) {
            (Command::SetConfig { config: found, .. }, Command::SetConfig { config, .. }) => {
                prop_assert_eq!(found.name.trimmed(), config.name.trimmed());
            }
            (found, command) => prop_assert_eq!(found, command),
        }
    }

    #[test]
    fn status_frames_go_both_ways(frame in strategies::status_frame()) {
        let bytes = encoded(|out| frame.encode(&DIALECT, out));
        let Ok(Status::Complete((parsed, used))) = StatusFrame::parse(&bytes, Mode::Lenient) else {
            panic!("a frame");
        };
        prop_assert_eq!((parsed.value, used), (frame, bytes.len()));
        prop_assert_eq!(parsed.deviations, frame.deviations());
        let strict = StatusFrame::parse(&bytes, Mode::Strict);
        prop_assert_eq!(strict.is_ok(), frame.deviations().is_empty());
    }

    /// The fast way takes a line exactly if the careful way takes it strictly, and reads the same.
    #[test]
    fn both_ways_to_read_a_status_line_agree(
        reply in prop_oneof![
            strategies::channel_status().prop_map(Reply::Channel),
            strategies::clock().prop_map(Reply::Clock),
        ],
        damage in vec((any::<prop::sample::Index>(), prop::sample::select(b"0123456789|=OCHRT \0/.".to_vec())), 0..3),
        removed in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = encoded(|out| reply.encode(&DIALECT, out));
        for (at, byte) in damage {
            let at = at.index(bytes.len() - 1);
            bytes[at] = byte;
        }
        if let Some(at) = removed {
            bytes.remove(at.index(bytes.len() - 1));
        }
        let mut fast = StatusFrame::default();
        let used = Framing::default().status_lines(&bytes, &mut fast);
        let mut careful = StatusFrame::default();
        match Reply::parse(line_of(&bytes), Mode::Strict) {
            Ok(Parsed { value: Reply::Channel(status), .. }) => careful.set(status),
            Ok(Parsed { value: Reply::Clock(clock), .. }) => careful.clock = Some(clock),
            _ => {}
        }
        prop_assert_eq!(fast, careful);
        prop_assert_eq!(used, if careful == StatusFrame::default() { 0 } else { bytes.len() });
    }

    #[test]
    fn damaged_lines_never_panic(line in damaged()) {
        parses_or_not(&line)?;
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300), front in prop::sample::select(vec![
        "", "A=", "CH0=", "RTC=", "P1=", "PW=", "C1=", "T=", "S1=", "P=", "OK",
    ])) {
        parses_or_not(&bytes)?;
        parses_or_not(&[front.as_bytes(), &bytes].concat())?;
        let _ = StatusFrame::parse(&bytes, Mode::Strict);
        let _ = StatusFrame::parse(&bytes, Mode::Lenient);
    }

    #[test]
    fn where_reads_split_a_stream_makes_no_difference(
        stream in stream(),
        cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<_> = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect();
        let whole = tokens(&[&stream]);
        prop_assert_eq!(&tokens(&pieces), &whole);
        let bytes: Vec<_> = stream.chunks(1).collect();
        prop_assert_eq!(&tokens(&bytes), &whole);
    }

    #[test]
    fn a_frame_is_the_same_wherever_its_reads_split(frame in strategies::status_frame(), at in any::<prop::sample::Index>()) {
        let crlf = Dialect { line_end: LineEnd::CrLf, ..DIALECT };
        let bytes = encoded(|out| frame.encode(&crlf, out));
        let at = at.index(bytes.len());
        // What is partial names a length that is not there yet, and no more than there is.
        match StatusFrame::parse(&bytes[..at], Mode::Lenient).unwrap() {
            Status::Partial { needed } => prop_assert!(needed > at && needed <= bytes.len()),
            Status::Complete((parsed, _)) => {
                prop_assert_eq!(parsed.value, frame);
                prop_assert_eq!(at, bytes.len() - 1);
            }
        }
        let (mut framing, mut read, mut buffer) = (Framing::default(), StatusFrame::default(), Vec::new());
        for piece in [&bytes[..at], &bytes[at..]] {
            buffer.extend_from_slice(piece);
            loop {
                let mut used = framing.status_lines(&buffer, &mut read);
                if used == 0 {
                    let Status::Complete((token, len)) = framing.next(&buffer) else { break };
                    used = len;
                    if let Token::Line(line) = token {
                        match Reply::parse(line, Mode::Strict).unwrap().value {
                            Reply::Channel(status) => read.push(status).unwrap(),
                            Reply::Clock(clock) => read.clock = Some(clock),
                            other => panic!("{other:?}"),
                        }
                    }
                }
                buffer.drain(..used);
            }
        }
        prop_assert_eq!(read, frame);
    }
}
