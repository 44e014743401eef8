//! Many clients of one simulated device: what they share, and what one cannot do to the others.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{ConnectionId, Hub, Instant, LinkDemand, Rng};
use pdu_proto_modbus::server::{RegisterBank, Served, Service, TcpHub, TcpServerOptions};
use pdu_proto_modbus::wire::{ExceptionCode, Request, tcp};

const NOW: Instant = Instant::EPOCH;

fn peer(number: u64) -> ConnectionId {
    ConnectionId::from_number(number)
}

fn frame(transaction: u16, pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; tcp::MAX_FRAME];
    let len = tcp::encode(transaction, 1, pdu, &mut frame).unwrap();
    frame.truncate(len);
    frame
}

fn hub() -> TcpHub<RegisterBank> {
    TcpHub::new(RegisterBank::new().with_holding_registers(0, vec![7; 125]))
}

fn open<S: Service>(hub: &mut TcpHub<S>, peers: &[u64]) {
    for &number in peers {
        hub.handle_open(NOW, &peer(number)).unwrap();
    }
}

/// Takes all output that the hub has, in order.
fn drain<S: Service>(hub: &mut TcpHub<S>, now: Instant) -> Vec<(u64, Vec<u8>)> {
    let mut outputs = Vec::new();
    while let Some((peer, bytes)) = hub.transmit() {
        let bytes = bytes.to_vec();
        hub.handle_transmitted(now, &peer, bytes.len());
        outputs.push((peer.number(), bytes));
        assert!(outputs.len() < 1000, "output without end");
    }
    outputs
}

#[test]
fn what_one_client_writes_the_others_read() {
    let mut hub = hub();
    open(&mut hub, &[1, 2]);
    hub.handle_input(NOW, &peer(1), &frame(1, &[0x06, 0, 3, 9, 9]));
    hub.handle_input(NOW, &peer(2), &frame(2, &[0x03, 0, 3, 0, 1]));
    let expected = [(1, frame(1, &[0x06, 0, 3, 9, 9])), (2, frame(2, &[0x03, 2, 9, 9]))];
    assert_eq!(drain(&mut hub, NOW), expected);
}

#[test]
fn requests_that_came_together_leave_together_and_each_to_its_client() {
    let mut hub = hub();
    open(&mut hub, &[5, 3]);
    let read = frame(1, &[0x03, 0, 0, 0, 1]);
    let answer = frame(1, &[0x03, 2, 0, 7]);
    hub.handle_input(NOW, &peer(3), &read.repeat(3));
    hub.handle_input(NOW, &peer(5), &read.repeat(2));
    assert_eq!(drain(&mut hub, NOW), [(3, answer.repeat(3)), (5, answer.repeat(2))]);
}

#[test]
fn a_client_that_does_not_read_holds_up_nobody() {
    let mut hub = hub();
    open(&mut hub, &[1, 2]);
    let read = frame(1, &[0x03, 0, 0, 0, 125]);
    let taken = hub.handle_input(NOW, &peer(1), &read.repeat(1000));
    assert!(taken < 20 * read.len(), "{taken} bytes taken");
    hub.handle_blocked(NOW, &peer(1));
    assert_eq!(hub.transmit(), None);
    hub.handle_input(NOW, &peer(2), &read);
    assert_eq!(drain(&mut hub, NOW).len(), 1);
    assert_eq!(hub.handle_input(NOW, &peer(1), &read), 0);

    hub.handle_writable(NOW, &peer(1));
    let outputs = drain(&mut hub, NOW);
    assert_eq!((outputs.len(), outputs[0].0), (1, 1));
    assert_eq!(hub.handle_input(NOW, &peer(1), &read), read.len());
}

#[test]
fn a_lost_stream_resets_its_own_connection_only() {
    let mut hub = hub();
    open(&mut hub, &[1, 2]);
    hub.handle_input(NOW, &peer(1), &[0, 1, 0, 1]);
    assert_eq!(hub.link_demand(), Some((peer(1), LinkDemand::Reset)));
    hub.handle_input(NOW, &peer(2), &frame(1, &[0x03, 0, 0, 0, 1]));
    assert_eq!(drain(&mut hub, NOW).len(), 1);
    hub.handle_blocked(NOW, &peer(1));
    hub.handle_close(NOW, &peer(1));
    assert_eq!((hub.link_demand(), hub.connections()), (None, 1));

    // The next connection in its place begins afresh.
    open(&mut hub, &[3]);
    hub.handle_input(NOW, &peer(3), &frame(9, &[0x03, 0, 0, 0, 1]));
    assert_eq!(drain(&mut hub, NOW), [(3, frame(9, &[0x03, 2, 0, 7]))]);
}

