//! Writes the seeds that are made of real frames into `corpus/`, and leaves all other files alone:
//! `cargo +nightly run --example seeds` in `fuzz/`.

use std::fs;
use std::path::Path;

use pdu_fuzz::wire::with_crc;
use pdu_proto_modbus::bps2000::REGISTER_COUNT;
use pdu_proto_modbus::wire::tcp;
use pdu_proto_snmp::notification::{SNMP_TRAP_OID, SYS_UP_TIME};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::wire::v3::Scoped;
use pdu_proto_snmp::wire::{Body, Operation, Value, VarBind};

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

/// Messages of net-snmp 5.9.3: v1 and v2c.
const SNMP_MESSAGES: [(&str, &str); 9] = [
    (
        "get-v1",
        "303702010004067075626C6963A02A02044210E28F020100020100301C300C06082B060102010103000500300C06082B060102010105000500",
    ),
    (
        "bulk",
        "303602010104067075626C6963A52902044C8693F2020101020119301B300C06082B060102010103000500300B06072B0601020102020500",
    ),
    (
        "set",
        "30819A020101040770726976617465A3818B020404435CBE020100020100307D3011060B2B06010401BF08CE0F01000202FF7F3011060B2B06010401BF08CE0F020004026F6E3013060B2B06010401BF08CE0F03004004C0A800A33014060B2B06010401BF08CE0F0400420500FFFFFFFF3016060B2B06010401BF08CE0F050044079F78044367CCCD3012060B2B06010401BF08CE0F06000603883703",
    ),
    (
        "response",
        "305E02010104067075626C6963A25102010702010002010030463010060B2B060102011F0101010602460100300F060A2B0601020102020105024201003010060B2B060102011F0101010603460100300F060A2B060102010202010503420100",
    ),
    (
        "exceptions",
        "302C02010104067075626C6963A21F0201070201000201003014300806042B0601028000300806042B0601028000",
    ),
    (
        "trap-v1",
        "303C02010004067075626C6963A42F060A2B06010401BF0803020A4004C0A800A30201060201114301373012301006082B0601020101050004047261636B",
    ),
    (
        "trap-v2",
        "304302010104067075626C6963A7360204178DE6480201000201003028300D06082B060102010103004301373017060A2B06010603010104010006092B0601060301010501",
    ),
    (
        "inform",
        "304302010104067075626C6963A6360204245588C10201000201003028300D06082B060102010103004301373017060A2B06010603010104010006092B0601060301010501",
    ),
    (
        "empty-integer",
        "302D02010104067075626C6963A2200201070201000201003015300806042B0601010200300906042B06010202012A",
    ),
];

/// The same of v3: a probe, the report that answers it, an encrypted request.
const SNMP_V3_MESSAGES: [(&str, &str); 3] = [
    (
        "probe",
        "303E0201033011020460851691020300FFE30401040201030410300E0400020100020100040004000400301404000400A00E02043D2BE6B20201000201003000",
    ),
    (
        "report",
        "30710201033011020420F2192D020300FFE30401000201030421301F041180001F8880F2287838A1A1016B000000000201010201020400040004003036041180001F8880F2287838A1A1016B000000000400A81F02043F2B022F0201000201003011300F060A2B060106030F01010400410101",
    ),
    (
        "encrypted",
        "3078020103301102046D797AC5020300FFE304010702010304323030040880001F88800102030201000201000406726561646572040C49517D5C43C4AFDF89D22DFE0408186E17E848469AF1042CBD7E3B9B84C1CDFA1E087CA2094B502C33B8CDA4D0664928A60645AC50B679411DE02CEA98F29E2396C6785C",
    ),
];

