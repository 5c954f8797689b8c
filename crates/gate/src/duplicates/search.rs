//! The search through a whole set for records that are probably one.
//!
//! The index of match keys is walked once in order, so equal keys come one after another and nothing is
//! compared pair by pair; memory holds only the records that share a key with another. Groups that share a
//! record become one. What a person found to be two stays two.

use crate::{Counts, Ctx, DuplicateHit, Error, Gate, Result, door::Door, merge, tx::Tx};
use guanxi_model::{Message, Object, RecordId};
use guanxi_store::duplicates::{self, Group, Search};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// A key that more records share says nothing about any two of them: the number of an office building.
const SHARED_BY: usize = 50;
/// Records of a group that are shown and merged at once.
const SHOWN: usize = merge::MOST;

/// What a search found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// When it ended.
    pub at: jiff::Timestamp,
    /// How many keys it looked at.
    pub keys: i64,
    /// How many groups it found.
    pub groups: i64,
}

/// Records that are probably one, as the caller may see them.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its place among all that were found.
    pub number: i64,
    /// Nothing agrees exactly.
    pub similar: bool,
    /// Names of the fields that agree, and whether they only sound alike.
    pub evidence: Vec<(String, bool)>,
    /// The records.
    pub hits: Vec<DuplicateHit>,
}

impl Gate {
    /// Searches the whole of an object and keeps what it finds in place of the last time. Tells how many keys
    /// of how many it has looked at.
    ///
    /// # Errors
    /// When the caller may not merge such records.
    pub fn search_duplicates(
        &self,
        ctx: &Ctx,
        object: &str,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<Found> {
        let object = self.object(object)?;
        may_merge(ctx, &object)?;
        add_missing_keys(self, ctx, &object)?;
        let groups = self.0.store.read::<_, Error>(|conn| {
            let total = duplicates::count(conn, &object.name)?;
            let distinct = duplicates::distinct(conn, &object.name)?;
            let mut walk = Walk::new(distinct);
            let mut seen = 0;
            duplicates::each(conn, &object.name, &mut |field, key, record| {
                walk.take(field, key, record);
                seen += 1;
                if seen % 10_000 == 0 {
                    progress(seen, total);
                }
                Ok(())
            })?;
            progress(total, total);
            Ok((total, walk.groups()))
        })?;
        let (keys, groups) = groups;
        let name = object.name.clone();
        self.write(ctx, move |tx| Ok(duplicates::forget(&mut tx.conn, &name)?))?;
        // In parts, because the embedded engine has one writer and others wait for it.
        for part in groups.chunks(2000) {
            let (name, part) = (object.name.clone(), part.to_vec());
            self.write(ctx, move |tx| Ok(duplicates::keep(&mut tx.conn, &name, &part)?))?;
        }
        let at = self.clock().now();
        let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
        let (name, search) =
            (object.name.clone(), Search { at: at.as_millisecond(), records: keys, groups: count });
        self.write(ctx, move |tx| {
            duplicates::ended(&mut tx.conn, &name, &search)?;
            tx.note(&name, None, "duplicates_searched", serde_json::json!({ "groups": search.groups }))
        })?;
        Ok(Found { at, keys, groups: count })
    }

    /// The last search of an object that ended.
    ///
    /// # Errors
    /// When the caller may not merge such records.
    pub fn last_duplicate_search(&self, ctx: &Ctx, object: &str) -> Result<Option<Found>> {
        let object = self.object(object)?;
        may_merge(ctx, &object)?;
        let last = self.0.store.read::<_, Error>(|conn| Ok(duplicates::last_search(conn, &object.name)?))?;
        Ok(last.map(|search| Found {
            at: jiff::Timestamp::from_millisecond(search.at).unwrap_or_default(),
            keys: search.records,
            groups: search.groups,
        }))
    }

    /// Groups after a number of which the caller may merge at least two records, and the number to go on after
    /// when there are more. Records that are gone, merged or found to be two since are left out.
    ///
    /// # Errors
    /// When the caller may not merge such records.
    pub fn duplicate_clusters(
        &self,
        ctx: &Ctx,
        object: &str,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<Cluster>, Option<i64>)> {
        let object = self.object(object)?;
        may_merge(ctx, &object)?;
        self.read(ctx, |tx| {
            let distinct = duplicates::distinct(&mut tx.conn, &object.name)?;
            let (mut clusters, mut here) = (Vec::new(), after);
            loop {
                let batch = duplicates::groups(&mut tx.conn, &object.name, here, 100)?;
                let Some(last) = batch.last() else { return Ok((clusters, None)) };
                let end = last.number;
                for group in batch {
                    if clusters.len() == limit {
                        return Ok((clusters, Some(here)));
                    }
                    here = group.number;
                    clusters.extend(cluster(tx, &object, group, &distinct)?);
                }
                here = end;
            }
        })
    }

    /// Remembers that these records are not the same, so that no search puts them together again.
    ///
    /// # Errors
    /// When the caller may not merge one of them.
    pub fn mark_distinct(&self, ctx: &Ctx, object: &str, ids: &[RecordId]) -> Result<()> {
        let (object, ids) = (self.object(object)?, ids.to_vec());
        if !(2..=SHOWN).contains(&ids.len()) {
            return Err(Error::Refused(Message::new("merge.how_many").with("most", SHOWN)));
        }
        self.write(ctx, move |tx| {
            for id in &ids {
                let record = tx.get(&object.name, *id)?;
                Door(tx).allowed(&record, merge::MERGE)?;
            }
            let (now, by) = (tx.ctx.now.as_millisecond(), tx.ctx.subject.user);
            for (i, one) in ids.iter().enumerate() {
                for other in &ids[i + 1..] {
                    let by = (by.0 > 0).then_some(by);
                    duplicates::set_distinct(&mut tx.conn, &object.name, (*one, *other), now, by)?;
                }
            }
            tx.note(&object.name, None, "found_distinct", serde_json::json!({ "records": ids }))
        })
    }
}

impl Tx<'_> {
    /// Records that the last search through an object put into groups after a number, as far as they are still
    /// there and were not found to be two since, and the number to go on after; none when there are no more.
    pub fn duplicate_groups(&mut self, object: &str, after: i64) -> Result<(Vec<RecordId>, Option<i64>)> {
        let distinct = duplicates::distinct(&mut self.conn, object)?;
        let batch = duplicates::groups(&mut self.conn, object, after, 500)?;
        let next = batch.last().filter(|_| batch.len() == 500).map(|group| group.number);
        let ids: Vec<RecordId> = batch.iter().flat_map(|group| group.records.clone()).collect();
        let there: BTreeSet<RecordId> =
            self.get_many(object, &ids)?.into_iter().map(|record| record.id).collect();
        let two = |a: RecordId, b: RecordId| distinct.contains(&(a.min(b).0, a.max(b).0));
        let mut found = Vec::new();
        for group in batch {
            let left: Vec<RecordId> = group.records.into_iter().filter(|id| there.contains(id)).collect();
            let twin = |id: &RecordId| left.iter().any(|other| other != id && !two(*id, *other));
            found.extend(left.iter().copied().filter(twin));
        }
        Ok((found, next))
    }
}

