//! The register map: one table, to be held against the manual's (Ver.01.24, chapter 12.1, lines 1461 to 1554).

use pdu_core::Quantity::{
    ActiveEnergy, ActivePower, ApparentEnergy, ApparentPower, Current, Frequency, PowerFactor, ReactivePower,
    RelativeHumidity, Temperature, Voltage,
};
use pdu_core::Threshold::{LowerCritical, UpperCritical};
use pdu_core::{ContactKind, Decimal, Line, Point, Quantity, Threshold, Unit};

use pdu_core::{Basis, Note};

use super::notes::{B01, B02, B13, B14, B15, B16, B17, B19, B20, B21, B22, B23, I01, I02, I03};

/// How many registers the map spans: addresses 0 to 98, without a gap. One Read Holding Registers (03) reads them all.
pub const REGISTER_COUNT: u16 = 99;

/// Address of the first threshold.
pub const FIRST_THRESHOLD: u16 = 63;

/// How many threshold registers there are: addresses 63 to 86, the only ones that can be written.
pub const THRESHOLD_COUNT: u16 = 24;

/// One row of the register map.
///
/// ```
/// use pdu_proto_modbus::bps2000::{Access, Register};
///
/// let row = Register::named("High Alarm L1 Current").unwrap();
/// assert_eq!((row.address, row.words, row.scale, row.access), (70, 1, -1, Access::ReadWrite));
/// assert_eq!(row.unit().unwrap().symbol, "A");
/// assert_eq!(Register::at(70), Some(row));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Register {
    /// The manual's name, made unique where the manual has several rows of one name (note B-20).
    pub name: &'static str,
    /// First address, as it stands on the wire: the printed one, counted from 0 (line 1434).
    pub address: u16,
    /// How many 16-bit registers the row takes: 4 for energy, else 1.
    pub words: u16,
    /// What one count is, as a power of ten of [`unit`](Self::unit): −1 for a tenth of a volt, −3 for a thousandth of a kWh.
    pub scale: i8,
    /// Whether it can be written.
    pub access: Access,
    /// How the words make one number.
    pub encoding: Encoding,
    /// What that number is.
    pub meaning: Meaning,
    /// Line of the manual's text.
    pub manual_line: u16,
    /// Where the reading is not simply what is printed.
    pub notes: &'static [&'static Note],
}

/// What may be done with a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
// Exhaustive on purpose: the manual has these two.
pub enum Access {
    /// Read Holding Registers (03).
    Read,
    /// Read Holding Registers (03) and Write Single Register (06).
    ReadWrite,
}

/// How the words of a row make one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Encoding {
    /// One register, 0 to 65535.
    Unsigned,
    /// One register, −32768 to 32767.
    TwosComplement,
    /// Four registers with one byte each, the most significant first: 32 bits, unsigned (note B-17).
    Base256,
    /// One register, some values of which have a name.
    Enumeration,
}

/// What a register tells. Points are those of chain member 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Meaning {
    /// A value that goes up and down.
    Gauge {
        /// Where it is measured.
        point: Point,
        /// What is measured.
        quantity: Quantity,
    },
    /// A counter.
    Energy {
        /// Where it is counted.
        point: Point,
        /// What is counted.
        quantity: Quantity,
    },
    /// A two-state sensor; see [`contact_of`](super::contact_of).
    Contact {
        /// Which one; numbers count for each kind.
        point: Point,
        /// What it watches.
        kind: ContactKind,
    },
    /// A level that a gauge is compared with.
    Threshold {
        /// Where the gauge is.
        point: Point,
        /// What it measures.
        quantity: Quantity,
        /// Low Alarm is the lower critical one, High Alarm the upper critical one. The warnings of the web page and the
        /// console have no register.
        level: Threshold,
    },
    /// Whether a gauge stands beyond one of its two thresholds; see [`AlarmState`](super::AlarmState).
    Alarm {
        /// Where the gauge is.
        point: Point,
        /// What it measures.
        quantity: Quantity,
    },
}

