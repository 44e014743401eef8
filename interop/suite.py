"""The interoperability suite: `suite.py DIRECTORY-OF-OUR-PROGRAMS [part]...`; `interop/run` prepares all that it needs. Modbus and
IsoTek are here, SNMP in `snmp_parts.py`, consoles in `telnet_parts.py`, the 7-series over HTTP in `series7_parts.py`.

One line a check; a wrong value is a failure and so is anything that does not end in time.
"""

import json
import re
import sys
import time

from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.pdu import DecodePDU, FileRecord
from pymodbus.pdu import bit_message as bits
from pymodbus.pdu import diag_message as diagnostics
from pymodbus.pdu import file_message as files
from pymodbus.pdu import mei_message as identification
from pymodbus.pdu import other_message as other
from pymodbus.pdu import register_message as registers

import image
import series7_parts
import snmp_parts
import telnet_parts
from room import HERE, PROGRAMS, START_SECONDS, Typist, main, run

KINDS = ["tcp", "rtu-tcp", "rtu"]


### Our client asks pymodbus ###


def pymodbus_server(room, kind):
    """Starts one, and says where our programs find it."""
    server = [sys.executable, "-B", HERE / "pymodbus_server.py", kind]
    if kind == "rtu":
        here, there = room.line()
        room.start(*server, there)
        return str(here)
    return f"127.0.0.1:{room.start(*server)}"


def our_client_asks_pymodbus(checks, room, kind):
    """Every function that pymodbus serves. pymodbus makes the requests and reads the answers; we carry both."""
    place = f"{kind}:{pymodbus_server(room, kind)}"

    def ask(*requests):
        texts = [(bytes([request.function_code]) + request.encode()).hex() for request in requests]
        lines = run(PROGRAMS / "interop-ask", place, 1, *texts).split("\n")
        decoder = DecodePDU(False)
        return [line if line.startswith("error") else decoder.decode(bytes.fromhex(line)) for line in lines if line]

    def one(request):
        return ask(request)[0]

    def check(number, what, expected, found):
        checks.equal(f"{number:>8} {what}", expected, found)

    read = registers.ReadHoldingRegistersRequest(address=0, count=99)
    check("03", "99 registers", image.BPS2000, one(read).registers)
    check("03", "1 register", [2318], one(registers.ReadHoldingRegistersRequest(address=0, count=1)).registers)
    full = registers.ReadHoldingRegistersRequest(address=75, count=125)
    check("03", "125 registers, the most", image.HOLDING[75:], one(full).registers)
    check("04", "20 registers", image.INPUT[40:60], one(registers.ReadInputRegistersRequest(address=40, count=20)).registers)
    check("01", "19 coils", image.COILS[5:24], one(bits.ReadCoilsRequest(address=5, count=19)).bits[:19])
    check("02", "10 inputs", image.DISCRETE[:10], one(bits.ReadDiscreteInputsRequest(address=0, count=10)).bits[:10])

    answer = one(bits.WriteSingleCoilRequest(address=100, bits=[True]))
    check("05", "coil on", (100, [True]), (answer.address, answer.bits[:1]))
    answer = one(registers.WriteSingleRegisterRequest(address=64, registers=[2500]))
    check("06", "register", (64, [2500]), (answer.address, answer.registers))
    values = [index % 2 == 1 for index in range(13)]
    answer = one(bits.WriteMultipleCoilsRequest(address=110, bits=values))
    check("15", "13 coils", (110, 13), (answer.address, answer.count))
    answer = one(registers.WriteMultipleRegistersRequest(address=120, registers=[7, 65535, 0]))
    check("16", "3 registers", (120, 3), (answer.address, answer.count))
    answer = one(registers.MaskWriteRegisterRequest(address=130, and_mask=0x00F2, or_mask=0x0025))
    check("22", "mask", (130, 0xF2, 0x25), (answer.address, answer.and_mask, answer.or_mask))
    both = registers.ReadWriteMultipleRegistersRequest(
        read_address=120, read_count=4, write_address=123, write_registers=[42, 43]
    )
    check("23", "the write comes before the read", [7, 65535, 0, 42], one(both).registers)

    coils = one(bits.ReadCoilsRequest(address=100, count=23)).bits[:23]
    check("01", "coils as written", [True] + image.COILS[101:110] + values, coils)
    written = one(registers.ReadHoldingRegistersRequest(address=120, count=11)).registers
    masked = (130 & 0xF2) | (0x25 & ~0xF2)
    check("03", "registers as written", [7, 65535, 0, 42, 43, *range(125, 130), masked], written)

    check("07", "status", 0, one(other.ReadExceptionStatusRequest()).status)
    answer = one(diagnostics.ReturnQueryDataRequest(b"\xa5\x37"))
    check("08/00", "query data comes back", b"\xa5\x37", answer.message)
    answer = one(diagnostics.ReturnBusMessageCountRequest())
    check("08/0b", "a count", 0x0B, answer.sub_function_code)
    check("11", "event counter", (11, True), event_counter(one(other.GetCommEventCounterRequest())))
    check("12", "event log", 12, one(other.GetCommEventLogRequest()).function_code)
    answer = one(other.ReportDeviceIdRequest())
    check("17", "id names the product", True, b"BPS2000v2" in answer.identifier)
    answer = one(files.ReadFileRecordRequest([FileRecord(file_number=4, record_number=1, record_length=20)]))
    check("20", "file record", b"SERVER DUMMY RECORD.", answer.records[0].record_data)
    record = FileRecord(file_number=4, record_number=7, record_data=b"\x06\xaf\x04\xbe")
    check("21", "file record", b"\x06\xaf\x04\xbe", one(files.WriteFileRecordRequest([record])).records[0].record_data)
    check("24", "queue", 24, one(files.ReadFifoQueueRequest(address=0x04DE)).function_code)
    answer = one(identification.ReadDeviceInformationRequest(read_code=1))
    names = [value.encode() for value in image.IDENTITY.values()]
    check("43/14", "identification", dict(enumerate(names)), answer.information)
    answer = one(identification.ReadDeviceInformationRequest(read_code=4, object_id=1))
    check("43/14", "one object", {1: b"BPS2000v2"}, answer.information)
    answer = one(registers.ReadHoldingRegistersRequest(address=199, count=2))
    check("03", "beyond the table: exception 2", (3, 2), (answer.function_code & 0x7F, answer.exception_code))

    many = ask(*(registers.ReadInputRegistersRequest(address=address, count=2) for address in range(40)))
    check("04", "40 requests in a row", [image.INPUT[n : n + 2] for n in range(40)], [answer.registers for answer in many])


