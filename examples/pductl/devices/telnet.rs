//! The console of a BPS2000 over telnet.

use pdu_core::tokio::tcp;
use pdu_proto_telnet::bps2000::{ClockForm, Device, EnergyUnit, Options, Undocumented};

use super::{Manner, Plan, Scheme, Sole, host};
use crate::credentials::Login;
use crate::url::{Url, User};

/// Where consoles listen. Source: the manual, lines 464 and 639.
const PORT: u16 = 23;

pub(super) const SCHEMES: &[Scheme] = &[Scheme {
    name: "telnet",
    form: "telnet://HOST[:23][?profile=bps2000&slaves=0&undocumented=refused&clock=one-line&energy=unknown], credentials from PDU_USER and \
           PDU_PASSWORD",
    user: User::None,
    keys: &["profile", "slaves", "undocumented", "clock", "energy"],
    plan,
}];

fn plan(url: &Url) -> Result<Plan, String> {
    url.word("profile", &[("bps2000", ())])?;
    let address = (host(url)?, url.port.unwrap_or(PORT));
    let options = options(url)?;
    let connect_timeout = options.connect_timeout;
    Ok(Plan {
        shown: url.shown(),
        line: format!("telnet {address:?}"),
        settings: format!("{options:?}"),
        address: 0,
        open: Box::new(move || Sole::open(Device::new(options), Manner::Answers, tcp(address, connect_timeout))),
    })
}

/// What the manual leaves open is as its text has it, and what it does not show is refused, unless the URL says otherwise.
fn options(url: &Url) -> Result<Options, String> {
    const UNDOCUMENTED: [(&str, Undocumented); 2] =
        [("refused", Undocumented::Refused), ("allowed", Undocumented::Allowed)];
    const CLOCK_FORMS: [(&str, ClockForm); 2] = [("one-line", ClockForm::OneLine), ("two-lines", ClockForm::TwoLines)];
    const ENERGY_UNITS: [(&str, EnergyUnit); 2] = [("unknown", EnergyUnit::Unknown), ("wh", EnergyUnit::WattHours)];

    let common = url.common()?;
    let Login { user, password } = Login::from_environment()?.unwrap_or_else(Login::of_factory);
    Ok(Options {
        mode: common.mode(),
        connect_timeout: common.timeout,
        login_timeout: common.timeout,
        reply_timeout: common.timeout,
        attempts: common.retries.saturating_add(1),
        slaves: url.number("slaves", 0..=5)?.unwrap_or_default(),
        undocumented: url.word("undocumented", &UNDOCUMENTED)?.unwrap_or_default(),
        clock_form: url.word("clock", &CLOCK_FORMS)?.unwrap_or_default(),
        energy_unit: url.word("energy", &ENERGY_UNITS)?.unwrap_or_default(),
        ..Options::new(user, password)
    })
}
