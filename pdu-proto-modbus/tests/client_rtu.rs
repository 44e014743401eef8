//! The RTU client, byte by byte.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Effect, Endpoint, Error as _, ErrorKind, Event, Instant, LinkDemand, LinkEvent, Session, Ticket};
use pdu_proto_modbus::client::{LineSettings, LocalEcho, Reply, Request, RtuClient, RtuOptions};
use pdu_proto_modbus::{ModbusError, wire};

const T0: Instant = Instant::from_micros(1_000_000);

fn at(millis: u64) -> Instant {
    T0 + Duration::from_millis(millis)
}

fn read(unit: u8, address: u16, quantity: u16) -> Request {
    Request::read_holding_registers(unit, address, quantity).unwrap()
}

fn write(unit: u8, address: u16, value: u16) -> Request {
    Request::write_single_register(unit, address, value).unwrap()
}

/// Adds the CRC.
fn frame(bytes: &[u8]) -> Vec<u8> {
    [bytes, &wire::crc16(bytes).to_le_bytes()].concat()
}

/// A client on a line that has been up and quiet for a while.
fn up<const N: usize>(options: RtuOptions) -> RtuClient<N> {
    let mut client = RtuClient::new(options);
    client.handle_link(Instant::EPOCH, LinkEvent::Up);
    client.handle_timeout(T0);
    client
}

fn flush<const N: usize>(client: &mut RtuClient<N>, now: Instant) -> Vec<u8> {
    let bytes = client.transmit().to_vec();
    client.handle_transmitted(now, bytes.len());
    bytes
}

fn done<const N: usize>(client: &mut RtuClient<N>) -> (Ticket, Result<Reply, ModbusError>) {
    match client.poll_event() {
        Some(Event::Done { ticket, result }) => (ticket, result),
        other => panic!("a Done was expected, not {other:?}"),
    }
}

fn registers(result: &Result<Reply, ModbusError>) -> Vec<u16> {
    result.as_ref().unwrap().registers().unwrap().iter().collect()
}

/// Jumps to the next wake-up.
fn wake<const N: usize>(client: &mut RtuClient<N>) -> Instant {
    let now = client.poll_timeout().unwrap();
    client.handle_timeout(now);
    now
}

/// The BPS2000 manual's example: request in line 1434, answer in line 1438.
const ASK: [u8; 8] = [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A];
const ANSWER: [u8; 7] = [0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0];

#[test]
fn the_example_of_the_manual_is_asked_and_answered() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.submit(T0, read(1, 0, 1)).unwrap();
    assert_eq!(flush(&mut client, T0), ASK);
    assert_eq!(client.handle_input(at(20), &ANSWER), 7);
    assert_eq!(registers(&done(&mut client).1), [2318]);
}

#[test]
fn an_answer_cut_at_any_byte_is_put_together() {
    for cut in 0..=ANSWER.len() {
        let mut client: RtuClient<1> = up(RtuOptions::default());
        client.submit(T0, read(1, 0, 1)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(20), &ANSWER[..cut]);
        client.handle_input(at(36), &ANSWER[cut..]); // a USB adapter's pieces come up to 16 ms apart
        assert_eq!(registers(&done(&mut client).1), [2318], "cut at {cut}");
    }
}

#[test]
fn frames_keep_three_and_a_half_characters_apart() {
    let mut client: RtuClient<2> = up(RtuOptions::default());
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(20), &ANSWER);
    assert_eq!(client.transmit(), []);
    assert_eq!(wake(&mut client), at(20) + Duration::from_micros(4011));
    assert_eq!(client.transmit(), ASK);
}

#[test]
fn the_time_on_the_wire_comes_before_the_reply_timer() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.submit(T0, read(1, 0, 125)).unwrap();
    flush(&mut client, T0);
    let line = LineSettings::default();
    let on_the_wire = line.time_of(8) + line.time_of(255);
    assert_eq!(line.time_of(256), Duration::from_micros(266_667));
    assert_eq!(client.poll_timeout(), Some(at(1_000) + on_the_wire));
}