def event_counter(answer):
    return answer.function_code, answer.count >= 0


def url(kind, place):
    form = {"tcp": "modbus-tcp://{}", "rtu-tcp": "modbus-rtu-tcp://{}", "rtu": "modbus-rtu://{}?baud=9600"}[kind]
    return form.format(place)


def read_json(url):
    [unit] = json.loads(run(PROGRAMS / "pductl", "read", "--json", url))
    return unit


def pductl_reads_pymodbus(checks, room, kind):
    """The BPS2000's registers, served by pymodbus, mean what the manual says."""
    unit = read_json(url(kind, pymodbus_server(room, kind)))
    checks.equal("no error", None, unit["error"])
    found = [
        tuple(reading[key] for key in ["component", "number", "line", "quantity", "value", "uom"])
        for reading in unit["readings"]
    ]
    for expected, reading in zip(image.READINGS, found, strict=True):
        component, number, line, quantity, value, uom = expected
        checks.equal(f"{component}{number} {line or ''} {quantity} {value} {uom}", expected, reading)
    checks.equal("all good", {"good"}, {reading["quality"] for reading in unit["readings"]})
    contacts = [(contact["kind"], contact["number"], contact["state"]) for contact in unit["contacts"]]
    checks.equal("contacts", image.CONTACTS, contacts)
    alarms = [(alarm["line"], alarm["quantity"], alarm["level"], alarm["severity"]) for alarm in unit["alarms"]]
    checks.equal("alarms", image.ALARMS, alarms)
    thresholds = [
        tuple(threshold[key] for key in ["line", "quantity", "level", "value", "uom"]) for threshold in unit["thresholds"]
    ]
    checks.equal("24 thresholds", 24, len(thresholds))
    for threshold in image.THRESHOLDS:
        checks.equal(f"threshold {threshold}", True, threshold in thresholds)


### pymodbus asks our servers ###


