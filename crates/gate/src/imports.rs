//! Imports that last: an import is a row, and what each of its transactions changes is written into its journal in
//! that transaction. A failed import is played backwards at once, one whose program died when the set is next
//! opened, and a finished one when someone wants it undone, as long as its journal is kept.

mod journal;
mod undo;

pub(crate) use journal::Journal;

use crate::{Ctx, Error, FileInfo, Gate, ImportBatch, Result, tx::Tx};
use guanxi_model::{Message, RecordId, Scope, access::action};
use guanxi_store::{
    files,
    hold::Hold,
    imports::{self, Import},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Days for which a finished import can be undone; the nightly cleaning drops older journals.
pub const KEPT_DAYS: i64 = 30;

/// Records named one by one in the answer to an undoing; beyond that they are only counted.
const NAMED: usize = 1000;

/// An import that begins.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// API name of the object.
    pub object: String,
    /// The file's name.
    pub file_name: String,
    /// What was chosen, for those who look at it later.
    pub options: Json,
}

/// An import at work. When its process dies, the set's next opening finds the claim free and puts back what it did.
pub struct Importing {
    /// The import.
    pub id: RecordId,
    _claim: Hold,
}

/// An import, as the caller may see it.
#[derive(Debug, Clone)]
pub struct ImportLine {
    /// Its id.
    pub id: RecordId,
    /// API name of the object.
    pub object: String,
    /// The file's name.
    pub file_name: String,
    /// `judging`, `applying`, `done`, `failed`, `undoing`, `undone`, `interrupted`.
    pub state: String,
    /// What was chosen.
    pub options: Json,
    /// What came of it.
    pub report: Json,
    /// Rows done in this state.
    pub done: u64,
    /// Rows in all, once they are counted.
    pub total: Option<u64>,
    /// Someone asked it to stop.
    pub cancelled: bool,
    /// Whether there is a file of rejected rows.
    pub rejects: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// Who began it, as the caller may know them.
    pub created_by: Option<RecordId>,
    /// Their name.
    pub author: Option<String>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its undoing began.
    pub undone_at: Option<Timestamp>,
    /// Who wanted it undone.
    pub undone_by: Option<String>,
    /// Until when it can be undone; none when it cannot.
    pub undo_until: Option<Timestamp>,
    /// What came of its undoing.
    pub undone: Option<Undone>,
}

/// What came of an undoing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Records that were erased.
    pub erased: u64,
    /// Records that got their former values.
    pub restored: u64,
    /// Records that were left as they are.
    pub left: u64,
    /// The first of them.
    pub records: Vec<Left>,
}

/// A record that an undoing left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// API name of its object.
    pub object: String,
    /// Its id.
    pub id: RecordId,
    /// `changed` since, `deleted` since, `used` by other records, or its former value is `taken` or `gone`.
    pub why: String,
    /// Its title, when the caller may see it.
    #[serde(skip)]
    pub title: Option<String>,
}

/// Notes in an import's journal what a batch changed, in the batch's transaction.
pub(crate) fn keep(tx: &mut Tx<'_>, batch: &ImportBatch, journal: &Journal) -> Result<()> {
    let (done, total) = (int(batch.done), int(batch.total));
    if !imports::progress(&mut tx.conn, batch.import, "applying", done, Some(total))? {
        // Another program took this one for dead and has put everything back.
        return Err(Error::refused("gate.import_over"));
    }
    if !journal.is_empty() {
        imports::add_part(&mut tx.conn, batch.import, &journal.pack())?;
    }
    Ok(())
}

