//! The objects: one table, to be held against the manual's (Ver.01.24, chapter 10, lines 1157 to 1380).

use pdu_core::ContactKind::{Door, Smoke, Water};
use pdu_core::Quantity::{
    ActiveEnergy, ActivePower, ApparentEnergy, ApparentPower, Current, Frequency, PowerFactor, ReactivePower,
    RelativeHumidity, Temperature, Voltage,
};
use pdu_core::{ContactKind, Line, Point, Quantity, Unit};

use pdu_core::{Basis, Note};

use super::notes::{B03, B04, B05, B23, B27, B29, B30, B31, B32, I01, I02, I03, S01, S02, S03};
use crate::oid;
use crate::wire::Oid;

/// How many objects there are: the name, and 37 for each of six members.
pub const OBJECT_COUNT: usize = 223;

/// How many members a chain has at most: a master and five slaves (line 1144).
pub const MEMBER_COUNT: u16 = 6;

/// One object of the agent, a scalar.
///
/// ```
/// use pdu_core::{Line, Point, Quantity};
/// use pdu_proto_snmp::bps2000::{Meaning, Object};
/// use pdu_proto_snmp::oid;
///
/// let object = Object::named("SLAVETWOVOLTAGEL1").unwrap();
/// assert_eq!(object.oid, oid!(1, 3, 6, 1, 4, 1, 47394, 1, 4, 2, 0));
/// assert_eq!((object.unit, object.manual_line), (2, Some(1239)));
/// let point = Point::inlet(1).on(Line::L1).of_unit(2);
/// assert_eq!(object.meaning, Meaning::Gauge { point, quantity: Quantity::Voltage });
/// assert_eq!(Object::at(object.oid), Some(object));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Object {
    /// The manual's name in one spelling (notes B-30, B-31).
    pub name: &'static str,
    /// The name on the wire, with the 0 of its only instance.
    pub oid: Oid<'static>,
    /// Member of the chain: 0 the master, 1 to 5 its slaves.
    pub unit: u16,
    /// What its value is.
    pub meaning: Meaning,
    /// Line of the manual's text; `None` for the 16 that are not printed (note B-05).
    pub manual_line: Option<u16>,
    /// Where the object is not simply what is printed.
    pub notes: &'static [&'static Note],
}

/// What an object tells. Points carry the member of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Meaning {
    /// What the unit is called by its owner.
    Name,
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
    /// A two-state sensor.
    Contact {
        /// Which one; numbers count for each kind.
        point: Point,
        /// What it watches.
        kind: ContactKind,
    },
}

impl Object {
    /// The object with that name on the wire.
    pub fn at(oid: Oid<'_>) -> Option<&'static Self> {
        let index = Self::index_at(oid)?;
        OBJECTS.get(index)
    }

    /// The row of the table with that name on the wire.
    pub(super) fn index_at(oid: Oid<'_>) -> Option<usize> {
        OBJECTS.binary_search_by(|object| object.oid.cmp(&oid)).ok()
    }

    /// The object of that [`name`](Self::name), without regard to case and blanks: so also as the manual prints it.
    pub fn named(name: &str) -> Option<&'static Self> {
        OBJECTS.iter().find(|object| {
            let letters = name.bytes().filter(|octet| *octet != b' ');
            letters
                .map(|octet| octet.to_ascii_lowercase())
                .eq(object.name.bytes().map(|octet| octet.to_ascii_lowercase()))
        })
    }

