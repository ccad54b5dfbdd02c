//! What screens are made of: text that keeps to its columns, lines that are typed into, boxes, bars and graphs.

mod bar;
mod field;
mod frame;
mod graph;
mod text;

pub(crate) use bar::bar;
pub(crate) use field::field;
pub(crate) use frame::popup;
pub(crate) use graph::graph;
pub(crate) use text::{broken, flowed, instead, put, put_name, put_right};