/// The job: every object whose records can be merged.
pub(crate) fn job(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Counts> {
    let (mut keys, mut groups) = (0, 0);
    for object in gate.registry().objects() {
        if object.duplicates.is_empty() || object.verb(merge::MERGE).is_none() {
            continue;
        }
        let found = gate.search_duplicates(ctx, &object.name, &mut |_, _| {})?;
        keys += found.keys;
        groups += found.groups;
    }
    Ok(vec![("keys", keys), ("groups", groups)])
}

fn may_merge(ctx: &Ctx, object: &Object) -> Result<()> {
    if ctx.rights.may(&object.name, merge::MERGE) && object.verb(merge::MERGE).is_some() {
        return Ok(());
    }
    Err(Error::forbidden("gate.no_action"))
}

fn cluster(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    group: Group,
    distinct: &BTreeSet<(i64, i64)>,
) -> Result<Option<Cluster>> {
    let found: BTreeMap<RecordId, (String, bool)> =
        group.records.iter().map(|id| (*id, (String::new(), group.similar))).collect();
    let mut hits = super::describe(tx, object, found, None)?;
    hits.retain(|hit| hit.visible);
    let ids: Vec<RecordId> = hits.iter().map(|hit| hit.id).collect();
    let mut mergeable = Vec::new();
    for record in tx.get_many(&object.name, &ids)? {
        if Door(tx).allowed(&record, merge::MERGE).is_ok() {
            mergeable.push(record.id);
        }
    }
    hits.retain(|hit| mergeable.contains(&hit.id));
    // Whoever is known to differ from all others of the group is no longer one of it.
    let two = |a: RecordId, b: RecordId| distinct.contains(&(a.min(b).0, a.max(b).0));
    let all: Vec<RecordId> = hits.iter().map(|hit| hit.id).collect();
    hits.retain(|hit| all.iter().any(|other| *other != hit.id && !two(hit.id, *other)));
    hits.truncate(SHOWN);
    if hits.len() < 2 {
        return Ok(None);
    }
    let evidence =
        group.evidence.iter().map(|key| (key.trim_end_matches('~').to_owned(), key.ends_with('~'))).collect();
    Ok(Some(Cluster { number: group.number, similar: group.similar, evidence, hits }))
}

/// Gives keys to records that are older than a key: a document may name a new one in a later release.
fn add_missing_keys(gate: &Gate, ctx: &Ctx, object: &Arc<Object>) -> Result<()> {
    for key in object.duplicates.clone() {
        let Some(field) = object.field(&key.field).cloned() else { continue };
        let name = super::key_name(&key.field, key.similar);
        let missing =
            gate.0.store.read::<_, Error>(|conn| Ok(duplicates::is_unkeyed(conn, object, &field, &name)?))?;
        let mut after = missing.then_some(RecordId(0));
        while let Some(from) = after {
            let (object, field, name) = (object.clone(), field.clone(), name.clone());
            after = gate.write(ctx, move |tx| {
                let rows = duplicates::texts_after(&mut tx.conn, &object, &field, from, 1000)?;
                let keyed = rows.iter().filter_map(|(id, text)| {
                    let text = guanxi_model::Value::text(text);
                    Some((*id, vec![(name.clone(), super::normal_form(&field, &text, key.similar)?)]))
                });
                duplicates::insert(&mut tx.conn, &object.name, keyed.collect())?;
                Ok((rows.len() == 1000).then(|| rows[999].0))
            })?;
        }
    }
    Ok(())
}

/// What is known while the keys go by.
struct Walk {
    distinct: BTreeSet<(i64, i64)>,
    /// The key at hand and the records that had it so far.
    field: String,
    key: String,
    run: Vec<RecordId>,
    /// Records that share a key with another, and the group each belongs to: a forest whose roots are groups.
    index: HashMap<RecordId, usize>,
    records: Vec<RecordId>,
    above: Vec<usize>,
    names: Vec<String>,
    /// A record that was joined to a group, and the number of the key by which.
    evidence: Vec<(usize, usize)>,
}

impl Walk {
    fn new(distinct: BTreeSet<(i64, i64)>) -> Self {
        Walk {
            distinct,
            field: String::new(),
            key: String::new(),
            run: Vec::new(),
            index: HashMap::new(),
            records: Vec::new(),
            above: Vec::new(),
            names: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn take(&mut self, field: &str, key: &str, record: RecordId) {
        if field != self.field || key != self.key {
            self.close();
            self.field.clear();
            self.field.push_str(field);
            self.key.clear();
            self.key.push_str(key);
        }
        // One more than is kept tells that there are too many.
        if self.run.len() <= SHARED_BY {
            self.run.push(record);
        }
    }

    fn close(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run.len() < 2 || run.len() > SHARED_BY {
            return;
        }
        let name = match self.names.iter().position(|name| *name == self.field) {
            Some(position) => position,
            None => {
                self.names.push(self.field.clone());
                self.names.len() - 1
            }
        };
        for (i, record) in run.iter().enumerate() {
            let other = run[..i].iter().find(|other| !self.are_two(**other, *record));
            if let Some(other) = other.copied() {
                let (a, b) = (self.node(other), self.node(*record));
                let (a, b) = (self.root(a), self.root(b));
                self.above[a.max(b)] = a.min(b);
                self.evidence.push((a.min(b), name));
            }
        }
    }

    fn are_two(&self, a: RecordId, b: RecordId) -> bool {
        a == b || self.distinct.contains(&(a.min(b).0, a.max(b).0))
    }

    fn node(&mut self, record: RecordId) -> usize {
        *self.index.entry(record).or_insert_with(|| {
            self.records.push(record);
            self.above.push(self.above.len());
            self.above.len() - 1
        })
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.above[node] != node {
            self.above[node] = self.above[self.above[node]];
            node = self.above[node];
        }
        node
    }

    /// The groups, those with an exact agreement first.
    fn groups(mut self) -> Vec<Group> {
        self.close();
        let mut members: BTreeMap<usize, Vec<RecordId>> = BTreeMap::new();
        for node in 0..self.records.len() {
            let root = self.root(node);
            members.entry(root).or_default().push(self.records[node]);
        }
        let mut keys: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (node, name) in std::mem::take(&mut self.evidence) {
            let root = self.root(node);
            keys.entry(root).or_default().insert(name);
        }
        let mut groups: Vec<Group> = members
            .into_iter()
            .filter(|(_, records)| records.len() > 1)
            .map(|(root, mut records)| {
                records.sort_unstable();
                records.truncate(SHARED_BY);
                let evidence: Vec<String> =
                    keys.get(&root).into_iter().flatten().map(|name| self.names[*name].clone()).collect();
                Group { number: 0, similar: evidence.iter().all(|key| key.ends_with('~')), records, evidence }
            })
            .collect();
        groups.sort_by_key(|group| (group.similar, group.records[0]));
        for (number, group) in (1..).zip(&mut groups) {
            group.number = number;
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(keys: &[(&str, &str, i64)], distinct: &[(i64, i64)]) -> Vec<(Vec<i64>, bool, Vec<String>)> {
        let mut walk = Walk::new(distinct.iter().copied().collect());
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        for (field, key, record) in keys {
            walk.take(field, key, RecordId(record));
        }
        let plain =
            |group: Group| (group.records.iter().map(|id| id.0).collect(), group.similar, group.evidence);
        walk.groups().into_iter().map(plain).collect()
    }

    #[test]
    fn groups_that_share_a_record_are_one() {
        let found = walk(
            &[("name", "a", 1), ("name", "a", 2), ("phone", "138", 2), ("phone", "138", 3), ("name", "b", 4)],
            &[],
        );
        assert_eq!(found, [(vec![1, 2, 3], false, vec!["name".to_owned(), "phone".to_owned()])]);
    }

    #[test]
    fn the_same_come_before_the_similar() {
        let found = walk(&[("name~", "a", 1), ("name~", "a", 2), ("phone", "1", 8), ("phone", "1", 9)], &[]);
        let shown: Vec<_> = found.iter().map(|(records, similar, _)| (records.clone(), *similar)).collect();
        assert_eq!(shown, [(vec![8, 9], false), (vec![1, 2], true)]);
    }

    #[test]
    fn what_was_found_to_be_two_stays_two() {
        let keys = [("name", "a", 1), ("name", "a", 2), ("name", "a", 3)];
        assert!(walk(&keys[..2], &[(1, 2)]).is_empty());
        assert_eq!(
            walk(&keys, &[(1, 2)])[0].0,
            [1, 3],
            "another that looks like one of them is still asked about"
        );
    }

    #[test]
    fn a_key_that_everyone_shares_says_nothing() {
        let keys: Vec<(&str, &str, i64)> =
            (0..=i64::try_from(SHARED_BY).unwrap()).map(|n| ("phone", "400", n)).collect();
        assert!(walk(&keys, &[]).is_empty());
        assert_eq!(walk(&keys[1..], &[]).len(), 1);
    }

    /// A second, naive computation: connected components by comparing every pair.
    #[test]
    fn groups_are_the_components_of_the_graph_of_shared_keys() {
        let mut state = 7_u64;
        let mut roll = |sides: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % sides
        };
        let texts = ["a", "b", "c", "d", "e", "f", "g", "h"];
        for _ in 0..50 {
            let keys: Vec<(&str, &str, i64)> = (0..20)
                .map(|_| {
                    let field = ["name", "phone"][usize::try_from(roll(2)).unwrap()];
                    (field, texts[usize::try_from(roll(8)).unwrap()], i64::try_from(roll(25)).unwrap())
                })
                .collect();
            let mut group: Vec<i64> = (0..25).collect();
            for _ in 0..25 {
                for (f, k, r) in &keys {
                    for (g, l, s) in &keys {
                        if f == g && k == l {
                            let least = group[*r as usize].min(group[*s as usize]);
                            group[*r as usize] = least;
                            group[*s as usize] = least;
                        }
                    }
                }
            }
            let mut expected: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
            for (_, _, record) in &keys {
                expected.entry(group[*record as usize]).or_default().insert(*record);
            }
            let expected: BTreeSet<Vec<i64>> = expected
                .into_values()
                .filter(|records| records.len() > 1)
                .map(|records| records.into_iter().collect())
                .collect();
            let found: BTreeSet<Vec<i64>> =
                walk(&keys, &[]).into_iter().map(|(records, ..)| records).collect();
            assert_eq!(found, expected);
        }
    }
}
