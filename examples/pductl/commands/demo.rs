//! `demo`: every simulated device, read, changed and disturbed.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use pdu_core::{
    Action, Answer, Capabilities, Capability, Command, Decimal, Delay, LocalDateTime, OutletStatus, PowerState,
    Quantity, Snapshot, Target, Threshold, ThresholdSetting, Value,
};
use tokio::time::timeout;

use super::outlet::read_back;
use crate::credentials::Login;
use crate::devices::{self, Device, Failure};
use crate::outcome::{Outcome, Run, Stop};
use crate::render;
use crate::simulators::{self, Fault, Kind, Peers, Phases, Place, Running, Sensors, Settings, Values, Wiring};
use crate::terminal::{self, Foreign, Paint, Style};

/// Longer than this it never takes.
const LIMIT: Duration = Duration::from_secs(14);

/// A port that the system chooses.
const LOOPBACK: Place = Place::Network(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0));

/// What is simulated, where, and how many units each time.
const DEVICES: [(Kind, Place, u8); 8] = [
    (Kind::ModbusTcp, LOOPBACK, 1),
    (Kind::SerialLine, Place::PseudoTerminal, 2),
    (Kind::Isotek, LOOPBACK, 1),
    (Kind::Isotek, Place::PseudoTerminal, 1),
    (Kind::SnmpBps2000, LOOPBACK, 1),
    (Kind::SnmpSeries7, LOOPBACK, 1),
    (Kind::HttpSeries7, LOOPBACK, 1),
    (Kind::Console, LOOPBACK, 1),
];

/// How long a search of the network waits: whoever is simulated answers at once.
const SEARCH: Duration = Duration::from_millis(300);

/// A lost reply is to be seen, not to be waited for.
const IMPATIENT: &str = "timeout=250ms&retries=1";
/// How often a read is sent then.
const ATTEMPTS: usize = 2;

pub(crate) async fn run() -> Run {
    let all = timeout(LIMIT, run_all()).await;
    all.unwrap_or_else(|_| Err(Stop::Io("demo".into(), io::ErrorKind::TimedOut.into())))
}

async fn run_all() -> Run {
    terminal::print("Simulated rack units on this machine, each spoken to over its real transport.\n\n")?;
    let mut failed = false;
    // Whoever would log in at a real device, logs in here.
    let login = Login::from_environment()
        .map_err(Stop::usage)?
        .unwrap_or_else(Login::of_factory);
    for (kind, at, units) in DEVICES {
        let simulator = simulators::start(kind, &settings(at, units, &login)).await;
        let simulator = simulator.map_err(|error| Stop::Io("simulator".into(), error))?;
        failed |= Tour::of(&simulator)?.run().await? == Outcome::Failed;
        simulator.task.abort();
    }
    Ok(Outcome::failed_if(failed))
}

fn settings(at: Place, units: u8, login: &Login) -> Settings {
    Settings {
        at,
        seed: 7,
        units,
        phases: Phases::Three,
        sensors: Sensors::All,
        outlets: 8,
        slaves: 1,
        values: Values::Text,
        wiring: Wiring::Wye,
        peers: Peers::default(),
        login: login.clone(),
        identity: None,
    }
}

/// One simulator and what is done to it.
struct Tour<'a> {
    simulator: &'a Running,
    devices: Vec<Device>,
    paint: Paint,
}

impl<'a> Tour<'a> {
    fn of(simulator: &'a Running) -> Result<Self, Stop> {
        let impatient = |url: &String| {
            let separator = if url.contains('?') { '&' } else { '?' };
            format!("{url}{separator}{IMPATIENT}")
        };
        let urls: Vec<_> = simulator.urls.iter().map(impatient).collect();
        Ok(Self {
            simulator,
            devices: devices::open_all(&urls)?,
            paint: Paint::of_stdout(),
        })
    }

    async fn run(&self) -> Run {
        self.say_heading(self.simulator.name)?;
        let mut failed = false;
        if let Some(address) = self.simulator.answers_search_at {
            self.search(address).await?;
        }
        for device in &self.devices {
            failed |= tell(device, self.show(device).await)?;
        }
        let Some(device) = self.devices.first() else {
            return Ok(Outcome::Done);
        };
        failed |= match device.capabilities().await {
            Ok(can) => self.change(device, can).await?,
            Err(failure) => tell(device, Err(failure))?,
        };
        Ok(Outcome::failed_if(failed))
    }

