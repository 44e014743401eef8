//! HTTP/1.1 over a stream, as a session.
