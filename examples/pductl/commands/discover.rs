//! `discover`: units that answer a search of the network.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Args;

use crate::devices::{self, Failure};
use crate::outcome::{Outcome, Run};
use crate::terminal::{self, Paint};
use crate::{json, render, url};

/// IsoTek units that answer a search of the network
///
/// A broadcast reaches the segment that the machine's routes choose for it. Where there are several, name the broadcast
/// address of each.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where to ask, a broadcast address or a unit's own; port 501 if none is named. May be given several times
    #[arg(long, value_name = "ADDR", default_value = "255.255.255.255:501", value_parser = address)]
    to: Vec<SocketAddr>,
    /// How long to wait for answers
    #[arg(long, default_value = "2s", value_parser = url::duration)]
    wait: Duration,
    /// One array, an object for each unit
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let Arguments { mut to, wait, json } = arguments;
    to.sort_unstable();
    to.dedup();
    let searches: Vec<_> = to.iter().map(|to| tokio::spawn(devices::discover(*to, wait))).collect();
    let mut units = Vec::new();
    let mut failed = false;
    for (to, search) in to.iter().zip(searches) {
        match search.await.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok(found) => {
                units.extend(found.units);
                for remark in found.remarks {
                    terminal::complain(format_args!("{to}: {remark}"));
                }
            }
            Err(error) => {
                failed = true;
                terminal::complain(format_args!("{to}: {}", Failure::not_applied(error.to_string())));
            }
        }
    }
    // A broadcast and a unit's own address find the same one.
    units.sort_unstable();
    units.dedup();
    if json {
        terminal::print(json::line(&json::found(&units)))?;
    } else if !failed || !units.is_empty() {
        terminal::print(render::found(&units, Paint::of_stdout()))?;
    }
    Ok(Outcome::failed_if(failed))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let any = text.parse::<SocketAddr>();
    let alone = || {
        text.parse::<IpAddr>()
            .map(|ip| SocketAddr::new(ip, devices::DISCOVERY_PORT))
    };
    let address = any
        .or_else(|_| alone())
        .map_err(|_| "an address is IP[:501]: 192.168.0.255, [fe80::1]:501")?;
    if address.port() == 0 || address.ip() == IpAddr::V4(Ipv4Addr::UNSPECIFIED) {
        return Err("nobody can be asked there".into());
    }
    Ok(address)
}
