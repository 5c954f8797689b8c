//! Competitors in deals: each stands in a deal once, and how the deal ended is written down with every one of
//! them, so that wins and losses against a competitor are counts of records.

use guanxi_gate::{Change, Draft, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value, expr::Expr};
use std::collections::{BTreeMap, BTreeSet};

/// A competitor stands in a deal once, under its own name, while the deal is alive.
pub(crate) struct InDeal;

impl Rule for InDeal {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let of = |field: &str, changes: &[Change]| -> Vec<RecordId> {
            let ids: BTreeSet<RecordId> =
                changes.iter().filter_map(|change| change.value(field).as_ref()).collect();
            ids.into_iter().collect()
        };
        let (deals, who) = (of("opportunity", changes), of("competitor", changes));
        let names: BTreeMap<RecordId, String> =
            tx.get_many("competitor", &who)?.iter().map(|one| (one.id, one.title())).collect();
        let ended: BTreeSet<RecordId> = tx
            .get_many("opportunity", &deals)?
            .iter()
            .filter(|deal| !super::opportunity::OPEN.contains(&deal.text("status")))
            .map(|deal| deal.id)
            .collect();
        let mut taken: BTreeSet<(RecordId, RecordId)> = BTreeSet::new();
        let own: BTreeSet<RecordId> =
            changes.iter().filter_map(|change| Some(change.before.as_ref()?.id)).collect();
        for one in tx.referring("deal_competitor", "opportunity", &deals)? {
            let pair = one.reference("opportunity").zip(one.reference("competitor"));
            taken.extend(pair.filter(|_| !own.contains(&one.id)));
        }
        for change in changes {
            let pair = change.value("opportunity").as_ref().zip(change.value("competitor").as_ref());
            let Some((deal, competitor)) = pair else { continue };
            if !change.by_program && ended.contains(&deal) {
                change.refuse_record(Message::new("competitor.deal_ended"));
            }
            if !taken.insert((deal, competitor)) {
                change.refuse("competitor", Message::new("competitor.twice"));
            }
            if let Some(name) = names.get(&competitor) {
                change.set("name", name.as_str());
            }
        }
        Ok(())
    }
}

/// When a deal ends, or goes on, every competitor in it learns how.
pub(crate) struct Results;

impl Rule for Results {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let ended: BTreeMap<RecordId, &Record> = saved
            .iter()
            .filter(|saved| saved.before.is_some() && (saved.changed("outcome") || saved.changed("lost_to")))
            .map(|saved| (saved.after.id, &saved.after))
            .collect();
        let ids: Vec<RecordId> = ended.keys().copied().collect();
        let mut changes = Vec::new();
        for one in tx.referring("deal_competitor", "opportunity", &ids)? {
            let Some(deal) = one.reference("opportunity").and_then(|id| ended.get(&id)) else { continue };
            let result = match deal.text("outcome") {
                "lost" if deal.reference("lost_to") == one.reference("competitor") => "lost_to",
                "" => "open",
                outcome => outcome,
            };
            let draft = Draft::new().set("result", result);
            changes.push((one, draft));
        }
        tx.update_many(changes).map(drop)
    }
}

/// Whoever a deal was lost to was in it, whether or not somebody had written that down.
pub(super) fn met(tx: &mut Tx<'_>, opportunity: &Record, competitor: &Value) -> Result<()> {
    let Some(competitor) = competitor.as_ref() else { return Ok(()) };
    let known = Expr::eq("opportunity", opportunity.id).and(Expr::eq("competitor", competitor));
    if tx.first("deal_competitor", &known)?.is_some() {
        return Ok(());
    }
    let draft = Draft::new()
        .set("opportunity", opportunity.id)
        .set("competitor", competitor)
        .set("threat", "high")
        .set("owner", opportunity.get("owner").clone())
        .set("department", opportunity.get("department").clone());
    tx.create("deal_competitor", draft).map(drop)
}
