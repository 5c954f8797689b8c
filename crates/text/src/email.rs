//! Mail addresses.

use crate::fold::width;
use crate::mask;

/// The address in half width and lower case, or `None` when it is not one.
///
/// The part before the `@` is lowered too: no provider in use tells them apart, and two customers who differ only so are one.
pub fn normalise(address: &str) -> Option<String> {
    let address = width(address).to_lowercase();
    let (local, domain) = address.split_once('@')?;
    (is_local(local) && is_domain(domain)).then_some(address)
}

/// `a***@x.com`: the first letter and the domain.
pub fn mask(address: &str) -> String {
    match width(address).split_once('@') {
        Some((local, domain)) if !domain.contains('@') => {
            format!("{}@{domain}", if local.is_empty() { "***".to_owned() } else { mask::text(local) })
        }
        _ => mask::text(address),
    }
}

fn is_local(local: &str) -> bool {
    let legal = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    (1..=64).contains(&local.len())
        && local.chars().all(legal)
        && local.split('.').all(|part| !part.is_empty())
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && top.chars().count() >= 2
        && !top.chars().all(|c| c.is_ascii_digit())
}
