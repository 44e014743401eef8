//! A simulated unit of the 7-series: pages that live, for tests, demonstrations, and programs without a rack unit on the desk.
//!
//! [`Series7`] is a [`Service`]: put it into an [`HttpHub`](crate::server::HttpHub). It knows the time only from the hub, so it runs
//! at any speed, and the same seed gives the same values at the same times.
//!
//! **Everything about its pages that is not in the live document is invented**: it speaks the profile
//! [`synthetic`](Profile::synthetic), its configuration file is a [`SyntheticUnit`](crate::config::SyntheticUnit), and each document
//! that it gives says so in a comment. What the manual states is as the manual has it:
//!
//! - outlets with all eight actions and their delays (lines 354 to 394); an action takes the place of what was pending;
//! - no accounts at the start; a View account closes the live document and the log, a Control account the outlets, an Administrator's
//!   the configuration (lines 216 to 228). Who may do more may do less: that is inferred;
//! - a configuration file goes back only to the unit that it came from (lines 253 to 260). It is taken whole or refused whole:
//!   400 for what is no such file, 409 for one of another unit, 422 for settings that the unit does not allow;
//! - one row of the log a minute, the oldest dropped when it is full (lines 140 to 151).
//!
//! ```
//! use http::Request;
//! use pdu_core::{Instant, PowerState};
//! use pdu_proto_7series::http::Call;
//! use pdu_proto_7series::profile::Profile;
//! use pdu_proto_7series::series7::simulator::Series7;
//! use pdu_proto_7series::server::Service;
//! use pdu_proto_7series::wire::OutletAction;
//!
//! let mut unit = Series7::new(7);
//! let off = Call::Outlet { outlet: 3, action: OutletAction::Off };
//! let request = Profile::synthetic().http().request(&off)?;
//! assert!(unit.serve(Instant::EPOCH, &request).status().is_success());
//! assert_eq!(unit.outlet(3), PowerState::Off);
//!
//! let live = unit.serve(Instant::EPOCH, &Request::get("/data.xml").body(Vec::new())?);
//! assert!(String::from_utf8_lossy(live.body()).contains(r#"num="3""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod clock;
mod meter;
mod model;
mod outlet;
mod page;
mod recorder;

use core::time::Duration;
use std::sync::Arc;

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderValue, Request, Response, StatusCode};
use pdu_core::simulator::Load;
use pdu_core::{Instant, Line, PowerState, UserRole, earliest};

pub use builder::{Builder, Metering};

use super::exchange;
use crate::config::{self, ConfigError, Document, UnitIdentity};
use crate::http::Call;
use crate::profile::Profile;
use crate::server::{Account, Accounts, Guard, Service};
use crate::wire::OutletAction;

use model::Model;

/// What each document says of itself.
const SYNTHETIC: &str = "SYNTHETIC: of a simulated unit of pdu-proto-7series. No real unit has written this.";

/// A simulated unit.
#[derive(Debug)]
pub struct Series7 {
    model: Model,
    metering: Metering,
    profile: Arc<Profile>,
    guard: Guard,
    /// Which unit it is, whatever its configuration is changed to.
    identity: UnitIdentity,
    configuration: Document,
    /// The name above its pages.
    name: String,
    settings_delay: Duration,
    /// Settings that are stored and not active yet.
    settling: Option<(Instant, Box<config::Settings>)>,
}

impl Series7 {
    /// A Wye 7W with 8 outlets. All that moves is derived from the seed.
    ///
    /// # Panics
    ///
    /// Never: a test builds it.
    pub fn new(seed: u64) -> Self {
        #[expect(clippy::expect_used, reason = "its names are fixed, and a test builds it")]
        Self::builder()
            .seed(seed)
            .build()
            .expect("the names are of XML's characters")
    }

