//! The object store: one handle for the whole server, an embedded store behind it, and what of it clients can reach.

mod deleting;
pub mod embedded;
mod endpoint;
mod error;
mod external;
mod gate;
mod gate_body;
mod key;
pub mod marker;
mod multipart;
mod origin;
mod presign;
mod range;
mod store;
mod urls;

pub use endpoint::{Addressing, Endpoint, InvalidEndpoint};
pub use error::{ObjectsError, StoreAnswer};
pub use external::{
    ChecksumUse, CredentialsError, ExternalSettings, StoreCredentials, StoreKeys, part_checksum,
};
pub use gate::{GateSettings, Waiting};
pub use key::{INCOMING, ObjectKey, extension};
pub use multipart::{CompletedPart, OpenUpload, StoredPart, UploadMarker};
pub use origin::{InvalidOrigin, Origin, OriginPolicy, UnknownOrigin};
pub use presign::{Grant, Presigner, Signed};
pub use store::{ListedObject, ObjectHead, ObjectStore, Page};
pub use urls::{PresignedGet, PresignedPut};
