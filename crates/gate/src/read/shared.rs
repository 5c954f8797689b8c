//! Records that someone shared with the caller.

use crate::{Ctx, Result, access::Shared, tx::Tx};
use guanxi_model::{Object, RecordId, Registry};
use guanxi_store::{Conn, scope, shares};

/// Records of the object that decides access which are shared with the caller.
pub(super) fn shared_in(
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    registry: &Registry,
    object: &Object,
) -> Result<Shared> {
    if ctx.rights.everything {
        return Ok(Shared::new());
    }
    let deciding = scope::deciding(registry, object);
    let departments: Vec<RecordId> = ctx.subject.department.into_iter().collect();
    let mut shared = Shared::new();
    for share in shares::with(conn, ctx.subject.user, &departments, ctx.now.as_millisecond())? {
        if share.share.object == deciding.name {
            *shared.entry(share.share.record).or_insert(false) |= share.share.level == "edit";
        }
    }
    Ok(shared)
}

/// The same inside a transaction.
pub(crate) fn shared_with(tx: &mut Tx<'_>, object: &Object) -> Result<Shared> {
    let registry = tx.registry.clone();
    shared_in(tx.ctx, &mut tx.conn, &registry, object)
}