fn main() {
    for (name, request, response) in EXCHANGES {
        let name = format!("function-{name}");
        seed("modbus_request", &name, request);
        seed("modbus_response", &name, response);
        let len = u8::try_from(request.len()).expect("short");
        seed("modbus_exchange", &name, &[&[0x80 | len], request, response].concat());
    }
    for (name, request, response) in EXCHANGES.into_iter().step_by(4) {
        let frame = |message: &[u8]| [&[0x01, 0x01], message].concat();
        seed("modbus_rtu_frame", &format!("request-{name}"), &frame(request));
        seed("modbus_rtu_frame", &format!("response-{name}"), &frame(response));
    }
    let sealed = [&[0x00][..], &with_crc(&[0x01, 0x03, 0x02, 0x09, 0x0E])].concat();
    seed("modbus_rtu_frame", "manual-b1438", &sealed);
    let mut stream = Vec::new();
    for (transaction, (_, request, _)) in (1..).zip(EXCHANGES) {
        let mut frame = [0; tcp::MAX_FRAME];
        let len = tcp::encode(transaction, 1, request, &mut frame).expect("a good request");
        stream.extend_from_slice(&frame[..len]);
    }
    seed("modbus_tcp_stream", "all-requests", &stream);
    seed("modbus_tcp_stream", "first-and-a-half", &stream[..18]);
    seed("modbus_tcp_stream", "other-protocol", b"GET / HTTP/1.0\r\n\r\n");
    seed("modbus_values", "energy", &words(&[0, 27, 119, 184]));
    seed(
        "modbus_values",
        "float",
        &words(&[0x4367, 0xCCCD, 0x1234, 0xFFFF, 0x0100]),
    );
    seed("bps2000_readout", "all-zero", &words(&[0; REGISTER_COUNT as usize]));
    seed(
        "bps2000_readout",
        "in-use",
        &[words(&registers_in_use()), vec![0]].concat(),
    );
    seed(
        "bps2000_readout",
        "repaired",
        &[words(&[0xFFFF; REGISTER_COUNT as usize]), vec![1]].concat(),
    );
    // Place, what, the pair's form: 250.0 V high at L1, 16.00 A, 40 degrees, 70 %.
    seed(
        "bps2000_threshold",
        "voltage",
        &[0x01, 0x40, 0xA2, 0x09, 0xC4, 0x06, 0xA4, 0x0A, 0xC8],
    );
    seed(
        "bps2000_threshold",
        "current",
        &[0x02, 0x41, 0xA2, 0x00, 0xA0, 0x00, 0x00, 0x01, 0x40],
    );
    seed(
        "bps2000_threshold",
        "temperature",
        &[0x04, 0x42, 0xA3, 0x00, 0x28, 0x00, 0x05, 0x00, 0x2C],
    );
    seed(
        "bps2000_threshold",
        "humidity",
        &[0x05, 0x03, 0x83, 0x00, 0x46, 0x00, 0x14, 0x00, 0x63],
    );
    snmp();
    snmp_agent();
    usm();
    snmp_manager();
    snmp_receiver();
    sessions();
    isotek_device();
    isotek_lines();
    isotek_client();
    isotek_discovery();
    isotek_server();
    telnet_server();
    telnet_stream();
    telnet_console();
    telnet_session();
}

/// Streams of a console with negotiation, prompts, echoes and what a terminal would do, behind three bytes that say where reads
/// split them.
fn telnet_stream() {
    for (name, stream) in TELNET_STREAMS {
        for (index, cuts) in [[255, 255, 255], [2, 7, 30]].iter().enumerate() {
            seed("telnet_stream", &format!("{name}-{index}"), &[cuts, stream].concat());
        }
    }
    let endless = [&[255, 255, 255, 0xFF, 0xFA, 24][..], &[b'x'; 600]].concat();
    seed("telnet_stream", "subnegotiation-endless", &endless);
    seed(
        "telnet_stream",
        "subnegotiation-late",
        &[&endless[..], b"\xFF\xF0Command:"].concat(),
    );
    seed(
        "telnet_stream",
        "too-long",
        &[&[b'x'; 600][..], b"\r\nCommand:"].concat(),
    );
    seed(
        "telnet_stream",
        "sequence-endless",
        &[b"\xFF\xFF\xFF\x1B[", &[b'1'; 600][..], b"\n"].concat(),
    );
}

/// The raw console: over telnet, TCP and a serial line, with and without login, against devices that echo and negotiate or do not.
fn telnet_console() {
    let heads: [[u8; 2]; 6] = [[0, 3], [4, 2], [1, 0], [5, 1], [2, 1], [22, 0]];
    let up = [14, 0];
    // The device shows something, which stands until it counts, and is answered.
    let turns = |count: usize| [3, 10, 5].repeat(count);
    let step = |steps: &[&[u8]]| steps.concat();
    let say = |text: &[u8]| [&[0, u8::try_from(text.len()).expect("short")], text].concat();
    let scripts: [(&str, Vec<u8>); 7] = [
        ("asks", step(&[&up, &[11, 1, 11, 2, 11, 5], &turns(7), &[15, 0]])),
        (
            "cancels",
            step(&[&up, &[11, 1, 11, 2], &turns(2), &[13, 0, 5, 6, 1, 13, 0], &turns(4)]),
        ),
        (
            "silence",
            step(&[
                &up,
                &[11, 1],
                &turns(3),
                &[10, 10, 10, 15, 0, 15, 2, 14, 0, 11, 2],
                &turns(3),
            ]),
        ),
        (
            "closed",
            step(&[&up, &[11, 1, 11, 2], &turns(2), &[14, 1, 15, 2, 14, 0], &turns(3)]),
        ),
        (
            "refused",
            step(&[
                &up,
                &[11, 1],
                &turns(2),
                &say(b"\r\nlogin refused\r\nlogin: "),
                &[10, 5, 15, 0],
            ]),
        ),
        (
            "unasked",
            step(&[
                &up,
                &turns(1),
                &say(b"\r\nalarm\r\nrack> "),
                &[11, 1],
                &turns(5),
                &say(b"a> b\r\n"),
            ]),
        ),
        (
            "endless",
            step(&[
                &up,
                &[11, 1],
                &turns(3),
                &say(b"\xFF\xFA\x18"),
                &[1, 255],
                &[b'x'; 255],
                &[1, 255],
                &[b'x'; 255],
            ]),
        ),
    ];
    for (name, script) in scripts {
        seed_session("telnet_console", name, &heads, &script);
    }
}

