//! Profiles: read, checked, and held against a document.

use pdu_core::{Error, ErrorKind};
use pdu_proto_7series::config::Settings;
use pdu_proto_7series::profile::{Profile, ProfileError};

use super::{document, synthetic};

#[test]
fn the_synthetic_profile_fits_the_synthetic_unit_and_says_what_it_is() {
    let profile = Profile::synthetic();
    assert_eq!(profile.check(&synthetic()), Ok(()));
    assert!(profile.note().contains("Invented"));
    assert!(synthetic().as_str().contains("SYNTHETIC"));
    let settings = Settings::read(&synthetic(), &profile).unwrap();
    assert_eq!(settings.check(), Ok(()));
    assert_eq!((settings.recipients.len(), settings.trap_targets.len()), (5, 2));
    assert_eq!((settings.cameras.len(), settings.ntp_servers.len()), (4, 2));
}

fn refused(body: &str) -> String {
    let toml = format!("format = 1\nname = 'x'\n{body}");
    let error = Profile::from_toml(&toml).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    error.to_string()
}

#[test]
fn a_profile_that_is_none_is_refused_with_the_place_or_the_key() {
    const IDENTITY: &str = "[identity]\nserial = '/a/@s'\n";
    assert_eq!(
        refused(""),
        "identity: a place of serial, mac or host needed, to tell units apart"
    );
    assert_eq!(
        refused("[identity]\nserial = 'a'\n"),
        "identity.serial: \"a\": not a path, at character 1: '/' expected"
    );
    assert!(refused("colour = 1\n").starts_with("line 3, column 1: unknown field `colour`"));
    assert!(refused("[identity]\nserial = 5\n").starts_with("line 4, column 10: "));
    assert!(refused("[identity\n").starts_with("line 3, column "));
    for (body, message) in [
        (
            "[settings.network]\ncolour = '/a'\n",
            "settings.network.colour: there is no such setting",
        ),
        (
            "[settings.colours]\nred = '/a'\n",
            "settings.colours.red: there is no such setting",
        ),
        (
            "[lists.colours]\nitems = '/a'\nfields = {}\n",
            "lists.colours: there is no such setting",
        ),
        (
            "[lists.outlets]\nitems = '/a'\nfields = { label = '/a' }\n",
            "lists.outlets.fields.label: \"/a\": not a path, at character 1: an element's name expected",
        ),
        (
            "[lists.outlets]\nitems = '/a/@b'\nfields = {}\n",
            "lists.outlets.items: items are elements, no attributes",
        ),
        (
            "[settings.services]\nweb = { path = '/a', words = { off = '0' } }\n",
            "settings.services.web: word \"off\" does not belong there; known are: http_and_https, http, https",
        ),
        (
            "[settings.services]\nweb = { path = '/a', words = { http = '0', https = '0' } }\n",
            "settings.services.web: word \"http\" does not belong there; known are: http_and_https, http, https",
        ),
        (
            "[settings.network]\naddress = { path = '/a', words = { x = '0' } }\n",
            "settings.network.address: word \"x\" does not belong there; known are: ",
        ),
    ] {
        assert_eq!(refused(&format!("{IDENTITY}{body}")), message);
    }
    let other = Profile::from_toml("format = 2\nname = 'x'\n").unwrap_err();
    assert_eq!(other.to_string(), "format 2, where 1 is read");
}

#[test]
fn a_profile_that_points_nowhere_is_told_with_key_and_path() {
    let toml = |body: &str| format!("format = 1\nname = 'x'\n[identity]\nserial = '/a/@s'\n{body}");
    let document = document("<a s='1'><b/><b/><o k='1'/><o/></a>");
    for (body, message) in [
        ("mac = '/a/@m'\n", "identity.mac: nothing at /a/@m"),
        (
            "[settings.network]\naddress = '/a/c'\n",
            "settings.network.address: nothing at /a/c",
        ),
        (
            "[settings.network]\naddress = '/a/b'\n",
            "settings.network.address: 2 places at /a/b, where one is needed",
        ),
        (
            "[lists.outlets]\nitems = '/a/outlet'\nfields = { label = '@k' }\n",
            "lists.outlets.items: nothing at /a/outlet",
        ),
        (
            "[lists.outlets]\nitems = '/a/o'\nfields = { label = '@k' }\n",
            "lists.outlets.fields.label: nothing at /a/o/@k",
        ),
    ] {
        let profile = Profile::from_toml(&toml(body)).unwrap();
        let error = profile.check(&document).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(matches!(error, ProfileError::PointsNowhere { .. }));
        assert_eq!(error.kind(), ErrorKind::Mismatch);
    }
    let optional = toml(
        "[settings.network]\naddress = { path = '/a/c', optional = true }\n[lists.outlets]\nitems = '/a/x'\noptional = true\nfields = { label = '@k' }\n",
    );
    let profile = Profile::from_toml(&optional).unwrap();
    assert_eq!(profile.check(&document), Ok(()));
    assert_eq!(Settings::read(&document, &profile).unwrap(), Settings::default());
}
