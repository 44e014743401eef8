//! Device URLs: their common form. What a scheme makes of it stands with its protocol in `devices`.

use std::ops::RangeInclusive;
use std::time::Duration;

use pdu_core::Mode;

use crate::terminal::Foreign;

/// `scheme://[user@][host][:port][/path][?key=value&...]`, taken apart, every key known.
#[derive(Clone)]
pub(crate) struct Url {
    /// All of it, as it was given.
    text: String,
    /// What stands before the `@`, where a scheme has that; it may be a secret.
    pub(crate) user: Option<String>,
    /// Without the brackets of an IPv6 address; empty if there is none.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// With its slash; empty if there is none.
    pub(crate) path: String,
    query: Vec<(String, String)>,
}

/// Whether the URLs of a scheme may name a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    None,
    /// Or a community, which is one in its way.
    Optional,
}

/// What every URL may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Common {
    /// How long an answer, or a connection, may take.
    pub(crate) timeout: Duration,
    /// How often a read is asked again.
    pub(crate) retries: u8,
    /// Whether to refuse what the device's manual does not have.
    pub(crate) strict: bool,
}

impl Common {
    pub(crate) fn mode(&self) -> Mode {
        if self.strict { Mode::Strict } else { Mode::Lenient }
    }
}

const COMMON_KEYS: [&str; 3] = ["timeout", "retries", "strict"];

impl Url {
    /// Takes a URL apart whose scheme knows `keys` beside the common ones.
    pub(crate) fn parse(text: &str, user: User, keys: &[&str]) -> Result<Self, String> {
        let (_, rest) = text.split_once("://").ok_or("no '://' in it")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (name, authority) = match authority.rsplit_once('@') {
            Some((name, authority)) => (Some(name), authority),
            None => (None, authority),
        };
        let user = name.map(|name| user.read(name)).transpose()?;
        let (host, port) = host_and_port(authority)?;
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("a blank or a control character in it".into());
        }
        Ok(Self {
            text: text.into(),
            user,
            host: host.into(),
            port,
            path: path.into(),
            query: pairs(query, keys)?,
        })
    }

    /// As it was given.
    pub(crate) fn shown(&self) -> String {
        self.text.clone()
    }

    /// As it was given, but for what stands before the `@`.
    pub(crate) fn shown_without_user(&self) -> String {
        let (scheme, rest) = self.text.split_once("://").unwrap_or_default();
        let at = rest.split(['/', '?']).next().and_then(|authority| authority.rfind('@'));
        let shown = at
            .and_then(|at| rest.get(at..))
            .map(|rest| format!("{scheme}://***{rest}"));
        shown.unwrap_or_else(|| self.text.clone())
    }

    /// What every URL may say, or else its default.
    pub(crate) fn common(&self) -> Result<Common, String> {
        Ok(Common {
            timeout: self.value("timeout", duration)?.unwrap_or(Duration::from_secs(2)),
            retries: self.number("retries", 0..=10)?.unwrap_or(2),
            strict: self
                .word("strict", &[("true", true), ("false", false)])?
                .unwrap_or(false),
        })
    }

    /// The number that a key is set to.
    pub(crate) fn number(&self, key: &str, known: RangeInclusive<u8>) -> Result<Option<u8>, String> {
        self.value(key, |text| {
            let number = text.parse().ok().filter(|number| known.contains(number));
            number.ok_or_else(|| format!("known are {} to {}", known.start(), known.end()))
        })
    }

    /// What the word stands for that a key is set to.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, String> {
        self.value(key, |text| {
            let known = words.iter().find(|(word, _)| *word == text);
            known.map(|(_, value)| *value).ok_or_else(|| {
                let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                format!("known are {}", known.join(", "))
            })
        })
    }

    /// What `read` makes of the text that a key is set to.
    pub(crate) fn value<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
        let Some(text) = self.text_of(key) else {
            return Ok(None);
        };
        let why = |why| format!("'{}' is no value of {key}: {why}", Foreign(text));
        read(text).map(Some).map_err(why)
    }

    /// The same for a key beside which somebody may put a secret by mistake: the text is not repeated.
    pub(crate) fn guarded<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
        let why = |why| format!("no such value of {key}: {why}");
        self.text_of(key).map(|text| read(text).map_err(why)).transpose()
    }

    /// Whether a key is set.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.text_of(key).is_some()
    }

    fn text_of(&self, key: &str) -> Option<&str> {
        let (_, text) = self.query.iter().find(|(name, _)| name == key)?;
        Some(text)
    }
}

