//! SNMP v1, v2c and v3, with a BPS2000 or a 7-series unit behind it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use pdu_core::tokio::udp;
use pdu_proto_snmp::bps2000::{self, IntegerScale};
use pdu_proto_snmp::client::{Client, Target};
use pdu_proto_snmp::series7::{self, Base, Wiring};
use pdu_proto_snmp::usm;
use pdu_proto_snmp::wire::Version;

use super::{Manner, Plan, Scheme, Sole, host};
use crate::url::{Common, Url, User};
use crate::{credentials, engine};

/// Where agents listen. Source: RFC 3417, 3.2.
const PORT: u16 = 161;

/// What is tried where no community is named: agents are usually delivered so.
const COMMUNITY: &str = "public";

pub(super) const SCHEMES: &[Scheme] = &[Scheme {
    name: "snmp",
    form: "snmp://[COMMUNITY@]HOST[:161][?version=1|2c&profile=bps2000|series7&base=OID&title=TEXT&wiring=auto&integers=unknown]\n  \
           snmp://USER@HOST[:161]?version=3[&auth=sha256&priv=aes128&profile=...], passwords from PDU_AUTH_PASSWORD and \
           PDU_PRIV_PASSWORD",
    user: User::Optional,
    keys: &[
        "version", "profile", "auth", "priv", "base", "title", "wiring", "integers",
    ],
    plan,
}];

/// What is read, and how.
enum Profile {
    Bps2000(bps2000::Profile),
    Series7(series7::Options),
}

fn plan(url: &Url) -> Result<Plan, String> {
    let address = (host(url)?, url.port.unwrap_or(PORT));
    let common = url.common()?;
    let version = version(url)?;
    let profile = profile(url, common)?;
    let client = Client::new(target(url, version, common)?, engine::seed()).map_err(|error| error.to_string())?;
    Ok(Plan {
        // The name of a user is no secret.
        shown: if version == Version::V3 {
            url.shown()
        } else {
            url.shown_without_user()
        },
        // A socket for each URL: who asks in another way is another one.
        line: url.shown(),
        settings: String::new(),
        address: 0,
        open: Box::new(move || match profile {
            Profile::Bps2000(profile) => {
                Sole::open(bps2000::Device::new(client, profile), Manner::Answers, udp(address))
            }
            Profile::Series7(options) => {
                Sole::open(series7::Device::new(client, options), Manner::Answers, udp(address))
            }
        }),
    })
}

fn version(url: &Url) -> Result<Version, String> {
    let versions = [("1", Version::V1), ("2c", Version::V2C), ("3", Version::V3)];
    let version = url.word("version", &versions)?.unwrap_or(Version::V2C);
    if version != Version::V3 {
        for key in ["auth", "priv"] {
            only_of(url, key, "version=3")?;
        }
    }
    Ok(version)
}

fn profile(url: &Url, common: Common) -> Result<Profile, String> {
    let profiles = [("bps2000", "bps2000"), ("series7", "series7")];
    if url.word("profile", &profiles)? == Some("series7") {
        only_of(url, "integers", "profile=bps2000")?;
        return series7_options(url).map(Profile::Series7);
    }
    for key in ["base", "title", "wiring"] {
        only_of(url, key, "profile=series7")?;
    }
    let scales = [("unknown", IntegerScale::Unknown), ("modbus", IntegerScale::Modbus)];
    Ok(Profile::Bps2000(bps2000::Profile {
        mode: common.mode(),
        integers: url.word("integers", &scales)?.unwrap_or_default(),
        ..bps2000::Profile::default()
    }))
}

fn series7_options(url: &Url) -> Result<series7::Options, String> {
    let wirings = [("auto", Wiring::Auto), ("wye", Wiring::Wye), ("delta", Wiring::Delta)];
    let base = url.value("base", |text| {
        let known = Base::KNOWN.map(|base| base.to_string()).join(", ");
        text.parse::<Base>()
            .map_err(|error| format!("{error}; known are {known}"))
    })?;
    let options = series7::Options::default()
        .with_base(base.unwrap_or_default())
        .with_wiring(url.word("wiring", &wirings)?.unwrap_or_default());
    Ok(match url.value("title", |text| Ok(text.to_owned()))? {
        Some(title) => options.with_title(title),
        None => options,
    })
}

/// A key that says nothing here is a mistake, or somebody believes that it does.
fn only_of(url: &Url, key: &str, what: &str) -> Result<(), String> {
    if url.has(key) {
        Err(format!("{key} wants {what}"))
    } else {
        Ok(())
    }
}

/// The link goes to the agent and to nobody else, so where that is does not matter here.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), PORT);

fn target(url: &Url, version: Version, common: Common) -> Result<Target, String> {
    let community = url.user.as_deref().unwrap_or(COMMUNITY).as_bytes();
    let mut target = match version {
        Version::V1 => Target::v1(ANYWHERE, community),
        Version::V3 => Target::v3(ANYWHERE, user(url)?),
        _ => Target::v2c(ANYWHERE, community),
    };
    target.options.timeout = common.timeout;
    target.options.retries = common.retries;
    target.options.tolerance = common.mode().into();
    Ok(target)
}

fn user(url: &Url) -> Result<usm::User, String> {
    let name = url
        .user
        .as_deref()
        .ok_or("version 3 wants a user before the host: USER@HOST")?;
    let auth = url.guarded("auth", credentials::auth)?;
    let privacy = url.guarded("priv", credentials::privacy)?;
    credentials::from_environment(name, auth, privacy)
}