#[test]
fn late_reply_is_not_taken_for_the_next_request() {
    let mut client: RtuClient<2> = up(RtuOptions {
        retries: 0,
        ..RtuOptions::default()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.submit(T0, read(1, 7, 1)).unwrap();
    flush(&mut client, T0);
    let overdue = wake(&mut client);
    assert_eq!(done(&mut client).1.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(client.transmit(), [], "the line is left alone");
    let late = overdue + Duration::from_millis(150);
    client.handle_input(late, &ANSWER);
    assert_eq!(client.poll_event(), None);
    let sent = wake(&mut client);
    assert_eq!(
        sent,
        late + Duration::from_millis(200),
        "quiet is counted from the last byte"
    );
    assert_eq!(flush(&mut client, sent), frame(&[1, 3, 0, 7, 0, 1]));
    client.handle_input(sent, &frame(&[1, 3, 2, 0, 77]));
    assert_eq!(registers(&done(&mut client).1), [77]);
}

#[test]
fn a_late_answer_still_serves_a_request_that_is_to_be_asked_again() {
    let mut client: RtuClient<1> = up(RtuOptions {
        retries: 1,
        ..RtuOptions::default()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    let overdue = wake(&mut client);
    client.handle_input(overdue + Duration::from_millis(50), &ANSWER);
    assert_eq!(registers(&done(&mut client).1), [2318]);
    assert_eq!(client.statistics().repeated, 0);
}

#[test]
fn after_a_repeated_request_the_line_is_left_alone_since_two_answers_may_come() {
    let mut client: RtuClient<2> = up(RtuOptions {
        retries: 1,
        ..RtuOptions::default()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    wake(&mut client);
    let sent = wake(&mut client);
    assert_eq!(flush(&mut client, sent), ASK);
    client.handle_input(sent, &ANSWER);
    assert_eq!(registers(&done(&mut client).1), [2318]);
    client.submit(sent, read(1, 0, 1)).unwrap();
    client.handle_input(sent + Duration::from_millis(100), &ANSWER);
    assert_eq!(client.poll_event(), None, "the other attempt's answer is nobody's");
    assert_eq!(wake(&mut client), sent + Duration::from_millis(300));
    assert_eq!(client.transmit(), ASK);
}

#[test]
fn a_cancelled_request_keeps_the_line_until_its_answer_came() {
    let mut client: RtuClient<2> = up(RtuOptions::default());
    let first = client.submit(T0, write(1, 64, 5)).unwrap();
    flush(&mut client, T0);
    client.cancel(at(1), first);
    assert_eq!(done(&mut client).1.unwrap_err().effect(), Effect::Unknown);
    client.submit(at(2), read(1, 0, 1)).unwrap();
    assert_eq!(client.transmit(), []);
    client.handle_input(at(30), &frame(&[1, 6, 0, 64, 0, 5]));
    assert_eq!((client.poll_event(), client.statistics().late), (None, 1));
    let sent = wake(&mut client);
    assert_eq!(sent, at(30) + Duration::from_micros(4011));
    flush(&mut client, sent);
    client.handle_input(sent, &ANSWER);
    assert_eq!(registers(&done(&mut client).1), [2318]);
}

#[test]
fn a_frame_begun_is_finished_and_one_not_begun_is_withdrawn() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    let ticket = client.submit(T0, write(1, 64, 5)).unwrap();
    client.cancel(T0, ticket);
    assert_eq!(done(&mut client).1.unwrap_err().effect(), Effect::NotApplied);
    assert_eq!(client.transmit(), []);

    let ticket = client.submit(T0, write(1, 64, 5)).unwrap();
    client.handle_transmitted(T0, 1);
    client.cancel(T0, ticket);
    assert_eq!(done(&mut client).1.unwrap_err().effect(), Effect::Unknown);
    assert_eq!(client.transmit(), &frame(&[1, 6, 0, 64, 0, 5])[1..]);
}

#[test]
fn an_answer_of_another_unit_is_dropped_and_the_timer_keeps_running() {
    let mut client: RtuClient<1> = up(RtuOptions {
        retries: 0,
        ..RtuOptions::default()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    let deadline = client.poll_timeout();
    client.handle_input(at(10), &frame(&[2, 3, 2, 0, 9]));
    assert_eq!((client.poll_event(), client.poll_timeout()), (None, deadline));
    client.handle_input(at(20), &ANSWER);
    assert_eq!(registers(&done(&mut client).1), [2318]);
}

#[test]
fn stray_bytes_around_an_answer_are_survived() {
    for (before, after) in [
        (&[0][..], &[][..]),
        (&[], &[0]),
        (&[0xFF, 0x01, 0x03], &[0, 0]),
        (&[0x01, 0x03, 0x02], &[]),
    ] {
        let mut client: RtuClient<1> = up(RtuOptions::default());
        for round in 0..2 {
            let now = at(round * 100);
            client.submit(now, read(1, 0, 1)).unwrap();
            flush(&mut client, now);
            client.handle_input(now, &[before, &ANSWER, after].concat());
            assert_eq!(registers(&done(&mut client).1), [2318], "{before:?} {after:?}");
        }
    }
}

#[test]
fn an_answer_damaged_by_a_burst_is_not_believed() {
    for burst in 0..7 {
        let mut damaged = ANSWER;
        damaged[burst] ^= 0x81;
        let mut client: RtuClient<1> = up(RtuOptions {
            retries: 0,
            ..RtuOptions::default()
        });
        client.submit(T0, read(1, 0, 1)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(10), &damaged);
        assert_eq!(client.poll_event(), None);
        wake(&mut client);
        let error = done(&mut client).1.unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied);
        assert!(error.to_string().contains("but sent what is not its answer"), "{error}");
    }
}

#[test]
fn what_does_not_fit_is_named_in_the_error() {
    for (bytes, kind, text) in [
        (
            ANSWER[..4].to_vec(),
            ErrorKind::Malformed,
            "answer cut after 4 of at least 7 bytes",
        ),
        (
            frame(&[1, 3, 4, 0, 1, 0, 2]),
            ErrorKind::Mismatch,
            "byte count 4 where 2 was expected",
        ),
        (
            frame(&[1, 4, 2, 0, 1]),
            ErrorKind::Mismatch,
            "function 4 where 3 was expected",
        ),
        (
            vec![1, 3, 2, 9, 0x0E, 0, 0],
            ErrorKind::Malformed,
            "crc 0000 where d03f was expected",
        ),
        (
            frame(&[9, 3, 2, 0, 1]),
            ErrorKind::Timeout,
            "answer of unit 9 where unit 1 was expected",
        ),
    ] {
        let mut client: RtuClient<1> = up(RtuOptions {
            retries: 0,
            ..RtuOptions::default()
        });
        client.submit(T0, read(1, 0, 1)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(10), &bytes);
        wake(&mut client);
        let error = done(&mut client).1.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn a_prefix_of_an_answer_that_happens_to_have_a_right_crc_is_not_taken() {
    // Four registers whose first two bytes after the header are the CRC of the header: a scanner would stop there.
    let head = [1, 3, 8];
    let crc = wire::crc16(&head).to_le_bytes();
    let whole = frame(&[&head[..], &crc, &[0, 0, 0, 0, 0, 42]].concat());
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.submit(T0, read(1, 0, 4)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(10), &whole[..7]);
    assert_eq!(client.poll_event(), None);
    client.handle_input(at(10), &whole[7..]);
    assert_eq!(registers(&done(&mut client).1), [u16::from_be_bytes(crc), 0, 0, 42]);
}

#[test]
fn noise_longer_than_a_frame_ends_the_attempt_and_the_next_one_is_clean() {
    let mut client: RtuClient<1> = up(RtuOptions {
        retries: 0,
        ..RtuOptions::default()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(10), &[0x55; 300]);
    assert_eq!(done(&mut client).1.unwrap_err().kind(), ErrorKind::Timeout);
    client.submit(at(20), read(1, 0, 1)).unwrap();
    let sent = wake(&mut client);
    assert_eq!(sent, at(210), "after the line was quiet");
    flush(&mut client, sent);
    client.handle_input(sent, &ANSWER);
    assert_eq!(registers(&done(&mut client).1), [2318]);
}

#[test]
fn an_answer_behind_more_noise_than_a_frame_is_nobodys() {
    let mut client: RtuClient<1> = up(RtuOptions {
        retries: 1,
        ..RtuOptions::default()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(10), &[0x55; 300]);
    client.handle_input(at(20), &ANSWER);
    assert_eq!(client.poll_event(), None);
    let sent = wake(&mut client);
    assert_eq!(flush(&mut client, sent), ASK, "asked again on a quiet line");
    client.handle_input(sent, &ANSWER);
    assert_eq!(registers(&done(&mut client).1), [2318]);
}

#[test]
fn a_line_that_is_never_quiet_fails_requests_in_time() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.handle_input(T0, &[0]);
    client.submit(T0, write(1, 0, 1)).unwrap();
    let mut now = T0;
    while now < at(4_999) {
        now += Duration::from_millis(1);
        client.handle_input(now, &[0]);
        client.handle_timeout(now);
        assert_eq!(client.poll_event(), None);
    }
    client.handle_timeout(at(5_000));
    let error = done(&mut client).1.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Busy, Effect::NotApplied));
}

#[test]
fn the_local_echo_is_removed_where_the_adapter_makes_one() {
    let mut client: RtuClient<1> = up(RtuOptions {
        echo: LocalEcho::Removed,
        ..RtuOptions::default()
    });
    client.submit(T0, write(1, 64, 5)).unwrap();
    let sent = flush(&mut client, T0);
    client.handle_input(at(1), &sent[..3]);
    client.handle_input(at(2), &sent[3..]);
    assert_eq!(client.poll_event(), None, "the echo of a write is not its answer");
    client.handle_input(at(20), &sent);
    assert!(done(&mut client).1.is_ok());
}

#[test]
fn a_broadcast_ends_when_it_has_left_and_the_units_get_time_to_act() {
    let mut client: RtuClient<2> = up(RtuOptions::default());
    client.submit(T0, write(0, 64, 5)).unwrap();
    client.submit(T0, read(1, 0, 1)).unwrap();
    assert_eq!(flush(&mut client, T0), frame(&[0, 6, 0, 64, 0, 5]));
    let reply = done(&mut client).1.unwrap();
    assert_eq!((reply.unit(), reply.response()), (0, None));
    assert_eq!(wake(&mut client), at(100) + LineSettings::default().time_of(8));
    assert_eq!(client.transmit(), ASK);
}

#[test]
fn a_stray_byte_does_not_shorten_the_time_after_a_broadcast() {
    let mut client: RtuClient<2> = up(RtuOptions::default());
    client.submit(T0, write(0, 64, 5)).unwrap();
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(20), &[0]);
    assert_eq!(wake(&mut client), at(100) + LineSettings::default().time_of(8));
}

#[test]
fn the_order_to_only_listen_is_sent_and_not_waited_for() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    let subfunction = wire::Diagnostic::FORCE_LISTEN_ONLY_MODE;
    let request = wire::Request::Diagnostics {
        subfunction,
        data: wire::Registers::new(&[0]),
    };
    client.submit(T0, Request::new(5, &request).unwrap()).unwrap();
    assert_eq!(flush(&mut client, T0), frame(&[5, 8, 0, 4, 0, 0]));
    let reply = done(&mut client).1.unwrap();
    assert_eq!((reply.unit(), reply.response()), (5, None));
}

#[test]
fn a_line_that_was_quiet_before_anybody_looked_is_not_busy() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.handle_input(T0, &[0]);
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.handle_timeout(at(60_000)); // a driver that slept
    assert_eq!(client.transmit(), ASK);
}

#[test]
fn a_question_cannot_be_broadcast() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.submit(T0, read(0, 0, 1)).unwrap();
    let error = done(&mut client).1.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    assert_eq!(client.transmit(), []);
}

#[test]
fn function_07_is_told_from_an_exception_by_its_high_bit() {
    for (bytes, ok) in [(frame(&[1, 7, 0x6D]), true), (frame(&[1, 0x87, 1]), false)] {
        let mut client: RtuClient<1> = up(RtuOptions::default());
        client
            .submit(T0, Request::new(1, &wire::Request::ReadExceptionStatus).unwrap())
            .unwrap();
        flush(&mut client, T0);
        client.handle_input(at(10), &bytes);
        assert_eq!(done(&mut client).1.is_ok(), ok);
    }
}

#[test]
fn an_unknown_function_is_framed_by_silence() {
    let function = wire::FunctionCode(0x41);
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client
        .submit(
            T0,
            Request::new(1, &wire::Request::Other { function, data: &[9] }).unwrap(),
        )
        .unwrap();
    flush(&mut client, T0);
    let whole = frame(&[1, 0x41, 1, 2, 3]);
    client.handle_input(at(10), &whole[..3]);
    client.handle_input(at(26), &whole[3..]);
    assert_eq!(client.poll_event(), None);
    assert_eq!(wake(&mut client), at(46));
    let (_, result) = done(&mut client);
    assert_eq!(
        result.unwrap().response(),
        Some(wire::Response::Other {
            function,
            data: &[1, 2, 3]
        })
    );
}

#[test]
fn an_answer_of_unknown_length_that_never_ends_is_noise() {
    // Found by fuzzing: the 257th byte found no place, and no end.
    let function = wire::FunctionCode(0x41);
    let request = Request::new(1, &wire::Request::Other { function, data: &[] }).unwrap();
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.submit(T0, request).unwrap();
    flush(&mut client, T0);
    let babble = [&[1, 0x41][..], &[0; 600]].concat();
    assert_eq!(client.handle_input(at(20), &babble), babble.len());
    let (_, result) = done(&mut client);
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Malformed, Effect::Unknown));
}

#[test]
fn a_silent_unit_does_not_starve_the_others() {
    let mut client: RtuClient<8> = up(RtuOptions {
        retries: 2,
        ..RtuOptions::default()
    });
    for _ in 0..3 {
        client.submit(T0, read(1, 0, 1)).unwrap(); // silent
    }
    let mut asked = Vec::new();
    let mut now = T0;
    for unit in [2, 3, 2, 3] {
        client.submit(T0, read(unit, 0, 1)).unwrap();
    }
    for _ in 0..100 {
        let sent = flush(&mut client, now);
        if let Some(&unit) = sent.first() {
            asked.push(unit);
            if unit != 1 {
                client.handle_input(now, &frame(&[unit, 3, 2, 0, 1]));
            }
        }
        while client.poll_event().is_some() {}
        let Some(next) = client.poll_timeout() else { break };
        now = next;
        client.handle_timeout(now);
    }
    assert_eq!(
        asked,
        [1, 2, 3, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1],
        "units take turns, repeats included"
    );
}

#[test]
fn over_tcp_a_timeout_costs_the_connection() {
    let mut client: RtuClient<2> = up(RtuOptions {
        retries: 0,
        ..RtuOptions::over_tcp()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    assert_eq!(wake(&mut client), at(1_000));
    assert_eq!(done(&mut client).1.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(client.link_demand(), LinkDemand::Reset);
    client.handle_link(at(1_001), LinkEvent::Lost);
    client.handle_link(at(1_002), LinkEvent::Up);
    assert_eq!(client.transmit(), ASK);
}

#[test]
fn exceptions_of_the_unit_end_the_request() {
    let mut client: RtuClient<1> = up(RtuOptions::default());
    client.submit(T0, read(1, 99, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(10), &frame(&[1, 0x83, 2]));
    let error = done(&mut client).1.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unit 1 refused read holding registers (03): illegal data address (02)"
    );
}

#[test]
fn a_client_of_one_place_takes_at_most_one_kibibyte() {
    assert!(size_of::<RtuClient<1>>() <= 1024, "{}", size_of::<RtuClient<1>>());
}
