//! Whose an `OK` is: a command's, or a status frame's.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use client_support::talk::{FRAME, Talk, frame, off, on};
use pdu_core::{Endpoint, Error, ErrorKind, LinkDemand};
use pdu_proto_isotek::client::{FrameEnd, Options, Reply};
use pdu_proto_isotek::wire::Command;

#[test]
fn ok_that_is_behind_no_frame_is_the_commands() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(on(3));
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn ok_behind_a_frame_that_ends_with_ok_is_not_the_commands() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    talk.hear(FRAME).hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn ok_behind_a_bare_frame_is_the_commands() {
    for options in [Options::tcp(), Options::serial()] {
        let mut talk = Talk::with_bare_frames(options);
        assert_eq!(talk.client.frame_end(), FrameEnd::Bare);
        talk.send(on(3));
        assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
        talk.send(on(4));
        talk.hear(FRAME).expect_nothing_done();
        assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
    }
}

#[test]
fn ok_behind_an_answer_to_something_else_is_the_end_of_that() {
    for stray in ["C15=a|1|0|\nC16=b|1|0|\n", "P1=7|2||00:00|0|1500|1|4|0|0|3|\n"] {
        for mut talk in [
            Talk::with_ok_frames(Options::tcp()),
            Talk::with_bare_frames(Options::tcp()),
        ] {
            talk.send(on(3));
            talk.hear(stray).hear("OK\n>").expect_nothing_done();
            assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
        }
    }
    // Else an empty scheduler would be told that was never read.
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadSchedule);
    talk.hear("C16=b|1|0|\nOK\n>").expect_nothing_done();
    assert!(
        matches!(talk.hear("P1=7|2||00:00|0|1500|1|4|0|0|3|\nOK\n>").done(), Ok(Reply::Schedule(records)) if records.len() == 1)
    );
}

#[test]
fn over_a_serial_line_ok_behind_a_frame_does_not_say_that_there_are_no_records() {
    let mut talk = Talk::with_bare_frames(Options::serial());
    talk.send(Command::ReadSchedule);
    // All that the unit heard is "?".
    talk.hear(FRAME).hear("OK\n>").expect_nothing_done();
    // All lines of the answer may be lost: it is asked for once more, and believed then.
    talk.hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.leave(), "P?\n");
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Schedule(Vec::new())));
    let mut talk = Talk::with_bare_frames(Options::tcp());
    talk.send(Command::ReadSchedule);
    assert_eq!(talk.hear(FRAME).hear("OK\n>").done(), Ok(Reply::Schedule(Vec::new())));
}

#[test]
fn over_a_serial_line_a_list_that_was_empty_once_and_is_not_is_what_it_is() {
    let mut talk = Talk::with_bare_frames(Options::serial());
    talk.send(Command::ReadConfigs);
    talk.hear(FRAME).hear(">").hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.leave(), "C?\n");
    let Ok(Reply::Configs(configs)) = talk.hear("C1=amp|1|0|\nOK\n>").done() else {
        panic!("configs");
    };
    assert_eq!(configs.len(), 1);
}

#[test]
fn an_unclear_ok_is_the_frames_if_another_follows() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(on(3));
    talk.hear(FRAME).hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
}

#[test]
fn an_unclear_ok_is_the_frames_if_the_next_frame_has_one_too() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(on(3));
    talk.hear(FRAME).hear("OK\n>").wait(1_000).hear(FRAME).hear("OK\n>");
    talk.expect_nothing_done();
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
    // The unit never answers: that is no reply, whatever frames come.
    talk.wait(1_000).hear(FRAME).hear("OK\n>").wait(5_000);
    assert_eq!(talk.done().unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn an_unclear_ok_is_the_commands_if_frames_turn_out_to_be_bare() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(on(3));
    talk.hear(FRAME)
        .hear("OK\n")
        .wait(1_000)
        .hear(FRAME)
        .wait(1_000)
        .hear(FRAME);
    talk.expect_nothing_done();
    talk.wait(1_000).hear("CH0=1|230|36|\n");
    assert_eq!(talk.done(), Ok(Reply::Accepted));
    assert_eq!(talk.client.frame_end(), FrameEnd::Bare);
}

#[test]
fn an_unclear_ok_that_stays_so_is_no_reply() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(on(3));
    talk.hear(FRAME).hear("OK\n").wait(3_999);
    talk.expect_nothing_done();
    talk.wait(1);
    assert_eq!(talk.done().unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(talk.client.link_demand(), LinkDemand::Reset);
}

#[test]
fn ok_behind_a_frame_while_nothing_is_asked_teaches_that_frames_end_with_it() {
    let mut talk = Talk::new(Options::tcp());
    assert_eq!(talk.client.frame_end(), FrameEnd::Learnt);
    talk.hear(FRAME).hear("OK\n>");
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
    // For good: a frame whose OK is missing proves nothing any more.
    talk.hear(FRAME).hear(FRAME).hear(FRAME);
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
}