    /// The object with that meaning.
    pub fn meaning(meaning: Meaning) -> Option<&'static Self> {
        OBJECTS.iter().find(|object| object.meaning == meaning)
    }

    /// All objects of a member of the chain, in the order of the table; the name belongs to the master.
    pub fn of_unit(unit: u16) -> impl Iterator<Item = &'static Self> {
        OBJECTS.iter().filter(move |object| object.unit == unit)
    }

    /// The unit that a text without a unit counts in: that of the quantity, kWh and kVAh for energy (inferred); `None` for
    /// contacts and the name.
    pub const fn unit_of_measure(&self) -> Option<Unit> {
        match self.meaning {
            Meaning::Gauge { quantity, .. } | Meaning::Energy { quantity, .. } => Some(quantity.customary_unit()),
            Meaning::Contact { .. } | Meaning::Name => None,
        }
    }

    /// How sure it is that there is such an object, of this name and meaning: as the least sure of its
    /// [`notes`](Self::notes). How its values read is never more than inferred; see [`value_notes`](Self::value_notes).
    pub fn basis(&self) -> Basis {
        self.notes.iter().map(|note| note.basis).max().unwrap_or(Basis::Stated)
    }

    /// What is inferred of its values, since the manual states no type, scale or unit of any object.
    pub const fn value_notes(&self) -> &'static [&'static Note] {
        match self.meaning {
            Meaning::Name => &[],
            Meaning::Contact { .. } => &[B23, S02, S03],
            Meaning::Energy { .. } => &[S01, S02, S03],
            Meaning::Gauge { quantity, .. } => match quantity {
                ActivePower | ApparentPower => &[S01, B27, S02, S03],
                ReactivePower => &[S01, B27, I02, S02, S03],
                PowerFactor => &[S01, I02, S02, S03],
                Temperature => &[S01, I01, I03, S02, S03],
                RelativeHumidity => &[S01, I03, S02, S03],
                _ => &[S01, S02, S03],
            },
        }
    }
}

/// A place in the tree, and the member of the chain whose group it is in.
macro_rules! at {
    ($group:literal, $number:literal) => {
        Place {
            unit: member_of_group($group),
            oid: oid!(1, 3, 6, 1, 4, 1, 47394, 1, $group, $number, 0),
        }
    };
}

