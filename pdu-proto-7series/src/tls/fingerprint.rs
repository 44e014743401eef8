use core::fmt;
use core::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::http::auth::hex;

/// SHA-256 of a certificate (of its DER form), as browsers and `openssl x509 -fingerprint -sha256` show it.
///
/// ```
/// use pdu_proto_7series::tls::Fingerprint;
///
/// let shown = "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55";
/// let fingerprint: Fingerprint = shown.parse().unwrap();
/// assert_eq!(fingerprint, Fingerprint::of(b""));
/// assert_eq!(fingerprint.to_string(), shown);
/// assert_eq!(shown.to_lowercase().replace(':', "").parse(), Ok(fingerprint));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, octet) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(":")?;
            }
            write!(f, "{octet:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", hex(&self.0))
    }
}

/// A text that is no fingerprint: 64 hexadecimal digits, with colons between the octets or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits, with colons between the octets or without")]
#[non_exhaustive]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let digits: Vec<u8> = if text.len() == 95 {
            let octets = text.split(':').map(str::as_bytes);
            octets.filter(|octet| octet.len() == 2).flatten().copied().collect()
        } else {
            text.into()
        };
        if digits.len() != 64 {
            return Err(NoFingerprint);
        }
        let mut octets = [0; 32];
        for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
            let is_hex = pair.iter().all(u8::is_ascii_hexdigit);
            let pair = core::str::from_utf8(pair)
                .ok()
                .filter(|_| is_hex)
                .ok_or(NoFingerprint)?;
            *octet = u8::from_str_radix(pair, 16).map_err(|_| NoFingerprint)?;
        }
        Ok(Self(octets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let good = Fingerprint::of(b"x").to_string();
        assert!(good.parse::<Fingerprint>().is_ok());
        let plain = good.replace(':', "");
        for bad in [
            String::new(),
            "00".repeat(31),
            "00".repeat(33),
            "0g".repeat(32),
            "+1".repeat(32),
            good.replacen(':', "-", 1),
            format!("{plain}{}", &good[..31]),
            "\u{e4}".repeat(32),
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(NoFingerprint), "{bad}");
        }
    }
}
