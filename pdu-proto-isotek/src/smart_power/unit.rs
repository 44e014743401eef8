//! What is known of a unit: its last status, and what it is asked once a link.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use pdu_core::{
    ErrorKind, Identity, IdentitySource, OutletStatus, Point, PowerState, Quality, Quantity, Reading, Snapshot,
    Statistic, Value,
};

use super::settings::Configs;
use crate::wire::{Address, Channel, ChannelStatus, Outlet, OutletConfig, OutletState, StatusFrame};

/// Voltage and active power of each channel of a status, in its order: of `CH0` at inlet 1, of the others at their outlets.
/// Channels that the status does not have give no reading.
///
/// Source: lines 43 to 57. That `CH0` is the unit as a whole is inferred. Its power is the unit's own number, which need not
/// be the sum of the others.
///
/// ```
/// use pdu_core::{Decimal, Point};
/// use pdu_proto_isotek::smart_power::readings;
/// use pdu_proto_isotek::wire::{Channel, ChannelStatus, OutletState, StatusFrame};
///
/// let mut status = StatusFrame::default();
/// status.set(ChannelStatus {
///     channel: Channel::new(3).unwrap(),
///     state: OutletState::On,
///     voltage: Decimal::new(230, 0),
///     power: Decimal::new(57, 0),
/// });
/// let told: Vec<String> = readings(&status).map(|reading| reading.to_string()).collect();
/// assert_eq!(told, ["unit0.outlet3 voltage 230 V", "unit0.outlet3 active_power 57 W"]);
/// ```
pub fn readings(status: &StatusFrame) -> impl Iterator<Item = Reading> {
    status.channels().flat_map(|channel| {
        let gauge = |quantity, value| Reading {
            point: point_of(channel.channel),
            quantity,
            statistic: Statistic::Now,
            value: Some(Value::Gauge(value)),
            quality: Quality::Good,
        };
        [
            gauge(Quantity::Voltage, channel.voltage),
            gauge(Quantity::ActivePower, channel.power),
        ]
    })
}

fn point_of(channel: Channel) -> Point {
    match channel.outlet() {
        Some(outlet) => Point::outlet(outlet.number().into()),
        None => Point::inlet(1),
    }
}

/// The state in the vocabulary.
const fn state_of(state: OutletState) -> PowerState {
    match state {
        OutletState::On => PowerState::On,
        OutletState::Off => PowerState::Off,
    }
}

/// Who the unit is, as far as the choice of this profile tells.
fn profile() -> Identity {
    Identity {
        unit: 0,
        vendor: Some("IsoTek".into()),
        model: Some("SMART Power".into()),
        name: None,
        serial: None,
        mac: None,
        firmware: None,
        source: IdentitySource::Profile,
    }
}

/// What is known of a unit.
#[derive(Debug, Default)]
pub(super) struct Unit {
    identity: Learned<Identity>,
    names: Learned<Vec<(Outlet, String)>>,
    status: Option<Box<StatusFrame>>,
    /// No status came for some time.
    is_stale: bool,
    states: States,
}

/// What is asked once a link, since it changes seldom.
#[derive(Debug)]
struct Learned<T> {
    known: Option<T>,
    asked: Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    NotYet,
    OverThisLink,
    /// The unit did not answer, though it is there: it is not asked again.
    InVain,
}

/// The last known state of each outlet; unknown for those of which nothing was ever said.
#[derive(Debug)]
struct States([PowerState; Outlet::MAX as usize]);

/// What a unit may be asked for a snapshot beside its status, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    Identity,
    Names,
}

impl Unit {
    /// Another link: what stands behind it may have changed.
    pub(super) fn note_link(&mut self) {
        self.identity.note_link();
        self.names.note_link();
    }

    /// What a snapshot still lacks, over this link; each question once, though the link may have changed in between.
    pub(super) fn next_question(&self, after: Option<Question>) -> Option<Question> {
        let is_next =
            |question: &Question| after.is_none_or(|asked| asked < *question) && self.asked(*question) == Asked::NotYet;
        [Question::Identity, Question::Names].into_iter().find(is_next)
    }

    fn asked(&self, question: Question) -> Asked {
        match question {
            Question::Identity => self.identity.asked,
            Question::Names => self.names.asked,
        }
    }

    /// A question that had no answer is not asked again over this link; if there was silence, not over any: a unit that does
    /// not know it would cost each link its time.
    pub(super) fn leave_unanswered(&mut self, question: Question, why: ErrorKind) {
        let asked = match why {
            ErrorKind::Timeout => Asked::InVain,
            _ => Asked::OverThisLink,
        };
        match question {
            Question::Identity => self.identity.asked = asked,
            Question::Names => self.names.asked = asked,
        }
    }

