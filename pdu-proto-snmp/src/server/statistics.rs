use super::operations::Failure;
use crate::usm::Report;
use crate::wire::Operation;

/// What came, what was answered, and what was not, counted; each count wraps around as a Counter32 does.
///
/// Where the standards have an object for it, its name is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Datagrams received: snmpInPkts.
    pub received: u32,
    /// Responses and reports queued: snmpOutPkts without notifications.
    pub answered: u32,
    /// Gets that were carried out.
    pub gets: u32,
    /// Get-nexts that were carried out.
    pub get_nexts: u32,
    /// Get-bulks that were carried out.
    pub get_bulks: u32,
    /// Sets that were carried out, or refused by a view or the tree.
    pub sets: u32,
    /// Requests answered with an error status other than tooBig.
    pub failed: u32,
    /// Responses that were too large, and answered with tooBig: snmpOutTooBigs.
    pub too_big: u32,

    /// Requests dropped since too many responses wait; nothing was done about them.
    pub overflowed: u32,
    /// No message: snmpInASNParseErrs.
    pub parse_errors: u32,
    /// A version that is none of v1, v2c and v3: snmpInBadVersions.
    pub bad_versions: u32,
    /// A community that is not known: snmpInBadCommunityNames.
    pub bad_community_names: u32,
    /// A set with a community that may set nothing: snmpInBadCommunityUses.
    pub bad_community_uses: u32,
    /// Responses that are too large, as is even the one that says so: snmpSilentDrops.
    pub silent_drops: u32,
    /// Operations that no agent answers: responses, reports, notifications.
    pub unexpected: u32,
    /// Notifications of the tree that were handed to the sender, once for each destination.
    pub notified: u32,
    /// Of those: not delivered, or not taken by the sender.
    pub undelivered: u32,
    /// By the number of the report.
    reports: [u32; Report::ALL.len()],
}

impl Statistics {
    /// Messages of v3 that were refused for this reason, reported or not. Each discovery is one of an unknown engine id.
    pub fn refused(&self, reason: Report) -> u32 {
        let place = Report::ALL.into_iter().position(|report| report == reason);
        place
            .and_then(|place| self.reports.get(place))
            .copied()
            .unwrap_or_default()
    }

    /// Counts one more message that was refused, and gives the new count.
    pub(super) fn refuse(&mut self, reason: Report) -> u32 {
        let place = Report::ALL.into_iter().position(|report| report == reason);
        place.and_then(|place| self.reports.get_mut(place)).map_or(0, bump)
    }

    /// Counts a request that was carried out.
    pub(super) fn note(&mut self, operation: Operation, failure: Option<Failure>) {
        let kind = match operation {
            Operation::GET => &mut self.gets,
            Operation::GET_NEXT => &mut self.get_nexts,
            Operation::GET_BULK => &mut self.get_bulks,
            _ => &mut self.sets,
        };
        bump(kind);
        match failure {
            None => 0,
            Some(Failure::TOO_BIG) => bump(&mut self.too_big),
            Some(_) => bump(&mut self.failed),
        };
    }
}

/// Counts one more, and gives the new count.
pub(super) fn bump(count: &mut u32) -> u32 {
    *count = count.wrapping_add(1);
    *count
}
