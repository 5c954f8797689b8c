//! Whoever has a contract is told before it ends, once for each end.

use crate::sales::review;
use guanxi_gate::{Counts, Ctx, Draft, Gate, JobDef, Result, Schedule};
use guanxi_model::{
    Message, RecordId,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Reminds of contracts that end soon.
pub(crate) const REMIND: JobDef =
    JobDef { name: "contract.remind", schedule: Schedule::Nightly { hour: 7 }, run: remind };

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let ending = Expr::eq("status", review::APPROVED)
        .and(Expr::compare("remind_on", Comparison::LessOrEqual, as_of))
        .and(Expr::compare("ends_on", Comparison::GreaterOrEqual, as_of));
    let mut after = RecordId(0);
    let mut told = 0;
    loop {
        let ending = ending.clone();
        let (n, last) = gate.write(ctx, move |tx| {
            let found = tx.find_after("contract", &ending, after, 500)?;
            let last = found.last().map(|contract| contract.id);
            let mut done = Vec::new();
            for contract in found {
                if contract.get("reminded_of") == contract.get("ends_on") {
                    continue;
                }
                let customer = contract.reference("customer").into_iter().collect::<Vec<_>>();
                let customer = tx.get_many("customer", &customer)?.pop();
                let whom: BTreeSet<RecordId> =
                    customer.and_then(|c| c.owner()).into_iter().chain(contract.owner()).collect();
                let day = contract.date("ends_on").map(|day| day.to_string()).unwrap_or_default();
                let message = Message::new("contract.notice.ending");
                let message = message.with("title", contract.title()).with("date", day);
                for user in whom {
                    tx.notify(user, &contract, message.clone())?;
                }
                let mark = Draft::new().set("reminded_of", contract.get("ends_on").clone());
                done.push((contract, mark));
            }
            let n = i64::try_from(done.len()).unwrap_or(i64::MAX);
            tx.update_many(done)?;
            Ok((n, last))
        })?;
        told += n;
        match last {
            Some(last) => after = last,
            None => return Ok(vec![("reminded", told)]),
        }
    }
}
