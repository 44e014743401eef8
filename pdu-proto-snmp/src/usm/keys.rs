use core::fmt;

use zeroize::ZeroizeOnDrop;

use super::{
    EngineId, PrivProtocol, Salt, User, UsmError,
    cipher::{Cipher, Nonce},
    mac::{MAX_CODE, Mac},
    secret::Secret,
    user::UserName,
};
use crate::wire::{
    EncodeError, Tolerance,
    v3::{Data, Flags, Header, Message, Scoped, SecurityLevel, SecurityModel, Usm},
};

/// A user's keys for one engine, ready to be used: the states of the hash behind the paddings of the HMAC, and the key
/// schedule of the cipher. With them neither sending nor receiving allocates.
///
/// What came is proven by [`verify`](Self::verify) first, then its time by [`RemoteEngine`](super::RemoteEngine) or
/// [`LocalEngine`](super::LocalEngine), and only then [deciphered](Self::decrypt).
///
/// Overwritten when dropped; copies that the compiler may leave on the stack while keys are made are not. With `alloc` the
/// states live on the heap: for SHA-256 and AES-128 784 octets of it on x86-64, most of them the schedule that AES without
/// instructions of its own would need.
#[derive(Clone)]
pub struct Keys {
    user_name: UserName,
    mac: Option<Mac>,
    cipher: Option<Cipher>,
}

/// What is to stand around scoped data that is sent.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// What an answer repeats: 0 to 2^31-1.
    pub message_id: u32,
    /// The largest message that the sender receives: 484 to 2^31-1 octets.
    pub max_size: u32,
    /// [`Flags::REPORTABLE`] or [`Flags::NONE`]. Those of the security level are put and taken by the one who seals.
    pub flags: Flags,
    /// The authoritative engine, for which the keys were localised; empty in a probe.
    pub engine_id: &'a [u8],
    /// Its boots.
    pub boots: u32,
    /// Its time, in seconds.
    pub time: u32,
    /// Different for each message of one key; of no meaning without privacy.
    pub salt: Salt,
}

impl Keys {
    /// The keys of a user for one engine. Takes microseconds; over a millisecond where a key is made longer in Reeder's way.
    ///
    /// # Errors
    ///
    /// Privacy without authentication, a key that does not fit the protocol, a protocol that is left out of this build.
    pub fn localise(user: &User, engine: &EngineId) -> Result<Self, UsmError> {
        Self::localise_with(user, engine, Cipher::new)
    }

    /// The same in a quarter of the space, for who keeps thousands of them: the key schedule of AES is made for each message.
    #[cfg(feature = "alloc")]
    pub(crate) fn localise_bare(user: &User, engine: &EngineId) -> Result<Self, UsmError> {
        Self::localise_with(user, engine, Cipher::new_bare)
    }

    fn localise_with(
        user: &User,
        engine: &EngineId,
        new_cipher: fn(PrivProtocol, &Secret) -> Result<Cipher, UsmError>,
    ) -> Result<Self, UsmError> {
        let Some((protocol, key)) = user.auth() else {
            return match user.privacy() {
                None => Ok(Self::unprotected(user)),
                Some(_) => Err(UsmError::PrivacyWithoutAuthentication),
            };
        };
        let mac = Mac::new(*protocol, &key.localised(*protocol, engine)?)?;
        let cipher = |(privacy, key): &(_, super::MasterKey)| -> Result<Cipher, UsmError> {
            new_cipher(*privacy, &key.localised_for(*privacy, *protocol, engine)?)
        };
        Ok(Self {
            user_name: user.user_name(),
            mac: Some(mac),
            cipher: user.privacy().map(cipher).transpose()?,
        })
    }

    /// No keys, and the user's name: for probes, for reports without authentication.
    pub const fn unprotected(user: &User) -> Self {
        Self {
            user_name: user.user_name(),
            mac: None,
            cipher: None,
        }
    }

