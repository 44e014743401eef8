//! Only what differs in meaning is a difference.

use pdu_proto_7series::config::{Document, diff};
use pdu_proto_7series::profile::Profile;
use proptest::prelude::*;

use super::document;
use super::model::documents;

const KEYED: &str = "format = 1\nname = 'x'\n[identity]\nserial = '/a/@s'\n[[keyed]]\nitems = '/a/i'\nkey = '@id'\n[[keyed]]\nitems = '/a/j'\nkey = 'n'\n";

fn changes(before: &str, after: &str) -> Vec<String> {
    let profile = Profile::from_toml(KEYED).unwrap();
    let changes = diff(&document(before), &document(after), &profile);
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn layout_quotes_order_of_attributes_entities_and_comments_do_not_count() {
    let before = "<?xml version='1.0'?><a x='1' y='&lt;'><b>text</b><c/><d><![CDATA[<]]></d></a>";
    let after =
        "\u{FEFF}<a\n y=\"&#60;\" x = '1' ><!-- new -->\n  <c></c>\n <b>\n  te<?x?>xt\n </b><d>&lt;</d>\n</a>\n";
    assert_eq!(changes(before, after), [""; 0]);
}

#[test]
fn values_places_that_are_new_and_places_that_are_gone_count() {
    assert_eq!(
        changes(
            "<a x='1' gone='2'><b>old</b><c k='3'/><e/></a>",
            "<a x='9' new=''><b>new</b><d k='4'>5</d><b/></a>"
        ),
        [
            r#"/a/@x: "1" -> "9""#,
            r#"/a/@gone: "2" -> none"#,
            r#"/a/@new: none -> """#,
            r#"/a/b[1]: "old" -> "new""#,
            r#"/a/b[2]: none -> """#,
            r#"/a/c/@k: "3" -> none"#,
            r#"/a/e: "" -> none"#,
            r#"/a/d/@k: none -> "4""#,
            r#"/a/d: none -> "5""#,
        ]
    );
}

#[test]
fn items_are_matched_by_the_key_of_the_profile_others_by_place() {
    assert_eq!(
        changes(
            "<a><i id='1' v='x'/><i id='2' v='y'/><p v='x'/><p v='y'/></a>",
            "<a><i id='2' v='y'/><i id='1' v='z'/><p v='y'/><p v='x'/></a>"
        ),
        [
            r#"/a/i[@id='1']/@v: "x" -> "z""#,
            r#"/a/p[1]/@v: "x" -> "y""#,
            r#"/a/p[2]/@v: "y" -> "x""#,
        ]
    );
    assert_eq!(
        changes(
            "<a><j><n>1</n><v>x</v></j></a>",
            "<a><j><n>2</n><v>y</v></j><j><n>1</n><v>x</v></j></a>"
        ),
        [r#"/a/j[n='2']/n: none -> "2""#, r#"/a/j[n='2']/v: none -> "y""#]
    );
}

#[test]
fn items_of_one_key_are_matched_by_place_among_themselves() {
    assert_eq!(
        changes(
            "<a><i id='1' v='x'/><i id='1' v='y'/></a>",
            "<a><i id='1' v='x'/><i id='1' v='z'/></a>"
        ),
        [r#"/a/i[@id='1'][2]/@v: "y" -> "z""#]
    );
}

#[test]
fn items_without_the_key_are_told_by_their_place() {
    assert_eq!(
        changes("<a><i id='1'/><i v='x'/></a>", "<a><i id='1'/><i v='y'/><i/></a>"),
        [r#"/a/i[2]/@v: "x" -> "y""#, r#"/a/i[3]: none -> """#]
    );
}

#[test]
fn text_between_elements_counts() {
    assert_eq!(
        changes("<a>one<b/>two</a>", "<a>one<b/>three</a>"),
        [r#"/a: "one two" -> "one three""#]
    );
}

#[test]
fn another_root_is_another_document() {
    assert_eq!(
        changes("<a k='1'/>", "<b k='1'/>"),
        [r#"/a/@k: "1" -> none"#, r#"/b/@k: none -> "1""#]
    );
}

proptest! {
    #[test]
    fn a_document_does_not_differ_from_itself(written in documents()) {
        let document = document(&written.text);
        prop_assert_eq!(diff(&document, &document, &Profile::synthetic()), []);
    }

    #[test]
    fn one_edit_is_one_difference_at_its_path(written in documents(), which in any::<prop::sample::Index>(), value in "[a-z]{20}") {
        let before = document(&written.text);
        let mut after: Document = before.clone();
        let path = written.places[which.index(written.places.len())].path.parse().unwrap();
        after.set(&path, &value).unwrap();
        let changes = diff(&before, &after, &Profile::synthetic());
        prop_assert_eq!(changes.len(), 1, "{:?}", changes);
        // Its path leads to the same place, written shorter where a number says nothing.
        prop_assert_eq!(super::value(&after, &changes[0].path), Some(value));
        prop_assert_eq!(after.count(&changes[0].path), 1);
    }
}
