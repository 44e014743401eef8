use crate::scratch::Scratch;
use crate::usm::{Keys, Outgoing, Salts, UsmError};
use crate::wire::v3::{Scoped, SecurityLevel};

/// Makes messages of v3, each with another salt, in a buffer that is used again.
#[derive(Debug)]
pub(super) struct Sealer {
    salts: Salts,
    buffer: Scratch,
}

impl Sealer {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            salts: Salts::new(seed),
            buffer: Scratch::default(),
        }
    }

    /// A message of at most `max_len` octets. The salt of `outgoing` is replaced.
    pub(super) fn seal(
        &mut self,
        keys: &Keys,
        level: SecurityLevel,
        outgoing: Outgoing<'_>,
        scoped: &Scoped<'_>,
        max_len: usize,
    ) -> Result<&[u8], UsmError> {
        let buffer = self.buffer.octets(max_len);
        let len = scoped.encode(buffer)?.len();
        let salt = self.salts.take();
        let message = keys.seal_at(level, Outgoing { salt, ..outgoing }, len, buffer)?;
        Ok(message)
    }
}
