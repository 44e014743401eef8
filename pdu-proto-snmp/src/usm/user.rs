use zeroize::ZeroizeOnDrop;

use super::{AuthProtocol, MasterKey, PrivProtocol, UsmError};
use crate::wire::v3::{MAX_USER_NAME, SecurityLevel};

/// Who asks or is asked: a name, and master keys for as much protection as there is to be.
///
/// ```
/// use pdu_proto_snmp::usm::{AuthProtocol, PrivProtocol, User};
/// use pdu_proto_snmp::wire::v3::SecurityLevel;
///
/// let user = User::with_passwords(
///     "reader",
///     Some((AuthProtocol::Sha256, b"maplesyrup")),
///     Some((PrivProtocol::Aes128, b"pancakes")),
/// )?;
/// assert_eq!((user.name(), user.level()), (&b"reader"[..], SecurityLevel::AuthPriv));
/// assert!(!format!("{user:?}").contains("maplesyrup"));
/// # Ok::<(), pdu_proto_snmp::usm::UsmError>(())
/// ```
#[derive(Clone, Debug)]
pub struct User {
    name: UserName,
    auth: Option<(AuthProtocol, MasterKey)>,
    privacy: Option<(PrivProtocol, MasterKey)>,
}

impl User {
    /// A user without keys.
    ///
    /// # Errors
    ///
    /// A name of more than 32 octets.
    pub fn new(name: impl AsRef<[u8]>) -> Result<Self, UsmError> {
        Ok(Self {
            name: UserName::new(name.as_ref())?,
            auth: None,
            privacy: None,
        })
    }

    /// A user with keys made of passwords, which takes a few milliseconds.
    ///
    /// # Errors
    ///
    /// A name of more than 32 octets, a password of fewer than eight, privacy without authentication, MD5 without the feature
    /// `legacy-crypto`. (DES and triple DES without it are refused where the keys are localised.)
    pub fn with_passwords(
        name: impl AsRef<[u8]>,
        auth: Option<(AuthProtocol, &[u8])>,
        privacy: Option<(PrivProtocol, &[u8])>,
    ) -> Result<Self, UsmError> {
        let mut user = Self::new(name)?;
        let Some((protocol, password)) = auth else {
            return match privacy {
                None => Ok(user),
                Some(_) => Err(UsmError::PrivacyWithoutAuthentication),
            };
        };
        user = user.with_auth(protocol, MasterKey::from_password(protocol, password)?);
        if let Some((cipher, password)) = privacy {
            user = user.with_privacy(cipher, MasterKey::from_password(protocol, password)?);
        }
        Ok(user)
    }

    /// This user, who authenticates with this key.
    #[must_use]
    pub fn with_auth(mut self, protocol: AuthProtocol, key: MasterKey) -> Self {
        self.auth = Some((protocol, key));
        self
    }

    /// This user, who encrypts with this key, made with the hash by which the user authenticates.
    #[must_use]
    pub fn with_privacy(mut self, protocol: PrivProtocol, key: MasterKey) -> Self {
        self.privacy = Some((protocol, key));
        self
    }

    /// The name.
    pub fn name(&self) -> &[u8] {
        self.name.as_octets()
    }

    /// The highest level for which there are keys.
    pub const fn level(&self) -> SecurityLevel {
        match (&self.auth, &self.privacy) {
            (None, _) => SecurityLevel::NoAuthNoPriv,
            (Some(_), None) => SecurityLevel::AuthNoPriv,
            (Some(_), Some(_)) => SecurityLevel::AuthPriv,
        }
    }

    /// How the user authenticates.
    pub fn auth_protocol(&self) -> Option<AuthProtocol> {
        self.auth.as_ref().map(|(protocol, _)| *protocol)
    }

    /// How the user encrypts.
    pub fn priv_protocol(&self) -> Option<PrivProtocol> {
        self.privacy.as_ref().map(|(protocol, _)| *protocol)
    }

    /// Whether both have the same name and the same keys. How long it takes says nothing about the keys.
    #[cfg(feature = "alloc")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && is_same_key(self.auth(), other.auth())
            && is_same_key(self.privacy(), other.privacy())
    }

    pub(super) const fn user_name(&self) -> UserName {
        self.name
    }

    pub(super) const fn auth(&self) -> Option<&(AuthProtocol, MasterKey)> {
        self.auth.as_ref()
    }

    pub(super) const fn privacy(&self) -> Option<&(PrivProtocol, MasterKey)> {
        self.privacy.as_ref()
    }
}

#[cfg(feature = "alloc")]
fn is_same_key<P: PartialEq>(one: Option<&(P, MasterKey)>, other: Option<&(P, MasterKey)>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some((protocol, key)), Some((other, other_key))) => {
            protocol == other && bool::from(subtle::ConstantTimeEq::ct_eq(key.as_octets(), other_key.as_octets()))
        }
        _ => false,
    }
}

/// The keys are overwritten, the name is not.
impl ZeroizeOnDrop for User {}

/// A name of up to 32 octets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct UserName {
    octets: [u8; MAX_USER_NAME],
    len: u8,
}

impl UserName {
    fn new(name: &[u8]) -> Result<Self, UsmError> {
        let found = name.len();
        let refused = UsmError::UserName { found };
        let mut octets = [0; MAX_USER_NAME];
        octets.get_mut(..found).ok_or(refused)?.copy_from_slice(name);
        let len = u8::try_from(found).map_err(|_| refused)?;
        Ok(Self { octets, len })
    }

    pub(super) fn as_octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or(&self.octets)
    }
}

impl core::fmt::Debug for UserName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "\"{}\"", self.as_octets().escape_ascii())
    }
}
