//! What the manual allows, and what no setting can be.

use core::ops::RangeInclusive;
use std::net::IpAddr;

use pdu_core::Secret;

use crate::config::names;

/// Why a value is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Bound {
    /// A number outside of what is allowed.
    #[error("{found}, where {min} to {max} is allowed")]
    Range {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
        /// The number.
        found: i64,
    },
    /// An item that the unit does not have. Source: manual, lines 190 (recipients), 213 (traps), 241 (cameras).
    #[error("item {number}, where they count from 1 to {max}")]
    Item {
        /// Its number.
        number: u16,
        /// How many there are.
        max: u16,
    },
    /// An item that is named twice.
    #[error("item {number} is named twice")]
    Twice {
        /// Its number.
        number: u16,
    },
    /// A character in the name of an account that is neither letter, digit, blank nor underscore. Source: manual, line 222.
    #[error("{0:?}, where letters, digits, blanks and underscores are allowed")]
    AccountName(char),
    /// A password with a character that is neither letter, digit nor underscore. Source: manual, line 223.
    #[error("a character that is no letter, digit or underscore")]
    AccountPassword,
    /// `root` and `admin` are disabled. Source: manual, line 228.
    #[error("the account names root and admin are refused")]
    ReservedName,
    /// The other accounts need the Administrator's. Source: manual, lines 225 to 227.
    #[error("no account without that of the Administrator")]
    AdministratorFirst,
    /// Blanks at an end are lost where a value stands as text.
    #[error("white space at an end")]
    Ends,
    /// Text of more than one line, or with a control character.
    #[error("U+{0:04X}, where printable text on one line is allowed")]
    Control(u32),
    /// No IP address, where only that goes.
    #[error("an IP address expected")]
    Ip,
    /// White space where an address or the name of a host stands.
    #[error("white space in an address")]
    Address,
}

#[expect(clippy::unnecessary_wraps, reason = "a rule like the others, which never refuses")]
pub(super) fn free<T>(_: &T) -> Result<(), Bound> {
    Ok(())
}

pub(super) fn text(text: &str) -> Result<(), Bound> {
    if text.trim_matches(is_xml_space) != text {
        return Err(Bound::Ends);
    }
    match text.chars().find(|c| c.is_control() || !names::is_allowed(*c)) {
        Some(c) => Err(Bound::Control(u32::from(c))),
        None => Ok(()),
    }
}

/// Of a host, a mail account or a web page.
pub(super) fn address(address: &str) -> Result<(), Bound> {
    if address.chars().any(char::is_whitespace) {
        return Err(Bound::Address);
    }
    text(address)
}

pub(super) fn ip_or_none(address: &str) -> Result<(), Bound> {
    if address.is_empty() || address.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    Err(Bound::Ip)
}

pub(super) fn secret(secret: &Secret) -> Result<(), Bound> {
    text(secret.reveal())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a rule takes a reference, whatever its type"
)]
pub(super) fn port(port: &u16) -> Result<(), Bound> {
    range(i64::from(*port), 1..=65535)
}

/// From UTC-12:00 to UTC+14:00, which are all there are.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a rule takes a reference, whatever its type"
)]
pub(super) fn utc_offset(minutes: &i16) -> Result<(), Bound> {
    range(i64::from(*minutes), -720..=840)
}

/// Empty: no account.
pub(super) fn account_name(name: &str) -> Result<(), Bound> {
    text(name)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_');
    if let Some(c) = name.chars().find(|c| !is_allowed(*c)) {
        return Err(Bound::AccountName(c));
    }
    if name.eq_ignore_ascii_case("root") || name.eq_ignore_ascii_case("admin") {
        return Err(Bound::ReservedName);
    }
    Ok(())
}

pub(super) fn account_password(password: &Secret) -> Result<(), Bound> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if password.reveal().chars().all(is_allowed) {
        Ok(())
    } else {
        Err(Bound::AccountPassword)
    }
}

fn range(found: i64, allowed: RangeInclusive<i64>) -> Result<(), Bound> {
    if allowed.contains(&found) {
        return Ok(());
    }
    let (min, max) = allowed.into_inner();
    Err(Bound::Range { min, max, found })
}

pub(crate) fn is_xml_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}
