//! Text with variables in braces, filled in by a client and read back by a server.

use serde::Deserialize;

/// What may stand in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variable {
    Outlet,
    Action,
    Circuit,
}

impl Variable {
    const ALL: [Self; 3] = [Self::Outlet, Self::Action, Self::Circuit];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Outlet => "outlet",
            Self::Action => "action",
            Self::Circuit => "circuit",
        }
    }
}

/// What the variables are.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Values(Vec<(Variable, String)>);

impl Values {
    pub(super) fn set(&mut self, variable: Variable, value: String) {
        self.0.push((variable, value));
    }

    pub(super) fn value(&self, variable: Variable) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == variable);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a value may be added: it is new, or the same as before.
    fn learn(&mut self, variable: Variable, value: &str) -> bool {
        if let Some(known) = self.value(variable) {
            return known == value;
        }
        self.set(variable, value.to_owned());
        true
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(Variable),
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((plain, behind)) = rest.split_once('{') {
            let (name, behind) = behind
                .split_once('}')
                .ok_or_else(|| format!("brace without its end in {text:?}"))?;
            let variable = Variable::ALL.into_iter().find(|variable| variable.name() == name);
            let variable = variable.ok_or_else(|| format!("no variable {{{name}}}, in {text:?}"))?;
            if plain.is_empty() && matches!(pieces.last(), Some(Piece::Variable(_))) {
                return Err(format!("two variables without anything between them in {text:?}"));
            }
            push_text(&mut pieces, plain)?;
            pieces.push(Piece::Variable(variable));
            rest = behind;
        }
        push_text(&mut pieces, rest)?;
        Ok(Self(pieces))
    }
}

fn push_text(pieces: &mut Vec<Piece>, plain: &str) -> Result<(), String> {
    if plain.contains('}') {
        return Err(format!("brace without its beginning in {plain:?}"));
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain.to_owned()));
    }
    Ok(())
}

impl Template {
    pub(super) fn text(plain: &str) -> Self {
        Self(vec![Piece::Text(plain.to_owned())])
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = Variable> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(*variable),
            Piece::Text(_) => None,
        })
    }

    pub(super) fn fill(&self, values: &Values) -> String {
        let filled = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Variable(variable) => values.value(*variable).unwrap_or_default(),
        });
        filled.collect()
    }

    /// Whether a text may be made of this; what its variables are then is learned.
    pub(super) fn read(&self, text: &str, values: &mut Values) -> bool {
        let mut rest = text;
        let mut pieces = self.0.iter().peekable();
        while let Some(piece) = pieces.next() {
            let behind = match piece {
                Piece::Text(plain) => rest.strip_prefix(plain.as_str()),
                Piece::Variable(variable) => {
                    let end = match pieces.peek() {
                        Some(Piece::Text(plain)) => rest.find(plain.as_str()),
                        _ => Some(rest.len()),
                    };
                    end.and_then(|end| rest.split_at_checked(end))
                        .filter(|(value, _)| values.learn(*variable, value))
                        .map(|(_, behind)| behind)
                }
            };
            let Some(behind) = behind else { return false };
            rest = behind;
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Result<Template, String> {
        text.to_owned().try_into()
    }

    #[test]
    fn what_is_filled_in_is_read_back() {
        let template = template("/o/{outlet}/{action}.cgi").unwrap();
        let mut values = Values::default();
        values.set(Variable::Outlet, "12".into());
        values.set(Variable::Action, "off".into());
        let text = template.fill(&values);
        assert_eq!(text, "/o/12/off.cgi");
        let mut read = Values::default();
        assert!(template.read(&text, &mut read));
        assert_eq!(read, values);
    }

    #[test]
    fn same_variable_with_two_values_is_not_read() {
        let template = template("{outlet}-{outlet}").unwrap();
        assert!(template.read("3-3", &mut Values::default()));
        assert!(!template.read("3-4", &mut Values::default()));
    }

    #[test]
    fn misspelt_variables_and_single_braces_are_refused() {
        for text in ["{outlets}", "{outlet", "outlet}", "{}", "{outlet}{action}"] {
            assert!(template(text).is_err(), "{text}");
        }
    }
}
