use super::Algorithm;
use crate::http::LoginFault;

/// Challenges in one header, at most.
const MOST: usize = 8;
/// Parameters of one challenge, at most.
const MOST_PARAMETERS: usize = 16;

/// What a server asks for, in `WWW-Authenticate`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Challenge {
    /// Basic, for this realm. Source: RFC 7617.
    Basic {
        /// What the credentials are for.
        realm: String,
    },
    /// Digest. Source: RFC 7616.
    Digest(DigestChallenge),
    /// Another scheme, or Digest with an algorithm or quality of protection that is not known here.
    Other {
        /// Its name.
        scheme: String,
    },
}

/// A challenge of Digest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DigestChallenge {
    /// What the credentials are for.
    pub realm: String,
    /// The server's number used once.
    pub nonce: String,
    /// What is to be sent back as it is.
    pub opaque: Option<String>,
    /// The hash.
    pub algorithm: Algorithm,
    /// What the hash protects.
    pub qop: QualityOfProtection,
    /// Whether only the nonce was too old.
    pub staleness: Staleness,
    /// Whether the user name is to be hashed.
    pub hashes_name: bool,
}

/// What the hash of a Digest protects. (`auth-int` is not offered here: no unit is known to ask for it.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: what is neither is `Challenge::Other`.
pub enum QualityOfProtection {
    /// None named: the form of RFC 2069, without a count and a nonce of the client.
    Unnamed,
    /// `auth`: method and path.
    Auth,
}

/// Why credentials were not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: it is true or not.
pub enum Staleness {
    /// They were wrong, or there were none.
    Fresh,
    /// Only the nonce was too old: the same credentials with the new one will do.
    Stale,
}

/// The challenges of one `WWW-Authenticate` header, in their order.
///
/// ```
/// use pdu_proto_7series::http::auth::{Challenge, challenges};
///
/// let header = r#"Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple""#;
/// let found = challenges(header).unwrap();
/// assert_eq!(found[0], Challenge::Other { scheme: "Newauth".into() });
/// assert_eq!(found[1], Challenge::Basic { realm: "simple".into() });
/// ```
///
/// Source: RFC 9110, 11.6.1.
pub fn challenges(header: &str) -> Result<Vec<Challenge>, LoginFault> {
    let mut found = Vec::new();
    let mut rest = Cursor(header);
    loop {
        rest.skip_separators();
        if rest.0.is_empty() {
            return Ok(found);
        }
        let scheme = rest
            .token()
            .filter(|_| found.len() < MOST)
            .ok_or(LoginFault::Challenge)?;
        let parameters = rest.parameters()?;
        found.push(understand(scheme, &parameters)?);
    }
}

fn understand(scheme: &str, parameters: &Parameters<'_>) -> Result<Challenge, LoginFault> {
    if scheme.eq_ignore_ascii_case("basic") {
        let realm = parameters.text("realm").unwrap_or_default();
        return Ok(Challenge::Basic { realm });
    }
    let other = || Challenge::Other {
        scheme: scheme.to_owned(),
    };
    if !scheme.eq_ignore_ascii_case("digest") {
        return Ok(other());
    }
    let algorithm = parameters
        .text("algorithm")
        .map_or(Some(Algorithm::Md5), |name| Algorithm::named(&name));
    let qop = match parameters.text("qop") {
        None => Some(QualityOfProtection::Unnamed),
        Some(list) => list
            .split(',')
            .any(|qop| qop.trim().eq_ignore_ascii_case("auth"))
            .then_some(QualityOfProtection::Auth),
    };
    let (Some(algorithm), Some(qop)) = (algorithm, qop) else {
        return Ok(other());
    };
    Ok(Challenge::Digest(DigestChallenge {
        realm: parameters.text("realm").ok_or(LoginFault::Challenge)?,
        nonce: parameters.text("nonce").ok_or(LoginFault::Challenge)?,
        opaque: parameters.text("opaque"),
        algorithm,
        qop,
        staleness: if parameters.is_true("stale") {
            Staleness::Stale
        } else {
            Staleness::Fresh
        },
        hashes_name: parameters.is_true("userhash"),
    }))
}

/// The parameters of a challenge or of credentials: names, and values as they stand between their quotes.
pub(super) struct Parameters<'h>(Vec<(&'h str, &'h str)>);

impl<'h> Parameters<'h> {
    /// Of what stands behind the name of the scheme, to the end.
    pub(super) fn of(text: &'h str) -> Result<Self, LoginFault> {
        let mut rest = Cursor(text);
        let parameters = rest.parameters()?;
        rest.skip_separators();
        if rest.0.is_empty() {
            Ok(parameters)
        } else {
            Err(LoginFault::Challenge)
        }
    }

    /// As it stands there, with its backslashes.
    pub(super) fn raw(&self, name: &str) -> Option<&'h str> {
        let found = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }

    /// What is meant by it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(unescape)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.raw(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// Without the backslashes of a quoted string. Source: RFC 9110, 5.6.4.
