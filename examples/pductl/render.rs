//! A device as a person reads it: one block of tables.

mod settings;

use pdu_core::{
    Alarm, AlarmRule, Comparison, Component, Contact, ContactStatus, Identity, OutletStatus, Point, PowerState,
    Quality, Quantity, Reading, ScheduleRecord, Severity, Snapshot, Statistic, Threshold, ThresholdSetting, Trigger,
    Update, Value,
};

pub(crate) use self::settings::{sections, settings};
use crate::devices::Found;
use crate::json::digits;
use crate::table::{Cell, Table};
use crate::terminal::{Foreign, Paint, Style};

/// Everything that a device shows.
pub(crate) fn device(url: &str, snapshot: &Snapshot, paint: Paint) -> String {
    let mut head = vec![format!("{}\n", paint.apply(Style::Heading, Foreign(url)))];
    head.extend(snapshot.identities.iter().map(identity_in_words));
    head.extend(snapshot.clock.map(|clock| format!("  clock {clock}\n")));
    let mut blocks = vec![
        head.concat(),
        readings(&snapshot.readings, paint),
        outlets(&snapshot.outlets, paint),
        contacts(&snapshot.contacts, paint),
        thresholds(&snapshot.thresholds, paint),
        alarms(snapshot, paint),
    ];
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

fn identity_in_words(identity: &Identity) -> String {
    let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name} {value}"));
    let words = [
        identity.vendor.clone(),
        identity.model.clone(),
        identity.name.as_ref().map(|name| format!("\"{name}\"")),
        named("serial", &identity.serial),
        named("mac", &identity.mac),
        named("firmware", &identity.firmware),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    let source = identity.source;
    let words = words.join(" ");
    format!("  unit {}: {} (by {source})\n", identity.unit, Foreign(&words))
}

/// A reading, in one line.
pub(crate) fn reading(reading: &Reading) -> String {
    let statistic = match reading.statistic {
        Statistic::Now => String::new(),
        statistic => format!(" {statistic}"),
    };
    let watched = watched_in_words(reading.point, reading.quantity);
    match (reading.value, reading.quality) {
        (Some(value), Quality::Good) => format!("{watched}{statistic}: {}", measured(value, reading.quantity)),
        (Some(value), quality) => format!(
            "{watched}{statistic}: {} ({quality})",
            measured(value, reading.quantity)
        ),
        (None, quality) => format!("{watched}{statistic}: {quality}"),
    }
}

/// One table for each kind of component: a row for each place, a column for each quantity.
pub(crate) fn readings(readings: &[Reading], paint: Paint) -> String {
    let mut kinds: Vec<(u16, Component)> = Vec::new();
    for reading in readings {
        let kind = (reading.point.unit, reading.point.component);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let tables = kinds.iter().map(|kind| {
        let of_kind = |reading: &&Reading| (reading.point.unit, reading.point.component) == *kind;
        let readings: Vec<_> = readings.iter().filter(of_kind).collect();
        table_of(&readings).to_text(paint)
    });
    tables.collect::<Vec<_>>().join("\n")
}

type Column = (Quantity, Statistic);

fn table_of(readings: &[&Reading]) -> Table {
    let mut columns: Vec<Column> = Vec::new();
    let mut points: Vec<Point> = Vec::new();
    for reading in readings {
        let column = (reading.quantity, reading.statistic);
        if !columns.contains(&column) {
            columns.push(column);
        }
        if !points.contains(&reading.point) {
            points.push(reading.point);
        }
    }
    let mut headings = vec![Vec::new()];
    headings.extend(columns.iter().copied().map(heading));
    let mut table = Table::of_numbers(&headings);
    for point in points {
        let cell = |(quantity, statistic): &Column| {
            let reading = readings
                .iter()
                .find(|r| (r.point, r.quantity, r.statistic) == (point, *quantity, *statistic));
            reading.map_or_else(|| Cell::from(""), |reading| value_cell(reading))
        };
        let mut row = vec![Cell::from(place(point))];
        row.extend(columns.iter().map(cell));
        table.push(row);
    }
    table
}

/// The words of the quantity, and its unit, one below the other.
fn heading((quantity, statistic): Column) -> Vec<String> {
    let mut lines = Vec::new();
    if statistic != Statistic::Now {
        lines.push(statistic.to_string());
    }
    lines.extend(quantity.as_str().split('_').map(String::from));
    lines.push(unit_in_words(quantity).into());
    lines
}

/// The unit as people write it: vocabulary and JSON have "Cel" for degrees Celsius.
fn unit_in_words(quantity: Quantity) -> &'static str {
    match quantity.customary_unit().symbol {
        "Cel" => "°C",
        symbol => symbol,
    }
}

fn value_cell(reading: &Reading) -> Cell {
    let value = reading.value.and_then(|value| digits(value, reading.quantity));
    match (value, reading.quality) {
        (Some(value), Quality::Good) => value.into(),
        (Some(value), quality) => Cell::new(&format!("{value} {quality}"), Style::Warning),
        (None, quality) => Cell::new(&quality, Style::Dim),
    }
}

/// `inlet 1 L1`, with its unit if that is not the one that was asked.
fn place(point: Point) -> String {
    let unit = unit_prefix(point);
    let component = point.component.as_str().replace('_', " ");
    let line = point.line.map_or_else(String::new, |line| format!(" {line}"));
    format!("{unit}{component} {}{line}", point.number)
}

fn unit_prefix(point: Point) -> String {
    match point.unit {
        0 => String::new(),
        unit => format!("unit {unit} "),
    }
}

pub(crate) fn outlets(outlets: &[OutletStatus], paint: Paint) -> String {
    let mut table = Table::of_words();
    for outlet in outlets {
        let style = match outlet.state {
            PowerState::On => Style::Good,
            PowerState::Off => Style::Plain,
            PowerState::Unknown => Style::Warning,
        };
        let pending = outlet
            .pending
            .map_or_else(String::new, |action| format!("{action} pending"));
        table.push(vec![
            Cell::from(place(Point::outlet(outlet.number).of_unit(outlet.unit))),
            Foreign(outlet.name.as_deref().unwrap_or_default()).into(),
            Cell::new(&outlet.state, style),
            pending.into(),
        ]);
    }
    table.to_text(paint)
}

/// An outlet and what it does, in one line.
pub(crate) fn outlet(outlet: &OutletStatus) -> String {
    let place = place(Point::outlet(outlet.number).of_unit(outlet.unit));
    match outlet.pending {
        Some(action) => format!("{place}: {}, {action} pending", outlet.state),
        None => format!("{place}: {}", outlet.state),
    }
}

/// What a device told besides its whole state, in one line.
pub(crate) fn change(change: &Update, paint: Paint) -> Option<String> {
    match change {
        Update::Outlet(outlet) => Some(self::outlet(outlet)),
        Update::Alarm(alarm) => Some(self::alarm(alarm, paint)),
        _ => None,
    }
}

/// The records of a scheduler, a row for each.
pub(crate) fn schedule(records: &[ScheduleRecord], paint: Paint) -> String {
    if records.is_empty() {
        return "  no records\n".into();
    }
    let mut table = Table::of_words_under(&["record", "name", "when", "what", "kept as it is"]);
    for record in records {
        let raw: Vec<_> = record.raw.iter().map(|(key, value)| format!("{key}={value}")).collect();
        table.push(vec![
            record.id.into(),
            Foreign(&record.name).into(),
            trigger_in_words(record.trigger).into(),
            format!("outlet {} {}", record.outlet, record.action).into(),
            Foreign(&raw.join(" ")).into(),
        ]);
    }
    table.to_text(paint)
}

fn trigger_in_words(trigger: Trigger) -> String {
    match trigger {
        Trigger::Time { at, day } => format!("at {at}, day {day}"),
        Trigger::ActivePower { comparison, watts } => match comparison {
            Comparison::Greater => format!("above {watts} W"),
            Comparison::Less => format!("below {watts} W"),
        },
        other => format!("{other:?}"),
    }
}

/// The rules by which a device raises alarms, a row for each.
pub(crate) fn alarm_rules(rules: &[AlarmRule], paint: Paint) -> String {
    if rules.is_empty() {
        return "  no rules\n".into();
    }
    let mut table = Table::of_words_under(&["rule", "watches", "alarm", "named by the device"]);
    for rule in rules {
        table.push(vec![
            rule.number.into(),
            watched(rule.point, rule.quantity).into(),
            trip_in_words(rule).into(),
            Foreign(rule.object.as_deref().unwrap_or_default()).into(),
        ]);
    }
    table.to_text(paint)
}

/// What is watched, as far as it is known.
pub(crate) fn watched(point: Option<Point>, quantity: Option<Quantity>) -> String {
    let quantity = quantity.map(|quantity| quantity.as_str().replace('_', " "));
    let words: Vec<_> = point.map(place).into_iter().chain(quantity).collect();
    words.join(" ")
}

/// `16.3 A`.
pub(crate) fn measured(value: Value, quantity: Quantity) -> String {
    let digits = digits(value, quantity).unwrap_or_default();
    format!("{digits} {}", unit_in_words(quantity))
}

/// `above 16.0 A`; without a quantity, as the device counts.
fn trip_in_words(rule: &AlarmRule) -> String {
    let Some(quantity) = rule.quantity else {
        return format!("{} {}", rule.trip, rule.threshold);
    };
    let threshold = measured(Value::Gauge(rule.threshold), quantity);
    format!("{} {threshold}", rule.trip)
}

/// Units that answered on a network, a row for each.
pub(crate) fn found(units: &[Found], paint: Paint) -> String {
    if units.is_empty() {
        return "  no unit answered\n".into();
    }
    let mut table = Table::of_words_under(&["address", "serial", "mac", "servers"]);
    for unit in units {
        table.push(vec![
            unit.address.into(),
            Foreign(&unit.serial).into(),
            Foreign(&unit.mac).into(),
            Foreign(&unit.servers.join(" ")).into(),
        ]);
    }
    table.to_text(paint)
}

/// `1 record`, `2 records`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn contacts(contacts: &[ContactStatus], paint: Paint) -> String {
    let mut table = Table::of_words();
    for contact in contacts {
        let style = match contact.state {
            Contact::Open => Style::Warning,
            Contact::Detected => Style::Critical,
            Contact::Unknown => Style::Dim,
            _ => Style::Good,
        };
        let name = format!(
            "{}{} {}",
            unit_prefix(contact.point),
            contact.kind,
            contact.point.number
        );
        table.push(vec![name.into(), Cell::new(&contact.state, style)]);
    }
    table.to_text(paint)
}

