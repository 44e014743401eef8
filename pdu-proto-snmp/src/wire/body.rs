use core::net::Ipv4Addr;

use super::{
    Anomalies, Deviation, EncodeError, ErrorStatus, Field, GenericTrap, Oid, Operation, Problem, Tag, VarBinds,
    Version, WireError,
    ber::{Reader, unsigned32},
    value::address,
    writer::Writer,
};

/// What a message does and to which objects: the standard's protocol data unit.
///
/// ```text
///    Common                            Bulk                              TrapV1
/// +----+-----+------------------+  +----+-----+------------------+  +----+-----+------------------+
/// | A0…| len | request-id       |  | A5 | len | request-id       |  | A4 | len | enterprise       |
/// |    |     | error-status     |  |    |     | non-repeaters    |  |    |     | agent-addr       |
/// |    |     | error-index      |  |    |     | max-repetitions  |  |    |     | generic-trap     |
/// |    |     | varbinds         |  |    |     | varbinds         |  |    |     | specific-trap    |
/// +----+-----+------------------+  +----+-----+------------------+  |    |     | time-stamp       |
///                                                                   |    |     | varbinds         |
///                                                                   +----+-----+------------------+
/// ```
///
/// Exhaustive on purpose: the standards have these three shapes.
///
/// Source: RFC 1157, 4.1; RFC 3416, 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// Every operation but the other two.
    Common(Common<'a>),
    /// Get-bulk.
    Bulk(Bulk<'a>),
    /// A trap of v1.
    TrapV1(TrapV1<'a>),
}

/// The shape of get, get-next, response, set, inform, trap (v2) and report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common<'a> {
    /// Which of them.
    pub operation: Operation,
    /// Chosen by who asks, repeated in the response. Managers as ours use 1 to 2^31-1; any number is legal.
    pub request_id: i32,
    /// How it went; noError in all but responses.
    pub error_status: ErrorStatus,
    /// The varbind that the error is about, counted from 1; 0 if about none. Some agents set it beside noError.
    pub error_index: i32,
    /// Names and values.
    pub varbinds: VarBinds<'a>,
}

/// A get-bulk. Negative numbers count as 0 (RFC 3416, 4.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulk<'a> {
    /// Chosen by who asks, repeated in the response.
    pub request_id: i32,
    /// How many of the first names are asked for once.
    pub non_repeaters: i32,
    /// How many successors of each other name are asked for.
    pub max_repetitions: i32,
    /// The names.
    pub varbinds: VarBinds<'a>,
}

/// A trap of v1. Source: RFC 1157, 4.1.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrapV1<'a> {
    /// The kind of object that sends it; what gives specific traps their meaning. Its arcs are checked.
    pub enterprise: Oid<'a>,
    /// The address that the sender believes to have.
    pub agent_address: Ipv4Addr,
    /// What happened.
    pub generic_trap: GenericTrap,
    /// What happened, where `generic_trap` is enterpriseSpecific.
    pub specific_trap: i32,
    /// Hundredths of a second since the sender started.
    pub time_stamp: u32,
    /// More about it.
    pub varbinds: VarBinds<'a>,
}

impl<'a> Body<'a> {
    /// A body of the common shape, without an error.
    #[inline]
    pub fn common(operation: Operation, request_id: i32, varbinds: impl Into<VarBinds<'a>>) -> Self {
        Self::Common(Common {
            operation,
            request_id,
            error_status: ErrorStatus::NO_ERROR,
            error_index: 0,
            varbinds: varbinds.into(),
        })
    }

    /// Asks for the values of names.
    #[inline]
    pub fn get(request_id: i32, varbinds: impl Into<VarBinds<'a>>) -> Self {
        Self::common(Operation::GET, request_id, varbinds)
    }

    /// Asks for the names behind those given, and their values.
    #[inline]
    pub fn get_next(request_id: i32, varbinds: impl Into<VarBinds<'a>>) -> Self {
        Self::common(Operation::GET_NEXT, request_id, varbinds)
    }

    /// Changes values.
    #[inline]
    pub fn set(request_id: i32, varbinds: impl Into<VarBinds<'a>>) -> Self {
        Self::common(Operation::SET, request_id, varbinds)
    }

