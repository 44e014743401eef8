use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;

use ::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use ::http::{HeaderValue, Request, Response, StatusCode};
use pdu_core::{Instant, UserRole};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Accounts, role_covers};
use crate::http::auth::{Algorithm, DigestAnswer, QualityOfProtection, hex, is_equal, parse_basic, quoted};

/// Nonces that are remembered. More clients at once than that are asked again, with `stale`.
const MOST_NONCES: usize = 64;

/// How a [`Guard`] asks.
#[derive(Clone)]
#[non_exhaustive]
pub struct GuardOptions {
    /// What the credentials are for; it stands in the challenge.
    pub realm: String,
    /// What is asked for.
    pub schemes: Schemes,
    /// The hashes that are offered for Digest, the preferred one first; by default SHA-256 and MD5.
    pub algorithms: Vec<Algorithm>,
    /// How long a nonce may be used; by default 5 minutes.
    pub nonce_lifetime: Duration,
    /// What nonces are made of: octets that nobody can guess.
    pub entropy: [u8; 32],
}

impl GuardOptions {
    /// For this realm, with 32 octets that nobody can guess, others for each guard: the operating system has them.
    pub fn new(realm: impl Into<String>, entropy: [u8; 32]) -> Self {
        Self {
            realm: realm.into(),
            schemes: Schemes::DigestAndBasic,
            algorithms: vec![Algorithm::Sha256, Algorithm::Md5],
            nonce_lifetime: Duration::from_secs(300),
            entropy,
        }
    }
}

/// Without the entropy.
impl fmt::Debug for GuardOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardOptions")
            .field("realm", &self.realm)
            .field("schemes", &self.schemes)
            .field("algorithms", &self.algorithms)
            .field("nonce_lifetime", &self.nonce_lifetime)
            .finish_non_exhaustive()
    }
}

/// What a [`Guard`] asks for. Which of them a unit uses is not stated anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Schemes {
    /// Digest only.
    Digest,
    /// Basic only.
    Basic,
    /// The client's choice.
    DigestAndBasic,
}

impl Schemes {
    const fn have_digest(self) -> bool {
        matches!(self, Self::Digest | Self::DigestAndBasic)
    }

    const fn have_basic(self) -> bool {
        matches!(self, Self::Basic | Self::DigestAndBasic)
    }
}

/// Who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Admission {
    /// Anybody: no account closes this.
    Open,
    /// A user, by name and role.
    User {
        /// The user name.
        name: String,
        /// What they may do.
        role: UserRole,
    },
}

/// Says who may ask what, by Basic and Digest, against [`Accounts`].
///
/// A count of Digest that was seen before is refused, so that what somebody has overheard is of no use again. Nobody learns
/// whether it was the name or the password that was wrong.
///
/// ```
/// use http::{Request, StatusCode, header};
/// use pdu_core::{Instant, UserRole};
/// use pdu_proto_7series::server::{Account, Admission, Guard, GuardOptions};
///
/// let entropy = [7; 32]; // of the operating system
/// let mut guard = Guard::new(GuardOptions::new("unit", entropy));
/// let request = Request::get("/data.xml").body(Vec::<u8>::new()).unwrap();
/// assert_eq!(guard.admit(Instant::EPOCH, &request, UserRole::View), Ok(Admission::Open));
///
/// guard.accounts_mut().set(Account::new("view", "secret_1", UserRole::View));
/// let refused = guard.admit(Instant::EPOCH, &request, UserRole::View).unwrap_err();
/// assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
/// ```
///
/// Source: RFC 7617; RFC 7616.
pub struct Guard {
    options: GuardOptions,
    entropy: Zeroizing<[u8; 32]>,
    accounts: Accounts,
    now: Instant,
    nonces: VecDeque<Nonce>,
    drawn: u64,
}

/// Without the entropy and the nonces.
impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("options", &self.options)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

struct Nonce {
    value: String,
    until: Instant,
    /// The highest count that came with it.
    count: u32,
}

/// What a stranger is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// 401, or 403 for somebody who is known and may not.
    pub status: StatusCode,
    /// The challenges.
    pub challenges: Vec<HeaderValue>,
}

