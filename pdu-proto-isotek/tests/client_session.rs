//! The client, line by line: what it sends, when, and how commands end.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use client_support::talk::{FRAME, Talk, frame, off, on, outlet};
use pdu_core::{Effect, Endpoint, Error, ErrorKind, LinkDemand, LinkEvent, LocalDateTime, Session, Ticket, TimeOfDay};
use pdu_proto_isotek::client::{Client, FrameEnd, Notice, Options, Reply, Request, Retry};
use pdu_proto_isotek::wire::{
    Command, Dialect, LineEnd, Operator, OutletConfig, OutletType, Record, RecordType, Setup, Text, YearSeparator,
};
use pdu_proto_isotek::{IsotekError, Rejected};

fn record(id: u32) -> Record<'static> {
    Record {
        id,
        record_type: RecordType::PowerPlan,
        name: Text::default(),
        time: TimeOfDay::new(0, 0).unwrap(),
        day: 0,
        power: 1500,
        operator: Operator::Greater,
        channel: outlet(4),
        status_value: Text::new("0").unwrap(),
        status_slot: Text::new("0").unwrap(),
        setup: Setup::Restart,
    }
}

fn config(delay: u32) -> OutletConfig<'static> {
    OutletConfig {
        name: Text::new("amp").unwrap(),
        outlet_type: OutletType::Router,
        delay,
    }
}

fn noon() -> LocalDateTime {
    LocalDateTime::new(2026, 11, 21, 12, 0, 0).unwrap()
}

fn writes() -> [(Command<'static>, &'static str); 8] {
    [
        (on(3), "S3=1\n"),
        (Command::SetClock(noon()), "T=2026|11|21|12|00|00|\n"),
        (Command::SetRecordCount(2), "P=2\n"),
        (Command::WriteRecord(record(7)), "PW=7|2||00:00|0|1500|1|4|0|0|3|\n"),
        (
            Command::SetConfig {
                outlet: outlet(5),
                config: config(30),
            },
            "C5=amp|2|30|\n",
        ),
        (Command::Restart, "X\n"),
        (Command::AllOff, "G\n"),
        (Command::AllOn, "H\n"),
    ]
}

// Completion.

#[test]
fn every_write_leaves_as_its_line_and_ends_at_ok() {
    for (command, line) in writes() {
        let mut talk = Talk::with_ok_frames(Options::tcp());
        talk.ask(command);
        assert_eq!(talk.leave(), line);
        talk.expect_nothing_done();
        assert_eq!(talk.hear("OK\r\n>").done(), Ok(Reply::Accepted), "{line}");
    }
}

#[test]
fn the_dialect_decides_how_lines_are_written() {
    let mut talk = Talk::new(Options {
        dialect: Dialect {
            line_end: LineEnd::CrLf,
            year_separator: YearSeparator::Slash,
            ..Dialect::default()
        },
        ..Options::tcp()
    });
    talk.ask(Command::SetClock(noon()));
    assert_eq!(talk.leave(), "T=2026/11|21|12|00|00|\r\n");
}

#[test]
fn a_status_is_any_whole_frame_that_began_after_the_question_left() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.hear("CH0=1|230|36|\n");
    talk.send(Command::ReadStatus);
    talk.hear("CH1=1|230|36|\nRTC=2026|11|21|08|00|00|\nOK\n>")
        .expect_nothing_done();
    talk.hear(FRAME);
    let Ok(Reply::Status(frame)) = talk.done() else {
        panic!("a status");
    };
    assert_eq!(frame.channels().count(), 3);
}

#[test]
fn a_schedule_ends_at_ok_and_may_be_empty() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadSchedule);
    talk.hear("P1=7|2||00:00|0|1500|1|4|0|0|3|\r\n").expect_nothing_done();
    assert_eq!(talk.hear("OK\r\n>").done(), Ok(Reply::Schedule(vec![(1, record(7))])));
    talk.send(Command::ReadSchedule);
    assert_eq!(talk.hear("OK\r\n>").done(), Ok(Reply::Schedule(Vec::new())));
}

#[test]
fn outlet_settings_end_at_ok() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadConfigs);
    talk.hear("C1=amp|2|30|\nC2=amp|2|31|\n").expect_nothing_done();
    let expected = vec![(outlet(1), config(30)), (outlet(2), config(31))];
    assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Configs(expected)));
}