/// The whole tree, in the order of its names on the wire, which is the manual's.
// Laid out as a table on purpose: name, where in the tree, what, where in the unit, line of the manual, notes.
#[rustfmt::skip]
pub static OBJECTS: [Object; OBJECT_COUNT] = [
    name("deviceName",               at!(1, 1),  1157,        &[B31]),
    gauge("masterCurrentL1",               at!(2, 1),  Current,          L1,    1158, &[]),
    gauge("masterVoltageL1",               at!(2, 2),  Voltage,          L1,    1159, &[]),
    gauge("masterPowerL1",                 at!(2, 3),  ActivePower,      L1,    1160, &[B29]),
    gauge("masterReactivePowerL1",         at!(2, 4),  ReactivePower,    L1,    1161, &[B30]),
    gauge("masterApparentPowerL1",         at!(2, 5),  ApparentPower,    L1,    1162, &[]),
    gauge("masterFrequencyL1",             at!(2, 6),  Frequency,        L1,    1163, &[]),
    energy("masterActiveEnergyL1",         at!(2, 7),  ActiveEnergy,     L1,    1164, &[]),
    energy("masterApparentEnergyL1",       at!(2, 8),  ApparentEnergy,   L1,    1165, &[]),
    gauge("masterPFL1",                    at!(2, 9),  PowerFactor,      L1,    1166, &[B32]),
    gauge("masterCurrentL2",               at!(2, 10), Current,          L2,    1167, &[]),
    gauge("masterVoltageL2",               at!(2, 11), Voltage,          L2,    1168, &[]),
    gauge("masterPowerL2",                 at!(2, 12), ActivePower,      L2,    1169, &[B29]),
    gauge("masterReactivePowerL2",         at!(2, 13), ReactivePower,    L2,    1170, &[B30]),
    gauge("masterApparentPowerL2",         at!(2, 14), ApparentPower,    L2,    1171, &[]),
    gauge("masterFrequencyL2",             at!(2, 15), Frequency,        L2,    1172, &[]),
    energy("masterActiveEnergyL2",         at!(2, 16), ActiveEnergy,     L2,    1173, &[]),
    energy("masterApparentEnergyL2",       at!(2, 17), ApparentEnergy,   L2,    1174, &[]),
    gauge("masterPFL2",                    at!(2, 18), PowerFactor,      L2,    1175, &[]),
    gauge("masterCurrentL3",               at!(2, 19), Current,          L3,    1176, &[]),
    gauge("masterVoltageL3",               at!(2, 20), Voltage,          L3,    1177, &[]),
    gauge("masterPowerL3",                 at!(2, 21), ActivePower,      L3,    1178, &[B29]),
    gauge("masterReactivePowerL3",         at!(2, 22), ReactivePower,    L3,    1179, &[]),
    gauge("masterApparentPowerL3",         at!(2, 23), ApparentPower,    L3,    1180, &[]),
    gauge("masterFrequencyL3",             at!(2, 24), Frequency,        L3,    1181, &[]),
    energy("masterActiveEnergyL3",         at!(2, 25), ActiveEnergy,     L3,    1182, &[]),
    energy("masterApparentEnergyL3",       at!(2, 26), ApparentEnergy,   L3,    1183, &[]),
    gauge("masterPFL3",                    at!(2, 27), PowerFactor,      L3,    1184, &[B32]),
    gauge("masterTemperature",             at!(2, 28), Temperature,      PORT,  1188, &[]),
    gauge("masterTemperature1",            at!(2, 29), Temperature,      BOX_1, 1189, &[]),
    gauge("masterTemperature2",            at!(2, 30), Temperature,      BOX_2, 1190, &[]),
    gauge("masterHumidity",                at!(2, 31), RelativeHumidity, PORT,  1191, &[]),
    gauge("masterHumidity1",               at!(2, 32), RelativeHumidity, BOX_1, 1192, &[]),
    gauge("masterHumidity2",               at!(2, 33), RelativeHumidity, BOX_2, 1193, &[]),
    contact("masterSmoke",                 at!(2, 34), Smoke,            1,     1194, &[]),
    contact("masterWater",                 at!(2, 35), Water,            1,     1195, &[]),
    contact("masterDoor1",                 at!(2, 36), Door,             1,     1196, &[]),
    contact("masterDoor2",                 at!(2, 37), Door,             2,     1197, &[]),
    gauge("slaveOneCurrentL1",             at!(3, 1),  Current,          L1,    1198, &[]),
    gauge("slaveOneVoltageL1",             at!(3, 2),  Voltage,          L1,    1199, &[]),
    gauge("slaveOneActivePowerL1",         at!(3, 3),  ActivePower,      L1,    1200, &[]),
    gauge("slaveOneReactivePowerL1",       at!(3, 4),  ReactivePower,    L1,    1201, &[]),
    gauge("slaveOneApparentPowerL1",       at!(3, 5),  ApparentPower,    L1,    1202, &[]),
    gauge("slaveOneFrequencyL1",           at!(3, 6),  Frequency,        L1,    1203, &[]),
    energy("slaveOneActiveEnergyL1",       at!(3, 7),  ActiveEnergy,     L1,    1204, &[]),
    energy("slaveOneApparentEnergyL1",     at!(3, 8),  ApparentEnergy,   L1,    1205, &[]),
    gauge("slaveOnePFL1",                  at!(3, 9),  PowerFactor,      L1,    1206, &[]),
    gauge("slaveOneCurrentL2",             at!(3, 10), Current,          L2,    1207, &[]),
    gauge("slaveOneVoltageL2",             at!(3, 11), Voltage,          L2,    1208, &[]),
    gauge("slaveOneActivePowerL2",         at!(3, 12), ActivePower,      L2,    1209, &[]),
    gauge("slaveOneReactivePowerL2",       at!(3, 13), ReactivePower,    L2,    1210, &[]),
    gauge("slaveOneApparentPowerL2",       at!(3, 14), ApparentPower,    L2,    1211, &[]),
    gauge("slaveOneFrequencyL2",           at!(3, 15), Frequency,        L2,    1212, &[]),
    energy("slaveOneActiveEnergyL2",       at!(3, 16), ActiveEnergy,     L2,    1213, &[]),
    energy("slaveOneApparentEnergyL2",     at!(3, 17), ApparentEnergy,   L2,    1214, &[]),
    gauge("slaveOnePFL2",                  at!(3, 18), PowerFactor,      L2,    1215, &[]),
    gauge("slaveOneCurrentL3",             at!(3, 19), Current,          L3,    1216, &[]),
    gauge("slaveOneVoltageL3",             at!(3, 20), Voltage,          L3,    1217, &[]),
    gauge("slaveOneActivePowerL3",         at!(3, 21), ActivePower,      L3,    1218, &[]),
    gauge("slaveOneReactivePowerL3",       at!(3, 22), ReactivePower,    L3,    1219, &[]),
    gauge("slaveOneApparentPowerL3",       at!(3, 23), ApparentPower,    L3,    1220, &[]),
    gauge("slaveOneFrequencyL3",           at!(3, 24), Frequency,        L3,    1224, &[]),
    energy("slaveOneActiveEnergyL3",       at!(3, 25), ActiveEnergy,     L3,    1225, &[]),
    energy("slaveOneApparentEnergyL3",     at!(3, 26), ApparentEnergy,   L3,    1226, &[]),
    gauge("slaveOnePFL3",                  at!(3, 27), PowerFactor,      L3,    1227, &[]),
    gauge("slaveOneTemperature",           at!(3, 28), Temperature,      PORT,  1228, &[]),
    gauge("slaveOneTemperature1",          at!(3, 29), Temperature,      BOX_1, 1229, &[]),
    gauge("slaveOneTemperature2",          at!(3, 30), Temperature,      BOX_2, 1230, &[]),
    gauge("slaveOneHumidity",              at!(3, 31), RelativeHumidity, PORT,  1231, &[]),
    gauge("slaveOneHumidity1",             at!(3, 32), RelativeHumidity, BOX_1, 1232, &[]),
    gauge("slaveOneHumidity2",             at!(3, 33), RelativeHumidity, BOX_2, 1233, &[]),
    contact("slaveOneSmoke",               at!(3, 34), Smoke,            1,     1234, &[]),
    contact("slaveOneWater",               at!(3, 35), Water,            1,     1235, &[]),
    contact("slaveOneDoor1",               at!(3, 36), Door,             1,     1236, &[]),
    contact("slaveOneDoor2",               at!(3, 37), Door,             2,     1237, &[]),
    gauge("slaveTwoCurrentL1",             at!(4, 1),  Current,          L1,    1238, &[]),
    gauge("slaveTwoVoltageL1",             at!(4, 2),  Voltage,          L1,    1239, &[]),
    gauge("slaveTwoActivePowerL1",         at!(4, 3),  ActivePower,      L1,    1240, &[]),
    gauge("slaveTwoReactivePowerL1",       at!(4, 4),  ReactivePower,    L1,    1241, &[]),
    gauge("slaveTwoApparentPowerL1",       at!(4, 5),  ApparentPower,    L1,    1242, &[]),
    gauge("slaveTwoFrequencyL1",           at!(4, 6),  Frequency,        L1,    1243, &[]),
    energy("slaveTwoActiveEnergyL1",       at!(4, 7),  ActiveEnergy,     L1,    1244, &[]),
    energy("slaveTwoApparentEnergyL1",     at!(4, 8),  ApparentEnergy,   L1,    1245, &[]),
    gauge("slaveTwoPFL1",                  at!(4, 9),  PowerFactor,      L1,    1246, &[]),
    gauge("slaveTwoCurrentL2",             at!(4, 10), Current,          L2,    1247, &[]),
    gauge("slaveTwoVoltageL2",             at!(4, 11), Voltage,          L2,    1248, &[]),
    gauge("slaveTwoActivePowerL2",         at!(4, 12), ActivePower,      L2,    1249, &[]),
    gauge("slaveTwoReactivePowerL2",       at!(4, 13), ReactivePower,    L2,    1250, &[B03]),
    gauge("slaveTwoApparentPowerL2",       at!(4, 14), ApparentPower,    L2,    1251, &[]),
    gauge("slaveTwoFrequencyL2",           at!(4, 15), Frequency,        L2,    1252, &[]),
    energy("slaveTwoActiveEnergyL2",       at!(4, 16), ActiveEnergy,     L2,    1253, &[]),
    energy("slaveTwoApparentEnergyL2",     at!(4, 17), ApparentEnergy,   L2,    1254, &[]),
    gauge("slaveTwoPFL2",                  at!(4, 18), PowerFactor,      L2,    1255, &[]),
    gauge("slaveTwoCurrentL3",             at!(4, 19), Current,          L3,    1256, &[]),
    gauge("slaveTwoVoltageL3",             at!(4, 20), Voltage,          L3,    1257, &[]),
    gauge("slaveTwoActivePowerL3",         at!(4, 21), ActivePower,      L3,    1258, &[]),
    gauge("slaveTwoReactivePowerL3",       at!(4, 22), ReactivePower,    L3,    1262, &[]),
    gauge("slaveTwoApparentPowerL3",       at!(4, 23), ApparentPower,    L3,    1263, &[]),
    gauge("slaveTwoFrequencyL3",           at!(4, 24), Frequency,        L3,    1264, &[]),
    energy("slaveTwoActiveEnergyL3",       at!(4, 25), ActiveEnergy,     L3,    1265, &[]),
    energy("slaveTwoApparentEnergyL3",     at!(4, 26), ApparentEnergy,   L3,    1266, &[]),
    gauge("slaveTwoPFL3",                  at!(4, 27), PowerFactor,      L3,    1267, &[]),
    gauge("slaveTwoTemperature",           at!(4, 28), Temperature,      PORT,  1268, &[]),
    gauge("slaveTwoTemperature1",          at!(4, 29), Temperature,      BOX_1, 1269, &[]),
    gauge("slaveTwoTemperature2",          at!(4, 30), Temperature,      BOX_2, 1270, &[]),
    gauge("slaveTwoHumidity",              at!(4, 31), RelativeHumidity, PORT,  1271, &[]),
    gauge("slaveTwoHumidity1",             at!(4, 32), RelativeHumidity, BOX_1, 1272, &[]),
    gauge("slaveTwoHumidity2",             at!(4, 33), RelativeHumidity, BOX_2, 1273, &[]),
    contact("slaveTwoSmoke",               at!(4, 34), Smoke,            1,     1274, &[]),
    contact("slaveTwoWater",               at!(4, 35), Water,            1,     1275, &[]),
    contact("slaveTwoDoor1",               at!(4, 36), Door,             1,     1276, &[]),
    contact("slaveTwoDoor2",               at!(4, 37), Door,             2,     1277, &[]),
    gauge("slaveThreeCurrentL1",           at!(5, 1),  Current,          L1,    1278, &[]),
    gauge("slaveThreeVoltageL1",           at!(5, 2),  Voltage,          L1,    1279, &[B32]),
    gauge("slaveThreeActivePowerL1",       at!(5, 3),  ActivePower,      L1,    1280, &[]),
    gauge("slaveThreeReactivePowerL1",     at!(5, 4),  ReactivePower,    L1,    1281, &[]),
    gauge("slaveThreeApparentPowerL1",     at!(5, 5),  ApparentPower,    L1,    1282, &[]),
    gauge("slaveThreeFrequencyL1",         at!(5, 6),  Frequency,        L1,    1283, &[]),
    energy("slaveThreeActiveEnergyL1",     at!(5, 7),  ActiveEnergy,     L1,    1284, &[]),
    energy("slaveThreeApparentEnergyL1",   at!(5, 8),  ApparentEnergy,   L1,    1285, &[]),
    gauge("slaveThreePFL1",                at!(5, 9),  PowerFactor,      L1,    1286, &[]),
    gauge("slaveThreeCurrentL2",           at!(5, 10), Current,          L2,    1287, &[]),
    gauge("slaveThreeVoltageL2",           at!(5, 11), Voltage,          L2,    1288, &[B32]),
    gauge("slaveThreeActivePowerL2",       at!(5, 12), ActivePower,      L2,    1289, &[]),
    gauge("slaveThreeReactivePowerL2",     at!(5, 13), ReactivePower,    L2,    1290, &[]),
    gauge("slaveThreeApparentPowerL2",     at!(5, 14), ApparentPower,    L2,    1291, &[]),
    gauge("slaveThreeFrequencyL2",         at!(5, 15), Frequency,        L2,    1292, &[]),
    energy("slaveThreeActiveEnergyL2",     at!(5, 16), ActiveEnergy,     L2,    1293, &[]),
    energy("slaveThreeApparentEnergyL2",   at!(5, 17), ApparentEnergy,   L2,    1294, &[]),
    gauge("slaveThreePFL2",                at!(5, 18), PowerFactor,      L2,    1295, &[]),
    gauge("slaveThreeCurrentL3",           at!(5, 19), Current,          L3,    1296, &[]),
    gauge("slaveThreeVoltageL3",           at!(5, 20), Voltage,          L3,    1300, &[B32]),
    gauge("slaveThreeActivePowerL3",       at!(5, 21), ActivePower,      L3,    1301, &[]),
    gauge("slaveThreeReactivePowerL3",     at!(5, 22), ReactivePower,    L3,    1302, &[]),
    gauge("slaveThreeApparentPowerL3",     at!(5, 23), ApparentPower,    L3,    1303, &[]),
    gauge("slaveThreeFrequencyL3",         at!(5, 24), Frequency,        L3,    1304, &[]),
    energy("slaveThreeActiveEnergyL3",     at!(5, 25), ActiveEnergy,     L3,    1305, &[]),
    energy("slaveThreeApparentEnergyL3",   at!(5, 26), ApparentEnergy,   L3,    1306, &[]),
    gauge("slaveThreePFL3",                at!(5, 27), PowerFactor,      L3,    1307, &[]),
    gauge("slaveThreeTemperature",         at!(5, 28), Temperature,      PORT,  1308, &[]),
    gauge("slaveThreeTemperature1",        at!(5, 29), Temperature,      BOX_1, 1309, &[]),
    gauge("slaveThreeTemperature2",        at!(5, 30), Temperature,      BOX_2, 1310, &[]),
    gauge("slaveThreeHumidity",            at!(5, 31), RelativeHumidity, PORT,  1311, &[]),
    gauge("slaveThreeHumidity1",           at!(5, 32), RelativeHumidity, BOX_1, 1312, &[]),
    gauge("slaveThreeHumidity2",           at!(5, 33), RelativeHumidity, BOX_2, 1313, &[]),
    contact("slaveThreeSmoke",             at!(5, 34), Smoke,            1,     1314, &[]),
    contact("slaveThreeWater",             at!(5, 35), Water,            1,     1315, &[]),
    contact("slaveThreeDoor1",             at!(5, 36), Door,             1,     1316, &[]),
    contact("slaveThreeDoor2",             at!(5, 37), Door,             2,     1317, &[]),
    gauge("slaveFourCurrentL1",            at!(6, 1),  Current,          L1,    1318, &[]),
    gauge("slaveFourVoltageL1",            at!(6, 2),  Voltage,          L1,    1319, &[B32]),
    gauge("slaveFourActivePowerL1",        at!(6, 3),  ActivePower,      L1,    1320, &[]),
    gauge("slaveFourReactivePowerL1",      at!(6, 4),  ReactivePower,    L1,    1321, &[]),
    gauge("slaveFourApparentPowerL1",      at!(6, 5),  ApparentPower,    L1,    1322, &[]),
    gauge("slaveFourFrequencyL1",          at!(6, 6),  Frequency,        L1,    1323, &[]),
    energy("slaveFourActiveEnergyL1",      at!(6, 7),  ActiveEnergy,     L1,    1324, &[]),
    energy("slaveFourApparentEnergyL1",    at!(6, 8),  ApparentEnergy,   L1,    1325, &[]),
    gauge("slaveFourPFL1",                 at!(6, 9),  PowerFactor,      L1,    1326, &[B32]),
    gauge("slaveFourCurrentL2",            at!(6, 10), Current,          L2,    1327, &[]),
    gauge("slaveFourVoltageL2",            at!(6, 11), Voltage,          L2,    1328, &[B32]),
    gauge("slaveFourActivePowerL2",        at!(6, 12), ActivePower,      L2,    1329, &[B32]),
    gauge("slaveFourReactivePowerL2",      at!(6, 13), ReactivePower,    L2,    1330, &[]),
    gauge("slaveFourApparentPowerL2",      at!(6, 14), ApparentPower,    L2,    1331, &[]),
    gauge("slaveFourFrequencyL2",          at!(6, 15), Frequency,        L2,    1332, &[]),
    energy("slaveFourActiveEnergyL2",      at!(6, 16), ActiveEnergy,     L2,    1333, &[]),
    energy("slaveFourApparentEnergyL2",    at!(6, 17), ApparentEnergy,   L2,    1334, &[]),
    gauge("slaveFourPFL2",                 at!(6, 18), PowerFactor,      L2,    1335, &[]),
    gauge("slaveFourCurrentL3",            at!(6, 19), Current,          L3,    1336, &[]),
    gauge("slaveFourVoltageL3",            at!(6, 20), Voltage,          L3,    1337, &[B32]),
    gauge("slaveFourActivePowerL3",        at!(6, 21), ActivePower,      L3,    1338, &[]),
    gauge("slaveFourReactivePowerL3",      at!(6, 22), ReactivePower,    L3,    1339, &[]),
    gauge("slaveFourApparentPowerL3",      at!(6, 23), ApparentPower,    L3,    1340, &[]),
    gauge("slaveFourFrequencyL3",          at!(6, 24), Frequency,        L3,    1341, &[]),
    energy("slaveFourActiveEnergyL3",      at!(6, 25), ActiveEnergy,     L3,    1345, &[]),
    energy("slaveFourApparentEnergyL3",    at!(6, 26), ApparentEnergy,   L3,    1346, &[]),
    gauge("slaveFourPFL3",                 at!(6, 27), PowerFactor,      L3,    1347, &[B32]),
    gauge("slaveFourTemperature",          at!(6, 28), Temperature,      PORT,  1348, &[]),
    gauge("slaveFourTemperature1",         at!(6, 29), Temperature,      BOX_1, 1349, &[]),
    gauge("slaveFourTemperature2",         at!(6, 30), Temperature,      BOX_2, 1350, &[]),
    gauge("slaveFourHumidity",             at!(6, 31), RelativeHumidity, PORT,  1351, &[]),
    gauge("slaveFourHumidity1",            at!(6, 32), RelativeHumidity, BOX_1, 1352, &[]),
    gauge("slaveFourHumidity2",            at!(6, 33), RelativeHumidity, BOX_2, 1353, &[]),
    contact("slaveFourSmoke",              at!(6, 34), Smoke,            1,     1354, &[]),
    contact("slaveFourWater",              at!(6, 35), Water,            1,     1355, &[]),
    contact("slaveFourDoor1",              at!(6, 36), Door,             1,     1356, &[]),
    contact("slaveFourDoor2",              at!(6, 37), Door,             2,     1357, &[]),
    gauge("slaveFiveCurrentL1",            at!(7, 1),  Current,          L1,    1358, &[]),
    gauge("slaveFiveVoltageL1",            at!(7, 2),  Voltage,          L1,    1359, &[B32]),
    gauge("slaveFiveActivePowerL1",        at!(7, 3),  ActivePower,      L1,    1360, &[]),
    gauge("slaveFiveReactivePowerL1",      at!(7, 4),  ReactivePower,    L1,    1361, &[]),
    gauge("slaveFiveApparentPowerL1",      at!(7, 5),  ApparentPower,    L1,    1362, &[]),
    gauge("slaveFiveFrequencyL1",          at!(7, 6),  Frequency,        L1,    1363, &[]),
    energy("slaveFiveActiveEnergyL1",      at!(7, 7),  ActiveEnergy,     L1,    1364, &[]),
    energy("slaveFiveApparentEnergyL1",    at!(7, 8),  ApparentEnergy,   L1,    1365, &[]),
    gauge("slaveFivePFL1",                 at!(7, 9),  PowerFactor,      L1,    1366, &[]),
    gauge("slaveFiveCurrentL2",            at!(7, 10), Current,          L2,    1367, &[]),
    gauge("slaveFiveVoltageL2",            at!(7, 11), Voltage,          L2,    1368, &[B32]),
    gauge("slaveFiveActivePowerL2",        at!(7, 12), ActivePower,      L2,    1369, &[]),
    gauge("slaveFiveReactivePowerL2",      at!(7, 13), ReactivePower,    L2,    1370, &[B04]),
    gauge("slaveFiveApparentPowerL2",      at!(7, 14), ApparentPower,    L2,    1371, &[]),
    gauge("slaveFiveFrequencyL2",          at!(7, 15), Frequency,        L2,    1372, &[]),
    energy("slaveFiveActiveEnergyL2",      at!(7, 16), ActiveEnergy,     L2,    1373, &[]),
    energy("slaveFiveApparentEnergyL2",    at!(7, 17), ApparentEnergy,   L2,    1374, &[]),
    gauge("slaveFivePFL2",                 at!(7, 18), PowerFactor,      L2,    1375, &[]),
    gauge("slaveFiveCurrentL3",            at!(7, 19), Current,          L3,    1376, &[]),
    gauge("slaveFiveVoltageL3",            at!(7, 20), Voltage,          L3,    1377, &[B32]),
    gauge("slaveFiveActivePowerL3",        at!(7, 21), ActivePower,      L3,    1378, &[B32]),
    gauge("slaveFiveReactivePowerL3",      at!(7, 22), ReactivePower,    L3,    NOT_PRINTED, &[B05]),
    gauge("slaveFiveApparentPowerL3",      at!(7, 23), ApparentPower,    L3,    NOT_PRINTED, &[B05]),
    gauge("slaveFiveFrequencyL3",          at!(7, 24), Frequency,        L3,    NOT_PRINTED, &[B05]),
    energy("slaveFiveActiveEnergyL3",      at!(7, 25), ActiveEnergy,     L3,    NOT_PRINTED, &[B05]),
    energy("slaveFiveApparentEnergyL3",    at!(7, 26), ApparentEnergy,   L3,    NOT_PRINTED, &[B05]),
    gauge("slaveFivePFL3",                 at!(7, 27), PowerFactor,      L3,    NOT_PRINTED, &[B05]),
    gauge("slaveFiveTemperature",          at!(7, 28), Temperature,      PORT,  NOT_PRINTED, &[B05]),
    gauge("slaveFiveTemperature1",         at!(7, 29), Temperature,      BOX_1, NOT_PRINTED, &[B05]),
    gauge("slaveFiveTemperature2",         at!(7, 30), Temperature,      BOX_2, NOT_PRINTED, &[B05]),
    gauge("slaveFiveHumidity",             at!(7, 31), RelativeHumidity, PORT,  NOT_PRINTED, &[B05]),
    gauge("slaveFiveHumidity1",            at!(7, 32), RelativeHumidity, BOX_1, NOT_PRINTED, &[B05]),
    gauge("slaveFiveHumidity2",            at!(7, 33), RelativeHumidity, BOX_2, NOT_PRINTED, &[B05]),
    contact("slaveFiveSmoke",              at!(7, 34), Smoke,            1,     NOT_PRINTED, &[B05]),
    contact("slaveFiveWater",              at!(7, 35), Water,            1,     NOT_PRINTED, &[B05]),
    contact("slaveFiveDoor1",              at!(7, 36), Door,             1,     NOT_PRINTED, &[B05]),
    contact("slaveFiveDoor2",              at!(7, 37), Door,             2,     NOT_PRINTED, &[B05]),
];

