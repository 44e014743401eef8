//! Where something stands in a document: a small language, a subset of XPath 1.0.
//!
//! ```text
//! path      = 1*( "/" step ) [ "/@" name ]          /config/network/@address
//! relative  = "." / "@" name / step *( "/" step ) [ "/@" name ]
//! step      = name *( "[" condition "]" )           outlet[@num='3'], recipient[2]
//! condition = 1*DIGIT / "@" name "=" quoted / name "=" quoted
//! quoted    = "'" ... "'" / '"' ... '"'             a quote inside is written twice
//! ```
//!
//! Names are compared as they are written, with their prefix. A number counts from 1 among the siblings that fit what stands
//! before it. Only attributes and elements without child elements have a value.

use core::fmt;
use core::str::FromStr;

use super::names;

/// Steps of one path: nobody nests settings deeper, and a walk along a path stays bounded.
const MAX_STEPS: usize = 64;

/// A place in a document, from its root: an element, or an attribute of one.
///
/// ```
/// use pdu_proto_7series::config::Path;
///
/// let path: Path = "/config/outlets/outlet[@num='3']/@label".parse()?;
/// assert_eq!(path.to_string(), "/config/outlets/outlet[@num='3']/@label");
/// # Ok::<(), pdu_proto_7series::config::ParsePathError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Steps);

/// A place below an element: an attribute (`@label`), an element below it (`ports/@http`), or itself (`.`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelativePath(Steps);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Steps {
    pub(super) elements: Vec<Step>,
    pub(super) attribute: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Condition {
    /// The one of this number among those that fit so far, from 1.
    Nth(u32),
    Attribute {
        name: String,
        value: String,
    },
    Child {
        name: String,
        value: String,
    },
}

/// Text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path, at character {at}: {expected} expected")]
#[non_exhaustive]
pub struct ParsePathError {
    /// The character where it goes wrong, from 1.
    pub at: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl Path {
    /// The path of what stands below this element. Below an attribute nothing stands: the attribute is left out then.
    #[must_use]
    pub fn join(&self, below: &RelativePath) -> Self {
        let mut steps = self.0.clone();
        steps.elements.extend(below.0.elements.iter().cloned());
        steps.attribute.clone_from(&below.0.attribute);
        Self(steps)
    }

    /// Whether it names an attribute, not an element.
    pub fn is_attribute(&self) -> bool {
        self.0.attribute.is_some()
    }

    pub(super) fn root(name: &str) -> Self {
        Self(Steps::default()).child(name)
    }

    pub(super) fn child(&self, name: &str) -> Self {
        let mut steps = self.0.clone();
        steps.elements.push(Step {
            name: name.to_owned(),
            conditions: Vec::new(),
        });
        Self(steps)
    }

    pub(super) fn attribute(&self, name: &str) -> Self {
        let mut steps = self.0.clone();
        steps.attribute = Some(name.to_owned());
        Self(steps)
    }

    pub(super) fn nth(mut self, number: usize) -> Self {
        if let Some(step) = self.0.elements.last_mut() {
            step.conditions
                .push(Condition::Nth(u32::try_from(number).unwrap_or(u32::MAX)));
        }
        self
    }

    /// The item whose key has this value; or nothing where a condition cannot say it.
    pub(super) fn keyed(mut self, key: &RelativePath, value: &str) -> Option<Self> {
        let condition = match (key.0.elements.as_slice(), &key.0.attribute) {
            ([], Some(name)) => Condition::Attribute {
                name: name.clone(),
                value: value.to_owned(),
            },
            ([step], None) if step.conditions.is_empty() => Condition::Child {
                name: step.name.clone(),
                value: value.to_owned(),
            },
            _ => return None,
        };
        self.0.elements.last_mut()?.conditions.push(condition);
        Some(self)
    }

    /// The names of its elements, whatever their conditions: `/config/outlets/outlet`.
    pub(super) fn names(&self) -> String {
        let mut names = String::new();
        for step in &self.0.elements {
            names.push('/');
            names.push_str(&step.name);
        }
        names
    }

    pub(super) fn attribute_name(&self) -> Option<&str> {
        self.0.attribute.as_deref()
    }

    pub(super) fn steps(&self) -> &Steps {
        &self.0
    }
}

impl RelativePath {
    pub(super) fn attribute_name(&self) -> Option<&str> {
        self.0.attribute.as_deref()
    }

