//! The agent: what answers managers.
//!
//! A [`Tree`] is the objects behind it: what can be read and set, and what happens by itself. [`MapTree`] is one for values
//! that just stand there. An [`Agent`] stands around it and speaks: v1, v2c and v3, for those communities and users that it was
//! given, each with the [`Access`] it may have.
//!
//! Source: RFC 3413, 3.2 (what an agent does), RFC 3416, 4.2 (its operations), RFC 3584 (v1), RFC 3415 (views), RFC 3412, 7.2
//! and RFC 3414, 3.2 (messages of v3).

mod agent;
mod answer;
mod community;
mod desk;
mod map;
mod operations;
mod options;
mod output;
mod owned_value;
mod statistics;
mod tree;
mod users;
mod view;

pub use agent::Agent;
pub use map::MapTree;
pub use options::AgentOptions;
pub use owned_value::OwnedValue;
pub use statistics::Statistics;
pub use tree::{Absent, SetError, Tree, UndoFailed};
pub use view::{Access, View};