impl User {
    fn read(self, name: &str) -> Result<String, String> {
        match self {
            Self::None => Err("it names a user, and this scheme has none; a secret has no place in a url".into()),
            Self::Optional if name.contains(':') => {
                Err("it names a password, which has no place in a url; write %3A for a ':' of a name".into())
            }
            Self::Optional => decoded(name).ok_or_else(|| "what stands before the '@' cannot be read".into()),
        }
    }
}

/// With what `%` and two digits stand for.
fn decoded(text: &str) -> Option<String> {
    let mut octets = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(octet) = octets.next() {
        let mut digit = || char::from(octets.next()?).to_digit(16);
        decoded.push(match octet {
            b'%' => u8::try_from(digit()? * 16 + digit()?).ok()?,
            octet => octet,
        });
    }
    String::from_utf8(decoded).ok()
}

/// The scheme, and the rest as far as it may be shown: secrets may stand before an `@` and behind a `?`.
pub(crate) fn without_secrets(text: &str) -> String {
    let (text, query) = match text.split_once('?') {
        Some((text, _)) => (text, "?..."),
        None => (text, ""),
    };
    let (scheme, rest) = text
        .split_once("://")
        .map_or(("", text), |(scheme, rest)| (scheme, rest));
    let rest = rest
        .rsplit_once('@')
        .map_or(rest.to_owned(), |(_, rest)| format!("***@{rest}"));
    let separator = if scheme.is_empty() { "" } else { "://" };
    Foreign(&format!("{scheme}{separator}{rest}{query}")).to_string()
}

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), String> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or("'[' without ']'")?;
        if host.parse::<std::net::Ipv6Addr>().is_err() && !host.contains('%') {
            return Err(format!("'{}' is no IPv6 address", Foreign(host)));
        }
        let no_port = port.is_empty();
        (host, (!no_port).then_some(port.strip_prefix(':').unwrap_or("?")))
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if let Some(found) = host.chars().find(|c| !c.is_alphanumeric() && !"-._:%".contains(*c)) {
        let found = found.to_string();
        return Err(format!("no host name has '{}'", Foreign(&found)));
    }
    let Some(port) = port else {
        return Ok((host, None));
    };
    match port.parse() {
        Ok(number @ 1..) if !port.starts_with('+') => Ok((host, Some(number))),
        _ if port.contains(':') => Err("an IPv6 address stands in brackets: [::1]:502".into()),
        _ => Err(format!("'{}' is no port: known are 1 to 65535", Foreign(port))),
    }
}

fn pairs(query: &str, keys: &[&str]) -> Result<Vec<(String, String)>, String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !keys.iter().chain(&COMMON_KEYS).any(|known| *known == key) {
            let known: Vec<_> = keys.iter().chain(&COMMON_KEYS).copied().collect();
            return Err(format!(
                "unknown key '{}'; known are {}",
                Foreign(key),
                known.join(", ")
            ));
        }
        if pairs.iter().any(|(earlier, _)| earlier == key) {
            return Err(format!("{key} is given twice"));
        }
        pairs.push((key.into(), value.into()));
    }
    Ok(pairs)
}

