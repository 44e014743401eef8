//! One walk over all settings, whatever is done on the way.

use super::Settings;
use super::bounds::Bound;
use super::field::Field;
use crate::config::ConfigError;

/// A group of settings that stands once in a unit.
pub(crate) trait Section: Default {
    fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), ConfigError>;
}

/// A group of settings of which there are several, told apart by a number.
pub(crate) trait Item: Section {
    fn of(number: u16) -> Self;
    fn number(&self) -> u16;
}

/// What is done with each field.
pub(crate) trait Visitor {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        check: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError>;
}

/// What is done with each group.
pub(crate) trait Walker {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError>;
    /// `max`: how many the manual says there are.
    fn list<I: Item>(&mut self, name: &'static str, max: u16, items: &mut Vec<I>) -> Result<(), ConfigError>;
}

/// Where the manual states no number: what a document has decides, and this bounds what is read.
const NOT_STATED: u16 = 1000;

impl Settings {
    /// The only list of what sections and lists there are, with the names that they have in a profile.
    pub(crate) fn walk(&mut self, walker: &mut impl Walker) -> Result<(), ConfigError> {
        walker.section("network", &mut self.network)?;
        walker.list("dns_servers", NOT_STATED, &mut self.dns_servers)?;
        walker.section("services", &mut self.services)?;
        walker.section("mail", &mut self.mail)?;
        walker.list("recipients", 5, &mut self.recipients)?;
        walker.section("snmp", &mut self.snmp)?;
        walker.list("trap_targets", 2, &mut self.trap_targets)?;
        walker.section("administrator", &mut self.administrator)?;
        walker.section("control", &mut self.control)?;
        walker.section("view", &mut self.view)?;
        walker.list("alarms", NOT_STATED, &mut self.alarms)?;
        walker.list("outlets", NOT_STATED, &mut self.outlets)?;
        walker.section("clock", &mut self.clock)?;
        walker.list("ntp_servers", 2, &mut self.ntp_servers)?;
        walker.list("cameras", 4, &mut self.cameras)?;
        walker.section("display", &mut self.display)?;
        walker.section("logging", &mut self.logging)
    }
}
