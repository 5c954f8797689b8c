//! Requests by route and status, and how long they took, as Prometheus reads it.

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::Response,
    middleware::Next,
};
use parking_lot::Mutex;
use std::{collections::BTreeMap, fmt::Write, sync::Arc, time::Instant};

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Counters. Cheap to clone; clones count together.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<Counters>>);

#[derive(Default)]
struct Counters {
    requests: BTreeMap<(String, String, u16), u64>,
    latencies: BTreeMap<String, Latency>,
}

#[derive(Default)]
struct Latency {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts one request.
    pub fn count(&self, method: &str, route: &str, status: u16, seconds: f64) {
        let mut counters = self.0.lock();
        match counters.requests.get_mut(&(method.to_owned(), route.to_owned(), status)) {
            Some(count) => *count += 1,
            None => drop(counters.requests.insert((method.to_owned(), route.to_owned(), status), 1)),
        }
        if !counters.latencies.contains_key(route) {
            counters.latencies.insert(route.to_owned(), Latency::default());
        }
        if let Some(latency) = counters.latencies.get_mut(route) {
            latency.count += 1;
            latency.seconds += seconds;
            if let Some(bucket) = BUCKETS.iter().position(|bound| seconds <= *bound) {
                latency.buckets[bucket] += 1;
            }
        }
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        let counters = self.0.lock();
        let mut out = String::from("# HELP guanxi_requests_total Requests by method, route and status.\n");
        out.push_str("# TYPE guanxi_requests_total counter\n");
        for ((method, route, status), count) in &counters.requests {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            line(&mut out, format_args!("guanxi_requests_total{{{labels}}} {count}"));
        }
        out.push_str("# HELP guanxi_request_seconds Time from a request to its answer, by route.\n");
        out.push_str("# TYPE guanxi_request_seconds histogram\n");
        for (route, latency) in &counters.latencies {
            let mut so_far = 0;
            for (bound, count) in BUCKETS.iter().zip(latency.buckets) {
                so_far += count;
                let labels = format!("route=\"{route}\",le=\"{bound}\"");
                line(&mut out, format_args!("guanxi_request_seconds_bucket{{{labels}}} {so_far}"));
            }
            let Latency { count, seconds, .. } = latency;
            line(
                &mut out,
                format_args!("guanxi_request_seconds_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}"),
            );
            line(&mut out, format_args!("guanxi_request_seconds_sum{{route=\"{route}\"}} {seconds}"));
            line(&mut out, format_args!("guanxi_request_seconds_count{{route=\"{route}\"}} {count}"));
        }
        out
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a string does not fail");
}

/// Middleware that counts a request by the route that answered it, for this room and for pages.
pub async fn track(State(metrics): State<Metrics>, request: Request, next: Next) -> Response<Body> {
    let start = Instant::now();
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    metrics.count(&method, &route, response.status().as_u16(), start.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative() {
        let metrics = Metrics::default();
        metrics.count("GET", "/a", 200, 0.002);
        metrics.count("GET", "/a", 200, 0.3);
        metrics.count("GET", "/a", 500, 9.0);
        let text = metrics.render();
        assert!(
            text.contains("guanxi_requests_total{method=\"GET\",route=\"/a\",status=\"200\"} 2\n"),
            "{text}"
        );
        assert!(text.contains("guanxi_request_seconds_bucket{route=\"/a\",le=\"0.0025\"} 1\n"), "{text}");
        assert!(text.contains("guanxi_request_seconds_bucket{route=\"/a\",le=\"0.5\"} 2\n"), "{text}");
        assert!(text.contains("guanxi_request_seconds_bucket{route=\"/a\",le=\"+Inf\"} 3\n"), "{text}");
    }
}