#[test]
fn more_connections_than_allowed_are_refused() {
    let options = TcpServerOptions {
        connections: 2,
        ..TcpServerOptions::default()
    };
    let mut hub = TcpHub::with_options(RegisterBank::new(), options);
    open(&mut hub, &[1, 2]);
    hub.handle_open(NOW, &peer(3)).unwrap_err();
    assert_eq!(
        hub.handle_input(NOW, &peer(3), &frame(1, &[0x07])),
        8,
        "taken and dropped"
    );
    assert_eq!(hub.transmit(), None);
    hub.handle_close(NOW, &peer(1));
    open(&mut hub, &[3]);
}

/// Answers after a time of its own for each function.
struct Slow;

impl Service for Slow {
    fn serve<'a>(&'a mut self, _: Instant, _: u8, request: Request<'a>) -> Served<'a> {
        let delay = Duration::from_millis(request.function().0.into());
        Served::exception(ExceptionCode::SERVER_DEVICE_BUSY).after(delay)
    }
}

#[test]
fn answers_that_are_held_back_come_when_each_is_due() {
    let mut hub = TcpHub::new(Slow);
    open(&mut hub, &[1, 2, 3]);
    for (number, function) in [(1, 0x18), (2, 0x07), (3, 0x11)] {
        let pdu = if function == 0x18 {
            vec![function, 0, 0]
        } else {
            vec![function]
        };
        hub.handle_input(NOW, &peer(number), &frame(1, &pdu));
    }
    assert_eq!(hub.transmit(), None);
    hub.handle_close(NOW, &peer(3));
    for (due, number, function) in [(0x07, 2, 0x87), (0x18, 1, 0x98)] {
        let due = NOW + Duration::from_millis(due);
        assert_eq!(hub.poll_timeout(), Some(due));
        hub.handle_timeout(due);
        assert_eq!(drain(&mut hub, due), [(number, frame(1, &[function, 6]))]);
    }
    assert_eq!(hub.poll_timeout(), None);
}

/// Whatever happens in whatever order, each connection that is open gets its own answers, all of them, in order.
#[test]
fn any_order_of_events_keeps_the_connections_apart() {
    for seed in 0..300 {
        let mut rng = Rng::from_seed(seed);
        let mut hub = hub();
        let mut asked = [0_u16; 6];
        let mut answered = [0_u16; 6];
        let mut open = [false; 6];
        for _ in 0..400 {
            let n = usize::try_from(rng.below(6)).unwrap();
            let id = peer(n as u64);
            match rng.below(7) {
                0 if open[n] => {
                    hub.handle_close(NOW, &id);
                    (open[n], asked[n], answered[n]) = (false, 0, 0);
                }
                0 | 1 => {
                    hub.handle_open(NOW, &id).unwrap();
                    (open[n], asked[n], answered[n]) = (true, 0, 0);
                }
                2 => hub.handle_blocked(NOW, &id),
                3 => hub.handle_writable(NOW, &id),
                4 => {
                    let Some((id, bytes)) = hub.transmit() else { continue };
                    let n = usize::try_from(id.number()).unwrap();
                    assert!(open[n], "seed {seed}: output for a closed connection");
                    for answer in bytes.chunks(11) {
                        assert_eq!(answer[..2], answered[n].to_be_bytes(), "seed {seed}");
                        answered[n] += 1;
                    }
                    let len = bytes.len();
                    hub.handle_transmitted(NOW, &id, len);
                }
                _ => {
                    let request = frame(asked[n], &[0x03, 0, 0, 0, 1]);
                    let taken = hub.handle_input(NOW, &id, &request);
                    assert!(taken == request.len() || taken == 0);
                    asked[n] += u16::from(open[n] && taken > 0);
                }
            }
        }
        for n in 0..6 {
            hub.handle_writable(NOW, &peer(n));
        }
        for (id, bytes) in drain(&mut hub, NOW) {
            answered[usize::try_from(id).unwrap()] += u16::try_from(bytes.len() / 11).unwrap();
        }
        assert_eq!(asked, answered, "seed {seed}");
    }
}
