//! Background work over the real store: reading back, looking into containers, the queue, the janitor.

mod janitor;
mod outage;
mod queue;
pub(crate) mod validate;
