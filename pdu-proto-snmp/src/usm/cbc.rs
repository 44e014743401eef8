//! DES and triple DES in CBC mode.

use cbc::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, consts::U8,
};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{UsmError, cipher::keyed, secret::Secret};

pub(super) type Des = des::Des;
pub(super) type TripleDes = des::TdesEde3;

/// Octets of a block, and of an initial vector.
const BLOCK: usize = 8;

/// A key schedule, and the last eight octets of the key, of which initial vectors are made.
#[derive(Clone)]
pub(super) struct Cbc<C> {
    key: C,
    pre_iv: Zeroizing<[u8; BLOCK]>,
}

impl<C: KeyInit + ZeroizeOnDrop> Cbc<C> {
    /// Source: RFC 3414, 8.1.1.1; draft-reeder-snmpv3-usm-3desede-00, 5.1.1.1.
    pub(super) fn new(key: &Secret) -> Result<Self, UsmError> {
        let found = key.as_octets().len();
        let (key, pre_iv) = key.as_octets().split_last_chunk().ok_or(UsmError::KeyLength {
            expected: C::key_size().saturating_add(BLOCK),
            found,
        })?;
        Ok(Self {
            key: keyed(key)?,
            pre_iv: Zeroizing::new(*pre_iv),
        })
    }
}

impl<C: BlockCipherEncrypt<BlockSize = U8> + BlockCipherDecrypt<BlockSize = U8>> Cbc<C> {
    pub(super) fn encrypt(&self, salt: [u8; BLOCK], data: &mut [u8]) {
        let (blocks, _) = Array::slice_as_chunks_mut(data);
        cbc::Encryptor::inner_iv_init(&self.key, &self.vector(salt).into()).encrypt_blocks(blocks);
    }

    /// What was encrypted, out of the first octets of `scratch`.
    pub(super) fn decrypt<'s>(
        &self,
        salt: [u8; BLOCK],
        encrypted: &[u8],
        scratch: &'s mut [u8],
    ) -> Result<&'s mut [u8], UsmError> {
        let (found, available) = (encrypted.len(), scratch.len());
        if !found.is_multiple_of(BLOCK) {
            return Err(UsmError::CipherLength { found });
        }
        let data = scratch.get_mut(..found).ok_or(UsmError::Scratch {
            needed: found,
            available,
        })?;
        let (from, _) = Array::slice_as_chunks(encrypted);
        let (to, _) = Array::slice_as_chunks_mut(data);
        cbc::Decryptor::inner_iv_init(&self.key, &self.vector(salt).into())
            .decrypt_blocks_b2b(from, to)
            .map_err(|_| UsmError::CipherLength { found })?;
        Ok(data)
    }

    fn vector(&self, salt: [u8; BLOCK]) -> [u8; BLOCK] {
        (u64::from_be_bytes(*self.pre_iv) ^ u64::from_be_bytes(salt)).to_be_bytes()
    }
}
