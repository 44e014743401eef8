//! One typed request as an exchange over HTTP.

use ::http::Response;
use pdu_core::Line;

use super::Options;
use super::client::{Reply, Request};
use crate::Series7Error;
use crate::config::{self, Backup};
use crate::history::Log;
use crate::http::Call;
use crate::live::Document;

/// What is to be asked.
pub(super) fn call(request: &Request) -> Call {
    match request {
        Request::Live => Call::Live,
        Request::Switch { outlet, action } => Call::Outlet {
            outlet: *outlet,
            action: *action,
        },
        Request::ResetCircuitEnergy { circuit } => Call::ResetCircuitEnergy {
            circuit: circuit_name(*circuit).into(),
        },
        Request::DownloadConfiguration => Call::DownloadConfiguration,
        Request::UploadConfiguration(plan) => Call::UploadConfiguration(plan.document().as_bytes().to_vec()),
        Request::Log => Call::Log,
    }
}

/// What was answered.
pub(super) fn reply(call: &Call, response: &Response<Vec<u8>>, options: &Options) -> Result<Reply, Series7Error> {
    options.profile.http().judge(call, response)?;
    let body = response.body();
    Ok(match call {
        Call::Live => Reply::Live(Box::new(Document::parse(body, &options.live)?)),
        Call::DownloadConfiguration => {
            let document = config::Document::parse(body.as_slice(), options.config)?;
            Reply::Configuration(Box::new(Backup::of(document, &options.profile)?))
        }
        Call::Log => {
            let profile = options.profile.history().ok_or(Series7Error::NoLogProfile)?;
            Reply::Log(Box::new(Log::parse(body, profile, options.log)?))
        }
        Call::UploadConfiguration(_) | Call::Outlet { .. } | Call::ResetCircuitEnergy { .. } => Reply::Accepted,
    })
}

/// What the unit's pages call a circuit; its lines are A, B and C (manual, lines 123 to 127).
const CIRCUITS: [(Line, &str); 7] = [
    (Line::L1, "A"),
    (Line::L2, "B"),
    (Line::L3, "C"),
    (Line::L1L2, "AB"),
    (Line::L2L3, "BC"),
    (Line::L3L1, "CA"),
    (Line::Total, "Total"),
];

fn circuit_name(circuit: Line) -> &'static str {
    let known = CIRCUITS.iter().find(|(line, _)| *line == circuit);
    known.map_or("N", |(_, name)| name)
}

/// The circuit of this name.
#[cfg(feature = "simulator")]
pub(super) fn circuit_named(name: &str) -> Option<Line> {
    CIRCUITS
        .iter()
        .find_map(|(line, known)| (*known == name).then_some(*line))
}
