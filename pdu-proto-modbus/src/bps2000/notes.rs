//! Why a row of the register map reads as it does, where the manual alone does not settle it.

use pdu_core::{Basis, Note};

/// Misprints, contradictions and gaps of the manual: every note that a row of the register map refers to. `B-nn` is about what the manual prints, `I-nn` about what it is silent about.
pub static NOTES: [&Note; 15] = [
    B01, B02, B13, B14, B15, B16, B17, B19, B20, B21, B22, B23, I01, I02, I03,
];

pub(super) const B01: &Note = &Note::new(
    "B-01",
    Basis::Resolved,
    "humidity: decimal 00055 to 00057, hexadecimal 0x0038 to 0x003A",
    "56, 57, 58: the hexadecimal is right",
    "55 is the third temperature already, and 59 (0x003B) comes next",
);

pub(super) const B02: &Note = &Note::new(
    "B-02",
    Basis::Resolved,
    "thresholds of temperature 1: decimal 77 and 78, hexadecimal 0x004B and 0x004C",
    "77 and 78 (0x004D and 0x004E): the decimal is right",
    "0x004B and 0x004C are the two rows before, and 79 (0x004F) comes next",
);

pub(super) const B13: &Note = &Note::new(
    "B-13",
    Basis::Resolved,
    "00=Normal 01= Low Alarm 16= High Alarm",
    "decimal 0, 1 and 16 (0x0010); 22 (0x0016) is unknown",
    "hexadecimal is written with 0x everywhere else, and 0x0010 is the high nibble where 0x0001 is the low one",
);

pub(super) const B14: &Note = &Note::new(
    "B-14",
    Basis::Resolved,
    "no values beside the rows 88 to 98",
    "the values of row 87",
    "one merged cell of the printed table spans the block",
);

pub(super) const B15: &Note = &Note::new(
    "B-15",
    Basis::Stated,
    "current in 0.01 A, its thresholds in 0.1 A",
    "both as printed",
    "the console shows a load of 0.00A and thresholds of 32.0A (lines 763 and 1021)",
);

pub(super) const B16: &Note = &Note::new(
    "B-16",
    Basis::Stated,
    "temperature and humidity in tenths, their thresholds in whole degrees and percent",
    "both as printed",
    "the console shows thresholds of 40C and 99% (lines 1027 and 1028), the web page 25.4 and 41.1 (lines 305 and 306)",
);

pub(super) const B17: &Note = &Note::new(
    "B-17",
    Basis::Resolved,
    "four registers are \"8 Bytes\", and the formula has base 256",
    "each register carries one byte (0 to 255); together 32 bits of Wh, most significant first",
    "the example 0, 27, 119, 184 is 1800.12 kWh only so; base 65536 gives 115 971 915.96 kWh (lines 1562 to 1604)",
);

pub(super) const B19: &Note = &Note::new(
    "B-19",
    Basis::Resolved,
    "power in 0.1 W, var or VA in one register, at most 6553.5; the unit carries 32 A at 230 V, 7360 VA",
    "unsigned; suspect where voltage × current is over 6500 VA or the register is 65535",
    "arithmetic; whether the device wraps or saturates is not stated",
);

pub(super) const B20: &Note = &Note::new(
    "B-20",
    Basis::Resolved,
    "three rows named Temperature, three named Humidity",
    "the T/H port, then probes 1 and 2 of the SensorBox",
    "the order of the thresholds (lines 1526 to 1542), of the alarms and of the SNMP objects",
);

pub(super) const B21: &Note = &Note::new(
    "B-21",
    Basis::Resolved,
    "Apparent energy P1, P2, P3",
    "L1, L2, L3",
    "the active energy of the rows before, and the sum over L1+L2+L3 after",
);

pub(super) const B22: &Note = &Note::new(
    "B-22",
    Basis::Resolved,
    "no access beside the doors",
    "read only",
    "smoke and water are R, and a door contact cannot be set",
);

pub(super) const B23: &Note = &Note::new(
    "B-23",
    Basis::Inferred,
    "1=Open 2=Closed, 1=Yes 2=No",
    "anything else, 0 above all, is unknown: most likely the sensor is absent",
    "the web page shows \"-\" for an absent sensor (lines 314 to 316); what the register holds then is not stated",
);

pub(super) const I01: &Note = &Note::new(
    "I-01",
    Basis::Inferred,
    "temperature, without a word about its sign",
    "two's complement; readings from -40.0 to 125.0 are taken, others are out of range",
    "the unit is stored at -20 degrees (line 1631); common practice",
);

pub(super) const I02: &Note = &Note::new(
    "I-02",
    Basis::Inferred,
    "reactive power and power factor, without a word about their sign",
    "unsigned",
    "no negative sample; a capacitive load could be told with a sign",
);

pub(super) const I03: &Note = &Note::new(
    "I-03",
    Basis::Inferred,
    "nothing about a probe that is not plugged in",
    "a probe whose temperature and humidity are both 0 may be absent",
    "a sister product reads 0 without a sensor, and 0 % is no humidity that air has",
);