    /// The same with the seed 0, to be changed at will.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn with_parts(
        model: Model,
        metering: Metering,
        profile: Arc<Profile>,
        configuration: Document,
        guard: Guard,
        settings_delay: Duration,
    ) -> Result<Self, ConfigError> {
        let mut unit = Self {
            model,
            metering,
            identity: UnitIdentity::of(&configuration, &profile),
            profile,
            guard,
            configuration,
            name: String::new(),
            settings_delay,
            settling: None,
        };
        let settings = config::Settings::read(&unit.configuration, &unit.profile)?;
        unit.activate(&settings);
        Ok(unit)
    }

    /// What is asked of it, and how.
    pub const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Whether an outlet gives power; unknown of one that there is not.
    pub fn outlet(&self, number: u16) -> PowerState {
        match self.model.outlet(number).map(|outlet| outlet.is_on) {
            Some(true) => PowerState::On,
            Some(false) => PowerState::Off,
            None => PowerState::Unknown,
        }
    }

    /// Does to an outlet what its page would, at the last time that the unit was told; `false` if there is no such outlet.
    pub fn execute(&mut self, outlet: u16, action: OutletAction) -> bool {
        self.model.execute(outlet, action)
    }

    /// Changes what is plugged into an outlet, from the last time on that the unit was told.
    pub fn set_load(&mut self, outlet: u16, load: Load) {
        self.model.set_load(outlet, load);
    }

    /// Takes power from the whole unit for a moment: its outlets do what they are set to when it comes back, and the unit has to
    /// hear again what time it is.
    pub fn power_cycle(&mut self) {
        self.model.power_cycle();
    }

    /// Its configuration file.
    pub const fn configuration(&self) -> &Document {
        &self.configuration
    }

    /// Who may use it.
    pub const fn accounts(&self) -> &Accounts {
        self.guard.accounts()
    }

    /// Empties the log.
    pub fn clear_log(&mut self) {
        self.model.recorder.clear();
    }

    /// Lets time go by, as each request does. The first call sets the beginning; a time before the last one is that.
    pub fn advance_to(&mut self, now: Instant) {
        if let Some((due, settings)) = self.settling.take_if(|(due, _)| *due <= now) {
            self.model.advance_to(due);
            self.activate(&settings);
        }
        self.model.advance_to(now);
    }

    /// Who may ask this, by its key in the profile. Source: manual, lines 216 to 228 and, of the reset of circuits, 249 to 252.
    fn needed(key: &str) -> UserRole {
        match key {
            "live" | "log" => UserRole::View,
            "outlet" => UserRole::Control,
            _ => UserRole::Administrator,
        }
    }

    fn answer(&mut self, call: Call) -> Response<Vec<u8>> {
        match call {
            Call::Live => self.live(),
            Call::DownloadConfiguration => document("text/xml; charset=utf-8", self.configuration.as_bytes().to_vec()),
            Call::UploadConfiguration(file) => self.upload(file),
            Call::Outlet { outlet, action } => done(self.model.execute(outlet, action)),
            Call::ResetCircuitEnergy { circuit } => done(self.reset_circuit(&circuit)),
            Call::Log => self.log(),
        }
    }

    fn live(&self) -> Response<Vec<u8>> {
        let titles = page::Titles {
            host: self.identity.host.as_deref().unwrap_or_default(),
            serial: self.identity.serial.as_deref().unwrap_or_default(),
            name: &self.name,
        };
        match page::live(&self.model, self.metering, titles) {
            Ok(text) => document("text/xml; charset=utf-8", text.into_bytes()),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    fn log(&self) -> Response<Vec<u8>> {
        let Some(profile) = self.profile.history() else {
            return text(StatusCode::NOT_FOUND, "no such page");
        };
        document("text/csv; charset=utf-8", self.model.recorder.write(profile, SYNTHETIC))
    }

    fn reset_circuit(&mut self, name: &str) -> bool {
        let circuit: Option<Line> = exchange::circuit_named(name);
        circuit.is_some_and(|circuit| self.model.reset_circuit(circuit))
    }

    /// Takes a configuration file whole, or refuses it whole.
    fn upload(&mut self, file: Vec<u8>) -> Response<Vec<u8>> {
        let uploaded = match Document::parse(file, self.configuration.limits()) {
            Ok(uploaded) => uploaded,
            Err(error) => return text(StatusCode::BAD_REQUEST, &error.to_string()),
        };
        let found = UnitIdentity::of(&uploaded, &self.profile);
        if let Err(foreign) = self.identity.check_same(&found) {
            return text(StatusCode::CONFLICT, &foreign.to_string());
        }
        let settings = config::Settings::read(&uploaded, &self.profile);
        let settings = match settings.and_then(|settings| settings.check().map(|()| settings)) {
            Ok(settings) => settings,
            Err(error) => return text(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
        };
        self.configuration = uploaded;
        if self.settings_delay.is_zero() {
            self.activate(&settings);
        } else {
            self.settling = Some((self.model.now + self.settings_delay, Box::new(settings)));
        }
        done(true)
    }

    /// Settings begin to count.
    fn activate(&mut self, unit: &config::Settings) {
        self.model.store(&unit.to_vocabulary().outlets);
        if let Some(name) = &unit.display.name {
            self.name.clone_from(name);
        }
        if let Some(mode) = unit.logging.mode {
            self.model.recorder.mode = mode;
        }
        *self.guard.accounts_mut() = accounts(unit).collect();
    }
}

/// Those of the three that have a name.
fn accounts(unit: &config::Settings) -> impl Iterator<Item = Account> {
    let accounts = [
        (&unit.administrator, UserRole::Administrator),
        (&unit.control, UserRole::Control),
        (&unit.view, UserRole::View),
    ];
    accounts.into_iter().filter_map(|(account, role)| {
        let name = account.name.as_deref().filter(|name| !name.is_empty())?;
        Some(Account::new(name, account.password.clone().unwrap_or_default(), role))
    })
}

impl Service for Series7 {
    fn serve(&mut self, now: Instant, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.advance_to(now);
        let profile = Arc::clone(&self.profile);
        let Some(key) = profile.http().key_at(request) else {
            return text(StatusCode::NOT_FOUND, "no such page");
        };
        // Who logs in by Digest may leave the body out until they were asked, so fields are read after that.
        if let Err(refusal) = self.guard.admit(now, request, Self::needed(key)) {
            return refusal.into();
        }
        match profile.http().recognise(request) {
            Some(call) => self.answer(call),
            None => text(StatusCode::BAD_REQUEST, "fields missing or malformed"),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance_to(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let settles = self.settling.as_ref().map(|(due, _)| *due);
        earliest(self.model.next_event(), settles)
    }
}

fn document(content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn text(status: StatusCode, text: &str) -> Response<Vec<u8>> {
    let mut response = document("text/plain; charset=utf-8", format!("{text}\n").into_bytes());
    *response.status_mut() = status;
    response
}

/// It was carried out, or there is no such outlet or circuit.
fn done(is_done: bool) -> Response<Vec<u8>> {
    if is_done {
        text(StatusCode::OK, "accepted")
    } else {
        text(StatusCode::NOT_FOUND, "no such outlet or circuit")
    }
}
