//! The choices that only this family's settings have; others are pdu-core's.

/// Declares an enum whose variants have one word each, in profiles and in text.
macro_rules! words {
    ($( $(#[$meta:meta])* pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+ } )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        // Exhaustive on purpose: the manual names them all.
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            /// Every variant, in the order of the manual.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The word for it, as in a profile.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    )+ };
}

words! {
    /// When a recipient gets mail of alarms. Source: manual, lines 193 to 195.
    pub enum MailTimes {
        /// At any time.
        Always = "always",
        /// Only during business hours.
        BusinessHours = "business_hours",
        /// Only outside of business hours.
        AfterHours = "after_hours",
    }

    /// How the unit logs in to send mail. Source: manual, line 191 (the words after POP3 are inferred).
    pub enum MailAuthentication {
        /// Not at all.
        None = "none",
        /// At a POP3 server before sending.
        Pop3 = "pop3",
        /// At the SMTP server.
        Smtp = "smtp",
    }

    /// How often a notification is repeated while its alarm lasts. Source: manual, lines 302 to 305.
    pub enum Repeat {
        /// Once is enough.
        Never = "none",
        /// Every 10 minutes.
        Every10Minutes = "10",
        /// Every 30 minutes.
        Every30Minutes = "30",
        /// Every 60 minutes.
        Every60Minutes = "60",
    }

    /// Where the unit has its time from. Source: manual, lines 173 to 180.
    pub enum ClockSource {
        /// Time servers.
        Ntp = "ntp",
        /// Set by hand.
        Manual = "manual",
    }

    /// How the unit's pages look. Source: manual, lines 155 to 159.
    pub enum PageLayout {
        /// A menu at the side.
        Default = "default",
        /// A menu at the top.
        Classic = "classic",
    }

    /// Which value of each minute is logged. Source: manual, lines 140 to 144.
    pub enum LogMode {
        /// The one at the end of the minute.
        Now = "now",
        /// The highest.
        High = "high",
        /// The lowest.
        Low = "low",
    }
}