def pymodbus_client(room, kind, place):
    if kind == "rtu":
        client = ModbusSerialClient(str(place), baudrate=9600, timeout=3, retries=0)
    else:
        host, port = place.rsplit(":", 1)
        framer = FramerType.SOCKET if kind == "tcp" else FramerType.RTU
        client = ModbusTcpClient(host, port=int(port), framer=framer, timeout=3, retries=0)
    room.stack.callback(client.close)
    if not client.connect():
        raise ConnectionError(f"pymodbus does not reach {place}")
    return client


def our_server(room, kind):
    """Starts one, and says where others find it."""
    if kind == "rtu":
        here, there = room.line()
        room.start(PROGRAMS / "interop-serve", f"rtu:{there}")
        return str(here)
    return room.start(PROGRAMS / "interop-serve", f"{kind}:127.0.0.1:0")


def pymodbus_asks_our_server(checks, room, kind):
    """Every function that our server has."""
    client = pymodbus_client(room, kind, our_server(room, kind))

    def check(number, what, expected, found):
        checks.equal(f"{number:>8} {what}", expected, found)

    check("03", "99 registers", list(range(99)), client.read_holding_registers(0, count=99).registers)
    check("03", "125 registers, the most", list(range(75, 200)), client.read_holding_registers(75, count=125).registers)
    check("04", "20 registers", image.INPUT[40:60], client.read_input_registers(40, count=20).registers)
    check("01", "19 coils", image.COILS[5:24], client.read_coils(5, count=19).bits[:19])
    check("02", "10 inputs", image.DISCRETE[:10], client.read_discrete_inputs(0, count=10).bits[:10])
    check("05", "coil on", [True], client.write_coil(100, True).bits[:1])
    check("06", "register", [2500], client.write_register(64, 2500).registers)
    values = [index % 2 == 1 for index in range(13)]
    check("15", "13 coils", 13, client.write_coils(110, values).count)
    check("16", "3 registers", 3, client.write_registers(120, [7, 65535, 0]).count)
    answer = client.mask_write_register(address=130, and_mask=0x00F2, or_mask=0x0025)
    check("22", "mask", (130, 0xF2, 0x25), (answer.address, answer.and_mask, answer.or_mask))
    answer = client.readwrite_registers(read_address=120, read_count=4, write_address=123, values=[42, 43])
    check("23", "the write comes before the read", [7, 65535, 0, 42], answer.registers)
    check("01", "coils as written", [True] + image.COILS[101:110] + values, client.read_coils(100, count=23).bits[:23])
    masked = (130 & 0xF2) | (0x25 & ~0xF2)
    written = client.read_holding_registers(120, count=11).registers
    check("03", "registers as written", [7, 65535, 0, 42, 43, *range(125, 130), masked], written)
    check("07", "status", 0x6D, client.read_exception_status().status)
    check("08/00", "query data comes back", b"\xa5\x37", client.diag_query_data(b"\xa5\x37").message)
    check("11", "event counter", 264, client.diag_get_comm_event_counter().count)
    answer = client.diag_get_comm_event_log()
    check("12", "event log", (264, 289, [0x20, 0]), (answer.event_count, answer.message_count, list(answer.events)))
    answer = client.report_device_id()  # the last byte is the run indicator to pymodbus, the second to libmodbus
    check("17", "id, running", (b"\x42\xffBPS", True), (answer.identifier, answer.status))
    if kind == "tcp":  # pymodbus 3.16 takes such an answer for two bytes shorter than it is, where it frames by length
        check("24", "queue", [440, 4740], client.read_fifo_queue(address=0x04DE).values)
    names = [value.encode() for value in image.IDENTITY.values()]
    check("43/14", "identification", dict(enumerate(names)), client.read_device_information(read_code=1).information)
    exception(checks, "03", "beyond the table", client.read_holding_registers(199, count=2), 2)
    record = FileRecord(file_number=4, record_number=1, record_length=20)
    exception(checks, "20", "a function that it has not", client.read_file_record([record]), 1)


def exception(checks, number, what, answer, code):
    checks.equal(f"{number:>8} {what}: exception {code}", (True, code), (answer.isError(), getattr(answer, "exception_code", answer)))