impl Meaning {
    /// The place that it belongs to, on chain member 0.
    pub const fn point(&self) -> Point {
        match *self {
            Self::Gauge { point, .. }
            | Self::Energy { point, .. }
            | Self::Contact { point, .. }
            | Self::Threshold { point, .. }
            | Self::Alarm { point, .. } => point,
        }
    }

    /// The quantity that it belongs to; `None` for contacts.
    pub const fn quantity(&self) -> Option<Quantity> {
        match *self {
            Self::Gauge { quantity, .. }
            | Self::Energy { quantity, .. }
            | Self::Threshold { quantity, .. }
            | Self::Alarm { quantity, .. } => Some(quantity),
            Self::Contact { .. } => None,
        }
    }
}

impl Register {
    /// The row that has the register at `address`: any of the four of an energy row.
    pub fn at(address: u16) -> Option<&'static Self> {
        let index = REGISTER_MAP.partition_point(|row| row.end() <= address);
        REGISTER_MAP.get(index)
    }

    /// The row of that [`name`](Self::name).
    pub fn named(name: &str) -> Option<&'static Self> {
        REGISTER_MAP.iter().find(|row| row.name == name)
    }

    /// The row with that meaning.
    pub fn meaning(meaning: Meaning) -> Option<&'static Self> {
        REGISTER_MAP.iter().find(|row| row.meaning == meaning)
    }

    /// The unit that [`scale`](Self::scale) counts in: that of the quantity, kWh and kVAh for energy; `None` for contacts and
    /// alarms.
    pub const fn unit(&self) -> Option<Unit> {
        match self.meaning {
            Meaning::Gauge { quantity, .. }
            | Meaning::Energy { quantity, .. }
            | Meaning::Threshold { quantity, .. } => Some(quantity.customary_unit()),
            Meaning::Contact { .. } | Meaning::Alarm { .. } => None,
        }
    }

    /// What one count is, as a power of ten of the unit that readings of the quantity use: 0 for energy, whose 10^−3 kWh are
    /// watt-hours; else the [`scale`](Self::scale).
    pub const fn exponent(&self) -> i8 {
        match self.unit() {
            Some(unit) => self.scale + unit.exponent,
            None => self.scale,
        }
    }

    /// The number that one register of this row stands for, in [`Quantity::unit`], with the device's digits; `None` for energy,
    /// contacts and alarms.
    pub fn decimal(&self, raw: u16) -> Option<Decimal> {
        let number = match self.encoding {
            Encoding::Unsigned => i64::from(raw),
            Encoding::TwosComplement => i64::from(raw.cast_signed()),
            _ => return None,
        };
        Some(Decimal::new(number, self.exponent()))
    }

    /// How sure its reading is: as the least sure of its [`notes`](Self::notes).
    pub fn basis(&self) -> Basis {
        self.notes.iter().map(|note| note.basis).max().unwrap_or(Basis::Stated)
    }

    /// The address after its last register.
    pub(super) const fn end(&self) -> u16 {
        self.address + self.words
    }
}

