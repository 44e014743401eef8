//! `config ...`: configuration files of 7-series units, on this machine.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path as FilePath, PathBuf};

use clap::{Args, Subcommand};
use pdu_proto_7series::config::{
    Change, ChangedValue, ConfigError, Document, Limits, Path, Plan, Settings, UnitIdentity, diff,
};
use pdu_proto_7series::profile::Profile;
use serde::Serialize;

use crate::devices::Failure;
use crate::outcome::{Outcome, Run};
use crate::terminal::{self, Foreign};
use crate::{json, profile};

/// Configuration files of 7-series units: show, get, set, diff, check, plan
///
/// A unit's whole configuration is one XML file, which its own pages give and take, and which may only go back to the unit that it
/// came from. Where a setting stands in it was never published: a profile says so, and the one that comes with this program is
/// invented. What is not changed in a file stays as it is, byte for byte. Passwords and communities are never printed.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where settings stand: a profile file, or synthetic, which is invented
    #[arg(long, value_name = "FILE", default_value = profile::SYNTHETIC, global = true)]
    profile: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show whose it is, and all that it says
    Show {
        /// Configuration file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// One object: the unit, and the settings in the words of settings get --json
        #[arg(long)]
        json: bool,
    },
    /// Show the values at a path, one a line
    Get {
        /// `/a/b[@k='v']/c[2]/@attribute`
        path: Path,
        /// Configuration file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// One array
        #[arg(long)]
        json: bool,
    },
    /// Change one value; nothing else of the file changes
    Set {
        /// `/a/b[@k='v']/c[2]/@attribute`
        path: Path,
        /// The new value; `-` takes the first line of standard input, so that a password stands in no list of processes
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// Configuration file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Write to this file, and leave the other as it is
        #[arg(long, value_name = "OUTPUT")]
        output: Option<PathBuf>,
    },
    /// Show what differs in meaning; white space, quotes, the order of attributes and comments do not
    Diff {
        /// Configuration file
        #[arg(value_name = "A")]
        before: PathBuf,
        /// Another one
        #[arg(value_name = "B")]
        after: PathBuf,
        /// One array, an object for each change
        #[arg(long)]
        json: bool,
    },
    /// Check that the profile fits the file, and that its settings are within the manual's bounds
    Check {
        /// Configuration file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show what a restore would change; refuses a file of another unit
    Plan {
        /// What the unit has
        #[arg(value_name = "CURRENT")]
        current: PathBuf,
        /// What it is to have
        #[arg(value_name = "WANTED")]
        wanted: PathBuf,
        /// One array, an object for each change
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Run {
    match done(arguments) {
        Ok(text) => terminal::print(text).map(|()| Outcome::Done),
        Err(failure) => {
            terminal::complain(failure);
            Ok(Outcome::Failed)
        }
    }
}

fn done(arguments: &Arguments) -> Result<String, Failure> {
    let profile = profile::read(&arguments.profile).map_err(Failure::not_applied)?;
    match &arguments.action {
        Action::Show { file, json } => show(file, &profile, *json),
        Action::Get { path, file, json } => get(path, file, &profile, *json),
        Action::Set {
            path,
            value,
            file,
            output,
        } => set(path, &given(value)?, file, output.as_ref().unwrap_or(file), &profile),
        Action::Diff { before, after, json } => {
            let changes = diff(&read(before)?, &read(after)?, &profile);
            Ok(shown(&changes, "no difference", *json))
        }
        Action::Check { file } => check(file, &profile),
        Action::Plan { current, wanted, json } => plan(current, wanted, &profile, *json),
    }
}

fn show(file: &FilePath, profile: &Profile, as_json: bool) -> Result<String, Failure> {
    let document = read(file)?;
    let unit = UnitIdentity::of(&document, profile);
    if as_json {
        let settings = Settings::read(&document, profile).map_err(of(file))?.to_vocabulary();
        return Ok(json::pretty(&Shown {
            unit: unit.into(),
            settings,
        }));
    }
    let text = document.redacted(profile).to_string();
    Ok(format!("unit: {unit}\n\n{}", lines(text.lines().map(Foreign))))
}

fn get(path: &Path, file: &FilePath, profile: &Profile, as_json: bool) -> Result<String, Failure> {
    let document = read(file)?;
    let secrets = secrets(&document, profile).map_err(of(file))?;
    let shown = |value: &str| {
        let is_secret = secrets.contains(&without_blanks(value));
        if is_secret { "***".into() } else { value.to_owned() }
    };
    let values: Vec<_> = document.values(path).iter().map(|value| shown(value)).collect();
    if values.is_empty() {
        let what = if document.count(path) == 0 {
            "nothing"
        } else {
            "no value"
        };
        return Err(of(file)(format!("{what} at {path}")));
    }
    if as_json {
        return Ok(json::line(&values));
    }
    Ok(lines(values.iter().map(|value| Foreign(value))))
}

/// All secrets of a document: those among what it has and an empty one has not. A value that is the same as one of them is not shown,
/// wherever it stands.
fn secrets(document: &Document, profile: &Profile) -> Result<BTreeSet<String>, ConfigError> {
    let empty = Document::parse("<empty-for-pductl/>", Limits::default())?;
    let texts = diff(document, &empty, profile)
        .into_iter()
        .filter_map(|change| match change.before {
            Some(ChangedValue::Secret(secret)) => Some(without_blanks(secret.reveal())),
            _ => None,
        });
    Ok(texts.filter(|text| !text.is_empty()).collect())
}

/// What text is but for its blanks, which some readers keep and others do not.
fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

/// A value as it was given, or from standard input.
fn given(value: &str) -> Result<Cow<'_, str>, Failure> {
    if value != "-" {
        return Ok(value.into());
    }
    let most = u64::try_from(Limits::default().size).unwrap_or(u64::MAX);
    let mut line = String::new();
    let read = BufReader::new(io::stdin().take(most)).read_line(&mut line);
    read.map_err(|why| Failure::not_applied(format!("standard input: {why}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}

fn set(path: &Path, value: &str, file: &FilePath, output: &FilePath, profile: &Profile) -> Result<String, Failure> {
    let before = read(file)?;
    let mut after = before.clone();
    after.set(path, value).map_err(of(file))?;
    write(output, after.as_bytes()).map_err(of(output))?;
    Ok(shown(&diff(&before, &after, profile), "no difference", false))
}

fn check(file: &FilePath, profile: &Profile) -> Result<String, Failure> {
    let document = read(file)?;
    let settings = Settings::read(&document, profile).map_err(of(file))?;
    settings.check().map_err(of(file))?;
    let unit = UnitIdentity::of(&document, profile);
    Ok(format!(
        "{unit}: fits profile {}, within bounds\n",
        Foreign(profile.name())
    ))
}

fn plan(current: &FilePath, wanted: &FilePath, profile: &Profile, as_json: bool) -> Result<String, Failure> {
    let plan = Plan::of(&read(current)?, &read(wanted)?, profile).map_err(of(wanted))?;
    let changes = shown(plan.changes(), "nothing would change", as_json);
    if as_json {
        return Ok(changes);
    }
    Ok(format!("unit: {}\n{changes}", plan.identity()))
}

fn read(file: &FilePath) -> Result<Document, Failure> {
    let limits = Limits::default();
    let most = u64::try_from(limits.size).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let open = fs::File::open(file).map_err(of(file))?;
    // One octet more than is taken: enough to refuse it.
    open.take(most).read_to_end(&mut bytes).map_err(of(file))?;
    Document::parse(bytes, limits).map_err(of(file))
}

/// All of it or nothing, whatever happens meanwhile.
fn write(file: &FilePath, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".pductl-new");
    let new = file.with_file_name(name);
    let mut to = for_this_user_only(&new)?;
    let written = to.write_all(bytes).and_then(|()| {
        if let Ok(old) = fs::metadata(file) {
            to.set_permissions(old.permissions())?;
        }
        to.sync_all()?;
        fs::rename(&new, file)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// A new file that nobody else can read: there are passwords in it.
fn for_this_user_only(file: &FilePath) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// What is wrong with a file. Nothing was done.
fn of<E: Display>(file: &FilePath) -> impl Fn(E) -> Failure {
    let file = file.display().to_string();
    move |why| Failure::not_applied(format!("{file}: {why}"))
}

fn lines(items: impl IntoIterator<Item = impl Display>) -> String {
    let lines: Vec<_> = items.into_iter().map(|item| format!("{item}\n")).collect();
    lines.concat()
}

fn shown(changes: &[Change], none: &str, as_json: bool) -> String {
    if as_json {
        let changes: Vec<_> = changes.iter().map(ChangeJson::new).collect();
        return json::line(&changes);
    }
    if changes.is_empty() {
        return format!("{none}\n");
    }
    lines(changes)
}

#[derive(Serialize)]
struct Shown {
    unit: UnitJson,
    settings: pdu_core::Settings,
}

#[derive(Serialize)]
struct UnitJson {
    serial: Option<String>,
    mac: Option<String>,
    host: Option<String>,
}

impl From<UnitIdentity> for UnitJson {
    fn from(unit: UnitIdentity) -> Self {
        Self {
            serial: unit.serial,
            mac: unit.mac,
            host: unit.host,
        }
    }
}

/// A secret is told as one, and neither what it was nor what it is.
#[derive(Serialize)]
struct ChangeJson<'a> {
    path: String,
    before: Option<&'a str>,
    after: Option<&'a str>,
    secret: bool,
}

impl<'a> ChangeJson<'a> {
    fn new(change: &'a Change) -> Self {
        let told = |value: &'a Option<ChangedValue>| match value {
            Some(ChangedValue::Plain(text)) => Some(text.as_str()),
            Some(ChangedValue::Secret(_)) | None => None,
        };
        Self {
            path: change.path.to_string(),
            before: told(&change.before),
            after: told(&change.after),
            secret: change.is_secret(),
        }
    }
}
