use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pdu_core::Secret;
use zeroize::Zeroizing;

use super::Credentials;
use crate::http::RequestFault;

/// The value of an `Authorization` header for Basic: the password, readable by all who see it.
///
/// A user name with a colon cannot be carried. Text is UTF-8 (RFC 7617, 2.1).
///
/// ```
/// use pdu_proto_7series::http::auth::{Credentials, basic};
///
/// let credentials = Credentials::new("Aladdin", "open sesame")?;
/// assert_eq!(*basic(&credentials)?, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
/// # Ok::<(), pdu_proto_7series::http::RequestFault>(())
/// ```
///
/// Source: RFC 7617, 2.
pub fn basic(credentials: &Credentials) -> Result<Zeroizing<String>, RequestFault> {
    if credentials.user().contains(':') {
        return Err(RequestFault::Credentials);
    }
    let pair = Zeroizing::new(format!("{}:{}", credentials.user(), credentials.password().reveal()));
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    Ok(Zeroizing::new(format!("Basic {}", *encoded)))
}

/// The user name and the password of what stands behind `Basic`.
pub(crate) fn parse_basic(encoded: &str) -> Option<(String, Secret)> {
    let pair = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (user, password) = core::str::from_utf8(&pair).ok()?.split_once(':')?;
    Some((user.to_owned(), password.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_of_rfc_7617_with_utf_8() {
        let credentials = Credentials::new("test", "123\u{a3}").unwrap();
        assert_eq!(*basic(&credentials).unwrap(), "Basic dGVzdDoxMjPCow==");
    }

    #[test]
    fn name_with_a_colon_is_refused_and_password_with_one_comes_back() {
        let bad = Credentials::new("a:b", "c").unwrap();
        assert_eq!(basic(&bad), Err(RequestFault::Credentials));
        let good = Credentials::new("a", "b:c").unwrap();
        let header = basic(&good).unwrap();
        let (user, password) = parse_basic(header.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!((user.as_str(), password.reveal()), ("a", "b:c"));
    }
}
