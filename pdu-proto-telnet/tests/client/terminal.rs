//! The terminal below every session.

use pdu_proto_telnet::StreamFault;
use pdu_proto_telnet::client::{Echoing, Framing, Item, LineEnd, Secrecy, Terminal};
use pdu_proto_telnet::wire::{Command, Policy, TelnetOption, WireError};

fn client() -> Terminal {
    Terminal::new(Framing::Telnet(Policy::CLIENT))
}

/// All lines of a piece, and what else was found, in words.
fn found(terminal: &mut Terminal, mut octets: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let (item, used) = terminal.next(octets).unwrap();
        octets = &octets[used..];
        match item {
            Some(Item::Line(line)) => found.push(line.escape_ascii().to_string()),
            Some(other) => found.push(format!("{other:?}")),
            None => return found,
        }
    }
}

fn sent(terminal: &mut Terminal, line: &str, secrecy: Secrecy) {
    terminal.send_line(line.as_bytes(), secrecy).unwrap();
    let len = terminal.transmit().len();
    assert!(terminal.transmitted(len));
}

#[test]
fn an_echo_is_not_told_and_only_the_first_line_can_be_one() {
    let mut terminal = client();
    sent(&mut terminal, "show", Secrecy::Open);
    assert_eq!(found(&mut terminal, b"show\r\nshow\r\n"), ["show"]);
    sent(&mut terminal, "show", Secrecy::Open);
    assert_eq!(found(&mut terminal, b"x\r\nshow\r\n"), ["x", "show"]);
    sent(&mut terminal, "1", Secrecy::Open);
    assert_eq!(found(&mut terminal, b"1.Load\r\n"), ["1.Load"], "a front is no echo");
}

#[test]
fn a_prompt_is_not_part_of_the_echo_behind_it() {
    let mut terminal = client();
    found(&mut terminal, b"Password:");
    sent(&mut terminal, "secret", Secrecy::Secret);
    assert_eq!(found(&mut terminal, b"******\r\nhello\r\n"), ["hello"]);
}

#[test]
fn the_echo_of_a_line_that_looks_like_a_prompt_is_none_while_it_comes() {
    let mut terminal = client();
    sent(&mut terminal, "a> b", Secrecy::Open);
    for (octet, unfinished) in [(b"a", &b""[..]), (b">", b""), (b" ", b""), (b"c", b"a> c")] {
        found(&mut terminal, octet);
        assert_eq!(terminal.unfinished(), unfinished);
    }
    sent(&mut terminal, "secret", Secrecy::Secret);
    found(&mut terminal, b"***");
    assert_eq!(terminal.unfinished(), b"");
}

#[test]
fn with_echoing_never_every_line_is_told() {
    let mut terminal = client().with_echoing(Echoing::Never);
    sent(&mut terminal, "7", Secrecy::Open);
    assert_eq!(found(&mut terminal, b"7\r\n"), ["7"]);
}

#[test]
fn a_line_is_taken_back_only_before_it_begins_to_leave_and_what_stands_around_it_stays() {
    let mut terminal = client();
    found(&mut terminal, b"> \xFF\xFD\x18");
    terminal.send_line(b"reboot", Secrecy::Open).unwrap();
    found(&mut terminal, b"\xFF\xFD\x1F");
    assert!(terminal.withdraw_line());
    assert_eq!(terminal.transmit(), [255, 252, 24, 255, 252, 31]);
    assert_eq!((terminal.unfinished(), terminal.has_line()), (&b"> "[..], false));
    assert!(!terminal.withdraw_line());

    terminal.send_line(b"reboot", Secrecy::Open).unwrap();
    assert!(!terminal.transmitted(7), "the answers and one octet");
    assert_eq!(terminal.unfinished(), b"", "the prompt is answered");
    assert!(!terminal.withdraw_line());
    assert!(terminal.transmitted(7));
}

#[test]
fn the_end_of_a_line_is_told_whatever_leaves_with_it() {
    let mut terminal = client();
    terminal.send_line(b"a", Secrecy::Open).unwrap();
    found(&mut terminal, b"\xFF\xFD\x18");
    assert_eq!(terminal.transmit(), b"a\r\n\xFF\xFC\x18");
    assert!(terminal.transmitted(4));
    assert!(!terminal.transmitted(2));
}