/// The console session of the BPS2000: entries walked, settings, restarts, and what a console must not show.
fn telnet_session() {
    // Options (of which 32 knows the password), then what the unit does.
    let heads: [[u8; 2]; 5] = [[0x64, 0], [0x72, 1], [0x6D, 2], [0x34, 2], [0x44, 0]];
    let up = [14, 0];
    // The unit shows something, which stands until it counts, and is answered.
    let turns = |count: usize| [3, 10, 5].repeat(count);
    let ask = |requests: &[&[u8]]| {
        requests
            .iter()
            .flat_map(|request| [&[11], *request].concat())
            .collect::<Vec<u8>>()
    };
    let step = |steps: &[&[u8]]| steps.concat();
    let say = |text: &[u8]| [&[0, u8::try_from(text.len()).expect("short")], text].concat();
    let levels = [17, 0, 155, 0, 120, 0, 5, 0, 0];
    let scripts: [(&str, Vec<u8>); 8] = [
        (
            "reads",
            step(&[
                &up,
                &ask(&[&[0], &[1], &[0x21], &[4], &[6], &[8]]),
                &turns(16),
                &[15, 0],
                &ask(&[&[10], &[12], &[14], &[16], &[18]]),
                &turns(14),
            ]),
        ),
        (
            "sets",
            step(&[
                &up,
                &ask(&[&[5], &[9, 7], &[11, 9], &[13, 31, 144], &[15, 3, b'a', b'@', b'b']]),
                &turns(30),
            ]),
        ),
        ("thresholds", step(&[&up, &ask(&[&levels, &[19]]), &turns(16)])),
        (
            "password",
            step(&[&up, &ask(&[&[7], &[4]]), &turns(6), &[14, 2, 14, 0], &turns(6)]),
        ),
        (
            "restarts",
            step(&[
                &up,
                &ask(&[&[20], &[21]]),
                &turns(9),
                &[14, 1, 14, 2, 14, 0],
                &ask(&[&[22]]),
                &turns(6),
                &ask(&[&[24]]),
                &turns(3),
            ]),
        ),
        (
            "undocumented",
            step(&[
                &up,
                &ask(&[&[&[23, 1, 14], &b"master voltage"[..]].concat(), &[4]]),
                &turns(6),
                &[14, 2, 14, 0],
                &turns(5),
            ]),
        ),
        (
            "astray",
            step(&[
                &up,
                &ask(&[&[12]]),
                &turns(3),
                &say(b"6\r\nSMTP Settings\r\nPlease enter the command:"),
                &[10, 5],
                &turns(2),
            ]),
        ),
        (
            "logged-out",
            step(&[
                &up,
                &ask(&[&[12], &[4]]),
                &turns(3),
                &[13, 0],
                &say(b"\r\nTelnet Account:"),
                &[10, 5, 14, 2, 14, 0],
                &turns(4),
            ]),
        ),
    ];
    for (name, script) in scripts {
        seed_session("telnet_session", name, &heads, &script);
    }
}

const TELNET_STREAMS: [(&str, &[u8]); 8] = [
    (
        "login",
        b"\xFF\xFB\x01\xFF\xFB\x03Version : 1.0.0\r\n\r\nTelnet Account:bkt\r\nPassword:***\r\nCommand:\r\n",
    ),
    ("prompt", b"11.Logout\r\n\r\n \r\nPlease enter the command: "),
    (
        "client",
        b"\xFF\xFD\x03\xFF\xFB\x18\xFF\xFB\x1F\xFF\xFD\x01bkt\r\0bkt\r\n1\r\0\xFF\xF6",
    ),
    (
        "in-a-word",
        b"Please en\xFF\xFB\x01ter the \xFF\xF1command\xFF\xFE\x22:",
    ),
    (
        "subnegotiation",
        b"a\xFF\xFA\x18\x01\xFF\xFF\xF0\xFF\xFB\xFF\xF0b\xFF\xFF",
    ),
    ("ends", b"a\r\nb\nc\rd\r\0e\r\r\nf\n\r"),
    (
        "terminal",
        b"\x1B[2J\x1B[1;1HComand\x08\x08\x08mand\x7F:\x07\r\n\x1B(B\x1B=x\t\x0C",
    ),
    ("strings", b"\x1B]0;title\x07a\x1BP1$r\x1B\\b\x1B]0;\r\nc\x1B\x1B[1m"),
];

/// Lines of the IsoTek manual as meant and as printed, behind three bytes that say where reads split them.
fn isotek_lines() {
    let seed_split = |name: &str, lines: &str| {
        for (index, cuts) in [[255, 255, 255], [1, 5, 40]].iter().enumerate() {
            seed(
                "isotek_line",
                &format!("{name}-{index}"),
                &[cuts, lines.as_bytes()].concat(),
            );
        }
    };
    for (name, lines) in ISOTEK_LINES {
        seed_split(name, lines);
    }
    let channels = (0..=16).map(|index| format!("CH{index}=1|230|{index}|\r\n"));
    let status = channels.collect::<String>() + "RTC=2026|11|21|08|05|00|\r\nOK\r\n>";
    seed_split("status", &status);
    seed_split(
        "status-misprinted",
        &status.replace("CH0", "CHO").replace("2026|", "2026/"),
    );
    seed_split("status-lf", &status.replace('\r', ""));
    seed_split("too-long", &"x".repeat(300));
}