#[test]
fn frames_once_thought_bare_are_not_when_one_ends_with_ok_unasked() {
    let mut talk = Talk::with_bare_frames(Options::serial());
    talk.hear(FRAME).hear("OK\n>");
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
}

#[test]
fn one_frame_without_ok_proves_nothing_for_it_may_be_lost_or_an_exception() {
    for options in [Options::tcp(), Options::serial()] {
        let mut talk = Talk::new(options);
        talk.hear(FRAME).hear(FRAME);
        assert_eq!(talk.client.frame_end(), FrameEnd::Learnt);
        talk.hear("CH0=1|230|36|\n");
        assert_eq!(talk.client.frame_end(), FrameEnd::Bare);
    }
}

#[test]
fn a_first_frame_without_ok_does_not_make_that_of_the_second_a_commands() {
    let mut talk = Talk::new(Options::tcp());
    talk.hear(FRAME).send(on(3));
    talk.hear(FRAME).hear("OK\n>").hear(FRAME).hear("OK\n>");
    talk.expect_nothing_done();
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
}

#[test]
fn a_prompt_between_a_frame_and_its_ok_does_not_make_that_a_commands() {
    let mut talk = Talk::new(Options::tcp());
    talk.hear(FRAME).hear(">OK\n");
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
    talk.send(on(3));
    talk.hear(FRAME).hear(">OK\n");
    talk.expect_nothing_done();
}

#[test]
fn a_prompt_behind_a_frame_without_its_clock_shows_nothing_for_its_end_may_be_lost() {
    let mut talk = Talk::new(Options::serial());
    for _ in 0..3 {
        talk.hear("CH0=1|230|36|\nCH1=1|230|36|\n>");
    }
    assert_eq!(talk.client.frame_end(), FrameEnd::Learnt);
}

#[test]
fn what_was_learnt_is_forgotten_with_the_connection() {
    let mut talk = Talk::with_bare_frames(Options::tcp());
    talk.cut().connect();
    assert_eq!(talk.client.frame_end(), FrameEnd::Learnt);
}

#[test]
fn how_frames_end_may_be_told_and_is_then_not_learnt() {
    for told in [FrameEnd::Bare, FrameEnd::Ok] {
        let mut talk = Talk::new(Options {
            frame_end: told,
            ..Options::tcp()
        });
        talk.hear(FRAME).hear("OK\n").hear(FRAME).hear(FRAME);
        assert_eq!(talk.client.frame_end(), told);
        talk.forget();
        talk.send(on(1));
        let accepted = talk.hear("OK\n").dones().len() == 1;
        assert_eq!(accepted, told == FrameEnd::Bare);
    }
}

#[test]
fn the_ok_of_a_frame_cut_before_its_clock_is_not_the_commands() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(on(3));
    talk.hear("CH0=1|230|36|\nCH1=1|230|36|\nOK\n>").expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn the_ok_of_a_frame_out_of_order_and_without_its_clock_is_not_the_commands() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.send(on(3));
    talk.hear("CH0=1|230|36|\nCH2=1|230|36|\nCH1=1|230|36|\nOK\n>");
    talk.expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn the_ok_of_a_frame_whose_clock_is_refused_is_not_the_commands() {
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(on(3));
    talk.hear("CH0=1|230|36|\nRTC=2026|02|30|08|00|00|\nOK\n>")
        .expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn ok_behind_a_line_that_is_refused_is_not_the_commands() {
    for damaged in ["|230|36|\n", "RTC2026|11\n", "H3=1|230|0|\n", "\u{1}\n"] {
        let mut talk = Talk::with_ok_frames(Options::serial());
        talk.send(on(3));
        talk.hear(damaged).hear("OK\n>").expect_nothing_done();
        assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted), "{damaged:?}");
    }
}

#[test]
fn a_line_that_only_begins_with_ok_acknowledges_nothing() {
    let mut talk = Talk::new(Options::tcp());
    talk.send(on(3));
    talk.hear("OK 1\n").hear("OKAY\n").expect_nothing_done();
}

#[test]
fn ok_before_the_command_has_left_is_not_its_own() {
    let mut talk = Talk::new(Options::tcp());
    talk.ask(on(3));
    talk.hear("OK\n").expect_nothing_done();
    talk.leave();
    talk.expect_nothing_done();
    assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Accepted));
}

