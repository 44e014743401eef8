//! 7-series units over HTTP and HTTPS.

use std::fs;
use std::path::Path;

use pdu_core::tokio::tcp;
use pdu_proto_7series::client::{self, HttpClient};
use pdu_proto_7series::http::auth::{BasicPolicy, Credentials};
use pdu_proto_7series::live;
use pdu_proto_7series::series7::{Device, Options};
use pdu_proto_7series::tls::{Connector, NoFingerprint, Trust};
use pdu_proto_7series::wire::Wiring;

use super::{Manner, Plan, Scheme, Sole, host};
use crate::credentials::Login;
use crate::engine;
use crate::profile;
use crate::url::{Url, User};

/// Where servers listen.
const HTTP: u16 = 80;
const HTTPS: u16 = 443;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "series7",
        form: "series7://HOST[:80][?profile=synthetic&wiring=auto&basic=when-asked], credentials from PDU_USER and PDU_PASSWORD",
        user: User::None,
        keys: &["profile", "wiring", "basic"],
        plan: plan_http,
    },
    Scheme {
        name: "series7s",
        form: "series7s://HOST[:443]?ca=FILE or ?fingerprint=SHA256[&profile=...], credentials from PDU_USER and PDU_PASSWORD",
        user: User::None,
        keys: &["profile", "wiring", "basic", "ca", "fingerprint"],
        plan: plan_https,
    },
];

fn plan_http(url: &Url) -> Result<Plan, String> {
    let address = (host(url)?, url.port.unwrap_or(HTTP));
    let timeout = url.common()?.timeout;
    let device = device(url, HTTP)?;
    Ok(Plan {
        shown: url.shown(),
        // A connection for each URL: who asks in another way is another one.
        line: url.shown(),
        settings: String::new(),
        address: 0,
        open: Box::new(move || Sole::open(device, Manner::Answers, tcp(address, timeout))),
    })
}

fn plan_https(url: &Url) -> Result<Plan, String> {
    let address = (host(url)?, url.port.unwrap_or(HTTPS));
    let timeout = url.common()?.timeout;
    let connector = Connector::new(&trust(url)?, &url.host).map_err(|error| error.to_string())?;
    let device = device(url, HTTPS)?;
    Ok(Plan {
        shown: url.shown(),
        line: url.shown(),
        settings: String::new(),
        address: 0,
        open: Box::new(move || Sole::open(device, Manner::Answers, connector.dial(address, timeout))),
    })
}

/// Whose certificate is believed. Somebody's it must be: there is no way to ask nobody.
fn trust(url: &Url) -> Result<Trust, String> {
    let authority = url.value("ca", |file| fs::read_to_string(file).map_err(|error| error.to_string()))?;
    let fingerprint = url.value("fingerprint", |text| {
        text.parse().map_err(|error: NoFingerprint| error.to_string())
    })?;
    match (authority, fingerprint) {
        (Some(pem), None) => Ok(Trust::Authority(pem)),
        (None, Some(fingerprint)) => Ok(Trust::Fingerprint(fingerprint)),
        (Some(_), Some(_)) => Err("ca and fingerprint are both given: one says whom to believe".into()),
        (None, None) => Err("neither ca nor fingerprint is given: one must say whom to believe".into()),
    }
}

fn device(url: &Url, usual_port: u16) -> Result<Device<HttpClient>, String> {
    let http = HttpClient::new(http(url, usual_port)?);
    Ok(Device::new(http, options(url)?))
}

/// How the unit's pages are asked for.
fn http(url: &Url, usual_port: u16) -> Result<client::Options, String> {
    const POLICIES: [(&str, BasicPolicy); 3] = [
        ("when-asked", BasicPolicy::WhenAsked),
        ("never", BasicPolicy::Never),
        ("first", BasicPolicy::First),
    ];

    let common = url.common()?;
    let mut options =
        client::Options::new(&authority(url, usual_port), engine::entropy()).map_err(|error| error.to_string())?;
    options.basic = url.word("basic", &POLICIES)?.unwrap_or_default();
    options.reply_timeout = common.timeout;
    options.connect_timeout = common.timeout;
    options.retries = common.retries;
    if let Some(Login { user, password }) = Login::from_environment()? {
        let credentials = Credentials::new(user, password).map_err(|error| error.to_string())?;
        options = options.with_credentials(credentials);
    }
    Ok(options)
}

/// The host as it stands in requests.
fn authority(url: &Url, usual_port: u16) -> String {
    let host = if url.host.contains(':') {
        format!("[{}]", url.host)
    } else {
        url.host.clone()
    };
    match url.port.filter(|port| *port != usual_port) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// What the unit's pages mean.
fn options(url: &Url) -> Result<Options, String> {
    const WIRINGS: [(&str, Wiring); 3] = [("auto", Wiring::Auto), ("wye", Wiring::Wye), ("delta", Wiring::Delta)];

    let profile = url.value("profile", |text| profile::read(Path::new(text)))?;
    let profile = profile.map_or_else(|| profile::read(Path::new(profile::SYNTHETIC)), Ok)?;
    let live = live::Options::default()
        .with_mode(url.common()?.mode())
        .with_wiring(url.word("wiring", &WIRINGS)?.unwrap_or_default());
    Ok(Options::new(profile).with_live(live))
}
