//! Tests of `pdu_core::testing` itself: it passes toys that obey the contract, and finds the bugs of those that do not.
#![cfg(feature = "testing")]

mod fleet;
mod harness;
mod link;
mod servers;
mod sessions;
mod toys;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdu_core::Transport;
use toys::Ask;

const DATAGRAM: Transport = Transport::Datagram { max_len: 64 };

/// Request `n` of every toy: every third is a write.
fn ask(n: u32) -> Ask {
    if n % 3 == 2 { Ask::Set(n) } else { Ask::Get(n) }
}

/// What a contract test said when it failed, as it must.
#[track_caller]
#[allow(clippy::panic)] // a helper of tests, which clippy does not take for one
fn fails(contract_test: impl FnOnce()) -> String {
    match catch_unwind(AssertUnwindSafe(contract_test)) {
        Ok(()) => panic!("the contract test passed what has a bug"),
        Err(said) => match said.downcast::<String>() {
            Ok(text) => *text,
            Err(said) => said
                .downcast::<&str>()
                .map_or_else(|_| String::new(), |text| (*text).to_owned()),
        },
    }
}
