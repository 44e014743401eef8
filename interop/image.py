"""What the servers of the suite hold, and what a BPS2000 means by it: written from the manual, not from the crates."""

# Registers 0 to 98 of a unit that is in use. The energy of L1 is the manual's example, 1800.120 kWh (B:1593-1604).
BPS2000 = (
    [2318, 2305, 2297]  # volts, tenths
    + [512, 430, 1]  # amperes, hundredths
    + [11500, 9400, 2]  # watts, tenths
    + [2100, 1800, 0]  # volt-amperes reactive, tenths
    + [11860, 9910, 2]  # volt-amperes, tenths
    + [5000, 4999, 5001]  # hertz, hundredths
    + [97, 95, 100]  # power factor, hundredths
    + [0, 27, 119, 184]  # active energy L1: 1800.120 kWh
    + [0, 17, 140, 48]  # active energy L2: 1150.000 kWh
    + [0, 0, 1, 224]  # active energy L3: 0.480 kWh
    + [0, 28, 0, 0]  # apparent energy L1: 1835.008 kVAh
    + [0, 18, 0, 0]  # apparent energy L2: 1179.648 kVAh
    + [0, 0, 2, 0]  # apparent energy L3: 0.512 kVAh
    + [0, 45, 5, 200]  # active energy of all: 2950.600 kWh
    + [0, 46, 2, 0]  # apparent energy of all: 3015.168 kVAh
    + [215, 65531, 228]  # degrees, tenths; the second is -0.5
    + [455, 430, 410]  # percent, tenths
    + [2, 1, 1, 2]  # door 1 closed, door 2 open, smoke yes, water no (B:1505-1513)
    + [1700, 2760] * 3  # volts, low and high alarm
    + [0, 320] * 3  # amperes, tenths here
    + [5, 44] * 3  # degrees, whole
    + [10, 99] * 3  # percent, whole
    + [0, 0, 16, 1, 0, 0, 0, 0, 0, 0, 0, 0]  # voltage of L3 high, current of L1 low
)
assert len(BPS2000) == 99

# What it means, as (component, number, line, quantity, value, unit of measure).
READINGS = [
    ("inlet", 1, "L1", "voltage", "231.8", "V"),
    ("inlet", 1, "L2", "voltage", "230.5", "V"),
    ("inlet", 1, "L3", "voltage", "229.7", "V"),
    ("inlet", 1, "L1", "current", "5.12", "A"),
    ("inlet", 1, "L2", "current", "4.30", "A"),
    ("inlet", 1, "L3", "current", "0.01", "A"),
    ("inlet", 1, "L1", "active_power", "1150.0", "W"),
    ("inlet", 1, "L2", "active_power", "940.0", "W"),
    ("inlet", 1, "L3", "active_power", "0.2", "W"),
    ("inlet", 1, "L1", "reactive_power", "210.0", "var"),
    ("inlet", 1, "L2", "reactive_power", "180.0", "var"),
    ("inlet", 1, "L3", "reactive_power", "0.0", "var"),
    ("inlet", 1, "L1", "apparent_power", "1186.0", "VA"),
    ("inlet", 1, "L2", "apparent_power", "991.0", "VA"),
    ("inlet", 1, "L3", "apparent_power", "0.2", "VA"),
    ("inlet", 1, "L1", "frequency", "50.00", "Hz"),
    ("inlet", 1, "L2", "frequency", "49.99", "Hz"),
    ("inlet", 1, "L3", "frequency", "50.01", "Hz"),
    ("inlet", 1, "L1", "power_factor", "0.97", "1"),
    ("inlet", 1, "L2", "power_factor", "0.95", "1"),
    ("inlet", 1, "L3", "power_factor", "1.00", "1"),
    ("inlet", 1, "L1", "active_energy", "1800.120", "kWh"),
    ("inlet", 1, "L2", "active_energy", "1150.000", "kWh"),
    ("inlet", 1, "L3", "active_energy", "0.480", "kWh"),
    ("inlet", 1, "L1", "apparent_energy", "1835.008", "kVAh"),
    ("inlet", 1, "L2", "apparent_energy", "1179.648", "kVAh"),
    ("inlet", 1, "L3", "apparent_energy", "0.512", "kVAh"),
    ("inlet", 1, "total", "active_energy", "2950.600", "kWh"),
    ("inlet", 1, "total", "apparent_energy", "3015.168", "kVAh"),
    ("sensor", 1, None, "temperature", "21.5", "Cel"),
    ("sensor", 2, None, "temperature", "-0.5", "Cel"),
    ("sensor", 3, None, "temperature", "22.8", "Cel"),
    ("sensor", 1, None, "relative_humidity", "45.5", "%"),
    ("sensor", 2, None, "relative_humidity", "43.0", "%"),
    ("sensor", 3, None, "relative_humidity", "41.0", "%"),
]
CONTACTS = [("door", 1, "closed"), ("door", 2, "open"), ("smoke", 1, "detected"), ("water", 1, "clear")]
ALARMS = [("L3", "voltage", "upper_critical", "critical"), ("L1", "current", "lower_critical", "critical")]
# The first six and the last two of the 24.
THRESHOLDS = [
    ("L1", "voltage", "lower_critical", "170.0", "V"),
    ("L1", "voltage", "upper_critical", "276.0", "V"),
    ("L1", "current", "lower_critical", "0.0", "A"),
    ("L1", "current", "upper_critical", "32.0", "A"),
    (None, "temperature", "lower_critical", "5", "Cel"),
    (None, "temperature", "upper_critical", "44", "Cel"),
    (None, "relative_humidity", "lower_critical", "10", "%"),
    (None, "relative_humidity", "upper_critical", "99", "%"),
]

# The tables beyond the unit: what `interop-serve` and the pymodbus server hold for the other functions.
COUNT = 200
HOLDING = BPS2000 + list(range(99, COUNT))
INPUT = [2 * address for address in range(COUNT)]
COILS = [address % 3 == 0 for address in range(COUNT)]
DISCRETE = [address % 5 == 0 for address in range(COUNT)]

# What function 43/14 tells.
IDENTITY = {"VendorName": "BKT", "ProductCode": "BPS2000v2", "MajorMinorRevision": "V1.0"}
