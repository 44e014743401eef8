//! Which settings there are.

use std::collections::BTreeMap;

use crate::config::ConfigError;
use crate::config::settings::Settings;
use crate::config::settings::bounds::Bound;
use crate::config::settings::field::Field;
use crate::config::settings::visit::{Item, Section, Visitor, Walker};

/// What a setting is, for whoever reads a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SettingInfo {
    pub(crate) words: &'static [&'static str],
    pub(crate) secret: bool,
}

/// All settings that there are: by `settings.section.field` and `lists.list.fields.field`.
pub(crate) fn places() -> BTreeMap<String, SettingInfo> {
    let mut listing = Listing {
        prefix: String::new(),
        found: BTreeMap::new(),
    };
    // Listing refuses nothing.
    let _ = Settings::default().walk(&mut listing);
    listing.found
}

struct Listing {
    prefix: String,
    found: BTreeMap<String, SettingInfo>,
}

impl Walker for Listing {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError> {
        self.prefix = format!("settings.{name}");
        section.visit(self)
    }

    fn list<I: Item>(&mut self, name: &'static str, _: u16, _: &mut Vec<I>) -> Result<(), ConfigError> {
        self.prefix = format!("lists.{name}.fields");
        I::of(1).visit(self)
    }
}

impl Visitor for Listing {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        _: &mut Option<T>,
        _: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError> {
        let info = SettingInfo {
            words: T::WORDS,
            secret: T::SECRET,
        };
        self.found.insert(format!("{}.{name}", self.prefix), info);
        Ok(())
    }
}
