//! The device side of any console: what clients are offered, what they see of what they type, what they share, and what one
//! cannot do to the others.

#![cfg(feature = "alloc")]
#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::testing::SolePeer;
use pdu_core::testing::server::{self, ServerFixture};
use pdu_core::{ConnectionId, Endpoint, ErrorKind, Hub, Instant, LinkDemand, LinkEvent, Rng};
use pdu_proto_telnet::server::{
    Application, Echo, Framing, Next, Offers, Options, Page, SerialTerminal, Terminals, Typed,
};

/// Says back what is typed, counted over all sessions.
#[derive(Debug, Default)]
struct Parrot {
    lines: u64,
}

impl Application for Parrot {
    type Session = ();

    fn open(&mut self, _now: Instant, page: &mut Page) -> ((), Next) {
        page.text("> ");
        ((), Next::Line)
    }

    fn enter(&mut self, _now: Instant, (): &mut (), typed: Typed<'_>, page: &mut Page) -> Next {
        self.lines += 1;
        match typed {
            Typed::Line(b"secret") => {
                page.text("? ");
                Next::Secret
            }
            Typed::Line(b"bye") => {
                page.line("bye");
                Next::Close
            }
            Typed::Line(b"down") => Next::Down(Duration::from_secs(3)),
            Typed::Line(b"much") => {
                page.octets(&[b'x'; 2 * Page::MAX]);
                Next::Line
            }
            Typed::Line(line) => {
                page.text(&format!("{} ", self.lines));
                page.octets(line);
                page.text("\r\n> ");
                Next::Line
            }
            Typed::TooLong => {
                page.text("too long\r\n> ");
                Next::Line
            }
        }
    }
}

const NOW: Instant = Instant::EPOCH;

fn peer(number: u64) -> ConnectionId {
    ConnectionId::from_number(number)
}

fn silent() -> Options {
    Options {
        offers: Offers::Nothing,
        ..Options::default()
    }
}

fn hub(options: Options, peers: &[u64]) -> Terminals<Parrot> {
    let mut hub = Terminals::with_options(Parrot::default(), options);
    for &number in peers {
        hub.handle_open(NOW, &peer(number)).expect("room");
    }
    drain(&mut hub);
    hub
}

/// All output that the hub has, in order.
fn drain(hub: &mut Terminals<Parrot>) -> Vec<(u64, Vec<u8>)> {
    let mut outputs = Vec::new();
    while let Some((peer, bytes)) = hub.transmit() {
        let bytes = bytes.to_vec();
        hub.handle_transmitted(NOW, &peer, bytes.len());
        outputs.push((peer.number(), bytes));
        assert!(outputs.len() < 1000, "output without end");
    }
    outputs
}

/// What one client is shown for these octets.
fn say(hub: &mut Terminals<Parrot>, number: u64, octets: &[u8]) -> Vec<u8> {
    let taken = hub.handle_input(NOW, &peer(number), octets);
    assert_eq!(taken, octets.len());
    drain(hub).into_iter().flat_map(|(_, bytes)| bytes).collect()
}

/// The same for a client that has just come.
fn first(options: Options, octets: &[u8]) -> Vec<u8> {
    say(&mut hub(options, &[1]), 1, octets)
}

#[track_caller]
fn same(left: &[u8], right: &[u8]) {
    assert_eq!(left.escape_ascii().to_string(), right.escape_ascii().to_string());
}

#[test]
fn a_client_is_offered_echo_and_no_go_ahead_once() {
    let mut hub = Terminals::new(Parrot::default());
    hub.handle_open(NOW, &peer(1)).expect("room");
    let shown: Vec<u8> = drain(&mut hub).into_iter().flat_map(|(_, bytes)| bytes).collect();
    same(&shown, b"\xFF\xFB\x01\xFF\xFB\x03> ");
    // It agrees to one, refuses the other, says both again: nothing more is to be said.
    same(
        &say(&mut hub, 1, b"\xFF\xFD\x01\xFF\xFE\x03\xFF\xFD\x01\xFF\xFE\x03"),
        b"",
    );
    same(&say(&mut hub, 1, b"a\r\n"), b"a\r\n1 a\r\n> ");
}

