//! What a BPS2000's console shows, from octets of the connection to lines and prompts, and to the values of a screen.
//!
//! The octets are those of the simulated unit over a whole visit: offers of telnet's options, banner, login, all eleven entries,
//! echo of what is typed. Both ways take telnet's commands and escape sequences out, cut lines at every line end there is, and tell
//! which prompt each page ends with; for the values both check every word, unit and phase of the screen.

use std::hint::black_box;

use pdu_core::{ConnectionId, Decimal, Hub, Instant, Mode};
use pdu_proto_telnet::bps2000::simulator::Bps2000;
use pdu_proto_telnet::bps2000::{
    ACCOUNT_PROMPT, Levels, PASSWORD_PROMPT, PROMPT, Screen, ScreenKind, ScreenParser, ThresholdSettings,
};
use pdu_proto_telnet::server::Terminals;
use pdu_proto_telnet::wire::{Event, Line, Lines, Negotiation, Nvt, Options, Policy, Prompt, recognise};
use regex::bytes::{Captures, Regex};

use crate::{Case, Contender};

/// Ours, the first of each case.
pub const OURS: &str = "ours";
/// The plain way.
pub const REGEX: &str = "plain: regex";

/// What is typed, line by line.
const TYPED: [&str; 22] = [
    "admin",
    "admin",
    "1",
    "master load",
    "10",
    "2",
    "2",
    "3",
    "2",
    "4",
    "5",
    "5",
    "5",
    "6",
    "2",
    "7",
    "8",
    "8",
    "5",
    "9",
    "2",
    "10",
];

/// What a page ends with, by its number.
const PROMPTS: [Prompt<'static, u64>; 3] = [
    Prompt::new(ACCOUNT_PROMPT.as_bytes(), 1),
    Prompt::new(PASSWORD_PROMPT.as_bytes(), 2),
    Prompt::new(PROMPT.as_bytes(), 3),
];

/// All cases, each with its octets.
pub fn cases() -> Vec<(Case, usize)> {
    let visit = visit();
    let lines_of_a_visit = (
        case(
            "a visit to all entries, to lines and prompts",
            &visit,
            |pages| pages.iter().map(|page| lines_ours(page)).sum(),
            |plain, pages| pages.iter().map(|page| lines_plain(plain, page)).sum(),
        ),
        visit.iter().map(Vec::len).sum(),
    );
    let page = visit
        .into_iter()
        .find(|page| page.starts_with(b"8\r\nThreshold Settings"))
        .expect("entry 8");
    let octets = page.len();
    let values_of_a_screen = (
        case(
            "the screen of entry 8, to 32 thresholds",
            &[page],
            |pages| {
                pages
                    .iter()
                    .map(|page| touch(&values_ours(page).expect("a screen")))
                    .sum()
            },
            |plain, pages| {
                let read = |page: &Vec<u8>| touch(&values_plain(plain, page).expect("a screen"));
                pages.iter().map(read).sum()
            },
        ),
        octets,
    );
    vec![lines_of_a_visit, values_of_a_screen]
}

fn case(name: &str, pages: &[Vec<u8>], ours: fn(&[Vec<u8>]) -> u64, plain: fn(&Plain, &[Vec<u8>]) -> u64) -> Case {
    let (expressions, pages) = (Plain::new(), pages.to_vec());
    assert_eq!(ours(&pages), plain(&expressions, &pages), "{name}: both see the same");
    let again = pages.clone();
    Case {
        name: name.to_owned(),
        contenders: vec![
            Contender::new(OURS, move || ours(black_box(&pages))),
            Contender::new(REGEX, move || plain(&expressions, black_box(&again))),
        ],
    }
}

/// What the simulated unit shows, page by page, to a client that has agreed to its echo.
fn visit() -> Vec<Vec<u8>> {
    let mut hub = Terminals::new(Bps2000::new(7));
    let peer = ConnectionId::from_number(1);
    hub.handle_open(Instant::EPOCH, &peer).expect("room for one");
    let mut pages = vec![shown(&mut hub)];
    hub.handle_input(Instant::EPOCH, &peer, b"\xFF\xFD\x01\xFF\xFD\x03");
    for line in TYPED {
        hub.handle_input(Instant::EPOCH, &peer, format!("{line}\r\n").as_bytes());
        pages.push(shown(&mut hub));
    }
    pages
}

fn shown(hub: &mut Terminals<Bps2000>) -> Vec<u8> {
    let (peer, page) = hub.transmit().expect("a page");
    let page = page.to_vec();
    hub.handle_transmitted(Instant::EPOCH, &peer, page.len());
    page
}

/// Gives each line, and in the end the unfinished one, to `take`.
fn each_line(page: &[u8], mut take: impl FnMut(&[u8])) {
    let (mut nvt, mut options, mut lines) = (Nvt::default(), Options::new(Policy::CLIENT), Lines::<512>::new());
    let mut octets = page;
    while let Some((event, used)) = nvt.next(octets) {
        octets = &octets[used..];
        match event {
            Event::Data(mut data) => {
                while !data.is_empty() {
                    let (line, used) = lines.next(data);
                    data = &data[used..];
                    if let Some(Line::Text(line)) = line {
                        take(line);
                    }
                }
            }
            Event::Negotiation(said) => _ = black_box(options.answer(said).map(Negotiation::encode)),
            _ => {}
        }
    }
    take(lines.unfinished());
}

