//! Text to lines, prompts and echoes.

use pdu_proto_telnet::wire::{Echo, Echoed, Event, Line, Lines, MAX_LINE, Nvt, Prompt, recognise};
use proptest::prelude::*;

/// Each line, `None` for one that is too long; what has no end; lines too long and octets skipped.
type Taken = (Vec<Option<Vec<u8>>>, Vec<u8>, (u64, u64));

fn taken<const N: usize>(pieces: &[&[u8]]) -> Taken {
    let (mut lines, mut told) = (Lines::<N>::new(), Vec::new());
    for mut piece in pieces.iter().copied() {
        while !piece.is_empty() {
            let (line, used) = lines.next(piece);
            assert!(used > 0 && (line.is_some() || used == piece.len()));
            told.extend(line.map(|line| match line {
                Line::Text(text) => Some(text.to_vec()),
                Line::TooLong => None,
            }));
            piece = &piece[used..];
            assert!(lines.unfinished().len() <= N);
        }
    }
    let counts = (lines.too_long(), lines.skipped());
    (told, lines.unfinished().to_vec(), counts)
}

/// The lines as text, the unfinished one last.
fn shown(stream: &[u8]) -> Vec<String> {
    let (told, unfinished, _) = taken::<MAX_LINE>(&[stream]);
    let told = told.into_iter().map(|line| line.unwrap_or(b"too long".to_vec()));
    let lines = told.chain([unfinished]);
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).collect()
}

#[test]
fn every_line_end_ends_one_line() {
    assert_eq!(shown(b"a\r\nb\nc\rd\r\0e"), ["a", "b", "c", "d", "e"]);
    assert_eq!(shown(b"a\rb\nc"), ["a", "b", "c"]);
    assert_eq!(shown(b"a\r\n\r\nb\n\nc\r\rd"), ["a", "", "b", "", "c", "", "d"]);
}

#[test]
fn line_feed_of_the_next_read_is_no_line() {
    assert_eq!(taken::<8>(&[b"a\r", b"\nb"]).0, [Some(b"a".to_vec())]);
}

#[test]
fn prompt_is_seen_without_line_end() {
    let mut lines: Lines = Lines::new();
    lines.next(b"11.Logout\r\n");
    assert_eq!(lines.unfinished(), b"");
    lines.next(b"\nPlease enter");
    assert_eq!(lines.unfinished(), b"Please enter");
    lines.next(b" the command:");
    assert_eq!(lines.unfinished(), b"Please enter the command:");
    lines.forget_unfinished();
    assert_eq!(lines.next(b"10\r"), (Some(Line::Text(b"10")), 3));
}

#[test]
fn backspace_and_delete_take_one_octet_of_the_line() {
    assert_eq!(shown(b"ab\x08c\x7F\x7Fx"), ["x"]);
    assert_eq!(shown(b"a\r\n\x08\x08b"), ["a", "b"]);
    // As a terminal is made to blank the last character.
    assert_eq!(shown(b"mainx\x08 \x08\r\n"), ["main", ""]);
}

#[test]
fn escape_sequences_are_removed() {
    assert_eq!(shown(b"\x1B[2J\x1B[1;1HCommand:"), ["Command:"]);
    assert_eq!(shown(b"Com\x1B[0;31mmand\x1B[m:"), ["Command:"]);
    assert_eq!(shown(b"\x1B]0;title\x07a\x1B]0;title\x1B\\b\x1BP1$r\x1B\\c"), ["abc"]);
    assert_eq!(shown(b"\x1B(Ba\x1B7b\x1B=c\x1B\x1B[1md"), ["abcd"]);
}

#[test]
fn unfinished_sequence_hides_no_line() {
    assert_eq!(shown(b"a\x1B[12\r\nb\x1B]0;title\r\nc\x1B\r\nd"), ["a", "b", "c", "d"]);
}

#[test]
fn other_controls_are_removed_and_tabs_and_letters_stay() {
    assert_eq!(shown(b"\0a\x07\x0B\x0C\x01b\tc"), ["ab\tc"]);
    assert_eq!(shown("Białe Błota".as_bytes()), ["Białe Błota"]);
}

#[test]
fn line_that_is_too_long_is_told_once_and_skipped_to_its_end() {
    let stream = [&vec![b'x'; 1 << 20][..], b"\r\nshort\r\n"].concat();
    let (told, unfinished, counts) = taken::<MAX_LINE>(&[&stream]);
    assert_eq!(told, [None, Some(b"short".to_vec())]);
    assert_eq!((unfinished, counts), (Vec::new(), (1, 1 << 20)));
}

#[test]
fn line_of_the_greatest_length_is_a_line() {
    assert_eq!(taken::<4>(&[b"abcd\nabcde\n"]).0, [Some(b"abcd".to_vec()), None]);
    assert_eq!(taken::<4>(&[b"abcd\x08e\n"]).0, [Some(b"abce".to_vec())]);
}

#[test]
fn prompt_is_not_seen_in_a_line_that_is_skipped() {
    let (told, unfinished, _) = taken::<8>(&[b"123456789Password:"]);
    assert_eq!((told, unfinished), (vec![None], Vec::new()));
}

#[test]
fn sequence_without_end_makes_the_line_too_long() {
    let stream = [b"a\x1B[", &[b'1'; 5000][..], b"\nb\n"].concat();
    assert_eq!(taken::<MAX_LINE>(&[&stream]).0, [None, Some(b"b".to_vec())]);
}