#[test]
fn an_address_ends_at_its_line() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(Command::ReadAddress);
    talk.hear("A=SN1|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|8080|\n");
    let Ok(Reply::Address(address)) = talk.done() else {
        panic!("an address");
    };
    assert_eq!((address.serial.as_str(), address.mac[5]), ("SN1", 0x55));
}

#[test]
fn one_command_is_outstanding_and_the_others_follow_in_their_order() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    let tickets = [talk.ask(on(1)), talk.ask(off(2)), talk.ask(Command::AllOn)];
    for (ticket, line) in tickets.into_iter().zip(["S1=1\n", "S2=0\n", "H\n"]) {
        assert_eq!(talk.leave(), line);
        assert_eq!(talk.leave(), "");
        talk.hear("OK\n>");
        assert_eq!(talk.dones(), [(ticket, Ok(Reply::Accepted))]);
    }
}

#[test]
fn the_ninth_command_is_busy_until_an_end_was_taken() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    for _ in 0..8 {
        talk.ask(on(1));
    }
    let request = Request::new(Command::Restart);
    let refused = talk.client.submit(talk.now, request.clone()).unwrap_err();
    assert_eq!((refused.kind, &refused.request), (ErrorKind::Busy, &request));
    talk.leave();
    talk.hear("OK\n");
    assert!(talk.client.submit(talk.now, request.clone()).is_err(), "not taken yet");
    assert_eq!(talk.done(), Ok(Reply::Accepted));
    assert!(talk.client.submit(talk.now, request).is_ok());
}

#[test]
fn a_command_that_may_not_be_sent_fails_and_nothing_leaves() {
    let mut talk = Talk::new(Options::tcp());
    talk.ask(Command::SetConfig {
        outlet: outlet(1),
        config: OutletConfig {
            name: Text::new("nine char").unwrap(),
            ..config(1)
        },
    });
    assert_eq!(talk.leave(), "");
    let error = talk.done().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
}

// The command heard back, answers to others.

#[test]
fn the_command_that_comes_back_as_a_line_is_dropped_once() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    talk.hear("S3=1\r\n").hear("OK\r\n");
    assert_eq!(talk.told(), (vec![(Ticket(1), Ok(Reply::Accepted))], vec![]));
    talk.send(on(3));
    talk.hear("S3=1\nS3=1\n");
    let line = (*b"S3=1").into();
    assert_eq!(talk.notices(), [Notice::Unknown { line }]);
}

#[test]
fn in_strict_mode_an_echo_is_refused_and_the_command_goes_on() {
    let mut talk = Talk::new(Options {
        mode: pdu_core::Mode::Strict,
        ..Options::tcp()
    });
    talk.send(on(3));
    talk.hear("S3=1\n");
    assert!(matches!(talk.notices()[..], [Notice::Rejected { .. }]));
    talk.hear(">OK\n");
    assert_eq!(talk.dones().len(), 1);
}

#[test]
fn answers_to_other_commands_are_told_and_counted_and_change_nothing() {
    let others = [
        "P1=7|2||00:00|0|1500|1|4|0|0|3|",
        "C1=amp|2|30|",
        "A=SN1|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|8080|",
    ];
    for (n, other) in others.iter().enumerate() {
        let mut talk = Talk::with_ok_frames(Options::tcp());
        let command = [Command::ReadConfigs, Command::ReadSchedule, Command::AllOn][n].clone();
        talk.send(command);
        talk.hear(&format!("{other}\n"));
        let line = other.as_bytes().into();
        assert_eq!(talk.notices(), [Notice::Unasked { line }]);
        assert_eq!(talk.client.statistics().unasked, 1);
        talk.hear("C1=a|1|1|\nP1=7|2||00:00|0|1500|1|4|0|0|3|\n").forget();
        assert!(talk.hear("OK\nOK\n").dones()[0].1.is_ok(), "{other}");
    }
}

#[test]
fn an_ok_that_nobody_asked_for_is_told_and_counted() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.hear("OK\n");
    let line = (*b"OK").into();
    assert_eq!(talk.notices(), [Notice::Unasked { line }]);
    assert_eq!(talk.client.statistics().unasked, 1);
}