const ISOTEK_LINES: [(&str, &str); 14] = [
    ("reads", "A?\n?\nP?\nC?\n"),
    ("all", "X\nG\nH\n"),
    ("switch", "S16=1\nS1=0\n"),
    ("clock", "T=2026|11|21|08|05|00|\n"),
    ("count", "P=12\n"),
    ("write-record", "PW=7|2|night/2|22:30|127|2000|1|16|0|0|2|\n"),
    ("write-config", "C16=Amp left|2|15|\n"),
    (
        "address",
        "A=IT 0042-A|00:1A:2B:3C:4D:5E|10.0.0.1|80|192.168.100.200|65535|\r\n",
    ),
    (
        "address-misprinted",
        "A=IT42|/001A2B3C4D5E|10.0.0.1|80|10.0.0.2|81]|\r\n",
    ),
    (
        "schedule",
        "P1=7|1|night|22:30|127|0|0|16|0|0|2|\r\nP2=8|1/day|07:30|127|0||16|||1\r\nOK\r\n>",
    ),
    ("configs", "Cl=Amp     |2|15|\r\nC2=Amp right one|1|0|\r\nOK\r\n>"),
    ("clock-misprinted", "RTC=2026/11|21|08|/05|00|\r\n"),
    ("fraction", "CH1 = 1 | 230.5 | 36.25\r\nok\r\n"),
    ("noise", "\0CH1=1|2\x0730|36|\r\nFW=1.2\r\n> > \t\rC1=A\0mp|1|0|\n"),
];

/// Each strict and lenient: the first octet holds the switches, its highest bit means scoped data alone.
fn snmp() {
    for (mode, switches) in [("strict", 0x00), ("lenient", 0x1F)] {
        for (name, message) in SNMP_MESSAGES {
            seed(
                "snmp_message",
                &format!("{name}-{mode}"),
                &[&[switches], &hex(message)[..]].concat(),
            );
        }
        for (name, message) in SNMP_V3_MESSAGES {
            seed(
                "snmp_v3_envelope",
                &format!("{name}-{mode}"),
                &[&[switches], &hex(message)[..]].concat(),
            );
        }
    }
    let (_, report) = SNMP_V3_MESSAGES[1];
    let scoped = [&[0x9F], &hex(report)[59..]].concat();
    seed("snmp_v3_envelope", "scoped-alone", &scoped);
}

/// Behind a first octet that says how large messages are and what is seen: requests of each version and operation, as the
/// target makes them, and what happens between them.
fn snmp_agent() {
    // Operation, request id, count; then for each varbind its name and value.
    let bodies: [(&str, &[u8]); 6] = [
        ("get", &[0, 1, 2, 1, 0, 2, 0]),
        ("get-next", &[2, 2, 2, 0, 0, 4, 0]),
        ("get-bulk", &[7 | 64, 20, 2, 1, 0, 0, 0]),
        ("set", &[3, 4, 1, 2, 5, 4, b'l', b'e', b'f', b't']),
        ("set-wrong-type", &[3, 4, 2, 2, 5, 1, b'x', 3, 2, 1]),
        ("response", &[5, 5, 0]),
    ];
    let take = [6, 3];
    for (name, body) in bodies {
        for (way, head) in [
            ("v2c", &[1, 2][..]),
            ("v1", &[1, 3]),
            ("stranger", &[1, 4]),
            ("v3", &[3, 0, 9, 4, 0, 0]),
            ("v3-auth", &[3, 1, 9, 4, 0, 0]),
            ("v3-priv", &[3, 2, 9, 4, 0, 0]),
            ("v3-probe", &[3, 0x20, 9, 4, 0, 0]),
            ("v3-late", &[5, 0xFF, 0xFF, 3, 2, 9, 4, 0, 0]),
        ] {
            for mode in [0, 3] {
                let script = [&[mode][..], head, body, &take].concat();
                seed("snmp_agent", &format!("{name}-{way}-{mode}"), &script);
            }
        }
        let damaged = [
            &[0, 2, 2][..],
            body,
            &[0, 12, 1],
            &take,
            &[4, 2, 9, 4, 0, 0],
            body,
            &[0, 80, 1],
            &take,
        ]
        .concat();
        seed("snmp_agent", &format!("{name}-damaged"), &damaged);
    }
}