#[test]
fn what_somebody_types_is_not_in_debug() {
    let mut lines: Lines = Lines::new();
    lines.next(b"hunter2");
    assert!(!format!("{lines:?}").contains("hunter2"));
    assert_eq!(format!("{:?}", Echo::Password(b"hunter2")), "Password(..)");
}

const PROMPTS: [Prompt<'static, u8>; 2] = [
    Prompt::new(b"Password:", 1),
    Prompt::new(b"Please enter the command:", 2),
];

#[test]
fn prompt_is_its_text_and_blanks() {
    assert_eq!(recognise(&PROMPTS, b"Password:"), Some(1));
    assert_eq!(recognise(&PROMPTS, b"Please enter the command: \t "), Some(2));
}

#[test]
fn prompt_within_a_line_is_none() {
    for text in [
        &b""[..],
        b"Password",
        b"SMTP Password:",
        b" Password:",
        b"Password:x",
        b"password:",
        b"Password:Password:",
    ] {
        assert_eq!(recognise(&PROMPTS, text), None, "{}", text.escape_ascii());
    }
    assert!(!Prompt::new(b"", ()).is(b" "), "an empty text would be everywhere");
}

#[test]
fn echo_is_taken_from_the_line_behind_the_prompt() {
    let sent = Echo::Shown(b"master load");
    assert_eq!(sent.in_line(b" master load "), Echoed::Whole);
    assert_eq!(sent.in_line(b"master loadLoad Phase1"), Echoed::Front(b"Load Phase1"));
    assert_eq!(sent.in_line(b"Load Phase1"), Echoed::Not);
    assert_eq!(sent.in_line(b""), Echoed::Not);
    assert_eq!(Echo::Shown(b"").in_line(b""), Echoed::Whole);
    assert_eq!(Echo::Shown(b"").in_line(b"Command:"), Echoed::Not);
}

#[test]
fn password_is_taken_as_asterisks_and_as_itself() {
    let sent = Echo::Password(b"bkt");
    assert_eq!(sent.in_line(b"***"), Echoed::Whole);
    assert_eq!(sent.in_line(b"********"), Echoed::Whole);
    assert_eq!(sent.in_line(b"bkt"), Echoed::Whole);
    assert_eq!(sent.in_line(b"***Command:"), Echoed::Front(b"Command:"));
    assert_eq!(sent.in_line(b"Command:"), Echoed::Not);
    assert_eq!(Echo::Shown(b"bkt").in_line(b"***"), Echoed::Not);
}

/// Octets that are often those that matter.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![
        4 => prop::sample::select(b"\r\n\0\x08\x7F\x1B[]\\\x07".to_vec()),
        4 => b' '..=b'~',
        1 => any::<u8>(),
    ];
    prop::collection::vec(octet, 0..200)
}

/// A command that changes no data.
fn command() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (251..=254_u8, any::<u8>()).prop_map(|(verb, option)| vec![0xFF, verb, option]),
        (241..=249_u8).prop_map(|code| vec![0xFF, code]),
        prop::collection::vec(0..=0x7F_u8, 0..9)
            .prop_map(|octets| [b"\xFF\xFA\x18", &octets[..], b"\xFF\xF0"].concat()),
    ]
}

proptest! {
    #[test]
    fn any_split_gives_the_same(stream in stream(), cut in 0..200_usize) {
        let whole = taken::<16>(&[&stream]);
        let (front, back) = stream.split_at(cut.min(stream.len()));
        prop_assert_eq!(&taken::<16>(&[front, back]), &whole);
        prop_assert_eq!(&taken::<16>(&stream.chunks(1).collect::<Vec<_>>()), &whole);
    }

    #[test]
    fn commands_anywhere_change_no_text(
        text in stream(),
        commands in prop::collection::vec((0..200_usize, command()), 0..8),
    ) {
        let text: Vec<u8> = text.into_iter().filter(|&octet| octet != 0xFF).collect();
        let mut mixed: Vec<Vec<u8>> = text.iter().map(|&octet| vec![octet]).collect();
        for (at, command) in commands {
            mixed.insert(at.min(mixed.len()), command);
        }
        let (mixed, mut nvt, mut data) = (mixed.concat(), Nvt::default(), Vec::new());
        let mut rest = &mixed[..];
        while let Some((event, used)) = nvt.next(rest) {
            rest = &rest[used..];
            if let Event::Data(octets) = event {
                data.push(octets);
            }
        }
        prop_assert_eq!(taken::<64>(&data), taken::<64>(&[&text]));
    }

    #[test]
    fn no_line_has_a_control(stream in stream()) {
        let (told, unfinished, _) = taken::<16>(&[&stream]);
        for line in told.into_iter().flatten().chain([unfinished]) {
            prop_assert!(line.len() <= 16);
            prop_assert!(line.iter().all(|&octet| octet == b'\t' || (octet >= b' ' && octet != 0x7F)));
        }
    }
}

#[test]
fn debug_of_what_came_shows_no_text() {
    let mut lines: Lines = Lines::new();
    let (line, _) = lines.next(b"sesame\r\n");
    let shown = format!(
        "{line:?} {:?} {:?}",
        Event::Data(b"sesame"),
        Echo::Shown(b"open ").in_line(b"open sesame"),
    );
    assert_eq!(shown, "Some(Text(6 octets)) Data(6 octets) Front(7 octets)");
}
