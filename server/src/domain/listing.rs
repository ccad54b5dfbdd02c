//! What a list of videos may be asked for, and the cursors that lead from page to page. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heimdex_api::{LibraryId, Timestamp, VideoKind, VideoState};
use uuid::Uuid;

use heimdex_api::limits::ID_PREFIX_MIN;

/// The ids that begin with certain digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdPrefix {
    /// The least of them.
    pub first: Uuid,
    /// The greatest of them.
    pub last: Uuid,
}

impl IdPrefix {
    /// `None` unless the text is 4 to 32 hexadecimal digits, hyphens aside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|letter| *letter != '-').collect();
        let well_formed = (ID_PREFIX_MIN..=32).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !well_formed {
            return None;
        }
        let bound = |filler: char| {
            let padded: String = digits
                .chars()
                .chain(std::iter::repeat(filler))
                .take(32)
                .collect();
            u128::from_str_radix(&padded, 16).ok().map(Uuid::from_u128)
        };
        Some(Self {
            first: bound('0')?,
            last: bound('f')?,
        })
    }
}

/// Which videos are wanted. Texts are folded where they are compared folded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct VideoFilter {
    /// Whose id begins so.
    pub id_prefix: Option<IdPrefix>,
    /// That stand there; without, all but the deleted ones.
    pub state: Option<VideoState>,
    /// With this in title or file name; folded.
    pub text: Option<String>,
    /// With this tag; folded.
    pub tag: Option<String>,
    /// Found on this card, reel or folder.
    pub source: Option<String>,
    /// Of this kind.
    pub kind: Option<VideoKind>,
    /// Created then or later.
    pub since: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
    /// Shot then or later.
    pub captured_since: Option<Timestamp>,
    /// Shot before.
    pub captured_until: Option<Timestamp>,
    /// At least so long.
    pub min_duration_ms: Option<i64>,
    /// At most so long.
    pub max_duration_ms: Option<i64>,
    /// With this in the camera's name; folded.
    pub camera: Option<String>,
}

impl VideoFilter {
    /// Whether the library's counters know how many there are.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        *self
            == Self {
                state: self.state,
                ..Self::default()
            }
    }
}

/// What videos are sorted by; their ids decide between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoSort {
    /// When they were announced.
    CreatedAt,
    /// When they were shot; the unknown are the least.
    CapturedAt,
    /// Their folded titles.
    Title,
    /// Their sizes; the unknown are the least.
    SizeBytes,
    /// Their lengths; the unknown are the least.
    Duration,
}

impl VideoSort {
    /// The words of the query and what they mean.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("created_at", Self::CreatedAt),
        ("captured_at", Self::CapturedAt),
        ("title", Self::Title),
        ("size_bytes", Self::SizeBytes),
        ("duration_s", Self::Duration),
    ];

    /// The direction where none was asked for: what is new, large or long first, titles from A.
    #[must_use]
    pub const fn natural_order(self) -> Order {
        match self {
            Self::Title => Order::Ascending,
            Self::CreatedAt | Self::CapturedAt | Self::SizeBytes | Self::Duration => {
                Order::Descending
            }
        }
    }
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

impl Order {
    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// The value that a row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortValue {
    /// A time, a size or a length.
    Number(i64),
    /// A text.
    Text(String),
}

/// A row's place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// What it is sorted by.
    pub value: SortValue,
    /// Its id.
    pub id: Uuid,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageStart {
    /// After so many rows.
    Offset(u64),
    /// After this row.
    After(Position),
    /// So that it ends before this row.
    Before(Position),
}

/// What a cursor belongs to: it leads on in the same list of the same library only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListIdentity([u8; 8]);

impl ListIdentity {
    /// `list` names the list, and all that selects or orders its rows.
    #[must_use]
    pub fn new(library: LibraryId, list: &impl std::fmt::Debug) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(library.as_uuid().as_bytes());
        hasher.update(format!("{list:?}").as_bytes());
        Self(first_8(&hasher))
    }

    fn seal(self, body: &[u8]) -> [u8; 8] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(body);
        first_8(&hasher)
    }
}

