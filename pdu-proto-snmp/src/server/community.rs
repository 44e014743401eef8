//! Messages of v1 and v2c.

use alloc::vec::Vec;
use core::fmt;

use pdu_core::Path;
use zeroize::Zeroizing;

use super::desk::{Desk, Way, is_for_agents, is_readable};
use super::operations::{Asked, Failure};
use super::statistics::bump;
use super::{Access, AgentOptions, Tree};
use crate::wire::v3::SecurityLevel;
use crate::wire::{Body, Community, Message, Operation, VarBinds};

/// Three heads around the varbinds, each of which may get two octets longer when they are put in.
const GROWTH: usize = 6;

/// Communities, and what each may do.
#[derive(Debug, Default)]
pub(super) struct Communities {
    rows: Vec<Row>,
}

struct Row {
    community: Zeroizing<Vec<u8>>,
    access: Access,
}

/// Without the community.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("community", &Community(&self.community))
            .field("access", &self.access)
            .finish()
    }
}

impl Communities {
    pub(super) fn insert(&mut self, community: &[u8], access: Access) {
        self.rows.retain(|row| *row.community != community);
        let community = Zeroizing::new(community.into());
        self.rows.push(Row { community, access });
    }

    /// Carries a request out, or counts why not; there is no answer then.
    pub(super) fn take<T: Tree>(&self, desk: &mut Desk<T>, options: &AgentOptions, path: Path, datagram: &[u8]) {
        let request = Message::parse(datagram, options.tolerance).ok();
        let Some(request) = request.filter(|request| is_readable(&request.body)) else {
            bump(&mut desk.statistics.parse_errors);
            return;
        };
        let Some(row) = self.rows.iter().find(|row| *row.community == request.community.0) else {
            bump(&mut desk.statistics.bad_community_names);
            return;
        };
        let operation = request.body.operation();
        if !is_for_agents(operation) {
            bump(&mut desk.statistics.unexpected);
            return;
        }
        if operation == Operation::SET && row.access.write().is_empty() {
            bump(&mut desk.statistics.bad_community_uses);
        }
        let size = options.message_size();
        let (version, community) = (request.version, request.community);
        let empty = Message::new(version, community, Body::response(i32::MAX, VarBinds::EMPTY));
        let asked = Asked {
            version,
            body: request.body,
            access: &row.access,
            room: size.saturating_sub(empty.encoded_len().saturating_add(GROWTH)),
            max_repetitions: options.max_repetitions,
        };
        let needs_more = row
            .access
            .level()
            .is_some_and(|level| level > SecurityLevel::NoAuthNoPriv);
        let allowed = if needs_more {
            Err(Failure::AUTHORIZATION)
        } else {
            Ok(())
        };
        desk.answer(Way { path, size }, &asked, allowed, |body, buffer| {
            let response = Message::new(version, community, body).encode(buffer);
            response.ok().map(|octets| octets.len())
        });
    }
}