/// A row for each place and quantity, a column for each level that any of them has.
pub(crate) fn thresholds(thresholds: &[ThresholdSetting], paint: Paint) -> String {
    let has = |level: &Threshold| thresholds.iter().any(|setting| setting.level == *level);
    let levels: Vec<_> = Threshold::ALL.iter().copied().filter(has).collect();
    let mut watched: Vec<(Point, Quantity)> = Vec::new();
    for setting in thresholds {
        if !watched.contains(&(setting.point, setting.quantity)) {
            watched.push((setting.point, setting.quantity));
        }
    }
    let mut headings = vec![vec!["thresholds".to_owned()]];
    headings.extend(
        levels
            .iter()
            .map(|level| level.as_str().split('_').map(String::from).collect()),
    );
    let mut table = Table::of_numbers(&headings);
    for (point, quantity) in watched {
        let unit = unit_in_words(quantity);
        let value = |level: &Threshold| {
            let setting = thresholds
                .iter()
                .find(|s| (s.point, s.quantity, s.level) == (point, quantity, *level));
            let value = setting.and_then(|setting| digits(Value::Gauge(setting.value), quantity));
            Cell::from(value.unwrap_or_default())
        };
        let mut row = vec![Cell::from(format!("{} [{unit}]", watched_in_words(point, quantity)))];
        row.extend(levels.iter().map(value));
        table.push(row);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.to_text(paint)
    }
}

