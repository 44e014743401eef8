use super::item::{FieldItem, Item, ServerItem};
use super::text::is_xml;
use crate::wire::OutletField;

/// Writes items as a document, in the order in which a [`Reader`](super::Reader) gives them: what is read back is the same.
///
/// For simulated units and for tests. No document of a real unit's maker is public, so whatever stands in one that is written here
/// beyond what programs are known to read is ours; [`comment`](Self::comment) is there to say so.
///
/// ```
/// use pdu_proto_7series::live::{DeviceItem, FieldItem, Item, ServerItem, Writer};
///
/// let mut writer = Writer::new();
/// writer.comment("synthetic");
/// writer.write(&Item::Server(ServerItem { host: Some("rack 7".into()) }))?;
/// writer.write(&Item::Device(DeviceItem { id: Some("1".into()), ..DeviceItem::default() }))?;
/// writer.write(&Item::Field(FieldItem { key: "Amps-A".into(), value: Some("5.4".into()) }))?;
/// assert_eq!(
///     writer.finish()?,
///     r#"<?xml version="1.0" encoding="UTF-8"?>
/// <!-- synthetic -->
/// <server host="rack 7">
///   <devices>
///     <device id="1">
///       <field key="Amps-A" value="5.4"/>
///     </device>
///   </devices>
/// </server>
/// "#
/// );
/// # Ok::<(), pdu_proto_7series::live::WriteError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Writer {
    text: String,
    inside: Inside,
}

/// The innermost element that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Inside {
    Document,
    Devices,
    Device,
    Outlets,
}

/// Why an item cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// It has no place here: the root comes first and once, fields and outlets follow a device, and nothing unknown is written.
    #[error("{what} has no place here")]
    OutOfPlace {
        /// What it is.
        what: &'static str,
    },
    /// It has a character that no document may have, such as most control characters.
    #[error("character U+{:04X} in a document", u32::from(*.character))]
    Character {
        /// The character.
        character: char,
    },
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// A document that has its declaration.
    pub fn new() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
            inside: Inside::Document,
        }
    }

    /// Adds a comment, on a line of its own. Two hyphens in a row, which end one, become one; so do characters that no document may
    /// have.
    pub fn comment(&mut self, comment: &str) {
        self.indent();
        self.text.push_str("<!-- ");
        let mut last = ' ';
        for character in comment.chars() {
            let character = if is_xml(character) { character } else { '-' };
            if (last, character) != ('-', '-') {
                self.text.push(character);
            }
            last = character;
        }
        self.text.push_str(" -->\n");
    }

    /// Adds an item. What has to begin or to end before it does so.
    ///
    /// # Errors
    ///
    /// An item that has no place where it is; a character that no document may have. Nothing is written then.
    pub fn write(&mut self, item: &Item<'_>) -> Result<(), WriteError> {
        match item {
            Item::Server(ServerItem { host }) => {
                let attributes = [("host", host.as_deref())];
                expect(self.inside == Inside::Document, "a root")?;
                check(&attributes)?;
                self.tag("server", &attributes, ">");
                self.inside = Inside::Devices;
                self.text.push_str("  <devices>\n");
            }
            Item::Device(device) => {
                let attributes = [("id", &device.id), ("type", &device.kind), ("name", &device.name)];
                let attributes = attributes.map(|(name, value)| (name, value.as_deref()));
                expect(self.inside >= Inside::Devices, "a device")?;
                check(&attributes)?;
                self.close(Inside::Devices);
                self.tag("device", &attributes, ">");
                self.inside = Inside::Device;
            }
            Item::Field(FieldItem { key, value }) => {
                let attributes = [("key", Some(&**key)), ("value", value.as_deref())];
                expect(self.inside >= Inside::Device, "a field")?;
                check(&attributes)?;
                self.close(Inside::Device);
                self.tag("field", &attributes, "/>");
            }
            Item::Outlet(outlet) => {
                let attributes = OutletField::ALL.map(|field| (field.as_str(), outlet.attribute(field)));
                expect(self.inside >= Inside::Device, "an outlet")?;
                check(&attributes)?;
                if self.inside == Inside::Device {
                    self.indent();
                    self.text.push_str("<outlets>\n");
                    self.inside = Inside::Outlets;
                }
                self.tag("outlet", &attributes, "/>");
            }
            Item::Unknown(_) => expect(false, "something unknown")?,
        }
        Ok(())
    }

    /// The document, with all that is open ended.
    ///
    /// # Errors
    ///
    /// There is no root.
    pub fn finish(mut self) -> Result<String, WriteError> {
        expect(self.inside != Inside::Document, "the end")?;
        self.close(Inside::Devices);
        self.text.push_str("  </devices>\n</server>\n");
        Ok(self.text)
    }

    /// Ends what is open, as far as what is to go on.
    fn close(&mut self, until: Inside) {
        while self.inside > until {
            let (name, parent) = match self.inside {
                Inside::Outlets => ("outlets", Inside::Device),
                _ => ("device", Inside::Devices),
            };
            self.inside = parent;
            self.indent();
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push_str(">\n");
        }
    }

    /// A tag on a line of its own.
    fn tag(&mut self, name: &str, attributes: &[(&str, Option<&str>)], end: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            if let Some(value) = value {
                self.text.push(' ');
                self.text.push_str(name);
                self.text.push_str("=\"");
                push_escaped(&mut self.text, value);
                self.text.push('"');
            }
        }
        self.text.push_str(end);
        self.text.push('\n');
    }

    fn indent(&mut self) {
        let depth = match self.inside {
            Inside::Document => 0,
            Inside::Devices => 2,
            Inside::Device => 3,
            Inside::Outlets => 4,
        };
        self.text.extend(core::iter::repeat_n("  ", depth));
    }
}

fn expect(is_in_place: bool, what: &'static str) -> Result<(), WriteError> {
    if is_in_place {
        Ok(())
    } else {
        Err(WriteError::OutOfPlace { what })
    }
}

fn check(attributes: &[(&str, Option<&str>)]) -> Result<(), WriteError> {
    let mut characters = attributes.iter().filter_map(|(_, value)| *value).flat_map(str::chars);
    match characters.find(|character| !is_xml(*character)) {
        Some(character) => Err(WriteError::Character { character }),
        None => Ok(()),
    }
}

/// White space but blanks as references: a reader would take it for blanks (XML 1.0, 3.3.3).
fn push_escaped(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#9;"),
            '\n' => text.push_str("&#10;"),
            '\r' => text.push_str("&#13;"),
            _ => text.push(character),
        }
    }
}
