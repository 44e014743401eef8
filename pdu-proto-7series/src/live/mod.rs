//! The live XML document, `data.xml`: what the unit measures, and whether its outlets are on.
//!
//! ```text
//! server             root                   @host (label)
//!   devices          one
//!     device         1..n                   @id @type @name
//!       field        0..n                   @key @value: see wire::KEYS
//!       outlets      0..1                   its children are the outlets, whatever they are called
//!         outlet     0..n                   @num @name @url @amps @watts @kwatthrs @status
//! ```
//!
//! This is what programs that read real units depend on; no document of the maker says more. So a reader fails on nothing that it
//! does not know: [`Document`] keeps it, and [`Reader`] shows it, with its path. What is no well-formed XML is an error with line
//! and column.
//!
//! - [`Document::parse`] is what most want: readings and outlets in the vocabulary, and everything else.
//! - [`Reader`] goes over the document item by item, and borrows from it.
//! - [`Writer`] writes items as a document, for simulated units.
//!
//! ```
//! use pdu_core::{Line, Point, PowerState, Quantity};
//! use pdu_proto_7series::live::{Document, Options};
//!
//! // synthetic
//! let xml = br#"<server host="rack 7"><devices><device id="1" type="x" name="Unit">
//!   <field key="Amps-A" value="5.4"/>
//!   <outlets><outlet num="1" name="Router" status="On"/></outlets>
//! </device></devices></server>"#;
//! let snapshot = Document::parse(xml, &Options::default())?.snapshot();
//! let amperes = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::Current);
//! assert_eq!(amperes.unwrap().to_string(), "unit0.inlet1.L1 current 5.4 A");
//! assert_eq!(snapshot.outlets[0].state, PowerState::On);
//! # Ok::<(), pdu_proto_7series::live::LiveError>(())
//! ```

mod attributes;
mod deviation;
mod document;
mod error;
mod item;
mod options;
mod places;
mod prolog;
mod reader;
mod readout;
mod text;
mod tokens;
mod unknown;
mod writer;

pub use crate::wire::Wiring;
pub use deviation::{Deviation, DeviationKind};
pub use document::{Device, Document, Field, Outlet};
pub use error::{LiveError, LiveFault};
pub use item::{DeviceItem, FieldItem, Item, OutletItem, ServerItem, UnknownItem, UnknownKind};
pub use options::{Keep, Limits, Options};
pub use reader::Reader;
pub use unknown::Unknown;
pub use writer::{WriteError, Writer};
