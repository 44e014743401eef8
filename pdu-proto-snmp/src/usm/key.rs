use core::fmt;

use hmac::digest::Digest;
use zeroize::ZeroizeOnDrop;

use super::{AuthProtocol, EngineId, PrivProtocol, UsmError, hash::with_hash, secret::Secret};

/// The shortest password. Source: RFC 3414, 11.2.
const MIN_PASSWORD: usize = 8;
/// To this many octets a password is repeated. Source: RFC 3414, 2.6.
const STRETCHED: usize = 1 << 20;

/// A key made of a password, the same for all engines.
///
/// To make it takes over a millisecond, on purpose; so it may be kept, where others cannot read it. It is overwritten when
/// dropped, and `Debug` does not show it.
///
/// Source: RFC 3414, 2.6 and A.2 (`Ku`).
#[derive(Clone)]
pub struct MasterKey(Secret);

impl MasterKey {
    /// The key that a password gives, with the hash of this protocol: also for a key for privacy, which is made with the
    /// hash by which the user authenticates.
    ///
    /// # Errors
    ///
    /// A password of fewer than eight octets, or MD5 without the feature `legacy-crypto`.
    pub fn from_password(protocol: AuthProtocol, password: &[u8]) -> Result<Self, UsmError> {
        let found = password.len();
        if found < MIN_PASSWORD {
            return Err(UsmError::PasswordTooShort { found });
        }
        with_hash!(protocol, H => Self(stretched::<H>(password)))
    }

    /// A key that was made before, as [`as_octets`](Self::as_octets) gave it.
    ///
    /// # Errors
    ///
    /// Another number of octets than [the protocol's](AuthProtocol::key_len).
    pub fn from_octets(protocol: AuthProtocol, octets: &[u8]) -> Result<Self, UsmError> {
        let key = Self(Secret::of(octets));
        key.check(protocol, octets.len())?;
        Ok(key)
    }

    /// The key itself: whoever has it needs no password.
    pub fn as_octets(&self) -> &[u8] {
        self.0.as_octets()
    }

    fn check(&self, protocol: AuthProtocol, found: usize) -> Result<(), UsmError> {
        let expected = protocol.key_len();
        if found != expected || self.as_octets().len() != expected {
            return Err(UsmError::KeyLength { expected, found });
        }
        Ok(())
    }

    /// The key for one engine (`Kul`).
    pub(super) fn localised(&self, protocol: AuthProtocol, engine: &EngineId) -> Result<Secret, UsmError> {
        self.check(protocol, self.as_octets().len())?;
        with_hash!(protocol, H => localised::<H>(self.0.as_octets(), engine))
    }

    /// The key for one engine, as long as the cipher wants it.
    pub(super) fn localised_for(
        &self,
        privacy: PrivProtocol,
        protocol: AuthProtocol,
        engine: &EngineId,
    ) -> Result<Secret, UsmError> {
        let mut key = self.localised(protocol, engine)?;
        let needed = privacy.key_len();
        with_hash!(protocol, H => match privacy {
            PrivProtocol::Aes192Blumenthal | PrivProtocol::Aes256Blumenthal => extended_by_blumenthal::<H>(&mut key, needed),
            PrivProtocol::TripleDes | PrivProtocol::Aes192Reeder | PrivProtocol::Aes256Reeder => {
                extended_by_reeder::<H>(&mut key, needed, engine);
            }
            PrivProtocol::Des | PrivProtocol::Aes128 => {}
        })?;
        key.truncate(needed);
        Ok(key)
    }
}

impl ZeroizeOnDrop for MasterKey {}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(secret)")
    }
}

/// The hash of the password, repeated to a mebioctet. Source: RFC 3414, A.2.1.
fn stretched<H: Digest>(password: &[u8]) -> Secret {
    let mut hash = H::new();
    let mut left = STRETCHED;
    while left > 0 && !password.is_empty() {
        let part = password.get(..left).unwrap_or(password);
        hash.update(part);
        left = left.saturating_sub(part.len());
    }
    digested(hash)
}

/// Source: RFC 3414, 2.6.
fn localised<H: Digest>(key: &[u8], engine: &EngineId) -> Secret {
    digested(H::new().chain_update(key).chain_update(engine).chain_update(key))
}