fn first_8(hasher: &blake3::Hasher) -> [u8; 8] {
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// The format of cursors; another one is refused as any foreign cursor.
const VERSION: u8 = 1;
const AFTER: u8 = 0;
const BEFORE: u8 = 1;
const NUMBER: u8 = 0;
const TEXT: u8 = 1;

/// Writes where the next or previous page begins. An offset has no cursor.
#[must_use]
pub fn encode_cursor(list: ListIdentity, start: &PageStart) -> Option<String> {
    let (direction, position) = match start {
        PageStart::Offset(_) => return None,
        PageStart::After(position) => (AFTER, position),
        PageStart::Before(position) => (BEFORE, position),
    };
    let mut body = vec![VERSION, direction];
    body.extend(position.id.as_bytes());
    match &position.value {
        SortValue::Number(number) => {
            body.push(NUMBER);
            body.extend(number.to_be_bytes());
        }
        SortValue::Text(text) => {
            body.push(TEXT);
            body.extend(text.as_bytes());
        }
    }
    body.extend(list.seal(&body));
    Some(URL_SAFE_NO_PAD.encode(body))
}

/// Reads a cursor; `None` unless it was written for this very list.
#[must_use]
pub fn decode_cursor(list: ListIdentity, cursor: &str) -> Option<PageStart> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (body, seal) = bytes.split_last_chunk::<8>()?;
    if *seal != list.seal(body) {
        return None;
    }
    let (head, value) = body.split_first_chunk::<19>()?;
    let [VERSION, direction, id @ .., kind] = head else {
        return None;
    };
    let value = match *kind {
        NUMBER => SortValue::Number(i64::from_be_bytes(value.try_into().ok()?)),
        // No title and no path has a zero byte, and no database takes one.
        TEXT if !value.contains(&0) => SortValue::Text(std::str::from_utf8(value).ok()?.to_owned()),
        _ => return None,
    };
    let position = Position {
        value,
        id: Uuid::from_slice(id).ok()?,
    };
    match *direction {
        AFTER => Some(PageStart::After(position)),
        BEFORE => Some(PageStart::Before(position)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(name: &str) -> ListIdentity {
        ListIdentity::new(LibraryId::new(Uuid::nil()), &name)
    }

    fn any_start() -> impl Strategy<Value = PageStart> {
        let value = prop_oneof![
            any::<i64>().prop_map(SortValue::Number),
            r"[^\x00]{0,300}".prop_map(SortValue::Text),
        ];
        (value, any::<u128>(), any::<bool>()).prop_map(|(value, id, after)| {
            let position = Position {
                value,
                id: Uuid::from_u128(id),
            };
            if after {
                PageStart::After(position)
            } else {
                PageStart::Before(position)
            }
        })
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_to_its_own_list_only(start in any_start(), other in "[a-z]{1,9}") {
            let cursor = encode_cursor(list("A"), &start).unwrap();
            prop_assert_eq!(decode_cursor(list("A"), &cursor), Some(start));
            prop_assert_eq!(decode_cursor(list(&other), &cursor), None);
        }

        #[test]
        fn a_cursor_with_another_letter_is_none(start in any_start(), at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_-]") {
            let cursor = encode_cursor(list("A"), &start).unwrap();
            let at = at.index(cursor.len());
            let mut changed = cursor.clone();
            changed.replace_range(at..=at, &with);
            prop_assert_eq!(decode_cursor(list("A"), &changed).is_some(), changed == cursor);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,80}") {
            prop_assert_eq!(decode_cursor(list("A"), &text), None);
        }

        #[test]
        fn an_id_is_within_the_range_of_its_digits(id in any::<u128>(), digits in 4usize..=32) {
            let id = Uuid::from_u128(id);
            let range = IdPrefix::parse(&id.simple().to_string()[..digits]).unwrap();
            prop_assert!(range.first <= id && id <= range.last);
        }
    }

    #[test]
    fn an_id_prefix_is_hexadecimal_and_long_enough() {
        let range = IdPrefix::parse("7F3A91aa-12").unwrap();
        assert_eq!(
            range.first.to_string(),
            "7f3a91aa-1200-0000-0000-000000000000"
        );
        assert_eq!(
            range.last.to_string(),
            "7f3a91aa-12ff-ffff-ffff-ffffffffffff"
        );
        for text in [
            "",
            "7f3",
            "7-f-3-",
            "xyzw",
            "+123",
            "7f3a91aa7f3a91aa7f3a91aa7f3a91aa0",
            "7f3é",
        ] {
            assert_eq!(IdPrefix::parse(text), None, "{text}");
        }
    }

    #[test]
    fn counters_know_all_and_each_state_and_nothing_else() {
        assert!(VideoFilter::default().is_counted());
        let state = Some(VideoState::Failed);
        assert!(
            VideoFilter {
                state,
                ..VideoFilter::default()
            }
            .is_counted()
        );
        let tag = Some("paris".to_owned());
        assert!(
            !VideoFilter {
                state,
                tag,
                ..VideoFilter::default()
            }
            .is_counted()
        );
    }
}
