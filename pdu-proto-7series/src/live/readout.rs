//! Items into the vocabulary.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use pdu_core::{Component, Counter, Decimal, Mode, Point, PowerState, Quality, Quantity, Reading, Statistic, Value};

use super::attributes::is_space;
use super::document::{Device, Document, Field, Outlet};
use super::item::{DeviceItem, FieldItem, Item, OutletItem, UnknownItem, UnknownKind};
use super::options::{Keep, Options};
use super::reader::Reader;
use super::text::shown;
use super::unknown::Unknowns;
use super::{Deviation, DeviationKind, LiveError};
use crate::wire::{Key, Meaning, Measure, OutletField, Place, Scale, power_state};

pub(super) fn read(document: &[u8], options: &Options) -> Result<Document, LiveError> {
    let mut reader = Reader::new(document, options.limits)?;
    let mut readout = Readout::new(options, document.len());
    while let Some(mut item) = reader.next()? {
        readout.offset = reader.offset();
        readout.take(&mut item).map_err(|deviation| reader.refused(deviation))?;
    }
    Ok(readout.finish(&reader))
}

struct Readout<'o> {
    options: &'o Options,
    host: Option<String>,
    devices: Vec<Device>,
    readings: Vec<Reading>,
    outlets: Vec<Outlet>,
    unknowns: Unknowns,
    deviations: Vec<(usize, DeviationKind)>,
    /// Where the item that is being taken stands.
    offset: usize,
    device: Current,
    inlets: u16,
    sensors: u16,
    highest_outlet: u16,
    /// The numbers of all outlets so far, once one of them did not come in ascending order.
    unordered: Option<BTreeSet<u16>>,
    /// Places of which nobody can tell which of two values holds.
    duplicates: BTreeSet<(Point, Quantity, Statistic)>,
    duplicate_outlets: BTreeSet<u16>,
}

/// What has been seen of the device that is being read.
#[derive(Default)]
struct Current {
    first_reading: usize,
    /// The rows of the table of keys that have occurred, a bit for each.
    keys: u64,
    inlet: Option<u16>,
    sensor: Option<u16>,
    inputs: [Option<u16>; 3],
    externals: BTreeMap<u16, u16>,
    /// Where the apparent power is 0, each place once.
    unloaded: Vec<Point>,
}

/// Where a key's reading belongs, and whether the key has occurred in its device before.
struct Occurrence {
    point: Point,
    occurred_before: bool,
}

/// The kilo of kilowatt-hours.
const KILO: i8 = 3;

impl<'o> Readout<'o> {
    fn new(options: &'o Options, size: usize) -> Self {
        Self {
            options,
            host: None,
            devices: Vec::new(),
            readings: Vec::with_capacity(size / 36),
            outlets: Vec::with_capacity(size / 96),
            unknowns: Unknowns::default(),
            deviations: Vec::new(),
            offset: 0,
            device: Current::default(),
            inlets: 0,
            sensors: 0,
            highest_outlet: 0,
            unordered: None,
            duplicates: BTreeSet::new(),
            duplicate_outlets: BTreeSet::new(),
        }
    }

    /// Takes what it keeps out of an item. The error is that of strict mode.
    fn take(&mut self, item: &mut Item<'_>) -> Result<(), DeviationKind> {
        match item {
            Item::Server(server) => {
                self.host = server.host.take().and_then(filled);
                Ok(())
            }
            Item::Device(device) => {
                self.device(device);
                Ok(())
            }
            Item::Field(field) => self.field(field),
            Item::Outlet(outlet) => self.outlet(outlet),
            Item::Unknown(unknown) => {
                self.keep(unknown);
                Ok(())
            }
        }
    }

    fn device(&mut self, device: &mut DeviceItem<'_>) {
        self.end_device();
        self.device.first_reading = self.readings.len();
        self.devices.push(Device {
            id: device.id.take().and_then(filled),
            kind: device.kind.take().and_then(filled),
            name: device.name.take().and_then(filled),
            inlet: None,
            sensors: self.sensors + 1..self.sensors + 1,
            fields: Vec::new(),
        });
    }

