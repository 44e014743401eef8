use core::fmt;
use core::net::Ipv4Addr;

use alloc::string::String;

use pdu_core::Decimal;

use crate::bps2000::{
    AgentState, HttpSettings, Levels, Network, Secret, SmtpSettings, SnmpService, ThresholdSettings, Users,
};

/// All that is stored in a unit. `Debug` shows none of it: half of it is secrets.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) account: String,
    pub(super) password: String,
    pub(super) network: Network,
    pub(super) http: HttpSettings,
    pub(super) thresholds: ThresholdSettings,
    pub(super) trap1: Ipv4Addr,
    pub(super) smtp_account: String,
    agent: AgentState,
    write_community: String,
    read_community: String,
    smtp_password: String,
    smtp_server: String,
    smtp_port: u16,
    smtp_count: u16,
    smtp_interval: u16,
    smtp_recipient: String,
}

impl Settings {
    /// Factory values (lines 260, 372-379, 393-394 and 654 of the manual). Those that it does not state are as the pictures of
    /// the console have them `[INF]`.
    pub(super) fn factory() -> Self {
        Self {
            account: "admin".into(),
            password: "admin".into(),
            network: Network {
                address: Ipv4Addr::new(192, 168, 0, 163),
                mask: Ipv4Addr::new(255, 255, 255, 0),
                gateway: Ipv4Addr::new(192, 168, 0, 1),
                dns: Ipv4Addr::new(202, 96, 128, 86),
            },
            http: HttpSettings { port: 80 },
            thresholds: factory_thresholds(),
            trap1: Ipv4Addr::UNSPECIFIED,
            agent: AgentState::Enabled,
            write_community: "private".into(),
            read_community: "public".into(),
            smtp_account: String::new(),
            smtp_password: String::new(),
            smtp_server: String::new(),
            smtp_port: 25,
            smtp_count: 1,
            smtp_interval: 1,
            smtp_recipient: String::new(),
        }
    }

    pub(super) fn set_snmp(&mut self, snmp: &SnmpService<'_>) {
        self.agent = snmp.agent;
        self.write_community = snmp.write_community.reveal().into();
        self.read_community = snmp.read_community.reveal().into();
        self.trap1 = snmp.trap1;
    }

    pub(super) fn set_smtp(&mut self, smtp: &SmtpSettings<'_>) {
        self.smtp_account = smtp.account.into();
        self.smtp_password = smtp.password.reveal().into();
        self.smtp_server = smtp.server.into();
        self.smtp_port = smtp.port;
        self.smtp_count = smtp.count;
        self.smtp_interval = smtp.interval;
        self.smtp_recipient = smtp.recipient.into();
    }

    pub(super) fn users(&self) -> Users<'_> {
        Users { name: &self.account }
    }

    pub(super) fn snmp(&self) -> SnmpService<'_> {
        SnmpService {
            agent: self.agent,
            write_community: Secret::new(&self.write_community),
            read_community: Secret::new(&self.read_community),
            trap1: self.trap1,
        }
    }

    pub(super) fn smtp(&self) -> SmtpSettings<'_> {
        SmtpSettings {
            account: &self.smtp_account,
            password: Secret::new(&self.smtp_password),
            server: &self.smtp_server,
            port: self.smtp_port,
            count: self.smtp_count,
            interval: self.smtp_interval,
            recipient: &self.smtp_recipient,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settings(..)")
    }
}

/// Those of the picture (lines 1021-1028): the manual states no factory values.
fn factory_thresholds() -> ThresholdSettings {
    let tenths = |levels: [i64; 4]| levels_of(levels, -1);
    ThresholdSettings {
        current: [tenths([320, 160, 0, 0]); 3],
        voltage: [tenths([2760, 2760, 0, 0]); 3],
        temperature: levels_of([40, 40, 0, 0], 0),
        humidity: levels_of([99, 80, 0, 0], 0),
    }
}

fn levels_of(levels: [i64; 4], exponent: i8) -> Levels {
    let [high_alarm, high_warning, low_warning, low_alarm] = levels.map(|level| Decimal::new(level, exponent));
    Levels {
        high_alarm,
        high_warning,
        low_warning,
        low_alarm,
    }
}