/// Messages as they come, scoped data to be sealed with some pairs of protocols, and the clock of an engine that restarts.
fn usm() {
    for (name, message) in SNMP_V3_MESSAGES {
        seed(
            "snmp_usm",
            &format!("{name}-received"),
            &[&[0, 23], &hex(message)[..]].concat(),
        );
    }
    let (_, report) = SNMP_V3_MESSAGES[1];
    let numbers = [0, 0, 0, 6, 0, 0, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 70, 1];
    for pair in [0, 8, 23, 32, 41] {
        let sealed = [&[1, pair], &numbers[..], &hex(report)[59..]].concat();
        seed("snmp_usm", &format!("sealed-{pair}"), &sealed);
    }
    let heard = |kind: u8, boots: u8, time: u8, wait: u8| [kind, 0, 0, 0, boots, 0, 0, 7, time, wait, 0];
    let clock = [
        heard(0, 3, 10, 1),
        heard(0, 3, 10, 200),
        heard(1, 3, 10, 1),
        heard(0, 4, 0, 1),
        heard(2, 3, 0, 9),
    ];
    seed("snmp_usm", "clock", &[&[3, 0], clock.concat().as_slice()].concat());
}

/// A request of each kind to an agent of each version, answered a few times: whole, late, twice, damaged, after a loss.
fn snmp_manager() {
    let kinds: [(&str, u8); 7] = [
        ("get", 0),
        ("get-next", 2),
        ("get-bulk", 3),
        ("set", 4),
        ("set-idempotent", 0x40),
        ("walk", 5),
        ("walk-any", 0x83),
    ];
    // Sent and delivered, and told.
    let turn = [4, 1, 6, 0, 10];
    let lost = [4, 0, 9, 0x08, 0];
    let twice = [4, 1, 6, 0x80, 6, 0, 10];
    let damaged = [4, 1, 7, 0x80, 0, 30, 1, 6, 0, 10];
    for (name, kind) in kinds {
        for target in 0..4 {
            for (way, first) in [
                ("turn", &turn[..]),
                ("lost", &lost),
                ("twice", &twice),
                ("damaged", &damaged),
            ] {
                let submit = [0, target, kind, 1, 0, 1];
                let script = [&[0x1D][..], &submit, first, &turn, &turn, &turn].concat();
                seed("snmp_manager", &format!("{name}-{target}-{way}"), &script);
            }
        }
    }
}

/// What is sent, how it arrives, and what the script sends itself, in clear and with the keys.
fn snmp_receiver() {
    const SEND: [(&str, u8); 4] = [("trap-v1", 0), ("inform-v2c", 1), ("trap-v3", 2), ("inform-v3", 3)];
    // All leave and arrive, three times each way: a probe, an inform and what they are answered with.
    let exchange = [4, 6, 4, 7, 4, 6, 4, 7, 4, 6, 4, 7];
    for (name, way) in SEND {
        let seed = |what: &str, parts: &[&[u8]]| seed("snmp_receiver", &format!("{name}-{what}"), &parts.concat());
        seed("arrives", &[&[way], &exchange]);
        seed(
            "again",
            &[&[way, 4, 6 | 0x10, 6 | 0x10, 4, 7 | 0x10, 6, 4, 7], &exchange],
        );
        seed("repeated", &[&[way, 4, 15, 4, 6, 6, 15], &exchange]);
        seed("damaged", &[&[way, 4, 8, 30, 3, 6, 4, 9, 20, 1, 7, 15], &exchange]);
        seed("given-up", &[&[way, 4, 15, 4, 15, 4, 15, 4, 15, 4, 15, 4, 15]]);
        seed("withdrawn", &[&[way, way, 4, 14, 0, 14, 0]]);
        seed("old", &[&[way], &exchange, &[13, 0x7F, 0xFF, way], &exchange]);
    }
    for (name, message) in SNMP_MESSAGES.into_iter().chain(SNMP_V3_MESSAGES) {
        let message = hex(message);
        let Ok(len) = u8::try_from(message.len()) else { continue };
        for (to, action) in [("receiver", 10), ("sender", 11)] {
            seed(
                "snmp_receiver",
                &format!("{name}-to-{to}"),
                &[&[action, len][..], &message].concat(),
            );
        }
    }
    let varbinds = [
        VarBind::new(SYS_UP_TIME, Value::TimeTicks(7)),
        VarBind::new(SNMP_TRAP_OID, Value::ObjectIdentifier(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1))),
        VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 1), Value::Gauge32(5)),
    ];
    for (name, operation) in [
        ("trap", Operation::TRAP_V2),
        ("inform", Operation::INFORM),
        ("get", Operation::GET),
    ] {
        let mut buffer = [0; 200];
        let scoped = Scoped::new(b"", b"", Body::common(operation, 7, &varbinds));
        let scoped = scoped.encode(&mut buffer).expect("a small one");
        let len = u8::try_from(scoped.len()).expect("a short one");
        for choice in [0x00, 0x40, 0x80, 0xC0, 0x01, 0x02, 0x03] {
            let script = [
                &[12, choice, 0, 7, 9, len][..],
                &scoped,
                &[4, 12, choice, 0, 7, 0, len],
                &scoped,
                &[4, 7],
            ];
            seed(
                "snmp_receiver",
                &format!("{name}-sealed-{choice:02x}"),
                &script.concat(),
            );
        }
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let octet = |pair: &[u32]| u8::try_from(16 * pair[0] + pair[1]).expect("two digits");
    digits.chunks_exact(2).map(octet).collect()
}