#[test]
fn options_other_than_those_of_a_console_are_refused() {
    // DO NAWS, WILL TERMINAL-TYPE, WILL ECHO, DONT BINARY
    let asked = b"\xFF\xFD\x1F\xFF\xFB\x18\xFF\xFB\x01\xFF\xFE\x00";
    same(&first(silent(), asked), b"\xFF\xFC\x1F\xFF\xFE\x18\xFF\xFE\x01");
}

#[test]
fn what_is_typed_is_shown_if_that_was_agreed_and_no_longer_than_that() {
    let mut hub = hub(silent(), &[1]);
    same(&say(&mut hub, 1, b"a\r\n"), b"1 a\r\n> ");
    same(&say(&mut hub, 1, b"\xFF\xFD\x01"), b"\xFF\xFB\x01"); // DO: WILL
    same(&say(&mut hub, 1, b"b\r\n"), b"b\r\n2 b\r\n> ");
    same(&say(&mut hub, 1, b"\xFF\xFE\x01"), b"\xFF\xFC\x01"); // DONT: WONT
    same(&say(&mut hub, 1, b"c\r\n"), b"3 c\r\n> ");
}

#[test]
fn a_console_may_echo_unasked_or_never() {
    let with = |echo| Options { echo, ..silent() };
    same(&first(with(Echo::Always), b"a\r\n"), b"a\r\n1 a\r\n> ");
    same(&first(with(Echo::Always), b"\xFF\xFE\x01a\r\n"), b"a\r\n1 a\r\n> ");
    same(
        &first(with(Echo::Never), b"\xFF\xFD\x01a\r\n"),
        b"\xFF\xFC\x011 a\r\n> ",
    );
}

#[test]
fn a_secret_shows_as_asterisks_and_the_line_behind_it_as_it_is() {
    let options = Options::serial();
    same(
        &first(options, b"secret\r\nhun\x08\x08unter2\r\nx\r\n"),
        b"secret\r\n? ***\x08 \x08\x08 \x08******\r\n2 hunter2\r\n> x\r\n3 x\r\n> ",
    );
}

#[test]
fn lines_are_edited_and_end_in_every_way() {
    let options = Options::serial();
    same(&first(options, b"\x7F\x08ab\x7Fc\r\n"), b"ab\x08 \x08c\r\n1 ac\r\n> ");
    same(
        &first(options, b"a\rb\nc\r\nd\r\0\n"),
        b"a\r\n1 a\r\n> b\r\n2 b\r\n> c\r\n3 c\r\n> d\r\n4 d\r\n> \r\n5 \r\n> ",
    );
    // Erase character, erase line, an arrow key.
    same(
        &first(
            Options {
                echo: Echo::Always,
                ..silent()
            },
            b"ab\xFF\xF7c\xFF\xF8x\x1B[Ay\r\n",
        ),
        b"ab\x08 \x08c\x08 \x08\x08 \x08xy\r\n1 xy\r\n> ",
    );
}

#[test]
fn an_octet_of_255_is_doubled_by_telnet_and_only_there() {
    same(&first(silent(), b"a\xFF\xFFb\r\n"), b"1 a\xFF\xFFb\r\n> ");
    same(&first(Options::serial(), b"a\xFF\r\n"), b"a\xFF\r\n1 a\xFF\r\n> ");
}

#[test]
fn commands_in_the_middle_of_a_word_are_no_part_of_it() {
    same(
        &first(silent(), b"he\xFF\xF1ll\xFF\xFA\x18\x01x\xFF\xF0o\xFF\xF9\r\n"),
        b"1 hello\r\n> ",
    );
    same(&first(silent(), b"a\xFF\xF6b\r\n"), b"\r\n[Yes]\r\n1 ab\r\n> ");
}

