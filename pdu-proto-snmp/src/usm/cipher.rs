use core::iter;

use aes::{
    Aes128Enc, Aes192Enc, Aes256Enc,
    cipher::{Array, BlockCipherEncrypt, InnerIvInit, KeyInit, consts::U16},
};

#[cfg(feature = "alloc")]
use zeroize::Zeroize;
use zeroize::ZeroizeOnDrop;

#[cfg(feature = "legacy-crypto")]
use super::cbc::{Cbc, Des, TripleDes};
use super::{PrivProtocol, Salt, UsmError, place::Place, secret::Secret};

/// Octets of a block of AES.
const BLOCK: usize = 16;

/// The key schedule of a cipher, and what its mode needs.
#[derive(Clone)]
pub(super) enum Cipher {
    #[cfg(feature = "legacy-crypto")]
    Des(Place<Cbc<Des>>),
    #[cfg(feature = "legacy-crypto")]
    TripleDes(Place<Cbc<TripleDes>>),
    Aes128(Place<Aes128Enc>),
    Aes192(Place<Aes192Enc>),
    Aes256(Place<Aes256Enc>),
    /// The key alone: its schedule is made for each message.
    #[cfg(feature = "alloc")]
    Bare(Place<BareKey>),
}

/// A key of AES without its schedule, which is twenty to forty times as large and takes a tenth of a microsecond to make.
#[cfg(feature = "alloc")]
#[derive(Clone)]
pub(super) enum BareKey {
    Aes128([u8; 16]),
    Aes192([u8; 24]),
    Aes256([u8; 32]),
}

#[cfg(feature = "alloc")]
impl Drop for BareKey {
    fn drop(&mut self) {
        match self {
            Self::Aes128(key) => key.zeroize(),
            Self::Aes192(key) => key.zeroize(),
            Self::Aes256(key) => key.zeroize(),
        }
    }
}

/// What an initial vector is made of: boots and time are the authoritative engine's.
#[derive(Clone, Copy)]
pub(super) struct Nonce {
    pub(super) boots: u32,
    pub(super) time: u32,
    /// The privacy parameters.
    pub(super) salt: [u8; 8],
}

impl Cipher {
    pub(super) fn new(protocol: PrivProtocol, key: &Secret) -> Result<Self, UsmError> {
        Ok(match protocol {
            #[cfg(feature = "legacy-crypto")]
            PrivProtocol::Des => Self::Des(Place::new(Cbc::new(key)?)),
            #[cfg(feature = "legacy-crypto")]
            PrivProtocol::TripleDes => Self::TripleDes(Place::new(Cbc::new(key)?)),
            #[cfg(not(feature = "legacy-crypto"))]
            PrivProtocol::Des | PrivProtocol::TripleDes => {
                let protocol = protocol.as_str();
                return Err(UsmError::Unsupported { protocol });
            }
            PrivProtocol::Aes128 => Self::Aes128(Place::new(keyed(key.as_octets())?)),
            PrivProtocol::Aes192Blumenthal | PrivProtocol::Aes192Reeder => {
                Self::Aes192(Place::new(keyed(key.as_octets())?))
            }
            PrivProtocol::Aes256Blumenthal | PrivProtocol::Aes256Reeder => {
                Self::Aes256(Place::new(keyed(key.as_octets())?))
            }
        })
    }

    /// The same in little space: of AES the key alone.
    #[cfg(feature = "alloc")]
    pub(super) fn new_bare(protocol: PrivProtocol, key: &Secret) -> Result<Self, UsmError> {
        let octets = key.as_octets();
        let bare = match protocol {
            PrivProtocol::Des | PrivProtocol::TripleDes => return Self::new(protocol, key),
            PrivProtocol::Aes128 => octets.try_into().map(BareKey::Aes128),
            PrivProtocol::Aes192Blumenthal | PrivProtocol::Aes192Reeder => octets.try_into().map(BareKey::Aes192),
            PrivProtocol::Aes256Blumenthal | PrivProtocol::Aes256Reeder => octets.try_into().map(BareKey::Aes256),
        };
        // Of another length: the usual way says which.
        bare.map_or_else(|_| Self::new(protocol, key), |bare| Ok(Self::Bare(Place::new(bare))))
    }

    /// Octets of which encrypted data has a multiple.
    pub(super) const fn block_len(&self) -> usize {
        match self {
            #[cfg(feature = "legacy-crypto")]
            Self::Des(_) | Self::TripleDes(_) => 8,
            Self::Aes128(_) | Self::Aes192(_) | Self::Aes256(_) => 1,
            #[cfg(feature = "alloc")]
            Self::Bare(_) => 1,
        }
    }

    /// Of a message that is sent. Source: RFC 3826, 3.1.2.1; RFC 3414, 8.1.1.1.
    pub(super) fn nonce(&self, boots: u32, time: u32, Salt(salt): Salt) -> Nonce {
        let salt = match self {
            #[cfg(feature = "legacy-crypto")]
            Self::Des(_) | Self::TripleDes(_) => u64::from(boots) << 32 | salt & 0xFFFF_FFFF,
            Self::Aes128(_) | Self::Aes192(_) | Self::Aes256(_) => salt,
            #[cfg(feature = "alloc")]
            Self::Bare(_) => salt,
        };
        let salt = salt.to_be_bytes();
        Nonce { boots, time, salt }
    }

