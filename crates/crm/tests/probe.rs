//! A newcomer's first object: one document, and everything else follows.

use guanxi_model::Registry;

const PROBE: &str = r#"
name = "probe"
label = { zh = "探针", en = "Probe" }
area = "sales"
title = "name"

[[field]]
name = "name"
label = { zh = "名称", en = "Name" }
kind = "text"
required = true

[[field]]
name = "customer"
label = { zh = "客户", en = "Customer" }
kind = "reference"
to = "customer"
"#;

#[test]
fn one_document_makes_an_object() {
    let mut domain = guanxi_crm::domain();
    domain.shipped.objects.push(guanxi_crm::object(PROBE));
    let (registry, problems) = Registry::build(domain.shipped, &[], 1);
    assert_eq!(problems, Vec::<String>::new());
    let probe = registry.object("probe").expect("the probe is in the registry");
    assert_eq!(probe.label.zh, "探针");
    assert!(probe.field("owner").is_some(), "it has the system fields");
    assert_eq!(probe.field("customer").unwrap().target(), Some("customer"));
}
