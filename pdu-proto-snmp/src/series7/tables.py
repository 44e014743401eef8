#!/usr/bin/env python3
"""Writes the three tables of this directory, objects_table.rs, traps_table.rs and measures_table.rs, from the vendor's MIB in
../../tests/data (series7_snmp_objects.tsv, series7_snmp_traps.tsv). Run it here, then commit what it wrote:

    python3 tables.py

The tables are held against the same two files by tests/series7_tables.rs, so nothing in them rests on this script. What the
MIB does not say, which reading of the vocabulary a column is, stands in the rules of `measure_of`, and is the only thing here
to be judged.
"""

import pathlib
import re

HERE = pathlib.Path(__file__).parent
DATA = HERE / "../../tests/data"
BASE = "1.3.6.1.4.1.21239.2"
HEAD = "// Written by tables.py from {}; not to be changed by hand.\n\n"


def rows(name):
    """Each row of a file with its line, from 2."""
    lines = (DATA / name).read_text().splitlines()
    return [(line, *text.split("\t")) for line, text in enumerate(lines[1:], 2)]


def below_base(oid):
    if oid == BASE:
        return []
    return [int(arc) for arc in oid.removeprefix(BASE + ".").split(".")]


OBJECTS = [row for row in rows("series7_snmp_objects.tsv") if row[1].startswith(BASE)]
COLUMNS = {}  # (table, column) -> (name, syntax, unit)
for _, oid, name, kind, syntax, _, unit in OBJECTS:
    arcs = below_base(oid)
    if kind == "column" and len(arcs) == 3:
        COLUMNS[arcs[0], arcs[2]] = (name, syntax, unit)
PLACE = {name: place for place, (name, _, _) in COLUMNS.items()}


# --- Objects ------------------------------------------------------------------------------------------------------------


def syntax_of(text):
    if text.startswith("Enumeration"):
        labels = re.findall(r"(\w+)\((\d+)\)", text)
        return "Enumeration(&[" + ", ".join(f'({value}, "{label}")' for label, value in labels) + "])"
    if match := re.fullmatch(r"Integer32\((-?\d+)\.\.(-?\d+)\)", text):
        return f"Integer({match[1]}, {match[2]})"
    whole = {"": "None", "Integer32": "Integer(i32::MIN, i32::MAX)"}
    return whole.get(text, text)


def write_objects():
    kinds = {"node": "Node", "scalar": "Scalar", "table": "Table", "row": "Row", "column": "Column"}
    accesses = {
        "": "None",
        "noaccess": "None",
        "notifyonly": "NotifyOnly",
        "readonly": "ReadOnly",
        "readwrite": "ReadWrite",
    }
    text = HEAD.format("series7_snmp_objects.tsv")
    text += "use super::{Access, Kind, Object, Syntax, object};\n\n"
    text += "#[rustfmt::skip] // a row a line\n"
    text += f"pub(super) static TABLE: [Object; {len(OBJECTS)}] = [\n"
    for line, oid, name, kind, syntax, access, unit in OBJECTS:
        arcs = ", ".join(map(str, below_base(oid)))
        text += f'    object({line}, &[{arcs}], "{name}", Kind::{kinds[kind]}, Syntax::{syntax_of(syntax)}, '
        text += f'Access::{accesses[access]}, "{unit}"),\n'
    (HERE / "objects_table.rs").write_text(text + "];\n")


# --- Traps --------------------------------------------------------------------------------------------------------------


def write_traps():
    traps = rows("series7_snmp_traps.tsv")
    text = HEAD.format("series7_snmp_traps.tsv")
    text += "use super::{Trap, cleared, test, tripped};\n\n"
    text += "#[allow(clippy::unreadable_literal)] // numbers as the MIB has them\n"
    text += "#[rustfmt::skip] // a row a line\n"
    text += f"pub(super) static TABLE: [Trap; {len(traps)}] = [\n"
    for line, oid, name, variables in traps:
        number = oid.rsplit(".", 1)[1]
        if not variables:
            text += f'    test({line}, {number}, "{name}"),\n'
            continue
        reading, label, *rest = variables.split(",")
        with_precision = "temperaturePrecision" in rest
        assert rest == ["productFriendlyName", "alarmTripType"] + ["temperaturePrecision"] * with_precision + [
            "alarmTrigger",
            "alarmInstance",
        ]
        assert PLACE[label][0] == PLACE[reading][0]
        change = "cleared" if name.endswith("CLEAR") else "tripped"
        assert change == "cleared" or name.endswith("NOTIFY")
        table, column = PLACE[reading]
        text += f'    {change}({line}, {number}, "{name}", [{table}, {column}, {PLACE[label][1]}], '
        text += f"{str(with_precision).lower()}),\n"
    (HERE / "traps_table.rs").write_text(text + "];\n")


# --- Measures -----------------------------------------------------------------------------------------------------------