    /// What the device can be told, and what the caller sees when an answer is lost; whether anything failed.
    async fn change(&self, device: &Device, can: Capabilities) -> Result<bool, Stop> {
        let mut failed = false;
        if can.has(Capability::Switch) {
            self.say_heading("An outlet is switched")?;
            failed |= tell(device, self.switch(device).await)?;
            self.say_heading("The acknowledgement of a switch is lost")?;
            failed |= tell(device, self.lose_acknowledgement(device).await)?;
        } else if can.has(Capability::SetClock) {
            self.say_heading("The clock is set")?;
            failed |= tell(device, set_clock(device).await)?;
            self.say_heading("Screens are lost: those of a read and of its second attempt")?;
            failed |= tell(device, self.lose_reads(device).await)?;
        } else if can.has(Capability::SetThreshold) {
            self.say_heading("A threshold is set")?;
            failed |= tell(device, self.set_threshold(device).await)?;
            self.say_heading(
                "Replies are lost: that to a write, and those to the reads that were to tell what it did",
            )?;
            failed |= tell(device, self.lose_replies(device).await)?;
        } else {
            self.say_heading("Replies to a read are lost")?;
            failed |= tell(device, self.lose_reads(device).await)?;
        }
        Ok(failed)
    }

    async fn search(&self, address: SocketAddr) -> Result<(), Stop> {
        let search = devices::discover(address, SEARCH).await;
        let search = search.map_err(|error| Stop::Io(address.to_string(), error))?;
        terminal::print(format_args!("{}\n", render::found(&search.units, self.paint)))
    }

    fn say_heading(&self, heading: &str) -> Result<(), Stop> {
        terminal::print(format_args!("{}\n", self.paint.apply(Style::Heading, heading)))
    }

    async fn show(&self, device: &Device) -> Result<String, Failure> {
        Ok(render::device(&device.url, &device.snapshot().await?, self.paint))
    }

    /// Below what is measured, so that the alarm trips; then back to what it was.
    async fn set_threshold(&self, device: &Device) -> Result<String, Failure> {
        let before = device.snapshot().await?;
        let watch = Watch::of(&before)?;
        let lowered = watch.lowered_by(5)?;
        confirm(device, lowered).await?;
        let alarms = device.snapshot().await?.alarms;
        let is_of_it = |alarm: &&pdu_core::Alarm| alarm.point == lowered.point && alarm.quantity == lowered.quantity;
        let alarm = alarms.iter().find(is_of_it);
        let alarm = alarm.ok_or_else(|| Failure::not_applied("no alarm, although it should have tripped"))?;
        confirm(device, watch.setting).await?;
        Ok([
            format!("  measured {} V\n", watch.measured),
            format!("  {} (read back)\n", render::threshold(&lowered)),
            format!("  {}\n", render::alarm(alarm, self.paint)),
            format!("  {} (read back)\n", render::threshold(&watch.setting)),
        ]
        .concat())
    }

    /// What the caller sees of a write whose reply is lost, where no read can tell what became of it either.
    async fn lose_replies(&self, device: &Device) -> Result<String, Failure> {
        let before = device.snapshot().await?;
        let watch = Watch::of(&before)?;
        let lowered = watch.lowered_by(6)?;
        // The present pair is read first, and that goes well.
        let mut faults = vec![Fault::None, Fault::LoseAnswer];
        faults.extend([Fault::LoseAnswer; ATTEMPTS]);
        if !self.simulator.inject(faults).await {
            return Err(Failure::not_applied("the simulator has ended"));
        }
        let Err(failure) = device.ask(Command::SetThreshold(lowered)).await else {
            return Err(Failure::not_applied(
                "it was answered, although its replies were to be lost",
            ));
        };
        let after = device.snapshot().await?;
        let now = Watch::of(&after)?;
        let had_effect = if now.setting.value == lowered.value {
            "it took effect"
        } else {
            "it took no effect"
        };
        confirm(device, watch.setting).await?;
        Ok([
            format!("  {}: {failure}\n", Foreign(&device.url)),
            format!("  read afterwards: {}: {had_effect}\n", render::threshold(&now.setting)),
            format!("  {} (read back)\n", render::threshold(&watch.setting)),
        ]
        .concat())
    }

    /// What the caller sees of a device that can only be read: nothing at first, and then all.
    async fn lose_reads(&self, device: &Device) -> Result<String, Failure> {
        if !self.simulator.inject(vec![Fault::LoseAnswer; ATTEMPTS]).await {
            return Err(Failure::not_applied("the simulator has ended"));
        }
        let Err(failure) = device.snapshot().await else {
            return Err(Failure::not_applied(
                "it was answered, although its replies were to be lost",
            ));
        };
        let after = device.snapshot().await?;
        let readings = render::counted(after.readings.len(), "reading");
        Ok([
            format!("  {}: {failure}\n", Foreign(&device.url)),
            format!("  read again: {readings}\n"),
        ]
        .concat())
    }

    /// Off, and on again: accepted first, and then seen.
    async fn switch(&self, device: &Device) -> Result<String, Failure> {
        let number = an_outlet(&device.snapshot().await?)?.number;
        let mut lines = Vec::new();
        for action in [Action::Off, Action::On] {
            let how = switch(device, number, action).await?;
            lines.push(format!("  outlet {number}: {action} ({how})\n"));
            lines.push(format!("  {} (read back)\n", seen(device, number, action).await?));
        }
        Ok(lines.concat())
    }