#[test]
fn a_subnegotiation_without_end_ends_the_session() {
    let mut hub = hub(silent(), &[1]);
    say(&mut hub, 1, b"\xFF\xFA\x18");
    say(&mut hub, 1, &[b'x'; 512]);
    assert_eq!(hub.link_demand(), None);
    say(&mut hub, 1, b"x\r\nbye\r\n");
    assert_eq!(hub.link_demand(), Some((peer(1), LinkDemand::Close)));
    assert_eq!(hub.application().lines, 0);
}

#[test]
fn a_line_that_is_too_long_is_told_once_and_the_next_one_is_heard() {
    let long = "x".repeat(1_000_000);
    let shown = first(silent(), format!("{long}\r\na\r\n").as_bytes());
    same(&shown, b"too long\r\n> 2 a\r\n> ");
    let longest = "x".repeat(512);
    let shown = first(silent(), format!("{longest}\r\n").as_bytes());
    same(&shown, format!("1 {longest}\r\n> ").as_bytes());
}

#[test]
fn a_page_that_is_too_long_is_cut() {
    assert_eq!(first(silent(), b"much\r\n").len(), Page::MAX);
}

#[test]
fn all_sessions_stand_on_one_console_and_each_is_shown_its_own() {
    let mut hub = hub(silent(), &[1, 2]);
    hub.handle_input(NOW, &peer(2), b"a\r\n");
    hub.handle_input(NOW, &peer(1), b"b\r\nc");
    hub.handle_input(NOW, &peer(2), b"d\r\n");
    let shown = |bytes: &[u8]| bytes.to_vec();
    let expected = [(2, shown(b"1 a\r\n> 3 d\r\n> ")), (1, shown(b"2 b\r\n> "))];
    assert_eq!(drain(&mut hub), expected);
}

#[test]
fn a_client_that_does_not_read_is_not_read_from_and_holds_up_nobody() {
    let mut hub = hub(silent(), &[1, 2]);
    let mut rounds = 0;
    while hub.handle_input(NOW, &peer(1), b"12345678\r\n") == 10 {
        rounds += 1;
        assert!(rounds < 10_000, "it is read for ever");
    }
    hub.handle_blocked(NOW, &peer(1));
    hub.handle_input(NOW, &peer(2), b"a\r\n");
    let (shown_to, shown) = hub.transmit().expect("the other one's");
    assert_eq!(shown_to, peer(2));
    let len = shown.len();
    hub.handle_transmitted(NOW, &peer(2), len);
    assert_eq!(hub.transmit(), None);
    hub.handle_writable(NOW, &peer(1));
    assert!(
        hub.transmit()
            .is_some_and(|(of, bytes)| of == peer(1) && bytes.len() < 64 * 1024)
    );
}

#[test]
fn as_many_clients_are_taken_as_there_is_room_for() {
    let mut hub = hub(
        Options {
            connections: 2,
            ..silent()
        },
        &[1, 2],
    );
    let refused = hub.handle_open(NOW, &peer(3)).expect_err("no room");
    assert_eq!(refused.kind, ErrorKind::Busy);
    hub.handle_close(NOW, &peer(1));
    hub.handle_open(NOW, &peer(3)).expect("room");
    assert_eq!(hub.connections(), 2);
}

#[test]
fn a_session_that_ends_is_closed_once_all_was_said() {
    let mut hub = hub(silent(), &[1]);
    let taken = hub.handle_input(NOW, &peer(1), b"bye\r\nmore\r\n");
    assert_eq!(taken, 11, "the rest is dropped");
    assert_eq!(hub.link_demand(), None);
    assert_eq!(drain(&mut hub), [(1, b"bye\r\n".to_vec())]);
    assert_eq!(hub.link_demand(), Some((peer(1), LinkDemand::Close)));
    hub.handle_close(NOW, &peer(1));
    assert_eq!((hub.link_demand(), hub.application().lines), (None, 1));
}