/// The whole map: 75 rows in the order of their addresses, which is the manual's.
// Laid out as a table on purpose: name, address, what, where, level, scale, line of the manual, notes.
#[rustfmt::skip]
pub static REGISTER_MAP: [Register; 75] = [
    gauge("Total voltage L1",   0, Voltage,          L1,    -1, 1465, &[]),
    gauge("Total voltage L2",   1, Voltage,          L2,    -1, 1466, &[]),
    gauge("Total voltage L3",   2, Voltage,          L3,    -1, 1467, &[]),
    gauge("Total current L1",   3, Current,          L1,    -2, 1468, &[]),
    gauge("Total current L2",   4, Current,          L2,    -2, 1469, &[]),
    gauge("Total current L3",   5, Current,          L3,    -2, 1470, &[]),
    gauge("Active power L1",    6, ActivePower,      L1,    -1, 1471, &[B19]),
    gauge("Active power L2",    7, ActivePower,      L2,    -1, 1472, &[B19]),
    gauge("Active power L3",    8, ActivePower,      L3,    -1, 1473, &[B19]),
    gauge("Reactive power L1",  9, ReactivePower,    L1,    -1, 1474, &[B19, I02]),
    gauge("Reactive power L2", 10, ReactivePower,    L2,    -1, 1475, &[B19, I02]),
    gauge("Reactive power L3", 11, ReactivePower,    L3,    -1, 1476, &[B19, I02]),
    gauge("Apparent power L1", 12, ApparentPower,    L1,    -1, 1477, &[B19]),
    gauge("Apparent power L2", 13, ApparentPower,    L2,    -1, 1478, &[B19]),
    gauge("Apparent power L3", 14, ApparentPower,    L3,    -1, 1479, &[B19]),
    gauge("Frequency L1",      15, Frequency,        L1,    -2, 1480, &[]),
    gauge("Frequency L2",      16, Frequency,        L2,    -2, 1481, &[]),
    gauge("Frequency L3",      17, Frequency,        L3,    -2, 1482, &[]),
    gauge("Power Factor L1",   18, PowerFactor,      L1,    -2, 1488, &[I02]),
    gauge("Power Factor L2",   19, PowerFactor,      L2,    -2, 1489, &[I02]),
    gauge("Power Factor L3",   20, PowerFactor,      L3,    -2, 1490, &[I02]),
    energy("Active energy L1",         21, ActiveEnergy,   L1,    1491, &[B17]),
    energy("Active energy L2",         25, ActiveEnergy,   L2,    1492, &[B17]),
    energy("Active energy L3",         29, ActiveEnergy,   L3,    1493, &[B17]),
    energy("Apparent energy P1",       33, ApparentEnergy, L1,    1494, &[B17, B21]),
    energy("Apparent energy P2",       37, ApparentEnergy, L2,    1495, &[B17, B21]),
    energy("Apparent energy P3",       41, ApparentEnergy, L3,    1496, &[B17, B21]),
    energy("Active energy L1+L2+L3",   45, ActiveEnergy,   TOTAL, 1497, &[B17]),
    energy("Apparent energy L1+L2+L3", 49, ApparentEnergy, TOTAL, 1498, &[B17]),
    gauge("Temperature",       53, Temperature,      PORT,  -1, 1499, &[B20, I01, I03]),
    gauge("Temperature 1",     54, Temperature,      BOX_1, -1, 1500, &[B20, I01, I03]),
    gauge("Temperature 2",     55, Temperature,      BOX_2, -1, 1501, &[B20, I01, I03]),
    gauge("Humidity",          56, RelativeHumidity, PORT,  -1, 1502, &[B01, B20, I03]),
    gauge("Humidity 1",        57, RelativeHumidity, BOX_1, -1, 1503, &[B01, B20, I03]),
    gauge("Humidity 2",        58, RelativeHumidity, BOX_2, -1, 1504, &[B01, B20, I03]),
    contact("Door 1", 59, ContactKind::Door,  1, 1505, &[B22, B23]),
    contact("Door 2", 60, ContactKind::Door,  2, 1506, &[B22, B23]),
    contact("Smoke",  61, ContactKind::Smoke, 1, 1512, &[B23]),
    contact("Water",  62, ContactKind::Water, 1, 1513, &[B23]),
    threshold("Low Alarm L1 Voltage",    63, Voltage,          L1,    LowerCritical, -1, 1514, &[]),
    threshold("High Alarm L1 Voltage",   64, Voltage,          L1,    UpperCritical, -1, 1515, &[]),
    threshold("Low Alarm L2 Voltage",    65, Voltage,          L2,    LowerCritical, -1, 1516, &[]),
    threshold("High Alarm L2 Voltage",   66, Voltage,          L2,    UpperCritical, -1, 1517, &[]),
    threshold("Low Alarm L3 Voltage",    67, Voltage,          L3,    LowerCritical, -1, 1518, &[]),
    threshold("High Alarm L3 Voltage",   68, Voltage,          L3,    UpperCritical, -1, 1519, &[]),
    threshold("Low Alarm L1 Current",    69, Current,          L1,    LowerCritical, -1, 1520, &[B15]),
    threshold("High Alarm L1 Current",   70, Current,          L1,    UpperCritical, -1, 1521, &[B15]),
    threshold("Low Alarm L2 Current",    71, Current,          L2,    LowerCritical, -1, 1522, &[B15]),
    threshold("High Alarm L2 Current",   72, Current,          L2,    UpperCritical, -1, 1523, &[B15]),
    threshold("Low Alarm L3 Current",    73, Current,          L3,    LowerCritical, -1, 1524, &[B15]),
    threshold("High Alarm L3 Current",   74, Current,          L3,    UpperCritical, -1, 1525, &[B15]),
    threshold("Low Alarm Temperature",   75, Temperature,      PORT,  LowerCritical,  0, 1526, &[B16, I01]),
    threshold("High Alarm Temperature",  76, Temperature,      PORT,  UpperCritical,  0, 1527, &[B16, I01]),
    threshold("Low Alarm Temperature1",  77, Temperature,      BOX_1, LowerCritical,  0, 1528, &[B02, B16, I01]),
    threshold("High Alarm Temperature1", 78, Temperature,      BOX_1, UpperCritical,  0, 1529, &[B02, B16, I01]),
    threshold("Low Alarm Temperature2",  79, Temperature,      BOX_2, LowerCritical,  0, 1530, &[B16, I01]),
    threshold("High Alarm Temperature2", 80, Temperature,      BOX_2, UpperCritical,  0, 1531, &[B16, I01]),
    threshold("Low Alarm Humidity",      81, RelativeHumidity, PORT,  LowerCritical,  0, 1537, &[B16]),
    threshold("High Alarm Humidity",     82, RelativeHumidity, PORT,  UpperCritical,  0, 1538, &[B16]),
    threshold("Low Alarm Humidity 1",    83, RelativeHumidity, BOX_1, LowerCritical,  0, 1539, &[B16]),
    threshold("High Alarm Humidity 1",   84, RelativeHumidity, BOX_1, UpperCritical,  0, 1540, &[B16]),
    threshold("Low Alarm Humidity 2",    85, RelativeHumidity, BOX_2, LowerCritical,  0, 1541, &[B16]),
    threshold("High Alarm Humidity 2",   86, RelativeHumidity, BOX_2, UpperCritical,  0, 1542, &[B16]),
    alarm("Voltage alarm L1 [V]", 87, Voltage,          L1,    1543, &[B13]),
    alarm("Voltage alarm L2 [V]", 88, Voltage,          L2,    1544, &[B13, B14]),
    alarm("Voltage alarm L3 [V]", 89, Voltage,          L3,    1545, &[B13, B14]),
    alarm("Current alarm L1 [A]", 90, Current,          L1,    1546, &[B13, B14]),
    alarm("Current alarm L2 [A]", 91, Current,          L2,    1547, &[B13, B14]),
    alarm("Current alarm L3 [A]", 92, Current,          L3,    1548, &[B13, B14]),
    alarm("Temperature alarm",    93, Temperature,      PORT,  1549, &[B13, B14]),
    alarm("Temperature 1 alarm",  94, Temperature,      BOX_1, 1550, &[B13, B14]),
    alarm("Temperature 2 alarm",  95, Temperature,      BOX_2, 1551, &[B13, B14]),
    alarm("Humidity alarm",       96, RelativeHumidity, PORT,  1552, &[B13, B14]),
    alarm("Humidity 1 alarm",     97, RelativeHumidity, BOX_1, 1553, &[B13, B14]),
    alarm("Humidity 2 alarm",     98, RelativeHumidity, BOX_2, 1554, &[B13, B14]),
];

