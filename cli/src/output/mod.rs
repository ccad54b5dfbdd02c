//! How data looks: tables, fields, JSON, times, sizes, progress.

pub(crate) mod canvas;
pub(crate) mod depth;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod progress;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;

pub(crate) use heimdex_client::shown::size;