    /// What the caller sees of a switch that nobody acknowledges. Where the protocol can read, the session looks by itself, and
    /// only knows nothing if it is not answered then either; where it cannot, the silence may have been a refusal.
    async fn lose_acknowledgement(&self, device: &Device) -> Result<String, Failure> {
        let number = an_outlet(&device.snapshot().await?)?.number;
        let mut lines = Vec::new();
        let mut lost = vec![Fault::LoseAnswer];
        let failure = loop {
            if !self.simulator.inject(lost.clone()).await {
                return Err(Failure::not_applied("the simulator has ended"));
            }
            match switch(device, number, Action::Off).await {
                Ok(how) if lost.len() == 1 => {
                    lines.push(format!("  outlet {number}: {} ({how} all the same)\n", Action::Off));
                    switch(device, number, Action::On).await?;
                    lost.extend([Fault::LoseAnswer; ATTEMPTS]);
                }
                Ok(_) => {
                    return Err(Failure::not_applied(
                        "it was answered, although its acknowledgement was to be lost",
                    ));
                }
                Err(failure) => break failure,
            }
        };
        let afterwards = seen(device, number, Action::Off).await?;
        switch(device, number, Action::On).await?;
        lines.extend([
            format!("  {}: {failure}\n", Foreign(&device.url)),
            format!("  read afterwards: {afterwards}: it took effect\n"),
            format!("  {} (read back)\n", seen(device, number, Action::On).await?),
        ]);
        Ok(lines.concat())
    }
}

/// Prints what was seen; whether it was a failure.
fn tell(device: &Device, seen: Result<String, Failure>) -> Result<bool, Stop> {
    match seen {
        Ok(text) => terminal::print(format_args!("{text}\n")).map(|()| false),
        Err(failure) => {
            device.complain(&failure);
            Ok(true)
        }
    }
}

/// An outlet that is on.
fn an_outlet(snapshot: &Snapshot) -> Result<&OutletStatus, Failure> {
    let mut outlets = snapshot.outlets.iter();
    let outlet = outlets.find(|outlet| outlet.state == PowerState::On && outlet.unit == 0);
    outlet.ok_or_else(|| Failure::not_applied("no outlet is on"))
}

async fn switch(device: &Device, number: u16, action: Action) -> Result<&'static str, Failure> {
    let command = Command::Switch {
        target: Target::Outlet(number),
        action,
        delay: Delay::None,
    };
    device.tell(command).await
}

/// The outlet, once the action on it is seen to have happened.
async fn seen(device: &Device, number: u16, action: Action) -> Result<String, Failure> {
    read_back(device, action, Target::Outlet(number)).await?;
    let snapshot = device.snapshot().await?;
    let outlet = snapshot.outlets.iter().find(|outlet| outlet.number == number);
    outlet
        .map(render::outlet)
        .ok_or_else(|| Failure::not_applied("the outlet is gone"))
}

async fn set_clock(device: &Device) -> Result<String, Failure> {
    let at = LocalDateTime::new(2026, 11, 21, 8, 0, 0);
    let at = at.ok_or_else(|| Failure::not_applied("no such time"))?;
    let how = device.tell(Command::SetClock(at)).await?;
    Ok(format!("  clock: {at} ({how})\n"))
}

async fn confirm(device: &Device, setting: ThresholdSetting) -> Result<(), Failure> {
    match device.ask(Command::SetThreshold(setting)).await? {
        Answer::Confirmed => Ok(()),
        other => Err(Failure::unexpected(&other)),
    }
}

/// The upper critical threshold of a voltage, and that voltage.
struct Watch {
    setting: ThresholdSetting,
    measured: Decimal,
}

impl Watch {
    fn of(snapshot: &Snapshot) -> Result<Self, Failure> {
        let is_upper = |s: &&ThresholdSetting| s.quantity == Quantity::Voltage && s.level == Threshold::UpperCritical;
        let setting = snapshot.thresholds.iter().find(is_upper);
        let measured = setting.and_then(|s| snapshot.reading(s.point, s.quantity)?.value);
        match (setting, measured) {
            (Some(setting), Some(Value::Gauge(measured))) => Ok(Self {
                setting: *setting,
                measured,
            }),
            _ => Err(Failure::not_applied("no voltage with a threshold")),
        }
    }

    /// The threshold so many volts below what is measured, in tenths.
    fn lowered_by(&self, volts: i64) -> Result<ThresholdSetting, Failure> {
        let tenths = self.measured.scaled(-1).map(|tenths| tenths - 10 * volts);
        let value = tenths.map(|tenths| Decimal::new(tenths, -1));
        Ok(ThresholdSetting {
            value: value.ok_or_else(|| Failure::not_applied("a voltage finer than tenths"))?,
            ..self.setting
        })
    }
}
