//! What the SNMP programs share: credentials and varbinds as text, and a hub that is driven until it has told enough.

use std::error::Error;
use std::future::poll_fn;
use std::hash::{BuildHasher as _, RandomState};
use std::net::Ipv4Addr;
use std::task::Poll;

use pdu_core::tokio::UdpDriver;
use pdu_core::{Hub, Path};
use pdu_proto_snmp::server::OwnedValue;
use pdu_proto_snmp::usm::User;
use pdu_proto_snmp::wire::{BadVarBind, OidBuf, Opaque, Value, VarBind, VarBinds};

use crate::{from_hex, to_hex};

/// Who speaks: `v1:COMMUNITY`, `v2c:COMMUNITY`, or `v3:NAME[:AUTH:PASSWORD[:PRIVACY:PASSWORD]]`.
#[derive(Debug)]
pub enum Credentials {
    /// By a community, in v1.
    V1(Vec<u8>),
    /// By a community, in v2c.
    V2c(Vec<u8>),
    /// As a user.
    V3(User),
}

impl Credentials {
    /// Reads one of the three forms.
    pub fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let words: Vec<&str> = text.split(':').collect();
        let secret = |protocol, password: &str| (protocol, password.as_bytes().to_vec());
        let (name, auth, privacy) = match words[..] {
            ["v1", community] => return Ok(Self::V1(community.into())),
            ["v2c", community] => return Ok(Self::V2c(community.into())),
            ["v3", name] => (name, None, None),
            ["v3", name, auth, password] => (name, Some(secret(auth.parse()?, password)), None),
            ["v3", name, auth, password, privacy, second] => {
                let privacy = (privacy.parse()?, second.as_bytes());
                (name, Some(secret(auth.parse()?, password)), Some(privacy))
            }
            _ => return Err(format!("no credentials: {text}").into()),
        };
        let auth = auth.as_ref().map(|(protocol, password)| (*protocol, &password[..]));
        Ok(Self::V3(User::with_passwords(name, auth, privacy)?))
    }
}

/// A name and a value, kept.
pub type Binding = (OidBuf, OwnedValue);

/// Reads words in threes, a name, a type and a value, as snmpset takes them, with `C` for a Counter64.
pub fn bindings(words: &[String]) -> Result<Vec<Binding>, Box<dyn Error>> {
    let (threes, rest) = words.as_chunks::<3>();
    if !rest.is_empty() {
        return Err("name, type and value, please".into());
    }
    let binding = |[name, kind, text]: &[String; 3]| Ok((name.parse()?, value(kind, text)?));
    threes.iter().map(binding).collect()
}

fn value(kind: &str, text: &str) -> Result<OwnedValue, Box<dyn Error>> {
    Ok(match kind {
        "i" => OwnedValue::Integer(text.parse()?),
        "u" => OwnedValue::Gauge32(text.parse()?),
        "c" => OwnedValue::Counter32(text.parse()?),
        "C" => OwnedValue::Counter64(text.parse()?),
        "t" => OwnedValue::TimeTicks(text.parse()?),
        "a" => OwnedValue::IpAddress(text.parse::<Ipv4Addr>()?),
        "o" => OwnedValue::ObjectIdentifier(text.parse()?),
        "s" => text.into(),
        "x" => OwnedValue::OctetString(from_hex(text).ok_or("not hexadecimal")?),
        _ => return Err(format!("no type: {kind}").into()),
    })
}

/// The same, borrowed.
pub fn varbinds(bindings: &[Binding]) -> Vec<VarBind<'_>> {
    let bindings = bindings.iter();
    bindings
        .map(|(name, value)| VarBind::new(name.as_oid(), value.as_value()))
        .collect()
}

/// A varbind in three words; octets that are not all letters, digits and blanks are hexadecimal.
pub fn in_words(varbind: Result<VarBind<'_>, BadVarBind<'_>>) -> String {
    let VarBind { name, value, .. } = match varbind {
        Ok(varbind) => varbind,
        Err(bad) => return format!("error: {bad}"),
    };
    match value {
        Value::Integer(number) => format!("{name} i {number}"),
        Value::Gauge32(number) => format!("{name} u {number}"),
        Value::Counter32(number) => format!("{name} c {number}"),
        Value::Counter64(number) => format!("{name} C {number}"),
        Value::TimeTicks(ticks) => format!("{name} t {ticks}"),
        Value::IpAddress(address) => format!("{name} a {address}"),
        Value::ObjectIdentifier(other) => format!("{name} o {other}"),
        Value::OctetString(octets)
            if octets
                .iter()
                .all(|&octet| octet == b' ' || octet.is_ascii_alphanumeric()) =>
        {
            format!("{name} s {}", String::from_utf8_lossy(octets))
        }
        Value::OctetString(octets) | Value::Opaque(Opaque(octets)) => format!("{name} x {}", to_hex(octets)),
        Value::Null => format!("{name} null"),
        Value::NoSuchObject => format!("{name} noSuchObject"),
        Value::NoSuchInstance => format!("{name} noSuchInstance"),
        Value::EndOfMibView => format!("{name} endOfMibView"),
    }
}

/// Varbinds in one line.
pub fn line(varbinds: VarBinds<'_>) -> String {
    let words: Vec<String> = varbinds.into_iter().map(in_words).collect();
    words.join(", ")
}

/// 64 random bits.
pub fn seed() -> u64 {
    RandomState::new().hash_one(())
}

/// Drives a hub until `look`, which takes what it tells, has seen the end of something.
pub async fn drive<H: Hub<Peer = Path>, T>(driver: &mut UdpDriver<H>, mut look: impl FnMut(&mut H) -> Looked<T>) -> T {
    poll_fn(|cx| {
        loop {
            let _ = driver.poll_run(cx);
            match look(driver.hub_mut()) {
                Looked::Nothing => return Poll::Pending,
                Looked::Something => {}
                Looked::End(end) => return Poll::Ready(end),
            }
        }
    })
    .await
}

/// What a hub had to tell.
#[derive(Debug)]
pub enum Looked<T> {
    /// Nothing.
    Nothing,
    /// Something, and perhaps there is more.
    Something,
    /// The last of what was waited for.
    End(T),
}
