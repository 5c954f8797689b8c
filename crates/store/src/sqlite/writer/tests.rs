use super::*;
use crate::sqlite::{READER_CACHE, open_reader, open_writer};
use std::sync::{Arc, Mutex};

type Answer = Receiver<Result<(), Error>>;

fn request(f: impl FnMut(&mut Conn) -> Result<()> + Send + 'static) -> (Box<dyn Request>, Answer) {
    let (reply, answer) = bounded(1);
    (Box::new(Write { f, result: None, reply }), answer)
}

fn insert(conn: &mut Conn, text: &str) -> Result<()> {
    conn.execute(&sql!("INSERT INTO t VALUES ($1)", text)).map(drop)
}

fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_group_is_answered_only_after_its_one_commit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let connection = open_writer(&path).unwrap();
    connection.execute_batch("CREATE TABLE t (text TEXT) STRICT").unwrap();
    let outside = Mutex::new(open_reader(&path, READER_CACHE).unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));

    let (first, first_answer) = request(|conn| insert(conn, "first"));
    let (refused, refused_answer) = request(|conn| {
        insert(conn, "refused")?;
        Err(Error::other("refused"))
    });
    let (second, second_answer) = request({
        let (seen, waiting) = (Arc::clone(&seen), first_answer.clone());
        move |conn| {
            let inside = conn.query_one(&sql!("SELECT count(*) FROM t"))?.unwrap()[0].int();
            *seen.lock().unwrap() =
                vec![inside, Some(count(&outside.lock().unwrap())), Some(waiting.len() as i64)];
            insert(conn, "second")
        }
    });
    let (queue, requests) = unbounded();
    queue.send(refused).unwrap();
    queue.send(second).unwrap();
    commit_group(&connection, first, &requests);

    // The second request saw the first one's row; nobody else did, and nobody was answered.
    assert_eq!(*seen.lock().unwrap(), [Some(1), Some(0), Some(0)]);
    assert!(first_answer.recv().unwrap().is_ok() && second_answer.recv().unwrap().is_ok());
    assert_eq!(refused_answer.recv().unwrap().unwrap_err().to_string(), "refused");
    assert_eq!(count(&open_reader(&path, READER_CACHE).unwrap()), 2);
}

#[test]
fn a_request_that_fills_the_disk_does_not_take_its_group_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let connection = open_writer(&directory.path().join("db")).unwrap();
    connection.execute_batch("CREATE TABLE t (text TEXT) STRICT; PRAGMA max_page_count = 20").unwrap();
    let (small, small_answer) = request(|conn| insert(conn, "small"));
    let (huge, huge_answer) = request(|conn| insert(conn, &"x".repeat(1_000_000)));
    let (after, after_answer) = request(|conn| insert(conn, "after"));
    let (queue, requests) = unbounded();
    queue.send(huge).unwrap();
    queue.send(after).unwrap();
    commit_group(&connection, small, &requests);
    if let Ok(next) = requests.try_recv() {
        commit_group(&connection, next, &requests);
    }
    assert!(small_answer.recv().unwrap().is_ok());
    assert!(matches!(huge_answer.recv().unwrap(), Err(Error::DiskFull)));
    assert!(after_answer.recv().unwrap().is_ok());
    assert_eq!(count(&connection), 2);
}
