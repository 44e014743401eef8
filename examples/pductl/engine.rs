//! Numbers that nobody guesses, and what this program is to others who speak SNMP: an engine of its own.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use pdu_core::Instant;
use pdu_proto_snmp::usm::{EngineId, LocalEngine, UsmError};

/// Nobody's: RFC 5612 reserves it for examples.
const ENTERPRISE: u32 = 32473;

/// 64 random bits, others each time.
pub(crate) fn seed() -> u64 {
    RandomState::new().hash_one("")
}

/// 256 random bits, others each time.
pub(crate) fn entropy() -> [u8; 32] {
    let mut octets = [0; 32];
    for piece in octets.chunks_mut(8) {
        piece.copy_from_slice(&seed().to_be_bytes());
    }
    octets
}

/// An engine of this name. Nothing is kept between two runs, so how often it has started is taken from the clock, which only
/// grows too.
pub(crate) fn local(name: &str) -> Result<LocalEngine, UsmError> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let boots = u32::try_from(since_epoch.as_secs() & 0x3FFF_FFFF).unwrap_or_default();
    let id = EngineId::from_text(ENTERPRISE, name)?;
    Ok(LocalEngine::new(id, boots, Instant::EPOCH))
}
