//! 7-series units over HTTP.

use std::path::Path;

use pdu_core::tokio::tcp;
use pdu_proto_7series::client::{self, HttpClient};
use pdu_proto_7series::http::auth::{BasicPolicy, Credentials};
use pdu_proto_7series::live;
use pdu_proto_7series::series7::{Device, Options};
use pdu_proto_7series::wire::Wiring;

use super::{Manner, Plan, Scheme, Sole, host};
use crate::credentials::Login;
use crate::profile;
use crate::url::{Url, User};

/// Where HTTP servers listen.
const PORT: u16 = 80;

pub(super) const SCHEMES: &[Scheme] = &[Scheme {
    name: "series7",
    form: "series7://HOST[:80][?profile=synthetic&wiring=auto&basic=when-asked], credentials from PDU_USER and PDU_PASSWORD",
    user: User::None,
    keys: &["profile", "wiring", "basic"],
    plan,
}];

fn plan(url: &Url) -> Result<Plan, String> {
    let address = (host(url)?, url.port.unwrap_or(PORT));
    let timeout = url.common()?.timeout;
    let (http, options) = (http(url, PORT)?, options(url)?);
    Ok(Plan {
        shown: url.shown(),
        // A connection for each URL: who asks in another way is another one.
        line: url.shown(),
        settings: String::new(),
        address: 0,
        open: Box::new(move || {
            let device = Device::new(HttpClient::new(http), options);
            Sole::open(device, Manner::Answers, tcp(address, timeout))
        }),
    })
}

/// How the unit's pages are asked for.
fn http(url: &Url, usual_port: u16) -> Result<client::Options, String> {
    const POLICIES: [(&str, BasicPolicy); 3] = [
        ("when-asked", BasicPolicy::WhenAsked),
        ("never", BasicPolicy::Never),
        ("first", BasicPolicy::First),
    ];

    let common = url.common()?;
    let mut options = client::Options::new(&authority(url, usual_port)).map_err(|error| error.to_string())?;
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
