//! What is asked of a unit over HTTP, and how: data, since the vendor's own paths and fields are not public.

mod operation;
mod template;

use ::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use ::http::{Request, Response, StatusCode};
use pdu_core::Effect;
use serde::Deserialize;

pub use self::operation::{Operation, Upload, Verb};
use self::template::{Values, Variable};
use super::{Asked, HttpError, LoginFault, RequestFault, excerpt};
use crate::wire::OutletAction;

/// One thing that a unit may be asked over HTTP.
///
/// A client makes a request of it ([`HttpProfile::request`]), a server reads it from one ([`HttpProfile::recognise`]).
#[derive(Clone, PartialEq, Eq)]
// Exhaustive on purpose: whoever serves a unit has to answer all of them.
pub enum Call {
    /// The live XML document.
    Live,
    /// The configuration XML.
    DownloadConfiguration,
    /// To take this configuration XML.
    UploadConfiguration(Vec<u8>),
    /// To do something with an outlet.
    Outlet {
        /// The outlet's number, from 1.
        outlet: u16,
        /// What.
        action: OutletAction,
    },
    /// To start the energy counter of a circuit again at 0.
    ResetCircuitEnergy {
        /// The circuit, as the profile's unit names it: letters, digits, `-`, `_` and `.`, not dots alone, at most 64.
        circuit: String,
    },
    /// The data log.
    Log,
}

impl Call {
    /// The key of this call in a profile.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::DownloadConfiguration => "config_download",
            Self::UploadConfiguration(_) => "config_upload",
            Self::Outlet { .. } => "outlet",
            Self::ResetCircuitEnergy { .. } => "circuit_energy_reset",
            Self::Log => "log",
        }
    }
}

/// Without the configuration, which has passwords in it.
impl core::fmt::Debug for Call {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UploadConfiguration(file) => write!(f, "UploadConfiguration({} octets)", file.len()),
            Self::Outlet { outlet, action } => write!(f, "Outlet({outlet}, {action:?})"),
            Self::ResetCircuitEnergy { circuit } => write!(f, "ResetCircuitEnergy({circuit:?})"),
            Self::Live => f.write_str("Live"),
            Self::DownloadConfiguration => f.write_str("DownloadConfiguration"),
            Self::Log => f.write_str("Log"),
        }
    }
}

/// How a unit is asked over HTTP: the section `[http]` of a profile.
///
/// ```
/// use pdu_proto_7series::http::{Call, HttpProfile};
/// use pdu_proto_7series::wire::OutletAction;
///
/// // All of this is invented, but for the path of the live document, which may be left out.
/// let text = r#"
///     live = { path = "/data.xml" }
///     config_download = { path = "/config.xml" }
///
///     [config_upload]
///     method = "POST"
///     path = "/config.xml"
///     upload = { field = "file", file_name = "config.xml", content_type = "text/xml" }
///
///     [outlet]
///     method = "POST"
///     path = "/outlets/{outlet}"
///     form = { action = "{action}" }
///     success = [200, 303]
///     [outlet.actions] # what `{action}` becomes: all eight
///     on = "on"
///     off = "off"
///     on_delayed = "on-delayed"
///     off_delayed = "off-delayed"
///     reboot = "reboot"
///     reboot_delayed = "reboot-delayed"
///     reset_energy = "reset-kwh"
///     cancel = "cancel"
/// "#;
/// let profile: HttpProfile = toml::from_str(text)?;
///
/// let call = Call::Outlet { outlet: 3, action: OutletAction::OnDelayed };
/// let request = profile.request(&call)?;
/// assert_eq!(request.uri(), "/outlets/3");
/// assert_eq!(request.body(), b"action=on-delayed");
/// assert_eq!(profile.recognise(&request), Some(call));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `{outlet}` and `{action}` may stand in the path, the query and the form of `outlet`, and `{circuit}` in those of
/// `circuit_energy_reset`; braces elsewhere are refused when the profile is read, and so is an operation that lacks its own,
/// by which every outlet would be the same one.
///
/// Source: `GET /data.xml` is what five independent readers of real units do. How a unit is asked for anything else is not
/// public, so nothing else has a default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Raw")]
#[non_exhaustive]
pub struct HttpProfile {
    /// The live XML document; by default `GET /data.xml`.
    pub live: Operation,
    /// Downloads the configuration XML.
    pub config_download: Option<Operation>,
    /// Uploads a configuration XML.
    pub config_upload: Option<Operation>,
    /// Does something with an outlet.
    pub outlet: Option<Operation>,
    /// Starts the energy counter of a circuit again at 0.
    pub circuit_energy_reset: Option<Operation>,
    /// Downloads the data log.
    pub log: Option<Operation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    live: Option<Operation>,
    config_download: Option<Operation>,
    config_upload: Option<Operation>,
    outlet: Option<Operation>,
    circuit_energy_reset: Option<Operation>,
    log: Option<Operation>,
}