    /// In place. For DES and triple DES `data` is of whole blocks; what is not stays as it is.
    pub(super) fn encrypt(&self, nonce: Nonce, data: &mut [u8]) {
        match self {
            #[cfg(feature = "legacy-crypto")]
            Self::Des(cbc) => cbc.encrypt(nonce.salt, data),
            #[cfg(feature = "legacy-crypto")]
            Self::TripleDes(cbc) => cbc.encrypt(nonce.salt, data),
            Self::Aes128(key) => encrypt_cfb(&**key, nonce, data),
            Self::Aes192(key) => encrypt_cfb(&**key, nonce, data),
            Self::Aes256(key) => encrypt_cfb(&**key, nonce, data),
            #[cfg(feature = "alloc")]
            Self::Bare(key) => match &**key {
                BareKey::Aes128(key) => encrypt_cfb(&Aes128Enc::new(key.into()), nonce, data),
                BareKey::Aes192(key) => encrypt_cfb(&Aes192Enc::new(key.into()), nonce, data),
                BareKey::Aes256(key) => encrypt_cfb(&Aes256Enc::new(key.into()), nonce, data),
            },
        }
    }

    /// What was encrypted, out of the first octets of `scratch`.
    ///
    /// # Errors
    ///
    /// No whole number of blocks, where the mode wants that; a scratch of fewer octets than there are, and 15 more.
    pub(super) fn decrypt<'s>(
        &self,
        nonce: Nonce,
        encrypted: &[u8],
        scratch: &'s mut [u8],
    ) -> Result<&'s mut [u8], UsmError> {
        match self {
            #[cfg(feature = "legacy-crypto")]
            Self::Des(cbc) => cbc.decrypt(nonce.salt, encrypted, scratch),
            #[cfg(feature = "legacy-crypto")]
            Self::TripleDes(cbc) => cbc.decrypt(nonce.salt, encrypted, scratch),
            Self::Aes128(key) => decrypt_cfb(&**key, nonce, encrypted, scratch),
            Self::Aes192(key) => decrypt_cfb(&**key, nonce, encrypted, scratch),
            Self::Aes256(key) => decrypt_cfb(&**key, nonce, encrypted, scratch),
            #[cfg(feature = "alloc")]
            Self::Bare(key) => match &**key {
                BareKey::Aes128(key) => decrypt_cfb(&Aes128Enc::new(key.into()), nonce, encrypted, scratch),
                BareKey::Aes192(key) => decrypt_cfb(&Aes192Enc::new(key.into()), nonce, encrypted, scratch),
                BareKey::Aes256(key) => decrypt_cfb(&Aes256Enc::new(key.into()), nonce, encrypted, scratch),
            },
        }
    }
}

impl Nonce {
    /// The initial vector of AES. Source: RFC 3826, 3.1.2.1.
    fn vector(self) -> [u8; 16] {
        let salt = u64::from_be_bytes(self.salt);
        (u128::from(self.boots) << 96 | u128::from(self.time) << 64 | u128::from(salt)).to_be_bytes()
    }
}

/// The bound holds the cipher to it: its key schedule is overwritten when dropped.
pub(super) fn keyed<C: KeyInit + ZeroizeOnDrop>(key: &[u8]) -> Result<C, UsmError> {
    C::new_from_slice(key).map_err(|_| UsmError::KeyLength {
        expected: C::key_size(),
        found: key.len(),
    })
}

fn encrypt_cfb<C: BlockCipherEncrypt<BlockSize = U16>>(key: &C, nonce: Nonce, data: &mut [u8]) {
    cfb_mode::Encryptor::inner_iv_init(key, &nonce.vector().into()).encrypt(data);
}

/// What was encrypted, out of the first octets of `scratch`.
///
/// The key stream of CFB is the initial vector and all encrypted blocks but the last, each enciphered. All are known when the
/// message is here, so they are enciphered together: three times as fast as block by block, which is all that the mode of the
/// crate `cfb-mode` does for messages of this size.
fn decrypt_cfb<'s, C: BlockCipherEncrypt<BlockSize = U16>>(
    key: &C,
    nonce: Nonce,
    encrypted: &[u8],
    scratch: &'s mut [u8],
) -> Result<&'s mut [u8], UsmError> {
    let available = scratch.len();
    let needed = encrypted.len().saturating_add(BLOCK - 1);
    let stream = scratch
        .get_mut(..needed)
        .ok_or(UsmError::Scratch { needed, available })?;
    let (blocks, _) = Array::slice_as_chunks_mut(stream);
    let (before, _) = Array::<u8, U16>::slice_as_chunks(encrypted);
    let vector = Array::from(nonce.vector());
    for (block, before) in blocks.iter_mut().zip(iter::once(&vector).chain(before)) {
        *block = *before;
    }
    key.encrypt_blocks(blocks);
    let data = stream.get_mut(..encrypted.len()).unwrap_or_default();
    for (octet, encrypted) in data.iter_mut().zip(encrypted) {
        *octet ^= encrypted;
    }
    Ok(data)
}
