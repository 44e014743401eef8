//! Clocks of engines: who believes whom, and for how long. Source: RFC 3414, 2.2, 2.3 and 3.2, 7.

#![allow(clippy::unwrap_used)] // clippy excepts only the functions marked as tests, not their helpers

use core::time::Duration;

use pdu_core::Instant;
use pdu_proto_snmp::usm::{EngineId, LocalEngine, RemoteEngine, Report, UsmError};

const LATCHED: u32 = 2_147_483_647;

fn id() -> EngineId {
    EngineId::new(b"\x80\x00\x1F\x88\x04rack").unwrap()
}

fn at(seconds: u64) -> Instant {
    Instant::EPOCH + Duration::from_secs(seconds)
}

/// Of which an authenticated message of boots 3, time 1000 came at second 10.
fn known() -> RemoteEngine {
    let mut engine = RemoteEngine::new(id());
    engine.check(at(10), 3, 1000).unwrap();
    engine
}

fn refused(boots: u32, time: u32, local_boots: u32, local_time: u32) -> Result<(), UsmError> {
    Err(UsmError::NotInTimeWindow {
        boots,
        time,
        local_boots,
        local_time,
    })
}

#[test]
fn idle_session_stamps_the_time_that_went_by() {
    let engine = known();
    assert_eq!(engine.stamp(at(10)), (3, 1000));
    assert_eq!(engine.stamp(at(170)), (3, 1160));
    let agent = LocalEngine::new(id(), 3, at(0));
    let (boots, time) = RemoteEngine::discovered(at(10), id(), 3, 10).stamp(at(170));
    assert_eq!(agent.check(at(170), boots, time), Ok(()));
}

#[test]
fn local_clock_running_backwards_is_the_last_time_heard() {
    assert_eq!(known().stamp(at(3)), (3, 1000));
}

#[test]
fn message_of_more_than_150_seconds_ago_is_refused() {
    let mut engine = known();
    assert_eq!(engine.check(at(60), 3, 900), Ok(()));
    assert_eq!(engine.check(at(60), 3, 899), refused(3, 899, 3, 1050));
    assert_eq!(engine.check(at(60), 2, 5000), refused(2, 5000, 3, 1050));
}

/// One that comes late is in time and turns nothing back.
#[test]
fn clock_is_only_ever_moved_forward() {
    let mut engine = known();
    engine.check(at(11), 3, 1100).unwrap();
    engine.check(at(12), 3, 1001).unwrap();
    assert_eq!(engine.stamp(at(12)), (3, 1101));
}

#[test]
fn restarted_engine_is_believed_and_its_earlier_run_no_more() {
    let mut engine = known();
    assert_eq!(engine.check(at(20), 4, 2), Ok(()));
    assert_eq!(engine.stamp(at(25)), (4, 7));
    assert_eq!(engine.check(at(25), 3, 1015), refused(3, 1015, 4, 7));
}

/// What a probe finds is not authenticated: it serves to ask, and gives way to whatever is authenticated.
#[test]
fn unproven_clock_counts_for_nothing_against_an_authenticated_one() {
    let mut engine = RemoteEngine::discovered(at(0), id(), 900, 50_000);
    assert_eq!(engine.stamp(at(5)), (900, 50_005));
    assert_eq!(engine.check(at(5), 3, 1000), Ok(()));
    assert_eq!(engine.stamp(at(5)), (3, 1000));
}

/// net-snmp#385: the time in the report stands where it stood, 160 seconds behind what is expected.
#[test]
fn engine_whose_time_stands_still_is_followed_by_one_correction() {
    let mut engine = known();
    assert_eq!(engine.check(at(170), 3, 1000), refused(3, 1000, 3, 1160));
    assert_eq!(engine.adopt(at(170), 3, 1000), Ok(()));
    assert_eq!(engine.stamp(at(170)), (3, 1000));
    assert_eq!(engine.check(at(171), 3, 1000), Ok(()));
}

#[test]
fn correction_never_goes_behind_what_was_authenticated() {
    let mut engine = known();
    assert_eq!(engine.adopt(at(20), 3, 999), refused(3, 999, 3, 1000));
    assert_eq!(engine.adopt(at(20), 2, 9999), refused(2, 9999, 3, 1000));
    assert_eq!(engine.stamp(at(20)), (3, 1010));
}

