use std::collections::BTreeMap;

use ::http::header::CONTENT_TYPE;
use ::http::uri::PathAndQuery;
use ::http::{Method, Request, StatusCode, Uri};
use serde::Deserialize;

use super::template::{Template, Values, Variable};
use crate::http::{RequestFault, form};
use crate::wire::OutletAction;

/// One thing that a unit is asked: method, path, fields, and which answers are good.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Operation {
    method: Verb,
    path: Template,
    query: BTreeMap<String, Template>,
    form: BTreeMap<String, Template>,
    upload: Option<Upload>,
    success: Vec<StatusCode>,
    content_types: Vec<String>,
    words: Vec<(OutletAction, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    method: Verb,
    path: Template,
    #[serde(default)]
    query: BTreeMap<String, Template>,
    #[serde(default)]
    form: BTreeMap<String, Template>,
    upload: Option<Upload>,
    #[serde(default = "ok_only")]
    success: Vec<u16>,
    #[serde(default)]
    content_types: Vec<String>,
    actions: Option<Words>,
}

fn ok_only() -> Vec<u16> {
    vec![200]
}

/// A method of an [`Operation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Verb {
    /// `GET`: only reads, so it may be sent again. An operation that changes the unit by `GET` is refused when the profile is
    /// read.
    #[default]
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl From<Verb> for Method {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Get => Self::GET,
            Verb::Post => Self::POST,
            Verb::Put => Self::PUT,
        }
    }
}

/// How a file is uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Upload {
    /// The field of a form (`multipart/form-data`) that the file is; without one the file is the body itself.
    pub field: Option<String>,
    /// The name that the file has in the form; by default `config.xml`.
    #[serde(default = "file_name")]
    pub file_name: String,
    /// Its content type; by default `text/xml`.
    #[serde(default = "text_xml")]
    pub content_type: String,
}

fn file_name() -> String {
    "config.xml".to_owned()
}

fn text_xml() -> String {
    "text/xml".to_owned()
}

/// What each action is called.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    on: String,
    off: String,
    on_delayed: String,
    off_delayed: String,
    reboot: String,
    reboot_delayed: String,
    reset_energy: String,
    cancel: String,
}

impl From<Words> for Vec<(OutletAction, String)> {
    fn from(words: Words) -> Self {
        vec![
            (OutletAction::On, words.on),
            (OutletAction::Off, words.off),
            (OutletAction::OnDelayed, words.on_delayed),
            (OutletAction::OffDelayed, words.off_delayed),
            (OutletAction::Reboot, words.reboot),
            (OutletAction::RebootDelayed, words.reboot_delayed),
            (OutletAction::ResetEnergy, words.reset_energy),
            (OutletAction::Cancel, words.cancel),
        ]
    }
}

impl TryFrom<Raw> for Operation {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let success: Result<Vec<_>, _> = raw.success.iter().map(|&code| StatusCode::from_u16(code)).collect();
        let operation = Self {
            method: raw.method,
            path: raw.path,
            query: raw.query,
            form: raw.form,
            upload: raw.upload,
            success: success.map_err(|_| format!("success {:?}: not all are statuses", raw.success))?,
            content_types: raw.content_types,
            words: raw.actions.map(Vec::from).unwrap_or_default(),
        };
        operation.check()?;
        Ok(operation)
    }
}

impl Operation {
    /// `GET /data.xml`.
    pub(super) fn data_xml() -> Self {
        Self {
            method: Verb::Get,
            path: Template::text("/data.xml"),
            query: BTreeMap::new(),
            form: BTreeMap::new(),
            upload: None,
            success: vec![StatusCode::OK],
            content_types: Vec::new(),
            words: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), String> {
        let path = self.path.fill(&Values::default());
        let is_path = path.starts_with('/') && !path.contains(['?', '#']) && path.parse::<PathAndQuery>().is_ok();
        if !is_path {
            return Err(format!("path {path:?} is none"));
        }
        let changes = self.upload.is_some() || !self.form.is_empty() || !self.variables().is_empty();
        if changes && self.method == Verb::Get {
            return Err(format!(
                "GET {path} would change the unit, and may be repeated: POST or PUT"
            ));
        }
        for (at, (action, word)) in self.words.iter().enumerate() {
            let is_plain = !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_graphic() && !"/?#%&=+\"<>\\^`{|}".contains(c));
            let is_again = self.words.iter().take(at).any(|(_, other)| other == word);
            if !is_plain || is_again {
                return Err(format!(
                    "action {action}: {word:?} is no word of its own that a path may carry"
                ));
            }
        }
        if self.success.is_empty() {
            return Err(format!("{path}: no status stands for success"));
        }
        Ok(())
    }

    /// The method.
    pub const fn method(&self) -> Verb {
        self.method
    }

