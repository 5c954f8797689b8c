//! The records that rows are about, found by the match key, and rows that name the same one twice.

use super::references::literal;
use guanxi_gate::{Ctx, Gate, Result, read_cursor};
use guanxi_model::{Field, Object, Query, RecordId, Stored, Value, expr::Expr};
use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, RandomState},
};

/// A record found by its key.
#[derive(Debug, Clone, Copy)]
pub struct Existing {
    /// Its id.
    pub id: RecordId,
    /// Its version, so that a change in between is noticed.
    pub version: i64,
}

/// The live records that have these values of a field.
pub fn find(
    gate: &Gate,
    ctx: &Ctx,
    object: &Object,
    field: &Field,
    values: &[Value],
) -> Result<HashMap<Stored, Vec<Existing>>> {
    let mut found: HashMap<Stored, Vec<Existing>> = HashMap::new();
    for values in values.chunks(1000) {
        let members: Vec<Expr> = values.iter().filter_map(literal).collect();
        if members.is_empty() {
            continue;
        }
        let filter = Expr::one_of(&field.name, members);
        let mut query = Query::of(&object.name).filter(filter).fields([&field.name]).sort(["id"]).limit(1000);
        loop {
            let page = gate.list(ctx, &query)?;
            for row in &page.rows {
                let key =
                    if field.name == "id" { Stored::from(row.id) } else { field.store(row.get(&field.name)) };
                found.entry(key).or_default().push(Existing { id: row.id, version: row.version });
            }
            match page.next {
                Some(next) => query.after = Some(read_cursor(&next)?),
                None => break,
            }
        }
    }
    Ok(found)
}

/// The keys a file has named so far. A key is kept as 128 bits of hashes, which a million rows do not confuse.
pub struct Seen {
    lines: HashMap<(u64, u64), u64>,
    hashers: (RandomState, RandomState),
}

impl Seen {
    /// None yet.
    pub fn new() -> Self {
        Seen { lines: HashMap::new(), hashers: (RandomState::new(), RandomState::new()) }
    }

    /// The line that named this key before; otherwise it is noted.
    pub fn before(&mut self, key: &Stored, line: u64) -> Option<u64> {
        match self.lines.entry((self.hashers.0.hash_one(key), self.hashers.1.hash_one(key))) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(line);
                None
            }
        }
    }
}