/// A section of a profile that asks for nothing, or for everything alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpProfileFault {
    /// An operation does not have the variable that tells what is meant, or one that is not its own.
    #[error("http.{operation}: variables are {found:?}, and it needs {needed:?}")]
    Variables {
        /// The key of the operation.
        operation: &'static str,
        /// Those that it needs.
        needed: &'static [&'static str],
        /// Those that it has.
        found: Vec<&'static str>,
    },
    /// An upload for an operation that has nothing to upload, or none for the one that has; or an upload and a form at once.
    #[error("http.{operation}: `upload` belongs to config_upload, which has no `form`")]
    Upload {
        /// The key of the operation.
        operation: &'static str,
    },
    /// Words for the actions of an operation that has none, or for too few; or the same word for two.
    #[error("http.{operation}: `actions` belongs to outlet, with a word of its own for each of the eight")]
    Actions {
        /// The key of the operation.
        operation: &'static str,
    },
}

impl TryFrom<Raw> for HttpProfile {
    type Error = HttpProfileFault;

    fn try_from(raw: Raw) -> Result<Self, HttpProfileFault> {
        let profile = Self {
            live: raw.live.unwrap_or_else(Operation::data_xml),
            config_download: raw.config_download,
            config_upload: raw.config_upload,
            outlet: raw.outlet,
            circuit_energy_reset: raw.circuit_energy_reset,
            log: raw.log,
        };
        for (key, operation) in profile.operations() {
            check(key, operation)?;
        }
        Ok(profile)
    }
}

fn check(key: &'static str, operation: &Operation) -> Result<(), HttpProfileFault> {
    let needed: &'static [&'static str] = match key {
        "outlet" => &["outlet", "action"],
        "circuit_energy_reset" => &["circuit"],
        _ => &[],
    };
    let found: Vec<&'static str> = operation.variables().into_iter().map(Variable::name).collect();
    let fits = found.len() == needed.len() && needed.iter().all(|name| found.contains(name));
    if !fits {
        return Err(HttpProfileFault::Variables {
            operation: key,
            needed,
            found,
        });
    }
    let uploads = key == "config_upload";
    if operation.upload().is_some() != uploads || (uploads && operation.has_form()) {
        return Err(HttpProfileFault::Upload { operation: key });
    }
    if operation.has_words() != (key == "outlet") {
        return Err(HttpProfileFault::Actions { operation: key });
    }
    Ok(())
}

/// Only the live XML document, as public readers of real units ask for it.
impl Default for HttpProfile {
    fn default() -> Self {
        Self {
            live: Operation::data_xml(),
            config_download: None,
            config_upload: None,
            outlet: None,
            circuit_energy_reset: None,
            log: None,
        }
    }
}

