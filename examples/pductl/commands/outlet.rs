//! `outlet URL list`, and `outlet URL on|off|cycle|cancel|reset-energy TARGET`.

use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};
use pdu_core::{Action, Capability, Command, Delay, OutletStatus, PowerState, Snapshot, Target};
use tokio::time::{Instant, sleep, timeout_at};

use crate::devices::{self, Device, Failure};
use crate::outcome::{Run, Stop};
use crate::terminal::Paint;
use crate::{json, render, url};

/// How long `--wait` waits, and how often it looks.
const WAIT: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Outlets: list, on, off, cycle, cancel, reset-energy
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    order: Order,
}

#[derive(Debug, Subcommand)]
enum Order {
    /// Show all outlets
    List {
        /// One array, an object for each outlet
        #[arg(long)]
        json: bool,
    },
    /// Switch on
    On(Switch),
    /// Switch off
    Off(Switch),
    /// Switch off, and on again after the outlet's own time
    Cycle(Switch),
    /// Drop what is still to happen
    Cancel(Switch),
    /// Set the energy counter to zero
    ResetEnergy(Switch),
}

#[derive(Debug, Args)]
struct Switch {
    /// A number, group:N or all
    #[arg(value_parser = target)]
    target: Target,
    /// After the delay that is stored in the outlet
    #[arg(long)]
    delayed: bool,
    /// After exactly this time: a number of seconds, or one with ms, s or m
    #[arg(long, value_name = "S", value_parser = seconds, conflicts_with = "delayed")]
    delay: Option<Duration>,
    /// Return when the state was read back; after 30 s that is an error with effect unknown
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let (action, switch) = match arguments.order {
        Order::List { json } => {
            let device = devices::open(&arguments.url)?;
            return device.finish(list(&device, json).await);
        }
        Order::On(switch) => (Action::On, switch),
        Order::Off(switch) => (Action::Off, switch),
        Order::Cycle(switch) => (Action::Cycle, switch),
        Order::Cancel(switch) => (Action::CancelPending, switch),
        Order::ResetEnergy(switch) => (Action::ResetEnergy, switch),
    };
    if switch.wait && action == Action::ResetEnergy {
        return Err(Stop::usage(
            "a reset of energy changes no state that --wait could wait for",
        ));
    }
    let device = devices::open(&arguments.url)?;
    device.finish(switch_outlets(&device, action, &switch).await)
}

async fn list(device: &Device, as_json: bool) -> Result<String, Failure> {
    let outlets = device.snapshot().await?.outlets;
    if outlets.is_empty() && !device.capabilities().await?.has(Capability::Switch) {
        return Err(Failure::not_applied("this device has no outlets"));
    }
    Ok(if as_json {
        json::line(&json::outlets(&outlets))
    } else {
        render::outlets(&outlets, Paint::of_stdout())
    })
}

async fn switch_outlets(device: &Device, action: Action, switch: &Switch) -> Result<String, Failure> {
    let target = switch.target;
    if switch.wait && matches!(target, Target::Group(_)) {
        // Snapshots do not tell which outlets are in a group.
        let can_switch = device.capabilities().await?.has(Capability::Switch);
        let why = if can_switch {
            "nothing tells when a group has switched: do without --wait"
        } else {
            "this device has no outlets"
        };
        return Err(Failure::not_applied(why));
    }
    let delay = match switch.delay {
        Some(time) => Delay::Exact(time),
        None if switch.delayed => Delay::Configured,
        None => Delay::None,
    };
    let command = Command::Switch { target, action, delay };
    let mut how = device.tell(command).await?;
    if switch.wait {
        read_back(device, action, target).await?;
        how = "read back";
    }
    Ok(format!("{}: {action} ({how})\n", in_words(target)))
}

/// Looks until what was accepted has happened. A look that fails is no answer, so the next one is waited for.
pub(super) async fn read_back(device: &Device, action: Action, target: Target) -> Result<(), Failure> {
    let end = Instant::now() + WAIT;
    let mut wanted = Wanted::new(action, target);
    let mut why = None;
    loop {
        match timeout_at(end, device.snapshot()).await {
            Ok(Ok(snapshot)) if wanted.is_seen_in(&snapshot) => return Ok(()),
            Ok(Ok(_)) => why = None,
            Ok(Err(failure)) => why = Some(failure),
            Err(_) => break,
        }
        if timeout_at(end, sleep(LOOK_EVERY)).await.is_err() {
            break;
        }
    }
    let why = why.map_or_else(String::new, |failure| format!(": {}", failure.message()));
    let (outlets, wait) = (in_words(target), WAIT.as_secs());
    Err(Failure::unknown(format!(
        "{outlets}: {action} was accepted, and not seen within {wait} s{why}"
    )))
}

