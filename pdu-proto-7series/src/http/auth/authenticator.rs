use core::fmt;

use ::http::HeaderMap;
use ::http::header::WWW_AUTHENTICATE;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::digest::hex;
use super::{Challenge, Credentials, DigestChallenge, DigestTurn, Staleness, basic, challenges};
use crate::http::LoginFault;

/// When the password may be sent as it is, which Basic does. Over plain HTTP everybody on the way can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BasicPolicy {
    /// Never: only Digest.
    Never,
    /// Once the server has asked for it, and only if it has not asked for Digest.
    #[default]
    WhenAsked,
    /// With the first request already, for servers that ask for nothing and show less to strangers.
    First,
}

/// Answers the challenges of one server, and remembers the last one, so that only the first request is sent twice.
///
/// Of several challenges it answers Digest with the strongest hash, and Basic only where there is no Digest. A server that
/// once asked for Digest and now for Basic is refused: it, or who stands between, would get the password itself.
pub struct Authenticator {
    credentials: Credentials,
    basic: BasicPolicy,
    entropy: Zeroizing<[u8; 32]>,
    /// How many numbers were made of the entropy.
    drawn: u64,
    asked: Asked,
    has_seen_digest: bool,
}

/// Without the entropy.
impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("credentials", &self.credentials)
            .field("basic", &self.basic)
            .field("asked", &self.asked)
            .finish_non_exhaustive()
    }
}

/// What the server has asked for.
#[derive(Debug)]
enum Asked {
    Nothing,
    Basic,
    Digest(DigestSession),
}

#[derive(Debug)]
struct DigestSession {
    challenge: DigestChallenge,
    /// One for the whole session, so that a server that remembers the first and one that takes each as it comes agree on the
    /// key of the `-sess` algorithms.
    cnonce: String,
    count: u32,
}

/// What a challenge was answered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing yet, or by what was known of an earlier challenge.
    First,
    /// An answer to the challenge before this one.
    Again,
}

impl Authenticator {
    /// Makes the numbers of the client that Digest needs of `entropy`: 32 octets that nobody can guess.
    pub fn new(credentials: Credentials, basic: BasicPolicy, entropy: [u8; 32]) -> Self {
        Self {
            credentials,
            basic,
            entropy: Zeroizing::new(entropy),
            drawn: 0,
            asked: Asked::Nothing,
            has_seen_digest: false,
        }
    }

    /// The value of the `Authorization` header for a request of this method to this target, if one is to be sent with it.
    pub fn authorization(&mut self, method: &str, target: &str) -> Option<Zeroizing<String>> {
        match &mut self.asked {
            Asked::Nothing if self.basic != BasicPolicy::First => None,
            Asked::Nothing | Asked::Basic => basic(&self.credentials).ok(),
            Asked::Digest(session) => {
                session.count = session.count.saturating_add(1);
                let turn = DigestTurn::new(method, target, &session.cnonce, session.count);
                Some(session.challenge.respond(&self.credentials, &turn))
            }
        }
    }

    /// Takes the challenges of an answer with status 401 to a request that was sent without credentials, or with those of an
    /// earlier challenge. `Ok` if the request may be sent again.
    pub fn challenged(&mut self, headers: &HeaderMap) -> Result<(), LoginFault> {
        self.take(headers, Refusal::First)
    }

    /// The same where the request was already an answer to a challenge: then it may be sent again only if the nonce was too
    /// old.
    pub fn challenged_again(&mut self, headers: &HeaderMap) -> Result<(), LoginFault> {
        self.take(headers, Refusal::Again)
    }

    pub(crate) fn take(&mut self, headers: &HeaderMap, refusal: Refusal) -> Result<(), LoginFault> {
        match self.choose(headers)? {
            Challenge::Digest(challenge) => {
                let is_stale = challenge.staleness == Staleness::Stale;
                self.has_seen_digest = true;
                self.start(challenge);
                if refusal == Refusal::Again && !is_stale {
                    return Err(LoginFault::NotTaken);
                }
                Ok(())
            }
            _ if self.has_seen_digest => Err(LoginFault::Downgrade),
            _ => {
                let was_sent = matches!(self.asked, Asked::Basic) || self.basic == BasicPolicy::First;
                self.asked = Asked::Basic;
                if refusal == Refusal::Again || was_sent {
                    return Err(LoginFault::NotTaken);
                }
                basic(&self.credentials).map_err(|_| LoginFault::Scheme).map(drop)
            }
        }
    }

    /// The best challenge that may be answered.
    fn choose(&self, headers: &HeaderMap) -> Result<Challenge, LoginFault> {
        let mut best = None;
        let mut fault = LoginFault::Scheme;
        for value in headers.get_all(WWW_AUTHENTICATE) {
            let text = value.to_str().map_err(|_| LoginFault::Challenge);
            match text.and_then(challenges) {
                Ok(found) => {
                    let all = found.into_iter().chain(best);
                    best = all.max_by_key(|challenge| self.rank(challenge));
                }
                Err(error) => fault = error,
            }
        }
        best.filter(|challenge| self.rank(challenge).is_some()).ok_or(fault)
    }