// No answer.

#[test]
fn no_answer_is_a_timeout_that_says_it_is_no_refusal_and_leaves_a_write_unknown() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    talk.wait(1_999).expect_nothing_done();
    let error = talk.wait(1).done().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert_eq!(error.to_string(), "no reply to Sx=s (1 sent), which is not a refusal");
}

#[test]
fn the_time_for_an_answer_starts_when_the_last_byte_has_left() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.ask(on(3));
    talk.client.handle_transmitted(talk.now, 4);
    talk.wait(1_900).expect_nothing_done();
    assert_eq!(talk.leave(), "\n");
    talk.wait(1_999).expect_nothing_done();
    assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Accepted));
}

#[test]
fn over_a_serial_line_the_time_on_the_wire_is_added() {
    let mut options = Options::serial();
    options.link = pdu_proto_isotek::client::Link::Serial(pdu_core::LineSettings::eight_n_one(300));
    let mut talk = Talk::with_ok_frames(options);
    talk.send(on(3)); // 5 characters of 10 bits: 167 ms
    talk.wait(2_166).expect_nothing_done();
    assert!(talk.wait(1).done().is_err());
}

#[test]
fn after_a_timeout_over_tcp_the_connection_is_given_up_and_nothing_late_is_heard() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    talk.ask(on(4));
    talk.wait(2_000);
    assert_eq!(talk.client.link_demand(), LinkDemand::Reset);
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.dones().len(), 1);
    talk.hear("OK\n").cut();
    assert_eq!(talk.client.link_demand(), LinkDemand::Open);
    talk.connect();
    assert_eq!(talk.leave(), "S4=1\n");
    talk.expect_nothing_done();
}

#[test]
fn a_read_is_asked_again_on_the_next_connection_as_often_as_allowed() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadConfigs);
    for _ in 0..2 {
        talk.wait(2_000).cut().connect();
        talk.expect_nothing_done();
        assert_eq!(talk.leave(), "C?\n");
    }
    let error = talk.wait(2_000).done().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::NotApplied));
    assert_eq!(talk.client.statistics().repeated, 2);
}

#[test]
fn writes_are_sent_once_whatever_may_be_repeated_unless_a_status_shows_them() {
    for (command, line) in writes() {
        for retry in [Retry::ReadsOnly, Retry::Never, Retry::AfterStatus] {
            let is_switch = matches!(line.as_bytes()[0], b'S' | b'G' | b'H');
            if is_switch && retry == Retry::AfterStatus {
                continue;
            }
            let mut talk = Talk::with_ok_frames(Options::serial());
            talk.ask(Request::new(command.clone()).with_retry(retry));
            let mut sent = talk.leave();
            for _ in 0..100 {
                talk.wait(100).hear(FRAME).hear("OK\n");
                sent += &talk.leave();
            }
            assert_eq!(sent, line, "{retry:?}");
            assert_eq!(talk.dones()[0].1.as_ref().unwrap_err().effect(), Effect::Unknown);
        }
    }
}

#[test]
fn never_means_once_for_reads_too() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Request::new(Command::ReadSchedule).with_retry(Retry::Never));
    assert!(talk.wait(2_000).done().is_err());
}

#[test]
fn after_a_timeout_a_serial_line_is_left_alone_until_it_was_quiet() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(on(3));
    talk.ask(on(4));
    talk.wait(2_010);
    assert_eq!(talk.dones().len(), 1);
    assert_eq!(talk.leave(), "");
    talk.wait(200).hear("OK\n"); // late: nobody's
    assert_eq!(talk.wait(299).leave(), "");
    assert!(talk.dones().is_empty());
    assert_eq!(talk.wait(1).leave(), "S4=1\n");
}

#[test]
fn a_line_that_is_never_quiet_but_carries_whole_frames_only_is_used_again() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(on(3));
    talk.ask(on(4));
    talk.wait(2_010).forget();
    let mut sent = String::new();
    for _ in 0..30 {
        talk.wait(100).hear("CH0=1|230|36|\n").wait(100).hear("CH1=1|230|36|\n");
        talk.wait(100).hear("CH2=1|230|36|\n");
        talk.wait(100).hear("RTC=2026|11|21|08|00|00|\nOK\n");
        sent += &talk.leave();
    }
    assert_eq!(sent, "S4=1\n");
}

