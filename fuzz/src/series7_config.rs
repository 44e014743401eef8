//! The configuration file of a 7-series unit: documents, paths, edits, profiles and plans.

use pdu_proto_7series::config::{
    Change, ChangedValue, Document, Limits, Path, Plan, RelativePath, Settings, SyntheticUnit, diff,
};
use pdu_proto_7series::profile::Profile;

use crate::show;

/// What kind of text it is, and the text.
pub fn config(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => document(text),
        1 => path(text),
        2 => profile(text),
        _ => file_of_a_unit(text),
    }
}

/// A document is written as it was read. Each of its values is found at its path, can be written there and is found again, and then the
/// index is the one of the new text.
fn document(text: &[u8]) {
    let limits = Limits {
        attributes: 16,
        ..Limits::default()
    };
    let document = match Document::parse(text, limits) {
        Ok(document) => document,
        Err(error) => return show(&error),
    };
    assert_eq!(document.as_bytes(), text);
    let _ = Settings::read(&document, &Profile::synthetic());
    let profile = without_keys();
    assert_eq!(diff(&document, &document, &profile), []);
    show(&document.redacted(&profile));

    let nothing = Document::parse("<_/>", limits).expect("a document");
    let places = diff(&document, &nothing, &profile);
    for change in places.iter().filter(|change| change.before.is_some()).take(16) {
        show(change);
        edit(&document, change, &profile);
    }
}

/// Then an edit never makes another item of one.
fn without_keys() -> Profile {
    Profile::from_toml("format = 1\nname = ''\n[identity]\nserial = '/a'").expect("a profile")
}

fn edit(document: &Document, change: &Change, profile: &Profile) {
    let path = &change.path;
    assert_eq!(path.to_string().parse::<Path>().as_ref(), Ok(path));
    // An element is there once, or stands for what is in it and has no value of its own.
    assert_eq!(document.count(path), 1, "{path}");
    let Some(before) = document.get(path).map(String::from) else {
        assert!(!path.is_attribute());
        return;
    };
    let told = match &change.before {
        Some(ChangedValue::Plain(text)) => text.as_str(),
        Some(ChangedValue::Secret(secret)) => secret.reveal(),
        None => "",
    };
    assert_eq!(
        if path.is_attribute() {
            &before
        } else {
            before.trim_matches([' ', '\t', '\n', '\r'])
        },
        told
    );

    let mut edited = document.clone();
    for value in ["n&w <'\"]]> \n°", &before] {
        if edited.set(path, value).is_err() {
            // In a CDATA section some characters cannot be written.
            continue;
        }
        assert_eq!(edited.get(path).as_deref(), Some(value));
        assert_eq!(
            Document::parse(edited.as_bytes(), document.limits()).as_ref(),
            Ok(&edited)
        );
        assert!(diff(document, &edited, profile).len() <= 1);
    }
}

fn path(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    if let Ok(path) = text.parse::<Path>() {
        assert_eq!(path.to_string().parse(), Ok(path.clone()));
        let document = unit();
        let count = document.count(&path);
        assert!(document.values(&path).len() <= count);
        let mut edited = document.clone();
        let result = edited.set(&path, "x");
        assert!(count == 1 || result.is_err());
        // A condition may no longer hold for what was written.
        if result.is_ok() && !text.contains('[') {
            assert_eq!(edited.get(&path).as_deref(), Some("x"));
        }
    }
    if let Ok(path) = text.parse::<RelativePath>() {
        assert_eq!(path.to_string().parse(), Ok(path));
    }
}

fn profile(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    match Profile::from_toml(text) {
        Err(error) => show(&error),
        Ok(profile) => {
            let document = unit();
            let _ = profile.check(&document);
            if let Ok(settings) = Settings::read(&document, &profile) {
                let mut same = document.clone();
                if settings.apply(&mut same, &profile).is_ok() {
                    assert_eq!(same, document, "what stands there already is written again");
                }
            }
        }
    }
}

/// A part of the file of a unit is replaced: what then can be planned keeps to the manual, and is the same unit's.
fn file_of_a_unit(script: &[u8]) {
    let Some((place, with)) = script.split_at_checked(4) else {
        return;
    };
    let profile = Profile::synthetic();
    let document = unit();
    let mut bytes = document.as_bytes().to_vec();
    let start = usize::from(u16::from_be_bytes([place[0], place[1]])) % bytes.len();
    let end = (start + usize::from(u16::from_be_bytes([place[2], place[3]])) % 64).min(bytes.len());
    bytes.splice(start..end, with.iter().copied());
    let Ok(wanted) = Document::parse(bytes, Limits::default()) else {
        return;
    };
    match Plan::of(&document, &wanted, &profile) {
        Err(error) => show(&error),
        Ok(plan) => {
            assert_eq!(plan.document(), &wanted);
            let settings = Settings::read(&wanted, &profile).expect("a plan was made");
            assert_eq!(settings.check(), Ok(()));
            assert_eq!(plan.is_empty(), diff(&document, &wanted, &profile).is_empty());
            show(&plan.to_string());
            let back = Plan::of(&wanted, &document, &profile).expect("back again");
            assert_eq!(back.changes().len(), plan.changes().len());
        }
    }
}

fn unit() -> Document {
    let unit = SyntheticUnit {
        outlets: 2,
        ..SyntheticUnit::default()
    };
    unit.document().expect("a document")
}