    /// How good a challenge is; `None` if it may not be answered.
    fn rank(&self, challenge: &Challenge) -> Option<Rank> {
        match challenge {
            Challenge::Digest(digest) => Some(Rank::Digest(digest.algorithm)),
            Challenge::Basic { .. } if self.basic != BasicPolicy::Never => Some(Rank::Basic),
            Challenge::Basic { .. } | Challenge::Other { .. } => None,
        }
    }

    fn start(&mut self, challenge: DigestChallenge) {
        let cnonce = self.draw();
        self.asked = Asked::Digest(DigestSession {
            challenge,
            cnonce,
            count: 0,
        });
    }

    /// A number that nobody can guess: a hash of the entropy and a count.
    fn draw(&mut self) -> String {
        self.drawn = self.drawn.wrapping_add(1);
        let mut hasher = Sha256::new();
        hasher.update(self.entropy.as_slice());
        hasher.update(self.drawn.to_be_bytes());
        hex(hasher.finalize().get(..16).unwrap_or_default())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Basic,
    Digest(super::Algorithm),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(challenges: &[&'static str]) -> HeaderMap {
        let values = challenges.iter().map(|text| (WWW_AUTHENTICATE, text.parse().unwrap()));
        values.collect()
    }

    fn authenticator(basic: BasicPolicy) -> Authenticator {
        let credentials = Credentials::new("view", "secret_1").unwrap();
        Authenticator::new(credentials, basic, [7; 32])
    }

    const MD5: &str = r#"Digest realm="a", nonce="n1", qop="auth""#;
    const SHA: &str = r#"Digest realm="a", nonce="n2", qop="auth", algorithm=SHA-256"#;
    const BASIC: &str = r#"Basic realm="a""#;

    #[test]
    fn nothing_is_sent_before_it_was_asked_for() {
        assert!(
            authenticator(BasicPolicy::WhenAsked)
                .authorization("GET", "/")
                .is_none()
        );
        assert!(authenticator(BasicPolicy::Never).authorization("GET", "/").is_none());
        assert!(authenticator(BasicPolicy::First).authorization("GET", "/").is_some());
    }

    #[test]
    fn strongest_challenge_is_answered_in_whatever_order_they_come() {
        for order in [[MD5, SHA, BASIC], [BASIC, SHA, MD5], [SHA, BASIC, MD5]] {
            let mut client = authenticator(BasicPolicy::WhenAsked);
            client.challenged(&asked(&order)).unwrap();
            let header = client.authorization("GET", "/").unwrap();
            assert!(header.contains("algorithm=SHA-256"), "{}", *header);
        }
    }

    #[test]
    fn nonce_is_used_again_and_each_use_counted() {
        let mut client = authenticator(BasicPolicy::WhenAsked);
        client.challenged(&asked(&[MD5])).unwrap();
        for count in ["nc=00000001", "nc=00000002", "nc=00000003"] {
            let header = client.authorization("GET", "/").unwrap();
            assert!(header.contains(count), "{}", *header);
        }
    }

    #[test]
    fn credentials_are_given_up_after_one_answer_unless_the_nonce_was_stale() {
        let mut client = authenticator(BasicPolicy::WhenAsked);
        client.challenged(&asked(&[MD5])).unwrap();
        assert_eq!(client.challenged_again(&asked(&[MD5])), Err(LoginFault::NotTaken));
        let stale = r#"Digest realm="a", nonce="n3", qop="auth", stale=true"#;
        assert_eq!(client.challenged_again(&asked(&[stale])), Ok(()));
        assert!(client.authorization("GET", "/").unwrap().contains("n3"));
    }

    #[test]
    fn basic_after_digest_is_refused_and_basic_is_never_sent_where_it_is_ruled_out() {
        let mut client = authenticator(BasicPolicy::WhenAsked);
        client.challenged(&asked(&[MD5])).unwrap();
        assert_eq!(client.challenged(&asked(&[BASIC])), Err(LoginFault::Downgrade));
        let mut client = authenticator(BasicPolicy::Never);
        assert_eq!(client.challenged(&asked(&[BASIC])), Err(LoginFault::Scheme));
        assert!(client.authorization("GET", "/").is_none());
    }

    #[test]
    fn basic_that_was_not_taken_is_not_sent_again() {
        let mut client = authenticator(BasicPolicy::WhenAsked);
        assert_eq!(client.challenged(&asked(&[BASIC])), Ok(()));
        assert_eq!(client.challenged(&asked(&[BASIC])), Err(LoginFault::NotTaken));
        let mut client = authenticator(BasicPolicy::First);
        assert_eq!(client.challenged(&asked(&[BASIC])), Err(LoginFault::NotTaken));
    }

    #[test]
    fn malformed_challenge_beside_a_good_one_does_no_harm() {
        let mut client = authenticator(BasicPolicy::WhenAsked);
        assert_eq!(client.challenged(&asked(&["Digest realm=\"", BASIC])), Ok(()));
        assert_eq!(
            authenticator(BasicPolicy::WhenAsked).challenged(&asked(&["Digest realm=\""])),
            Err(LoginFault::Challenge)
        );
        assert_eq!(
            authenticator(BasicPolicy::WhenAsked).challenged(&asked(&[])),
            Err(LoginFault::Scheme)
        );
    }

    #[test]
    fn debug_shows_no_password() {
        let shown = format!("{:?}", authenticator(BasicPolicy::First));
        assert!(!shown.contains("secret_1") && !shown.contains("7, 7"), "{shown}");
    }
}
