//! Values of settings that have bounds of their own.

use std::str::FromStr as _;

use heimdex_api::Secret;
use heimdex_api::limits::PART_SIZE_MIN;
use heimdex_api::plan::PartSize;
use serde_json::Value;

use super::units::{ByteCount, Span};
use super::values::SettingValue;

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Everybody who reaches the server.
    Open,
    /// Nobody over the network.
    Closed,
}

impl SettingValue for Registration {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => Err("write open or closed".to_owned()),
        }
    }
    fn show(&self) -> Value {
        match self {
            Self::Open => "open".into(),
            Self::Closed => "closed".into(),
        }
    }
}

/// From 15 minutes to an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessTokenTtl(Span);

impl AccessTokenTtl {
    /// The duration.
    #[must_use]
    pub const fn get(self) -> std::time::Duration {
        self.0.get()
    }
}

impl SettingValue for AccessTokenTtl {
    fn parse(text: &str) -> Result<Self, String> {
        let span = Span::from_str(text)?;
        if !(900..=3_600).contains(&span.get().as_secs()) {
            return Err("it must lie between 15 min and 1 hour".to_owned());
        }
        Ok(Self(span))
    }
    fn show(&self) -> Value {
        self.0.show()
    }
}

/// A power of two, from 8 MiB to 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPartSize(PartSize);

impl StreamPartSize {
    /// The part size.
    #[must_use]
    pub const fn get(self) -> PartSize {
        self.0
    }
}

impl SettingValue for StreamPartSize {
    fn parse(text: &str) -> Result<Self, String> {
        let bytes = ByteCount::from_str(text)?.get();
        if !(PART_SIZE_MIN..=4 << 30).contains(&bytes) {
            return Err("it must lie between 8 MiB and 4 GiB".to_owned());
        }
        let size = PartSize::new(bytes).map(Self);
        size.ok_or_else(|| "it must be a power of two".to_owned())
    }
    fn show(&self) -> Value {
        ByteCount(self.0.get()).show()
    }
}

/// A number that cannot be zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtLeastOne(u32);

impl AtLeastOne {
    /// The number.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// The same, as databases count.
    #[must_use]
    pub const fn get_u32(self) -> u32 {
        self.0
    }
}

impl SettingValue for AtLeastOne {
    fn parse(text: &str) -> Result<Self, String> {
        match u32::parse(text)? {
            0 => Err("it must be at least 1".to_owned()),
            number => Ok(Self(number)),
        }
    }
    fn show(&self) -> Value {
        self.0.into()
    }
}

/// A secret that cannot be guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongSecret(Secret);

impl LongSecret {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl SettingValue for LongSecret {
    fn parse(text: &str) -> Result<Self, String> {
        if text.len() < 32 {
            return Err("it needs at least 32 characters".to_owned());
        }
        Ok(Self(Secret::new(text)))
    }
    fn show(&self) -> Value {
        self.0.show()
    }
}