#[test]
fn a_second_line_waits_for_the_first() {
    let mut terminal = client();
    terminal.send_line(b"a", Secrecy::Open).unwrap();
    let refused = terminal.send_line(b"b", Secrecy::Open);
    assert!(matches!(refused, Err(WireError::Buffer { .. })), "{refused:?}");
    assert_eq!(terminal.transmit(), b"a\r\n");
}

#[test]
fn output_is_bounded_and_comes_out_as_it_went_in() {
    let mut terminal = Terminal::new(Framing::Telnet(Policy::SERVER));
    assert!(terminal.offer());
    assert_eq!(terminal.transmit(), [255, 251, 1, 255, 251, 3]);
    assert!(!terminal.send(&[b'x'; 4091]));
    let (mut written, mut left) = (terminal.transmit().to_vec(), Vec::new());
    for n in 0..20_000_u32 {
        let text = [b'a' + u8::try_from(n % 26).unwrap(); 7];
        if terminal.send(&text) {
            written.extend_from_slice(&text);
        }
        let len = terminal.transmit().len().min(usize::try_from(n % 9).unwrap());
        left.extend_from_slice(&terminal.transmit()[..len]);
        terminal.transmitted(len);
    }
    left.extend_from_slice(terminal.transmit());
    assert!(left == written);
    assert!(terminal.transmit().len() <= 4096);
}

#[test]
fn without_telnet_octet_255_is_text() {
    let mut terminal = Terminal::new(Framing::Raw).with_line_end(LineEnd::Cr);
    assert_eq!(found(&mut terminal, b"\xFF\xFB\x01\r\n"), [r"\xff\xfb"]);
    sent(&mut terminal, "x", Secrecy::Open);
    assert!(terminal.send(b"\xFF"));
    assert_eq!(terminal.transmit(), [255]);
}

#[test]
fn commands_that_edit_the_line_do_and_are_told() {
    let mut terminal = Terminal::new(Framing::Telnet(Policy::SERVER));
    assert_eq!(found(&mut terminal, b"ab\xFF\xF7c\r\n"), ["Command(247)", "ac"]);
    assert_eq!(found(&mut terminal, b"ab\xFF\xF8c\r\n"), ["Command(248)", "c"]);
    assert_eq!(
        found(&mut terminal, b"\xFF\xF6"),
        [format!("{:?}", Command::ARE_YOU_THERE)]
    );
}

#[test]
fn a_stream_that_is_none_is_a_fault() {
    let mut terminal = client();
    let mut endless = vec![255, 250, 24];
    endless.resize(700, 0);
    assert_eq!(
        terminal.next(&endless),
        Err(StreamFault::Subnegotiation(TelnetOption::TERMINAL_TYPE))
    );
    let mut terminal = client();
    assert_eq!(
        terminal.next(&[255, 254, 1].repeat(129)),
        Err(StreamFault::Flooded(128))
    );
    let mut terminal = client();
    let with_data: Vec<u8> = [255, 254, 1, b'x', 8].repeat(1_000);
    assert_eq!(terminal.next(&with_data).unwrap(), (None, 5_000), "data in between");
}

#[test]
fn a_reset_terminal_is_a_fresh_one() {
    let mut terminal = client();
    found(&mut terminal, b"\xFF\xFB\x01begun\xFF\xFA");
    terminal.send_line(b"x", Secrecy::Secret).unwrap();
    terminal.reset();
    assert_eq!(
        (terminal.transmit(), terminal.unfinished(), terminal.has_line()),
        (&[][..], &[][..], false)
    );
    assert_eq!(found(&mut terminal, b"\xFF\xFB\x01whole\r\n"), ["whole"]);
    assert_eq!(terminal.transmit(), [255, 253, 1], "agreed upon anew");
}

#[test]
fn debug_shows_no_text() {
    let mut terminal = client();
    found(&mut terminal, b"sesame");
    terminal.send_line(b"sesame", Secrecy::Open).unwrap();
    let item = Item::Line(b"sesame");
    let shown = format!("{terminal:?} {item:?}");
    assert!(!shown.contains("sesame") && !shown.contains("115, 101"), "{shown}");
}