/// One threshold, in one line.
pub(crate) fn threshold(setting: &ThresholdSetting) -> String {
    let watched = watched_in_words(setting.point, setting.quantity);
    let value = measured(Value::Gauge(setting.value), setting.quantity);
    format!("{watched}, {}: {value}", setting.level.as_str().replace('_', " "))
}

/// Only of a device that tells all that its thresholds watch it is known that there are none: of any other that would be a guess.
fn alarms(snapshot: &Snapshot, paint: Paint) -> String {
    let is_read = |setting: &ThresholdSetting| snapshot.reading(setting.point, setting.quantity).is_some();
    let is_watched = !snapshot.thresholds.is_empty() && snapshot.thresholds.iter().all(is_read);
    if snapshot.alarms.is_empty() && is_watched {
        return format!("  {}\n", paint.apply(Style::Good, "no alarms"));
    }
    let lines = snapshot
        .alarms
        .iter()
        .map(|alarm| format!("  {}\n", self::alarm(alarm, paint)));
    lines.collect::<Vec<_>>().concat()
}

/// An alarm, in one line.
pub(crate) fn alarm(alarm: &Alarm, paint: Paint) -> String {
    let style = match alarm.severity {
        Severity::Critical => Style::Critical,
        Severity::Ok => Style::Good,
        _ => Style::Warning,
    };
    let level = alarm.level.map_or("unknown level", Threshold::as_str).replace('_', " ");
    let watched = watched_in_words(alarm.point, alarm.quantity);
    paint.apply(style, format_args!("alarm: {watched}, {level} ({})", alarm.severity))
}

fn watched_in_words(point: Point, quantity: Quantity) -> String {
    format!("{} {}", place(point), quantity.as_str().replace('_', " "))
}