/// Scripts that go the way of a good conversation, for the player of `pdu_core::testing` and those of `pdu_fuzz::servers`.
fn sessions() {
    // Link up; then for each request: submit, let the line fall silent, write, wait, let the peer answer, take the event.
    let talk = |requests: &[&[u8]]| {
        let turns = requests
            .iter()
            .map(|request| [&[11], *request, &[10, 5, 8, 0, 20, 3, 15, 0]].concat());
        [&[14, 0][..], &turns.collect::<Vec<_>>().concat()].concat()
    };
    // Unit, retry, function, address, quantity.
    let read = talk(&[&[1, 2, 3, 0, 99], &[2, 2, 4, 7, 1], &[1, 2, 3, 210, 2]]);
    let write = talk(&[
        &[1, 2, 6, 64, 1, 9, 196],
        &[1, 0, 13, 10, 3],
        &[0, 2, 12, 1, 12],
        &[5, 2, 18, 1, 4, 0, 9],
    ]);
    let rarer = talk(&[
        &[1, 1, 7, 0, 0],
        &[1, 1, 9, 0, 4],
        &[1, 1, 14, 0, 0],
        &[1, 1, 20, 0, 0, 1, 0],
        &[1, 1, 19, 0, 0],
    ]);
    let lost = [
        &[14, 0, 11, 1, 0, 3, 0, 9, 10, 5, 10, 10, 5, 14, 2, 15, 2, 13, 0][..],
        &read,
    ]
    .concat();
    // With what was sent coming back before the answer.
    let echo: Vec<u8> = [14, 0, 11, 1, 2, 3, 0, 99, 10, 5, 7, 8, 0, 20, 3, 15, 0].to_vec();
    seed("modbus_rtu_client", "echo", &[&[0x32, 0x04], &echo[..]].concat());
    for (name, script) in [("read", read), ("write", write), ("rarer", rarer), ("lost", lost)] {
        seed_session(
            "modbus_tcp_client",
            name,
            &[[0x33, 0x00, 0x05], [0x00, 0x01, 0x03]],
            &script,
        );
        seed_session("modbus_rtu_client", name, &[[0x01, 0x05], [0x00, 0x05]], &script);
    }
    // Unit, command; a threshold adds its place, what, form and value.
    let snapshot = talk(&[&[1, 11], &[2, 11], &[3, 2], &[1, 0]]);
    let threshold = talk(&[&[
        1, 8, 0x01, 0x40, 0xA2, 0x09, 0xC4, 10, 5, 3, 10, 5, 3, 10, 5, 3, 10, 5, 3,
    ]]);
    for (name, script) in [("snapshot", snapshot), ("threshold", threshold)] {
        seed_session(
            "bps2000_tcp_line",
            name,
            &[[0x33, 0x00, 0x05, 0x00, 0x05, 0x00, 0x50]],
            &script,
        );
        seed_session(
            "bps2000_rtu_line",
            name,
            &[[0x01, 0x05, 0x00, 0x05, 0x00, 0x50]],
            &script,
        );
    }
    let two_clients = [
        0x00, 0x10, 0x03, 1, 3, 0, 9, 0x13, 2, 6, 64, 1, 9, 196, 0x09, 255, 0x19, 255, 0x0C, 0x0C,
    ];
    seed("modbus_tcp_hub", "two-clients", &two_clients);
    let slow_reader = [
        &[0x00][..],
        &[0x03, 1, 3, 0, 120].repeat(6),
        &[0x09, 200, 0x0D, 0, 0x0B, 9, 0x0D, 1, 0x0C],
    ]
    .concat();
    seed("modbus_tcp_hub", "slow-reader", &slow_reader);
    seed(
        "modbus_tcp_hub",
        "nonsense",
        &[0x00, 0x08, 4, 0, 1, 0, 9, 0x09, 255, 0x0F, 0x00, 0x02],
    );
    let heard = [
        0, 1, 3, 0, 99, 7, 255, 10, 255, 13, 2, 6, 64, 1, 9, 196, 6, 5, 2, 3, 2, 1, 2, 13, 0, 6, 64, 1, 0, 0,
    ];
    for mode in [0x00, 0x02, 0x04, 0x05] {
        seed(
            "modbus_rtu_server",
            &format!("mode-{mode}"),
            &[&[mode], &heard[..]].concat(),
        );
    }
}