#[test]
fn a_device_that_goes_down_ends_all_sessions_and_takes_none_until_it_is_up() {
    let mut hub = hub(silent(), &[1, 2, 3]);
    hub.handle_input(NOW, &peer(3), b"a\r\n");
    hub.handle_input(NOW, &peer(2), b"down\r\n");
    assert_eq!(hub.transmit(), None, "what waited is lost");
    for (number, demand) in [(2, LinkDemand::Close), (1, LinkDemand::Reset), (3, LinkDemand::Reset)] {
        assert_eq!(hub.link_demand(), Some((peer(number), demand)));
        hub.handle_close(NOW, &peer(number));
    }
    hub.handle_open(NOW, &peer(4)).expect_err("down");
    let up = hub.poll_timeout().expect("a time when it is up");
    assert_eq!(up, NOW + Duration::from_secs(3));
    hub.handle_timeout(up);
    hub.handle_open(up, &peer(4)).expect("up");
}

#[test]
fn a_session_in_which_nothing_is_typed_ends() {
    let idle = Duration::from_secs(60);
    let options = Options {
        idle: Some(idle),
        ..silent()
    };
    let mut hub = hub(options, &[1, 2]);
    let later = NOW + Duration::from_secs(40);
    hub.handle_input(later, &peer(1), b"a");
    assert_eq!(hub.poll_timeout(), Some(NOW + idle));
    hub.handle_timeout(NOW + idle);
    assert_eq!(hub.link_demand(), Some((peer(2), LinkDemand::Reset)));
    hub.handle_close(NOW + idle, &peer(2));
    assert_eq!(hub.link_demand(), None);
    assert_eq!(hub.poll_timeout(), Some(later + idle));
}

#[test]
fn a_session_may_be_hung_up() {
    let mut hub = hub(silent(), &[1, 2]);
    hub.handle_input(NOW, &peer(1), b"a\r\n");
    hub.hang_up(&peer(1));
    assert_eq!(hub.transmit(), None);
    assert_eq!(hub.link_demand(), Some((peer(1), LinkDemand::Reset)));
}

#[test]
fn whatever_comes_and_goes_the_queues_stay_right() {
    for seed in 0..200 {
        let mut rng = Rng::from_seed(seed);
        let mut hub = Terminals::with_options(
            Parrot::default(),
            Options {
                idle: Some(Duration::from_secs(9)),
                ..Options::default()
            },
        );
        let mut now = NOW;
        for _ in 0..300 {
            let one = peer(rng.below(6));
            now += Duration::from_millis(rng.below(500));
            match rng.below(10) {
                0 => drop(hub.handle_open(now, &one)),
                1 => hub.handle_close(now, &one),
                2 => hub.handle_blocked(now, &one),
                3 => hub.handle_writable(now, &one),
                4 => hub.handle_timeout(now),
                5 => hub.handle_transmitted(now, &one, 3),
                6 if rng.chance(50) => drop(hub.handle_input(now, &one, b"down\r\n")),
                6 => hub.hang_up(&one),
                7 => drop(hub.handle_input(now, &one, b"bye\r\n")),
                _ => drop(hub.handle_input(now, &one, b"\xFF\xFD\x01much\r\n")),
            }
            assert!(hub.transmit().is_none_or(|(_, bytes)| !bytes.is_empty()));
            assert!(hub.connections() <= 4);
            let _ = hub.link_demand();
        }
        for number in 0..6 {
            hub.handle_close(now, &peer(number));
        }
        now += Duration::from_secs(9);
        hub.handle_timeout(now);
        assert_eq!(
            (hub.transmit(), hub.link_demand(), hub.poll_timeout()),
            (None, None, None)
        );
    }
}

/// Everything that a client may send, and some that it may not.
const INPUTS: [&[u8]; 16] = [
    b"a\r\n",
    b"\xFF\xFD\x01",
    b"hello\r",
    b"\0world\n",
    b"secret\r\n",
    b"\xFF\xFB\x18\xFF\xFA\x18\x01\xFF\xF0",
    b"ab\x08\x7Fc\r\n",
    b"\x1B[2Jx\r\n",
    b"\xFF\xFF\r\n",
    b"much\r\n",
    b"secret\r\nx\r\n",
    b"\xFF\xFE\x01y\r\n",
    b"\xFF\xF6\r\n",
    b"\xFF\xF8\r\n",
    b"\r\n",
    b"d\r\n",
];