#[test]
fn engine_that_never_counts_its_boots_is_heard() {
    let mut engine = RemoteEngine::new(id());
    assert_eq!(engine.check(at(0), 0, 77), Ok(()));
    assert_eq!(engine.stamp(at(1)), (0, 78));
    for now in [0, 1_000_000] {
        let mut frozen = RemoteEngine::new(id());
        assert_eq!(
            frozen.check(at(now), 0, 0),
            Ok(()),
            "its first message, whatever our own clock says"
        );
    }
}

#[test]
fn no_message_is_in_time_once_boots_are_latched() {
    let mut engine = known();
    assert_eq!(engine.check(at(20), LATCHED, 5), refused(LATCHED, 5, LATCHED, 5));
    let mut engine = known();
    assert!(engine.adopt(at(20), LATCHED, 5).is_err());
    assert_eq!(engine.stamp(at(10)), (3, 1000));

    for boots in [LATCHED, u32::MAX] {
        let local = LocalEngine::new(id(), boots, at(0));
        assert_eq!(local.stamp(at(1)), (LATCHED, 1));
        assert_eq!(local.check(at(1), LATCHED, 1), refused(LATCHED, 1, LATCHED, 1));
    }
}

#[test]
fn time_of_an_engine_stays_within_its_field() {
    let mut engine = RemoteEngine::new(id());
    engine.check(at(0), 1, LATCHED - 1).unwrap();
    assert_eq!(engine.stamp(Instant::FAR_FUTURE), (1, LATCHED));
}

#[test]
fn local_engine_takes_messages_of_its_run_150_seconds_either_way() {
    let engine = LocalEngine::new(id(), 3, at(1000));
    assert_eq!((engine.id(), engine.stamp(at(1200))), (id(), (3, 200)));
    for time in [50, 200, 350] {
        assert_eq!(engine.check(at(1200), 3, time), Ok(()), "{time}");
    }
    for time in [49, 351, LATCHED] {
        assert_eq!(engine.check(at(1200), 3, time), refused(3, time, 3, 200), "{time}");
    }
    for boots in [2, 4] {
        assert_eq!(
            engine.check(at(1200), boots, 200),
            refused(boots, 200, 3, 200),
            "{boots}"
        );
    }
}

#[test]
fn seconds_that_run_over_are_a_boot() {
    let engine = LocalEngine::new(id(), 3, at(0));
    assert_eq!(engine.stamp(at(2_147_483_647)), (3, 2_147_483_647));
    assert_eq!(engine.stamp(at(2_147_483_648)), (4, 0));
    let engine = LocalEngine::new(id(), LATCHED, at(0));
    assert_eq!(engine.stamp(Instant::FAR_FUTURE).0, LATCHED);
}

#[test]
fn message_outside_the_window_is_reported_as_the_standard_says() {
    let engine = LocalEngine::new(id(), 3, at(0));
    let error = engine.check(at(0), 2, 0).unwrap_err();
    assert_eq!(error.report(), Some(Report::NotInTimeWindows));
    assert_eq!(
        error.to_string(),
        "message of engine boots 2, time 0, outside the time window of boots 3, time 0"
    );
}

#[test]
fn engine_ids_have_5_to_32_octets() {
    assert_eq!(EngineId::new(&[1; 4]), Err(UsmError::EngineId { found: 4 }));
    assert_eq!(EngineId::new(&[1; 33]), Err(UsmError::EngineId { found: 33 }));
    for len in [5, 32] {
        assert_eq!(EngineId::new(&[1; 32][..len]).unwrap().as_octets(), &[1; 32][..len]);
    }
    assert!(EngineId::from_text(8072, "").is_err() && EngineId::from_text(8072, &"x".repeat(28)).is_err());
    let longest = EngineId::from_text(8072, &"x".repeat(27)).unwrap();
    assert_eq!(longest.as_octets().len(), 32);
    // Ordered as their octets are, whatever their lengths.
    assert!(EngineId::new(&[1; 5]).unwrap() < EngineId::new(&[1; 6]).unwrap());
    assert!(EngineId::new(&[1, 1, 1, 1, 1, 0]).unwrap() > EngineId::new(&[1; 5]).unwrap());
}
