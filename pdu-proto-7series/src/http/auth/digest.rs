use md5::Md5;
use pdu_core::Secret;
use sha2::{Sha256, Sha512_256};
use zeroize::Zeroizing;

use super::Credentials;
use super::challenge::{DigestChallenge, Parameters, QualityOfProtection};
use crate::http::LoginFault;

/// The hash of a Digest, and what it is made of. Source: RFC 7616, 3.4.2 and 6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
// In the order of their strength: of several challenges the last one here is answered.
pub enum Algorithm {
    /// `MD5`
    Md5,
    /// `MD5-sess`
    Md5Session,
    /// `SHA-256`
    Sha256,
    /// `SHA-256-sess`
    Sha256Session,
    /// `SHA-512-256`
    Sha512_256,
    /// `SHA-512-256-sess`
    Sha512_256Session,
}

impl Algorithm {
    const ALL: [Self; 6] = [
        Self::Md5,
        Self::Md5Session,
        Self::Sha256,
        Self::Sha256Session,
        Self::Sha512_256,
        Self::Sha512_256Session,
    ];

    /// Its name in challenges and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Md5Session => "MD5-sess",
            Self::Sha256 => "SHA-256",
            Self::Sha256Session => "SHA-256-sess",
            Self::Sha512_256 => "SHA-512-256",
            Self::Sha512_256Session => "SHA-512-256-sess",
        }
    }

    /// The algorithm of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    const fn is_session(self) -> bool {
        matches!(self, Self::Md5Session | Self::Sha256Session | Self::Sha512_256Session)
    }

    /// H of RFC 7616, 3.3: the hash of these parts with colons between them, in lower-case hexadecimal digits.
    fn hash(self, parts: &[&str]) -> Zeroizing<String> {
        match self {
            Self::Md5 | Self::Md5Session => hash::<Md5>(parts),
            Self::Sha256 | Self::Sha256Session => hash::<Sha256>(parts),
            Self::Sha512_256 | Self::Sha512_256Session => hash::<Sha512_256>(parts),
        }
    }
}

fn hash<D: sha2::Digest>(parts: &[&str]) -> Zeroizing<String> {
    let mut hasher = D::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            hasher.update(b":");
        }
        hasher.update(part.as_bytes());
    }
    Zeroizing::new(hex(&hasher.finalize()))
}

pub(crate) fn hex(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    octets
        .iter()
        .flat_map(|octet| [digit(octet >> 4), digit(octet & 0xF)])
        .collect()
}

/// What changes from one answer to a challenge to the next.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DigestTurn<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The request target, as it stands in the request line.
    pub uri: &'a str,
    /// The client's number used once.
    pub cnonce: &'a str,
    /// How many requests were sent with this nonce of the server, this one included.
    pub count: u32,
}

impl<'a> DigestTurn<'a> {
    /// The turn of this request.
    pub const fn new(method: &'a str, uri: &'a str, cnonce: &'a str, count: u32) -> Self {
        Self {
            method,
            uri,
            cnonce,
            count,
        }
    }
}

impl DigestChallenge {
    /// The value of an `Authorization` header that answers this challenge.
    ///
    /// A user name that is not ASCII is sent in the extended form, unless the server wants it hashed. Source: RFC 7616, 3.4.
    pub fn respond(&self, credentials: &Credentials, turn: &DigestTurn<'_>) -> Zeroizing<String> {
        let algorithm = self.algorithm;
        let [user, password] = [credentials.user(), credentials.password().reveal()];
        let response = self.response(user, password, turn);
        let name = if self.hashes_name {
            let hashed = algorithm.hash(&[user, &self.realm]);
            format!("username=\"{}\"", *hashed)
        } else if user.is_ascii() {
            format!("username={}", quoted(user))
        } else {
            format!("username*=UTF-8''{}", percent_encoded(user))
        };
        let mut fields = vec![
            name,
            format!("realm={}", quoted(&self.realm)),
            format!("nonce={}", quoted(&self.nonce)),
            format!("uri={}", quoted(turn.uri)),
            format!("response=\"{}\"", *response),
            format!("algorithm={}", algorithm.name()),
        ];
        if self.qop == QualityOfProtection::Auth {
            fields.push(format!("qop=auth, nc={:08x}", turn.count));
        }
        if self.qop == QualityOfProtection::Auth || algorithm.is_session() {
            fields.push(format!("cnonce={}", quoted(turn.cnonce)));
        }
        fields.extend(self.opaque.iter().map(|opaque| format!("opaque={}", quoted(opaque))));
        if self.hashes_name {
            fields.push("userhash=true".to_owned());
        }
        Zeroizing::new(format!("Digest {}", fields.join(", ")))
    }

