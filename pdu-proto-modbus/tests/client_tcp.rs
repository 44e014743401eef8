//! The TCP client, byte by byte.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Effect, Endpoint, Error as _, ErrorKind, Event, Instant, LinkDemand, LinkEvent, Session, Ticket};
use pdu_proto_modbus::client::{
    ExceptionLength, Reply, Request, Retry, TcpClient, TcpOptions, TransactionId, UnitInReply,
};
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

fn up<const N: usize>(options: TcpOptions) -> TcpClient<N> {
    let mut client = TcpClient::new(options);
    client.handle_link(T0, LinkEvent::Up);
    client
}

/// Lets everything leave, and says what it was.
fn flush<const N: usize>(client: &mut TcpClient<N>, now: Instant) -> Vec<u8> {
    let bytes = client.transmit().to_vec();
    client.handle_transmitted(now, bytes.len());
    bytes
}

fn done<const N: usize>(client: &mut TcpClient<N>) -> (Ticket, Result<Reply, ModbusError>) {
    match client.poll_event() {
        Some(Event::Done { ticket, result }) => (ticket, result),
        other => panic!("a Done was expected, not {other:?}"),
    }
}

/// An answer to function 03 with these registers.
fn answer(transaction: u16, unit: u8, registers: &[u16]) -> Vec<u8> {
    let body = wire::Response::ReadHoldingRegisters {
        values: wire::Registers::new(registers),
    };
    let mut frame = [0; wire::tcp::MAX_FRAME];
    let len = wire::tcp::encode(transaction, unit, &wire::ResponseBuf::new(&body).unwrap(), &mut frame).unwrap();
    frame[..len].to_vec()
}

fn registers(result: &Result<Reply, ModbusError>) -> Vec<u16> {
    result.as_ref().unwrap().registers().unwrap().iter().collect()
}

#[test]
fn requests_that_wait_leave_in_one_write_and_answers_come_in_any_order() {
    let mut client: TcpClient<4> = up(TcpOptions::default());
    let first = client.submit(T0, read(1, 0, 1)).unwrap();
    let second = client.submit(T0, read(1, 7, 2)).unwrap();
    assert_eq!(
        flush(&mut client, T0),
        [
            [0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1],
            [0, 2, 0, 0, 0, 6, 1, 3, 0, 7, 0, 2]
        ]
        .as_flattened()
    );
    client.handle_input(at(1), &answer(2, 1, &[20, 21]));
    client.handle_input(at(2), &answer(1, 1, &[10]));
    let (ticket, result) = done(&mut client);
    assert_eq!((ticket, registers(&result)), (second, vec![20, 21]));
    let (ticket, result) = done(&mut client);
    assert_eq!((ticket, registers(&result)), (first, vec![10]));
    assert_eq!(client.poll_event(), None);
}

#[test]
fn an_answer_cut_at_any_byte_is_put_together() {
    let frames = [answer(1, 1, &[10]), answer(2, 1, &[20, 21])].concat();
    for cut in 0..=frames.len() {
        let mut client: TcpClient<4> = up(TcpOptions::default());
        client.submit(T0, read(1, 0, 1)).unwrap();
        client.submit(T0, read(1, 7, 2)).unwrap();
        flush(&mut client, T0);
        let (head, tail) = frames.split_at(cut);
        assert_eq!(client.handle_input(at(1), head), head.len());
        assert_eq!(client.handle_input(at(2), tail), tail.len());
        assert_eq!(registers(&done(&mut client).1), [10], "cut at {cut}");
        assert_eq!(registers(&done(&mut client).1), [20, 21], "cut at {cut}");
    }
}

