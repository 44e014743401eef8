//! Octets of a connection: data, commands and negotiation.

use pdu_proto_telnet::wire::{
    Command, Event, MAX_SUBNEGOTIATION, Negotiation, Nvt, OptionSet, Options, Policy, TelnetOption, Verb, WireError,
    encode_data, encode_line, encoded_data_len,
};
use proptest::prelude::*;

/// Data, joined, and all other events, with the number of octets of data before each.
fn taken(pieces: &[&[u8]]) -> (Vec<u8>, Vec<(usize, String)>) {
    let (mut nvt, mut data, mut others) = (Nvt::default(), Vec::new(), Vec::new());
    for mut piece in pieces.iter().copied() {
        while let Some((event, used)) = nvt.next(piece) {
            assert!(used > 0);
            piece = &piece[used..];
            match event {
                Event::Data(octets) => data.extend_from_slice(octets),
                Event::Nothing => {}
                other => others.push((data.len(), format!("{other:?}"))),
            }
        }
    }
    (data, others)
}

fn events(stream: &[u8]) -> Vec<String> {
    taken(&[stream]).1.into_iter().map(|(_, event)| event).collect()
}

fn said(verb: Verb, option: TelnetOption) -> Negotiation {
    Negotiation { verb, option }
}

const ECHO: TelnetOption = TelnetOption::ECHO;
const SGA: TelnetOption = TelnetOption::SUPPRESS_GO_AHEAD;

#[test]
fn doubled_iac_is_one_octet_of_data() {
    assert_eq!(taken(&[b"a\xFF\xFFb\xFF\xFF"]).0, b"a\xFFb\xFF");
    assert_eq!(taken(&[b"a\xFF", b"\xFFb"]).0, b"a\xFFb");
}

#[test]
fn negotiation_in_a_word_is_told_at_its_place() {
    let (data, others) = taken(&[b"Com\xFF\xFB\x01mand:\xFF\xFD\x18"]);
    assert_eq!(data, b"Command:");
    let will = format!("{:?}", Event::Negotiation(said(Verb::Will, ECHO)));
    let please = format!("{:?}", Event::Negotiation(said(Verb::Do, TelnetOption::TERMINAL_TYPE)));
    assert_eq!(others, [(3, will), (8, please)]);
}

#[test]
fn option_255_is_an_option_and_no_iac() {
    assert_eq!(taken(&[b"\xFF\xFB\xFFx"]).0, b"x");
}

#[test]
fn commands_without_option_take_two_octets() {
    let (data, others) = taken(&[b"a\xFF\xF1b\xFF\x00c"]);
    assert_eq!(data, b"abc");
    let named = [Command::NO_OPERATION, Command(0)].map(|command| format!("{:?}", Event::Command(command)));
    assert_eq!(others, [(1, named[0].clone()), (2, named[1].clone())]);
}

#[test]
fn subnegotiation_is_skipped_to_its_end() {
    // The parameters hold SE as itself, IAC as data, and a command that has no place there.
    let (data, others) = taken(&[b"a\xFF\xFA\x18\x01\xF0\xFF\xFF\xF0\xFF\xFB\x01text\xFF\xF0b"]);
    assert_eq!(data, b"ab");
    assert_eq!(others, [(1, "Subnegotiation(TERMINAL-TYPE)".to_owned())]);
}

#[test]
fn subnegotiation_without_end_is_told_once() {
    let mut stream = b"\xFF\xFA\x18".to_vec();
    stream.resize(1 << 20, b'x');
    assert_eq!(events(&stream), ["SubnegotiationTooLong(TERMINAL-TYPE)"]);
    assert!(size_of::<Nvt>() <= 16, "and nothing of it is kept");

    stream.extend_from_slice(b"\xFF\xF0data");
    assert_eq!(events(&stream).len(), 1);
    assert_eq!(taken(&[&stream]).0, b"data");
}

#[test]
fn subnegotiation_of_the_greatest_length_is_one() {
    let of = |len: u32| [b"\xFF\xFA\x18", &vec![b'x'; len as usize][..], b"\xFF\xF0"].concat();
    assert_eq!(events(&of(MAX_SUBNEGOTIATION)), ["Subnegotiation(TERMINAL-TYPE)"]);
    assert_eq!(
        events(&of(MAX_SUBNEGOTIATION + 1)),
        ["SubnegotiationTooLong(TERMINAL-TYPE)"]
    );
}

#[test]
fn client_lets_the_server_echo_and_leave_out_go_ahead() {
    let mut options = Options::new(Policy::CLIENT);
    for option in [ECHO, SGA] {
        assert_eq!(options.answer(said(Verb::Will, option)), Some(said(Verb::Do, option)));
    }
    assert_eq!(options.theirs(), OptionSet::NONE.with(ECHO).with(SGA));
    assert_eq!(options.ours(), OptionSet::NONE);
    assert_eq!(options.offer(), None);
}

