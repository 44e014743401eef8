use core::fmt;

use pdu_core::Secret;

use crate::http::RequestFault;

/// A user name and a password. `Debug` shows the name.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: Secret,
}

impl Credentials {
    /// Checks both for what no scheme can carry: control characters (RFC 7617, 2).
    ///
    /// Units allow less: letters, digits, blanks and underscores in names, and no blanks in passwords (manual, lines 222 and
    /// 223).
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Result<Self, RequestFault> {
        let (user, password) = (user.into(), password.into());
        if user.chars().chain(password.reveal().chars()).any(char::is_control) {
            return Err(RequestFault::Credentials);
        }
        Ok(Self { user, password })
    }

    /// The user name.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password.
    pub const fn password(&self) -> &Secret {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
