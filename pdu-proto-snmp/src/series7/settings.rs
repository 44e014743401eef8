//! What is stored of the outlets: columns of their table, and the vocabulary.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use pdu_core::{DeviceError, OutletSettings, Settings, SettingsSection};

use super::Layout;
use super::item::{Item, Values};
use super::layout::{MAX_ROWS, OUTLET_TABLE};
use super::outlet;
use super::rewrite::{Raw, Rewrite, Write};

const COLUMNS: [u8; 8] = [
    outlet::NAME,
    outlet::ON_DELAY,
    outlet::OFF_DELAY,
    outlet::CYCLE_DURATION,
    outlet::URL,
    outlet::RESTORE_POLICY,
    outlet::RESTORE_DELAY,
    outlet::CYCLE_DELAY,
];

/// Octets of a DisplayString. Source: RFC 2579.
const MAX_TEXT: usize = 255;

pub(super) fn items(layout: &Layout) -> Vec<Item> {
    let rows = layout.rows(OUTLET_TABLE).iter();
    rows.flat_map(|row| COLUMNS.map(|column| outlet::cell(column, *row)))
        .collect()
}

pub(super) fn settings(values: &Values, layout: &Layout) -> Settings {
    let outlets = layout.rows(OUTLET_TABLE).iter().map(|row| {
        let item = |column| outlet::cell(column, *row);
        let seconds = |column| u32::try_from(values.number(item(column))?).ok();
        OutletSettings {
            name: values.text(item(outlet::NAME)),
            url: values.text(item(outlet::URL)),
            on_delay: seconds(outlet::ON_DELAY),
            off_delay: seconds(outlet::OFF_DELAY),
            cycle_delay: seconds(outlet::CYCLE_DELAY),
            cycle_duration: seconds(outlet::CYCLE_DURATION),
            restore_policy: values
                .number(item(outlet::RESTORE_POLICY))
                .and_then(outlet::restore_policy),
            restore_delay: seconds(outlet::RESTORE_DELAY),
            ..OutletSettings::of(*row)
        }
    });
    Settings::from(outlets.collect::<Vec<_>>())
}

/// What is to be stored of one outlet, with everything checked that can be before its present settings are known.
#[derive(Clone, Debug)]
pub(super) struct Change {
    outlet: u16,
    values: Vec<(Item, Raw)>,
}

/// All changes; or what is wrong with one of them, and then nothing may be sent.
pub(super) fn checked(settings: &Settings) -> Result<Vec<Change>, DeviceError> {
    settings.check_sections(&[SettingsSection::Outlets])?;
    let mut numbers = BTreeSet::new();
    let check = |wanted: &OutletSettings| {
        let number = wanted.number;
        if !numbers.insert(number) {
            return Err(DeviceError::invalid(format!("outlet {number} is named twice")));
        }
        change_of(wanted)
    };
    settings.outlets.iter().map(check).collect()
}

fn change_of(wanted: &OutletSettings) -> Result<Change, DeviceError> {
    let OutletSettings {
        unit,
        number,
        name,
        kind,
        url,
        delay,
        on_delay,
        off_delay,
        cycle_delay,
        cycle_duration,
        restore_policy,
        restore_delay,
    } = wanted;
    let number = *number;
    if *unit != 0 {
        return Err(DeviceError::invalid(format!(
            "outlet {number}: of unit {unit}, where there is only unit 0"
        )));
    }
    check_number(number)?;
    if kind.is_some() || delay.is_some() {
        return Err(DeviceError::unsupported(format!(
            "outlet {number}: the unit stores no type, and no delay without a name"
        )));
    }
    let text = |column, text: &Option<String>| text.as_ref().map(|text| (column, Raw::Text(text.clone())));
    let seconds = |column, seconds: Option<u32>| seconds.map(|seconds| (column, Raw::Gauge(seconds)));
    for (what, text) in [("name", name), ("url", url)] {
        check_text(what, text.as_deref().unwrap_or_default())
            .map_err(|why| DeviceError::invalid(format!("outlet {number}: {why}")))?;
    }
    let policy = restore_policy.map(outlet::restore_policy_raw).transpose()?;
    let values = [
        text(outlet::NAME, name),
        seconds(outlet::ON_DELAY, *on_delay),
        seconds(outlet::OFF_DELAY, *off_delay),
        seconds(outlet::CYCLE_DURATION, *cycle_duration),
        text(outlet::URL, url),
        seconds(outlet::RESTORE_POLICY, policy),
        seconds(outlet::RESTORE_DELAY, *restore_delay),
        seconds(outlet::CYCLE_DELAY, *cycle_delay),
    ];
    let values = values.into_iter().flatten();
    Ok(Change {
        outlet: number,
        values: values
            .map(|(column, raw)| (outlet::cell(column, number), raw))
            .collect(),
    })
}

pub(super) fn check_number(outlet: u16) -> Result<(), DeviceError> {
    if (1..=MAX_ROWS).contains(&outlet) {
        return Ok(());
    }
    Err(DeviceError::invalid(format!(
        "outlet {outlet}, where they count from 1 to {MAX_ROWS}"
    )))
}

fn check_text(what: &str, text: &str) -> Result<(), String> {
    if text.len() > MAX_TEXT {
        return Err(format!("{what} of {} octets, where at most {MAX_TEXT} go", text.len()));
    }
    match text.chars().find(|c| !matches!(c, ' '..='~')) {
        Some(c) => Err(format!("{what} with {c:?}, where only printable ASCII goes")),
        None => Ok(()),
    }
}

/// The writes of what differs from what is stored, one for each outlet; `None` if nothing does.
///
/// # Errors
///
/// An outlet that the unit does not have, or something that it does not store of that outlet.
pub(super) fn planned(changes: &[Change], stored: &Values, layout: &Layout) -> Result<Option<Rewrite>, DeviceError> {
    let mut writes = Vec::new();
    for Change { outlet, values } in changes {
        check_known(*outlet, layout)?;
        for (item, _) in values {
            check_stored(*item, stored)?;
        }
        let differ = values.iter().filter(|(item, raw)| !raw.is(stored.get(*item)));
        let values: Vec<_> = differ.cloned().collect();
        if !values.is_empty() {
            let place = format!("outlet {outlet}");
            writes.push(Write { place, values });
        }
    }
    let expected = changes.iter().flat_map(|change| change.values.iter().cloned());
    Ok(Rewrite::stored(writes, expected.collect()))
}

pub(super) fn check_known(outlet: u16, layout: &Layout) -> Result<(), DeviceError> {
    let known = layout.rows(OUTLET_TABLE);
    if known.contains(&outlet) {
        return Ok(());
    }
    let count = known.len();
    Err(DeviceError::invalid(format!(
        "outlet {outlet} of a unit that has {count}"
    )))
}

/// A power-on action of 0 says that the outlet has none.
fn check_stored(item: Item, stored: &Values) -> Result<(), DeviceError> {
    let is_policy = matches!(item, Item::Cell { column, .. } if column == outlet::RESTORE_POLICY);
    let is_missing = stored.get(item).is_none() || (is_policy && stored.number(item) == Some(0));
    if is_missing {
        let what = super::rewrite::label(item);
        return Err(DeviceError::unsupported(format!("the unit does not store {what}")));
    }
    Ok(())
}
