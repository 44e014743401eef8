//! Well-formed documents of every kind, with where their values stand: made, not parsed.

use core::ops::Range;

use proptest::prelude::*;

/// A document, and all places of it that can have a value.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) places: Vec<Spot>,
}

/// An attribute, or an element without elements in it.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) path: String,
    /// Of what may change when it is set.
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug)]
struct Tag {
    name: &'static str,
    attributes: Vec<Attribute>,
    space: &'static str,
    content: Option<Vec<Part>>,
}

#[derive(Clone, Debug)]
struct Attribute {
    name: &'static str,
    before: &'static str,
    equals: &'static str,
    quote: char,
    value: String,
}

#[derive(Clone, Debug)]
enum Part {
    Tag(Tag),
    Other(String),
}

const NAMES: [&str; 7] = ["a", "b", "outlet", "x:y", "_", "gerät", "n-1.2"];
const SPACES: [&str; 5] = [" ", "\n", "\t", " \r\n  ", "   "];
const OPTIONAL_SPACES: [&str; 4] = ["", " ", "\n", " \r\n\t"];

pub(crate) fn documents() -> impl Strategy<Value = Written> {
    let declaration = prop_oneof![
        Just(""),
        Just("<?xml version=\"1.0\"?>"),
        Just("<?xml version='1.0' encoding='utf-8' ?>\r\n"),
        Just("<?xml  version = \"1.0\" encoding=\"UTF-8\" standalone='yes'?>"),
    ];
    let bom = prop_oneof![Just(""), Just("\u{FEFF}")];
    let around = || prop::collection::vec(prop_oneof![comments(), instructions(), spaces()], 0..3);
    (bom, declaration, around(), tags(), around()).prop_map(|(bom, declaration, before, root, after)| {
        let mut written = Written {
            text: format!("{bom}{declaration}{}", before.concat()),
            places: Vec::new(),
        };
        let path = format!("/{}", root.name);
        written.tag(&root, &path);
        written.text.push_str(&after.concat());
        written
    })
}

fn tags() -> impl Strategy<Value = Tag> {
    let leaf = tag(prop::collection::vec(others(), 0..4).prop_map(Some).boxed());
    let empty = tag(Just(None).boxed());
    prop_oneof![leaf, empty].prop_recursive(4, 40, 6, |inner| {
        let part = prop_oneof![inner.prop_map(Part::Tag), others()];
        tag(prop::collection::vec(part, 0..6).prop_map(Some).boxed())
    })
}

fn tag(content: BoxedStrategy<Option<Vec<Part>>>) -> impl Strategy<Value = Tag> {
    let name = prop::sample::select(&NAMES[..]);
    let names = prop::sample::subsequence(&NAMES[..], 0..4).prop_shuffle();
    let attributes = names.prop_flat_map(|names| names.into_iter().map(attribute).collect::<Vec<_>>());
    (name, attributes, prop::sample::select(&OPTIONAL_SPACES[..]), content).prop_map(
        |(name, attributes, space, content)| Tag {
            name,
            attributes,
            space,
            content,
        },
    )
}

fn attribute(name: &'static str) -> impl Strategy<Value = Attribute> {
    let equals = prop::sample::select(&["=", " =", "= ", "\n=\t"][..]);
    let value = prop::sample::select(&['"', '\''][..]).prop_flat_map(|quote| {
        let other = if quote == '"' { "'" } else { "\"" };
        let fragment = prop_oneof![fragments(), Just(other.to_owned()), Just(">".to_owned())];
        let value = prop::collection::vec(fragment, 0..4).prop_map(|fragments| fragments.concat());
        (Just(quote), value)
    });
    (prop::sample::select(&SPACES[..]), equals, value).prop_map(move |(before, equals, (quote, value))| Attribute {
        name,
        before,
        equals,
        quote,
        value,
    })
}

fn others() -> impl Strategy<Value = Part> {
    prop_oneof![
        3 => prop::collection::vec(fragments(), 1..4).prop_map(|fragments| fragments.concat()),
        1 => comments(),
        1 => instructions(),
        1 => sections(),
    ]
    .prop_map(Part::Other)
}

/// What may stand in text and in attributes.
fn fragments() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 .,;:/=#-]{1,8}",
        spaces(),
        prop::sample::select(
            &[
                "&amp;",
                "&lt;",
                "&gt;",
                "&quot;",
                "&apos;",
                "&#65;",
                "&#x41;",
                "&#x1F50C;",
                "&#10;",
                "°",
                "ä€",
                "]]",
                "]"
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn spaces() -> impl Strategy<Value = String> {
    prop::sample::select(&SPACES[..]).prop_map(str::to_owned)
}

fn comments() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z <>&'\"?=\\]]{0,12}".prop_map(|text| format!("<!--{text}-->")),
        Just("<!-- <outlet num='1'/> -->".to_owned()),
        Just("<!-- - ]]> -->".to_owned()),
    ]
}

fn instructions() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z <>&'\"=!-]{0,12}".prop_map(|text| format!("<?target {text}?>")),
        Just("<?x?>".to_owned()),
        Just("<?xml-stylesheet href='<a>'?>".to_owned()),
    ]
}

fn sections() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z <>&'\"\\[\\]!-]{0,12}"
            .prop_filter("ends the section", |text| !text.contains("]]>"))
            .prop_map(|text| format!("<![CDATA[{text}]]>")),
        Just("<![CDATA[]]>".to_owned()),
        Just("<![CDATA[</a>&amp;]]]>".to_owned()),
    ]
}

impl Written {
    fn tag(&mut self, tag: &Tag, path: &str) {
        self.text.push('<');
        self.text.push_str(tag.name);
        for attribute in &tag.attributes {
            self.attribute(attribute, path);
        }
        self.text.push_str(tag.space);
        let start = self.text.len();
        match &tag.content {
            None => self.text.push_str("/>"),
            Some(content) => self.content(content, path),
        }
        let is_leaf = |content: &Vec<Part>| content.iter().all(|part| matches!(part, Part::Other(_)));
        if tag.content.as_ref().is_none_or(is_leaf) {
            let path = path.to_owned();
            let span = start..self.text.len();
            self.places.push(Spot { path, span });
        }
        if tag.content.is_some() {
            self.text.push_str(&format!("</{}{}>", tag.name, tag.space));
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &str) {
        let Attribute {
            name,
            before,
            equals,
            quote,
            value,
        } = attribute;
        self.text.push_str(&format!("{before}{name}{equals}{quote}"));
        let start = self.text.len();
        self.text.push_str(value);
        self.places.push(Spot {
            path: format!("{path}/@{name}"),
            span: start..self.text.len(),
        });
        self.text.push(*quote);
    }

    fn content(&mut self, content: &[Part], path: &str) {
        self.text.push('>');
        let mut names: Vec<&str> = Vec::new();
        for part in content {
            match part {
                Part::Other(text) => self.text.push_str(text),
                Part::Tag(tag) => {
                    names.push(tag.name);
                    let number = names.iter().filter(|name| **name == tag.name).count();
                    self.tag(tag, &format!("{path}/{}[{number}]", tag.name));
                }
            }
        }
    }
}
