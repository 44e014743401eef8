//! Who we are: passwords from the environment or from a file, and from nowhere else; for SNMP v3 protocols by their names.

use std::env::{self, VarError};
use std::path::PathBuf;

use pdu_core::Secret;
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, PrivProtocol, User, UsmError};
use serde::Deserialize;

use crate::terminal::Foreign;

/// Where passwords come from that belong to what stands on the command line.
pub(crate) const AUTH_PASSWORD: &str = "PDU_AUTH_PASSWORD";
pub(crate) const PRIV_PASSWORD: &str = "PDU_PRIV_PASSWORD";
/// Who logs in, where that is by a name and a password.
pub(crate) const USER: &str = "PDU_USER";
pub(crate) const PASSWORD: &str = "PDU_PASSWORD";
/// Names the file of those who may notify.
pub(crate) const TRAP_USERS: &str = "PDU_TRAP_USERS";

/// A name and its password.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: Secret,
}

impl Login {
    /// Who the environment says; `None` if it says nothing of it.
    pub(crate) fn from_environment() -> Result<Option<Self>, String> {
        let (user, password) = (variable(USER)?, variable(PASSWORD)?.map(Secret::from));
        match (user, password) {
            (None, None) => Ok(None),
            (Some(user), Some(password)) => Ok(Some(Self { user, password })),
            (Some(_), None) => Err(format!("{USER} is set, and {PASSWORD} is not")),
            (None, Some(_)) => Err(format!("{PASSWORD} is set, and {USER} is not")),
        }
    }

    /// Who may use the console of a BPS2000 as it is delivered. Source: its manual, line 654.
    pub(crate) fn of_factory() -> Self {
        Self {
            user: "admin".into(),
            password: "admin".into(),
        }
    }
}

/// How a user proves who it is; the text is not repeated, since somebody may put a password there.
pub(crate) fn auth(text: &str) -> Result<AuthProtocol, String> {
    let known = AuthProtocol::ALL.iter().find(|protocol| protocol.as_str() == text);
    let names = || AuthProtocol::ALL.map(AuthProtocol::as_str).join(", ");
    known.copied().ok_or_else(|| format!("known are {}", names()))
}

/// How what a user says is encrypted; the same.
pub(crate) fn privacy(text: &str) -> Result<PrivProtocol, String> {
    let known = PrivProtocol::ALL.iter().find(|protocol| protocol.as_str() == text);
    let names = || PrivProtocol::ALL.map(PrivProtocol::as_str).join(", ");
    known.copied().ok_or_else(|| format!("known are {}", names()))
}

/// A user with the passwords that the environment has; a protocol that is not named wants none.
pub(crate) fn from_environment(
    name: &str,
    auth: Option<AuthProtocol>,
    privacy: Option<PrivProtocol>,
) -> Result<User, String> {
    let auth_password = auth.map(|_| password(AUTH_PASSWORD)).transpose()?;
    let priv_password = privacy.map(|_| password(PRIV_PASSWORD)).transpose()?;
    let auth = auth.zip(auth_password.as_deref().map(str::as_bytes));
    let privacy = privacy.zip(priv_password.as_deref().map(str::as_bytes));
    User::with_passwords(name, auth, privacy).map_err(|error| error.to_string())
}

fn password(name: &str) -> Result<String, String> {
    variable(name)?.ok_or_else(|| format!("{name} is not set to a password"))
}

fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is no text")),
    }
}

/// Somebody who may notify.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrapUser {
    user: String,
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    auth_password: Option<String>,
    #[serde(default, rename = "priv")]
    privacy: Option<String>,
    #[serde(default)]
    priv_password: Option<String>,
    /// The sender's engine, if the entry is for that one only.
    #[serde(default)]
    engine_id: Option<String>,
}

/// Those who may notify, and with which engine if not with any; nobody if no file is named. No error repeats what the file
/// says: it is full of secrets.
pub(crate) fn trap_users() -> Result<Vec<(User, Option<EngineId>)>, String> {
    let Some(path) = env::var_os(TRAP_USERS).map(PathBuf::from) else {
        return Ok(Vec::new());
    };
    let shown = path.display().to_string();
    let of_file = |why: String| format!("{}: {why}", Foreign(&shown));
    let text = std::fs::read(&path).map_err(|error| of_file(error.to_string()))?;
    let users: Vec<TrapUser> = serde_json::from_slice(&text).map_err(|error| {
        of_file(format!(
            "line {}, column {}: no array of users",
            error.line(),
            error.column()
        ))
    })?;
    let users = users
        .iter()
        .zip(1..)
        .map(|(user, number): (_, u32)| user.read().map_err(|why| of_file(format!("user {number}: {why}"))));
    users.collect()
}

impl TrapUser {
    fn read(&self) -> Result<(User, Option<EngineId>), String> {
        let auth = self
            .auth
            .as_deref()
            .map(auth)
            .transpose()
            .map_err(|why| format!("auth: {why}"))?;
        let privacy = self
            .privacy
            .as_deref()
            .map(privacy)
            .transpose()
            .map_err(|why| format!("priv: {why}"))?;
        let auth = with_password(auth, self.auth_password.as_deref(), "auth")?;
        let privacy = with_password(privacy, self.priv_password.as_deref(), "priv")?;
        let of_usm = |error: UsmError| error.to_string();
        let user = User::with_passwords(&self.user, auth, privacy).map_err(of_usm)?;
        let engine = self.engine_id.as_deref().map(engine_id).transpose()?;
        Ok((user, engine))
    }
}

/// Both or neither.
fn with_password<'a, P>(
    protocol: Option<P>,
    password: Option<&'a str>,
    what: &str,
) -> Result<Option<(P, &'a [u8])>, String> {
    match (protocol, password) {
        (Some(protocol), Some(password)) => Ok(Some((protocol, password.as_bytes()))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(format!("{what}_password is missing")),
        (None, Some(_)) => Err(format!("{what} is missing, and its password is there")),
    }
}

fn engine_id(text: &str) -> Result<EngineId, String> {
    const FORM: &str = "engine_id is 5 to 32 octets in hexadecimal";
    let digits: Option<Vec<_>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or(FORM)?;
    let octets: Vec<_> = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |octet, digit| octet << 4 | digit))
        .collect();
    EngineId::new(&octets).map_err(|_| FORM.into())
}
