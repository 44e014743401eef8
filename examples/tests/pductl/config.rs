//! `config ...`: synthetic configuration files, shown, edited and compared.

use std::fs;

use pdu_proto_7series::config::SyntheticUnit;
use pdu_proto_7series::profile::Profile;
use serde_json::json;

use crate::support::{File, json, pductl, pductl_with_input};

const LABEL: &str = "/synthetic-series7/outlets/outlet[@num='3']/@label";

fn synthetic() -> File {
    File::with(SyntheticUnit::default().document().unwrap().as_str())
}

/// With this in the place of that.
fn with(what: &str, instead: &str) -> File {
    let text = SyntheticUnit::default().document().unwrap().as_str().to_owned();
    assert!(text.contains(what), "{what}");
    File::with(&text.replace(what, instead))
}

/// One line on standard error, that says that nothing was done.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let message = pductl(arguments).failed(1);
    assert!(message.ends_with("(effect: not applied)\n"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

#[test]
fn an_edit_changes_one_value_and_no_other_byte() {
    let file = synthetic();
    let before = fs::read_to_string(&file.path).unwrap();
    assert_eq!(
        pductl(&["config", "set", LABEL, "Bob's \"<3\"", &file.path]).done(),
        format!("{LABEL}: \"Outlet 3\" -> \"Bob's \\\"<3\\\"\"\n")
    );
    let after = fs::read_to_string(&file.path).unwrap();
    assert_eq!(after, before.replace("\"Outlet 3\"", "\"Bob's &quot;&lt;3&quot;\""));
    assert_eq!(pductl(&["config", "get", LABEL, &file.path]).done(), "Bob's \"<3\"\n");
    assert_eq!(
        json(
            &pductl(&[
                "config",
                "get",
                "/synthetic-series7/outlets/outlet/@num",
                &file.path,
                "--json"
            ])
            .done()
        ),
        json!(["1", "2", "3", "4", "5", "6", "7", "8"])
    );
}

#[test]
fn an_edit_may_go_to_another_file() {
    let (file, output) = (synthetic(), File::with(""));
    let before = fs::read(&file.path).unwrap();
    pductl(&["config", "set", LABEL, "Router", &file.path, "--output", &output.path]).done();
    assert_eq!(fs::read(&file.path).unwrap(), before);
    assert_eq!(pductl(&["config", "get", LABEL, &output.path]).done(), "Router\n");
}

#[test]
fn a_value_may_come_from_standard_input() {
    let file = synthetic();
    for (input, expected) in [
        (&b"Router\nnot this\n"[..], "Router\n"),
        (b"no line end", "no line end\n"),
        (b"", "\n"),
    ] {
        pductl_with_input(&["config", "set", LABEL, "-", &file.path], input).done();
        assert_eq!(pductl(&["config", "get", LABEL, &file.path]).done(), expected);
    }
    pductl_with_input(&["config", "set", LABEL, "-", &file.path], b"\xFF\n").failed(1);
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_not_read_stays_so() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = synthetic();
    fs::set_permissions(&file.path, fs::Permissions::from_mode(0o600)).unwrap();
    pductl(&["config", "set", LABEL, "Router", &file.path]).done();
    assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_cannot_be_edited_is_refused_and_the_file_stays() {
    let file = synthetic();
    let before = fs::read(&file.path).unwrap();
    for (path, expected) in [
        ("/synthetic-series7/outlets/outlet[@num='9']/@label", "nothing at"),
        ("/synthetic-series7/outlets/outlet/@label", "8 places at"),
        ("/synthetic-series7/outlets", "elements stand in it"),
    ] {
        assert!(
            refused(&["config", "set", path, "x", &file.path]).contains(expected),
            "{path}"
        );
    }
    assert!(refused(&["config", "set", LABEL, "\u{1}", &file.path]).contains("U+0001"));
    assert!(refused(&["config", "get", "/nothing", &file.path]).contains("nothing at"));
    pductl(&["config", "get", "label", &file.path]).failed(2);
    assert_eq!(fs::read(&file.path).unwrap(), before);
}

#[test]
fn a_comparison_is_one_of_meaning() {
    let before = synthetic();
    let formatted = with(
        "<port service=\"http\">80</port>",
        "<port\n service = 'http' >&#56;0</port><!-- web -->",
    );
    assert_eq!(
        pductl(&["config", "diff", &before.path, &formatted.path]).done(),
        "no difference\n"
    );
    let other = with("<port service=\"http\">80<", "<port service=\"http\">8080<");
    let shown = pductl(&["config", "diff", &before.path, &other.path]).done();
    assert!(
        shown.ends_with(": \"80\" -> \"8080\"\n") && shown.lines().count() == 1,
        "{shown}"
    );
    let changes = json(&pductl(&["config", "diff", &before.path, &other.path, "--json"]).done());
    assert_eq!(
        (&changes[0]["before"], &changes[0]["after"], &changes[0]["secret"]),
        (&json!("80"), &json!("8080"), &json!(false))
    );
}

#[test]
fn secrets_are_shown_nowhere() {
    let file = with(">private<", ">geheim<");
    let community = "/synthetic-series7/snmp/community[@access='write']";
    assert_eq!(pductl(&["config", "get", community, &file.path]).done(), "***\n");
    assert_eq!(
        json(&pductl(&["config", "get", community, &file.path, "--json"]).done()),
        json!(["***"])
    );
    let before = synthetic();
    let changes = json(&pductl(&["config", "diff", &before.path, &file.path, "--json"]).done());
    assert_eq!(
        (&changes[0]["before"], &changes[0]["after"], &changes[0]["secret"]),
        (&json!(null), &json!(null), &json!(true))
    );
    for shown in [
        pductl(&["config", "show", &file.path]).done(),
        pductl(&["config", "show", &file.path, "--json"]).done(),
        pductl(&["config", "diff", &before.path, &file.path]).done(),
        pductl(&["config", "plan", &before.path, &file.path]).done(),
        pductl(&["config", "set", community, "geheim2", &file.path]).done(),
    ] {
        assert!(!shown.contains("geheim") && !shown.contains("private"), "{shown}");
    }
}

#[test]
fn show_says_whose_it_is_and_all_the_rest() {
    let file = synthetic();
    let shown = pductl(&["config", "show", &file.path]).done();
    assert!(
        shown.starts_with("unit: serial SYNTHETIC-0001, MAC 02:00:5E:00:00:01, host synthetic-7w\n\n<?xml"),
        "{shown}"
    );
    assert!(shown.contains("label=\"Outlet 3\""));
    let shown: serde_json::Value =
        serde_json::from_str(&pductl(&["config", "show", &file.path, "--json"]).done()).unwrap();
    assert_eq!(
        (&shown["unit"]["serial"], &shown["settings"]["web"]["http_port"]),
        (&json!("SYNTHETIC-0001"), &json!(80))
    );
}

#[test]
fn a_plan_is_for_files_of_one_unit_within_the_manuals_bounds() {
    let current = synthetic();
    let wanted = with("\"Outlet 3\"", "\"Router\"");
    let plan = pductl(&["config", "plan", &current.path, &wanted.path]).done();
    assert_eq!(
        plan.lines().nth(1).unwrap(),
        format!("{LABEL}: \"Outlet 3\" -> \"Router\"")
    );
    assert!(
        pductl(&["config", "plan", &current.path, &current.path])
            .done()
            .ends_with("nothing would change\n")
    );
    let foreign = with("SYNTHETIC-0001", "SYNTHETIC-0002");
    assert!(refused(&["config", "plan", &current.path, &foreign.path]).contains("another unit"));
    assert!(
        pductl(&["config", "check", &wanted.path])
            .done()
            .contains("within bounds")
    );
    let out_of_bounds = with(
        "<account level=\"administrator\" name=\"\"",
        "<account level=\"administrator\" name=\"root\"",
    );
    assert!(refused(&["config", "check", &out_of_bounds.path]).contains("root"));
    refused(&["config", "plan", &current.path, &out_of_bounds.path]);
}

#[test]
fn a_profile_may_be_ones_own_and_must_point_somewhere() {
    let file = synthetic();
    let own = File::with(Profile::SYNTHETIC);
    pductl(&["config", "check", &file.path, "--profile", &own.path]).done();
    let elsewhere = File::with(
        "format = 1\nname = \"mine\"\n[identity]\nserial = \"/unit/@serial\"\n[settings.network]\naddress = \"/unit/@ip\"\n",
    );
    let message = refused(&["config", "check", &file.path, "--profile", &elsewhere.path]);
    assert!(
        message.contains("settings.network.address") && message.contains("/unit/@ip"),
        "{message}"
    );
    let broken = File::with("format = 1\nname = \"mine\"\ncolour = 1\n");
    assert!(refused(&["config", "show", &file.path, "--profile", &broken.path]).contains("line 3"));
    refused(&["config", "show", &file.path, "--profile", "/nowhere/profile.toml"]);
}

#[test]
fn what_is_no_configuration_file_is_an_error_with_its_place() {
    for (text, expected) in [
        ("", "line 1"),
        ("<config>", "line 1"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>\n<x/>", "document type"),
        ("<a>\n<b></a>", "line 2"),
    ] {
        let file = File::with(text);
        let message = refused(&["config", "show", &file.path]);
        assert!(message.contains(expected), "{message}");
    }
    refused(&["config", "show", "/nowhere/config.xml"]);
}