def simulator(room, kind):
    """Starts a simulated BPS2000, and says where others and where pductl find it."""
    if kind == "rtu":
        here, there = room.line()
        room.start(PROGRAMS / "pductl", "simulate", "bps2000-rtu", "--device", there, "--seed", 7)
        return str(here)
    return room.start(PROGRAMS / "pductl", "simulate", "bps2000-modbus", "--listen", "127.0.0.1:0", "--seed", 7)


def pymodbus_asks_simulator(checks, room, kind):
    """The simulated BPS2000 as pymodbus sees it, and as pductl sees it just after."""
    place = simulator(room, kind)
    client = pymodbus_client(room, kind, place)
    row = client.read_holding_registers(0, count=99).registers
    checks.equal("99 registers", 99, len(row))
    checks.true("voltages are those of a mains", all(2000 <= volts <= 2600 for volts in row[:3]), row[:3])
    checks.true("energy has one byte a register", all(byte <= 255 for byte in row[21:53]), row[21:53])
    checks.true("contacts are 1 or 2", all(contact in (1, 2) for contact in row[59:63]), row[59:63])
    checks.true("alarms are 0, 1 or 16", all(alarm in (0, 1, 16) for alarm in row[87:]), row[87:])
    checks.equal("a part is the same as in the whole", row[63:87], client.read_holding_registers(63, count=24).registers)

    low, high = row[63:65]
    checks.equal("06 writes a threshold", [high - 10], client.write_register(64, high - 10).registers)
    checks.equal("it reads back", [low, high - 10], client.read_holding_registers(63, count=2).registers)
    exception(checks, "03", "from 98 on, 2 registers", client.read_holding_registers(98, count=2), 2)
    exception(checks, "06", "a measured value", client.write_register(0, 1), 2)
    exception(checks, "04", "input registers", client.read_input_registers(0, count=1), 1)
    exception(checks, "16", "several registers", client.write_registers(63, [1, 2]), 1)
    exception(checks, "01", "coils", client.read_coils(0, count=1), 1)

    before = client.read_holding_registers(0, count=99).registers
    client.close()
    unit = read_json(url(kind, place))
    after = {(reading["line"], reading["quantity"]): reading["value"] for reading in unit["readings"]}
    for line, first in [("L1", 21), ("L2", 25), ("L3", 29), ("total", 45)]:
        watt_hours = int.from_bytes(bytes(before[first : first + 4]), "big")
        advance = round(float(after[line, "active_energy"]) * 1000) - watt_hours
        checks.true(f"energy {line}: the manual's formula, as pductl has it", 0 <= advance <= 100, advance)
    thresholds = {(row["line"], row["quantity"], row["level"]): row["value"] for row in unit["thresholds"]}
    checks.equal("pductl reads the threshold", f"{(high - 10) / 10:.1f}", thresholds["L1", "voltage", "upper_critical"])


### libmodbus asks our servers ###


def mbpoll(kind, place, *options, status=0):
    if kind == "rtu":
        where = ["-m", "rtu", "-b", "9600", "-P", "none", place]
    else:
        host, port = place.rsplit(":", 1)
        where = ["-m", "tcp", "-p", port, host]
    options, values = ([word for word in options if not isinstance(word, int)], [word for word in options if isinstance(word, int)])
    return run("mbpoll", "-0", "-1", "-o", "3", "-a", "1", *options, *where, *values, status=status)


def values_of(text):
    """The values of lines as `[63]: 	1700`, or with a sign behind: `65531 (-5)`."""
    return [int(value, 0) for value in re.findall(r"^\[\d+\]:\s+(0x[0-9A-F]+|\d+)", text, re.MULTILINE)]