#[test]
fn late_reply_is_not_taken_for_the_next_request() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 0,
        ..TcpOptions::device()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_timeout(at(1_000));
    assert_eq!(done(&mut client).1.unwrap_err().kind(), ErrorKind::Timeout);
    client.submit(at(1_000), read(1, 0, 1)).unwrap();
    assert_eq!(flush(&mut client, at(1_000))[..2], [0, 2]);
    client.handle_input(at(1_001), &answer(1, 1, &[111]));
    assert_eq!(client.poll_event(), None);
    assert_eq!(client.statistics().late, 1);
    client.handle_input(at(1_002), &answer(2, 1, &[222]));
    assert_eq!(registers(&done(&mut client).1), [222]);
}

#[test]
fn the_reply_timer_starts_when_the_last_byte_left() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 0,
        ..TcpOptions::device()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.handle_transmitted(at(400), 11);
    assert_eq!(client.poll_timeout(), None);
    client.handle_transmitted(at(500), 1);
    assert_eq!(client.poll_timeout(), Some(at(1_500)));
    client.handle_timeout(at(1_499));
    assert_eq!(client.poll_event(), None);
}

#[test]
fn a_read_is_asked_again_under_its_id_and_any_attempt_may_be_answered() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 1,
        ..TcpOptions::device()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    let sent = flush(&mut client, T0);
    client.handle_timeout(at(1_000));
    assert_eq!(flush(&mut client, at(1_000)), sent);
    assert_eq!(client.statistics().repeated, 1);
    client.handle_input(at(1_001), &answer(1, 1, &[7]));
    assert_eq!(registers(&done(&mut client).1), [7]);
    client.handle_input(at(1_002), &answer(1, 1, &[8])); // the answer to the other attempt
    assert_eq!((client.poll_event(), client.statistics().late), (None, 1));
}

#[test]
fn a_read_is_given_up_after_its_last_attempt() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 1,
        silent_timeouts: 0,
        ..TcpOptions::device()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_timeout(at(1_000));
    flush(&mut client, at(1_000));
    client.handle_timeout(at(2_000));
    let error = done(&mut client).1.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unit 1 did not answer read holding registers (03) (2 sent)"
    );
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::NotApplied));
}

#[test]
fn a_write_is_sent_once_and_its_effect_is_then_unknown() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 5,
        ..TcpOptions::device()
    });
    client.submit(T0, write(1, 64, 2500)).unwrap();
    assert_eq!(flush(&mut client, T0), [0, 1, 0, 0, 0, 6, 1, 6, 0, 64, 0x09, 0xC4]);
    client.handle_timeout(at(1_000));
    let error = done(&mut client).1.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert_eq!(client.transmit(), []);
}

#[test]
fn a_write_is_repeated_where_the_caller_says_that_it_may_be() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 1,
        ..TcpOptions::device()
    });
    client
        .submit(T0, write(1, 64, 2500).with_retry(Retry::Repeatable))
        .unwrap();
    let sent = flush(&mut client, T0);
    client.handle_timeout(at(1_000));
    assert_eq!(flush(&mut client, at(1_000)), sent);
}

#[test]
fn a_write_is_answered_by_its_echo_and_by_nothing_else() {
    for (echo, expected) in [
        ([0, 64, 0x09, 0xC4], Ok(())),
        ([0, 65, 0x09, 0xC4], Err("address 65 where 64 was expected")),
        ([0, 64, 0x09, 0xC5], Err("value 2501 where 2500 was expected")),
    ] {
        let mut client: TcpClient<1> = up(TcpOptions::device());
        client.submit(T0, write(1, 64, 2500)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(1), &[[0, 1, 0, 0, 0, 6, 1, 6].as_slice(), &echo].concat());
        match (done(&mut client).1, expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(text)) => {
                assert!(error.to_string().contains(text), "{error}");
                assert_eq!((error.kind(), error.effect()), (ErrorKind::Mismatch, Effect::Unknown));
            }
            (result, _) => panic!("{result:?}"),
        }
    }
}

