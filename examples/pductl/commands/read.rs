//! `read URL...`: one snapshot of each device.

use clap::Args;
use pdu_core::Snapshot;

use crate::devices::{self, Device, Failure};
use crate::json;
use crate::outcome::{Outcome, Run};
use crate::render;
use crate::terminal::{self, Paint};

/// One snapshot of each device
///
/// All devices are read at the same time, and shown in the order of their URLs.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URLs, in a form that `pductl --help` lists
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// One array, an object for each URL
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let devices = devices::open_all(&arguments.urls)?;
    let results = read_all(&devices).await;
    for (device, result) in devices.iter().zip(&results) {
        if let Err(failure) = result {
            device.complain(failure);
        }
    }
    let shown = devices.iter().zip(&results);
    if arguments.json {
        let objects: Vec<_> = shown
            .map(|(device, result)| json::Device::new(&device.url, result.as_ref()))
            .collect();
        terminal::print(json::line(&objects))?;
    } else {
        let paint = Paint::of_stdout();
        let blocks =
            shown.filter_map(|(device, result)| Some(render::device(&device.url, result.as_ref().ok()?, paint)));
        terminal::print(blocks.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(Outcome::failed_if(results.iter().any(Result::is_err)))
}

async fn read_all(devices: &[Device]) -> Vec<Result<Snapshot, Failure>> {
    let read = |device: &Device| {
        let device = device.clone();
        tokio::spawn(async move { device.snapshot().await })
    };
    let tasks: Vec<_> = devices.iter().map(read).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.unwrap_or_else(|error| Err(Failure::of_task(&error))));
    }
    results
}