def libmodbus_asks_our_server(checks, room, kind):
    """The data functions, through libmodbus."""
    place = our_server(room, kind)

    def check(number, what, expected, *options):
        checks.equal(f"{number:>8} {what}", expected, values_of(mbpoll(kind, place, *options)))

    def write(number, what, *options):
        checks.true(f"{number:>8} {what}", "Written" in mbpoll(kind, place, *options), "not written")

    check("03", "99 registers", list(range(99)), "-t", "4", "-r", "0", "-c", "99")
    check("03", "125 registers, the most", list(range(75, 200)), "-t", "4", "-r", "75", "-c", "125")
    check("04", "20 registers", image.INPUT[40:60], "-t", "3", "-r", "40", "-c", "20")
    check("01", "19 coils", [int(coil) for coil in image.COILS[5:24]], "-t", "0", "-r", "5", "-c", "19")
    check("02", "10 inputs", [int(bit) for bit in image.DISCRETE[:10]], "-t", "1", "-r", "0", "-c", "10")
    write("05", "coil on", "-t", "0", "-r", "100", 1)
    write("06", "register", "-t", "4", "-r", "64", 2500)
    write("15", "3 coils", "-t", "0", "-r", "110", 0, 1, 1)
    write("16", "3 registers", "-t", "4", "-r", "120", 7, 65535, 0)
    check("01", "coil as written", [1], "-t", "0", "-r", "100", "-c", "1")
    check("01", "coils as written", [0, 1, 1], "-t", "0", "-r", "110", "-c", "3")
    check("03", "register as written", [2500], "-t", "4", "-r", "64", "-c", "1")
    check("03", "registers as written", [7, 65535, 0], "-t", "4", "-r", "120", "-c", "3")
    refused = mbpoll(kind, place, "-t", "4", "-r", "199", "-c", "2", status=1)
    checks.equal(f"{'03':>8} beyond the table: illegal data address", [], values_of(refused))
    if kind == "rtu":
        found = re.findall(r"(?:Id|Status) *: (.*)", mbpoll(kind, place, "-u"))
        checks.equal(f"{'17':>8} id, running", ["0x42", "On"], found)


def libmodbus_asks_simulator(checks, room, kind):
    """The simulated BPS2000 as libmodbus sees it."""
    place = simulator(room, kind)
    row = values_of(mbpoll(kind, place, "-t", "4", "-r", "0", "-c", "99"))
    checks.equal("99 registers", 99, len(row))
    checks.true("voltages are those of a mains", all(2000 <= volts <= 2600 for volts in row[:3]), row[:3])
    low, high = row[63:65]
    checks.true("06 writes a threshold", "Written 1" in mbpoll(kind, place, "-t", "4", "-r", "64", high - 10), "not written")
    checks.equal("it reads back", [low, high - 10], values_of(mbpoll(kind, place, "-t", "4", "-r", "63", "-c", "2")))
    for what, options in {
        "registers beyond 98 are refused": ["-t", "4", "-r", "98", "-c", "2"],
        "input registers are refused": ["-t", "3", "-r", "0", "-c", "1"],
        "coils are refused": ["-t", "0", "-r", "0", "-c", "1"],
    }.items():
        checks.equal(what, [], values_of(mbpoll(kind, place, *options, status=1)))
    mbpoll(kind, place, "-t", "4", "-r", "0", 1, status=1)
    checks.equal("a measured value is not written", True, values_of(mbpoll(kind, place, "-t", "4", "-r", "0", "-c", "1"))[0] > 2000)


### A person at a simulated IsoTek unit: nc and socat ###

STATUS = r"^>?CH0=1\|\d{3}\|\d+\|\n(CH\d+=[01]\|\d+\|\d+\|\n){16}RTC=\d{4}\|\d\d\|\d\d\|\d\d\|\d\d\|\d\d\|\nOK\n>"


def isotek_unit(room, *options):
    return room.start(PROGRAMS / "pductl", "simulate", "isotek", "--seed", 7, *options)


