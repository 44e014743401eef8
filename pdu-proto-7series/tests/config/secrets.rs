//! Nobody sees a password.

use pdu_core::Secret;
use pdu_proto_7series::config::{Account, Mail, Settings, Snmp, diff};
use pdu_proto_7series::profile::Profile;

use super::{document, synthetic};

const SECRET: &str = "hunter2_A";

#[test]
fn no_display_of_a_unit_shows_its_secrets() {
    let profile = Profile::synthetic();
    let before = synthetic();
    let secret = || Some(Secret::new(SECRET));
    let settings = Settings {
        administrator: Account {
            name: Some("boss".into()),
            password: secret(),
        },
        mail: Mail {
            password: secret(),
            ..Mail::default()
        },
        snmp: Snmp {
            read_community: secret(),
            write_community: secret(),
            trap_community: secret(),
            ..Snmp::default()
        },
        ..Settings::default()
    };
    let mut after = before.clone();
    settings.apply(&mut after, &profile).unwrap();
    assert_eq!(after.as_str().matches(SECRET).count(), 5);

    let changes = diff(&before, &after, &profile);
    assert_eq!(changes.iter().filter(|change| change.is_secret()).count(), 5);
    let mut shown = format!("{settings:?} {after:?} {changes:?} {}", after.redacted(&profile));
    for change in &changes {
        shown.push_str(&change.to_string());
    }
    shown.push_str(&format!("{:?}", Settings::read(&after, &profile).unwrap()));
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("boss"));
}

#[test]
fn what_sounds_secret_is_hidden_whatever_the_profile_says() {
    let profile = Profile::synthetic();
    for file in [
        "<a userPassword='hunter2_A'/>",
        "<a><Passwd>hunter2_A</Passwd></a>",
        "<a><password><![CDATA[hunter2_A]]></password></a>",
        "<a><password>  <v>hunter2_A</v></password></a>",
        "<a><password>hunter2_A<v/></password></a>",
        "<a><password value='hunter2_A'/></a>",
        "<a><password id='1' old='hunter2_A'/></a>",
        "<a><item key='smtp_pass' value='hunter2_A'/></a>",
        "<a><item name='rocommunity'>hunter2_A</item></a>",
        "<a><private-key>hunter2_A</private-key></a>",
        "<a><snmp authKey=\"hunter2_A\"/></a>",
        "<a><!-- old password: hunter2_A --></a>",
        "<a><?password hunter2_A?></a>",
        "<a><!-- private_key: hunter2_A --></a>",
        "<a><input type='password' value='hunter2_A'/></a>",
        "<a><item key='pass&#119;ord' value='hunter2_A'/></a>",
        "<a pass1='hunter2_A'/>",
        "<a><privateKeyDer>hunter2_A</privateKeyDer></a>",
        "<a><camera url='http://view:hunter2_A@camera/x'/></a>",
        "<a><camera>http://view:hunter2_A@camera/x</camera></a>",
    ] {
        let document = document(file);
        let shown = document.redacted(&profile).to_string();
        assert_eq!(shown.matches("***").count(), 1, "{shown}");
        assert!(!shown.contains(SECRET), "{shown}");
        let changes = diff(&document, &super::document("<a/>"), &profile);
        assert!(!format!("{changes:?}").contains(SECRET), "{changes:?}");
    }
}

#[test]
fn an_element_that_names_a_secret_hides_those_beside_it() {
    let profile = Profile::synthetic();
    for file in [
        "<a><item><name>password</name><value>hunter2_A</value></item></a>",
        "<a><item><value old='hunter2_A'>x</value><Key> authKey </Key></item></a>",
    ] {
        let document = document(file);
        let shown = document.redacted(&profile).to_string();
        assert!(!shown.contains(SECRET), "{shown}");
        let changes = diff(&document, &super::document("<a/>"), &profile);
        assert!(!format!("{changes:?}").contains(SECRET), "{changes:?}");
    }
}

#[test]
fn a_key_that_is_a_secret_stands_in_no_path() {
    let toml = "format = 1\nname = 'x'\n[identity]\nserial = '/a/@s'\n[[keyed]]\nitems = '/a/t'\nkey = '@community'\n";
    let profile = Profile::from_toml(toml).unwrap();
    let before = document("<a><t community='hunter2_A' x='1'/><t community='other' x='1'/></a>");
    let after = document("<a><t community='other' x='1'/><t community='hunter2_A' x='2'/></a>");
    let changes = diff(&before, &after, &profile);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].to_string(), "/a/t[2]/@x: \"1\" -> \"2\"");
}

#[test]
fn all_else_is_shown_byte_for_byte() {
    let profile = Profile::synthetic();
    let text = "<?xml version='1.0'?>\n<a key='x' host = \"y\"><!-- z --><b passage='1'/>text</a>\n";
    assert_eq!(document(text).redacted(&profile).to_string(), text);
}

#[test]
fn a_profile_names_more_secrets() {
    let toml = "format = 1\nname = 'x'\nsecrets = ['/a/b', '/a/@c']\n[identity]\nserial = '/a/@s'\n";
    let profile = Profile::from_toml(toml).unwrap();
    let document = document("<a c='1' d='2'><b e='3'>4<f g='5'>6</f></b></a>");
    assert_eq!(
        document.redacted(&profile).to_string(),
        "<a c='***' d='2'><b e='***'>***<f g='***'>***</f></b></a>"
    );
}