#[test]
fn exceptions_keep_every_code_and_tell_the_effect() {
    for (code, kind, effect, text) in [
        (1, ErrorKind::Unsupported, Effect::NotApplied, "illegal function"),
        (3, ErrorKind::Refused, Effect::NotApplied, "illegal data value"),
        (4, ErrorKind::Refused, Effect::Unknown, "server device failure"),
        (0x0A, ErrorKind::Refused, Effect::NotApplied, "gateway path unavailable"),
        (
            0x0B,
            ErrorKind::Refused,
            Effect::Unknown,
            "gateway target device failed to respond",
        ),
        (0x77, ErrorKind::Refused, Effect::Unknown, "77"),
    ] {
        let mut client: TcpClient<1> = up(TcpOptions::device());
        client.submit(T0, write(1, 64, 2500)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(1), &[0, 1, 0, 0, 0, 3, 1, 0x86, code]);
        let error = done(&mut client).1.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, effect), "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn an_answer_with_too_few_registers_names_expected_and_found() {
    let mut client: TcpClient<1> = up(TcpOptions::device());
    client.submit(T0, read(1, 0, 99)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(1), &answer(1, 1, &[1, 2]));
    let error = done(&mut client).1.unwrap_err();
    assert!(
        error.to_string().ends_with("byte count 4 where 198 was expected"),
        "{error}"
    );
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Mismatch, Effect::NotApplied)
    );
    assert_eq!(
        client.link_demand(),
        LinkDemand::Idle,
        "the framing is intact, so the connection stays"
    );
}

#[test]
fn an_answer_longer_or_shorter_than_its_byte_count_is_refused() {
    for (len, found) in [(6, 3), (4, 1)] {
        let mut client: TcpClient<1> = up(TcpOptions::device());
        client.submit(T0, read(1, 0, 1)).unwrap();
        flush(&mut client, T0);
        let frame = [0, 1, 0, 0, 0, len, 1, 3, 2, 9, 9, 9];
        client.handle_input(at(1), &frame[..6 + usize::from(len)]);
        let error = done(&mut client).1.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Malformed, Effect::NotApplied)
        );
        assert!(error.to_string().contains(&format!("{found} was expected")), "{error}");
    }
}

#[test]
fn a_lying_header_loses_the_stream_at_once() {
    for (header, reason) in [
        ([0, 1, 0, 0, 0, 0, 1], "length 0 in the tcp header"),
        ([0, 1, 0, 0, 0, 1, 1], "length 1 in the tcp header"),
        ([0, 1, 0, 0, 0xFF, 0xFF, 1], "length 65535 in the tcp header"),
        ([0, 1, 0x13, 0x37, 0, 5, 1], "protocol identifier 0x1337"),
    ] {
        let mut client: TcpClient<2> = up(TcpOptions {
            retries: 0,
            ..TcpOptions::default()
        });
        client.submit(T0, read(1, 0, 1)).unwrap();
        client.submit(T0, write(1, 64, 1)).unwrap();
        flush(&mut client, T0);
        assert_eq!(client.handle_input(at(1), &header), 7);
        let error = done(&mut client).1.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Malformed, Effect::NotApplied)
        );
        assert_eq!(done(&mut client).1.unwrap_err().effect(), Effect::Unknown);
        assert_eq!(client.link_demand(), LinkDemand::Reset);
        assert_eq!(
            client.handle_input(at(2), &answer(1, 1, &[1])),
            11,
            "input of a lost stream is dropped"
        );
        client.handle_link(at(3), LinkEvent::Lost);
        assert_eq!(client.link_demand(), LinkDemand::Idle);
    }
}