    /// How a file is uploaded by it.
    pub const fn upload(&self) -> Option<&Upload> {
        self.upload.as_ref()
    }

    pub(super) fn has_form(&self) -> bool {
        !self.form.is_empty()
    }

    pub(super) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Each once.
    pub(super) fn variables(&self) -> Vec<Variable> {
        let fields = self.query.values().chain(self.form.values());
        let mut all: Vec<Variable> = self
            .path
            .variables()
            .chain(fields.flat_map(Template::variables))
            .collect();
        all.sort();
        all.dedup();
        all
    }

    pub(super) fn word(&self, action: OutletAction) -> Option<&str> {
        let found = self.words.iter().find(|(known, _)| *known == action);
        found.map(|(_, word)| word.as_str())
    }

    pub(super) fn action(&self, word: &str) -> Option<OutletAction> {
        let found = self.words.iter().find(|(_, known)| known == word);
        found.map(|(action, _)| *action)
    }

    pub(super) fn succeeds_with(&self, status: StatusCode) -> bool {
        self.success.contains(&status)
    }

    /// Any, if none are listed.
    pub(super) fn takes_content_type(&self, found: &str) -> bool {
        let essence = found.split(';').next().unwrap_or_default().trim();
        self.content_types.is_empty()
            || self
                .content_types
                .iter()
                .any(|known| known.eq_ignore_ascii_case(essence))
    }

    pub(super) fn request(&self, values: &Values, file: &[u8]) -> Result<Request<Vec<u8>>, RequestFault> {
        let (content_type, body) = self.body(values, file)?;
        let mut target = self.path.fill(values);
        if !self.query.is_empty() {
            target = format!("{target}?{}", encode(&self.query, values));
        }
        let mut request = Request::new(body);
        *request.method_mut() = self.method.into();
        *request.uri_mut() = target.parse::<Uri>().map_err(|_| RequestFault::Value("path"))?;
        if let Some(content_type) = content_type {
            let value = content_type.parse().map_err(|_| RequestFault::Value("content_type"))?;
            request.headers_mut().insert(CONTENT_TYPE, value);
        }
        Ok(request)
    }

    fn body(&self, values: &Values, file: &[u8]) -> Result<(Option<String>, Vec<u8>), RequestFault> {
        match &self.upload {
            Some(upload) => match &upload.field {
                Some(field) => {
                    let (content_type, body) = form::encode_file(field, &upload.file_name, &upload.content_type, file)?;
                    Ok((Some(content_type), body))
                }
                None => Ok((Some(upload.content_type.clone()), file.to_vec())),
            },
            None if self.form.is_empty() => Ok((None, Vec::new())),
            None => {
                let content_type = "application/x-www-form-urlencoded".to_owned();
                Ok((Some(content_type), encode(&self.form, values).into_bytes()))
            }
        }
    }

    /// Whether method and path of a request are those of this, whatever stands in its fields.
    pub(super) fn is_at(&self, request: &Request<Vec<u8>>, values: &mut Values) -> bool {
        let method = Method::from(self.method);
        let is_asked = request.method() == method || (request.method() == Method::HEAD && method == Method::GET);
        is_asked && self.path.read(request.uri().path(), values)
    }

    /// What the variables are in a request, if it is one for this.
    pub(super) fn read(&self, request: &Request<Vec<u8>>) -> Option<Values> {
        let mut values = Values::default();
        let fits = self.is_at(request, &mut values)
            && read_fields(
                &self.query,
                request.uri().query().unwrap_or_default().as_bytes(),
                &mut values,
            )
            && read_fields(&self.form, request.body(), &mut values);
        fits.then_some(values)
    }

    /// The file in a request for an upload.
    pub(super) fn file_of<'r>(&self, request: &'r Request<Vec<u8>>) -> Option<&'r [u8]> {
        match &self.upload.as_ref()?.field {
            None => Some(request.body()),
            Some(field) => {
                let content_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
                form::decode_file(content_type, request.body(), field)
            }
        }
    }
}

fn encode(fields: &BTreeMap<String, Template>, values: &Values) -> String {
    let filled: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, template)| (name.as_str(), template.fill(values)))
        .collect();
    form::encode(filled.iter().map(|(name, value)| (*name, value.as_str())))
}

/// Whether all fields are there and read as they should; what the variables are then is learned. Others are ignored.
fn read_fields(fields: &BTreeMap<String, Template>, text: &[u8], values: &mut Values) -> bool {
    if fields.is_empty() {
        return true;
    }
    let Some(found) = form::decode(text) else { return false };
    fields.iter().all(|(name, template)| {
        let mut same_name = found.iter().filter(|(known, _)| known == name);
        match (same_name.next(), same_name.next()) {
            (Some((_, value)), None) => template.read(value, values),
            _ => false,
        }
    })
}