    fn end_device(&mut self) {
        let current = core::mem::take(&mut self.device);
        if let Some(device) = self.devices.last_mut() {
            device.inlet = current.inlet;
            device.sensors.end = self.sensors + 1;
        }
        // Where there is no load, a power factor has no meaning, though the unit tells one.
        let readings = self.readings.get_mut(current.first_reading..).unwrap_or_default();
        for reading in readings.iter_mut().filter(|_| !current.unloaded.is_empty()) {
            let is_power_factor = reading.quantity == Quantity::PowerFactor && reading.value.is_some();
            if is_power_factor && current.unloaded.contains(&reading.point) {
                reading.quality = Quality::Suspect;
            }
        }
    }

    fn field(&mut self, field: &mut FieldItem<'_>) -> Result<(), DeviationKind> {
        let Some((measure, place)) = self.meaning(&field.key) else {
            self.keep_field(field);
            return Ok(());
        };
        let text = field.value.as_deref().unwrap_or_default();
        let Measure {
            quantity,
            statistic,
            scale,
            ..
        } = measure;
        let reading = reading(place.point, quantity, statistic, scale, text);
        self.readings.push(reading);
        let is_unloaded = quantity == Quantity::ApparentPower && reading.value == Some(Value::Gauge(Decimal::ZERO));
        if is_unloaded && !self.device.unloaded.contains(&place.point) {
            self.device.unloaded.push(place.point);
        }
        if place.occurred_before {
            self.duplicates.insert((place.point, quantity, statistic));
            let key = shown(&field.key).to_owned();
            self.deviate(DeviationKind::DuplicateKey { key })?;
        }
        if reading.value.is_none() {
            self.deviate(not_a_number(&field.key, text))?;
            self.keep_field(field);
        }
        Ok(())
    }

    /// The reading that a key is, and where; `None` if it is none, or if there are more places than numbers.
    fn meaning(&mut self, key: &str) -> Option<(Measure, Occurrence)> {
        let found = Key::lookup(key).filter(|found| self.options.wiring.shows(found.key.wired_as))?;
        let Meaning::Reading(measure) = found.key.meaning else {
            return None;
        };
        let bit = 1_u64.checked_shl(found.index.into()).unwrap_or_default();
        let occurred_before = match found.external {
            // An external sensor has one reading.
            Some(external) => self.device.externals.contains_key(&external),
            None => self.device.keys & bit != 0,
        };
        self.device.keys |= bit;
        let point = self.point(measure.place, found.external)?;
        Some((measure, Occurrence { point, occurred_before }))
    }

    fn point(&mut self, place: Place, external: Option<u16>) -> Option<Point> {
        let (device, sensors) = (&mut self.device, &mut self.sensors);
        Some(match place {
            Place::Inlet(line) => Point::inlet(numbered(&mut device.inlet, &mut self.inlets)?).on(line),
            Place::Sensor => Point::sensor(numbered(&mut device.sensor, sensors)?),
            Place::Input(input) => {
                let slot = device.inputs.get_mut(usize::from(input.checked_sub(1)?))?;
                Point::sensor(numbered(slot, sensors)?)
            }
            Place::External => {
                let mut number = device.externals.get(&external?).copied();
                let number = numbered(&mut number, sensors)?;
                device.externals.insert(external?, number);
                Point::sensor(number)
            }
        })
    }

    fn outlet(&mut self, outlet: &mut OutletItem<'_>) -> Result<(), DeviationKind> {
        let Some(number) = outlet_number(&outlet.number) else {
            let value = shown(&outlet.number).to_owned();
            self.keep_outlet(outlet);
            return self.deviate(DeviationKind::OutletNumber { value });
        };
        let state = self.state(number, outlet.status.as_deref())?;
        self.note_outlet(number)?;
        let measured = [
            (OutletField::Amperes, &outlet.amperes),
            (OutletField::Watts, &outlet.watts),
            (OutletField::KilowattHours, &outlet.kilowatt_hours),
        ];
        for (field, text) in measured {
            if let Some((quantity, text)) = field.quantity().zip(text.as_deref()) {
                self.outlet_reading(number, field, quantity, text)?;
            }
        }
        self.outlets.push(Outlet {
            number,
            name: outlet.name.take().and_then(filled),
            url: match self.options.keep {
                Keep::Everything => outlet.url.take().and_then(filled),
                Keep::Nothing => None,
            },
            state,
        });
        Ok(())
    }

