//! The device side of a serial line: whose frames it hears, what it answers and when, and what noise does to it.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Endpoint, Instant, LinkDemand, LinkEvent, Rng};
use pdu_proto_modbus::server::{
    Chain, LineSettings, LocalEcho, RegisterBank, RtuServer, RtuServerOptions, Served, Service,
};
use pdu_proto_modbus::wire::{Registers, Request, Response, rtu};

const START: Instant = Instant::EPOCH;
/// t3.5 at 9600 baud.
const SILENCE: Duration = Duration::from_micros(4011);
/// The manual's request and answer of the BPS2000 (lines 1434 and 1438).
const READ: [u8; 8] = [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A];
const ANSWER: [u8; 7] = [0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0];

/// Counts what it is asked to write.
#[derive(Default)]
struct Device {
    registers: [u16; 1],
    writes: Vec<(u16, u16)>,
}

impl Service for Device {
    fn serve<'a>(&'a mut self, _: Instant, _: u8, request: Request<'a>) -> Served<'a> {
        match request {
            Request::ReadHoldingRegisters { .. } => {
                self.registers = [0x090E];
                let values = Registers::new(&self.registers);
                Served::response(Response::ReadHoldingRegisters { values })
            }
            Request::WriteSingleRegister { address, value } => {
                self.writes.push((address, value));
                Served::response(Response::WriteSingleRegister { address, value })
            }
            Request::WriteMultipleRegisters { address, values } => {
                self.writes.extend(values.iter().map(|value| (address, value)));
                let quantity = u16::try_from(values.len()).unwrap();
                Served::response(Response::WriteMultipleRegisters { address, quantity })
            }
            _ => Served::exception(pdu_proto_modbus::wire::ExceptionCode::ILLEGAL_FUNCTION),
        }
    }

    fn has_unit(&self, unit: u8) -> bool {
        unit == 1
    }
}

fn server() -> RtuServer<Device> {
    RtuServer::new(Device::default(), RtuServerOptions::default())
}

fn frame(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; rtu::MAX_FRAME];
    let len = rtu::encode(unit, pdu, &mut frame).unwrap();
    frame.truncate(len);
    frame
}

/// Hands in these bytes, lets the line be silent, and takes what is sent then.
fn hear<S: Service>(server: &mut RtuServer<S>, now: &mut Instant, bytes: &[u8]) -> Vec<u8> {
    assert_eq!(server.handle_input(*now, bytes), bytes.len());
    be_silent(server, now)
}

fn be_silent<S: Service>(server: &mut RtuServer<S>, now: &mut Instant) -> Vec<u8> {
    *now += SILENCE;
    server.handle_timeout(*now);
    let sent = server.transmit().to_vec();
    server.handle_transmitted(*now, sent.len());
    *now += Duration::from_millis(100);
    server.handle_timeout(*now);
    sent
}

#[test]
fn the_manuals_example_is_answered_after_a_silence() {
    let mut server = server();
    assert_eq!(server.link_demand(), LinkDemand::Open);
    server.handle_input(START, &READ[..5]);
    let last = START + Duration::from_millis(3);
    server.handle_input(last, &READ[5..]);
    assert_eq!(server.transmit(), []);
    assert_eq!(server.poll_timeout(), Some(last + SILENCE));
    server.handle_timeout(last + Duration::from_micros(4010));
    server.handle_timeout(last);
    assert_eq!(server.transmit(), []);
    server.handle_timeout(last + SILENCE);
    assert_eq!(server.transmit(), ANSWER);
    server.handle_transmitted(last + SILENCE, 7);
    assert_eq!((server.transmit(), server.poll_timeout()), (&[][..], None));
}

#[test]
fn a_frame_that_comes_in_pieces_with_long_pauses_is_one_frame() {
    let write = frame(1, &[0x10, 0, 63, 0, 2, 4, 1, 2, 3, 4]);
    for cut in 1..write.len() {
        let (mut server, mut now) = (server(), START);
        assert_eq!(hear(&mut server, &mut now, &write[..cut]), [], "cut at {cut}");
        let sent = hear(&mut server, &mut now, &write[cut..]);
        assert_eq!(sent, frame(1, &[0x10, 0, 63, 0, 2]), "cut at {cut}");
        assert_eq!(server.service().writes, [(63, 0x0102), (63, 0x0304)]);
    }
}

#[test]
fn a_truncated_frame_does_not_harm_the_next_one() {
    let whole = frame(1, &[0x10, 0, 63, 0, 2, 4, 1, 2, 3, 4]);
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    for len in 1..whole.len() {
        let (mut server, mut now) = (server(), START);
        assert_eq!(hear(&mut server, &mut now, &whole[..len]), []);
        assert_eq!(hear(&mut server, &mut now, &write), write, "behind {len} bytes");
        assert_eq!(server.service().writes, [(63, 0x0909)]);
        assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
    }
}

