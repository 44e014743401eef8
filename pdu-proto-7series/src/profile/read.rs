//! From the file's text to a profile whose every part was checked.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{FORMAT, IdentityPlaces, Keyed, ListPlace, Place, Presence, Profile, ProfileError, file};
use crate::Position;
use crate::config::{ParsePathError, SettingInfo, places};

/// By their whole keys.
type Known = BTreeMap<String, SettingInfo>;

pub(super) fn profile(text: &str) -> Result<Profile, ProfileError> {
    let file: file::File = toml::from_str(text).map_err(|error| toml_error(text, &error))?;
    if file.format != FORMAT {
        return Err(ProfileError::Format { found: file.format });
    }
    let known = places();
    let secrets = file.secrets.iter().map(|text| path("secrets", text));
    Ok(Profile {
        name: file.name,
        note: file.note,
        identity: identity(&file.identity)?,
        secrets: secrets.collect::<Result<_, _>>()?,
        settings: settings(file.settings, &known)?,
        lists: lists(file.lists, &known)?,
        keyed: keyed(&file.keyed)?,
        http: file.http,
        history: file.history,
    })
}

fn toml_error(text: &str, error: &toml::de::Error) -> ProfileError {
    let at = error.span().map_or(0, |span| span.start);
    ProfileError::Toml {
        at: Position::of(text.as_bytes(), at),
        problem: error.message().escape_debug().to_string(),
    }
}

fn path<P: FromStr<Err = ParsePathError>>(key: &str, text: &str) -> Result<P, ProfileError> {
    text.parse().map_err(|problem| ProfileError::Path {
        key: key.to_owned(),
        text: text.to_owned(),
        problem,
    })
}

fn identity(file: &file::Identity) -> Result<IdentityPlaces, ProfileError> {
    let place = |key: &str, text: &Option<String>| text.as_ref().map(|text| path(key, text)).transpose();
    let places = IdentityPlaces {
        serial: place("identity.serial", &file.serial)?,
        mac: place("identity.mac", &file.mac)?,
        host: place("identity.host", &file.host)?,
    };
    if places == IdentityPlaces::default() {
        return Err(ProfileError::Invalid {
            key: "identity".into(),
            problem: "a place of serial, mac or host needed, to tell units apart".into(),
        });
    }
    Ok(places)
}

fn settings(
    file: BTreeMap<String, BTreeMap<String, file::Place>>,
    known: &Known,
) -> Result<BTreeMap<String, Place<crate::config::Path>>, ProfileError> {
    let mut settings = BTreeMap::new();
    for (section, fields) in file {
        for (field, place) in fields {
            let key = format!("settings.{section}.{field}");
            settings.insert(format!("{section}.{field}"), checked(&key, known, place)?);
        }
    }
    Ok(settings)
}

fn lists(file: BTreeMap<String, file::List>, known: &Known) -> Result<BTreeMap<String, ListPlace>, ProfileError> {
    let mut lists = BTreeMap::new();
    for (name, list) in file {
        let prefix = format!("lists.{name}");
        let of_list = format!("{prefix}.fields.");
        if !known.keys().any(|key| key.starts_with(&of_list)) {
            return Err(ProfileError::UnknownKey { key: prefix });
        }
        let key_path = |text: &String| path(&format!("{prefix}.key"), text);
        let mut fields = BTreeMap::new();
        for (field, place) in list.fields {
            let key = format!("{prefix}.fields.{field}");
            fields.insert(field, checked(&key, known, place)?);
        }
        let items: crate::config::Path = path(&format!("{prefix}.items"), &list.items)?;
        check_is_element(&format!("{prefix}.items"), &items)?;
        let place = ListPlace {
            items,
            key: list.key.as_ref().map(key_path).transpose()?,
            first: list.first,
            presence: presence(list.optional),
            fields,
        };
        lists.insert(name, place);
    }
    Ok(lists)
}

fn keyed(file: &[file::Keyed]) -> Result<Vec<Keyed>, ProfileError> {
    let read = |list: &file::Keyed| {
        let items = path("keyed.items", &list.items)?;
        check_is_element("keyed.items", &items)?;
        Ok(Keyed {
            items,
            key: path("keyed.key", &list.key)?,
        })
    };
    file.iter().map(read).collect()
}

fn check_is_element(key: &str, items: &crate::config::Path) -> Result<(), ProfileError> {
    if items.is_attribute() {
        return Err(ProfileError::Invalid {
            key: key.to_owned(),
            problem: "items are elements, no attributes".into(),
        });
    }
    Ok(())
}

/// A place of a setting that is known, with the words that this setting has.
fn checked<P: FromStr<Err = ParsePathError>>(
    key: &str,
    known: &Known,
    file: file::Place,
) -> Result<Place<P>, ProfileError> {
    let Some(setting) = known.get(key) else {
        return Err(ProfileError::UnknownKey { key: key.to_owned() });
    };
    let file = match file {
        file::Place::Table(table) => table,
        file::Place::Path(path) => file::PlaceTable {
            path,
            words: BTreeMap::new(),
            optional: false,
        },
    };
    check_words(key, setting.words, &file.words)?;
    Ok(Place {
        path: path(key, &file.path)?,
        words: file.words,
        presence: presence(file.optional),
    })
}

fn presence(optional: bool) -> Presence {
    if optional {
        Presence::Optional
    } else {
        Presence::Required
    }
}

fn check_words(
    key: &str,
    known: &'static [&'static str],
    words: &BTreeMap<String, String>,
) -> Result<(), ProfileError> {
    for (word, written) in words {
        let alike = words.values().filter(|other| *other == written).count() > 1;
        if alike || !known.contains(&word.as_str()) {
            return Err(ProfileError::Word {
                key: key.to_owned(),
                word: word.clone(),
                known,
            });
        }
    }
    Ok(())
}
