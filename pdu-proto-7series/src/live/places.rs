//! Where in a document something stands: its path. Walked only where somebody asks, since it has to count siblings.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::options::Limits;
use super::text::shown;
use super::tokens::{Tag, Token, Tokens};
use crate::Position;

/// A document, walked once from its beginning to places that are asked for in their order.
pub(super) struct Places<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
    /// The token behind those that were walked over, and where it begins.
    ahead: Option<(usize, Token<'a>)>,
    open: Vec<Open<'a>>,
    /// How many children of a name an element has had, by the number of the element in the document.
    siblings: BTreeMap<(usize, &'a str), u32>,
    elements: usize,
    counted: (usize, Position),
}

/// An element that has begun and not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'a> {
    pub(super) name: &'a str,
    /// Which of its name in its parent, from 1.
    pub(super) number: u32,
    /// Which element of the document, from 1.
    pub(super) ordinal: usize,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str, limits: Limits) -> Self {
        let mut tokens = Tokens::new(text, limits);
        let ahead = ahead(&mut tokens);
        Self {
            text,
            tokens,
            ahead,
            open: Vec::new(),
            siblings: BTreeMap::new(),
            elements: 0,
            counted: (0, Position::START),
        }
    }

    /// The elements that are open at an octet, the outermost first; octets are asked for in ascending order.
    pub(super) fn open_at(&mut self, offset: usize) -> &[Open<'a>] {
        while let Some((_, token)) = self.ahead.take_if(|(start, _)| *start <= offset) {
            self.walk_over(&token);
            self.ahead = ahead(&mut self.tokens);
        }
        &self.open
    }

    /// The line and column of an octet; octets are asked for in ascending order.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        let (counted, position) = self.counted;
        let between = self.text.as_bytes().get(counted..offset).unwrap_or_default();
        self.counted = (counted + between.len(), position.behind(between));
        self.counted.1
    }

    /// The path of what is open at an octet.
    pub(super) fn path(&mut self, offset: usize) -> String {
        let mut path = String::new();
        for element in self.open_at(offset) {
            push_step(&mut path, shown(element.name), element.number);
        }
        if path.is_empty() {
            path.push('/');
        }
        path
    }

    fn walk_over(&mut self, token: &Token<'a>) {
        match token {
            Token::Start(tag) => self.enter(tag),
            Token::End => {
                self.open.pop();
            }
            Token::Text(_) => {}
        }
    }

    fn enter(&mut self, tag: &Tag<'a>) {
        let parent = self.open.last().map_or(0, |element| element.ordinal);
        let count = self.siblings.entry((parent, tag.name)).or_insert(0);
        *count += 1;
        self.elements += 1;
        self.open.push(Open {
            name: tag.name,
            number: *count,
            ordinal: self.elements,
        });
    }
}

/// A document that is broken ends where it is.
fn ahead<'a>(tokens: &mut Tokens<'a>) -> Option<(usize, Token<'a>)> {
    let token = tokens.next().ok().flatten()?;
    Some((tokens.offset(), token))
}

/// Adds an element to a path: the first of its name without its number.
pub(super) fn push_step(path: &mut String, name: &str, number: u32) {
    path.push('/');
    path.push_str(name);
    if number > 1 {
        // Writing to a string cannot fail.
        let _ = write!(path, "[{number}]");
    }
}