#[test]
fn a_foreign_unit_in_the_answer_is_an_error_unless_a_quirk_allows_it() {
    let outcome = |unit_in_reply, unit| {
        let mut client: TcpClient<1> = up(TcpOptions {
            unit_in_reply,
            ..TcpOptions::device()
        });
        client.submit(T0, read(17, 0, 1)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(1), &answer(1, unit, &[5]));
        done(&mut client)
            .1
            .map(|reply| reply.unit())
            .map_err(|error| error.to_string())
    };
    let refused = |unit| {
        Err(format!(
            "unit 17, read holding registers (03): answer of unit {unit} where unit 17 was expected"
        ))
    };
    assert_eq!(outcome(UnitInReply::Exact, 17), Ok(17));
    assert_eq!(outcome(UnitInReply::Exact, 255), refused(255));
    assert_eq!(outcome(UnitInReply::Gateway, 255), Ok(17));
    assert_eq!(outcome(UnitInReply::Gateway, 2), refused(2));
    assert_eq!(outcome(UnitInReply::Any, 2), Ok(17));
}

#[test]
fn a_device_that_does_not_copy_ids_gets_one_request_at_a_time_and_costs_the_connection_on_a_timeout() {
    let options = TcpOptions {
        transaction_id: TransactionId::NotEchoed,
        retries: 0,
        ..TcpOptions::default()
    };
    let mut client: TcpClient<4> = up(options);
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.submit(T0, read(1, 1, 1)).unwrap();
    assert_eq!(flush(&mut client, T0).len(), 12);
    client.handle_input(at(1), &answer(0, 1, &[10]));
    assert_eq!(registers(&done(&mut client).1), [10]);
    assert_eq!(flush(&mut client, at(1)).len(), 12);
    client.handle_timeout(at(1_001));
    assert_eq!(done(&mut client).1.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(client.link_demand(), LinkDemand::Reset);
}

#[test]
fn an_exception_with_a_wrong_length_is_taken_where_the_quirk_is_set() {
    for told in [2, 6] {
        let frame = [
            &[0, 1, 0, 0, 0, told, 1, 0x83, 2][..],
            &[0, 0, 0][..usize::from(told).saturating_sub(3)],
        ]
        .concat();
        let options = TcpOptions {
            exception_length: ExceptionLength::Untold,
            ..TcpOptions::device()
        };
        let mut client: TcpClient<1> = up(options);
        client.submit(T0, read(1, 0, 1)).unwrap();
        flush(&mut client, T0);
        client.handle_input(at(1), &frame);
        let error = done(&mut client).1.unwrap_err();
        assert!(error.to_string().contains("illegal data address"), "{error}");
        client.submit(at(2), read(1, 0, 1)).unwrap();
        flush(&mut client, at(2));
        client.handle_input(at(3), &answer(2, 1, &[9]));
        assert_eq!(registers(&done(&mut client).1), [9], "the next answer is whole");
    }
}

#[test]
fn a_full_table_gives_the_request_back() {
    let mut client: TcpClient<2> = up(TcpOptions::default());
    client.submit(T0, read(1, 0, 1)).unwrap();
    client.submit(T0, read(1, 1, 1)).unwrap();
    let refused = client.submit(T0, read(1, 2, 1)).unwrap_err();
    assert_eq!((refused.request, refused.kind), (read(1, 2, 1), ErrorKind::Busy));
}

#[test]
fn depth_holds_back_what_the_device_cannot_take() {
    let mut client: TcpClient<4> = up(TcpOptions {
        depth: 2,
        ..TcpOptions::default()
    });
    for address in 0..4 {
        client.submit(T0, read(1, address, 1)).unwrap();
    }
    assert_eq!(flush(&mut client, T0).len(), 24);
    client.handle_input(at(1), &answer(1, 1, &[1]));
    assert_eq!(flush(&mut client, at(1)).len(), 12);
}

#[test]
fn cancelled_before_sending_is_not_applied_and_leaves_no_byte() {
    let mut client: TcpClient<4> = up(TcpOptions::default());
    client.submit(T0, write(1, 1, 1)).unwrap();
    let second = client.submit(T0, write(1, 2, 2)).unwrap();
    client.submit(T0, write(1, 3, 3)).unwrap();
    client.handle_transmitted(at(1), 5); // the first has begun to leave
    client.cancel(at(1), second);
    let (ticket, result) = done(&mut client);
    assert_eq!((ticket, result.unwrap_err().effect()), (second, Effect::NotApplied));
    assert_eq!(
        flush(&mut client, at(2)),
        [&[6, 1, 6, 0, 1, 0, 1][..], &[0, 3, 0, 0, 0, 6, 1, 6, 0, 3, 0, 3]].concat()
    );
}

#[test]
fn a_frame_begun_is_finished_and_its_answer_reaches_nobody() {
    let mut client: TcpClient<2> = up(TcpOptions::device());
    let first = client.submit(T0, write(1, 1, 1)).unwrap();
    client.handle_transmitted(at(1), 3);
    client.cancel(at(1), first);
    assert_eq!(done(&mut client).1.unwrap_err().effect(), Effect::Unknown);
    assert_eq!(flush(&mut client, at(2)), [0, 0, 6, 1, 6, 0, 1, 0, 1]);
    let second = client.submit(at(2), write(1, 2, 2)).unwrap();
    assert_eq!(client.transmit(), [], "the device is still busy with the cancelled one");
    client.handle_input(at(3), &[0, 1, 0, 0, 0, 6, 1, 6, 0, 1, 0, 1]);
    assert_eq!(client.poll_event(), None);
    flush(&mut client, at(3));
    client.handle_input(at(4), &[0, 2, 0, 0, 0, 6, 1, 6, 0, 2, 0, 2]);
    let (ticket, result) = done(&mut client);
    assert_eq!((ticket, result.is_ok()), (second, true));
}

#[test]
fn a_cancelled_request_holds_its_place_with_the_device_until_it_would_have_timed_out() {
    let mut client: TcpClient<2> = up(TcpOptions::device());
    let first = client.submit(T0, read(1, 1, 1)).unwrap();
    flush(&mut client, T0);
    client.cancel(at(1), first);
    assert!(done(&mut client).1.is_err());
    client.submit(at(2), read(1, 2, 1)).unwrap();
    assert_eq!(client.poll_timeout(), Some(at(1_000)));
    client.handle_timeout(at(1_000));
    assert_eq!(flush(&mut client, at(1_000)).len(), 12);
}

#[test]
fn a_lost_link_fails_writes_that_left_and_asks_reads_again_on_the_next() {
    let mut client: TcpClient<3> = up(TcpOptions {
        depth: 2,
        ..TcpOptions::default()
    });
    client.submit(T0, write(1, 1, 1)).unwrap();
    client.submit(T0, read(1, 2, 1)).unwrap();
    client.submit(T0, write(1, 3, 3)).unwrap();
    flush(&mut client, T0);
    client.handle_link(at(1), LinkEvent::Lost);
    let error = done(&mut client).1.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::LinkDown, Effect::Unknown));
    assert_eq!(
        (client.poll_event(), client.transmit(), client.link_demand()),
        (None, &[][..], LinkDemand::Open)
    );
    client.handle_link(at(2), LinkEvent::Up);
    let again = flush(&mut client, at(2));
    assert_eq!(
        [&again[6..12], &again[18..]],
        [[1, 6, 0, 3, 0, 3], [1, 3, 0, 2, 0, 1]],
        "what had not left, then the read"
    );
}

