//! Sessions of different protocols stand in one `Vec`, and are driven and tested like any other.

use std::time::Duration;

use pdu_core::testing::{Faults, Harness, Medium};
use pdu_core::{Session, Transport};

use super::toys::{Ask, Bug, Junk, PeerBug, Plain, Tagged, ToyError, ToyPeer};

type AnySession = Box<dyn Session<Request = Ask, Reply = u32, Notice = Junk, Error = ToyError> + Send>;

#[test]
fn a_mixed_fleet_is_one_vec() {
    let mut fleet: Vec<(AnySession, ToyPeer, Medium)> = vec![
        (
            Box::new(Tagged::new(Transport::Stream, Bug::None)),
            ToyPeer::tagged(Transport::Stream, PeerBug::None),
            Medium::Stream,
        ),
        (
            Box::new(Plain::new(Bug::None)),
            ToyPeer::plain(PeerBug::None),
            Medium::Serial,
        ),
    ];
    for (session, peer, medium) in &mut fleet {
        let mut harness = Harness::new(7, Faults::none(*medium), session, peer);
        harness.submit(Ask::Get(3)).unwrap();
        harness.submit(Ask::Set(4)).unwrap();
        assert!(harness.run_until_done(Duration::from_secs(5)).unwrap());
        assert_eq!(harness.result(0), Some(&Ok(1003)));
        assert_eq!(harness.result(1), Some(&Ok(1004)));
    }
}
