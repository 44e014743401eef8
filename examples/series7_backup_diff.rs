//! Compares two backups of a 7-series unit's configuration: what differs in meaning, with secrets as stars. Needs no unit.
//!
//! ```sh
//! cargo run --example series7_backup_diff                                         # two invented files
//! cargo run --example series7_backup_diff -- before.xml after.xml profile.toml    # your own
//! ```

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write as _};

use pdu_proto_7series::config::{Backup, Document, Limits, SyntheticUnit, diff};
use pdu_proto_7series::profile::Profile;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let (before, after) = match &arguments[..] {
        [before, after, ..] => (parse(fs::read(before)?)?, parse(fs::read(after)?)?),
        _ => invented()?,
    };
    // Where a file says which unit it is of, which items of a list are the same, and what is a secret.
    let profile = match arguments.get(2) {
        Some(file) => Profile::from_toml(&fs::read_to_string(file)?)?,
        None => Profile::synthetic(),
    };
    let (before, after) = (Backup::of(before, &profile)?, Backup::of(after, &profile)?);
    let mut out = io::stdout().lock();
    writeln!(out, "before: {}\nafter:  {}", before.identity, after.identity)?;
    if let Err(foreign) = before.identity.check_same(&after.identity) {
        writeln!(
            out,
            "not of one unit, so neither may be restored in the other's place: {foreign}"
        )?;
    }
    for change in diff(&before.document, &after.document, &profile) {
        writeln!(out, "{change}")?;
    }
    Ok(())
}

fn parse(file: Vec<u8>) -> Result<Document, Box<dyn Error>> {
    Ok(Document::parse(file, Limits::default())?)
}

/// Two files of a unit that does not exist. White space, quotes and comments are no difference.
fn invented() -> Result<(Document, Document), Box<dyn Error>> {
    let before = SyntheticUnit::default().document()?;
    let text = before.as_str();
    let text = text
        .replace("label=\"Outlet 3\"", "label = 'Router' ")
        .replace(">private<", "><!-- ours -->hush<");
    Ok((before.clone(), parse(text.into())?))
}