#[test]
fn garbage_and_then_silence_does_not_harm_the_next_frame() {
    for seed in 0..2000 {
        let mut rng = Rng::from_seed(seed);
        let (mut server, mut now) = (server(), START);
        let mut garbage = vec![0; usize::try_from(rng.within(1..=600)).unwrap()];
        rng.fill(&mut garbage);
        if seed % 2 == 0 {
            garbage[0] = 1; // looks like ours
        }
        let sent = hear(&mut server, &mut now, &garbage);
        assert!(
            sent.is_empty() && server.service().writes.is_empty(),
            "seed {seed}: {garbage:02x?}"
        );
        assert_eq!(
            hear(&mut server, &mut now, &READ),
            ANSWER,
            "seed {seed}: {garbage:02x?}"
        );
    }
}

#[test]
fn a_frame_with_any_bit_wrong_is_not_carried_out() {
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    for bit in 0..write.len() * 8 {
        let (mut server, mut now) = (server(), START);
        let mut wrong = write.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(hear(&mut server, &mut now, &wrong), [], "bit {bit}");
        assert_eq!(server.service().writes, []);
        assert_eq!(hear(&mut server, &mut now, &write), write, "bit {bit}");
    }
}

#[test]
fn stray_zeros_before_and_behind_a_frame_are_survived() {
    let zeros = [0; 5];
    for before in 0..zeros.len() {
        for behind in 0..zeros.len() {
            let (mut server, mut now) = (server(), START);
            let bytes = [&zeros[..before], &READ, &zeros[..behind]].concat();
            assert_eq!(
                hear(&mut server, &mut now, &bytes),
                ANSWER,
                "{before} before, {behind} behind"
            );
            assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
        }
    }
}

#[test]
fn what_others_are_asked_and_answer_is_passed_over() {
    let (mut server, mut now) = (server(), START);
    let mut traffic = Vec::new();
    let mut registers = vec![0x03, 198];
    registers.extend([0x5A; 198]);
    for (request, response) in [
        (&[0x03, 0, 0, 0, 99][..], &registers[..]),
        (&[0x06, 0, 63, 1, 2], &[0x06, 0, 63, 1, 2]),
        (&[0x10, 0, 63, 0, 1, 2, 1, 2], &[0x10, 0, 63, 0, 1]),
        (&[0x03, 0, 200, 0, 1], &[0x83, 2]),
        (&[0x01, 0, 0, 0, 9], &[0x01, 2, 0xFF, 1]),
        (&[0x11], &[0x11, 3, 1, 0xFF, 7]),
        (&[0x07], &[0x07, 0x55]),
    ] {
        traffic.extend(frame(2, request));
        traffic.extend(frame(2, response));
    }
    // All in one piece, as an adapter may deliver it, and then one for us.
    let bytes = [&traffic[..], &READ].concat();
    assert_eq!(hear(&mut server, &mut now, &bytes), ANSWER);
    assert_eq!(server.service().writes, []);
    // Byte by byte, with pauses everywhere.
    for byte in &traffic {
        assert_eq!(hear(&mut server, &mut now, &[*byte]), []);
    }
    assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
}

#[test]
fn an_answer_of_another_unit_that_looks_like_a_request_to_us_inside_is_passed_over() {
    let (mut server, mut now) = (server(), START);
    // Unit 2 answers with registers that spell a write to unit 1, CRC and all.
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    let mut registers = vec![0x03, 8];
    registers.extend(&write);
    let traffic = [frame(2, &[0x03, 0, 0, 0, 4]), frame(2, &registers)].concat();
    assert_eq!(hear(&mut server, &mut now, &traffic), []);
    assert_eq!(server.service().writes, []);
}

#[test]
fn a_silent_unit_does_not_confuse_the_reading_of_the_next_request() {
    let (mut server, mut now) = (server(), START);
    let to_other = frame(2, &[0x03, 0, 0, 0, 99]);
    for _ in 0..3 {
        assert_eq!(hear(&mut server, &mut now, &to_other), []);
    }
    assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
}

#[test]
fn an_answer_of_another_unit_whose_request_was_not_heard_is_passed_over() {
    let (mut server, mut now) = (server(), START);
    let response = frame(2, &[0x03, 4, 1, 2, 3, 4]);
    assert_eq!(hear(&mut server, &mut now, &[&response[..], &READ].concat()), ANSWER);
}