fn lines_ours(page: &[u8]) -> u64 {
    let (mut sum, mut prompt) = (0, None);
    each_line(page, |line| {
        sum += weight(line);
        prompt = Some(line.len()).filter(|_| recognise(&PROMPTS, line).is_some());
    });
    sum + prompt.expect("a prompt") as u64
}

/// Depends on where lines begin and end.
fn weight(line: &[u8]) -> u64 {
    line.len() as u64 * 31 + u64::from(line.first().copied().unwrap_or(7))
}

fn values_ours(page: &[u8]) -> Option<ThresholdSettings> {
    // As a session does: lines are kept until the prompt has come.
    let mut kept = [0; 4096];
    let mut ends = [0; 32];
    let (mut len, mut count) = (0, 0);
    each_line(page, |line| {
        if let (Some(room), Some(end)) = (kept.get_mut(len..len + line.len()), ends.get_mut(count)) {
            room.copy_from_slice(line);
            len += line.len();
            (*end, count) = (len, count + 1);
        }
    });
    let mut parser = ScreenParser::new(ScreenKind::Thresholds, Mode::Strict);
    let mut start = 0;
    let (last, lines) = ends.get(..count)?.split_last()?;
    for (number, end) in lines.iter().enumerate() {
        // The first one is the echo.
        if number > 0 {
            parser.push(kept.get(start..*end)?).ok()?;
        }
        start = *end;
    }
    match parser.finish(kept.get(start..*last)?).ok()?.value {
        Screen::Thresholds(thresholds) => Some(thresholds),
        _ => None,
    }
}

/// The expressions, compiled once.
struct Plain {
    removed: Regex,
    end: Regex,
    prompt: Regex,
    row: Regex,
}

impl Plain {
    fn new() -> Self {
        let expression = |text: &str| Regex::new(text).expect("an expression");
        let level = |name| format!(r" +{name}:(-?[0-9]{{1,6}}(?:\.[0-9]{{1,3}})?)([AVC%])");
        let levels = ["High Alarm", "High Warning", "Low Warning", "Low Alarm"]
            .map(level)
            .concat();
        Self {
            removed: expression(
                r"(?s-u)\xFF(?:[\xFB-\xFE].|\xFA.*?\xFF\xF0|[\xF0-\xF9])|\x1B\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]",
            ),
            end: expression(r"(?-u)\r\n|\r\x00?|\n"),
            prompt: expression(r"(?-u)^(?:Telnet Account:|Password:|Please enter the command:)[ \t]*$"),
            row: expression(&format!(
                r"(?-u)^(?:Phase ([123]) (Current \[A\]|Voltage \[V\])|(Temperature \[C\])|(Humidity \[%\])):{levels}$"
            )),
        }
    }
}

fn lines_plain(plain: &Plain, page: &[u8]) -> u64 {
    let text = plain.removed.replace_all(page, &b""[..]);
    let (mut sum, mut prompt) = (0, None);
    for line in plain.end.split(&text) {
        sum += weight(line);
        prompt = Some(line.len()).filter(|_| plain.prompt.is_match(line));
    }
    sum + prompt.expect("a prompt") as u64
}

fn values_plain(plain: &Plain, page: &[u8]) -> Option<ThresholdSettings> {
    let text = plain.removed.replace_all(page, &b""[..]);
    let mut lines = plain.end.split(&text).skip(1); // the echo
    (lines.next()? == b"Threshold Settings").then_some(())?;
    let mut thresholds = ThresholdSettings::default();
    let [i1, i2, i3] = &mut thresholds.current;
    let [v1, v2, v3] = &mut thresholds.voltage;
    let rows = [
        i1,
        i2,
        i3,
        v1,
        v2,
        v3,
        &mut thresholds.temperature,
        &mut thresholds.humidity,
    ];
    for (number, levels) in rows.into_iter().enumerate() {
        *levels = row_plain(number, &plain.row.captures(lines.next()?)?)?;
    }
    let menu = b"Command:1.Set Current 2.Set Voltage 3.Set Temperature 4.Set Humidity 5.Back";
    (lines.next()? == menu).then_some(())?;
    lines.next()?.starts_with(b"Command format:").then_some(())?;
    (plain.prompt.is_match(lines.next()?) && lines.next().is_none()).then_some(thresholds)
}

fn row_plain(number: usize, row: &Captures<'_>) -> Option<Levels> {
    let (group, unit) = match number {
        0..=2 => (2, b"A"),
        3..=5 => (2, b"V"),
        6 => (3, b"C"),
        _ => (4, b"%"),
    };
    let is_right = row.get(group).is_some_and(|label| label.as_bytes().contains(&unit[0]))
        && row
            .get(1)
            .is_none_or(|phase| usize::from(phase.as_bytes()[0] - b'1') == number % 3);
    is_right.then_some(())?;
    let level = |place: usize| -> Option<Decimal> {
        (row.get(place + 1)?.as_bytes() == unit).then_some(())?;
        str::from_utf8(row.get(place)?.as_bytes()).ok()?.parse().ok()
    };
    Some(Levels {
        high_alarm: level(5)?,
        high_warning: level(7)?,
        low_warning: level(9)?,
        low_alarm: level(11)?,
    })
}

/// What makes a reader read every number.
fn touch(thresholds: &ThresholdSettings) -> u64 {
    let thresholds = black_box(thresholds);
    let single = [thresholds.temperature, thresholds.humidity];
    let all = thresholds.current.iter().chain(&thresholds.voltage).chain(&single);
    all.flat_map(Levels::in_order)
        .map(|level| level.mantissa().unsigned_abs())
        .sum()
}