    pub(super) fn steps(&self) -> &Steps {
        &self.0
    }
}

impl FromStr for Path {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        let mut parser = Parser::new(text);
        parser.literal('/', "'/'")?;
        let steps = parser.steps()?;
        if steps.elements.is_empty() {
            return Err(parser.expected("an element's name"));
        }
        Ok(Self(steps))
    }
}

impl FromStr for RelativePath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        if text == "." {
            return Ok(Self(Steps::default()));
        }
        Parser::new(text).steps().map(Self)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Steps::default() {
            return f.write_str(".");
        }
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.elements.iter().enumerate() {
            let slash = if index == 0 { "" } else { "/" };
            write!(f, "{slash}{}", step.name)?;
            for condition in &step.conditions {
                write!(f, "[{condition}]")?;
            }
        }
        match &self.attribute {
            Some(name) if self.elements.is_empty() => write!(f, "@{name}"),
            Some(name) => write!(f, "/@{name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nth(number) => write!(f, "{number}"),
            Self::Attribute { name, value } => write!(f, "@{name}='{}'", value.replace('\'', "''")),
            Self::Child { name, value } => write!(f, "{name}='{}'", value.replace('\'', "''")),
        }
    }
}

/// What is left of the text, and how many characters were taken.
struct Parser<'a> {
    rest: &'a str,
    taken: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, taken: 0 }
    }

    fn expected(&self, expected: &'static str) -> ParsePathError {
        ParsePathError {
            at: self.taken.saturating_add(1),
            expected,
        }
    }

    fn advance(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.taken = self.taken.saturating_add(taken.chars().count());
        self.rest = rest;
        taken
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest.starts_with(wanted);
        if found {
            self.advance(wanted.len_utf8());
        }
        found
    }

    fn literal(&mut self, wanted: char, expected: &'static str) -> Result<(), ParsePathError> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.expected(expected))
        }
    }

    /// All to the end of the text.
    fn steps(&mut self) -> Result<Steps, ParsePathError> {
        let mut steps = Steps::default();
        loop {
            if self.take('@') {
                steps.attribute = Some(self.name("an attribute's name")?);
                break;
            }
            if steps.elements.len() == MAX_STEPS {
                return Err(self.expected("no more than 64 steps"));
            }
            steps.elements.push(self.step()?);
            if !self.take('/') {
                break;
            }
        }
        if self.rest.is_empty() {
            Ok(steps)
        } else {
            Err(self.expected("'/', '[' or the end"))
        }
    }

    fn step(&mut self) -> Result<Step, ParsePathError> {
        let name = self.name("an element's name")?;
        let mut conditions = Vec::new();
        while self.take('[') {
            conditions.push(self.condition()?);
            self.literal(']', "']'")?;
        }
        Ok(Step { name, conditions })
    }

    fn condition(&mut self) -> Result<Condition, ParsePathError> {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number().map(Condition::Nth);
        }
        let of_attribute = self.take('@');
        let name = self.name("a number, a name or '@' and a name")?;
        self.literal('=', "'='")?;
        let value = self.quoted()?;
        Ok(if of_attribute {
            Condition::Attribute { name, value }
        } else {
            Condition::Child { name, value }
        })
    }

    fn number(&mut self) -> Result<u32, ParsePathError> {
        let len = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let wrong = self.expected("a number from 1");
        match self.advance(len).parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(wrong),
        }
    }

    fn quoted(&mut self) -> Result<String, ParsePathError> {
        let quote = if self.take('\'') {
            '\''
        } else {
            self.literal('"', "a quote")?;
            '"'
        };
        let mut value = String::new();
        loop {
            let Some(len) = self.rest.find(quote) else {
                return Err(self.expected("a quote at the end"));
            };
            value.push_str(self.advance(len));
            self.take(quote);
            if !self.take(quote) {
                return Ok(value);
            }
            value.push(quote);
        }
    }

    fn name(&mut self, expected: &'static str) -> Result<String, ParsePathError> {
        let len = names::len_of_name(self.rest);
        if len == 0 {
            return Err(self.expected(expected));
        }
        Ok(self.advance(len).to_owned())
    }
}