impl HttpProfile {
    /// The operations that it has, by their keys.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &Operation)> {
        let others = [
            ("config_download", &self.config_download),
            ("config_upload", &self.config_upload),
            ("outlet", &self.outlet),
            ("circuit_energy_reset", &self.circuit_energy_reset),
            ("log", &self.log),
        ];
        let others = others
            .into_iter()
            .filter_map(|(key, operation)| Some((key, operation.as_ref()?)));
        core::iter::once(("live", &self.live)).chain(others)
    }

    fn operation(&self, call: &Call) -> Result<&Operation, HttpError> {
        let operation = call.key();
        self.operations()
            .find_map(|(key, found)| (key == operation).then_some(found))
            .ok_or(HttpError::NotInProfile { operation })
    }

    /// The request for a call, with a path and no host: for [`HttpClient`](crate::client::HttpClient), or for any other client
    /// once it was given one.
    ///
    /// [`NotInProfile`](HttpError::NotInProfile), or [`Request`](HttpError::Request) if a value may not stand where the profile
    /// puts it.
    pub fn request(&self, call: &Call) -> Result<Request<Vec<u8>>, HttpError> {
        let operation = self.operation(call)?;
        Ok(operation.request(&values(operation, call)?, call.file())?)
    }

    /// What is asked by a request, for the side of the unit; `None` if it is nothing that this profile has.
    pub fn recognise(&self, request: &Request<Vec<u8>>) -> Option<Call> {
        self.operations().find_map(|(key, operation)| {
            let values = operation.read(request)?;
            call(key, operation, &values, request)
        })
    }

    /// The key of the operation that a request is for by its method and path, whatever stands in its fields.
    ///
    /// For who has to ask for a login before: clients send the body only then.
    #[cfg(feature = "simulator")]
    pub(crate) fn key_at(&self, request: &Request<Vec<u8>>) -> Option<&'static str> {
        let mut operations = self.operations();
        operations.find_map(|(key, operation)| operation.is_at(request, &mut Values::default()).then_some(key))
    }

    /// Whether an answer to a call stands for success.
    ///
    /// A redirect is one only if the profile lists its status, and is never followed.
    pub fn judge(&self, call: &Call, response: &Response<Vec<u8>>) -> Result<(), HttpError> {
        let operation = self.operation(call)?;
        let asked = Asked::of(&self.request(call)?);
        let status = response.status();
        let effect = asked.effect_unanswered();
        if operation.succeeds_with(status) {
            return match strange_content(operation, response) {
                Some(found) => Err(HttpError::Content { asked, found, effect }),
                None => Ok(()),
            };
        }
        if status == StatusCode::UNAUTHORIZED {
            let fault = LoginFault::NotTaken;
            return Err(HttpError::LoginRefused { asked, fault });
        }
        if status.is_redirection() {
            let to = response.headers().get(LOCATION).map(|to| excerpt(to.as_bytes()));
            return Err(HttpError::Redirected {
                asked,
                status,
                to: to.unwrap_or_default(),
                effect,
            });
        }
        let effect = if status.is_client_error() {
            Effect::NotApplied // 4xx: the request was at fault and was not carried out (RFC 9110, 15.5)
        } else {
            effect
        };
        Err(HttpError::Status { asked, status, effect })
    }
}

impl Call {
    fn file(&self) -> &[u8] {
        match self {
            Self::UploadConfiguration(file) => file,
            _ => &[],
        }
    }
}

/// What the variables of an operation are for a call.
fn values(operation: &Operation, call: &Call) -> Result<Values, HttpError> {
    let mut values = Values::default();
    match call {
        Call::Outlet { outlet, action } => {
            values.set(Variable::Outlet, outlet.to_string());
            values.set(Variable::Action, operation.word(*action).unwrap_or_default().to_owned());
        }
        Call::ResetCircuitEnergy { circuit } if is_circuit(circuit) => values.set(Variable::Circuit, circuit.clone()),
        Call::ResetCircuitEnergy { .. } => return Err(RequestFault::Value("circuit").into()),
        Call::Live | Call::DownloadConfiguration | Call::UploadConfiguration(_) | Call::Log => {}
    }
    Ok(values)
}

/// The call that a request with these values is.
fn call(key: &str, operation: &Operation, values: &Values, request: &Request<Vec<u8>>) -> Option<Call> {
    match key {
        "live" => Some(Call::Live),
        "config_download" => Some(Call::DownloadConfiguration),
        "config_upload" => operation
            .file_of(request)
            .map(|file| Call::UploadConfiguration(file.to_vec())),
        "outlet" => Some(Call::Outlet {
            outlet: values.value(Variable::Outlet).and_then(parse_number)?,
            action: values.value(Variable::Action).and_then(|word| operation.action(word))?,
        }),
        "circuit_energy_reset" => {
            let circuit = values.value(Variable::Circuit).filter(|name| is_circuit(name))?;
            Some(Call::ResetCircuitEnergy {
                circuit: circuit.to_owned(),
            })
        }
        "log" => Some(Call::Log),
        _ => None,
    }
}

/// Digits only: no sign.
fn parse_number(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn is_circuit(name: &str) -> bool {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    // Dots alone are steps of a path.
    let has_more = name.bytes().any(|octet| octet != b'.');
    (1..=64).contains(&name.len()) && has_more && name.bytes().all(is_plain)
}

/// A content coding that nobody asked for, or a content type that the profile does not list.
fn strange_content(operation: &Operation, response: &Response<Vec<u8>>) -> Option<String> {
    if let Some(coding) = response.headers().get(CONTENT_ENCODING)
        && !coding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        return Some(excerpt(coding.as_bytes()));
    }
    let found = response
        .headers()
        .get(CONTENT_TYPE)
        .map(|found| excerpt(found.as_bytes()))
        .unwrap_or_default();
    (!operation.takes_content_type(&found)).then_some(found)
}