#[test]
fn what_looks_like_our_own_answer_is_no_request() {
    let (mut server, mut now) = (server(), START);
    assert_eq!(hear(&mut server, &mut now, &ANSWER), []);
    assert_eq!(
        hear(&mut server, &mut now, &READ),
        ANSWER,
        "and the next request is heard"
    );
}

#[test]
fn nothing_behind_a_damaged_frame_is_believed_before_a_silence() {
    let (mut server, mut now) = (server(), START);
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    let mut damaged = write.clone();
    damaged[5] ^= 1;
    server.handle_input(now, &damaged);
    assert_eq!(hear(&mut server, &mut now, &write), []);
    assert_eq!(server.service().writes, []);
    assert_eq!(hear(&mut server, &mut now, &write), write);
}

#[test]
fn an_answer_waits_for_silence_behind_stray_bytes() {
    let mut server = server();
    server.handle_input(START, &READ);
    let stray = START + Duration::from_millis(3);
    server.handle_input(stray, &[0]);
    server.handle_timeout(START + SILENCE);
    assert_eq!(server.transmit(), []);
    server.handle_timeout(stray + SILENCE);
    assert_eq!(server.transmit(), ANSWER);
}

#[test]
fn a_broadcast_is_carried_out_and_not_answered() {
    let (mut server, mut now) = (server(), START);
    assert_eq!(hear(&mut server, &mut now, &frame(0, &[0x06, 0, 63, 9, 9])), []);
    assert_eq!(server.service().writes, [(63, 0x0909)]);
    assert_eq!(hear(&mut server, &mut now, &frame(0, &[0x03, 0, 0, 0, 1])), []);
}

#[test]
fn a_broadcast_reaches_every_unit_of_a_chain() {
    let mut chain = Chain::new();
    for unit in 1..=32 {
        chain
            .add(unit, RegisterBank::new().with_holding_registers(0, [0]))
            .unwrap();
    }
    let mut server = RtuServer::new(chain, RtuServerOptions::default());
    let mut now = START;
    assert_eq!(hear(&mut server, &mut now, &frame(0, &[0x06, 0, 0, 0, 7])), []);
    for unit in 1..=32 {
        let sent = hear(&mut server, &mut now, &frame(unit, &[0x03, 0, 0, 0, 1]));
        assert_eq!(sent, frame(unit, &[0x03, 2, 0, 7]));
    }
    assert_eq!(hear(&mut server, &mut now, &frame(33, &[0x03, 0, 0, 0, 1])), []);
}

#[test]
fn a_function_of_unknown_length_is_refused_once_silence_ends_it() {
    let (mut server, mut now) = (server(), START);
    let unknown = frame(1, &[0x42, 1, 2, 3, 4, 5]);
    assert_eq!(hear(&mut server, &mut now, &unknown), frame(1, &[0xC2, 1]));
    // Of another unit, and then one for us.
    assert_eq!(hear(&mut server, &mut now, &frame(2, &[0x42, 1, 2, 3])), []);
    assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
    // In two pieces.
    assert_eq!(hear(&mut server, &mut now, &unknown[..3]), []);
    assert_eq!(hear(&mut server, &mut now, &unknown[3..]), frame(1, &[0xC2, 1]));
}

#[test]
fn malformed_requests_get_their_exception() {
    let (mut server, mut now) = (server(), START);
    for pdu in [
        &[0x03, 0, 0, 0, 0][..],
        &[0x03, 0, 0, 0, 126],
        &[0x10, 0, 63, 0, 1, 4, 1, 2, 3, 4],
    ] {
        assert_eq!(
            hear(&mut server, &mut now, &frame(1, pdu)),
            frame(1, &[pdu[0] | 0x80, 3])
        );
        assert_eq!(hear(&mut server, &mut now, &frame(2, pdu)), []);
    }
    assert_eq!(server.service().writes, []);
}

#[test]
fn an_answer_is_void_when_the_client_asks_again_before_it_leaves() {
    let (mut server, mut now) = (server(), START);
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    server.handle_input(now, &READ);
    assert_eq!(hear(&mut server, &mut now, &write), write, "the newest request only");

    server.handle_input(now, &READ);
    assert_eq!(hear(&mut server, &mut now, &frame(2, &[0x03, 0, 0, 0, 1])), []);
    assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
}

#[test]
fn an_answer_that_has_begun_is_finished() {
    let (mut server, mut now) = (server(), START);
    server.handle_input(now, &READ);
    now += SILENCE;
    server.handle_timeout(now);
    server.handle_transmitted(now, 3);
    server.handle_input(now, &READ);
    assert_eq!(server.transmit(), &ANSWER[3..]);
    server.handle_transmitted(now, 4);
    assert_eq!(server.transmit(), []);
    assert_eq!(be_silent(&mut server, &mut now), ANSWER);
}

