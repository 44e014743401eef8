//! What the faulty link does to bytes is what its medium can do.

use std::time::Duration;

use pdu_core::Instant;
use pdu_core::testing::{Duplex, Faults, FaultyLink, Medium, Side, Split, Wire};

const START: Instant = Instant::from_millis(1);

/// Everything that arrives at the server, piece by piece, with its time.
fn arrivals(link: &mut FaultyLink, to: Side) -> Vec<(Instant, Vec<u8>)> {
    let mut arrived = Vec::new();
    while let Some(at) = link.next_arrival() {
        match link.receive(at, to) {
            Some(bytes) => arrived.push((at, bytes)),
            None => break,
        }
    }
    arrived
}

fn bytes_of(arrived: &[(Instant, Vec<u8>)]) -> Vec<u8> {
    arrived.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect()
}

#[test]
fn a_stream_loses_nothing_in_the_middle_and_keeps_the_order() {
    for seed in 0..200 {
        let mut faults = Faults::stream();
        // All of these are impossible on a stream, and ignored.
        (faults.loss, faults.truncation, faults.corruption) = (300, 300, 300);
        (faults.noise, faults.duplication, faults.reordering) = (300, 300, 300);
        let mut link = FaultyLink::new(seed, faults);
        let sent: Vec<u8> = (0..200).collect();
        for (n, write) in sent.chunks(10).enumerate() {
            link.send(START + Duration::from_millis(n as u64), Side::Client, write);
        }
        let arrived = bytes_of(&arrivals(&mut link, Side::Server));
        assert_eq!(arrived, sent[..arrived.len()], "seed {seed}");
        let cut = link.is_cut(Instant::FAR_FUTURE);
        assert!(
            cut || arrived.len() == sent.len(),
            "seed {seed}: {} bytes, and no cut",
            arrived.len()
        );
    }
}

#[test]
fn the_same_seed_does_the_same() {
    let run = |seed| {
        let mut link = FaultyLink::new(seed, Faults::datagram());
        for n in 0..50 {
            link.send(START, Side::Client, &[n; 8]);
        }
        arrivals(&mut link, Side::Server)
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn other_splits_leave_the_bytes_as_they_are() {
    let run = |split| {
        let mut faults = Faults::serial();
        faults.split = split;
        let mut link = FaultyLink::new(5, faults);
        for n in 0..50 {
            link.send(START + Duration::from_millis(n), Side::Client, &[0x55; 12]);
        }
        bytes_of(&arrivals(&mut link, Side::Server))
    };
    assert_eq!(run(Split::EveryByte), run(Split::Never));
    assert_eq!(run(Split::Chance(300)), run(Split::Never));
}

#[test]
fn a_corruption_is_one_burst_of_at_most_16_bits() {
    let mut faults = Faults::none(Medium::Serial);
    faults.corruption = 1000;
    for seed in 0..500 {
        let mut link = FaultyLink::new(seed, faults.clone());
        link.send(START, Side::Client, &[0; 8]);
        let word = bytes_of(&arrivals(&mut link, Side::Server))
            .try_into()
            .map(u64::from_le_bytes)
            .unwrap();
        assert_ne!(word, 0, "seed {seed}");
        let burst = 64 - word.leading_zeros() - word.trailing_zeros();
        assert!(burst <= 16, "seed {seed}: {burst} bits");
    }
}

#[test]
fn what_is_written_at_one_time_is_damaged_once_at_most() {
    let mut faults = Faults::none(Medium::Serial);
    faults.loss = 1000;
    let mut link = FaultyLink::new(1, faults);
    link.send(START, Side::Client, b"lost");
    link.send(START, Side::Client, b"kept");
    assert_eq!(bytes_of(&arrivals(&mut link, Side::Server)), b"kept");
}

#[test]
fn datagrams_are_lost_doubled_and_overtaken_but_never_joined() {
    let mut link = FaultyLink::new(9, Faults::datagram());
    for n in 0..=255 {
        link.send(START + Duration::from_millis(u64::from(n)), Side::Client, &[n, n, n]);
    }
    let arrived = arrivals(&mut link, Side::Server);
    let whole: Vec<u8> = arrived
        .iter()
        .filter(|(_, bytes)| bytes.len() == 3)
        .map(|(_, bytes)| bytes[0])
        .collect();
    let times = |n: u8| whole.iter().filter(|arrived| **arrived == n).collect::<Vec<_>>().len();
    assert!(arrived.iter().all(|(_, bytes)| bytes.len() <= 3), "joined");
    assert!(
        (0..=255).any(|n| times(n) == 0) && (0..=255).any(|n| times(n) == 2),
        "loss and duplication"
    );
    assert!(whole.windows(2).any(|pair| pair[0] > pair[1]), "reordering");
    assert!(arrived.iter().any(|(_, bytes)| bytes.len() < 3), "truncation");
}

fn line(duplex: Duplex) -> Faults {
    let mut faults = Faults::none(Medium::Serial);
    faults.delay = Duration::ZERO..=Duration::ZERO;
    faults.wire = Some(Wire {
        bits_per_second: 9600,
        bits_per_character: 11,
        duplex,
    });
    faults
}

#[test]
fn bytes_take_their_time_on_a_wire() {
    let mut faults = line(Duplex::Full);
    faults.split = Split::EveryByte;
    let mut link = FaultyLink::new(1, faults);
    link.send(Instant::EPOCH, Side::Client, &[0; 256]);
    let arrived = arrivals(&mut link, Side::Server);
    assert_eq!(arrived.len(), 256);
    assert_eq!(arrived[0].0, Instant::from_micros(1_145));
    assert_eq!(
        arrived[255].0,
        Instant::from_micros(293_333),
        "256 bytes at 9600 baud are 293 ms"
    );
}

#[test]
fn writes_to_a_wire_queue_up() {
    let mut link = FaultyLink::new(1, line(Duplex::Full));
    link.send(Instant::EPOCH, Side::Client, &[0; 8]);
    link.send(Instant::EPOCH, Side::Client, &[0; 8]);
    let arrived = arrivals(&mut link, Side::Server);
    assert_eq!(arrived[1].0.as_micros(), 2 * arrived[0].0.as_micros());
}

#[test]
fn an_rs485_adapter_may_hear_itself() {
    let mut link = FaultyLink::new(1, line(Duplex::HalfWithEcho));
    link.send(Instant::EPOCH, Side::Client, b"question");
    let at = link.next_arrival().unwrap();
    assert_eq!(link.receive(at, Side::Client).as_deref(), Some(&b"question"[..]));
    assert_eq!(link.receive(at, Side::Server).as_deref(), Some(&b"question"[..]));
}

#[test]
fn two_that_speak_at_once_on_a_half_duplex_line_are_not_understood() {
    let mut link = FaultyLink::new(1, line(Duplex::Half));
    link.send(Instant::EPOCH, Side::Client, b"question");
    link.send(Instant::from_micros(100), Side::Server, b"answer");
    let mut arrived = arrivals(&mut link, Side::Client);
    arrived.extend(
        link.receive(Instant::FAR_FUTURE, Side::Client)
            .map(|bytes| (START, bytes)),
    );
    assert_ne!(bytes_of(&arrived), b"answer");
}
