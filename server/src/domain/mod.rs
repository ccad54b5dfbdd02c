//! What may happen to accounts, videos, uploads and jobs. Pure.

pub mod session;