#[test]
fn each_arrival_is_carried_out_once() {
    let (mut server, mut now) = (server(), START);
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    for times in 1..=3 {
        hear(&mut server, &mut now, &write);
        server.handle_timeout(now);
        assert_eq!(server.service().writes.len(), times);
    }
}

#[test]
fn the_own_echo_is_removed_and_nothing_else() {
    let options = RtuServerOptions {
        echo: LocalEcho::Removed,
        ..RtuServerOptions::default()
    };
    let mut server = RtuServer::new(Device::default(), options);
    let mut now = START;
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    for _ in 0..3 {
        server.handle_input(now, &write);
        now += SILENCE;
        server.handle_timeout(now);
        assert_eq!(server.transmit(), write);
        server.handle_transmitted(now, 8);
        // The echo, which is the same as the request, in two pieces; then silence.
        now += Duration::from_millis(4);
        server.handle_input(now, &write[..3]);
        now += Duration::from_millis(5);
        server.handle_input(now, &write[3..]);
        now += Duration::from_millis(20);
        server.handle_timeout(now);
        assert_eq!(server.transmit(), []);
    }
    assert_eq!(server.service().writes.len(), 3);
}

#[test]
fn what_only_begins_like_an_echo_is_heard() {
    let options = RtuServerOptions {
        echo: LocalEcho::Removed,
        ..RtuServerOptions::default()
    };
    let mut server = RtuServer::new(Device::default(), options);
    let mut now = START;
    server.handle_input(now, &READ);
    now += SILENCE;
    server.handle_timeout(now);
    server.handle_transmitted(now, 7);
    // No echo comes, but the same request at once: it has its first two bytes in common with the answer.
    now += Duration::from_millis(2);
    assert_eq!(hear(&mut server, &mut now, &READ), ANSWER);
    // Long after, nothing is taken for an echo: an answer to a write looks the same as the next write.
    let write = frame(1, &[0x06, 0, 63, 9, 9]);
    assert_eq!(hear(&mut server, &mut now, &write), write);
    assert_eq!(hear(&mut server, &mut now, &write), write);
    assert_eq!(server.service().writes.len(), 2);
}

#[test]
fn over_tcp_nothing_waits_and_each_request_is_answered() {
    let mut server = RtuServer::new(Device::default(), RtuServerOptions::over_tcp());
    assert_eq!(server.link_demand(), LinkDemand::Idle);
    let requests = READ.repeat(40);
    let taken = server.handle_input(START, &requests);
    assert_eq!(server.transmit(), ANSWER.repeat(40));
    assert_eq!((taken, server.poll_timeout()), (requests.len(), None));
}

#[test]
fn over_tcp_a_client_that_does_not_read_is_not_read_from() {
    let bank = RegisterBank::new().with_holding_registers(0, vec![7; 125]);
    let mut server = RtuServer::new(bank, RtuServerOptions::over_tcp());
    let requests = frame(1, &[0x03, 0, 0, 0, 125]).repeat(100);
    let mut taken = server.handle_input(START, &requests);
    assert!(taken < requests.len());
    let mut answered = 0;
    for _ in 0..200 {
        let len = server.transmit().len();
        answered += len;
        server.handle_transmitted(START, len);
        taken += server.handle_input(START, &requests[taken..]);
    }
    assert_eq!((taken, answered), (requests.len(), 100 * 255));
}

/// Answers reads at once, and all else late.
struct Slow;

impl Service for Slow {
    fn serve<'a>(&'a mut self, _: Instant, _: u8, request: Request<'a>) -> Served<'a> {
        let values = Registers::new(&[0x090E]);
        let served = Served::response(Response::ReadHoldingRegisters { values });
        match request {
            Request::ReadHoldingRegisters { .. } => served,
            _ => served.after(Duration::from_millis(200)),
        }
    }
}

#[test]
fn a_delayed_answer_comes_later() {
    let mut server = RtuServer::new(Slow, RtuServerOptions::serial(LineSettings::default()));
    server.handle_input(START, &frame(1, &[0x07]));
    let due = START + Duration::from_millis(200);
    assert_eq!(server.poll_timeout(), Some(due));
    server.handle_timeout(due);
    assert_eq!(server.transmit(), ANSWER);
}