#[test]
fn client_refuses_everything_else() {
    let mut options = Options::new(Policy::CLIENT);
    for number in 0..=255 {
        let option = TelnetOption(number);
        assert_eq!(options.answer(said(Verb::Do, option)), Some(said(Verb::Wont, option)));
        if ![ECHO, SGA].contains(&option) {
            assert_eq!(options.answer(said(Verb::Will, option)), Some(said(Verb::Dont, option)));
        }
    }
    assert_eq!((options.ours(), options.theirs()), (OptionSet::NONE, OptionSet::NONE));
}

#[test]
fn state_already_in_force_is_not_acknowledged() {
    let mut options = Options::new(Policy::CLIENT);
    assert_eq!(options.answer(said(Verb::Wont, ECHO)), None);
    assert_eq!(options.answer(said(Verb::Dont, ECHO)), None);
    assert!(options.answer(said(Verb::Will, ECHO)).is_some());
    assert_eq!(options.answer(said(Verb::Will, ECHO)), None);
    assert_eq!(options.answer(said(Verb::Wont, ECHO)), Some(said(Verb::Dont, ECHO)));
    assert_eq!(options.answer(said(Verb::Wont, ECHO)), None);
}

#[test]
fn server_offers_each_option_once_and_takes_the_answer_as_one() {
    let mut options = Options::new(Policy::SERVER);
    assert_eq!(options.offer(), Some(said(Verb::Will, ECHO)));
    assert_eq!(options.offer(), Some(said(Verb::Will, SGA)));
    assert_eq!(options.offer(), None);

    assert_eq!(options.answer(said(Verb::Do, ECHO)), None);
    assert_eq!(options.answer(said(Verb::Dont, SGA)), None);
    assert_eq!(options.ours(), OptionSet::NONE.with(ECHO));
    assert_eq!(options.offer(), None);

    // The client thinks better of both.
    assert_eq!(options.answer(said(Verb::Do, SGA)), Some(said(Verb::Will, SGA)));
    assert_eq!(options.answer(said(Verb::Dont, ECHO)), Some(said(Verb::Wont, ECHO)));
    assert_eq!(options.ours(), OptionSet::NONE.with(SGA));
    assert_eq!(options.offer(), None, "what was refused is not offered again");
}

#[test]
fn negotiation_is_three_octets() {
    assert_eq!(said(Verb::Dont, TelnetOption::LINEMODE).encode(), [0xFF, 0xFE, 0x22]);
}

#[test]
fn line_gets_its_end_and_its_iac_doubled() {
    let mut out = [0xEE; 8];
    assert_eq!(encode_line(b"a\xFFb", &mut out), Ok(6));
    assert_eq!(out, *b"a\xFF\xFFb\r\n\xEE\xEE");
}

#[test]
fn what_is_not_one_line_is_refused_and_not_repeated() {
    let mut out = [0xEE; 8];
    for line in [&b"ab\rc"[..], b"ab\nc", b"ab\0c"] {
        assert_eq!(encode_line(line, &mut out), Err(WireError::LineEnd { at: 2 }));
    }
    assert_eq!(
        encode_line(&[b'x'; 513], &mut out),
        Err(WireError::LineTooLong { len: 513 })
    );
    let error = WireError::Buffer {
        needed: 9,
        available: 8,
    };
    assert_eq!(encode_line(b"restart", &mut out), Err(error));
    assert_eq!(error.to_string(), "buffer of 8 octets, 9 needed");
    assert_eq!(out, [0xEE; 8], "nothing was written");
}

/// Octets that are often those that matter.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![3 => Just(0xFF), 3 => 0xF0..=0xFF_u8, 2 => 0..4_u8, 4 => any::<u8>()];
    prop::collection::vec(octet, 0..200)
}

proptest! {
    #[test]
    fn any_split_gives_the_same(stream in stream(), cut in 0..200_usize) {
        let whole = taken(&[&stream]);
        let (front, back) = stream.split_at(cut.min(stream.len()));
        prop_assert_eq!(&taken(&[front, back]), &whole);
        prop_assert_eq!(&taken(&stream.chunks(1).collect::<Vec<_>>()), &whole);
    }

    #[test]
    fn any_octets_come_back(data in stream()) {
        let mut out = vec![0; encoded_data_len(&data)];
        prop_assert_eq!(encode_data(&data, &mut out), Ok(out.len()));
        prop_assert_eq!(taken(&[&out]), (data, Vec::new()));
    }

    #[test]
    fn two_peers_fall_silent(octets in prop::collection::vec((251..=254_u8, 0..8_u8), 0..20)) {
        let mut sides = [Options::new(Policy::CLIENT), Options::new(Policy::SERVER)];
        let mut way: Vec<(usize, Negotiation)> = Vec::new();
        while let Some(offer) = sides[1].offer() {
            way.push((0, offer));
        }
        // Whatever either is told besides what the other says.
        for (index, (verb, option)) in octets.into_iter().enumerate() {
            let verb = [Verb::Will, Verb::Wont, Verb::Do, Verb::Dont][usize::from(verb - 251)];
            way.push((index % 2, said(verb, TelnetOption(option))));
        }
        let mut count = 0;
        while let Some((to, heard)) = way.pop() {
            count += 1;
            prop_assert!(count < 200, "they keep each other busy");
            way.extend(sides[to].answer(heard).map(|answer| (1 - to, answer)));
        }
    }
}
