//! What a simulated unit shows: the live document.

use std::borrow::Cow;

use pdu_core::simulator::Climate;
use pdu_core::{Decimal, Quantity};

use super::model::Model;
use super::outlet::OutletModel;
use super::{Metering, SYNTHETIC, meter};
use crate::live::{DeviceItem, FieldItem, Item, OutletItem, ServerItem, WriteError, Writer};

/// Whose document it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Titles<'t> {
    pub(super) host: &'t str,
    pub(super) serial: &'t str,
    pub(super) name: &'t str,
}

pub(super) fn live(model: &Model, metering: Metering, titles: Titles<'_>) -> Result<String, WriteError> {
    let mut writer = Writer::new();
    writer.comment(SYNTHETIC);
    writer.write(&Item::Server(ServerItem {
        host: Some(titles.host.into()),
    }))?;
    writer.write(&Item::Device(DeviceItem {
        id: Some(titles.serial.into()),
        kind: Some(metering.model().into()),
        name: Some(titles.name.into()),
    }))?;
    for (key, value) in meter::readings(&model.meter)
        .into_iter()
        .filter_map(meter::Measured::keyed)
    {
        writer.write(&field(key, value))?;
    }
    for outlet in &model.outlets {
        writer.write(&Item::Outlet(outlet_item(outlet, metering)))?;
    }
    if let Some(climate) = model.climate() {
        writer.write(&Item::Device(DeviceItem {
            id: Some(format!("{}-probe", titles.serial).into()),
            kind: Some("probe".into()),
            name: Some("Probe".into()),
        }))?;
        for (key, value) in climate_fields(climate) {
            writer.write(&field(key, value))?;
        }
    }
    writer.finish()
}

fn field(key: &'static str, value: Decimal) -> Item<'static> {
    Item::Field(FieldItem {
        key: key.into(),
        value: Some(value.to_string().into()),
    })
}

fn climate_fields(climate: Climate) -> [(&'static str, Decimal); 3] {
    let tenths = i64::from(climate.decidegrees);
    [
        ("TempC", Decimal::new(tenths, -1)),
        // Nine fifths and 32, in hundredths: exact.
        ("TempF", Decimal::new(tenths * 18 + 3200, -2)),
        ("Humidity", Decimal::new(climate.permille.into(), -1)),
    ]
}

/// A unit that does not measure its outlets has no such attributes: absent is never zero.
fn outlet_item(outlet: &OutletModel, metering: Metering) -> OutletItem<'_> {
    let now = outlet.now();
    let measured = |value: Decimal| (metering == Metering::Outlets).then(|| Cow::from(value.to_string()));
    OutletItem {
        number: outlet.settings.number.to_string().into(),
        name: outlet.settings.name.as_deref().map(Cow::from),
        url: outlet.settings.url.as_deref().map(Cow::from),
        amperes: measured(Decimal::new(now.gauge(Quantity::Current), -2)),
        watts: measured((now.gauge(Quantity::ActivePower) / 10).into()),
        kilowatt_hours: measured(Decimal::new(meter::watt_hours(&outlet.line.energy), -3)),
        status: Some(if outlet.is_on { "On" } else { "Off" }.into()),
    }
}
