//! `/auth`: accounts, logins, access tokens.

pub mod login;
pub mod logout;
pub mod me;
pub mod password_update;
pub mod refresh;
pub mod register;
mod session;
pub mod tokens;
