//! `watch URL...`: snapshots as they come.

use std::time::Duration;

use clap::Args;
use pdu_core::Snapshot;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::{MissedTickBehavior, interval};

use crate::devices::{self, Device, Failure};
use crate::outcome::{Outcome, Run, Stop};
use crate::terminal::{self, Paint};
use crate::{json, render, url};

/// Snapshots as they come
///
/// Each device is read at its own pace, so that one that does not answer holds up no other. Ends after --count, or on
/// Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URLs
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// Time from one snapshot of a device to its next
    #[arg(long, default_value = "1s", value_parser = url::duration)]
    interval: Duration,
    /// How many snapshots of each device; without end if not given
    #[arg(long)]
    count: Option<u64>,
    /// One object a line
    #[arg(long)]
    json: bool,
}

type Seen = (usize, Result<Snapshot, Failure>);

pub(crate) async fn run(arguments: Arguments) -> Run {
    let devices = devices::open_all(&arguments.urls)?;
    // One place: a device is not read again before what it said was taken.
    let (sender, mut seen) = channel::<Seen>(1);
    for (index, device) in devices.iter().enumerate() {
        tokio::spawn(follow(
            index,
            device.clone(),
            arguments.interval,
            arguments.count,
            sender.clone(),
        ));
    }
    drop(sender);
    let mut failed = false;
    loop {
        tokio::select! {
            next = seen.recv() => match next {
                Some((index, result)) => {
                    failed |= result.is_err();
                    if let Some(device) = devices.get(index) {
                        show(device, &result, arguments.json)?;
                    }
                }
                None => return Ok(Outcome::failed_if(failed)),
            },
            _ = tokio::signal::ctrl_c() => return Ok(Outcome::failed_if(failed)),
        }
    }
}

async fn follow(index: usize, device: Device, every: Duration, count: Option<u64>, sender: Sender<Seen>) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut left = count;
    while left != Some(0) {
        ticks.tick().await;
        if sender.send((index, device.snapshot().await)).await.is_err() {
            return;
        }
        left = left.map(|left| left - 1);
    }
}

fn show(device: &Device, result: &Result<Snapshot, Failure>, as_json: bool) -> Result<(), Stop> {
    if let Err(failure) = result {
        device.complain(failure);
    }
    match result {
        _ if as_json => terminal::print(json::line(&json::Device::new(&device.url, result.as_ref()))),
        Ok(snapshot) => terminal::print(render::device(&device.url, snapshot, Paint::of_stdout())),
        Err(_) => Ok(()),
    }
}