#[test]
fn over_tcp_a_delayed_answer_holds_back_what_comes_behind_it() {
    let mut server = RtuServer::new(Slow, RtuServerOptions::over_tcp());
    let requests = [&READ[..], &frame(1, &[0x07]), &READ].concat();
    let taken = server.handle_input(START, &requests);
    assert_eq!(server.transmit(), ANSWER);
    server.handle_transmitted(START, 7);
    assert_eq!(server.transmit(), []);
    let due = START + Duration::from_millis(200);
    server.handle_timeout(due);
    server.handle_input(due, &requests[taken..]);
    assert_eq!(server.transmit(), ANSWER.repeat(2));
}

#[test]
fn over_tcp_what_is_owed_leaves_after_the_client_has_closed_its_side() {
    let mut server = RtuServer::new(Device::default(), RtuServerOptions::over_tcp());
    server.handle_input(START, &READ);
    server.handle_link(START, LinkEvent::Eof);
    assert_eq!(
        (server.transmit(), server.link_demand()),
        (&ANSWER[..], LinkDemand::Close)
    );
    server.handle_link(START, LinkEvent::Up);
    assert_eq!((server.transmit(), server.link_demand()), (&[][..], LinkDemand::Idle));
}

/// Hands bytes in as an adapter might: in pieces, with pauses between them that may be longer than t3.5.
fn deliver<S: Service>(server: &mut RtuServer<S>, now: &mut Instant, rng: &mut Rng, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let len = usize::try_from(rng.within(1..=rest.len() as u64)).unwrap();
        let (piece, tail) = rest.split_at(len);
        assert_eq!(server.handle_input(*now, piece), piece.len());
        rest = tail;
        if !rest.is_empty() && rng.chance(300) {
            *now += Duration::from_millis(rng.within(1..=16));
            server.handle_timeout(*now);
        }
    }
}

/// Units 1 and 3, which keep a record of all that they are asked.
struct Witness {
    bank: RegisterBank,
    served: Vec<(u8, u8)>,
}

impl Service for Witness {
    fn serve<'a>(&'a mut self, now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
        self.served.push((unit, request.function().0));
        self.bank.serve(now, unit, request)
    }

    fn has_unit(&self, unit: u8) -> bool {
        unit == 1 || unit == 3
    }
}

/// Some request, and what a unit answers to it.
fn exchange(rng: &mut Rng) -> (Vec<u8>, Vec<u8>) {
    let count = u8::try_from(rng.within(1..=60)).unwrap();
    let mut registers = vec![0; 2 * usize::from(count)];
    rng.fill(&mut registers);
    match rng.below(3) {
        0 => (
            vec![0x03, 0, 0, 0, count],
            [&[0x03, 2 * count], &registers[..]].concat(),
        ),
        1 => (vec![0x06, 0, 9, 0, count], vec![0x06, 0, 9, 0, count]),
        _ => (
            [&[0x10, 0, 0, 0, count, 2 * count], &registers[..]].concat(),
            vec![0x10, 0, 0, 0, count],
        ),
    }
}

/// A bus with four units, of which two are ours; the others answer or do not, and there is noise now and then. Whatever
/// goes on, each of our units carries out each request to it once, and answers it.
#[test]
fn on_a_busy_bus_each_request_to_us_is_carried_out_once() {
    for seed in 0..500 {
        let mut rng = Rng::from_seed(seed);
        let witness = Witness {
            bank: RegisterBank::new().with_holding_registers(0, vec![0; 125]),
            served: Vec::new(),
        };
        let mut server = RtuServer::new(witness, RtuServerOptions::default());
        let mut now = START;
        let mut asked = Vec::new();
        for turn in 0..60 {
            let unit = u8::try_from(rng.within(1..=4)).unwrap();
            let (request, response) = exchange(&mut rng);
            deliver(&mut server, &mut now, &mut rng, &frame(unit, &request));
            if server.service().has_unit(unit) {
                asked.push((unit, request[0]));
                let sent = be_silent(&mut server, &mut now);
                assert_eq!(sent[..2], [unit, request[0]], "seed {seed}, turn {turn}");
            } else {
                if rng.chance(800) {
                    now += Duration::from_millis(rng.below(6));
                    deliver(&mut server, &mut now, &mut rng, &frame(unit, &response));
                }
                assert_eq!(be_silent(&mut server, &mut now), [], "seed {seed}, turn {turn}");
            }
            if rng.chance(200) {
                let mut noise = vec![0; usize::try_from(rng.within(1..=20)).unwrap()];
                rng.fill(&mut noise);
                assert_eq!(hear(&mut server, &mut now, &noise), [], "seed {seed}, turn {turn}");
            }
        }
        assert_eq!(server.service().served, asked, "seed {seed}");
    }
}