#[test]
fn a_line_that_is_never_quiet_at_all_is_busy() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(on(3));
    talk.ask(on(4));
    talk.wait(2_010).forget();
    for _ in 0..50 {
        talk.wait(100).hear("%&/\n");
        assert_eq!(talk.leave(), "");
    }
    let error = talk.dones()[0].1.clone().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Busy, Effect::NotApplied));
}

// The next status decides.

fn repeatable(command: Command<'static>) -> Request {
    Request::new(command).with_retry(Retry::AfterStatus)
}

#[test]
fn a_switch_that_the_next_status_shows_is_confirmed_and_not_sent_again() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(repeatable(off(1)));
    talk.wait(2_000).cut().connect().expect_nothing_done();
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.hear(&frame(0, 0)).done(), Ok(Reply::Confirmed));
}

#[test]
fn a_switch_that_the_next_status_does_not_show_is_sent_again_as_often_as_allowed() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(repeatable(off(1)));
    for _ in 0..2 {
        talk.wait(2_000).cut().connect();
        assert_eq!(talk.leave(), "");
        talk.hear(&frame(1, 0)).hear("OK\n");
        assert_eq!(talk.leave(), "S1=0\n");
    }
    talk.wait(2_000).cut().connect().hear(&frame(1, 0)).hear("OK\n");
    assert_eq!(talk.leave(), "");
    let error = talk.done().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
}

#[test]
fn all_off_and_all_on_are_shown_by_all_outlets_and_by_no_less() {
    for (command, shown) in [(Command::AllOff, frame(0, 0)), (Command::AllOn, frame(1, 1))] {
        let mut talk = Talk::with_ok_frames(Options::serial());
        let line = ["G\n", "H\n"][usize::from(command == Command::AllOn)];
        talk.ask(repeatable(command));
        assert_eq!(talk.leave(), line);
        talk.wait(2_010).wait(300);
        assert_eq!(talk.leave(), "");
        assert_eq!(talk.hear(&shown).done(), Ok(Reply::Confirmed));
        // One outlet of two.
        let mut talk = Talk::with_ok_frames(Options::serial());
        talk.send(repeatable(Command::AllOff));
        talk.wait(2_010).wait(300).hear(&frame(0, 1)).hear("OK\n");
        assert_eq!(talk.leave(), "G\n");
    }
}

#[test]
fn a_status_that_began_before_the_timeout_or_lacks_lines_decides_nothing() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(repeatable(off(1)));
    talk.wait(1_990).hear("CH0=1|230|36|\nCH1=0|230|0|\n").wait(20);
    talk.hear("CH2=0|230|0|\nRTC=2026|11|21|08|00|00|\nOK\n");
    talk.wait(300).expect_nothing_done();
    // Its head is lost: outlet 1 is not in it.
    talk.hear("CH2=0|230|0|\nRTC=2026|11|21|08|00|00|\nOK\n");
    talk.expect_nothing_done();
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.hear(&frame(0, 0)).done(), Ok(Reply::Confirmed));
}

#[test]
fn a_frame_that_began_before_the_line_was_quiet_decides_nothing() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(repeatable(on(2)));
    talk.wait(2_010).hear("CH0=1|230|36|\nCH1=1|230|36|\n");
    talk.wait(300).hear("CH2=1|230|36|\nRTC=2026|11|21|08|00|00|\nOK\n");
    talk.expect_nothing_done();
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.hear(&frame(1, 1)).done(), Ok(Reply::Confirmed));
}

#[test]
fn a_frame_that_lacks_outlets_does_not_show_that_all_are_off() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(repeatable(Command::AllOff));
    talk.wait(2_010).wait(300);
    talk.hear("CH0=0|230|0|\nCH1=0|230|0|\nRTC=2026|11|21|08|00|00|\nOK\n");
    talk.expect_nothing_done();
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.hear(&frame(0, 0)).done(), Ok(Reply::Confirmed));
}

