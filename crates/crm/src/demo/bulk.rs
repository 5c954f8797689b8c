//! Many records with few fields, for measurements.

use guanxi_gate::{Draft, Gate, Result};
use guanxi_model::RecordId;
use jiff::ToSpan;
use rust_decimal::Decimal;

const BATCH: usize = 1000;

/// Makes so many customers and so many orders of theirs, in batches of a thousand. Whoever sells owns them
/// in turn; without salespeople they belong to nobody.
pub fn bulk(gate: &Gate, customers: usize, orders: usize) -> Result<()> {
    let ctx = gate.operator();
    let today = ctx.today;
    let owners: Vec<RecordId> =
        gate.read(&ctx, |tx| tx.users_with_role("account_manager"))?.iter().map(|user| user.id).collect();
    let owner = |n: usize| owners.get(n % owners.len().max(1)).copied();
    let mut made = Vec::with_capacity(customers);
    for start in (0..customers).step_by(BATCH) {
        let drafts: Vec<Draft> = (start..customers.min(start + BATCH))
            .map(|n| {
                Draft::new()
                    .set("name", format!("Customer {n:07}"))
                    .set("phone", format!("1{}", 39_0000_0000 + n))
                    .set("owner", owner(n))
            })
            .collect();
        made.extend(gate.write(&ctx, move |tx| {
            Ok(tx.create_many("customer", drafts.clone())?.iter().map(|record| record.id).collect::<Vec<_>>())
        })?);
    }
    if made.is_empty() {
        return Ok(());
    }
    for start in (0..orders).step_by(BATCH) {
        let drafts: Vec<Draft> = (start..orders.min(start + BATCH))
            .map(|n| {
                // Strides without a common divisor spread customers, days and amounts.
                let ago = i64::try_from(n * 7 % 1460).unwrap_or(0);
                let fen = i64::try_from(n * 7919 % 1_000_000).unwrap_or(0) + 100;
                Draft::new()
                    .set("customer", made[n % made.len()])
                    .set("ordered_on", today.checked_sub(ago.days()).unwrap_or(today))
                    .set("total", Decimal::new(fen, 2))
                    .set("owner", owner(n % made.len()))
            })
            .collect();
        gate.write(&ctx, move |tx| tx.create_many("order", drafts.clone()).map(drop))?;
    }
    Ok(())
}
