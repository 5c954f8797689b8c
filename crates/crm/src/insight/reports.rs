//! Reports. Each is a document (title, parameters, columns) and the code beside it that computes the rows.
//! They read only through the door, narrowed to what the caller's right to report covers: an account manager
//! sees colleagues' customers in lists but reports on their own.

mod ages;
mod chosen;
mod churn;
mod communication;
mod competitors;
mod composition;
mod contribution;
mod counting;
mod cross;
mod data_quality;
mod funnel;
mod grade_preview;
mod growth_matrix;
mod identification;
mod idic;
mod knowledge_gaps;
mod lead_source;
mod lifecycle;
pub(super) mod likeness;
mod look_alikes;
mod marketing_matrix;
mod pareto;
mod performance;
mod portrait;
mod promises;
mod scope;
mod service;
mod solutions;

use crate::declare::Declare;
use guanxi_gate::{Domain, report::ReportDef};
use guanxi_model::{Field, Label};
use serde::Deserialize;

/// What a report says of itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    label: Label,
    about: Label,
    #[serde(default, rename = "param")]
    params: Vec<Field>,
    #[serde(rename = "column")]
    columns: Vec<Field>,
}

impl Document {
    /// Reads a document.
    ///
    /// # Panics
    /// When it is not valid; the documents are part of the binary and every start reads them.
    fn read(text: &str) -> Document {
        toml::from_str(text).unwrap_or_else(|error| panic!("a report's document is not valid: {error}"))
    }

    fn columns(&self) -> Vec<guanxi_gate::report::Column> {
        self.columns.iter().cloned().map(|field| guanxi_gate::report::Column { field }).collect()
    }
}

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .report(contribution::report())
        .report(composition::report())
        .report(lead_source::report())
        .report(funnel::report())
        .report(competitors::report())
        .report(performance::report())
        .report(service::report())
        .report(solutions::report())
        .report(knowledge_gaps::report())
        .report(churn::report())
        .report(communication::report())
        .report(promises::report())
        .report(pareto::report())
        .report(lifecycle::report())
        .report(grade_preview::report())
        .report(identification::report())
        .report(idic::report())
        .report(cross::report())
        .report(portrait::report())
        .report(look_alikes::report())
        .report(growth_matrix::report())
        .report(marketing_matrix::report())
        .report(data_quality::report());
}

fn define(
    name: &'static str,
    document: &Document,
    run: fn(
        &guanxi_gate::Gate,
        &guanxi_gate::Ctx,
        &guanxi_gate::report::Params,
    ) -> guanxi_gate::Result<guanxi_gate::report::Report>,
) -> ReportDef {
    ReportDef {
        name,
        label: document.label.clone(),
        about: document.about.clone(),
        params: document.params.clone(),
        run,
    }
}