#[test]
fn a_switch_in_doubt_without_any_status_is_no_reply() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(repeatable(off(1)));
    talk.wait(2_010).wait(300).wait(2_999).expect_nothing_done();
    assert_eq!(talk.wait(1).done().unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn a_lost_link_leaves_a_repeatable_switch_to_the_next_status_too() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(repeatable(off(1)));
    talk.cut().connect().expect_nothing_done();
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.hear(&frame(0, 0)).done(), Ok(Reply::Confirmed));
}

// The link.

#[test]
fn a_restart_that_drops_the_link_is_unknown_and_not_sent_again() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(repeatable(Command::Restart));
    let error = talk.cut().done().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::LinkDown, Effect::Unknown));
    assert_eq!(talk.connect().hear(FRAME).leave(), "");
}

#[test]
fn a_read_that_the_link_drops_is_asked_again() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadConfigs);
    talk.hear("C1=amp|2|30|\n").cut().connect().expect_nothing_done();
    assert_eq!(talk.leave(), "C?\n");
    talk.hear("C1=amp|2|30|\nOK\n");
    assert_eq!(talk.done(), Ok(Reply::Configs(vec![(outlet(1), config(30))])));
}

#[test]
fn commands_that_wait_for_a_link_fail_in_time_and_are_not_applied() {
    let mut client = Client::new(Options::tcp());
    assert_eq!(client.link_demand(), LinkDemand::Open, "its unit is to be followed");
    let now = client_support::talk::T0;
    client.submit(now, on(1).into()).unwrap();
    let mut talk = Talk { client, now };
    talk.wait(2_999).expect_nothing_done();
    let error = talk.wait(1).done().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::LinkDown, Effect::NotApplied)
    );
}

#[test]
fn a_peer_that_closes_is_left() {
    let mut talk = Talk::new(Options::tcp());
    talk.client.handle_link(talk.now, LinkEvent::Eof);
    assert_eq!(talk.client.link_demand(), LinkDemand::Reset);
}

// Cancelling.

#[test]
fn a_command_cancelled_before_it_leaves_is_not_applied_and_never_leaves() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    let (first, second) = (talk.ask(on(1)), talk.ask(on(2)));
    for ticket in [second, first] {
        talk.client.cancel(talk.now, ticket);
        let error = talk.done().unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Cancelled, Effect::NotApplied)
        );
    }
    assert_eq!(talk.leave(), "");
}

#[test]
fn a_command_cancelled_while_it_leaves_is_finished_and_its_ok_is_no_other_commands() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    let ticket = talk.ask(on(1));
    talk.client.handle_transmitted(talk.now, 1);
    talk.client.cancel(talk.now, ticket);
    assert_eq!(talk.done().unwrap_err().effect(), Effect::Unknown);
    talk.ask(on(2));
    assert_eq!(talk.leave(), "1=1\n");
    assert_eq!(talk.leave(), "");
    talk.hear("OK\n").expect_nothing_done();
    assert_eq!(talk.leave(), "S2=1\n");
    assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Accepted));
}

#[test]
fn a_cancelled_command_that_is_never_answered_costs_the_connection() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    let ticket = talk.send(on(1));
    talk.client.cancel(talk.now, ticket);
    talk.wait(2_000);
    assert_eq!(talk.client.link_demand(), LinkDemand::Reset);
}

// Status.

#[test]
fn readings_become_stale_once_until_the_next_frame() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.wait(2_999);
    assert_eq!(talk.notices(), []);
    talk.wait(1);
    assert_eq!(talk.notices(), [Notice::Stale]);
    talk.wait(3_000).cut().connect().wait(3_000);
    assert_eq!(talk.notices(), [], "told once");
    talk.hear(FRAME).forget();
    talk.wait(3_000);
    assert_eq!(talk.notices(), [Notice::Stale]);
}

#[test]
fn a_link_without_a_status_is_given_up_after_ten_seconds() {
    for options in [Options::tcp(), Options::serial()] {
        let mut talk = Talk::with_ok_frames(options);
        talk.hear("OK\n").wait(9_999);
        assert_eq!(talk.client.link_demand(), LinkDemand::Open);
        talk.wait(1);
        assert_eq!(talk.client.link_demand(), LinkDemand::Reset);
    }
}