/// Of an object that the manual does not print.
const NOT_PRINTED: u16 = 0;

const L1: Point = Point::inlet(1).on(Line::L1);
const L2: Point = Point::inlet(1).on(Line::L2);
const L3: Point = Point::inlet(1).on(Line::L3);
/// The probe at the T/H port.
const PORT: Point = Point::sensor(1);
/// The probes of the SensorBox.
const BOX_1: Point = Point::sensor(2);
const BOX_2: Point = Point::sensor(3);

type Notes = &'static [&'static Note];

/// Where in the tree: 1.3.6.1.4.1.47394.1.group.number.0.
#[derive(Clone, Copy)]
struct Place {
    unit: u16,
    oid: Oid<'static>,
}

/// Group 1 has the name, group 2 the master, groups 3 to 7 the slaves.
const fn member_of_group(group: u16) -> u16 {
    group.saturating_sub(2)
}

const fn name(name: &'static str, at: Place, manual_line: u16, notes: Notes) -> Object {
    object(name, at, Meaning::Name, manual_line, notes)
}

const fn gauge(
    name: &'static str,
    at: Place,
    quantity: Quantity,
    point: Point,
    manual_line: u16,
    notes: Notes,
) -> Object {
    let point = point.of_unit(at.unit);
    object(name, at, Meaning::Gauge { point, quantity }, manual_line, notes)
}

