//! Many callers of one session, over real sockets.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

mod driver_toy;

use core::time::Duration;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::Poll;

use driver_toy::{Toy, ToyError, ToyServer};
use pdu_core::tokio::{Driver, Handle, HandleOptions, Runner, Server, tcp};
use pdu_core::{CallError, Effect, Error as _, ErrorKind};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

async fn served(session: Toy) -> Driver<Toy, TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (client, server) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    let (server, _) = server.unwrap();
    tokio::spawn(async move { Server::new(ToyServer::new(), server).run().await });
    Driver::new(session, client.unwrap())
}

async fn running(session: Toy, calls: usize) -> (Handle<Toy>, JoinHandle<io::Result<()>>) {
    let (handle, runner) = served(session).await.into_handle_with(&settings(calls, 64));
    (handle, tokio::spawn(runner))
}

fn settings(calls: usize, notices: usize) -> HandleOptions {
    let mut settings = HandleOptions::default();
    (settings.calls, settings.notices) = (calls, notices);
    settings
}

/// Polls once, as a caller does that is dropped right after.
async fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[test]
fn handle_and_runner_may_go_to_other_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    fn sent<T: Send + 'static>() {}
    shared::<Handle<Toy>>();
    sent::<Runner<Toy>>();
}

#[tokio::test]
async fn dropped_call_is_cancelled_and_the_next_gets_its_own_answer() {
    let (handle, _runner) = running(Toy::new(1), 1).await;
    for round in 1..=20 {
        assert!(poll_once(handle.call("slow".into())).await.is_none());
        assert_eq!(
            handle.call(format!("next {round}")).await.unwrap(),
            format!("NEXT {round}")
        );
        assert_eq!(handle.with_session(|toy| toy.cancelled), round);
    }
}

