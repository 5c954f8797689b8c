//! How long statements take on the engine alone, without the program: the yardstick of the benchmarks.
//!
//! `raw_sqlite DATABASE SECONDS`, then one statement a line on standard input. Answers a line of JSON for each:
//! the median and the 95th percentile in microseconds, and the rows of the last run.

use rusqlite::{Connection, OpenFlags};
use std::{
    io::BufRead,
    time::{Duration, Instant},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, seconds] = arguments.as_slice() else {
        return Err("usage: raw_sqlite DATABASE SECONDS < STATEMENTS".into());
    };
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let patience = Duration::from_secs_f64(seconds.parse()?);
    for line in std::io::stdin().lock().lines() {
        let mut statement = connection.prepare(&line?)?;
        let columns = statement.column_count();
        let (began, mut times, mut rows) = (Instant::now(), Vec::new(), 0_u64);
        while began.elapsed() < patience || times.is_empty() {
            let start = Instant::now();
            rows = 0;
            let mut found = statement.query([])?;
            while let Some(row) = found.next()? {
                for column in 0..columns {
                    std::hint::black_box(row.get_ref(column)?);
                }
                rows += 1;
            }
            times.push(start.elapsed().as_micros());
        }
        times.sort_unstable();
        let at = |part: usize| times[(times.len() - 1) * part / 100];
        println!("{{\"p50_us\":{},\"p95_us\":{},\"rows\":{rows}}}", at(50), at(95));
    }
    Ok(())
}