    /// Takes a status, and gives the outlets whose known state it changes.
    pub(super) fn observe(&mut self, status: Box<StatusFrame>) -> Vec<Outlet> {
        let changed = status
            .channels()
            .filter_map(|channel| self.states.observe(channel))
            .collect();
        self.status = Some(status);
        self.is_stale = false;
        changed
    }

    /// No status came for some time. Says whether there is one that has become old by that.
    pub(super) fn note_silence(&mut self) -> bool {
        self.is_stale = true;
        self.status.is_some()
    }

    pub(super) fn learn_address(&mut self, address: &Address<'_>) {
        self.identity.learn(Identity {
            serial: Some(address.serial.trimmed().into()),
            mac: Some(mac(address.mac)),
            source: IdentitySource::Device,
            ..profile()
        });
    }

    pub(super) fn learn_configs(&mut self, configs: &Configs) {
        let name_of = |config: &OutletConfig<'_>| config.name.trimmed().into();
        self.names.learn(
            configs
                .iter()
                .map(|(outlet, config)| (*outlet, name_of(config)))
                .collect(),
        );
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity.known.clone().unwrap_or_else(profile)
    }

    /// Everything that is known; of an old status what does not age: its readings, marked as old.
    pub(super) fn snapshot(&self) -> Snapshot {
        let quality = if self.is_stale { Quality::Stale } else { Quality::Good };
        let status = self.status.as_deref().copied().unwrap_or_default();
        let known = (1..=Outlet::MAX)
            .filter_map(Outlet::new)
            .filter(|outlet| self.is_known(*outlet));
        Snapshot {
            identities: [self.identity()].into(),
            readings: readings(&status)
                .map(|reading| Reading { quality, ..reading })
                .collect(),
            outlets: known
                .map(|outlet| self.outlet(outlet, self.state_now(&status, outlet)))
                .collect(),
            clock: status.clock.filter(|_| !self.is_stale),
            ..Snapshot::default()
        }
    }

    /// An outlet with its last known state.
    pub(super) fn last_known(&self, outlet: Outlet) -> OutletStatus {
        self.outlet(outlet, self.states.of(outlet))
    }

    fn outlet(&self, outlet: Outlet, state: PowerState) -> OutletStatus {
        OutletStatus {
            unit: 0,
            number: outlet.number().into(),
            name: self.name(outlet).filter(|name| !name.is_empty()).map(Into::into),
            state,
            pending: None,
        }
    }

    /// Whether the unit has ever said anything of this outlet.
    fn is_known(&self, outlet: Outlet) -> bool {
        self.states.of(outlet) != PowerState::Unknown || self.name(outlet).is_some()
    }

    /// What the status says; nothing if it is old, or has no line of this outlet.
    fn state_now(&self, status: &StatusFrame, outlet: Outlet) -> PowerState {
        let channel = status.channel(outlet.into()).filter(|_| !self.is_stale);
        channel.map_or(PowerState::Unknown, |channel| state_of(channel.state))
    }

    fn name(&self, outlet: Outlet) -> Option<&str> {
        let names = self.names.known.as_deref().unwrap_or_default();
        names
            .iter()
            .find_map(|(of, name)| (*of == outlet).then_some(name.as_str()))
    }
}

impl<T> Default for Learned<T> {
    fn default() -> Self {
        Self {
            known: None,
            asked: Asked::NotYet,
        }
    }
}

impl<T> Learned<T> {
    fn note_link(&mut self) {
        if self.asked == Asked::OverThisLink {
            self.asked = Asked::NotYet;
        }
    }

    fn learn(&mut self, value: T) {
        self.known = Some(value);
        self.asked = Asked::OverThisLink;
    }
}

impl Default for States {
    fn default() -> Self {
        Self([PowerState::Unknown; Outlet::MAX as usize])
    }
}

impl States {
    fn of(&self, outlet: Outlet) -> PowerState {
        let place = usize::from(outlet.number()).wrapping_sub(1);
        self.0.get(place).copied().unwrap_or(PowerState::Unknown)
    }

    /// Keeps the state; gives the outlet if another one was known before.
    fn observe(&mut self, channel: &ChannelStatus) -> Option<Outlet> {
        let outlet = channel.channel.outlet()?;
        let place = self.0.get_mut(usize::from(outlet.number()).wrapping_sub(1))?;
        let before = core::mem::replace(place, state_of(channel.state));
        (before != PowerState::Unknown && before != *place).then_some(outlet)
    }
}

fn mac(octets: [u8; 6]) -> String {
    octets.map(|octet| format!("{octet:02x}")).join(":")
}