#[test]
fn the_newest_status_replaces_those_that_were_not_taken_and_counts_them() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    for first in [0, 1, 0] {
        talk.hear(&frame(first, 0)).hear("OK\n");
    }
    let [Notice::Status { frame, replaced, .. }] = &talk.notices()[..] else {
        panic!("one status");
    };
    let state = frame.channel(outlet(1).into()).unwrap().state;
    assert_eq!((state, *replaced), (pdu_proto_isotek::wire::OutletState::Off, 2));
    talk.hear(FRAME).hear("OK\n");
    assert!(matches!(talk.notices()[..], [Notice::Status { replaced: 0, .. }]));
}

#[test]
fn a_status_is_told_in_its_order_with_the_ends_of_commands() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(off(1));
    talk.hear(&frame(1, 0)).hear("OK\n").hear("OK\n");
    talk.hear(&frame(0, 0)).hear("OK\n");
    assert!(matches!(talk.client.poll_event(), Some(pdu_core::Event::Done { .. })));
    let frames = talk.frames();
    assert_eq!(
        frames.len(),
        1,
        "the one from before the end was replaced by the one behind it"
    );
}

#[test]
fn frames_of_eight_outlets_and_without_a_clock_are_taken_and_say_so() {
    use pdu_proto_isotek::wire::Deviation;
    let mut talk = Talk::new(Options::tcp());
    talk.hear("CH1=1|230|36|\nCH2=1|230|36|\nOK\n>");
    let [Notice::Status { deviations, .. }] = talk.notices()[..] else {
        panic!("a status");
    };
    for deviation in [Deviation::NoUnit, Deviation::FewOutlets, Deviation::NoClock] {
        assert!(deviations.has(deviation), "{deviation}");
    }
}

#[test]
fn what_answers_and_echoes_were_taken_with_is_kept_in_the_statistics() {
    use pdu_proto_isotek::wire::{Deviation, Deviations};
    let mut talk = Talk::with_ok_frames(Options::tcp());
    let before = talk.client.statistics().deviations;
    assert_eq!(before, Deviations::of(&[Deviation::FewOutlets]));
    talk.send(Command::ReadConfigs);
    talk.hear("C?\nCl=amp|2|30|\nok\n");
    assert_eq!(talk.dones().len(), 1);
    let taken = Deviations::of(&[Deviation::Echo, Deviation::IndexLetter, Deviation::Case]);
    assert_eq!(talk.client.statistics().deviations, before.union(taken));
}

#[test]
fn a_frame_without_clock_and_ok_ends_where_the_next_begins() {
    let mut talk = Talk::new(Options::tcp());
    talk.hear("CH0=1|230|36|\nCH1=1|230|36|\n");
    assert_eq!(talk.frames().len(), 0);
    talk.wait(1_000).hear("CH0=1|230|37|\n");
    assert_eq!(talk.frames().len(), 1);
}

#[test]
fn a_frame_cut_short_is_refused_once_it_is_known_what_is_missing() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.hear("CH0=1|230|36|\nCH1=1|230|36|\n").wait(1_000).hear(FRAME);
    let notices = talk.notices();
    let error = Rejected::FrameCut { last: 1 };
    let line = (*b"CH0=1|230|36|").into();
    assert_eq!(notices[0], Notice::Rejected { error, line });
    assert!(matches!(notices[1], Notice::Status { .. }));
}

#[test]
fn lines_out_of_order_cost_the_rest_of_their_frame_and_no_more() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.hear("CH0=1|230|36|\nCH2=1|230|36|\nCH1=1|230|36|\nCH3=1|230|0|\nRTC=2026|11|21|08|00|00|\nOK\n>");
    let notices = talk.notices();
    let [Notice::Rejected { error, line }] = &notices[..] else {
        panic!("one refused line: {notices:?}");
    };
    assert_eq!(error.to_string(), "CH1 after CH2 in one status");
    assert_eq!(&line[..], b"CH1=1|230|36|");
    assert_eq!(talk.hear(FRAME).hear("OK\n").frames().len(), 1);
}

#[test]
fn a_clock_without_any_status_line_is_no_status() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.hear("RTC=2026|11|21|08|00|00|\nOK\n");
    let line = (*b"RTC=2026|11|21|08|00|00|").into();
    let error = Rejected::ClockOnly;
    assert_eq!(talk.notices(), [Notice::Rejected { error, line }]);
}