    /// `response` of RFC 7616, 3.4.1.
    fn response(&self, user: &str, password: &str, turn: &DigestTurn<'_>) -> Zeroizing<String> {
        let algorithm = self.algorithm;
        let mut secret = algorithm.hash(&[user, &self.realm, password]);
        if algorithm.is_session() {
            secret = algorithm.hash(&[&secret, &self.nonce, turn.cnonce]);
        }
        let what = algorithm.hash(&[turn.method, turn.uri]);
        match self.qop {
            QualityOfProtection::Unnamed => algorithm.hash(&[&secret, &self.nonce, &what]),
            QualityOfProtection::Auth => {
                let count = format!("{:08x}", turn.count);
                algorithm.hash(&[&secret, &self.nonce, &count, turn.cnonce, "auth", &what])
            }
        }
    }
}

/// What stands in an `Authorization` header behind `Digest`: for a server to check.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DigestAnswer {
    /// The user name.
    pub user: String,
    /// In which form the user name came.
    pub name_form: NameForm,
    /// What the credentials are for.
    pub realm: String,
    /// The server's number used once.
    pub nonce: String,
    /// The request target that the answer is for.
    pub uri: String,
    /// The hash.
    pub algorithm: Algorithm,
    /// What the hash protects.
    pub qop: QualityOfProtection,
    /// The client's number used once.
    pub cnonce: String,
    /// How many requests the client has sent with this nonce; 0 without a quality of protection.
    pub count: u32,
    response: String,
}

/// In which form a user name came. Source: RFC 7616, 3.4.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: RFC 7616 has no other.
pub enum NameForm {
    /// As it is.
    Plain,
    /// As the hash of itself and the realm.
    Hashed,
}

/// Without the hash, by which a password may be guessed.
impl core::fmt::Debug for DigestAnswer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DigestAnswer")
            .field("user", &self.user)
            .field("realm", &self.realm)
            .field("uri", &self.uri)
            .field("algorithm", &self.algorithm)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl DigestAnswer {
    /// Reads what stands behind `Digest`.
    ///
    /// [`LoginFault::Challenge`] if it is malformed, [`LoginFault::Scheme`] if its algorithm or quality of protection is not
    /// known here.
    pub fn parse(text: &str) -> Result<Self, LoginFault> {
        let parameters = Parameters::of(text)?;
        let need = |name: &str| parameters.text(name).ok_or(LoginFault::Challenge);
        let qop = match parameters.raw("qop") {
            None => QualityOfProtection::Unnamed,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => QualityOfProtection::Auth,
            Some(_) => return Err(LoginFault::Scheme),
        };
        let algorithm = parameters
            .text("algorithm")
            .map_or(Some(Algorithm::Md5), |name| Algorithm::named(&name));
        let count = match (qop, parameters.raw("nc")) {
            (QualityOfProtection::Unnamed, _) => 0,
            (QualityOfProtection::Auth, count) => count.and_then(parse_count).ok_or(LoginFault::Challenge)?,
        };
        Ok(Self {
            user: user_name(&parameters)?,
            name_form: if parameters.is_true("userhash") {
                NameForm::Hashed
            } else {
                NameForm::Plain
            },
            realm: need("realm")?,
            nonce: need("nonce")?,
            uri: need("uri")?,
            algorithm: algorithm.ok_or(LoginFault::Scheme)?,
            qop,
            cnonce: match qop {
                QualityOfProtection::Auth => need("cnonce")?,
                QualityOfProtection::Unnamed => parameters.text("cnonce").unwrap_or_default(),
            },
            count,
            response: need("response")?.to_ascii_lowercase(),
        })
    }

    /// Whether this is the answer of somebody of this name.
    pub fn is_from(&self, user: &str) -> bool {
        match self.name_form {
            NameForm::Plain => self.user == user,
            NameForm::Hashed => *self.algorithm.hash(&[user, &self.realm]) == self.user.to_ascii_lowercase(),
        }
    }

    /// Whether this answer was made with this user's password, for this method.
    pub fn is_made_with(&self, user: &str, password: &Secret, method: &str) -> bool {
        let challenge = DigestChallenge {
            realm: self.realm.clone(),
            nonce: self.nonce.clone(),
            opaque: None,
            algorithm: self.algorithm,
            qop: self.qop,
            staleness: super::Staleness::Fresh,
            hashes_name: false,
        };
        let turn = DigestTurn::new(method, &self.uri, &self.cnonce, self.count);
        let expected = challenge.response(user, password.reveal(), &turn);
        is_equal(expected.as_bytes(), self.response.as_bytes())
    }
}