#[test]
fn without_a_link_a_request_fails_in_time_and_was_not_applied() {
    let mut client: TcpClient<1> = TcpClient::new(TcpOptions::device());
    assert_eq!(client.link_demand(), LinkDemand::Idle);
    client.submit(T0, write(1, 1, 1)).unwrap();
    assert_eq!(
        (client.link_demand(), client.poll_timeout()),
        (LinkDemand::Open, Some(at(3_000)))
    );
    client.handle_link(at(1_000), LinkEvent::Lost); // one try to connect that failed
    assert_eq!(client.poll_timeout(), Some(at(3_000)));
    client.handle_timeout(at(3_000));
    let error = done(&mut client).1.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::LinkDown, Effect::NotApplied)
    );
    assert_eq!((client.link_demand(), client.poll_timeout()), (LinkDemand::Idle, None));
}

#[test]
fn a_connection_on_which_nothing_comes_any_more_is_given_up() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 0,
        ..TcpOptions::device()
    });
    for n in 0..3 {
        assert_eq!(client.link_demand(), LinkDemand::Idle);
        client.submit(at(n * 1_000), read(1, 0, 1)).unwrap();
        flush(&mut client, at(n * 1_000));
        client.handle_timeout(at((n + 1) * 1_000));
        assert_eq!(done(&mut client).1.unwrap_err().kind(), ErrorKind::Timeout);
    }
    assert_eq!(client.link_demand(), LinkDemand::Reset);
}