/// What is to be seen of outlets before an action on them has happened.
struct Wanted {
    action: Action,
    target: Target,
    /// Those that were seen without power: a cycle passes through that.
    seen_off: HashSet<(u16, u16)>,
}

impl Wanted {
    fn new(action: Action, target: Target) -> Self {
        Self {
            action,
            target,
            seen_off: HashSet::new(),
        }
    }

    fn is_seen_in(&mut self, snapshot: &Snapshot) -> bool {
        let target = self.target;
        let is_meant = |outlet: &&OutletStatus| match target {
            Target::Outlet(number) => outlet.number == number && outlet.unit == 0,
            _ => true,
        };
        let outlets = snapshot.outlets.iter().filter(is_meant);
        // All of them are looked at: what is seen of one must not hide another.
        let seen: Vec<_> = outlets.map(|outlet| self.is_seen_of(outlet)).collect();
        !seen.is_empty() && seen.iter().all(|seen| *seen)
    }

    fn is_seen_of(&mut self, outlet: &OutletStatus) -> bool {
        let place = (outlet.unit, outlet.number);
        if outlet.state == PowerState::Off {
            self.seen_off.insert(place);
        }
        let is_at_rest = outlet.pending.is_none();
        is_at_rest
            && match self.action {
                Action::On => outlet.state == PowerState::On,
                Action::Off => outlet.state == PowerState::Off,
                Action::Cycle => outlet.state == PowerState::On && self.seen_off.contains(&place),
                _ => true,
            }
    }
}

/// As it is given: a target in words.
fn in_words(target: Target) -> String {
    match target {
        Target::Outlet(number) => format!("outlet {number}"),
        Target::Group(number) => format!("group {number}"),
        Target::All => "all outlets".into(),
    }
}

fn target(text: &str) -> Result<Target, String> {
    const FORM: &str = "a target is the number of an outlet, group:N or all";
    // Which numbers there are is for the device to say.
    let number = |text: &str| {
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| u16::from_str(text).ok()).flatten().ok_or(FORM)
    };
    Ok(match text.strip_prefix("group:") {
        Some(group) => Target::Group(number(group)?),
        None if text == "all" => Target::All,
        None => Target::Outlet(number(text)?),
    })
}

/// A bare number is one of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let is_bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_bare {
        url::duration(&format!("{text}s"))
    } else {
        url::duration(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlet(number: u16, state: PowerState, pending: Option<Action>) -> OutletStatus {
        OutletStatus {
            unit: 0,
            number,
            name: None,
            state,
            pending,
        }
    }

    fn snapshot(outlets: &[OutletStatus]) -> Snapshot {
        Snapshot {
            outlets: outlets.to_vec(),
            ..Snapshot::default()
        }
    }

    #[test]
    fn an_outlet_has_switched_when_it_is_seen_to_and_nothing_is_pending() {
        let mut wanted = Wanted::new(Action::Off, Target::Outlet(2));
        let others = [outlet(1, PowerState::Off, None)];
        assert!(!wanted.is_seen_in(&snapshot(&others)));
        assert!(!wanted.is_seen_in(&snapshot(&[outlet(2, PowerState::Unknown, None)])));
        assert!(!wanted.is_seen_in(&snapshot(&[outlet(2, PowerState::Off, Some(Action::On))])));
        assert!(wanted.is_seen_in(&snapshot(&[
            outlet(2, PowerState::Off, None),
            outlet(3, PowerState::On, None)
        ])));
    }

    #[test]
    fn all_outlets_have_switched_when_each_has() {
        let mut wanted = Wanted::new(Action::On, Target::All);
        assert!(!wanted.is_seen_in(&snapshot(&[])));
        let both = |second| snapshot(&[outlet(1, PowerState::On, None), outlet(2, second, None)]);
        assert!(!wanted.is_seen_in(&both(PowerState::Off)));
        assert!(wanted.is_seen_in(&both(PowerState::On)));
    }

    #[test]
    fn a_cycle_has_passed_through_off() {
        let mut wanted = Wanted::new(Action::Cycle, Target::Outlet(1));
        let on = snapshot(&[outlet(1, PowerState::On, None)]);
        assert!(!wanted.is_seen_in(&on));
        assert!(!wanted.is_seen_in(&snapshot(&[outlet(1, PowerState::Off, Some(Action::On))])));
        assert!(wanted.is_seen_in(&on));
    }

    #[test]
    fn targets_are_numbers_groups_or_all() {
        assert_eq!(target("16"), Ok(Target::Outlet(16)));
        assert_eq!(target("group:2"), Ok(Target::Group(2)));
        assert_eq!(target("all"), Ok(Target::All));
        for text in ["", "+1", "-1", "1.0", "group:", "group:+1", "65536", "ALL", "1,2"] {
            assert!(target(text).is_err(), "{text}");
        }
    }
}