impl Gate {
    /// Begins an import. The caller has been found to hold the right.
    pub fn begin_import(&self, ctx: &Ctx, new: NewImport) -> Result<Importing> {
        if !ctx.rights.may(&new.object, action::IMPORT) {
            return Err(Error::forbidden("gate.no_action"));
        }
        let import = Import {
            id: RecordId(0),
            object: new.object,
            file_name: new.file_name.chars().take(200).collect(),
            // Until its claim stands, an import is over for everyone who looks.
            state: "failed".to_owned(),
            options: new.options,
            report: json!({}),
            done: 0,
            total: None,
            cancelled: false,
            rejects: None,
            created_at: ctx.now.as_millisecond(),
            created_by: Some(ctx.subject.user),
            finished_at: Some(ctx.now.as_millisecond()),
            undone_at: None,
            undone_by: None,
            journal: false,
        };
        let id = self.write(ctx, move |tx| Ok(imports::create(&mut tx.conn, &import)?))?;
        let claim = self.0.store.claim(id.0)?.ok_or_else(|| Error::refused("gate.import_running"))?;
        self.write(ctx, move |tx| Ok(imports::begin(&mut tx.conn, id, "judging")?))?;
        Ok(Importing { id, _claim: claim })
    }

    /// Judging is over: from here on records change.
    pub fn import_applies(&self, ctx: &Ctx, importing: &Importing) -> Result<()> {
        let id = importing.id;
        self.write(ctx, move |tx| Ok(imports::begin(&mut tx.conn, id, "applying")?))
    }

    /// Notes how far the judging has come.
    pub fn import_judged(
        &self,
        ctx: &Ctx,
        importing: &Importing,
        done: u64,
        total: Option<u64>,
    ) -> Result<()> {
        let id = importing.id;
        self.write(ctx, move |tx| {
            imports::progress(&mut tx.conn, id, "judging", int(done), total.map(int))?;
            Ok(())
        })
    }

    /// Whether nobody has asked an import to stop.
    pub fn import_goes_on(&self, importing: &Importing) -> Result<bool> {
        let id = importing.id;
        let found = self.0.store.read::<_, Error>(|conn| Ok(imports::get(conn, id)?))?;
        Ok(found.is_some_and(|import| !import.cancelled))
    }

    /// Keeps the file of rejected rows beside an import.
    pub fn keep_rejects(
        &self,
        ctx: &Ctx,
        importing: &Importing,
        name: &str,
        bytes: &[u8],
    ) -> Result<FileInfo> {
        let info = self.put_file(ctx, name, "application/octet-stream", bytes)?;
        let (id, file) = (importing.id, info.id.clone());
        self.write(ctx, move |tx| {
            // Attached to the import, it is not collected as something that nobody wanted.
            files::attach(&mut tx.conn, &file, "import", id)?;
            Ok(imports::set_rejects(&mut tx.conn, id, &file)?)
        })?;
        Ok(info)
    }

    /// Ends an import well.
    pub fn finish_import(&self, ctx: &Ctx, importing: Importing, report: Json) -> Result<()> {
        self.end(ctx, importing.id, "done", report, "imported")
    }

