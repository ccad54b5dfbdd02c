//! The catalog on both engines.

mod migrations;
mod settings;