const L1: Point = Point::inlet(1).on(Line::L1);
const L2: Point = Point::inlet(1).on(Line::L2);
const L3: Point = Point::inlet(1).on(Line::L3);
const TOTAL: Point = Point::inlet(1).on(Line::Total);
/// The probe at the T/H port.
const PORT: Point = Point::sensor(1);
/// The probes of the SensorBox.
const BOX_1: Point = Point::sensor(2);
const BOX_2: Point = Point::sensor(3);

type Notes = &'static [&'static Note];

const fn gauge(
    name: &'static str,
    address: u16,
    quantity: Quantity,
    point: Point,
    scale: i8,
    manual_line: u16,
    notes: Notes,
) -> Register {
    Register {
        name,
        address,
        words: 1,
        scale,
        access: Access::Read,
        encoding: number_encoding(quantity),
        meaning: Meaning::Gauge { point, quantity },
        manual_line,
        notes,
    }
}

const fn energy(
    name: &'static str,
    address: u16,
    quantity: Quantity,
    point: Point,
    manual_line: u16,
    notes: Notes,
) -> Register {
    Register {
        name,
        address,
        words: 4,
        scale: -3,
        access: Access::Read,
        encoding: Encoding::Base256,
        meaning: Meaning::Energy { point, quantity },
        manual_line,
        notes,
    }
}