/// Scripts that go the way of a good conversation with a SMART Power unit: head, link, then for each command of `commands` the
/// command, its lines and their answers.
fn isotek_device() {
    // Serial or TCP and habits; timeout 2.56 s, one retry; what the unit adds; what it does not hear or answer.
    let heads: [[u8; 4]; 5] = [
        [0x04, 0x0F, 0x00, 0x00],
        [0x05, 0x0F, 0x00, 0x00],
        [0x30, 0x0F, 0x16, 0x00],
        [0x4A, 0x0F, 0x2A, 0x00],
        [0x04, 0x0A, 0x00, 0x24],
    ];
    let talk = |command: &[u8], lines: usize| {
        let line = [5, 3, 8, 4, 0, 3].repeat(lines);
        [&[11], command, &line, &[15, 0]].concat()
    };
    let commands = [
        (
            "look",
            [
                talk(&[2], 3),
                talk(&[1], 1),
                talk(&[5], 1),
                talk(&[6], 1),
                talk(&[4], 1),
            ]
            .concat(),
        ),
        (
            "switch",
            [
                talk(&[7, 0x1A, 0x25], 1),
                talk(&[7, 0x00, 0x25], 1),
                talk(&[8, 0x00, 0x22], 1),
            ]
            .concat(),
        ),
        ("clock", talk(&[9, 0xF1, 0x05, 0x08], 2)),
        (
            "schedule",
            talk(
                &[
                    10, 2, 0x11, 0x07, 0x03, 3, b'a', b'm', b'p', 0, 0x20, 0x05, 0x05, 2, b't', b'v', 0x08, 1, b'7',
                ],
                4,
            ),
        ),
        ("settings", talk(&[12, 1, 0x02, 0x07, 0x01, 3, b'a', b'm', b'p'], 3)),
        (
            "restart",
            [talk(&[14, 1], 1), vec![10, 10, 15, 2, 8, 60, 0], talk(&[2], 3)].concat(),
        ),
        (
            "silence",
            [
                &[8, 12, 0, 10, 10, 15, 0],
                &talk(&[7, 0x1A, 0x25], 1)[..],
                &[13, 0, 15, 2],
            ]
            .concat(),
        ),
    ];
    for (name, script) in commands {
        for (index, head) in heads.iter().enumerate() {
            let whole = [&head[..], &[14, 0, 3, 15, 0], &script].concat();
            seed("isotek_device", &format!("{name}-{index}"), &whole);
        }
    }
}

/// Scripts that go the way of a good conversation of the IsoTek client with a simulated unit.
fn isotek_client() {
    // Lenient over TCP and serial, strict, units whose frames are bare; as for `isotek_device`.
    let heads: [[u8; 4]; 5] = [
        [0x00, 0x0F, 0x00, 0x00],
        [0x01, 0x0F, 0x00, 0x00],
        [0x02, 0x0F, 0x00, 0x00],
        [0x00, 0x0F, 0x02, 0x00],
        [0x01, 0x0A, 0x1A, 0x24],
    ];
    let talk = |request: &[u8]| [&[11], request, &[5, 3, 15, 0]].concat();
    let commands: [(&str, Vec<Vec<u8>>); 6] = [
        ("reads", vec![talk(&[2]), talk(&[3]), talk(&[4]), talk(&[0])]),
        ("switches", vec![talk(&[0x65, 3]), talk(&[14]), talk(&[15])]),
        ("clock", vec![talk(&[7, 27]), talk(&[13])]),
        (
            "schedule",
            vec![
                talk(&[8, 0, 1]),
                talk(&[9, 0, 7, 3, b'a', b'm', b'p', 0, 1, 4, 0]),
                talk(&[3]),
            ],
        ),
        ("settings", vec![talk(&[11, 5, 3, b'a', b'm', b'p', 0, 30]), talk(&[4])]),
        (
            "silence",
            vec![vec![11, 0x45, 3, 5, 10, 10, 15, 2, 14, 0], vec![8, 4, 0, 3, 15, 0]],
        ),
    ];
    for (name, steps) in commands {
        for (index, head) in heads.iter().enumerate() {
            // The link comes, a status, then each command between two others.
            let status = [8, 4, 0, 3, 15, 0];
            let mut whole = [&head[..], &[14, 0], &status].concat();
            for step in &steps {
                whole.extend_from_slice(step);
                whole.extend_from_slice(&status);
            }
            seed("isotek_client", &format!("{name}-{index}"), &whole);
        }
    }
}

/// Questions, and datagrams that answer them or do not.
fn isotek_discovery() {
    let datagrams: [(&str, &[u8]); 5] = [
        ("answer", b"A=SN0001|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|8080|"),
        ("misprint", b"A=SN1|/00-11-22-33-44-55|192.0.2.1|80|192.0.2.2|80]|\r\n"),
        ("echo", b"A?"),
        ("foreign", b"M-SEARCH * HTTP/1.1\r\n"),
        ("refused", b"A=SN1|00:11:22:33:44|192.0.2.256|80|192.0.2.2|80|"),
    ];
    for (name, datagram) in datagrams {
        let len = u8::try_from(datagram.len()).expect("short");
        let ask = [4, 1, 9, 101, 5];
        let hear = [&[0, 1, 7, 101, len][..], datagram].concat();
        let again = [&[0, 0, 8, 0, len][..], datagram].concat();
        let whole = [&[2, 0][..], &ask, &hear, &hear, &again, &[7, 100]].concat();
        seed("isotek_discovery", name, &whole);
    }
}