    /// Answers a request that went well.
    #[inline]
    pub fn response(request_id: i32, varbinds: impl Into<VarBinds<'a>>) -> Self {
        Self::common(Operation::RESPONSE, request_id, varbinds)
    }

    /// Asks for the `max_repetitions` successors of each name, but of the first `non_repeaters` for one only.
    #[inline]
    pub fn get_bulk(
        request_id: i32,
        non_repeaters: i32,
        max_repetitions: i32,
        varbinds: impl Into<VarBinds<'a>>,
    ) -> Self {
        Self::Bulk(Bulk {
            request_id,
            non_repeaters,
            max_repetitions,
            varbinds: varbinds.into(),
        })
    }

    /// Which operation it is.
    #[inline]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Common(common) => common.operation,
            Self::Bulk(_) => Operation::GET_BULK,
            Self::TrapV1(_) => Operation::TRAP_V1,
        }
    }

    /// What a response repeats; a trap of v1 has none.
    #[inline]
    pub const fn request_id(&self) -> Option<i32> {
        match self {
            Self::Common(common) => Some(common.request_id),
            Self::Bulk(bulk) => Some(bulk.request_id),
            Self::TrapV1(_) => None,
        }
    }

    /// Its names and values.
    #[inline]
    pub const fn varbinds(&self) -> VarBinds<'a> {
        match self {
            Self::Common(common) => common.varbinds,
            Self::Bulk(bulk) => bulk.varbinds,
            Self::TrapV1(trap) => trap.varbinds,
        }
    }

    /// Reads the content of a body that has the common shape and is as the standard has it; `None` for all others.
    #[inline]
    pub(super) fn plain(operation: Operation, mut reader: Reader<'a>) -> Option<Self> {
        if !operation.is_in(reader.rules().version) || matches!(operation, Operation::GET_BULK | Operation::TRAP_V1) {
            return None;
        }
        Some(Self::Common(Common {
            operation,
            request_id: reader.plain_integer()?,
            error_status: ErrorStatus(reader.plain_integer()?),
            error_index: reader.plain_integer()?,
            varbinds: VarBinds::from_wire(&reader.plain_last()?),
        }))
    }

    /// Reads the body that `reader` stands before.
    #[inline]
    pub(super) fn read(reader: &mut Reader<'a>, found: &mut Anomalies) -> Result<Self, WireError> {
        let start = *reader;
        let (tag, content) = reader.any(Field::Operation)?;
        let inner = Reader::new(content, reader.offset(), reader.rules());
        match Self::plain(Operation(tag.0), inner) {
            Some(body) => Ok(body),
            None => Self::read_any(Operation(tag.0), start, inner, found),
        }
    }

    /// Reads the content of any body, which begins at `start`.
    pub(super) fn read_any(
        operation: Operation,
        start: Reader<'a>,
        inner: Reader<'a>,
        found: &mut Anomalies,
    ) -> Result<Self, WireError> {
        if !operation.is_in(start.rules().version) {
            of_other_version(operation, &start, found)?;
        }
        match operation {
            Operation::GET_BULK => Self::read_bulk(inner, found),
            Operation::TRAP_V1 => Self::read_trap_v1(inner, found),
            _ => Self::read_common(operation, inner, found),
        }
    }

    fn read_common(operation: Operation, mut reader: Reader<'a>, found: &mut Anomalies) -> Result<Self, WireError> {
        Ok(Self::Common(Common {
            operation,
            request_id: reader.integer(Field::RequestId, found)?,
            error_status: ErrorStatus(reader.integer(Field::ErrorStatus, found)?),
            error_index: reader.integer(Field::ErrorIndex, found)?,
            varbinds: varbinds(&mut reader)?,
        }))
    }

    fn read_bulk(mut reader: Reader<'a>, found: &mut Anomalies) -> Result<Self, WireError> {
        Ok(Self::Bulk(Bulk {
            request_id: reader.integer(Field::RequestId, found)?,
            non_repeaters: reader.integer(Field::NonRepeaters, found)?,
            max_repetitions: reader.integer(Field::MaxRepetitions, found)?,
            varbinds: varbinds(&mut reader)?,
        }))
    }

    fn read_trap_v1(mut reader: Reader<'a>, found: &mut Anomalies) -> Result<Self, WireError> {
        Ok(Self::TrapV1(TrapV1 {
            enterprise: reader.oid(Field::Enterprise, found)?,
            agent_address: {
                let start = reader;
                let content = reader.item(Field::AgentAddress, Tag::IP_ADDRESS)?;
                address(content).map_err(|problem| start.error(Field::AgentAddress, problem))?
            },
            generic_trap: GenericTrap(reader.integer(Field::GenericTrap, found)?),
            specific_trap: reader.integer(Field::SpecificTrap, found)?,
            time_stamp: {
                let start = reader;
                let content = reader.item(Field::TimeStamp, Tag::TIME_TICKS)?;
                unsigned32(content, Field::TimeStamp, reader.rules(), found)
                    .map_err(|problem| start.error(Field::TimeStamp, problem))?
            },
            varbinds: varbinds(&mut reader)?,
        }))
    }

    #[inline]
    pub(super) fn write(&self, version: Version, writer: &mut Writer<'_>) {
        let operation = self.operation();
        let mark = writer.len();
        self.varbinds().write(version, writer);
        match self {
            Self::Common(common) => {
                if matches!(operation, Operation::GET_BULK | Operation::TRAP_V1) {
                    writer.refuse(EncodeError::Operation { version, operation });
                }
                writer.integer(common.error_index);
                writer.integer(common.error_status.0);
                writer.integer(common.request_id);
            }
            Self::Bulk(bulk) => {
                writer.integer(bulk.max_repetitions);
                writer.integer(bulk.non_repeaters);
                writer.integer(bulk.request_id);
            }
            Self::TrapV1(trap) => {
                writer.unsigned32(Tag::TIME_TICKS, trap.time_stamp);
                writer.integer(trap.specific_trap);
                writer.integer(trap.generic_trap.0);
                writer.octets(Tag::IP_ADDRESS, &trap.agent_address.octets());
                writer.oid(trap.enterprise);
            }
        }
        if !operation.is_in(version) {
            writer.refuse(EncodeError::Operation { version, operation });
        }
        writer.head(Tag(operation.0), mark);
    }
}