#[tokio::test]
async fn call_dropped_after_its_answer_came_leaves_its_seat() {
    let (handle, _runner) = running(Toy::new(1), 1).await;
    {
        let mut call = pin!(handle.call("lost".into()));
        assert!(poll_once(call.as_mut()).await.is_none());
        for _ in 0..1000 {
            if handle.with_session(Toy::live) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert_eq!(handle.call("mine".into()).await.unwrap(), "MINE");
    assert_eq!(handle.with_session(|toy| toy.cancelled), 0);
}

#[tokio::test]
async fn call_dropped_while_it_waits_was_never_submitted() {
    let (handle, _runner) = running(Toy::new(1), 2).await;
    let mut first = pin!(handle.call("slow".into()));
    assert!(poll_once(first.as_mut()).await.is_none());
    assert!(poll_once(handle.call("waits".into())).await.is_none());
    assert_eq!(first.await.unwrap(), "SLOW");
    assert_eq!(handle.call("mine".into()).await.unwrap(), "MINE");
    assert_eq!(handle.with_session(|toy| toy.cancelled), 0);
}

#[tokio::test]
async fn request_that_is_done_when_it_has_left_needs_no_further_wake() {
    let (handle, _runner) = running(Toy::new(4), 4).await;
    for _ in 0..10 {
        let reply = tokio::time::timeout(Duration::from_secs(2), handle.call("tell".into())).await;
        assert_eq!(reply.expect("it has left, and nobody said so").unwrap(), "told");
        assert_eq!(handle.call("a".into()).await.unwrap(), "A");
    }
}

async fn a_thousand_calls() {
    let (handle, _runner) = running(Toy::new(16), 1000).await;
    let mut calls = JoinSet::new();
    for n in 0..1000 {
        let handle = handle.clone();
        calls.spawn(async move { (n, handle.call(format!("call {n}")).await.unwrap()) });
    }
    while let Some(done) = calls.join_next().await {
        let (n, reply) = done.unwrap();
        assert_eq!(reply, format!("CALL {n}"));
    }
}

#[tokio::test]
async fn a_thousand_calls_in_one_thread_get_their_own_answers() {
    a_thousand_calls().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_in_four_threads_get_their_own_answers() {
    a_thousand_calls().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_dropped_at_any_moment_disturb_nobody() {
    let (handle, _runner) = running(Toy::new(4), 8).await;
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let handle = handle.clone();
        tasks.spawn(async move {
            for n in 0..200_u64 {
                let patience = Duration::from_micros(n * 7 % 300);
                let _ = tokio::time::timeout(patience, handle.call("dropped".into())).await;
                let own = format!("{task}-{n}");
                assert_eq!(handle.call(own.clone()).await.unwrap(), own.to_uppercase());
            }
        });
    }
    tasks.join_all().await;
    handle.with_session(|toy| assert_eq!(toy.live(), 0));
}

#[tokio::test]
async fn call_without_a_seat_is_busy_and_not_applied() {
    let (handle, _runner) = running(Toy::new(1), 2).await;
    let mut live = pin!(handle.call("slow".into()));
    let mut waits = pin!(handle.call("b".into()));
    assert!(poll_once(live.as_mut()).await.is_none());
    assert!(poll_once(waits.as_mut()).await.is_none());
    let error = handle.call("c".into()).await.unwrap_err();
    assert!(matches!(error, CallError::Busy));
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Busy, Effect::NotApplied));
    assert_eq!(live.await.unwrap(), "SLOW");
    assert_eq!(waits.await.unwrap(), "B");
}

#[tokio::test]
async fn waiting_calls_are_let_in_in_their_order() {
    let (handle, _runner) = running(Toy::new(1), 8).await;
    let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
    for n in 0..8 {
        let (handle, sender) = (handle.clone(), sender.clone());
        tokio::spawn(async move {
            handle.call("slow".into()).await.unwrap();
            sender.send(n).unwrap();
        });
    }
    for want in 0..8 {
        assert_eq!(order.recv().await, Some(want));
    }
}

#[tokio::test]
async fn seat_of_a_dropped_call_gives_nobody_an_earlier_turn() {
    let (handle, _runner) = running(Toy::new(1), 3).await;
    let mut live = Box::pin(handle.call("slow".into()));
    let mut dropped = Box::pin(handle.call("dropped".into()));
    let mut second = Box::pin(handle.call("slow second".into()));
    let mut third = Box::pin(handle.call("third".into()));
    assert!(poll_once(live.as_mut()).await.is_none());
    assert!(poll_once(dropped.as_mut()).await.is_none());
    assert!(poll_once(second.as_mut()).await.is_none());
    drop(dropped);
    assert!(
        poll_once(third.as_mut()).await.is_none(),
        "it has the seat of the dropped one"
    );
    live.await.unwrap();
    tokio::select! {
        biased;
        early = third.as_mut() => panic!("{early:?} came first"),
        reply = second => assert_eq!(reply.unwrap(), "SLOW SECOND"),
    }
    assert_eq!(third.await.unwrap(), "THIRD");
}

#[tokio::test]
async fn dropping_the_runner_ends_every_call() {
    let (handle, runner) = served(Toy::new(1)).await.into_handle();
    let mut live = pin!(handle.call("silent".into()));
    let mut waits = pin!(handle.call("b".into()));
    let mut runner = Box::pin(runner);
    assert!(poll_once(live.as_mut()).await.is_none());
    assert!(poll_once(waits.as_mut()).await.is_none());
    assert!(poll_once(runner.as_mut()).await.is_none());
    drop(runner);

    let error = live.await.unwrap_err();
    assert!(matches!(error, CallError::Session(ToyError::LinkDown(_))), "{error:?}");
    assert_eq!(error.effect(), Effect::Unknown, "the request had left");
    let error = waits.await.unwrap_err();
    assert!(
        matches!(
            error,
            CallError::Closed {
                effect: Effect::NotApplied
            }
        ),
        "{error:?}"
    );
    assert!(handle.is_closed());
    let error = handle.call("late".into()).await.unwrap_err();
    assert!(
        matches!(
            error,
            CallError::Closed {
                effect: Effect::NotApplied
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn runner_ends_with_the_last_handle() {
    let (handle, runner) = running(Toy::new(1), 1).await;
    let other = handle.clone();
    drop(handle);
    assert_eq!(other.call("a".into()).await.unwrap(), "A");
    drop(other);
    runner.await.unwrap().unwrap();
}

#[tokio::test]
async fn lost_link_ends_calls_and_runner() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (handle, runner) = Driver::new(Toy::new(1), client).into_handle();
    let runner = tokio::spawn(runner);
    let mut call = pin!(handle.call("a".into()));
    assert!(poll_once(call.as_mut()).await.is_none());
    let (server, _) = listener.accept().await.unwrap();
    server.readable().await.unwrap();
    server.set_zero_linger().unwrap(); // closing resets
    drop(server);
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::LinkDown);
    runner.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn handle_tells_why_there_is_no_link() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let driver = Driver::connecting(Toy::new(1), tcp(address, Duration::from_secs(5)));
    let (handle, runner) = driver.into_handle();
    tokio::spawn(runner);
    assert!(handle.link_error().is_none(), "nothing was tried yet");
    assert_eq!(handle.call("a".into()).await.unwrap_err().kind(), ErrorKind::LinkDown);
    assert_eq!(handle.link_error().unwrap().kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn notices_are_bounded_and_the_oldest_go_first() {
    let (handle, runner) = served(Toy::new(1)).await.into_handle_with(&settings(4, 2));
    let runner = tokio::spawn(runner);
    let mut notices = handle.notices().unwrap();
    assert!(handle.notices().is_none(), "one taker at a time");
    for _ in 0..5 {
        handle.call("notice".into()).await.unwrap();
    }
    assert_eq!(notices.missed(), 3);
    assert_eq!(notices.next().await.unwrap(), "changed");
    assert_eq!(notices.next().await.unwrap(), "changed");
    assert!(poll_once(notices.next()).await.is_none());
    runner.abort();
    assert_eq!(notices.next().await, None);
}