#[test]
fn in_strict_mode_a_frame_wants_all_its_lines() {
    let mut talk = Talk::new(Options {
        mode: pdu_core::Mode::Strict,
        ..Options::tcp()
    });
    talk.hear(FRAME);
    assert!(matches!(talk.notices()[..], [Notice::Rejected { .. }]));
    let mut whole = String::new();
    for index in 0..=16 {
        whole.extend(["CH", &index.to_string(), "=1|230|5|\n"]);
    }
    talk.hear(&whole).hear("RTC=2026|11|21|08|00|00|\n");
    assert_eq!(talk.frames().len(), 1);
}

// Bad input.

/// What isotek.md 3.3 lists as refused in both modes.
const REFUSED: [&str; 24] = [
    "CH17=1|230|36|",
    "C0=amp|1|1|",
    "C17=amp|1|1|",
    "P1=1|1|a|07:30|1|0|0|0|0|0|1|",
    "P1=1|1|a|07:30|1|0|0|17|0|0|1|",
    "CH1=2|230|36|",
    "CH1=1|230|",
    "CH1=1|230|36|5|",
    "CH1=1|23O|36|",
    "CH1=1|-230|36|",
    "CH1=1|+230|36|",
    "RTC=2026|02|30|08|00|00|",
    "RTC=2026|11|21|24|00|00|",
    "RTC=2026|11|21|08|60|00|",
    "RTC=2026|11|21|08|00|60|",
    "RTC=1999|11|21|08|00|00|",
    "P1=1|3|a|07:30|1|0|0|3|0|0|1|",
    "P1=1|1|a|07:30|1|0|0|3|0|0|4|",
    "P1=1|1|a|24:30|1|0|0|3|0|0|1|",
    "C1=amp|4|1|",
    "C1=amp|0|1|",
    "C1=amp|1|1|1|",
    "OK 1",
    "P1=",
];

#[test]
fn lines_to_be_refused_are_told_with_their_bytes_and_the_session_goes_on() {
    for mode in [pdu_core::Mode::Strict, pdu_core::Mode::Lenient] {
        for refused in REFUSED {
            let mut talk = Talk::new(Options {
                mode,
                frame_end: FrameEnd::Bare,
                ..Options::tcp()
            });
            talk.hear(&format!("{refused}\r\n"));
            let notices = talk.notices();
            let [Notice::Rejected { line, .. }] = &notices[..] else {
                panic!("{refused}: {notices:?}");
            };
            assert_eq!(&line[..], refused.as_bytes());
            talk.hear(">").forget(); // whatever it was, it has ended
            talk.send(on(1));
            assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Accepted), "{refused}");
        }
    }
}

#[test]
fn a_refused_line_of_an_answer_fails_the_command_and_its_end_is_no_other_commands() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    let first = talk.send(Command::ReadSchedule);
    talk.hear("P1=7|2||00:00|0|1500|1|4|0|0|3|\nP2=7|2||00:00|0|1500|1|99|0|0|3|\n");
    let (dones, notices) = talk.told();
    let [(ticket, Err(error @ IsotekError::Answer { .. }))] = &dones[..] else {
        panic!("{dones:?}");
    };
    assert_eq!(
        (*ticket, error.kind(), error.effect()),
        (first, ErrorKind::Malformed, Effect::NotApplied)
    );
    assert!(matches!(notices[..], [Notice::Rejected { .. }]));
    talk.ask(Command::ReadConfigs);
    assert_eq!(talk.leave(), "");
    talk.hear("P3=7|2||00:00|0|1500|1|4|0|0|3|\nOK\n>");
    talk.expect_nothing_done();
    assert_eq!(talk.leave(), "C?\n");
    talk.hear("C1=amp|2|30|\nOK\n");
    assert_eq!(talk.done(), Ok(Reply::Configs(vec![(outlet(1), config(30))])));
}

#[test]
fn a_refused_status_line_within_an_answer_costs_the_answer_nothing() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadConfigs);
    talk.hear("C1=amp|2|30|\nCH0=1|230|36|\nCH1=7|230|36|\nRTC=2026|11|31|08|00|00|\nOK\nC2=amp|2|30|\nOK\n");
    let (dones, notices) = talk.told();
    let (Ok(Reply::Configs(configs)), 3) = (&dones[0].1, notices.len()) else {
        panic!("{dones:?}, {notices:?}");
    };
    assert_eq!(configs.len(), 2);
}

