use super::{ConfigError, Document, Limits, Path};

/// A unit that does not exist, and the configuration file that it would have: **invented**, and saying so in a comment.
///
/// What [`Profile::synthetic`](crate::profile::Profile::synthetic) has a place for stands in it, with what the manual says a new unit has:
/// no accounts, community `public`, both web services.
///
/// ```
/// use pdu_proto_7series::config::{Settings, SyntheticUnit};
/// use pdu_proto_7series::profile::Profile;
///
/// let unit = SyntheticUnit { outlets: 24, ..SyntheticUnit::default() };
/// let settings = Settings::read(&unit.document()?, &Profile::synthetic())?;
/// assert_eq!(settings.outlets.len(), 24);
/// # Ok::<(), pdu_proto_7series::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntheticUnit {
    /// Its serial number.
    pub serial: String,
    /// Its MAC address.
    pub mac: String,
    /// Its host name.
    pub host: String,
    /// How many outlets it has.
    pub outlets: u16,
}

impl Default for SyntheticUnit {
    /// Eight outlets, and a MAC address of those that are never assigned.
    fn default() -> Self {
        Self {
            serial: "SYNTHETIC-0001".into(),
            mac: "02:00:5E:00:00:01".into(),
            host: "synthetic-7w".into(),
            outlets: 8,
        }
    }
}

impl SyntheticUnit {
    /// Its configuration file as it is at first.
    ///
    /// # Errors
    ///
    /// A character in its names that XML does not have.
    pub fn document(&self) -> Result<Document, ConfigError> {
        let outlets: Vec<_> = (1..=self.outlets).map(outlet).collect();
        let text = include_str!("synthetic.xml").replace("<!-- outlets -->", &outlets.join("\n    "));
        let mut document = Document::parse(text, Limits::default())?;
        for (attribute, value) in [("serial", &self.serial), ("mac", &self.mac), ("host", &self.host)] {
            let path = Path::root("synthetic-series7").child("unit").attribute(attribute);
            document.set(&path, value)?;
        }
        Ok(document)
    }
}

fn outlet(number: u16) -> String {
    format!(
        r#"<outlet num="{number}" label="Outlet {number}" url="" ondelay="0" offdelay="0" rebootdelay="0" duration="5" poweron="last" powerondelay="0"/>"#
    )
}