/// Behind the key, the hash of all that is there, until there is enough. Source: draft-blumenthal-aes-usm-04, 3.1.2.1.
fn extended_by_blumenthal<H: Digest>(key: &mut Secret, needed: usize) {
    while key.as_octets().len() < needed {
        let more = digested(H::new().chain_update(key.as_octets()));
        key.append(more.as_octets());
    }
}

/// Behind the key, the key that comes out where its last part is taken for a password, until there is enough.
/// Source: draft-reeder-snmpv3-usm-3desede-00, 2.1.
fn extended_by_reeder<H: Digest>(key: &mut Secret, needed: usize, engine: &EngineId) {
    let mut last = key.clone();
    while key.as_octets().len() < needed {
        last = localised::<H>(stretched::<H>(last.as_octets()).as_octets(), engine);
        key.append(last.as_octets());
    }
}

fn digested<H: Digest>(hash: H) -> Secret {
    let mut digest = hash.finalize();
    let secret = Secret::of(&digest);
    zeroize::Zeroize::zeroize(digest.as_mut_slice());
    secret
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // clippy excepts only the functions marked as tests, not their helpers

    use super::*;

    /// The engine of all examples in RFC 3414, A.3.
    fn engine() -> EngineId {
        EngineId::new(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]).unwrap()
    }

    #[test]
    #[cfg(feature = "legacy-crypto")]
    fn md5_example_of_rfc_3414_a_3_1() {
        let key = MasterKey::from_password(AuthProtocol::Md5, b"maplesyrup").unwrap();
        assert_eq!(
            key.as_octets(),
            0x9faf_3283_884e_9283_4ebc_9847_d8ed_d963_u128.to_be_bytes()
        );
        let localised = key.localised(AuthProtocol::Md5, &engine()).unwrap();
        assert_eq!(
            localised.as_octets(),
            0x526f_5eed_9fcc_e26f_8964_c293_0787_d82b_u128.to_be_bytes()
        );
    }

    #[test]
    fn sha_example_of_rfc_3414_a_3_2() {
        let key = MasterKey::from_password(AuthProtocol::Sha1, b"maplesyrup").unwrap();
        let expected = [
            0x9f, 0xb5, 0xcc, 0x03, 0x81, 0x49, 0x7b, 0x37, 0x93, 0x52, 0x89, 0x39, 0xff, 0x78, 0x8d, 0x5d, 0x79, 0x14,
            0x52, 0x11,
        ];
        assert_eq!(key.as_octets(), expected);
        let expected = [
            0x66, 0x95, 0xfe, 0xbc, 0x92, 0x88, 0xe3, 0x62, 0x82, 0x23, 0x5f, 0xc7, 0x15, 0x1f, 0x12, 0x84, 0x97, 0xb3,
            0x8f, 0x3f,
        ];
        let localised = key.localised(AuthProtocol::Sha1, &engine()).unwrap();
        assert_eq!(localised.as_octets(), expected);
    }

    /// What is longer is only made longer: its first octets are the key that would do for AES-128.
    #[test]
    fn the_two_ways_to_make_a_key_longer_differ_behind_its_end() {
        let key = MasterKey::from_password(AuthProtocol::Sha1, b"maplesyrup").unwrap();
        let longer = |privacy| key.localised_for(privacy, AuthProtocol::Sha1, &engine()).unwrap();
        let plain = key.localised(AuthProtocol::Sha1, &engine()).unwrap();
        let (blumenthal, reeder) = (
            longer(PrivProtocol::Aes256Blumenthal),
            longer(PrivProtocol::Aes256Reeder),
        );
        assert!(
            blumenthal.as_octets().starts_with(plain.as_octets()) && reeder.as_octets().starts_with(plain.as_octets())
        );
        assert_ne!(blumenthal.as_octets(), reeder.as_octets());
        assert_eq!((blumenthal.as_octets().len(), reeder.as_octets().len()), (32, 32));
        let same = longer(PrivProtocol::Aes128);
        assert_eq!(same.as_octets(), &plain.as_octets()[..16]);
    }
}