    /// Ends an import that failed: what it changed is put back first.
    pub fn fail_import(
        &self,
        ctx: &Ctx,
        importing: Importing,
        report: Json,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<()> {
        self.play_back(ctx, importing.id, watch)?;
        self.end(ctx, importing.id, "failed", report, "import_failed")
    }

    fn end(
        &self,
        ctx: &Ctx,
        id: RecordId,
        state: &'static str,
        report: Json,
        event: &'static str,
    ) -> Result<()> {
        let now = self.clock().now().as_millisecond();
        self.write(ctx, move |tx| {
            let Some(import) = imports::get(&mut tx.conn, id)? else { return Err(Error::NotFound) };
            imports::finish(&mut tx.conn, id, state, &report, now)?;
            let count = |name: &str| report.get(name).cloned().unwrap_or_default();
            let data = json!({
                "import": id, "file": import.file_name,
                "created": count("created"), "updated": count("updated"), "rejected": count("rejected"),
                "undone": count("undone"),
            });
            tx.note(&import.object, None, event, data)
        })
    }

    /// Imports the caller may see, newest first: their own, and all of an object for those who administer
    /// importing it.
    pub fn imports(
        &self,
        ctx: &Ctx,
        object: Option<&str>,
        before: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<ImportLine>> {
        let registry = self.registry();
        let known: Vec<&str> = registry
            .objects()
            .map(|object| object.name.as_str())
            .filter(|name| object.is_none_or(|object| object == *name))
            .collect();
        let (all, own): (Vec<&str>, Vec<&str>) = known.into_iter().partition(|name| administers(ctx, name));
        let me = ctx.subject.user;
        let mut found = self.0.store.read::<_, Error>(|conn| {
            let mut found = imports::list(conn, &all, None, before, limit)?;
            found.extend(imports::list(conn, &own, Some(me), before, limit)?);
            Ok(found)
        })?;
        found.sort_by_key(|import| std::cmp::Reverse(import.id));
        found.truncate(limit);
        Ok(found.into_iter().map(|import| self.line(ctx, import)).collect())
    }

    /// An import the caller may see.
    pub fn import_line(&self, ctx: &Ctx, id: RecordId) -> Result<ImportLine> {
        let mut line = self.line(ctx, self.seen(ctx, id)?);
        if let Some(undone) = &mut line.undone {
            for left in &mut undone.records {
                left.title = self.get(ctx, &left.object, left.id).ok().map(|record| record.title());
            }
        }
        Ok(line)
    }

    /// The file of rejected rows.
    pub fn import_rejects(&self, ctx: &Ctx, id: RecordId) -> Result<(FileInfo, Vec<u8>)> {
        let file = self.seen(ctx, id)?.rejects.ok_or(Error::NotFound)?;
        self.file_bytes(&file)
    }

    /// Asks a running import to stop; what it has changed is then put back.
    pub fn cancel_import(&self, ctx: &Ctx, id: RecordId) -> Result<ImportLine> {
        let import = self.seen(ctx, id)?;
        if import.finished_at.is_none() {
            self.write(ctx, move |tx| {
                imports::cancel(&mut tx.conn, id)?;
                tx.note(
                    &import.object,
                    None,
                    "import_cancelled",
                    json!({ "import": id, "file": import.file_name }),
                )
            })?;
        }
        self.import_line(ctx, id)
    }

    /// Undoes a finished import: what it made is erased, what it changed gets its former values, except records
    /// that were changed since, which are left and named. Asking again changes nothing.
    pub fn undo_import(
        &self,
        ctx: &Ctx,
        id: RecordId,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<ImportLine> {
        let import = self.seen(ctx, id)?;
        // Seeing one's own import outlives the right; undoing it does not.
        if !administers(ctx, &import.object) && !ctx.rights.may(&import.object, action::IMPORT) {
            return Err(self.denied(ctx, Error::forbidden("gate.no_action"), &import.object, None));
        }
        if import.state == "undone" {
            return self.import_line(ctx, id);
        }
        let running = || Error::refused("gate.import_running");
        let claim = self.0.store.claim(id.0)?.ok_or_else(running)?;
        let import = self.seen(ctx, id)?;
        match import.state.as_str() {
            "undone" => return self.import_line(ctx, id),
            "done" | "undoing" => {}
            "failed" | "interrupted" => return Err(Error::refused("gate.import_put_back")),
            _ => return Err(running()),
        }
        if !import.journal && changed_something(&import.report) {
            let message = Message::new("gate.import_forgotten").with("days", KEPT_DAYS);
            return Err(Error::Refused(message));
        }
        let (by, now) = (ctx.subject.user, ctx.now.as_millisecond());
        self.write(ctx, move |tx| {
            imports::begin(&mut tx.conn, id, "undoing")?;
            Ok(imports::undo_wanted(&mut tx.conn, id, Some(by), now)?)
        })?;
        self.undo(ctx, import, watch)?;
        drop(claim);
        self.import_line(ctx, id)
    }

    fn undo(&self, ctx: &Ctx, import: Import, watch: &mut dyn FnMut(u64, u64)) -> Result<()> {
        let undone = self.play_back(ctx, import.id, watch)?;
        let mut report = import.report;
        if let Json::Object(report) = &mut report {
            report.insert("undone".to_owned(), serde_json::to_value(&undone).map_err(Error::internal)?);
        }
        self.end(ctx, import.id, "undone", report, "import_undone")
    }

    /// Puts back what imports did whose program died, and goes on with undoings that were under way.
    pub(crate) fn mend_imports(&self) -> Result<()> {
        let unfinished = self.0.store.read::<_, Error>(|conn| Ok(imports::unfinished(conn)?))?;
        for Import { id, .. } in unfinished {
            let Some(_claim) = self.0.store.claim(id.0)? else { continue };
            // It may have ended, or been mended by another program, since the first look.
            let found = self.0.store.read::<_, Error>(|conn| Ok(imports::get(conn, id)?))?;
            let Some(import) = found.filter(|import| import.finished_at.is_none()) else { continue };
            let ctx = self.operator();
            tracing::warn!(import = %id, object = import.object, state = import.state, "an import was interrupted");
            if import.state == "undoing" {
                self.undo(&ctx, import, &mut |_, _| {})?;
            } else {
                self.play_back(&ctx, id, &mut |_, _| {})?;
                self.end(&ctx, id, "interrupted", import.report, "import_interrupted")?;
            }
        }
        Ok(())
    }

    fn seen(&self, ctx: &Ctx, id: RecordId) -> Result<Import> {
        let found =
            self.0.store.read::<_, Error>(|conn| Ok(imports::get(conn, id)?))?.ok_or(Error::NotFound)?;
        let own = found.created_by == Some(ctx.subject.user);
        if own || administers(ctx, &found.object) { Ok(found) } else { Err(Error::NotFound) }
    }

    fn line(&self, ctx: &Ctx, import: Import) -> ImportLine {
        let people = self.people();
        let name = |id: Option<RecordId>| {
            let id = id?;
            let known = people.name(id).map(str::to_owned);
            known.or_else(|| (id == crate::OPERATOR).then(|| "operator".to_owned()))
        };
        let instant = |at: i64| Timestamp::from_millisecond(at).unwrap_or_default();
        let until = import.finished_at.map(|at| at + KEPT_DAYS * 86_400_000);
        let may = administers(ctx, &import.object) || ctx.rights.may(&import.object, action::IMPORT);
        let undone = import.report.get("undone").cloned();
        ImportLine {
            id: import.id,
            rejects: import.rejects.is_some(),
            done: u64::try_from(import.done).unwrap_or(0),
            total: import.total.and_then(|total| u64::try_from(total).ok()),
            cancelled: import.cancelled,
            created_at: instant(import.created_at),
            created_by: import.created_by,
            author: name(import.created_by),
            finished_at: import.finished_at.map(instant),
            undone_at: import.undone_at.map(instant),
            undone_by: name(import.undone_by),
            undo_until: until.filter(|_| may && import.journal && import.state == "done").map(instant),
            undone: undone.and_then(|undone| serde_json::from_value(undone).ok()),
            object: import.object,
            file_name: import.file_name,
            state: import.state,
            options: import.options,
            report: import.report,
        }
    }
}

/// Whether a caller answers for everyone's imports of an object: they administer rights, or may import it wherever
/// its records lie.
fn administers(ctx: &Ctx, object: &str) -> bool {
    let everywhere =
        |grant: &guanxi_model::Grant| grant.scope == Scope::All && grant.covers(object, action::IMPORT);
    ctx.rights.may_set("roles") || ctx.rights.grants.iter().any(everywhere)
}

fn changed_something(report: &Json) -> bool {
    ["created", "updated"].iter().any(|name| report.get(name).and_then(Json::as_u64).unwrap_or(0) > 0)
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
