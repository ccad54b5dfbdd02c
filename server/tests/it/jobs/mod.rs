//! Background work over the real store: reading back, looking into containers, the queue, the janitor.

mod janitor;
mod outage;
mod queue;
mod thumbnails;
pub(crate) mod validate;
