//! The octets of a telnet connection, and the lines in its data.

use pdu_core::testing::Script;
use pdu_proto_telnet::wire::{
    Echo, Echoed, Event, Line, Lines, MAX_LINE, Negotiation, Nvt, Options, Policy, Prompt, TelnetOption, encode_data,
    encode_line, encoded_data_len,
};

/// A stream and where its reads split it: what is told is that of the whole, and that of one octet at a time. Data and lines
/// come back from what is built of them.
pub fn stream(data: &[u8]) {
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
    let whole = told(&[stream]);
    assert_eq!(told(&pieces), whole);
    assert_eq!(told(&stream.chunks(1).collect::<Vec<_>>()), whole);

    data_come_back(&whole.data);
    for line in whole.lines.iter().flatten().chain([&whole.unfinished]) {
        line_comes_back(line);
    }
    peers_fall_silent(&whole.negotiations);
}

#[derive(Debug, Default, PartialEq)]
struct Told {
    data: Vec<u8>,
    negotiations: Vec<Negotiation>,
    answers: Vec<Negotiation>,
    /// Other events, and after how many octets of data.
    events: Vec<(usize, Other)>,
    /// `None`: too long.
    lines: Vec<Option<Vec<u8>>>,
    unfinished: Vec<u8>,
    /// Lines too long, and octets of those.
    counts: (u64, u64),
}

#[derive(Debug, PartialEq)]
enum Other {
    Command(u8),
    Subnegotiation(TelnetOption),
    TooLong(TelnetOption),
}

fn told(pieces: &[&[u8]]) -> Told {
    let mut told = Told::default();
    let (mut nvt, mut options, mut lines) = (Nvt::default(), Options::new(Policy::CLIENT), Lines::<MAX_LINE>::new());
    for mut piece in pieces.iter().copied() {
        while let Some((event, used)) = nvt.next(piece) {
            assert!(used > 0, "no way forward");
            piece = &piece[used..];
            take(event, &mut told, &mut options, &mut lines);
        }
        assert!(piece.is_empty());
    }
    told.unfinished = lines.unfinished().to_vec();
    told.counts = (lines.too_long(), lines.skipped());
    let too_long = told.lines.iter().filter(|line| line.is_none()).count();
    assert_eq!(told.counts.0, too_long as u64);
    told
}

fn take(event: Event<'_>, told: &mut Told, options: &mut Options, lines: &mut Lines) {
    let at = told.data.len();
    match event {
        Event::Data(octets) => {
            assert!(!octets.is_empty());
            told.data.extend_from_slice(octets);
            take_lines(octets, told, lines);
        }
        Event::Negotiation(said) => {
            told.negotiations.push(said);
            told.answers.extend(options.answer(said));
        }
        Event::Command(command) => told.events.push((at, Other::Command(command.0))),
        Event::Subnegotiation(option) => told.events.push((at, Other::Subnegotiation(option))),
        Event::SubnegotiationTooLong(option) => told.events.push((at, Other::TooLong(option))),
        _ => {}
    }
}

fn take_lines(mut octets: &[u8], told: &mut Told, lines: &mut Lines) {
    while !octets.is_empty() {
        let (line, used) = lines.next(octets);
        assert!(used > 0 && (line.is_some() || used == octets.len()), "no way forward");
        octets = &octets[used..];
        told.lines.extend(line.map(|line| match line {
            Line::Text(text) => Some(text.to_vec()),
            Line::TooLong => None,
        }));
    }
}

fn data_come_back(data: &[u8]) {
    let mut out = vec![0; encoded_data_len(data)];
    assert_eq!(encode_data(data, &mut out), Ok(out.len()));
    let again = told(&[&out]);
    assert_eq!(again.data, data);
    assert!(again.events.is_empty() && again.negotiations.is_empty());
    if let Some((_, short)) = out.split_last_mut() {
        assert!(encode_data(data, short).is_err());
    }
}

/// What was a line is one again, its own prompt as long as it is unfinished, and its own echo.
fn line_comes_back(line: &[u8]) {
    assert!(line.len() <= MAX_LINE);
    assert!(
        line.iter()
            .all(|&octet| octet == b'\t' || (octet >= b' ' && octet != 0x7F))
    );
    let mut out = [0; 2 * MAX_LINE + 2];
    let len = encode_line(line, &mut out).expect("one line");
    assert_eq!(told(&[&out[..len]]).lines, [Some(line.to_vec())]);

    assert_eq!(Prompt::new(line, ()).is(line), !line.is_empty());
    for echo in [Echo::Shown(line), Echo::Password(line)] {
        assert_eq!(echo.in_line(line), Echoed::Whole);
    }
}

/// Whatever each of two peers believes to have heard, they do not go on answering each other.
fn peers_fall_silent(heard: &[Negotiation]) {
    let mut sides = [Options::new(Policy::CLIENT), Options::new(Policy::SERVER)];
    let mut way: Vec<_> = heard
        .iter()
        .enumerate()
        .map(|(index, &said)| (index % 2, said))
        .collect();
    while let Some(offer) = sides[1].offer() {
        way.push((0, offer));
    }
    let mut left = 8 * way.len();
    while let Some((to, said)) = way.pop() {
        assert!(left > 0, "they keep each other busy");
        left -= 1;
        way.extend(sides[to].answer(said).map(|answer| (1 - to, answer)));
    }
}