const fn energy(
    name: &'static str,
    at: Place,
    quantity: Quantity,
    point: Point,
    manual_line: u16,
    notes: Notes,
) -> Object {
    let point = point.of_unit(at.unit);
    object(name, at, Meaning::Energy { point, quantity }, manual_line, notes)
}

const fn contact(
    name: &'static str,
    at: Place,
    kind: ContactKind,
    number: u16,
    manual_line: u16,
    notes: Notes,
) -> Object {
    let point = Point::sensor(number).of_unit(at.unit);
    object(name, at, Meaning::Contact { point, kind }, manual_line, notes)
}

const fn object(name: &'static str, at: Place, meaning: Meaning, manual_line: u16, notes: Notes) -> Object {
    Object {
        name,
        oid: at.oid,
        unit: at.unit,
        meaning,
        manual_line: if manual_line == NOT_PRINTED {
            None
        } else {
            Some(manual_line)
        },
        notes,
    }
}

/// One object a row, for other tools: the columns, the name on the wire as text, the unit as a symbol, `basis`, and the ids of
/// the notes.
#[cfg(feature = "serde")]
impl serde::Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut row = serializer.serialize_struct("Object", 9)?;
        row.serialize_field("name", self.name)?;
        row.serialize_field("oid", &format_args!("{}", self.oid))?;
        row.serialize_field("unit", &self.unit)?;
        row.serialize_field("meaning", &self.meaning)?;
        row.serialize_field("unit_of_measure", &self.unit_of_measure().map(|unit| unit.symbol))?;
        row.serialize_field("basis", &self.basis())?;
        row.serialize_field("notes", &NoteIds(self.notes))?;
        row.serialize_field("value_notes", &NoteIds(self.value_notes()))?;
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