#[test]
fn an_acknowledgement_between_the_lines_of_an_answer_with_a_frame_in_it_ends_at_the_last_ok() {
    let record = |n: u8| format!("P{n}={n}|1|a|07:30|1|0|0|3|0|0|1|\n");
    let mut talk = Talk::new(Options::tcp());
    talk.send(Command::ReadSchedule);
    // Not known yet how frames end: the OK is held, and record 2 shows that it was the frame's.
    talk.hear(&record(1)).hear(FRAME).hear("OK\n>").hear(&record(2));
    assert_eq!(talk.client.frame_end(), FrameEnd::Ok);
    talk.hear(&frame(1, 1)).hear("OK\n>").expect_nothing_done();
    let Ok(Reply::Schedule(records)) = talk.hear("OK\n>").done() else {
        panic!("a schedule");
    };
    assert_eq!(records.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn the_ok_behind_the_answer_to_a_is_swallowed_and_the_next_is_the_next_commands() {
    let address = "A=SN1|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|80|\n";
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadAddress);
    talk.ask(off(2));
    assert!(matches!(talk.hear(address).done(), Ok(Reply::Address(_))));
    assert_eq!(talk.leave(), "", "whether an OK follows is not known yet");
    talk.hear("OK\n>");
    assert_eq!(talk.leave(), "S2=0\n");
    talk.expect_nothing_done();
    assert_eq!(talk.hear("OK\n").done(), Ok(Reply::Accepted));
}

#[test]
fn where_no_ok_follows_the_answer_to_a_the_next_command_waits_for_that_once() {
    let address = "A=SN1|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|80|\n";
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.send(Command::ReadAddress);
    talk.hear(address).forget();
    talk.ask(off(2));
    assert_eq!(talk.hear(FRAME).leave(), "S2=0\n");
    assert_eq!(talk.hear("OK\n>OK\n>").done(), Ok(Reply::Accepted));
    talk.send(Command::ReadAddress);
    talk.hear(address).forget();
    talk.send(off(3));
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted), "known by now");
}

#[test]
fn a_status_is_not_asked_of_a_unit_that_may_end_the_answer_otherwise_while_frames_come() {
    let mut talk = Talk::with_bare_frames(Options::tcp());
    talk.ask(Command::ReadStatus);
    assert_eq!(talk.leave(), "");
    talk.wait(600).hear(FRAME);
    assert!(matches!(talk.done(), Ok(Reply::Status(_))));
    // Where none comes it is asked, and the OK that its answer may have is no command's.
    talk.ask(Command::ReadStatus);
    talk.wait(1_500);
    assert_eq!(talk.leave(), "?\n");
    assert!(matches!(talk.hear(FRAME).done(), Ok(Reply::Status(_))));
    talk.send(on(1));
    talk.hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

// Over a serial line a frame may be lost, and its OK arrive.

#[test]
fn over_a_serial_line_ok_alone_when_a_frame_is_due_may_be_that_of_a_lost_one() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.wait(500);
    talk.send(on(3));
    talk.wait(500).hear("OK\n>").expect_nothing_done();
    // The frame after it comes a whole second later: the one before it was lost, and the OK was its own.
    talk.wait(1_000).hear(FRAME).hear("OK\n>").expect_nothing_done();
    talk.wait(10_000);
    assert_eq!(talk.done().unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn it_is_the_commands_if_a_frame_begins_soon_after() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.wait(950);
    talk.send(on(3));
    talk.hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.wait(60).hear("CH0=1|230|36|\n").done(), Ok(Reply::Accepted));
}

#[test]
fn it_is_the_commands_if_another_follows() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.wait(950);
    talk.send(on(3));
    talk.hear("OK\n>").expect_nothing_done();
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn ok_alone_is_the_commands_at_once_while_no_frame_is_due_or_none_can_be_lost() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.wait(300);
    talk.send(on(3));
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
    let mut talk = Talk::with_ok_frames(Options::tcp());
    talk.wait(950);
    talk.send(on(3));
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
    let mut talk = Talk::with_bare_frames(Options::serial());
    talk.wait(950);
    talk.send(on(3));
    assert_eq!(talk.hear("OK\n>").done(), Ok(Reply::Accepted));
}

#[test]
fn the_first_command_over_a_serial_line_waits_for_a_frame_once() {
    let mut talk = Talk::new(Options::serial());
    talk.ask(on(3));
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.hear(FRAME).leave(), "S3=1\n");
    let mut talk = Talk::new(Options::serial());
    talk.ask(on(3));
    assert_eq!(talk.wait(1_500).leave(), "S3=1\n", "or for as long as one may take");
    talk.hear("OK\n").forget();
    talk.ask(on(4));
    assert_eq!(talk.leave(), "S4=1\n");
}

#[test]
fn the_answer_to_a_status_does_not_put_off_when_a_frame_is_due() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.wait(600);
    talk.send(Command::ReadStatus);
    talk.hear(FRAME).hear("OK\n>").forget();
    talk.send(on(3));
    talk.wait(400).hear("OK\n>").expect_nothing_done();
}

#[test]
fn two_that_stand_alone_an_interval_apart_may_be_those_of_two_lost_frames() {
    let mut talk = Talk::with_ok_frames(Options::serial());
    talk.wait(500);
    talk.send(on(3));
    talk.wait(500).hear("OK\n>").wait(1_000).hear("OK\n>");
    talk.expect_nothing_done();
}
