//! The library on the whole screen: one owner of all state, one queue of events, effects that answer with events.
//!
//! `model` decides and never touches anything; `runtime` performs its effects and hands back what happened; `screens`
//! and `widgets` draw from the model alone; `painter` puts what they drew on the terminal, and `guard` keeps that as it
//! was found.

mod actions;
mod guard;
mod key;
mod keymap;
mod model;
mod options;
mod painter;
mod picture;
mod runtime;
mod screens;
mod theme;
mod widgets;

pub(crate) use runtime::run;
pub(crate) use theme::Glyphs;