#[test]
fn ids_that_may_still_be_answered_are_not_used_again() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 0,
        silent_timeouts: 0,
        ..TcpOptions::device()
    });
    let mut now = T0;
    let mut ask = |client: &mut TcpClient<1>, answered: bool| {
        client.submit(now, read(1, 0, 1)).unwrap();
        let sent = flush(client, now);
        let id = u16::from_be_bytes([sent[0], sent[1]]);
        if answered {
            client.handle_input(now, &answer(id, 1, &[0]));
        } else {
            now += Duration::from_secs(1);
            client.handle_timeout(now);
        }
        assert_eq!(done(client).1.is_ok(), answered);
        id
    };
    for _ in 0..100 {
        ask(&mut client, true);
    }
    let dead = ask(&mut client, false);
    let mut seen = 0;
    for _ in 0..140_000 {
        let id = ask(&mut client, true);
        assert_ne!(id, dead);
        seen += 1;
    }
    assert_eq!(seen, 140_000, "twice around, within the quarantine");
}

#[test]
fn the_id_of_a_repeated_request_is_not_used_again_although_it_was_answered() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 1,
        ..TcpOptions::device()
    });
    client.submit(T0, read(1, 0, 1)).unwrap();
    flush(&mut client, T0);
    client.handle_timeout(at(1_000));
    flush(&mut client, at(1_000));
    client.handle_input(at(1_001), &answer(1, 1, &[7]));
    assert!(done(&mut client).1.is_ok());
    for _ in 0..70_000 {
        client.submit(at(1_002), read(1, 0, 1)).unwrap();
        let sent = flush(&mut client, at(1_002));
        let id = u16::from_be_bytes([sent[0], sent[1]]);
        assert_ne!(id, 1);
        client.handle_input(at(1_002), &answer(id, 1, &[0]));
        assert!(done(&mut client).1.is_ok());
    }
}

#[test]
fn an_answer_cut_short_is_named_in_the_error() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 0,
        ..TcpOptions::device()
    });
    client.submit(T0, read(1, 0, 99)).unwrap();
    flush(&mut client, T0);
    client.handle_input(at(1), &answer(1, 1, &[1; 99])[..20]);
    client.handle_timeout(at(1_000));
    let error = done(&mut client).1.unwrap_err();
    assert!(
        error.to_string().ends_with("answer cut after 20 of at least 207 bytes"),
        "{error}"
    );
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Malformed, Effect::NotApplied)
    );
}

#[test]
fn time_running_backwards_changes_nothing() {
    let mut client: TcpClient<1> = up(TcpOptions {
        retries: 0,
        ..TcpOptions::device()
    });
    client.submit(at(500), read(1, 0, 1)).unwrap();
    client.handle_transmitted(at(100), 12);
    assert_eq!(client.poll_timeout(), Some(at(1_500)));
}

#[test]
fn a_client_of_depth_one_takes_at_most_one_kibibyte() {
    assert!(size_of::<TcpClient<1>>() <= 1024, "{}", size_of::<TcpClient<1>>());
}
