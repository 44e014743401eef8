//! The SNMP codec: responses of v2c decoded, every name compared and every value visited, and encoded.
//!
//! Every contender starts from the same octets, or from the same table in its own types, and ends with the same sum or the
//! same octets. A decoder checks the version, the community and the request id, and compares each name with the one asked
//! for, in the form in which the library has names.

mod decode;
mod encode;
#[cfg(feature = "net-snmp")]
mod net_snmp;

use pdu_proto_snmp::wire::{Body, Message, Oid, Value, VarBind};

use crate::Case;

const COMMUNITY: &[u8] = b"public";
pub(crate) const REQUEST_ID: i32 = 0x1234_5678;
/// Varbinds of a message: one value, one screen, one table's row.
pub(crate) const SIZES: [usize; 3] = [1, 10, 37];

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = SIZES.map(|count| decode::case(&Table::new(count))).into();
    cases.extend(SIZES.map(|count| encode::case(&Table::new(count))));
    cases
}

/// Objects as a rack unit has them, in a form that any library's types can be made of.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) rows: Vec<(Vec<u32>, Row)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Row {
    Integer(i32),
    Gauge32(u32),
    Counter32(u32),
    TimeTicks(u32),
    Text(&'static [u8]),
}

impl Table {
    pub(crate) fn new(count: usize) -> Self {
        let row = |index: u32| {
            let name = vec![1, 3, 6, 1, 4, 1, 30966, 10, 3, 2, 1 + index % 5, 1 + index];
            let row = match index % 5 {
                0 => Row::Gauge32(2300 + index),
                1 => Row::Integer(-5 + 40 * index.cast_signed()),
                2 => Row::Counter32(4_000_000_000 - index),
                3 => Row::Text(b"outlet 7"),
                _ => Row::TimeTicks(123_456 * index),
            };
            (name, row)
        };
        let count = u32::try_from(count).expect("few");
        Self {
            rows: (0..count).map(row).collect(),
        }
    }

    /// Each name as the octets of its encoding.
    pub(crate) fn encoded_names(&self) -> Vec<Vec<u8>> {
        let encode = |(name, _): &(Vec<u32>, Row)| {
            let mut buffer = [0; Oid::MAX_OCTETS];
            let name = Oid::from_arcs(name.iter().copied(), &mut buffer).expect("a name");
            name.as_octets().to_vec()
        };
        self.rows.iter().map(encode).collect()
    }

    /// The response that has them.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let names = self.encoded_names();
        let varbinds = self.varbinds(&names);
        let message = Message::v2c(COMMUNITY, Body::response(REQUEST_ID, varbinds.as_slice()));
        let mut octets = vec![0; message.encoded_len()];
        message.encode(&mut octets).expect("a good message");
        octets
    }

    pub(crate) fn varbinds<'a>(&self, names: &'a [Vec<u8>]) -> Vec<VarBind<'a>> {
        let varbind = |((_, row), name): (&(Vec<u32>, Row), &'a Vec<u8>)| {
            let value = match *row {
                Row::Integer(value) => Value::Integer(value),
                Row::Gauge32(value) => Value::Gauge32(value),
                Row::Counter32(value) => Value::Counter32(value),
                Row::TimeTicks(value) => Value::TimeTicks(value),
                Row::Text(text) => Value::OctetString(text),
            };
            VarBind::new(Oid::from_octets(name), value)
        };
        self.rows.iter().zip(names).map(varbind).collect()
    }

    /// What every decoder must come to.
    pub(crate) fn sum(&self) -> u64 {
        let values = self.rows.iter().map(|(_, row)| match *row {
            Row::Integer(value) => number(value),
            Row::Gauge32(value) | Row::Counter32(value) | Row::TimeTicks(value) => value.into(),
            Row::Text(text) => first_and_length(text),
        });
        values.fold(0, u64::wrapping_add)
    }
}

/// What visiting a signed number adds to the sum.
pub(crate) fn number(value: i32) -> u64 {
    i64::from(value).cast_unsigned()
}

/// What visiting a text adds to the sum.
pub(crate) fn first_and_length(text: &[u8]) -> u64 {
    text.len() as u64 + u64::from(text[0])
}

/// What makes an encoder write its message: some of its octets, and its length.
pub(crate) fn touch(message: &[u8]) -> u64 {
    let message = std::hint::black_box(message);
    message.len() as u64 + u64::from(message[message.len() - 1])
}
