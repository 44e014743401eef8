//! Profiles of 7-series units: what is asked over HTTP, and where settings stand in configuration files.

use std::fs;
use std::path::Path;

use pdu_proto_7series::profile::Profile;

use crate::terminal::Foreign;

/// The one that comes with the crate. It is invented.
pub(crate) const SYNTHETIC: &str = "synthetic";

/// What a file says, or the one that comes with the crate; why not, if there is none.
pub(crate) fn read(path: &Path) -> Result<Profile, String> {
    if path.as_os_str() == SYNTHETIC {
        return Ok(Profile::synthetic());
    }
    let shown = path.display().to_string();
    let of_file = |why: &dyn std::fmt::Display| format!("profile {}: {why}", Foreign(&shown));
    let text = fs::read_to_string(path).map_err(|error| of_file(&error))?;
    Profile::from_toml(&text).map_err(|error| of_file(&error))
}
