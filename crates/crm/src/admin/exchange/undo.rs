//! Putting back what an import changed: records it made are erased, records it changed get their values again.
//! What that takes is kept in a temporary file, because a million old records have no place in memory.

use super::import::{Import, Progress, Stage};
use super::source::unreadable;
use guanxi_gate::{Ctx, Draft, Gate, Result, Rights};
use guanxi_model::{Object, Query, RecordId, Value, expr::Expr};
use serde_json::{Map, Value as Json};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    sync::Arc,
};

/// The values of a record before it was changed, in the wire form.
#[derive(Debug, Clone, Default)]
pub struct Before(Map<String, Json>);

impl Before {
    /// The values of records in the fields that an import fills.
    pub fn of(import: &Import<'_>, ids: &[RecordId]) -> Result<HashMap<RecordId, Before>> {
        let fields: Vec<String> = import.fields().map(|field| field.name.clone()).collect();
        let mut found = HashMap::new();
        // A trial changes nothing that would have to be put back.
        if import.options.dry_run || fields.is_empty() {
            return Ok(found);
        }
        for ids in ids.chunks(1000) {
            let query = Query::of(&import.object.name)
                .filter(Expr::ids("id", ids))
                .fields(fields.clone())
                .sort(["id"])
                .limit(1000);
            for row in import.gate.list(&import.ctx, &query)?.rows {
                let values =
                    import.fields().map(|field| (field.name.clone(), field.to_json(row.get(&field.name))));
                found.insert(row.id, Before(values.collect()));
            }
        }
        Ok(found)
    }
}

/// What an import has done so far.
pub struct Journal {
    object: Arc<Object>,
    file: BufWriter<File>,
    entries: u64,
}

impl Journal {
    /// Nothing yet.
    pub fn new(object: &Arc<Object>) -> Result<Self> {
        let file = tempfile::tempfile().map_err(unreadable)?;
        Ok(Journal { object: object.clone(), file: BufWriter::new(file), entries: 0 })
    }

    /// A record was made.
    pub fn created(&mut self, id: RecordId) -> Result<()> {
        self.note(id, &Json::Null)
    }

    /// A record was changed.
    pub fn updated(&mut self, id: RecordId, before: &Before) -> Result<()> {
        self.note(id, &Json::Object(before.0.clone()))
    }

    fn note(&mut self, id: RecordId, before: &Json) -> Result<()> {
        self.entries += 1;
        serde_json::to_writer(&mut self.file, &(id, before)).map_err(unreadable)?;
        self.file.write_all(b"\n").map_err(unreadable)
    }

    /// Puts everything back.
    pub fn undo(self, gate: &Gate, ctx: &Ctx, watch: &mut dyn FnMut(Progress) -> bool) -> Result<()> {
        let mut file = self.file.into_inner().map_err(unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut done = 0;
        let mut batch = Vec::new();
        let mut lines = BufReader::new(file).lines();
        loop {
            let line = lines.next().transpose().map_err(unreadable)?;
            let ended = line.is_none();
            if let Some(line) = line {
                batch.push(serde_json::from_str::<(RecordId, Json)>(&line).map_err(unreadable)?);
            }
            if batch.len() == 500 || ended && !batch.is_empty() {
                done += batch.len() as u64;
                put_back(gate, ctx, &self.object, std::mem::take(&mut batch))?;
                // An import that failed is put back to the end, whoever would rather stop.
                let _ = watch(Progress { stage: Stage::Undoing, done, total: Some(self.entries) });
            }
            if ended {
                return Ok(());
            }
        }
    }
}

fn put_back(gate: &Gate, ctx: &Ctx, object: &Arc<Object>, entries: Vec<(RecordId, Json)>) -> Result<()> {
    let object = object.clone();
    // Whoever may import may have their own failed import put back, even without the right to erase records.
    let ctx = Ctx { rights: Arc::new(Rights::everything()), ..ctx.clone() };
    gate.door(&ctx, move |door| {
        let tx = door.tx();
        let ids: Vec<RecordId> = entries.iter().map(|(id, _)| *id).collect();
        let records: HashMap<RecordId, _> =
            tx.get_many(&object.name, &ids)?.into_iter().map(|record| (record.id, record)).collect();
        let mut changes = Vec::new();
        let mut made = Vec::new();
        for (id, before) in &entries {
            let Some(record) = records.get(id) else { continue };
            match before {
                Json::Object(before) => changes.push((record.clone(), restored(&object, before))),
                _ => made.push(record),
            }
        }
        tx.update_many(changes)?;
        for record in made {
            door.tx().delete(record)?;
            door.purge(&object.name, record.id)?;
        }
        Ok(())
    })
}

fn restored(object: &Object, before: &Map<String, Json>) -> Draft {
    let mut draft = Draft::new();
    for (name, json) in before {
        if let Some(field) = object.field(name) {
            draft.values.insert(name.clone(), field.parse_json(json).unwrap_or(Value::Null));
        }
    }
    draft
}