const fn contact(
    name: &'static str,
    address: u16,
    kind: ContactKind,
    number: u16,
    manual_line: u16,
    notes: Notes,
) -> Register {
    Register {
        name,
        address,
        words: 1,
        scale: 0,
        access: Access::Read,
        encoding: Encoding::Enumeration,
        meaning: Meaning::Contact {
            point: Point::sensor(number),
            kind,
        },
        manual_line,
        notes,
    }
}

#[allow(clippy::too_many_arguments)] // the columns of the table
const fn threshold(
    name: &'static str,
    address: u16,
    quantity: Quantity,
    point: Point,
    level: Threshold,
    scale: i8,
    manual_line: u16,
    notes: Notes,
) -> Register {
    Register {
        name,
        address,
        words: 1,
        scale,
        access: Access::ReadWrite,
        encoding: number_encoding(quantity),
        meaning: Meaning::Threshold { point, quantity, level },
        manual_line,
        notes,
    }
}

const fn alarm(
    name: &'static str,
    address: u16,
    quantity: Quantity,
    point: Point,
    manual_line: u16,
    notes: Notes,
) -> Register {
    Register {
        name,
        address,
        words: 1,
        scale: 0,
        access: Access::Read,
        encoding: Encoding::Enumeration,
        meaning: Meaning::Alarm { point, quantity },
        manual_line,
        notes,
    }
}

/// Only temperatures have a sign (note I-01).
const fn number_encoding(quantity: Quantity) -> Encoding {
    match quantity {
        Temperature => Encoding::TwosComplement,
        _ => Encoding::Unsigned,
    }
}

/// Without a gap and without an overlap, from 0 to the end: what [`Register::at`] and the decoder stand on.
const _: () = {
    let mut next = 0;
    let mut i = 0;
    while i < REGISTER_MAP.len() {
        assert!(REGISTER_MAP[i].address == next);
        next = REGISTER_MAP[i].end();
        i += 1;
    }
    assert!(next == REGISTER_COUNT);
};

/// One object a row, for other tools: the columns, `unit` as a symbol, `basis`, and the ids of the notes.
#[cfg(feature = "serde")]
impl serde::Serialize for Register {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut row = serializer.serialize_struct("Register", 11)?;
        row.serialize_field("name", self.name)?;
        row.serialize_field("address", &self.address)?;
        row.serialize_field("words", &self.words)?;
        row.serialize_field("unit", &self.unit().map(|unit| unit.symbol))?;
        row.serialize_field("scale", &self.scale)?;
        row.serialize_field("access", &self.access)?;
        row.serialize_field("encoding", &self.encoding)?;
        row.serialize_field("meaning", &self.meaning)?;
        row.serialize_field("basis", &self.basis())?;
        row.serialize_field("notes", &NoteIds(self.notes))?;
        row.serialize_field("manual_line", &self.manual_line)?;
        row.end()
    }
}

#[cfg(feature = "serde")]
struct NoteIds(Notes);

#[cfg(feature = "serde")]
impl serde::Serialize for NoteIds {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|note| note.id))
    }
}
