//! `threshold URL list` and `threshold URL set POINT LEVEL VALUE`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use pdu_core::{Answer, Command, Decimal, Line, Point, Quantity, Threshold, ThresholdSetting};

use crate::devices::{self, Device, Failure};
use crate::outcome::Run;
use crate::terminal::{Foreign, Paint};
use crate::{json, render};

/// Thresholds: list, set
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all thresholds
    List {
        /// One array, an object for each threshold
        #[arg(long)]
        json: bool,
    },
    /// Set one threshold, and read it back
    Set {
        /// [unitN.]LINE.QUANTITY or [unitN.]sensorN.QUANTITY: L1.voltage, sensor2.temperature
        point: Watched,
        /// lower-critical, lower-warning, upper-warning or upper-critical
        #[arg(value_parser = level)]
        level: Threshold,
        /// In the quantity's unit, with no more digits than the device can hold
        #[arg(allow_hyphen_values = true)]
        value: Decimal,
    },
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let device = devices::open(&arguments.url)?;
    let done = match arguments.action {
        Action::List { json } => list(&device, json).await,
        Action::Set {
            point: Watched(point, quantity),
            level,
            value,
        } => {
            let setting = ThresholdSetting {
                point,
                quantity,
                level,
                value,
            };
            set(&device, setting).await
        }
    };
    device.finish(done)
}

async fn list(device: &Device, as_json: bool) -> Result<String, Failure> {
    match device.ask(Command::Thresholds).await? {
        Answer::Thresholds(thresholds) if as_json => Ok(json::line(&json::thresholds(&thresholds))),
        Answer::Thresholds(thresholds) => Ok(render::thresholds(&thresholds, Paint::of_stdout())),
        other => Err(Failure::unexpected(&other)),
    }
}

async fn set(device: &Device, setting: ThresholdSetting) -> Result<String, Failure> {
    let how = device.tell(Command::SetThreshold(setting)).await?;
    Ok(format!("{} ({how})\n", render::threshold(&setting)))
}

/// What a threshold watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watched(pub(crate) Point, pub(crate) Quantity);

impl FromStr for Watched {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str =
            "a point is [unitN.]LINE.QUANTITY or [unitN.]sensorN.QUANTITY: L1.voltage, sensor2.temperature";
        let mut parts: Vec<_> = text.split('.').collect();
        let unit = match parts.first().and_then(|part| part.strip_prefix("unit")) {
            Some(number) => {
                parts.remove(0);
                number.parse().map_err(|_| FORM)?
            }
            None => 0,
        };
        let [place, quantity] = parts[..] else {
            return Err(FORM.into());
        };
        let point = match place.strip_prefix("sensor") {
            Some(number) => Point::sensor(number.parse().ok().filter(|number| *number > 0).ok_or(FORM)?),
            None => Point::inlet(1).on(line(place)?),
        };
        Ok(Self(point.of_unit(unit), self::quantity(quantity)?))
    }
}

pub(crate) fn line(text: &str) -> Result<Line, String> {
    text.parse().map_err(|error: pdu_core::UnknownWord| error.to_string())
}

fn quantity(text: &str) -> Result<Quantity, String> {
    // The vocabulary says which humidity; people do not.
    let text = if text == "humidity" { "relative_humidity" } else { text };
    let word = text.replace('-', "_");
    word.parse().map_err(|error: pdu_core::UnknownWord| error.to_string())
}

fn level(text: &str) -> Result<Threshold, String> {
    let known = Threshold::ALL
        .iter()
        .find(|level| level.as_str() == text.replace('-', "_"));
    known.copied().ok_or_else(|| {
        let known: Vec<_> = Threshold::ALL
            .iter()
            .map(|level| level.as_str().replace('_', "-"))
            .collect();
        format!("'{}' is no level; known are {}", Foreign(text), known.join(", "))
    })
}