fn seed_session<const N: usize>(target: &str, name: &str, options: &[[u8; N]], script: &[u8]) {
    for (index, options) in options.iter().enumerate() {
        seed(target, &format!("{name}-{index}"), &[&options[..], script].concat());
    }
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

/// Clients of a hub (even first byte) and of a serial line, in each of the ways that the unit may speak. A step is what to do
/// in the low half of a byte and who in the high one; see `pdu_fuzz::isotek_server`.
fn isotek_server() {
    // Open one, or two; send a line of the table, with a line end; deliver; wait; take.
    let ask = |line: u8| [0x02, line, 0, 0x07, 255, 0x0A];
    let hub: [(&str, Vec<u8>); 5] = [
        ("ask", [&[0x00][..], &ask(0), &ask(1), &ask(6), &ask(13)].concat()),
        (
            "schedule",
            [
                &[0x00][..],
                &ask(5),
                &ask(7),
                &ask(10),
                &ask(11),
                &ask(6),
                &[0x0D, 2, 0, 0x0A],
            ]
            .concat(),
        ),
        (
            "two",
            [
                &[0x00, 0x10][..],
                &ask(2),
                &[0x12, 1, 1, 0x17, 255, 0x0B, 0, 0x0A, 0x0C, 200, 0x0A],
            ]
            .concat(),
        ),
        (
            "restart",
            [
                &[0x00, 0x10][..],
                &ask(16),
                &[0x0F, 0x0F, 0x00, 0x0D, 6, 0, 0x00],
                &ask(0),
            ]
            .concat(),
        ),
        (
            "nonsense",
            [&[0x00][..], &ask(19), &ask(20), &[0x06, 3, 0, b'G', 10, 0x07, 9]].concat(),
        ),
    ];
    let lines = b"A?\nS1=0\r\n?\rP=1\nPW=1|1|up|07:30|0|0|0|3|0|0|1|\nP?\nC?\nX\n";
    let line = [&[0, 61][..], lines, &[3, 255, 255, 2, 255]].concat();
    for speech in 0..4 {
        for (name, script) in &hub {
            let whole = [&[speech << 2][..], script].concat();
            seed("isotek_server", &format!("hub-{name}-{speech}"), &whole);
        }
        let whole = [&[speech << 2 | 1][..], &line].concat();
        seed("isotek_server", &format!("line-{speech}"), &whole);
    }
}

/// Clients of a console (even first byte) and of its serial line (odd), in some of the ways in which it may speak. A step is
/// what to do in the low half of a byte and who in the high one; see `pdu_fuzz::telnet_server`.
fn telnet_server() {
    // Send lines of the table, each with its end; deliver; take.
    let enter = |who: u8, lines: &[u8]| {
        let step = |line: &u8| [who << 4 | 2, *line, 0, who << 4 | 7, 255, 0x0A];
        lines.iter().flat_map(step).collect::<Vec<u8>>()
    };
    let visits: [(&str, Vec<u8>); 6] = [
        (
            "read",
            [
                &[0x00][..],
                &enter(0, &[0, 0, 2, 13, 14, 11, 3, 3, 9, 6, 10, 3, 12]),
                &[0x0F],
            ]
            .concat(),
        ),
        (
            "set",
            [
                &[0x00][..],
                &enter(
                    0,
                    &[28, 0, 0, 3, 15, 3, 5, 18, 6, 7, 19, 3, 8, 20, 9, 9, 21, 6, 4, 17, 3],
                ),
            ]
            .concat(),
        ),
        (
            "clear",
            [&[0x00][..], &enter(0, &[0, 0, 10, 23, 25, 3, 12]), &[0x0F, 0x00]].concat(),
        ),
        (
            "two",
            [
                &[0x00, 0x10][..],
                &enter(1, &[28, 0, 0]),
                &enter(0, &[0, 26, 0, 0, 9, 21]),
                &[0x1B, 0],
                &enter(1, &[9, 6]),
            ]
            .concat(),
        ),
        (
            "restart",
            [
                &[0x00, 0x10][..],
                &enter(0, &[0, 0, 11]),
                &enter(1, &[0]),
                &enter(0, &[3]),
                &[0x0F, 0x0F, 0x00, 0x0D, 0, 9, 0x00],
            ]
            .concat(),
        ),
        (
            "nonsense",
            [
                &[0x00][..],
                &enter(0, &[27, 29, 30, 31]),
                &[0x06, 3, 0xFF, 0xFA, 10, 0x07, 9, 0x0E, 0],
            ]
            .concat(),
        ),
    ];
    for mode in [0x00, 0x04, 0x4E, 0x76] {
        for (name, script) in &visits {
            seed(
                "telnet_server",
                &format!("hub-{name}-{mode:02x}"),
                &[&[mode][..], script].concat(),
            );
        }
    }
    // Up; input of so many octets; take.
    let line = [
        14, 0, 0, 21, b'a', b'd', b'm', b'i', b'n', b'\r', b'\n', b'a', b'd', b'm', b'i', b'n', b'\r', b'\n', b'9',
        b'\r', b'\n', b'1', b'1', b'\r', b'\n',
    ];
    for mode in [0x11, 0x15, 0x01] {
        seed(
            "telnet_server",
            &format!("line-{mode:02x}"),
            &[&[mode][..], &line].concat(),
        );
    }
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn seed(target: &str, name: &str, bytes: &[u8]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&directory).expect("corpus directory");
    fs::write(directory.join(name), bytes).expect("seed");
}
