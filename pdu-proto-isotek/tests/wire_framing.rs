//! Lines and prompts out of a stream, wherever its reads split it.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_core::{Mode, Status};
use pdu_proto_isotek::wire::{Framing, MAX_LINE, Reply, StatusFrame, Token, datagram_line};

/// Everything but `Nothing`, as text, and what is left over.
fn read(framing: &mut Framing, mut bytes: &[u8]) -> (Vec<String>, usize) {
    let mut tokens = Vec::new();
    while let Status::Complete((token, used)) = framing.next(bytes) {
        assert!(used > 0, "no way forward in {}", bytes.escape_ascii());
        bytes = &bytes[used..];
        match token {
            Token::Line(line) => tokens.push(line.escape_ascii().to_string()),
            Token::Prompt => tokens.push("(prompt)".to_owned()),
            Token::TooLong => tokens.push("(too long)".to_owned()),
            Token::Nothing => {}
        }
    }
    (tokens, bytes.len())
}

/// The stream gives these tokens, whole and split in two anywhere.
fn gives(stream: &[u8], tokens: &[&str], left: usize) {
    let stream_as_text = stream.escape_ascii();
    let whole = read(&mut Framing::default(), stream);
    assert_eq!(
        (&whole.0[..], whole.1),
        (&tokens.map_to_strings()[..], left),
        "{stream_as_text}"
    );
    for at in 0..=stream.len() {
        let mut framing = Framing::default();
        let (mut found, kept) = read(&mut framing, &stream[..at]);
        let (more, kept) = read(&mut framing, &stream[at - kept..]);
        found.extend(more);
        assert_eq!(
            (&found[..], kept),
            (&whole.0[..], left),
            "{stream_as_text} split at {at}"
        );
    }
}

trait Strings {
    fn map_to_strings(&self) -> Vec<String>;
}

impl Strings for [&str] {
    fn map_to_strings(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[test]
fn lf_cr_and_crlf_end_a_line() {
    gives(b"OK\nOK\rOK\r\n", &["OK", "OK", "OK"], 0);
    gives(b"\n\r\r\n\n\rOK\n\n", &["OK"], 0);
    gives(b"one\rtwo\r\n\rthree\n\rfour\n", &["one", "two", "three", "four"], 0);
}

#[test]
fn a_line_that_ends_with_cr_does_not_wait_for_lf() {
    let mut framing = Framing::default();
    assert_eq!(framing.next(b"OK\r"), Status::Complete((Token::Line(b"OK"), 3)));
    assert_eq!(framing.next(b"\n"), Status::Complete((Token::Nothing, 1)));
    assert_eq!(framing.next(b""), Status::Partial { needed: 1 });
}

#[test]
fn a_line_without_its_end_is_partial() {
    gives(b"OK\nRTC=2026", &["OK"], 8);
    assert_eq!(Framing::default().next(b"RTC="), Status::Partial { needed: 5 });
}

#[test]
fn a_prompt_needs_no_end_and_may_have_text_behind_it() {
    gives(b"OK\r\n>", &["OK", "(prompt)"], 0);
    gives(b">CH0=1|230|36|\r\n", &["(prompt)", "CH0=1|230|36|"], 0);
    gives(b"> \t OK\n", &["(prompt)", "OK"], 0);
    gives(b" >> >\r\nOK\n", &["(prompt)", "(prompt)", "(prompt)", "OK"], 0);
}

#[test]
fn a_prompt_within_a_line_is_text() {
    gives(b"C1=a>b|1|0|\r\n>", &["C1=a>b|1|0|", "(prompt)"], 0);
    gives(b"OK >\n", &["OK >"], 0);
}

#[test]
fn blanks_at_the_beginning_of_a_line_are_skipped() {
    gives(b" \t OK\r\n  \r\n\tOK \n", &["OK", "OK "], 0);
}

#[test]
fn control_bytes_stay_in_the_line_for_its_reader_to_judge() {
    gives(b"\0OK\n", &["\\x00OK"], 0);
    let (strict, lenient) = (
        Reply::parse(b"\0OK", Mode::Strict),
        Reply::parse(b"\0OK", Mode::Lenient),
    );
    assert!(strict.is_err());
    assert_eq!(lenient.unwrap().value, Reply::Ok);
}

#[test]
fn a_line_that_is_too_long_is_told_once_and_skipped_to_its_end() {
    let longest = "x".repeat(MAX_LINE);
    gives(format!("{longest}\nOK\n").as_bytes(), &[&longest, "OK"], 0);
    gives(format!("{longest}x\nOK\n").as_bytes(), &["(too long)", "OK"], 0);
    gives(
        format!("{longest}x\r\n>OK\r").as_bytes(),
        &["(too long)", "(prompt)", "OK"],
        0,
    );
    gives(
        format!("{longest}{longest} > \rOK\n").as_bytes(),
        &["(too long)", "OK"],
        0,
    );
    gives(longest.as_bytes(), &[], MAX_LINE);
}

#[test]
fn a_megabyte_without_an_end_takes_no_room() {
    let mut framing = Framing::default();
    let noise = [0xFF; 4096];
    let (mut told, mut buffer) = (0, Vec::new());
    for _ in 0..256 {
        buffer.extend_from_slice(&noise);
        let (tokens, kept) = read(&mut framing, &buffer);
        told += tokens.len();
        buffer.drain(..buffer.len() - kept);
        assert!(buffer.len() <= MAX_LINE);
    }
    assert_eq!(told, 1);
    assert_eq!(read(&mut framing, b"\nOK\n").0, ["OK"]);
}

#[test]
fn a_reset_forgets_a_line_that_was_skipped() {
    let mut framing = Framing::default();
    read(&mut framing, &[b'x'; MAX_LINE + 1]);
    framing.reset();
    assert_eq!(read(&mut framing, b"OK\n").0, ["OK"]);
}

#[test]
fn status_lines_are_not_looked_for_within_a_line_that_is_skipped() {
    let mut framing = Framing::default();
    read(&mut framing, &[b'x'; MAX_LINE + 1]);
    let mut frame = StatusFrame::default();
    assert_eq!(framing.status_lines(b"CH0=1|230|36|\n", &mut frame), 0);
    assert_eq!(frame, StatusFrame::default());
}

#[test]
fn a_datagram_is_one_line_with_an_end_or_without() {
    for datagram in [&b"A?"[..], b"A?\n", b"A?\r\n", b"A?\r", b"A?\n\n"] {
        assert_eq!(datagram_line(datagram), b"A?");
    }
    assert_eq!(datagram_line(b"A?\nX"), b"A?\nX");
    assert_eq!(datagram_line(b"\r\n"), b"");
}
