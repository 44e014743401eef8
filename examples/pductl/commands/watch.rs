//! `watch URL...`: snapshots and notices as they come.

use std::time::Duration;

use clap::Args;
use pdu_core::{Snapshot, Update};
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::devices::{self, Device, Failure, Updates};
use crate::outcome::{Outcome, Run, Stop};
use crate::terminal::{self, Foreign, Paint};
use crate::{json, render, url};

/// Snapshots and notices as they come
///
/// A device that tells its state by itself is shown whenever it does; any other is read once a second. With --interval every
/// device is read at that pace. One that does not answer holds up no other. Ends after --count, or on Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URLs, in a form that `pductl --help` lists
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// Time from one reading of a device to its next
    #[arg(long, value_parser = url::duration)]
    interval: Option<Duration>,
    /// How many snapshots of each device; without end if not given
    #[arg(long)]
    count: Option<u64>,
    /// One object a line, as read has them
    #[arg(long)]
    json: bool,
}

/// How often a device is read that tells nothing by itself.
const PACE: Duration = Duration::from_secs(1);
/// A device that tells its state every second and is silent for this long is asked: it may be gone.
const SILENCE: Duration = Duration::from_millis(1500);

/// What there is to show of a device.
enum Seen {
    Snapshot(Result<Snapshot, Failure>),
    /// Something that the next snapshot has too.
    Change(Update),
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let devices = devices::open_all(&arguments.urls)?;
    // One place: a device is not read again before what it said was taken.
    let (sender, mut seen) = channel(1);
    for (index, device) in devices.iter().enumerate() {
        let watcher = Watcher {
            index,
            device: device.clone(),
            left: arguments.count,
            sender: sender.clone(),
        };
        tokio::spawn(watcher.follow(arguments.interval));
    }
    drop(sender);
    let mut failed = false;
    loop {
        tokio::select! {
            next = seen.recv() => match next {
                Some((index, seen)) => {
                    failed |= matches!(seen, Seen::Snapshot(Err(_)));
                    if let Some(device) = devices.get(index) {
                        show(device, &seen, arguments.json)?;
                    }
                }
                None => return Ok(Outcome::failed_if(failed)),
            },
            _ = tokio::signal::ctrl_c() => return Ok(Outcome::failed_if(failed)),
        }
    }
}

/// Follows one device.
struct Watcher {
    index: usize,
    device: Device,
    /// Snapshots that are still to be shown; `None` if there is no end to them.
    left: Option<u64>,
    sender: Sender<(usize, Seen)>,
}

/// There is no more to be shown, or nobody to show it to.
struct Over;

impl Watcher {
    async fn follow(mut self, pace: Option<Duration>) {
        let updates = self.device.updates();
        let _: Result<(), Over> = match (pace, updates) {
            (None, Some(updates)) => self.listen(updates).await,
            (pace, _) => self.read_every(pace.unwrap_or(PACE)).await,
        };
    }

    async fn read_every(&mut self, pace: Duration) -> Result<(), Over> {
        let mut ticks = interval(pace);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.read().await?;
        }
    }

    /// Asks once, and again whenever the device has told nothing for a while.
    async fn listen(&mut self, mut updates: Box<dyn Updates>) -> Result<(), Over> {
        loop {
            self.read().await?;
            // What was told before that is older than what was just read.
            while let Ok(Some(_)) = timeout(Duration::ZERO, updates.next()).await {}
            loop {
                match timeout(SILENCE, updates.next()).await {
                    Ok(Some(Update::Snapshot(snapshot))) => self.show(Seen::Snapshot(Ok(*snapshot))).await?,
                    Ok(Some(change)) => self.show(Seen::Change(change)).await?,
                    Ok(None) => break sleep(PACE).await,
                    Err(_) => break,
                }
            }
        }
    }

    async fn read(&mut self) -> Result<(), Over> {
        if self.left == Some(0) {
            return Err(Over);
        }
        let snapshot = self.device.snapshot().await;
        self.show(Seen::Snapshot(snapshot)).await
    }

    async fn show(&mut self, seen: Seen) -> Result<(), Over> {
        if matches!(seen, Seen::Snapshot(_)) {
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
        self.sender.send((self.index, seen)).await.map_err(|_| Over)?;
        if self.left == Some(0) { Err(Over) } else { Ok(()) }
    }
}

fn show(device: &Device, seen: &Seen, as_json: bool) -> Result<(), Stop> {
    if let Seen::Snapshot(Err(failure)) = seen {
        device.complain(failure);
    }
    let paint = Paint::of_stdout();
    match seen {
        Seen::Snapshot(result) if as_json => {
            terminal::print(json::line(&json::Device::new(&device.url, result.as_ref())))
        }
        Seen::Snapshot(Ok(snapshot)) => terminal::print(render::device(&device.url, snapshot, paint)),
        Seen::Change(change) if !as_json => match render::change(change, paint) {
            Some(change) => terminal::print(format_args!("{}: {change}\n", Foreign(&device.url))),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}