/// A time such as `500ms`, `2s`, `1.5s` or `1m`; up to an hour, and more than nothing.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    const FORM: &str = "a time is a number with ms, s or m, up to 60m: 500ms, 1.5s";
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let scale = match unit {
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(FORM.into()),
    };
    let seconds = number.parse::<f64>().map_err(|_| FORM)? * scale;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() && time <= Duration::from_secs(3600) => Ok(time),
        _ => Err(FORM.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Url, String> {
        Url::parse(text, User::None, &["unit"])
    }

    fn with_user(text: &str) -> Result<Url, String> {
        Url::parse(text, User::Optional, &["unit"])
    }

    #[test]
    fn a_url_comes_apart_into_its_pieces() {
        let url = parse("modbus-tcp://pdu.example:1502/?unit=7&timeout=500ms").unwrap();
        assert_eq!(
            (url.host.as_str(), url.port, url.path.as_str()),
            ("pdu.example", Some(1502), "/")
        );
        assert_eq!(url.number("unit", 1..=247), Ok(Some(7)));
        let common = url.common().unwrap();
        assert_eq!(
            (common.timeout, common.retries, common.strict),
            (Duration::from_millis(500), 2, false)
        );
    }

    #[test]
    fn ipv6_addresses_stand_in_brackets() {
        let url = parse("modbus-tcp://[::1]:502").unwrap();
        assert_eq!((url.host.as_str(), url.port), ("::1", Some(502)));
        assert_eq!(parse("modbus-tcp://[fe80::1%eth0]").unwrap().port, None);
        assert!(parse("modbus-tcp://::1").err().unwrap().contains("brackets"));
        assert!(parse("modbus-tcp://[::1").is_err());
        assert!(parse("modbus-tcp://[::1]502").is_err());
        assert!(parse("modbus-tcp://[rack]:502").is_err());
    }

    #[test]
    fn a_path_needs_no_host() {
        let url = parse("modbus-rtu:///dev/ttyUSB0?unit=2").unwrap();
        assert_eq!((url.host.as_str(), url.path.as_str()), ("", "/dev/ttyUSB0"));
    }

    #[test]
    fn what_is_unknown_is_refused_with_what_is_known() {
        let message = parse("modbus-tcp://h?units=1").err().unwrap();
        assert_eq!(message, "unknown key 'units'; known are unit, timeout, retries, strict");
        let url = parse("modbus-tcp://h?unit=0&strict=yes").unwrap();
        assert_eq!(
            url.number("unit", 1..=247).unwrap_err(),
            "'0' is no value of unit: known are 1 to 247"
        );
        assert_eq!(
            url.common().unwrap_err(),
            "'yes' is no value of strict: known are true, false"
        );
        assert!(parse("modbus-tcp://h?unit=1&unit=2").err().unwrap().contains("twice"));
        assert!(parse("modbus-tcp://h:0").is_err());
        assert!(parse("modbus-tcp://h:65536").is_err());
    }

    #[test]
    fn secrets_are_refused_and_never_shown() {
        assert!(parse("modbus-tcp://admin:geheim@h").is_err());
        for text in ["modbus-tcp://admin:geheim@h/x@y", "x://h?password=geheim", "geheim@h"] {
            assert!(!without_secrets(text).contains("geheim"), "{}", without_secrets(text));
        }
        assert_eq!(without_secrets("modbus-tcp://u:p@h:1?k=v"), "modbus-tcp://***@h:1?...");
    }

    #[test]
    fn a_user_stands_before_the_host_and_can_be_hidden() {
        let url = with_user("snmp://my%40%3acommunity@[::1]:161/?unit=1").unwrap();
        assert_eq!((url.user.as_deref(), url.host.as_str()), (Some("my@:community"), "::1"));
        assert_eq!(url.shown_without_user(), "snmp://***@[::1]:161/?unit=1");
        assert_eq!(with_user("snmp://a@b@h").unwrap().shown_without_user(), "snmp://***@h");
        let url = with_user("snmp://h").unwrap();
        assert_eq!(
            (url.user.as_deref(), url.shown_without_user()),
            (None, "snmp://h".into())
        );
        for text in [
            "snmp://user:geheim@h",
            "snmp://geheim%4@h",
            "snmp://geheim%+1@h",
            "snmp://geheim%ff@h",
        ] {
            assert!(!with_user(text).err().unwrap().contains("geheim"), "{text}");
        }
    }

    #[test]
    fn a_value_that_may_be_a_secret_is_not_repeated() {
        let url = parse("modbus-tcp://h?unit=geheim").unwrap();
        let known = |_: &str| Err::<(), _>("known are 1".to_owned());
        assert_eq!(
            url.guarded("unit", known).unwrap_err(),
            "no such value of unit: known are 1"
        );
    }

    #[test]
    fn times_have_a_unit_and_an_end() {
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("60m"), Ok(Duration::from_secs(3600)));
        for text in ["", "s", "0s", "2", "61m", "-1s", "1h", "1e9s", "1..2s", "inf", "2 s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
