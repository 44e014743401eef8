//! Which type is which hash, with and without the feature `legacy-crypto`.

/// `with_hash!(protocol, H => expression)`: the expression with `H` as the protocol's hash, or an error where that hash is
/// left out of the build.
macro_rules! with_hash {
    ($protocol:expr, $H:ident => $body:expr) => {{
        use $crate::usm::AuthProtocol;
        match $protocol {
            #[cfg(feature = "legacy-crypto")]
            AuthProtocol::Md5 => {
                type $H = md5::Md5;
                Ok::<_, $crate::usm::UsmError>($body)
            }
            #[cfg(not(feature = "legacy-crypto"))]
            AuthProtocol::Md5 => Err($crate::usm::UsmError::Unsupported {
                protocol: AuthProtocol::Md5.as_str(),
            }),
            AuthProtocol::Sha1 => {
                type $H = sha1::Sha1;
                Ok::<_, $crate::usm::UsmError>($body)
            }
            AuthProtocol::Sha224 => {
                type $H = sha2::Sha224;
                Ok::<_, $crate::usm::UsmError>($body)
            }
            AuthProtocol::Sha256 => {
                type $H = sha2::Sha256;
                Ok::<_, $crate::usm::UsmError>($body)
            }
            AuthProtocol::Sha384 => {
                type $H = sha2::Sha384;
                Ok::<_, $crate::usm::UsmError>($body)
            }
            AuthProtocol::Sha512 => {
                type $H = sha2::Sha512;
                Ok::<_, $crate::usm::UsmError>($body)
            }
        }
    }};
}

pub(super) use with_hash;