/// The list of varbinds, which ends its body; each is read later.
fn varbinds<'a>(reader: &mut Reader<'a>) -> Result<VarBinds<'a>, WireError> {
    let list = reader.enter(Field::VarBinds, Tag::SEQUENCE)?;
    reader.finish(Field::Operation)?;
    Ok(VarBinds::from_wire(&list))
}

/// An operation that another version has may be accepted; one that none has may not.
#[cold]
fn of_other_version(operation: Operation, start: &Reader<'_>, found: &mut Anomalies) -> Result<(), WireError> {
    let rules = start.rules();
    let problem = Problem::NotOfVersion {
        version: rules.version,
        found: Tag(operation.0),
    };
    if operation.name().is_none() {
        return Err(start.error(Field::Operation, problem));
    }
    rules
        .accept(Deviation::OtherVersion, Field::Operation, found, problem)
        .map_err(|problem| start.error(Field::Operation, problem))
}

#[cfg(all(test, feature = "proptest"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        strategies,
        wire::{Tolerance, ber::Rules},
    };

    proptest! {
        #[test]
        fn quick_way_reads_what_the_other_reads(octets in strategies::scoped(), tag in 0x9F_u8..=0xA9, at in any::<prop::sample::Index>(), octet in any::<u8>()) {
            let mut octets = octets;
            let at = at.index(octets.len());
            octets[at] = octet;
            for version in [Version::V1, Version::V2C, Version::V3] {
                let rules = Rules { tolerance: Tolerance::STRICT, version };
                for start in 0..octets.len() {
                    let reader = Reader::new(&octets[start..], octets.len(), rules);
                    if let Some(body) = Body::plain(Operation(tag), reader) {
                        let other = Body::read_any(Operation(tag), reader, reader, &mut Anomalies::default());
                        prop_assert_eq!(other, Ok(body));
                    }
                }
            }
        }
    }
}