def typed(checks, typist):
    """The commands of the manual, with each of the ends that a line may have."""
    checks.true("a status comes unasked", typist.sees(STATUS), typist.shown)
    typist.forget()
    checks.true("and another", typist.sees(STATUS), typist.shown)
    for name, end_of_line in {"LF": "\n", "CR": "\r", "CR LF": "\r\n"}.items():
        typist.type(f"S3=0{end_of_line}")
        checks.true(f"S3=0 {name}: OK, and CH3 goes off", typist.sees(r"^OK\n>(.|\n)*^CH3=0\|0\|0\|$"), typist.shown)
        typist.forget()
        typist.type(f"S3=1{end_of_line}")
        checks.true(f"S3=1 {name}: CH3 goes on", typist.sees(r"^CH3=1\|\d{3}\|\d+\|$"), typist.shown)
        typist.forget()
    typist.type("A?\n")
    checks.true("A? tells serial number and MAC", typist.sees(r"^>?A=SIM0007\|02:00(:[0-9A-F]{2}){4}\|.*\|$"), typist.shown)
    typist.type("C5=Amp left|2|10|\nC?\n")
    checks.true("C? lists what C5= stored", typist.sees(r"^C4=Outlet 4\|1\|0\|\nC5=Amp left\|2\|10\|$"), typist.shown)
    record = "1|2|amp/left|00:00|0|350|1|5|0|0|3|"
    typist.type(f"P=1\nPW={record}\nP?\n")
    checks.true("P? lists what PW= stored", typist.sees(rf"^>?P1={re.escape(record)}\nOK$"), typist.shown)
    typist.type("T=2031|02|28|23|59|57|\n")
    checks.true("T= sets the clock, which goes on", typist.sees(r"^RTC=2031\|03\|01\|00\|00\|0\d\|$"), typist.shown)
    typist.forget()
    typist.type(" G\nGG\ng\nS17=0\n")
    checks.true("lines that are none change nothing", typist.sees(r"^CH16=1\|(.|\n)*^CH16=1\|"), typist.shown)
    typist.forget()
    typist.type("G\n")
    checks.true("G: all go off", typist.sees(r"^(CH\d+=0\|0\|0\|\n){16}RTC"), typist.shown)


def nc_and_socat_at_a_unit(checks, room, kind):
    """As a person would type. Over TCP there are two of them, and one sees what the other does."""
    if kind == "pty at 115200 8N1":
        path = isotek_unit(room, "--pty")
        typed(checks, Typist(room, "socat", "-", f"file:{path},b115200,cs8,parenb=0,cstopb=0,rawer"))
        return
    host, port = isotek_unit(room, "--listen", "127.0.0.1:0").rsplit(":", 1)
    if kind == "nc over TCP":
        watcher = Typist(room, "socat", "-", f"tcp:{host}:{port}")
        typed(checks, Typist(room, "nc", host, port))
        checks.true("the other client sees all off", watcher.sees(r"^(CH\d+=0\|0\|0\|\n){16}RTC"), watcher.shown)
        return
    typist = Typist(room, "socat", "-", f"tcp:{host}:{port}")
    typed(checks, typist)
    typist.type("X\n")
    checks.true("X: OK", typist.sees(r"^OK\n>$"), typist.shown)
    typist.process.stdin.close()
    checks.equal("and the connection ends", 0, typist.process.wait(START_SECONDS))


def a_broadcast_finds_units(checks, room, kind):
    """Two units and whoever asks, each in a network namespace of its own, on one bridge: `A?` to 255.255.255.255:501."""
    words = ["unshare", "--user", "--map-root-user", "--net", "bash", HERE / "isotek_broadcast.sh", PROGRAMS / "pductl"]
    lines = [line.split("\t", 1) for line in run(*words).splitlines()]
    found = {name: [text for key, text in lines if key == name] for name in ["socat", "pductl"]}
    answers = sorted(re.findall(r"A=(\w+)\|([0-9A-F:]+)\|", "\n".join(found["socat"])))
    macs = ["02:00:00:00:00:0B", "02:00:00:00:00:0C"]
    checks.equal("socat: both answer", [("SIM0011", macs[0]), ("SIM0012", macs[1])], answers)
    units = json.loads("".join(found["pductl"]))
    checks.equal("pductl discover: both, by their addresses", 2, len(units))
    for unit, serial, address in zip(sorted(map(json.dumps, units)), ["SIM0011", "SIM0012"], ["10.77.0.11", "10.77.0.12"]):
        checks.true(f"{serial} at {address}", serial in unit and address in unit, unit)


### All ###

PARTS = [
    (our_client_asks_pymodbus, KINDS),
    (pductl_reads_pymodbus, KINDS),
    (pymodbus_asks_our_server, KINDS),
    (pymodbus_asks_simulator, ["tcp", "rtu"]),
    (libmodbus_asks_our_server, ["tcp", "rtu"]),
    (libmodbus_asks_simulator, ["tcp", "rtu"]),
    (nc_and_socat_at_a_unit, ["nc over TCP", "socat over TCP", "pty at 115200 8N1"]),
    (a_broadcast_finds_units, ["network namespaces"]),
]


sys.exit(main(PARTS + snmp_parts.PARTS + telnet_parts.PARTS + series7_parts.PARTS, sys.argv[2:]))
