//! The object store: one handle for the whole server, an embedded store behind it, and what of it clients can reach.

pub mod embedded;
mod error;
mod gate;
mod gate_body;
mod key;
mod multipart;
mod origin;
mod presign;
mod store;
mod urls;

pub use error::ObjectsError;
pub use gate::GateSettings;
pub use key::{INCOMING, ObjectKey, extension};
pub use multipart::{CompletedPart, OpenUpload, StoredPart, UploadMarker};
pub use origin::{InvalidOrigin, Origin, OriginPolicy, UnknownOrigin};
pub use presign::{Grant, Presigner};
pub use store::{ListedObject, ObjectHead, ObjectStore, Page};
pub use urls::{PresignedGet, PresignedPut};
