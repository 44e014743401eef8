//! The kinds of values that settings have, and how they are written.

use std::net::IpAddr;

use pdu_core::{
    Addressing, Decimal, LocalDateTime, PowerRestorePolicy, Secret, ServiceState, TimeOfDay, Trip, WebServices,
};

use super::words::{ClockSource, LogMode, MailAuthentication, MailTimes, PageLayout, Repeat};

/// A value of a setting.
pub(crate) trait Field: Sized + PartialEq {
    /// The words it is one of; none if it is free.
    const WORDS: &'static [&'static str] = &[];
    /// Whether it may be shown.
    const SECRET: bool = false;
    /// What it is, for messages.
    const EXPECTED: &'static str;

    /// Nothing if it is none. What is in the file is empty only where this is text.
    fn read(written: &str) -> Option<Self>;
    fn written(&self) -> String;
}

impl Field for String {
    const EXPECTED: &'static str = "text";

    fn read(written: &str) -> Option<Self> {
        Some(written.to_owned())
    }

    fn written(&self) -> String {
        self.clone()
    }
}

impl Field for Secret {
    const SECRET: bool = true;
    const EXPECTED: &'static str = "a secret";

    fn read(written: &str) -> Option<Self> {
        Some(Self::new(written))
    }

    fn written(&self) -> String {
        self.reveal().to_owned()
    }
}

macro_rules! parsed {
    ($( $type:ty: $expected:literal; )+) => { $(
        impl Field for $type {
            const EXPECTED: &'static str = $expected;

            fn read(written: &str) -> Option<Self> {
                written.parse().ok()
            }

            fn written(&self) -> String {
                self.to_string()
            }
        }
    )+ };
}

parsed! {
    u16: "a number from 0 to 65535";
    u32: "a number from 0 to 4294967295";
    i16: "a number from -32768 to 32767";
    IpAddr: "an IP address";
    Decimal: "a decimal number";
    TimeOfDay: "a time of day, hh:mm";
    LocalDateTime: "a date and time, yyyy-mm-ddThh:mm:ss";
}

macro_rules! chosen {
    ($( $type:ty: [$( $variant:ident ),+]; )+) => { $(
        impl Field for $type {
            const WORDS: &'static [&'static str] = &[$( Self::$variant.as_str() ),+];
            const EXPECTED: &'static str = "one of the words of the profile";

            fn read(written: &str) -> Option<Self> {
                [$( Self::$variant ),+].into_iter().find(|one| one.as_str() == written)
            }

            fn written(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+ };
}

chosen! {
    Addressing: [Static, Dynamic];
    ServiceState: [Enabled, Disabled];
    WebServices: [HttpAndHttps, Http, Https];
    PowerRestorePolicy: [AlwaysOn, AlwaysOff, LastState];
    Trip: [Below, Above];
    MailTimes: [Always, BusinessHours, AfterHours];
    MailAuthentication: [None, Pop3, Smtp];
    Repeat: [Never, Every10Minutes, Every30Minutes, Every60Minutes];
    ClockSource: [Ntp, Manual];
    PageLayout: [Default, Classic];
    LogMode: [Now, High, Low];
}
