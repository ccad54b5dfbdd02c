//! Who asks: passwords, sessions, access tokens, and how often somebody may try.

pub mod caller;
pub mod email;
pub mod jwt;
pub mod keys;
pub mod limiter;
pub mod password;
pub mod refresh;
pub mod sessions;

pub use caller::{Caller, ClientAddress, Login};
