//! The contract of servers.

use pdu_core::Transport;
use pdu_core::testing::{ServerFixture, SolePeer, server};

use super::toys::{PeerBug, ToyHub, ToyPeer, seal};
use super::{DATAGRAM, ask, fails};

/// The toy device, as the server under test.
struct DeviceFixture {
    transport: Option<Transport>,
    bug: PeerBug,
}

impl ServerFixture for DeviceFixture {
    type Server = ToyPeer;

    fn server(&self) -> ToyPeer {
        match self.transport {
            Some(transport) => ToyPeer::tagged(transport, self.bug),
            None => ToyPeer::plain(self.bug),
        }
    }

    fn request(&self, n: u32) -> Vec<u8> {
        let text = ask(n).to_string();
        match self.transport {
            Some(_) => format!("{n} {text}\n").into_bytes(),
            None => format!("{}\n", seal(&text)).into_bytes(),
        }
    }
}

fn device(bug: PeerBug) -> DeviceFixture {
    let transport = Some(Transport::Stream);
    DeviceFixture { transport, bug }
}

#[test]
fn good_servers_keep_their_contract() {
    for transport in [Some(Transport::Stream), Some(DATAGRAM), None] {
        let bug = PeerBug::None;
        server::all(&DeviceFixture { transport, bug });
    }
}

#[test]
fn a_server_that_loses_bytes_between_pieces_is_found() {
    let said = fails(|| server::input_may_be_split_anywhere(&device(PeerBug::LosesPartialLines)));
    assert!(said.contains("if the input is split"), "{said}");
}

#[test]
fn a_server_that_owes_without_bound_is_found() {
    let said = fails(|| server::stops_reading_when_its_output_is_not_taken(&device(PeerBug::OwesWithoutBound)));
    assert!(said.contains("octets owed"), "{said}");
}

#[test]
fn a_server_that_panics_is_found() {
    let said = fails(|| server::never_panics(&device(PeerBug::PanicsOnStrangeInput)));
    assert!(said.contains("strange"), "{said}");
}

#[test]
fn a_server_that_depends_on_how_often_it_is_told_the_time_is_found() {
    let said = fails(|| server::polls_are_level_triggered(&device(PeerBug::AnswersTwiceIfAskedAgain)));
    assert!(said.contains("asked more often"), "{said}");
}

/// The toy device behind a hub.
struct HubFixture;

impl ServerFixture for HubFixture {
    type Server = SolePeer<ToyHub>;

    fn server(&self) -> SolePeer<ToyHub> {
        SolePeer::new(ToyHub::new(), 7)
    }

    fn request(&self, n: u32) -> Vec<u8> {
        device(PeerBug::None).request(n)
    }
}

#[test]
fn a_hub_takes_the_contract_of_servers_through_its_sole_peer() {
    server::all(&HubFixture);
}
