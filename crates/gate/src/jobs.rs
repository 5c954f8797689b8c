//! Scheduled jobs: those of the business rooms, and the door's own.

use crate::{Ctx, Error, Gate, JobDef, Result, Schedule};
use guanxi_store::{
    auth::{links, sessions},
    files, idempotency, imports, roll_up, shares,
};
use jiff::civil::Date;

/// A job by name.
pub(crate) fn find(gate: &Gate, name: &str) -> Result<JobDef> {
    all(gate).into_iter().find(|job| job.name == name).ok_or(Error::NotFound)
}

fn all(gate: &Gate) -> Vec<JobDef> {
    let mut jobs = gate.domain().jobs.clone();
    jobs.push(JobDef { name: "facts.prove", schedule: Schedule::Nightly { hour: 3 }, run: prove_facts });
    jobs.push(crate::backups::job(gate));
    jobs.push(JobDef { name: "backup.verify", schedule: Schedule::Nightly { hour: 1 }, run: prove_backup });
    jobs.push(JobDef { name: "house.clean", schedule: Schedule::Nightly { hour: 5 }, run: clean });
    jobs.push(JobDef {
        name: "handover.finish",
        schedule: Schedule::Nightly { hour: 1 },
        run: crate::handover::job,
    });
    jobs.push(JobDef {
        name: "duplicates.find",
        schedule: Schedule::Never,
        run: crate::duplicates::search::job,
    });
    jobs.push(JobDef { name: "audit.seal", schedule: Schedule::Nightly { hour: 4 }, run: seal_audit });
    jobs
}

impl Gate {
    /// All jobs.
    pub fn jobs(&self) -> Vec<JobDef> {
        all(self)
    }

    /// Runs the jobs of the minute, and the nightly jobs whose hour has come and that have not run for today; a
    /// night that was missed is caught up once, for the latest date. Returns what ran.
    pub fn run_due_jobs(&self) -> Result<Vec<&'static str>> {
        let ctx = self.scheduler();
        let hour = ctx.now.to_zoned(ctx.zone.clone()).hour();
        let mut ran = Vec::new();
        for job in all(self) {
            let due = match job.schedule {
                Schedule::Nightly { hour } => hour,
                Schedule::EveryMinute => {
                    // Such a job finds by itself what is left to do, so it needs no claim, and a failure is
                    // mended a minute later.
                    match (job.run)(self, &ctx, ctx.today) {
                        Ok(counts) if counts.iter().all(|(_, n)| *n == 0) => {}
                        Ok(_) => ran.push(job.name),
                        Err(error) => tracing::error!(job = job.name, %error, "a job failed"),
                    }
                    continue;
                }
                Schedule::Never => continue,
            };
            let date = if hour >= due { ctx.today } else { ctx.today.yesterday().unwrap_or(ctx.today) };
            let claimed = self.write(&ctx, move |tx| tx.claim_schedule(job.name, date))?;
            if !claimed {
                continue;
            }
            // One job's failure must not keep the others from running; the failed one is due again at once.
            match (job.run)(self, &ctx.clone().as_of(date), date) {
                Ok(_) => ran.push(job.name),
                Err(error) => {
                    tracing::error!(job = job.name, %error, "a nightly job failed");
                    self.write(&ctx, move |tx| tx.release_schedule(job.name, date))?;
                }
            }
        }
        Ok(ran)
    }
}

/// Compares every roll-up with the rows it is computed from.
fn prove_facts(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Vec<(&'static str, i64)>> {
    let registry = gate.registry();
    let env = ctx.env();
    let (mut checked, mut differing) = (0, 0);
    for child in registry.objects() {
        for target in registry.roll_ups(&child.name) {
            checked += 1;
            let wrong = gate.0.store.read::<_, Error>(|conn| {
                Ok(roll_up::differing(conn, &registry, &child.name, target, &env)?)
            })?;
            if wrong > 0 {
                tracing::error!(
                    object = target.object,
                    field = target.field,
                    wrong,
                    "facts differ from their rows"
                );
            }
            differing += wrong;
        }
    }
    Ok(vec![("facts", checked), ("differing", differing)])
}

/// Makes a backup as anyone would, restores it elsewhere and compares every table and file, so that the day it is
/// needed is not the day on which it is tried. Nothing of it stays.
fn prove_backup(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Vec<(&'static str, i64)>> {
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let path = folder.path().join("backup");
    guanxi_store::sets::backup(&gate.0.store, &path)?;
    let manifest = gate.verify_backup(ctx, &path)?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(vec![("tables", count(manifest.tables.len())), ("files", count(manifest.files.len()))])
}

/// Seals the audit rows written since the last time into the hash chain.
fn seal_audit(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Vec<(&'static str, i64)>> {
    let sealed = gate.write(ctx, |tx| tx.seal_audit())?;
    Ok(vec![("sealed", sealed)])
}

/// Forgets what has served its time: answers kept for repeated requests, links, sessions and shares that are
/// over, files that no record came to name, and the journals of old imports.
fn clean(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Vec<(&'static str, i64)>> {
    const DAY: i64 = 86_400_000;
    let removed = gate.write(ctx, |tx| {
        let now = tx.ctx.now.as_millisecond();
        let mut removed = idempotency::prune(&mut tx.conn, now)?;
        removed += links::prune(&mut tx.conn, now)?;
        removed += sessions::prune(&mut tx.conn, now)?;
        removed += shares::prune(&mut tx.conn, now)?;
        removed += imports::prune(&mut tx.conn, now - crate::KEPT_DAYS * DAY)?;
        removed += files::remove_unattached(&mut tx.conn, now - DAY)?;
        Ok(i64::try_from(removed).unwrap_or(i64::MAX))
    })?;
    Ok(vec![("removed", removed)])
}
