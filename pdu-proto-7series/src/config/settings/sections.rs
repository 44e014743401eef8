//! What can be set: one table a section, to be held against the manual.

use std::net::IpAddr;

use pdu_core::{
    Addressing, Decimal, LocalDateTime, PowerRestorePolicy, Secret, ServiceState, TimeOfDay, Trip, WebServices,
};

use super::bounds::{account_name, account_password, address, free, ip_or_none, port, secret, text, utc_offset};
use super::visit::{Item, Section, Visitor};
use super::words::{ClockSource, LogMode, MailAuthentication, MailTimes, PageLayout, Repeat};
use crate::config::ConfigError;

/// Declares a struct of settings: each field with its type and the rule it must keep. The name of a field is its key in a profile.
macro_rules! section {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $([$number:literal])? {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty where $check:path; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $( #[doc = $number] pub number: u16, )?
            $( $(#[$field_meta])* pub $field: Option<$type>, )+
        }

        impl Section for $name {
            fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), ConfigError> {
                $( visitor.field(stringify!($field), &mut self.$field, |value: &$type| $check(value))?; )+
                Ok(())
            }
        }

        $(
            impl $name {
                #[doc = "One of which nothing is said yet but its number."]
                #[doc = ""]
                #[doc = concat!("`number`: ", $number)]
                pub fn of(number: u16) -> Self {
                    Self { number, ..Self::default() }
                }
            }

            impl Item for $name {
                fn of(number: u16) -> Self {
                    Self::of(number)
                }

                fn number(&self) -> u16 {
                    self.number
                }
            }
        )?
    };
}

section! {
    /// The unit's own address. Source: manual, lines 160 to 165.
    pub struct Network {
        /// From DHCP, or fixed.
        addressing: Addressing where free;
        /// Its address, if fixed.
        address: IpAddr where free;
        /// Its network mask, if fixed.
        mask: IpAddr where free;
        /// The router, if fixed.
        gateway: IpAddr where free;
    }
}

section! {
    /// A server that resolves names. How many there can be is not stated.
    pub struct DnsServer ["Which of them, from 1."] {
        /// Its IP address; empty for none.
        address: String where ip_or_none;
    }
}

section! {
    /// What the unit offers. The web service can be moved, never turned off. Source: manual, lines 166 to 171.
    pub struct Services {
        /// Which web services run.
        web: WebServices where free;
        /// TCP port of HTTP, from 1.
        http_port: u16 where port;
        /// TCP port of HTTPS, from 1.
        https_port: u16 where port;
        /// The Telnet server.
        telnet: ServiceState where free;
    }
}

section! {
    /// Mail of alarms and reports. Source: manual, lines 188 to 211.
    pub struct Mail {
        /// The SMTP server.
        server: String where address;
        /// Its TCP port, from 1.
        port: u16 where port;
        /// From whom mail comes.
        from: String where address;
        /// How the unit logs in.
        authentication: MailAuthentication where free;
        /// The name it logs in with, if it does.
        user: String where text;
        /// The password it logs in with, if it does.
        password: Secret where secret;
        /// The POP3 server, which is only logged in to.
        pop3_server: String where address;
        /// A status report from time to time.
        report: ServiceState where free;
        /// How often, in the unit's words: the choices are lost in the extract of the manual.
        report_interval: String where text;
        /// When business hours begin. That they are one span a day is inferred.
        business_from: TimeOfDay where free;
        /// When business hours end. That they are one span a day is inferred.
        business_to: TimeOfDay where free;
    }
}

section! {
    /// Who gets mail. Source: manual, lines 190 to 195.
    pub struct Recipient ["Which of the five, from 1."] {
        /// The address; empty for none.
        address: String where address;
        /// At which times.
        times: MailTimes where free;
    }
}

section! {
    /// The SNMP agent. Source: manual, lines 212 to 215.
    pub struct Snmp {
        /// Version 1.
        v1: ServiceState where free;
        /// Version 2c.
        v2c: ServiceState where free;
        /// Version 3.
        v3: ServiceState where free;
        /// The community that may read; `public` at first.
        read_community: Secret where secret;
        /// The community that may write.
        write_community: Secret where secret;
        /// The community in traps.
        trap_community: Secret where secret;
    }
}

section! {
    /// Where traps go. Source: manual, lines 171 and 213.
    pub struct TrapTarget ["Which of the two, from 1."] {
        /// Its address or name; empty for none.
        address: String where address;
    }
}

section! {
    /// One of the three accounts. The Administrator's must be there before the others. Source: manual, lines 216 to 228.
    pub struct Account {
        /// Letters, digits, blanks and underscores, but neither `root` nor `admin`; empty for none.
        name: String where account_name;
        /// Letters, digits and underscores.
        password: Secret where account_password;
    }
}

section! {
    /// When a reading is an alarm, and who hears of it. Source: manual, lines 269 to 305.
    pub struct AlarmRule ["Which of them, from 1."] {
        /// Whose reading, in the unit's words; empty for no rule.
        sensor: String where text;
        /// Which reading, in the unit's words.
        reading: String where text;
        /// From where on, in the unit of the reading.
        threshold: Decimal where free;
        /// Above it, or below.
        trip: Trip where free;
        /// Mail to the recipients.
        mail: ServiceState where free;
        /// Traps to the targets.
        traps: ServiceState where free;
        /// How long it must last, from 0; the unit of time and the most are lost in the extract of the manual.
        delay: u32 where free;
        /// How often notifications are repeated.
        repeat: Repeat where free;
    }
}

section! {
    /// What is stored of an outlet. All delays are in seconds; 0 acts at once. Source: manual, lines 372 to 394.
    pub struct Outlet ["Its number, from 1."] {
        /// What is plugged in.
        label: String where text;
        /// A page about it.
        url: String where address;
        /// Before On-Delayed acts.
        on_delay: u32 where free;
        /// Before Off-Delayed acts.
        off_delay: u32 where free;
        /// Before Reboot-Delayed turns off.
        reboot_delay: u32 where free;
        /// How long a reboot stays off.
        reboot_duration: u32 where free;
        /// What it does when the unit has power again.
        power_on_action: PowerRestorePolicy where free;
        /// Before it does so.
        power_on_delay: u32 where free;
    }
}

section! {
    /// The clock. Source: manual, lines 173 to 187.
    pub struct ClockSettings {
        /// Where the time comes from.
        source: ClockSource where free;
        /// Minutes east of UTC, -720 to 840.
        utc_offset: i16 where utc_offset;
        /// Daylight saving time by itself.
        dst: ServiceState where free;
        /// When it begins.
        dst_start: LocalDateTime where free;
        /// When it ends.
        dst_end: LocalDateTime where free;
    }
}

section! {
    /// Who knows the time. An empty address is the unit's own choice. Source: manual, lines 173 to 180.
    pub struct NtpServer ["Which of the two, from 1."] {
        /// Its address or name.
        address: String where address;
    }
}

section! {
    /// A camera whose picture the unit shows. Source: manual, lines 241 to 246 and 406 to 414.
    pub struct Camera ["Which of the four, from 1."] {
        /// Its address or name; empty for none.
        address: String where address;
        /// Its model, in the unit's words.
        model: String where text;
    }
}

section! {
    /// What the unit shows of itself. Source: manual, lines 152 to 159 and 187.
    pub struct Display {
        /// The name above its pages.
        name: String where text;
        /// How its pages look.
        layout: PageLayout where free;
        /// What runs through its LCD, in the unit's words.
        lcd: String where text;
    }
}

section! {
    /// The data log, of one point a minute. Source: manual, lines 138 to 151.
    pub struct Logging {
        /// Which value of the minute.
        mode: LogMode where free;
    }
}
