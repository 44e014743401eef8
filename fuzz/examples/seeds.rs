//! Writes the seeds that are made of real frames into `corpus/`, and leaves all other files alone:
//! `cargo +nightly run --example seeds` in `fuzz/`.

use std::fs;
use std::path::Path;

use pdu_fuzz::wire::with_crc;
use pdu_proto_modbus::bps2000::REGISTER_COUNT;
use pdu_proto_modbus::wire::tcp;

/// A request and its answer for each function: the standard's own examples (V1.1b3, 6), and an exception.
const EXCHANGES: [(&str, &[u8], &[u8]); 21] = [
    ("01", &[0x01, 0x00, 0x13, 0x00, 0x13], &[0x01, 0x03, 0xCD, 0x6B, 0x05]),
    ("02", &[0x02, 0x00, 0xC4, 0x00, 0x16], &[0x02, 0x03, 0xAC, 0xDB, 0x35]),
    (
        "03",
        &[0x03, 0x00, 0x6B, 0x00, 0x03],
        &[0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64],
    ),
    ("04", &[0x04, 0x00, 0x08, 0x00, 0x01], &[0x04, 0x02, 0x00, 0x0A]),
    ("05", &[0x05, 0x00, 0xAC, 0xFF, 0x00], &[0x05, 0x00, 0xAC, 0xFF, 0x00]),
    ("06", &[0x06, 0x00, 0x01, 0x00, 0x03], &[0x06, 0x00, 0x01, 0x00, 0x03]),
    ("07", &[0x07], &[0x07, 0x6D]),
    ("08", &[0x08, 0x00, 0x00, 0xA5, 0x37], &[0x08, 0x00, 0x00, 0xA5, 0x37]),
    (
        "08-counter",
        &[0x08, 0x00, 0x0B, 0x00, 0x00],
        &[0x08, 0x00, 0x0B, 0x00, 0x17],
    ),
    ("11", &[0x0B], &[0x0B, 0xFF, 0xFF, 0x01, 0x08]),
    (
        "12",
        &[0x0C],
        &[0x0C, 0x08, 0x00, 0x00, 0x01, 0x08, 0x01, 0x21, 0x20, 0x00],
    ),
    (
        "15",
        &[0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01],
        &[0x0F, 0x00, 0x13, 0x00, 0x0A],
    ),
    (
        "16",
        &[0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02],
        &[0x10, 0x00, 0x01, 0x00, 0x02],
    ),
    ("17", &[0x11], &[0x11, 0x03, 0x42, 0xFF, 0x07]),
    (
        "20",
        &[
            0x14, 0x0E, 0x06, 0x00, 0x04, 0x00, 0x01, 0x00, 0x02, 0x06, 0x00, 0x03, 0x00, 0x09, 0x00, 0x02,
        ],
        &[
            0x14, 0x0C, 0x05, 0x06, 0x0D, 0xFE, 0x00, 0x20, 0x05, 0x06, 0x33, 0xCD, 0x00, 0x40,
        ],
    ),
    (
        "21",
        &[
            0x15, 0x0D, 0x06, 0x00, 0x04, 0x00, 0x07, 0x00, 0x03, 0x06, 0xAF, 0x04, 0xBE, 0x10, 0x0D,
        ],
        &[
            0x15, 0x0D, 0x06, 0x00, 0x04, 0x00, 0x07, 0x00, 0x03, 0x06, 0xAF, 0x04, 0xBE, 0x10, 0x0D,
        ],
    ),
    (
        "22",
        &[0x16, 0x00, 0x04, 0x00, 0xF2, 0x00, 0x25],
        &[0x16, 0x00, 0x04, 0x00, 0xF2, 0x00, 0x25],
    ),
    (
        "23",
        &[
            0x17, 0x00, 0x03, 0x00, 0x06, 0x00, 0x0E, 0x00, 0x03, 0x06, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0xFF,
        ],
        &[
            0x17, 0x0C, 0x00, 0xFE, 0x0A, 0xCD, 0x00, 0x01, 0x00, 0x03, 0x00, 0x0D, 0x00, 0xFF,
        ],
    ),
    (
        "24",
        &[0x18, 0x04, 0xDE],
        &[0x18, 0x00, 0x06, 0x00, 0x02, 0x01, 0xB8, 0x12, 0x84],
    ),
    (
        "43",
        &[0x2B, 0x0E, 0x01, 0x00],
        &[
            0x2B, 0x0E, 0x01, 0x01, 0x00, 0x00, 0x03, 0x00, 0x03, b'B', b'K', b'T', 0x01, 0x02, b'B', b'P', 0x02, 0x02,
            b'V', b'2',
        ],
    ),
    ("exception", &[0x03, 0x00, 0x63, 0x00, 0x01], &[0x83, 0x02]),
];

