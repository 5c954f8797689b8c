//! Attachments.

use crate::stores;
use guanxi_model::RecordId;
use guanxi_store::{
    Store,
    files::{self, FileRow},
};
use std::io::{self, Read};

/// Gives some bytes and then fails, as a client does that goes away.
struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("gone"));
        }
        let read = buffer.len().min(self.0);
        self.0 -= read;
        Ok(read)
    }
}

fn row(id: &str, hash: &str, size: u64, record: Option<RecordId>) -> FileRow {
    FileRow {
        id: id.into(),
        hash: hash.into(),
        name: "合同.pdf".into(),
        mime: "application/pdf".into(),
        size: size as i64,
        object: record.map(|_| "customer".into()),
        record,
        created_at: 1,
        created_by: None,
    }
}

#[test]
fn contents_are_kept_whole_or_not_at_all() {
    let store = Store::in_memory().unwrap();
    let (hash, size) = store.files().put(&mut "合同".as_bytes()).unwrap();
    assert_eq!(size, 6);
    assert_eq!(store.files().put(&mut "合同".as_bytes()).unwrap().0, hash);
    assert!(store.files().put(&mut Broken(100_000)).is_err());
    assert_eq!(store.files().hashes().unwrap(), std::slice::from_ref(&hash));
    let mut text = String::new();
    store.files().read(&hash).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "合同");
}

#[test]
fn a_hash_cannot_lead_out_of_the_directory() {
    let store = Store::in_memory().unwrap();
    for hash in ["", "../../etc/passwd", &"A".repeat(64), &"../".repeat(22)] {
        assert!(store.files().read(hash).is_err());
    }
}

#[test]
fn orphans_are_collected_when_they_are_old() {
    for store in stores() {
        let (kept, size) = store.files().put(&mut "kept".as_bytes()).unwrap();
        let (orphan, _) = store.files().put(&mut "orphan".as_bytes()).unwrap();
        let file = row("a", &kept, size, Some(RecordId(7)));
        let saved = file.clone();
        store.write(move |conn| files::add(conn, &saved)).unwrap();
        assert_eq!(store.read(|conn| files::of_record(conn, RecordId(7))).unwrap(), [file]);
        assert_eq!(store.read(|conn| store.files().collect(conn, 0)).unwrap(), 0);
        assert_eq!(store.read(|conn| store.files().collect(conn, i64::MAX)).unwrap(), 1);
        assert!(store.files().contains(&kept) && !store.files().contains(&orphan));
    }
}

#[test]
fn a_changed_content_is_found() {
    let data = tempfile::tempdir().unwrap();
    let files = files::Files::open(data.path()).unwrap();
    let (hash, _) = files.put(&mut "text".as_bytes()).unwrap();
    assert!(files.scrub("").unwrap().is_empty());
    std::fs::write(data.path().join(&hash[..2]).join(&hash), "texu").unwrap();
    assert_eq!(files.scrub(&hash[..2]).unwrap(), [hash]);
}