fn unescape(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        let meant = match character {
            '\\' => characters.next(),
            other => Some(other),
        };
        text.extend(meant);
    }
    text
}

/// What is left of a header.
#[derive(Clone, Copy)]
struct Cursor<'h>(&'h str);

impl<'h> Cursor<'h> {
    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn skip_separators(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
    }

    fn take(&mut self, len: usize) -> &'h str {
        let (head, rest) = self.0.split_at_checked(len).unwrap_or((self.0, ""));
        self.0 = rest;
        head
    }

    fn token(&mut self) -> Option<&'h str> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let len = self.0.find(|c| !is_token(c)).unwrap_or(self.0.len());
        (len > 0).then(|| self.take(len))
    }

    /// The parameters up to the next challenge. What has none, or one piece of token68, has no parameters.
    fn parameters(&mut self) -> Result<Parameters<'h>, LoginFault> {
        let mut found = Parameters(Vec::new());
        loop {
            let mut ahead = *self;
            ahead.skip_separators();
            let Some(name) = ahead.token() else {
                return self.skip_token68().map(|()| found);
            };
            ahead.skip_blanks();
            let Some(after) = ahead.0.strip_prefix('=') else {
                return self.skip_token68().map(|()| found);
            };
            ahead.0 = after;
            ahead.skip_blanks();
            let Some(value) = ahead.value() else {
                return self.skip_token68().map(|()| found);
            };
            if found.raw(name).is_some() || found.0.len() == MOST_PARAMETERS {
                return Err(LoginFault::Challenge);
            }
            found.0.push((name, value));
            *self = ahead;
        }
    }

    fn value(&mut self) -> Option<&'h str> {
        match self.0.strip_prefix('"') {
            Some(quoted) => {
                let len = end_of_quoted(quoted)?;
                self.0 = quoted;
                let value = self.take(len);
                self.take(1);
                Some(value)
            }
            None => self.token(),
        }
    }

    /// Skips one piece of token68 (`Negotiate oRkwF6AD==`), if that comes next and no further challenge does.
    fn skip_token68(&mut self) -> Result<(), LoginFault> {
        self.skip_blanks();
        if self.0.is_empty() || self.0.starts_with(',') {
            return Ok(());
        }
        let is_token68 = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        let len = self.0.find(|c| !is_token68(c)).unwrap_or(self.0.len());
        self.take(len);
        self.skip_blanks();
        if len > 0 && (self.0.is_empty() || self.0.starts_with(',')) {
            Ok(())
        } else {
            Err(LoginFault::Challenge)
        }
    }
}

/// The place of the quote that ends a quoted string.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|octet| {
        let ends = octet == b'"' && !is_escaped;
        is_escaped = octet == b'\\' && !is_escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_of_rfc_7616_is_understood() {
        let header = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256,
            nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
            .replace('\n', " ");
        let Challenge::Digest(challenge) = challenges(&header).unwrap().remove(0) else {
            panic!("no Digest");
        };
        assert_eq!(challenge.realm, "http-auth@example.org");
        assert_eq!(challenge.algorithm, Algorithm::Sha256);
        assert_eq!(challenge.qop, QualityOfProtection::Auth);
        assert_eq!(challenge.staleness, Staleness::Fresh);
    }

    #[test]
    fn several_challenges_in_one_header_are_told_apart() {
        let header = r#"Negotiate oRkwF6AD==, Digest realm="a\"b", nonce=n, stale=TRUE, NTLM, , Basic realm = "x""#;
        let found = challenges(header).unwrap();
        assert_eq!(found.len(), 4, "{found:?}");
        let Challenge::Digest(digest) = &found[1] else {
            panic!("{found:?}")
        };
        assert_eq!((digest.realm.as_str(), digest.staleness), ("a\"b", Staleness::Stale));
        assert_eq!(found[3], Challenge::Basic { realm: "x".into() });
    }

    #[test]
    fn what_is_not_known_is_another_scheme() {
        for header in [
            r#"Digest realm="a", nonce="b", algorithm=SHA-1"#,
            r#"Digest realm="a", nonce="b", qop="auth-int""#,
            "Bearer",
        ] {
            assert!(
                matches!(&challenges(header).unwrap()[..], [Challenge::Other { .. }]),
                "{header}"
            );
        }
    }

    #[test]
    fn malformed_challenges_are_refused() {
        for header in [
            r#"Digest realm="a"#,
            r#"Digest realm="a", realm="b", nonce="c""#,
            "Digest realm=a",
            "\"",
            "Basic \"",
            "Digest realm=\"a\" nonce",
        ] {
            assert_eq!(challenges(header), Err(LoginFault::Challenge), "{header}");
        }
        assert_eq!(challenges(&"Basic, ".repeat(9)), Err(LoginFault::Challenge));
    }
}