/// Takes as long whatever differs, so that time tells nothing of where.
pub(crate) fn is_equal(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |differing, (a, b)| differing | (a ^ b));
    a.len() == b.len() && differing == 0
}

fn user_name(parameters: &Parameters<'_>) -> Result<String, LoginFault> {
    match (parameters.text("username"), parameters.raw("username*")) {
        (Some(user), None) => Ok(user),
        (None, Some(extended)) => percent_decoded(extended).ok_or(LoginFault::Challenge),
        _ => Err(LoginFault::Challenge),
    }
}

/// Eight hexadecimal digits.
fn parse_count(text: &str) -> Option<u32> {
    let is_count = text.len() == 8 && text.bytes().all(|octet| octet.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|_| is_count)
}

/// A quoted string. Source: RFC 9110, 5.6.4.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// The value of an extended parameter. Source: RFC 8187, 3.2.1.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for octet in text.bytes() {
        match octet {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => encoded.push(octet.into()),
            octet => {
                encoded.push('%');
                encoded.push_str(&hex(&[octet]).to_ascii_uppercase());
            }
        }
    }
    encoded
}

fn percent_decoded(extended: &str) -> Option<String> {
    let (charset, rest) = extended.split_once('\'')?;
    let (_language, value) = rest.split_once('\'')?;
    let decoded = crate::http::form::percent_decode(value.as_bytes())?;
    String::from_utf8(decoded)
        .ok()
        .filter(|_| charset.eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::auth::{Challenge, challenges};

    fn challenge(header: &str) -> DigestChallenge {
        match challenges(header).unwrap().remove(0) {
            Challenge::Digest(challenge) => challenge,
            other => panic!("{other:?}"),
        }
    }

    fn answer(header: &str) -> DigestAnswer {
        DigestAnswer::parse(header.strip_prefix("Digest ").unwrap()).unwrap()
    }

    const MUFASA: &str = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALGORITHM, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;

    fn mufasa(algorithm: &str) -> (Credentials, Zeroizing<String>) {
        let credentials = Credentials::new("Mufasa", "Circle of Life").unwrap();
        let turn = DigestTurn::new(
            "GET",
            "/dir/index.html",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            1,
        );
        let header = challenge(&MUFASA.replace("ALGORITHM", algorithm)).respond(&credentials, &turn);
        (credentials, header)
    }

    #[test]
    fn vector_of_rfc_7616_with_md5() {
        let (_, header) = mufasa("MD5");
        assert!(
            header.contains(r#"response="8ca523f5e9506fed4657c9700eebdbec""#),
            "{}",
            *header
        );
        assert!(header.contains("qop=auth, nc=00000001"), "{}", *header);
    }

    #[test]
    fn vector_of_rfc_7616_with_sha_256() {
        let (_, header) = mufasa("SHA-256");
        let expected = r#"response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1""#;
        assert!(header.contains(expected), "{}", *header);
    }

    #[test]
    fn vector_of_rfc_7616_with_a_hashed_name() {
        let challenge = challenge(
            r#"Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true"#,
        );
        let credentials = Credentials::new("J\u{e4}s\u{f8}n Doe", "Secret, or not?").unwrap();
        let turn = DigestTurn::new("GET", "/doe.json", "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", 1);
        let header = challenge.respond(&credentials, &turn);
        // Both as erratum 4897 has them: the RFC's own were made with a draft of SHA-512/256.
        let name = r#"username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b""#;
        assert!(header.contains(name), "{}", *header);
        let expected = r#"response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5""#;
        assert!(header.contains(expected), "{}", *header);
        let answer = answer(&header);
        assert!(answer.is_from(credentials.user()) && !answer.is_from("Doe"));
        assert!(answer.is_made_with(credentials.user(), credentials.password(), "GET"));
    }

    #[test]
    fn vector_of_rfc_2617_and_its_older_form() {
        let old = r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
        let credentials = Credentials::new("Mufasa", "Circle Of Life").unwrap();
        let turn = DigestTurn::new("GET", "/dir/index.html", "0a4f113b", 1);
        let header = challenge(&format!("{old}, qop=auth")).respond(&credentials, &turn);
        assert!(header.contains("6629fae49393a05397450978507c4ef1"), "{}", *header);
        // RFC 2069, as its errata correct it.
        let header = challenge(old).respond(&credentials, &turn);
        assert!(header.contains("670fd8c2df070c60b045671b8b24ff02"), "{}", *header);
        assert!(!header.contains("nc="), "{}", *header);
    }

    #[test]
    fn what_a_client_answers_a_server_finds_right_and_with_anything_changed_wrong() {
        for algorithm in Algorithm::ALL {
            let (credentials, header) = mufasa(algorithm.name());
            let password = credentials.password();
            let found = answer(&header);
            assert!(found.is_made_with("Mufasa", password, "GET"), "{algorithm:?}");
            assert!(!found.is_made_with("Mufasa", password, "POST"), "{algorithm:?}");
            assert!(
                !found.is_made_with("Mufasa", &"Circle of life".into(), "GET"),
                "{algorithm:?}"
            );
            for (from, to) in [
                ("nc=00000001", "nc=00000002"),
                ("/dir/", "/etc/"),
                ("7ypf", "8ypf"),
                ("f2/w", "f3/w"),
            ] {
                let other = answer(&header.replace(from, to));
                let cnonce_counts = algorithm.is_session() || from != "f2/w";
                let is_right = other.is_made_with("Mufasa", password, "GET");
                assert!(!is_right || !cnonce_counts, "{algorithm:?}: {from}");
            }
        }
    }

    #[test]
    fn name_that_is_not_ascii_travels_in_the_extended_form() {
        let credentials = Credentials::new("J\u{e4}s\u{f8}n \"Doe\"", "x").unwrap();
        let turn = DigestTurn::new("GET", "/", "c", 1);
        let header = challenge(r#"Digest realm="a", nonce="b", qop=auth"#).respond(&credentials, &turn);
        assert!(
            header.contains("username*=UTF-8''J%C3%A4s%C3%B8n%20%22Doe%22"),
            "{}",
            *header
        );
        assert!(answer(&header).is_from(credentials.user()));
    }

    #[test]
    fn answers_that_lack_something_are_refused() {
        let (_, header) = mufasa("SHA-256");
        let whole = header.strip_prefix("Digest ").unwrap();
        for missing in ["username", "realm", "nonce=", "uri", "response", "nc=", "cnonce"] {
            let text = whole.replace(missing, "x-");
            assert_eq!(DigestAnswer::parse(&text), Err(LoginFault::Challenge), "{missing}");
        }
        for count in ["1", "+0000001", "0000000g"] {
            let text = whole.replace("00000001", count);
            assert_eq!(DigestAnswer::parse(&text), Err(LoginFault::Challenge), "{count}");
        }
    }
}
