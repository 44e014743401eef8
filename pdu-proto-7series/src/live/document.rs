use core::ops::Range;

use pdu_core::{Identity, IdentitySource, OutletStatus, PowerState, Reading, Snapshot};

use super::unknown::Unknowns;
use super::{Deviation, LiveError, Options, Unknown, readout};

/// A document in the vocabulary, with what the vocabulary has no place for.
///
/// Places are told so: each device that has readings of an inlet is one inlet, in the order of the document, and its lines A, B
/// and C are L1, L2 and L3. Sensors count from 1 over the whole document, in the order in which they first occur: the sensor of a
/// device itself is one, each of its inputs `IO1` to `IO3` is one, each external sensor is one. So a sensor that is plugged in later
/// may shift the numbers of others; [`Device::sensors`] tells whose they are.
///
/// Quality is [`Unavailable`](pdu_core::Quality::Unavailable) of a value that is no number, and
/// [`Suspect`](pdu_core::Quality::Suspect) of a value that is there twice, and of a power factor where the apparent power at the same
/// place is 0: it has no meaning then.
///
/// Energy counts up to no known end, so a count that goes back is a reset: its [`Counter`](pdu_core::Counter) has 64 bits. Its
/// digits are those of the document.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Document {
    /// `host` of the root: the unit's label.
    pub host: Option<String>,
    /// The devices, in the order of the document.
    pub devices: Vec<Device>,
    /// All readings, in the order of the document.
    pub readings: Vec<Reading>,
    /// All outlets, in the order of the document.
    pub outlets: Vec<Outlet>,
    /// What contradicts the documents that were seen; none in strict mode.
    pub deviations: Vec<Deviation>,
    pub(super) unknowns: Unknowns,
}

/// A device of a document: the rack unit itself, or a sensor.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Device {
    /// Its `id`.
    pub id: Option<String>,
    /// Its `type`.
    pub kind: Option<String>,
    /// Its `name`: its label.
    pub name: Option<String>,
    /// The number of its inlet, if it has one.
    pub inlet: Option<u16>,
    /// The numbers of its sensors.
    pub sensors: Range<u16>,
    /// Its fields that are no readings: of unknown keys, in degrees Fahrenheit, or without a number. Only if
    /// [`Everything`](super::Keep::Everything) is kept.
    pub fields: Vec<Field>,
}

/// A field of a device as it stands in the document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Field {
    /// Its `key`.
    pub key: String,
    /// Its `value`.
    pub value: Option<String>,
}

/// An outlet of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Outlet {
    /// Which outlet, from 1.
    pub number: u16,
    /// Its `name`, unless it is empty.
    pub name: Option<String>,
    /// Its `url`, unless it is empty. Only if [`Everything`](super::Keep::Everything) is kept.
    pub url: Option<String>,
    /// Its `status`.
    pub state: PowerState,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// What is no well-formed XML, has a document type, is no document of this kind, or is larger than the limits, with line,
    /// column and path; in strict mode also what contradicts the documents that were seen.
    pub fn parse(document: &[u8], options: &Options) -> Result<Self, LiveError> {
        readout::read(document, options)
    }

    /// The readings and outlets as any other unit's. Its only identity has the unit's label as its name: whether a device's `id` is
    /// a serial number, and its `type` a model, is not stated.
    pub fn snapshot(&self) -> Snapshot {
        self.clone().into_snapshot()
    }

    /// The same, without copying.
    pub fn into_snapshot(self) -> Snapshot {
        let identity = Identity {
            unit: 0,
            vendor: None,
            model: None,
            name: self.host,
            serial: None,
            mac: None,
            firmware: None,
            source: IdentitySource::Device,
        };
        Snapshot {
            identities: vec![identity],
            readings: self.readings,
            outlets: self.outlets.into_iter().map(OutletStatus::from).collect(),
            ..Snapshot::default()
        }
    }

    /// The elements, attributes and texts that are not known, in the order of the document. Only if
    /// [`Everything`](super::Keep::Everything) is kept.
    pub fn unknown(&self) -> impl Iterator<Item = Unknown<'_>> {
        self.unknowns.iter()
    }

    /// The value of the unknown attribute or text with this [path](Unknown::path).
    ///
    /// ```
    /// use pdu_proto_7series::live::{Document, Options};
    ///
    /// let xml = b"<server><alarms><alarm state='tripped'/><alarm state='clear'/></alarms></server>";
    /// let document = Document::parse(xml, &Options::default())?;
    /// assert_eq!(document.unknown_at("/server/alarms/alarm[2]/@state"), Some("clear"));
    /// # Ok::<(), pdu_proto_7series::live::LiveError>(())
    /// ```
    pub fn unknown_at(&self, path: &str) -> Option<&str> {
        self.unknown()
            .find(|unknown| unknown.path() == path)
            .map(|unknown| unknown.value())
    }
}

impl Device {
    /// The value of the first of its [`fields`](Self::fields) with this key.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.key == key)
            .and_then(|field| field.value.as_deref())
    }
}

impl From<Outlet> for OutletStatus {
    fn from(outlet: Outlet) -> Self {
        Self {
            unit: 0,
            number: outlet.number,
            name: outlet.name,
            state: outlet.state,
            // Nothing in the document tells.
            pending: None,
        }
    }
}
