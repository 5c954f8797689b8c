//! What the right to report covers, as a condition that joins the report's own and travels into its
//! drill-downs, so that a number and the list behind it agree.

use guanxi_gate::{Ctx, Error, Result};
use guanxi_model::{
    RecordId, Scope,
    access::action,
    expr::{Expr, Word},
};

/// The records of an object on which the caller may report. `through` is the reference that decides about
/// access, `customer.` for orders; empty where the object decides itself.
pub(crate) fn reportable(ctx: &Ctx, object: &str, through: &str) -> Result<Expr> {
    if ctx.rights.everything {
        return Ok(Expr::Bool(true));
    }
    let owner = format!("{through}owner");
    let department = format!("{through}department");
    let mut parts = Vec::new();
    for grant in ctx.rights.grants.iter().filter(|grant| grant.covers(object, action::REPORT)) {
        parts.push(match &grant.scope {
            Scope::All => return Ok(Expr::Bool(true)),
            Scope::Own => Expr::eq(&owner, Word::Me),
            Scope::Team => among(&owner, Word::MyTeam),
            Scope::Department => Expr::eq(&department, Word::MyDepartment),
            Scope::DepartmentTree => {
                let unowned = Expr::is_empty(&owner).and(Expr::is_empty(&department));
                among(&department, Word::MyDepartments).or(unowned)
            }
            // Nobody answers for what lies in a pool.
            Scope::Pool | Scope::PoolAdmin => Expr::Bool(false),
            Scope::Departments(ids) => {
                let ids: Vec<RecordId> = ids.iter().map(|id| RecordId(*id)).collect();
                Expr::ids(&department, &ids)
            }
        });
    }
    if parts.is_empty() {
        return Err(Error::forbidden("gate.no_report"));
    }
    Ok(Expr::any_of(parts))
}

fn among(field: &str, people: Word) -> Expr {
    Expr::In(Box::new(Expr::field(field)), Box::new(people.into()))
}