#[test]
fn a_record_left_out_is_taken_over_tcp_and_a_lost_line_over_serial() {
    let lines = "P1=7|2||00:00|0|1500|1|4|0|0|3|\nP3=7|2||00:00|0|1500|1|4|0|0|3|\nOK\n";
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadSchedule);
    assert!(matches!(talk.hear(lines).done(), Ok(Reply::Schedule(records)) if records.len() == 2));
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(Command::ReadSchedule);
    let error = talk.hear(lines).dones()[0].1.clone().unwrap_err();
    assert_eq!(error.to_string(), "answer to P?: reply line 3 where 2 was expected");
}

#[test]
fn as_many_records_are_read_as_can_be_numbered_and_a_number_that_comes_again_is_malformed() {
    let record = |index| format!("P{index}=7|2||00:00|0|1500|1|4|0|0|3|\n");
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadSchedule);
    for index in 1..=999 {
        talk.hear(&record(index));
    }
    assert!(matches!(talk.hear("OK\n").done(), Ok(Reply::Schedule(records)) if records.len() == 999));
    talk.send(Command::ReadSchedule);
    talk.hear(&record(999)).hear(&record(999));
    let error = talk.dones()[0].1.clone().unwrap_err();
    assert_eq!(
        error.to_string(),
        "answer to P?: reply line 999 where 1000 was expected"
    );
}

#[test]
fn lines_without_end_are_skipped_told_once_and_cost_no_memory() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    for _ in 0..64 {
        talk.hear_bytes(&[b'x'; 1024]);
    }
    let notices = talk.notices();
    let [Notice::Rejected { error, line }] = &notices[..] else {
        panic!("{notices:?}");
    };
    assert_eq!((*error, line.len()), (Rejected::TooLong, 256));
    // The OK directly behind it may be that of whatever was in it.
    talk.hear("\nOK\n").expect_nothing_done();
    assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Accepted));
    talk.hear_bytes(&vec![b'C'; 1 << 20]);
    assert_eq!(talk.notices().len(), 1);
}

#[test]
fn binary_noise_ends_nothing_and_what_comes_behind_it_is_read() {
    let mut rng = pdu_core::Rng::from_seed(3);
    for _ in 0..200 {
        let mut talk = Talk::with_ok_frames(Options::serial());
        talk.send(on(3));
        let mut noise = [0; 300];
        rng.fill(&mut noise);
        talk.hear_bytes(&noise).hear("\n");
        let (dones, notices) = talk.told();
        assert!(dones.is_empty());
        assert!(notices.len() <= 8, "bounded");
        talk.hear(FRAME).hear("OK\n").hear("OK\n");
        assert_eq!(talk.done(), Ok(Reply::Accepted));
    }
}

#[test]
fn notices_are_bounded_and_those_dropped_are_counted() {
    let mut talk = Talk::new(Options::tcp());
    for n in 0..20 {
        talk.hear(&format!("Q{n}=1\n"));
    }
    let notices = talk.notices();
    assert_eq!(notices.len(), 8);
    let line = (*b"Q19=1").into();
    assert_eq!(notices[7], Notice::Unknown { line });
    let statistics = talk.client.statistics();
    assert_eq!((statistics.unknown, statistics.notices_dropped), (20, 12));
}

#[test]
fn what_was_heard_in_place_of_an_answer_is_in_the_error() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    talk.hear("OK 1\n").wait(2_000);
    let error = talk.dones()[0].1.clone().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("which is not a refusal; it sent what is no answer: "),
        "{error}"
    );
}

#[test]
fn a_client_is_no_larger_than_documented() {
    let size = size_of::<Client>();
    assert!(size <= 3 * 1024, "{size} bytes");
}

#[test]
fn nothing_is_due_on_a_link_that_is_not_there() {
    let mut talk = Talk::new(Options::tcp());
    talk.cut().wait(3_000);
    assert_eq!(talk.notices(), [Notice::Stale]);
    assert_eq!(talk.client.poll_timeout(), None);
    talk.hear(FRAME);
    assert_eq!(talk.notices(), [], "bytes of a link that is gone");
}