WYE, DELTA, GROUPS, OUTLETS = 25, 6, 15, 16
LINES = {"A": "L1", "B": "L2", "C": "L3", "AB": "L1L2", "BC": "L2L3", "CA": "L3L1", "Total": "Total"}
# What the end of a column's name is, without its line: quantity, statistic.
READINGS = {
    "kWattHrs": ("ActiveEnergy", "Now"),
    "Volts": ("Voltage", "Now"),
    "Voltage": ("Voltage", "Now"),
    "MV": ("Voltage", "Now"),
    "VoltMax": ("Voltage", "Max"),
    "VoltMin": ("Voltage", "Min"),
    "VoltPeak": ("Voltage", "Max"),
    "DeciAmps": ("Current", "Now"),
    "DeciAmpsPeak": ("Current", "Max"),
    "DeciAmpPeak": ("Current", "Max"),
    "RealPower": ("ActivePower", "Now"),
    "Power": ("ActivePower", "Now"),
    "ApparentPower": ("ApparentPower", "Now"),
    "PowerFactor": ("PowerFactor", "Now"),
    "TempC": ("Temperature", "Now"),
    "DewPointC": ("DewPoint", "Now"),
    "Humidity": ("RelativeHumidity", "Now"),
    "Flow": ("AirFlow", "Now"),
    "Airflow": ("AirFlow", "Now"),
    "AirSpeed": ("AirFlow", "Now"),
    "Light": ("Illuminance", "Now"),
    "Sound": ("SoundLevel", "Now"),
    "IO": ("InputLevel", "Now"),
    "Status": ("InputLevel", "Now"),
    "Dampness": ("InputLevel", "Now"),
    "Digital": ("InputLevel", "Now"),
    "Analog": ("InputLevel", "Now"),
}
SCALES = {
    "kWh": "Count(3)",
    "Volts (rms)": "Gauge(0)",
    "Volts": "Gauge(0)",
    "millivolts": "Gauge(-3)",
    "0.1 Amps (rms)": "Gauge(-1)",
    "0.1 Amps": "Gauge(-1)",
    "Watts": "Gauge(0)",
    "Volt-Amps": "Gauge(0)",
    "Degrees Celsius": "Temperature",
    "Outlet 1": "Gauge(0)",
    "Outlet 2": "Gauge(0)",
    "": "Gauge(0)",
}
LINE = r"(A|B|C|AB|BC|CA|Total)?"


def stem(table):
    return COLUMNS[table, 1][0].removesuffix("Index")


def spelled(table, place, ending, avail=4):
    """The place, and what the ending without it is; None for an ending that is no reading."""
    if ending not in READINGS:
        return None
    if ending == "VoltPeak" and (table, "VoltMax") in HAS:
        return None  # there the largest has a column of its own, so the peak is something else: that of the wave
    return place, *READINGS[ending], avail


def measure_of(table, column):
    """The place, quantity, statistic and availability column of a column, or None if it is no reading we tell."""
    name = COLUMNS[table, column][0]
    rest = name.removeprefix(stem(table))
    if table == OUTLETS:
        # The outlets' status and delays are no readings.
        return spelled(table, "Outlet", rest, 0) if rest in ("DeciAmps", "kWattHrs", "Power") else None
    if table == GROUPS and (match := re.fullmatch(r"([A-P])(Volts)?", rest)):
        return spelled(table, f"Group({ord(match[1]) - 64})", match[2] or "DeciAmps")
    if match := re.fullmatch(r"source([AB])(TempC)|(Volts|DeciAmps)([AB])", rest, re.I):  # dsts: sources, not lines
        if stem(table) == "dsts":
            source = match[1] or match[4]
            return spelled(table, f"Probe({ord(source) - 64})", match[2] or match[3])
    if match := re.fullmatch(r"(\w+?)(Tot|A|B)", rest):  # ctrl2CirTot: circuits, not lines
        if stem(table) == "ctrl2CirTot":
            circuit = {"Tot": "ProbeOn(1, Line::Total)", "A": "Probe(2)", "B": "Probe(3)"}[match[2]]
            return spelled(table, circuit, match[1])
    if match := re.fullmatch(r"IO(\d+)", rest):
        first = {"climate": 1, "climateRelay": 1, "ioExpander": 0}[stem(table)]
        return spelled(table, f"Probe({first + int(match[1])})", "IO")
    if match := re.fullmatch(r"DeciAmps(\d+)", rest):  # DM48
        return spelled(table, f"Probe({match[1]})", "DeciAmps")
    if match := re.fullmatch(r"[Oo]utlet([12])(Status)?", name.removeprefix("powMon")):
        first = {"powMon": 1, "outlet": 0}[stem(table)]
        return spelled(table, f"Probe({first + int(match[1])})", "Status")
    if match := re.fullmatch(r"(Int|Ext)(\d?)(\w+)", rest):  # t3hd, vsfc
        probe = 1 + int(match[2] or 0)
        avail = {2: 11, 3: 15}.get(probe, 4) if stem(table) == "t3hdSensor" else 4
        return spelled(table, f"Probe({probe})", match[3], avail)
    match = re.fullmatch(r"(\w+?)" + LINE, rest)
    ending, line = match[1], match[2]
    if rest in READINGS:
        ending, line = rest, None
    if table in (WYE, DELTA) and line:
        return spelled(table, f"Inlet(Line::{LINES[line]})", ending)
    return spelled(table, f"ProbeOn(1, Line::{LINES[line]})" if line else "Probe(1)", ending)


HAS = {(table, "VoltMax") for (table, column), (name, _, _) in COLUMNS.items() if "VoltMax" in name}


def write_measures():
    found = [(place, measure_of(*place)) for place in COLUMNS]
    found = [(place, measure) for place, measure in found if measure]
    text = HEAD.format("series7_snmp_objects.tsv, by the rules there")
    text += "use pdu_core::{Line, Quantity, Statistic};\n\n"
    text += "use super::{Measure, Place, Scale, measure};\n\n"
    text += "#[rustfmt::skip] // a row a line\n"
    text += f"pub(super) static TABLE: [Measure; {len(found)}] = [\n"
    for (table, column), (place, quantity, statistic, avail) in found:
        name, _, unit = COLUMNS[table, column]
        scale = "Gauge(-2)" if quantity == "PowerFactor" else "Gauge(0)" if unit == "%" else SCALES[unit]
        text += f'    measure([{table}, {column}], "{name}", Place::{place}, Quantity::{quantity}, '
        text += f"Statistic::{statistic}, Scale::{scale}, {avail}),\n"
    (HERE / "measures_table.rs").write_text(text + "];\n")


write_objects()
write_traps()
write_measures()
