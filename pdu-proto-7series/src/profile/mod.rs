//! Profiles: data that says where in a document a setting stands, and what is asked over HTTP.