    /// The highest level at which these keys can send and receive.
    pub const fn level(&self) -> SecurityLevel {
        match (&self.mac, &self.cipher) {
            (None, _) => SecurityLevel::NoAuthNoPriv,
            (Some(_), None) => SecurityLevel::AuthNoPriv,
            (Some(_), Some(_)) => SecurityLevel::AuthPriv,
        }
    }

    /// The user's name.
    pub fn user_name(&self) -> &[u8] {
        self.user_name.as_octets()
    }

    /// Whether the message's authentication code is right. Nothing that a message says is to be believed before.
    ///
    /// Keys of a user without authentication have nothing to check: every message without a code passes.
    ///
    /// # Errors
    ///
    /// Another security model, a message without a code, one at a level that these keys do not reach, or a wrong code. How
    /// long it takes says nothing about the code.
    pub fn verify(&self, message: &Message<'_>) -> Result<(), UsmError> {
        let usm = message.usm().ok_or(UsmError::SecurityModel {
            found: message.header().security_model,
        })?;
        let authenticated = message.header().flags.contains(Flags::AUTHENTICATED);
        let mac = match (&self.mac, authenticated) {
            (Some(mac), true) => mac,
            (Some(_), false) => return Err(UsmError::NotAuthenticated),
            (None, true) => return Err(self.level_error(message)),
            (None, false) => return Ok(()),
        };
        let place = message.authentication_code();
        let found = usm.authentication_parameters;
        let zeros = [0; MAX_CODE];
        let parts = message
            .octets()
            .split_at_checked(place.start)
            .and_then(|(front, rest)| Some([front, zeros.get(..mac.code_len())?, rest.get(found.len()..)?]))
            .ok_or(UsmError::WrongDigest)?;
        if found.len() != mac.code_len() || !mac.is_right(parts, found) {
            return Err(UsmError::WrongDigest);
        }
        Ok(())
    }