fn main() {
    for (name, request, response) in EXCHANGES {
        let name = format!("function-{name}");
        write("modbus_request", &name, request);
        write("modbus_response", &name, response);
        let len = u8::try_from(request.len()).expect("short");
        write("modbus_exchange", &name, &[&[0x80 | len], request, response].concat());
    }
    for (name, request, response) in EXCHANGES.into_iter().step_by(4) {
        let frame = |message: &[u8]| [&[0x01, 0x01], message].concat();
        write("modbus_rtu_frame", &format!("request-{name}"), &frame(request));
        write("modbus_rtu_frame", &format!("response-{name}"), &frame(response));
    }
    let sealed = [&[0x00][..], &with_crc(&[0x01, 0x03, 0x02, 0x09, 0x0E])].concat();
    write("modbus_rtu_frame", "manual-b1438", &sealed);
    let mut stream = Vec::new();
    for (transaction, (_, request, _)) in (1..).zip(EXCHANGES) {
        let mut frame = [0; tcp::MAX_FRAME];
        let len = tcp::encode(transaction, 1, request, &mut frame).expect("a good request");
        stream.extend_from_slice(&frame[..len]);
    }
    write("modbus_tcp_stream", "all-requests", &stream);
    write("modbus_tcp_stream", "first-and-a-half", &stream[..18]);
    write("modbus_tcp_stream", "other-protocol", b"GET / HTTP/1.0\r\n\r\n");
    write("modbus_values", "energy", &words(&[0, 27, 119, 184]));
    write(
        "modbus_values",
        "float",
        &words(&[0x4367, 0xCCCD, 0x1234, 0xFFFF, 0x0100]),
    );
    write("bps2000_readout", "all-zero", &words(&[0; REGISTER_COUNT as usize]));
    write(
        "bps2000_readout",
        "in-use",
        &[words(&registers_in_use()), vec![0]].concat(),
    );
    write(
        "bps2000_readout",
        "repaired",
        &[words(&[0xFFFF; REGISTER_COUNT as usize]), vec![1]].concat(),
    );
    // Place, what, the pair's form: 250.0 V high at L1, 16.00 A, 40 degrees, 70 %.
    write(
        "bps2000_threshold",
        "voltage",
        &[0x01, 0x40, 0xA2, 0x09, 0xC4, 0x06, 0xA4, 0x0A, 0xC8],
    );
    write(
        "bps2000_threshold",
        "current",
        &[0x02, 0x41, 0xA2, 0x00, 0xA0, 0x00, 0x00, 0x01, 0x40],
    );
    write(
        "bps2000_threshold",
        "temperature",
        &[0x04, 0x42, 0xA3, 0x00, 0x28, 0x00, 0x05, 0x00, 0x2C],
    );
    write(
        "bps2000_threshold",
        "humidity",
        &[0x05, 0x03, 0x83, 0x00, 0x46, 0x00, 0x14, 0x00, 0x63],
    );
}

/// A unit that carries some load on three lines; the energy of L1 is the manual's 1800.120 kWh (B:1593-1604).
fn registers_in_use() -> [u16; REGISTER_COUNT as usize] {
    let mut registers = [0; REGISTER_COUNT as usize];
    let gauges = [
        2318, 2305, 2297, 512, 430, 1, 1150, 940, 2, 210, 180, 0, 1186, 991, 2, 5000, 5000, 5000, 97, 95, 100,
    ];
    registers[..21].copy_from_slice(&gauges);
    for (index, byte) in registers[21..53].iter_mut().enumerate() {
        *byte = [0, 27, 119, 184][index % 4];
    }
    registers[53..63].copy_from_slice(&[215, 220, 228, 455, 430, 410, 2, 2, 1, 1]);
    for pair in registers[63..75].chunks_exact_mut(2) {
        pair.copy_from_slice(&[0, 2760]);
    }
    for pair in registers[75..87].chunks_exact_mut(2) {
        pair.copy_from_slice(&[5, 44]);
    }
    registers[90] = 16;
    registers
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn write(target: &str, name: &str, bytes: &[u8]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&directory).expect("corpus directory");
    fs::write(directory.join(name), bytes).expect("seed");
}
