//! Who asks: passwords, sessions, access tokens, and how often somebody may try.

pub mod caller;

pub use caller::Caller;