#[test]
fn on_a_serial_line_the_next_session_begins_where_one_ends() {
    let mut console = SerialTerminal::new(Parrot::default());
    console.handle_link(NOW, LinkEvent::Up);
    let octets = b"a\r\nbye\r\nsecret\r\nb\r\ndown\r\nlost";
    assert_eq!(console.handle_input(NOW, octets), octets.len());
    let shown = b"> a\r\n1 a\r\n> bye\r\nbye\r\n> secret\r\n? *\r\n4 b\r\n> down\r\n";
    same(console.transmit(), shown);
    console.handle_transmitted(NOW, shown.len());
    let up = console.poll_timeout().expect("a time when it is up");
    assert_eq!(up, NOW + Duration::from_secs(3));
    console.handle_timeout(up);
    same(console.transmit(), b"> ");
    assert_eq!(console.link_demand(), LinkDemand::Open);
}

#[test]
fn on_a_serial_line_nothing_is_lost_while_there_is_no_room_for_the_next_session() {
    let options = Options {
        output: 0,
        ..Options::serial()
    };
    let mut console = SerialTerminal::with_options(Parrot::default(), options);
    console.handle_link(NOW, LinkEvent::Up);
    let octets = b"bye\r\n".repeat(100);
    let (mut rest, mut shown) = (&octets[..], Vec::new());
    for _ in 0..1000 {
        let taken = console.handle_input(NOW, rest);
        rest = &rest[taken..];
        let len = console.transmit().len().min(7);
        shown.extend_from_slice(&console.transmit()[..len]);
        console.handle_transmitted(NOW, len);
    }
    assert_eq!((rest.len(), console.application().lines), (0, 100));
    same(&shown, &[&b"> bye\r\nbye\r\n".repeat(100)[..], b"> "].concat());
}

#[test]
fn on_a_serial_line_an_idle_session_is_followed_by_a_new_one() {
    let options = Options {
        idle: Some(Duration::from_secs(60)),
        ..Options::serial()
    };
    let mut console = SerialTerminal::with_options(Parrot::default(), options);
    console.handle_link(NOW, LinkEvent::Up);
    let end = console.poll_timeout().expect("the end of the session");
    console.handle_timeout(end);
    same(console.transmit(), b"> > ");
    assert_eq!(console.poll_timeout(), Some(end + Duration::from_secs(60)));
}

struct OneClient(Options);

impl ServerFixture for OneClient {
    type Server = SolePeer<Terminals<Parrot>>;

    fn server(&self) -> Self::Server {
        SolePeer::new(Terminals::with_options(Parrot::default(), self.0), peer(4))
    }

    fn request(&self, n: u32) -> Vec<u8> {
        INPUTS[usize::try_from(n).expect("small") % INPUTS.len()].to_vec()
    }
}

struct OnALine(Options);

impl ServerFixture for OnALine {
    type Server = SerialTerminal<Parrot>;

    fn server(&self) -> Self::Server {
        SerialTerminal::with_options(Parrot::default(), self.0)
    }

    fn request(&self, n: u32) -> Vec<u8> {
        let n = usize::try_from(n).expect("small");
        if n % 16 == 7 {
            return b"bye\r\n".to_vec();
        }
        INPUTS[n % INPUTS.len()].to_vec()
    }
}

#[test]
fn contract_of_a_server_on_a_serial_line() {
    server::all(&OnALine(Options::serial()));
    server::all(&OnALine(Options {
        output: 0,
        ..Options::serial()
    }));
    server::all(&OnALine(Options::default()));
}

#[test]
fn contract_of_a_server() {
    server::all(&OneClient(Options::default()));
    server::all(&OneClient(Options { output: 0, ..silent() }));
    server::all(&OneClient(Options {
        echo: Echo::Always,
        ..Options::default()
    }));
    server::all(&OneClient(Options {
        framing: Framing::Plain,
        ..Options::default()
    }));
    server::all(&OneClient(Options::serial()));
}