impl From<Refusal> for Response<Vec<u8>> {
    fn from(refusal: Refusal) -> Self {
        let mut response = Self::new(Vec::new());
        *response.status_mut() = refusal.status;
        for challenge in refusal.challenges {
            response.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denied {
    /// Unknown, or wrong.
    Stranger,
    /// Right, but for a nonce that is too old or a count that was seen before.
    Stale,
}

impl Guard {
    /// A guard that knows nobody.
    pub fn new(mut options: GuardOptions) -> Self {
        let entropy = Zeroizing::new(core::mem::take(&mut options.entropy));
        Self {
            options,
            entropy,
            accounts: Accounts::new(),
            now: Instant::EPOCH,
            nonces: VecDeque::new(),
            drawn: 0,
        }
    }

    /// Who may ask.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Who may ask, to change it.
    pub const fn accounts_mut(&mut self) -> &mut Accounts {
        &mut self.accounts
    }

    /// Whether a request may do what this role is needed for, and by whom it is. `Err` is what to answer instead.
    pub fn admit<B>(&mut self, now: Instant, request: &Request<B>, needed: UserRole) -> Result<Admission, Refusal> {
        self.now = self.now.max(now);
        if !self.accounts.guards(needed) {
            return Ok(Admission::Open);
        }
        match self.identify(request) {
            Ok((name, role)) if role_covers(role, needed) => Ok(Admission::User { name, role }),
            Ok(_) => Err(Refusal {
                status: StatusCode::FORBIDDEN,
                challenges: Vec::new(),
            }),
            Err(denied) => Err(self.refuse(denied)),
        }
    }

    fn identify<B>(&mut self, request: &Request<B>) -> Result<(String, UserRole), Denied> {
        let mut headers = request.headers().get_all(AUTHORIZATION).iter();
        let (Some(header), None) = (headers.next(), headers.next()) else {
            return Err(Denied::Stranger);
        };
        let header = header.to_str().map_err(|_| Denied::Stranger)?;
        let (scheme, rest) = header.split_once(' ').ok_or(Denied::Stranger)?;
        if scheme.eq_ignore_ascii_case("basic") && self.options.schemes.have_basic() {
            self.identify_basic(rest)
        } else if scheme.eq_ignore_ascii_case("digest") && self.options.schemes.have_digest() {
            self.identify_digest(request, rest)
        } else {
            Err(Denied::Stranger)
        }
    }

    fn identify_basic(&self, rest: &str) -> Result<(String, UserRole), Denied> {
        let (name, password) = parse_basic(rest).ok_or(Denied::Stranger)?;
        // All are compared, so that time tells nothing of which names there are.
        let mut found = Err(Denied::Stranger);
        for account in self.accounts.iter() {
            let is_right = is_equal(account.password.reveal().as_bytes(), password.reveal().as_bytes());
            if account.name == name && is_right {
                found = Ok((account.name.clone(), account.role));
            }
        }
        found
    }

    fn identify_digest<B>(&mut self, request: &Request<B>, rest: &str) -> Result<(String, UserRole), Denied> {
        let answer = DigestAnswer::parse(rest).map_err(|_| Denied::Stranger)?;
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let is_for_this = answer.realm == self.options.realm
            && answer.uri == target
            && answer.qop == QualityOfProtection::Auth
            && self.options.algorithms.contains(&answer.algorithm);
        if !is_for_this {
            return Err(Denied::Stranger);
        }
        let method = request.method().as_str();
        let account = self
            .accounts
            .iter()
            .find(|account| answer.is_from(&account.name))
            .filter(|account| answer.is_made_with(&account.name, &account.password, method))
            .ok_or(Denied::Stranger)?;
        let user = (account.name.clone(), account.role);
        self.use_nonce(&answer.nonce, answer.count)?;
        Ok(user)
    }

    /// Takes the count of a nonce, each only once and in ascending order.
    fn use_nonce(&mut self, value: &str, count: u32) -> Result<(), Denied> {
        let known = self.nonces.iter_mut().find(|nonce| nonce.value == value);
        let nonce = known.ok_or(Denied::Stale)?;
        if nonce.until <= self.now || count <= nonce.count {
            return Err(Denied::Stale);
        }
        nonce.count = count;
        Ok(())
    }

    fn refuse(&mut self, denied: Denied) -> Refusal {
        let mut challenges = Vec::new();
        if self.options.schemes.have_digest() {
            let nonce = self.new_nonce();
            challenges.extend(self.options.algorithms.iter().map(|algorithm| {
                let (realm, name) = (quoted(&self.options.realm), algorithm.name());
                let stale = if denied == Denied::Stale { ", stale=true" } else { "" };
                format!("Digest realm={realm}, qop=\"auth\", algorithm={name}, nonce=\"{nonce}\", charset=UTF-8{stale}")
            }));
        }
        if self.options.schemes.have_basic() {
            challenges.push(format!(
                "Basic realm={}, charset=\"UTF-8\"",
                quoted(&self.options.realm)
            ));
        }
        Refusal {
            status: StatusCode::UNAUTHORIZED,
            challenges: challenges.iter().filter_map(|text| text.parse().ok()).collect(),
        }
    }

    fn new_nonce(&mut self) -> String {
        self.drawn = self.drawn.wrapping_add(1);
        let mut hasher = Sha256::new();
        hasher.update(self.entropy.as_slice());
        hasher.update(self.drawn.to_be_bytes());
        let value = hex(hasher.finalize().get(..16).unwrap_or_default());
        if self.nonces.len() == MOST_NONCES {
            self.nonces.pop_front();
        }
        self.nonces.push_back(Nonce {
            value: value.clone(),
            until: self.now + self.options.nonce_lifetime,
            count: 0,
        });
        value
    }
}