    fn state(&mut self, number: u16, status: Option<&str>) -> Result<PowerState, DeviationKind> {
        let Some(status) = status else {
            return Ok(PowerState::Unknown);
        };
        if let Some(state) = power_state(status) {
            return Ok(state);
        }
        let value = shown(status).to_owned();
        self.deviate(DeviationKind::Status { number, value })?;
        Ok(PowerState::Unknown)
    }

    fn note_outlet(&mut self, number: u16) -> Result<(), DeviationKind> {
        if number > self.highest_outlet {
            self.highest_outlet = number;
            if let Some(numbers) = &mut self.unordered {
                numbers.insert(number);
            }
            return Ok(());
        }
        let outlets = &self.outlets;
        let numbers = self
            .unordered
            .get_or_insert_with(|| outlets.iter().map(|outlet| outlet.number).collect());
        if numbers.insert(number) {
            return Ok(());
        }
        self.duplicate_outlets.insert(number);
        self.deviate(DeviationKind::DuplicateOutlet { number })
    }

    /// A unit that does not meter its outlets may leave the attribute empty: that is no reading, and no deviation.
    fn outlet_reading(
        &mut self,
        number: u16,
        field: OutletField,
        quantity: Quantity,
        text: &str,
    ) -> Result<(), DeviationKind> {
        if trimmed(text).is_empty() {
            return Ok(());
        }
        let scale = match quantity {
            Quantity::ActiveEnergy => Scale::Count(KILO),
            _ => Scale::Gauge(0),
        };
        let reading = reading(Point::outlet(number), quantity, Statistic::Now, scale, text);
        self.readings.push(reading);
        match reading.value {
            Some(_) => Ok(()),
            None => self.deviate(not_a_number(field.as_str(), text)),
        }
    }

    fn deviate(&mut self, deviation: DeviationKind) -> Result<(), DeviationKind> {
        match self.options.mode {
            Mode::Strict => Err(deviation),
            Mode::Lenient => {
                self.deviations.push((self.offset, deviation));
                Ok(())
            }
        }
    }

    fn keep(&mut self, unknown: &mut UnknownItem<'_>) {
        if self.options.keep == Keep::Everything {
            let value = core::mem::take(&mut unknown.value);
            self.unknowns.push(self.offset, unknown.kind, value);
        }
    }

    fn keep_field(&mut self, field: &mut FieldItem<'_>) {
        if self.options.keep == Keep::Everything
            && let Some(device) = self.devices.last_mut()
        {
            device.fields.push(Field {
                key: core::mem::take(&mut field.key).into_owned(),
                value: field.value.take().map(Cow::into_owned),
            });
        }
    }

    /// Keeps an outlet without a number like what is unknown.
    fn keep_outlet(&mut self, outlet: &OutletItem<'_>) {
        for field in OutletField::ALL {
            if let Some(value) = outlet.attribute(field) {
                self.keep(&mut UnknownItem {
                    kind: UnknownKind::Attribute(field.as_str()),
                    value: Cow::Borrowed(value),
                });
            }
        }
    }

    fn finish(mut self, reader: &Reader<'_>) -> Document {
        self.end_device();
        self.doubt_duplicates();
        if !self.unknowns.is_empty() {
            self.unknowns.locate(reader.places());
        }
        Document {
            host: self.host,
            devices: self.devices,
            readings: self.readings,
            outlets: self.outlets,
            deviations: located(self.deviations, reader),
            unknowns: self.unknowns,
        }
    }

