//! Tags: each is counted once a video, whoever's case, and only for what is not in the trash.

use heimdex_server::catalog::NewTag;
use uuid::Uuid;

use super::at;
use super::library::Library;
use crate::backends::both_backends;

both_backends! {
    fn tags_are_counted_by_what_can_be_seen(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let tag = |name: &str| NewTag { tag_id: Uuid::new_v4(), name: name.to_owned() };
        let tags = async || -> Vec<(String, u64)> {
            let tags = catalog.tags(id).await.unwrap();
            tags.into_iter().map(|tag| (tag.name, tag.videos)).collect()
        };
        let counted = |tags: &[(&str, u64)]| -> Vec<(String, u64)> {
            tags.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        assert!(tags().await.is_empty());
        let mut videos = Vec::new();
        for (second, names) in [(1, &["Zoo", "paris"][..]), (2, &["PARIS", "Ärger"]), (3, &[])] {
            let mut new = library.plain("a.mp4", 10, at(second));
            new.tags = names.iter().map(|name| tag(name)).collect();
            videos.push(library.open(new, at(second)).await);
        }
        // Whatever case it comes in, it is one tag, as it was first written; the order is that of the alphabet without
        // case.
        assert_eq!(tags().await, counted(&[("paris", 2), ("Zoo", 1), ("Ärger", 1)]));
        catalog.delete_video(id, videos[0], at(4)).await.unwrap();
        assert_eq!(tags().await, counted(&[("paris", 1), ("Ärger", 1)]));
        catalog.restore_video(id, videos[0], at(5)).await.unwrap();
        assert_eq!(tags().await.len(), 3);
        let bob = Library::new(&catalog, "bob@example.org").await;
        assert!(catalog.tags(bob.account.library_id).await.unwrap().is_empty());
        catalog.close().await;
    }
}
