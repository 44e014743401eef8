//! Why a row of the object table reads as it does, and its values, where the manual alone does not settle it.

use pdu_core::{Basis, Note};

/// Misprints, contradictions and gaps of the manual: every note that a row of the object table, or the values of some, refer to. `B-nn` is about what the manual prints, `I-nn` and `S-nn` about
/// what it is silent about, `S-nn` where only SNMP is meant.
pub static NOTES: [&Note; 15] = [
    B03, B04, B05, B23, B27, B29, B30, B31, B32, I01, I02, I03, S01, S02, S03,
];

pub(super) const B03: &Note = &Note::new(
    "B-03",
    Basis::Resolved,
    "slaveTwoReactivePowerL2 at 47394.1.4.12.0",
    "47394.1.4.13.0; what stands at .12 is never taken for reactive power",
    "the line before has active power at .12, nothing else is at .13, and the other members have it there",
);

pub(super) const B04: &Note = &Note::new(
    "B-04",
    Basis::Resolved,
    "slaveFiveReactivePowerL2 at 47394.1.7.12.0",
    "47394.1.7.13.0; what stands at .12 is never taken for reactive power",
    "the line before has active power at .12, nothing else is at .13, and the other members have it there",
);

pub(super) const B05: &Note = &Note::new(
    "B-05",
    Basis::Inferred,
    "nothing: the table of slaveFive ends at 47394.1.7.21.0",
    "22 to 37 as the other five members have them; a unit may lack them",
    "five groups of 37 objects, and a sixth that breaks off in the middle of a line's nine quantities",
);

pub(super) const B23: &Note = &Note::new(
    "B-23",
    Basis::Inferred,
    "1=Open 2=Closed, 1=Yes 2=No over Modbus; \"Closed\" and \"-\" on the web page; nothing over SNMP",
    "the words Open, Closed, Yes, No and Normal; integers only with the scale of Modbus; anything else is unknown",
    "the two other faces of the same device (lines 314 to 316 and 1505 to 1513)",
);

pub(super) const B27: &Note = &Note::new(
    "B-27",
    Basis::Inferred,
    "kW, kVA and kVAR on the display, W, VA and VAR on the web page and over Modbus; nothing over SNMP",
    "W, VA and var, unless the text itself says kW, kVA or kVAR",
    "the web page is made by the same module; a sister product has kW in another tree",
);

pub(super) const B29: &Note = &Note::new(
    "B-29",
    Basis::Stated,
    "masterPowerL1 to L3, where slaves have ActivePower",
    "active power",
    "the descriptions say so",
);

pub(super) const B30: &Note = &Note::new(
    "B-30",
    Basis::Resolved,
    "masterReactivepowerL1 and L2 beside masterReactivePowerL3",
    "one spelling, and names are looked up without regard to case",
    "the other members have one spelling",
);

pub(super) const B31: &Note = &Note::new(
    "B-31",
    Basis::Resolved,
    "device name",
    "deviceName",
    "no object can have a blank in its name",
);

pub(super) const B32: &Note = &Note::new(
    "B-32",
    Basis::Resolved,
    "a description with another member, another line or another quantity than the name",
    "the name and the place in the table",
    "names and places agree with each other in all six groups; the descriptions do not",
);

pub(super) const I01: &Note = &Note::new(
    "I-01",
    Basis::Inferred,
    "temperature, without a word about its sign",
    "readings from -40.0 to 125.0 are taken, others are out of range",
    "the unit is stored at -20 degrees (line 1631); common practice",
);

pub(super) const I02: &Note = &Note::new(
    "I-02",
    Basis::Inferred,
    "reactive power and power factor, without a word about their sign",
    "a sign in a text is taken as it stands",
    "no sample at all; a capacitive load could be told with a sign",
);

pub(super) const I03: &Note = &Note::new(
    "I-03",
    Basis::Inferred,
    "nothing about a probe that is not plugged in",
    "a probe whose temperature and humidity are both 0 may be absent",
    "a sister product reads 0 without a sensor, and 0 % is no humidity that air has",
);

pub(super) const S01: &Note = &Note::new(
    "S-01",
    Basis::Inferred,
    "names and places of objects, without their type, scale or unit",
    "decimal text stands as it is, in V, A, W, VA, var, Hz, kWh, kVAh, degrees and %; integers have an unknown scale",
    "sister products answer with such text, and other units of the same market with scaled integers",
);

pub(super) const S02: &Note = &Note::new(
    "S-02",
    Basis::Inferred,
    "\"-\" for an absent sensor on the web page (lines 314 to 316); nothing over SNMP",
    "-, --, Not found and an empty text mean that there is no value",
    "the web page; sister products",
);

pub(super) const S03: &Note = &Note::new(
    "S-03",
    Basis::Inferred,
    "a chain of a master and up to five slaves, without a word about how a missing one reads",
    "a slave none of whose objects the agent has is not there",
    "noSuchObject, noSuchInstance and noSuchName are the protocol's way to say so",
);
