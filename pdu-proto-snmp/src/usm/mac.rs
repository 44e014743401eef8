use hmac::{
    KeyInit,
    block_api::HmacCore,
    digest::{
        Output,
        block_api::{Buffer, EagerHash, FixedOutputCore, UpdateCore},
    },
};
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

use super::{AuthProtocol, UsmError, place::Place, secret::Secret};

/// The longest code in a message: that of SHA-512.
pub(super) const MAX_CODE: usize = 48;

/// The key of an HMAC, as the states of the hash behind its two paddings: no message hashes those again.
#[derive(Clone)]
pub(super) enum Mac {
    #[cfg(feature = "legacy-crypto")]
    Md5(Place<HmacCore<md5::Md5>>),
    Sha1(Place<HmacCore<sha1::Sha1>>),
    Sha224(Place<HmacCore<sha2::Sha224>>),
    Sha256(Place<HmacCore<sha2::Sha256>>),
    Sha384(Place<HmacCore<sha2::Sha384>>),
    Sha512(Place<HmacCore<sha2::Sha512>>),
}

impl Mac {
    pub(super) fn new(protocol: AuthProtocol, key: &Secret) -> Result<Self, UsmError> {
        let key = key.as_octets();
        Ok(match protocol {
            #[cfg(feature = "legacy-crypto")]
            AuthProtocol::Md5 => Self::Md5(keyed(key)?),
            #[cfg(not(feature = "legacy-crypto"))]
            AuthProtocol::Md5 => {
                let protocol = protocol.as_str();
                return Err(UsmError::Unsupported { protocol });
            }
            AuthProtocol::Sha1 => Self::Sha1(keyed(key)?),
            AuthProtocol::Sha224 => Self::Sha224(keyed(key)?),
            AuthProtocol::Sha256 => Self::Sha256(keyed(key)?),
            AuthProtocol::Sha384 => Self::Sha384(keyed(key)?),
            AuthProtocol::Sha512 => Self::Sha512(keyed(key)?),
        })
    }

    pub(super) const fn code_len(&self) -> usize {
        self.protocol().code_len()
    }

    const fn protocol(&self) -> AuthProtocol {
        match self {
            #[cfg(feature = "legacy-crypto")]
            Self::Md5(_) => AuthProtocol::Md5,
            Self::Sha1(_) => AuthProtocol::Sha1,
            Self::Sha224(_) => AuthProtocol::Sha224,
            Self::Sha256(_) => AuthProtocol::Sha256,
            Self::Sha384(_) => AuthProtocol::Sha384,
            Self::Sha512(_) => AuthProtocol::Sha512,
        }
    }

    /// The code of the parts, one behind the other, in the first [`code_len`](Self::code_len) octets.
    pub(super) fn code(&self, parts: [&[u8]; 3]) -> [u8; MAX_CODE] {
        let mut code = [0; MAX_CODE];
        self.with_code(parts, |full| {
            for (place, octet) in code.iter_mut().zip(full) {
                *place = *octet;
            }
        });
        code
    }

    /// Whether `found` is the code of the parts; takes as long whichever octet differs.
    pub(super) fn is_right(&self, parts: [&[u8]; 3], found: &[u8]) -> bool {
        let len = self.code_len();
        self.with_code(parts, |full| are_equal(full.get(..len).unwrap_or(full), found))
    }

    fn with_code<R>(&self, parts: [&[u8]; 3], then: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            #[cfg(feature = "legacy-crypto")]
            Self::Md5(key) => then(&hmac_of(key, parts)),
            Self::Sha1(key) => then(&hmac_of(key, parts)),
            Self::Sha224(key) => then(&hmac_of(key, parts)),
            Self::Sha256(key) => then(&hmac_of(key, parts)),
            Self::Sha384(key) => then(&hmac_of(key, parts)),
            Self::Sha512(key) => then(&hmac_of(key, parts)),
        }
    }
}

/// The bound holds the hash to it: its states are overwritten when dropped.
fn keyed<H: EagerHash + ZeroizeOnDrop>(key: &[u8]) -> Result<Place<HmacCore<H>>, UsmError> {
    let state = HmacCore::new_from_slice(key).map_err(|_| UsmError::KeyLength {
        expected: Secret::MAX_OCTETS,
        found: key.len(),
    })?;
    Ok(Place::new(state))
}

fn hmac_of<H: EagerHash>(key: &HmacCore<H>, parts: [&[u8]; 3]) -> Output<HmacCore<H>> {
    let mut state = key.clone();
    let mut buffer = Buffer::<HmacCore<H>>::default();
    for part in parts {
        buffer.digest_blocks(part, |blocks| state.update_blocks(blocks));
    }
    let mut code = Output::<HmacCore<H>>::default();
    state.finalize_fixed_core(&mut buffer, &mut code);
    code
}

/// Whether both are the same, in a time that depends on nothing but their lengths. All codes are of whole words. What differs is
/// gathered first, since each comparison that the compiler must not see through costs a call.
fn are_equal(left: &[u8], right: &[u8]) -> bool {
    let ((left_words, []), (right_words, [])) = (left.as_chunks(), right.as_chunks()) else {
        return false;
    };
    let pairs = left_words.iter().zip(right_words);
    let differences = pairs.fold(0, |all, (left, right)| {
        all | u32::from_ne_bytes(*left) ^ u32::from_ne_bytes(*right)
    });
    left.len() == right.len() && differences.ct_eq(&0).into()
}
