//! What is no configuration file: a typed error, where it is, and nothing shown that is secret.

use pdu_core::{Effect, Error, ErrorKind};
use pdu_proto_7series::config::{ConfigError, Document, Limits, Problem};

fn refused(file: impl AsRef<[u8]> + Into<Vec<u8>>) -> String {
    let error = Document::parse(file, Limits::default()).unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(error.kind(), ErrorKind::Malformed);
    error.to_string()
}

#[test]
fn what_is_no_xml_is_refused_with_line_column_and_path() {
    for (file, message) in [
        ("", "line 1, column 1, in /: no root element"),
        ("  \n ", "line 2, column 2, in /: no root element"),
        ("hello", "line 1, column 1, in /: text outside of the root element"),
        ("\0", "line 1, column 1, in /: a character that XML does not allow"),
        (
            "<a>\u{FFFF}</a>",
            "line 1, column 4, in /: a character that XML does not allow",
        ),
        ("<a/>\n<b/>", "line 2, column 1, in /: a second root element"),
        ("<a/>x", "line 1, column 5, in /: text outside of the root element"),
        (
            "<a/>&amp;",
            "line 1, column 5, in /: a reference outside of the root element",
        ),
        (
            "<a/><![CDATA[x]]>",
            "line 1, column 5, in /: a CDATA section outside of the root element",
        ),
        (
            "<a/><?xml version='1.0'?>",
            "line 1, column 5, in /: an XML declaration that is not at the beginning",
        ),
        (
            "<?xml encoding='utf-8'?><a/>",
            "line 1, column 1, in /: an XML declaration without a version",
        ),
        (
            "<?xml version='1.0' other='1'?><a/>",
            "line 1, column 1, in /: an XML declaration of another form",
        ),
        (
            "<?XML version='1.0'?><a/>",
            "line 1, column 1, in /: a processing instruction's name expected",
        ),
        ("<1a/>", "line 1, column 2, in /: an element's name expected"),
        (
            "<a b/>",
            "line 1, column 5, in /: '=' expected after an attribute's name",
        ),
        (
            "<a b=c/>",
            "line 1, column 6, in /: an attribute's value in quotes expected",
        ),
        (
            "<a b='1'c='2'/>",
            "line 1, column 9, in /: white space expected before an attribute",
        ),
        (
            "<a b='<'/>",
            "line 1, column 7, in /: an attribute's value that has an end, and no '<' in it, expected",
        ),
        ("<a\n b='1' b='2'/>", "line 2, column 8, in /: attribute b stands twice"),
        ("<a b='&x;'/>", "line 1, column 7, in /: unknown reference &x;"),
        ("<a b='&'/>", "line 1, column 7, in /: '&' that begins no reference"),
        ("<a>&copy;</a>", "line 1, column 4, in /a: unknown reference &copy;"),
        ("<a>&#0;</a>", "line 1, column 4, in /a: unknown reference &#0;"),
        ("<a>&#+65;</a>", "line 1, column 4, in /a: unknown reference &#+65;"),
        ("<a>]]></a>", "line 1, column 4, in /a: ]]> in text"),
        ("<a><!-- -- --></a>", "line 1, column 9, in /a: -- in a comment"),
        (
            "<a>\n <b>\n</a>",
            "line 3, column 1, in /a/b: end tag a, where b is open",
        ),
        ("<a/></a>", "line 1, column 5, in /: end tag a, where  is open"),
    ] {
        assert_eq!(refused(file), message, "{file:?}");
    }
}

#[test]
fn half_a_document_is_refused_wherever_it_was_cut() {
    let whole = super::synthetic().into_bytes();
    let end = whole.iter().rposition(|byte| *byte == b'>').unwrap();
    for cut in 0..=end {
        let error = Document::parse(&whole[..cut], Limits::default()).unwrap_err();
        assert!(matches!(error, ConfigError::Document { .. }), "{cut}: {error}");
    }
}

#[test]
fn a_billion_laughs_are_not_heard() {
    let file =
        "<?xml version='1.0'?>\n<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]>\n<lolz>&lol2;</lolz>";
    assert_eq!(
        refused(file),
        "line 2, column 1, in /: document type declarations are not taken"
    );
    assert_eq!(
        refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
        "line 1, column 1, in /: document type declarations are not taken"
    );
}

#[test]
fn ten_thousand_levels_are_refused_at_the_first_that_is_too_many() {
    let file = "<a>".repeat(10_000) + &"</a>".repeat(10_000);
    assert_eq!(
        refused(file.clone()),
        "line 1, column 193, in /a/a/a/a/a/a/a/a/...: more than 64 levels"
    );
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    let error = Document::parse(file, limits).unwrap_err();
    assert!(error.to_string().ends_with("more than 256 levels"), "{error}");
}

#[test]
fn more_than_the_limits_allow_is_refused() {
    let attributes: Vec<_> = (0..65).map(|number| format!("a{number}=''")).collect();
    assert!(refused(format!("<a {}/>", attributes.join(" "))).ends_with("more than 64 attributes in one element"));
    let limits = Limits {
        elements: 3,
        ..Limits::default()
    };
    assert!(Document::parse("<a><b/><b/></a>", limits).is_ok());
    let error = Document::parse("<a><b/><b/><b/></a>", limits).unwrap_err();
    assert!(error.to_string().ends_with("in /a: more than 3 elements"), "{error}");
    let error = Document::parse(vec![b' '; 5 << 20], Limits::default()).unwrap_err();
    assert_eq!(
        error,
        ConfigError::TooLarge {
            size: 5 << 20,
            limit: 4 << 20
        }
    );
}

#[test]
fn another_encoding_is_refused() {
    for (file, name) in [
        (b"\xFF\xFE<\0a\0/\0>\0".to_vec(), "UTF-16"),
        (b"\xFE\xFF\0<\0a\0/\0>".to_vec(), "UTF-16"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>".to_vec(), "UTF-16"),
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>°</a>".into(),
            "ISO-8859-1",
        ),
    ] {
        let error = Document::parse(file, Limits::default()).unwrap_err();
        let ConfigError::Document { problem, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(problem, Problem::Encoding(name.into()));
    }
    assert_eq!(
        refused(b"<a>\n  \xB0</a>".to_vec()),
        "line 2, column 3, in /: octets that are not UTF-8"
    );
}

#[test]
fn text_of_a_file_stands_in_messages_escaped_and_not_without_end() {
    let message = refused("<a>&\u{9B}31m\nred;</a>");
    assert!(!message.contains('\u{9B}') && !message.contains('\n'), "{message:?}");
    let message = refused(format!("<a>&{};</a>", "x".repeat(100_000)));
    assert!(message.len() < 300, "{}", message.len());
}