    fn doubt_duplicates(&mut self) {
        if self.duplicates.is_empty() && self.duplicate_outlets.is_empty() {
            return;
        }
        for reading in &mut self.readings {
            let is_of_outlet = reading.point.component == Component::Outlet;
            let is_duplicate = if is_of_outlet {
                self.duplicate_outlets.contains(&reading.point.number)
            } else {
                self.duplicates
                    .contains(&(reading.point, reading.quantity, reading.statistic))
            };
            if is_duplicate && reading.value.is_some() {
                reading.quality = Quality::Suspect;
            }
        }
        for outlet in &mut self.outlets {
            if self.duplicate_outlets.contains(&outlet.number) {
                outlet.state = PowerState::Unknown;
            }
        }
    }
}

fn located(deviations: Vec<(usize, DeviationKind)>, reader: &Reader<'_>) -> Vec<Deviation> {
    if deviations.is_empty() {
        return Vec::new();
    }
    let mut places = reader.places();
    let locate = |(offset, kind)| Deviation {
        position: places.position(offset),
        path: places.path(offset),
        kind,
    };
    deviations.into_iter().map(locate).collect()
}

/// The number of a place that has one, or the next one that is free; `None` if there are no more.
fn numbered(slot: &mut Option<u16>, last: &mut u16) -> Option<u16> {
    if slot.is_none() {
        *last = last.checked_add(1)?;
        *slot = Some(*last);
    }
    *slot
}

fn outlet_number(text: &str) -> Option<u16> {
    let text = trimmed(text);
    // `parse` alone would take a sign.
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number != 0)
}

#[inline]
fn reading(point: Point, quantity: Quantity, statistic: Statistic, scale: Scale, text: &str) -> Reading {
    let value = number(trimmed(text)).and_then(|number| value(number, scale));
    Reading {
        point,
        quantity,
        statistic,
        value,
        quality: if value.is_some() {
            Quality::Good
        } else {
            Quality::Unavailable
        },
    }
}

/// A number in the quantity's unit, its digits as they are.
fn value(number: Decimal, scale: Scale) -> Option<Value> {
    match scale {
        Scale::Gauge(places) => number.shifted(places).map(Value::Gauge),
        Scale::Count(places) => {
            let count = u64::try_from(number.mantissa()).ok()?;
            Counter::new(count, number.exponent().checked_add(places)?, 64).map(Value::Count)
        }
    }
}

fn not_a_number(name: &str, value: &str) -> DeviationKind {
    DeviationKind::NotANumber {
        name: shown(name).to_owned(),
        value: shown(value).to_owned(),
    }
}

/// Without the white space of XML around it.
fn trimmed(text: &str) -> &str {
    let (first, last) = (text.bytes().next(), text.bytes().next_back());
    if first.is_some_and(is_space) || last.is_some_and(is_space) {
        text.trim_matches(|character: char| u8::try_from(character).is_ok_and(is_space))
    } else {
        text
    }
}

/// Digits with at most one point, as [`Decimal`] takes them; up to 18 octets without its care for what may overflow.
fn number(text: &str) -> Option<Decimal> {
    if text.len() > 18 || text.starts_with('-') {
        return text.parse().ok();
    }
    let (mut mantissa, mut places, mut is_behind_point) = (0_i64, 0_i8, false);
    for octet in text.bytes() {
        match octet {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i64::from(octet - b'0');
                places += i8::from(is_behind_point);
            }
            b'.' if !is_behind_point => is_behind_point = true,
            _ => return None,
        }
    }
    let has_digits_around_point = !text.starts_with('.') && !text.is_empty() && is_behind_point == (places > 0);
    has_digits_around_point.then_some(Decimal::new(mantissa, -places))
}

fn filled(text: Cow<'_, str>) -> Option<String> {
    (!text.is_empty()).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_way_with_numbers_is_the_long_one(text in "-?[0-9.]{0,20}|[ -~]{0,4}") {
            let short = number(&text).map(|number| (number.mantissa(), number.exponent()));
            let long = text.parse::<Decimal>().ok().map(|number| (number.mantissa(), number.exponent()));
            prop_assert_eq!(short, long);
        }
    }
}