    /// The scoped data of a message that was [verified](Self::verify): deciphered into `scratch`, or as it stands in a
    /// message in clear.
    ///
    /// # Errors
    ///
    /// An encrypted message for keys without privacy, broken privacy parameters, too small a `scratch` (the length of the
    /// message is always enough), and what is no scoped data: after another privacy key that is what comes out.
    pub fn decrypt<'s>(
        &self,
        message: &Message<'s>,
        scratch: &'s mut [u8],
        tolerance: Tolerance,
    ) -> Result<Scoped<'s>, UsmError> {
        let encrypted = match message.data() {
            Data::Plain(data) => return Scoped::parse(data, tolerance).map_err(UsmError::Scoped),
            Data::Encrypted(encrypted) => encrypted,
        };
        let cipher = self.cipher.as_ref().ok_or_else(|| self.level_error(message))?;
        let usm = message.usm().unwrap_or_default();
        let parameters = usm.privacy_parameters;
        let nonce = Nonce {
            boots: usm.engine_boots,
            time: usm.engine_time,
            salt: parameters.try_into().map_err(|_| UsmError::PrivacyParameters {
                found: parameters.len(),
            })?,
        };
        let data = cipher.decrypt(nonce, encrypted, scratch)?;
        Scoped::parse(data, tolerance).map_err(UsmError::Deciphered)
    }

    /// Makes a message of the scoped data that stands, encoded, in the last `data_len` octets of `buffer`: protected as far
    /// as these keys reach.
    ///
    /// # Errors
    ///
    /// As [`seal_at`](Self::seal_at).
    pub fn seal<'b>(
        &self,
        outgoing: Outgoing<'_>,
        data_len: usize,
        buffer: &'b mut [u8],
    ) -> Result<&'b mut [u8], UsmError> {
        self.seal_at(self.level(), outgoing, data_len, buffer)
    }

    /// As [`seal`](Self::seal), at this level: an answer has that of its request.
    ///
    /// # Errors
    ///
    /// A level that these keys do not reach, numbers out of bounds, or too small a buffer. What it holds then is of no use.
    pub fn seal_at<'b>(
        &self,
        level: SecurityLevel,
        outgoing: Outgoing<'_>,
        data_len: usize,
        buffer: &'b mut [u8],
    ) -> Result<&'b mut [u8], UsmError> {
        let (mac, cipher) = self.reaching(level)?;
        let (data_len, nonce) = match cipher {
            Some(cipher) => {
                let (len, nonce) = enciphered(cipher, &outgoing, data_len, buffer)?;
                (len, Some(nonce))
            }
            None => (data_len, None),
        };
        let header = Header {
            message_id: outgoing.message_id,
            max_size: outgoing.max_size,
            flags: Flags(outgoing.flags.0 & Flags::REPORTABLE.0).union(level.into()),
            security_model: SecurityModel::USM,
        };
        let code_len = mac.map_or(0, Mac::code_len);
        let usm = Usm {
            engine_id: outgoing.engine_id,
            engine_boots: outgoing.boots,
            engine_time: outgoing.time,
            user_name: self.user_name.as_octets(),
            authentication_parameters: [0; MAX_CODE].get(..code_len).unwrap_or_default(),
            privacy_parameters: nonce.as_ref().map_or(&[], |nonce| &nonce.salt),
        };
        let (message, place) = header.wrap(&usm, data_len, buffer)?;
        if let Some(mac) = mac {
            let code = mac.code([message, &[], &[]]);
            if let (Some(place), Some(code)) = (message.get_mut(place), code.get(..code_len)) {
                place.copy_from_slice(code);
            }
        }
        Ok(message)
    }

    /// What is needed at a level, where these keys have it.
    fn reaching(&self, level: SecurityLevel) -> Result<(Option<&Mac>, Option<&Cipher>), UsmError> {
        match (level, &self.mac, &self.cipher) {
            (SecurityLevel::NoAuthNoPriv, _, _) => Ok((None, None)),
            (SecurityLevel::AuthNoPriv, Some(mac), _) => Ok((Some(mac), None)),
            (SecurityLevel::AuthPriv, Some(mac), Some(cipher)) => Ok((Some(mac), Some(cipher))),
            _ => Err(UsmError::SecurityLevel {
                available: self.level(),
                found: level,
            }),
        }
    }

    fn level_error(&self, message: &Message<'_>) -> UsmError {
        UsmError::SecurityLevel {
            available: self.level(),
            found: message.header().flags.level().unwrap_or(SecurityLevel::AuthPriv),
        }
    }
}

/// Enciphers the last `data_len` octets of `buffer`, padded where the cipher wants that; gives their length then.
fn enciphered(
    cipher: &Cipher,
    outgoing: &Outgoing<'_>,
    data_len: usize,
    buffer: &mut [u8],
) -> Result<(usize, Nonce), UsmError> {
    let padded = data_len
        .checked_next_multiple_of(cipher.block_len())
        .unwrap_or(data_len);
    let data = padded_data(buffer, data_len, padded)?;
    let nonce = cipher.nonce(outgoing.boots, outgoing.time, outgoing.salt);
    cipher.encrypt(nonce, data);
    Ok((padded, nonce))
}

/// The last `len` octets of `buffer`, moved forward to make room for zeros behind them up to a length of `padded`.
fn padded_data(buffer: &mut [u8], len: usize, padded: usize) -> Result<&mut [u8], UsmError> {
    let data = last_mut(buffer, padded)?;
    if padded > len {
        data.copy_within(padded.saturating_sub(len).., 0);
        data.get_mut(len..).unwrap_or_default().fill(0);
    }
    Ok(data)
}

fn last_mut(buffer: &mut [u8], len: usize) -> Result<&mut [u8], UsmError> {
    let available = buffer.len();
    let start = available.checked_sub(len);
    start
        .and_then(|start| buffer.get_mut(start..))
        .ok_or(EncodeError::Buffer { needed: len, available }.into())
}

/// The states of hash and cipher are overwritten, the name is not.
impl ZeroizeOnDrop for Keys {}

/// The user and the level; no key.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("user_name", &self.user_name)
            .field("level", &self.level())
            .finish_non_exhaustive()
    }
}
