//! Whole status frames, off a stream.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_core::{Decimal, LocalDateTime, Mode, Status};
use pdu_proto_isotek::wire::{
    Channel, ChannelStatus, Deviation, Deviations, Dialect, Field, Framing, OutletState, Parsed, StatusFrame, WireError,
};

fn channel(index: u8) -> Channel {
    Channel::new(index).unwrap()
}

fn line(index: u8) -> String {
    format!(
        "CH{index}={}|{}|{}|\r\n",
        index % 2,
        220 + u16::from(index),
        u16::from(index) * 100
    )
}

/// The manual's example, lines 43 to 50, with these channels.
fn frame(channels: impl IntoIterator<Item = u8>) -> String {
    channels.into_iter().map(line).collect::<String>() + "RTC=2026|11|21|08|05|00|\r\n"
}

fn complete(bytes: &[u8], mode: Mode) -> (StatusFrame, Deviations, usize) {
    match StatusFrame::parse(bytes, mode) {
        Ok(Status::Complete((Parsed { value, deviations }, used))) => (value, deviations, used),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_frame_is_read_the_same_in_both_modes() {
    let bytes = frame(0..=16);
    let with_answer = format!("{bytes}OK\r\n>");
    for mode in [Mode::Strict, Mode::Lenient] {
        let (frame, deviations, used) = complete(with_answer.as_bytes(), mode);
        assert_eq!((deviations, used), (Deviations::NONE, bytes.len()));
        assert_eq!(frame.channels().count(), 17);
        for (index, status) in (0..).zip(frame.channels()) {
            let expected = ChannelStatus {
                channel: channel(index),
                state: if index % 2 == 1 {
                    OutletState::On
                } else {
                    OutletState::Off
                },
                voltage: Decimal::new(220 + i64::from(index), 0),
                power: Decimal::new(100 * i64::from(index), 0),
            };
            assert_eq!((status, frame.channel(channel(index))), (&expected, Some(&expected)));
        }
        assert_eq!(frame.clock, LocalDateTime::new(2026, 11, 21, 8, 5, 0));
        let mut out = [0; 512];
        let dialect = Dialect {
            line_end: pdu_proto_isotek::wire::LineEnd::CrLf,
            ..Dialect::default()
        };
        let len = frame.encode(&dialect, &mut out).unwrap();
        assert_eq!(core::str::from_utf8(&out[..len]), Ok(&bytes[..]));
        let short = frame.encode(&dialect, &mut out[..len - 1]);
        assert_eq!(
            short,
            Err(WireError::Buffer {
                needed: len,
                available: len - 1
            })
        );
    }
}

#[test]
fn every_beginning_of_a_frame_is_partial() {
    let bytes = frame(0..=16);
    // The last LF is not waited for: CR has ended the line.
    for end in 0..bytes.len() - 1 {
        for mode in [Mode::Strict, Mode::Lenient] {
            let read = StatusFrame::parse(&bytes.as_bytes()[..end], mode);
            assert!(
                matches!(read, Ok(Status::Partial { needed }) if needed > end),
                "{end}: {read:?}"
            );
        }
    }
}

#[test]
fn fewer_channels_are_lenient() {
    for (channels, expected) in [
        (0..9, &[Deviation::FewOutlets][..]),
        (1..17, &[Deviation::NoUnit]),
        (1..9, &[Deviation::NoUnit, Deviation::FewOutlets]),
        (0..0, &[Deviation::NoUnit, Deviation::FewOutlets]),
    ] {
        let bytes = frame(channels.clone());
        let (frame, deviations, _) = complete(bytes.as_bytes(), Mode::Lenient);
        assert_eq!(deviations, Deviations::of(expected));
        assert_eq!(frame.deviations(), deviations);
        let missing = (0..17).find(|index| !channels.contains(index)).unwrap();
        let strict = StatusFrame::parse(bytes.as_bytes(), Mode::Strict);
        assert_eq!(
            strict,
            Err(WireError::MissingChannel {
                channel: channel(missing)
            })
        );
    }
    assert!(StatusFrame::default().deviations().has(Deviation::NoClock));
}

#[test]
fn prompts_and_empty_lines_between_are_skipped() {
    let bytes = frame(0..=16).replace("CH7", "> \r\n\n>CH7");
    let (_, deviations, used) = complete(bytes.as_bytes(), Mode::Strict);
    assert_eq!((deviations, used), (Deviations::NONE, bytes.len()));
}

#[test]
fn any_line_end_will_do() {
    for end in ["\n", "\r", "\r\n"] {
        let bytes = frame(0..=16).replace("\r\n", end);
        let (_, _, used) = complete(bytes.as_bytes(), Mode::Strict);
        assert_eq!(used, bytes.len());
    }
}

#[test]
fn a_misprinted_line_within_is_lenient_and_told() {
    let bytes = frame(0..=16)
        .replace("CH0=", "CHO=")
        .replace("CH9=1|229|900|", "CH9=1/229/900|");
    let (frame, deviations, used) = complete(bytes.as_bytes(), Mode::Lenient);
    assert_eq!(
        deviations,
        Deviations::of(&[Deviation::IndexLetter, Deviation::Separator])
    );
    assert_eq!((frame.channels().count(), used), (17, bytes.len()));
    let strict = StatusFrame::parse(bytes.as_bytes(), Mode::Strict);
    assert!(
        matches!(
            strict,
            Err(WireError::Unexpected {
                field: Field::ChannelIndex,
                ..
            })
        ),
        "{strict:?}"
    );
}

#[test]
fn channels_out_of_order_or_twice_are_refused() {
    for (channels, last, found) in [([0, 2, 1], 2, 1), ([0, 1, 1], 1, 1), ([1, 2, 0], 2, 0)] {
        let bytes = frame(channels);
        for mode in [Mode::Strict, Mode::Lenient] {
            let (last, found) = (channel(last), channel(found));
            assert_eq!(
                StatusFrame::parse(bytes.as_bytes(), mode),
                Err(WireError::Order { last, found })
            );
        }
    }
}

#[test]
fn other_lines_are_refused() {
    let bytes = frame(0..=16).replace("CH7=", "OK\r\nCH7=");
    assert_eq!(
        StatusFrame::parse(bytes.as_bytes(), Mode::Lenient),
        Err(WireError::NotStatus)
    );
    let long = format!("{}{}", line(0), "x".repeat(300));
    let error = StatusFrame::parse(long.as_bytes(), Mode::Lenient);
    assert!(
        matches!(error, Err(WireError::LineTooLong { max: 256, .. })),
        "{error:?}"
    );
}

#[test]
fn lines_are_taken_off_a_stream_up_to_what_is_none() {
    let framing = Framing::default();
    let stream = format!("{}{}OK\r\n{}", line(0), line(1), line(2));
    let mut frame = StatusFrame::default();
    let used = framing.status_lines(stream.as_bytes(), &mut frame);
    assert_eq!(&stream[used..], format!("OK\r\n{}", line(2)));
    assert_eq!((frame.last_channel(), frame.clock), (Some(channel(1)), None));
    let used = framing.status_lines(line(2).as_bytes(), &mut frame);
    assert_eq!((used, frame.last_channel()), (line(2).len(), Some(channel(2))));
}

#[test]
fn lines_are_taken_up_to_the_clock_and_no_further() {
    let framing = Framing::default();
    let first = frame(0..=8);
    let both = first.clone() + &frame(0..=8);
    let mut read = StatusFrame::default();
    assert_eq!(framing.status_lines(both.as_bytes(), &mut read), first.len());
    assert_eq!(framing.status_lines(&both.as_bytes()[first.len()..], &mut read), 0);
}

#[test]
fn a_line_out_of_order_or_without_its_end_is_left() {
    let framing = Framing::default();
    let mut frame = StatusFrame::default();
    assert_eq!(
        framing.status_lines(format!("{}{}", line(3), line(3)).as_bytes(), &mut frame),
        line(3).len()
    );
    for rest in [
        &b"CH4=1|230|36|"[..],
        b"CH4=1|230|36|\r",
        b"CH4=1|230|36",
        b"CH",
        b"RTC=2026|1|1|1|1|1|",
        b"",
    ] {
        assert_eq!(framing.status_lines(rest, &mut frame), 0, "{}", rest.escape_ascii());
    }
}

#[test]
fn a_year_of_fewer_than_four_digits_is_refused_on_every_way() {
    // Each is as long as a year of four digits up to the next separator.
    for clock in ["26|4|21|09|05|00|", "2|11|21|09|05|00|", "202|4|21|09|05|0|"] {
        let bytes = format!("CH0=1|230|36|\nRTC={clock}\n>");
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(StatusFrame::parse(bytes.as_bytes(), mode).is_err(), "{clock}");
        }
        let mut frame = StatusFrame::default();
        Framing::default().status_lines(bytes.as_bytes(), &mut frame);
        assert_eq!(frame.clock, None, "{clock}");
    }
}
